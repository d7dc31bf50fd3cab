"""What ``sim outcomes`` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.cli import layout
from sim.runs.words import minus

if TYPE_CHECKING:
    import pandas as pd

UNIT, ORIGIN = 10, 17
"""Columns of a terminal that units and origins take, so that most are left to what an outcome is."""


def print_outcomes(frame: pd.DataFrame, format: str, named: bool) -> None:
    """The outcomes as a page to read, or for a program; ``named``: of a scenario, whose actors have names."""
    if format == "csv":
        layout.print_csv(frame)
        return
    if format == "json":
        layout.print_json({"outcomes": layout.records(frame)})
        return
    console = layout.stdout()
    table = layout.table("", ["Outcome"], ["range"], ["unit", "what it is", "from"])
    table.columns[2].max_width, table.columns[4].max_width = UNIT, ORIGIN
    row: Any
    for row in layout.rows(frame):
        table.add_row(row.outcome, _range(row), row.unit, row.what, row.origin)
    layout.print_table(console, table)
    if not named:
        console.print("P: a power; R: a republic; SECTOR: a sector. sim outcomes SCENARIO has them by name.")
    console.print("Means over republics are weighted as --region-weights says.")
    console.print(
        "A sweep saves any of them (--outcome; outcomes: in a plan) and is asked about them. With .vs_base behind its "
        "name (--relative lists them) a sweep saves the difference from the unchanged scenario in the same world."
    )


def _range(row: Any) -> str:
    """From where to where an outcome goes; "" where its unit says it, or it is no number."""
    low, high = (None if end != end else f"{end:g}" for end in (row.low, row.high))
    if low is None or row.unit == "0 or 1":
        return ""
    return minus(f"{low} or more" if high is None else f"{low} to {high}")
