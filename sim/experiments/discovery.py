"""Scenario discovery: in which part of the space of factors something happens, as boxes with rules in words.

The method is PRIM, the patient rule induction method (Friedman & Fisher 1999), as used for scenario discovery by
Bryant & Lempert 2010; the peeling is that of the EMA Workbench (Kwakkel 2017).
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.experiments.design import need
from sim.experiments.factors import Factor, words
from sim.experiments.where import parse
from sim.scenario import BadInput, Scenario

if TYPE_CHECKING:
    from sim.experiments.sweep import Sweep

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

MOST_ROWS = 50_000
"""Rows that PRIM looks at; of more, worlds are drawn evenly (coverage and density are counted over all rows)."""
CHANCE = 0.05
"""A limit stays in a rule only if chance alone would give its gain less often than this (quasi-p)."""


@dataclass(frozen=True)
class Limit:
    """What a box asks of one factor: from ``low`` to ``high`` (None: no limit there), or one of ``among``."""

    factor: Factor
    low: float | None
    high: float | None
    among: tuple[float, ...] = ()

    def holds(self, values: Floats) -> Flags:
        """Where values of the factor (any shape) keep to it."""
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
            return f"{name} is {' or '.join(str(factor.label(value)) for value in self.among)}"
        low, high = (None if end is None else _shown(factor, end) for end in (self.low, self.high))
        if factor.kind == "month":
            return (f"{name} is {low} to {high}" if low and high else f"{name} is {low} or later" if low else
                    f"{name} is {high} or earlier")
        return f"{low} < {name} < {high}" if low and high else f"{name} > {low}" if low else f"{name} < {high}"


@dataclass(frozen=True)
class Found:
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
    """What was asked, how often it happens, and the boxes, the first found first; coverage counts each box alone."""

    where: str
    rate: float
    rows: int
    boxes: tuple[Found, ...]

    @property
    def table(self) -> pd.DataFrame:
        """One row a box and factor: [box, factor, low, high, among, coverage, density, mass, lift]."""
        rows = [{"box": number, "factor": limit.factor.path,
                 "low": None if limit.low is None else limit.factor.label(limit.low),
                 "high": None if limit.high is None else limit.factor.label(limit.high),
                 "among": ", ".join(str(limit.factor.label(value)) for value in limit.among) or None,
                 "coverage": box.coverage, "density": box.density, "mass": box.mass, "lift": box.density / self.rate}
                for number, box in enumerate(self.boxes, 1) for limit in box.limits]
        return pd.DataFrame(rows, columns=["box", "factor", "low", "high", "among", "coverage", "density", "mass",
                                           "lift"])


def discover(sweep: Sweep, where: str, *, boxes: int = 3, threshold: float | None = None,
             least: float = 0.02) -> Discovery:
    """Boxes in the space of a sweep's factors where a condition mostly holds.

    Parameters
    ----------
    where : condition on outcomes, such as "RUS.share < 0.25 and TJK.leader == CHN" (see ``sim.experiments.where``).
    boxes : how many to look for at most.
    threshold : density a box must reach; by default half way between the overall rate and 1, or 1.5 times the rate if
        that is less.
    least : share of the rows a box holds at least.

    Raises
    ------
    BadInput : a condition that makes no sense, or that holds everywhere or nowhere.
    """
    named = parse(where, (*sweep.paths, *sweep.outcomes), [*(f.path for f in sweep.factors if f.labels() is not None),
                                                           *(set(sweep.outcomes) - set(sweep.numbers))])
    table = sweep.table(["point", *named.names])
    columns = {name: table[name].to_numpy() for name in named.names}
    cases = named.holds(columns)
    values = sweep.values[table["point"].to_numpy()]
    return find(sweep.factors, values, cases, where.strip(), sweep.scenario, boxes, threshold, least)


def find(factors: Sequence[Factor], values: Floats, cases: Flags, where: str, scenario: Scenario | None = None,
         boxes: int = 3, threshold: float | None = None, least: float = 0.02) -> Discovery:
    """Boxes among rows of ``values`` (row, factor) where ``cases`` (row,) mostly hold.

    Raises BadInput where the cases are none, all, or too few to tell.
    """
    rate = float(cases.mean()) if len(cases) else 0.0
    if cases.sum() < 10 or (~cases).sum() < 10:
        raise BadInput.of(f"{int(cases.sum()):,} of {len(cases):,} rows in which {where}", "at least 10 in which it "
                          "holds and 10 in which it does not", path="where")
    moving = [j for j in range(len(factors)) if np.ptp(values[:, j]) > 0]
    if not moving:
        raise BadInput.of("factors that never change", "a sweep in which something varies", path="where")
    kept = np.unique(np.linspace(0, len(cases) - 1, min(MOST_ROWS, len(cases))).astype(np.int64))
    enough = min(1.5 * rate, (1.0 + rate) / 2.0) if threshold is None else threshold
    found = []
    for limits in _peel([factors[j] for j in moving], values[kept][:, moving], cases[kept], boxes, enough, least):
        inside = np.ones(len(cases), dtype=bool)
        for limit in limits:
            inside &= limit.holds(values[:, factors.index(limit.factor)])
        hits = int((inside & cases).sum())
        density = hits / max(int(inside.sum()), 1)
        coverage = hits / int(cases.sum())
        rule = _rule(where, limits, coverage, density, rate, scenario)
        found.append(Found(limits, coverage, density, float(inside.mean()), int(inside.sum()), rule))
    return Discovery(where, rate, len(cases), tuple(found))


def _peel(factors: Sequence[Factor], values: Floats, cases: Flags, boxes: int, enough: float,
          least: float) -> list[tuple[Limit, ...]]:
    need("ema_workbench")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of packages it could use and of pandas to come; not ours to mend
        from ema_workbench.analysis import prim

        levels = [np.unique(values[:, j]) for j in range(len(factors))]
        # ranks in place of values: quantiles of values that repeat (a grid's) would leave PRIM nothing to peel; and
        # names of our own, as PRIM drops a column called "scenario"
        ranks = {f"f{j}": np.searchsorted(levels[j], values[:, j]).astype(np.int64) for j in range(len(factors))}
        frame = pd.DataFrame({name: pd.Categorical([f"c{rank}" for rank in column]) if _named(factors[j]) else column
                              for j, (name, column) in enumerate(ranks.items())})
        search = prim.Prim(frame, cases, threshold=1e-9, peel_alpha=0.05, mass_min=max(least, 10 / len(cases)))
        found: list[tuple[Limit, ...]] = []
        for _ in range(boxes):
            if cases[search.yi_remaining].sum() < 10:
                break
            box = search.find_box()
            if box is None:
                break
            chosen = _choose(box, enough)
            if chosen is None:
                break
            limits = _limits(box, chosen, factors, levels)
            if not limits:
                break
            found.append(limits)
        return found


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


def _limits(box: Any, step: int, factors: Sequence[Factor], levels: Sequence[Floats]) -> tuple[Limit, ...]:
    """The limits of a step, without those that chance may have set; between two values that occur, half way."""
    ends, doubts = box.box_lims[step], box.qp[step]
    limits = []
    for j, (factor, there) in enumerate(zip(factors, levels, strict=True)):
        name = f"f{j}"
        if name not in doubts:
            continue
        if _named(factor):
            if not 0.0 <= float(doubts[name][0]) < CHANCE:
                continue
            allowed = tuple(sorted(float(there[int(code[1:])]) for code in ends[name].iloc[0]))
            limits.append(Limit(factor, None, None, allowed))
            continue
        low, high = (int(end) for end in ends[name])
        sure = [0.0 <= float(doubt) < CHANCE for doubt in doubts[name]]
        whole = factor.kind == "month"
        floor = float(there[low] if whole else (there[low] + there[low - 1]) / 2) if low > 0 and sure[0] else None
        roof = None
        if high < len(there) - 1 and sure[1]:
            roof = float(there[high] if whole else (there[high] + there[high + 1]) / 2)
        if floor is not None or roof is not None:
            limits.append(Limit(factor, floor, roof))
    return tuple(limits)


def _rule(where: str, limits: Sequence[Limit], coverage: float, density: float, rate: float,
          scenario: Scenario | None) -> str:
    said = [limit.text(limit.factor.path if scenario is None else words(limit.factor.path, scenario))
            for limit in limits]
    return (f"{where} mostly when {' and '.join(said)}: in {density:.0%} of such worlds, against {rate:.0%} of all; "
            f"{coverage:.0%} of all cases lie here.")


def _shown(factor: Factor, value: float) -> str:
    label = factor.label(value)
    return f"{label:.3g}" if isinstance(label, float) else label
