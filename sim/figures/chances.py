"""Chances in bars: who leads each republic at the end, and what stances guests take at summits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sim.figures import style
from sim.figures.drawable import Drawable, colors, event_name, footer, power_name, republic_name, spelling
from sim.figures.palette import STANCE_COLORS
from sim.figures.style import FAINT, INK, LABEL, MUTED, PANEL, PAPER, SMALL, Box, write
from sim.runs.words import percent
from sim.scenario.table import STANCES

SUMMITS = 12
"""Most summits a stances figure holds."""


def leaders(result: Drawable) -> Figure:
    """The chance that each power leads each republic at the end, and that the leader changes."""
    end = result.array("overall")[-1].argmax(axis=1)  # (republic, world)
    codes, powers, tints = list(result.republics), list(result.powers), colors(result)
    chance = np.stack([(end == p).mean(axis=1) for p in range(len(powers))], axis=1)
    table = result.leaders().set_index("republic")
    line = 0.42
    fig, body = style.page(
        result.scenario.words.spell(f"Who leads each republic in {style.month_name(result.dates[-1])}"),
        result.scenario.words.spell(
            (
                "Bar: share of worlds in which the republic is most aligned with each power at the end."
                if result.worlds > 1
                else "Bar: the power that the republic is most aligned with at the end, in the one world run."
            )
            + " Dot before the bar: the leading power on day one."
        ),
        footer(result),
        8.6,
        line * len(codes) + 0.3,
    )
    frame = Box(body.left + 1.55, body.bottom + 0.02, body.width - 3.85, line * len(codes))
    ax = style.panel(fig, frame, (0, 1), (len(codes), 0))
    names = [power_name(result, p, 1.5, SMALL, True) for p in powers]
    _bars(ax, chance, [tints[p] for p in powers], frame.width, "bars", names, shares=result.worlds > 1)
    write(
        fig,
        frame.right + 0.15,
        frame.top + 0.12,
        "Changes" if result.worlds == 1 else "Chance of a change, median month",
        SMALL,
        MUTED,
    )
    for r, code in enumerate(codes):
        y = frame.top - (r + 0.5) * line
        now, change, when = (table.loc[code, name] for name in ("leader_now", "probability_of_change", "median_month"))
        write(fig, body.left, y, republic_name(result, code, 1.3, PANEL, True), PANEL, bold=True)
        write(fig, frame.left - 0.13, y, "●", LABEL, tints.get(str(now), FAINT), ha="center")
        text = ("yes" if change else "no") if result.worlds == 1 else percent(float(change), short=True)
        write(fig, frame.right + 0.6, y, text, LABEL, bold=True, ha="right")
        if change > 0 and isinstance(when, str):
            write(fig, frame.right + 0.75, y, f"in {style.month_name(when)}", SMALL, MUTED)
    return fig


def stances(result: Drawable) -> Figure:
    """The guests' stances at each summit: chances of a deferential, a transactional and an assertive one."""
    table, spelled = result.stances().sort_values("date", kind="stable"), spelling(result.scenario)
    keys = ["event", "date", "power"]
    groups = [
        (tuple(map(str, key)), block.set_index("republic"))
        for key, block in table.groupby(keys, sort=False, observed=True)
    ]
    hosts = Counter(event for (event, _, _), _ in groups)
    blocks = groups[:SUMMITS]
    left_out = f" The first {SUMMITS} of {len(groups)}." if len(groups) > SUMMITS else ""
    codes = [c for c in result.republics if any(c in block.index for _, block in blocks)]
    columns = min(style.grid(max(len(blocks), 1))[1], 3)
    rows = -(-max(len(blocks), 1) // columns)
    line, names = 0.3, 1.4
    high = line * max(len(codes), 1)
    fig, body = style.page(
        f"Stances at the summit{'' if len(blocks) == 1 else 's'}",
        (
            "In what share of the worlds with the summit each guest is deferential, transactional or assertive."
            if result.worlds > 1
            else "Whether each guest is deferential, transactional or assertive in the one world run."
        )
        + left_out,
        footer(result),
        max(6.8, 1.55 + 3.4 * columns),
        rows * (high + 0.5) + 0.3,
    )
    if not blocks:
        write(fig, body.left, body.bottom + body.height / 2, "No summit took place in this run.", PANEL, MUTED)
        return fig
    tones = [STANCE_COLORS[s] for s in STANCES]
    x = body.left + names
    for stance, tone in zip(STANCES, tones, strict=True):
        write(fig, x, body.top - 0.05, "■", LABEL + 2, tone)
        write(fig, x + 0.18, body.top - 0.05, stance, LABEL)
        x += 0.45 + style.text_width(stance, LABEL)
    wide = (body.width - names) / columns
    for k, ((event, date, power), block) in enumerate(blocks):
        across, down = k % columns, k // columns
        frame = Box(body.left + names + across * wide, body.top - 0.6 - down * (high + 0.5) - high, wide - 0.35, high)
        ax = style.panel(fig, frame, (0, 1), (len(codes), 0))
        parts = np.array([[float(block.loc[c, s]) if c in block.index else 0.0 for s in STANCES] for c in codes])
        _bars(ax, parts, tones, frame.width, f"bars-{event}-{power}", shares=result.worlds > 1)
        host = f" ({power_name(result, power, 1.0, LABEL, True)})" if hosts[event] > 1 else ""
        title = f"{event_name(event, spelled)}{host}, {style.month_name(date)}"
        write(fig, frame.left, frame.top + 0.13, style.fit(title, frame.width, LABEL, True), LABEL, bold=True)
        for i, code in enumerate(codes):
            if across == 0:
                write(fig, body.left, frame.top - (i + 0.5) * line, republic_name(result, code, 1.3, LABEL), LABEL)
            if code not in block.index:
                write(ax, 0.02, i + 0.5, "not a guest", SMALL, MUTED)
    return fig


def _bars(
    ax: Axes,
    parts: NDArray[Any],
    tones: Sequence[str],
    width: float,
    name: str,
    labels: Sequence[str] = (),
    *,
    shares: bool,
) -> None:
    """Stacked bars, one a row of ``parts`` (row, part) summing to 1, each part's percent in it where there is room.

    Without ``shares`` only its label, as of one world a per cent tells nothing.
    """
    ends = np.concatenate([np.zeros((len(parts), 1)), parts.cumsum(axis=1)], axis=1).tolist()
    places = [(i, k) for i in range(len(parts)) for k in range(parts.shape[1]) if parts[i, k] > 0]
    corners = [
        [(ends[i][k], i + 0.2), (ends[i][k + 1], i + 0.2), (ends[i][k + 1], i + 0.8), (ends[i][k], i + 0.8)]
        for i, k in places
    ]
    ax.add_collection(
        PolyCollection(corners, facecolors=[tones[k] for _, k in places], edgecolors=PAPER, linewidths=1.0, gid=name),
        autolim=False,
    )
    for i, k in places:
        share = percent(float(parts[i, k]), short=True) if shares else ""
        for text in ([f"{labels[k]} {share}".rstrip()] if labels else []) + [share]:
            if style.text_width(text, SMALL, True) <= parts[i, k] * width - 0.06:
                tint = PAPER if style.contrast(tones[k], PAPER) >= 3.0 else INK
                write(
                    ax,
                    (ends[i][k] + ends[i][k + 1]) / 2,
                    i + 0.5,
                    text,
                    SMALL,
                    tint,
                    True,
                    ha="center",
                    va="center_baseline",
                )
                break
