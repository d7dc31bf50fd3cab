"""Commands that compare the model with the record: calibrate, backtest, data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import Format, FormatOption, Kept, Out, Quiet, Seed, refuse_unusable

Observed = Annotated[
    Path | None, typer.Option(metavar="FILE", help="A CSV that takes the place of one of the shipped series.")
]


def calibrate(
    origin: Annotated[int, typer.Option(help="Last year of the record that may be seen.")] = 2024,
    worlds: Annotated[int, typer.Option(min=50, help="Worlds per round, each with its own parameters.")] = 2000,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds; each learns from those before it.")] = 4,
    seed: Seed = 0,
    observed: Observed = None,
    out: Kept = None,
    format: FormatOption = Format.table,
    quiet: Quiet = False,
) -> None:
    """Fit the model's parameters to the record up to a year, and report what the record says about each."""
    from sim.cli.layout import Notes, Progress
    from sim.cli.pages.evidence import print_calibration, save_calibration
    from sim.evidence.calibrate import calibrate
    from sim.evidence.observed import load_observed
    from sim.evidence.predictive import predictive
    from sim.runs.lock import claim

    known = load_observed(observed).upto(origin)
    if out is not None:
        claim(out)  # held until all is written; the rounds have a lock of their own
    with Progress(hidden=quiet) as progress:
        fit = calibrate(known, worlds=worlds, rounds=rounds, seed=seed, folder=out, progress=progress.update)
    check = predictive(fit)
    if out is not None:
        save_calibration(fit, check, out)
        Notes(hidden=quiet).saved(out)
    print_calibration(fit, check, format.value)


def backtest(
    blind: Annotated[bool, typer.Option("--blind", help="Hide the events dated after each origin.")] = False,
    observed: Observed = None,
    first: Annotated[int, typer.Option(help="First origin: the last year that its forecast may see.")] = 2015,
    last: Annotated[int, typer.Option(help="Last origin.")] = 2021,
    worlds: Annotated[int, typer.Option(min=50, help="Worlds per round of calibration.")] = 2000,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds of calibration at each origin.")] = 4,
    seed: Seed = 0,
    out: Out = None,
    format: FormatOption = Format.table,
    quiet: Quiet = False,
) -> None:
    """Forecast from each of several years as if later ones were unknown, and score against simple baselines."""
    from sim.cli.layout import Notes, Progress
    from sim.cli.pages.evidence import print_backtest, save_backtest
    from sim.evidence.backtest import backtest
    from sim.evidence.observed import load_observed

    refuse_unusable(out)
    record = load_observed(observed)
    with Progress(hidden=quiet) as progress:
        test = backtest(
            record,
            origins=range(first, last + 1),
            blind=blind,
            worlds=worlds,
            rounds=rounds,
            seed=seed,
            progress=progress.update,
        )
    if out is not None:
        save_backtest(test, out)
        Notes(hidden=quiet).saved(out)
    print_backtest(test, format.value)


def data(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Show this series' figures.", show_default="list all")
    ] = None,
    format: FormatOption = Format.table,
) -> None:
    """List the observed figures that come with sim: what they cover, where they are from, what contradicts them."""
    from sim.cli.pages.data import print_catalogue, print_series
    from sim.evidence.catalogue import catalogue, series

    if name is None:
        print_catalogue(catalogue(), format.value)
    else:
        print_series(series(name), format.value)
