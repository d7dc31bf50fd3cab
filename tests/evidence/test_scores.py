"""Scores against an independent implementation, and the paired test against cases with a known answer."""

from __future__ import annotations

import numpy as np
import pytest
import scoringrules

from sim.evidence.paired import paired, resampled, weight
from sim.evidence.scores import BANDWIDTH, apart, crps, interval_score, log_score, pit

RNG = np.random.default_rng(1)
SAMPLES = RNG.beta(2.0, 3.0, (20, 400)) * RNG.uniform(0.05, 1.0, (20, 1))
SEEN = RNG.uniform(0.0, 1.0, 20)


def test_scores_are_those_of_another_implementation() -> None:
    """scoringrules (Zanetta and others), which shares no code with ours."""
    fair = scoringrules.crps_ensemble(SEEN, SAMPLES, estimator="fair")
    assert crps(SAMPLES, SEEN) == pytest.approx(fair, rel=1e-9)
    low, high = np.quantile(SAMPLES, [0.1, 0.9], axis=-1)
    assert interval_score(SAMPLES, SEEN) == pytest.approx(scoringrules.interval_score(SEEN, low, high, 0.2), rel=1e-9)
    wide = SAMPLES * 3.0  # bandwidths above the least one, and none of the outcomes out of reach
    mine = log_score(wide, wide[:, 0], hedge=0.0)
    assert mine == pytest.approx(scoringrules.logs_ensemble(wide[:, 0], wide), rel=1e-9)


def test_a_log_score_is_bounded() -> None:
    sure = np.full(100, 0.2)
    assert log_score(sure, np.array(0.9)) == pytest.approx(-np.log(0.01))
    assert log_score(sure, np.array(0.2)) == pytest.approx(-np.log(0.99 / (BANDWIDTH * np.sqrt(2 * np.pi)) + 0.01))


def test_pit_counts_what_lies_below() -> None:
    assert pit(np.array([1.0, 2.0, 2.0, 3.0]), np.array(2.0)) == 0.5
    assert pit(np.array([[1.0, 2.0], [1.0, 2.0]]), np.array([0.0, 5.0])).tolist() == [0.0, 1.0]
    assert np.isnan(pit(np.ones(3), np.array(np.nan)))


@pytest.mark.parametrize("w", [0.0, 0.25, 0.6, 1.0])
def test_the_crps_of_a_pool(w: float) -> None:
    """The identity by which weights are found, against the pool's own samples."""
    a, b = RNG.normal(0.4, 0.1, 4000), RNG.normal(0.6, 0.2, 4000)
    seen = np.array(0.5)
    pool = np.concatenate([a[: int(4000 * w)], b[: 4000 - int(4000 * w)]])
    told = w * crps(a, seen) + (1 - w) * crps(b, seen) - w * (1 - w) * apart(a, b)
    assert crps(pool, seen) == pytest.approx(told, abs=0.002)


def test_the_best_weight_of_a_pool() -> None:
    """w a + (1 - w) b - w (1 - w) D: equal scores share evenly, and a lead of D takes all."""
    assert weight(np.array([0.0, 0.5, -1.0, 1.0, -3.0]), np.ones(5)).tolist() == [0.5, 0.25, 1.0, 0.0, 1.0]
    assert weight(np.array(0.0), np.array(0.0)) == 0.5


def test_years_are_drawn_in_blocks() -> None:
    counts = resampled(12, 3, 200)
    assert (counts.sum(axis=1) == 12).all()
    assert counts.mean(axis=0) == pytest.approx(np.ones(12), abs=0.35)
    single = resampled(12, 12, 50)
    assert (single == 1).all(), "one block is all years"


def test_luck_is_told_from_a_difference() -> None:
    other = 1.0 + RNG.normal(0.0, 0.05, 24)
    found = paired(other - 0.1 + RNG.normal(0, 0.02, 24), other, other, 1)
    assert found.gain == pytest.approx(0.1, abs=0.02)
    assert found.low < found.gain < found.high
    assert (found.p < 0.01, found.verdict) == (True, "better")
    assert found.detectable < 0.1
    assert paired(other, other - 0.1, other, 1).verdict == "worse"
    noise = RNG.normal(0.0, 0.3, 24)
    none = paired(other + noise - noise.mean(), other, other, 1)
    assert (none.p > 0.5, none.verdict) == (True, "no difference told")
    assert none.detectable > 0.1
    assert paired((other - 0.1)[:10], other[:10], other[:10], 2).verdict == "too few years"


def test_the_test_keeps_its_level() -> None:
    """Where there is no difference it finds one in about one case of twenty (up to two, as years are few)."""
    rng = np.random.default_rng(3)
    found = [paired(rng.normal(1, 0.2, 24), rng.normal(1, 0.2, 24), np.ones(24), 1).p < 0.05 for _ in range(200)]
    assert np.mean(found) < 0.1
