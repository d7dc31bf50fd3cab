"""Draw the pictures of the guide and the README: ``python tools/make_pictures.py``.

Schematics take the names of the month's steps and of the causes of grievance from the model; the others plot runs of
the baseline. Each of these stores, in the file, the headline of a small run, so that a test notices when it is out of
date.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

import sim
from sim.figures import style
from sim.figures.palette import CAUSE_COLORS, CAUSE_NAMES
from sim.figures.style import GRID, INK, LABEL, MUTED, PANEL, SMALL, write

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
SCENARIO, WORLDS, FEW = "dushanbe-2025", 500, 40
DPI = 120
POWER, REPUBLIC, BOTH = "#eef2f7", "#f7f1e6", "#f3f3f3"
"""Lanes: powers, republics, everybody."""

MONTH: dict[str, tuple[str, str, str]] = {
    "the_calendar_turns": ("both", "Dated and random events act; summits meet", ""),
    "powers_plan": ("power", "Spend what is steady, save the rest", "now and then: ready for a project"),
    "republics_ask": ("republic", "Where needs are least met", "now and then: a request"),
    "projects_are_opened": (
        "republic",
        "The largest on offer; shopped around, or not",
        "others are asked to bid, or not",
    ),
    "projects_are_bid_for": ("power", "Rivalry against grudge, within the fund", "bids; the best is taken, or none"),
    "pledges_fall_due": ("power", "A strained power lets more lapse", "deals, or broken promises"),
    "grievances_move": ("republic", "They fade, and grow with worse treatment", ""),
    "republics_speak_out": ("republic", "Beyond a threshold, and likelier at summits", "a stance; seldom a rebuke"),
    "powers_respond": ("power", "Fear of rivals against leverage", "concede, punish or let pass"),
    "alignments_move": ("both", "Slowly, towards the sum of all drivers", ""),
}
"""The steps of a month: who acts, what decides, and what passes between powers and republics."""


def month() -> Figure:
    """The month, step by step, from who acts to whom it goes."""
    fig, body = style.page(
        "A month in the model",
        "Ten steps, in this order, in every world at once. Left: what powers do. Right: what "
        "republics do. Arrows: what passes between them.",
        "Steps as in sim.DiplomacyModel.SCHEDULE",
        9.6,
        6.5,
    )
    ax = style.panel(fig, body, (0, 9.6), (len(MONTH) + 0.45, -0.55))
    for x, name, color in ((0.1, "Powers", POWER), (6.3, "Republics", REPUBLIC)):
        _box(ax, x - 0.08, -0.4, 3.3, len(MONTH) + 0.65, color, edge=color)
        write(ax, x + 1.57, -0.17, name, PANEL, bold=True, ha="center")
    for row, name in enumerate(sim.DiplomacyModel.SCHEDULE):
        lane, rests, passes = MONTH[name]
        left, wide = {"power": (0.1, 3.14), "republic": (6.3, 3.14), "both": (0.1, 9.34)}[lane]
        _box(ax, left, row + 0.13, wide, 0.76, "#ffffff")
        title = f"{row + 1}  {name.replace('_', ' ').capitalize()}"
        if lane == "both":
            write(ax, 4.77, row + 0.38, title, LABEL, bold=True, ha="center")
            write(ax, 4.77, row + 0.66, rests, SMALL, MUTED, ha="center")
        else:
            write(ax, left + 0.12, row + 0.38, title, LABEL, bold=True)
            write(ax, left + 0.12, row + 0.66, rests, SMALL, MUTED)
        if passes:
            start, end = (3.3, 6.22) if lane == "power" else (6.22, 3.3)
            _arrow(ax, (start, row + 0.62), (end, row + 0.62))
            write(ax, 4.76, row + 0.38, passes, SMALL, ha="center")
    return fig


CONSEQUENCES = (
    ("Loyalty wears thin", "the power's bids are refused more often,", "requests go to other powers"),
    ("Exit, slowly", "every point of grievance lowers the level that", "alignment moves to"),
    ("Voice, rarely", "beyond a threshold a public rebuke, which vents", "some grievance and leaves a grudge"),
)
FEEDS = {
    "neglect": "requests unanswered, less courting than usual",
    "disrespect": "a tone worse than usual, insults",
    "broken_promise": "pledges that lapse",
    "overdependence": "too much alignment with one power",
    "coercion": "pressure, closed borders, punishment",
}


def grievances() -> Figure:
    """What feeds a grievance, and what it does."""
    fig, body = style.page(
        "From treatment to grievance to alignment",
        "A republic has five grievances against each power. Each fades with its half-life and grows with "
        "treatment worse than usual.",
        "After Hirschman, Exit, Voice, and Loyalty (1970)",
        9.6,
        4.0,
    )
    ax = style.panel(fig, body, (0, 9.6), (5.0, 0.0))
    for row, (cause, feed) in enumerate(FEEDS.items()):
        _box(ax, 0.05, row + 0.12, 3.75, 0.76, "#ffffff")
        _box(ax, 0.05, row + 0.12, 0.12, 0.76, CAUSE_COLORS[cause], edge=CAUSE_COLORS[cause])
        write(ax, 0.3, row + 0.36, CAUSE_NAMES[cause], LABEL, bold=True)
        write(ax, 0.3, row + 0.65, feed, SMALL, MUTED)
        _arrow(ax, (3.86, row + 0.5), (4.38, 2.5 + (row - 2) * 0.22))
    _box(ax, 4.42, 1.85, 1.1, 1.3, BOTH)
    write(ax, 4.97, 2.35, "Grievance", LABEL, bold=True, ha="center")
    write(ax, 4.97, 2.65, "of one republic", SMALL, MUTED, ha="center")
    write(ax, 4.97, 2.88, "against one power", 6.8, MUTED, ha="center")
    for row, (title, *lines) in enumerate(CONSEQUENCES):
        top = 0.3 + 1.55 * row
        _box(ax, 6.2, top, 3.35, 1.25, "#ffffff")
        write(ax, 6.35, top + 0.3, title, LABEL, bold=True)
        for place, line in enumerate(lines):
            write(ax, 6.35, top + 0.64 + 0.3 * place, line, SMALL, MUTED)
        _arrow(ax, (5.58, 2.5 + (row - 1) * 0.3), (6.14, top + 0.62))
    return fig


def _box(ax: Axes, left: float, top: float, wide: float, high: float, color: str, edge: str = GRID) -> None:
    ax.add_patch(
        FancyBboxPatch(
            (left + 0.04, top + 0.04),
            wide - 0.08,
            high - 0.08,
            facecolor=color,
            edgecolor=edge,
            boxstyle="round,pad=0.04,rounding_size=0.06",
            linewidth=1.0,
            zorder=1,
        )
    )


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    ax.add_patch(
        FancyArrowPatch(
            start, end, arrowstyle="-|>", mutation_scale=9, color=INK, linewidth=1.1, zorder=2, shrinkA=0, shrinkB=0
        )
    )


def check(scenario: str = SCENARIO) -> str:
    """The headline of a small run; stored in the pictures of runs."""
    return sim.run(scenario, worlds=FEW).headline()


def runs() -> dict[str, Callable[[], Figure]]:
    """Pictures of runs, by file name."""
    result = sim.run(SCENARIO, worlds=WORLDS)
    return {
        "fans": result.plot.alignment_fans,
        "change": result.plot.alignment_change,
        "triangle": result.plot.triangle,
        "war-drags-on": lambda: sim.compare(result, sim.run("war-drags-on", worlds=WORLDS)).figure(),
        "why": lambda: sim.explain(SCENARIO, worlds=WORLDS).waterfall("UZB", "CHN"),
    }


SCHEMATICS: dict[str, Callable[[], Figure]] = {"month": month, "grievances": grievances}


def main() -> None:
    """Draw all and write them."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    headline = check()
    for name, draw in {**SCHEMATICS, **runs()}.items():
        facts = {"Software": "sim", "Title": name} | ({} if name in SCHEMATICS else {"Comment": headline})
        draw().savefig(FOLDER / f"{name}.png", dpi=DPI, metadata=facts, pil_kwargs={"compress_level": 9})
        sys.stdout.write(f"docs/pictures/{name}.png\n")


if __name__ == "__main__":
    main()
