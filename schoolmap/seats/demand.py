"""From children who live somewhere to children who need a seat there: attendance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendanceRate:
    """
    Seats needed per resident child of a stage's ages.

    Attributes
    ----------
    rate
        One figure for the whole planning area.
    pupils, children
        What it was calibrated on; missing where it was given.
    year
        School year of the calibration.
    """

    rate: float
    pupils: float | None = None
    children: float | None = None
    year: int | None = None


def calibrate_attendance(enrolment: pd.Series, children: float, *, year: int) -> AttendanceRate:
    """
    Calibrate attendance: pupils enrolled over children living in the planning area.

    Children at private schools or in other districts lower it, pupils from
    elsewhere raise it; it says nothing about one catchment.

    Parameters
    ----------
    enrolment
        Pupils by section; every section of the stage.
    children
        Resident children of the stage's ages in that year.
    year
        School year of the enrolment.

    Raises
    ------
    MissingValueError
        If the enrolment of a section is not known.
    ValueError
        If there are no children to divide by, or their number is not known.

    Examples
    --------
    >>> import pandas as pd
    >>> calibrate_attendance(pd.Series([400.0, 440.0], index=["A", "B"]), 1000.0, year=2018).rate
    0.84
    """
    checks.require_no_gaps(enrolment, what="The enrolment to calibrate on")
    if not children > 0:
        msg = f"No children of these ages live here in {year}: attendance cannot be calibrated."
        raise ValueError(msg)
    pupils = float(enrolment.sum())
    return AttendanceRate(rate=pupils / children, pupils=pupils, children=children, year=year)


def seats_needed(children: xr.DataArray, attendance: AttendanceRate) -> xr.DataArray:
    """Return the seats that children need: children times attendance, on the same labels."""
    return (children * attendance.rate).rename("demand")


def whole_classes(pupils: Floats, class_size: Floats | float) -> Floats:
    """
    Return the fewest whole classes that hold the pupils of each cell; missing where they are not known.

    Examples
    --------
    >>> whole_classes(np.array([90.0, 90.1, 90.000000001, 0.0]), 45.0).tolist()
    [2.0, 3.0, 2.0, 0.0]
    """
    # 24.000000001 children are 24: what is beyond a millionth of a child is rounding
    return np.ceil(np.round(pupils, 6) / class_size)


def classes_needed(demand_by_age: xr.DataArray, *, class_size: xr.DataArray | float) -> xr.DataArray:
    """
    Count whole classes, grade by grade: a grade of 25 needs two classes of 24.

    Parameters
    ----------
    demand_by_age
        Children who need a seat, with the dimension `age`; one age is one grade.
    class_size
        Children in a class: one figure, or by `age` and `year` where grades
        differ or a smaller class is phased in from one entry year on.

    Returns
    -------
    classes
        Without `age`; missing where the children of a grade are not known.

    Raises
    ------
    LabelError
        If the class size has a dimension that the demand has not, or lacks one
        of its labels.
    MissingValueError
        If the class size of a label is missing.
    ValueError
        If a class size is not above zero.

    Examples
    --------
    >>> import xarray as xr
    >>> grades = xr.DataArray([24.0, 25.0, 0.0], coords={"age": [6, 7, 8]}, dims="age")
    >>> float(classes_needed(grades, class_size=24))
    3.0
    >>> float(classes_needed(grades, class_size=xr.DataArray([20, 30, 30], coords={"age": [6, 7, 8]}, dims="age")))
    3.0
    """
    size = _class_size(class_size, demand_by_age)
    classes: xr.DataArray = xr.apply_ufunc(whole_classes, demand_by_age, size)
    return classes.sum("age", skipna=False).rename("classes_needed")


def _class_size(class_size: xr.DataArray | float, demand: xr.DataArray) -> xr.DataArray:
    """Return the class size on the labels of the demand."""
    if not isinstance(class_size, xr.DataArray):
        if not class_size > 0:
            msg = f"`class_size` must be positive, got {class_size}."
            raise ValueError(msg)
        return xr.DataArray(float(class_size))
    for name in class_size.dims:
        if name not in demand.dims:
            msg = f"`class_size` differs by {name!r}, which the demand does not have."
            raise LabelError(msg)
        for what, array in (("`class_size`", class_size), ("The demand", demand)):
            if name not in array.indexes:
                msg = f"The dimension {name!r} of {what} has no labels."
                raise LabelError(msg)
        checks.require_unique_labels(class_size.indexes[name], what="`class_size`")
        missing = demand.indexes[name].difference(class_size.indexes[name], sort=False)
        if len(missing) > 0:
            msg = f"`class_size` has no {name} {missing.tolist()[0]!r}, which the demand has."
            raise LabelError(msg)
    # by label: xarray would leave out, without a word, what only one of the two has
    size = class_size.sel({name: demand.indexes[name] for name in class_size.dims}).astype(float)
    if np.isnan(size.to_numpy()).any():
        msg = "`class_size` has a gap. Give every age and year a size; unknown is not without limit."
        raise MissingValueError(msg)
    if not (size > 0).all():
        msg = f"`class_size` must be positive, got {float(size.min())}."
        raise ValueError(msg)
    return size


def oversized_classes(pupils: xr.DataArray, rooms: xr.DataArray, *, oversized_from: float) -> xr.DataArray:
    """
    Count oversized classes if all children were taught in the rooms there are.

    Children are spread over the rooms as evenly as whole children allow. It is
    what happens without new rooms, not a forecast of one school's classes.

    Parameters
    ----------
    pupils
        Children who need a seat.
    rooms
        Classrooms; missing where not known.
    oversized_from
        A class of this many children or more is oversized.

    Returns
    -------
    classes
        On the labels of `pupils`; missing where the rooms are not known or there are none.

    Examples
    --------
    >>> import xarray as xr
    >>> float(oversized_classes(xr.DataArray(113.0), xr.DataArray(2.0), oversized_from=56))
    2.0
    >>> float(oversized_classes(xr.DataArray(111.0), xr.DataArray(2.0), oversized_from=56))
    1.0
    """
    heads: xr.DataArray = pupils.round()
    # shares of a school's rooms add up to 7.999999999: that is 8
    whole_rooms: xr.DataArray = xr.apply_ufunc(np.floor, rooms.round(6))
    known = whole_rooms > 0
    smaller: xr.DataArray = xr.apply_ufunc(np.floor, heads / whole_rooms.where(known))
    larger = heads - smaller * whole_rooms
    counted: xr.DataArray = larger * (smaller + 1 >= oversized_from) + (whole_rooms - larger) * (
        smaller >= oversized_from
    )
    return counted.where(known).rename("oversized_classes")
