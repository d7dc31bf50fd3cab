"""Commands that compare the model with the record: calibrate, backtest, data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.options import Format, FormatOption, Out, Quiet, Seed, refuse_unusable
from sim.scenario import BadInput

if TYPE_CHECKING:
    from sim.evidence.backtest import Backtest

Observed = Annotated[
    Path | None, typer.Option(metavar="FILE", help="A CSV that takes the place of one of the shipped series.")
]


def calibrate(
    origin: Annotated[int, typer.Option(help="Last year of the record that may be seen.")] = 2024,
    worlds: Annotated[int, typer.Option(min=50, help="Worlds per round, each with its own parameters.")] = 2000,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds; each learns from those before it.")] = 4,
    seed: Seed = 0,
    observed: Observed = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Save rounds, draws, tables and figures here; the same command resumes a stopped run."
        ),
    ] = None,
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
    votes: Annotated[
        bool, typer.Option("--votes", help="Score the long record of votes instead, by methods that need no story.")
    ] = False,
    first: Annotated[
        int | None,
        typer.Option(
            help="First origin: the last year that its forecast may see.", show_default="2013, with --votes 1997"
        ),
    ] = None,
    last: Annotated[int, typer.Option(help="Last origin.")] = 2023,
    worlds: Annotated[int, typer.Option(min=50, help="Worlds per round of calibration.")] = 2000,
    rounds: Annotated[
        int, typer.Option(min=1, help="Rounds of calibration at the first origin; each later one adds one.")
    ] = 4,
    seed: Seed = 0,
    out: Out = None,
    format: FormatOption = Format.table,
    quiet: Quiet = False,
) -> None:
    """Forecast from each of several years as if later ones were unknown, and score beside rivals, sector by sector."""
    from sim.cli.layout import Notes, Progress
    from sim.cli.pages.evidence import print_backtest, save_backtest
    from sim.evidence.backtest import ORIGINS, VOTE_ORIGINS, backtest_votes
    from sim.evidence.observed import LONG, load_observed
    from sim.evidence.sectors import backtest_sectors, load_amounts

    refuse_unusable(out)
    if votes and blind:
        raise typer.BadParameter("methods without a story know no events: --votes or --blind", param_hint="--votes")
    record = load_observed(observed, LONG) if votes else load_observed(observed)
    start = first if first is not None else (VOTE_ORIGINS if votes else ORIGINS)[0]
    origins = range(start, last + 1)
    with Progress(hidden=quiet) as progress:
        if votes:
            tests: tuple[Backtest, ...] = (
                backtest_votes(record, origins=origins, seed=seed, progress=progress.update),
            )
        else:
            tests = backtest_sectors(
                load_amounts(),
                record,
                origins=origins,
                blind=blind,
                worlds=worlds,
                rounds=rounds,
                seed=seed,
                progress=progress.update,
            )
    if out is not None:
        save_backtest(tests[0], out, *tests[1:])
        Notes(hidden=quiet).saved(out)
    print_backtest(tests[0], format.value, *tests[1:])


def data(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Show this series' figures.", show_default="list all")
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw the series by year into FILE.png and FILE.svg, beside the table."),
    ] = None,
    format: FormatOption = Format.table,
    quiet: Quiet = False,
) -> None:
    """List the observed figures that come with sim: what they cover, where they are from, what contradicts them."""
    from sim.cli.pages.data import print_catalogue, print_series
    from sim.evidence.catalogue import catalogue, series

    if name is None:
        if plot is not None:
            raise BadInput.of("--plot without a series", "the NAME of one: sim data trade --plot trade", path="plot")
        print_catalogue(catalogue(), format.value)
        return
    if plot is not None:
        from sim.cli.layout import Notes
        from sim.figures.observed import by_year
        from sim.figures.result import save

        figure = by_year(series(name))
        try:
            Notes(hidden=quiet).written(save(figure, plot.with_suffix(""), f"observed: {name}"))
        except OSError as error:
            raise typer.BadParameter(f"cannot write {plot}: {error.strerror}", param_hint="--plot") from None
    print_series(series(name), format.value)
