"""A complete, invented county to try everything on: `write_demo_county` writes it as a bureau's project folder."""

from schoolmap.inputs.examples.bureau import write_bureau as write_demo_county
from schoolmap.inputs.examples.clean import write_clean
from schoolmap.inputs.examples.county import County
from schoolmap.inputs.examples.county import make_county

__all__ = ["County", "make_county", "write_clean", "write_demo_county"]
