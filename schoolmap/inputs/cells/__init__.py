"""What the cells of a column hold: numbers, dates, codes; and how each was read."""
