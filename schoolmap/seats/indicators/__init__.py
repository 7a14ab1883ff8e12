"""Indicators with what is counted over what, and the assessments that are made of them."""
