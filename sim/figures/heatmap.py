"""Heat maps of a sweep: an outcome over two factors, and in which part of them something happens.

Each function takes a sweep and returns a matplotlib ``Figure``, drawn but not saved. What all figures of sweeps share
(a factor's values in cells, round numbers, the last line) is here too.
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from sim.figures import style
from sim.figures.style import INK, LABEL, MUTED, PAPER, SMALL, Box, Ticks, write
from sim.runs.words import capital, percent
from sim.scenario.errors import BadInput
from sim.sweeps.discovery import Discovery, Limit
from sim.sweeps.factors import SCENARIO, Factor, outcome_words, words
from sim.sweeps.table import Sweep

Floats = NDArray[np.float64]

SCALE = LinearSegmentedColormap.from_list("sim", ["#f3f5f8", "#a9c3df", "#2f6db3", "#142c4d"])
BINS = 12
"""Cells along an axis at most, where a factor has more values."""
LINES = ("solid", "dashed", "dotted")
"""Of the frames of boxes."""


def heat_map(sweep: Sweep, outcome: str | None = None, across: str | None = None, up: str | None = None) -> Figure:
    """Mean of an outcome over two factors (default: those that move it most), all other factors and all worlds."""
    name, means = means_of(sweep, outcome)
    order = list(sweep.effects(name).factor)
    if len(order) < 2:
        raise BadInput.of("a sweep of one factor", "two factors for a heat map; response curves show one")
    across = order[0] if across is None else across
    up = next(path for path in order if path != across) if up is None else up
    j, k = sweep.factor(across), sweep.factor(up)
    if j == k:
        raise BadInput.of(f"{across} twice", "two different factors", path="up")
    over = f"{words(across, sweep.scenario)} and {words(up, sweep.scenario)}"
    title = f"{outcome_words(name, sweep.scenario)} over {over}"
    return heat(
        sweep,
        means,
        j,
        k,
        title,
        "Darker is more: mean over worlds and over all points in a cell. White: no point.",
        footer_of(sweep, name),
    )[0]


def heat(
    sweep: Sweep, means: Floats, j: int, k: int, title: str, reading: str, footer: str
) -> tuple[Figure, Axes, Cut, Cut]:
    """Means (point,) over factors ``j`` (across) and ``k`` (up), in cells; also the axes and how they are cut."""
    most = int(np.clip(np.sqrt(sweep.size / 4), 3, BINS))  # of a sample, so many that few cells stay empty
    xs, ys = (Cut(sweep.factors[f], sweep.values[:, f], most) for f in (j, k))
    total, count = np.zeros((ys.count, xs.count)), np.zeros((ys.count, xs.count))
    np.add.at(total, (ys.place, xs.place), means)
    np.add.at(count, (ys.place, xs.place), 1)
    with np.errstate(invalid="ignore"):
        cells = total / count
    along, beside = (words(sweep.paths[f], sweep.scenario) for f in (j, k))
    fig, body = style.page(capital(title), reading, footer, 9.0, 5.2)
    box = Box(body.left + 1.0, body.bottom + 0.55, body.width - 2.3, body.height - 0.65)
    places, labels = ys.ticks(box.height * 2)
    ax = style.panel(
        fig,
        box,
        (0, xs.count),
        (0, ys.count),
        xticks=xs.ticks(box.width),
        yticks=(places, [style.fit(label, 0.75, SMALL) for label in labels]),
    )
    low, high = float(np.nanmin(cells)), float(np.nanmax(cells))
    shade = (cells - low) / (high - low) if high > low else np.full(cells.shape, 0.5)
    for row in range(ys.count):
        for column in range(xs.count):
            value = cells[row, column]
            if np.isnan(value):
                continue
            color = to_hex(SCALE(float(shade[row, column])))
            ax.add_patch(
                Rectangle(
                    (column, row),
                    1,
                    1,
                    facecolor=color,
                    edgecolor=PAPER,
                    linewidth=0.6,
                    gid=f"cell {column} {row} {value:.6g}",
                )
            )
            if xs.count <= 10:
                tone = PAPER if style.contrast(color, PAPER) > 4.5 else INK
                write(ax, column + 0.5, row + 0.5, f"{value:.3g}", SMALL, tone, ha="center")
    write(fig, box.left + box.width / 2, box.bottom - 0.36, along, LABEL, ha="center")
    write(fig, body.left + 0.12, box.bottom + box.height / 2, beside, LABEL, ha="center", rotation=90)
    _color_bar(fig, Box(box.right + 0.35, box.bottom, 0.18, box.height), low, high)
    return fig, ax, xs, ys


def _color_bar(fig: Figure, box: Box, low: float, high: float) -> None:
    ax = style.panel(fig, box, (0, 1), (0, 64))
    ax.add_collection(
        PatchCollection(
            [Rectangle((0, i), 1, 1) for i in range(64)],
            linewidths=0,
            gid="scale",
            facecolors=[SCALE(i / 63) for i in range(64)],
        )
    )
    for part in (0.0, 0.5, 1.0):
        write(fig, box.right + 0.08, box.bottom + part * box.height, f"{low + part * (high - low):.3g}", SMALL, MUTED)


# -- boxes -------------------------------------------------------------------------------------------------------------


def boxes(sweep: Sweep, discovery: Discovery) -> Figure:
    """In which part of the worlds a condition holds, over two factors, and the boxes as frames with their numbers.

    The factors are the first two that limit the first box; if only one does, the other is the one that moves the
    outcome's rate most. Raises BadInput for a sweep of one factor.
    """
    if len(sweep.factors) < 2:
        raise BadInput.of("a sweep of one factor", "two factors for a map of boxes")
    j, k = _axes(sweep, discovery)
    others = {limit.factor.path for box in discovery.boxes for limit in box.limits} - {sweep.paths[j], sweep.paths[k]}
    reading = (
        (
            "Darker: in more of the worlds of a cell. Frames: the boxes, by number."
            if discovery.method == "prim"
            else "Darker: in more of the worlds of a cell. Frames: the leaves of the tree in which it is more "
            "frequent, by number."
        )
        if discovery.boxes
        else "Darker: in more of the worlds of a cell. There is no box in which it is much more frequent."
    )
    if others:
        reading += " Some boxes also limit other factors, which this map does not show."
    fig, ax, xs, ys = heat(
        sweep,
        discovery.rates,
        j,
        k,
        f"Where {discovery.said or discovery.where}",
        reading,
        f"{discovery.where} in {percent(discovery.rate, 1)} of {discovery.rows:,} worlds, "
        f"{sweep.size:,} points, design {sweep.design}",
    )
    for number, box in enumerate(discovery.boxes):
        if box.density < discovery.rate:
            continue  # a leaf in which it is less frequent
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


def _axes(sweep: Sweep, discovery: Discovery) -> tuple[int, int]:
    named = [sweep.factor(limit.factor.path) for box in discovery.boxes for limit in box.limits]
    # how far the rate is from even over a factor's values
    reach = [
        float(
            np.ptp(
                [
                    discovery.rates[part].mean()
                    for part in np.array_split(np.argsort(column, kind="stable"), 4)
                    if len(part)
                ]
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


# -- shared ------------------------------------------------------------------------------------------------------------


class Cut:
    """A factor's values in cells: its levels where there are few, else equal slices of its range."""

    def __init__(self, factor: Factor, values: Floats, most: int = BINS) -> None:
        levels = np.unique(values)
        self.factor, self.levels = factor, levels
        self.sliced = False
        if len(levels) <= BINS or factor.kind == "scenario":
            self.count, self.place = len(levels), np.searchsorted(levels, values)
            self._labels = [(i + 0.5, label_of(factor, float(level))) for i, level in enumerate(levels)]
            return
        self.sliced = True
        edges = np.linspace(levels[0], levels[-1], most + 1)
        self.count, self.place = most, np.clip(np.searchsorted(edges, values, side="right") - 1, 0, most - 1)
        ends = float(levels[0]), float(levels[-1])
        at = scale_of(ends, True)[0] if factor.kind == "number" else list(np.linspace(*ends, 5)[1:-1])
        self._labels = [((x - ends[0]) / (ends[1] - ends[0]) * most, label_of(factor, x)) for x in at]

    def ticks(self, room: float) -> Ticks:
        """Places and labels that fit side by side into ``room`` inches."""
        texts = [text for _, text in self._labels]
        if self.factor.kind == SCENARIO:  # a name left out would be missed
            return [place for place, _ in self._labels], [
                style.fit(text, room / len(texts) - 0.08, SMALL) for text in texts
            ]
        widest = max((style.text_width(text, SMALL) for text in texts), default=0.0) + 0.12
        step = max(1, int(np.ceil(len(texts) * widest / max(room, 0.1))))
        return [place for place, _ in self._labels][::step], texts[::step]

    def edge(self, value: float) -> float:
        """Where a value lies along the cells; between two levels, at the edge of their cells."""
        if not self.sliced:
            return float(np.searchsorted(self.levels, value))
        return float((value - self.levels[0]) / (self.levels[-1] - self.levels[0]) * self.count)


def label_of(factor: Factor, value: float) -> str:
    """A value of a factor as a label: a short number, a month or a name."""
    label = factor.label(value)
    return f"{label:.3g}" if isinstance(label, float) else label


def means_of(sweep: Sweep, outcome: str | None) -> tuple[str, Floats]:
    """An outcome and its mean over worlds at each point."""
    name = sweep.pick(outcome)[0]
    means: Floats = sweep.arrays([name])[1][:, :, 0].mean(axis=1)
    return name, means


def scale_of(span: tuple[float, float], labelled: bool) -> Ticks:
    """Round numbers within a span."""
    places = style.ticks_within(*span)
    return places, [f"{place:.6g}" if labelled else "" for place in places]


def footer_of(sweep: Sweep, outcome: str = "") -> str:
    """The last line of a figure: what was swept."""
    count = len(sweep.manifest["scenarios"])
    what = sweep.scenario.title if count == 1 else f"{count} scenarios"
    luck = "" if sweep.paired else ", own luck at each point"
    mean = f" · mean over {sweep.scenario.words.members} {sweep.weighted}" if sweep.is_mean(outcome) else ""
    return (
        f"{what} · {sweep.size:,} points x {sweep.worlds:,} worlds · design {sweep.design} · seed "
        f"{sweep.seed}{luck}{f' · {outcome}' if outcome else ''}{mean}"
    )
