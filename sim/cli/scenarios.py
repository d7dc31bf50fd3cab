"""Commands about scenarios: list, show, check, schema, strategies, outcomes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import sim
from sim.cli.options import Format, FormatOption, ScenarioName, as_options, known_scenarios


def _sources() -> list[str]:
    from sim.scenario.sources import known

    return list(known())


def list_scenarios(format: FormatOption = Format.table) -> None:
    """List the scenarios that come with sim."""
    from sim.cli.pages.scenario import print_list

    print_list({name: sim.load(name) for name in sim.shipped()}, format.value)


def show(
    scenario: ScenarioName,
    sources: Annotated[
        bool, typer.Option("--sources", help="List every value with its range, source and note.")
    ] = False,
    format: FormatOption = Format.table,
) -> None:
    """Show a scenario as a page to read: what it is about, who is in it, what will happen."""
    from sim.cli.pages.scenario import print_numbers, print_scenario

    if format is Format.table:
        print_scenario(sim.load(scenario), sources=sources)
    else:
        print_numbers(sim.load(scenario), format.value, sources=sources)


def source(
    reference: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="A source as scenarios name it: claim:war-strain, data:trade, lit:hirschman-1945.",
            autocompletion=_sources,
        ),
    ],
    format: FormatOption = Format.table,
) -> None:
    """Show the text behind a source, and every number of the shipped scenarios that rests on it."""
    from sim.cli.pages.scenario import print_source

    print_source(reference, format.value)


def strategies(format: FormatOption = Format.table) -> None:
    """List the strategies that a scenario may give a power or a republic: what each does, and whose idea it is."""
    from sim.cli.pages.scenario import print_strategies

    print_strategies(format.value)


def outcomes(
    scenario: Annotated[
        str | None,
        typer.Argument(
            metavar="SCENARIO", help="Whose outcomes, by name; their kinds if left out.", autocompletion=known_scenarios
        ),
    ] = None,
    outcome: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only these, * for any part. Repeatable.")
    ] = None,
    relative: Annotated[
        bool, typer.Option("--relative", help="Also those relative to the unchanged scenario (.vs_base), for sweeps.")
    ] = False,
    format: FormatOption = Format.table,
) -> None:
    """List the outcomes that runs, sweeps and plans record: what each is, its unit and range."""
    from sim.cli.pages.outcomes import print_outcomes

    with as_options(outcome="--outcome"):
        found = sim.outcomes(scenario, outcome, relative=relative)
    print_outcomes(found, format.value, scenario is not None)


def check(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Scenario files (or shipped names) to check.")],
    format: FormatOption = Format.table,
) -> None:
    """Check scenario files and report all errors of all of them at once."""
    from sim.cli.pages.scenario import print_check

    checked: list[tuple[str, sim.Scenario | sim.BadInput]] = []
    for file in files:
        try:
            checked.append((file, sim.load(file)))
        except sim.BadInput as error:
            checked.append((file, error))
    print_check(checked, format.value)
    if any(isinstance(found, sim.BadInput) for _, found in checked):
        raise typer.Exit(2)


def schema(
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write to this file.", show_default="stdout")] = None,
) -> None:
    """Print the JSON Schema of scenario files, for editors that complete and check YAML as you type."""
    from sim.scenario.jsonschema import schema_text

    text = schema_text()
    if out is None:
        typer.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        found = f"{out}, which cannot be written ({error.strerror})"
        raise sim.BadInput.of(found, "a file in a folder that there is", path="--out") from None
