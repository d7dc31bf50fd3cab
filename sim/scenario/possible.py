"""Whether events can ever happen: conditions that can never hold, never matter, or never hold together.

Only what no luck and no number that may be varied could change is refused: months, bounds of what is measured, events
that must have happened, events that exclude each other. An event that is switched off (``on: 0``) is no mistake.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from math import inf

from sim.scenario import conditions
from sim.scenario.conditions import GRIEVANCE, Condition
from sim.scenario.dates import month_label, month_of
from sim.scenario.errors import printable
from sim.scenario.merge import Collector, Leaf, Place, number
from sim.scenario.paths import Path

Members = Mapping[str, Mapping[Path, Leaf]]
"""Values of each event by the rest of their path."""
Said = tuple[Condition, str, Place]
"""A condition, the key below which it stands, and where."""

TOGETHER = "conditions that can hold in the same month"


@dataclass
class Event:
    """When an event may happen, and what it waits for."""

    name: str
    first: int
    """Its own earliest month, whatever it waits for."""
    last: float
    """Its own latest month; infinite where only the end of the run bounds it."""
    never: str = ""
    """The number that keeps chance from ever bringing it, in words."""
    needs: list[Said] = field(default_factory=list)
    unless: list[Said] = field(default_factory=list)
    excludes: list[tuple[str, Place]] = field(default_factory=list)
    guests: tuple[Collection[str] | None, Collection[str]] | None = None
    """Of a summit: its republics (None: all) and powers."""

    @property
    def waits(self) -> list[str]:
        """The events that must have happened before."""
        return [condition.event for condition, _, _ in self.needs if condition.event]


def texts(leaf: Leaf | None) -> list[tuple[str, Place]]:
    """The texts of a list, or of a single text, each with its place."""
    if leaf is None:
        return []
    if isinstance(leaf.value, list):
        return list(zip(map(str, leaf.value), leaf.items, strict=True))
    return [(leaf.value, leaf.place)] if isinstance(leaf.value, str) else []


def calendar(members: Members, start: int) -> dict[str, Event]:
    """The events that say well when they happen, in a run from month ``start``."""
    found = {}
    for name, leaves in members.items():
        month = {key: month_of(leaf.value) for key in ("date", "after", "before") if (leaf := leaves.get((key,)))}
        date = month.get("date")
        if None in month.values():
            continue
        first = date or month.get("after") or start
        last = inf if date is None or ("every",) in leaves else date
        before = month.get("before")
        event = found[name] = Event(name, first, before - 1 if before else last)
        for key, into in (("if", event.needs), ("unless", event.unless)):
            into += [(said, key, place) for text, place in texts(leaves.get((key,))) if (said := conditions.read(text))]
        event.excludes = [(text, place) for text, place in texts(leaves.get(("excludes",))) if text != name]
        odds = next((key for key in ("chance", "probability") if (key,) in leaves), None)
        if odds and number(leaves[odds,].value) == 0.0:
            event.never = f"{odds} is 0"
        if (kind := leaves.get(("kind",))) and kind.value == "summit":
            republics, powers = (leaf and leaf.value for leaf in map(leaves.get, (("republics",), ("powers",))))
            listed = powers if isinstance(powers, list) else ()
            there = list(map(str, republics)) if isinstance(republics, list) else None
            event.guests = (there, list(map(str, listed)))
    return found


def circles(waits: Mapping[str, Collection[str]]) -> list[list[str]]:
    """Circles of events, none in two, by what each event waits for: each event before the one that it waits for."""
    left, found = dict(waits), list[list[str]]()
    while True:
        try:
            TopologicalSorter(left).prepare()
            return found
        except CycleError as error:
            found.append(error.args[1][:0:-1])
            left |= dict.fromkeys(found[-1], ())


def in_turn(events: Mapping[str, Event]) -> list[str]:
    """Events after those that they wait for, without those that wait in a circle, which is told elsewhere."""
    waits = {name: [other for other in event.waits if other in events] for name, event in events.items()}
    round_ = {name for circle in circles(waits) for name in circle}
    order = TopologicalSorter({name: () if name in round_ else others for name, others in waits.items()})
    return [name for name in order.static_order() if name not in round_]


def earliest(events: Mapping[str, Event]) -> dict[str, int]:
    """The month before which each event cannot happen, for what it waits for; its own where that is a circle."""
    first = {name: event.first for name, event in events.items()}
    for name in in_turn(events):
        first[name] = max([first[name], *(first[other] + 1 for other in events[name].waits if other in events)])
    return first


def check_possible(members: Members, collect: Collector, span: tuple[int, int], wrong: Collection[str] = ()) -> None:
    """Every event whose conditions can never hold, or never matter.

    ``wrong``: events that have problems already; neither they nor what waits for them are told of again.
    """
    _Review(calendar(members, span[0]), collect, span, wrong).all()


class _Review:
    def __init__(
        self, events: dict[str, Event], collect: Collector, span: tuple[int, int], wrong: Collection[str]
    ) -> None:
        self.events, self.collect, self.end, self.wrong = events, collect, span[1] - 1, wrong
        self.broken = set(wrong)
        self.first = earliest(events)
        self.rivals: dict[str, set[str]] = {name: set() for name in events}
        for name, event in events.items():
            for other, _ in event.excludes:
                if other in events:
                    self.rivals[name].add(other)
                    self.rivals[other].add(name)

    def all(self) -> None:
        """Every condition by itself, or else the first clash of some; waiting for an event with a problem is none."""
        order = in_turn(self.events)
        circular = self.events.keys() - set(order)
        self.broken |= circular
        for name in (*sorted(circular), *order):
            if name in self.wrong:
                continue
            event = self.events[name]
            sound = self.broken.isdisjoint([name, *event.waits])
            found = [*self.each(event)] or ([*self.together(event)][:1] if sound else [])
            for place, key, what, expected in found:
                self.collect.add(place, ("events", name, key), what, expected)
            if found or not sound:
                self.broken.add(name)

    def before(self, event: Event) -> set[str]:
        """All that must have happened before an event, what it waits for and what that waits for."""
        found, todo = set[str](), list(event.waits)
        while todo:
            name = todo.pop()
            if name in self.events and name not in found:
                found.add(name)
                todo += self.events[name].waits
        return found

    def each(self, event: Event) -> Iterator[tuple[Place, str, str, str]]:
        """Conditions that can never hold, or always do, each by itself."""
        for condition, key, place in (*event.needs, *event.unless):
            last = min(event.last, self.end) if key == "if" else event.last
            comes = (
                f"a month before {month_label(int(last))}, the last in which this event may come" if last < inf else ""
            )
            if condition.event in self.broken:
                continue
            if condition.event in self.events:
                other, first = self.events[condition.event], self.first[condition.event]
                if other.never and key == "if":
                    yield place, key, f"{other.name!r}, whose {other.never}", "an event that can happen"
                elif first >= last:
                    found = f"{other.name!r}, which comes in {month_label(first)} at the earliest"
                    yield place, key, found, f"an event that may come in {comes}"
            elif condition.stance:
                if condition.since is not None and condition.since >= last:
                    yield place, key, f"a stance since {month_label(condition.since)}", comes
                elif not self.meeting(condition, event if key == "if" else None, last):
                    who = f"{condition.republic} meets {condition.power}"
                    found = f"{printable(condition.text)!r} without a summit before it at which {who}"
                    yield place, key, found, "the stance of a guest at an earlier summit"
            elif condition.what and (found := _idle(condition)):
                yield place, key, f"{printable(condition.text)!r}, which {found}", _bounds(condition)

    def meeting(self, condition: Condition, itself: Event | None, last: float) -> bool:
        """Whether a summit (but ``itself``) may come before, at which the republic can take a stance to the power.

        True also where an event has other problems: it may be that summit.
        """
        if self.wrong:
            return True
        for other in self.events.values():
            if other.guests is None or other is itself or self.first[other.name] >= last:
                continue
            republics, powers = other.guests
            if condition.power in powers and (republics is None or condition.republic in republics):
                return True
        return False

    def together(self, event: Event) -> Iterator[tuple[Place, str, str, str]]:
        """Conditions that can never hold together."""
        others = [*(c.event for c, _, _ in event.unless if c.event), *self.rivals[event.name]]
        clashes = any(self.rivals.get(name) for name in event.waits)
        before = self.before(event) if others or clashes else set[str]()
        for condition, key, place in event.unless:
            if condition.event in before:
                yield place, key, f"{condition.event!r}, which must have happened before this event", "another event"
        for other, place in event.excludes:
            if other in before:
                yield place, "excludes", f"{other!r}, which must have happened before this event", "another event"
        for condition, key, place in event.needs:
            name = condition.event
            if name and name in self.rivals[event.name]:
                yield place, key, f"{name!r}, which excludes this event", "an event that can come as well"
            elif name and (clash := self.rivals.get(name, set()) & before):
                yield place, key, f"{name!r} and {min(clash)!r}, which exclude each other", "events that can both come"
        yield from _ranges(event)
        for condition, key, place in event.unless:
            for need, _, _ in event.needs if condition.stance else ():
                same = (need.republic, need.power, need.stance) == (
                    condition.republic,
                    condition.power,
                    condition.stance,
                )
                if same and (condition.since or 0) <= (need.since or 0):
                    yield place, key, f"{condition.text!r}, which 'if' asks for", TOGETHER


def _ranges(event: Event) -> Iterator[tuple[Place, str, str, str]]:
    """Comparisons of one share or grievance that leave no value for it, and shares of one republic above 100 %."""
    bounds: dict[tuple[str, str, str], list[tuple[float, bool, str]]] = {}
    for condition, key, place in (*event.needs, *event.unless):
        if not condition.sign or condition.stance:
            continue
        above = (condition.sign[0] == ">") == (key == "if")
        strict = (len(condition.sign) == 1) == (key == "if")
        at = (condition.republic, condition.what, condition.power)
        low, high = bounds.setdefault(at, [(-inf, False, ""), (inf, False, "")])
        here = (condition.level, strict, condition.text)
        if above and (here[0], here[1]) > low[:2]:
            bounds[at][0] = low = here
        elif not above and (here[0], not here[1]) < (high[0], not high[1]):
            bounds[at][1] = high = here
        if low[0] > high[0] or (low[0] == high[0] and (low[1] or high[1])):
            other = high if above else low
            yield place, key, f"{printable(condition.text)!r} beside {printable(other[2])!r}", TOGETHER
        elif above and condition.what != GRIEVANCE:
            least = [span[0][0] for (*whose, _), span in bounds.items() if whose == list(at[:2]) and span[0][0] > 0.0]
            if sum(least) > 1.0:
                said = f"{condition.republic}'s shares above {100 * sum(least):g} % in all"
                yield place, key, said, "shares that can hold together, 100 % at most"


def _idle(condition: Condition) -> str:
    """Whether a comparison always holds or never does, in words; "" where it may do either."""
    above = condition.sign[0] == ">"
    if condition.what == GRIEVANCE:
        if condition.level == 0.0 and condition.sign in ("<", ">="):
            return "always holds" if above else "never holds"
        return ""
    if 0.0 < condition.level < 1.0:
        return ""
    return "never holds" if above == (condition.level >= 1.0) else "always holds"


def _bounds(condition: Condition) -> str:
    if condition.what == GRIEVANCE:
        return "a level above 0 points"
    asked = f", such as {condition.level:g} %" if 1.0 < condition.level < 100.0 else ""
    return f"a level between 0 and 100 %{asked}"
