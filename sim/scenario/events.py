"""Checks of the events of a scenario: when they happen, whom they name, and what they do."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sim.scenario import conditions
from sim.scenario.dates import DATES, month_label, month_of
from sim.scenario.errors import nearest, printable
from sim.scenario.merge import Collector, Draft, Leaf, Place, nearest_actor, number, what_value
from sim.scenario.paths import EVENT_ID, MAX_MONTHS, Path, dotted, one_of
from sim.scenario.possible import calendar, check_possible, circles, earliest, texts
from sim.scenario.table import SECTORS

NEEDS_POWERS = ("strain", "respect", "budget", "pull", "pledge", "aid", "loss", "grievance", "relief", "tone")
"""Effects of an event that say something about a power."""

SHOWN = 3
"""Events without their actors that are named one by one; more are counted."""

_ONE = {"powers": "power", "republics": "republic", "sectors": "sector"}


def check_events(draft: Draft, collect: Collector, powers: Sequence[str], republics: Sequence[str]) -> None:
    """Every problem of the events, one event after the other."""
    span, orphans, members = _span(draft), list[str](), _members(draft)
    _no_circles(members, collect)
    wrong: set[str] = set()
    for event, leaves in members.items():
        path, known = ("events", event), len(collect.problems)
        if not re.fullmatch(EVENT_ID, event) or len(event) > 64:
            near = re.sub(r"[^a-z0-9]+", "-", event.lower()[:100]).strip("-")
            collect.add(
                draft.key_place(path),
                path,
                f"the event id {printable(event)!r}",
                "small letters, digits and dashes, a letter first, at most 64",
                near if re.fullmatch(EVENT_ID, near) and len(near) <= 64 else None,
            )
        if path in draft.maps:
            found = Collector()
            valid = {"powers": powers, "republics": republics, "sectors": SECTORS}
            _Event(draft, found, path, leaves, valid, list(members)).check(span)
            who = {dotted((*path, key)) for key in ("host", "powers", "republics")} if event in draft.orphans else set()
            told = [problem for problem in found.problems if problem.path not in who]
            orphans += [event] if len(told) < len(found.problems) else []
            collect.extend(told)
        if len(collect.problems) > known:
            wrong.add(event)
    if orphans:
        _tell_orphans(draft, collect, orphans)
    if span:
        check_possible(members, collect, span, wrong.union(orphans))  # else one mistake would be told twice


def _members(draft: Draft) -> dict[str, dict[Path, Leaf]]:
    """The values of each event, by the rest of their path."""
    members: dict[str, dict[Path, Leaf]] = {event: {} for event in draft.names("events")}
    for path, leaf in draft.leaves.items():
        if path[0] == "events" and len(path) > 2:
            members[path[1]][path[2:]] = leaf
    return members


def _tell_orphans(draft: Draft, collect: Collector, events: Sequence[str]) -> None:
    """One problem for all inherited events that are about none but dropped actors."""
    some = [f"{event} ({draft.orphans[event][0]})" for event in events[:SHOWN]]
    more = f" and {len(events) - SHOWN} more" if len(events) > SHOWN else ""
    what = "1 event that needs" if len(events) == 1 else f"{len(events)} events that need"
    collect.add(
        draft.orphans[events[0]][1],
        ("events",),
        f"{what} an actor who is dropped: {', '.join(some)}{more}",
        f"other actors for them, or the events dropped too ({events[0]}: null)",
    )


def _span(draft: Draft) -> tuple[int, int] | None:
    """First month of the run and the first month after it, where the file says them well."""
    start, months = draft.leaves.get(("start",)), draft.leaves.get(("months",))
    first = month_of(start.value, day_allowed=False) if start else None
    length = number(months.value) if months else None
    if first is None or length is None or not 1 <= length <= MAX_MONTHS:
        return None
    return first, first + int(length)


def needed(leaf: Leaf | None) -> list[str]:
    """The events among the conditions of a leaf."""
    found = (conditions.read(text) for text, _ in texts(leaf))
    return [condition.event for condition in found if condition and condition.event]


def _no_circles(members: dict[str, dict[Path, Leaf]], collect: Collector) -> None:
    """No event waits, through others, for itself: none of them could ever happen."""
    needs = {event: needed(leaves.get(("if",))) for event, leaves in members.items()}
    # an event that waits for itself alone is told where it does
    waits = {
        event: [other for other in others if other in members and other != event] for event, others in needs.items()
    }
    for circle in circles(waits):
        first = circle.index(next(event for event in members if event in circle))
        turned = [*circle[first:], *circle[: first + 1]]
        leaf = members[turned[0]]["if",]
        found = f"a circle ({' if '.join(map(printable, turned))})"
        collect.add(leaf.place, ("events", turned[0], "if"), found, "events of which one can happen first")


def late_events(draft: Draft) -> list[str]:
    """Events that begin beyond the end of a run that was shortened, or wait so long, but not beyond its end before."""
    span = _span(draft)
    if span is None or draft.longest <= span[1] - span[0]:
        return []
    first = earliest(calendar(_members(draft), span[0]))
    return [event for event, month in first.items() if span[1] <= month < span[0] + draft.longest]


class _Event:
    """One event under review; ``leaves`` are its values by the rest of their path."""

    def __init__(
        self,
        draft: Draft,
        collect: Collector,
        path: Path,
        leaves: dict[Path, Leaf],
        valid: dict[str, Sequence[str]],
        events: Sequence[str],
    ) -> None:
        self.draft, self.collect, self.path, self.leaves, self.valid = draft, collect, path, leaves, valid
        self.events = events

    def get(self, key: str) -> Leaf | None:
        """The value of a key, if it is given and no mapping."""
        return self.leaves.get((key,))

    def check(self, span: tuple[int, int] | None) -> None:
        """All checks of the event."""
        self.when()
        self.again()
        self.window(span)
        self.conditions(span)
        self.who()
        self.summit()
        self.effects()

    def when(self) -> None:
        """Either a date or a chance."""
        date, chance, on = self.get("date"), self.get("chance"), self.get("on")
        probability, before = self.get("probability"), self.get("before")
        if date and chance:
            self.collect.add(
                chance.key,
                (*self.path, "chance"),
                "a chance beside a date",
                "'date' for an event of a fixed month or 'chance' for a random one, not both",
            )
        elif chance and probability:
            self.collect.add(
                probability.key,
                (*self.path, "probability"),
                "a probability beside a chance",
                "'chance' for a monthly chance or 'probability' for one over the whole window, not both",
            )
        elif not date and probability and not before:
            self.collect.add(
                probability.key,
                (*self.path, "probability"),
                "a probability of no time",
                "'date', or 'before' (and 'after') for the months over which it holds",
            )
        elif not date and not chance and not probability:
            self.collect.add(
                self.draft.key_place(self.path),
                self.path,
                "an event without a time",
                "'date' (a fixed month), 'chance' (a monthly chance) or 'probability' (over a window)",
            )
        if on and 0 < (number(on.value) or 0) < 1:
            self.collect.add(on.place, (*self.path, "on"), what_value(on.value, on.text), "0 or 1")
        for key in ("after", "before"):
            leaf = self.get(key)
            if leaf and not chance and (date or not probability):
                self.collect.add(
                    leaf.key,
                    (*self.path, key),
                    f"'{key}' without 'chance'",
                    f"'{key}' only beside 'chance', or beside 'probability' without 'date'",
                )

    def again(self) -> None:
        """Only a dated event comes every so many months, and only what can come again may be limited."""
        date, every, repeats = self.get("date"), self.get("every"), self.get("repeats")
        if every and not date:
            self.collect.add(every.key, (*self.path, "every"), "'every' without 'date'", "'every' only beside 'date'")
        if repeats and date and not every:
            self.collect.add(
                repeats.key, (*self.path, "repeats"), "'repeats' at a single date", "'every' as well, or no 'repeats'"
            )
        for key, leaf in (("every", every), ("repeats", repeats)):
            value = number(leaf.value) if leaf else None
            if leaf and value is not None and (value != int(value) or (key == "every" and value == 0.0)):
                expected = "a whole number" + (", 1 or more, or no 'every'" if key == "every" else "")
                self.collect.add(leaf.place, (*self.path, key), what_value(leaf.value, leaf.text), expected)

    def conditions(self, span: tuple[int, int] | None) -> None:
        """Conditions can be read, and name actors and events that exist; no event is a condition of itself."""
        for key in ("if", "unless"):
            for text, place in texts(self.get(key)):
                found = conditions.read(text)
                at = (*self.path, key)
                if found is None:
                    self.collect.add(place, at, f"the condition {printable(text)!r}", conditions.EXPECTED)
                elif found.event:
                    self._other(found.event, place, at)
                else:
                    for section, code in (("republics", found.republic), ("powers", found.power)):
                        if code not in self.valid[section]:
                            self.collect.add(
                                place,
                                at,
                                f"the unknown {_ONE[section]} {printable(code)!r} in {printable(text)!r}",
                                one_of(self.valid[section]),
                                nearest_actor(self.draft, section, code, self.valid[section]),
                            )
                    if span and found.since is not None and not span[0] <= found.since < span[1]:
                        self.collect.add(
                            place,
                            at,
                            f"{month_label(found.since)}, outside the run",
                            f"a month from {month_label(span[0])} to {month_label(span[1] - 1)}",
                        )
        for text, place in texts(self.get("excludes")):
            self._other(text, place, (*self.path, "excludes"))

    def _other(self, event: str, place: Place, path: Path) -> None:
        if event == self.path[1]:
            self.collect.add(place, path, "the event itself", "another event")
        elif event not in self.events:
            self.collect.add(
                place, path, f"the unknown event {printable(event)!r}", one_of(self.events), nearest(event, self.events)
            )

    def window(self, span: tuple[int, int] | None) -> None:
        """Dates lie inside the run, and 'before' lies after 'after'."""
        months: dict[str, int] = {}
        for key in DATES:
            leaf = self.get(key)
            month = month_of(leaf.value, day_allowed=key == "date") if leaf else None
            if leaf is None or month is None:
                continue
            months[key] = month
            first, last = (span[0], span[1] - 1) if span else (month, month)
            if span and key == "before":  # a window may reach beyond the run
                first, last = first + 1, first + MAX_MONTHS
            if not first <= month <= last:
                self.collect.add(
                    leaf.place,
                    (*self.path, key),
                    f"{leaf.value}, outside the run",
                    f"a month from {month_label(first)} to {month_label(last)}",
                )
        before = self.get("before")
        if before and "after" in months and months.get("before", months["after"] + 1) <= months["after"]:
            self.collect.add(
                before.place,
                (*self.path, "before"),
                f"{before.value}, not later than 'after' ({month_label(months['after'])})",
                "a month later than 'after'",
            )

    def who(self) -> None:
        """Lists name actors and sectors that exist."""
        for key, names in self.valid.items():
            leaf = self.get(key)
            if leaf is None or not isinstance(leaf.value, list):
                continue
            if not leaf.value and key != "powers":
                self.collect.add(
                    leaf.place, (*self.path, key), "an empty list", f"at least one, or no '{key}' for all of them"
                )
            for item, place in zip(map(str, leaf.value), leaf.items, strict=True):
                if item not in names:
                    self.collect.add(
                        place,
                        (*self.path, key),
                        f"the unknown {_ONE[key]} {printable(item)!r}",
                        one_of(names),
                        nearest_actor(self.draft, key, item, names),
                    )

    def summit(self) -> None:
        """A summit has a host; nothing else has a host or a tone."""
        kind, host, tone = self.get("kind"), self.get("host"), self.get("tone")
        if kind and kind.value == "summit":
            if host is None:
                self.collect.add(
                    self.draft.key_place(self.path),
                    (*self.path, "host"),
                    "nothing",
                    "the republic that hosts the summit",
                )
            elif isinstance(host.value, str) and host.value not in self.valid["republics"]:
                self.collect.add(
                    host.place,
                    (*self.path, "host"),
                    f"the host {printable(host.value)!r}",
                    f"a republic: {one_of(self.valid['republics'])}",
                    nearest_actor(self.draft, "republics", host.value, self.valid["republics"]),
                )
        elif kind and isinstance(kind.value, str):
            for key, leaf in (("host", host), ("tone", tone)):
                if leaf:
                    self.collect.add(
                        leaf.key,
                        (*self.path, key),
                        f"'{key}' at an event of kind {printable(kind.value)!r}",
                        f"'{key}' only where kind is summit",
                    )

    def effects(self) -> None:
        """An effect on or by powers says which."""
        powers = self.get("powers")
        if powers and powers.value != []:
            return
        felt = {
            key: leaf
            for key, leaf in self.leaves.items()
            if key[0] in NEEDS_POWERS and (number(leaf.value) or key == ("tone",))
        }
        if felt:
            names = ", ".join(printable(dotted(key)) for key in list(felt)[:6])
            self.collect.add(
                next(iter(felt.values())).key,
                (*self.path, "powers"),
                f"no power for the effect of {names}",
                "'powers', a list of those it is about",
            )
