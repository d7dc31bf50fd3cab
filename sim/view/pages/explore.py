"""Explore: where the alignment goes, month by month, in many worlds."""

from __future__ import annotations

from typing import Any

import reacton.ipyvuetify as rv
import solara

from sim.runs.words import capital
from sim.scenario import SECTORS, Scenario
from sim.view import controls, panels
from sim.view.components import Guarded, Running, box, words
from sim.view.payload import Payload
from sim.view.visit import Picture, Visit

GROUP = "sim"
"""All panels of the page keep in step."""
UNDER = (
    ("map", panels.MapPanel),
    ("triangle", panels.Triangle),
    ("fans", panels.Fans),
    ("grievances", panels.Grievances),
    ("projects", panels.Projects),
    ("deliveries", panels.Deliveries),
    ("ledger", panels.Ledger),
)


def tabs(scenario: Scenario) -> list[list[str]]:
    """The choice of a sector, as the scenario calls them."""
    return [["overall", "Overall"], *([name, capital(scenario.words.sector(name))] for name in SECTORS)]


@solara.component
def Explore(visit: Visit, theme: str) -> None:
    """Sentence, player, map, triangle, fans, grievances, projects, deliveries, ledger."""
    picture = visit.picture.value
    Said(visit)
    Choices(visit)
    # without a run too: the browser takes in the panels while the first one is under way
    run, before = (picture.payload, picture.before) if picture else ({}, None)
    token = run.get("id")
    Guarded("player", lambda: show(panels.Player, visit, theme, run, before), token=token)
    made = {name: (lambda kind=kind: show(kind, visit, theme, named(run), named(before))) for name, kind in UNDER}
    with box("app-two"):
        for name in ("map", "triangle"):
            Guarded(name, made[name], token=token)
    for name in ("fans", "grievances", "projects"):
        Guarded(name, made[name], token=token)
    with box("app-two app-even"):
        for name in ("deliveries", "ledger"):
            Guarded(name, made[name], token=token)


def named(run: Payload | None) -> Payload:
    """A payload by its name (the browser has it whole from the player); {} for none."""
    return {"id": run["id"]} if run else {}


def show(kind: Any, visit: Visit, theme: str, run: Payload, before: Payload | None = None, **traits: Any) -> Any:
    """A panel that follows the view and tells it what is chosen in the panel."""
    view = visit.view.value

    def clicked(what: dict[str, Any]) -> None:
        if what.get("event"):
            visit.clicked.set(str(what["event"]))

    return kind.element(
        **(
            {
                "run": panels.Sealed(run),
                "baseline": panels.Sealed(before or {}),
                "month": visit.month,
                "focus": view.republic,
                "power": view.power,
                "sector": view.sector,
                "world": max(view.world, 0),
                "theme": theme,
                "group": GROUP,
                "on_month": visit.turn,
                "on_focus": lambda code: visit.look(republic=code),
                "on_power": lambda code: visit.look(power=code),
                "on_clicked": clicked,
            }
            | traits
        )
    )


@solara.component
def Said(visit: Visit) -> None:
    """The outcome in a sentence, and how it was computed."""
    picture, view, base = visit.picture.value, visit.view.value, visit.base
    facts: dict[str, object] = {}
    if picture is not None:
        facts = {
            "hash": picture.scenario.hash,
            "seed": picture.seed,
            "worlds": picture.worlds,
            "run": picture.payload["id"],
            "months": picture.scenario.months,
        }
    with box("app-card app-said", **facts):
        with box("app-top"):
            words(base.title, tag="h1")
            Running(visit.progress.value)
        with rv.Html(tag="div", attributes={"aria-live": "polite"}):
            words(_sentence(picture, view.republic) if picture else "Running 500 worlds …", "app-say")
        if picture is not None:
            words(_found(picture), "app-note")
        coarse = picture is not None and picture.payload["coarse"]
        controls.Split.element(show={**picture.split, "old": coarse} if picture else {}).key("split")
        _Clicked(visit)


def _sentence(picture: Picture, republic: str) -> str:
    return picture.sentences.get(republic) or picture.sentences[""]


def _found(picture: Picture) -> str:
    how = f"{picture.worlds} worlds, seed {picture.seed}"
    if picture.changed:
        how += ", against the same worlds without the changes (faint outlines)"
    elif picture.before is not None:
        how += "; faint outlines: without your own ranges"
    more = " Move a lever to see what it changes." if picture.before is None else ""
    return f"{how}. In brackets: 80 % of worlds. {picture.held}{more}"


@solara.component
def _Clicked(visit: Visit) -> None:
    """The event last clicked, and the way to its explanation."""
    name, events = visit.clicked.value, visit.scenario.events
    if name not in events:
        return

    def answer(ask: dict[str, Any]) -> None:
        if ask["id"] == "without":
            visit.look(page="why", event=name)
        else:
            visit.clicked.set("")

    with box("app-event"):
        words(events[name].about or name.replace("-", " "), "app-note")
        controls.Fields.element(
            on_asked=answer,
            show={
                "label": "Event",
                "fields": [
                    {"id": "without", "kind": "button", "label": "Run the worlds without it"},
                    {"id": "close", "kind": "button", "label": "Close"},
                ],
            },
        )


@solara.component
def Choices(visit: Visit, worlds: bool = True) -> None:
    """Sector and the world followed."""
    view, picture = visit.view.value, visit.picture.value

    def chosen(ask: dict[str, Any]) -> None:
        if ask["id"] == "sector":
            visit.look(sector=ask["value"])
        elif ask["id"] == "world":
            last = picture.payload["follow"]["world"] if picture else 0
            visit.look(world=-1 if ask["value"] == "typical" else (last + 1) % visit_worlds(picture))
            visit.run(dict(view.changes))

    fields: list[dict[str, Any]] = [
        {"id": "sector", "kind": "tabs", "label": "Sector", "value": view.sector, "options": tabs(visit.base)}
    ]
    if worlds and picture is not None:
        fields.append(
            {
                "id": "world",
                "kind": "button",
                "value": "next",
                "label": "Follow another world",
                "title": f"Now world {picture.payload['follow']['world']}",
            }
        )
        if view.world >= 0:
            fields.append({"id": "world", "kind": "button", "value": "typical", "label": "Follow the typical world"})
    controls.Fields.element(show={"label": "What is shown", "fields": fields}, on_asked=chosen)


def visit_worlds(picture: Picture | None) -> int:
    """Worlds there are to follow."""
    return picture.worlds if picture is not None else 1
