"""Commands that read what an answer means: compare, whatif, explain, blocs."""

from __future__ import annotations

from typing import Annotated

import typer

import sim
from sim.cli.options import (
    Changes,
    Doubts,
    Format,
    FormatOption,
    Months,
    Out,
    Posterior,
    Quiet,
    ScenarioName,
    Sector,
    Seed,
    Worlds,
    doubted,
    load_changed,
    refuse_oversized,
    refuse_unusable,
)


def compare(
    scenarios: Annotated[
        list[str], typer.Argument(metavar="SCENARIO...", help="Two or more; the others are compared with the first.")
    ],
    worlds: Worlds = 500,
    months: Months = None,
    seed: Seed = 0,
    sector: Sector = "overall",
    doubt: Doubts = None,
    posterior: Posterior = None,
    out: Out = None,
    format: FormatOption = Format.table,
    quiet: Quiet = False,
) -> None:
    """Run scenarios on the same luck and report what differs, how clearly, and since when."""
    from sim.cli.layout import Notes, Progress
    from sim.cli.pages.compare import print_comparison, save_comparison

    refuse_unusable(out)
    _known_sector(sector)
    chosen = [load_changed(name, months=months) for name in scenarios]
    refuse_oversized(max(chosen, key=lambda one: one.months), worlds * len(chosen))
    asked = doubted(chosen[0], doubt, posterior)
    with Progress(hidden=quiet) as progress:
        both = sim.compare(*chosen, worlds=worlds, seed=seed, progress=progress.update, **asked)
    if out is not None:
        save_comparison(both, out, sector)
        Notes(hidden=quiet).saved(out)
    print_comparison(both, format.value, sector)


def whatif(
    scenario: ScenarioName,
    changes: Changes = None,
    worlds: Worlds = 500,
    months: Months = None,
    seed: Seed = 0,
    sector: Sector = "overall",
    doubt: Doubts = None,
    posterior: Posterior = None,
    out: Out = None,
    format: FormatOption = Format.table,
    quiet: Quiet = False,
) -> None:
    """Compare a scenario with itself, some values changed, on the same luck."""
    from sim.cli.layout import Notes, Progress
    from sim.cli.pages.compare import print_comparison, save_comparison
    from sim.reading.compare import whatif

    refuse_unusable(out)
    _known_sector(sector)
    if not changes:
        raise typer.BadParameter("say what is to be different, such as --set powers.RUS.strain=0.7", param_hint="--set")
    changed = load_changed(scenario, changes, months)
    refuse_oversized(changed, 2 * worlds)
    asked = doubted(changed, doubt, posterior)
    with Progress(hidden=quiet) as progress:
        both = whatif(scenario, changes, worlds=worlds, months=months, seed=seed, progress=progress.update, **asked)
    if out is not None:
        save_comparison(both, out, sector)
        Notes(hidden=quiet).saved(out)
    print_comparison(both, format.value, sector)


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
    doubt: Doubts = None,
    posterior: Posterior = None,
    out: Out = None,
    format: FormatOption = Format.table,
    quiet: Quiet = False,
) -> None:
    """Say why alignment moved: each change split into its drivers, with nothing left over; or what an event changed."""
    from sim.cli.layout import Notes, Progress
    from sim.cli.pages.explain import print_effect, print_explanation, save_effect, save_explanation
    from sim.reading.explain import check_actors, explain_event

    refuse_unusable(out)
    if event is not None and (since or until):
        raise typer.BadParameter(
            "an event's effect is reported over the whole run; leave out --from and --to", param_hint="--event"
        )
    chosen = load_changed(scenario, changes, months)
    check_actors(chosen, republic, power)
    refuse_oversized(chosen, worlds)
    asked = doubted(chosen, doubt, posterior)
    with Progress(hidden=quiet) as progress:
        if event is not None:
            effect = explain_event(chosen, event, worlds, seed=seed, sector=sector, progress=progress.update, **asked)
        else:
            why = sim.explain(
                chosen, worlds, seed=seed, since=since, until=until, sector=sector, progress=progress.update, **asked
            )
    if out is not None:
        if event is not None:
            save_effect(effect, out)
        else:
            save_explanation(why, out, republic, power)
        Notes(hidden=quiet).saved(out)
    if event is not None:
        print_effect(effect, format.value, republic, power)
    else:
        print_explanation(why, format.value, republic, power)


def blocs(
    scenario: ScenarioName,
    month: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="Month whose end is analysed.", show_default="the last")
    ] = None,
    changes: Changes = None,
    worlds: Worlds = 500,
    seed: Seed = 0,
    out: Out = None,
    format: FormatOption = Format.table,
    quiet: Quiet = False,
) -> None:
    """Ask another theory who stands with whom: landscape theory, applied to a month of the scenario."""
    from sim.cli.layout import Notes, Progress
    from sim.cli.pages.blocs import print_blocs, save_blocs
    from sim.reading.blocs import blocs

    refuse_unusable(out)
    chosen = load_changed(scenario, changes)
    refuse_oversized(chosen, worlds)
    with Progress(hidden=quiet) as progress:
        result = blocs(chosen, -1 if month is None else month, worlds=worlds, seed=seed, progress=progress.update)
    if out is not None:
        save_blocs(result, out)
        Notes(hidden=quiet).saved(out)
    print_blocs(result, format.value)


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
