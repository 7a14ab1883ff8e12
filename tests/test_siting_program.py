"""A programme as it is read and begun: classes to columns and back."""

from __future__ import annotations

import numpy as np

from schoolmap.conformance.made_growth import made_growth
from schoolmap.optimize.siting.formulation import formulate
from schoolmap.optimize.siting.model import build_model
from schoolmap.optimize.siting.program import as_start
from schoolmap.optimize.siting.program import classes_of

COUNTY = made_growth(areas=5, schools=2, sites=2, periods=3, arcs=3, seed=1)
MODEL = build_model(*COUNTY[:4], money=COUNTY.money)


def test_classes_come_back() -> None:
    """What is put in is read out, where a measure may have classes at all; rounding in the computer is none."""
    program = formulate(MODEL)
    there = program.columns.classes >= 0
    classes = np.where(there, np.minimum(MODEL.most[:, None], 3), 0)
    start = as_start(program, classes)
    assert np.isnan(start).sum() == len(start) - there.sum()
    values = np.where(np.isnan(start), 0.0, start) + 1e-7
    assert (classes_of(program, values, MODEL) == classes).all()
