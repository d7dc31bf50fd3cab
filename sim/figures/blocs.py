"""The blocs of landscape theory as a picture."""

from __future__ import annotations

from matplotlib.figure import Figure

from sim.figures import style
from sim.figures.drawable import count
from sim.figures.style import FAINT, GRID, INK, LABEL, MUTED, PAPER, SMALL, Box, write
from sim.reading.blocs import Blocs
from sim.runs.percent import percent

ROWS = 8
"""Most partings shown."""
STEP, LINE = 0.62, 0.42
"""Inches: from actor to actor and from row to row."""


def bloc_table(blocs: Blocs) -> Figure:
    """The commonest partings of the actors into two blocs: one row each, one column an actor, and how often."""
    story, table = blocs.scenario, blocs.table()
    shown = table.head(ROWS)
    powers = len(story.powers)
    tints = [*style.power_colors(dict(story.powers)).values(), *[INK] * len(story.republics)]
    names = [spec.name for spec in (*story.powers.values(), *story.republics.values())]
    wide, bars = STEP * len(names) + 0.25, 2.3
    rest = f" {count(len(table) - len(shown), 'rarer division')} not shown." if len(table) > len(shown) else ""
    fig, body = style.page(
        f"Who stands with whom, {style.month_name(blocs.date)}",
        "A cross-check by landscape theory (Axelrod & Bennett 1993): the two blocs that, given the model's state, put "
        "friendly actors together and hostile ones apart. Full and hollow: the two sides. Bar: share of worlds in "
        "which this division has the lowest energy; mark: share in which it is stable (a local minimum)." + rest,
        f"{story.title} · {count(blocs.worlds, 'world')} · seed {blocs.seed} · powers in colour",
        max(wide + bars + 1.0 + 2 * style.MARGIN, 7.5),
        LINE * len(shown) + 0.95,
    )
    frame = Box(body.left, body.bottom + 0.05, wide, LINE * len(shown))
    ax = style.panel(fig, frame, (0, wide), (len(shown), 0))
    for k, name in enumerate(names):
        x = STEP * (k + 0.5) + (0.25 if k >= powers else 0.0)
        write(
            fig,
            frame.left + x - 0.04,
            frame.top + 0.1,
            style.fit(name, 1.0, SMALL),
            SMALL,
            style.ink(tints[k]),
            ha="left",
            va="bottom",
            rotation=35,
            rotation_mode="anchor",
        )
    for row, (bloc, against) in enumerate(zip(shown.bloc, shown.against, strict=True)):
        hollow = set(str(against).split())
        smaller = hollow if len(hollow) <= len(str(bloc).split()) else set(str(bloc).split())
        ax.hlines([row + 0.5], 0.1, wide - 0.1, colors=GRID, linewidths=0.8, zorder=0)
        for k, code in enumerate(blocs.names):
            x = STEP * (k + 0.5) + (0.25 if k >= powers else 0.0)
            ax.plot(
                [x],
                [row + 0.5],
                "o",
                markersize=11,
                color=PAPER if code in smaller else tints[k],
                markeredgecolor=tints[k],
                markeredgewidth=1.6,
                zorder=3,
                gid=f"{row} {code}",
            )
    scale = Box(frame.right + 0.2, frame.bottom, bars, frame.height)
    ax = style.panel(fig, scale, (0, 1), (len(shown), 0))
    write(fig, scale.left, scale.top + 0.12, "Share of worlds", SMALL, MUTED)
    for row, (part, holds) in enumerate(zip(shown.deepest, shown.minimum, strict=True)):
        ax.broken_barh([(0, 1)], (row + 0.36, 0.28), facecolors=GRID, linewidths=0, zorder=1)
        ax.broken_barh(
            [(0, float(part))], (row + 0.36, 0.28), facecolors=MUTED, linewidths=0, zorder=2, gid=f"part {row}"
        )
        ax.vlines([float(holds)], row + 0.28, row + 0.72, colors=INK, linewidths=1.6, zorder=3)
        y = scale.top - (row + 0.5) * LINE
        write(fig, scale.right + 0.1, y, percent(float(part), short=True), LABEL, INK)
        write(
            fig,
            scale.right + 0.55,
            y,
            f"({percent(float(holds), short=True)})",
            SMALL,
            FAINT if holds == part else MUTED,
        )
    return fig
