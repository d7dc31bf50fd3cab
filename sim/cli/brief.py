"""The command ``sim brief``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import sim
from sim.cli.options import (
    ChangesOfAll,
    Doubts,
    Months,
    Posterior,
    Quiet,
    RegionWeights,
    Seed,
    Weights,
    Worlds,
    as_options,
    doubted_alike,
    known_scenarios,
    load_each,
    refuse_oversized,
)


def brief(
    scenarios: Annotated[
        list[str],
        typer.Argument(
            metavar="SCENARIO...",
            help="One to report on; or two or more, of which the others are compared with the first.",
            autocompletion=known_scenarios,
        ),
    ],
    out: Annotated[
        Path, typer.Option(metavar="FILE", help="The page: FILE.html, one file with all in it, or FILE.md.")
    ],
    changes: ChangesOfAll = None,
    worlds: Worlds = 500,
    months: Months = None,
    seed: Seed = 0,
    doubt: Doubts = None,
    posterior: Posterior = None,
    region_weights: Weights = RegionWeights.alike,
    quiet: Quiet = False,
) -> None:
    """Write one page to hand on: claim, pictures, table, drivers, assumptions with sources, what would change it.

    What is printed is the path of the page.
    """
    from sim.cli.layout import Notes, Progress, command_line
    from sim.figures.brief import target

    note = Notes(hidden=quiet)
    with as_options(out="--out", region_weights="--region-weights"):
        target(out)
        chosen = load_each(scenarios, changes, months)
        refuse_oversized(max(chosen, key=lambda one: one.months), worlds * len(chosen))
        asked = doubted_alike(chosen, doubt, posterior, note.say)
        with Progress(hidden=quiet) as progress:
            written = sim.brief(
                *chosen,
                out=out,
                worlds=worlds,
                seed=seed,
                region_weights=region_weights.value,
                progress=progress.update,
                command=command_line(),
                **asked,
            )
    typer.echo(written)
