"""Projects one by one: what was opened, who bid, what was taken, and what became of each, from a recorded run.

A power's projects in one sector of one republic share a pile of what is pending, and what falls due or is called off is
taken from each in proportion to what is left of it. So the record of the pile says what became of every project in it.
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
    "outcome",
)
TAKEN, REFUSED, UNPAID, BEFORE = "taken", "refused", "no money", "before day one"
"""Outcomes; of what events pledged the outcome is ``pledged by`` and the event's name."""
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
class Piles:
    """Everything that was pending in some worlds of a run, by what put it there; arrays of (k,), worlds by place.

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
    due: Floats
    """(month, k) points that fell due in each month."""
    kept: Floats
    """(month, k) part of them that was delivered, 0..1."""
    cancelled: Floats
    """(k,) points called off."""
    pending: Floats
    """(k,) points pending at the end."""

    @property
    def delivered(self) -> Floats:
        """Points delivered in each month, (month, k)."""
        return self.due * self.kept


def piles(result: Kept, worlds: Sequence[int] | Ints, numbers: Sequence[int] | Ints | None = None) -> Piles:
    """What was pending in these worlds of a result that keeps "full", and what became of it.

    ``numbers`` of the worlds in what was asked, where the result does not hold all of them.
    """
    picked = np.asarray(worlds, dtype=np.intp)

    def of(name: str) -> NDArray[Any]:
        array: NDArray[Any] = result.array(name)[..., picked]
        return array

    due, cancelled = of("due").astype(np.float64), of("cancelled").astype(np.float64)
    months, shape = len(due), due.shape[1:]
    sources = [
        _day_one(of("pledges")[0]),
        *_pledged(result, picked, picked if numbers is None else np.asarray(numbers), shape),
        _signed(of),
    ]
    month, cell, event, size = (np.concatenate(parts) for parts in zip(*sources, strict=True))
    order = np.argsort(month, kind="stable")
    month, cell, event, size = month[order], cell[order], event[order], size[order]
    kept = _kept(of, due)
    left, gone = np.zeros(len(size)), np.zeros(len(size))
    falls, comes = np.zeros((months, len(size))), np.zeros((months, len(size)))
    joined, cells = np.searchsorted(month, np.arange(months), side="right"), int(np.prod(shape))
    i, j, k, w = np.unravel_index(cell, shape)
    begun = 0
    for t in range(months):
        now = int(joined[t])
        left[begun:now] = size[begun:now]
        begun, its = now, cell[:now]
        for flow, into in ((due[t], falls[t, :now]), (cancelled[t], gone[:now])):
            pile = np.bincount(its, left[:now], cells)
            part = np.minimum(flow.ravel() / np.maximum(pile, rules.QUANTUM), 1.0)
            part[part > _ENOUGH] = 1.0
            taken = left[:now] * part[its]
            into += taken
            left[:now] -= taken
        comes[t, :now] = kept[t, i[:now], j[:now], w[:now]]
    return Piles(month, i, j, k, w, event, size, falls, comes, gone, left)


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


def _kept(of: Any, due: Floats) -> Floats:
    """Part of what fell due that was delivered, (month, r, p, w); steady engagement falls due with the rest."""
    fell = due.sum(axis=3) + of("steady")
    lapsed = of("lapsed").sum(axis=3, dtype=np.float64)
    kept: Floats = 1.0 - np.clip(lapsed / np.maximum(fell, rules.QUANTUM), 0.0, 1.0)
    return kept


def projects(result: Kept, world: int | None = None) -> pd.DataFrame:
    """The table of ``sim.runs.result.Result.projects``."""
    worlds = np.arange(result.worlds) if world is None else np.array([world_of(world, result.worlds)])
    found = piles(result, worlds)
    events = list(result.scenario.events)
    taken = (found.month >= 0) & (found.event < 0)
    story = _Story(result, worlds)
    columns: dict[str, Any] = {
        "world": found.world,
        "month": found.month + 1,
        "republic": found.republic,
        "power": found.power,
        "sector": found.sector,
        "size": found.size,
        "agreed": found.size,
        "delivered": found.delivered.sum(axis=0),
        "lapsed": (found.due * (1.0 - found.kept)).sum(axis=0),
        "cancelled": found.cancelled,
        "pending": found.pending,
        "outcome": [
            TAKEN if its else BEFORE if event < 0 else f"pledged by {events[event]}"
            for its, event in zip(taken, found.event, strict=True)
        ],
    }
    frame = pd.concat([pd.DataFrame(columns), story.refused()], ignore_index=True)
    opened = frame.outcome.isin([TAKEN, REFUSED, UNPAID]).to_numpy()
    at = tuple(frame[name].to_numpy() - (name == "month") for name in ("month", "republic", "world"))
    opener, shopped, rivals = story.told(at, frame.power.to_numpy(), opened)
    frame["opener"], frame["shopped"], frame["rivals"] = opener, shopped, rivals
    frame["date"] = np.array(result.dates)[frame.month.to_numpy()]
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
        return opener, shopped, [", ".join(self.powers[j] for j in np.flatnonzero(row)) for row in bids]
