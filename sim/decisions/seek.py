"""What would it take: the cheapest settings of some levers that reach what is wanted, over common uncertain futures.

Each setting that the search proposes is run in the same futures: world i has the same luck, and the same numbers that
are in doubt, at every setting. Levers are decided and so not in doubt. Two aims are traded off: cost, and how far or,
with ``robust``, in how many of the futures what is wanted is reached. As a search picks what luck favours, the settings
that it finds are run once more in futures that it has never seen, and judged by these alone. Before that, each lever
of theirs that turns out to do next to nothing is put back where the scenario has it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim import lazy
from sim.decisions import regret
from sim.decisions.costs import POINTS, added, wholes
from sim.decisions.log import Log
from sim.decisions.search import POPULATION, Found, search, undominated
from sim.decisions.want import Want
from sim.decisions.want import read as read_wants
from sim.decisions.words import listing, per_month
from sim.runs.ask import Ask
from sim.runs.doubt import SHARED, Doubt, Doubted
from sim.runs.modelversion import model_version
from sim.runs.posterior import Posterior, load_posterior, own_posterior
from sim.runs.run import Progress
from sim.runs.words import listed, percent
from sim.scenario import BadInput, Problem, Scenario, load
from sim.scenario.errors import folder_of, nearest, shown
from sim.scenario.paths import said
from sim.sweeps import batches
from sim.sweeps.batches import BATCH, Job, Task, job_of
from sim.sweeps.design import need
from sim.sweeps.factors import Factor, words
from sim.sweeps.plan import Plan
from sim.sweeps.sweep import Stopped

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

EVALUATIONS, WORLDS = 500, 200
ENOUGH = 0.75
"""Part of the futures in which a robust setting must reach what is wanted."""
SELDOM = 0.1
"""Part of the futures up to which a setting counts as not working at all."""
MOST = 24
"""Settings of the front that are looked at closely at most, evenly over their costs."""
SLIGHT = 0.02
"""Part of what the levers achieve, from the worst to the best setting tried, that counts as next to nothing."""
STEPS = 2
"""Digits by which the step of a lever is smaller than its range."""
LEVERS = 30
"""Levers at most."""


@dataclass(frozen=True)
class Search:
    """What is sought: levers, wants, prices and the futures; what numbers depend on, and nothing else."""

    scenario: Scenario
    levers: tuple[Factor, ...]
    wants: tuple[Want, ...]
    robust: bool
    prices: Mapping[str, float]
    """What levers cost a month for each unit by which they depart from the scenario, instead of the rule."""
    unit: str
    worlds: int
    seed: int
    doubt: Doubt | None
    posterior: Posterior | None

    @property
    def now(self) -> list[float]:
        """Values of the levers in the scenario."""
        return [self.scenario.get(lever.path) for lever in self.levers]

    def is_free(self, place: int) -> bool:
        """Whether it costs nothing to move a lever from end to end, the others as they are or at one of their ends."""
        lever = self.levers[place]
        if self.prices.get(lever.path, 0.0) > 0.0:
            return False
        for others in (self.now, [one.low for one in self.levers], [one.high for one in self.levers]):
            low, high = ([*others[:place], end, *others[place + 1 :]] for end in (lever.low, lever.high))
            if abs(self.cost(low) - self.cost(high)) > 1e-12:
                return False
        return True

    @property
    def free(self) -> list[str]:
        """Levers that can be moved for nothing; dates, of which that is no wonder, left out."""
        return [lever.path for k, lever in enumerate(self.levers) if lever.kind != "month" and self.is_free(k)]

    @property
    def facts(self) -> dict[str, Any]:
        """As plain data: what must agree for two searches to be one."""
        return {
            "scenario": self.scenario.hash,
            "months": self.scenario.months,
            "levers": [lever.facts() for lever in self.levers],
            "wants": [want.text for want in self.wants],
            "robust": self.robust,
            "prices": dict(self.prices),
            "worlds": self.worlds,
            "seed": self.seed,
            "doubt": self.doubt and self.doubt.manifest(self.scenario),
            "posterior": self.posterior and self.posterior.manifest,
            "model": _model(self.scenario),
            "platypus": version("platypus-opt"),
        }

    # -- settings -----------------------------------------------------------------------------------------------------

    def values(self, unit: Floats) -> Floats:
        """Values of the levers at points of the unit cube, (point, lever), each at a step of its lever."""
        return np.stack([_stepped(lever, unit[:, j]) for j, lever in enumerate(self.levers)], axis=1)

    def labels(self, values: Sequence[float]) -> dict[str, str | float]:
        """A setting by path, months as YYYY-MM."""
        return {lever.path: lever.label(value) for lever, value in zip(self.levers, values, strict=True)}

    def cost(self, values: Sequence[float]) -> float:
        """What a setting costs a month. Raises BadInput for values that do not go together."""
        labels = self.labels(values)
        story = self.scenario.with_values(labels, by="--lever")
        if self.prices:  # what has a price of its own does not count by the rule
            rest = {path: value for path, value in labels.items() if path not in self.prices}
            story = self.scenario.with_values(rest, by="--lever")
        own = sum(
            self.prices.get(lever.path, 0.0) * abs(value - now)
            for lever, value, now in zip(self.levers, values, self.now, strict=True)
        )
        return added(story, self.scenario) + own

    # -- futures ------------------------------------------------------------------------------------------------------

    def job(self, seed: int) -> Job:
        """What all batches share, in the futures of a seed."""
        plan = Plan(
            {self.scenario.name: self.scenario},
            self.levers,
            "rows",
            1,
            worlds=self.worlds,
            seed=seed,
            outcomes=tuple(dict.fromkeys(want.outcome for want in self.wants)),
            rows=np.array([self.now]),
            posterior=self.posterior,
            doubt=self.doubt,
        )
        return job_of(plan)

    def gains(self, job: Job, values: Floats, base: Floats | None = None) -> Floats:
        """What each want is measured by, (want, setting, future), at settings (setting, lever).

        ``base`` (want, future) are the outcomes where nothing is done; without it the outcomes themselves are given.
        """
        total = len(values) * self.worlds
        found = [np.empty(total) for _ in self.wants]
        for first in range(0, total, BATCH):
            count = min(BATCH, total - first)
            a, b = first // self.worlds, -(-(first + count) // self.worlds)
            task = Task(0, 0, np.arange(b - a), values[a:b], first - a * self.worlds, count)
            table = batches.run(job, task)
            for want, column in zip(self.wants, found, strict=True):
                column[first : first + count] = table.column(want.outcome).to_numpy(zero_copy_only=False)
        outcomes = [column.reshape(len(values), self.worlds) for column in found]
        if base is None:
            return np.stack(outcomes)
        return np.stack([want.gain(v, b) for want, v, b in zip(self.wants, outcomes, base, strict=True)])

    def base(self, job: Job) -> Floats:
        """Outcomes where nothing is done, (want, future)."""
        still = replace(job, factors=())
        return self.gains(still, np.zeros((1, 0)))[:, 0]

    def met(self, gains: Floats) -> Flags:
        """Where all that is wanted is reached, (setting, future), from gains (want, setting, future)."""
        met: Flags = np.logical_and.reduce([want.met(gain) for want, gain in zip(self.wants, gains, strict=True)])
        return met

    # -- what is measured ---------------------------------------------------------------------------------------------

    def measures(self, values: Floats, gains: Floats) -> Floats:
        """Cost, part of the futures in which all is reached, mean gain of each want: (setting, 2 + wants)."""
        return self.summed(np.array([self.cost(row) for row in values.tolist()]), gains)

    def summed(self, costs: Floats, gains: Floats) -> Floats:
        """The same of settings whose costs (setting,) are known."""
        return np.column_stack([costs, regret.reached(self.met(gains)), gains.mean(axis=2).T])

    def margin(self, measures: Floats) -> Floats:
        """How far mean gains are beyond what is wanted, in parts of that; of several wants the worst, (setting,)."""
        each = [want.margin(measures[:, 2 + k]) / (abs(want.amount) or 1.0) for k, want in enumerate(self.wants)]
        margin: Floats = np.min(each, axis=0)
        return margin

    def aims(self, measures: Floats) -> Floats:
        """What the search minimises, (setting, 2): cost, and how far what is wanted is not reached.

        Robust: in how many futures. Settings alike in that are told apart by their means, as a part that is smaller
        than one future: a search that sees no difference has nowhere to go.
        """
        margin = self.margin(measures)
        good = measures[:, 1] + 0.5 / self.worlds * np.tanh(margin) if self.robust else margin
        return np.column_stack([measures[:, 0], -good])


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
    search = _search(told, levers, wants, robust, dict(prices or {}), unit, worlds, seed, doubt, posterior)
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
            start=[[_place(lever, now) for lever, now in zip(asked.levers, asked.now, strict=True)]],
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
    may = np.array([_may_be(lever, value) for lever, value in zip(asked.levers, now.tolist(), strict=True)])
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


# -- what is asked -----------------------------------------------------------------------------------------------------


def _check(least: str, **numbers: int) -> None:
    if least != "cost":
        raise BadInput.of(
            repr(least), "cost, which is what can be least", path="least", nearest=nearest(least, ["cost"])
        )
    for name, value in numbers.items():
        lowest, most = {"evaluations": (1, 100_000), "worlds": (2, 1_000_000), "seed": (0, 2**63 - 2)}[name]
        if type(value) is not int or not lowest <= value <= most:
            raise BadInput.of(shown(value), f"a whole number, {lowest} to {most:,}", path=name)


def _search(
    scenario: Scenario,
    levers: Mapping[str, Any],
    wants: Sequence[str] | str,
    robust: bool,
    prices: dict[str, float],
    unit: str,
    worlds: int,
    seed: int,
    doubt: Doubted,
    posterior: Posterior | str | os.PathLike[str] | None,
) -> Search:
    problems: list[Problem] = []
    factors: tuple[Factor, ...] = ()
    try:
        factors = _levers(scenario, levers)
    except BadInput as error:
        problems += error.problems
    texts = [wants] if isinstance(wants, str) else list(wants)
    if not texts:
        raise BadInput.of(
            "nothing that is wanted", "an outcome and how much, such as KAZ.EUU.share +3 pp vs base", path="want"
        )
    sought, wrong = read_wants([(text, None, None) for text in texts], scenario)
    problems += [*wrong, *_of_prices(prices, levers)]
    if problems:
        raise BadInput(problems)
    moved = wholes(factor.path for factor in factors)
    doubted = Doubt.of(doubt)
    for path in doubted.ranges if doubted else ():
        if not wholes([path]).isdisjoint(moved):
            raise BadInput.of("a number that is a lever as well", "one of the two", path=f"doubt {path}")
    doubted = doubted and replace(doubted, without=doubted.without | moved)
    if doubted:
        doubted.resolved(scenario)
    if posterior is None:
        drawn = own_posterior(scenario) if doubted and doubted.everything else None
    else:
        drawn = None if posterior == "none" else load_posterior(posterior)
    if drawn is not None:
        try:
            drawn.check(scenario, {factor.path: "a lever" for factor in factors})
        except BadInput as error:
            hint = "; --posterior none leaves it out"
            raise BadInput(replace(one, expected=one.expected + hint) for one in error.problems) from None
    made = Search(scenario, factors, sought, robust, prices, unit, worlds, seed, doubted, drawn)
    if all(made.is_free(lever) for lever in range(len(factors))):
        raise BadInput.of(
            "no lever that costs anything",
            f"a budget or a pledge among the levers, or a price: --price {factors[0].path}=0.5 (what one unit more "
            "costs a month)",
            path="price",
        )
    return made


def _of_prices(prices: Mapping[str, Any], levers: object) -> Iterator[Problem]:
    """What is wrong with prices."""
    known = list(levers) if isinstance(levers, Mapping) else []
    for path, price in prices.items():
        if path not in known:
            yield Problem("", None, None, "price", repr(path), "one of the levers", nearest(path, known))
        number = isinstance(price, int | float) and not isinstance(price, bool)
        if not number or not np.isfinite(price) or price < 0.0:
            found = f"{price:g}" if number else shown(price)
            yield Problem("", None, None, f"price {path}", found, "a number, 0 or more")


def _levers(scenario: Scenario, levers: Mapping[str, Any]) -> tuple[Factor, ...]:
    """The levers, checked one by one and all at either end."""
    given: Any = levers
    if not isinstance(given, Mapping) or not given:
        raise BadInput.of(
            "no lever" if not given else shown(given),
            "what may be moved, such as powers.EUU.budget=0.3:1.0",
            path="lever",
        )
    if len(levers) > LEVERS:
        raise BadInput.of(f"{len(levers)} levers", f"at most {LEVERS}", path="lever")
    try:
        plan = Plan.of(scenario, vary=dict(levers), design="lhs", points=1, worlds=1)
    except BadInput as error:
        raise BadInput(_of_lever(scenario, one) for one in error.problems) from None
    if plan.balanced or any(factor.kind == "scenario" for factor in plan.factors):
        found = "a pattern of paths" if plan.balanced else "whole scenarios"
        raise BadInput.of(found, "levers by their paths, one by one", path="lever")
    problems: list[Problem] = []
    for end in ("low", "high"):
        labels = {factor.path: factor.label(getattr(factor, end)) for factor in plan.factors}
        try:
            scenario.with_values(labels, by=f"--lever, all at their {end} ends")
        except BadInput as error:
            problems += error.problems
    if problems:
        raise BadInput(problems)
    return plan.factors


def _of_lever(scenario: Scenario, one: Problem) -> Problem:
    """A problem of a plan as one of a lever; an event that is known by another key is told its date."""
    path = one.path.removeprefix("vary.")
    keys = path.split(".")
    date = f"{'.'.join(keys[:2])}.date"
    near = date if len(keys) == 3 and keys[0] == "events" and date in scenario.values else one.nearest
    wanted = one.expected.removesuffix(" or 'scenario'")
    return replace(
        one, path=f"lever {path}", nearest=near if one.found.startswith("no number") else one.nearest, expected=wanted
    )


def _stepped(lever: Factor, unit: Floats) -> Floats:
    """Values at places of the unit interval: months, switches and listed values as they are, numbers at round steps."""
    values = lever.at(np.clip(unit, 0.0, 1.0))
    if lever.discrete:
        return values
    digits = STEPS - int(np.floor(np.log10(lever.high - lever.low)))
    return np.clip(np.round(values, digits), lever.low, lever.high)


def _place(lever: Factor, value: float) -> float:
    """Where in its interval a lever has the value that the scenario gives it, or the nearest end."""
    if lever.values:
        levels = np.array(lever.values)
        return (int(np.abs(levels - value).argmin()) + 0.5) / len(levels)
    wide = lever.high - lever.low + (1.0 if lever.discrete else 0.0)
    return float(np.clip((value - lever.low + (0.5 if lever.discrete else 0.0)) / wide, 0.0, 1.0))


def _may_be(lever: Factor, value: float) -> bool:
    """Whether a lever may have a value."""
    return value in lever.values if lever.values else lever.low <= value <= lever.high


def _model(scenario: Scenario) -> str:
    """The version of the model."""
    ask = Ask(scenario, 1)
    return model_version(ask.republic, ask.power, ask.model)
