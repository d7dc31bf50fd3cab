"""Why it moved: parts that add up to the whole, whoever asks, and what an event changed."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.reading import telling
from sim.reading.attribution import mean_gradient, split
from sim.reading.effect import explain_event
from sim.reading.explain import Explanation
from sim.reading.telling import driver_words, part_of_spread, summary_rows
from sim.runs.words import percent, points, signed
from sim.scenario import BadInput, Scenario
from sim.scenario.table import CAUSES, SECTORS
from sim.world.rules.realign import shares
from tests.anyworld import any_worlds
from tests.worlds import GOOD

SMALL = Scenario.from_yaml(GOOD)
STORY = sim.load("dushanbe-2025").with_months(14)
HINDCAST = sim.load("hindcast-2013").with_months(14)
MONTHS = [f"{2025 + (9 + n) // 12}-{(9 + n) % 12 + 1:02d}" for n in range(SMALL.months)]


@pytest.fixture(scope="module")
def why() -> Explanation:
    return sim.explain(STORY, 40, seed=1)


# -- the parts sum to the whole ----------------------------------------------------------------------------------------


def check_sums(found: Explanation) -> None:
    """Shares within 1e-6 in every world, log-ratios to rounding, and nothing left without a name."""
    assert found.residual < 1e-6
    assert np.abs(found.owners.sum(axis=(0, 1)) - found.change).max() < 1e-6
    assert np.abs(found.owners.sum(axis=1) - found.parts).max() < 1e-12
    assert "other" not in found.drivers


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(
    seed=st.integers(0, 2**40),
    edge=st.sampled_from([0.0, 0.2, 1.0]),
    sector=st.sampled_from(["overall", *SECTORS]),
    scenario=st.sampled_from([SMALL, STORY, HINDCAST]),
)
def test_drivers_sum_to_the_shift_wherever_the_parameters_are(
    seed: int, edge: float, sector: str, scenario: Scenario
) -> None:
    worlds = 6
    drawn = any_worlds(scenario, worlds, seed, edge)
    found = sim.explain(scenario, worlds, seed=seed, sector=sector, variations=drawn)
    check_sums(found)
    run = sim.run(scenario, worlds, seed=seed, keep="drivers", variations=drawn)
    shift = run.array("logit")[-1] - run.array("logit")[0]
    assert np.allclose(found.logit.sum(axis=0), shift, rtol=1e-12, atol=1e-10), "exactly, on the level of log-ratios"
    assert np.allclose(found.after - found.before, (run.shares(sector)[-1] - run.shares(sector)[0]), atol=2e-6)


@pytest.mark.slow
@settings(max_examples=6, deadline=None)
@given(
    months=st.lists(st.integers(0, SMALL.months - 1), min_size=2, max_size=2, unique=True).map(sorted),
    seed=st.integers(0, 2**40),
    sector=st.sampled_from(["overall", "security"]),
)
def test_any_span_sums_and_spans_add_up(months: list[int], seed: int, sector: str) -> None:
    first, last = months

    def told(since: int, until: int) -> Explanation:
        return sim.explain(SMALL, 4, seed=seed, since=MONTHS[since], until=MONTHS[until], sector=sector)

    whole, early, late = told(first, last), told(first, first), told(first + 1, last)
    for one in (whole, early, late):
        check_sums(one)
    assert np.allclose(early.after, late.before, atol=1e-12)
    assert np.allclose(early.parts + late.parts, whole.parts, atol=1e-9)
    assert whole.dates[-1] == MONTHS[last]


def test_a_span_takes_the_shares_of_its_months() -> None:
    run = sim.run(SMALL, 5, keep="drivers")
    found = sim.explain(run, since="2026-01", until="2026-06")
    assert np.allclose(found.before, run.array("overall")[3], atol=1e-6), "from the end of the month before"
    assert np.allclose(found.after, run.array("overall")[9], atol=1e-6)
    assert np.allclose(sim.explain(SMALL, 5, since="2026-01", until="2026-06").parts, found.parts, atol=1e-12)


def test_an_unchanging_world_has_nothing_to_explain() -> None:
    still = (
        {f"rules.volatility.{sector}": 0.0 for sector in SECTORS}
        | {f"powers.{p}.capability_growth.{sector}": 0.0 for p in STORY.powers for sector in SECTORS}
        | {f"powers.{p}.legacy_erosion": 0.0 for p in STORY.powers}
    )
    quiet = STORY.with_values(still).without_events(*STORY.events)
    found = sim.explain(quiet, 5)
    walk = found.drivers.index("chance")
    assert not found.parts[walk].any()
    assert not found.parts[found.drivers.index("legacy")].any()
    check_sums(found)


def test_a_driver_of_ones_own_is_named_and_what_has_no_name_is_other() -> None:
    class Dreamers(sim.Republic):
        extra_drivers = ("dream",)

        def drivers(self) -> dict[str, Any]:
            return super().drivers() | {"dream": np.full_like(self.walk, 0.2)}

    class Movers(sim.Republic):
        def realign(self) -> None:
            super().realign()
            self.logit += 0.01

    dream = sim.explain(SMALL, 3, 6, republic=Dreamers)
    assert dream.residual < 1e-6
    assert np.abs(dream.parts[dream.drivers.index("dream")]).max() > 1e-4
    mover = sim.explain(SMALL, 3, 6, republic=Movers)
    assert mover.residual < 1e-6
    assert mover.drivers[-1] == "other"
    fade = 1 - np.array([SMALL.get(f"rules.inertia.{sector}") for sector in SECTORS])
    pushed = 0.01 * (1 - fade**6) / (1 - fade)  # six pushes, each fading since
    assert np.allclose(mover.logit[-1], pushed[:, None], atol=1e-9)


# -- the rule behind it ------------------------------------------------------------------------------------------------


def test_the_gradient_leads_from_the_first_share_to_the_last() -> None:
    rng = np.random.default_rng(0)
    start, end = rng.normal(0, 2, (2, 2, 3, 4, 5))
    step = end - start
    moved = (mean_gradient(start, end) * step[:, None]).sum(axis=2)
    assert np.abs(moved - (shares(end) - shares(start))).max() < 1e-9


def test_one_driver_gets_all_equals_get_halves_and_the_idle_nothing() -> None:
    """One republic, one power, one sector: log-ratio 0 to 1, so the share goes from 1/2 to e/(1 + e)."""
    logit = np.array([0.0, 1.0]).reshape(2, 1, 1, 1, 1)
    weights = np.ones((1, 1, 1))
    gain = np.e / (1 + np.e) - 0.5
    for given_, parts in (
        ([1.0], [gain]),
        ([0.5, 0.5], [gain / 2, gain / 2]),
        ([1.0, 0.0], [gain, 0.0]),
        ([1.5, -0.5], [1.5 * gain, -0.5 * gain]),
    ):
        drivers = np.zeros((2, len(given_), 1, 1, 1, 1))
        drivers[1] = np.array(given_).reshape(-1, 1, 1, 1, 1)
        series, owners, shift, before, after = split(logit, drivers, weights)
        assert series[-1, :-1, 0, 0, 0] == pytest.approx(parts, abs=1e-9)
        assert owners[:-1, 0, 0, 0, 0] == pytest.approx(parts, abs=1e-9)
        assert shift[:-1].ravel() == pytest.approx(given_)
        assert (after - before).item() == pytest.approx(gain)


def test_a_rivals_driver_is_the_rivals_doing() -> None:
    """Two powers at one half of what is not with others: one's rise of a log point takes from the other."""
    logit = np.zeros((2, 1, 2, 1, 1))
    logit[1, 0, 1] = 1.0
    drivers = logit[:, None]
    _, owners, *_ = split(logit, drivers, np.ones((1, 1, 1)))
    loss = 1 / (2 + np.e) - 1 / 3
    assert owners[0, 1, 0, 0, 0] == pytest.approx(loss, abs=1e-9), "the first power's share falls by the second's doing"
    assert owners[0, 0].ravel() == pytest.approx([0.0, 0.0], abs=1e-12)


def test_parts_of_the_spread_sum_to_one(why: Explanation) -> None:
    for i, j in np.ndindex(len(why.republics), len(why.powers)):
        shares = [part_of_spread(part, why.change[i, j]) for part in why.parts[:, i, j]]
        assert sum(shares) == pytest.approx(1.0, abs=1e-6)


# -- events ------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@settings(max_examples=3, deadline=None)
@given(event=st.sampled_from(list(SMALL.events)), seed=st.integers(0, 2**40))
def test_an_events_effect_is_rerunning_the_same_worlds_without_it(event: str, seed: int) -> None:
    effect = explain_event(SMALL, event, 6, seed=seed)
    with_it = sim.run(SMALL, 6, seed=seed, keep="overall")
    without = sim.run(SMALL.without_events(event), 6, seed=seed, keep="overall")
    difference = with_it.array("overall").astype(float) - without.array("overall")
    assert np.abs(effect.comparison.difference - difference).max() < 1e-9
    parts = sim.explain(SMALL, 6, seed=seed).parts - sim.explain(SMALL.without_events(event), 6, seed=seed).parts
    assert np.abs(effect.explanation.parts - parts).max() < 1e-12
    assert np.abs(effect.explanation.parts.sum(axis=0) - difference[-1]).max() < 1e-6


@pytest.mark.slow
def test_an_event_that_chance_did_not_bring_changes_nothing() -> None:
    effect = explain_event(SMALL, "landslide", 40)
    came = effect.comparison.results[1].array("event")[:, list(SMALL.events).index("landslide")].any(axis=0)
    assert 0 < came.sum() < 40
    assert not effect.comparison.difference[..., ~came].any()
    assert not effect.explanation.parts[..., ~came].any()
    assert np.array_equal(effect.came, came)
    row = effect.table().query("republic == 'TJK' and power == 'RUS'").iloc[0]
    assert row.came == came.mean()
    assert row.difference_if_came == pytest.approx(np.median(effect.comparison.difference[-1, 1, 0, came]))
    assert row.low_if_came <= row.difference_if_came <= row.high_if_came
    assert np.allclose(effect.parts, effect.explanation.parts[..., came].mean(axis=-1))


@pytest.mark.slow
def test_a_chance_event_is_told_by_the_worlds_in_which_it_came() -> None:
    effect = explain_event("dushanbe-2025", "truce", 60)
    table, said = effect.table(), effect.headline()
    assert said.startswith(
        f"It comes in {percent(float(effect.came.mean()))} of worlds, given these numbers; there, by "
    )
    mine = table[(table.power == "RUS") & (table.size_if_came != "negligible")]
    largest = mine.loc[mine.difference_if_came.abs().idxmax()]
    name = effect.explanation.scenario.republics[largest.republic].name
    raised = f"it raises {name}’s alignment with Russia by {points(largest.difference_if_came)}"
    assert raised in said, "first those that it is about"
    only = effect.headline([("TKM", "EUU")])
    assert "every difference is negligible: it" in only
    assert "Turkmenistan’s alignment with the European Union" in only
    dated = explain_event(SMALL, "long-war", 6)
    assert dated.always
    assert dated.headline() == dated.comparison.headline()


# -- said in tables and words ------------------------------------------------------------------------------------------


def test_tables_add_up_and_name_everything(why: Explanation) -> None:
    table = why.table()
    means = table.pivot_table(index=["republic", "power"], columns="driver", values="mean", observed=True)
    assert np.allclose(means.drop(columns="total").sum(axis=1), means["total"], atol=1e-6)
    assert set(CAUSES) < set(table.driver)
    assert (table.low <= table["median"] + 1e-12).all()
    assert (table["median"] <= table.high + 1e-12).all()
    by_power = why.by_power()
    owned = by_power[by_power.driver == "total"].groupby(["republic", "power"], observed=True)["mean"].sum()
    assert np.allclose(owned.sort_index(), means["total"].sort_index(), atol=1e-6)
    months = why.by_month()
    last = months[(months.date == why.dates[-1]) & (months.driver == "legacy")]
    first = months[months.date == why.dates[0]]
    assert np.allclose(last["mean"].to_numpy(), table[table.driver == "legacy"]["mean"].to_numpy())
    assert not first[["low", "median", "high", "mean"]].to_numpy().any()
    logits = why.logits()
    total = logits[logits.driver == "total"].set_index(["republic", "power", "sector"])["mean"]
    parts = logits[logits.driver != "total"].groupby(["republic", "power", "sector"], observed=True)["mean"].sum()
    assert np.allclose(parts.sort_index(), total.sort_index(), atol=1e-10)


def test_a_paragraph_says_what_the_table_says(why: Explanation) -> None:
    rules = why.table().query("driver not in @CAUSES and driver not in ('total', 'chance')")
    row = rules.loc[rules["mean"].abs().idxmax()]
    text = why.paragraph(row.republic, row.power)
    i, j = why.place(row.republic, row.power)
    before, after = (100 * float(values[i, j].mean()) for values in (why.before, why.after))
    assert f"goes on average from {before:.1f} % on day one to {after:.1f} %" in text
    whole = why.table().query("driver == 'total' and republic == @row.republic and power == @row.power")["mean"].item()
    assert whole == pytest.approx((after - before) / 100)
    assert f": {signed(whole)} percentage points, between" in text
    assert f"{driver_words(row.driver)} ({100 * row['mean']:+.1f} [".replace("-", "−") in text
    assert not {"TJK", "RUS", "CHN", "EUU"} & set(text.replace(".", " ").split())
    assert "one world only" in sim.explain(STORY, 1, 2).paragraph("KAZ", "CHN")


def test_the_overview_names_the_largest_parts(why: Explanation) -> None:
    rows = summary_rows(why)
    assert [(row["republic"], row["power"]) for row in rows] == [(r, p) for r in why.republics for p in why.powers]
    table = why.table()
    for row in rows:
        mine = table[(table.republic == row["republic"]) & (table.power == row["power"])].set_index("driver")["mean"]
        causes = float(mine[list(CAUSES)].sum())
        others = mine.drop([*CAUSES, "total", "chance"]).abs().max()
        assert abs(row["main"][0][1]) == pytest.approx(max(abs(causes), float(others)))


def test_a_waterfall_starts_and_ends_at_the_shares(why: Explanation) -> None:
    figure = why.waterfall("UZB", "CHN")
    figure.canvas.draw()
    words = " ".join(text.get_text() for text in figure.texts)
    assert f"{100 * why.before[4, 1].mean():.1f} %" in words
    assert f"{100 * why.after[4, 1].mean():.1f} %" in words
    assert "Random drift" in words


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"since": "2031-01"}, "a month of the run"),
        ({"until": "soon"}, "a month of the run"),
        ({"since": "2026-03", "until": "2026-02"}, "not after the last"),
        ({"sector": "tade"}, "did you mean trade"),
    ],
)
def test_bad_questions_are_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        sim.explain(SMALL, 2, **fields)


def test_unknown_actors_and_events_are_refused(why: Explanation) -> None:
    with pytest.raises(BadInput, match="did you mean TJK"):
        why.paragraph("TJQ", "RUS")
    with pytest.raises(BadInput, match="did you mean long-war"):
        explain_event(SMALL, "long-wor", 2)
    with pytest.raises(BadInput, match="the same months"):
        why.minus(sim.explain(STORY, 3, seed=1))


def test_numbers_are_plain(why: Explanation) -> None:
    """What goes into JSON can be written as such."""
    assert json.loads(json.dumps({"residual": why.residual, "rows": json.loads(why.table().to_json())}))


@pytest.mark.slow
def test_the_headline_says_what_sets_worlds_apart() -> None:
    why = sim.explain("dushanbe-2025", worlds=60)
    acted, drifted = [], []
    for republic in why.republics:
        for power in why.powers:
            i, j = why.place(republic, power)
            parts, change = telling.grouped(why, republic, power), why.change[i, j]
            acted.append(telling.part_of_spread(parts["deals"] + parts["grievance"], change))
            drifted.append(telling.part_of_spread(parts["chance"], change))
    said = telling.headline(why)
    assert percent(float(np.mean(acted))) in said
    assert percent(float(np.mean(drifted))) in said
    assert said.startswith("Projects" if np.mean(acted) >= np.mean(drifted) else "Drift")
    assert telling.headline(sim.explain("dushanbe-2025", worlds=1, months=3)) == ""
    still = {"rules.deal_effect": np.zeros(30), "rules.grievance_effect": np.zeros(30)}
    assert telling.headline(sim.explain("dushanbe-2025", worlds=30, months=24, variations=still)).startswith("Drift")


@pytest.mark.parametrize("sector", ["overall", "security"])
def test_a_run_and_its_explanation_tell_of_the_same_world(sector: str) -> None:
    result = sim.run(STORY, 40, seed=1)
    assert sim.explain(STORY, 40, seed=1, sector=sector, until="2026-01").typical_world == result.typical_world
    assert sim.explain(result, sector=sector).typical_world == result.typical_world
    assert sim.explain(sim.run(STORY, 40, seed=1, keep="drivers")).typical_world == result.typical_world
