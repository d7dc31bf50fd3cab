"""What would it take: the cheapest settings of some levers that reach what is wanted, over common uncertain futures.

Each setting that the search proposes is run in the same futures: world i has the same luck, and the same numbers that
are in doubt, at every setting. Levers are decided and so not in doubt. Two aims are traded off: cost, and how far or,
with ``robust``, in how many of the futures what is wanted is reached. As a search picks what luck favours, the settings
that it finds are run once more in futures that it has never seen, and judged by these alone. Before that, each lever
of theirs that turns out to do next to nothing is put back where the scenario has it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.decisions.costs import POINTS
from sim.decisions.log import Log
from sim.decisions.question import Search, may_be, place_of, search_of
from sim.decisions.search import POPULATION, Found, search, undominated
from sim.decisions.sought import Sought
from sim.runs.doubt import Doubted
from sim.runs.posterior import Posterior
from sim.runs.run import Progress
from sim.scenario import BadInput, Scenario, load
from sim.scenario.errors import folder_of, nearest, shown
from sim.sweeps.batches import BATCH
from sim.sweeps.design import need
from sim.sweeps.sweep import Stopped

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

EVALUATIONS, WORLDS = 500, 200
MOST = 24
"""Settings of the front that are looked at closely at most, evenly over their costs."""
SLIGHT = 0.02
"""Part of what the levers achieve, from the worst to the best setting tried, that counts as next to nothing."""


def seek(
    scenario: Scenario | str | os.PathLike[str],
    levers: Mapping[str, Any],
    wants: Sequence[str] | str,
    out: str | os.PathLike[str] | None = None,
    *,
    least: str = "cost",
    robust: bool = False,
    prices: Mapping[str, float] | None = None,
    unit: str = POINTS,
    evaluations: int = EVALUATIONS,
    worlds: int = WORLDS,
    months: int | None = None,
    seed: int = 0,
    doubt: Doubted = True,
    posterior: Posterior | str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
) -> Sought:
    """Search for the cheapest settings of some levers that reach what is wanted.

    Parameters
    ----------
    scenario : a scenario, a shipped name or a path.
    levers : what may be moved: path (a number, the date or switch of an event) -> (low, high), text "low:high", or a
        list of values; up to ``LEVERS``.
    wants : what is wanted, such as "KAZ.EUU.share +3 pp vs base" (see ``sim.decisions.want``); of several all.
    out : folder to keep what was evaluated in: the same call goes on where it stopped, also for more ``evaluations``.
    least : what is to be least; "cost".
    robust : trade cost off against the part of the futures in which all is reached, instead of against the mean gain.
    prices, unit : path -> cost a month for each unit by which a lever departs from the scenario (of a share: for
        100 %), instead of the rule by engagement points; and the unit of costs.
    evaluations, worlds : settings to propose (500), futures of each (200).
    months, seed : length of the run (the scenario's); of all chance and of the search (0).
    doubt, posterior : as in ``sim.run``, but that every number is in doubt by default, with the scenario's own
        posterior ("none": without).
    progress : called with worlds done and worlds in all.

    Raises
    ------
    BadInput : a lever or a want that makes no sense, levers without any price, a folder of another search.
    Stopped : Ctrl-C; what was finished is kept in ``out``.

    Examples
    --------
    >>> levers = {"powers.EUU.budget": (0.333, 1.0)}
    >>> found = seek("dushanbe-2025", levers, "KAZ.EUU.share +1 pp vs base", evaluations=20, worlds=2, months=6)
    >>> found.table().columns[:2].tolist()
    ['setting', 'cost']
    """
    told = scenario if isinstance(scenario, Scenario) else load(scenario)
    if months is not None:
        told = told.with_months(months)
    need("platypus")
    _check(least, evaluations=evaluations, worlds=worlds, seed=seed)
    search = search_of(told, levers, wants, robust, dict(prices or {}), unit, worlds, seed, doubt, posterior)
    folder = None if out is None else folder_of(out, "a folder to keep the search in", path="out")
    manifest = {"same": search.facts, "scenario": told.name}
    with Log(folder, manifest) as log:
        return _seek(search, log, evaluations, progress)


def _seek(asked: Search, log: Log, evaluations: int, progress: Progress | None) -> Sought:
    """Search, put back what does nothing, then judge what was found in other futures."""
    runs = _Runs(asked, log, -(-evaluations // POPULATION) * POPULATION, progress)
    try:
        found = search(
            runs.evaluate,
            asked.aims,
            len(asked.levers),
            evaluations,
            asked.seed,
            start=[[place_of(lever, now) for lever, now in zip(asked.levers, asked.now, strict=True)]],
            memory=log,
            rounded=asked.values,
            at_once=runs.at_once,
            kept=log.flush,
        )
        settings, costs = _plain(asked, found, runs)
        return _judged(asked, found, settings, costs)
    except KeyboardInterrupt:
        log.flush()
        raise Stopped(len(log) * asked.worlds, runs.total * asked.worlds, log.folder) from None


class _Runs:
    """Settings are run here, in the futures of the search; what the log knows is not run again."""

    def __init__(self, asked: Search, log: Log, total: int, progress: Progress | None) -> None:
        self.asked, self.log, self.total, self._progress = asked, log, total, progress
        self.at_once = max(1, BATCH // asked.worlds)
        self._job = asked.job(asked.seed)
        self._base = asked.base(self._job)
        self._done = min(len(log), total)

    def evaluate(self, values: Floats) -> Floats:
        """Measures of settings (setting, lever)."""
        measures = self.asked.measures(values, self.asked.gains(self._job, values, self._base))
        self._done = min(self._done + len(values), self.total)
        if self._progress is not None:
            self._progress(self._done * self.asked.worlds, self.total * self.asked.worlds)
        return measures

    def known(self, values: Floats) -> Floats:
        """The same, out of the log as far as it has them."""
        rows = [tuple(row) for row in values.tolist()]
        missing = [row for row in dict.fromkeys(rows) if row not in self.log]
        self.total += len(missing)
        for first in range(0, len(missing), self.at_once):
            some = missing[first : first + self.at_once]
            for row, found in zip(some, self.evaluate(np.array(some)).tolist(), strict=True):
                self.log[row] = tuple(found)
            self.log.flush()
        return np.array([self.log[row] for row in rows])


def _plain(asked: Search, found: Found, runs: _Runs) -> tuple[Floats, Floats]:
    """The front, thinned, each setting without what does next to nothing: (setting, lever), and costs (setting,)."""
    front = found.front
    if len(front) > MOST:
        front = front[np.unique(np.linspace(0, len(front) - 1, MOST).round().astype(np.int64))]
    settings, now = found.points[front], np.array(asked.now)
    may = np.array([may_be(lever, value) for lever, value in zip(asked.levers, now.tolist(), strict=True)])
    whose, which = np.nonzero((settings != now) & may)
    plain = settings.copy()
    if len(whose):
        slight = SLIGHT * float(np.ptp(found.objectives[:, 1]))  # not of what is wanted, which may be far out of reach
        single = settings[whose]
        single[np.arange(len(whose)), which] = now[which]
        before, after = asked.aims(found.measures[front])[whose], asked.aims(runs.known(single))
        idle = (after[:, 1] <= before[:, 1] + slight) & (after[:, 0] <= before[:, 0])
        plain[whose[idle], which[idle]] = now[which[idle]]
        whole_before, whole_after = asked.aims(found.measures[front]), asked.aims(runs.known(plain))
        lost = whole_after[:, 1] > whole_before[:, 1] + 2.0 * slight
        plain[lost] = settings[lost]
    plain = np.unique(plain[(plain != now).any(axis=1)], axis=0)
    if not len(plain):
        return plain, np.zeros(0)
    measures = runs.known(plain)
    kept = np.flatnonzero(undominated(asked.aims(measures)))
    kept = kept[np.argsort(measures[kept, 0], kind="stable")]
    return plain[kept], measures[kept, 0]


def _judged(asked: Search, found: Found, settings: Floats, costs: Floats) -> Sought:
    """Doing nothing and the settings in the futures of the next seed, without those that a cheaper one beats there."""
    job = asked.job(asked.seed + 1)
    base = asked.base(job)
    gains = np.stack([want.gain(b, b) for want, b in zip(asked.wants, base, strict=True)])[:, None]
    if len(settings):
        gains = np.concatenate([gains, asked.gains(job, settings, base)], axis=1)
    whole = np.concatenate([np.array([asked.now]), settings.reshape(-1, len(asked.levers))])
    costs = np.concatenate([[0.0], costs])
    kept = undominated(asked.aims(asked.summed(costs, gains)))
    kept[0] = True
    return Sought(asked, found, whole[kept], costs[kept], gains[:, kept])


def _check(least: str, **numbers: int) -> None:
    if least != "cost":
        raise BadInput.of(
            repr(least), "cost, which is what can be least", path="least", nearest=nearest(least, ["cost"])
        )
    for name, value in numbers.items():
        lowest, most = {"evaluations": (1, 100_000), "worlds": (2, 1_000_000), "seed": (0, 2**63 - 2)}[name]
        if type(value) is not int or not lowest <= value <= most:
            raise BadInput.of(shown(value), f"a whole number, {lowest} to {most:,}", path=name)
