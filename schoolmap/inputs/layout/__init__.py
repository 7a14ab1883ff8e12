"""What the rows and columns of a working sheet are: header, records, units, totals, notes."""
