"""The command ``sim run``."""

from __future__ import annotations

from typing import Annotated

import typer

import sim
from sim.cli.options import (
    Changes,
    Doubts,
    Force,
    Format,
    Months,
    Out,
    Posterior,
    Quiet,
    RegionWeights,
    ScenarioName,
    Seed,
    Weights,
    Worlds,
    as_options,
    doubted,
    load_changed,
    refuse_oversized,
    refuse_overwriting,
    refuse_unusable,
)


def run(
    scenario: ScenarioName,
    worlds: Worlds = 500,
    months: Months = None,
    seed: Seed = 0,
    changes: Changes = None,
    doubt: Doubts = None,
    posterior: Posterior = None,
    region_weights: Weights = RegionWeights.alike,
    out: Out = None,
    force: Force = False,
    format: Annotated[
        Format, typer.Option(help="A page to read; or, for programs, json (all but the ledger) or csv (the summary).")
    ] = Format.table,
    quiet: Quiet = False,
) -> None:
    """Run a scenario in many worlds and report where it leads, with what uncertainty, and what happened on the way."""
    from sim.cli.layout import Notes, Progress, command_line
    from sim.cli.pages.run import partial, print_result, starting, to_write
    from sim.runs.run import Interrupted

    refuse_unusable(out)
    chosen = load_changed(scenario, changes, months)
    refuse_oversized(chosen, worlds)
    with as_options(region_weights="--region-weights"):
        asked = doubted(chosen, doubt, posterior) | {"region_weights": region_weights.value}
        ask = sim.Ask.of(chosen, worlds=worlds, seed=seed, **asked)
    note = Notes(hidden=quiet)
    note.say(starting(chosen, worlds, seed))
    if out is not None:
        refuse_overwriting(out, ask, force)
        note.say(to_write(chosen, worlds, out))
    try:
        with Progress(hidden=quiet) as progress:
            result = sim.run(ask, progress=progress.update)
    except Interrupted as stop:
        if stop.result is None:
            raise
        result = stop.result
        note.say(partial(result))
    if out is not None:
        result.save(out, command=command_line())
        note.saved(out)
    print_result(result, format.value)
    if result.worlds < result.asked:
        raise typer.Exit(130)
