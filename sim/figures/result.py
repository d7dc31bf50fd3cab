"""The pictures of a result, and how pictures are saved.

Each function of ``FIGURES`` takes a result and returns a matplotlib ``Figure``, drawn but not saved; ``result.plot``
offers them as methods. Every figure says in words how to read it, how many worlds it rests on and which single world it
shows. A power has one colour everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from sim.figures.chances import leaders, stances
from sim.figures.chronicle import ledger_timeline
from sim.figures.drawable import Drawable
from sim.figures.fans import alignment_change, alignment_fans, grievance_by_cause
from sim.figures.projects import projects
from sim.figures.style import TYPEFACE
from sim.figures.triangle import triangle
from sim.scenario.errors import folder_of

DPI = 144
"""Dots an inch of a saved PNG; type of 8 points is then easily read at full size."""

FIGURES: dict[str, tuple[Callable[[Drawable], Figure], str]] = {
    "alignment_fans": (alignment_fans, "Alignment of each republic with each power over time"),
    "alignment_change": (alignment_change, "Change of each alignment since day one, with bands"),
    "triangle": (triangle, "Each republic between three powers, day one and end"),
    "grievance_by_cause": (grievance_by_cause, "Each republic's grievance against one power, by cause"),
    "ledger_timeline": (ledger_timeline, "Projects, lapses and rebukes of one world"),
    "projects": (projects, "Projects of one world, from agreement to end"),
    "leaders": (leaders, "Chance that each power leads each republic at the end"),
    "stances": (stances, "Stances of the guests at each summit"),
}
"""The figures ``save_all`` writes: file name, function, and what it shows in a line (kept in the file as its title)."""

SETTINGS: dict[Any, Any] = {"svg.hashsalt": "sim", "svg.fonttype": "none", "text.hinting": "none"}
"""Settings of matplotlib while a figure is saved: stable ids, text kept as text, letters unhinted (quicker)."""
_SAVING = Lock()  # matplotlib takes those settings from a global


def save_all(result: Drawable, directory: str | Path) -> list[Path]:
    """Draw every figure and write it to ``directory`` (made if missing) as PNG and SVG; returns the paths written.

    A run without a summit has no ``stances`` figure.
    """
    folder = folder_of(directory, "a folder to write to, as text or path")
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for name, (draw, about) in FIGURES.items():
        if name == "stances" and not (result.array("stance") >= 0).any():
            continue
        written += save(draw(result), folder / name, result.scenario.words.spell(about))
    return written


def save(fig: Figure, stem: Path, about: str = "") -> list[Path]:
    """Write ``stem.png`` and ``stem.svg``; the same figure gives the same bytes on every run.

    The SVG keeps text as text (searchable, small), names no date, and falls back to Verdana, of nearly the same
    widths, where the typeface is missing.
    """
    png, drawn = stem.with_name(stem.name + ".png"), stem.with_name(stem.name + ".svg")
    with _SAVING, mpl.rc_context(SETTINGS):
        fig.savefig(png, dpi=DPI, metadata={"Title": about, "Software": "sim"}, pil_kwargs={"compress_level": 3})
    drawn.write_bytes(svg(fig, about))
    return [png, drawn]


def svg(fig: Figure, about: str = "") -> bytes:
    """A figure as the text of an SVG file; see ``save``."""
    held = BytesIO()
    with _SAVING, mpl.rc_context(SETTINGS):
        fig.savefig(held, format="svg", dpi=DPI, metadata={"Date": None, "Creator": "sim", "Title": about})
    return held.getvalue().replace(f"'{TYPEFACE}'".encode(), f"'{TYPEFACE}', Verdana, sans-serif".encode())
