"""Settings for the whole test suite."""

from hypothesis import settings

# pandas examples are slow on a busy machine, and a time limit says nothing about them
settings.register_profile("schoolmap", deadline=None, max_examples=50)
settings.load_profile("schoolmap")
