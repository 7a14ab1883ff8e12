"""The template that a bureau fills in: a workbook and a commented project file."""
