"""The backtest: scores, baselines, no leakage, the commands."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from sim.cli.app import app
from sim.cli.pages.evidence import print_backtest
from sim.evidence.backtest import EVEN, Backtest, backtest, backtest_votes, score
from sim.evidence.baselines import ALONE, COMBINED, METHODS, MODEL, RULES, Forecast, by_rule, shrunken_drift
from sim.evidence.calibrate import calibrate
from sim.evidence.errormodel import ilr
from sim.evidence.hindcast import foreseeable, story, tell, unforeseen
from sim.evidence.observed import LONG, Observed, load_observed
from sim.evidence.paired import weight
from sim.evidence.pooling import Pooling
from sim.evidence.predictive import predictive
from sim.evidence.scores import aitchison, covered, crps
from sim.figures.evidence import forecasts, predictive_check, prior_posterior, reliability, scores
from sim.scenario import BadInput

pytestmark = pytest.mark.slow
"""Nearly all of them forecast."""

SMALL = {"worlds": 60, "rounds": 2}


@pytest.fixture(scope="module")
def record() -> Observed:
    return load_observed()


@pytest.fixture(scope="module")
def small(record: Observed) -> Backtest:
    return backtest(record, origins=(2017, 2019), **SMALL)


@pytest.fixture(scope="module", params=[False, True], ids=["events known", "events hidden"])
def told(record: Observed, request: pytest.FixtureRequest) -> Backtest:
    """Forecasts from 2018 with the whole record at hand."""
    return backtest(record, origins=(2018,), blind=request.param, **SMALL)


# -- scores ------------------------------------------------------------------------------------------------------------


def test_aitchison_is_a_distance_of_ratios() -> None:
    a, b = np.array([0.5, 0.3, 0.2]), np.array([0.2, 0.3, 0.5])
    assert aitchison(a, 7 * a) == pytest.approx(0.0)
    assert aitchison(a, b) == pytest.approx(np.log(2.5) * np.sqrt(2))
    assert aitchison(a, b) == pytest.approx(np.linalg.norm(ilr(a, 0) - ilr(b, 0)))


def test_crps_of_known_cases() -> None:
    assert crps(np.array([0.3]), np.array(0.5)) == pytest.approx(0.2)
    normal = np.random.default_rng(0).standard_normal(200_000)
    assert crps(normal, np.array(0.0)) == pytest.approx((np.sqrt(2) - 1) / np.sqrt(np.pi), abs=2e-3)
    assert crps(normal, np.array(0.0)) < crps(3 * normal, np.array(0.0)), "sharper is better"


def test_coverage() -> None:
    samples = np.tile(np.linspace(0, 1, 1001), (3, 1))
    held = covered(samples, np.array([0.11, 0.95, np.nan]))
    assert held[0] == 1
    assert held[1] == 0
    assert np.isnan(held[2])


# -- baselines ---------------------------------------------------------------------------------------------------------


def test_last_value_and_drift_score_as_reckoned_beforehand(record: Observed) -> None:
    """The orientation given beforehand: about 0.20, 0.27, 0.26 for the last value, 0.24, 0.37, 0.40 for drift."""
    rng = np.random.default_rng(0)
    made = [one for origin in range(2015, 2022) for one in by_rule(record.upto(origin), 3, 400, rng)]
    table = score(made, record, (1, 2, 3)).query("what == 'trade'").groupby(["method", "horizon"]).error.mean()
    assert table["last value"].to_numpy() == pytest.approx([0.20, 0.27, 0.26], abs=0.03)
    assert table["linear drift"].to_numpy() == pytest.approx([0.24, 0.37, 0.40], abs=0.03)


def test_last_value_repeats_itself_with_its_own_past_changes(record: Observed) -> None:
    known = record.upto(2019)
    last = next(one for one in by_rule(known, 2, 4000, np.random.default_rng(0)) if one.method == "last value")
    assert last.trade is not None
    assert last.trade.mean(axis=-1)[:, :, 0] == pytest.approx(ilr(known.composition, 1)[..., -1], abs=0.02)
    assert last.votes is not None
    assert last.votes.std(axis=-1)[:, :, 1].mean() == pytest.approx(
        np.sqrt(np.mean((known.votes[..., 2:] - known.votes[..., :-2]) ** 2)), rel=0.2
    )


# -- the backtest ------------------------------------------------------------------------------------------------------


def same(a: Forecast, b: Forecast) -> bool:
    return all(
        x is y or (x is not None and y is not None and np.array_equal(x, y))
        for x, y in ((a.trade, b.trade), (a.votes, b.votes))
    )


def test_nothing_after_the_origin_leaks_into_a_forecast(record: Observed, told: Backtest) -> None:
    """Every later value replaced by chance: all forecasts stay the same, bit for bit; only the scores change."""
    spoilt = backtest(record.with_noise_after(2018), origins=(2018,), blind=told.blind, **SMALL)
    assert len(told.forecasts) == len(spoilt.forecasts) == 9
    for a, b in zip(told.forecasts, spoilt.forecasts, strict=True):
        assert a.method == b.method
        assert same(a, b), a.method
    assert not told.cells.error.equals(spoilt.cells.error)


def test_what_is_known_does_reach_a_forecast(record: Observed, told: Backtest) -> None:
    """The counterpart: noise in the years up to the origin changes every forecast."""
    spoilt = backtest(record.with_noise_after(2015), origins=(2018,), blind=told.blind, **SMALL)
    assert not any(same(a, b) for a, b in zip(told.forecasts, spoilt.forecasts, strict=True))


def test_every_method_is_scored_on_the_same_cells(small: Backtest) -> None:
    keys = ["what", "republic", "power", "origin", "horizon"]
    by_method = {method: set(map(tuple, part[keys].to_numpy())) for method, part in small.cells.groupby("method")}
    whole = by_method[MODEL]
    assert set(by_method) == set(METHODS), "rivals are always beside it"
    assert all(
        cells == (whole if method != "common shift" else {cell for cell in whole if cell[0] == "votes"})
        for method, cells in by_method.items()
    )
    assert small.cells.covered.between(0, 1).all()
    table = small.table()
    assert set(table[table.what == "votes"].method) >= {MODEL, *RULES, "common shift"}
    assert (table.crps > 0).all()
    assert (table.interval > 0).all()
    assert small.places.pit.between(0, 1).all()
    assert len(small.places[(small.places.method == MODEL) & (small.places.what == "votes")]) == len(
        small.cells[(small.cells.method == MODEL) & (small.cells.what == "votes")]
    )


def test_a_combination_is_chosen_by_the_past_alone(record: Observed) -> None:
    """Its parts are samples of the model and of one rival, half of each as long as nothing has been scored."""
    test = backtest(record, origins=(2016, 2018), **SMALL)
    made = {(one.method, one.origin): one for one in test.forecasts}
    first = made[COMBINED, 2016]
    half = first.votes.shape[-1] // 2
    assert np.array_equal(first.votes[..., :half], made[MODEL, 2016].votes[..., :half])
    assert np.array_equal(first.votes[..., half:], made["last value", 2016].votes[..., half:])
    known = test.pools[(test.pools.year <= 2018) & (test.pools.what == "votes") & (test.pools.rival == "last value")]
    part = float(weight(known.excess.sum(), known.distance.sum() * (1 + EVEN / known.year.nunique())))
    taken = (made[COMBINED, 2018].votes == made[MODEL, 2018].votes).all(axis=(0, 1, 2)).mean()
    assert taken == pytest.approx(part, abs=0.001)
    again = backtest(record.with_noise_after(2018), origins=(2016, 2018), **SMALL)
    assert same(again.forecasts[-1], test.forecasts[-1])


def test_worlds_up_to_an_origin_do_not_know_later_events() -> None:
    """So one calibration serves forecasts with later events known and hidden, see ``told_anew``."""
    whole = foreseeable(story())
    numbers = np.arange(40)
    known, hidden = (tell(told, {}, numbers, 2018, 0) for told in (whole, unforeseen(whole, 2016)))
    upto = 2016 - known.first + 1
    assert np.array_equal(known.trade[:, :, :upto], hidden.trade[:, :, :upto])
    assert np.array_equal(known.overall[:, :, :upto], hidden.overall[:, :, :upto])
    assert not np.array_equal(known.overall, hidden.overall)


def test_rounds_of_earlier_origins_are_weighed_anew(record: Observed) -> None:
    """The posterior at a later origin is the same, but for the luck of worlds, with their worlds and without."""
    early = calibrate(record.upto(2015), worlds=400, rounds=2, last=2018)
    shared = calibrate(record.upto(2018), worlds=400, rounds=3, earlier=early.rounds)
    alone = calibrate(record.upto(2018), worlds=400, rounds=3)
    assert shared.rounds[:2] == early.rounds
    for one in (shared, alone):
        assert one.origin == 2018
    gap = (shared.table()["median"] - alone.table()["median"]).abs() / (alone.table().high - alone.table().low)
    assert gap.max() < 0.3


def test_shrunken_drift_by_hand() -> None:
    """A straight line goes on; changes of +1 and -1 by turns are chance."""
    years = np.arange(2000, 2005)
    line = np.array([[0.0, 1.0, 2.0, 3.0, 4.0]])
    assert shrunken_drift(years, line, 2) == pytest.approx([6.0])
    turns = np.array([[0.0, 1.0, 0.0, 1.0, 0.0]])
    assert shrunken_drift(years, turns, 2) == pytest.approx([0.0])
    rough = np.array([[0.0, 2.0, 2.0, 4.0]])  # mean change 4/3, of 2, 0, 2: squared error 4/9, kept 16/9 of 20/9
    assert shrunken_drift(years[:4], rough, 1) == pytest.approx([4.0 + 4.0 / 3.0 * 0.8])


def test_pooling_draws_republics_together() -> None:
    """Four of five series rise by the same each year; the fifth, seen once, is expected to rise, too."""
    rng = np.random.default_rng(0)
    series = 0.2 * np.arange(8) + np.arange(5)[:, None] + 0.01 * rng.standard_normal((5, 8))
    series[4, :7] = np.nan
    found = Pooling.fit(series[:, None]).forecast(series[:, None], 2, 500, rng).mean(axis=-1)[:, 0]
    assert found[:4, 1] - series[:4, -1] == pytest.approx(0.4, abs=0.08)
    assert 0.2 < found[4, 1] - series[4, -1] < 0.45


def test_the_long_record_of_votes(record: Observed) -> None:
    long = load_observed(first=LONG)
    test = backtest_votes(long, origins=(1999, 2005))
    assert set(test.cells.what) == {"votes"}
    assert test.mine == ALONE
    assert MODEL not in set(test.cells.method)
    spoilt = backtest_votes(long.with_noise_after(2005), origins=(1999, 2005))
    assert all(same(a, b) for a, b in zip(test.forecasts, spoilt.forecasts, strict=True))
    with pytest.raises(BadInput, match="origins"):
        backtest_votes(long, origins=(1993,))


def test_gains_and_directions(small: Backtest) -> None:
    gains = small.gains()
    assert set(gains.verdict) == {"too few years"}, "two origins"
    weights = small.weights()
    assert weights.weight.between(0, 1).all()
    assert (weights.pool <= weights.other + 1e-12).all(), "a pool may leave a forecast out"
    found = small.directions()
    assert len(found[(found.method == MODEL) & (found.what == "trade")]) == 9
    assert len(found[(found.method == MODEL) & (found.what == "votes")]) == 15
    kaz = found.query("method == 'model' and what == 'trade' and republic == 'KAZ' and power == 'CHN'").iloc[0]
    assert kaz.after > kaz.before


def test_blind_forecasts_do_not_know_the_invasion(record: Observed) -> None:
    known, hidden = (
        next(
            one
            for one in backtest(record, origins=(2021,), blind=blind, worlds=50, rounds=1).forecasts
            if one.method == MODEL
        )
        for blind in (False, True)
    )
    assert not same(known, hidden)


def test_origins_out_of_reach_are_refused(record: Observed) -> None:
    for origins in ((), (2011,), (2030,)):
        with pytest.raises(BadInput, match="origins"):
            backtest(record, origins=origins, **SMALL)


def test_figures_and_predictive_check(small: Backtest, record: Observed) -> None:
    fit = calibrate(record.upto(2015), worlds=60, rounds=1)
    check = predictive(fit, 200)
    assert check.p.between(0, 1).all()
    assert (check.low <= check.high).all()
    for figure in (
        scores(small),
        forecasts(small),
        reliability(small),
        prior_posterior(fit),
        predictive_check(check, 2015),
    ):
        assert figure.get_axes()
        figure.canvas.draw()


# -- commands ----------------------------------------------------------------------------------------------------------


def test_command_backtest(tmp_path: Path) -> None:
    out = tmp_path / "bt"
    arguments = ["backtest", "--first", "2021", "--last", "2021", "--worlds", "50", "--rounds", "1", "-q"]
    answer = CliRunner().invoke(app, [*arguments, "--out", str(out)])
    assert answer.exit_code == 0, answer.output
    assert "last value" in answer.stdout
    files = {path.name for path in out.iterdir()}
    assert files >= {"cells.csv", "scores.csv", "scores.png", "reliability.png", "sectors-scores.csv", "manifest.json"}
    assert json.loads((out / "manifest.json").read_text())["kind"] == "backtest"
    assert len(pd.read_csv(out / "scores.csv")) == 3 * (8 + 9)


def test_command_backtest_of_the_long_record(tmp_path: Path) -> None:
    answer = CliRunner().invoke(app, ["backtest", "--votes", "--first", "2023", "-q", "--format", "csv"])
    assert answer.exit_code == 0, answer.output
    assert set(pd.read_csv(io.StringIO(answer.stdout)).what) == {"votes"}
    assert CliRunner().invoke(app, ["backtest", "--votes", "--blind"]).exit_code == 2


@pytest.mark.parametrize("format", ["json", "csv"])
def test_programs_get_the_tables(small: Backtest, format: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_backtest(small, format)
    answer = capsys.readouterr().out
    if format == "csv":
        assert pd.read_csv(io.StringIO(answer)).crps.to_numpy() == pytest.approx(small.table().crps.to_numpy())
        return
    content = json.loads(answer)
    assert [row["method"] for row in content["scores"]] == small.table().method.tolist()
    assert content["gains"]
    assert content["directions"]
    assert content["manifest"]["origins"] == [2017, 2019]


def test_command_calibrate(tmp_path: Path) -> None:
    out = tmp_path / "fit"
    arguments = ["calibrate", "--origin", "2015", "--worlds", "60", "--rounds", "1", "-q", "--out", str(out)]
    answer = CliRunner().invoke(app, arguments)
    assert answer.exit_code == 0, answer.output
    assert "Learnt" in answer.stdout
    assert {path.name for path in out.iterdir()} >= {"posterior.csv", "round-0.npz", "prior-posterior.png"}
    again = CliRunner().invoke(app, arguments)
    assert again.exit_code == 0
    assert again.stdout == answer.stdout


def test_commands_refuse_bad_input(tmp_path: Path) -> None:
    for arguments in (
        ["calibrate", "--origin", "1999"],
        ["backtest", "--first", "2005"],
        ["backtest", "--observed", str(tmp_path / "none.csv")],
    ):
        answer = CliRunner().invoke(app, [*arguments, "-q"])
        assert answer.exit_code == 2, arguments
        assert "expected" in answer.stderr
