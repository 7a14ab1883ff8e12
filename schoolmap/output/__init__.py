"""Products: from a plan to plain data (`MapModel`), and from that to the map, the workbook and the layers."""
