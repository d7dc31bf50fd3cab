"""The command ``sim view``: the dashboard in a browser, served from this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import sim
from sim.cli.options import known_scenarios

Scenario = Annotated[
    str,
    typer.Argument(
        metavar="SCENARIO",
        help="Opened at first: a shipped scenario or the path of a YAML file.",
        autocompletion=known_scenarios,
    ),
]


def view(
    scenario: Scenario = "dushanbe-2025",
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Port to listen on.", show_default="the first free one from 8765 on"),
    ] = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 lets other machines in (there are no passwords).")
    ] = "127.0.0.1",
    results: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of sweeps (or one of them) for the page Sweep.")
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
) -> None:
    """Open the dashboard: see alignment shift, move a lever, know why. Ctrl-C ends it."""
    if results is not None and not results.is_dir():
        raise sim.BadInput.of(str(results), "a folder", path="--results")
    try:
        from sim.view.serve import serve

        serve(
            scenario,
            host=host,
            port=port,
            results=results,
            browser=not no_browser,
            say=lambda text: typer.echo(text, err=True),
        )
    except KeyboardInterrupt:
        typer.echo("The dashboard is closed.", err=True)  # how it is meant to end: nothing is left unfinished
