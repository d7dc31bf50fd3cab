"""The projects of one world: a bar each, from the month it was agreed until it ended."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from sim.figures import style
from sim.figures.drawable import Drawable, colors, footer, power_name, republic_name, span
from sim.figures.style import GRID, INK, MUTED, PANEL, PAPER, SMALL, Box, write
from sim.reading.projects import in_world
from sim.scenario.errors import BadInput, nearest

WIDTH, NAMES = 12.0, 1.3
"""Inches: the figure's width, and the room for republics' names at the left."""
HEAD, LABEL_HIGH, THIN, THICK, GAP = 0.04, 0.135, 0.035, 0.15, 0.05
"""Inches: room above a republic's lanes, a label above its bar, thinnest and thickest bar, room between lanes."""
MOST_LANES = 14
"""Lanes of a republic, above which bars lie closer and only those with room for it are labelled."""
GRAY = "#77808e"


def projects(result: Drawable, world: int | None = None, republic: str | None = None) -> Figure:
    """The projects that each republic took in one world, as bars, coloured by power, as thick as they are large.

    ``world`` counts from 0; the default is the typical world. ``republic`` is a code; the default is all.
    """
    shown = result.typical_world if world is None else world
    if not 0 <= shown < result.worlds:
        raise BadInput.of(repr(world), f"a world from 0 to {result.worlds - 1}", path="world")
    if republic is not None and republic not in result.republics:
        known = ", ".join(result.republics)
        raise BadInput.of(
            repr(republic), f"one of {known}", path="republic", nearest=nearest(republic, result.republics)
        )
    codes, table = list(result.republics) if republic is None else [republic], in_world(result, shown)
    months, left = len(result.dates) - 1, style.MARGIN + NAMES
    wide = WIDTH - style.MARGIN - left
    xlim = (0.4, months + 0.6)
    largest = float(table["size"].max()) if len(table) else 1.0
    packed = {
        code: Packed(result, table[table.republic == code], wide / (xlim[1] - xlim[0]), largest) for code in codes
    }
    top = sum(one.height for one in packed.values())
    typical = ", a typical one" if shown == result.typical_world else ""
    fig, body = style.page(
        f"The projects of one world, {span(result)}",
        f"World no. {shown}{typical}. A bar is a project, from the month in which a power's bid was taken "
        "until two thirds of it had fallen due or been called off; bars that reach the right edge are not over. What "
        "was pending on day one, what events pledged and steady engagement are left out.",
        footer(result, shown),
        WIDTH,
        top + 0.75,
    )
    frame = Box(left, body.bottom + 0.25, wide, top)
    ticks = style.month_ticks(result.dates, wide, first=1)
    ax = style.panel(fig, frame, xlim, (0, top), xticks=ticks)
    ax.vlines(ticks[0], 0, top, colors=GRID, linewidths=0.7, zorder=0)
    tints = colors(result)
    y = top
    for code in codes:
        one = packed[code]
        ax.hlines(y, *xlim, colors=GRID, linewidths=0.8)
        name = republic_name(result, code, NAMES - 0.1, PANEL, True)
        write(fig, body.left, frame.bottom + y - 0.17, name, PANEL, bold=True)
        _bars(ax, one, y, tints, code)
        if not len(one.table):
            write(ax, 1, y - one.height / 2, "no project taken", SMALL, MUTED)
        y -= one.height
    _key(fig, Box(body.left, body.top - 0.25, body.width, 0.25), result, tints, largest)
    return fig


class Packed:
    """One republic's projects in lanes: as few as hold them without any lying on another."""

    def __init__(self, result: Drawable, table: pd.DataFrame, step: float, largest: float) -> None:
        """``step``: inches a month."""
        self.table, self.step = table, step
        self.labels = [f"{power_name(result, str(row.power), 1.0, SMALL)}: {row.sector}" for row in table.itertuples()]
        self.thick = [THIN + (THICK - THIN) * sqrt(size / largest) for size in table["size"]]
        self.begin = (table.month.to_numpy() - 0.5).tolist()
        self.end = np.maximum(table.until.to_numpy() + 0.5, table.month.to_numpy() + 0.1).tolist()
        room = [style.text_width(text, SMALL) / step for text in self.labels]
        last = len(result.dates) - 0.4
        self.write_at = [max(min(begin, last - wide), 0.4) for begin, wide in zip(self.begin, room, strict=True)]
        over = [at + wide for at, wide in zip(self.write_at, room, strict=True)]
        self.lane = self._lanes(self.write_at, [max(pair) for pair in zip(self.end, over, strict=True)])
        if max(self.lane, default=0) >= MOST_LANES:
            self.lane = self._lanes(self.begin, self.end)
        lanes = range(max(self.lane, default=-1) + 1)
        deep = [max(t for t, at in zip(self.thick, self.lane, strict=True) if at == lane) for lane in lanes]
        self.foot = (HEAD + np.cumsum([LABEL_HIGH + high + GAP for high in deep])).tolist()
        self.height = max([0.3, *self.foot[-1:]]) + 0.05
        self.labelled = [self._fits(k, over[k], last) for k in range(len(self.lane))]

    def _lanes(self, begin: Sequence[float], end: Sequence[float]) -> list[int]:
        free: list[float] = []
        lanes = []
        for first, until in zip(begin, end, strict=True):
            lane = next((n for n, taken in enumerate(free) if taken + 0.08 / self.step <= first), len(free))
            free[lane : lane + 1] = [until]
            lanes.append(lane)
        return lanes

    def _fits(self, k: int, over: float, last: float) -> bool:
        """Whether a label that reaches to ``over`` has room between its neighbours in the lane, and on the page."""
        mine = [n for n in range(len(self.lane)) if self.lane[n] == self.lane[k]]
        place, gap = mine.index(k), 0.04 / self.step
        before = [self.end[n] for n in mine[:place][-1:]]
        after = [self.write_at[n] for n in mine[place + 1 :][:1]]
        return bool(max([0.4, *before]) <= self.write_at[k] and over + gap <= min([last + 2 * gap, *after]))


def _bars(ax: Axes, one: Packed, top: float, tints: dict[str, str], republic: str) -> None:
    """Bars, hollow where more has lapsed than came; crosses where much was called off; labels."""
    gone: list[tuple[float, float]] = []
    shapes: dict[tuple[str, bool], list[list[tuple[float, float]]]] = {}
    for k, row in enumerate(one.table.itertuples()):
        low = top - one.foot[one.lane[k]] + GAP
        high, begin, end = low + one.thick[k], one.begin[k], one.end[k]
        corners = [(begin, low), (end, low), (end, high), (begin, high)]
        shapes.setdefault((str(row.power), bool(row.stalled)), []).append(corners)
        if row.called_off:
            gone.append((end, (low + high) / 2))
        if one.labelled[k]:
            write(
                ax, one.write_at[k], high + 0.012, one.labels[k], SMALL, style.ink(tints[str(row.power)]), va="bottom"
            )
    for (power, stalled), corners_of in shapes.items():
        ax.add_collection(
            PolyCollection(
                corners_of,
                facecolors=PAPER if stalled else tints[power],
                edgecolors=tints[power],
                linewidths=0.8,
                zorder=2,
                gid=f"projects-{republic}-{power}{'-stalled' * stalled}",
            ),
            autolim=False,
        )
    if gone:
        x, y = zip(*gone, strict=True)
        ax.plot(x, y, "x", color=INK, markersize=5, markeredgewidth=1.4, clip_on=False, gid=f"called-off-{republic}")


def _key(fig: Figure, box: Box, result: Drawable, tints: dict[str, str], largest: float) -> None:
    """Powers and signs in one line."""
    ax = style.panel(fig, box, (0, box.width), (0, box.height))
    x, middle = 0.0, box.height / 2
    for code in result.powers:
        name = power_name(result, code, 1.1, SMALL)
        _sample(ax, x, middle, 0.1, tints[code])
        write(ax, x + 0.28, middle, name, SMALL)
        x += 0.28 + style.text_width(name, SMALL) + 0.2
    signs: list[tuple[str, list[dict[str, Any]]]] = [
        (
            f"thicker: larger (here {largest / 10:.2g} and {largest:.2g} points)",
            [{"high": THIN + (THICK - THIN) * sqrt(part)} for part in (0.1, 1.0)],
        ),
        ("more lapsed than delivered", [{"high": 0.1, "hollow": True}]),
    ]
    for text, samples in signs:
        long = 0.28 * len(samples) + style.text_width(text, SMALL) + 0.2
        if x + long > box.width:
            return
        for sample in samples:
            _sample(ax, x, middle, tone=GRAY, **sample)
            x += 0.28
        write(ax, x, middle, text, SMALL, MUTED)
        x += long - 0.28 * len(samples)
    text = "a third or more called off"
    if x + 0.2 + style.text_width(text, SMALL) <= box.width:
        ax.plot([x + 0.06], [middle], "x", color=INK, markersize=5, markeredgewidth=1.4)
        write(ax, x + 0.18, middle, text, SMALL, MUTED)


def _sample(ax: Axes, x: float, middle: float, high: float, tone: str, hollow: bool = False) -> None:
    corners = [
        (x, middle - high / 2),
        (x + 0.22, middle - high / 2),
        (x + 0.22, middle + high / 2),
        (x, middle + high / 2),
    ]
    ax.add_collection(
        PolyCollection([corners], facecolors=PAPER if hollow else tone, edgecolors=tone, linewidths=0.8), autolim=False
    )
