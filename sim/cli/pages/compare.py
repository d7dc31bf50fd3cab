"""What ``sim compare`` and ``sim whatif`` print and write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli import layout
from sim.cli.save import write_folder
from sim.runs.words import capital, minus, month_words, percent, signed

if TYPE_CHECKING:
    from rich.table import Table

    from sim.reading.compare import Comparison
    from sim.scenario import Scenario

BESIDE = {
    "grievance": "grievance against it",
    "rebukes": "public rebukes of it",
    "conceded": "concessions it makes",
    "punished": "punishments by it",
    "terms": "change of strings, in %",
    "projects": "projects won",
    "delivered": "deals delivered",
    "lapsed": "pledges lapsed",
    "cancelled": "pledges called off",
}
"""Outcomes that a comparison shows beside alignment."""


def print_comparison(both: Comparison, format: str, sector: str = "overall") -> None:
    """A comparison as a page to read, or for a program."""
    if format == "csv":
        layout.print_csv(both.table(sector))
    elif format == "json":
        layout.print_json(
            {
                "sentences": {name: both.headline(name, sector=sector) for name in both.names[1:]},
                "table": layout.records(both.table(sector)),
                "outcomes": layout.records(both.outcomes()),
                "manifest": layout.stamped(comparison_facts(both)),
            }
        )
    else:
        console = layout.stdout()
        for name in both.names[1:]:
            console.print(f"{both.title(name)} against {both.title(0)}", style="bold")
            console.print(both.headline(name, sector=sector))
            _one_comparison(both, name, sector)
        console.print(
            "\nPaired by world: both ran on the same luck. [ ] 80 % of worlds. Clear since: from this month "
            "to the end that band of the difference excludes zero; – is never."
        )
        console.print(
            layout.colophon(
                both.worlds, (one.scenario.hash[:12] for one in both.results), *(one.finished for one in both.results)
            )
        )


def _one_comparison(both: Comparison, name: str, sector: str) -> None:
    console = layout.stdout()
    story = both.results[both.index(name)].scenario
    where = story.words.alignment(sector)
    table = layout.table(
        f"{capital(where)} in {month_words(both.dates[-1])}, %",
        ["Alignment with"],
        ["base", "other", "difference", "higher\nin", "clear\nsince"],
    )
    frame = both.table(sector)
    for row in by_republic(table, layout.rows(frame[frame.scenario == name]), story):
        table.add_row(
            indented(story, row.power),
            layout.share(row.base),
            f"{layout.share(row.median)} [{layout.share(row.low)}–{layout.share(row.high)}]",
            gap(row),
            _higher(row),
            row.clear_since or "–",
        )
    layout.print_table(console, table)
    if sector != "overall":
        return
    outcomes = both.outcomes().query("scenario == @name").set_index("outcome")
    table = layout.table(
        "Beside alignment, whole region and run, median of worlds",
        ["Power"],
        ["base", "other", "difference", "higher\nin"],
    )
    for power in both.powers:
        table.add_row(story.powers[power].name)
        for what, words in BESIDE.items():
            one: Any = outcomes.loc[f"{power}.{what}"]
            unit = 100.0 if what == "terms" else 1.0
            middle, low, high, base, other = (
                unit * value + 0.0
                for value in (one.difference, one.difference_low, one.difference_high, one.base, one.other)
            )
            difference = f"{middle:+.2f} [{low:+.2f} to {high:+.2f}]"
            table.add_row(f"  {words}", minus(f"{base:.2f}"), minus(f"{other:.2f}"), minus(difference), _higher(one))
    layout.print_table(console, table)


def by_republic(table: Table, rows: Iterable[Any], story: Scenario) -> Iterator[Any]:
    """Rows one after another; where a new republic begins, its name goes into the table first."""
    previous = None
    for row in rows:
        if row.republic != previous:
            table.add_row(story.republics[row.republic].name)
        previous = row.republic
        yield row


def indented(story: Scenario, code: str) -> str:
    """A power's name, set in below its republic's."""
    return f"  {story.powers[code].name}"


def gap(row: Any) -> str:
    """A paired difference and its 80 % band, in percentage points: ``+1.2 [−0.4 to +2.9]``."""
    return f"{signed(row.difference)} [{signed(row.difference_low)} to {signed(row.difference_high)}]"


def _higher(row: Any) -> str:
    if row.p_higher + row.p_lower == 0:
        return "same"
    return percent(row.p_higher, short=True)


def save_comparison(both: Comparison, folder: Path, sector: str = "overall") -> None:
    """Write table.csv, differences.csv (by month), outcomes.csv, what was asked, the figures and a manifest."""
    figures = {
        "difference" if len(both.names) == 2 else f"difference-{k}": both.figure(k, sector)
        for k in range(1, len(both.names))
    }
    write_folder(
        folder,
        tables={"table": both.table(sector), "differences": both.bands(sector), "outcomes": both.outcomes()},
        figures=figures,
        asks={f"-{k}": result.finished for k, result in enumerate(both.results)},
        facts=comparison_facts(both),
    )


def comparison_facts(both: Comparison) -> dict[str, Any]:
    """What a manifest says of a comparison."""
    return {
        "kind": "comparison",
        "names": list(both.names),
        "notes": list(both.notes),
        "seed": both.seed,
        "worlds": both.worlds,
        "months": both.months,
        "posterior": None if both.posterior is None else both.posterior.manifest,
        "scenario_hashes": [result.scenario.hash for result in both.results],
        "asks": [result.finished.manifest for result in both.results],
    }
