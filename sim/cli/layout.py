"""How what commands print is laid out: consoles, tables, numbers, progress and notes; JSON and CSV for programs.

Answers go to stdout, for a terminal of 80 columns, a pipe or a program; progress and notes go to stderr.
"""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from sim.runs.words import percent

if TYPE_CHECKING:
    import pandas as pd

    from sim.runs.ask import Ask

NARROWEST = 80
"""Columns the pages are laid out for at least; every table has room for its numbers in them."""


# -- consoles ----------------------------------------------------------------------------------------------------------


def visible(text: str) -> str:
    """A text of a scenario without what could steer a terminal; line ends stay."""
    return "".join(c if c.isprintable() or c == "\n" else "?" for c in text)


class _Pipe(Console):
    """A console that prints no control characters and lets the command end quietly when its reader leaves."""

    def render_str(self, text: str, **options: Any) -> Text:
        """Text of a cell or a line."""
        return super().render_str(visible(text), **options)

    def on_broken_pipe(self) -> None:
        """Pass the error on instead of ending the program with code 1."""
        raise BrokenPipeError


def stdout() -> Console:
    """The console of the answers; on a very narrow terminal lines wrap, rather than numbers being cut off."""
    console = _Pipe(highlight=False, emoji=False, markup=False)
    console.width = max(console.width, NARROWEST)
    return console


def _stderr(**options: Any) -> Console:
    return Console(stderr=True, highlight=False, emoji=False, markup=False, **options)


# -- while it runs -----------------------------------------------------------------------------------------------------


class Progress:
    """A bar on stderr with worlds done, rate and time left; only on a terminal."""

    def __init__(self, hidden: bool) -> None:
        console = _stderr()
        self._bar = Bar(
            TextColumn("worlds"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=hidden or not console.is_terminal,
        )
        self._task = self._bar.add_task("worlds", total=None, rate="")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def update(self, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` worlds are finished."""
        task = self._bar.tasks[self._task]
        rate = f"{done / task.elapsed:,.0f} a second" if task.elapsed else ""
        self._bar.update(self._task, completed=done, total=total, rate=rate)


class Notes:
    """Remarks on stderr, beside the answer."""

    def __init__(self, hidden: bool) -> None:
        self._console = _stderr(soft_wrap=True, quiet=hidden)

    def say(self, text: str) -> None:
        """Print a remark."""
        self._console.print(text)

    def saved(self, folder: Path) -> None:
        """Say to which folder the answer was written."""
        self.say(f"Written to {folder}")

    def written(self, paths: Iterable[Path]) -> None:
        """Say which files were written."""
        for path in paths:
            self.say(f"Written: {path}")


# -- tables ------------------------------------------------------------------------------------------------------------


def table(title: str, left: Iterable[str], right: Iterable[str], wide: Iterable[str] = ()) -> Table:
    """A table with columns of names, then of numbers, then of text that may wrap; see ``print_table``."""
    made = Table(title=title, box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    wide = list(wide)
    for name in left:
        made.add_column(name, overflow="fold", no_wrap=bool(wide))  # where text can give way, a path stays whole
    for name in right:
        made.add_column(name, justify="right", no_wrap=True)
    for name in wide:
        made.add_column(name, overflow="fold")
    return made


def print_table(console: Console, filled: Table) -> None:
    """Print a table under its title, as wide as it needs to be."""
    title, filled.title = filled.title, None
    console.print()
    if title:
        console.print(title, style="bold")
    console.print(filled)


def broken(path: str, room: int) -> str:
    """A path in lines that fit, broken after dots, dashes and spaces."""
    lines = [""]
    for piece in re.split(r"(?<=[. -])", path):
        if lines[-1] and len((lines[-1] + piece).rstrip()) > max(room, 12):
            lines.append("  ")
        lines[-1] += piece
    return "\n".join(lines)


def rows(frame: pd.DataFrame) -> Iterable[Any]:
    """Rows of a frame, columns as attributes."""
    return frame.itertuples()


def name_of(actors: Mapping[str, Any], code: str) -> str:
    """The name of an actor by code; what is no actor's code stands as it is."""
    return str(actors[code].name) if code in actors else str(code)


# -- numbers -----------------------------------------------------------------------------------------------------------


def share(value: float) -> str:
    """A share, 0 to 1, in per cent, for a table that names the unit: ``51.3``."""
    return f"{100 * value:.1f}"


def chance(value: float) -> str:
    """A probability or part of the worlds, 0 to 1: ``51 %``, ``<1 %``."""
    return percent(value, short=True)


def part(value: float, alone: bool) -> str:
    """A part of the worlds, 0 to 1; of one world ``alone``, whether it is so there."""
    return ("yes" if value else "no") if alone else chance(value)


def amount(bytes_: int) -> str:
    """An amount of bytes: "45 MB", "1.3 GB"."""
    return f"{bytes_ / 1e9:.1f} GB" if bytes_ >= 1e9 else f"{max(bytes_ / 1e6, 1):.0f} MB"


# -- what it rests on --------------------------------------------------------------------------------------------------


def command_line() -> str:
    """The command line as typed, without the folder the program happens to be in."""
    return shlex.join(["sim", *sys.argv[1:]])


def stamped(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts of a manifest with the command line and the versions of what computed them."""
    from sim.runs.folder import versions

    return {**facts, "command": command_line(), "versions": versions()}


def computed_with() -> str:
    """Names and versions of what computed an answer, in a line."""
    from sim.runs.folder import versions

    return ", ".join(f"{name} {version}" for name, version in versions().items())


def colophon(worlds: int, hashes: Iterable[str], *asks: Ask, names: Sequence[str] = ()) -> str:
    """The last lines of a page: seed, worlds, hashes of the scenarios (each once), and what each ask holds beside them.

    ``names``: what to call the asks where there are several.
    """
    heads = [f"{name}: with" for name in names] or ["With"]
    more = "".join(f"\n{head} {', '.join(ask.beside)}" for head, ask in zip(heads, asks, strict=True) if ask.beside)
    count = f"{worlds:,} world{'s' * (worlds > 1)}"
    return f"\nSeed {asks[0].seed}, {count}, scenario {', '.join(dict.fromkeys(hashes))}{more}"


# -- for programs ------------------------------------------------------------------------------------------------------


def records(frame: pd.DataFrame, decimals: int = 15) -> list[dict[str, Any]]:
    """Rows as plain dictionaries, numbers rounded to ``decimals`` (at most 15); what is not there is None."""
    made: list[dict[str, Any]] = json.loads(frame.to_json(orient="records", double_precision=decimals))
    return made


def print_json(answer: Mapping[str, Any]) -> None:
    """Print an answer as JSON."""
    sys.stdout.write(json.dumps(answer, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def print_csv(frame: pd.DataFrame) -> None:
    """Print a table as CSV."""
    from sim.runs.sheet import csv_of

    sys.stdout.write(csv_of(frame))
