"""How far school is for the children of a project: the space wing put together with its areas, schools and standards."""
