"""Fans over time: alignment with its bands, and grievance by its causes, one panel a republic."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sim.figures import style
from sim.figures.drawable import Drawable, Mark, colors, footer, happened, label_room, power_name, republic_panel, span
from sim.figures.palette import CAUSE_COLORS, CAUSE_NAMES
from sim.figures.style import INK, LABEL, MUTED, PANEL, PAPER, SMALL, Box, write
from sim.runs.result import quantiles
from sim.runs.words import capital
from sim.scenario.errors import BadInput
from sim.scenario.names import OVERALL, code_of, sector_of, unknown
from sim.scenario.table import CAUSES, SECTORS

BANDS = ((0.1, 0.9), (0.25, 0.75))
"""The quantiles over worlds between which a fan's pale and dark bands lie."""


def alignment_fans(result: Drawable, sector: str = "overall", width: float | None = None) -> Figure:
    """Each republic's alignment with every power over time: median, bands over worlds, one typical world.

    ``sector`` is "overall" (need-weighted) or a sector's name; ``width`` inches of the page, if not the usual.
    """
    sector = sector_of(sector)
    shares = _shares(result, sector)
    median, shift = quantiles(shares, [0.5])[0], quantiles(shares[-1] - shares[0], [0.5])[0]
    single = shares[..., result.typical_world]
    top = max(float(quantiles(shares, [0.9])[0].max()), float(single.max()), 10.0)
    ticks = style.nice_ticks(min(top, 100.0))
    high = ticks[-1]
    return _fans(
        result,
        shares,
        result.scenario.words.spell(f"{_what(result, sector)} of each republic"),
        result.scenario.words.spell("Share of a republic's engagement that lies with each power."),
        "At the line's end: the median, and the median change in points since day one, world by world.",
        (ticks, [f"{t:g}" for t in ticks[:-1]] + [f"{high:g} %"]),
        (0.0, high),
        lambda r, p: f"{median[-1, r, p]:.0f} {_change(shift[r, p])}",
        width,
    )


def alignment_change(result: Drawable, sector: str = "overall") -> Figure:
    """Change of each alignment since day one in points: median, bands over worlds, one typical world.

    The same worlds as ``alignment_fans``, on a scale that shows how sure a small shift is.
    """
    sector = sector_of(sector)
    shares = _shares(result, sector)
    moved = shares - shares[:1]
    end, shift = quantiles(shares[-1], [0.5])[0], quantiles(moved[-1], [0.5])[0]
    low, high = quantiles(moved, [0.1, 0.9])
    top = max(float(high.max()), float(-low.min()), float(np.abs(moved[..., result.typical_world]).max()), 0.5)
    steps = style.nice_ticks(top, 2)
    ticks = [-t for t in steps[:0:-1]] + steps
    return _fans(
        result,
        moved,
        f"{_what(result, sector)}: change since day one",
        "Change of alignment in percentage points; day one is 0.",
        "At the line's end: the median change, and the median alignment in per cent.",
        (ticks, [f"{_minus(t)}{abs(t):g}" for t in ticks]),
        (ticks[0], ticks[-1]),
        lambda r, p: f"{_minus(round(shift[r, p], 1))}{abs(shift[r, p]):.1f} to {end[r, p]:.0f} %",
    )


def _shares(result: Drawable, sector: str) -> NDArray[Any]:
    """Shares in per cent, (time, republic, power, world)."""
    if sector == OVERALL:
        overall: NDArray[Any] = result.array("overall") * 100
        return overall
    chosen: NDArray[Any] = result.array("alignment")[:, :, :, SECTORS.index(sector)] * 100
    return chosen


def _what(result: Drawable, sector: str) -> str:
    return capital(result.scenario.words.alignment(sector))


def _minus(points: float) -> str:
    return "+" if points > 0 else "\N{MINUS SIGN}" if points < 0 else ""


def _fans(
    result: Drawable,
    values: NDArray[Any],
    title: str,
    about: str,
    ends: str,
    yticks: tuple[list[float], list[str]],
    span_y: tuple[float, float],
    label: Callable[[int, int], str],
    width: float | None = None,
) -> Figure:
    """A panel a republic, a fan a power: ``values`` (time, republic, power, world), ``label`` at each line's end."""
    levels = sorted({0.5, *(q for band in BANDS for q in band)})
    quantile = dict(zip(levels, quantiles(values, levels), strict=True))
    world = result.typical_world
    tints, marks = colors(result), happened(result, world)
    codes, powers, last = list(result.republics), list(result.powers), len(result.dates) - 1
    columns = style.grid(len(codes))[1]
    bands = (
        "Thick line: median of all worlds. Dark band: 50 % of worlds; pale band: 80 %. Thin line: one typical world."
        if result.worlds > 1
        else "One world only, so no bands."
    )
    fig, body = style.page(
        f"{title}, {span(result)}",
        f"{about} {bands} {ends}{_foot(marks)}",
        footer(result, world),
        *style.grid_size(len(codes), width),
    )
    height = span_y[1] - span_y[0]
    ylim = (span_y[0] - 0.07 * height, span_y[1])
    months = np.arange(last + 1)
    said = [[label(r, p) for p in range(len(powers))] for r in range(len(codes))]
    room = label_room(result, powers, said) + 0.12
    boxes = style.cells(body, len(codes), right=room)
    _chronicle(fig, boxes, columns, marks, result.dates, room)
    for r, box in enumerate(boxes):
        scale = yticks[1] if r % columns == 0 else [""] * len(yticks[1])
        ax = republic_panel(fig, result, codes[r], box, result.dates, ylim, (yticks[0], scale), room)
        for p, code in enumerate(powers):
            for (low, up), alpha in zip(BANDS, (0.16, 0.22), strict=True):
                ax.add_collection(
                    PolyCollection(
                        [_between(months, quantile[low][:, r, p], quantile[up][:, r, p])],
                        facecolors=tints[code],
                        alpha=alpha,
                        linewidths=0,
                        gid=f"band-{codes[r]}-{code}-{low:g}-{up:g}",
                    ),
                    autolim=False,
                )
        tone = [tints[p] for p in powers]
        ax.add_collection(
            LineCollection(
                _lines(months, values[:, r, :, world].T),
                colors=tone,
                linewidths=0.7,
                alpha=0.75,
                gid=f"typical-{codes[r]}",
            ),
            autolim=False,
        )
        ax.add_collection(
            LineCollection(
                _lines(months, quantile[0.5][:, r].T), colors=tone, linewidths=1.9, gid=f"median-{codes[r]}"
            ),
            autolim=False,
        )
        _event_marks(ax, marks, codes[r], span_y[0] - 0.035 * height)
        gap = LABEL * 1.22 / 72 / box.height * (ylim[1] - ylim[0])
        places = style.spread(list(quantile[0.5][-1, r]), gap, *span_y)
        for p, code in enumerate(powers):
            write(
                ax,
                last * (1 + 0.06 / box.width),
                places[p],
                f"{power_name(result, code, 0.85, LABEL)} {said[r][p]}",
                color=style.ink(tints[code]),
            )
    return fig


def grievance_by_cause(result: Drawable, power: str | None = None) -> Figure:
    """Each republic's grievance against one power over time, by cause, with the band of the total over worlds.

    ``power`` (code or name) defaults to the one that meets most grievance over the run.
    """
    grievance = result.array("grievance")  # (time, republic, power, cause, world)
    mean = grievance.mean(axis=-1, dtype=float)
    chosen = power if power is not None else result.powers[int(mean.sum(axis=(0, 1, 3)).argmax())]
    code = code_of(chosen, result.scenario.powers)
    if code is None:
        raise BadInput([unknown(chosen, result.scenario.powers, "power")])
    p = list(result.powers).index(code)
    low, high = quantiles(grievance[:, :, p].sum(axis=2), BANDS[0])
    layers = np.concatenate([np.zeros_like(mean[:, :, p, :1]), mean[:, :, p].cumsum(axis=2)], axis=2)
    marks = happened(result, result.typical_world)
    codes, last = list(result.republics), len(result.dates) - 1
    columns = style.grid(len(codes))[1]
    against = power_name(result, code, 3.0, style.TITLE, True)
    fig, body = style.page(
        f"Grievance against {against} by cause, {span(result)}",
        "Grievance points, mean of all worlds, stacked by cause; at the end, each cause's points."
        + (" Dashed lines: the total lies between them in 80 % of worlds." if result.worlds > 1 else "")
        + _foot(marks),
        footer(result, result.typical_world),
        *style.grid_size(len(codes)),
    )
    ticks = style.nice_ticks(max(float(high.max()), float(layers.max()), 0.1))
    ylim = (-0.07 * ticks[-1], ticks[-1])
    months = np.arange(last + 1)
    room = max(style.text_width(t + " 0.00", LABEL) for t in CAUSE_NAMES.values()) + 0.12
    fills = [CAUSE_COLORS[c] for c in CAUSES]
    boxes = style.cells(body, len(codes), right=room)
    _chronicle(fig, boxes, columns, marks, result.dates, room)
    for r, box in enumerate(boxes):
        scale = [f"{t:g}" if r % columns == 0 else "" for t in ticks]
        ax = republic_panel(fig, result, codes[r], box, result.dates, ylim, (ticks, scale), room)
        stack = layers[:, r].T
        ax.add_collection(
            PolyCollection(
                [_between(months, a, b) for a, b in pairwise(stack)],
                facecolors=fills,
                edgecolors=PAPER,
                linewidths=0.5 if last < 240 else 0.0,
                gid=f"causes-{codes[r]}",
            ),
            autolim=False,
        )
        total = _lines(months, np.stack([low[:, r], high[:, r]]))
        ax.add_collection(LineCollection(total, colors=PAPER, linewidths=2.0, alpha=0.65), autolim=False)
        ax.add_collection(
            LineCollection(total, colors=INK, linewidths=0.9, linestyles=[(0, (3, 2))], gid=f"total-{codes[r]}"),
            autolim=False,
        )
        _event_marks(ax, marks, codes[r], -0.035 * ticks[-1])
        gap = LABEL * 1.22 / 72 / box.height * (ylim[1] - ylim[0])
        spots = style.spread(list((stack[:-1, -1] + stack[1:, -1]) / 2), gap, 0.0, ticks[-1])
        for c, cause in enumerate(CAUSES):
            write(
                ax,
                last * (1 + 0.06 / box.width),
                spots[c],
                f"{CAUSE_NAMES[cause]} {mean[-1, r, p, c]:.2f}",
                color=style.ink(CAUSE_COLORS[cause]),
            )
    return fig


def _between(x: NDArray[Any], low: NDArray[Any], high: NDArray[Any]) -> NDArray[Any]:
    """Outline of the area between two lines: forth along the lower, back along the upper."""
    return np.column_stack([np.concatenate([x, x[::-1]]), np.concatenate([low, high[::-1]])])


def _lines(x: NDArray[Any], ys: NDArray[Any]) -> list[NDArray[Any]]:
    return [np.column_stack([x, y]) for y in ys]


def _change(points: float) -> str:
    """Change in points with its direction: ▴4.1, ▾0.2, or = where it rounds to nothing."""
    points = round(float(points), 1)
    return f"▴{points:.1f}" if points > 0 else f"▾{-points:.1f}" if points < 0 else "="


def _foot(marks: Sequence[Mark]) -> str:
    """What the marks along the foot are."""
    summits = " ▲\u00a0summits, in the colour of the power that convenes" if any(m.summit for m in marks) else ""
    others = " |\u00a0other events of the typical world" if not all(m.summit for m in marks) else ""
    return f" At the foot:{summits}{';' if summits and others else ''}{others}." if marks else ""


def _chronicle(
    fig: Figure, boxes: Sequence[Box], columns: int, marks: Sequence[Mark], dates: Sequence[str], more: float
) -> None:
    """The events by name and date, where the grid of panels leaves a place free, ``more`` inches wider than a panel."""
    if not marks or len(boxes) % columns == 0:
        return
    like, above = boxes[len(boxes) % columns], boxes[-1]
    line, y, indent = 0.165, above.top + 0.13, style.text_width("▲ ", SMALL)
    write(fig, like.left, y, "Events of the typical world", PANEL, bold=True)
    told = {
        mark: style.wrap(f"{style.month_name(dates[mark.month])}: {mark.label}", like.width + more - indent, SMALL)
        for mark in sorted(marks, key=lambda m: (not m.summit, m.month))
    }
    room = int(above.height / line)
    keep = _fitting(told, room) if sum(map(len, told.values())) > room else list(told)
    for mark in sorted(keep, key=lambda m: m.month):
        tint = style.ink(mark.color) if mark.summit else MUTED
        for n, text in enumerate(told[mark]):
            y -= line
            if not n:
                write(fig, like.left, y, "▲" if mark.summit else "|", SMALL, tint)
            write(fig, like.left + indent, y, text, SMALL, tint)
    if len(keep) < len(marks):
        write(fig, like.left, y - line, f"and {len(marks) - len(keep)} more", SMALL, MUTED)


def _fitting(told: dict[Mark, list[str]], room: int) -> list[Mark]:
    """The first marks whose lines fit, with a line to spare for how many there are more."""
    lines = np.cumsum([len(texts) for texts in told.values()])
    return [mark for mark, end in zip(told, lines, strict=True) if end <= room - 1]


def _event_marks(ax: Axes, marks: Sequence[Mark], code: str, y: float) -> None:
    """Summits and other events along the foot of a republic's panel."""
    marks = [m for m in marks if code in m.republics]
    others = [m.month for m in marks if not m.summit]
    summits = [m for m in marks if m.summit]
    ax.plot(
        others, [y] * len(others), "|", color=style.FAINT, markersize=4.5, markeredgewidth=0.9, gid=f"events-{code}"
    )
    ax.scatter(
        [m.month for m in summits],
        [y] * len(summits),
        s=16,
        c=[m.color for m in summits],
        marker="^",
        linewidths=0,
        gid=f"summits-{code}",
        clip_on=False,
        zorder=4,
    )
