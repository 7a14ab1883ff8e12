"""Ours against published results: every row can be looked up, and fails if we differ."""
