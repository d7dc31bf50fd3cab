"""The pictures of what a sweep was asked: which factors matter, and where something happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from sim.figures import style
from sim.figures.style import INK, LABEL, MUTED, PANEL, PAPER, SMALL, Box, write
from sim.figures.sweeps import LABEL_ROOM, MAIN, MOST_ROWS, Cut, footer_of, heat, scale_of
from sim.runs.percent import percent
from sim.runs.words import capital
from sim.scenario import BadInput
from sim.sweeps.factors import outcome_words, words

if TYPE_CHECKING:
    from sim.sweeps.discovery import Discovery, Limit
    from sim.sweeps.sensitivity import Sensitivity
    from sim.sweeps.table import Sweep

PALE = "#a9c3df"
LINES = ("solid", "dashed", "dotted")


def indices(sweep: Sweep, found: Sensitivity) -> Figure:
    """Sobol indices (first order and total) or Morris mu* of each outcome, with 95 % intervals and the verdict."""
    outcomes = list(found.verdicts.outcome)[:6]
    sobol = found.kind == "sobol"
    shown = min(MOST_ROWS, len(sweep.factors))
    each = 0.32 * shown + 0.75
    reading = (
        "Dark: share of the outcome's variance that the factor explains alone (first order). Light: with its "
        "interactions (total). "
        if sobol
        else "Bar: mean size of the outcome's change when the factor moves over its range (mu*). "
    )
    fig, body = style.page(
        "Which factors matter", reading + "Whiskers: 95 % interval.", footer_of(sweep), 9.5, each * len(outcomes)
    )
    main, whisker = ("ST", "ST_conf") if sobol else ("mu_star", "mu_star_conf")
    for k, outcome in enumerate(outcomes):
        head = capital(outcome_words(outcome, sweep.scenario))
        rows = found.of(outcome).head(shown)
        verdict = found.verdicts[found.verdicts.outcome == outcome].iloc[0]
        top = body.top - k * each
        write(fig, body.left, top - 0.12, head, PANEL, bold=True)
        beside = style.text_width(head, PANEL, True) + 0.15
        write(
            fig,
            body.left + beside,
            top - 0.12,
            style.fit(str(verdict.verdict), body.width - beside, SMALL),
            SMALL,
            MUTED,
        )
        box = Box(body.left + LABEL_ROOM, top - each + 0.4, body.width - LABEL_ROOM - 0.3, 0.32 * shown)
        reach = np.nan_to_num(rows[main].to_numpy() + rows[whisker].to_numpy())
        xlim = (0.0, max(float(reach.max(initial=0.0)), 1e-9) * 1.05)
        ax = style.panel(fig, box, xlim, (shown, 0), xticks=scale_of(xlim, True))
        for place, (_, row) in enumerate(rows.iterrows()):
            bars = [(main, 0.66, PALE), ("S1", 0.3, MAIN)] if sobol else [(main, 0.6, MAIN)]
            for key, height, color in bars:
                value = float(np.nan_to_num(row[key]))
                ax.add_patch(
                    Rectangle(
                        (0, place + (1 - height) / 2),
                        max(value, 0.0),
                        height,
                        facecolor=color,
                        linewidth=0,
                        gid=f"{key} {row['factor']} {value:.6g}",
                    )
                )
            value, half = (float(np.nan_to_num(row[key])) for key in (main, whisker))
            ax.add_collection(
                LineCollection(
                    [[(max(value - half, 0.0), place + 0.5), (value + half, place + 0.5)]], colors=INK, linewidths=0.9
                )
            )
            write(
                fig,
                body.left,
                box.top - (place + 0.5) / shown * box.height,
                style.fit(words(str(row["factor"]), sweep.scenario), LABEL_ROOM - 0.2, LABEL),
                LABEL,
            )
    return fig


def boxes(sweep: Sweep, found: Discovery) -> Figure:
    """In which part of the worlds a condition holds, over two factors, and the boxes as frames with their numbers.

    The factors are the first two that limit the first box; if only one does, the other is the one that moves the
    outcome's rate most. Raises BadInput for a sweep of one factor.
    """
    if len(sweep.factors) < 2:
        raise BadInput.of("a sweep of one factor", "two factors for a map of boxes")
    j, k = _axes(sweep, found)
    others = {limit.factor.path for box in found.boxes for limit in box.limits} - {sweep.paths[j], sweep.paths[k]}
    reading = (
        "Darker: in more of the worlds of a cell. Frames: the boxes, by number."
        if found.boxes
        else "Darker: in more of the worlds of a cell. There is no box in which it is much more frequent."
    )
    if others:
        reading += " Some boxes also limit other factors, which this map does not show."
    fig, ax, xs, ys = heat(
        sweep,
        found.rates,
        j,
        k,
        f"Where {found.said or found.where}",
        reading,
        f"{found.where} in {percent(found.rate, 1)} of {found.rows:,} worlds, "
        f"{sweep.size:,} points, design {sweep.design}",
    )
    for number, box in enumerate(found.boxes):
        limits = {limit.factor.path: limit for limit in box.limits}
        for left, right in _spans(xs, limits.get(sweep.paths[j])):
            for low, high in _spans(ys, limits.get(sweep.paths[k])):
                for color, width in ((PAPER, 4.0), (INK, 1.8)):
                    ax.add_patch(
                        Rectangle(
                            (left, low),
                            right - left,
                            high - low,
                            fill=False,
                            edgecolor=color,
                            linewidth=width,
                            linestyle=LINES[number % 3] if color == INK else "solid",
                            clip_on=False,
                            zorder=4,
                            gid=f"box {number + 1} {left:g} {right:g}",
                        )
                    )
                note = {"boxstyle": "square,pad=0.2", "facecolor": PAPER, "edgecolor": INK, "linewidth": 0.8}
                write(ax, right, high, str(number + 1), LABEL, bold=True, ha="center", bbox=note, zorder=5)
    return fig


def _axes(sweep: Sweep, found: Discovery) -> tuple[int, int]:
    named = [sweep.factor(limit.factor.path) for box in found.boxes for limit in box.limits]
    # how far the rate is from even over a factor's values
    reach = [
        float(
            np.ptp(
                [found.rates[part].mean() for part in np.array_split(np.argsort(column, kind="stable"), 4) if len(part)]
            )
        )
        for column in sweep.values.T
    ]
    order = list(dict.fromkeys([*named, *np.argsort(reach)[::-1].tolist()]))
    return order[0], order[1]


def _spans(cut: Cut, limit: Limit | None) -> list[tuple[float, float]]:
    """The part of an axis that a limit leaves, in cells; several where named values do not lie side by side."""
    if limit is None:
        return [(0.0, float(cut.count))]
    if limit.among:
        return [(float(at), at + 1.0) for at in np.searchsorted(cut.levels, limit.among)]
    high = limit.high
    if high is not None and not cut.sliced and high in cut.levels:
        high = float(np.nextafter(high, np.inf))  # the cell of a month that is still inside
    return [
        (
            0.0 if limit.low is None else max(cut.edge(limit.low), 0.0),
            float(cut.count) if high is None else min(cut.edge(high), float(cut.count)),
        )
    ]
