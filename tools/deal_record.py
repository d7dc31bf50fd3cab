"""How many deals a year, how large, how uneven, how long: what the observed figures say, with intervals.

    python tools/deal_record.py          # writes docs/evidence/deal-record.csv and prints it

Made from `china-projects`, `china-finance` and `arms-orders` in seeds/observed alone, without the network and always
the same: the bootstrap has a fixed seed. Intervals hold 90 % of 2,000 resamples, of deals for sizes and of years for
rates and swings, so they say what few deals leave open and nothing of faults in the figures (`sim data NAME` lists
those). A test fails where the file is out of date.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from sim.evidence.catalogue import series

Floats = NDArray[np.float64]

FILE = Path(__file__).parents[1] / "docs" / "evidence" / "deal-record.csv"
REPUBLICS = ("KAZ", "KGZ", "TJK", "TKM", "UZB")
FLOOR = 95.0
"""Million dollars; the tracker begins at 100 and rounds to tens."""
END = {"projects": 2018.5, "finance": 2022.0, "arms": 2025.0}
"""Where the figures end: the tracker's edition in mid-2018."""
START = {"projects": 2005, "finance": 2000, "arms": 2000}
"""First year counted; few orders of arms are known before 2000."""
ORIGINS = (2014, 2016, 2018, 2020)
"""Years up to which everything is computed as if later ones did not exist."""
RESAMPLES = 2000
SMALL = 8
"""Fewer deals than this: no spread of sizes is given."""
FIVE = 5
"""Of the largest deals' share, and years after which an order not complete is late."""


# -- sizes -----------------------------------------------------------------------------------------------------------

_POINT = np.linspace(-60.0, 60.0, 24001)
_HAZARD = np.exp(stats.norm.logpdf(_POINT) - stats.norm.logsf(_POINT))
_ABOVE = _HAZARD - _POINT  # mean of a standard normal above the point, less the point
_RATIO = 1.0 + (1.0 - _HAZARD * _ABOVE) / _ABOVE**2  # mean square of the excess over its squared mean, 1 to 2
_USABLE = slice(0, int(np.argmax(_POINT > 25.0)))  # beyond, the differences drown in rounding


def truncated_lognormal(sizes: Floats, floor: float) -> tuple[Floats, Floats]:
    """Maximum-likelihood (mu, sigma) of logarithms of lognormal sizes seen only above ``floor``; sizes (..., n).

    The likelihood depends on the mean and mean square of ln(size / floor) alone, and the ratio of the second to the
    square of the first rises with the point of truncation, so one table gives the answer (Cohen 1959). Samples whose
    ratio reaches 2, that of an exponential tail, have no finite answer: sigma is inf, mu -inf.
    """
    excess = np.log(sizes / floor)
    mean = excess.mean(axis=-1)
    ratio = (excess**2).mean(axis=-1) / mean**2
    point = np.interp(ratio, _RATIO[_USABLE], _POINT[_USABLE])
    sigma = mean / np.interp(point, _POINT, _ABOVE)
    finite = ratio < _RATIO[_USABLE][-1]
    return np.where(finite, np.log(floor) - point * sigma, -np.inf), np.where(finite, sigma, np.inf)


def spread(sizes: Floats) -> Floats:
    """Standard deviation of the logarithm, as if nothing were cut off; sizes (..., n)."""
    result: Floats = np.log(sizes).std(axis=-1, ddof=1)
    return result


def within_spread(deals: Floats) -> Floats:
    """The same about each republic's own mean, pooled; deals (..., n, 2) of size and number of the republic."""
    logs, code = np.log(deals[..., 0]), deals[..., 1]
    squares, freedom = np.zeros(logs.shape[:-1]), np.zeros(logs.shape[:-1])
    for one in range(len(REPUBLICS)):
        own = code == one
        number = own.sum(axis=-1)
        mean = (logs * own).sum(axis=-1) / np.maximum(number, 1)
        squares += (((logs - mean[..., None]) ** 2) * own).sum(axis=-1)
        freedom += np.maximum(number - 1, 0)
    result: Floats = np.sqrt(squares / freedom)
    return result


def truncated_spread(sizes: Floats) -> Floats:
    """The same of all deals, those below the tracker's floor too."""
    return truncated_lognormal(sizes, FLOOR)[1]


def part_unseen(sizes: Floats) -> Floats:
    """Part of the value that a lognormal puts below the floor, 0 to 1."""
    mu, sigma = truncated_lognormal(sizes, FLOOR)
    with np.errstate(invalid="ignore"):
        below = stats.norm.cdf((np.log(FLOOR) - mu) / sigma - sigma)
    return np.where(np.isfinite(sigma), below, 0.0)


def largest_share(sizes: Floats) -> Floats:
    """Part of the value that the five largest hold, 0 to 1."""
    ordered = np.sort(sizes, axis=-1)
    result: Floats = ordered[..., -FIVE:].sum(axis=-1) / ordered.sum(axis=-1)
    return result


# -- years -----------------------------------------------------------------------------------------------------------


def variation(years: Floats) -> Floats:
    """Standard deviation over mean of yearly values (..., year)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        result: Floats = years.std(axis=-1, ddof=1) / years.mean(axis=-1)
    return result


def clustering(counts: Floats) -> Floats:
    """Variance over mean of yearly numbers: 1 where deals come independently, more where they come in waves."""
    with np.errstate(invalid="ignore", divide="ignore"):
        result: Floats = counts.var(axis=-1, ddof=1) / counts.mean(axis=-1)
    return result


def persistence(pairs: Floats) -> Floats:
    """Correlation of a year with the next; pairs (..., pair, 2), each as a deviation from its republic's mean."""
    first, second = pairs[..., 0], pairs[..., 1]
    result: Floats = (first * second).mean(axis=-1) / np.sqrt((first**2).mean(axis=-1) * (second**2).mean(axis=-1))
    return result


def years_in_pairs(table: pd.DataFrame) -> Floats:
    """Consecutive years of ln(1 + amount), each less its republic's mean, (pair, 2); table: years by republics."""
    logs = np.log1p(table.to_numpy(float))
    logs -= logs.mean(axis=0)
    return np.stack([logs[:-1].T.ravel(), logs[1:].T.ravel()], axis=-1)


# -- delivery --------------------------------------------------------------------------------------------------------


def waits(orders: pd.DataFrame, to: int) -> pd.DataFrame:
    """Years from order to the last delivery, as known at the end of ``to``: [wait, complete, size].

    An order not delivered in full by then is not complete, and has waited until then.
    """
    rows = []
    for row in orders.itertuples(index=False):
        if row.year > to or not row.tiv_ordered > 0:
            continue
        years = [] if pd.isna(row.years_delivered) else [int(year) for year in str(row.years_delivered).split("; ")]
        complete = bool(years) and years[-1] <= to and row.tiv_delivered >= row.tiv_ordered
        rows.append((years[-1] - row.year if complete else to - row.year, complete, float(row.tiv_ordered)))
    return pd.DataFrame(rows, columns=["wait", "complete", "size"]).astype({"wait": float, "complete": bool})


def still_open(wait: Floats, complete: NDArray[np.bool_], years: int) -> Floats:
    """Part not yet delivered 0, 1, … ``years`` after the order (Kaplan and Meier 1958), shapes (..., n)."""
    alive = np.ones(wait.shape[:-1])
    parts = []
    for year in range(years + 1):
        at_risk = (wait >= year).sum(axis=-1)
        done = ((wait == year) & complete).sum(axis=-1)
        alive = alive * (1.0 - done / np.maximum(at_risk, 1))
        parts.append(alive)
    return np.stack(parts, axis=-1)


def mean_wait(orders: Floats) -> Floats:
    """Mean years to the last delivery, none counted beyond ten; orders (..., n, 3) of wait, complete, size."""
    result: Floats = still_open(orders[..., 0], orders[..., 1] > 0, 9).sum(axis=-1)
    return result


def late(orders: Floats) -> Floats:
    """Part not complete five years after the order."""
    result: Floats = still_open(orders[..., 0], orders[..., 1] > 0, FIVE)[..., FIVE]
    return result


def wait_by_size(orders: Floats) -> Floats:
    """Years that a tenfold size adds to the wait of complete orders (least squares)."""
    weight, size = orders[..., 1], np.log10(orders[..., 2])
    total = weight.sum(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        x = size - (weight * size).sum(axis=-1, keepdims=True) / total
        y = orders[..., 0] - (weight * orders[..., 0]).sum(axis=-1, keepdims=True) / total
        result: Floats = (weight * x * y).sum(axis=-1) / (weight * x * x).sum(axis=-1)
    return result


# -- the table -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One line of the table; low and high hold 90 % of the resamples."""

    subject: str
    measure: str
    group: str
    window: str
    estimate: float
    low: float
    high: float
    n: int
    unit: str


def estimate(values: Any, measure: Callable[[Floats], Floats]) -> tuple[float, float, float]:
    """The measure of the values (n, …) and the 5 and 95 % quantiles of its resamples."""
    sample = np.asarray(values, dtype=float)
    rng = np.random.default_rng(20130907)
    picks = rng.integers(0, len(sample), (RESAMPLES, len(sample)))
    found = measure(sample[picks])
    found = found[~np.isnan(found)]
    low, high = np.quantile(found, (0.05, 0.95), method="nearest") if len(found) else (np.nan, np.nan)
    return float(measure(sample)), float(low), float(high)


def average(values: Floats) -> Floats:
    """Mean over the last axis."""
    result: Floats = values.mean(axis=-1)
    return result


def windows(kind: str) -> Iterator[tuple[str, int, float]]:
    """Name, first year and end (exclusive) of the windows that the figures reach, and of what was known by a year."""
    start, end = START[kind], END[kind]
    yield "all", start, end
    middle = "2013 to 2019" if end > 2020 else "2013 on"
    for name, first, last in (("to 2012", start, 2013), (middle, 2013, 2020), ("2020 on", 2020, end)):
        if first < int(end) - 1:
            yield name, first, min(last, end)
    for year in ORIGINS:
        if year + 1 < end:
            yield f"known by {year}", start, year + 1.0


def by_year(deals: pd.DataFrame, value: str | None, first: int, end: float, codes: tuple[str, ...]) -> pd.DataFrame:
    """Whole years by republics: sums of ``value``, or numbers of deals; a year without any is 0."""
    years = range(first, int(end))
    grouped = deals.groupby(["year", "republic"])
    table = grouped.size() if value is None else grouped[value].sum()
    return table.unstack("republic").reindex(index=years, columns=list(codes)).fillna(0.0)


def sizes_of(subject: str, group: str, window: str, deals: pd.DataFrame, value: str, unit: str) -> Iterator[Line]:
    """Lines on the sizes of some deals; of the tracker's, those below the floor are not on record."""
    if len(deals) < SMALL:
        return
    sizes = deals[value].to_numpy(float)
    measures: list[tuple[str, Callable[[Floats], Floats], str]] = [
        ("median size", lambda x: np.median(x, axis=-1), unit),
        ("mean size", average, unit),
        ("spread of sizes", spread, "log points"),
    ]
    if value == "usd_m":
        measures.append(("spread of sizes, truncation allowed for", truncated_spread, "log points"))
        measures.append(("part of value below the floor", part_unseen, "share"))
    if len(sizes) > 2 * FIVE:
        measures.append(("five largest", largest_share, "share of value"))
    for name, measure, told in measures:
        yield Line(subject, name, group, window, *estimate(sizes, measure), len(sizes), told)
    if deals["republic"].nunique() > 1:
        marked = np.stack([sizes, deals["republic"].map(REPUBLICS.index).to_numpy(float)], axis=-1)
        found = estimate(marked, within_spread)
        yield Line(subject, "spread of sizes within republics", group, window, *found, len(sizes), "log points")


def rates_of(subject: str, group: str, window: str, deals: pd.DataFrame, first: int, end: float) -> Iterator[Line]:
    """Deals a year with an interval from whole years, and how they cluster."""
    counts = by_year(deals, None, first, end, REPUBLICS).sum(axis=1).to_numpy(float)
    _, low, high = estimate(counts, average)
    inside = deals[deals["year"].between(first, end)]
    yield Line(subject, "deals a year", group, window, len(inside) / (end - first), low, high, len(inside), "a year")
    if counts.sum() >= SMALL and len(counts) >= SMALL:
        yield Line(subject, "variance over mean of yearly numbers", group, window, *estimate(counts, clustering),
                   len(counts), "ratio")  # fmt: skip


def swings_of(subject: str, group: str, window: str, table: pd.DataFrame, unit: str) -> Iterator[Line]:
    """Mean, yearly variation by republic and its persistence; table: years by republics."""
    for code in table.columns:
        values = table[code].to_numpy(float)
        yield Line(subject, "mean a year", f"{group}{code}", window, *estimate(values, average), len(values), unit)
        if np.count_nonzero(values) > 1 and len(values) >= FIVE:
            yield Line(subject, "yearly variation", f"{group}{code}", window, *estimate(values, variation),
                       len(values), "ratio")  # fmt: skip
    moving = table.loc[:, (table > 0).sum() > 1]
    if len(table) >= SMALL and moving.shape[1]:
        pairs = years_in_pairs(moving)
        found = estimate(pairs, persistence)
        yield Line(subject, "year to year correlation", f"{group}all", window, *found, len(pairs), "correlation")


def projects() -> Iterator[Line]:
    """Chinese projects of 100 million dollars and more; by sector and republic over all years only."""
    subject = "Chinese projects"
    deals = series("china-projects").frame()
    deals["year"] = deals["date"].str[:4].astype(int)
    for window, first, end in windows("projects"):
        inside = deals[deals["year"].between(first, end - 0.01)]
        yield from rates_of(subject, "all", window, inside, first, end)
        yield from sizes_of(subject, "all", window, inside, "usd_m", "million dollars")
        if window.startswith("known"):
            continue
        groups = [(sector, inside[inside["sector"] == sector]) for sector in sorted(set(deals["sector"]))]
        for group, some in [*groups, *((code, inside[inside["republic"] == code]) for code in REPUBLICS)]:
            yield from rates_of(subject, group, window, some, first, end)
            if window == "all":
                yield from sizes_of(subject, group, window, some, "usd_m", "million dollars")
        if window == "all":
            yield from swings_of(
                subject, "", window, by_year(inside, "usd_m", first, end, REPUBLICS), "million dollars"
            )


def finance() -> Iterator[Line]:
    """Chinese official finance by year; Turkmenistan to 2011 only, as later amounts are not known."""
    flows = series("china-finance").frame()
    flows["usd_m"] = flows[["aid_usd_m", "other_official_usd_m", "vague_usd_m"]].sum(axis=1)
    for window, first, end in windows("finance"):
        codes = REPUBLICS if end <= 2013 else tuple(code for code in REPUBLICS if code != "TKM")
        last = min(end, 2012.0) if "TKM" in codes else end
        table = by_year(flows, "usd_m", first, last, codes)
        yield from swings_of("Chinese finance", "", window, table, "million dollars of 2021")


def contracts(orders: pd.DataFrame) -> pd.DataFrame:
    """Orders taken together by republic, supplier and year."""
    return orders.groupby(["republic", "supplier", "year"], as_index=False)["tiv_ordered"].sum()


def arms() -> Iterator[Line]:
    """Orders of arms by supplier: single rows of the register, and rows of one year together (contracts)."""
    orders = series("arms-orders").frame()
    for power in ("RUS", "CHN", "EUU", "TUR", "USA"):
        own = orders[(orders["power"] == power) & (orders["tiv_ordered"] > 0)]
        for window, first, end in windows("arms"):
            inside = own[own["year"].between(first, end - 0.01)]
            together = contracts(inside)
            yield from rates_of("arms", f"{power}, contracts", window, together, first, end)
            if power != "RUS" and window != "all":
                continue
            yield from sizes_of("arms", f"{power}, contracts", window, together, "tiv_ordered", "TIV")
            if window == "all" or window.startswith("known"):
                yield from sizes_of("arms", f"{power}, rows", window, inside, "tiv_ordered", "TIV")
                yield from delivery(power, window, own[own["year"] >= first], int(end) - 1)
            if window == "all":
                table = by_year(inside, "tiv_ordered", first, end, REPUBLICS)
                yield from swings_of("arms", f"{power}, ", window, table.loc[:, table.any()], "TIV")


def delivery(power: str, window: str, orders: pd.DataFrame, to: int) -> Iterator[Line]:
    """Waits from order to last delivery, as known at the end of ``to``."""
    known = waits(orders, to)
    if len(known) < SMALL:
        return
    values = known.astype(float).to_numpy()
    for name, measure, unit in (
        ("wait for the last delivery, mean", mean_wait, "years"),
        ("not complete five years after the order", late, "share of rows"),
        ("wait added by a tenfold size", wait_by_size, "years"),
    ):
        yield Line("arms", name, f"{power}, rows", window, *estimate(values, measure), len(values), unit)


def record() -> pd.DataFrame:
    """The whole table: subject, measure, group, window, estimate, low, high, n, unit."""
    table = pd.DataFrame([*projects(), *finance(), *arms()])
    numbers = ["estimate", "low", "high"]
    table[numbers] = table[numbers].map(lambda x: float(f"{x:.3g}"))
    return table


def main() -> None:
    """Write the table and print it."""
    table = record()
    table.to_csv(FILE, index=False)
    with pd.option_context("display.max_rows", None, "display.width", 160, "display.max_colwidth", 44):
        print(table.to_string(index=False))
    print(f"\n{len(table)} lines in {FILE.name}; intervals are 5 to 95 % of {RESAMPLES:,} resamples.")


if __name__ == "__main__":
    main()
