"""Classes and schools by their size, and how oversized classes are dissolved."""
