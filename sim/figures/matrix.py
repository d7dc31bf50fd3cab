"""Several scenarios against one: a heat map of paired differences, one row an alignment, one column a scenario."""

from __future__ import annotations

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from sim.figures import style
from sim.figures.drawable import beside, count, power_name, republic_name
from sim.figures.style import INK, LABEL, MUTED, PAPER, SMALL, Box, write
from sim.reading.compare import ALL, Comparison
from sim.reading.sizes import WORDS, legend, mark
from sim.runs.words import signed
from sim.scenario.names import sector_of

LOWER = ("#f4f5f7", "#fde3c2", "#f0a04b", "#b35806")
HIGHER = ("#f4f5f7", "#d3e5f2", "#67a3d2", "#1f5fa8")
"""Fill of a cell by its size, negligible first: orange is lower, blue higher, which colour-blind readers tell apart."""
ROW, COLUMN = 0.27, 1.25
"""Inches of a cell."""


def matrix_figure(comparison: Comparison, sector: str = "overall") -> Figure:
    """All scenarios against the base side by side: a cell an alignment and scenario, coloured by size and sign."""
    sector = sector_of(sector)
    base, names = comparison.results[0], comparison.names[1:]
    table = comparison.matrix(sector)
    groups = [*comparison.republics, ALL]
    powers = len(comparison.powers)
    heads = [
        style.wrap(_title(comparison, k).replace("-", "- "), COLUMN - 0.1, SMALL) for k in range(1, len(names) + 1)
    ]
    head = 0.14 * max(map(len, heads)) + 0.12
    high = len(table) * ROW + (len(groups) - 1) * 0.1
    left = 2.35
    doubt = base.ask.doubt is not None
    fig, body = style.page(
        f"What {len(names)} scenarios change in {base.scenario.words.alignment(sector)} by "
        f"{style.month_name(comparison.dates[-1])}",
        f"Alignment in each scenario minus alignment in “{_title(comparison, 0)}”, in percentage points: the median of "
        "the differences world by world, with the same luck. Blue: higher; orange: lower. "
        f"Mean over {base.scenario.words.members}: {base.ask.weighted}. " + legend(doubt, marks=True),
        f"{count(comparison.worlds, 'world')} of {count(comparison.months, 'month')} each · seed {comparison.seed}"
        f"{beside(*(one.ask for one in comparison.results), names=comparison.names)}",
        max(left + COLUMN * len(names) + 2 * style.MARGIN, 7.2),
        head + high + 0.15,
    )
    frame = Box(body.left + left, body.top - head - high, COLUMN * len(names), high)
    for k, lines in enumerate(heads):
        for n, line in enumerate(reversed(lines)):
            write(fig, frame.left + (k + 0.5) * COLUMN, frame.top + 0.12 + 0.14 * n, line, SMALL, INK, ha="center")
    ax = style.panel(fig, frame, (0, len(names)), (high, 0))
    for g, code in enumerate(groups):
        top = g * (powers * ROW + 0.1)
        name = (
            base.scenario.words.spell("All republics, mean")
            if code == ALL
            else republic_name(base, code, 1.4, LABEL, True)
        )
        write(fig, body.left, frame.top - top - ROW / 2, style.fit(name, 1.4, LABEL, True), LABEL, bold=True)
        for j, power in enumerate(comparison.powers):
            row, y = table.iloc[g * powers + j], top + j * ROW
            label = power_name(base, power, 0.85, LABEL)
            write(fig, frame.left - 0.1, frame.top - y - ROW / 2, label, LABEL, MUTED, ha="right")
            for k, scenario in enumerate(names):
                size, gap = str(row[f"{scenario} size"]), float(row[scenario])
                tint = (HIGHER if gap > 0 else LOWER)[WORDS.index(size)]
                ax.add_patch(
                    Rectangle(
                        (k, y),
                        1,
                        ROW,
                        facecolor=tint,
                        edgecolor=PAPER,
                        linewidth=1.2,
                        gid=f"cell {code} {power} {k + 1}",
                    )
                )
                tone = PAPER if style.contrast(tint, PAPER) >= 4.5 else INK
                write(ax, k + 0.46, y + ROW / 2, signed(gap), LABEL, tone, ha="right", va="center_baseline")
                write(ax, k + 0.54, y + ROW / 2, mark(size, gap), LABEL, tone, va="center_baseline")
    return fig


def _title(comparison: Comparison, k: int) -> str:
    """The title of a scenario, or the name it was given here."""
    story, name = comparison.results[k].scenario, comparison.names[k]
    return story.title if name == story.name else name
