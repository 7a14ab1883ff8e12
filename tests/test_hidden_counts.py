"""Tables in which small counts are hidden: every column of children, once, and no total that gives one back."""

from __future__ import annotations

from collections import defaultdict
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import LinearConstraint
from scipy.optimize import milp

from schoolmap.inputs.hidden_counts import HIDDEN
from schoolmap.inputs.hidden_counts import hide_small
from schoolmap.tables import CONTRACTS
from schoolmap.tables import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

AGES = {"primary": (6, 11)}
NO_CHILDREN = {
    "schools": {"land_m2", "building_m2"},
    "sections": {
        *("seats", "classrooms", "expandable_classes", "classes", "planned_intake", "boarding", "teachers", "staff"),
        *("posts", *(name for name in CONTRACTS["sections"].columns if name.startswith("classes_"))),
    },
    "classes": {"classes"},
    "resources": set(CONTRACTS["resources"].columns) - {"school", "stage"},
    "projects": {"delay_months", "investment_planned", "investment_arrived", "investment_spent", "priority"},
    "developments": {"homes", "kindergarten_classes"},
    "yields": {"years_since", "children"},
    "marriages": {"count"},
    "dwellings": {"homes", "floors"},
    "sites": {"max_classes", "min_classes", "land_cost"},
}
"""Numbers that count no children of a place: rooms, seats, staff, money; children per home."""


def shown(tables: dict[str, pd.DataFrame], *, below: int = 5, home: dict[str, str] | None = None) -> dict:
    """Return the tables as shown; the base year is 2024."""
    places = pd.Series(home or {}, dtype=object)
    return hide_small(tables, below=below, home=places, ages=AGES, base_year=2024)


def sections(*pupils: list[float], enrolment: list[float] | None = None) -> pd.DataFrame:
    """Return primary sections `S0`, `S1`, ... with the pupils of grades 1, 2, ..."""
    grades = {f"pupils_{grade}": values for grade, values in enumerate(zip(*pupils, strict=True), start=1)}
    total = [float(np.nansum(row)) for row in pupils] if enrolment is None else enrolment
    names = [f"S{number}" for number in range(len(pupils))]
    return pd.DataFrame({"school": names, "stage": "primary", "enrolment": total, **grades})


def test_every_column_that_counts_is_thought_of() -> None:
    """A new column of numbers is either hidden or said to count no children."""
    for name, contract in CONTRACTS.items():
        counts = {column for column, spec in contract.columns.items() if spec.kind in {Kind.COUNT, Kind.WHOLE}}
        assert counts == {*HIDDEN.get(name, ())} | NO_CHILDREN.get(name, set()), name


def test_children_are_put_together_with_those_of_their_catchment() -> None:
    """Villages of one catchment and age; what is left over goes together with the same age elsewhere."""
    rows = [("v1", 1), ("v2", 2), ("v3", 3), ("v4", 4), ("v5", 4), ("v6", 1), ("v7", 7)]
    population = pd.DataFrame(rows, columns=["area", "count"]).assign(age="6", date="2024-08-31")
    home = dict.fromkeys(("v1", "v2", "v3"), "west") | dict.fromkeys(("v4", "v5"), "east") | {"v6": "north"}
    counts = shown({"population": population}, home=home)["population"]["count"]
    assert counts.tolist() == [2.0, 2.0, 2.0, 3.0, 3.0, 3.0, 7.0]
    assert population["count"].tolist() == [1, 2, 3, 4, 4, 1, 7]


def test_enrolment_is_that_of_the_grades_as_shown() -> None:
    """Else the last grade is the enrolment less the others."""
    table = shown({"sections": sections([20, 20, 3], [20, 20, 1], [20, 20, 2])})["sections"]
    assert table["pupils_3"].tolist() == [2.0, 2.0, 2.0]
    assert table["enrolment"].tolist() == [42.0, 42.0, 42.0]


def test_a_grade_that_is_told_three_times_is_hidden_once() -> None:
    """By class, by section and by year: the same mean everywhere, though other schools are in one table and not another."""
    book = sections([20, 3], [20, 1], [20, 2])
    years = pd.DataFrame(
        [("S0", "2", "2024", 3), ("S0", "2", "2023", 3), ("S1", "2", "2024", 1), ("S9", "2", "2024", 4)],
        columns=["school", "grade", "year", "pupils"],
    )
    classes = pd.DataFrame([("S0", "2", 3), ("S1", "2", 1), ("S8", "2", 4)], columns=["school", "grade", "pupils"])
    found = shown({"sections": book, "pupils": years, "classes": classes})
    assert found["classes"]["pupils"].tolist() == pytest.approx([8 / 3] * 3)
    # made of the class, and whole as a total is; S2 has no other to be put together with
    assert found["sections"]["pupils_2"].tolist() == [3.0, 3.0, 2.5]
    assert found["pupils"]["pupils"].tolist()[::2] == [3.0, 3.0]


def test_enrolment_is_that_of_years_where_sections_tell_no_grades() -> None:
    """The table of years has the grades of the base year: the enrolment would tell the small one."""
    book = pd.DataFrame({"school": ["S0", "S1", "S2"], "stage": "primary", "enrolment": [23.0, 21.0, 22.0]})
    rows = [
        (f"S{n}", grade, "2024", pupils)
        for n, small in enumerate((3, 1, 2))
        for grade, pupils in (("1", 20), ("2", small))
    ]
    found = shown({"sections": book, "pupils": pd.DataFrame(rows, columns=["school", "grade", "year", "pupils"])})
    assert found["pupils"]["pupils"].tolist() == [20.0, 2.0] * 3
    assert found["sections"]["enrolment"].tolist() == [22.0, 22.0, 22.0]


def test_a_class_of_several_years_is_of_the_kindergarten() -> None:
    """Its children are the enrolment less those of the other classes."""
    book = pd.DataFrame({"school": ["S0", "S1", "S2"], "stage": "kindergarten", "enrolment": [23.0, 21.0, 22.0]})
    rows = [
        (f"S{n}", grade, pupils) for n, small in enumerate((3, 1, 2)) for grade, pupils in (("K1", 20), ("KM", small))
    ]
    tables = {"sections": book, "classes": pd.DataFrame(rows, columns=["school", "grade", "pupils"])}
    found = hide_small(
        tables, below=5, home=pd.Series(dtype=object), ages={"kindergarten": (3, 5), "primary": (6, 11)}, base_year=2024
    )
    assert found["classes"]["pupils"].tolist() == [20.0, 2.0] * 3
    assert found["sections"]["enrolment"].tolist() == [22.0, 22.0, 22.0]


def test_the_order_of_rows_decides_nothing() -> None:
    """Every table from its last row to its first: the same figures in the same places."""
    rng = np.random.default_rng(4)
    book = sections(*rng.integers(0, 12, size=(12, 3)).tolist()).assign(intake=4.0)
    rows = [(f"S{n}", "3", str(n), pupils) for n in range(4) for pupils in (3, 4)]
    people = pd.DataFrame({"area": list("abcdefgh"), "count": [1, 2, 3, 4, 4, 3, 1, 9]}).assign(
        age="6", date="2024-08-31"
    )
    tables = {
        "sections": book,
        "classes": pd.DataFrame(rows, columns=["school", "grade", "class", "pupils"]),
        "population": people,
        "totals": people[["area", "date", "count"]],
    }
    home = dict(zip("abcdefgh", "wwweeeew", strict=True))
    there, back = shown(tables, home=home), shown({name: table[::-1] for name, table in tables.items()}, home=home)
    for name, table in there.items():
        pd.testing.assert_frame_equal(table, back[name].sort_index(), check_exact=False, rtol=1e-12)


def test_what_tells_the_enrolment_again_goes() -> None:
    """A published utilisation, times the seats, is the enrolment; an intake that is nearly the first grade is shown like it."""
    book = sections([3, 20], [1, 20], [2, 20]).assign(intake=[3.0, 1.0, 4.0], published_utilisation=50.0)
    found = shown({"sections": book})["sections"]
    assert found["published_utilisation"].isna().all()
    assert found["intake"].tolist() == [2.0, 2.0, 2.0]


def test_totals_of_a_counted_day_are_made_of_the_ages() -> None:
    """Residents of all ages less all other ages are those of the one that is hidden."""
    ages = [
        (area, age, count)
        for area, small in (("a", 1), ("b", 2), ("c", 3))
        for age, count in (("6", small), ("7+", 90))
    ]
    population = pd.DataFrame(ages, columns=["area", "age", "count"]).assign(date="2024-08-31")
    totals = pd.DataFrame({"area": ["a", "b", "c"], "date": "2024-08-31", "count": [91, 92, 93]})
    structure = pd.DataFrame({"age": ["6", "7+"], "count": [6, 270]})
    found = shown({"population": population, "totals": totals, "structure": structure})
    assert found["totals"]["count"].tolist() == [92.0, 92.0, 92.0]
    assert found["structure"]["count"].tolist() == [6.0, 270.0]


def open_worlds(of: Callable[[tuple[int, ...]], dict[str, pd.DataFrame]], *, numbers: int) -> None:
    """Try all worlds of some numbers that are 1 or 2; those shown alike must hold both in every place."""
    worlds = defaultdict(list)
    for world in product((1, 2), repeat=numbers):
        found = hide_small(of(world), below=3, home=pd.Series(dtype=object), ages={"primary": (6, 7)}, base_year=2024)
        image = [np.round(table.select_dtypes("number").to_numpy(), 9).tobytes() for table in found.values()]
        worlds[tuple(image)].append(world)
    for alike in worlds.values():
        for place in range(numbers):
            assert {world[place] for world in alike} == {1, 2}


def test_no_world_of_schools_can_be_ruled_out() -> None:
    """The same pupils stand in three tables, in totals and among the graduates, as in a bureau's files; some contradict."""

    def of(world: tuple[int, ...]) -> dict[str, pd.DataFrame]:
        *grades, intake = world
        rows = [(f"S{n}", "2", "2024", pupils) for n, pupils in enumerate(grades)]
        book = sections(*([20, pupils] for pupils in grades))
        return {
            "sections": book.assign(intake=[20.0, 20.0, 21.0, intake], graduates=grades),
            "classes": pd.DataFrame([("S0", "2", grades[0]), ("S0", "1", 20)], columns=["school", "grade", "pupils"]),
            "pupils": pd.DataFrame([*rows, ("S0", "2", "2023", 9)], columns=["school", "grade", "year", "pupils"]),
        }

    open_worlds(of, numbers=5)


def test_no_world_of_villages_can_be_ruled_out() -> None:
    """Totals of the day of the count, and of each age, are made of the same residents."""

    def of(world: tuple[int, ...]) -> dict[str, pd.DataFrame]:
        rows = [(f"v{n}", age, count) for n, small in enumerate(world) for age, count in (("6", small), ("7+", 50))]
        population = pd.DataFrame(rows, columns=["area", "age", "count"]).assign(date="2024-08-31")
        totals = population.groupby(["area", "date"], as_index=False)["count"].sum()
        ages = population.groupby("age", as_index=False)["count"].sum()
        return {"population": population, "totals": totals, "structure": ages}

    open_worlds(of, numbers=4)


def test_equations_leave_every_hidden_count_open() -> None:
    """What is shown, and the rule that groups keep their sum, as equations: each hidden count may still be 1 or 4."""
    rng = np.random.default_rng(9)
    grid = rng.integers(1, 8, size=(9, 3)).astype(float)
    book = sections(*grid.tolist())
    table = shown({"sections": book})["sections"]
    made = table[[f"pupils_{grade}" for grade in (1, 2, 3)]].to_numpy()
    small = grid < 5
    assert small.sum(axis=0).min() >= 3
    np.testing.assert_allclose(table["enrolment"], made.sum(axis=1), atol=0.5 + 1e-9)
    equations = []
    for grade in range(3):
        members = np.zeros(grid.shape)
        members[small[:, grade], grade] = 1
        k, total = members.sum(), made[small[:, grade], grade].sum()
        # a sum at the end of what leaves all open may be any beyond it
        low = k if total == k - 1 + 4 else total
        high = 4 * k if total == 4 * (k - 1) + 1 else total
        equations.append(LinearConstraint(members.ravel(), low - 1e-6, high + 1e-6))
    bounds = (np.where(small, 1, grid).ravel(), np.where(small, 4, grid).ravel())
    for place in np.flatnonzero(small.ravel()):
        aim = np.zeros(grid.size)
        aim[place] = 1
        ends = [
            milp(sign * aim, constraints=equations, integrality=np.ones(grid.size), bounds=bounds) for sign in (1, -1)
        ]
        assert [round(sign * found.fun) for sign, found in zip((1, -1), ends, strict=True)] == [1, 4]
