"""The pictures of a sweep beside its heat maps: response curves, scatter matrix, tornado and sensitivity indices.

Each function takes a sweep and returns a matplotlib ``Figure``, drawn but not saved. Means are over worlds; where there
are bands, the figure says of what.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.collections import LineCollection, PatchCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from sim.figures import style
from sim.figures.heatmap import Cut, footer_of, heat_map, label_of, means_of, scale_of
from sim.figures.result import save
from sim.figures.style import GRID, INK, LABEL, MUTED, PANEL, SMALL, Box, write
from sim.runs.words import capital, short_names
from sim.scenario.errors import folder_of
from sim.sweeps.factors import SCENARIO, outcome_words, words
from sim.sweeps.sensitivity import Sensitivity
from sim.sweeps.table import Sweep
from sim.sweeps.tornado import Tornado
from sim.world.record import outcomes_of

Floats = NDArray[np.float64]

MAIN, SECOND, PALE = "#2f6db3", "#d99a1c", "#a9c3df"
MOST_ROWS = 14
"""Factors in a tornado or a chart of indices at most."""
LABEL_ROOM = 2.9
"""Inches for the names of factors beside bars."""
ENDS_ROOM = 2.1
"""Inches for the values of factors behind bars."""


def save_all(sweep: Sweep, directory: str | Path, outcome: str | None = None) -> list[Path]:
    """Draw the figures that the sweep's design allows into ``directory`` (made if missing); returns the paths."""
    folder = folder_of(directory, "a folder to write to, as text or path")
    folder.mkdir(parents=True, exist_ok=True)
    figures: list[tuple[str, Callable[[], Figure], str]] = [
        ("tornado", lambda: tornado(sweep, outcome), "What each factor does to an outcome, low against high"),
        ("responses", lambda: responses(sweep, outcome), "An outcome against each factor"),
        ("scatter_matrix", lambda: scatter_matrix(sweep), "Factors and outcomes against each other"),
    ]
    if len(sweep.factors) > 1:
        figures.append(("heat_map", lambda: heat_map(sweep, outcome), "An outcome over two factors"))
    return [path for name, draw, about in figures for path in save(draw(), folder / name, about)]


# -- response curves ---------------------------------------------------------------------------------------------------


def responses(sweep: Sweep, outcome: str | None = None, factors: Sequence[str] | None = None) -> Figure:
    """An outcome against each factor: its mean, and the band of 80 % of rows (chance and the other factors)."""
    name = sweep.pick(outcome)[0]
    _, values = sweep.arrays([name])
    paths = list(sweep.effects(name).factor)[:8] if factors is None else list(factors)
    rows, columns = style.grid(len(paths))
    title = f"{outcome_words(name, sweep.scenario)} against each factor"
    fig, body = style.page(
        capital(title),
        "Line: mean of all rows at a value of the factor (or in a "
        "slice of its range). Band: 80 % of these rows, which differ by chance and in the other factors.",
        footer_of(sweep, name),
        max(3.0 * columns, 6.5),
        max(2.6 * rows, 3.0),
    )
    spread = np.nanquantile(values, [0.02, 0.98])
    edge = max(0.08 * float(spread[1] - spread[0]), 1e-9)
    ylim = (float(spread[0]) - edge, float(spread[1]) + edge)
    for i, (path, box) in enumerate(zip(paths, style.cells(body, len(paths), left=0.5, foot=0.5), strict=True)):
        j = sweep.factor(path)
        cut = Cut(sweep.factors[j], sweep.values[:, j])
        groups = [values[cut.place == level, :, 0].reshape(-1) for level in range(cut.count)]
        low, middle, high = (
            np.array([f(group) if len(group) else np.nan for group in groups])
            for f in (lambda g: np.nanquantile(g, 0.1), np.nanmean, lambda g: np.nanquantile(g, 0.9))
        )
        there = ~np.isnan(middle)
        x = np.arange(cut.count)[there] + 0.5
        ax = style.panel(
            fig, box, (0, cut.count), ylim, xticks=cut.ticks(box.width), yticks=scale_of(ylim, i % columns == 0)
        )
        ax.add_collection(
            PolyCollection(
                [np.r_[np.c_[x, low[there]], np.c_[x, high[there]][::-1]]],
                facecolors=MAIN,
                alpha=0.18,
                linewidths=0,
                gid=f"band {path}",
            )
        )
        ax.add_collection(LineCollection([np.c_[x, middle[there]]], colors=MAIN, linewidths=1.9, gid=f"mean {path}"))
        ax.scatter(x, middle[there], s=12, color=MAIN, linewidths=0, zorder=3)
        text = style.fit(words(path, sweep.scenario), box.width, LABEL, True)
        write(fig, box.left, box.top + 0.13, text, LABEL, bold=True)
    return fig


# -- scatter matrix ----------------------------------------------------------------------------------------------------


def scatter_matrix(sweep: Sweep, columns: Sequence[str] | None = None) -> Figure:
    """Factors and outcomes (means over worlds) against one another, one dot a point; up to six."""
    if columns is None:
        outcomes = sweep.pick(None)[:3]
        columns = [*sweep.effects(outcomes[0]).factor[: 6 - len(outcomes)], *outcomes]
    names = list(columns)
    known = [name for name in names if name in sweep.paths]
    outcomes = [name for name in names if name not in sweep.paths]
    table = dict(zip(known, [sweep.values[:, sweep.factor(name)] for name in known], strict=True))
    if outcomes:
        picked = sweep.pick(outcomes)
        means = sweep.arrays(outcomes)[1].mean(axis=1)
        table |= {name: means[:, k] for k, name in enumerate(picked)}
        names = [*known, *picked]
    shown = np.unique(np.linspace(0, sweep.size - 1, min(sweep.size, 1500)).astype(int))
    count = len(names)
    fig, body = style.page(
        "Factors and outcomes against each other",
        "One dot per point of the sweep; outcomes are means over "
        "worlds. On the diagonal: how often each value occurs. Below: its range.",
        footer_of(sweep),
        11.0,
        1.65 * count + 0.45,
    )
    left = 0.25
    side, high = (body.width - left) / count, (body.height - 0.34) / count
    for row, up in enumerate(names):
        for column, across in enumerate(names):
            box = Box(
                body.left + left + column * side + 0.06, body.top - (row + 1) * high + 0.06, side - 0.12, high - 0.12
            )
            xlim, ylim = _span(table[across]), _span(table[up])
            if row == column:
                ax = style.panel(fig, box, xlim, (0, 1.15))
                counts, ends = np.histogram(table[across], bins=14, range=xlim)
                tops = counts / max(counts.max(), 1)
                ax.add_collection(
                    PatchCollection(
                        [Rectangle((a, 0), b - a, top) for (a, b), top in zip(pairwise(ends), tops, strict=True)],
                        facecolors="#c9d3df",
                    )
                )
                continue
            ax = style.panel(fig, box, xlim, ylim)
            ax.add_patch(
                Rectangle((xlim[0], ylim[0]), xlim[1] - xlim[0], ylim[1] - ylim[0], fill=False, edgecolor=GRID)
            )
            ax.scatter(
                table[across][shown],
                table[up][shown],
                s=4,
                color=MAIN,
                alpha=0.45,
                linewidths=0,
                gid=f"points {across} {up}",
                rasterized=True,
            )
    for k, name in enumerate(names):
        text = words(name, sweep.scenario) if name in sweep.paths else name
        write(
            fig,
            body.left + left + (k + 0.5) * side,
            body.bottom + 0.2,
            style.fit(text, side - 0.2, SMALL),
            SMALL,
            ha="center",
        )
        write(
            fig,
            body.left + left + (k + 0.5) * side,
            body.bottom + 0.04,
            _range(sweep, name, table[name]),
            SMALL,
            MUTED,
            ha="center",
        )
        write(
            fig,
            body.left + 0.1,
            body.top - (k + 0.5) * high,
            style.fit(text, high - 0.2, SMALL),
            SMALL,
            ha="center",
            rotation=90,
        )
    return fig


# -- bars --------------------------------------------------------------------------------------------------------------


def tornado(sweep: Sweep, outcome: str | None = None) -> Figure:
    """What each factor does to an outcome: its mean where the factor is low and where high, by size of change."""
    name, means = means_of(sweep, outcome)
    effects = sweep.effects(name).head(MOST_ROWS)
    fig, body = style.page(
        f"What moves {outcome_words(name, sweep.scenario)}",
        "Bars run from the mean of all points to the mean where the factor is low (wide, "
        "amber) and where it is high (narrow, blue): its lowest and highest quarter. On the right: "
        "its values there. Pale: a change that chance and the other factors alone can explain.",
        footer_of(sweep, name),
        9.5,
        0.42 * len(effects) + 0.6,
    )
    bars = []
    row: Any
    for row in effects.itertuples():
        ends = " to ".join(f"{end:.3g}" if isinstance(end, float) else str(end) for end in (row.low_at, row.high_at))
        name_of, sure = words(str(row.factor), sweep.scenario), abs(row.change) > row.change_conf
        bars.append(Bar(name_of, str(row.factor), float(row.low), float(row.high), ends, sure))
    _bars(fig, body, bars, float(np.nanmean(means)))
    return fig


def ends_of_ranges(found: Tornado, outcome: str | None = None) -> Figure:
    """Bars from one end of each range to the other, longest first; of an outcome, or of what each moves most."""
    return ends_of(found, found.of(outcome, MOST_ROWS), outcome)


def ends_of(found: Tornado, rows: pd.DataFrame, outcome: str | None = None) -> Figure:
    """Those bars of ``rows`` of a tornado, each of ``outcome`` or, without one, of its own."""
    story, months = found.scenario, found.ask.months
    changes = "how alignments change" if rows.outcome.str.endswith(".change").any() else "alignments"
    what = changes if outcome is None else outcome_words(outcome, story)
    regional = outcome is not None and outcomes_of(story)[outcome].regional
    mean = f", mean over {story.words.members} {found.ask.weighted}" if regional else ""
    fig, body = style.page(
        f"What moves {what}, number by number",
        "Bars run from the scenario's own mean to the mean with the number at the low end of its range (wide, amber) "
        "and at the high end (narrow, blue), in percentage points; all other numbers as they are. On the right: "
        f"{'' if outcome else 'the alignment that it moves most, and '}the ends. Pale: luck alone can explain it.",
        f"{story.name}, {months} months, {found.ask.worlds} worlds at either end, on the same luck, seed "
        f"{found.ask.seed}{mean}",
        9.5,
        0.42 * len(rows) + 0.6,
    )
    bars, short = [], short_names({code: power.name for code, power in story.powers.items()})
    row: Any
    for row in rows.itertuples():
        low, high = (100.0 * (end - row.base) for end in (row.at_low, row.at_high))
        ends = f"{row.low:.3g} to {row.high:.3g}"
        if outcome is None:
            republic, power = row.outcome.split(".")[:2]
            ends = f"{story.republics[republic].name}, {short[power]}: {ends}"
        bars.append(Bar(words(str(row.path), story), str(row.path), low, high, ends, row.sure))
    _bars(fig, body, bars, 0.0)
    return fig


class Bar(NamedTuple):
    """A row of a tornado: what moves, where it goes at the low and the high end, the ends, and whether that is sure."""

    name: str
    path: str
    low: float
    high: float
    ends: str
    sure: bool


def _bars(fig: Figure, body: Box, bars: Sequence[Bar], middle: float) -> None:
    box = Box(body.left + LABEL_ROOM, body.bottom + 0.3, body.width - LABEL_ROOM - ENDS_ROOM, body.height - 0.4)
    xlim = _span(np.array([value for bar in bars for value in (bar.low, bar.high)] + [middle]))
    ax = style.panel(fig, box, xlim, (len(bars), 0), xticks=scale_of(xlim, True))
    for place, bar in enumerate(bars):
        for value, height, color in ((bar.low, 0.64, SECOND), (bar.high, 0.32, MAIN)):
            a, b = sorted((middle, value))
            ax.add_patch(
                Rectangle(
                    (a, place + (1 - height) / 2),
                    b - a,
                    height,
                    facecolor=color,
                    linewidth=0,
                    alpha=1.0 if bar.sure else 0.4,
                    gid=f"bar {bar.path} {value:.6g}",
                )
            )
        y = box.top - (place + 0.5) / len(bars) * box.height
        write(fig, body.left, y, style.fit(bar.name, LABEL_ROOM - 0.2, LABEL), LABEL, INK if bar.sure else MUTED)
        write(fig, body.right, y, style.fit(bar.ends, ENDS_ROOM - 0.1, SMALL), SMALL, MUTED, ha="right")
    ax.add_collection(LineCollection([[(middle, 0), (middle, len(bars))]], colors=INK, linewidths=1.0, gid="mean"))


def sensitivity(sweep: Sweep, outcomes: Sequence[str] | str | None = None) -> Figure:
    """Sobol indices (first order and total) or Morris mu* of outcomes, computed and plotted; see ``indices``."""
    return indices(sweep, sweep.sensitivity(outcomes))


def indices(sweep: Sweep, sensitivity: Sensitivity) -> Figure:
    """Sobol indices (first order and total), Morris mu* or scores by outcome, with 95 % intervals and verdict."""
    outcomes = list(sensitivity.verdicts.outcome)[:6]
    sobol, scored = sensitivity.kind == "sobol", sensitivity.kind == "scores"
    shown = min(MOST_ROWS, len(sweep.factors))
    each = 0.32 * shown + 0.75
    reading = (
        "Dark: share of the outcome's variance that the factor explains alone (first order). Light: with its "
        "interactions (total). "
        if sobol
        else "Bar: part of the spread between points that the factor takes away in random trees. Dashed line: the most "
        "that a shuffled factor takes. "
        if scored
        else "Bar: mean size of the outcome's change when the factor moves over its range (mu*). "
    )
    fig, body = style.page(
        "Which factors matter", reading + "Whiskers: 95 % interval.", footer_of(sweep), 9.5, each * len(outcomes)
    )
    main, whisker = {"sobol": ("ST", "ST_conf"), "scores": ("score", "error")}.get(
        sensitivity.kind, ("mu_star", "mu_star_conf")
    )
    for k, outcome in enumerate(outcomes):
        head = capital(outcome_words(outcome, sweep.scenario))
        rows = sensitivity.of(outcome).head(shown)
        verdict = sensitivity.verdicts[sensitivity.verdicts.outcome == outcome].iloc[0]
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
        if scored:
            chance = float(rows["chance"].iloc[0])
            ax.add_collection(
                LineCollection([[(chance, 0), (chance, shown)]], colors=MUTED, linewidths=0.9, linestyles=[(0, (3, 2))])
            )
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


# -- shared ------------------------------------------------------------------------------------------------------------


def _span(values: Any, room: float = 0.06) -> tuple[float, float]:
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    edge = room * (high - low) if high > low else max(abs(high), 1.0) * 0.05
    return low - edge, high + edge


def _range(sweep: Sweep, name: str, values: Floats) -> str:
    """From where to where a column goes; nothing for scenarios."""
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    if name in sweep.paths:
        factor = sweep.factors[sweep.factor(name)]
        return "" if factor.kind == SCENARIO else f"{label_of(factor, low)} to {label_of(factor, high)}"
    return f"{low:.3g} to {high:.3g}"
