"""What ``sim outcomes`` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.cli import layout
from sim.runs.words import minus

if TYPE_CHECKING:
    import pandas as pd


def print_outcomes(frame: pd.DataFrame, format: str, named: bool) -> None:
    """The outcomes as a page to read, or for a program; ``named``: of a scenario, whose actors have names."""
    if format == "csv":
        layout.print_csv(frame)
        return
    if format == "json":
        layout.print_json({"outcomes": layout.records(frame)})
        return
    console = layout.stdout()
    table = layout.table("", ["Outcome"], [], ["What it is, unit, range, from where"])
    row: Any
    for row in layout.rows(frame):
        what = f"{row.what}. " if named else ""
        table.add_row(row.outcome, f"{what}{row.about[:1].upper()}{row.about[1:]}. {_unit(row)}; {row.origin}")
    layout.print_table(console, table)
    if not named:
        console.print("P: a power; R: a republic; SECTOR: a sector. sim outcomes SCENARIO has them by name.")
    console.print(
        "A sweep saves any of them (--outcome; outcomes: in a plan) and is asked about them. With .vs_base behind its "
        "name (--relative lists them) a sweep saves the difference from the unchanged scenario in the same world."
    )


def _unit(row: Any) -> str:
    ends = [None if end != end else f"{end:g}" for end in (row.low, row.high)]
    if ends == [None, None]:
        return str(row.unit)
    span = f"{ends[0]} to {ends[1]}" if None not in ends else f"{ends[0]} or more"
    return str(row.unit) if row.unit == "0 or 1" else minus(f"{row.unit}, {span}")
