"""Commands about evidence: calibrate, backtest, compare, whatif, explain, blocs, data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import sim
from sim.cli.options import (
    Changes,
    Format,
    Months,
    Out,
    Posterior,
    Quiet,
    ScenarioName,
    Sector,
    Seed,
    Shape,
    Worlds,
    refuse_oversized,
    refuse_unusable,
)


def compare(
    scenarios: Annotated[
        list[str], typer.Argument(metavar="SCENARIO...", help="Two or more; the first is what the others are held to.")
    ],
    worlds: Worlds = 500,
    months: Months = None,
    seed: Seed = 0,
    sector: Sector = "overall",
    posterior: Posterior = None,
    out: Out = None,
    format: Shape = Format.table,
    quiet: Quiet = False,
) -> None:
    """Run scenarios on the same luck and say what differs, how surely, and since when."""
    from sim.cli.pages import reading as report_evidence
    from sim.cli.pages import run as report

    refuse_unusable(out)
    _known_sector(sector)
    chosen = [sim.load(name) for name in scenarios]
    refuse_oversized(max(chosen, key=lambda one: one.months), worlds * len(chosen))
    with report.Progress(hidden=quiet) as progress:
        both = sim.compare(
            *chosen, worlds=worlds, months=months, seed=seed, posterior=posterior, progress=progress.update
        )
    if out is not None:
        report_evidence.save_comparison(both, out, sector)
        report.Notes(hidden=quiet).saved(out)
    report_evidence.print_comparison(both, format.value, sector)


def whatif(
    scenario: ScenarioName,
    changes: Changes = None,
    worlds: Worlds = 500,
    months: Months = None,
    seed: Seed = 0,
    sector: Sector = "overall",
    posterior: Posterior = None,
    out: Out = None,
    format: Shape = Format.table,
    quiet: Quiet = False,
) -> None:
    """Compare a scenario with itself, some values changed, on the same luck."""
    from sim.cli.pages import reading as report_evidence
    from sim.cli.pages import run as report
    from sim.reading.compare import whatif

    refuse_unusable(out)
    _known_sector(sector)
    if not changes:
        raise typer.BadParameter("say what is to be different, such as --set powers.RUS.strain=0.7", param_hint="--set")
    refuse_oversized(sim.load(scenario, set=changes), 2 * worlds)
    with report.Progress(hidden=quiet) as progress:
        both = whatif(
            scenario, changes, worlds=worlds, months=months, seed=seed, posterior=posterior, progress=progress.update
        )
    if out is not None:
        report_evidence.save_comparison(both, out, sector)
        report.Notes(hidden=quiet).saved(out)
    report_evidence.print_comparison(both, format.value, sector)


def explain(
    scenario: ScenarioName,
    republic: Annotated[str | None, typer.Option(metavar="CODE", help="Only this republic, in full.")] = None,
    power: Annotated[str | None, typer.Option(metavar="CODE", help="Only this power, in full.")] = None,
    since: Annotated[
        str | None, typer.Option("--from", metavar="YYYY-MM", help="First month explained.", show_default="the first")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", metavar="YYYY-MM", help="Last month explained.", show_default="the last")
    ] = None,
    event: Annotated[
        str | None, typer.Option(metavar="ID", help="Say what this event changed, by running the worlds without it.")
    ] = None,
    changes: Changes = None,
    worlds: Worlds = 500,
    months: Months = None,
    seed: Seed = 0,
    sector: Sector = "overall",
    posterior: Posterior = None,
    out: Out = None,
    format: Shape = Format.table,
    quiet: Quiet = False,
) -> None:
    """Say why alignment moved: every shift split into its drivers, with nothing left over; or what an event changed."""
    from sim.cli.pages import reading as report_evidence
    from sim.cli.pages import run as report
    from sim.reading.explain import check_actors, explain_event

    refuse_unusable(out)
    if event is not None and (since or until):
        raise typer.BadParameter(
            "an event's effect is told over the whole run; leave out --from and --to", param_hint="--event"
        )
    chosen = sim.load(scenario, set=changes or [])
    chosen = chosen if months is None else chosen.with_months(months)
    check_actors(chosen, republic, power)
    refuse_oversized(chosen, worlds)
    with report.Progress(hidden=quiet) as progress:
        if event is not None:
            effect = explain_event(
                chosen, event, worlds, seed=seed, sector=sector, posterior=posterior, progress=progress.update
            )
        else:
            why = sim.explain(
                chosen,
                worlds,
                seed=seed,
                since=since,
                until=until,
                sector=sector,
                posterior=posterior,
                progress=progress.update,
            )
    if out is not None:
        if event is not None:
            report_evidence.save_effect(effect, out)
        else:
            report_evidence.save_explanation(why, out, republic, power)
        report.Notes(hidden=quiet).saved(out)
    if event is not None:
        report_evidence.print_effect(effect, format.value, republic, power)
    else:
        report_evidence.print_explanation(why, format.value, republic, power)


def blocs(
    scenario: ScenarioName,
    month: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="The month whose end is looked at.", show_default="the last")
    ] = None,
    changes: Changes = None,
    worlds: Worlds = 500,
    seed: Seed = 0,
    out: Out = None,
    format: Shape = Format.table,
    quiet: Quiet = False,
) -> None:
    """Ask another theory who stands with whom: landscape theory, laid over a month of the scenario."""
    from sim.cli.pages import reading as report_evidence
    from sim.cli.pages import run as report
    from sim.reading.blocs import blocs

    refuse_unusable(out)
    chosen = sim.load(scenario, set=changes or [])
    refuse_oversized(chosen, worlds)
    with report.Progress(hidden=quiet) as progress:
        found = blocs(chosen, -1 if month is None else month, worlds=worlds, seed=seed, progress=progress.update)
    if out is not None:
        report_evidence.save_blocs(found, out)
        report.Notes(hidden=quiet).saved(out)
    report_evidence.print_blocs(found, format.value)


def data(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Show this series' figures.", show_default="list all")
    ] = None,
    format: Shape = Format.table,
) -> None:
    """List the observed figures that come with sim: what they cover, where they are from, what contradicts them."""
    from sim.cli.pages import data as report_data
    from sim.evidence.catalogue import catalogue, series

    if name is None:
        report_data.print_catalogue(catalogue(), format.value)
    else:
        report_data.print_series(series(name), format.value)


Observed = Annotated[
    Path | None, typer.Option(metavar="FILE", help="A CSV that takes the place of one of the shipped series.")
]


def calibrate(
    origin: Annotated[int, typer.Option(help="Last year of the record that may be seen.")] = 2024,
    worlds: Annotated[int, typer.Option(min=50, help="Worlds in a round, each with its own parameters.")] = 2000,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds; each learns from those before it.")] = 4,
    seed: Seed = 0,
    observed: Observed = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Keep rounds, draws, tables and figures here; a stopped run goes on."),
    ] = None,
    format: Shape = Format.table,
    quiet: Quiet = False,
) -> None:
    """Fit the model's parameters to the record up to a year, and say what the record teaches."""
    from sim.cli.pages import evidence as report_backtest
    from sim.cli.pages import run as report
    from sim.evidence.calibrate import calibrate
    from sim.evidence.observed import load_observed
    from sim.evidence.predictive import predictive

    known = load_observed(observed).upto(origin)
    with report.Progress(hidden=quiet) as progress:
        fit = calibrate(known, worlds=worlds, rounds=rounds, seed=seed, folder=out, progress=progress.update)
    check = predictive(fit)
    if out is not None:
        report_backtest.save_calibration(fit, check, out)
        report.Notes(hidden=quiet).saved(out)
    report_backtest.print_calibration(fit, check, format.value)


def backtest(
    blind: Annotated[bool, typer.Option("--blind", help="Hide the events dated after each origin.")] = False,
    observed: Observed = None,
    first: Annotated[int, typer.Option(help="First origin: the last year that its forecast may see.")] = 2015,
    last: Annotated[int, typer.Option(help="Last origin.")] = 2021,
    worlds: Annotated[int, typer.Option(min=50, help="Worlds in a round of calibration.")] = 2000,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds of calibration at each origin.")] = 4,
    seed: Seed = 0,
    out: Out = None,
    format: Shape = Format.table,
    quiet: Quiet = False,
) -> None:
    """Forecast from one year after another as if the rest were not known, and score beside simple baselines."""
    from sim.cli.pages import evidence as report_backtest
    from sim.cli.pages import run as report
    from sim.evidence.backtest import backtest
    from sim.evidence.observed import load_observed

    refuse_unusable(out)
    record = load_observed(observed)
    with report.Progress(hidden=quiet) as progress:
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
        report_backtest.save_backtest(test, out)
        report.Notes(hidden=quiet).saved(out)
    report_backtest.print_backtest(test, format.value)


def _known_sector(sector: str) -> None:
    from sim.scenario.errors import nearest
    from sim.scenario.table import SECTORS

    if sector not in ("overall", *SECTORS):
        raise sim.BadInput.of(
            repr(sector),
            f"overall or one of {', '.join(SECTORS)}",
            path="--sector",
            nearest=nearest(sector, ["overall", *SECTORS]),
        )


def register(app: typer.Typer) -> None:
    """Put these commands into the program."""
    for command, example in (
        (calibrate, "sim calibrate --origin 2019 --out results/calibration-2019"),
        (backtest, "sim backtest --blind --out results/backtest-blind"),
        (compare, "sim compare dushanbe-2025 war-drags-on --out results/war"),
        (whatif, "sim whatif dushanbe-2025 --set powers.RUS.strain=0.7"),
        (explain, "sim explain dushanbe-2025 --republic TJK --power RUS"),
        (blocs, "sim blocs war-drags-on --month 2028-12"),
        (data, "sim data trade"),
    ):
        app.command(epilog=f"Example: [bold]{example}[/bold]")(command)
