"""Commands about scenarios: list, show, check, schema, strategies."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import sim
from sim.cli.options import Format, FormatOption, ScenarioName


def list_scenarios() -> None:
    """List the scenarios that come with sim."""
    from sim.cli.pages.scenario import print_list

    print_list({name: sim.load(name) for name in sim.shipped()})


def show(
    scenario: ScenarioName,
    sources: Annotated[bool, typer.Option("--sources", help="List every value with its source and note.")] = False,
) -> None:
    """Show a scenario as a page to read: what it is about, who is in it, what will happen."""
    from sim.cli.pages.scenario import print_scenario

    print_scenario(sim.load(scenario), sources=sources)


def strategies(format: FormatOption = Format.table) -> None:
    """List the strategies that a scenario may give a power or a republic: what each does, and whose idea it is."""
    from sim.cli.pages.scenario import print_strategies

    print_strategies(format.value)


def check(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Scenario files (or shipped names) to check.")],
) -> None:
    """Check scenario files and report all errors of all of them at once."""
    from sim.cli.layout import visible

    good = True
    for file in files:
        try:
            scenario = sim.load(file)
            typer.echo(f"{file}: ok ({visible(scenario.title)})")
            if scenario.left_out:
                typer.echo(f"{file}: left out, beyond its {scenario.months} months: {', '.join(scenario.left_out)}")
        except sim.BadInput as error:
            good = False
            typer.echo(str(error), err=True)
    if not good:
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
        raise typer.BadParameter(f"cannot write {out}: {error.strerror}", param_hint="--out") from None
