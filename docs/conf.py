"""
How the site of the documentation is built.

    pip install -e ".[docs]" && sphinx-build -W -n docs build/docs

Nothing is fetched: no inventories of other projects, no fonts, no scripts.
"""

from __future__ import annotations

import sys
from pathlib import Path

from schoolmap import __version__

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "schoolmap"
author = "The schoolmap developers"
project_copyright = author
release = version = __version__
root_doc = "index"
extensions = ["sphinx.ext.autodoc", "numpydoc", "myst_nb", "schoolmap_site"]
nitpicky = True
# inner parts that a function hands to another one: nobody who reads the reference makes or reads them
nitpick_ignore = [
    ("py:class", f"schoolmap.{name}")
    for name in (
        "inputs.databases.asking.Reader",
        "optimize.flow.Flow",
        "optimize.posing.Posed",
        "optimize.rezoning.zone_kernel.Land",
        "optimize.siting.model.Model",
        "optimize.siting.recourse.Recourse",
        "proposals.problem.StageGround",
    )
]

# a docstring writes `code` in single backticks, for people who read it in a terminal
default_role = "code"
add_module_names = False
# the contents of a page list its modules; functions are in the index
toc_object_entries = False
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88
autodoc_default_options = {
    "members": True,
    "member-order": "bysource",
    # plain tuples and dictionaries under another name: nothing to call
    "exclude-members": "Bounds, Text",
}
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 600
nb_ipywidgets_js: dict[str, dict[str, str]] = {}

html_theme = "furo"
html_title = "schoolmap"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_math_renderer = "mathml"
html_copy_source = False
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#1f5a7a", "color-brand-content": "#1f5a7a"},
    "dark_css_variables": {"color-brand-primary": "#8cc6e6", "color-brand-content": "#8cc6e6"},
}
