"""What ``sim list`` and ``sim show`` print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from sim.cli import layout
from sim.scenario.dates import is_date_path, month_label
from sim.scenario.strategies import STANDARD, strategies_of

if TYPE_CHECKING:
    from sim.scenario import EventSpec, Scenario


LONGEST = 58
"""Letters of a path that is printed on one line."""


def print_list(scenarios: Mapping[str, Scenario]) -> None:
    """Print names, titles, months and first sentences."""
    table = layout.table("", ["Name"], ["Months"], ["What it asks"])
    for name, scenario in scenarios.items():
        table.add_row(name, str(scenario.months), Text.assemble((scenario.title, "bold"), ". ", _first(scenario.about)))
    layout.print_table(layout.stdout(), table)


def _first(about: str) -> str:
    """The first sentence of a text."""
    text = " ".join(about.split())
    end = text.find(". ")
    return text if end < 0 else text[: end + 1]


def print_scenario(scenario: Scenario, *, sources: bool) -> None:
    """Print a scenario as a page: what it is about, who is in it, key values, what will happen; or every value."""
    console = layout.stdout()
    console.print(scenario.title, style="bold")
    console.print(f"{scenario.months} months from {scenario.start_label}; hash {scenario.hash[:12]}")
    for paragraph in scenario.about.strip().split("\n\n"):
        console.print("\n" + " ".join(paragraph.split()))
    key = [path for path in scenario.numeric_paths() if _is_key(scenario, path)]
    layout.print_table(console, _standing(scenario))
    if any(spec.strategy != STANDARD for spec in (*scenario.powers.values(), *scenario.republics.values())):
        layout.print_table(console, _conduct(scenario))
    layout.print_table(console, _values(scenario, key, "Key values (change one with --set PATH=VALUE)"))
    layout.print_table(console, _timeline(scenario))
    if scenario.left_out:
        console.print(f"Left out, as they lie beyond the end of this run: {', '.join(scenario.left_out)}.")
    used = _used(scenario, scenario.numeric_paths())
    if sources:
        layout.print_table(console, _values(scenario, scenario.numeric_paths(), "Every value", notes=True))
        layout.print_table(console, _bibliography(used))
    else:
        console.print(f"\n{len(scenario.numeric_paths()):,} values from {len(used)} sources: --sources lists them.")


def _standing(scenario: Scenario) -> Table:
    """Overall alignment on day one: shares weighted by need."""
    names = [spec.name for spec in scenario.powers.values()]
    if sum(len(name) + 2 for name in names) > layout.NARROWEST - 22:  # room for the republic and for others
        names = list(scenario.powers)
    table = layout.table(
        "Where they stand on day one, overall alignment in %", [scenario.words.heading], [*names, "others"]
    )
    for spec in scenario.republics.values():
        shares = [
            sum(weight * spec.alignment[sector][power] for sector, weight in spec.need.items())
            for power in scenario.powers
        ]
        table.add_row(spec.name, *map(layout.share, shares), layout.share(1.0 - sum(shares)))
    return table


def _conduct(scenario: Scenario) -> Table:
    """Who has a strategy of its own, and what that is."""
    table = layout.table("Strategies from day one on (all others: standard)", ["Actor", "Strategy"], [], ["How"])
    for section in ("powers", "republics"):
        help_of = {row.name: row.help for row in strategies_of(section)}
        for spec in getattr(scenario, section).values():
            if spec.strategy != STANDARD:
                table.add_row(spec.name, spec.strategy, help_of[spec.strategy])
    return table


def print_strategies(format: str) -> None:
    """Print every strategy, with what it does and whose idea it is."""
    from sim.scenario.sources import describe

    listed = [
        {"actors": section, "name": row.name, "what": row.help, "source": row.source}
        for section in ("powers", "republics")
        for row in strategies_of(section)
    ]
    if format == "json":
        layout.print_json({"strategies": listed})
        return
    if format == "csv":
        import pandas as pd

        layout.print_csv(pd.DataFrame(listed))
        return
    console = layout.stdout()
    for section in ("powers", "republics"):
        table = layout.table(f"Strategies of {section}", ["Name"], [], ["How it acts"])
        for row in strategies_of(section):
            origin = "" if row.name == STANDARD else f" [{row.source}] {describe(row.source)}"
            table.add_row(row.name, Text.assemble(row.help, (origin, "dim")))
        layout.print_table(console, table)
    console.print(
        "\nIn a file: 'strategy: coercer' below the actor. For one run: --set powers.RUS.strategy=coercer.\n"
        "All against all: sim tournament dushanbe-2025 --power RUS --power CHN"
    )


def _is_key(scenario: Scenario, path: str) -> bool:
    row = scenario.parameter(path)
    return row.group == "first" and row.owner in ("power", "republic")


def _values(scenario: Scenario, paths: Iterable[str], title: str, *, notes: bool = False) -> Table:
    """Values with unit and sources; with notes, also what the file remarks and how far the value may be off."""
    table = layout.table(title, ["Path"], ["Value"], ["Unit, source"])
    for path in paths:
        unit = scenario.words.spell(scenario.parameter(path).unit)
        remark = f"{unit}{_course(scenario, path)}; {', '.join(scenario.source_of(path))}"
        if notes:
            spread, note = scenario.range_of(path), scenario.note_of(path)
            remark += f"; may be {spread[0]:g} to {spread[1]:g}" if spread else ""
            remark += f". {note}" if note else ""
        table.add_row(_folded(path), _number(scenario, path), remark)
    return table


def _folded(path: str) -> str:
    """A path on two lines where it would leave no room for anything else."""
    end = path.rfind(".", 0, LONGEST) + 1
    return path if len(path) <= LONGEST else f"{path[:end]}\n  {path[end:]}"


def _course(scenario: Scenario, path: str) -> str:
    """What happens after a point of a path over time."""
    course = scenario.courses.get(path.rpartition(".")[0])
    if course is None:
        return ""
    if path.endswith(course.points[-1]):
        return ", from then on"
    return ", until the next" if course.steps else ", on a straight line to the next"


def _number(scenario: Scenario, path: str) -> str:
    value = scenario.get(path)
    return month_label(int(value)) if is_date_path(tuple(path.split("."))) else f"{value:g}"


def _timeline(scenario: Scenario) -> Table:
    """Dated events in order, then those that may happen."""
    table = layout.table("What will happen, and what may", ["When"], [], ["Event"])
    for name, event in sorted(scenario.events.items(), key=lambda item: (item[1].date is None, item[1].date or 0)):
        said = "date" if event.date is not None else "probability" if event.says("probability") else "chance"
        sources = ", ".join(scenario.source_of(f"events.{name}.{said}"))
        table.add_row(
            _when(event),
            Text.assemble(
                (name, "bold"),
                f" ({event.kind.replace('_', ' ')}): {layout.visible(event.about)} {_where(event)}",
                (f"[{sources}]", "dim"),
            ),
        )
    return table


def _when(event: EventSpec) -> str:
    """Its date, or how likely it is."""
    probability = f"{100 * event.probability:g} %" if event.says("probability") else ""
    if event.date is not None:
        when = " ".join(part for part in (event.date_label, probability) if part)
    elif probability and event.before is not None:
        start = f"from {month_label(event.after)} " if event.after else ""
        when = f"{probability} {start}to {month_label(event.before - 1)}"
    else:
        when = f"{100 * event.chance:g} % a month"
    return when


def _where(event: EventSpec) -> str:
    """What it waits for and excludes, and how often it comes; "" for an event that happens once and anyhow."""
    parts = [f"Only if {' and '.join(event.needs)}."] if event.needs else []
    parts += [f"Not if {' or '.join(event.unless)}."] if event.unless else []
    parts += [f"Excludes {', '.join(event.excludes)}."] if event.excludes else []
    parts += [f"Again every {event.every:g} months."] if event.every else []
    parts += [f"{event.repeats:g} times at most."] if event.says("repeats") else []
    return "".join(f"{part} " for part in parts)


def _used(scenario: Scenario, paths: Iterable[str]) -> list[str]:
    return sorted({source for path in paths for source in scenario.source_of(path)})


def _bibliography(used: Iterable[str]) -> Table:
    from sim.scenario.sources import describe

    table = layout.table("Sources", ["Id"], [], ["What it is"])
    for reference in used:
        table.add_row(reference, "judgement of the authors" if reference == "assumption" else describe(reference))
    return table
