"""How many seats and classes are needed, are there, and are missing."""
