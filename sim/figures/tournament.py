"""The picture of a tournament: what every strategy gains against those of another player."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from sim.figures import style
from sim.figures.heatmap import SCALE
from sim.figures.style import INK, LABEL, MUTED, PAPER, SMALL, Box, write
from sim.runs.words import listed, minus
from sim.sweeps.tournament import Tournament

Floats = NDArray[np.float64]

_ROW, _HEAD, _GAP = 0.3, 0.72, 0.2
"""Inches: height of a row, room above a panel for its title and columns, and between panels."""
_WORDS = 1.35
"""Inches for the names of strategies beside a panel."""


def payoffs(found: Tournament) -> Figure:
    """Mean payoffs of every player, a panel each: own strategies by the next player's; frames are best replies."""
    count = len(found.players)
    heights = [_HEAD + _ROW * len(player.strategies) + _GAP for player in found.players]
    averaged = " Averaged over the others' strategies, framed where it holds for all." if count > 2 else ""
    fig, body = style.page(
        f"What strategies gain: {listed([player.name for player in found.players])}",
        "Mean over worlds; darker is better for the player. Framed: a best reply, which no other strategy of the "
        f"player beats by more than chance.{averaged}",
        f"{found.sweep.manifest['title']} · {len(found.mixes):,} mixes x {found.sweep.worlds:,} worlds · "
        f"seed {found.sweep.seed}",
        9.0,
        sum(heights),
    )
    top = body.top
    for player, height in enumerate(heights):
        box = Box(body.left + _WORDS, top - height + _GAP, body.width - _WORDS, height - _HEAD - _GAP)
        _panel(fig, box, found, player)
        top -= height
    return fig


def _panel(fig: Figure, box: Box, found: Tournament, player: int) -> None:
    """Rows of the player's strategies, the first on top; columns of the next player's, or one where there is none."""
    me, measure = found.players[player], found.payoff(player)
    beside = (player + 1) % len(found.players)
    values = measure.sign * found.game.means[player]
    replies = found.game.best_replies(player)
    columns: tuple[str, ...] = ("",)
    if beside == player:
        values, replies = values[:, None], replies[:, None]
    else:
        others = tuple(axis for axis in range(len(found.players)) if axis not in (player, beside))
        values, replies = values.mean(axis=others), np.asarray(replies.all(axis=others))
        if beside < player:
            values, replies = values.T, replies.T
        columns = found.players[beside].strategies
    title = f"{me.name}: {measure.name}, {measure.unit}"
    write(fig, box.left - _WORDS, box.top + _HEAD - 0.14, style.fit(title, box.width + _WORDS, LABEL), LABEL, bold=True)
    if beside != player:
        write(fig, box.left - 0.08, box.top + 0.32, f"{found.players[beside].name} as", SMALL, MUTED, ha="right")
    wide = box.width / len(columns)
    for at, name in enumerate(columns):
        lines = style.wrap(name.replace("_", " "), wide - 0.08, SMALL)
        for i, line in enumerate(lines):
            y = box.top + 0.1 + 0.14 * (len(lines) - 1 - i)
            write(fig, box.left + (at + 0.5) * wide, y, line, SMALL, MUTED, ha="center")
    ax = style.panel(fig, box, (0, len(columns)), (len(me.strategies), 0))
    for row, name in enumerate(me.strategies):
        write(fig, box.left - 0.08, box.top - (row + 0.5) * _ROW, name.replace("_", " "), SMALL, INK, ha="right")
    _cells(ax, values, replies, measure.sign)


def _cells(ax: Axes, values: Floats, replies: NDArray[np.bool_], sign: int) -> None:
    low, high = float(values.min()), float(values.max())
    shade = (values - low) / (high - low) if high > low else np.full(values.shape, 0.5)
    shade = shade if sign > 0 else 1.0 - shade
    for (row, column), value in np.ndenumerate(values):
        color = to_hex(SCALE(float(shade[row, column])))
        gid = f"cell {column} {row} {value:.6g}"
        ax.add_patch(Rectangle((column, row), 1, 1, facecolor=color, edgecolor=PAPER, linewidth=0.6, gid=gid))
        tone = PAPER if style.contrast(color, PAPER) > 4.5 else INK
        write(ax, column + 0.5, row + 0.5, minus(f"{value:.2f}"), SMALL, tone, ha="center")
        if replies[row, column]:
            inside = (column + 0.03, row + 0.06), 0.94, 0.88
            for edge, width in ((PAPER, 3.0), (INK, 1.4)):
                ax.add_patch(
                    Rectangle(
                        *inside, fill=False, edgecolor=edge, linewidth=width, gid=f"reply {column} {row}", zorder=3
                    )
                )
