"""Doubt: what worlds draw of numbers that are not sure, and that it is theirs whatever their company."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.runs.doubt import Doubt, balanced, triangular
from sim.scenario.doubt import REST
from sim.scenario.table import SECTORS
from sim.world.parameters import arrays

STORY = sim.load("dushanbe-2025").with_months(6)
STRAIN = "powers.RUS.strain"
WORLDS = np.arange(4000)


def test_half_of_the_draws_lie_on_either_side_and_the_nearer_the_likelier() -> None:
    """By hand: at a quarter of the way through the draws, 1 - sqrt(1/2) of the way down from the value."""

    def drawn_at(u: np.ndarray) -> np.ndarray:
        return triangular(np.array([0.0]), np.array([1.0]), np.array([4.0]), u)

    assert drawn_at(np.array([0.5])) == pytest.approx(1.0)
    assert drawn_at(np.array([0.25])) == pytest.approx(1.0 - (1.0 - np.sqrt(0.5)))
    assert drawn_at(np.array([0.75])) == pytest.approx(1.0 + 3.0 * (1.0 - np.sqrt(0.5)))
    drawn = drawn_at(np.linspace(1e-9, 1 - 1e-9, 1001))
    assert (np.diff(drawn) > 0).all()
    assert (drawn.min(), drawn.max()) == pytest.approx((0.0, 4.0), abs=1e-3)


def test_neighbours_share_a_draw_and_nobody_else() -> None:
    drawn = sim.Ask.of(STORY, worlds=100, doubt=True).values_of(np.arange(100))[STRAIN]
    assert (drawn[::2] == drawn[1::2]).all()
    assert len(np.unique(drawn)) == 50


def test_a_draw_is_its_worlds_own_in_any_batch_and_scenario() -> None:
    ask = sim.Ask.of(STORY, worlds=64, doubt=True)
    whole = ask.values_of(np.arange(64))
    some = np.array([3, 17, 40])
    assert all((whole[path][some] == values).all() for path, values in ask.values_of(some).items())
    war = sim.Ask.of("war-drags-on", worlds=64, doubt=True).values_of(np.arange(64))
    assert (war["republics.KAZ.autonomy"] == whole["republics.KAZ.autonomy"]).all()


def test_a_world_in_doubt_runs_the_same_alone_and_in_company() -> None:
    ask = sim.Ask.of(STORY, worlds=12, doubt=True, posterior="dushanbe-2025")
    whole = sim.run(ask).array("overall")
    alone = sim.run(STORY, 4, doubt=True, posterior="dushanbe-2025").array("overall")
    assert (whole[..., :4] == alone).all()


def test_draws_fill_their_ranges_with_the_value_in_the_middle() -> None:
    drawn = Doubt().values(STORY, WORLDS, 0)
    for path, span in STORY.doubts.items():
        values = drawn[path]
        if STORY.parameter(path).total is None:
            assert span.low <= values.min() < values.max() <= span.high, path
            assert min((values <= span.value).mean(), (values >= span.value).mean()) > 0.44, path


def test_weights_sum_to_one_and_shares_leave_others_something() -> None:
    drawn = Doubt().values(STORY, WORLDS, 0)
    for weights in ("republics.KAZ.need", "powers.RUS.interest", f"{REST}powers.RUS.interest"):
        assert sum(drawn[f"{weights}.{sector}"] for sector in SECTORS) == pytest.approx(np.ones(len(WORLDS)))
    shares = sum(drawn[f"republics.TKM.alignment.energy.{power}"] for power in STORY.powers)
    others = 1.0 - sum(STORY.get(f"republics.TKM.alignment.energy.{power}") for power in STORY.powers)
    assert shares.max() <= 1.0 - 0.5 * others + 1e-12


@given(st.lists(st.floats(0.0, 1.0), min_size=3, max_size=3))
def test_whatever_shares_are_drawn_others_keep_half_of_theirs(shares: list[float]) -> None:
    path = "republics.UZB.alignment.energy"
    found = balanced(STORY, {f"{path}.{power}": share for power, share in zip(STORY.powers, shares, strict=True)})
    others = 1.0 - sum(STORY.get(f"{path}.{power}") for power in STORY.powers)
    assert sum(found.values()) <= 1.0 - 0.5 * others + 1e-9
    assert min(found.values()) >= 0.0


def test_conduct_is_doubted_before_day_one_too_and_a_change_is_not() -> None:
    """To doubt is to say that it may have been so all along; to change is to say that from day one on it is."""
    path = "powers.CHN.budget"
    drawn = sim.Ask.of(STORY, worlds=10, doubt={path: (0.4, 1.0)}).values_of(np.arange(10))
    settled, now = (arrays(STORY, 10, drawn, settled=before).power["budget"] for before in (True, False))
    assert (settled == now).all()
    changed = STORY.with_values({path: 1.0})
    assert sim.Ask.of(changed, worlds=10, doubt=True).doubts.keys().isdisjoint({path})
    assert (arrays(changed, 1, settled=True).power["budget"] != arrays(changed, 1).power["budget"]).any()


@pytest.mark.slow
def test_doubting_and_changing_a_number_are_two_questions_with_two_answers() -> None:
    """A Russia that was strained all along has long lost what strain takes; one that becomes so loses it now."""
    story, high = sim.load("dushanbe-2025"), np.full(200, 0.7)
    base, doubted, changed = (
        sim.run(asked, 200, keep="outcomes", variations=values).record.outcomes["RUS.change"].mean()
        for asked, values in (
            (story, {}),
            (story, {STRAIN: high, REST + STRAIN: high}),
            (story.with_values({STRAIN: 0.7}), {}),
        )
    )
    assert changed - base < -0.01
    assert abs(doubted - base) < 0.3 * abs(changed - base)


def test_what_is_changed_keeps_its_doubt_of_before_day_one() -> None:
    reasserts = sim.load("moscow-reasserts")
    path = "powers.RUS.responsiveness"
    assert reasserts.get(REST + path) == STORY.get(path) != reasserts.get(path)
    before, now = (reasserts.doubts[prefix + path] for prefix in (REST, ""))
    assert (before.low, before.high) == STORY.range_of(path)
    assert before.value == STORY.get(path)
    assert now.value == reasserts.get(path)


def test_posterior_and_variations_go_before_doubt() -> None:
    volatility = "rules.volatility.trade"
    mine = np.linspace(0.2, 0.6, 8)
    ask = sim.Ask.of(STORY, worlds=8, doubt=True, posterior="dushanbe-2025", variations={STRAIN: mine})
    values = ask.values_of(np.arange(8))
    assert (values[STRAIN] == mine).all()
    assert (values[volatility] == ask.posterior.variations(STORY, np.arange(8) // 2)[volatility]).all()
    assert {STRAIN, volatility}.isdisjoint(ask.doubts)
    assert REST + STRAIN not in values


def test_sources_that_err_together_do_so_as_much_as_said() -> None:
    text = sim.load("dushanbe-2025").to_yaml().replace("powers:", "together: {data:trade: 0.6}\npowers:", 1)
    story = sim.Scenario.from_yaml(text, name="together")
    paths = ["republics.KAZ.alignment.trade.RUS", "republics.UZB.alignment.trade.CHN", "republics.KAZ.autonomy"]
    assert story.source_of(paths[0])[0] == story.source_of(paths[1])[0] == "data:trade"
    place = Doubt().uniform(story, paths, 2 * np.arange(20_000), 0)
    # Spearman's rank correlation of a Gaussian copula: 6/pi asin(rho/2)
    assert np.corrcoef(place)[0, 1] == pytest.approx(6 / np.pi * np.arcsin(0.3), abs=0.03)
    assert np.corrcoef(place)[0, 2] == pytest.approx(0.0, abs=0.03)
    assert sim.Scenario.from_yaml(story.to_yaml(), name="again").together == {"data:trade": 0.6}


def test_a_result_in_doubt_is_saved_and_asked_again(tmp_path: Path) -> None:
    result = sim.run(STORY, 6, doubt={STRAIN: (0.2, 0.5)}, seed=3)
    again = sim.Result.load(result.save(tmp_path / "run", figures=False))
    assert again.ask == result.ask
    assert again.ask != sim.Ask.of(STORY, worlds=6, seed=3)
    assert (sim.run(again.ask).array("overall") == result.array("overall")).all()


@pytest.mark.parametrize(
    ("doubt", "told"),
    [
        ({"powers.RUS.strian": (0.1, 0.5)}, "did you mean powers.RUS.strain"),
        ({STRAIN: (0.5, 0.9)}, "expected a range around 0.4, within 0 to 1"),
        ({STRAIN: (0.1, 1.5)}, "within 0 to 1"),
        ({STRAIN: 0.3}, "expected two numbers, low and high"),
        (3, "expected True, False or a mapping"),
        ({STRAIN: (0.6, 0.1)}, "found 0.6 before 0.1, the ends swapped, expected the lower end first, 0.1 then 0.6"),
        ({STRAIN: ("60 %", "20 %")}, "found 0.6 before 0.2, the ends swapped"),
    ],
)
def test_a_doubt_that_cannot_be_is_refused(doubt: object, told: str) -> None:
    with pytest.raises(sim.BadInput, match=told):
        sim.run(STORY, 2, doubt=doubt)  # type: ignore[arg-type]


def test_points_of_a_path_over_time_are_doubted_together_and_before_day_one_as_the_first() -> None:
    story = sim.Scenario.from_yaml(
        "title: x\nextends: dushanbe-2025\n"
        "powers: {RUS: {budget: {2025: 0.417, 2029: 0.7, source: claim:war-strain}}}\n"
        "together: {claim:war-strain: 0.7}\n",
        name="x",
    )
    first, last = "powers.RUS.budget.2025-01", "powers.RUS.budget.2029-01"
    drawn = sim.Ask.of(story, worlds=60, doubt=True).values_of(np.arange(60))
    ranks = [np.argsort(np.argsort(drawn[path][::2])) for path in (first, last, f"{REST}powers.RUS.budget")]
    assert (ranks[0] == ranks[1]).all()
    assert (ranks[0] == ranks[2]).all()
    one = sim.Ask.of(story, worlds=4, doubt={last: (0.6, 0.8)})
    assert list(one.doubts) == [last]
    year = sim.Ask.of(story, worlds=4, doubt={"powers.RUS.budget.2029": (0.6, 0.8)})
    assert list(year.doubts) == [last], "a year is its January"
    with pytest.raises(sim.BadInput, match=r"found two ranges, 0\.6:0\.8 and 0\.5:0\.9, expected one range for each"):
        sim.Ask.of(story, worlds=4, doubt={"powers.RUS.budget.2029": (0.6, 0.8), last: (0.5, 0.9)})
    with pytest.raises(sim.BadInput, match=r"expected one for one of its points: powers\.RUS\.budget\.2025-01"):
        sim.Ask.of(story, doubt={"powers.RUS.budget": (0.3, 0.6)})
    assert len(sim.tornado(story.with_months(2), worlds=2, doubt={last: (0.6, 0.8)}).of("RUS.share")) == 1


def test_what_is_decided_is_in_doubt_neither_today_nor_before_day_one() -> None:
    """Of a path over time its number stands for all points; everything else is drawn as before."""
    story = sim.load("dushanbe-2025").with_values({"powers.EUU.budget": {"2026": 0.3, "2028": 0.5}})
    worlds = np.arange(4)
    all_of_it = Doubt().values(story, worlds, 0)
    left = Doubt(without=frozenset({"powers.EUU.budget", "powers.RUS.strain"})).values(story, worlds, 0)
    gone = set(all_of_it) - set(left)
    assert gone >= {"powers.RUS.strain", "rest.powers.RUS.strain", "rest.powers.EUU.budget"}
    assert all("EUU.budget" in path or path.endswith("RUS.strain") for path in gone)
    assert all(np.array_equal(left[path], all_of_it[path]) for path in left)
    told = Doubt(without=frozenset({"powers.RUS.strain"}))
    assert Doubt.read(told.manifest(story)) == told
