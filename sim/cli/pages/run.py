"""What the commands print: results, scenarios and lists laid out for a terminal of 80 columns, a pipe or a program."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from sim.runs.percent import percent
from sim.scenario.table import STANCES

if TYPE_CHECKING:
    import pandas as pd

    from sim.runs.ask import Ask
    from sim.runs.result import Result
    from sim.scenario import Scenario

NARROWEST = 80
"""Columns the pages are laid out for at least; every table has room for its numbers in them."""

LEDGER_ROWS = 20
"""Rows of the typical world's ledger that are printed; the most telling ones."""

TELLING: dict[str, float] = {
    "event": 6.0,
    "rebuke": 6.0,
    "grievance": 2.0,
    "offer": 1.5,
    "stance": 1.5,
    "delivery": 1.0,
    "request": 0.5,
}
"""How much room each kind of entry gets among the rows printed."""


def visible(text: str) -> str:
    """A text of a scenario without what could steer a terminal; line ends stay."""
    return "".join(c if c.isprintable() or c == "\n" else "?" for c in text)


class _Pipe(Console):
    """A console that prints no control characters and lets the command end quietly when its reader leaves."""

    def render_str(self, text: str, **options: Any) -> Text:
        """Text of a cell or a line."""
        return super().render_str(visible(text), **options)

    def on_broken_pipe(self) -> None:
        """Pass the error on instead of ending the program with code 1."""
        raise BrokenPipeError


def _stdout() -> Console:
    """The console of the answers; on a very narrow terminal lines wrap, rather than numbers being cut off."""
    console = _Pipe(highlight=False, emoji=False, markup=False)
    console.width = max(console.width, NARROWEST)
    return console


def _stderr() -> Console:
    return Console(stderr=True, highlight=False, emoji=False, markup=False)


# -- while it runs -----------------------------------------------------------------------------------------------------


class Progress:
    """A bar on stderr with worlds done, rate and time left; only on a terminal."""

    def __init__(self, hidden: bool) -> None:
        console = _stderr()
        self._shown = console.is_terminal and not hidden
        self._bar = Bar(
            TextColumn("worlds"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        self._task = self._bar.add_task("worlds", total=None, rate="")

    def __enter__(self) -> Self:
        if self._shown:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            self._bar.stop()

    def update(self, done: int, total: int) -> None:
        """Tell that ``done`` of ``total`` worlds are finished."""
        task = self._bar.tasks[self._task]
        rate = f"{done / task.elapsed:,.0f} a second" if task.elapsed else ""
        self._bar.update(self._task, completed=done, total=total, rate=rate)


class Notes:
    """Remarks on stderr, beside the answer."""

    def __init__(self, hidden: bool) -> None:
        self._console = Console(stderr=True, highlight=False, emoji=False, markup=False, soft_wrap=True, quiet=hidden)

    def starting(self, scenario: Scenario, worlds: int, seed: int) -> None:
        """Say what is about to run."""
        self._console.print(f"Running {scenario.name}: {worlds:,} worlds of {scenario.months:,} months, seed {seed}")

    def partial(self, result: Result) -> None:
        """Say that Ctrl-C cut the run short."""
        self._console.print(f"Stopped: {result.worlds:,} of the {result.asked:,} worlds asked for are finished.")

    def saved(self, folder: Path) -> None:
        """Say where the result went."""
        self._console.print(f"Written to {folder}")


# -- sim run -----------------------------------------------------------------------------------------------------------


def print_result(result: Result, format: str) -> None:
    """Print a result as a page to read (table) or for a program (json, csv)."""
    if format == "json":
        _print_json(result)
    elif format == "csv":
        sys.stdout.write(result.summary().to_csv(index=False, lineterminator="\n"))
    else:
        _print_page(result)


def _print_json(result: Result) -> None:
    from sim.runs.folder import manifest

    answer = {
        "headline": result.headline(),
        "summary": _records(result.summary()),
        "leaders": _records(result.leaders()),
        "stances": _records(result.stances()),
        "manifest": manifest(result, command()),
    }
    sys.stdout.write(json.dumps(answer, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def command() -> str:
    """The command line as typed, without the folder the program happens to be in."""
    return shlex.join(["sim", *sys.argv[1:]])


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain dictionaries; what is not there is None."""
    records: list[dict[str, Any]] = json.loads(frame.to_json(orient="records", double_precision=15))
    return records


def _print_page(result: Result) -> None:
    console = _stdout()
    console.print(result.scenario.title, style="bold")
    if result.worlds < result.asked:
        console.print(f"Stopped early: {result.worlds:,} of {result.asked:,} worlds.")
    console.print(result.headline())
    _print_table(console, _alignment(result))
    console.print(f"Quantiles over {result.worlds:,} worlds; 'falls in' is the part of them that ends lower.")
    console.print(bands_hold(result.ask))
    _print_table(console, _leaders(result))
    if len(stances := result.stances()):
        _print_table(console, _stances(result, stances))
    _print_ledger(console, result)
    console.print(_colophon(result))


def bands_hold(ask: Ask) -> str:
    """What the spread between worlds is made of, in a sentence."""
    posterior = ask.posterior
    varied = "what is varied from world to world" if ask.variations else ""
    if posterior is None:
        if varied:
            return f"The bands hold chance and {varied}."
        return "The bands hold chance only; --posterior dushanbe-2025 adds what the record leaves open."
    until = f" of the record up to {posterior.facts['origin']}" if "origin" in posterior.facts else ""
    return (
        f"The bands hold chance{', ' + varied if varied else ''} and what is not known about the parameters: "
        f"{len(posterior.draws):,} draws{until} ({posterior.name}), one a world."
    )


def _alignment(result: Result) -> Table:
    table = _table(
        f"Alignment, {result.dates[1]} to {result.dates[-1]}, in % of a republic's engagement",
        ["Republic", "Power"],
        ["now", "10 %", "median", "90 %", "change", "falls in"],
    )
    previous = ""
    for row in _rows(result.summary()):
        republic = _name(result.scenario.republics, row.republic)
        table.add_row(
            "" if republic == previous else republic,
            _name(result.scenario.powers, row.power),
            _share(row.now),
            _share(row.low),
            _share(row.median),
            _share(row.high),
            f"{round(100 * row.change, 1) + 0.0:+.1f}",
            _chance(row.p_lower),
        )
        previous = republic
    return table


def _leaders(result: Result) -> Table:
    table = _table(
        "Leader, the power a republic is most aligned with",
        ["Republic", "now", "most often at the end"],
        ["chance of a change", "median month"],
    )
    powers = result.scenario.powers
    for row in _rows(result.leaders()):
        month = "" if row.probability_of_change == 0 else str(row.median_month)
        table.add_row(
            _name(result.scenario.republics, row.republic),
            _name(powers, row.leader_now),
            _name(powers, row.leader_end),
            _chance(row.probability_of_change),
            month,
        )
    return table


def _stances(result: Result, stances: pd.DataFrame) -> Table:
    table = _table(
        "Stances of the guests at summits, in % of worlds",
        ["Summit", "Guest"],
        ["deferential", "transactional", "assertive"],
    )
    for (date, event), guests in stances.groupby(["date", "event"], sort=True):
        several = guests["power"].nunique() > 1
        labels = [str(event), str(date), *[""] * len(guests)]
        for label, row in zip(labels, _rows(guests), strict=False):
            guest = _name(result.scenario.republics, row.republic)
            guest += f" to {_name(result.scenario.powers, row.power)}" if several else ""
            table.add_row(label, guest, *map(_chance, (row.deferential, row.transactional, row.assertive)))
    return table


def _print_ledger(console: Console, result: Result) -> None:
    ledger = result.ledger()
    chosen = most_telling(ledger, LEDGER_ROWS)
    table = _table(f"What happened in a typical world (number {result.typical_world})", ["Date"], [], ["What"])
    for row in _rows(chosen):
        table.add_row(str(row.date), str(row.text))
    _print_table(console, table)
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


def _colophon(result: Result) -> str:
    from sim.runs.folder import versions

    used = ", ".join(f"{name} {version}" for name, version in versions().items())
    return (
        f"\nSeed {result.seed}, {result.worlds:,} worlds, scenario {result.scenario.hash}{beside(result.ask)}\n{used}"
    )


def beside(*asks: Ask) -> str:
    """What asks hold beside scenario, worlds, months and seed, as a line of its own; "" for nothing."""
    said = dict.fromkeys(text for ask in asks for text in ask.beside)
    return f"\nWith {', '.join(said)}" if said else ""


# -- sim list, sim show ------------------------------------------------------------------------------------------------


def print_list(scenarios: Mapping[str, Scenario]) -> None:
    """Print names, titles, months and first sentences."""
    table = _table("", ["Name"], ["Months"], ["What it asks"])
    for name, scenario in scenarios.items():
        table.add_row(name, str(scenario.months), Text.assemble((scenario.title, "bold"), ". ", _first(scenario.about)))
    _print_table(_stdout(), table)


def _first(about: str) -> str:
    """The first sentence of a text."""
    text = " ".join(about.split())
    end = text.find(". ")
    return text if end < 0 else text[: end + 1]


def print_scenario(scenario: Scenario, *, sources: bool) -> None:
    """Print a scenario as a page: what it is about, who is in it, key values, what will happen; or every value."""
    console = _stdout()
    console.print(scenario.title, style="bold")
    console.print(f"{scenario.months} months from {scenario.start_label}; hash {scenario.hash[:12]}")
    for paragraph in scenario.about.strip().split("\n\n"):
        console.print("\n" + " ".join(paragraph.split()))
    key = [path for path in scenario.numeric_paths() if _is_key(scenario, path)]
    _print_table(console, _standing(scenario))
    _print_table(console, _values(scenario, key, "Key values (change one with --set PATH=VALUE)"))
    _print_table(console, _timeline(scenario))
    used = _used(scenario, scenario.numeric_paths())
    if sources:
        _print_table(console, _values(scenario, scenario.numeric_paths(), "Every value", notes=True))
        _print_table(console, _bibliography(used))
    else:
        console.print(f"\n{len(scenario.numeric_paths()):,} values from {len(used)} sources: --sources lists them.")


def _standing(scenario: Scenario) -> Table:
    """Overall alignment on day one: shares weighted by need."""
    names = [spec.name for spec in scenario.powers.values()]
    if sum(len(name) + 2 for name in names) > NARROWEST - 22:  # room for the republic and for others
        names = list(scenario.powers)
    table = _table("Where they stand on day one, overall alignment in %", ["Republic"], [*names, "others"])
    for spec in scenario.republics.values():
        shares = [
            sum(weight * spec.alignment[sector][power] for sector, weight in spec.need.items())
            for power in scenario.powers
        ]
        table.add_row(spec.name, *map(_share, shares), _share(1.0 - sum(shares)))
    return table


def _is_key(scenario: Scenario, path: str) -> bool:
    row = scenario.parameter(path)
    return row.group == "first" and row.owner in ("power", "republic")


def _values(scenario: Scenario, paths: Iterable[str], title: str, *, notes: bool = False) -> Table:
    """Values with unit and sources; with notes, also what the file remarks and how far the value may be off."""
    table = _table(title, ["Path"], ["Value"], ["Unit, source"])
    for path in paths:
        remark = f"{scenario.parameter(path).unit}; {', '.join(scenario.source_of(path))}"
        if notes:
            spread, note = scenario.range_of(path), scenario.note_of(path)
            remark += f"; may be {spread[0]:g} to {spread[1]:g}" if spread else ""
            remark += f". {note}" if note else ""
        table.add_row(path, _number(scenario, path), remark)
    return table


def _number(scenario: Scenario, path: str) -> str:
    value = scenario.get(path)
    return (
        f"{int(value) // 12:04d}-{int(value) % 12 + 1:02d}"
        if path.endswith((".date", ".after", ".before"))
        else f"{value:g}"
    )


def _timeline(scenario: Scenario) -> Table:
    """Dated events in order, then those that may happen."""
    table = _table("What will happen, and what may", ["When"], [], ["Event"])
    for name, event in sorted(scenario.events.items(), key=lambda item: (item[1].random, item[1].date or 0)):
        when = f"{100 * event.chance:g} % a month" if event.random else event.date_label
        sources = ", ".join(scenario.source_of(f"events.{name}.{'chance' if event.random else 'date'}"))
        table.add_row(
            when,
            Text.assemble(
                (name, "bold"), f" ({event.kind.replace('_', ' ')}): {visible(event.about)} ", (f"[{sources}]", "dim")
            ),
        )
    return table


def _used(scenario: Scenario, paths: Iterable[str]) -> list[str]:
    return sorted({source for path in paths for source in scenario.source_of(path)})


def _bibliography(used: Iterable[str]) -> Table:
    from sim.scenario.sources import describe

    table = _table("Sources", ["Id"], [], ["What it is"])
    for reference in used:
        table.add_row(reference, "judgement of the authors" if reference == "assumption" else describe(reference))
    return table


def _table(title: str, left: Iterable[str], right: Iterable[str], wide: Iterable[str] = ()) -> Table:
    """A table with columns of names, then of numbers, then of text that may wrap; see ``_print_table``."""
    table = Table(title=title, box=SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    wide = list(wide)
    for name in left:
        table.add_column(name, overflow="fold", no_wrap=bool(wide))  # where text can give way, a path stays whole
    for name in right:
        table.add_column(name, justify="right", no_wrap=True)
    for name in wide:
        table.add_column(name, overflow="fold")
    return table


def _print_table(console: Console, table: Table) -> None:
    """Print a table under its title, as wide as it needs to be."""
    title, table.title = table.title, None
    console.print()
    if title:
        console.print(title, style="bold")
    console.print(table)


def _rows(frame: pd.DataFrame) -> Iterable[Any]:
    return frame.itertuples()


def _name(actors: Mapping[str, Any], code: str) -> str:
    return str(actors[code].name) if code in actors else str(code)


def _share(value: float) -> str:
    return f"{100 * value:.1f}"


def _chance(value: float) -> str:
    return percent(value, short=True)
