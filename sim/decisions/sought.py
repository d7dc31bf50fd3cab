"""What a search found: the settings of its front in futures that it has not seen, as tables and in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim import lazy
from sim.decisions import regret
from sim.decisions.question import Search
from sim.decisions.search import Found
from sim.decisions.words import listing, per_month
from sim.runs.doubt import SHARED
from sim.runs.words import listed, percent
from sim.scenario.paths import said
from sim.sweeps.factors import words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

ENOUGH = 0.75
"""Part of the futures in which a robust setting must reach what is wanted."""
SELDOM = 0.1
"""Part of the futures up to which a setting counts as not working at all."""


@dataclass(frozen=True, eq=False)
class Sought:
    """What a search found; made by ``seek``.

    ``settings`` (setting, lever) are doing nothing, then the front by rising cost; ``gains`` (want, setting, future) of
    them are in futures that the search has not seen. ``tried`` is all that the search has seen.
    """

    search: Search
    tried: Found
    settings: Floats
    costs: Floats
    gains: Floats

    @cached_property
    def reached(self) -> Floats:
        """Part of the new futures in which each setting reaches all that is wanted, (setting,)."""
        return regret.reached(self.search.met(self.gains))

    @property
    def evaluations(self) -> int:
        """How many settings were tried, each counted once."""
        return len(self.tried.points)

    @cached_property
    def margin(self) -> Floats:
        """How far mean gains in the new futures are beyond what is wanted, (setting,); see ``Search.margin``."""
        return self.search.margin(self.search.summed(self.costs, self.gains))

    @cached_property
    def chosen(self) -> int | None:
        """Place of the cheapest setting that gets there, on average or (robust) in ``ENOUGH`` of futures; or None."""
        works = self.reached >= ENOUGH if self.search.robust else self.margin >= 0.0
        places = np.flatnonzero(works)
        return int(places[np.argmin(self.costs[places])]) if len(places) else None

    @property
    def surest(self) -> int:
        """Place of the setting that works in most futures, of equals the cheapest; if none does, of the nearest one."""
        if self.reached.max() > 0.0:
            return int(np.lexsort((self.costs, -self.reached))[0])
        return int(np.lexsort((self.costs, -self.margin))[0])

    @property
    def floor(self) -> float | None:
        """The lowest cost of a setting that works in more than ``SELDOM`` of the futures, seen or not; or None.

        None, too, where doing nothing works in as many, give or take chance: then no cost parts what works from what
        does not.
        """
        still = self.search.met(self.gains)[0]
        short, error = regret.ahead(still, np.full(len(still), SELDOM), SHARED)
        if short >= -regret.SURE * error:
            return None
        costs = [*self.tried.measures[self.tried.measures[:, 1] > SELDOM, 0], *self.costs[self.reached > SELDOM]]
        return float(min(costs)) if costs else None

    def moves(self, place: int) -> str:
        """What a setting moves, in words: "Russia's strain 20 % (now 40 %)"."""
        story = self.search.scenario
        now, there = self.search.labels(self.search.now), self.search.labels(self.settings[place].tolist())
        moved = [
            f"{words(lever.path, story)} {'happens' if there[lever.path] else 'does not happen'}"
            if lever.kind == "switch"
            else f"{words(lever.path, story)} {said(lever.path, there[lever.path], 4)} "
            f"(now {said(lever.path, now[lever.path], 4)})"
            for lever in self.search.levers
            if there[lever.path] != now[lever.path]
        ]
        return listing(moved, 6) or "nothing is moved"

    def table(self) -> pd.DataFrame:
        """One row a setting, doing nothing first: [setting, cost, unit, a column a lever, reached, then for each want
        mean, low, high, worst_tenth, regret, regret_p90, its name before them where there are several].

        All but the cost are of futures that the search has not seen; regret is against the best of these settings.
        """
        search, rows = self.search, []
        for place, values in enumerate(self.settings.tolist()):
            row: dict[str, Any] = {"setting": place, "cost": self.costs[place], "unit": f"{search.unit} a month"}
            row |= search.labels(values) | {"reached": self.reached[place]}
            for want, gain in zip(search.wants, self.gains, strict=True):
                good = want.good(gain)
                behind = regret.regret(good)[place]
                head = f"{want.outcome} " if len(search.wants) > 1 else ""
                low, high = np.quantile(gain[place], (0.1, 0.9))
                row |= {
                    f"{head}mean": gain[place].mean(),
                    f"{head}low": low,
                    f"{head}high": high,
                    f"{head}worst_tenth": want.sign * float(regret.worst(good)[place]),
                    f"{head}regret": behind.mean(),
                    f"{head}regret_p90": np.quantile(behind, regret.HIGH),
                }
            rows.append(row)
        return pd.DataFrame(rows)

    def evaluated(self) -> pd.DataFrame:
        """All settings tried, as the search saw them: [cost, a column a lever, reached, mean of each want, front]."""
        search, front = self.search, set(self.tried.front.tolist())
        rows = []
        for place, (point, row) in enumerate(
            zip(self.tried.points.tolist(), self.tried.measures.tolist(), strict=True)
        ):
            means = {f"{want.outcome} mean": row[2 + k] for k, want in enumerate(search.wants)}
            rows.append({"cost": row[0], **search.labels(point), "reached": row[1], **means, "front": place in front})
        return pd.DataFrame(rows)

    def paragraph(self) -> str:
        """What follows, in words: the cheapest way, in how many futures it works, and below what nothing does."""
        return " ".join([*self._answer(), *self._floor(), *self._caveats()])

    def _cost(self, place: int) -> str:
        cost = float(self.costs[place])
        verb = "saves" if cost < 0.0 else "costs"
        return f"{verb} {per_month(abs(cost), self.search.unit)}"

    def _answer(self) -> Iterator[str]:
        search, chosen = self.search, self.chosen
        aim = listed([want.said(search.scenario) for want in search.wants])
        if chosen is None:
            yield from self._never(aim)
            return
        if chosen == 0:
            yield f"{aim}: nothing has to be done for that; it happens in {percent(self.reached[0])} of futures."
            return
        how = f"in at least {percent(ENOUGH)} of futures" if search.robust else "on average"
        yield (
            f"{aim}: the cheapest way found to get there {how} {self._cost(chosen)} and works in "
            f"{percent(self.reached[chosen])} of futures: {self.moves(chosen)}."
        )
        surest = self.surest
        if self.reached[surest] > self.reached[chosen] + 0.05:
            yield f"The surest works in {percent(self.reached[surest])} and {self._cost(surest)}: {self.moves(surest)}."

    def _never(self, aim: str) -> Iterator[str]:
        surest, search = self.surest, self.search
        if not search.robust or self.reached[surest] == 0.0:
            means = [
                f"{'gains' if want.relative else 'reaches'} {want.size(float(gain[surest].mean()))} on average"
                for want, gain in zip(search.wants, self.gains, strict=True)
            ]
            often = percent(self.reached[surest])
            yield (
                f"{aim}: within these levers that is not reached{' on average' if self.reached[surest] else ''}. The "
                f"setting that comes nearest {listed(means)}, gets there in {often} of futures, and "
                f"{self._cost(surest)}: {self.moves(surest)}."
            )
            return
        yield (
            f"{aim}: within these levers no setting gets there in {percent(ENOUGH)} of futures. The surest does so in "
            f"{percent(self.reached[surest])} and {self._cost(surest)}: {self.moves(surest)}."
        )
        half = np.flatnonzero(self.reached >= 0.5)
        if len(half) and half[0] not in (0, surest):
            yield f"The cheapest that works in at least half of them {self._cost(half[0])}: {self.moves(half[0])}."

    def _floor(self) -> Iterator[str]:
        floor, chosen = self.floor, self.chosen
        if floor is not None and chosen != 0 and 0.0 < floor < self.costs[self.surest if chosen is None else chosen]:
            yield (
                f"Below {per_month(floor, self.search.unit)} nothing that was tried works in more than "
                f"{percent(SELDOM)} of futures."
            )

    def _caveats(self) -> Iterator[str]:
        search = self.search
        free = [words(path, search.scenario) for path in search.free]
        if free:
            yield f"Counted as free: {listing(free)}; a price of your own (--price) says otherwise."
        yield (
            f"{self.evaluations:,} different settings were tried in {search.worlds:,} futures each; what is said here "
            f"is of {search.worlds:,} others. A cheaper way that was not tried may exist."
        )

    def figure(self) -> Figure:
        """What is gained for what cost: every setting tried, the front with its bands, and the cheapest that works."""
        return lazy.figure("Sought.figure", self)
