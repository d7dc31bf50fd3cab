"""Commands about decisions: packages, seek."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.options import (
    Changes,
    Doubts,
    Format,
    FormatOption,
    Months,
    Posterior,
    Quiet,
    ScenarioName,
    Seed,
    as_options,
    doubted,
    load_changed,
    resumable,
    run_doubt,
)
from sim.scenario import BadInput
from sim.scenario.errors import printable

if TYPE_CHECKING:
    from sim.runs.doubt import Doubt


def _shipped() -> list[str]:
    from sim.decisions.packagesreader import shipped_packages

    return shipped_packages()


def packages(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="A file of packages (YAML), or one that comes with sim: eu-kazakhstan.",
            autocompletion=_shipped,
        ),
    ],
    doubt: Annotated[
        list[str] | None,
        typer.Option(
            "--doubt",
            metavar="all|none|PATH=LOW:HIGH",
            help="What may have been otherwise all along, beside what packages decide; see sim run --help. Repeatable.",
            show_default="the file's, else all",
        ),
    ] = None,
    posterior: Posterior = None,
    worlds: Annotated[int | None, typer.Option(min=1, help="Futures.", show_default="the file's, else 200")] = None,
    months: Months = None,
    seed: Annotated[
        int | None, typer.Option(min=0, max=2**63 - 1, help="Seed of all chance.", show_default="the file's, else 0")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder to keep it in; the same command goes on where it stopped."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes on this machine.", show_default="all cores, if worth it")
    ] = None,
    format: FormatOption = Format.table,
    quiet: Quiet = False,
) -> None:
    """Run packages of moves over the same uncertain futures: which reaches its target, how surely, and at what cost."""
    from sim.cli.layout import Notes, Progress, command_line
    from sim.cli.pages.decisions import print_packages, save_packages
    from sim.cli.pages.sweep import sized, stopped
    from sim.decisions.packages import packages

    note = Notes(hidden=quiet)
    with resumable(note, stopped), Progress(hidden=quiet) as progress:
        found = packages(
            file,
            out,
            worlds=worlds,
            months=months,
            seed=seed,
            doubt=_said(doubt),
            posterior=posterior,
            workers=workers,
            progress=progress.update,
            tell=lambda expected: note.say(sized(expected)),
            command=command_line(),
        )
    if out is not None:
        note.written(save_packages(found, out))
    print_packages(found, format.value)


def seek(
    scenario: ScenarioName,
    levers: Annotated[
        list[str],
        typer.Option(
            "--lever",
            metavar="PATH=LOW:HIGH",
            help="What may be moved, and how far: a number, the date of an event (events.ID.date=2026-03:2027-12) or "
            "its switch (events.ID.on=0:1). Repeatable.",
        ),
    ],
    wants: Annotated[
        list[str],
        typer.Option(
            "--want",
            metavar="OUTCOME",
            help="What is wanted, such as 'KAZ.EUU.share +3 pp vs base' or 'KAZ.EUU.share >= 25 %'. Repeatable: all of "
            "them.",
        ),
    ],
    least: Annotated[str, typer.Option(help="What is to be least: cost.")] = "cost",
    robust: Annotated[
        bool, typer.Option("--robust", help="Count in how many futures it is reached, not how far on average.")
    ] = False,
    prices: Annotated[
        list[str] | None,
        typer.Option(
            "--price",
            metavar="PATH=COST",
            help="What a lever costs a month for one unit of departure (of a share: for 100 %), where the rule by "
            "engagement points says nothing or something else. Repeatable.",
        ),
    ] = None,
    unit: Annotated[str, typer.Option(help="Unit of costs.")] = "engagement points",
    changes: Changes = None,
    evaluations: Annotated[int, typer.Option(min=1, help="Settings of the levers to propose.")] = 500,
    worlds: Annotated[int, typer.Option(min=2, help="Futures in which each setting is run.")] = 200,
    months: Months = None,
    seed: Seed = 0,
    doubt: Doubts = None,
    posterior: Posterior = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder to keep it in; the same command goes on where it stopped."),
    ] = None,
    format: FormatOption = Format.table,
    quiet: Quiet = False,
) -> None:
    """Search for the cheapest way to what is wanted: settings of levers and dates, over common uncertain futures."""
    from sim.cli.layout import Notes, Progress
    from sim.cli.pages.decisions import print_sought, save_sought, stopped_search
    from sim.decisions.seek import seek

    chosen = load_changed(scenario, changes, months)
    beliefs = doubted(chosen, doubt, posterior)
    beliefs["posterior"] = beliefs["posterior"] or "none"
    note = Notes(hidden=quiet)
    with resumable(note, stopped_search), Progress(hidden=quiet) as progress, as_options(**_OPTIONS):
        found = seek(
            chosen,
            _pairs(levers, "--lever", "LOW:HIGH"),
            wants,
            out,
            least=least,
            robust=robust,
            prices=_prices(prices or []),
            unit=unit,
            evaluations=evaluations,
            worlds=worlds,
            seed=seed,
            progress=progress.update,
            **beliefs,
        )
    if out is not None:
        note.written(save_sought(found, out))
    print_sought(found, format.value)


_OPTIONS = {name: f"--{name}" for name in ("want", "least", "price", "lever", "evaluations", "worlds")}


def _said(doubts: list[str] | None) -> Doubt | bool | None:
    """What --doubt says beside a file: None where nothing is said, False for none."""
    if not doubts:
        return None
    given = run_doubt(doubts)
    return False if given is None else given


def _pairs(texts: list[str], option: str, wanted: str) -> dict[str, str]:
    """``PATH=TEXT`` by path."""
    pairs: dict[str, str] = {}
    for text in texts:
        path, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not path or not value:
            raise BadInput.of(repr(printable(text)), f"PATH={wanted}", path=option)
        if path in pairs:
            raise BadInput.of(f"{printable(path)} twice", "each path once", path=option)
        pairs[path] = value
    return pairs


def _prices(texts: list[str]) -> dict[str, float]:
    """Prices by path."""
    found = {}
    for path, text in _pairs(texts, "--price", "COST").items():
        try:
            found[path] = float(text)
        except ValueError:
            raise BadInput.of(f"{printable(text)!r} for {printable(path)}", "a number", path="--price") from None
    return found
