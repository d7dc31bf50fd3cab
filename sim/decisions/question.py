"""What is sought: levers, wants, prices and the futures that all settings of the levers are run in.

World i has the same luck, and the same numbers that are in doubt, at every setting. Levers are decided and so not in
doubt.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.decisions import regret
from sim.decisions.costs import added, wholes
from sim.decisions.want import Want
from sim.decisions.want import read as read_wants
from sim.runs.ask import Ask
from sim.runs.doubt import Doubt, Doubted
from sim.runs.modelversion import model_version
from sim.runs.posterior import Posterior, load_posterior, own_posterior
from sim.scenario import BadInput, Problem, Scenario
from sim.scenario.errors import nearest, shown
from sim.sweeps import batches
from sim.sweeps.batches import BATCH, Job, Task, job_of
from sim.sweeps.factors import Factor
from sim.sweeps.plan import Plan

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

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


def search_of(
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
    """The search that a call of ``sim.seek`` asks for, checked. Raises BadInput with all problems."""
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


def place_of(lever: Factor, value: float) -> float:
    """Where in its interval a lever has the value that the scenario gives it, or the nearest end."""
    if lever.values:
        levels = np.array(lever.values)
        return (int(np.abs(levels - value).argmin()) + 0.5) / len(levels)
    wide = lever.high - lever.low + (1.0 if lever.discrete else 0.0)
    return float(np.clip((value - lever.low + (0.5 if lever.discrete else 0.0)) / wide, 0.0, 1.0))


def may_be(lever: Factor, value: float) -> bool:
    """Whether a lever may have a value."""
    return value in lever.values if lever.values else lever.low <= value <= lever.high


def _model(scenario: Scenario) -> str:
    """The version of the model."""
    ask = Ask(scenario, 1)
    return model_version(ask.republic, ask.power, ask.model)
