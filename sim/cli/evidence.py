"""Commands that compare the model with the record: calibrate, backtest, data, data add, data score."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.options import (
    Changes,
    Doubts,
    Format,
    FormatOption,
    Kept,
    Months,
    Out,
    Posterior,
    Quiet,
    ScenarioName,
    Seed,
    Worlds,
    doubted,
    load_changed,
    refuse_oversized,
    refuse_unusable,
)
from sim.scenario import BadInput

if TYPE_CHECKING:
    from sim.evidence.backtest import Backtest
    from sim.evidence.observed import Observed as Record

Observed = Annotated[
    list[Path] | None,
    typer.Option(
        metavar="FILE|DIR",
        help="Your own figures, over the shipped ones; see sim data add. Repeatable: a later file replaces figures of "
        "an earlier one.",
    ),
]


def _record(observed: list[Path] | None, last: int, quiet: bool, **years: int) -> Record:
    """The record with a user's files over it; what was left out of them goes to stderr."""
    from sim.cli.layout import Notes
    from sim.evidence.observed import load_observed

    known = load_observed(observed or None, **years)
    notes = Notes(hidden=quiet)
    for note in known.notes:
        notes.say(note)
    if observed and known.last > last:
        notes.say(f"not used: figures after {last}; the record reaches to {known.last}")
    return known


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
    from sim.evidence.predictive import predictive
    from sim.runs.lock import claim

    if out is not None:
        claim(out)  # held until all is written; the rounds have a lock of their own
    known = _record(observed, origin, quiet).upto(origin)
    try:
        with Progress(hidden=quiet) as progress:
            fit = calibrate(known, worlds=worlds, rounds=rounds, seed=seed, folder=out, progress=progress.update)
    except KeyboardInterrupt:
        kept = 0 if out is None else sum((out / f"round-{number}.npz").exists() for number in range(rounds))
        if not kept:
            raise
        said = f"{kept} of {rounds} rounds {'is' if kept == 1 else 'are'} kept in {out}"
        Notes(hidden=False).say(f"Stopped: {said}; the same command goes on from there.")
        raise typer.Exit(130) from None
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
    from sim.evidence.backtest import AFTER, HORIZONS, ORIGINS, VOTE_ORIGINS, backtest_votes
    from sim.evidence.observed import LONG
    from sim.evidence.sectors import backtest_sectors, load_amounts

    refuse_unusable(out)
    if votes and blind:
        raise BadInput.of("--votes and --blind", "one of them: methods without a story know no events", path="--votes")
    record = _record(observed, max(last + HORIZONS[-1], AFTER[1]), quiet, **({"first": LONG} if votes else {}))
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
    """List the observed figures that come with sim: what they cover, where they are from, what contradicts them.

    [bold]sim data add[/bold] keeps figures of your own, [bold]sim data score[/bold] scores a run against them.
    """
    from sim.cli.pages.data import print_catalogue, print_series
    from sim.evidence.catalogue import catalogue, series

    if name == "list":
        raise BadInput.of("'list'", "no NAME to list the series, or the name of one", path="NAME")
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
            plot.parent.mkdir(parents=True, exist_ok=True)
            Notes(hidden=quiet).written(save(figure, plot.with_suffix(""), f"observed: {name}"))
        except OSError as error:
            raise BadInput.of(f"{plot} ({error.strerror})", "a file that can be written", path="--plot") from None
    print_series(series(name), format.value)


def add(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="CSV files: as sim data trade --format csv writes it, or exports of UN Comtrade, World Bank WITS, the "
            "UN Digital Library or Voeten.",
        ),
    ],
    into: Annotated[
        str, typer.Option(metavar="DIR", help="Folder of figures of your own, which --observed DIR then uses.")
    ] = "figures",
    quiet: Quiet = False,
) -> None:
    """Add figures of your own to a folder: a figure for the same pair and year is replaced, all others stay."""
    from sim.cli.layout import Notes
    from sim.evidence.owndata import add as add_figures

    if not into.strip():
        raise BadInput.of("nothing", "a folder (. for this one)", path="--into")
    written, notes = add_figures(files, into)
    shown = Notes(hidden=quiet)
    for note in notes:
        shown.say(note)
    shown.written(written)


def score(
    scenario: ScenarioName,
    observed: Observed = None,
    worlds: Worlds = 500,
    months: Months = None,
    seed: Seed = 0,
    changes: Changes = None,
    doubt: Doubts = None,
    posterior: Posterior = None,
    format: FormatOption = Format.table,
    quiet: Quiet = False,
) -> None:
    """Run a scenario, of any actors, and score it against trade in the years that it covers."""
    import sim
    from sim.cli.layout import Notes, Progress
    from sim.cli.pages.evidence import print_run_score
    from sim.evidence.runscore import score_run

    chosen = load_changed(scenario, changes, months)
    refuse_oversized(chosen, worlds)
    ask = sim.Ask.of(chosen, worlds=worlds, seed=seed, **doubted(chosen, doubt, posterior))
    with Progress(hidden=quiet) as progress:
        result = sim.run(ask, progress=progress.update)
    scored = score_run(result, observed or None)
    note = Notes(hidden=quiet)
    for text in scored.notes:
        note.say(text)
    print_run_score(scored, result, format.value)
