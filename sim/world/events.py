"""The calendar: dated and random events, summits among them. Every event is data; see the event rows of the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.scenario import Scenario
from sim.scenario.conditions import Condition, read
from sim.scenario.scenario import EventSpec
from sim.scenario.table import SECTORS
from sim.world import rules
from sim.world.conduct import Conduct
from sim.world.luck import HAPPENING, Streams
from sim.world.parameters import SINGLE, Actors
from sim.world.rules import counted
from sim.world.waiting import Felt, Waiting

Floats = NDArray[np.floating[Any]]
Flags = NDArray[np.bool_]

NEVER = np.iinfo(np.int32).max
LASTING = ("strain", "respect", "budget", "pull", "resolve")
"""Effects that build up over ``over`` months and hold for ``lasts``, as do changes of conduct; the others strike in the
month itself."""
ENGAGING = ("pledge", "aid", "loss")
FELT = ("relief", "grievance")
"""Effects that strike engagement, and grievance."""


@dataclass
class Happening:
    """One event in a batch of worlds: whom it touches and the month it fires in each world (NEVER where it has not).

    A dated event that is the same in all worlds has a worlds axis of length 1.
    """

    name: str
    spec: EventSpec
    values: dict[str, Floats]
    powers: list[int]
    republics: list[int]
    sectors: list[int]
    host: int | None
    date: NDArray[np.int64]
    """Month of a dated event, NEVER for another or where it is switched off, (w or 1,)."""
    plain: bool
    """Whether it happens once, on its date, whatever else happens."""
    fired: NDArray[np.int64]
    """The last month in which it happened; of a ``plain`` one the month in which it does."""
    row: int | None
    """Its place among the random events; a dated one needs no luck, unless it has a probability."""
    effects: frozenset[str]
    needs: list[Condition]
    unless: list[Condition]
    rivals: frozenset[str]
    """Events of which, with it, only the first to happen happens."""

    def __post_init__(self) -> None:
        wide = np.ix_(self.republics, self.powers, self.sectors, [0])
        self.cells = tuple(index.astype(np.intp) for index in wide[:3])
        """Republics, powers and sectors it touches, each to broadcast against worlds, (r, p, s, w)."""
        self.pull_on = tuple(index[..., 0] for index in self.cells)
        self.odds = self._odds() * (self.values["on"] > 0)
        """Chance of firing in a month in which it may, (w or 1,)."""
        self.times: NDArray[np.int64] = np.zeros(self.fired.shape, np.int64)
        """How often it has happened."""
        dated = self.spec.date is not None
        self.limit = np.full(1, np.inf) if dated and not self.spec.says("repeats") else np.floor(self.values["repeats"])
        self.bounded = not all(np.isnan(self.values[bound]).all() for bound in ("after", "before"))

    def does(self, effect: str) -> bool:
        """Whether the event has this effect in any world of the batch."""
        return effect in self.effects

    def _odds(self) -> Floats:
        """Chance of a month in which it may fire: as said, or the one that comes to its probability over the window."""
        if not self.spec.says("probability"):
            return self.values["chance"]
        probability = self.values["probability"]
        if self.spec.date is not None:
            return probability
        opens = np.maximum(np.nan_to_num(self.values["after"]), 0.0)
        return rules.monthly_chance(probability, np.maximum(self.values["before"] - opens, 1.0))

    def due(self, month: int, luck: Floats) -> Flags:
        """Worlds in which time and chance would have it happen, (w or 1,); ``luck`` is uniform (event, w)."""
        now: Flags
        if self.spec.date is not None:
            now = self.date == month
            if self.plain:
                return now
            every = np.floor(self.values["every"])
            again = (every > 0.0) & (month > self.date) & ((month - self.date) % np.maximum(every, 1.0) == 0.0)
            now = np.broadcast_to(now | again, self.fired.shape).copy()
            if self.row is not None and now.any():
                now &= luck[self.row] < self.odds
        else:
            now = luck[self.row] < self.odds
            if self.bounded and now.any():  # NaN: no bound
                now &= ~(month < self.values["after"]) & ~(month >= self.values["before"])
        if now.any():
            now &= self.times < self.limit
        return now

    def happen(self, now: Flags, month: int) -> None:
        """Note where it happens this month."""
        if not self.plain:
            self.fired[now] = month
            self.times[now] += 1

    def there(self, effect: str, worlds: NDArray[np.intp]) -> Floats:
        """Values of an effect in some worlds, (..., world or 1)."""
        values = self.values[effect]
        return values if values.shape[-1] == 1 else values[..., worlds]

    def intensity(self, month: int) -> Floats:
        """How much of the lasting effects holds this month, 0..1, (w or 1,)."""
        age = month - self.fired
        built = np.minimum((age + 1) / self.values["over"], 1.0)
        return np.where((age < 0) | (age >= self.values["lasts"]), 0.0, built)


@dataclass
class Month:
    """What the calendar says of one month: (p, w), (r, w), (r, p, w) or (r, p, s, w); None where nothing is changed."""

    strain: Floats
    respect: Floats
    boost: Floats
    pull: Floats | None = None
    resolve: Floats | None = None
    summit: Flags | None = None
    tone: Floats | None = None
    agenda: Floats | None = None
    moved: bool = False
    """Whether a number of conduct is another than last month."""
    fired: dict[int, Flags] = field(default_factory=dict)


class Calendar:
    """Turns the months: which events fire, and what holds of those that have.

    ``happenings`` has the events by their place in the scenario.
    """

    def __init__(self, scenario: Scenario, conduct: Conduct, actors: Actors, worlds: int, streams: Streams) -> None:
        parameters = conduct.parameters
        self._actors, self._start, self._conduct, self._power = actors, scenario.start, conduct, parameters.power
        self._shape = (len(actors.republics), len(actors.powers), len(SECTORS), worlds)
        self._streams = streams
        self._agenda_pull = parameters.rule["agenda_pull"]
        # in the order of their names, so that the order of a file changes nothing, not even a rounding
        self.happenings = {
            place: self._happening(name, scenario, parameters.event[name], actors, worlds)
            for place, name in sorted(enumerate(scenario.events), key=lambda item: item[1])
        }
        self._waiting = Waiting(
            {event.name: event for event in self.happenings.values()}, actors, scenario.start, worlds
        )

    @staticmethod
    def streams(scenario: Scenario, seed: int, worlds: NDArray[np.int64]) -> Streams:
        """Streams of chance of the scenario's random events, one an event."""
        return Streams(seed, worlds, [("event", name) for name in _at_random(scenario)], HAPPENING)

    @staticmethod
    def _happening(
        name: str, scenario: Scenario, values: dict[str, Floats] | object, actors: Actors, worlds: int
    ) -> Happening:
        assert isinstance(values, dict)
        spec = scenario.events[name]
        date = np.where(np.isnan(values["date"]) | (values["on"] <= 0), NEVER, values["date"]).astype(np.int64)
        rivals = {*spec.excludes, *(other for other, its in scenario.events.items() if name in its.excludes)}
        plain = spec.certain and not rivals and not spec.says("every")

        def places(named: object, codes: tuple[str, ...]) -> list[int]:
            wanted = list(codes) if named is None else [str(code) for code in named]  # type: ignore[attr-defined]
            return sorted(codes.index(code) for code in wanted)

        return Happening(
            name,
            spec,
            values,
            places(spec.powers, actors.powers) if spec.powers else [],
            places(spec.republics, actors.republics),
            places(spec.sectors, SECTORS),
            None if spec.host is None else actors.republics.index(spec.host),
            date,
            plain,
            date if plain else np.full(worlds, NEVER),
            _at_random(scenario).index(name) if spec.random else None,
            frozenset(name for name, value in values.items() if value.any()),
            [condition for text in spec.needs if (condition := read(text))],
            [condition for text in spec.unless if (condition := read(text))],
            frozenset(rivals),
        )

    def turn(self, month: int, felt: Felt) -> Month:
        """What holds in ``month`` (0 is the scenario's first); conditions look at what was ``felt`` last month."""
        w = self._shape[-1]
        luck = self._streams.draw("fires", month)[:, 0]
        due = {event.name: its for event in self.happenings.values() if (its := event.due(month, luck)).any()}
        self._waiting.remember(month, felt)
        happen = self._waiting.let(due, month, luck, felt)
        for event in self.happenings.values():
            if event.name in happen:
                event.happen(happen[event.name], month)
        moved = self._conduct.turn(month, self._degree(month))
        strain, respect = (
            np.repeat(x, w // x.shape[-1], axis=-1) for x in (self._power["strain"], self._power["respect"])
        )
        now = Month(strain, respect, np.ones_like(strain), moved=moved)
        for place, event in self.happenings.items():
            fired = happen.get(event.name)
            if fired is not None and fired.any():
                fired = now.fired[place] = fired if len(fired) == w else np.broadcast_to(fired, (w,))
                if event.spec.kind == "summit":
                    self._convene(event, fired, now)
            if not event.effects.isdisjoint(LASTING):
                self._hold(event, month, now)
        for share in (now.strain, now.respect):
            np.minimum(np.maximum(share, 0.0, out=share), 1.0, out=share)  # quicker than clip
        np.maximum(now.boost, 0.0, out=now.boost)
        return now

    def _degree(self, month: int) -> Callable[[str], Floats]:
        """To which degree an event's lasting changes hold this month, by its name."""
        named = {event.name: event for event in self.happenings.values()}
        return lambda name: named[name].intensity(month)

    def _hold(self, event: Happening, month: int, now: Month) -> None:
        intensity = event.intensity(month)
        if not intensity.any():
            return
        r, p, s, w = self._shape
        values = event.values
        for name, holds in (("strain", now.strain), ("respect", now.respect), ("budget", now.boost)):
            if event.does(name):
                holds[event.powers] += values[name] * intensity
        if event.does("pull"):
            if now.pull is None:
                now.pull = np.zeros((r, p, s, w), SINGLE)
            now.pull[event.pull_on] += values["pull"] * intensity
        if event.does("resolve"):
            if now.resolve is None:
                now.resolve = np.zeros((r, w), SINGLE)
            now.resolve[event.republics] += values["resolve"] * intensity

    def _convene(self, event: Happening, fired: Flags, now: Month) -> None:
        r, p, s, w = self._shape
        if now.summit is None or now.tone is None or now.agenda is None:
            now.summit = np.zeros((r, p, w), dtype=bool)
            now.tone = np.repeat(now.respect[None], r, axis=0)
            now.agenda = np.ones((r, p, s, w), SINGLE)
        here = np.ix_(event.republics, event.powers)
        now.summit[here] |= fired
        now.tone[here] = np.where(fired, event.values["tone"], now.tone[here])
        now.agenda[np.ix_(event.republics, event.powers, event.sectors)] += self._agenda_pull * fired

    def pledging(self, now: Month) -> bool:
        """Whether an event of this month pledges anything."""
        return any(self.happenings[place].does("pledge") for place in now.fired)

    def strike(self, now: Month, deals: Floats, grievance: Floats, pledges: Floats) -> Floats | None:
        """What this month's events do at once to ``deals``, ``pledges`` (r, p, s, w) and ``grievance`` (r, p, c, w).

        All in place. Returns what was delivered at once, (r, p, s, w) points, None where nothing was.
        """
        aid: Floats | None = None
        for place, fired in now.fired.items():
            event, few = self.happenings[place], np.flatnonzero(fired)
            if not event.effects.isdisjoint(ENGAGING):
                where = (*event.cells, few)
                if event.does("pledge"):
                    pledges[where] += counted(event.there("pledge", few))
                if event.does("aid"):
                    aid = np.zeros(deals.shape) if aid is None else aid
                    given = counted(event.there("aid", few))
                    aid[where] += given
                    deals[where] += given
                if event.does("loss"):
                    deals[where] *= 1.0 - event.there("loss", few)
            if not event.effects.isdisjoint(FELT):
                rows, columns, _ = event.cells
                where = (rows, columns, np.arange(grievance.shape[2])[:, None], few)
                felt = grievance[where]
                felt *= 1.0 - event.there("relief", few)
                felt += event.there("grievance", few)
                grievance[where] = felt
        return aid


def _at_random(scenario: Scenario) -> list[str]:
    """Names of the events that chance may bring, in the order of the scenario."""
    return [name for name, spec in scenario.events.items() if spec.random]
