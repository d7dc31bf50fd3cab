"""What ``sim list`` and ``sim show`` print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer
from rich.table import Table
from rich.text import Text

from sim.cli import layout
from sim.runs.words import capital
from sim.scenario import BadInput
from sim.scenario.doubt import STATED
from sim.scenario.occasions import provided, when
from sim.scenario.paths import said
from sim.scenario.remarks import remarks
from sim.scenario.strategies import STANDARD, strategies_of
from sim.scenario.table import SHARE_DOUBT, SIZE_DOUBT
from sim.scenario.uses import number, resting_on

if TYPE_CHECKING:
    from sim.scenario import Scenario


SHORT = 26
"""Letters of a path on one line where there is much to say beside it."""


def print_list(scenarios: Mapping[str, Scenario], format: str) -> None:
    """Print names, titles, months and first sentences; for programs the whole text."""
    if format != "table":
        rows = [
            {"name": name, "title": one.title, "months": one.months, "start": one.start_label, "about": one.about}
            for name, one in scenarios.items()
        ]
        _print_list_of("scenarios", rows, format)
        return
    table = layout.table("", ["Name"], ["Months"], ["What it asks"])
    for name, scenario in scenarios.items():
        table.add_row(name, str(scenario.months), Text.assemble((scenario.title, "bold"), ". ", _first(scenario.about)))
    layout.print_table(layout.stdout(), table)


def print_check(checked: Sequence[tuple[str, Scenario | BadInput]], format: str) -> None:
    """Which files are right, and all that is wrong with the others, on stderr; for programs all of it on stdout."""
    if format == "table":
        for file, found in checked:
            if isinstance(found, BadInput):
                typer.echo(str(found), err=True)
                continue
            typer.echo(f"{file}: ok ({layout.visible(found.title)})")
            for remark in remarks(found):
                typer.echo(f"{file}: {layout.visible(remark)}")
        return
    rows = []
    for file, found in checked:
        if isinstance(found, BadInput):
            for problem in found.problems:
                told = asdict(problem)
                rows.append({"file": file, "ok": False, "left_out": [], "remarks": [], "at": told.pop("file"), **told})
        else:
            rows.append({"file": file, "ok": True, "left_out": list(found.left_out), "remarks": remarks(found)})
    _print_list_of("files", rows, format)


def _print_list_of(name: str, rows: list[dict[str, Any]], format: str) -> None:
    if format == "json":
        layout.print_json({name: rows})
        return
    import pandas as pd

    flat = [
        {k: ("; " if k == "remarks" else " ").join(v) if isinstance(v, list) else v for k, v in row.items()}
        for row in rows
    ]
    layout.print_csv(pd.DataFrame(flat))


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
    for remark in remarks(scenario):
        console.print(f"{capital(remark)}.")
    used = _used(scenario, scenario.numeric_paths())
    if sources:
        for title, paths in _sections(scenario).items():
            layout.print_table(console, _sourced(scenario, title, paths))
        console.print(f"\n{_USUAL}")
        layout.print_table(console, _bibliography(used))
        console.print("sim source ID shows the text behind one, and every number that rests on it.")
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
    if format != "table":
        _print_list_of("strategies", listed, format)
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


def _values(scenario: Scenario, paths: Iterable[str], title: str) -> Table:
    """Values with unit and sources."""
    table = layout.table(title, ["Path"], ["Value"], ["Unit, source"])
    for path in paths:
        one = number(scenario, path)
        table.add_row(path, said(path, one.value), f"{one.unit}{_course(scenario, path)}; {', '.join(one.sources)}")
    return table


def _sections(scenario: Scenario) -> dict[str, list[str]]:
    """The paths of all numbers by what they have in common: an actor, the rules, an event."""
    found: dict[str, list[str]] = {}
    for path in scenario.numeric_paths():
        keys = path.split(".")
        found.setdefault(".".join(keys[: 1 if keys[0] == "rules" else 2]), []).append(path)
    return found


def _sourced(scenario: Scenario, head: str, paths: Iterable[str]) -> Table:
    """Values below ``head`` with the range of each, its sources and what the file remarks."""
    table = layout.table(f"{head}.", ["Number"], ["Value", "Range"], ["Unit, source, note"])
    for path in paths:
        one = number(scenario, path)
        span = "–"
        if one.low is not None and one.high is not None:
            span = f"{said(path, one.low, 4)} to {said(path, one.high, 4)}{'' if one.range == STATED else ' *'}"
        remark = f"{one.unit}{_course(scenario, path)}; {', '.join(one.sources)}. {one.note}".rstrip()
        name = layout.broken(path.removeprefix(f"{head}."), SHORT)
        table.add_row(
            name, said(path, one.value), span if len(span) <= SHORT / 2 else span.replace(" to ", "\nto "), remark
        )
    return table


_USUAL = (
    "*: states no range of its own; this is the usual one of its kind: of a share "
    f"{100 * SHARE_DOUBT:g} % of it or of what it lacks to 1, whichever is less, of a size from 1/{SIZE_DOUBT:g} to "
    f"{SIZE_DOUBT:g} times. –: not in doubt."
)


def print_numbers(scenario: Scenario, format: str, *, sources: bool) -> None:
    """Every number of a scenario (or, without ``sources``, its key values) for programs."""
    paths = [path for path in scenario.numeric_paths() if sources or _is_key(scenario, path)]
    rows = [asdict(number(scenario, path)) for path in paths]
    if format == "json":
        facts: dict[str, Any] = {
            "name": scenario.name,
            "title": scenario.title,
            "about": scenario.about,
            "hash": scenario.hash,
        }
        facts |= {"start": scenario.start_label, "months": scenario.months, "left_out": list(scenario.left_out)}
        layout.print_json({**facts, "events": list(scenario.events), "numbers": rows})
    else:
        _print_rows(rows)


def _print_rows(rows: list[dict[str, Any]]) -> None:
    import pandas as pd

    layout.print_csv(pd.DataFrame(row | {"sources": " ".join(row["sources"])} for row in rows))


def print_source(reference: str, format: str) -> None:
    """What a source says, and the numbers of shipped scenarios that rest on it."""
    from sim.scenario.sources import record_of

    told, numbers = record_of(reference), resting_on(reference)
    if format == "json":
        layout.print_json({"source": reference, **told, "numbers": [asdict(one) for one in numbers]})
        return
    if format == "csv":
        _print_rows([asdict(one) for one in numbers])
        return
    console = layout.stdout()
    console.print(reference, style="bold")
    for key, value in sorted(told.items(), key=lambda item: item[0] not in ("text", "title", "authors")):
        texts = list(map(str, value)) if isinstance(value, list) else [str(value)]
        console.print(f"{'' if key == 'text' else f'{key}: '}{('; ' if key == 'authors' else ' ').join(texts)}")
    if not numbers:
        console.print("\nNo number of a shipped scenario rests on it.")
        return
    table = layout.table("Numbers of shipped scenarios that rest on it", ["Path", "In"], ["Value"], ["Note"])
    for one in numbers:
        table.add_row(
            layout.broken(one.path, SHORT),
            layout.broken(one.stated_in, SHORT // 2),
            said(one.path, one.value),
            one.note,
        )
    layout.print_table(console, table)


def _course(scenario: Scenario, path: str) -> str:
    """What happens after a point of a path over time."""
    course = scenario.courses.get(path.rpartition(".")[0])
    if course is None:
        return ""
    if path.endswith(course.points[-1]):
        return ", from then on"
    return ", until the next" if course.steps else ", on a straight line to the next"


def _timeline(scenario: Scenario) -> Table:
    """Dated events in order, then those that may happen."""
    table = layout.table("What will happen, and what may", ["When"], [], ["Event"])
    for name, event in sorted(scenario.events.items(), key=lambda item: (item[1].date is None, item[1].date or 0)):
        said = "date" if event.date is not None else "probability" if event.says("probability") else "chance"
        sources = ", ".join(scenario.source_of(f"events.{name}.{said}"))
        on = f"{provided(event)} ".lstrip()
        table.add_row(
            when(event),
            Text.assemble(
                (name, "bold"),
                f" ({event.kind.replace('_', ' ')}): {layout.visible(event.about)} {on}",
                (f"[{sources}]", "dim"),
            ),
        )
    return table


def _used(scenario: Scenario, paths: Iterable[str]) -> list[str]:
    return sorted({source for path in paths for source in scenario.source_of(path)})


def _bibliography(used: Iterable[str]) -> Table:
    from sim.scenario.sources import describe

    table = layout.table("Sources", ["Id"], [], ["What it is"])
    for reference in used:
        table.add_row(reference, "judgement of the authors" if reference == "assumption" else describe(reference))
    return table
