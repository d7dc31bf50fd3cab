"""Small pieces the pages are made of: boxes, words, messages, and a guard that keeps an error in its place."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import reacton
import reacton.ipyvuetify as rv
import solara

if TYPE_CHECKING:
    import pandas as pd

logger = logging.getLogger("sim.view")
UNIT = re.compile(r"(?<=\d) (?=%|(?:percentage )?points?\b)")


def box(classes: str, **data: object) -> Any:
    """A division of the page; ``data`` becomes data attributes."""
    return rv.Html(
        tag="div",
        class_=classes,
        attributes={f"data-{name.replace('_', '-')}": str(value) for name, value in data.items()},
    )


def words(text: str, classes: str = "", tag: str = "p", **attributes: str) -> Any:
    """Text, shown as it is, but no line ends between a number and its unit."""
    return rv.Html(tag=tag, class_=classes, children=[unbroken(text)], attributes=attributes)


def unbroken(text: str) -> str:
    """A text in which numbers hold on to their units."""
    return UNIT.sub("\u00a0", text)


@solara.component
def Message(text: str, title: str = "") -> None:
    """Something that went wrong, in words."""
    with rv.Html(tag="div", class_="app-card app-problem", attributes={"role": "alert"}):
        if title:
            words(title, tag="h3")
        words(text)


@solara.component
def Guarded(name: str, make: Callable[[], Any], token: object = None) -> None:
    """What ``make`` makes, or a message in its place where that fails; tried again when ``token`` changes."""
    problem, clear = reacton.use_exception()
    solara.use_effect(clear, [token])
    if problem is not None:
        logger.error("%s could not be shown", name, exc_info=problem)
        Message(f"{type(problem).__name__}: {problem}", title=f"The {name} cannot be shown")
        return
    Inner(make)


@solara.component
def Inner(make: Callable[[], Any]) -> None:
    """Runs ``make`` as a component of its own, so that its errors can be caught."""
    make()


@solara.component
def Running(done: float | None, what: str = "Running 500 worlds") -> None:
    """How far a run has come; nothing where none runs."""
    with rv.Html(tag="div", class_="app-running", attributes={"aria-live": "polite"}):
        if done is not None:
            rv.Html(tag="progress", attributes={"max": "1", "value": f"{done:.2f}", "aria-label": what})
            words(f"{what}, {100 * done:.0f} % done", tag="span")


@solara.component
def Table(
    title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], left: Sequence[int] = (0,), note: str = ""
) -> None:
    """Numbers in rows; the columns ``left`` hold words."""

    def cell(tag: str, place: int, text: str) -> Any:
        return rv.Html(
            tag=tag,
            class_="" if place in left else "app-n",
            children=[unbroken(text)],
            attributes={"scope": "col"} if tag == "th" else {},
        )

    with box("app-card"):
        words(title, tag="h3")
        if note:
            words(note, "app-note")
        with box("app-scroll"):
            rv.Html(
                tag="table",
                class_="app-table",
                children=[
                    rv.Html(
                        tag="thead",
                        children=[rv.Html(tag="tr", children=[cell("th", i, head) for i, head in enumerate(heads)])],
                    ),
                    rv.Html(
                        tag="tbody",
                        children=[
                            rv.Html(tag="tr", children=[cell("td", i, text) for i, text in enumerate(row)])
                            for row in rows
                        ],
                    ),
                ],
            )


def rows_of(frame: pd.DataFrame) -> Iterable[Any]:
    """Rows of a table, their columns as attributes."""
    return frame.itertuples()
