"""How many children of each age live where, each year, and how sure are we."""
