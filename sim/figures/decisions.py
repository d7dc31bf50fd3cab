"""The pictures of decisions: packages against what is wanted, and what a search found for what cost."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from sim.decisions import regret
from sim.decisions.packages import Packages
from sim.decisions.sought import ENOUGH, Sought
from sim.decisions.want import Want
from sim.figures import style
from sim.figures.style import FAINT, GRID, INK, LABEL, MUTED, PANEL, PAPER, SMALL, Box, Ticks, write
from sim.runs.words import capital, minus, number, percent
from sim.sweeps.factors import outcome_words

Floats = NDArray[np.float64]

MAIN, SECOND, PALE = "#2f6db3", "#d99a1c", "#a9c3df"
_ROW, _HEAD, _FOOT, _NAMES, _FACTS = 0.36, 0.6, 0.42, 1.95, 2.1
"""Inches: a row, room above and below a panel, for names on the left and for numbers on the right."""


# -- packages ----------------------------------------------------------------------------------------------------------


def packages(found: Packages) -> Figure:
    """What each package gains over all futures, against what is wanted, with how often it gets there and cost."""
    rows = len(found.packages)
    each = _HEAD + _ROW * rows + _FOOT
    title = found.crossing.plan.title or "Packages"
    fig, body = style.page(
        title,
        "Bar: 80 % of the futures; dot: their mean; short line: mean of the worst tenth. Dashed: what is wanted. On "
        "the right: in how many futures that is reached (of the package that gets there most often in bold), and cost.",
        f"{found.crossing.base.name} · {found.futures:,} common futures of {found.crossing.base.months} months · seed "
        f"{found.sweep.seed}",
        9.0,
        each * len(found.wants),
    )
    for k, want in enumerate(found.wants):
        top = body.top - k * each
        box = Box(body.left + _NAMES, top - each + _FOOT, body.width - _NAMES - _FACTS, _ROW * rows)
        _gains(fig, body, box, found, k, want)
    return fig


def _gains(fig: Figure, body: Box, box: Box, found: Packages, k: int, want: Want) -> None:
    gains = found.gains[k] * (100.0 if want.is_share else 1.0)
    goal = want.amount * (100.0 if want.is_share else 1.0)
    low, high = np.quantile(gains, (0.1, 0.9), axis=1)
    worst = want.sign * regret.worst(want.good(gains))
    xlim = _span([*low, *high, *worst, goal, *([0.0] if want.relative else [])])
    ax = style.panel(fig, box, xlim, (len(gains), 0), xticks=_ticks(*xlim))
    _grid(ax, xlim, len(gains))
    story = found.crossing.base
    what = capital(outcome_words(want.outcome, story)) + (", change against doing nothing" if want.relative else "")
    write(fig, body.left, box.top + 0.38, style.fit(what, body.width - _FACTS, PANEL, True), PANEL, bold=True)
    unit = {"pp": "percentage points", "%": "per cent", "": ""}[want.unit]
    write(fig, box.left + box.width / 2, box.bottom - 0.3, unit, SMALL, MUTED, ha="center")
    right = (box.right + 0.85, body.right)
    for x, head in zip(right, ("reached", f"{found.crossing.unit} a month"), strict=True):
        for line, text in enumerate(style.wrap(head, 1.15, SMALL)[:2][::-1]):
            write(fig, x, box.top + 0.14 + 0.15 * line, text, SMALL, MUTED, ha="right")
    for i, package in enumerate(found.packages):
        middle, y = i + 0.5, box.top - (i + 0.5) * _ROW
        bold = i == found.robust and found.reached[i] > 0.0
        write(fig, box.left - 0.12, y, style.fit(package.name, _NAMES - 0.1, LABEL), LABEL, INK, bold, ha="right")
        gid = f"package {package.name} {low[i]:.6g} {high[i]:.6g}"
        bar = Rectangle((low[i], i + 0.25), high[i] - low[i], 0.5, facecolor=PALE, linewidth=0, gid=gid)
        ax.add_patch(bar)
        ax.add_collection(
            LineCollection([[(worst[i], i + 0.2), (worst[i], i + 0.8)]], colors=INK, linewidths=1.2, zorder=3)
        )
        mean = float(gains[i].mean())
        _dots(ax, [mean], [middle], MAIN, 34, f"mean {package.name} {mean:.6g}")
        part = percent(float(want.met(found.gains[k][i]).mean()), short=True)
        for x, text in zip(right, (part, number(package.cost, 2) + ("*" if package.unpriced else "")), strict=True):
            write(fig, x, y, text, LABEL, INK, bold, ha="right")
    lines = [[(goal, 0), (goal, len(gains))]]
    ax.add_collection(LineCollection(lines, colors=SECOND, linewidths=1.6, linestyles="dashed", zorder=2, gid="wanted"))


# -- a search ----------------------------------------------------------------------------------------------------------


def trade_off(found: Sought) -> Figure:
    """What is gained for what cost: every setting tried, the front with its bands, and the cheapest that works."""
    asked = found.search
    count = len(asked.wants) + 1
    fig, body = style.page(
        "What it costs to get there",
        "Grey: every setting tried. Blue: the best for their costs, in futures that the search has not seen; bars: "
        "80 % of these futures. Dashed: what is wanted"
        + (". Ring: the cheapest that gets there." if found.chosen else "; no setting gets there."),
        f"{asked.scenario.name} · {found.evaluations:,} settings tried in {asked.worlds:,} futures of "
        f"{asked.scenario.months} months · {len(asked.levers)} levers · seed {asked.seed}",
        5.2 * min(count, 2) if count < 3 else 12.0,
        3.6 * -(-count // 2) if count < 3 else 3.6,
    )
    xlim = _span([*found.costs, *found.tried.measures[:, 0]])
    boxes = _rooms(body, count)
    for k, want in enumerate(asked.wants):
        scale = 100.0 if want.is_share else 1.0
        low, high = np.quantile(found.gains[k] * scale, (0.1, 0.9), axis=1)
        what = capital(outcome_words(want.outcome, asked.scenario))
        unit = {"pp": "percentage points", "%": "per cent", "": "in its unit"}[want.unit]
        title = (what, f"change against doing nothing, {unit}" if want.relative else unit)
        means, tried = found.gains[k].mean(axis=1) * scale, found.tried.measures[:, 2 + k] * scale
        ylim = _span([*means, *tried, *low, *high, want.amount * scale, *([0.0] if want.relative else [])])
        _panel(fig, boxes[k], found, (xlim, ylim), title, means, tried, want.amount * scale, (low, high))
    part = ("Part of the futures in which it works", "per cent" + ("; all that is wanted" if count > 2 else ""))
    goal = 100.0 * ENOUGH if asked.robust else None
    means, tried = 100.0 * found.reached, 100.0 * found.tried.measures[:, 1]
    ylim = _span([*means, *tried, 0.0, *([] if goal is None else [goal])])
    _panel(fig, boxes[-1], found, (xlim, ylim), part, means, tried, goal)
    return fig


def _rooms(body: Box, count: int) -> list[Box]:
    wide = body.width / count
    return [Box(body.left + i * wide + 0.42, body.bottom + 0.5, wide - 0.62, body.height - 0.8) for i in range(count)]


def _panel(
    fig: Figure,
    box: Box,
    found: Sought,
    limits: tuple[tuple[float, float], tuple[float, float]],
    title: tuple[str, str],
    means: Floats,
    tried: Floats,
    goal: float | None,
    band: tuple[Floats, Floats] | None = None,
) -> None:
    xlim, ylim = limits
    ax = style.panel(fig, box, xlim, ylim, xticks=_ticks(*xlim), yticks=_ticks(*ylim))
    write(fig, box.left - 0.35, box.top + 0.3, style.fit(title[0], box.width + 0.4, PANEL, True), PANEL, bold=True)
    write(fig, box.left - 0.35, box.top + 0.13, style.fit(title[1], box.width + 0.4, SMALL), SMALL, MUTED)
    unit = f"cost, {found.search.unit} a month"
    write(
        fig, box.left + box.width / 2, box.bottom - 0.34, style.fit(unit, box.width, SMALL), SMALL, MUTED, ha="center"
    )
    _dots(ax, found.tried.measures[:, 0], tried, FAINT, 7, "tried")
    order = np.argsort(found.costs, kind="stable")
    x, y = found.costs[order], means[order]
    if band is not None:
        bars = [[(a, b), (a, c)] for a, b, c in zip(found.costs, *band, strict=True)]
        ax.add_collection(LineCollection(bars, colors=PALE, linewidths=3.0, zorder=2, gid="band"))
    lines = list(pairwise(zip(x.tolist(), y.tolist(), strict=True)))
    ax.add_collection(LineCollection(lines, colors=MAIN, linewidths=1.0, zorder=3))
    _dots(ax, x, y, MAIN, 22, "front")
    if goal is not None:
        line = [[(xlim[0], goal), (xlim[1], goal)]]
        ax.add_collection(
            LineCollection(line, colors=SECOND, linewidths=1.6, linestyles="dashed", zorder=2, gid=f"wanted {goal:.6g}")
        )
    if found.chosen:
        at = [found.costs[found.chosen]], [means[found.chosen]]
        ax.scatter(*at, s=120, facecolors="none", edgecolors=INK, linewidths=1.6, zorder=5, gid="chosen")


# -- parts -------------------------------------------------------------------------------------------------------------


def _span(values: list[float]) -> tuple[float, float]:
    """The range of some values with a little room on either side."""
    low, high = float(np.min(values)), float(np.max(values))
    room = 0.06 * (high - low) or max(abs(high), 1.0) * 0.06
    return low - room, high + room


def _ticks(low: float, high: float) -> Ticks:
    step = style.round_step((high - low) / 6)
    places = [step * k + 0.0 for k in range(int(np.ceil(low / step)), int(np.floor(high / step)) + 1)]
    return places, [minus(f"{round(place, 9):g}") for place in places]


def _grid(ax: Axes, xlim: tuple[float, float], rows: int) -> None:
    places = _ticks(*xlim)[0]
    lines = [[(x, 0), (x, rows)] for x in places]
    colors = [FAINT if x == 0 else GRID for x in places]
    ax.add_collection(LineCollection(lines, colors=colors, linewidths=0.7, zorder=0))


def _dots(
    ax: Axes, x: Floats | list[float], y: Floats | list[float], color: str, size: float, gid: str
) -> PathCollection:
    return ax.scatter(x, y, s=size, color=color, edgecolors=PAPER, linewidths=0.6, zorder=4, gid=gid)
