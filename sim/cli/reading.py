"""Commands that read what an answer means: compare, whatif, explain, blocs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import sim
from sim.cli.options import (
    Changes,
    ChangesOfAll,
    Doubts,
    Format,
    FormatOption,
    Months,
    Out,
    Posterior,
    Quiet,
    ScenarioName,
    ScenarioNames,
    Sector,
    Seed,
    Worlds,
    as_options,
    doubted,
    load_changed,
    refuse_oversized,
    refuse_unusable,
)

if TYPE_CHECKING:
    from sim.reading.compare import Comparison


def compare(
    scenarios: ScenarioNames,
    changes: ChangesOfAll = None,
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

    refuse_unusable(out)
    sector = _known_sector(sector)
    chosen = [_changed(name, changes, months) for name in scenarios]
    refuse_oversized(max(chosen, key=lambda one: one.months), worlds * len(chosen))
    own = [doubted(one, doubt, posterior) for one in chosen]
    unfit = [one.name for one, given in zip(chosen, own, strict=True) if given["posterior"] is None]
    asked = next((one for one in own if one["posterior"] is None), own[0])
    if len(unfit) < len(chosen) and unfit:
        Notes(hidden=quiet).say(f"No posterior fits {' and '.join(unfit)}: all are run without one.")
    with Progress(hidden=quiet) as progress:
        both = sim.compare(*chosen, worlds=worlds, seed=seed, progress=progress.update, **asked)
    _answer(both, out, sector, format, quiet)


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
    from sim.cli.layout import Progress

    refuse_unusable(out)
    sector = _known_sector(sector)
    if not changes:
        raise sim.BadInput.of("nothing", "what is to be different, such as --set powers.RUS.strain=0.7", path="--set")
    base, other = load_changed(scenario, None, months), load_changed(scenario, changes, months)
    refuse_oversized(other, 2 * worlds)
    asked = doubted(other, doubt, posterior)
    with Progress(hidden=quiet) as progress:
        both = sim.compare(
            base,
            other,
            names=(base.name, ", ".join(changes)),
            worlds=worlds,
            seed=seed,
            progress=progress.update,
            **asked,
        )
    _answer(both, out, sector, format, quiet)


def explain(
    scenario: ScenarioName,
    republic: Annotated[str | None, typer.Option(metavar="CODE|NAME", help="Only this republic, in full.")] = None,
    power: Annotated[str | None, typer.Option(metavar="CODE|NAME", help="Only this power, in full.")] = None,
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
    from sim.reading.effect import explain_event

    refuse_unusable(out)
    if event is not None and (since or until):
        which = "--from" if since else "--to"
        raise sim.BadInput.of(
            f"{which} beside it", "none, as an event's effect is told over the whole run", path="--event"
        )
    chosen = load_changed(scenario, changes, months)
    republic, power = _actors(chosen, republic, power)
    refuse_oversized(chosen, worlds)
    asked = doubted(chosen, doubt, posterior)
    with Progress(hidden=quiet) as progress:
        if event is not None:
            effect = explain_event(chosen, event, worlds, seed=seed, sector=sector, progress=progress.update, **asked)
        else:
            with as_options(since="--from", until="--to"):
                why = sim.explain(
                    chosen,
                    worlds,
                    seed=seed,
                    since=since,
                    until=until,
                    sector=sector,
                    progress=progress.update,
                    **asked,
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
    with as_options(month="--month"), Progress(hidden=quiet) as progress:
        result = blocs(chosen, -1 if month is None else month, worlds=worlds, seed=seed, progress=progress.update)
    if out is not None:
        save_blocs(result, out)
        Notes(hidden=quiet).saved(out)
    print_blocs(result, format.value)


def _changed(name: str, changes: list[str] | None, months: int | None) -> sim.Scenario:
    """One of several scenarios with the values of --set; messages say in which of them a value makes no sense."""
    try:
        return load_changed(name, changes, months)
    except sim.BadInput as error:
        raise sim.BadInput(
            replace(one, file=f"--set in {name}") if one.file == "--set" else one for one in error.problems
        ) from None


def _answer(both: Comparison, out: Path | None, sector: str, format: Format, quiet: bool) -> None:
    """Save a comparison, if it is to be saved, and print it."""
    from sim.cli.layout import Notes
    from sim.cli.pages.compare import print_comparison, save_comparison

    if out is not None:
        save_comparison(both, out, sector)
        Notes(hidden=quiet).saved(out)
    print_comparison(both, format.value, sector)


def _known_sector(sector: str) -> str:
    from sim.scenario.names import sector_of

    return sector_of(sector, path="--sector")


def _actors(story: sim.Scenario, republic: str | None, power: str | None) -> tuple[str | None, str | None]:
    """Codes of those that are asked for, by code or name."""
    from sim.scenario.names import pair_of

    first = next(iter(story.republics)), next(iter(story.powers))
    r, p = (first[k] if given is None else given for k, given in enumerate((republic, power)))
    with as_options(republic="--republic", power="--power"):
        codes = pair_of(r, story.republics, p, story.powers)
    return None if republic is None else codes[0], None if power is None else codes[1]
