"""
Maps and charts of a plan as pictures: described by the `MapModel`, drawn by matplotlib.

The same plan gives the same bytes on a machine with the same fonts and the
same matplotlib: no date, no name of a program and nobody's own settings get
into a file. matplotlib is imported only when something is drawn.
"""
