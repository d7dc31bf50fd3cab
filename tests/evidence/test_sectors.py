"""Security, energy and infrastructure against arms, projects and finance: measures by hand, no leakage."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.evidence.backtest import Backtest
from sim.evidence.baselines import COMBINED, MODEL, OUTRIGHT, POOLED
from sim.evidence.calibrate import calibrate
from sim.evidence.engagement import Engagement, engagement
from sim.evidence.observed import POWERS, VOTERS, load_observed
from sim.evidence.sectors import LEAST, METHODS, Amounts, forecasts, how_much, load_amounts, score_sectors, who
from sim.scenario.table import SECTORS


def flat(first: int = 2012, years: int = 14) -> Engagement:
    """Everybody agrees and delivers a point a year with everybody, in each sector."""
    ones = np.ones((len(VOTERS), len(POWERS), len(SECTORS), years))
    return Engagement(first, ones, ones.copy())


@pytest.fixture(scope="module")
def amounts() -> tuple[Amounts, ...]:
    return load_amounts()


def made_up(values: list[list[float]], first: int = 2006) -> Amounts:
    """China's projects in energy, a row a republic."""
    array = np.array(values)[None]
    years = np.arange(first, first + array.shape[2])
    return Amounts("made up", "energy", ("CHN",), VOTERS, years, array, "agreed", ("energy",), 1.0, "dollars")


def test_the_series_are_what_the_files_say(amounts: tuple[Amounts, ...]) -> None:
    arms, energy, infrastructure, finance = amounts
    assert (arms.units, arms.parts, int(arms.years[0]), arms.last) == (VOTERS, POWERS, 1994, 2024)
    assert arms.window(2021)[VOTERS.index("KAZ")] == pytest.approx([768.6, 0.0, 115.5], abs=1.0)
    assert energy.window(2004)[0, 0] == 4200 + 1910 + 1310
    assert infrastructure.last == 2017, "2018 ends in June"
    assert finance.parts == ("KAZ", "KGZ", "TJK", "UZB")


def test_without_a_change_the_model_is_the_pool(amounts: tuple[Amounts, ...]) -> None:
    """What it adds is its change and nothing else."""
    for one in amounts:
        known = one.upto(2014)
        shares, logs = who(known, flat()), how_much(known, flat())
        assert shares[MODEL] == pytest.approx(shares[POOLED])
        assert logs[MODEL] == pytest.approx(logs[POOLED])
        assert shares[OUTRIGHT] == pytest.approx(1.0 / len(one.parts))
        assert set(who(known, None)) == set(METHODS) - {MODEL, OUTRIGHT, COMBINED}


def test_a_change_of_the_model_moves_its_forecast() -> None:
    known = made_up([[10.0] * 8] + [[0.0] * 8] * 4)
    flows = flat()
    flows.agreed[1, 1, SECTORS.index("energy"), 2:] = 3.0  # Kyrgyzstan's part of China's energy trebles after 2013
    shares = who(known, flows)
    pooled = shares[POOLED][0]
    assert pooled[0] == pytest.approx((8 + 5 * 0.2) / 13)
    wanted = pooled * [1, 3, 1, 1, 1]
    assert shares[MODEL][0] == pytest.approx(wanted / wanted.sum())
    assert how_much(known, flows)[MODEL] - how_much(known, flows)[POOLED] == pytest.approx(np.log(7 / 5))
    other = flat()
    other.agreed[1, 0] = 3.0  # Russia's doings do not move China's
    assert who(known, other)[MODEL] == pytest.approx(shares[POOLED])


def test_every_share_is_possible() -> None:
    known = made_up([[10.0] * 8] + [[0.0] * 8] * 4)
    for mean in who(known, flat()).values():
        assert mean.sum(axis=1) == pytest.approx(1.0)
        assert mean.min() >= LEAST / (1 + 4 * LEAST) - 1e-12


@pytest.mark.slow
def test_nothing_after_the_origin_leaks(amounts: tuple[Amounts, ...]) -> None:
    """For every series: later amounts replaced by chance leave all forecasts the same, bit for bit."""
    for one in amounts:
        for origin in (2013, 2014):
            known, spoilt = (
                forecasts(one.upto(origin), flat()),
                forecasts(one.with_noise_after(origin).upto(origin), flat()),
            )
            assert [w.method for w in known] == [w.method for w in spoilt]
            assert all(np.array_equal(a.values, b.values) for a, b in zip(known, spoilt, strict=True))
        earlier = forecasts(one.with_noise_after(2011).upto(2014), flat())
        moved = {a.method for a, b in zip(earlier, known, strict=True) if not np.array_equal(a.values, b.values)}
        assert moved >= {MODEL, POOLED, "last window", "linear drift"}, "what is known does reach them"


@pytest.fixture(scope="module")
def pair(amounts: tuple[Amounts, ...]) -> tuple[Amounts, ...]:
    """Arms and finance."""
    return amounts[0], amounts[3]


@pytest.fixture(scope="module")
def scored(pair: tuple[Amounts, ...]) -> Backtest:
    return score_sectors(pair, {origin: flat() for origin in range(2013, 2022)}, blind=True)


@pytest.mark.slow
def test_scores_of_sectors(scored: Backtest, pair: tuple[Amounts, ...]) -> None:
    table = scored.table().set_index(["what", "method"])
    assert set(table.index.get_level_values(0)) == {f"{one.name}: {q}" for one in pair for q in ("who", "how much")}
    assert table.loc[("arms: who", MODEL), "cells"] == table.loc[("arms: who", POOLED), "cells"]
    assert set(scored.cells[scored.cells.what == "arms: who"].method) == set(METHODS)
    mine, pool = (scored.cells[(scored.cells.method == m) & (scored.cells.origin >= 2013)] for m in (MODEL, POOLED))
    assert mine.crps.mean() == pytest.approx(pool.crps.mean(), rel=0.05), "flat engagement adds nothing"
    assert (scored.gains().verdict == "too few years").all()
    assert scored.weights().weight.between(0, 1).all()
    early = scored.cells[(scored.cells.what == "arms: who") & (scored.cells.method == POOLED)]
    assert early.origin.min() == 1999, "methods without a story go back as far as the series does"


@pytest.mark.slow
def test_a_combination_does_not_see_later_windows(scored: Backtest, pair: tuple[Amounts, ...]) -> None:
    flows = {origin: flat() for origin in range(2013, 2022)}
    spoilt = score_sectors([one.with_noise_after(2018) for one in pair], flows, blind=True)
    keys = ["method", "what", "republic", "origin"]
    ended = [one.cells[one.cells.year <= 2018].set_index(keys).crps for one in (scored, spoilt)]
    assert len(ended[0]) > 100
    assert ended[0].equals(ended[1])


@pytest.mark.slow
def test_engagement_of_the_model() -> None:
    """Usual years before the run; a surge of Chinese projects shows where it is told; no steady engagement."""
    fit = calibrate(load_observed().upto(2014), worlds=60, rounds=1, last=2014)
    flows = engagement(fit, 2015, worlds=60)
    assert flows.agreed.shape == (5, 3, 5, 4)
    assert flows.over("agreed", np.array([1999, 2012])) == pytest.approx(flows.agreed[..., [0, 0]])
    assert (flows.agreed >= -1e-9).all()
    assert (flows.delivered >= -1e-9).all()
    assert flows.agreed.sum() > flows.delivered.sum(), "some lapses"
    again = engagement(replace(fit, scenario=fit.scenario.without_events(*fit.scenario.events)), 2015, worlds=60)
    assert np.array_equal(again.agreed[..., 0], again.agreed[..., 1]), "a usual year is one without events"
