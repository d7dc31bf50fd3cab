"""Scenario discovery: in which part of the space of factors something happens, as boxes with rules in words.

By PRIM, the patient rule induction method (Friedman & Fisher 1999), as used for scenario discovery by Bryant & Lempert
2010, boxes are peeled out of the space, one after another; the peeling is that of the EMA Workbench (Kwakkel 2017). By
CART, classification trees, the whole space is divided into boxes, the leaves (``sim.sweeps.trees``). ``Sweep.discover``
asks for the boxes of a sweep.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from inspect import signature
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.runs.words import capital, percent
from sim.scenario import BadInput, Scenario
from sim.scenario.paths import said
from sim.sweeps.design import need
from sim.sweeps.factors import Factor, words
from sim.sweeps.trees import FEWEST_LEAVES, MOSTLY, Columns, Trial, leaves

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

METHODS: dict[str, int] = {"prim": 3, "cart": 8}
"""Methods, and how many boxes each looks for at most if not told."""
MOST_ROWS = 50_000
"""Most rows that PRIM uses; larger sweeps are sampled evenly (coverage and density are counted over all rows)."""
CHANCE = 0.05
"""A rule keeps a limit only if chance alone would produce its gain with a probability below this (quasi-p value).
Points are counted, not worlds, because the worlds of one point are not independent."""


@dataclass(frozen=True)
class Limit:
    """What a box requires of one factor: from ``low`` to ``high`` (None: no limit there), or one of ``among``."""

    factor: Factor
    low: float | None
    high: float | None
    among: tuple[float, ...] = ()

    def holds(self, values: Floats) -> Flags:
        """Which values of the factor (any shape) are within the limit."""
        if self.among:
            return np.isin(values, self.among)
        flags: Flags = np.ones(values.shape, dtype=bool)
        if self.low is not None:
            flags &= values >= self.low
        if self.high is not None:
            flags &= values <= self.high
        return flags

    def text(self, name: str) -> str:
        """The limit in words; ``name`` is the factor's."""
        factor = self.factor
        if factor.kind == "switch":
            return f"{name} {'happens' if 1.0 in self.among or self.low == 1.0 else 'does not happen'}"
        if self.among:
            return f"{name} is {' or '.join(_shown(factor, value) for value in self.among)}"
        low, high = (None if end is None else _shown(factor, end) for end in (self.low, self.high))
        if factor.kind == "month":
            return (
                f"{name} is {low} to {high}"
                if low and high
                else f"{name} is {low} or later"
                if low
                else f"{name} is {high} or earlier"
            )
        return f"{low} < {name} < {high}" if low and high else f"{name} > {low}" if low else f"{name} < {high}"


@dataclass(frozen=True)
class FoundBox:
    """A box: its limits and the rule in words.

    Over all rows: its share of the cases (coverage), the cases' share of it (density), its share of the rows (mass).
    """

    limits: tuple[Limit, ...]
    coverage: float
    density: float
    mass: float
    rows: int
    rule: str


@dataclass(frozen=True)
class Discovery:
    """What was asked, how often it happens, and the boxes in order of discovery; coverage counts each box alone.

    ``rates`` (point,): the share of a point's worlds in which it happens. ``said``: the condition in words. Boxes by
    ``method`` "cart" are the leaves of one tree, densest first, and ``trial`` says how it fared where points were left
    out.
    """

    where: str
    rate: float
    rows: int
    boxes: tuple[FoundBox, ...]
    rates: Floats = field(default_factory=lambda: np.empty(0), compare=False, repr=False)
    said: str = ""
    method: str = "prim"
    trial: Trial | None = None

    @property
    def table(self) -> pd.DataFrame:
        """One row a box and factor: [box, factor, low, high, among, coverage, density, mass, lift]."""
        rows = [
            {
                "box": number,
                "factor": limit.factor.path,
                "low": None if limit.low is None else limit.factor.label(limit.low),
                "high": None if limit.high is None else limit.factor.label(limit.high),
                "among": ", ".join(str(limit.factor.label(value)) for value in limit.among) or None,
                "coverage": box.coverage,
                "density": box.density,
                "mass": box.mass,
                "lift": box.density / self.rate,
            }
            for number, box in enumerate(self.boxes, 1)
            for limit in box.limits
        ]
        return pd.DataFrame(
            rows, columns=["box", "factor", "low", "high", "among", "coverage", "density", "mass", "lift"]
        )


def find(
    factors: Sequence[Factor],
    values: Floats,
    cases: Flags,
    where: str,
    *,
    boxes: int = 3,
    threshold: float | None = None,
    least: float = 0.02,
    groups: NDArray[Any] | None = None,
    scenario: Scenario | None = None,
    said: str | None = None,
) -> Discovery:
    """Boxes among rows of ``values`` (row, factor) where ``cases`` (row,) mostly hold.

    ``groups`` (row,) are the points that rows belong to (by default each is its own); ``said`` is the condition in
    words. Raises BadInput where the cases are none, all, or too few to tell.
    """
    rate = float(cases.mean()) if len(cases) else 0.0
    moving = _moving(values, int(cases.sum()), len(cases), where)
    kept = np.unique(np.linspace(0, len(cases) - 1, min(MOST_ROWS, len(cases))).astype(np.int64))
    enough = min(1.5 * rate, (1.0 + rate) / 2.0) if threshold is None else threshold
    result: list[FoundBox] = []
    seen: list[Flags] = []
    groups = np.arange(len(cases)) if groups is None else groups
    for limits in _peel(
        [factors[j] for j in moving], values[kept][:, moving], cases[kept], groups[kept], boxes, enough, least
    ):
        inside = np.ones(len(cases), dtype=bool)
        for limit in limits:
            inside &= limit.holds(values[:, factors.index(limit.factor)])
        if any((inside & box).sum() > 0.9 * box.sum() for box in seen):
            continue  # it holds an earlier, denser one and says nothing new
        seen.append(inside)
        hits = int((inside & cases).sum())
        density = hits / max(int(inside.sum()), 1)
        coverage = hits / int(cases.sum())
        rule = _rule(said or where, limits, coverage, density, rate, scenario)
        result.append(FoundBox(limits, coverage, density, float(inside.mean()), int(inside.sum()), rule))
    return Discovery(where, rate, len(cases), tuple(result), said=said or where)


def divide(
    factors: Sequence[Factor],
    values: Floats,
    rates: Floats,
    counts: NDArray[np.int64],
    where: str,
    *,
    boxes: int = 8,
    least: float = 0.02,
    scenario: Scenario | None = None,
    said: str | None = None,
) -> Discovery:
    """The leaves of a tree over points, ``values`` (point, factor), ``boxes`` of them at most.

    ``rates`` (point,) are the shares of worlds in which the condition holds, ``counts`` (point,) the worlds. There is
    no leaf where no tree foretells points left out better than the overall rate does. Raises BadInput as ``find``, and
    for too few points and for ``boxes`` below two.
    """
    if boxes < FEWEST_LEAVES:
        raise BadInput.of(f"{boxes}", f"{FEWEST_LEAVES} or more: a tree of one leaf divides nothing", path="boxes")
    held = rates * counts
    total, cases = int(counts.sum()), float(held.sum())
    moving = _moving(values, round(cases), total, where)
    columns = Columns([factors[j] for j in moving], values[:, moving])
    rate = cases / total
    found, trial = leaves(columns, values[:, moving], rates, counts, boxes, least)
    result = []
    for left in found:
        limits = [
            _limit(columns.factors[j], columns.levels[j], ranks)
            for j, ranks in left.items()
            if len(ranks) < len(columns.levels[j])
        ]
        inside = np.ones(len(values), dtype=bool)
        for limit in limits:
            inside &= limit.holds(values[:, factors.index(limit.factor)])
        rows, hits = int(counts[inside].sum()), float(held[inside].sum())
        density, coverage = hits / max(rows, 1), hits / cases
        rule = _rule(said or where, limits, coverage, density, rate, scenario)
        result.append(FoundBox(tuple(limits), coverage, density, rows / total, rows, rule))
    told = tuple(sorted(result, key=lambda box: -box.density)) if len(result) > 1 else ()
    return Discovery(where, rate, total, told, rates, said or where, "cart", trial)


def _limit(factor: Factor, there: Floats, ranks: NDArray[np.int64]) -> Limit:
    """What a leaf requires of a factor that it leaves these ranks among its values."""
    if _named(factor):
        return Limit(factor, None, None, tuple(there[ranks].tolist()))
    low, high = (int(end) for end in (ranks[0], ranks[-1]))
    return Limit(factor, _edge(factor, there, low, -1), _edge(factor, there, high, 1))


def _edge(factor: Factor, there: Floats, place: int, way: int) -> float | None:
    """The end of a limit whose last value within stands at ``place``, ``way`` -1 below or 1 above; None: no end there.

    Between two values that occur, half way; of months, which are whole, the last one within.
    """
    if not 0 <= place + way < len(there):
        return None
    step = 0 if factor.kind == "month" else way
    return float(there[place] + there[place + step]) / 2


def _moving(values: Floats, cases: int, rows: int, where: str) -> list[int]:
    """Places of the factors that vary. Raises BadInput where there are none, or too few cases to tell."""
    if cases < 10 or rows - cases < 10:
        raise BadInput.of(
            f"{cases:,} of {rows:,} rows in which {where}",
            "at least 10 in which it holds and 10 in which it does not",
            path="where",
        )
    moving = [j for j in range(values.shape[1]) if np.ptp(values[:, j]) > 0]
    if not moving:
        raise BadInput.of("factors that never change", "a sweep in which something varies", path="where")
    return moving


def _peel(
    factors: Sequence[Factor],
    values: Floats,
    cases: Flags,
    groups: NDArray[Any],
    boxes: int,
    enough: float,
    least: float,
) -> list[tuple[Limit, ...]]:
    need("ema_workbench")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of packages it could use and of pandas to come; not ours to mend
        from ema_workbench.analysis import prim

        levels = [np.unique(values[:, j]) for j in range(len(factors))]
        # ranks in place of values: quantiles of values that repeat (a grid's) would leave PRIM nothing to peel; and
        # names of our own, as PRIM drops a column called "scenario"
        ranks = {f"f{j}": np.searchsorted(levels[j], values[:, j]).astype(np.int64) for j in range(len(factors))}
        frame = pd.DataFrame(
            {
                name: pd.Categorical([f"c{rank}" for rank in column]) if _named(factors[j]) else column
                for j, (name, column) in enumerate(ranks.items())
            }
        )
        more = {"threshold": 1e-9} if "threshold" in signature(prim.Prim).parameters else {}  # until EMA Workbench 3
        search = prim.Prim(frame, cases, peel_alpha=0.05, mass_min=max(least, 10 / len(cases)), **more)
        peeled: list[tuple[Limit, ...]] = []
        table = np.stack(list(ranks.values()), axis=1)
        for _ in range(boxes):
            left = np.array(search.yi_remaining)
            if cases[search.yi_remaining].sum() < 10:
                break
            box = search.find_box()
            if box is None:
                break
            chosen = _choose(box, enough)
            if chosen is None:
                break
            limits = _limits(box.box_lims[chosen], factors, levels, table[left], cases[left], groups[left])
            if not limits:
                break
            peeled.append(limits)
        return peeled


def _choose(box: Any, enough: float) -> int | None:
    """The step of a peeling with the best balance of coverage and density; None if no step is dense enough.

    Of steps nearly as good the one with the fewest factors is taken: a rule should be short.
    """
    path = box.peeling_trajectory
    dense = path[(path.density >= enough) & (path.res_dim > 0)]
    if dense.empty:
        return None
    balance = 2.0 * dense.coverage * dense.density / (dense.coverage + dense.density)
    near = dense[balance >= balance.max() - 0.02]
    fewest = near[near.res_dim == near.res_dim.min()]
    step = int(balance.loc[fewest.index].idxmax())
    box.select(step)
    return step


def _named(factor: Factor) -> bool:
    """Whether a factor's values have no order that matters."""
    return factor.kind in ("scenario", "switch")


def _limits(
    ends: pd.DataFrame,
    factors: Sequence[Factor],
    levels: Sequence[Floats],
    ranks: NDArray[np.int64],
    cases: Flags,
    groups: NDArray[Any],
) -> tuple[Limit, ...]:
    """The limits of a step, without those that chance may have set; between two values that occur, half way.

    ``ranks`` (row, factor) are places among the ``levels`` of each factor, of the rows that no box holds yet.
    """
    sides: list[tuple[int, str, Any, Flags]] = []  # factor, which side, where it lies, which rows keep to it
    for j, (factor, there) in enumerate(zip(factors, levels, strict=True)):
        if _named(factor):
            allowed = sorted(int(code[1:]) for code in ends[f"f{j}"].iloc[0])
            if len(allowed) < len(there):
                sides.append((j, "among", allowed, np.isin(ranks[:, j], allowed)))
            continue
        low, high = (int(end) for end in ends[f"f{j}"])
        if low > 0:
            sides.append((j, "low", low, ranks[:, j] >= low))
        if high < len(there) - 1:
            sides.append((j, "high", high, ranks[:, j] <= high))
    kept: dict[int, dict[str, Any]] = {}
    for j, side, place, keeps in sides:
        others = np.logical_and.reduce([np.ones(len(cases), dtype=bool)] + [s[3] for s in sides if s[3] is not keeps])
        if _by_chance(cases[others], keeps[others], groups[others]) < CHANCE:
            kept.setdefault(j, {})[side] = place
    limits = []
    for j, ends_of in kept.items():
        factor, there = factors[j], levels[j]
        if "among" in ends_of:
            limits.append(Limit(factor, None, None, tuple(float(there[place]) for place in ends_of["among"])))
            continue
        floor = _edge(factor, there, ends_of["low"], -1) if "low" in ends_of else None
        roof = _edge(factor, there, ends_of["high"], 1) if "high" in ends_of else None
        limits.append(Limit(factor, floor, roof))
    return tuple(limits)


def _by_chance(cases: Flags, keeps: Flags, groups: NDArray[Any]) -> float:
    """How often chance alone would make the rows that keep to a limit as dense as they are (Bryant & Lempert 2010).

    Trials are points, not rows: a point's worlds share its values.
    """
    from scipy.stats import binom

    points = len(np.unique(groups[keeps]))
    if not points or keeps.all():
        return 1.0
    return float(binom.sf(np.ceil(points * cases[keeps].mean() - 1e-9) - 1, points, cases.mean()))


def _rule(
    where: str, limits: Sequence[Limit], coverage: float, density: float, rate: float, scenario: Scenario | None
) -> str:
    said = [
        limit.text(limit.factor.path if scenario is None else words(limit.factor.path, scenario)) for limit in limits
    ]
    when = " and ".join(said)
    if density == 0:
        return f"{capital(where)} never when {when}: in none of these worlds, against {percent(rate)} of all."
    often = "less often" if density < rate else "mostly" if density > MOSTLY else "more often"
    return (
        f"{capital(where)} {often} when {when}: in {percent(density)} of these worlds, "
        f"against {percent(rate)} of all; they hold {percent(coverage)} of all cases."
    )


def _shown(factor: Factor, value: float) -> str:
    return said(factor.path, factor.label(value), 3)
