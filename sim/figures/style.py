"""One look for every figure: palette, typeface, page, labels that keep out of each other's way.

Lengths are in inches unless said otherwise, so that a label's room can be reckoned before anything is drawn. Nothing
here touches ``pyplot`` or the global settings of matplotlib: figures may be made in several threads at once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from math import ceil, cos, floor, hypot, log10, pi, sin
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.text import Text
from numpy.typing import NDArray

from sim.runs.words import MONTHS

TYPEFACE = "DejaVu Sans"
"""Comes with matplotlib, so figures look the same on every machine; has Latin, Greek and Cyrillic letters."""
TITLE, READ, PANEL, LABEL, SMALL = 13.0, 8.5, 9.5, 8.0, 7.5
"""Type sizes in points: the figure's title, how to read it, a panel's title, labels at marks, ticks and footers."""

PAPER, INK, MUTED, GRID, FAINT = "#ffffff", "#1d2433", "#5a6271", "#e4e7eb", "#aab1bc"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the page: left, bottom, width, height in inches from the lower left corner."""

    left: float
    bottom: float
    width: float
    height: float

    @property
    def top(self) -> float:
        return self.bottom + self.height

    @property
    def right(self) -> float:
        return self.left + self.width


# -- colour -----------------------------------------------------------------------------------------------------------


def luminance(color: str) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.1)."""
    rgb = np.array(to_rgb(color))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def contrast(a: str, b: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.1)."""
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


@lru_cache(maxsize=256)
def ink(color: str, ratio: float = 4.5) -> str:
    """The colour darkened just enough to be read as small text on paper."""
    red, green, blue = to_rgb(color)
    while contrast(to_hex((red, green, blue)), PAPER) < ratio:
        red, green, blue = 0.96 * red, 0.96 * green, 0.96 * blue
    return to_hex((red, green, blue))


def blend(weights: NDArray[Any], colors: Sequence[str], white: float = 0.0) -> NDArray[Any]:
    """Colour of a composition: ``weights`` (..., power) summing to 1; returns RGB (..., 3), paled by ``white`` 0 to 1.

    Near the middle, where no power prevails, the colour turns to a light neutral instead of mud.
    """
    rgb = np.array([to_rgb(c) for c in colors])
    mixed: NDArray[Any] = (weights**1.5) @ rgb / np.maximum((weights**1.5).sum(-1, keepdims=True), 1e-12)
    count = len(colors)
    lead = (weights.max(-1, keepdims=True) - 1 / count) / (1 - 1 / count) if count > 1 else np.ones(weights.shape)
    pale = white + (1 - white) * 0.75 * (1 - np.clip(lead, 0, 1)) ** 1.5
    paled: NDArray[Any] = mixed * (1 - pale) + pale * np.array(to_rgb("#f6f3ee"))
    return paled


# -- text -------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4)
def _font_file(bold: bool) -> str:
    return str(findfont(FontProperties(family=TYPEFACE, weight="bold" if bold else "normal")))


@lru_cache(maxsize=4096)
def _advance(letter: str, bold: bool) -> float:
    """Width of one letter in parts of the type size; 0 where the typeface lacks it."""
    font: Any = get_font(_font_file(bold))
    if not font.get_char_index(ord(letter)):
        return 0.0
    font.set_size(64, 72)
    return float(font.load_char(ord(letter)).linearHoriAdvance) / 65536 / 64


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Width of one line of text in inches."""
    return sum(_advance(letter, bold) for letter in text) * size / 72


@lru_cache(maxsize=4096)
def clean(text: str) -> str:
    """One line that the typeface can show: white space becomes one space, unknown signs a question mark."""
    return "".join(c if _advance(c, False) else "?" for c in re.sub(r"[ \t\n\r\f\v]+", " ", text))


@lru_cache(maxsize=4096)
def fit(text: str, width: float, size: float, bold: bool = False) -> str:
    """The text, cut with an ellipsis where it is wider than ``width`` inches."""
    text = clean(text)
    if text_width(text, size, bold) <= width:
        return text
    keep = len(text)
    while keep > 1 and text_width(text[:keep].rstrip() + "…", size, bold) > width:
        keep -= 1
    return text[:keep].rstrip() + "…"


def name_of(code: str, name: str, width: float, size: float, bold: bool = False) -> str:
    """The name if it fits and the typeface has its letters, else the code, else the name cut short."""
    name = " ".join(name.split()) or code
    if clean(name) == name and text_width(name, size, bold) <= width:
        return name
    return fit(code, width, size, bold)


def wrap(text: str, width: float, size: float) -> list[str]:
    """Lines no wider than ``width`` inches; a word wider than that is cut short."""
    lines: list[str] = []
    for word in clean(text).split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size) <= width:
            lines[-1] = longer
        else:
            lines.append(fit(word, width, size))
    return lines


def write(
    where: Figure | Axes,
    x: float,
    y: float,
    text: str,
    size: float = LABEL,
    color: str = INK,
    bold: bool = False,
    ha: str = "left",
    va: str = "center",
    **more: Any,
) -> Text:
    """Text in the house typeface. In a Figure x and y are inches, in an Axes data."""
    if isinstance(where, Figure):
        wide, high = where.get_size_inches()
        x, y = x / wide, y / high
    return where.text(
        x,
        y,
        clean(text),
        fontsize=size,
        color=color,
        fontweight="bold" if bold else "normal",
        ha=ha,
        va=va,
        fontfamily=TYPEFACE,
        parse_math=False,
        **more,
    )


# -- page -------------------------------------------------------------------------------------------------------------

MARGIN = 0.35
SHOWN = 100
"""Dots an inch of a figure as a notebook shows it: about as wide as the page."""


class Page(Figure):
    """A figure that a notebook shows by itself, without matplotlib's own machinery."""

    def _repr_png_(self) -> bytes:
        held = BytesIO()
        self.savefig(held, format="png", dpi=SHOWN, metadata={"Software": "sim"}, pil_kwargs={"compress_level": 9})
        return held.getvalue()


Ticks = tuple[Sequence[float], Sequence[str]]
"""Positions on an axis and their labels."""


def page(title: str, reading: str, footer: str, width: float, body: float) -> tuple[Figure, Box]:
    """A figure with title, how to read it and footer in place; returns it and the room (``body`` high) between."""
    room = width - 2 * MARGIN
    lines = wrap(reading, min(room, 9.2), READ)
    below = wrap(footer, room, SMALL)
    head = 0.3 + 0.24 + 0.165 * len(lines) + 0.12
    foot = 0.42 + 0.15 * (len(below) - 1)
    height = head + body + foot
    fig = Page(figsize=(width, height), facecolor=PAPER)
    write(fig, MARGIN, height - 0.3, fit(title, room, TITLE, True), TITLE, bold=True)
    for i, line in enumerate(lines):
        write(fig, MARGIN, height - 0.3 - 0.26 - 0.165 * i, line, READ, MUTED)
    for i, line in enumerate(reversed(below)):
        write(fig, MARGIN, 0.2 + 0.15 * i, line, SMALL, MUTED)
    return fig, Box(MARGIN, foot, room, body)


def panel(
    fig: Figure,
    box: Box,
    xlim: tuple[float, float],
    ylim: tuple[float, float],
    *,
    xticks: Ticks = ((), ()),
    yticks: Ticks = ((), ()),
) -> Axes:
    """Axes at ``box`` without matplotlib's own frame and ticks (they are slow): light grid lines, muted labels."""
    wide, high = fig.get_size_inches()
    ax = fig.add_axes((box.left / wide, box.bottom / high, box.width / wide, box.height / high))
    ax.set_axis_off()
    ax.set_xlim(xlim)
    ax.set_ylim(ylim)
    if yticks[0]:
        ax.add_collection(
            LineCollection(
                [[(xlim[0], y), (xlim[1], y)] for y in yticks[0]],
                linewidths=0.7,
                zorder=0,
                colors=[FAINT if y == 0 else GRID for y in yticks[0]],
            ),
            autolim=False,
        )
    for at, label in zip(*xticks, strict=True):
        x = box.left + (at - xlim[0]) / (xlim[1] - xlim[0]) * box.width
        write(fig, x, box.bottom - 0.1, label, SMALL, MUTED, ha="center")
    for at, label in zip(*yticks, strict=True):
        if label:
            y = box.bottom + (at - ylim[0]) / (ylim[1] - ylim[0]) * box.height
            write(fig, box.left - 0.06, y, label, SMALL, MUTED, ha="right")
    return ax


def grid(count: int) -> tuple[int, int]:
    """Rows and columns for so many panels."""
    columns = {1: 1, 2: 2, 3: 3, 4: 2, 5: 3, 6: 3}.get(count, 4)
    return ceil(count / columns), columns


def grid_size(count: int, width: float | None = None) -> tuple[float, float]:
    """Inches of a page with so many panels: its width, and the height of the room for them; lower on a given width."""
    rows, columns = grid(count)
    if width is not None:
        return width, max(1.7 * rows, 2.2)
    return max(4.0 * columns, 6.5) if columns < 3 else 12.0, max(2.35 * rows, 3.2)


def cells(
    box: Box,
    count: int,
    left: float = 0.42,
    right: float = 0.0,
    gap: float = 0.25,
    head: float = 0.26,
    foot: float = 0.24,
) -> list[Box]:
    """Rooms for panels in reading order, with room around them for what is written there.

    ``left`` of the first column is for its scale, ``right`` of each for labels at the ends of lines, ``head`` above for
    a title, ``foot`` below for the months.
    """
    rows, columns = grid(count)
    step = (box.width - left + gap) / columns
    high = box.height / rows
    return [
        Box(
            box.left + left + (i % columns) * step,
            box.top - (i // columns + 1) * high + foot,
            step - gap - right,
            high - head - foot,
        )
        for i in range(count)
    ]


# -- time and numbers -------------------------------------------------------------------------------------------------


def month_name(date: str) -> str:
    """``2025-10`` as ``Oct 2025``; anything else as it is."""
    year, _, month = date.partition("-")
    return f"{MONTHS[int(month[:2]) - 1][:3]} {year}" if month[:2].isdigit() and 1 <= int(month[:2]) <= 12 else date


YEAR_ROOM = 0.34
"""Inches from one year's label to the next, at least."""


def month_ticks(dates: Sequence[str], width: float, first: int = 0) -> Ticks:
    """Positions (index into ``dates``, from ``first``) and labels of time: Januaries, or both ends of a short run."""
    januaries = [i for i, date in enumerate(dates) if date[4:7] == "-01" and i >= first]
    last = len(dates) - 1
    if len(januaries) >= 2 or (last > 12 and januaries):
        by_step = {s: [i for i in januaries if int(dates[i][:4]) % s == 0] for s in (1, 2, 5, 10, 20, 50, 100)}
        roomy = [chosen for chosen in by_step.values() if chosen and len(chosen) <= max(1, int(width / 0.5))]
        close = [chosen for step, chosen in by_step.items() if 12 * step * width >= YEAR_ROOM * (last - first)]
        for chosen in (*(one for one in (*roomy, *close) if len(one) > 1), *roomy):  # one label tells no scale
            return [float(i) for i in chosen], [dates[i][:4] for i in chosen]
    start = month_name(dates[first]) if first else "day one"
    both = {float(first): start, float(last): month_name(dates[last])}
    return list(both), list(both.values())


def round_step(least: float, multiples: Sequence[float] = (1.0, 2.0, 2.5, 5.0, 10.0)) -> float:
    """The smallest round number (one of ``multiples`` times a power of ten) that is at least ``least`` > 0."""
    size = 10.0 ** np.floor(log10(least))
    return float(next(size * m for m in multiples if size * m >= least * 0.999))


def nice_ticks(top: float, count: int = 4) -> list[float]:
    """Round numbers from 0 to at least ``top``, about ``count`` steps."""
    top = max(float(top), 1e-9)
    step = round_step(top / count)
    return [step * i for i in range(ceil(top / step - 1e-9) + 1)]


def ticks_around(low: float, high: float, most: int = 7) -> list[float]:
    """Round numbers from at most ``low`` to at least ``high``, ``most`` steps or so of at least 0.1."""
    step = round_step(max((high - low) / most, 0.1), (1.0, 2.0, 5.0, 10.0))
    first, last = floor(low / step), ceil(high / step)
    return [round(step * n, 6) for n in range(first, max(last, first + 1) + 1)]


def ticks_within(low: float, high: float) -> list[float]:
    """Round numbers within a range, four steps or so."""
    step = round_step((high - low) / 4)
    first = np.ceil(low / step) * step
    return [float(first + i * step) + 0.0 for i in range(8) if first + i * step <= high]


# -- labels that keep apart -------------------------------------------------------------------------------------------


def spread(wanted: Sequence[float], gap: float, low: float = -np.inf, high: float = np.inf) -> list[float]:
    """Positions at least ``gap`` apart, in the same order, moved as little as may be; in low..high if they fit.

    Pools neighbours that are too close and centres each pool on its members (isotonic regression).
    """
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    pools: list[tuple[float, int]] = []
    for rank, i in enumerate(order):
        mean, size = wanted[i] - rank * gap, 1
        while pools and pools[-1][0] > mean:
            before, members = pools.pop()
            mean, size = (before * members + mean * size) / (members + size), members + size
        pools.append((mean, size))
    last = (len(wanted) - 1) * gap
    bases = [min(max(mean, low), max(high - last, low)) for mean, size in pools for _ in range(size)]
    found = [0.0] * len(wanted)
    for rank, i in enumerate(order):
        found[i] = bases[rank] + rank * gap
    return found


def _overlap(a: Box, b: Box) -> bool:
    return a.left < b.right and b.left < a.right and a.bottom < b.top and b.bottom < a.top


def place(
    points: Sequence[tuple[float, float]],
    sizes: Sequence[tuple[float, float]],
    obstacles: NDArray[Any],
    room: Box,
    clear: float = 0.1,
) -> list[Box]:
    """Boxes for labels beside their points: never on one another, seldom on an obstacle, as near as may be.

    ``sizes`` are (width, height); ``obstacles`` (n, 3) are x, y and how bad it is to cover them.
    """
    placed: list[Box] = []
    turns = [2 * pi * k / 16 for k in range(16)]
    for (x, y), (wide, high) in zip(points, sizes, strict=True):
        best, found = np.inf, Box(x, y, wide, high)
        for reach in (clear, clear * 1.6, clear * 2.4, clear * 3.5, clear * 5, clear * 7, clear * 10, clear * 14):
            for turn in turns:
                across, up = cos(turn), sin(turn)
                left = x + across * reach + (across - 1) / 2 * wide
                box = Box(left, y + up * reach + (up - 1) / 2 * high, wide, high)
                if box.left < room.left or box.right > room.right or box.bottom < room.bottom or box.top > room.top:
                    continue
                if any(_overlap(box, other) for other in placed):
                    continue
                hit = (
                    (obstacles[:, 0] > box.left - 0.03)
                    & (obstacles[:, 0] < box.right + 0.03)
                    & (obstacles[:, 1] > box.bottom - 0.02)
                    & (obstacles[:, 1] < box.top + 0.02)
                )
                away = hypot(box.left + wide / 2 - x, box.bottom + high / 2 - y) - wide / 2 * abs(across)
                cost = float(obstacles[hit, 2].sum()) + 3 * away + 0.15 * abs(up) + (0.1 if across < 0 else 0)
                if cost < best:
                    best, found = cost, box
        placed.append(found)
    return placed
