"""What projects do to seats: when they open, the book of seats, draws, funds."""
