"""The emulator: what worlds have in common is told from their luck, and one strange world does not decide."""

from __future__ import annotations

import numpy as np
import pytest

from sim.evidence.backtest import backtest
from sim.evidence.calibrate import calibrate
from sim.evidence.emulator import Emulator, emulate
from sim.evidence.hindcast import AFTERWARDS, STORY, Paths, foreseeable, story
from sim.evidence.observed import load_observed
from sim.scenario import load

WORLDS = 4000
SPREAD = np.array([0.0, 0.1, 0.2])
"""Standard deviation of luck in three years, growing as a walk's."""


def made(strange: int = 0) -> tuple[np.ndarray, Paths]:
    """Worlds with log-ratios of 0.3 x in the last year and luck of exp(0.4 y) times SPREAD; some of them strange."""
    rng = np.random.default_rng(0)
    scores = rng.standard_normal((WORLDS, 2))
    steps = rng.standard_normal((2, 2, WORLDS)).cumsum(axis=1) / np.sqrt([1.0, 2.0])[None, :, None]
    trade = np.zeros((1, 2, 3, WORLDS))
    trade[0, :, 1:] = np.exp(0.4 * scores[:, 1]) * SPREAD[1:, None] * steps
    trade[0, :, 2] += 0.3 * scores[:, 0]
    trade[0, 0, 2, :strange] += 60.0
    return scores, Paths(2012, trade, np.full((1, 1, 3, WORLDS), 0.3))


def check(model: Emulator, scores: np.ndarray) -> None:
    off = model.trade[0, :, 2].mean(axis=0) - 0.3 * scores[:, 0]
    assert np.sqrt((off**2).mean()) < 0.02
    # the factor's root mean square is 1, so luck is larger by that of exp(0.4 y), which is exp(0.4**2)
    assert np.sqrt(np.diagonal(model.luck[0])) == pytest.approx(SPREAD * np.exp(0.4**2), rel=0.1, abs=1e-9)
    slope = np.polyfit(scores[:, 1], np.log(model.scale), 1)[0]
    assert slope == pytest.approx(0.4, abs=0.05)


def test_mean_and_luck_are_told_apart() -> None:
    scores, paths = made()
    model = emulate(scores, paths)
    check(model, scores)
    assert np.corrcoef(paths.trade[0, 0, 1], paths.trade[0, 0, 2] - model.trade[0, 0, 2])[0, 1] > 0.5
    assert model.luck[0, 1, 2] > 0.5 * model.luck[0, 1, 1], "luck stays"
    assert np.allclose(model.shift, 0.0)


def test_a_few_strange_worlds_do_not_decide() -> None:
    scores, paths = made(strange=4)
    check(emulate(scores, paths), scores)


def test_worlds_far_out_do_not_inflate_the_luck_of_the_others() -> None:
    """Proposals have heavy tails, and luck does not go on shrinking there as the slope of its scale does."""
    rng = np.random.default_rng(0)
    scores = rng.standard_normal((WORLDS, 1))
    scores[:20] = -8.0
    true = np.exp(0.8 * np.maximum(scores[:, 0], -1.0))
    paths = Paths(2012, true * rng.standard_normal((1, 2, 3, WORLDS)), np.zeros((1, 1, 3, WORLDS)))
    model = emulate(scores, paths)
    usual = np.abs(scores[:, 0]) < 1.0
    used = model.luck[0, 2, 2] * (model.scale[usual] ** 2).mean()
    assert np.sqrt(used) == pytest.approx(np.sqrt((true[usual] ** 2).mean()), rel=0.1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_luck_used_is_as_large_as_worlds_that_count_differ(seed: int) -> None:
    """Three years after 2018, each republic's: within an eighth of the weighted spread about the mean."""
    found = calibrate(load_observed().upto(2018), seed=seed, last=2021)
    model = found.emulated(2021)
    strayed = found.paths().over(model.first, 2021).trade - model.trade
    differ = np.sqrt((found.weights * (strayed[:, :, -1] ** 2).mean(axis=1)).sum(axis=-1))
    used = np.sqrt((found.weights * model.scale**2).sum() * model.luck[:, -1, -1])
    assert used == pytest.approx(differ, rel=0.125)


def test_some_worlds_of_an_emulator_are_those_worlds() -> None:
    scores, paths = made()
    model = emulate(scores, paths)
    few = model.worlds(np.array([5, 3]))
    assert np.array_equal(few.trade[..., 1], model.trade[..., 3])
    assert few.scale.tolist() == model.scale[[5, 3]].tolist()


def test_backtests_do_not_know_what_is_known_afterwards() -> None:
    whole = load(STORY)
    later = [name for name in whole.events if name.startswith(AFTERWARDS)]
    assert len(later) >= 5
    assert set(whole.events) - set(foreseeable(whole).events) == set(later)
    for name in later:
        (effect,) = {"pull", "pledge"} & set(whole.events[name].model_dump(exclude_unset=True))
        assert whole.range_of(f"events.{name}.{effect}"), f"{name} does not say how sure its size is"


@pytest.mark.slow
def test_an_event_known_afterwards_changes_no_forecast() -> None:
    whole = story(STORY)
    later = [name for name in whole.events if name.startswith(AFTERWARDS)]
    record = load_observed()
    with_them, without = (
        backtest(record, scenario=told, origins=(2018,), horizons=(1,), worlds=60, rounds=1)
        for told in (whole, whole.without_events(*later))
    )
    assert with_them.cells.equals(without.cells)
