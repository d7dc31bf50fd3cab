"""Projects one by one: what was opened, who bid, what was taken, and what became of each, from a recorded run.

A power's projects in one sector of one republic share a pile of what is pending, and what falls due or is called off is
taken from each in proportion to what is left of it. So the record of the pile says what became of every project in it:
of whatever is put in, the same parts leave in the same months.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.runs.ask import Ask
from sim.runs.oneworld import world_of
from sim.scenario import Scenario
from sim.scenario.table import SECTORS
from sim.world import rules

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

COLUMNS = (
    "world",
    "date",
    "month",
    "republic",
    "power",
    "opener",
    "sector",
    "size",
    "shopped",
    "rivals",
    "agreed",
    "delivered",
    "lapsed",
    "cancelled",
    "pending",
    "ended",
    "outcome",
)
TAKEN, REFUSED, UNPAID, BEFORE = "taken", "refused", "no money", "before day one"
"""Outcomes; of what events pledged the outcome is ``pledged by`` and the event's name."""
DONE = 1 / 3
"""A project has ended when no more than this part of it is pending. Deliveries are spread out and never quite over; by
then it has taken about as long as the model's mean time of delivery, after which 1/e is left."""
_EVERY = slice(None)
_ENOUGH = 1.0 - 1e-6
"""Part of a pile from which on all of it is gone: the record is in float32."""


class Kept(Protocol):
    """What is read of a result that keeps "full"; see ``sim.runs.result.Result``."""

    @property
    def ask(self) -> Ask: ...
    @property
    def scenario(self) -> Scenario: ...
    @property
    def worlds(self) -> int: ...
    @property
    def dates(self) -> Sequence[str]: ...
    @property
    def republics(self) -> tuple[str, ...]: ...
    @property
    def powers(self) -> tuple[str, ...]: ...
    def array(self, name: str) -> NDArray[Any]: ...


@dataclass(frozen=True)
class Parts:
    """Parts of what is pending that leave each pile in a month, (month, r, p, s, w), 0..1.

    First ``due`` falls due; then ``cancelled`` of what is left is called off.
    """

    due: Floats
    cancelled: Floats

    @property
    def stays(self) -> Floats:
        """The part that is still pending at the month's end."""
        stays: Floats = (1.0 - self.due) * (1.0 - self.cancelled)
        return stays

    def delivered(self, kept: Floats) -> Floats:
        """The part of what is pledged in a month that is delivered by the end; see ``kept_of``."""
        return self._in_all(self.due * kept)

    def lapsed(self, kept: Floats) -> Floats:
        """The part that lapses."""
        return self._in_all(self.due * (1.0 - kept))

    def called_off(self) -> Floats:
        """The part that is called off."""
        return self._in_all((1.0 - self.due) * self.cancelled)

    def pending(self) -> Floats:
        """The part that is pending at the end."""
        return self._in_all(np.zeros_like(self.due), 1.0)

    def _in_all(self, now: Floats, end: float = 0.0) -> Floats:
        """What goes in this and all later months, of what is pending at the beginning of this one; into ``now``."""
        stays, ahead = self.stays, np.full(self.due.shape[1:], end, self.due.dtype)
        for t in reversed(range(len(now))):
            now[t] += stays[t] * ahead
            ahead = now[t]
        return now


def parts_of(result: Kept, worlds: Sequence[int] | Ints | slice = _EVERY) -> Parts:
    """What leaves the piles of a result that keeps "full", month by month, in some worlds or in all."""
    due, cancelled, left = (
        result.array(name)[..., worlds].astype(np.float64) for name in ("due", "cancelled", "pledges")
    )
    pile = left[1:] + cancelled
    cancelled = _part(cancelled, pile)
    pile += due
    return Parts(_part(due, pile), cancelled)


def kept_of(result: Kept, worlds: Sequence[int] | Ints | slice = _EVERY) -> Floats:
    """Part of what fell due that was delivered, (month, r, p, 1, w); steady engagement falls due with the rest."""
    due, lapsed, steady = (result.array(name)[..., worlds].astype(np.float64) for name in ("due", "lapsed", "steady"))
    fell = due.sum(axis=3) + steady
    kept: Floats = 1.0 - np.clip(lapsed.sum(axis=3) / np.maximum(fell, rules.QUANTUM), 0.0, 1.0)
    return kept[:, :, :, None]


def _part(flow: Floats, pile: Floats) -> Floats:
    """Part of a pile that leaves it; into ``flow``."""
    flow /= np.maximum(pile, rules.QUANTUM)
    flow[flow > _ENOUGH] = 1.0
    return flow


@dataclass(frozen=True)
class Items:
    """All that was pending in some worlds of a run, by what put it there; arrays of (k,), by month, worlds by place.

    ``month`` counts from 0, -1 for what was pending on day one; ``event`` is the place of the event that pledged it,
    -1 where none did.
    """

    month: Ints
    republic: Ints
    power: Ints
    sector: Ints
    world: Ints
    event: Ints
    size: Floats

    @property
    def begun(self) -> tuple[Ints, ...]:
        """Where each stands in arrays of (month, r, p, s, w)."""
        return np.maximum(self.month, 0), self.republic, self.power, self.sector, self.world

    def by(self, months: int) -> Ints:
        """How many there are by each month."""
        return np.searchsorted(self.month, np.arange(months), side="right")


@dataclass(frozen=True)
class Piles(Items):
    """The same, and what became of each by month."""

    due: Floats
    """(month, k) points that fell due in each month."""
    kept: Floats
    """(month, k) part of them that was delivered, 0..1."""

    @property
    def delivered(self) -> Floats:
        """Points delivered in each month, (month, k)."""
        return self.due * self.kept


def piles(result: Kept, worlds: Sequence[int] | Ints, numbers: Sequence[int] | Ints | None = None) -> Piles:
    """What was pending in these worlds of a result that keeps "full", and what fell due of it month by month.

    ``numbers`` of the worlds in what was asked, where the result does not hold all of them.
    """
    its, parts, kept = items(result, worlds, numbers), parts_of(result, worlds), kept_of(result, worlds)
    months, stays = len(parts.due), parts.stays
    left = its.size.copy()
    falls, comes = np.zeros((months, len(left))), np.zeros((months, len(left)))
    for t, now in enumerate(its.by(months)):
        i, j, k, w = its.republic[:now], its.power[:now], its.sector[:now], its.world[:now]
        falls[t, :now] = left[:now] * parts.due[t, i, j, k, w]
        comes[t, :now] = kept[t, i, j, 0, w]
        left[:now] *= stays[t, i, j, k, w]
    return Piles(its.month, its.republic, its.power, its.sector, its.world, its.event, its.size, due=falls, kept=comes)


def items(result: Kept, worlds: Sequence[int] | Ints, numbers: Sequence[int] | Ints | None = None) -> Items:
    """What was put into the piles of these worlds, in the order of months; see ``piles``."""
    picked = np.asarray(worlds, dtype=np.intp)

    def of(name: str) -> NDArray[Any]:
        array: NDArray[Any] = result.array(name)[..., picked]
        return array

    shape = of("pledges").shape[1:]
    sources = [
        _day_one(of("pledges")[0]),
        *_pledged(result, picked, picked if numbers is None else np.asarray(numbers), shape),
        _signed(of),
    ]
    month, cell, event, size = (np.concatenate(parts) for parts in zip(*sources, strict=True))
    order = np.argsort(month, kind="stable")
    i, j, k, w = np.unravel_index(cell[order], shape)
    return Items(month[order], i, j, k, w, event[order], size[order])


def _ended(its: Items, stays: Floats) -> Ints:
    """Month at whose end no more than ``DONE`` of each was pending, (k,); -1 where more of it is at the run's end."""
    left, ended = np.ones(len(its.size)), np.full(len(its.size), -1)
    cells = np.ravel_multi_index(its.begun[1:], stays.shape[1:])
    for t, now in enumerate(its.by(len(stays))):
        left[:now] *= stays[t].ravel()[cells[:now]]
        ended[:now][(ended[:now] < 0) & (left[:now] <= DONE)] = t
    return ended


def _day_one(pending: NDArray[Any]) -> tuple[Ints, Ints, Ints, Floats]:
    cell = np.flatnonzero(pending)
    return np.full(len(cell), -1), cell, np.full(len(cell), -1), pending.ravel()[cell].astype(np.float64)


def _pledged(
    result: Kept, worlds: Ints, numbers: Ints, shape: tuple[int, ...]
) -> list[tuple[Ints, Ints, Ints, Floats]]:
    """What each event pledged, in the worlds and months in which it came."""
    found: list[tuple[Ints, Ints, Ints, Floats]] = []
    fired = result.array("event")[..., worlds]
    for place, (name, event) in enumerate(result.scenario.events.items()):
        points = np.broadcast_to(result.ask.number(f"events.{name}.pledge"), result.ask.worlds)[numbers]
        if not points.any() or not event.powers:
            continue
        t, w = np.nonzero(fired[:, place] & (points > 0.0))
        touched = (
            [result.republics.index(code) for code in event.republics or result.republics],
            [result.powers.index(code) for code in event.powers],
            [SECTORS.index(name) for name in event.sectors or SECTORS],
        )
        i, j, k = (axis.ravel()[:, None] for axis in np.meshgrid(*touched, indexing="ij"))
        cell: Ints = np.asarray(np.ravel_multi_index(np.broadcast_arrays(i, j, k, w[None]), shape))
        month = np.broadcast_to(t, cell.shape).ravel()
        size = np.broadcast_to(points[w], cell.shape).ravel().astype(np.float64)
        found.append((month, cell.ravel(), np.full(cell.size, place), size))
    return found


def _signed(of: Any) -> tuple[Ints, Ints, Ints, Floats]:
    """The projects that were taken."""
    t, i, j, w = np.nonzero(of("answer") == rules.ACCEPTED)
    size, sector = of("offer_size")[t, i, j, w], of("offer_sector")[t, i, w].astype(np.intp)
    shape = of("pledges").shape[1:]
    cell = np.ravel_multi_index((i, j, sector, w), shape)
    return t, cell, np.full(len(t), -1), size.astype(np.float64)


def projects(result: Kept, world: int | None = None) -> pd.DataFrame:
    """The table of ``sim.runs.result.Result.projects``."""
    worlds = np.arange(result.worlds) if world is None else np.array([world_of(world, result.worlds)])
    found, parts, kept = items(result, worlds), parts_of(result, worlds), kept_of(result, worlds)
    names = np.array([TAKEN, BEFORE, *(f"pledged by {event}" for event in result.scenario.events)], dtype=object)
    kind = np.where(found.event >= 0, found.event + 2, (found.month < 0).astype(np.intp))
    story = _Story(result, worlds)
    columns: dict[str, Any] = {
        "world": found.world,
        "month": found.month + 1,
        "republic": found.republic,
        "power": found.power,
        "sector": found.sector,
        "size": found.size,
        "agreed": found.size,
        "delivered": found.size * parts.delivered(kept)[found.begun],
        "lapsed": found.size * parts.lapsed(kept)[found.begun],
        "cancelled": found.size * parts.called_off()[found.begun],
        "pending": found.size * parts.pending()[found.begun],
        "ended": _ended(found, parts.stays) + 1,
        "outcome": names[kind],
    }
    frame = pd.concat([pd.DataFrame(columns), story.refused()], ignore_index=True)
    opened = frame.outcome.isin([TAKEN, REFUSED, UNPAID]).to_numpy()
    at = tuple(frame[name].to_numpy() - (name == "month") for name in ("month", "republic", "world"))
    opener, shopped, rivals = story.told(at, frame.power.to_numpy(), opened)
    frame["opener"], frame["shopped"], frame["rivals"] = opener, shopped, rivals
    dates = np.array(result.dates, dtype=object)
    frame["date"] = dates[frame.month.to_numpy()]
    ended = frame.ended.to_numpy(np.intp)
    frame["ended"] = np.array([*result.dates, None], dtype=object)[np.where(ended > 0, ended, len(result.dates))]
    frame = frame.sort_values(["world", "month", "republic", "power", "sector"], kind="stable", ignore_index=True)
    powers = np.array([*result.powers, None], dtype=object)
    frame["world"] = worlds[frame.world.to_numpy()]
    frame["republic"] = np.array(result.republics, dtype=object)[frame.republic.to_numpy()]
    frame["power"], frame["opener"] = powers[frame.power.to_numpy()], powers[frame.opener.to_numpy()]
    frame["sector"] = np.array(SECTORS, dtype=object)[frame.sector.to_numpy()]
    return frame[list(COLUMNS)]


class _Story:
    """Who opened, who bid, and what nobody took."""

    def __init__(self, result: Kept, worlds: Ints) -> None:
        self.powers = result.powers
        self.opener, self.shopped, self.answer, self.size, self.sector = (
            result.array(name)[..., worlds] for name in ("opener", "shopped", "answer", "offer_size", "offer_sector")
        )

    def refused(self) -> pd.DataFrame:
        """Rows of the projects on the table that nobody got, with what the opener bid for them."""
        nobody = (self.opener >= 0) & ~(self.answer == rules.ACCEPTED).any(axis=2)
        t, i, w = np.nonzero(nobody)
        opener = self.opener[t, i, w].astype(np.intp)
        bid = (self.answer[t, i, :, w] != rules.NO_OFFER).any(axis=1)
        nothing = np.zeros(len(t))
        return pd.DataFrame(
            {
                "world": w,
                "month": t + 1,
                "republic": i,
                "power": np.full(len(t), -1),
                "sector": self.sector[t, i, w].astype(np.intp),
                "size": self.size[t, i, opener, w].astype(np.float64),
                **dict.fromkeys(("agreed", "delivered", "lapsed", "cancelled", "pending"), nothing),
                "ended": 0,
                "outcome": np.where(bid, REFUSED, UNPAID).astype(object),
            }
        )

    def told(self, at: tuple[Any, ...], power: Ints, opened: NDArray[np.bool_]) -> tuple[Any, Any, Any]:
        """Place of the opener (-1: none), whether others were asked, and the codes of others who bid, by row."""
        month, republic, world = (np.where(opened, values, 0) for values in at)
        opener = np.where(opened, self.opener[month, republic, world], -1).astype(np.intp)
        shopped = self.shopped[month, republic, world] & opened
        winner = np.where(power >= 0, power, opener)
        bids = (self.answer[month, republic, :, world] != rules.NO_OFFER) & opened[:, None]
        bids &= np.arange(len(self.powers)) != winner[:, None]
        places = range(len(self.powers))
        names = [", ".join(self.powers[j] for j in places if mask >> j & 1) for mask in range(1 << len(self.powers))]
        return opener, shopped, np.array(names, dtype=object)[bids @ (1 << np.arange(len(self.powers)))]
