"""`python -m schoolmap`."""

from schoolmap.cli import main

main()
