"""The pictures of a sweep: heat map, response curves, scatter matrix and tornado.

Each function takes a sweep and returns a matplotlib ``Figure``, drawn but not saved. Means are over worlds; where there
are bands, the figure says of what.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PatchCollection, PolyCollection
from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from sim.figures import style
from sim.figures.style import GRID, INK, LABEL, MUTED, PAPER, SMALL, Box, Ticks, write
from sim.scenario.errors import BadInput
from sim.sweeps.factors import SCENARIO, Factor, outcome_words, words

if TYPE_CHECKING:
    from sim.sweeps.discovery import Discovery
    from sim.sweeps.sensitivity import Sensitivity
    from sim.sweeps.table import Sweep

Floats = NDArray[np.float64]

MAIN, SECOND = "#2f6db3", "#d99a1c"
_SCALE = LinearSegmentedColormap.from_list("sim", ["#f3f5f8", "#a9c3df", "#2f6db3", "#142c4d"])
BINS = 12
"""Cells along an axis at most, where a factor has more values."""
MOST_ROWS = 14
"""Factors in a tornado or a chart of indices at most."""
LABEL_ROOM = 2.9
"""Inches for the names of factors beside bars."""
ENDS_ROOM = 2.1
"""Inches for the values of factors behind bars."""


class Plots:
    """The figures of one sweep, as methods: ``sweep.plot.tornado("RUS.share")``."""

    def __init__(self, sweep: Sweep) -> None:
        self._sweep = sweep

    def heat_map(self, outcome: str | None = None, across: str | None = None, up: str | None = None) -> Figure:
        """See ``sim.figures.sweeps.heat_map``."""
        return heat_map(self._sweep, outcome, across, up)

    def responses(self, outcome: str | None = None, factors: Sequence[str] | None = None) -> Figure:
        """See ``sim.figures.sweeps.responses``."""
        return responses(self._sweep, outcome, factors)

    def scatter_matrix(self, columns: Sequence[str] | None = None) -> Figure:
        """See ``sim.figures.sweeps.scatter_matrix``."""
        return scatter_matrix(self._sweep, columns)

    def tornado(self, outcome: str | None = None) -> Figure:
        """See ``sim.figures.sweeps.tornado``."""
        return tornado(self._sweep, outcome)

    def sensitivity(self, outcomes: Sequence[str] | str | None = None) -> Figure:
        """Sobol or Morris indices; see ``sim.figures.answers.indices``."""
        return self.indices(self._sweep.sensitivity(outcomes))

    def indices(self, found: Sensitivity) -> Figure:
        """Indices that were already asked for; see ``sim.figures.answers.indices``."""
        from sim.figures.answers import indices

        return indices(self._sweep, found)

    def boxes(self, found: Discovery) -> Figure:
        """Where something happens; see ``sim.figures.answers.boxes``."""
        from sim.figures.answers import boxes

        return boxes(self._sweep, found)

    def save_all(self, directory: str | Path, outcome: str | None = None) -> list[Path]:
        """See ``sim.figures.sweeps.save_all``."""
        return save_all(self._sweep, directory, outcome)


def save_all(sweep: Sweep, directory: str | Path, outcome: str | None = None) -> list[Path]:
    """Draw the figures that the sweep's design allows into ``directory`` (made if missing); returns the paths."""
    from sim.figures.result import save

    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    drawn: list[tuple[str, Callable[[], Figure], str]] = [
        ("tornado", lambda: tornado(sweep, outcome), "What each factor does to an outcome, low against high"),
        ("responses", lambda: responses(sweep, outcome), "An outcome against each factor"),
        ("scatter_matrix", lambda: scatter_matrix(sweep), "Factors and outcomes against each other"),
    ]
    if len(sweep.factors) > 1:
        drawn.append(("heat_map", lambda: heat_map(sweep, outcome), "An outcome over two factors"))
    return [path for name, draw, about in drawn for path in save(draw(), folder / name, about)]


# -- heat map ----------------------------------------------------------------------------------------------------------


def heat_map(sweep: Sweep, outcome: str | None = None, across: str | None = None, up: str | None = None) -> Figure:
    """Mean of an outcome over two factors (by default the two that move it most), over all other factors and worlds."""
    name, means = _means(sweep, outcome)
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
    fig, body = style.page(_sentence(title), reading, footer, 9.0, 5.2)
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
            color = to_hex(_SCALE(float(shade[row, column])))
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
            facecolors=[_SCALE(i / 63) for i in range(64)],
        )
    )
    for part in (0.0, 0.5, 1.0):
        write(fig, box.right + 0.08, box.bottom + part * box.height, f"{low + part * (high - low):.3g}", SMALL, MUTED)


# -- response curves ---------------------------------------------------------------------------------------------------


def responses(sweep: Sweep, outcome: str | None = None, factors: Sequence[str] | None = None) -> Figure:
    """An outcome against each factor: its mean, and the band of 80 % of rows (chance and the other factors)."""
    name = _one(sweep, outcome)
    _, values = sweep.arrays([name])
    paths = list(sweep.effects(name).factor)[:8] if factors is None else list(factors)
    rows, columns = style.grid(len(paths))
    title = f"{outcome_words(name, sweep.scenario)} against each factor"
    fig, body = style.page(
        _sentence(title),
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
    """What each factor does to an outcome: its mean where the factor is low and where it is high, by size of change."""
    name, means = _means(sweep, outcome)
    effects = sweep.effects(name).head(MOST_ROWS)
    title = f"What moves {outcome_words(name, sweep.scenario)}"
    fig, body = style.page(
        title,
        "Bars run from the mean of all points to the mean where the factor is low (wide, "
        "amber) and where it is high (narrow, blue): its lowest and highest quarter. On the right: "
        "its values there. Pale: a change that chance and the other factors alone can explain.",
        footer_of(sweep, name),
        9.5,
        0.42 * len(effects) + 0.6,
    )
    box = Box(body.left + LABEL_ROOM, body.bottom + 0.3, body.width - LABEL_ROOM - ENDS_ROOM, body.height - 0.4)
    middle = float(np.nanmean(means))
    xlim = _span(np.concatenate([effects.low, effects.high, [middle]]))
    ax = style.panel(fig, box, xlim, (len(effects), 0), xticks=scale_of(xlim, True))
    row: Any
    for place, row in enumerate(effects.itertuples()):
        sure = abs(row.change) > row.change_conf
        for value, height, color in ((float(row.low), 0.64, SECOND), (float(row.high), 0.32, MAIN)):
            a, b = sorted((middle, value))
            ax.add_patch(
                Rectangle(
                    (a, place + (1 - height) / 2),
                    b - a,
                    height,
                    facecolor=color,
                    linewidth=0,
                    alpha=1.0 if sure else 0.4,
                    gid=f"bar {row.factor} {value:.6g}",
                )
            )
        y = box.top - (place + 0.5) / len(effects) * box.height
        name_of = style.fit(words(str(row.factor), sweep.scenario), LABEL_ROOM - 0.2, LABEL)
        write(fig, body.left, y, name_of, LABEL, INK if sure else MUTED)
        ends = " to ".join(f"{end:.3g}" if isinstance(end, float) else str(end) for end in (row.low_at, row.high_at))
        write(fig, body.right, y, style.fit(ends, ENDS_ROOM - 0.1, SMALL), SMALL, MUTED, ha="right")
    ax.add_collection(LineCollection([[(middle, 0), (middle, len(effects))]], colors=INK, linewidths=1.0, gid="mean"))
    return fig


# -- shared ------------------------------------------------------------------------------------------------------------


class Cut:
    """A factor's values in cells: its levels where there are few, else equal slices of its range."""

    def __init__(self, factor: Factor, values: Floats, most: int = BINS) -> None:
        levels = np.unique(values)
        self.factor, self.levels = factor, levels
        self.sliced = False
        if len(levels) <= BINS or factor.kind == "scenario":
            self.count, self.place = len(levels), np.searchsorted(levels, values)
            self._labels = [(i + 0.5, _label(factor, float(level))) for i, level in enumerate(levels)]
            return
        self.sliced = True
        edges = np.linspace(levels[0], levels[-1], most + 1)
        self.count, self.place = most, np.clip(np.searchsorted(edges, values, side="right") - 1, 0, most - 1)
        ends = float(levels[0]), float(levels[-1])
        at = scale_of(ends, True)[0] if factor.kind == "number" else list(np.linspace(*ends, 5)[1:-1])
        self._labels = [((x - ends[0]) / (ends[1] - ends[0]) * most, _label(factor, x)) for x in at]

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


def _label(factor: Factor, value: float) -> str:
    label = factor.label(value)
    return f"{label:.3g}" if isinstance(label, float) else label


def _one(sweep: Sweep, outcome: str | None) -> str:
    return sweep.pick(outcome)[0]


def _means(sweep: Sweep, outcome: str | None) -> tuple[str, Floats]:
    """An outcome and its mean over worlds at each point."""
    name = _one(sweep, outcome)
    means: Floats = sweep.arrays([name])[1][:, :, 0].mean(axis=1)
    return name, means


def _span(values: Any, room: float = 0.06) -> tuple[float, float]:
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    edge = room * (high - low) if high > low else max(abs(high), 1.0) * 0.05
    return low - edge, high + edge


def scale_of(span: tuple[float, float], labelled: bool) -> Ticks:
    """Round numbers within a span."""
    raw = (span[1] - span[0]) / 4
    size = 10.0 ** np.floor(np.log10(raw))
    step = next(size * m for m in (1.0, 2.0, 2.5, 5.0, 10.0) if size * m >= raw * 0.999)
    first = np.ceil(span[0] / step) * step
    places = [float(first + i * step) + 0.0 for i in range(8) if first + i * step <= span[1]]
    return places, [f"{place:.6g}" if labelled else "" for place in places]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _range(sweep: Sweep, name: str, values: Floats) -> str:
    """From where to where a column goes; nothing for scenarios."""
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    if name in sweep.paths:
        factor = sweep.factors[sweep.factor(name)]
        return "" if factor.kind == SCENARIO else f"{_label(factor, low)} to {_label(factor, high)}"
    return f"{low:.3g} to {high:.3g}"


def footer_of(sweep: Sweep, outcome: str = "") -> str:
    """The last line of a figure: what was swept."""
    count = len(sweep.manifest["scenarios"])
    what = sweep.scenario.title if count == 1 else f"{count} scenarios"
    luck = "" if sweep.paired else ", own luck at each point"
    return (
        f"{what} · {sweep.size:,} points x {sweep.worlds:,} worlds · design {sweep.design} · seed "
        f"{sweep.seed}{luck}{f' · {outcome}' if outcome else ''}"
    )
