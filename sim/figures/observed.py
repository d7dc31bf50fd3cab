"""An observed series by year, a panel for each republic or pair: what there is of it, and where there is nothing."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from sim.evidence.catalogue import Series
from sim.evidence.cells import ROLL_CALLS_NEEDED, span
from sim.evidence.observed import NAMES, POWERS
from sim.figures import style
from sim.figures.palette import CAUSE_COLORS, POWER_COLORS
from sim.figures.style import INK, LABEL, Ticks, write
from sim.runs.words import number, spelled
from sim.scenario.table import SECTORS

_OTHERS = ("TUR", "USA", "other")
_COLORS = dict(zip((*POWERS, *_OTHERS), POWER_COLORS, strict=True))
_PLAIN = tuple(CAUSE_COLORS.values())
"""Colours of lines that are no actors: those of the powers mean powers, everywhere."""
_NAMES = NAMES | {"TUR": "Türkiye", "USA": "United States"}


def by_year(one: Series) -> Figure:
    """The series by year: bars where a year's figures add up, else a dot for every figure on record.

    Raises
    ------
    BadInput : the series is not by year.
    """
    frame = one.yearly()
    panels, lines = list(dict.fromkeys(frame["panel"])), _in_order(set(frame["line"]))
    first, last = int(frame["year"].min()), int(frame["year"].max())
    shares = float(frame["value"].max()) <= 1.0
    wide, high = style.grid_size(len(panels))
    fig, body = style.page(
        one.heading,
        f"{'A year’s bars add up.' if one.flows else 'A dot is a figure on record; lines join neighbouring years.'} "
        f"Unit: {one.unit}{', from 0 to 1' if shares else '; each panel has its own scale'}. "
        f"A year without a mark is not on record{' or has nothing' if one.flows else ''}.{_caveats(one)}",
        f"data:{one.name}, {one.source}",
        wide,
        high,
    )
    if lines != [""]:
        _key(fig, body, lines)
    for panel, box in zip(panels, style.cells(body, len(panels), left=0.6, gap=0.5, head=0.5), strict=True):
        mine = frame[frame["panel"] == panel]
        table = mine.pivot_table(index="year", columns="line", values="value", aggfunc="sum")
        table = table.reindex(index=range(first, last + 1), columns=lines)
        tall = table.fillna(0.0).sum(axis=1).max() if one.flows else table.max(axis=None)
        ticks = [0.0, 0.25, 0.5, 0.75, 1.0] if shares else style.nice_ticks(float(tall), 3)
        ax = style.panel(
            fig,
            box,
            (first - 0.7, last + 0.7),
            (0.0, ticks[-1]),
            xticks=_years(first, last, box.width),
            yticks=(ticks, [f"{tick:,.0f}" if tick >= 1000 else number(tick) for tick in ticks]),
        )
        write(fig, box.left, box.top + 0.13, spelled(str(panel), _NAMES), LABEL, bold=True)
        base = np.zeros(len(table))
        for line in lines:
            color = _color(line, lines)
            values = table[line].to_numpy(dtype=np.float64)
            if one.flows:
                ax.bar(table.index, np.nan_to_num(values), 0.8, base, color=color, zorder=2)
                base += np.nan_to_num(values)
            else:
                ended = ~table.index.isin(list(one.partial))
                ax.plot(table.index, np.where(ended, values, np.nan), color=color, lw=1.1, zorder=2)
                ax.scatter(table.index[ended], values[ended], color=color, s=7, zorder=3)
                ax.scatter(
                    table.index[~ended], values[~ended], edgecolor=color, facecolor="none", s=12, lw=0.9, zorder=3
                )
    return fig


def _caveats(one: Series) -> str:
    """What a reader must know of marks that are hollow, or left out."""
    hollow = f" A hollow dot is a year that is not on record as a whole: {span(one.partial)}." if one.partial else ""
    thin = f" Agreement of fewer than {ROLL_CALLS_NEEDED} roll calls is left out." if "n_votes" in one.frame() else ""
    return hollow + thin


def _key(fig: Figure, body: style.Box, lines: list[str]) -> None:
    """Names of the lines in their colours, above the panels."""
    x = body.left + 0.6
    for line in lines:
        write(fig, x, body.top - 0.06, "■", LABEL, _color(line, lines))
        text = spelled(line, _NAMES)
        write(fig, x + 0.14, body.top - 0.06, text, LABEL, INK)
        x += 0.34 + style.text_width(text, LABEL)


def _color(line: str, lines: list[str]) -> str:
    """That of an actor; of anything else one that no power has."""
    return _COLORS.get(line) or _PLAIN[lines.index(line) % len(_PLAIN)]


def _in_order(lines: set[str]) -> list[str]:
    known = [name for name in (*POWERS, *_OTHERS, *SECTORS) if name in lines]
    return known + sorted(lines - set(known))


def _years(first: int, last: int, width: float) -> Ticks:
    step = next(step for step in (1, 2, 5, 10, 20) if (last - first) / step <= width / 0.42)
    marks = [year for year in range(first, last + 1) if year % step == 0]
    return [float(year) for year in marks], [str(year) for year in marks]
