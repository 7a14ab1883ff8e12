"""
Where and when children will need school seats, how sure that is, and what to do about it.

The four wings answer one question each, as functions of tables: `population`
(how many children live where), `space` (who belongs to which catchment),
`seats` (how many are needed, there, missing) and `optimize` (what to do).
`project.read_project` reads a folder, `plan.make_plan` runs the steps in order,
and `output` draws the result.
"""

__version__ = "0.1.0"
