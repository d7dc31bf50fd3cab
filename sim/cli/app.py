"""The command ``sim``: one short function a command; what a command prints is laid out in ``sim.cli.pages.run``.

Exit codes: 0 done, 2 the input was bad, 130 stopped with Ctrl-C (what was finished is shown, and kept with --out).
Answers go to stdout, progress and notes to stderr. Commands import what they need, so that ``sim --help`` is quick.
"""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import sim
from sim.cli import evidence as cli_evidence
from sim.cli import view as cli_view
from sim.cli.options import Format, Posterior, ScenarioName, refuse_oversized, refuse_unusable


class Commands(TyperGroup):
    """The group of commands; turns every expected failure into one clean message and its exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        try:
            answer = super().invoke(ctx)
            sys.stdout.flush()
            return answer
        except KeyboardInterrupt:
            typer.echo("Stopped before anything was finished.", err=True)
            raise typer.Exit(130) from None
        except BrokenPipeError:
            # Whoever read our output (head, less) has seen enough; point stdout elsewhere so that the last flush works.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from None
        except MemoryError as problem:
            typer.echo(f"Not enough memory; ask for fewer worlds or months. {problem}", err=True)
            raise typer.Exit(2) from None
        except OSError as problem:
            typer.echo(f"{problem.filename or 'output'}: {problem.strerror or problem}", err=True)
            raise typer.Exit(2) from None
        except Exception as problem:
            if not isinstance(problem, sim.BadInput):
                raise
            typer.echo(str(problem), err=True)
            raise typer.Exit(2) from None


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: [bold]sim run dushanbe-2025 --worlds 200[/bold]",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"sim {sim.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Diplomacy in Central Asia, simulated: what republics and powers do to one another, month by month.

    A scenario says how things stand and what will happen; many worlds, each with its own luck, say what may come of it.
    """


@app.command(epilog="Example: [bold]sim run dushanbe-2025 --set powers.RUS.strain=0.7 --out results/strained[/bold]")
def run(
    scenario: ScenarioName,
    worlds: Annotated[int, typer.Option(min=1, help="How many possible histories to run.")] = 500,
    months: Annotated[
        int | None, typer.Option(min=1, help="How many months to run.", show_default="the scenario's")
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, max=2**63 - 1, help="Seed of all chance: the same seed, the same worlds.")
    ] = 0,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PATH=VALUE", help="Change one value of the scenario; may be given many times."),
    ] = None,
    posterior: Posterior = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Also write tables, figures, scenario and manifest to this folder."),
    ] = None,
    format: Annotated[
        Format, typer.Option(help="A page to read; or, for programs, json (all but the ledger) or csv (the summary).")
    ] = Format.table,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no notes.")] = False,
) -> None:
    """Run a scenario in many worlds and say where it leads, how surely, and what happened on the way."""
    from sim.cli.pages import run as report
    from sim.runs.run import Interrupted

    refuse_unusable(out)
    chosen = sim.load(scenario, set=changes or [])
    chosen = chosen if months is None else chosen.with_months(months)
    refuse_oversized(chosen, worlds)
    note = report.Notes(hidden=quiet)
    note.starting(chosen, worlds, seed)
    try:
        with report.Progress(hidden=quiet) as progress:
            result = sim.run(chosen, worlds=worlds, seed=seed, posterior=posterior, progress=progress.update)
    except Interrupted as stop:
        if stop.result is None:
            raise
        result = stop.result
        note.partial(result)
    if out is not None:
        result.save(out, command=report.command())
        note.saved(out)
    report.print_result(result, format.value)
    if result.worlds < result.asked:
        raise typer.Exit(130)


@app.command("list", epilog="Example: [bold]sim list[/bold]")
def list_scenarios() -> None:
    """List the scenarios that come with sim."""
    from sim.cli.pages import run as report

    report.print_list({name: sim.load(name) for name in sim.shipped()})


@app.command(epilog="Example: [bold]sim show dushanbe-2025 --sources[/bold]")
def show(
    scenario: ScenarioName,
    sources: Annotated[bool, typer.Option("--sources", help="List every value with its source and note.")] = False,
) -> None:
    """Show a scenario as a page to read: what it is about, who is in it, what will happen."""
    from sim.cli.pages import run as report

    report.print_scenario(sim.load(scenario), sources=sources)


@app.command(epilog="Example: [bold]sim check my-scenario.yaml another.yaml[/bold]")
def check(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Scenario files (or shipped names) to check.")],
) -> None:
    """Check scenario files and report all errors of all of them at once."""
    from sim.cli.pages.run import visible

    good = True
    for file in files:
        try:
            typer.echo(f"{file}: ok ({visible(sim.load(file).title)})")
        except sim.BadInput as problem:
            good = False
            typer.echo(str(problem), err=True)
    if not good:
        raise typer.Exit(2)


@app.command(epilog="Example: [bold]sim schema --out scenarios/schema.json[/bold]")
def schema(
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write to this file.", show_default="stdout")] = None,
) -> None:
    """Print the JSON Schema of scenario files, for editors that complete and check YAML as you type."""
    from sim.scenario.jsonschema import schema_text

    text = schema_text()
    if out is None:
        typer.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise typer.BadParameter(f"cannot write {out}: {problem.strerror}", param_hint="--out") from None


@app.command(epilog="Example: [bold]sim sweep dushanbe-2025 --vary powers.RUS.strain=0:0.9:10 --out strain[/bold]")
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
        str | None, typer.Option(metavar="FILE", help="CSV: a column a factor, a row a point (instead of --vary).")
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
    worlds: Annotated[int | None, typer.Option(help="Worlds a point.", show_default="50")] = None,
    months: Annotated[int | None, typer.Option(help="How many months to run.", show_default="the scenario's")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of all chance and of the design.", show_default="0")] = None,
    changes: Annotated[
        list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Fix a value at every point. Repeatable.")
    ] = None,
    posterior: Posterior = None,
    outcomes: Annotated[
        list[str] | None,
        typer.Option(
            "--outcome", metavar="NAME", help="Outcome to keep, * for any part; all if none is named. Repeatable."
        ),
    ] = None,
    trajectories: Annotated[
        bool | None, typer.Option("--trajectories", help="Also keep overall alignment by month.")
    ] = None,
    luck: Annotated[
        str | None, typer.Option(help="paired: the same luck at every point; or fresh.", show_default="paired")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder to keep it in; one of the same sweep is gone on with.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes on this machine.", show_default="all cores, if worth it")
    ] = None,
    dask: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Run on the Dask cluster of this scheduler instead.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check the plan, say what it will take; no more.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no notes.")] = False,
) -> None:
    """Vary a scenario's assumptions, many worlds each; keep all rows; said again, it goes on where it stopped."""
    from sim.cli.pages import run as report
    from sim.cli.pages import sweep as report_experiments
    from sim.figures import sweeps as plots
    from sim.sweeps import sweep as sweeping

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
    }
    chosen = sweeping.make_plan(plan, {key: value for key, value in fields.items() if value not in (None, {})})
    note = report_experiments.Notes(hidden=quiet)
    if dry_run:
        typer.echo(report_experiments.sized(sweeping.dry_run(chosen, out, 0 if dask is not None else workers)))
        return
    if out is None:
        raise typer.BadParameter("name a folder to keep the sweep in (or ask for a --dry-run)", param_hint="--out")
    try:
        with report_experiments.Progress(hidden=quiet) as progress:
            found = sweeping.sweep(
                chosen,
                out,
                workers=workers,
                dask=dask,
                progress=progress.update,
                tell=note.size,
                command=report.command(),
            )
    except sweeping.Stopped as stop:
        note.stopped(stop)
        raise typer.Exit(130) from None
    pictures = plots.save_all(found, out / "figures")
    report_experiments.print_sweep(found)
    note.written(pictures)


@app.command(epilog="Example: [bold]sim sensitivity my-sweep --outcome RUS.share[/bold]")
def sensitivity(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a sweep of design saltelli or morris.")],
    outcomes: Annotated[
        list[str] | None,
        typer.Option(
            "--outcome",
            metavar="NAME",
            help="Outcome, * for any part. Repeatable.",
            show_default="the share of each power",
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No notes.")] = False,
) -> None:
    """Say which factors of a sweep matter, and whether the sample is large enough; also as CSV and figure in DIR."""
    from sim.cli.pages import sweep as report_experiments
    from sim.figures.result import save

    swept = sim.Sweep.load(directory)
    found = swept.sensitivity(outcomes)
    table = found.table.merge(found.verdicts[["outcome", "grade"]], on="outcome")
    table.to_csv(directory / "sensitivity.csv", index=False, lineterminator="\n")
    pictures = save(swept.plot.indices(found), directory / "sensitivity", "Sensitivity of outcomes to the factors")
    report_experiments.print_sensitivity(found)
    report_experiments.Notes(hidden=quiet).written([directory / "sensitivity.csv", *pictures])


@app.command(epilog="Example: [bold]sim discover my-sweep --where 'RUS.share < 25 %'[/bold]")
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
    boxes: Annotated[int, typer.Option(min=1, max=20, help="How many boxes to look for at most.")] = 3,
    density: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            max=1.0,
            help="Share of a box's worlds in which it must hold.",
            show_default="well above the overall rate",
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No notes.")] = False,
) -> None:
    """Find where in the space of factors something happens, and say it as a rule; also as CSV and figure in DIR."""
    from sim.cli.pages import sweep as report_experiments
    from sim.figures.result import save

    swept = sim.Sweep.load(directory)
    found = swept.discover(where, boxes=boxes, threshold=density)
    found.table.to_csv(directory / "discovery.csv", index=False, lineterminator="\n")
    pictures = save(swept.plot.boxes(found), directory / "discovery", where) if len(swept.factors) > 1 else []
    report_experiments.print_discovery(found)
    report_experiments.Notes(hidden=quiet).written([directory / "discovery.csv", *pictures])


def _pairs(texts: list[str]) -> dict[str, str]:
    """``PATH=VALUES`` of --vary by path; a path alone stands for the scenario's own range."""
    pairs: dict[str, str] = {}
    for text in texts:
        path, _, values = text.partition("=")
        if path.strip() in pairs:
            raise typer.BadParameter(f"{path.strip()} twice", param_hint="--vary")
        pairs[path.strip()] = values.strip() or "range"
    return pairs


cli_evidence.register(app)
cli_view.register(app)


def main() -> None:
    """Entry point of the command."""
    gc.set_threshold(50_000)  # libraries make many objects that stay; looking for garbage among them takes a tenth
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # where a letter cannot be shown, a question mark, not a traceback
    app(prog_name="sim")
