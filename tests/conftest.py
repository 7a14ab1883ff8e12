"""Settings for the whole test suite."""

import os

from hypothesis import settings

# pandas examples are slow on a busy machine, and a time limit says nothing about them
settings.register_profile("schoolmap", deadline=None, max_examples=50)
# a change is judged by the same examples each time; new ones are looked for where people work
settings.register_profile("ci", deadline=None, max_examples=50, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "schoolmap")
