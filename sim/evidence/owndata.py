"""A user's own figures laid over the shipped record, and kept as tidy files.

The rule: a file's figure takes the place of the one for the same series, pair and year, in the shipped record or in a
file named before it; all other figures stay. Agreement that is defined otherwise (``Figures.apart``) is not laid over
anything: with it, the shipped votes are put aside as a whole.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sim.evidence.cells import (
    ACCORD,
    COLUMNS,
    ROLL_CALLS_NEEDED,
    TRADE,
    VOTES,
    Cell,
    Figures,
    Key,
    key_of,
    rows,
    some,
    span,
)
from sim.evidence.codes import Codes
from sim.evidence.formats import read_figures
from sim.evidence.sheet import plain
from sim.scenario import BadInput
from sim.scenario.errors import folder_of, shown
from sim.scenario.locate import display, shipped_dir

NAMES = {TRADE: "trade.csv", VOTES: "unga_agreement.csv", ACCORD: "unga_powers.csv"}
"""What the files of a folder of figures are called, as in ``seeds/observed``."""

FAR = 20
"""So many times larger or smaller than a year near it, a figure is remarked on."""
NEIGHBOURS = 5
"""Years within which a figure on record is near."""

Paths = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]


@dataclass(frozen=True)
class Gathered:
    """Figures of several files, the later ones over the earlier."""

    cells: Mapping[Key, Cell]
    notes: tuple[str, ...]
    apart: bool

    def over(self, frames: Mapping[str, pd.DataFrame]) -> tuple[dict[str, pd.DataFrame], set[Key], list[str]]:
        """Series with these figures in them, those that are new or other than before, and remarks on them."""
        out, news, notes = {}, set(), []
        for kind, frame in frames.items():
            keys = list(COLUMNS[kind])
            before = {} if self.apart and kind != TRADE else _cells(frame[keys], kind)
            mine = {key: cell.value for key, cell in self.cells.items() if key.kind == kind}
            added = mine.keys() - before.keys()
            changed = {key for key in mine.keys() & before.keys() if before[key] != mine[key]}
            if mine:
                same = len(mine) - len(added) - len(changed)
                notes.append(f"{kind}: {_count(len(added))} added, {len(changed):,} replaced, {same:,} as they were")
            news |= added | changed
            out[kind] = pd.DataFrame([(*key[1:], value) for key, value in (before | mine).items()], columns=keys)
        return out, news, notes


def _cells(frame: pd.DataFrame, kind: str) -> dict[Key, float]:
    """A tidy series as figures by key."""
    return {
        key_of(kind, str(one), str(other), int(year)): float(value)
        for one, other, year, value in frame.itertuples(index=False)
    }


def gather(files: Paths, known: Codes | None = None) -> Gathered:
    """The figures of files in any layout, or of folders of CSV files; see the module for the rule.

    ``known`` are the actors that they may be about, those of shipped scenarios if not given.

    Raises
    ------
    BadInput : a file that cannot be read or understood.
    """
    listed = [files] if isinstance(files, str | os.PathLike) else files
    if not isinstance(listed, Sequence):
        raise BadInput.of(shown(files), "a CSV file, as text or path, or a list of them", path="observed")
    cells: dict[Key, Cell] = {}
    notes: list[str] = []
    apart = False
    for path in _files(listed):
        figures = read_figures(path, known)
        again = [key for key in figures.cells if key in cells]
        mixed = any(key.kind != TRADE for key in figures.cells) and any(key.kind != TRADE for key in cells)
        if mixed and figures.apart != apart:
            raise BadInput.of(
                "agreement that is defined otherwise than in the files before it",
                "roll calls and agreement scores each by themselves",
                file=figures.file,
            )
        apart |= figures.apart
        cells |= figures.cells
        notes += [f"{figures.file}: {note}" for note in [_said(figures), *figures.notes]]
        if again:
            notes.append(f"{figures.file}: {len(again):,} in place of figures of a file before it")
    return Gathered(cells, (*notes, *_far_off(cells)), apart)


def shipped() -> dict[str, pd.DataFrame]:
    """The shipped series by kind, without years that are not complete and figures of too few roll calls."""
    folder = shipped_dir("seeds") / "observed"
    frames = {kind: pd.read_csv(folder / name, dtype={COLUMNS[kind][-1]: str}) for kind, name in NAMES.items()}
    for kind, frame in frames.items():  # pandas 2 itself reads a digit off
        frame[COLUMNS[kind][-1]] = frame[COLUMNS[kind][-1]].astype(np.float64)
    for kind in (VOTES, ACCORD):
        said = frames[kind]
        whole = said["year_complete"].astype(str).str.startswith("yes")
        frames[kind] = said[whole & ~(said["n_votes"] < ROLL_CALLS_NEEDED)]
    return frames


def _far_off(cells: Mapping[Key, Cell]) -> list[str]:
    """A remark on trade that is so far off the shipped record of the pair that its unit may be another."""
    known = _cells(shipped()[TRADE][list(COLUMNS[TRADE])], TRADE)
    odd = []
    for key, cell in cells.items():
        near = [one for one in known if one[:3] == key[:3] and abs(one.year - key.year) <= NEIGHBOURS]
        if not near or cell.value <= 0.0:
            continue
        beside = min(near, key=lambda one: abs(one.year - key.year))
        ratio = cell.value / known[beside] if known[beside] > 0.0 else 1.0
        if not 1.0 / FAR < ratio < FAR:
            odd.append(
                f"{key.one}–{key.other} {key.year}: {cell.value:.10g} beside {known[beside]:.10g} in {beside.year}"
            )
    return [f"trade over {FAR} times off the record's; is it in million US dollars? {some(odd)}"] if odd else []


def _files(listed: Sequence[str | os.PathLike[str]]) -> list[Path]:
    out = []
    for given in listed:
        path = folder_of(given, "a CSV file, as text or path", path="observed")
        inside = sorted(path.glob("*.csv")) if path.is_dir() else [path]
        if not inside:
            raise BadInput.of("a folder without CSV files", "a file or folder of figures", file=display(path))
        out += inside
    return out


def _said(figures: Figures) -> str:
    years = span(key.year for key in figures.cells)
    kinds = sorted({key.kind for key in figures.cells})
    return f"read as {figures.layout}: {_count(len(figures.cells))} of {' and '.join(kinds)}, {years}"


def _count(number: int) -> str:
    return f"{number:,} figure{'' if number == 1 else 's'}"


# -- files -------------------------------------------------------------------------------------------------------------


def add(files: Paths, folder: str | os.PathLike[str]) -> tuple[list[Path], list[str]]:
    """Add the figures of files to a folder of tidy ones: the files written, and remarks.

    The folder gets ``trade.csv``, ``unga_agreement.csv`` and ``unga_powers.csv``, of which there is something to say;
    what stands there already stays, but for a figure of the same pair and year, which is replaced.

    Raises
    ------
    BadInput : a file that cannot be read, understood or written.
    """
    place = folder_of(folder, "a folder, as text or path", path="into")
    gathered = gather(files)
    if gathered.apart:
        raise BadInput.of(
            "agreement that is defined otherwise than in the record",
            "roll calls, which can be added to the record; use such a table by itself, with --observed",
            path="add",
        )
    notes, texts = list(gathered.notes), {}
    for kind, name in NAMES.items():
        mine = {key: cell for key, cell in gathered.cells.items() if key.kind == kind}
        if mine:
            text, note = _merged(place / name, kind, mine)
            texts[place / name] = text
            notes.append(f"{display(place / name)}: {note}")
    try:
        place.mkdir(parents=True, exist_ok=True)
        for path, text in texts.items():
            partial = path.with_suffix(".partial")
            partial.write_text(text, encoding="utf-8")
            partial.replace(path)
    except OSError as error:
        raise BadInput.of(
            str(error.strerror or error).lower(), "a folder that can be written", file=display(place)
        ) from None
    return list(texts), notes


def _merged(path: Path, kind: str, cells: Mapping[Key, Cell]) -> tuple[str, str]:
    """A tidy file with cells added, as text; rows that are not replaced stay as they are."""
    head, kept, changed, same = list(COLUMNS[kind]), [], [], set()
    if path.exists():
        there = read_figures(path).cells  # refuses what is wrong in it
        with path.open(encoding="utf-8-sig", newline="") as stream:
            before = list(csv.DictReader(line for line in stream if not line.startswith("#")))
        head = list(before[0]) if before else head
        for row in before:
            ends = [row[name] for name in COLUMNS[kind][:2]]
            key = key_of(kind, ends[0], ends[1], int(float(row["year"])))
            if key in cells and key in there and there[key].value == cells[key].value:
                same.add(key)
            elif key in cells:
                changed.append(f"{key.one}–{key.other} {key.year}: {row[COLUMNS[kind][-1]]} → {cells[key].value:.10g}")
                continue
            kept.append(row)
    whole = {name: "yes" for name in head if plain(name) == "yearcomplete"}
    kept += [
        dict(zip(COLUMNS[kind], (*key[1:], f"{cell.value:.10g}"), strict=True)) | whole
        for key, cell in cells.items()
        if key not in same
    ]
    out = io.StringIO()
    writer = csv.DictWriter(out, head, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(kept)
    note = f"{rows(len(cells) - len(changed) - len(same))} added"
    note += f", {rows(len(changed))} replaced ({some(changed)})" if changed else ""
    return out.getvalue(), note + (f", {rows(len(same))} as they were" if same else "")
