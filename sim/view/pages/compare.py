"""Compare: two scenarios on the same luck, side by side and in step, and what the one does that the other does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import reacton.ipyvuetify as rv
import solara

from sim.reading.compare import Comparison
from sim.reading.differing import given
from sim.reading.doubt import bands_hold
from sim.reading.sizes import legend, spelled
from sim.runs.words import month_words, percent, signed
from sim.scenario import Scenario
from sim.view import controls, panels
from sim.view.components import Guarded, Message, Running, Table, box, rows_of, words
from sim.view.engine import Reporter
from sim.view.jobs import use_job
from sim.view.pages.explore import named, show, tabs
from sim.view.payload import Payload, difference_payload
from sim.view.state import WORLDS
from sim.view.visit import MEND, Visit

SIDES = (
    ("map", panels.MapPanel),
    ("triangle", panels.Triangle),
    ("fans", panels.Fans),
    ("grievances", panels.Grievances),
)


@dataclass(frozen=True, eq=False)
class Two:
    """Both runs and what lies between them."""

    left: Payload
    right: Payload
    titles: tuple[str, str]
    gap: Payload
    table: pd.DataFrame
    headline: str
    held: str
    """What the bands of either side hold."""
    given: str
    """What shares of worlds are conditional on."""


def partners(visit: Visit) -> list[tuple[str, str]]:
    """Scenarios the visitor's own may be compared with: those that begin in the same month."""
    own, catalogue = visit.base, visit.services.catalogue
    others = [("", f"{own.title} without the changes")] if visit.view.value.changes else []
    return others + [
        (name, title)
        for name, title in catalogue.titles().items()
        if name != visit.view.value.scenario and catalogue.scenario(name).start == own.start
    ]


def pair(visit: Visit) -> tuple[Scenario, Scenario, tuple[str, str]]:
    """Left and right, and what to call them: the visitor's own and the other; or without and with his changes."""
    offered = dict(partners(visit))
    name = visit.view.value.other if visit.view.value.other in offered else next(iter(offered), "")
    own = visit.scenario
    if name:
        other = visit.services.catalogue.scenario(name)
        return own, other, (own.title + (" with your changes" if visit.view.value.changes else ""), other.title)
    return visit.base, own, (f"{own.title} without the changes", f"{own.title} with your changes")


def two(visit: Visit, report: Reporter) -> Two:
    """Run both and compare them."""
    view, engine = visit.view.value, visit.services.engine
    left, right, titles = pair(visit)
    asks = visit.services.asks(view, left, right)
    runs = [engine.kept(ask, report) for ask in asks]
    both = [run.result for run in runs]
    if view.sector != "overall":
        both = [engine.ensemble(ask, report) for ask in asks]
    paired = Comparison(titles if titles[0] != titles[1] else ("left", "right"), both)
    gap = difference_payload(both[1], both[0], view.sector) | {
        "heading": "Difference: second minus first",
        "caption": f"Alignment in “{titles[1]}” minus alignment in “{titles[0]}”, in "
        f"points, in the same {WORLDS} worlds with the same luck. Bands: the middle 50 and 80 % of worlds.",
    }
    return Two(
        runs[0].payload,
        runs[1].payload,
        titles,
        gap,
        paired.table(view.sector),
        paired.headline(),
        both_hold(titles, [bands_hold(ask, MEND) for ask in asks]),
        given(asks[1]),
    )


def both_hold(titles: Sequence[str], held: Sequence[str]) -> str:
    """What the bands of both sides hold: once where it is the same."""
    if held[0] == held[1]:
        return held[0]
    return " ".join(f"“{title}”: {text[0].lower()}{text[1:]}" for title, text in zip(titles, held, strict=True))


@solara.component
def Compare(visit: Visit, theme: str) -> None:
    """Which two, one player, both sides, the difference."""
    view = visit.view.value
    left, right, titles = pair(visit)
    key = (left.hash, right.hash, view.sector, *view.asked)
    job = use_job(key, lambda report: two(visit, report))
    offered = partners(visit)
    shown = view.other if view.other in dict(offered) else (offered[0][0] if offered else "")

    def chosen(ask: dict[str, Any]) -> None:
        visit.look(**{"other" if ask["id"] == "with" else "sector": ask["value"]})

    with solara.Column():  # one container from the start, as in ``why.History``
        if not offered:
            Message(
                "No other scenario begins in the same month, and nothing is changed. Move a lever, and compare "
                "with and without the change.",
                title="Nothing to compare with",
            )
            return
        with box(
            "app-card app-said",
            left=left.hash,
            right=right.hash,
            seed=view.seed,
            ready=job.key == key and job.value is not None,
        ):
            with box("app-top"):
                words(f"{titles[0]}, and {titles[1]}", tag="h1")
                Running(job.done, "Running 500 worlds of each")
            with rv.Html(tag="div", attributes={"aria-live": "polite"}):
                words(job.value.headline if job.value else "Running both on the same luck …", "app-say")
            words(
                f"The second compared with the first, world by world: {WORLDS} worlds with the same luck and the same "
                f"draws of what is in doubt, seed {view.seed}. Overall alignment."
                + (f" {job.value.held}" if job.value else ""),
                "app-note",
            )
        controls.Fields.element(
            on_asked=chosen,
            show={
                "label": "What is compared",
                "fields": [
                    {
                        "id": "with",
                        "kind": "select",
                        "label": "Compare with",
                        "value": shown,
                        "options": [list(one) for one in offered],
                    },
                    {
                        "id": "sector",
                        "kind": "tabs",
                        "label": "Sector",
                        "value": view.sector,
                        "options": tabs(visit.base),
                    },
                ],
            },
        )
        if job.problem:
            Message(job.problem, title="The comparison cannot be made")
        if job.value is not None:
            Sides(visit, theme, job.value).key("sides")


@solara.component
def Sides(visit: Visit, theme: str, both: Two) -> None:
    """The two runs and their difference."""
    Guarded("player", lambda: show(panels.Player, visit, theme, both.left), token=both.left["id"])
    with box("app-two app-even"):
        for run, title, side in ((both.left, both.titles[0], "left"), (both.right, both.titles[1], "right")):
            with box("app-column", side=side, run=run["id"]):
                words(title, "app-side-title", tag="h2")
                for name, kind in SIDES:
                    # The first panel of a side holds its run whole; the player already holds the left one.
                    whole = run is both.right and name == "map"
                    Guarded(
                        f"{name} ({side})",
                        lambda kind=kind, run=run, whole=whole: show(kind, visit, theme, run if whole else named(run)),
                        token=run["id"],
                    )
    Guarded("difference", lambda: show(panels.DifferenceFan, visit, theme, both.gap), token=both.gap["id"])
    Guarded("table", lambda: Gaps(visit, both.table, both.given))


@solara.component
def Gaps(visit: Visit, table: pd.DataFrame, condition: str) -> None:
    """The differences at the end, in numbers; ``condition``: what shares of worlds are conditional on."""
    names = visit.base
    rows = []
    for row in rows_of(table):
        since = month_words(str(row.clear_since)) if row.clear_since else "not clear"
        rows.append(
            [
                names.republics[row.republic].name,
                names.powers[row.power].name,
                f"{100 * row.base:.1f}",
                f"{100 * row.median:.1f}",
                spelled(row.size, row.difference),
                signed(row.difference),
                f"{signed(row.difference_low)} to {signed(row.difference_high)}",
                percent(row.p_higher),
                since,
            ]
        )
    Table(
        "The last month, in per cent and points",
        [
            names.words.heading,
            "Power",
            "first",
            "second",
            "size",
            "difference",
            "80 % of worlds",
            "second higher in",
            "clear from",
        ],
        rows,
        left=(0, 1, 4, 8),
        note="First and second are medians over worlds, each by itself, and need not add up to 100 %. The difference "
        "is the median of the differences within worlds, which need not be the difference of the medians. "
        f"Shares of worlds: {condition}. {legend(bool(table.doubt.any()))}",
    )
