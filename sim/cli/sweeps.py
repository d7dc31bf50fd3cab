"""Commands about sweeps: sweep, tournament, sensitivity, discover."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

import sim
from sim.cli.options import (
    Changes,
    ChangesOfPoints,
    Doubts,
    Format,
    FormatOption,
    Kept,
    Months,
    Out,
    Posterior,
    Quiet,
    RegionWeights,
    ScenarioName,
    Seed,
    SweepDoubts,
    Weights,
    Workers,
    Worlds,
    as_options,
    doubted,
    load_changed,
    plan_doubt,
    refuse_unusable,
    resumable,
)


class Method(StrEnum):
    """How ``discover`` looks for regions."""

    prim = "prim"
    cart = "cart"


def sweep(
    plan: Annotated[
        str, typer.Argument(metavar="PLAN", help="A plan (YAML file); with --vary or --rows a scenario, name or file.")
    ],
    vary: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH=VALUES",
            help="What varies: from:to, from:to:steps, values with commas, or nothing "
            "for the scenario's own range; PATH is a number, an event's date or on, or scenario. Repeatable.",
        ),
    ] = None,
    rows: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="CSV: one column per factor, one row per point (instead of --vary)."),
    ] = None,
    design: Annotated[
        str | None, typer.Option(help="grid, lhs, sobol, saltelli (Sobol indices) or morris.", show_default="grid")
    ] = None,
    points: Annotated[
        int | None,
        typer.Option(
            help="Points of lhs and sobol, base samples of saltelli, trajectories of morris.",
            show_default="the design's",
        ),
    ] = None,
    worlds: Annotated[int | None, typer.Option(help="Worlds per point.", show_default="50")] = None,
    months: Months = None,
    seed: Annotated[int | None, typer.Option(help="Seed of all chance and of the design.", show_default="0")] = None,
    changes: ChangesOfPoints = None,
    doubt: SweepDoubts = None,
    posterior: Posterior = None,
    outcomes: Annotated[
        list[str] | None,
        typer.Option(
            "--outcome",
            metavar="NAME",
            help="Outcome to save (sim outcomes lists them), * for any part; all if none is named. Repeatable.",
        ),
    ] = None,
    region_weights: Annotated[
        RegionWeights | None,
        typer.Option(help="How means over republics are weighted: each alike, or by GDP.", show_default="alike"),
    ] = None,
    trajectories: Annotated[
        bool | None, typer.Option("--trajectories", help="Also save overall alignment by month.")
    ] = None,
    luck: Annotated[
        str | None, typer.Option(help="paired: the same luck at every point; or fresh.", show_default="paired")
    ] = None,
    out: Kept = None,
    workers: Workers = None,
    dask: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Run on the Dask cluster of this scheduler instead.")
    ] = None,
    dry: Annotated[bool, typer.Option("--dry-run", help="Only check the plan and estimate its cost.")] = False,
    format: FormatOption = Format.table,
    quiet: Quiet = False,
) -> None:
    """Vary a scenario's assumptions, many worlds each, and save all rows; the same command resumes a stopped sweep."""
    from sim.cli.layout import Notes, Progress, command_line
    from sim.cli.pages.sweep import print_sweep, sized, stopped
    from sim.figures.sweeps import save_all
    from sim.sweeps.sweep import dry_run, make_plan, sweep

    fields = {
        "vary": _pairs(vary or []),
        "rows": rows,
        "design": design,
        "points": points,
        "worlds": worlds,
        "seed": seed,
        "months": months,
        "set": changes,
        "outcomes": outcomes,
        "trajectories": trajectories,
        "luck": luck,
        "posterior": posterior,
        "doubt": plan_doubt(doubt),
        "region_weights": None if region_weights is None else region_weights.value,
    }
    chosen = make_plan(plan, {key: value for key, value in fields.items() if value not in (None, {})})
    if dry:
        typer.echo(sized(dry_run(chosen, out, 0 if dask is not None else workers)))
        return
    if out is None:
        raise sim.BadInput.of(
            "nothing", "a folder to save the sweep in (or --dry-run to estimate its cost)", path="--out"
        )
    note = Notes(hidden=quiet)
    with resumable(note, stopped), Progress(hidden=quiet) as progress:
        swept = sweep(
            chosen,
            out,
            workers=workers,
            dask=dask,
            progress=progress.update,
            tell=lambda expected: note.say(sized(expected)),
            command=command_line(),
        )
    pictures = save_all(swept, out / "figures")
    print_sweep(swept, format.value)
    note.written(pictures)


def tornado(
    scenario: ScenarioName,
    outcome: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="An alignment (UZB.RUS.share) or how it changes (UZB.RUS.change), or the mean of all (RUS.share).",
            show_default="for each number the alignment that it moves most",
        ),
    ] = None,
    changes: Changes = None,
    worlds: Annotated[int, typer.Option(min=2, help="Worlds at either end of each range.")] = 24,
    months: Months = None,
    seed: Seed = 0,
    doubt: Doubts = None,
    region_weights: Weights = RegionWeights.alike,
    out: Out = None,
    format: FormatOption = Format.table,
    quiet: Quiet = False,
) -> None:
    """Put each number in doubt at either end of its range, one at a time, and see which decide the answer."""
    from sim.cli.layout import Notes, Progress
    from sim.cli.pages.tornado import print_tornado, save_tornado
    from sim.sweeps.tornado import tornado

    refuse_unusable(out)
    chosen = load_changed(scenario, changes, months)
    given = doubted(chosen, doubt, "none")["doubt"]
    if given is None:
        raise sim.BadInput.of("none alone", "all, or a number to vary, PATH=LOW:HIGH", path="--doubt")
    with Progress(hidden=quiet) as progress, as_options(region_weights="--region-weights"):
        found = tornado(
            chosen, worlds=worlds, seed=seed, doubt=given, region_weights=region_weights.value, progress=progress.update
        )
    found.of(outcome)
    if out is not None:
        save_tornado(found, out, outcome)
        Notes(hidden=quiet).saved(out)
    print_tornado(found, format.value, outcome)


def tournament(
    scenario: ScenarioName,
    powers: Annotated[
        list[str] | None,
        typer.Option("--power", metavar="CODE|NAME", help="A power that plays. Repeatable.", show_default="all powers"),
    ] = None,
    republics: Annotated[
        list[str] | None, typer.Option("--republic", metavar="CODE|NAME", help="A republic that plays. Repeatable.")
    ] = None,
    worlds: Worlds = 200,
    months: Months = None,
    seed: Seed = 0,
    changes: Changes = None,
    posterior: Posterior = None,
    power_payoff: Annotated[
        str | None, typer.Option(help="What powers play for: share or cost.", show_default="share")
    ] = None,
    republic_payoff: Annotated[
        str | None,
        typer.Option(help="What republics play for: delivered, terms or grievance.", show_default="delivered"),
    ] = None,
    out: Kept = None,
    workers: Workers = None,
    format: FormatOption = Format.table,
    quiet: Quiet = False,
) -> None:
    """Let every strategy of some actors meet every mix of the others', and say who gains by which."""
    from sim.cli.layout import Notes, Progress, command_line
    from sim.cli.pages.sweep import sized, stopped
    from sim.cli.pages.tournament import print_tournament, save_tournament
    from sim.sweeps.tournament import tournament

    chosen = load_changed(scenario, changes, months)
    note = Notes(hidden=quiet)
    with resumable(note, stopped), Progress(hidden=quiet) as progress:
        found = tournament(
            chosen,
            powers or (),
            republics or (),
            out,
            worlds=worlds,
            seed=seed,
            posterior=posterior,
            power_payoff=power_payoff,
            republic_payoff=republic_payoff,
            workers=workers,
            progress=progress.update,
            tell=lambda expected: note.say(sized(expected)),
            command=command_line(),
        )
    if out is not None:
        note.written(save_tournament(found, out))
    print_tournament(found, format.value)


def sensitivity(
    directory: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="Folder of a sweep of design saltelli or morris; with --scores, of any."),
    ],
    outcomes: Annotated[
        list[str] | None,
        typer.Option(
            "--outcome",
            metavar="NAME",
            help="Outcome, * for any part. Repeatable.",
            show_default="mean alignment with each power",
        ),
    ] = None,
    scores: Annotated[
        bool, typer.Option("--scores", help="Scores of the factors by random trees, for a sweep of any design.")
    ] = False,
    format: FormatOption = Format.table,
    quiet: Quiet = False,
) -> None:
    """Say which factors of a sweep matter, and whether the sample is large enough; also as CSV and figure in DIR."""
    from sim.cli.layout import Notes
    from sim.cli.pages.sweep import print_sensitivity
    from sim.figures.result import save
    from sim.runs.sheet import csv_of

    swept = sim.Sweep.load(directory)
    result, name = (swept.scores(outcomes), "scores") if scores else (swept.sensitivity(outcomes), "sensitivity")
    table = result.table.merge(result.verdicts[["outcome", "grade"]], on="outcome")
    (directory / f"{name}.csv").write_text(csv_of(table), encoding="utf-8", newline="")
    pictures = save(swept.plot.indices(result), directory / name, "Sensitivity of outcomes to the factors")
    print_sensitivity(result, format.value)
    Notes(hidden=quiet).written([directory / f"{name}.csv", *pictures])


def discover(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a sweep.")],
    where: Annotated[
        str,
        typer.Option(
            metavar="CONDITION",
            help="What to explain: comparisons of outcomes with and, or, not; such "
            "as 'RUS.share < 0.25 and TJK.leader == CHN'.",
        ),
    ],
    method: Annotated[
        Method,
        typer.Option(help="prim: boxes in which it is frequent; cart: the leaves of a tree, for the whole space."),
    ] = Method.prim,
    boxes: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=20,
            help="Largest number of boxes, or of leaves (2 or more).",
            show_default="3 boxes of prim, 8 leaves of cart",
        ),
    ] = None,
    density: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            max=1.0,
            help="Share of a box's worlds in which it must hold (prim).",
            show_default="well above the overall rate",
        ),
    ] = None,
    format: FormatOption = Format.table,
    quiet: Quiet = False,
) -> None:
    """Find the region of the factor space where something happens, as a rule.

    CSV and figure are written to DIR: discovery.csv, .png and .svg; those of a tree as discovery-cart.
    """
    from sim.cli.layout import Notes
    from sim.cli.pages.sweep import print_discovery
    from sim.figures.result import save
    from sim.runs.sheet import csv_of

    swept = sim.Sweep.load(directory)
    with as_options(method="--method", density="--density", boxes="--boxes"):
        result = swept.discover(where, method=method.value, boxes=boxes, threshold=density)
    stem = directory / ("discovery" if method is Method.prim else f"discovery-{method.value}")
    table = stem.with_suffix(".csv")
    table.write_text(csv_of(result.table), encoding="utf-8", newline="")
    pictures = save(swept.plot.boxes(result), stem, where) if len(swept.factors) > 1 else []
    print_discovery(result, format.value)
    Notes(hidden=quiet).written([table, *pictures])


def _pairs(texts: list[str]) -> dict[str, str]:
    """``PATH=VALUES`` of --vary by path; a path alone stands for the scenario's own range."""
    pairs: dict[str, str] = {}
    for text in texts:
        path, _, values = text.partition("=")
        if path.strip() in pairs:
            raise sim.BadInput.of(f"{path.strip()} twice", "each path once", path="--vary")
        pairs[path.strip()] = values.strip() or "range"
    return pairs
