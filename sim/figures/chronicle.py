"""What happened in one world: every project, lapse and rebuke on one page."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sim.figures import style
from sim.figures.drawable import Drawable, Mark, colors, footer, happened, power_name, republic_name, span
from sim.figures.style import GRID, INK, MUTED, PANEL, PAPER, SMALL, Box, write
from sim.runs.oneworld import world_of
from sim.world import rules

COLUMNS = 130
"""Most columns of marks a timeline holds; a longer run puts several months in one."""
WIDTH, NAME_LINE, NAME_ROOM = 12.0, 0.17, 2.2
"""Inches: the timeline's width, and the height and greatest width of an event's name above it."""
NAMES, TOTALS = 1.95, 0.95
"""Inches beside the lanes: names at the left, sums at the right."""
FIGURE_SPACE = "\u2007"
"""A space as wide as a figure, to set numbers in columns."""
GRAY = "#77808e"


def ledger_timeline(result: Drawable, world: int | None = None) -> Figure:
    """One world's story: a row a republic, in it a lane a power, month by month.

    ``world`` counts from 0; the default is the typical world. A run of more months than ``COLUMNS`` has several months
    to a mark: its size is their sum, and it is hollow where the power was outbid or refused at least as often as not.
    """
    shown = result.typical_world if world is None else world_of(world, result.worlds)
    codes, powers, tints = list(result.republics), list(result.powers), colors(result)
    flows, months, step = _flows(result, shown)
    lane = {1: 0.3, 2: 0.24, 3: 0.21, 4: 0.18}.get(len(powers), 0.16)
    row = lane * len(powers) + 0.14
    top, xlim, left = len(codes) * row, (0.2, months + 0.8), style.MARGIN + NAMES
    wide = WIDTH - style.MARGIN - TOTALS - left
    marks = happened(result, shown)
    named = _room_for_names(marks, xlim, left, wide)
    lines = max((line for _, line, _ in named), default=-1) + 1
    typical = ", a typical one" if shown == result.typical_world else ""
    pace = "month by month" if step == 1 else f"one mark for every {step} months"
    both = (
        " A ring on a dot: one of its bids was not taken, but another was."
        if step > 1 and ((flows["refused"] > 0) & (flows["agreed"] > 0)).any()
        else ""
    )
    fig, body = style.page(
        f"The ledger of one world, {span(result)}",
        result.scenario.words.spell(
            f"World no. {shown}{typical}: the projects that each republic took of each power, {pace}. At the right, "
            f"the engagement points agreed and lapsed over the run.{both} Events are named where there is room."
        ),
        footer(result, shown),
        WIDTH,
        top + 0.85 + lines * NAME_LINE,
    )
    frame = Box(left, body.bottom + 0.25, wide, top)
    ax = style.panel(fig, frame, xlim, (0, top), xticks=style.month_ticks(result.dates, wide, first=1))
    lanes = np.array([[top - r * row - 0.07 - (p + 0.5) * lane for p in range(len(powers))] for r in range(len(codes))])
    stripes = [
        [
            (xlim[0], top - (r + 1) * row),
            (xlim[1], top - (r + 1) * row),
            (xlim[1], top - r * row),
            (xlim[0], top - r * row),
        ]
        for r in range(0, len(codes), 2)
    ]
    ax.add_collection(PolyCollection(stripes, facecolors="#f6f7f9", linewidths=0, zorder=0), autolim=False)
    ax.hlines(lanes.ravel(), *xlim, colors=GRID, linewidths=0.7, zorder=0.5)
    widest = min(lane * 72 * 0.92, wide * 72 / len(flows["middle"]) * 1.15)
    star = min(72.0, (0.7 * lane * 72) ** 2)
    _flow_marks(ax, flows, lanes, lane, widest, [tints[p] for p in powers], powers)
    _rebukes(ax, result, shown, lanes, star)
    for r, code in enumerate(codes):
        name = republic_name(result, code, 1.2, PANEL, True)
        write(fig, body.left, frame.bottom + float(lanes[r].mean()), name, PANEL, bold=True)
        for p, other in enumerate(powers):
            y = frame.bottom + float(lanes[r, p])
            name = power_name(result, other, 0.62, SMALL)
            write(fig, left - 0.08, y, name, SMALL, style.ink(tints[other]), ha="right")
            sums = [f"{flows[flow][:, r, p].sum():.1f}".rjust(7, FIGURE_SPACE) for flow in ("accepted", "lapsed")]
            write(fig, body.right, y, "".join(sums), SMALL, MUTED, ha="right")
    write(fig, body.right, frame.top + 0.1, "agreed lapsed", SMALL, MUTED, ha="right")
    _events(ax, marks)
    for mark, line, x in named:
        write(
            fig,
            x,
            frame.top + 0.29 + NAME_LINE * line,
            style.fit(mark.label, NAME_ROOM, SMALL, mark.summit),
            SMALL,
            style.ink(mark.color),
            mark.summit,
        )
    _key(fig, Box(body.left, body.top - 0.27, body.width, 0.25), float(flows["agreed"].max()), widest, star, step)
    return fig


def _flows(result: Drawable, world: int) -> tuple[dict[str, NDArray[Any]], int, int]:
    """Flows of one world by column of marks, (column, republic, power); also the months in all and to a column.

    ``accepted`` and ``lapsed`` (steady engagement with it) and ``agreed`` (projects) in points, ``refused`` (or outbid)
    and ``taken`` in bids; ``middle`` is where each column stands.
    """
    answers = result.array("answer")[..., world]
    months = len(answers)
    step = -(-months // COLUMNS)
    starts = np.arange(0, months, step)
    flows: dict[str, NDArray[Any]] = {
        "accepted": result.array("accepted")[..., world].sum(axis=3),
        "agreed": result.array("offer_size")[..., world] * (answers == rules.ACCEPTED),
        "lapsed": result.array("lapsed")[..., world].sum(axis=3),
        "refused": np.isin(answers, (rules.REJECTED, rules.OUTBID)).astype(int),
        "taken": (answers == rules.ACCEPTED).astype(int),
    }
    flows = {name: np.add.reduceat(flow, starts, axis=0) for name, flow in flows.items()}
    return flows | {"middle": (starts + np.minimum(starts + step, months) - 1) / 2 + 1}, months, step


def _flow_marks(
    ax: Axes,
    flows: dict[str, NDArray[Any]],
    lanes: NDArray[Any],
    lane: float,
    widest: float,
    tones: Sequence[str],
    powers: Sequence[str],
) -> None:
    """Dots for projects taken, rings for bids that were not, and what lapsed hanging from the lanes."""
    middle, agreed, lapsed = flows["middle"], flows["agreed"], flows["lapsed"]
    most, deepest = max(float(agreed.max()), 1e-9), max(float(lapsed.max()), 1e-9)
    hollow = (flows["refused"] > 0) & (flows["refused"] >= flows["taken"])
    for p, (code, tone) in enumerate(zip(powers, tones, strict=True)):
        column, r = np.nonzero(agreed[:, :, p] > 0)
        across = (2 * np.maximum(widest * np.sqrt(agreed[column, r, p] / most), 1.5)).round() / 2
        for size in np.unique(across):  # marks of one size are drawn far faster than marks of many
            same = across == size
            ax.plot(
                middle[column[same]],
                lanes[r[same], p],
                "o",
                markersize=float(size),
                color=tone,
                markeredgewidth=0,
                zorder=3,
                gid=f"agreed-{code}-{size:g}",
            )
        column, r = np.nonzero(hollow[:, :, p])
        ax.plot(
            middle[column],
            lanes[r, p],
            "o",
            markersize=_ring(widest),
            markerfacecolor=PAPER,
            markeredgecolor=tone,
            markeredgewidth=0.8,
            zorder=3.5,
            gid=f"refused-{code}",
        )
        column, r = np.nonzero(lapsed[:, :, p] > 0.02 * deepest)
        foot = lanes[r, p] - 0.46 * lane * lapsed[column, r, p] / deepest
        ax.plot(
            np.repeat(middle[column], 3),
            np.column_stack([lanes[r, p], foot, np.full(len(r), np.nan)]).ravel(),
            color=tone,
            alpha=0.6,
            linewidth=min(1.4, widest / 4),
            zorder=2,
            gid=f"lapsed-{code}",
        )


def _ring(widest: float) -> float:
    """Width of a ring in points, where the widest dot is ``widest``."""
    return min(widest * 0.5, 4.5)


def _rebukes(ax: Axes, result: Drawable, world: int, lanes: NDArray[Any], star: float) -> None:
    """A star for every public rebuke, in a ring where the power conceded and in a box where it punished."""
    month, r, p = np.nonzero(result.array("rebuke")[..., world])
    response = result.array("response")[month, r, p, world]
    for kind, marker in ((rules.CONCILIATED, "o"), (rules.COERCED, "s")):
        hit = response == kind
        ax.scatter(
            month[hit] + 1,
            lanes[r[hit], p[hit]],
            s=2.1 * star,
            facecolors=PAPER,
            edgecolors=INK,
            marker=marker,
            linewidths=1.0,
            zorder=5,
            gid=f"response-{kind}",
            clip_on=False,
        )
    ax.scatter(month + 1, lanes[r, p], s=star, c=INK, marker="*", linewidths=0, zorder=6, gid="rebukes", clip_on=False)


def _room_for_names(
    marks: Sequence[Mark], xlim: tuple[float, float], left: float, wide: float, lines: int = 3
) -> list[tuple[Mark, int, float]]:
    """Line and left end for each event's name that finds room above the rows; summits come first."""
    found: list[tuple[Mark, int, float]] = []
    taken: list[tuple[int, float, float]] = []
    for mark in sorted(marks, key=lambda m: (not m.summit, m.month)):
        long = style.text_width(style.fit(mark.label, NAME_ROOM, SMALL, mark.summit), SMALL, mark.summit)
        x = min(left + (mark.month - xlim[0]) / (xlim[1] - xlim[0]) * wide - 0.05, left + wide - long)
        free = [n for n in range(lines) if all(k != n or x > b + 0.12 or x + long < a - 0.12 for k, a, b in taken)]
        if free:
            taken.append((free[0], x, x + long))
            found.append((mark, free[0], x))
    return found


def _events(ax: Axes, marks: Sequence[Mark]) -> None:
    """Signs of events above the rows; lines through them where summits are."""
    bottom, top = ax.get_ylim()
    summits = [m for m in marks if m.summit]
    ax.vlines(
        [m.month for m in summits],
        bottom,
        top,
        colors=[m.color for m in summits],
        linewidths=0.8,
        linestyles=(0, (2, 2)),
        zorder=1,
    )
    rising = sorted(marks, key=lambda m: m.summit)
    ax.scatter(
        [m.month for m in rising],
        [top + 0.05] * len(rising),
        s=[26 if m.summit else 9 for m in rising],
        c=[m.color for m in rising],
        marker="v",
        linewidths=0,
        clip_on=False,
        zorder=6,
        gid="events",
    )


def _key(fig: Figure, box: Box, most: float, widest: float, star: float, step: int) -> None:
    """The signs of the timeline in one line."""
    ax = style.panel(fig, box, (0, box.width), (0, box.height))
    dot: dict[str, Any] = {"c": GRAY, "linewidths": 0}
    rebuke: dict[str, Any] = {"s": star, "c": INK, "marker": "*", "linewidths": 0}
    around: dict[str, Any] = {"s": 2.1 * star, "facecolors": PAPER, "edgecolors": INK, "linewidths": 1.0}
    ring: dict[str, Any] = {"s": _ring(widest) ** 2, "facecolors": PAPER, "edgecolors": GRAY, "linewidths": 0.8}
    entries: list[tuple[str, list[dict[str, Any]], bool]] = [  # words, signs, one over the other
        (f"project, area by points (largest {most:.2g})", [dot | {"s": widest**2 * x} for x in (0.1, 0.4, 1)], False),
        ("outbid or refused" if step == 1 else "half or more outbid or refused", [ring], False),
        ("pledges lapsed", [{"s": 40, "c": GRAY, "marker": "|", "linewidths": 1.4}], False),
        ("public rebuke", [rebuke], False),
        ("the power concedes", [around | {"marker": "o"}, rebuke], True),
        ("the power punishes", [around | {"marker": "s"}, rebuke], True),
        ("summit", [dot | {"s": 26, "marker": "v"}], False),
    ]
    x, y = 0.1, box.height / 2
    for text, signs, stacked in entries:
        for i, sign in enumerate(signs):
            x += 0.08 + (sqrt(signs[i - 1]["s"]) + sqrt(sign["s"])) / 144 if i and not stacked else 0.0
            ax.scatter([x], [y], clip_on=False, zorder=2 + i, **sign)
        x += 0.06 + sqrt(signs[0 if stacked else -1]["s"]) / 144
        write(ax, x, y, text, SMALL, MUTED)
        x += style.text_width(text, SMALL) + 0.3
