"""tools/deal_record.py: what the record says of deals, by small cases worked by hand, and the kept table up to date."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tools import deal_record as tool


def truncated_sample(mu: float, sigma: float, floor: float, n: int) -> np.ndarray:
    """Evenly spaced quantiles of a lognormal above the floor: a sample without chance."""
    below = stats.norm.cdf((math.log(floor) - mu) / sigma)
    return np.exp(mu + sigma * stats.norm.ppf(below + (1 - below) * (np.arange(n) + 0.5) / n))


def test_truncation_worked_by_hand() -> None:
    """Two sizes whose logarithms exceed the floor's by 1 -+ d, mean 1 and mean square pi/2: half a normal.

    A normal cut at its mean has E[y^2] / E[y]^2 = pi/2 and E[y] = sigma sqrt(2/pi), so sigma = sqrt(pi/2), mu = ln 100.
    """
    d = math.sqrt(math.pi / 2 - 1)
    mu, sigma = tool.truncated_lognormal(100.0 * np.exp([1 - d, 1 + d]), 100.0)
    assert sigma == pytest.approx(math.sqrt(math.pi / 2), rel=1e-5)
    assert mu == pytest.approx(math.log(100.0), abs=1e-4)


@pytest.mark.parametrize(("median", "true"), [(30.0, 1.5), (100.0, 1.2), (400.0, 1.0), (5000.0, 0.4)])
def test_the_true_spread_is_found_where_the_plain_one_is_too_small(median: float, true: float) -> None:
    sizes = truncated_sample(math.log(median), true, 100.0, 20_000)
    mu, sigma = tool.truncated_lognormal(sizes, 100.0)
    assert sigma == pytest.approx(true, rel=0.01)
    assert mu == pytest.approx(math.log(median), abs=0.03)
    plain = float(tool.spread(sizes))
    assert plain == pytest.approx(true, rel=0.01) if median > 1000 else plain < 0.9 * true


def test_it_is_the_maximum_of_the_likelihood() -> None:
    sizes = np.array([110.0, 150, 160, 240, 390, 400, 700, 1200, 3000])
    mu, sigma = (float(x) for x in tool.truncated_lognormal(sizes, 100.0))

    def likelihood(m: float, s: float) -> float:
        z = (np.log(sizes) - m) / s
        return float(stats.norm.logpdf(z).sum() - len(z) * (math.log(s) + stats.norm.logsf((math.log(100) - m) / s)))

    best = likelihood(mu, sigma)
    for step in ((0.05, 0), (-0.05, 0), (0, 0.03), (0, -0.03), (0.05, 0.03), (-0.05, 0.03), (0.05, -0.03)):
        assert likelihood(mu + step[0], sigma + step[1]) < best


def test_a_tail_too_heavy_for_a_lognormal_says_so() -> None:
    """An exponential excess has ratio 2; beyond it there is no maximum at finite values."""
    mu, sigma = tool.truncated_lognormal(100.0 * np.exp([0.1, 0.1, 0.1, 5.0]), 100.0)
    assert (mu, sigma) == (-math.inf, math.inf)
    assert tool.part_unseen(100.0 * np.exp([0.1, 0.1, 0.1, 5.0])) == 0.0


def test_part_of_value_below_the_floor() -> None:
    """E[x; x < c] / E[x] = Phi((ln c - mu) / sigma - sigma); with mu = ln c and sigma = 1 that is Phi(-1) = 0.159."""
    sizes = truncated_sample(math.log(tool.FLOOR), 1.0, tool.FLOOR, 20_000)
    assert float(tool.part_unseen(sizes)) == pytest.approx(0.1587, abs=0.01)


def test_measures_of_sizes_and_years_by_hand() -> None:
    assert float(tool.largest_share(np.array([1.0] * 10 + [2.0] * 5))) == pytest.approx(10 / 20)
    assert float(tool.variation(np.array([0.0, 2.0]))) == pytest.approx(math.sqrt(2))
    assert float(tool.clustering(np.array([1.0, 3.0, 1.0, 3.0]))) == pytest.approx((4 / 3) / 2)
    # sizes 1 and e in the first republic, e^4 and e^5 in the second: half a log point about each mean
    marked = np.array([[1.0, 0], [math.e, 0], [math.exp(4), 1], [math.exp(5), 1]])
    assert float(tool.within_spread(marked)) == pytest.approx(math.sqrt(0.5))
    table = pd.DataFrame({"KAZ": np.expm1([1.0, 2.0, 1.0, 2.0])})
    assert float(tool.persistence(tool.years_in_pairs(table))) == pytest.approx(-1.0)


def test_waits_know_nothing_of_later_years() -> None:
    orders = pd.DataFrame(
        {
            "year": [2010, 2010, 2012, 2015],
            "years_delivered": ["2010; 2013", "2016", None, "2016"],
            "tiv_ordered": [10.0, 20.0, 30.0, 40.0],
            "tiv_delivered": [10.0, 20.0, 0.0, 40.0],
        }
    )
    then = tool.waits(orders, 2014)
    assert then["wait"].tolist() == [3.0, 4.0, 2.0]
    assert then["complete"].tolist() == [True, False, False]
    now = tool.waits(orders, 2020)
    assert now["wait"].tolist() == [3.0, 6.0, 8.0, 1.0]
    assert now["complete"].tolist() == [True, True, False, True]


def test_orders_not_yet_delivered_count_as_waiting() -> None:
    """Four orders: done after 0 and 2 years, still open after 1 and 3. By hand: 3/4, 3/4, 3/4 x 1/2, then no more."""
    wait, complete = np.array([0.0, 2.0, 1.0, 3.0]), np.array([True, True, False, False])
    assert tool.still_open(wait, complete, 3).tolist() == [0.75, 0.75, 0.375, 0.375]
    orders = np.stack([wait, complete.astype(float), np.array([1.0, 100.0, 5.0, 5.0])], axis=-1)
    assert float(tool.wait_by_size(orders)) == pytest.approx(1.0)  # 0 years at 1, 2 years at 100


@pytest.fixture(scope="module")
def made() -> pd.DataFrame:
    return tool.record()


def test_the_kept_table_is_what_the_figures_give(made: pd.DataFrame) -> None:
    kept = pd.read_csv(tool.FILE)
    keys = ["subject", "measure", "group", "window", "n", "unit"]
    assert kept[keys].equals(made[keys]), "run 'python tools/deal_record.py'"
    assert not kept.duplicated(keys[:4]).any()
    for column in ("estimate", "low", "high"):
        np.testing.assert_allclose(kept[column], made[column], rtol=0.011, atol=1e-9)  # a last digit may round apart


@pytest.mark.slow
def test_what_was_known_by_a_year_does_not_change_with_later_figures(
    made: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lines "known by 2014" stay the same when everything after 2014 is wiped out."""
    real = tool.series

    class Past:
        def __init__(self, name: str) -> None:
            self.name = name

        def frame(self) -> pd.DataFrame:
            frame = real(self.name).frame()
            year = frame["date"].str[:4].astype(int) if "date" in frame else frame["year"]
            frame = frame[year <= 2014].reset_index(drop=True)
            if "years_delivered" in frame:
                last = frame["years_delivered"].str[-4:].astype(float)
                frame.loc[last > 2014, ["years_delivered", "tiv_delivered"]] = [None, 0.0]
            return frame

    monkeypatch.setattr(tool, "series", Past)
    past = tool.record()
    pick = "known by 2014"
    before, after = (table[table["window"] == pick].reset_index(drop=True) for table in (made, past))
    assert len(before) > 30
    pd.testing.assert_frame_equal(before, after)
