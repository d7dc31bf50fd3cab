"""What ``sim run`` prints: a result as a page to read or for a program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from sim.cli import layout
from sim.reading.doubt import FEWEST, bands_hold, doubts
from sim.runs.folder import manifest, size
from sim.runs.words import DAY_ONE, month_short, month_words, signed
from sim.scenario.table import STANCES

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from sim.runs.result import Result
    from sim.scenario import Scenario

LEDGER_ROWS = 20
"""Rows of the typical world's ledger that are printed; the most telling ones."""

TELLING: dict[str, float] = {
    "event": 6.0,
    "rebuke": 6.0,
    "grievance": 2.0,
    "project": 5.0,
    "stance": 1.5,
    "cancellation": 1.0,
    "delivery": 1.0,
    "request": 0.5,
}
"""How much room each kind of entry gets among the rows printed."""


def starting(scenario: Scenario, worlds: int, seed: int) -> str:
    """What is about to run, in a line."""
    return f"Running {scenario.name}: {worlds:,} world{'s' * (worlds > 1)} of {scenario.months:,} months, seed {seed}"


def to_write(scenario: Scenario, worlds: int, folder: Path) -> str:
    """How much a run will write, in a line."""
    return f"{folder} will take about {layout.amount(size(scenario, worlds))}."


def partial(result: Result) -> str:
    """How much of a run Ctrl-C has left, in a line."""
    return f"Stopped: {result.worlds:,} of the {result.asked:,} worlds asked for are finished."


def print_result(result: Result, format: str) -> None:
    """Print a result as a page to read (table) or for a program (json, csv)."""
    if format == "json":
        layout.print_json(
            {
                "headline": result.headline(),
                "summary": layout.records(result.summary()),
                "leaders": layout.records(result.leaders()),
                "stances": layout.records(result.stances()),
                "doubt": _doubt(result),
                "manifest": manifest(result, layout.command_line()),
            }
        )
    elif format == "csv":
        layout.print_csv(result.summary())
    else:
        _print_page(result)


def _doubt(result: Result) -> dict[str, Any] | None:
    """What sets worlds apart, for a program; None without doubt, or where worlds are too few to say."""
    if result.ask.doubt is None or result.worlds < FEWEST:
        return None
    found = doubts(result)
    return {
        "sentences": found.sentences(),
        "parts": layout.records(found.parts),
        "numbers": layout.records(found.numbers),
    }


def _print_page(result: Result) -> None:
    console = layout.stdout()
    console.print(result.scenario.title, style="bold")
    if result.worlds < result.asked:
        console.print(f"Stopped early: {result.worlds:,} of {result.asked:,} worlds.")
    console.print(result.headline())
    layout.print_table(console, _alignment(result))
    if result.worlds > 1:
        console.print(
            f"Over {result.worlds:,} worlds: a tenth of them end below “10 %”, a tenth above “90 %”. Day one, median "
            "and change are medians, each by itself, and need not add up. “Lower in” is the share of worlds "
            "that end lower."
        )
        console.print(bands_hold(result.ask, mend="--doubt all adds doubt of them"))
    else:
        console.print("One world is one possible history; how sure this is takes more of them (--worlds).")
    if result.ask.doubt is not None:
        few = f"What sets worlds apart, chance or numbers in doubt, takes {FEWEST} worlds or more to say."
        for sentence in doubts(result).sentences() if result.worlds >= FEWEST else [few]:
            console.print(sentence)
    layout.print_table(console, _leaders(result))
    if len(stances := result.stances()):
        layout.print_table(console, _stances(result, stances))
    _print_ledger(console, result)
    console.print(layout.colophon(result.worlds, [result.scenario.hash], result.ask))
    console.print(layout.computed_with())


def _alignment(result: Result) -> Table:
    end = month_short(result.dates[-1])
    bands = [f"{end}\n{part}" for part in ("10 %", "median", "90 %")]
    table = layout.table(
        f"Alignment, in % of {result.scenario.words.a_member}'s engagement; {DAY_ONE} is in "
        f"{month_words(result.dates[1])}",
        [result.scenario.words.heading, "Power"],
        ["day\none", *([end, "change"] if result.worlds == 1 else [*bands, "change", "lower\nin"])],
    )
    previous = ""
    for row in layout.rows(result.summary()):
        republic = layout.name_of(result.scenario.republics, row.republic)
        low, median, high = (layout.share(value) for value in (row.low, row.median, row.high))
        change = signed(row.change)
        table.add_row(
            "" if republic == previous else republic,
            layout.name_of(result.scenario.powers, row.power),
            layout.share(row.now),
            *([median, change] if result.worlds == 1 else [low, median, high, change, layout.chance(row.p_lower)]),
        )
        previous = republic
    return table


def _leaders(result: Result) -> Table:
    alone = result.worlds == 1
    table = layout.table(
        f"Leading power: the one {result.scenario.words.a_member} is most aligned with",
        [result.scenario.words.heading, DAY_ONE, "at the end" if alone else "most often at the end"],
        ["since"] if alone else ["chance of a change", "median month"],
    )
    powers = result.scenario.powers
    for row in layout.rows(result.leaders()):
        month = "" if row.probability_of_change == 0 else str(row.median_month)
        table.add_row(
            layout.name_of(result.scenario.republics, row.republic),
            layout.name_of(powers, row.leader_now),
            layout.name_of(powers, row.leader_end),
            *([month] if alone else [layout.chance(row.probability_of_change), month]),
        )
    return table


def _stances(result: Result, stances: pd.DataFrame) -> Table:
    alone = result.worlds == 1
    table = layout.table(
        f"Stances of the guests at summits{'' if alone else ', in % of worlds'}",
        ["Summit", "Guest"],
        ["stance"] if alone else [*STANCES],
    )
    for (date, event), guests in stances.groupby(["date", "event"], sort=True):
        several = guests["power"].nunique() > 1
        labels = [str(event), str(date), *[""] * len(guests)]
        for label, row in zip(labels, layout.rows(guests), strict=False):
            guest = layout.name_of(result.scenario.republics, row.republic)
            guest += f" to {layout.name_of(result.scenario.powers, row.power)}" if several else ""
            parts = [getattr(row, stance) for stance in STANCES]
            table.add_row(
                label,
                guest,
                *(
                    [" or ".join(s for s, part in zip(STANCES, parts, strict=True) if part)]
                    if alone
                    else map(layout.chance, parts)
                ),
            )
    return table


def _print_ledger(console: Console, result: Result) -> None:
    ledger = result.ledger()
    chosen = most_telling(ledger, LEDGER_ROWS)
    world = "this world" if result.worlds == 1 else f"a typical world (number {result.typical_world})"
    table = layout.table(f"What happened in {world}", ["Date"], [], ["What"])
    for row in layout.rows(chosen):
        table.add_row(str(row.date), str(row.text))
    layout.print_table(console, table)
    if len(chosen) < len(ledger):
        console.print(
            f"{len(ledger) - len(chosen):,} more entries of this world: --out DIR writes them to ledger.csv; "
            "in Python, result.ledger(), or result.ledger(7) for world 7."
        )


def most_telling(ledger: pd.DataFrame, rows: int) -> pd.DataFrame:
    """The ``rows`` entries that say most, in the order they happened.

    Every kind of entry gets room by its weight in ``TELLING``. Of events and rebukes those are taken that spread best
    over time, of the other kinds the boldest stances and the largest sizes, and the earlier of equals.
    """
    kinds = dict(iter(ledger.groupby("kind", sort=False)))
    room = dict.fromkeys(kinds, 0)
    for _ in range(min(rows, len(ledger))):
        open_ = [kind for kind in kinds if room[kind] < len(kinds[kind])]
        room[min(open_, key=lambda kind: (room[kind] + 1) / TELLING.get(str(kind), 1.0))] += 1
    chosen: list[int] = []
    for kind, part in kinds.items():
        if kind in ("event", "rebuke"):
            chosen += [part.index[round((i + 0.5) * len(part) / room[kind] - 0.5)] for i in range(room[kind])]
        else:
            boldness = part["outcome"].map({stance: float(i) for i, stance in enumerate(STANCES)})
            size = boldness.fillna(part["size"].astype(float).abs()).fillna(0.0)
            chosen += list(size.sort_values(ascending=False, kind="stable").index[: room[kind]])
    return ledger.loc[sorted(chosen)]
