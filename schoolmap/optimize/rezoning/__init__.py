"""Where the boundaries run: whole areas to schools, every zone in one piece with its school."""
