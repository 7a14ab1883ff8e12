"""Many projects at once, on Dask: each planned by itself, none stopped by another, and a summary of all."""
