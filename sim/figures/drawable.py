"""What the figures read of a result, said as protocols, and the few readings they share."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sim.figures import style
from sim.figures.palette import power_colors
from sim.runs.words import capital, initials
from sim.scenario.errors import BadInput


class Republic(Protocol):
    """A republic as the scenario describes it."""

    @property
    def name(self) -> str: ...


class Power(Republic, Protocol):
    """A power as the scenario describes it."""

    @property
    def color(self) -> str | None: ...


class Happening(Protocol):
    """An event as the scenario describes it; no republics named means all."""

    @property
    def kind(self) -> str: ...
    @property
    def about(self) -> str: ...
    @property
    def powers(self) -> Sequence[str] | None: ...
    @property
    def republics(self) -> Sequence[str] | None: ...


class Called(Protocol):
    """What a scenario calls things, see ``sim.scenario.models.Words``."""

    def spell(self, text: str) -> str: ...
    def sector(self, name: str) -> str: ...
    def alignment(self, sector: str) -> str: ...


class Described(Protocol):
    """A scenario."""

    @property
    def words(self) -> Called: ...

    @property
    def title(self) -> str: ...
    @property
    def powers(self) -> Mapping[str, Power]: ...
    @property
    def republics(self) -> Mapping[str, Republic]: ...
    @property
    def events(self) -> Mapping[str, Happening]: ...


class Asked(Protocol):
    """What was asked, see ``sim.runs.ask.Ask``."""

    @property
    def beside(self) -> Sequence[str]: ...


class Drawable(Protocol):
    """A result: see ``sim.runs.result.Result`` for the arrays and their axes."""

    @property
    def ask(self) -> Asked: ...
    @property
    def scenario(self) -> Described: ...
    @property
    def seed(self) -> int: ...
    @property
    def worlds(self) -> int: ...
    @property
    def dates(self) -> Sequence[str]: ...
    @property
    def republics(self) -> Sequence[str]: ...
    @property
    def powers(self) -> Sequence[str]: ...
    @property
    def typical_world(self) -> int: ...
    def array(self, name: str) -> NDArray[Any]: ...
    def leaders(self) -> Any: ...
    def stances(self) -> Any: ...
    def projects(self, world: int | None = None) -> Any: ...


@dataclass(frozen=True, slots=True)
class Mark:
    """An event that happened in the world shown; ``month`` counts as ``dates`` does."""

    month: int
    label: str
    summit: bool
    color: str
    republics: frozenset[str]


def colors(result: Drawable) -> dict[str, str]:
    """The colour of each power, by code."""
    specs = result.scenario.powers
    return power_colors({code: specs[code] for code in result.powers})


def power_name(result: Drawable, code: str, width: float, size: float, bold: bool = False) -> str:
    """A power's name, or where that is wider than ``width`` inches its initials (EU) if its alone, or its code."""
    names = {power: result.scenario.powers[power].name for power in result.powers}
    return style.name_of(initials(names)[code], names[code], width, size, bold)


def republic_name(result: Drawable, code: str, width: float, size: float, bold: bool = False) -> str:
    """A republic's name, or its code where the name is wider than ``width`` inches."""
    return style.name_of(code, result.scenario.republics[code].name, width, size, bold)


def spelling(scenario: Described) -> dict[str, str]:
    """Words that the descriptions and names of a scenario always write with capitals, by their small letters."""
    texts = [re.findall(r"\w+", event.about or "") for event in scenario.events.values()]
    small = {word for words in texts for word in words if word.islower()}
    named = [
        w
        for actors in (scenario.powers, scenario.republics)
        for actor in actors.values()
        for w in re.findall(r"\w+", actor.name)
    ]
    capital = [w for words in texts for i, w in enumerate(words) if i or w.isupper()] + named
    return {w.lower(): w for w in capital if not w.islower() and w.lower() not in small}


def event_name(event: str, spelled: dict[str, str]) -> str:
    """An event's id in plain words: ``eu-summit-2027`` as "EU summit 2027"."""
    words = [spelled.get(w, w.upper() if re.fullmatch(r"[a-z]{1,2}\d+", w) else w) for w in re.split(r"[-_]", event)]
    label = " ".join(words)
    return capital(label)


def label_room(result: Drawable, powers: Sequence[str], labels: Sequence[Sequence[str]]) -> float:
    """Inches that labels take beside the ends of lines, each after its power's name; by republic, then power."""
    return max(
        style.text_width(f"{power_name(result, power, 0.85, style.LABEL)} {text}", style.LABEL)
        for row in labels
        for power, text in zip(powers, row, strict=True)
    )


def republic_panel(
    fig: Figure,
    result: Drawable,
    code: str,
    box: style.Box,
    dates: Sequence[str],
    ylim: tuple[float, float],
    yticks: tuple[Sequence[float], Sequence[str]],
    room: float,
) -> Axes:
    """The panel of a republic under its name, months along it; ``room`` for labels at the right of it."""
    axes = style.panel(fig, box, (0, len(dates) - 1), ylim, xticks=style.month_ticks(dates, box.width), yticks=yticks)
    name = republic_name(result, code, box.width + room, style.PANEL, True)
    style.write(fig, box.left, box.top + 0.13, name, style.PANEL, bold=True)
    return axes


def span(result: Drawable) -> str:
    """First and last month that were run, in words."""
    first, last = style.month_name(result.dates[1]), style.month_name(result.dates[-1])
    return first if first == last else f"{first} to {last}"


def count(number: int, thing: str) -> str:
    """``1 world``, ``500 worlds``."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def footer(result: Drawable, world: int | None = None) -> str:
    """What the figure rests on: scenario, worlds, months, seed, the one world shown."""
    shown = "" if world is None else f" · world shown singly: no. {world}"
    return (
        f"{result.scenario.title} · {count(result.worlds, 'world')} of {count(len(result.dates) - 1, 'month')} · "
        f"seed {result.seed}{beside(result.ask)}{shown}"
    )


def beside(*asks: Asked, names: Sequence[str] = ("",)) -> str:
    """What was asked beside scenario, worlds, months and seed (classes, variations, posterior), for a footer.

    ``names`` of several asks: what is not the same for all is told of each.
    """
    told: list[str] = []
    for ask, name in zip(asks, names, strict=True):
        told += [text if all(text in one.beside for one in asks) else f"{text} in {name}" for text in ask.beside]
    return "".join(f" · {text}" for text in dict.fromkeys(told))


def happened(result: Drawable, world: int) -> list[Mark]:
    """The events of one world, by month; none where the run did not keep them."""
    tints = colors(result)
    try:
        fired = result.array("event")[:, :, world]
    except BadInput:
        return []
    events, spelled = list(result.scenario.events.items()), spelling(result.scenario)
    marks = []
    for month, place in np.argwhere(fired):
        code, spec = events[int(place)]
        powers = [p for p in (spec.powers or ()) if p in tints]
        marks.append(
            Mark(
                int(month) + 1,
                event_name(code, spelled),
                spec.kind == "summit",
                tints[powers[0]] if len(powers) == 1 else style.MUTED,
                frozenset(spec.republics or result.republics),
            )
        )
    return marks
