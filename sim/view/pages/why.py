"""Why: a change of alignment split into what drove it, and the history without an event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import reacton.ipyvuetify as rv
import solara

from sim.figures.palette import power_colors
from sim.reading.compare import Comparison
from sim.reading.doubt import bands_hold
from sim.reading.explain import explain
from sim.reading.moves import in_one_world
from sim.reading.telling import driver_words
from sim.runs.words import capital, month_words, possessive
from sim.runs.words import named as with_article
from sim.scenario import Scenario
from sim.scenario.dates import month_labels
from sim.scenario.table import CAUSES
from sim.view import controls, panels
from sim.view.components import Guarded, Message, Running, box, rows_of, words
from sim.view.engine import Reporter, monthly
from sim.view.jobs import use_job
from sim.view.pages.explore import named, show, tabs
from sim.view.payload import Payload, difference_payload
from sim.view.state import WORLDS
from sim.view.visit import MEND, Visit

EXPLAINED = 200
"""Worlds whose changes are split into drivers."""
CAUSE_COLOR = "#7d5a86"


@dataclass(frozen=True, eq=False)
class Reasons:
    """Parts of every change over a span, and the shares it leads from and to (means over worlds)."""

    table: pd.DataFrame
    before: dict[tuple[str, str], float]
    after: dict[tuple[str, str], float]
    paragraphs: dict[tuple[str, str], str]
    first: str
    last: str
    held: str
    """What the worlds differ in."""


@dataclass(frozen=True, eq=False)
class Without:
    """What an event changed."""

    event: str
    gap: Payload
    headline: str


def span(visit: Visit) -> tuple[int, int]:
    """Months at whose ends the span begins and ends."""
    view, last = visit.view.value, visit.scenario.months
    until = min(view.until or last, last)
    return min(view.since, until - 1), until


def reasons(visit: Visit, report: Reporter) -> Reasons:
    """Run and explain."""
    view, scenario = visit.view.value, visit.scenario
    since, until = span(visit)
    labels, ask = month_labels(scenario.start, scenario.months), visit.ask(EXPLAINED)
    with visit.services.engine.turn(report):
        explanation = explain(
            ask,
            since=labels[since + 1],
            until=labels[until],
            sector=view.sector,
            before_month=monthly(report, scenario.months * -(-EXPLAINED // 150)),
        )
    pairs, moves = [(r, p) for r in explanation.republics for p in explanation.powers], explanation.moves()
    before, after = (
        {
            (r, p): float(shares[i, j].mean())
            for i, r in enumerate(explanation.republics)
            for j, p in enumerate(explanation.powers)
        }
        for shares in (explanation.before, explanation.after)
    )
    texts = {(r, p): f"{explanation.paragraph(r, p)} {in_one_world(explanation, moves, r, p)}" for r, p in pairs}
    return Reasons(explanation.table(), before, after, texts, labels[since], labels[until], bands_hold(ask, MEND))


def waterfall(reasons: Reasons, scenario: Scenario, republic: str, power: str) -> Payload:
    """What the panel draws: means, which add up, with the bands of the worlds."""
    rows = reasons.table[(reasons.table.republic == republic) & (reasons.table.power == power)]
    color = power_colors(scenario.powers)[power]
    parts = [
        {
            "name": row.driver,
            "label": capital(driver_words(row.driver)),
            "low": row.low,
            "median": row.mean,
            "high": row.high,
            "color": CAUSE_COLOR if row.driver in CAUSES else color,
        }
        for row in rows_of(rows)
        if row.driver != "total"
    ]
    parts = [part for part in parts if max(abs(part["low"]), abs(part["high"]), abs(part["median"])) >= 0.0005]
    parts.sort(key=lambda part: -abs(part["median"]))
    title = (
        f"{possessive(scenario.republics[republic].name)} alignment with {with_article(scenario.powers[power].name)}"
    )
    return {
        "id": f"why-{republic}-{power}-{reasons.first}-{reasons.last}-{scenario.hash[:8]}",
        "title": title,
        "start": reasons.before[republic, power],
        "end": reasons.after[republic, power],
        "startLabel": "Day one" if reasons.first < scenario.start_label else month_words(reasons.first),
        "endLabel": month_words(reasons.last),
        "parts": parts,
        "caption": f"Means of {EXPLAINED} worlds, as in the text above, so that they add up. Whiskers: 80 % of "
        "worlds. Alignment moves when any power's pull moves: another power's gain is this one's loss. "
        "Parts below a twentieth of a point, whiskers included, are left out.",
    }


def without(visit: Visit, event: str, report: Reporter) -> Without | None:
    """The same worlds with the event left out, against those with it."""
    scenario, view, engine = visit.scenario, visit.view.value, visit.services.engine
    if event not in scenario.events:
        return None
    own = tuple(one for one in view.ranges if not one[0].startswith(f"events.{event}."))
    asks = visit.services.asks(view.changed(ranges=own), scenario, scenario.without_events(event))
    if view.sector == "overall":
        runs = [engine.kept(ask, report).result for ask in asks]
    else:
        runs = [engine.ensemble(ask, report) for ask in asks]
    paired = Comparison(("with", "without"), runs)
    gap = difference_payload(runs[1], runs[0], view.sector) | {
        "heading": "Effect of leaving it out",
        "caption": "Alignment without the event minus alignment with it, in points, in the "
        f"same {WORLDS} worlds with the same luck. Bands: the middle 50 and 80 % of worlds.",
    }
    return Without(event, gap, paired.headline())


@solara.component
def Why(visit: Visit, theme: str) -> None:
    """Which republic's alignment with which power, from when to when; the waterfall; the ledger and its events."""
    view, scenario = visit.view.value, visit.scenario
    since, until = span(visit)
    republic = view.republic or next(iter(scenario.republics))
    power = view.power or next(iter(scenario.powers))
    job = use_job((scenario.hash, view.sector, since, until, *view.asked), lambda report: reasons(visit, report))
    Guarded("choices", lambda: Choose(visit, republic, power, since, until))
    value = job.value
    with box(
        "app-card app-said",
        hash=scenario.hash,
        seed=view.seed,
        republic=republic,
        power=power,
        ready=value is not None and job.done is None,
    ):
        with box("app-top"):
            words("Why", tag="h1")
            Running(job.done, f"Explaining {EXPLAINED} worlds")
        with rv.Html(tag="div", attributes={"aria-live": "polite"}):
            words(value.paragraphs.get((republic, power), "") if value else "Explaining …", "app-say")
        if value:
            words(f"{EXPLAINED} of the worlds that the other pages show, seed {view.seed}. {value.held}", "app-note")
    if job.problem:
        Message(job.problem, title="The change cannot be explained")
    if value is not None:
        Guarded(
            "waterfall",
            lambda: panels.Waterfall.element(run=waterfall(value, scenario, republic, power), theme=theme, group="why"),
            token=(republic, power),
        ).key("waterfall")
    # keys, here and below: what is inserted above must not have widgets below it made anew, in the middle of a click
    Guarded("history without an event", lambda: History(visit, theme), token=view.event).key("history")


@solara.component
def Choose(visit: Visit, republic: str, power: str, since: int, until: int) -> None:
    """Republic, power, span, sector."""
    scenario = visit.scenario
    labels = month_labels(scenario.start, scenario.months)

    def chosen(ask: dict[str, Any]) -> None:
        value = ask["value"]
        if ask["id"] == "since":
            visit.look(since=int(value), until=0 if until <= int(value) else until)
        elif ask["id"] == "until":
            visit.look(until=int(value) if int(value) < scenario.months else 0, since=min(since, int(value) - 1))
        else:
            visit.look(**{ask["id"]: value})

    def months(first: int, last: int) -> list[list[str]]:
        return [[str(t), "Day one" if t == 0 else month_words(labels[t])] for t in range(first, last)]

    controls.Fields.element(
        on_asked=chosen,
        show={
            "label": "What is explained",
            "fields": [
                {
                    "id": "republic",
                    "kind": "select",
                    "label": scenario.words.heading,
                    "value": republic,
                    "options": [[code, spec.name] for code, spec in scenario.republics.items()],
                },
                {
                    "id": "power",
                    "kind": "select",
                    "label": "Power",
                    "value": power,
                    "options": [[code, spec.name] for code, spec in scenario.powers.items()],
                },
                {
                    "id": "since",
                    "kind": "select",
                    "label": "From",
                    "value": str(since),
                    "options": months(0, scenario.months),
                },
                {
                    "id": "until",
                    "kind": "select",
                    "label": "To",
                    "value": str(until),
                    "options": months(1, scenario.months + 1),
                },
                {
                    "id": "sector",
                    "kind": "tabs",
                    "label": "Sector",
                    "value": visit.view.value.sector,
                    "options": tabs(scenario),
                },
            ],
        },
    )


@solara.component
def History(visit: Visit, theme: str) -> None:
    """The ledger, and the history without the event chosen in it."""
    view, scenario, picture = visit.view.value, visit.scenario, visit.picture.value
    job = use_job(
        (scenario.hash, view.sector, view.event, *view.asked), lambda report: without(visit, view.event, report)
    )
    gone = job.value if job.value is not None and job.value.event == view.event else None

    def chosen(ask: dict[str, Any]) -> None:
        visit.look(event=ask["value"] if ask["id"] == "event" else "")

    def clicked(what: dict[str, Any]) -> None:
        if what.get("event"):
            visit.look(event=str(what["event"]))

    options = [["", "none: choose one, or click it in the ledger"]]
    options += [
        [name, f"{spec.date_label or 'by chance'}  {spec.about or name.replace('-', ' ')}"[:90]]
        for name, spec in scenario.events.items()
    ]
    # one container from the start: roots that become more than one are put into a new one, with all widgets made anew
    with solara.Column():
        with box("app-card", event=view.event, ready=gone is not None):
            with box("app-top"):
                words("Without an event", tag="h3")
                Running(job.done, "Running it again without the event")
            controls.Fields.element(
                on_asked=chosen,
                show={
                    "label": "Event",
                    "fields": [
                        {
                            "id": "event",
                            "kind": "select",
                            "label": "Event left out",
                            "value": view.event,
                            "options": options,
                            "wide": True,
                        }
                    ],
                },
            )
            if gone is not None:
                words(f"Without it: {gone.headline}", "app-say")
            elif view.event:
                words("Running the same worlds without it …", "app-say")
        if job.problem:
            Message(job.problem, title="The worlds cannot be run without it")
        if gone is not None:
            Guarded("difference", lambda: show(panels.DifferenceFan, visit, theme, gone.gap), token=gone.gap["id"]).key(
                "difference"
            )
        if picture is not None:
            run = picture.payload
            Guarded("player", lambda: show(panels.Player, visit, theme, run, on_clicked=clicked), token=run["id"]).key(
                "player"
            )
            Guarded(
                "ledger", lambda: show(panels.Ledger, visit, theme, named(run), on_clicked=clicked), token=run["id"]
            ).key("ledger")
