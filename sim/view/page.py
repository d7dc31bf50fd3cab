"""The dashboard: header, levers, pages. Every visitor has a ``Visit`` of his own; the module holds what all share."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import reacton.ipyvuetify as rv
import solara
import solara.lab

from sim.view import catalogue, controls
from sim.view.components import Guarded, Message, box
from sim.view.panels import Sealed
from sim.view.visit import Services, Visit

services = Services() if catalogue.offered is None else Services(catalogue.offered)
"""Engine and catalogue of this server."""

WITH_LEVERS = ("explore", "compare", "why")


def page_of(name: str) -> Callable[[Visit, str], Any]:
    """The component of a page; the first page need not wait for what the others import."""
    page: Callable[[Visit, str], Any] = getattr(import_module(f"sim.view.pages.{name}"), name.capitalize())
    return page


@solara.component
def Whole() -> None:
    """The whole page of one visitor."""
    search = solara.use_router().search
    visit = solara.use_memo(lambda: Visit(services, search), [])

    def come_and_go() -> Any:
        visit.run(dict(visit.view.value.changes))
        return visit.close

    solara.use_effect(come_and_go, [])
    theme, set_theme = solara.use_state("dark" if solara.lab.theme.dark_effective else "light")
    shown = visit.view.value.page
    with box("app", page=shown, theme=theme):
        controls.Header.element(
            show=visit.header(), on_asked=visit.hear, on_theme=lambda name: set_theme(name or "light")
        )
        with box("app-body" if shown in WITH_LEVERS else "app-body app-alone"):
            if shown in WITH_LEVERS:
                with box("app-side"):
                    Guarded("levers", lambda: Side(visit))
            with rv.Html(tag="main", class_="app-main", attributes={"id": "app-main", "tabindex": "-1"}):
                if visit.problem.value:
                    Message(visit.problem.value)
                Guarded("page", lambda: page_of(shown)(visit, theme), token=shown).key("page")


@solara.component
def Side(visit: Visit) -> None:
    """The levers."""
    controls.Levers.element(show=Sealed(visit.levers()), on_asked=visit.hear)
