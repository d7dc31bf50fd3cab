"""Options that commands share, each declared once, and the refusals that come before any work is done."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import sim

if TYPE_CHECKING:
    from sim.cli.layout import Notes
    from sim.runs.ask import Ask
    from sim.runs.doubt import Doubt
    from sim.sweeps.sweep import Stopped


class Format(StrEnum):
    """What a command writes to stdout."""

    table = "table"
    json = "json"
    csv = "csv"


class RegionWeights(StrEnum):
    """How means over republics are weighted (``sim.runs.region``)."""

    alike = "alike"
    gdp = "gdp"


def known_scenarios() -> list[str]:
    """Names that the shell completes."""
    return list(sim.shipped())


def _sectors() -> list[str]:
    from sim.scenario.names import OVERALL
    from sim.scenario.table import SECTORS

    return [OVERALL, *SECTORS]


def _changes(begun: str) -> list[str]:
    """Strategies, once an actor's is being set."""
    from sim.scenario.strategies import names_of

    path, equals, _ = begun.partition("=")
    section, _, key = path.partition(".")
    known = names_of(section) if equals and section in ("powers", "republics") and key.endswith(".strategy") else ()
    return [f"{path}={name}" for name in known]


ScenarioName = Annotated[
    str,
    typer.Argument(
        metavar="SCENARIO",
        help="A shipped scenario (sim list names them) or the path of a YAML file.",
        autocompletion=known_scenarios,
    ),
]
ScenarioNames = Annotated[
    list[str],
    typer.Argument(
        metavar="SCENARIO...",
        help="Two or more; the others are compared with the first.",
        autocompletion=known_scenarios,
    ),
]
Worlds = Annotated[int, typer.Option(min=1, help="How many possible histories to run.")]
LONG = 120
"""Months beyond which a run is further than its assumptions were made for."""


def _remark_length(context: typer.Context, months: int | None) -> int | None:
    """Say on stderr that a run longer than ``LONG`` is further than the assumptions were judged for."""
    from sim.scenario.paths import MAX_MONTHS

    if months is not None and LONG < months <= MAX_MONTHS and not context.params.get("quiet"):
        typer.echo(
            f"{months:,} months: the assumptions were judged for about five years; this is a play of the rules, not an "
            "outlook.",
            err=True,
        )
    return months


Months = Annotated[
    int | None,
    typer.Option(min=1, help="How many months to run.", show_default="the scenario's", callback=_remark_length),
]
Seed = Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Seed of all chance: the same seed, the same worlds.")]


def _setting(text: str) -> Any:
    return typer.Option("--set", metavar="PATH=VALUE", help=f"{text}; repeatable.", autocompletion=_changes)


Changes = Annotated[list[str] | None, _setting("Change one value of the scenario")]
ChangesOfAll = Annotated[list[str] | None, _setting("Change one value in every scenario compared")]
ChangesOfPoints = Annotated[list[str] | None, _setting("Fix a value at every point")]
Posterior = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|FILE",
        help="Draws of the fitted parameters: dushanbe-2025, posterior.csv of sim calibrate, or none.",
        show_default="that of the scenario, where there is one and doubt is not none",
    ),
]


def _doubting(text: str, default: str) -> Any:
    return typer.Option("--doubt", metavar="all|none|PATH=LOW:HIGH", help=text, show_default=default)


Doubts = Annotated[
    list[str] | None,
    _doubting(
        "What may have been otherwise all along: every number that is not sure, within its range (all), none, or one "
        "number within a range of your own. Repeatable: with none, only those named.",
        "all",
    ),
]
SweepDoubts = Annotated[
    list[str] | None,
    _doubting("What may have been otherwise all along, beside what is varied; see sim run --help. Repeatable.", "none"),
]
Weights = Annotated[
    RegionWeights,
    typer.Option("--region-weights", help="How means over republics are weighted: each alike, or by GDP."),
]
Sector = Annotated[str, typer.Option(help="overall (weighted by need) or one sector.", autocompletion=_sectors)]
Out = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Also write tables, figures, scenario and manifest to this folder.")
]
Kept = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Folder to keep it in; the same command goes on where it stopped.")
]
Workers = Annotated[
    int | None, typer.Option(min=1, help="Processes on this machine.", show_default="all cores, if worth it")
]
Force = Annotated[bool, typer.Option("--force", help="Overwrite another run in the folder of --out.")]
FormatOption = Annotated[Format, typer.Option("--format", help="A page to read; or, for programs, json or csv.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no notes.", is_eager=True)]


@contextmanager
def as_options(**names: str) -> Iterator[None]:
    """Let messages name options instead of arguments in Python: ``as_options(since="--from")``."""
    try:
        yield
    except sim.BadInput as error:
        raise sim.BadInput(replace(one, path=names.get(one.path, one.path)) for one in error.problems) from None


@contextmanager
def resumable(note: Notes, told: Callable[[Stopped], str]) -> Iterator[None]:
    """After Ctrl-C say what is kept, as ``told`` does, and end with exit code 130; where nothing is, let it pass."""
    from sim.sweeps.sweep import Stopped

    try:
        yield
    except Stopped as stop:
        if stop.folder is None:
            raise
        note.say(told(stop))
        raise typer.Exit(130) from None


def load_changed(name: str, changes: list[str] | None = None, months: int | None = None) -> sim.Scenario:
    """Load a scenario with the values of --set and the length of --months."""
    scenario = sim.load(name, set=changes or [], by="--set")
    return scenario if months is None else scenario.with_months(months, by="--months")


def load_each(names: list[str], changes: list[str] | None, months: int | None) -> list[sim.Scenario]:
    """Load scenarios with the values of --set; messages say in which of them a value makes no sense."""
    return [_load_one(name, changes, months) for name in names]


def _load_one(name: str, changes: list[str] | None, months: int | None) -> sim.Scenario:
    try:
        return load_changed(name, changes, months)
    except sim.BadInput as error:
        raise sim.BadInput(
            replace(one, file=f"--set in {name}") if one.file == "--set" else one for one in error.problems
        ) from None


def run_doubt(doubts: list[str] | None) -> Doubt | None:
    """What --doubt comes to for a run."""
    return _doubt(doubts, everything="none" not in (doubts or []))


def plan_doubt(doubts: list[str] | None) -> Any:
    """What --doubt comes to for a plan."""
    return _doubt(doubts, everything="all" in (doubts or []))


def doubted(scenario: sim.Scenario, doubts: list[str] | None, posterior: str | None) -> dict[str, Any]:
    """What --doubt and --posterior come to for a scenario, as arguments of ``sim.run`` and its like."""
    from sim.runs.posterior import own_posterior

    doubt = run_doubt(doubts)
    if posterior == "none":
        return {"doubt": doubt, "posterior": None}
    if posterior is None and doubt is not None and doubt.everything:
        return {"doubt": doubt, "posterior": own_posterior(scenario)}
    return {"doubt": doubt, "posterior": posterior}


def doubted_alike(
    scenarios: list[sim.Scenario], doubts: list[str] | None, posterior: str | None, say: Callable[[str], None]
) -> dict[str, Any]:
    """What ``doubted`` says for scenarios that are compared: no posterior where one of them has none, which is said."""
    own = [doubted(one, doubts, posterior) for one in scenarios]
    unfit = [one.name for one, given in zip(scenarios, own, strict=True) if given["posterior"] is None]
    if len(unfit) < len(scenarios) and unfit:
        say(f"No posterior fits {' and '.join(unfit)}: all are run without one.")
    return next((one for one in own if one["posterior"] is None), own[0])


def _doubt(doubts: list[str] | None, everything: bool) -> Doubt | None:
    from sim.runs.doubt import Doubt, spans

    if {"all", "none"} <= set(doubts or []):
        raise sim.BadInput.of("all and none at once", "one of the two", path="--doubt")
    ranges = spans(_range(text) for text in doubts or [] if text not in ("all", "none"))
    return Doubt(everything, ranges) if everything or ranges else None


def _range(text: str) -> tuple[str, list[str]]:
    path, _, span = text.partition("=")
    ends = [end.strip() for end in span.split(":")]
    if len(ends) != 2 or not path.strip():
        wanted = "all, none or PATH=LOW:HIGH, such as powers.RUS.strain=20 %:60 %"
        raise sim.BadInput.of(repr(text), wanted, path="--doubt")
    return path.strip(), ends


def refuse_unusable(out: Path | None) -> None:
    """Refuse a folder that cannot be written, holds something else or is another command's, before any work is done."""
    from sim.runs.lock import claim

    if out is None:
        return
    problem = ""
    try:
        nearest = next(path for path in (out.absolute(), *out.absolute().parents) if path.exists())
        if not nearest.is_dir():
            problem = f"{nearest}, a file"
        elif not os.access(nearest, os.W_OK | os.X_OK):
            problem = f"{nearest} without permission to write there"
        elif out.is_dir() and any(out.iterdir()) and not (out / "manifest.json").is_file():
            problem = f"{out}, which holds other files"
    except (OSError, ValueError) as error:
        problem = f"{out}, which cannot be used ({error})"
    if problem:
        raise sim.BadInput.of(problem, "a new or empty folder, or one that sim has written", path="--out")
    claim(out)


def refuse_overwriting(out: Path, ask: Ask, force: bool) -> None:
    """Refuse a folder that holds what another command wrote, or (unless by ``force``) a run of another ask."""
    from sim.runs.folder import written

    facts = written(out)
    if facts is None or (facts.get("kind") == "run" and (force or facts.get("digest") == ask.digest)):
        return
    if facts.get("kind") == "run":
        there = (
            f"another run ({facts.get('scenario')}, {facts.get('worlds_asked')} worlds of {facts.get('months')} "
            f"months, seed {facts.get('seed')})"
        )
        raise sim.BadInput.of(f"{out} with {there}", "another folder, or --force to overwrite it", path="--out")
    there = f"a {facts.get('kind', 'manifest that cannot be read')}, no run"
    raise sim.BadInput.of(f"{out} with {there}", "another folder", path="--out")


def refuse_oversized(scenario: sim.Scenario, worlds: int) -> None:
    """Refuse a run whose record would not fit into the machine's memory; where that is not known, try."""
    from sim.runs.run import memory

    try:
        there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return
    needed = memory(scenario, worlds)
    if needed > there / 2:
        raise sim.BadInput.of(
            f"{worlds:,} worlds of {scenario.months:,} months, which take {needed / 2**30:,.1f} GiB and as much again "
            "to read them",
            f"fewer, as this machine has {there / 2**30:,.1f} GiB",
            path="--worlds",
        )
