"""What to build and when: one set of decisions over all years, for all scenarios, exact or with a proven gap."""
