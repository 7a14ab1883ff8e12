"""Write the results of a plan into a schema of a database, all of them or none."""
