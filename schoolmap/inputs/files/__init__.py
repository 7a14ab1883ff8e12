"""Files as they are: csv, workbooks, layers; and the places of their records."""
