"""Files to tables: readers, column aliases in English and Chinese, coordinates and their datum."""
