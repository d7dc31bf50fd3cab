"""Security, energy and infrastructure against what is on record of them: arms, Chinese projects, Chinese finance.

Who was chosen: the parts that suppliers had in a republic's arms, and that republics had in what China committed. How
much: all of it together. Both over the three years after an origin, as single years hold one delivery or none.

How the model is measured. It has no arms and no dollars, but points of engagement by power, republic and sector. Arms
delivered stand for points of projects delivered in security, projects announced for points agreed in their sector,
finance committed for points agreed in energy and infrastructure together. The model's *change* from the years on record
is put on what the record says, as with trade:

    forecast share ∝ pooled share on record × points in the window / points in the years on record,

with a usual year in the place of years before the run. So a difference to "partial pooling" is owed to the simulation
alone. "Simulation alone" takes the model's shares as they are. Shares stray about a forecast's mean by a Dirichlet law,
amounts (logarithms) by a normal one; how far, each method learns from its own errors before the origin.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.evidence.backtest import EVEN, SCORES, Backtest, backtest
from sim.evidence.baselines import COMBINED, MODEL, OUTRIGHT, POOLED
from sim.evidence.calibrate import Calibration
from sim.evidence.catalogue import series
from sim.evidence.engagement import Engagement, engagement
from sim.evidence.observed import POWERS, VOTERS, Observed
from sim.evidence.paired import weight
from sim.evidence.scores import apart, pit
from sim.scenario.table import SECTORS

Floats = NDArray[np.float64]

WINDOW = 3
"""Years of a forecast."""
SAMPLES = 1000
SINCE = 6
"""Years on record that the first origin needs."""
SHARED = "even shares"
LAST, MEAN, DRIFT, SHRUNK = "last window", "historic mean", "linear drift", "shrunken drift"
METHODS = (MODEL, LAST, DRIFT, SHRUNK, MEAN, SHARED, POOLED, OUTRIGHT, COMBINED)
RIVALS = (LAST, DRIFT, SHRUNK, MEAN, SHARED, POOLED)

CONCENTRATIONS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
"""Of the Dirichlet law: the larger, the nearer to the mean."""
LEAST = 0.01
"""Part that every share of a forecast's mean has at least, so that a newcomer is possible."""
DECIMALS = 2
"""Shares are read to a percentage point: a supplier of next to nothing is one of nothing."""
PULL = 5.0
"""Years that the common shares count beside a republic's own."""


@dataclass(frozen=True)
class Amounts:
    """A series by year: ``values`` (unit, part, year), 0 where there was nothing; a unit's sum is shared out to parts.

    Units are republics and parts are powers; where only China is on record, it is the one unit and republics are parts.
    ``flow`` and ``sectors`` say which points of the model it stands for, ``floor`` which amount is as good as nothing,
    in ``unit``.
    """

    name: str
    sector: str
    units: tuple[str, ...]
    parts: tuple[str, ...]
    years: NDArray[np.int64]
    values: Floats
    flow: str
    sectors: tuple[str, ...]
    floor: float
    unit: str

    @property
    def last(self) -> int:
        """The last year."""
        return int(self.years[-1])

    def upto(self, year: int) -> Amounts:
        """A copy without anything later than ``year``."""
        kept = self.years <= year
        return replace(self, years=self.years[kept].copy(), values=self.values[..., kept].copy())

    def with_noise_after(self, year: int, seed: int = 0) -> Amounts:
        """The series with everything after ``year`` replaced by chance: forecasts from there must not notice."""
        noise = np.random.default_rng(seed).uniform(1.0, 1000.0, self.values.shape)
        return replace(self, values=np.where(self.years > year, noise, self.values))

    def window(self, origin: int) -> Floats:
        """What came in the years after ``origin``, (unit, part)."""
        inside = (self.years > origin) & (self.years <= origin + WINDOW)
        result: Floats = self.values[..., inside].sum(axis=-1)
        return result

    def points(self, flows: Engagement, years: NDArray[np.int64]) -> Floats:
        """The model's points for it, (unit, part, year)."""
        flow = flows.over(self.flow, years)[:, :, [SECTORS.index(sector) for sector in self.sectors]].sum(axis=2)
        if self.parts == POWERS:
            result: Floats = flow[[VOTERS.index(code) for code in self.units]]
        else:
            result = flow[[VOTERS.index(code) for code in self.parts], POWERS.index(self.units[0])][None]
        return result


def load_amounts() -> tuple[Amounts, ...]:
    """The four shipped series that are scored.

    Chinese projects end with 2017, the last whole year of the tracker's edition. Finance leaves Turkmenistan out: after
    2011 its zeros are unknown amounts.
    """
    projects = series("china-projects").yearly()
    finance = series("china-finance").yearly().assign(line="CHN")
    finance = finance.groupby(["panel", "line", "year"])["value"].sum().reset_index()
    arms = series("arms-orders").yearly()
    four = tuple(code for code in VOTERS if code != "TKM")
    found = [
        _amounts("arms", "security", arms, "panel", "line", VOTERS, POWERS, (1994, 2024))
        | {"flow": "delivered", "sectors": ("security",), "floor": 5.0, "unit": "trend-indicator values"}
    ]
    for sector in ("energy", "infrastructure"):
        mine = projects[projects["line"] == sector].assign(line="CHN")
        found.append(
            _amounts(f"projects in {sector}", sector, mine, "line", "panel", ("CHN",), VOTERS, (2005, 2017))
            | {"flow": "agreed", "sectors": (sector,), "floor": 100.0, "unit": "million dollars"}
        )
    found.append(
        _amounts("finance", "energy, infrastructure", finance, "line", "panel", ("CHN",), four, (2000, 2021))
        | {"flow": "agreed", "sectors": ("energy", "infrastructure"), "floor": 10.0, "unit": "million dollars"}
    )
    return tuple(Amounts(**one) for one in found)


def _amounts(
    name: str,
    sector: str,
    frame: pd.DataFrame,
    unit: str,
    part: str,
    units: tuple[str, ...],
    parts: tuple[str, ...],
    span: tuple[int, int],
) -> dict[str, Any]:
    years = np.arange(span[0], span[1] + 1)
    values = np.zeros((len(units), len(parts), len(years)))
    known = frame[frame[unit].isin(units) & frame[part].isin(parts) & frame["year"].isin(years)]
    for u, p, year, value in zip(known[unit], known[part], known["year"], known["value"], strict=True):
        values[units.index(u), parts.index(p), year - span[0]] += value
    return {"name": name, "sector": sector, "units": units, "parts": parts, "years": years, "values": values}


def digest(record: Sequence[Amounts]) -> str:
    """Fingerprint of all values."""
    return hashlib.sha256(b"".join(one.values.tobytes() for one in record)).hexdigest()


# -- means of forecasts, from a series up to the origin ---------------------------------------------------------------


def _shares(amounts: Floats) -> Floats:
    """Parts of sums along the second axis; even where a sum is 0."""
    total = amounts.sum(axis=1, keepdims=True)
    return np.where(total > 0.0, amounts / np.where(total > 0.0, total, 1.0), 1.0 / amounts.shape[1])


def _kept(shares: Floats) -> Floats:
    """Shares of at least ``LEAST``, summing to 1."""
    result: Floats = _shares(np.maximum(shares, LEAST))
    return result


def _recent(known: Amounts, back: int = 0) -> Floats:
    """Shares in the last window on record, or so many windows before; in all of the record where it has nothing."""
    sums = known.window(known.last - WINDOW * (back + 1))
    empty = sums.sum(axis=1, keepdims=True) <= 0.0
    result: Floats = np.where(empty, _shares(known.values.sum(axis=-1)), _shares(sums))
    return result


def _pooled(known: Amounts) -> Floats:
    """A unit's mean yearly shares, drawn towards all units' mean (towards even ones, where there is one unit)."""
    active = known.values.sum(axis=1) > 0.0
    yearly = _shares(known.values) * active[:, None]
    number = active.sum(axis=1)[:, None]
    own = yearly.sum(axis=-1)
    even = np.full(len(known.parts), 1.0 / len(known.parts))
    common = own.sum(axis=0) / max(number.sum(), 1) if len(known.units) > 1 and number.sum() else even
    result: Floats = (own + PULL * common) / (number + PULL)
    return result


def who(known: Amounts, flows: Engagement | None) -> dict[str, Floats]:
    """Mean shares (unit, part) of the next window by each method; without ``flows`` none of the simulation's."""
    now, before, pooled = _recent(known), _recent(known, 1), _pooled(known)
    means = {
        LAST: now,
        DRIFT: now + (now - before),
        SHRUNK: now + 0.5 * (now - before),
        MEAN: _shares(known.values.sum(axis=-1)),
        SHARED: np.full(now.shape, 1.0 / now.shape[1]),
        POOLED: pooled,
    }
    if flows is not None:
        ahead = known.points(flows, known.last + 1 + np.arange(WINDOW)).mean(axis=-1)
        means[MODEL] = pooled * ahead / known.points(flows, known.years).mean(axis=-1)
        means[OUTRIGHT] = ahead
    return {method: _kept(mean) for method, mean in means.items()}


def how_much(known: Amounts, flows: Engagement | None) -> dict[str, Floats]:
    """Mean logarithm (unit,) of the next window's sum by each method.

    Pooled is halfway between the last window and a mean that is halfway between the unit's own and that of all.
    """
    logs = _logs(known, range(int(known.years[0]) - 1, known.last - WINDOW + 1))
    now, before, mean = logs[:, -1], logs[:, -1 - WINDOW], logs.mean(axis=1)
    among = mean.mean() if len(mean) > 1 else mean
    means = {
        LAST: now,
        DRIFT: now + (now - before),
        SHRUNK: now + 0.5 * (now - before),
        MEAN: mean,
        POOLED: 0.5 * now + 0.25 * (mean + among),
    }
    if flows is not None:
        ahead = known.points(flows, known.last + 1 + np.arange(WINDOW)).sum(axis=1).mean(axis=-1)
        usual = known.points(flows, known.years).sum(axis=1).mean(axis=-1)
        means[MODEL] = means[POOLED] + np.log(ahead / usual)
    return means


def _logs(known: Amounts, origins: range) -> Floats:
    """Logarithms of sums of windows after some origins, (unit, origin)."""
    sums = np.stack([known.window(origin).sum(axis=1) for origin in origins], axis=1)
    result: Floats = np.log(sums + known.floor)
    return result


# -- forecasts and scores ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Window:
    """Samples of one method for the window after an origin: ``values`` (unit, part, n) shares, or (unit, 1, n) logs."""

    method: str
    what: str
    origin: int
    values: Floats


def forecasts(
    known: Amounts, flows: Engagement | None, seed: int = 0, methods: Sequence[str] = METHODS
) -> list[Window]:
    """Windows of some methods after the last year of a series, who and how much."""
    start = int(known.years[0]) + SINCE - 1
    past = [known.upto(origin) for origin in range(start, known.last - WINDOW + 1)]
    shares, logs = who(known, flows), how_much(known, flows)
    old_shares, old_logs = [who(one, flows) for one in past], [how_much(one, flows) for one in past]
    truths = [known.window(one.last) for one in past]
    made = []
    for method, mean in ((m, shares[m]) for m in methods if m in shares):
        rng = np.random.default_rng([seed, known.last, METHODS.index(method)])
        tight = _concentration([old[method] for old in old_shares], truths)
        gamma = rng.standard_gamma(tight * mean[..., None], (*mean.shape, SAMPLES)) + 1e-300
        made.append(Window(method, f"{known.name}: who", known.last, gamma / gamma.sum(axis=1, keepdims=True)))
    for method, mean in ((m, logs[m]) for m in methods if m in logs):
        rng = np.random.default_rng([seed, known.last, 100 + METHODS.index(method)])
        spread = _spread([old[method] for old in old_logs], truths, known.floor)
        samples = mean[:, None, None] + spread * rng.standard_normal((len(mean), 1, SAMPLES))
        made.append(Window(method, f"{known.name}: how much", known.last, samples))
    return made


_NODES = 200


def _concentration(means: Sequence[Floats], truths: Sequence[Floats]) -> float:
    """Of those on offer the one with which past forecasts had the best CRPS; 2 where there is no past."""
    pairs = [
        (mean[u], _shares(truth[u][None])[0])
        for mean, truth in zip(means, truths, strict=True)
        for u in range(len(truth))
        if truth[u].sum() > 0.0
    ]
    if not pairs:
        return 2.0
    mean, seen = (np.array(side) for side in zip(*pairs, strict=True))
    rng = np.random.default_rng(9)
    costs = []
    for tight in CONCENTRATIONS:
        gamma = rng.standard_gamma(tight * mean[..., None], (*mean.shape, _NODES)) + 1e-300
        costs.append(float(SCORES[0](gamma / gamma.sum(axis=1, keepdims=True), seen).mean()))
    return CONCENTRATIONS[int(np.argmin(costs))]


def _spread(means: Sequence[Floats], truths: Sequence[Floats], floor: float) -> float:
    """Root mean square of past errors of logarithms, with one error of 1 as a start."""
    errors = [np.log(truth.sum(axis=1) + floor) - mean for mean, truth in zip(means, truths, strict=True)]
    squares = np.concatenate([[1.0], *(error**2 for error in errors)])
    return float(np.sqrt(squares.mean()))


def backtest_sectors(record: Sequence[Amounts], observed: Observed, **settings: Any) -> tuple[Backtest, ...]:
    """The backtest of trade and votes, and with the same calibrations that of the sectors; see ``backtest``.

    The second is left out where no origin has a whole window after it.
    """
    flows: dict[int, Engagement] = {}
    furthest = max(one.last for one in record)

    def each(fit: Calibration) -> None:
        flows[fit.origin] = engagement(fit, min(fit.origin + WINDOW, furthest))

    test = backtest(observed, each=each, **settings)
    methods = METHODS if settings.get("rivals", True) else (MODEL,)
    sectors = score_sectors(record, flows, blind=test.blind, seed=test.facts["seed"], methods=methods)
    return (test, sectors) if (sectors.cells.method == MODEL).any() else (test,)


def score_sectors(
    record: Sequence[Amounts],
    flows: Mapping[int, Engagement],
    *,
    blind: bool,
    seed: int = 0,
    methods: Sequence[str] = METHODS,
) -> Backtest:
    """Forecast every series from every origin that it allows, and score; with the model's part where ``flows`` has it.

    Parameters
    ----------
    record : the whole series; only the scorer sees all of them.
    flows : the model's engagement, by origin.
    methods : those to be scored.

    The result's ``cells`` have no ``own``, their ``what`` is "arms: who" and so on, and ``error`` is half the sum of
    absolute errors of shares, or the absolute error of the logarithm of the amount. The horizon is ``WINDOW``.
    """
    made: list[Window] = []
    rows: list[tuple[Any, ...]] = []
    places: list[tuple[Any, ...]] = []
    for one in record:
        for origin in range(int(one.years[0]) + SINCE - 1, one.last - WINDOW + 1):
            new = forecasts(one.upto(origin), flows.get(origin), seed, methods)
            whats = dict.fromkeys(window.what for window in new) if origin in flows and COMBINED in methods else ()
            made += new + [_combined(made, new, record, what) for what in whats]
    order = {method: i for i, method in enumerate(METHODS)}
    made.sort(key=lambda window: (window.origin, order[window.method]))
    for window in made:
        for key, samples, truth, before in _cells(window, record):
            told = [float(score(samples, truth).mean()) for score in SCORES]
            point = samples.mean(axis=-1)
            error = float(np.abs(point - truth).sum()) * (0.5 if len(truth) > 1 else 1.0)
            year = window.origin + WINDOW
            rows.append((window.method, window.what, key, "", window.origin, WINDOW, year, error, np.nan, *told))
            for p, place in enumerate(pit(samples, truth)):
                rose = float(truth[p] > before[p])
                chance = float((samples[p] > before[p]).mean())
                places.append((window.method, window.what, key, str(p), window.origin, WINDOW, place, chance, rose))
    keys = ["method", "what", "republic", "power", "origin", "horizon", "year"]
    cells = pd.DataFrame(rows, columns=[*keys, "error", "own", "crps", "logs", "interval", "covered"])
    names = ["method", "what", "republic", "power", "origin", "horizon", "pit", "chance", "rose"]
    facts = {
        "kind": "sectors",
        "origins": sorted(flows),
        "horizons": [WINDOW],
        "blind": blind,
        "record": digest(record),
        "seed": seed,
    }
    pools = _pools(made, record)
    return Backtest(cells, (), None, blind, facts, pools, MODEL, pd.DataFrame(places, columns=names))


def _cells(window: Window, record: Sequence[Amounts]) -> Iterator[tuple[str, Floats, Floats, Floats]]:
    """Unit, samples (part, n), outcome (part,) and last window (part,), where something was to be shared out."""
    one = next(one for one in record if window.what.startswith(f"{one.name}: "))
    sums, before = one.window(window.origin), one.window(window.origin - WINDOW)
    for u, unit in enumerate(one.units):
        if window.what.endswith("how much"):
            logs = (np.log(x[u].sum(keepdims=True) + one.floor) for x in (sums, before))
            yield (unit, window.values[u], *logs)
        elif sums[u].sum() > 0.0:
            known = (_shares(x[u][None])[0] for x in (sums, before))
            yield (unit, *(np.round(x, DECIMALS) for x in (window.values[u], *known)))


_CRPS: Callable[[Floats, Floats], Floats] = SCORES[0]


def _pools(made: Sequence[Window], record: Sequence[Amounts]) -> pd.DataFrame:
    """What pools of the model with each rival need, as in ``sim.evidence.backtest``."""
    by = {(w.method, w.what, w.origin): w for w in made}
    rows = []
    for mine in (w for w in made if w.method == MODEL):
        for rival in (by[r, mine.what, mine.origin] for r in RIVALS if (r, mine.what, mine.origin) in by):
            for (unit, a, truth, _), (_, b, *_) in zip(_cells(mine, record), _cells(rival, record), strict=True):
                other = float(_CRPS(b, truth).mean())
                excess, gap = float(_CRPS(a, truth).mean()) - other, float(apart(a, b).mean())
                year = mine.origin + WINDOW
                rows.append((mine.what, unit, "", mine.origin, WINDOW, year, rival.method, gap, other, excess))
    names = ["what", "republic", "power", "origin", "horizon", "year", "rival", "distance", "other", "excess"]
    return pd.DataFrame(rows, columns=names)


def _combined(made: list[Window], new: list[Window], record: Sequence[Amounts], what: str) -> Window:
    """The pool of the model with the best rival of windows that had ended by the origin, as in ``backtest``."""
    here = {w.method: w for w in new if w.what == what}
    own = here[MODEL]
    whole = [replace(one, values=one.upto(own.origin).values, years=one.upto(own.origin).years) for one in record]
    past = [w for w in made if w.what == what and w.origin + WINDOW <= own.origin]
    pools = _pools([w for w in past if w.method in (MODEL, *RIVALS)], whole)
    rival, part, years = LAST, 0.5, pools.year.nunique()
    if years >= EVEN:
        rival = str(pools.groupby("rival")["other"].mean().idxmin())
    if years:
        sums = pools[pools.rival == rival][["excess", "distance"]].sum()
        part = float(weight(sums.excess, sums.distance * (1.0 + EVEN / years)))
    many = round(part * SAMPLES)
    values = np.concatenate([own.values[..., :many], here[rival].values[..., many:]], axis=-1)
    return Window(COMBINED, what, own.origin, values)
