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
from sim.evidence.backtest import Backtest, backtest, score
from sim.evidence.baselines import MODEL, RULES, Forecast, by_rule
from sim.evidence.calibrate import calibrate
from sim.evidence.errormodel import ilr
from sim.evidence.observed import Observed, load_observed
from sim.evidence.predictive import predictive
from sim.evidence.scores import aitchison, covered, crps
from sim.figures.evidence import forecasts, predictive_check, prior_posterior, scores
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
    assert len(told.forecasts) == len(spoilt.forecasts) == 6
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
    assert all(
        cells == (whole if method != "common shift" else {cell for cell in whole if cell[0] == "votes"})
        for method, cells in by_method.items()
    )
    assert small.cells.covered.between(0, 1).all()
    table = small.table()
    assert set(table[table.what == "votes"].method) >= {MODEL, *RULES, "common shift"}
    assert (table.crps > 0).all()


def test_gains_and_directions(small: Backtest) -> None:
    gains = small.gains(tries=100)
    assert (gains.low <= gains.gain + 1e-9).all()
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
    for figure in (scores(small), forecasts(small), prior_posterior(fit), predictive_check(check, 2015)):
        assert figure.get_axes()
        figure.canvas.draw()


# -- commands ----------------------------------------------------------------------------------------------------------


def test_command_backtest(tmp_path: Path) -> None:
    out = tmp_path / "bt"
    arguments = ["backtest", "--first", "2021", "--last", "2021", "--worlds", "50", "--rounds", "1", "-q"]
    answer = CliRunner().invoke(app, [*arguments, "--out", str(out)])
    assert answer.exit_code == 0, answer.output
    assert "last value" in answer.stdout
    assert {path.name for path in out.iterdir()} >= {"cells.csv", "scores.csv", "scores.png", "manifest.json"}
    assert json.loads((out / "manifest.json").read_text())["kind"] == "backtest"
    assert len(pd.read_csv(out / "scores.csv")) == 33


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
