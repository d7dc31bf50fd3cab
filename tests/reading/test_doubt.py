"""What sets worlds apart: chance, judgement and record, told apart by what neighbouring worlds have in common."""

from __future__ import annotations

import numpy as np
import pytest

import sim
from sim.reading.doubt import explained
from sim.runs.run import run_batch
from sim.world.record import Record, Watch

STORY = sim.load("dushanbe-2025").with_months(24)


@pytest.fixture(scope="module")
def result() -> sim.Result:
    return sim.run(STORY, 600, doubt=True, posterior="dushanbe-2025", keep="outcomes")


def test_the_parts_add_up(result: sim.Result) -> None:
    parts = sim.doubts(result).parts
    assert (parts[["chance", "judgement", "record"]].sum(axis=1)).to_numpy() == pytest.approx(np.ones(len(parts)))
    assert parts[["chance", "judgement", "record"]].to_numpy().min() >= 0.0
    assert len(parts) == 15


@pytest.mark.slow
def test_without_doubt_there_is_nothing_to_split_and_with_one_number_it_is_the_one(result: sim.Result) -> None:
    with pytest.raises(sim.BadInput, match="doubt=True"):
        sim.doubts(sim.run(STORY, 50, keep="outcomes"))
    with pytest.raises(sim.BadInput, match="40 or more"):
        sim.doubts(sim.run(STORY, 10, keep="outcomes", doubt=True))
    path = "republics.UZB.alignment.security.RUS"
    one = sim.doubts(sim.run(STORY, 200, doubt={path: (0.3, 0.5)}, keep="outcomes"))
    row = one.numbers.iloc[0]
    assert (row.path, row.outcome) == (path, "UZB.RUS.share")
    assert row.effect > 0.0
    parts = one.parts.set_index("outcome")
    assert parts.judgement["UZB.RUS.share"] > 0.5 > parts.judgement["KAZ.CHN.share"]
    assert parts.record.max() == 0.0


@pytest.mark.slow
def test_doubt_leaves_medians_and_widens_bands() -> None:
    """Numbers are as likely to be higher as lower, so that doubt adds spread and no trend.

    Of 3,000 worlds no median moves by more than 0.11 points, a standard error of 0.08; of 500 luck alone moves one by
    a quarter of a point.
    """
    whole = sim.load("dushanbe-2025")
    sure, unsure = (sim.run(whole, 500, keep="outcomes", doubt=doubt).summary() for doubt in (False, True))
    assert (unsure["median"] - sure["median"]).abs().max() < 0.003
    assert (unsure["median"] - sure["median"]).abs().mean() < 0.0015
    assert ((unsure.high - unsure.low) > (sure.high - sure.low)).mean() > 0.9
    assert (unsure.high - unsure.low).mean() > 1.2 * (sure.high - sure.low).mean()


@pytest.mark.slow
def test_the_part_of_the_numbers_is_their_sobol_index() -> None:
    """Pick and freeze: the covariance of two runs with the same numbers and other luck, over the variance."""
    ask = sim.Ask.of(STORY, worlds=4000, doubt=True, keep="outcomes")
    first = sim.run(ask)
    worlds = np.arange(4000)
    record = Record(ask.scenario, 4000, ask.months, "outcomes")
    run_batch(ask, worlds + 10_000, Watch(record, 0), variations=ask.values_of(worlds))
    for name, part in sim.doubts(first).parts.set_index("outcome").judgement.items():
        a, b = first.record.outcomes[str(name)][::2], record.outcomes[str(name)][::2]
        sobol = np.mean((a - a.mean()) * (b - b.mean())) / np.var(np.concatenate([a, b]))
        assert part == pytest.approx(sobol, abs=0.08), name


@pytest.mark.slow
def test_the_numbers_that_matter_most_do_when_they_alone_are_moved(result: sim.Result) -> None:
    top = sim.doubts(result).numbers.iloc[0]
    low, high = (
        sim.run(STORY, 100, keep="outcomes", variations={top.path: np.full(100, end)}).record.outcomes[top.outcome]
        for end in (top.low, top.high)
    )
    assert np.sign((high - low).mean()) == np.sign(top.effect)
    assert abs((high - low).mean()) > 0.005


def test_sentences_name_the_parts_and_three_numbers(result: sim.Result) -> None:
    parts, numbers = sim.doubts(result).sentences()
    assert parts.startswith("What sets worlds apart: ")
    assert all(word in parts for word in ("chance", "judgement", "the parameters fitted to the record"))
    assert numbers.count(";") == 2


def test_a_regression_explains_what_it_can() -> None:
    rng = np.random.default_rng(0)
    columns = rng.normal(size=(500, 3))
    assert explained(columns, columns @ [1.0, 2.0, 0.0]) == pytest.approx(1.0)
    assert explained(columns, columns @ [1.0, 2.0, 0.0] + rng.normal(size=500) * np.sqrt(5)) == pytest.approx(
        0.5, abs=0.07
    )
    assert explained(columns, rng.normal(size=500)) < 0.02
    assert explained(columns[:, :0], rng.normal(size=500)) == 0.0
