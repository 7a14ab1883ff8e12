"""Checks of what was read: within a table, between tables, against the annual return, and of places."""
