"""What to do about the gaps of a project: where to build, when, whose homes move, and what each of it was chosen over."""
