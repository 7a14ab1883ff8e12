"""What to do about a gap, in what order, and what the alternatives were."""
