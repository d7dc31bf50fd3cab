"""What ``sim tornado`` prints and writes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli import layout
from sim.cli.save import write_folder
from sim.runs.words import signed
from sim.scenario.doubt import ASKED, STATED
from sim.scenario.paths import said
from sim.sweeps.factors import outcome_words, words
from sim.world.record import outcomes_of

if TYPE_CHECKING:
    from sim.sweeps.tornado import Tornado

ROWS = 20
"""Numbers that a page lists; all of them are in CSV and JSON."""


def print_tornado(found: Tornado, format: str, outcome: str | None) -> None:
    """A tornado as a page to read, or for a program."""
    if format == "csv":
        layout.print_csv(found.of(outcome))
        return
    if format == "json":
        layout.print_json({"rows": layout.records(found.of(outcome)), "manifest": layout.stamped(facts(found))})
        return
    console, story = layout.stdout(), found.scenario
    rows = found.of(outcome)
    shown = rows[rows.sure].head(ROWS)
    what = "The alignment that each number moves most" if outcome is None else outcome_words(outcome, story)
    table = layout.table(
        f"{what}: percentage points from the scenario's own",
        [] if outcome else ["Alignment"],
        ["at low", "at high", "range"],
        ["Number"],
    )
    row: Any
    for row in layout.rows(shown):
        cells = [signed(row.at_low - row.base), signed(row.at_high - row.base), _range(row.path, row.low, row.high)]
        table.add_row(*([] if outcome else [row.outcome.removesuffix(".share")]), *cells, words(row.path, story))
    layout.print_table(console, table)
    if left := len(rows) - len(shown):
        console.print(f"Not listed, as they move less, or no more than luck could: {left}. --format csv lists all.")
    stated = int(rows.origin.isin([STATED, ASKED]).sum())
    console.print(
        f"Each number alone at the ends of its range, conduct before day one too, on the same luck; {stated} of "
        f"{len(rows)} ranges are stated by the scenario or by you, the others are the usual ones of their kind (a "
        "quarter of a share, two thirds to one and a half times a size)."
    )
    if outcome is not None and outcomes_of(story)[outcome].regional:
        console.print(f"Mean over {story.words.members}: {found.ask.weighted}.")
    console.print(layout.colophon(found.ask.worlds, [story.hash], found.ask))


def _range(path: str, low: float, high: float) -> str:
    return f"{said(path, low, 3)} to {said(path, high, 3)}"


def facts(found: Tornado) -> dict[str, Any]:
    """What a manifest says of a tornado."""
    return {"kind": "tornado", **found.ask.manifest}


def save_tornado(found: Tornado, folder: Path, outcome: str | None) -> None:
    """Write the whole table, the figure, what was asked and a manifest."""
    write_folder(
        folder,
        tables={"tornado": found.table},
        figures={"tornado": found.figure(outcome)},
        asks={"": found.ask},
        facts=facts(found),
    )
