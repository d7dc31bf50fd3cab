"""Pictures of what an answer means: what one scenario changes against another, what moved an alignment, and blocs."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sim.figures import style
from sim.figures.drawable import beside, colors, count, label_room, power_name, republic_panel
from sim.figures.palette import power_colors
from sim.figures.style import FAINT, GRID, INK, LABEL, MUTED, PAPER, SMALL, Box, write
from sim.reading.beside import BAND
from sim.reading.blocs import Blocs
from sim.reading.compare import Comparison
from sim.reading.differing import given
from sim.reading.explain import Explanation
from sim.reading.sizes import mark
from sim.reading.telling import driver_words
from sim.runs.result import quantiles
from sim.runs.words import capital, minus, named, percent, possessive, signed, state_words
from sim.scenario.names import sector_of

Array = NDArray[Any]

BAR, BAR_EDGE = "#b9c0ca", "#7d8694"
"""A part of an explanation: fill, and whiskers."""
LEAST = 0.0005
"""Parts whose mean and band all stay below this (0.05 points) share one row of a waterfall."""
ROWS = 8
"""Most partitions into blocs shown."""
STEP, LINE = 0.62, 0.42
"""Inches of a table of blocs: from actor to actor and from row to row."""


def difference_fans(
    comparison: Comparison,
    which: int | str = 1,
    sector: str = "overall",
    title: str | None = None,
    width: float | None = None,
) -> Figure:
    """Paired difference of a scenario from the base over time: median and band over worlds, one panel a republic.

    ``title``: what the difference is due to, the scenario if not given; ``width``: inches of the page, if not the
    usual. The dot marks the first month from which the
    difference is clear to the end (see ``Comparison``).
    """
    k, sector = comparison.index(which), sector_of(sector)
    base, codes, powers = comparison.results[0], comparison.republics, comparison.powers
    gaps = comparison.differences(k, sector) * 100  # (time, republic, power, world)
    low, middle, high = quantiles(gaps, BAND)
    table = comparison.table(sector)
    table = table[table.scenario == comparison.names[k]].set_index(["republic", "power"])
    tints, last = colors(base), comparison.months
    columns = style.grid(len(codes))[1]
    what = base.scenario.words.alignment(sector)
    names = [
        result.scenario.title if comparison.names[n] == result.scenario.name else comparison.names[n]
        for n, result in enumerate(comparison.results)
    ]
    beside_doubt = "" if base.ask.doubt is None else ", * negligible beside what numbers in doubt alone make"
    fig, body = style.page(
        f"What {title or f'“{names[k]}”'} changes in {what}",
        f"Alignment with each power {_with(names[k])} minus alignment {_with(names[0])}, in percentage "
        "points, world by world with the same luck. "
        + (
            "Line: median; band: 80 % of worlds. Dot: from here on the band excludes zero and the difference is not "
            "negligible. At the end: the median difference with its size (• small, •• clear, ••• large"
            f"{beside_doubt}), and the share "
            f"of worlds, {given(comparison.results[k].ask)}, in which alignment is higher or lower."
            if comparison.worlds > 1
            else "One world only, so no bands. At the end: the difference with its size (• small, •• clear, ••• large)."
        ),
        f"{comparison.names[0]} and {comparison.names[k]} · {count(comparison.worlds, 'world')} of "
        f"{count(comparison.months, 'month')} each · seed {comparison.seed}"
        f"{beside(base.ask, comparison.results[k].ask, names=(comparison.names[0], comparison.names[k]))}",
        *style.grid_size(len(codes), width),
    )
    ylim = (min(float(low.min()) * 1.06, -0.25), max(float(high.max()) * 1.06, 0.25))
    ticks = [t for t in style.ticks_around(*ylim, 5) if ylim[0] <= t <= ylim[1]]
    scale = [minus(f"{t:+g}") if t else "0" for t in ticks]
    ends = [[_end(table.loc[(r, p)], comparison.worlds == 1) for p in powers] for r in codes]
    room = label_room(base, powers, ends) + 0.14
    months = np.arange(last + 1)
    for i, box in enumerate(style.cells(body, len(codes), right=room)):
        labels = scale if i % columns == 0 else [""] * len(ticks)
        ax = republic_panel(fig, base, codes[i], box, comparison.dates, ylim, (ticks, labels), room)
        for j, code in enumerate(powers):
            outline = np.column_stack([np.r_[months, months[::-1]], np.r_[low[:, i, j], high[::-1, i, j]]])
            ax.add_collection(
                PolyCollection(
                    [outline], facecolors=tints[code], alpha=0.2, linewidths=0, gid=f"band {codes[i]} {code}"
                ),
                autolim=False,
            )
        ax.add_collection(
            LineCollection(
                [np.column_stack([months, line]) for line in middle[:, i].T],
                linewidths=1.9,
                colors=[tints[p] for p in powers],
                gid=f"median {codes[i]}",
            ),
            autolim=False,
        )
        for j, code in enumerate(powers):
            since = table.loc[(codes[i], code), "clear_since"]
            if isinstance(since, str):
                at = comparison.dates.index(since)
                ax.plot(
                    [at],
                    [middle[at, i, j]],
                    "o",
                    markersize=4.5,
                    color=tints[code],
                    markeredgecolor=PAPER,
                    markeredgewidth=0.8,
                    zorder=5,
                    gid=f"clear {codes[i]} {code}",
                    clip_on=False,
                )
        gap = LABEL * 1.22 / 72 / box.height * (ylim[1] - ylim[0])
        for j, place in enumerate(style.spread(list(middle[-1, i]), gap, *ylim)):
            write(
                ax,
                last * (1 + 0.06 / box.width),
                place,
                f"{power_name(base, powers[j], 0.85, LABEL)} {ends[i][j]}",
                color=style.ink(tints[powers[j]]),
            )
    return fig


def _with(name: str) -> str:
    return name if name.startswith(("with ", "without ")) else f"with “{name}”"


def _end(row: Any, one: bool) -> str:
    if row.p_higher == row.p_lower == 0:
        return "same"
    text = f"{signed(row.difference)} {mark(row['size'], row.difference)}".rstrip()
    if one:
        return text
    way, chance = ("▴", row.p_higher) if row.difference > 0 else ("▾", row.p_lower)
    return f"{text} ({way} {percent(float(chance), short=True)})"


def waterfall(explanation: Explanation, republic: str, power: str) -> Figure:
    """From alignment at the beginning to alignment at the end, driver by driver, with bands over worlds.

    Bars are means over worlds, which add up; whiskers run from the 10 to the 90 per cent quantile of each part. Thin
    strips below a bar say whose driver it was.
    """
    i, j = explanation.place(republic, power)
    story, powers = explanation.scenario, explanation.powers
    republic, power = explanation.republics[i], powers[j]
    tints = power_colors({code: story.powers[code] for code in powers})
    parts = explanation.parts[:, i, j] * 100  # (d, w)
    owned = explanation.owners[:, :, i, j].mean(axis=-1) * 100  # (d, q)
    low, high = quantiles(parts, (BAND[0], BAND[2]))
    telling = [d for d in range(len(parts)) if max(abs(low[d]), abs(high[d]), abs(parts[d].mean())) >= 100 * LEAST]
    small = [d for d in range(len(parts)) if d not in telling]
    if len(small) == 1:
        telling, small = list(range(len(parts))), []
    rows = [(capital(driver_words(explanation.drivers[d])), parts[d], owned[d]) for d in telling]
    if small and telling:
        rows.append((f"{count(len(small), 'smaller part')}", parts[small].sum(axis=0), owned[small].sum(axis=0)))
    before, after = explanation.before[i, j] * 100, explanation.after[i, j] * 100
    where = story.words.within(explanation.sector)
    title = (
        f"Why {possessive(story.republics[republic].name)} alignment with {named(story.powers[power].name)}{where} "
        f"moved, {style.month_name(explanation.dates[1])} to {style.month_name(explanation.dates[-1])}"
    )
    line, names, sums = 0.4, 2.45, 1.75
    fig, body = style.page(
        title,
        "Alignment in per cent. Gray bar: a driver's contribution"
        f"{', mean of all worlds' if explanation.worlds > 1 else ''}, starting where the bar above ends"
        f"{'; whisker: 80 % of worlds' if explanation.worlds > 1 else ''}. Strips in colour below a bar: which power's "
        "driver it was, as alignment with one power also moves when others move. The parts sum to the whole in every "
        "world.",
        f"{story.title} · {count(explanation.worlds, 'world')} · seed {explanation.seed}{beside(explanation.ask)}",
        9.6,
        line * (len(rows) + 2) + 0.65,
    )
    frame = Box(body.left + names, body.bottom + 0.3, body.width - names - sums, line * (len(rows) + 2))
    starts = float(before.mean()) + np.concatenate([[0.0], np.cumsum([values.mean() for _, values, _ in rows])])
    whiskers = [(after, 0.0), (before, 0.0), *((v, s) for (_, v, _), s in zip(rows, starts, strict=False))]
    edges = [at + float(q) for values, at in whiskers for q in quantiles(values, (BAND[0], BAND[2]))] + list(starts)
    ticks = style.ticks_around(min(edges), max(edges))
    ax = style.panel(
        fig,
        frame,
        (ticks[0], ticks[-1]),
        (len(rows) + 2, 0),
        xticks=(ticks, [f"{t:g}" for t in ticks[:-1]] + [f"{ticks[-1]:g} %"]),
    )
    ax.vlines(ticks, 0, len(rows) + 2, colors=GRID, linewidths=0.7, zorder=0)
    _share(ax, 0, before, tints[power])
    _share(ax, len(rows) + 1, after, tints[power])
    _write_row(
        fig,
        frame,
        0,
        "On day one" if explanation.first == 0 else f"End of {style.month_name(explanation.dates[0])}",
        f"{before.mean():.1f} %",
        body,
        bold=True,
    )
    _write_row(
        fig,
        frame,
        len(rows) + 1,
        f"End of {style.month_name(explanation.dates[-1])}",
        f"{after.mean():.1f} %  {_range(after)}",
        body,
        bold=True,
    )
    for n, ((name, values, mine), start) in enumerate(zip(rows, starts, strict=False), 1):
        _part(ax, n, values, mine, float(start), [tints[p] for p in powers])
        _write_row(fig, frame, n, name, f"{signed(float(values.mean()) / 100)}  {_signed_range(values)}", body)
    strong = [q for q in range(len(powers)) if any(abs(mine[q]) >= 100 * LEAST for _, _, mine in rows)]
    x = frame.left
    for q in strong:
        label = style.fit(story.powers[powers[q]].name, 1.5, SMALL)
        write(fig, x, frame.top + 0.14, "▬", SMALL, tints[powers[q]])
        write(fig, x + 0.16, frame.top + 0.14, label, SMALL, style.ink(tints[powers[q]]))
        x += 0.35 + style.text_width(label, SMALL)
    return fig


def _share(ax: Axes, row: int, values: Array, tint: str) -> None:
    low, high = (float(q) for q in quantiles(values, (BAND[0], BAND[2])))
    ax.hlines([row + 0.42], low, high, colors=tint, linewidths=1.4, zorder=3)
    ax.plot([float(values.mean())], [row + 0.42], "o", markersize=7, color=tint, zorder=4, gid=f"share {row}")


def _part(ax: Axes, row: int, values: Array, mine: Array, start: float, tones: list[str]) -> None:
    mean = float(values.mean())
    low, high = (float(q) for q in quantiles(values, (BAND[0], BAND[2])))
    ax.broken_barh(
        [(min(start, start + mean), abs(mean))],
        (row + 0.2, 0.36),
        facecolors=BAR,
        linewidths=0,
        zorder=2,
        gid=f"part {row}",
    )
    ax.vlines([start], row - 0.5, row + 0.5, colors=FAINT, linewidths=0.7, zorder=1)
    ax.hlines([row + 0.38], start + low, start + high, colors=BAR_EDGE, linewidths=1.1, zorder=3)
    ax.vlines([start + low, start + high], row + 0.29, row + 0.47, colors=BAR_EDGE, linewidths=1.1, zorder=3)
    ax.plot([start + mean], [row + 0.38], "o", markersize=3.2, color=INK, zorder=4)
    at, shown = start, [q for q in range(len(mine)) if abs(mine[q]) >= 100 * LEAST]
    for place, q in enumerate(shown):
        high_up = row + 0.6 + 0.11 * place
        ax.broken_barh(
            [(min(at, at + mine[q]), abs(mine[q]))], (high_up, 0.08), facecolors=tones[q], linewidths=0, zorder=2
        )
        at += float(mine[q])


def _write_row(fig: Figure, frame: Box, row: int, name: str, number: str, body: Box, bold: bool = False) -> None:
    y = frame.top - (row + 0.42) * frame.height / _rows_of(frame)
    write(fig, body.left, y, style.fit(name, frame.left - body.left - 0.15, LABEL, bold), LABEL, bold=bold)
    write(fig, frame.right + 0.15, y, number, LABEL, INK if bold else MUTED, bold=bold)


def _rows_of(frame: Box) -> float:
    return frame.height / 0.4


def _range(values: Array) -> str:
    low, high = (float(q) for q in quantiles(values, (BAND[0], BAND[2])))
    return f"[{low:.1f}–{high:.1f}]"


def _signed_range(values: Array) -> str:
    low, high = (float(q) / 100 for q in quantiles(values, (BAND[0], BAND[2])))
    return f"[{signed(low)} to {signed(high)}]"


def bloc_table(blocs: Blocs) -> Figure:
    """The commonest partitions of the actors into two blocs: one row each, one column an actor, and how often."""
    story, table = blocs.scenario, blocs.table()
    shown = table.head(ROWS)
    powers = len(story.powers)
    tints = [*power_colors(dict(story.powers)).values(), *[INK] * len(story.republics)]
    names = [spec.name for spec in (*story.powers.values(), *story.republics.values())]
    wide, bars = STEP * len(names) + 0.25, 2.3
    rest = f" {count(len(table) - len(shown), 'rarer division')} not shown." if len(table) > len(shown) else ""
    fig, body = style.page(
        f"Who stands with whom {state_words(blocs.date, blocs.scenario.start_label)}",
        "A cross-check by landscape theory (Axelrod & Bennett 1993): the two blocs that, given the model's state, put "
        "friendly actors together and hostile ones apart. Full and hollow: the two sides. "
        + (
            "Bar: share of worlds in which this division has the lowest energy; mark: share in which it is stable (a "
            "local minimum)."
            if blocs.worlds > 1
            else "In the one world run; bar: this division has the lowest energy; mark: it is stable (a local minimum)."
        )
        + rest,
        f"{story.title} · {count(blocs.worlds, 'world')} · seed {blocs.seed}{beside(blocs.ask)} · powers in colour",
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
    write(
        fig, scale.left, scale.top + 0.12, "Share of worlds" if blocs.worlds > 1 else "The one world run", SMALL, MUTED
    )
    for row, (part, holds) in enumerate(zip(shown.deepest, shown.minimum, strict=True)):
        ax.broken_barh([(0, 1)], (row + 0.36, 0.28), facecolors=GRID, linewidths=0, zorder=1)
        ax.broken_barh(
            [(0, float(part))], (row + 0.36, 0.28), facecolors=MUTED, linewidths=0, zorder=2, gid=f"part {row}"
        )
        ax.vlines([float(holds)], row + 0.28, row + 0.72, colors=INK, linewidths=1.6, zorder=3)
        y = scale.top - (row + 0.5) * LINE
        if blocs.worlds == 1:
            continue
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
