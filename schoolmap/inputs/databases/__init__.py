"""Databases that tables are read from: PostGIS, DuckDB, SpatiaLite. No account is ever named in what is told."""
