"""How far is school, how many seats are in reach, who is out of reach, and how evenly is that shared."""
