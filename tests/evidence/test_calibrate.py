"""Calibration: the record, the closed form of chance, priors and posteriors, and that parameters come back."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit

from sim.evidence.calibrate import Calibration, calibrate, error_terms, variations
from sim.evidence.errormodel import Votes, WalkLaws, ilr, logit, parts, walk_law
from sim.evidence.hindcast import STORY, story, tell, unforeseen
from sim.evidence.observed import POWERS, TRADERS, VOTERS, Observed, load_observed
from sim.runs.posterior import load_posterior, shipped_posteriors
from sim.runs.priors import priors
from sim.scenario import BadInput, load
from sim.scenario.table import SECTORS
from sim.world.model import DiplomacyModel


@pytest.fixture(scope="module")
def record() -> Observed:
    return load_observed()


@pytest.fixture(scope="module")
def fitted(record: Observed) -> Calibration:
    return calibrate(record.upto(2016), worlds=200, rounds=2)


# -- the record --------------------------------------------------------------------------------------------------------


def test_record_holds_the_figures(record: Observed) -> None:
    assert record.years.tolist() == list(range(2010, 2025))
    kaz = record.trade[TRADERS.index("KAZ"), :, 2019 - 2010]
    assert kaz == pytest.approx([19983.0, 14792.49, 30406.57])
    assert record.votes[VOTERS.index("TKM"), POWERS.index("RUS"), 2024 - 2010] == pytest.approx(0.7541)
    assert record.accord[0, 2021 - 2010] == pytest.approx(0.7674)
    sums = record.composition.sum(axis=1)
    assert np.allclose(sums[~np.isnan(sums)], 1.0)


def test_a_record_up_to_a_year_holds_nothing_later(record: Observed) -> None:
    known = record.upto(2017)
    assert known.last == 2017
    assert known.trade.shape[-1] == known.votes.shape[-1] == known.accord.shape[-1] == 8
    for part in (known.trade, known.votes, known.accord):
        assert part.base is None or part.base.shape[-1] == 8, "a view would still hold what is later"
    with pytest.raises(BadInput, match="2010 to 2024"):
        record.upto(2030)


# -- the error model ---------------------------------------------------------------------------------------------------


def test_log_ratios_and_back() -> None:
    mix = np.array([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]])
    assert np.allclose(parts(ilr(mix, 1), 1), mix)
    assert np.allclose(expit(logit(mix)), mix)


@pytest.mark.slow
def test_the_closed_form_is_the_models_own_chance() -> None:
    """Two runs with the same luck, with and without volatility: their difference has the covariance that is claimed."""
    quiet = story(STORY)
    loud = quiet.with_values({"rules.volatility.trade": 0.15})
    calm = {f"republics.{code}.hedging": np.zeros(400) for code in quiet.republics}
    worlds = np.arange(400)
    difference = tell(loud, calm, worlds, 2016, 3).trade - tell(quiet, calm, worlds, 2016, 3).trade
    draws = np.moveaxis(difference[:, :, 1:], 2, 0).reshape(4, -1)
    claimed = 0.15**2 * walk_law(np.array([quiet.get("rules.inertia.trade")]), 4, run_in=0)[0]
    found = draws @ draws.T / draws.shape[1]
    assert np.allclose(found, claimed, rtol=0.15, atol=0.1 * claimed[0, 0])


def test_interpolated_laws_are_close() -> None:
    laws, rates = WalkLaws(5), np.array([0.013, 0.05, 0.21])
    assert np.allclose(laws(rates), walk_law(rates, 5), rtol=5e-3, atol=1e-4)


@pytest.mark.slow
def test_sizes_of_walk_and_noise_come_back(record: Observed) -> None:
    """Votes made with known sizes are fitted to about those sizes."""
    rng = np.random.default_rng(1)
    truth = Votes(0.05**2, 0.1**2, 0.06**2, 0.05**2, 0.8, 0.1**2, 0.1**2)
    still = np.zeros((5, 3, len(record.years), 30))
    found = []
    for k in range(6):
        made = truth.replicate(record, still[..., :1], np.zeros(1), rng)[..., 0]
        found.append(Votes.fit(replace(record, votes=expit(made + 0.5 + k * 0.05))))
    for name in ("common_noise", "own_walk", "own_noise"):
        assert np.median([getattr(one, name) for one in found]) ** 0.5 == pytest.approx(
            getattr(truth, name) ** 0.5, rel=0.35
        ), name


# -- fitting -----------------------------------------------------------------------------------------------------------


def test_the_story_is_told_by_year_as_the_model_runs() -> None:
    quiet = story(STORY)
    paths = tell(quiet, {}, np.arange(3), 2014, 5)
    model = DiplomacyModel(quiet, 3, 5)
    shares = []
    for _ in range(24):
        model.step()
        shares.append(model.state.alignment[:, :, SECTORS.index("trade")].copy())
    places = [model.actors.powers.index(code) for code in POWERS]
    uzb = np.mean(shares[12:], axis=0)[model.actors.republics.index("UZB")][places]
    assert np.allclose(paths.trade[TRADERS.index("UZB"), :, 2], ilr(uzb, 0), atol=1e-12)
    assert paths.first == 2012
    early = paths.over(2010, 2014)
    assert np.array_equal(early.trade[:, :, 0], early.trade[:, :, 2]), "before the run, as on day one"


def test_events_after_the_origin_can_be_hidden() -> None:
    blind = unforeseen(load(STORY), 2021)
    assert "invasion" not in blind.events
    assert "taliban-in-kabul" in blind.events
    assert unforeseen(load(STORY), 2030).hash == load(STORY).hash


def test_weights_and_tables_make_sense(fitted: Calibration) -> None:
    assert fitted.weights.sum() == pytest.approx(1.0)
    assert 5 < fitted.effective <= len(fitted.weights)
    table = fitted.table().set_index("parameter")
    assert len(table) <= 12 + 4
    assert (table.low < table.high).all()
    assert table.learnt["noise_UZB"] > 0.3, "the record says how noisy it is"
    for prior in fitted.priors:
        assert prior.inside(fitted.scores[:, fitted.priors.index(prior)]).all()


@pytest.mark.slow
def test_same_seed_same_fit_and_rounds_are_resumed(record: Observed, fitted: Calibration, tmp_path: Path) -> None:
    known = record.upto(2016)
    calls: list[int] = []
    first = calibrate(known, worlds=200, rounds=1, folder=tmp_path / "fit")
    again = calibrate(known, worlds=200, rounds=2, folder=tmp_path / "fit", progress=lambda done, _: calls.append(done))
    assert np.array_equal(first.rounds[0].scores, again.rounds[0].scores)
    assert np.array_equal(again.weights, fitted.weights)
    assert calls[0] == 200, "the first round was there"
    with pytest.raises(BadInput, match="differs in seed"):
        calibrate(known, worlds=200, rounds=1, seed=1, folder=tmp_path / "fit")
    others = (replace(priors()[0], spread=0.1), *priors()[1:])
    with pytest.raises(BadInput, match="a calibration that differs in priors"):
        calibrate(known, worlds=200, rounds=1, beliefs=others, folder=tmp_path / "fit")
    with pytest.raises(BadInput, match="no prior of vote_slope, expected priors of volatility, "):
        calibrate(known, worlds=200, rounds=1, beliefs=priors()[:-1])
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("dear")
    with pytest.raises(BadInput, match="other files"):
        calibrate(known, worlds=200, rounds=1, folder=tmp_path / "other")


@pytest.mark.slow
def test_parameters_that_made_a_record_are_found_again(record: Observed) -> None:
    """A record made by one draw: the posterior of what is identified covers it, and moves towards it."""
    beliefs = priors()
    scores = np.zeros((1, len(beliefs)))
    names = [prior.name for prior in beliefs]
    scores[0, names.index("growth_CHN")] = 2.2
    scores[0, names.index("volatility")] = -1.5
    for code in TRADERS:
        scores[0, names.index(f"noise_{code}")] = -1.5
    quiet = story(STORY)
    paths = tell(quiet, variations(quiet, beliefs, scores), np.array([77]), 2021, 0)
    terms, _ = error_terms(beliefs, scores)
    rng = np.random.default_rng(3)
    known = record.upto(2021)
    whole = replace(known, trade=np.ones_like(known.trade))
    made = terms.replicate(whole, paths.over(2010, 2021).trade, rng)[..., 0]
    fit = calibrate(replace(known, trade=1000 * parts(made, 1)), worlds=400, rounds=2)
    table = fit.table().set_index("parameter")
    for name in ("growth_CHN", "volatility", "noise_KGZ"):
        truth = float(beliefs[names.index(name)].value(scores[0, names.index(name)]))
        row = table.loc[name]
        assert abs(row["median"] - truth) < abs(row.prior_median - truth), name


@pytest.mark.parametrize("wrong", [{"worlds": 1}, {"rounds": 0}, {"seed": -1}])
def test_bad_sizes_are_refused(record: Observed, wrong: dict[str, int]) -> None:
    with pytest.raises(BadInput, match=next(iter(wrong))):
        calibrate(record.upto(2016), **wrong)


def test_an_origin_before_the_story_is_refused(record: Observed) -> None:
    with pytest.raises(BadInput, match="2013"):
        calibrate(record.upto(2012), worlds=50, rounds=1)


# -- priors and posteriors ---------------------------------------------------------------------------------------------


def test_priors_have_sources_and_stand_in_the_table() -> None:
    from sim.scenario import sources

    beliefs = priors()
    model = [prior for prior in beliefs if prior.path]
    assert len(model) <= 12
    scenario = load(STORY)
    for prior in model:
        assert prior.paths(scenario)
        for path in prior.paths(scenario):
            scenario.parameter(path)
        assert prior.source == "assumption" or sources.describe(prior.source)
        assert prior.note


def test_the_reference_shows_the_prior_of_each_fitted_parameter() -> None:
    """Priors stand in a file of their own; the page made from the table points to each, with the row's bounds."""
    from tools import make_reference

    model = [prior for prior in priors() if prior.path]
    assert [prior for prior, _ in make_reference.believed()] == model
    page = make_reference.parameter_page()
    for prior, row in make_reference.believed():
        line = f"| `{prior.path}` | {prior.centre:.3g} | "
        assert page.count(line) == 1
        assert f" | {row.low:g} to {row.high:g} | {prior.note} | {prior.source} |" in page
        assert row.low <= prior.centre <= row.high
        assert re.search(rf"^\| (\*\*)?`{row.name}[`.].* † \|", page, re.MULTILINE)
    assert page.count(" † |") == len({row.name for _, row in make_reference.believed()})


@pytest.mark.parametrize("file", ["/dev/zero", "/proc/self/mem"])
def test_a_posterior_that_never_ends_or_cannot_be_read_is_refused_at_once(file: str) -> None:
    with pytest.raises(BadInput, match=f"posterior: found '{file}' "):
        load_posterior(file)


def test_a_posterior_is_written_and_read(fitted: Calibration, tmp_path: Path) -> None:
    made = fitted.posterior(100)
    back = load_posterior(made.write(tmp_path / "mine.csv"))
    assert back.facts["origin"] == 2016
    assert len(made.draws) == 100
    assert back.digest == made.digest
    assert back.draws.equals(made.draws), "as written, so run"


def test_the_shipped_posterior_is_of_this_record_and_story() -> None:
    assert "dushanbe-2025" in shipped_posteriors()
    held = load_posterior()
    assert held.facts["origin"] == 2024
    stale = "made from another record or story: run sim calibrate --origin 2024 --out DIR, copy DIR/posterior.csv here"
    assert held.facts["record"] == load_observed().digest, stale
    assert held.facts["scenario_hash"] == story(STORY).hash, stale
