"""What ``sim compare`` and ``sim whatif`` print and write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from rich.text import Text

from sim.cli import layout
from sim.cli.save import write_folder
from sim.reading.compare import ALL
from sim.reading.differing import given, unweighed
from sim.reading.sizes import NEGLIGIBLE, WORDS, legend, mark, spelled
from sim.runs.words import capital, minus, month_words, short_names, signed
from sim.scenario.table import STANCES

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
SEEN = 0.01
"""Least difference of a stance's probabilities that is shown."""
MATRIX_NAMES, CELL = 20, 11
"""Columns of a terminal that a matrix takes for names, and for a cell."""


def print_comparison(both: Comparison, format: str, sector: str = "overall") -> None:
    """A comparison as a page to read, or for a program."""
    if format == "csv":
        layout.print_csv(both.table(sector))
    elif format == "json":
        answer: dict[str, Any] = {
            "sentences": {name: both.headline(name, sector=sector) for name in both.names[1:]},
            "table": layout.records(both.table(sector)),
        }
        if len(both.names) > 2:
            answer["matrix"] = layout.records(both.matrix(sector))
        layout.print_json(
            answer
            | {
                "outcomes": layout.records(both.outcomes()),
                "leaders": layout.records(both.leaders()),
                "stances": layout.records(both.stances()) if _keeps_stances(both) else [],
                "only": {name: both.only(name) for name in both.names[1:]},
                "manifest": layout.stamped(comparison_facts(both)),
            }
        )
    else:
        console = layout.stdout()
        doubt = bool(both.doubt(sector).any())
        if len(both.names) > 2:
            _matrix(both, sector)
            mean = f"Mean over {both.scenario.words.members}: {both.results[0].ask.weighted}."
            console.print(f"{legend(doubt, marks=True)} {mean}")
        for name in both.names[1:]:
            if len(both.names) > 2:
                console.print()
            console.print(f"{both.title(name)} against {both.title(0)}", style="bold")
            console.print(both.headline(name, sector=sector))
            _one_comparison(both, name, sector)
        console.print("\n" + " ".join([_reading(both), legend(doubt), *unweighed(both)]))
        console.print(
            layout.colophon(
                both.worlds,
                (one.scenario.hash[:12] for one in both.results),
                *(one.finished for one in both.results),
                names=both.names,
            )
        )


def _reading(both: Comparison) -> str:
    """How to read the tables, in words."""
    if both.worlds == 1:
        return "All ran on the same luck, in one world only, which tells nothing of how sure a difference is."
    return (
        "Paired by world: all ran on the same luck. Base and other are medians over worlds, each by itself, so that "
        "they need not add up to 100 %; the difference is the median of the differences within worlds, not the "
        f"difference of the medians. [ ] 80 % of worlds, {given(both.results[-1].ask)}; higher in: share of these "
        "worlds. Clear since: from this month to the end that band of the difference excludes zero, and the "
        "difference is at least small; – is never."
    )


def _matrix(both: Comparison, sector: str) -> None:
    """All scenarios side by side, in as many tables as the width asks for."""
    console, story, frame = layout.stdout(), both.scenario, both.matrix(sector)
    names, room = both.names[1:], max((console.width - MATRIX_NAMES) // (CELL + 1), 1)
    for first in range(0, len(names), room):
        shown = names[first : first + room]
        table = layout.table(
            f"{capital(story.words.alignment(sector))} in {month_words(both.dates[-1])} against {both.title(0)}, "
            "percentage points",
            ["Alignment with"],
            ["\n".join(wrap(name, CELL)) for name in shown],
        )
        previous = None
        for row in frame.to_dict("records"):
            if row["republic"] != previous:
                mean = story.words.spell("All republics, mean")
                table.add_row(mean if row["republic"] == ALL else story.republics[row["republic"]].name)
            previous = row["republic"]
            table.add_row(indented(story, row["power"]), *(_cell(row[name], row[f"{name} size"]) for name in shown))
        layout.print_table(console, table)


def _cell(difference: float, size: str) -> Text:
    """A difference with the mark of its size; a terminal shows its sign in colour, too."""
    tint = "" if size == NEGLIGIBLE else "blue" if difference > 0 else "dark_orange3"
    return Text(
        f"{signed(difference)} {mark(size, difference):<3}", style=f"bold {tint}" if size == WORDS[-1] else tint
    )


def _one_comparison(both: Comparison, name: str, sector: str) -> None:
    console = layout.stdout()
    story = both.results[both.index(name)].scenario
    where = story.words.alignment(sector)
    table = layout.table(
        f"{capital(where)} in {month_words(both.dates[-1])}, %",
        ["Alignment with"],
        ["base", "other", "size", "difference", "higher\nin", "clear\nsince"],
    )
    frame = both.table(sector)
    for row in by_republic(table, layout.rows(frame[frame.scenario == name]), story):
        table.add_row(
            indented(story, row.power),
            layout.share(row.base),
            layout.share(row.median),
            spelled(row.size, row.difference),
            gap(row) if both.worlds > 1 else signed(row.difference),
            _higher(row, both.worlds),
            row.clear_since or "–",
        )
    layout.print_table(console, table)
    if sector != "overall":
        return
    outcomes = both.outcomes().query("scenario == @name").set_index("outcome")
    table = layout.table(
        f"Beside alignment, whole region and run{'' if both.worlds == 1 else ', mean of worlds (± standard error)'}",
        ["Power"],
        ["base", "other", "difference", "higher\nin"],
    )
    for power in both.powers:
        table.add_row(story.powers[power].name)
        for what, words in BESIDE.items():
            one: Any = outcomes.loc[f"{power}.{what}"]
            unit = 100.0 if what == "terms" else 1.0
            base, other, mean, error = (
                unit * value + 0.0 for value in (one.base_mean, one.other_mean, one.difference_mean, one.error)
            )
            difference = f"{round(mean, 2) + 0.0:+.2f}" + ("" if both.worlds == 1 else f" ± {error:.2f}")
            cells = (f"{base:.2f}", f"{other:.2f}", difference)
            table.add_row(f"  {words}", *map(minus, cells), _higher(one, both.worlds))
    layout.print_table(console, table)
    _leaders(both, name)
    if _keeps_stances(both):
        _stances(both, name)


def _leaders(both: Comparison, name: str) -> None:
    """Who leads each republic at the end, with the probabilities of a change."""
    result = both.results[both.index(name)]
    story, frame = result.scenario, both.leaders().query("scenario == @name")
    codes = [*frame.leader_now, *frame.leader_base, *frame.leader_other]
    powers = dict(both.scenario.powers) | dict(story.powers)
    short = short_names({code: powers[code].name for code in dict.fromkeys(codes)})
    alone = both.worlds == 1
    table = layout.table(
        f"Leading power in {month_words(both.dates[-1])}, and "
        f"{'whether' if alone else 'part of worlds in which'} it changes",
        [story.words.heading, "day one"],
        ["base", "changes", "other", "changes", "another\nthan in base"],
    )
    for row in layout.rows(frame):
        table.add_row(
            story.republics[row.republic].name,
            short[row.leader_now],
            short[row.leader_base],
            layout.part(row.change_base, alone),
            short[row.leader_other],
            layout.part(row.change_other, alone),
            layout.part(row.another, alone),
        )
    layout.print_table(layout.stdout(), table)


def _stances(both: Comparison, name: str) -> None:
    """Stances of guests at summits, where they differ by a hundredth of worlds or more."""
    alone = both.worlds == 1
    stories = both.scenario, both.results[both.index(name)].scenario
    powers, republics = ({**stories[0].powers, **stories[1].powers}, {**stories[0].republics, **stories[1].republics})
    frame = both.stances().query("scenario == @name")
    if frame.empty:
        return
    keys = ["event", "date", "power"]
    wide: Any = frame.set_index([*keys, "republic", "stance"])[["base", "other"]].unstack("stance", sort=False)
    moved = (wide["other"] - wide["base"]).abs().fillna(1.0).ge(SEEN).any(axis="columns")
    console = layout.stdout()
    if not moved.any():
        console.print(f"\nStances at summits are the same in both{'' if alone else ', to a hundredth of worlds'}.")
        return
    table = layout.table(
        f"Stances at summits{'' if alone else ', % of worlds with the summit'}: base → other, where they differ",
        ["Summit, guest"],
        list(STANCES),
    )
    for (event, date, power), block in wide[moved].groupby(keys, sort=False, observed=True):
        table.add_row(f"{event}, {layout.name_of(powers, power)}, {date}")
        for index, row in block.iterrows():
            cells = (" → ".join(_hundredths(row[side][s], alone) for side in ("base", "other")) for s in STANCES)
            table.add_row(f"  {layout.name_of(republics, index[-1])}", *cells)
    layout.print_table(console, table)


def _hundredths(part: float, alone: bool) -> str:
    """A probability in per cent without its sign, of one world yes or no; a dash where there is none."""
    return "–" if part != part else layout.part(part, alone) if alone else f"{100 * part:.0f}"


def _keeps_stances(both: Comparison) -> bool:
    return all(one.record.wants("full") for one in both.results)


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


def _higher(row: Any, worlds: int) -> str:
    if row.p_higher + row.p_lower == 0:
        return "same"
    return layout.part(row.p_higher, worlds == 1)


def save_comparison(both: Comparison, folder: Path, sector: str = "overall") -> None:
    """Write table.csv, differences.csv (by month) and what differs beside alignment, what was asked, figures, manifest.

    Of three scenarios or more, matrix.csv and its figure, too.
    """
    figures = {
        "difference" if len(both.names) == 2 else f"difference-{k}": both.figure(k, sector)
        for k in range(1, len(both.names))
    }
    tables = {
        "table": both.table(sector),
        "differences": both.bands(sector),
        "outcomes": both.outcomes(),
        "leaders": both.leaders(),
    }
    if _keeps_stances(both):
        tables["stances"] = both.stances()
    if len(both.names) > 2:
        tables["matrix"], figures["matrix"] = both.matrix(sector), both.matrix_figure(sector)
    write_folder(
        folder,
        tables=tables,
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
