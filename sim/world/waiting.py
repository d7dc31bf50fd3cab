"""Where an event that is due happens: its conditions, judged by last month's state, and the events it excludes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.scenario.conditions import GRIEVANCE, SHARE, Condition
from sim.scenario.table import SECTORS, STANCES
from sim.world.parameters import Actors
from sim.world.rules import total

Floats = NDArray[np.floating[Any]]
Flags = NDArray[np.bool_]

_COMPARE = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}


class Felt(Protocol):
    """What conditions look at: the state at the end of last month."""

    alignment: Any
    """(r, p, s, w) share."""
    overall: Any
    """(r, p, w) share."""
    grievance: Any
    """(r, p, c, w) points."""
    stance: Any
    """(r, p, w) index of a stance, -1 for none."""


class Due(Protocol):
    """An event that may be due, as conditions and rivals see it."""

    fired: NDArray[np.int64]
    """The last month in which it happened, later than any month of the run where it has not, (w or 1,)."""
    needs: list[Condition]
    unless: list[Condition]
    rivals: frozenset[str]
    odds: Floats
    row: int | None


class Waiting:
    """What the events of a batch of worlds wait for."""

    def __init__(self, events: Mapping[str, Due], actors: Actors, start: int, worlds: int) -> None:
        self._events, self._actors, self._start = events, actors, start
        conditions = [c for event in events.values() for c in (*event.needs, *event.unless) if c.stance]
        self._taken = {self._who(c): np.full((len(STANCES), worlds), -1) for c in conditions}
        """Month in which a guest last took each stance towards a power, -1 for never, (stance, w)."""

    def remember(self, month: int, felt: Felt) -> None:
        """Note the stances of last month."""
        for (r, p), taken in self._taken.items():
            stance = felt.stance[r, p]
            for code in range(len(STANCES)):
                taken[code, stance == code] = month - 1

    def let(self, due: dict[str, Flags], month: int, luck: Floats, felt: Felt) -> dict[str, Flags]:
        """The worlds in which events that are ``due`` happen, by name; ``luck`` is uniform (event, w)."""
        happen = {}
        for name, now in due.items():
            event = self._events[name]
            for condition in event.needs:
                now = now & self._holds(condition, month, felt)
            for condition in event.unless:
                now = now & ~self._holds(condition, month, felt)
            for rival in event.rivals:
                now = now & ~(self._events[rival].fired < month)
            if now.any():
                happen[name] = now
        return self._first_of(happen, luck)

    def _who(self, condition: Condition) -> tuple[int, int]:
        return self._actors.republics.index(condition.republic), self._actors.powers.index(condition.power)

    def _holds(self, condition: Condition, month: int, felt: Felt) -> Flags:
        """Where a condition holds at the beginning of a month, (w or 1,)."""
        if condition.event:
            happened: Flags = self._events[condition.event].fired < month
            return happened
        r, p = self._who(condition)
        if condition.stance:
            since = 0 if condition.since is None else condition.since - self._start
            taken: Flags = self._taken[r, p][STANCES.index(condition.stance)] >= since
            return taken
        if condition.what == SHARE:
            value = felt.overall[r, p]
        elif condition.what == GRIEVANCE:
            value = total(felt.grievance[r : r + 1, p : p + 1], "cause")[0, 0]
        else:
            value = felt.alignment[r, p, SECTORS.index(condition.what)]
        holds: Flags = _COMPARE[condition.sign](value, condition.level)
        return holds

    def _first_of(self, happen: dict[str, Flags], luck: Floats) -> dict[str, Flags]:
        """Of rivals that would happen in the same month, the luckiest: a dated one, else the one best within its odds.

        Among equals it is the first by name.
        """
        names = [name for name in happen if not self._events[name].rivals.isdisjoint(happen)]
        if not names:
            return happen
        flags = np.array([happen[name] for name in names])
        rank = np.array([self._rank(self._events[name], luck) for name in names])
        clash = np.array([[other in self._events[name].rivals for other in names] for name in names])
        order = np.argsort(np.where(flags, rank, np.inf), axis=0, kind="stable")
        first = np.zeros_like(flags)
        worlds = np.arange(flags.shape[1])
        for place in order:
            beaten = (clash[place] & first.T).any(axis=1)
            first[place, worlds] = flags[place, worlds] & ~beaten
        return {**happen, **dict(zip(names, first, strict=True))}

    def _rank(self, event: Due, luck: Floats) -> Floats:
        """How well luck meant it with an event, 0..1, lower is better; 0 for one that needs no luck, (w,)."""
        if event.row is None:
            return np.zeros(luck.shape[-1])
        rank: Floats = luck[event.row] / np.maximum(np.broadcast_to(event.odds, luck.shape[-1:]), 1e-12)
        return rank
