"""Whoever reads a result answers the question that the result was asked: its classes, numbers, draws and worlds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

import sim
from sim.cli import save
from sim.cli.pages.blocs import save_blocs
from sim.cli.pages.compare import save_comparison
from sim.cli.pages.explain import save_effect, save_explanation
from sim.cli.pages.run import print_result
from sim.figures.triangle import SIDE
from sim.reading import blocs as blocs_module
from sim.reading.blocs import Blocs, blocs, means, state
from sim.reading.effect import Effect
from sim.runs import run as running
from sim.runs.folder import read_ask
from sim.runs.posterior import load_posterior
from sim.runs.run import Interrupted, run_batch
from sim.runs.words import listed
from sim.scenario import BadInput, Scenario
from sim.scenario.table import SECTORS
from sim.view.payload import difference_payload, payload
from sim.world.model import DiplomacyModel
from tests.worlds import GOOD, edited

SMALL = Scenario.from_yaml(GOOD, "small").with_months(8)
WORLDS = 12
BUDGET = "powers.RUS.budget"
CHANGE = {"powers.CHN.strain": 0.7}


class Proud(sim.Republic):
    """Wants far more before it accepts."""

    def judge(self, size: Any, sector: Any) -> Any:
        return super().judge(size, sector) - 3.0


class Miser(sim.Power):
    """Courts nobody for security."""

    def value(self) -> Any:
        value = super().value()
        value[..., SECTORS.index("security"), :] = 0.0
        return value


def shares(path: str, lows: list[float], highs: list[float]) -> dict[str, NDArray[np.float64]]:
    """Numbers under a path that go together from one set to another, a world after the other."""
    way = np.linspace(0, 1, WORLDS)
    return {f"{path}.{name}": low + (high - low) * way for name, low, high in zip(SECTORS, lows, highs, strict=True)}


VARIATIONS = {
    "need": shares("republics.KAZ.need", [0.9, 0.1, 0.0, 0.0, 0.0], [0.0, 0.0, 0.1, 0.1, 0.8]),
    "alignment": {"republics.TJK.alignment.security.RUS": np.linspace(0.05, 0.8, WORLDS)},
    "budgets": {BUDGET: np.linspace(0.1, 5, WORLDS), "powers.CHN.budget": np.linspace(5, 0.1, WORLDS)},
}
OWN = replace(load_posterior("dushanbe-2025"), facts={}, name="of its own")
"""Draws that nobody says were fitted to other actors."""
ASKED: dict[str, dict[str, Any]] = {
    "a class": {"republic": Proud},
    "classes by code": {"republic": {"KAZ": Proud}, "power": {"RUS": Miser}},
    **{f"{name} varied": {"variations": values} for name, values in VARIATIONS.items()},
    "a posterior": {"posterior": OWN},
    "truncated": {"variations": VARIATIONS["budgets"], "republic": Proud},
    "all": {"republic": Proud, "posterior": OWN, "variations": VARIATIONS["need"] | VARIATIONS["budgets"]},
}


def stop(done: int, total: int) -> None:
    raise KeyboardInterrupt


@pytest.fixture(scope="module", params=ASKED)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def result(kind: str) -> Iterator[sim.Result]:
    """A run that asks for more than a scenario; one of them stopped by Ctrl-C after seven worlds."""
    if kind != "truncated":
        yield sim.run(SMALL, WORLDS, seed=3, **ASKED[kind])
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "BATCH", 7)
        with pytest.raises(Interrupted) as stopped:
            sim.run(SMALL, WORLDS, seed=3, progress=stop, **ASKED[kind])
    assert stopped.value.result is not None
    assert (stopped.value.result.worlds, stopped.value.result.ask.worlds) == (7, WORLDS)
    yield stopped.value.result


@pytest.fixture(scope="module")
def why(result: sim.Result) -> sim.Explanation:
    return sim.explain(result)


@pytest.fixture(scope="module")
def effect(result: sim.Result) -> Effect:
    return sim.explain_event(result, "long-war")


@pytest.fixture(scope="module")
def changed(result: sim.Result) -> sim.Comparison:
    return sim.whatif(result, CHANGE)


@pytest.fixture(scope="module")
def found(result: sim.Result) -> Blocs:
    return blocs(result)


@pytest.fixture(scope="module")
def plain() -> sim.Result:
    """A run that asks for nothing more."""
    return sim.run(SMALL, **BASE)


def asked_alike(result: sim.Result, story: Scenario) -> sim.Result:
    """A scenario run by hand as the result was; of a stopped one the worlds that were finished."""
    kind = next(kind for kind, fields in ASKED.items() if sim.Ask.of(SMALL, **BASE, **fields) == result.ask)
    whole = sim.run(story, **BASE, **ASKED[kind])
    whole.record.truncate(result.worlds)
    return whole


BASE: dict[str, Any] = {"worlds": WORLDS, "seed": 3}


# -- explain -----------------------------------------------------------------------------------------------------------


def test_explain_explains_the_worlds_of_the_result(result: sim.Result, why: sim.Explanation) -> None:
    overall = result.array("overall")
    assert np.abs(why.before - overall[0]).max() < 1e-6
    assert np.abs(why.after - overall[-1]).max() < 1e-6
    assert why.residual < 1e-6
    assert why.ask == result.finished
    assert why.worlds == result.worlds
    trade = sim.explain(result, sector="trade", since="2025-12", until="2026-03")
    assert np.abs(trade.change - (result.shares("trade")[6] - result.shares("trade")[2])).max() < 2e-6


def test_explain_of_kept_drivers_weighs_as_the_worlds_do(kind: str) -> None:
    kept = sim.run(SMALL, **BASE, keep="drivers", **ASKED[kind])
    run = sim.explain(sim.run(SMALL, **BASE, **ASKED[kind]))
    why = sim.explain(kept)
    assert np.abs(why.after - kept.array("overall")[-1]).max() < 1e-6
    assert np.abs(why.before - kept.array("overall")[0]).max() < 1e-6
    assert np.array_equal(why.parts, run.parts)


def test_what_is_asked_beside_a_result_is_asked(result: sim.Result) -> None:
    """Fewer worlds are the first ones; another class is another question."""
    few = sim.explain(result, worlds=3)
    assert np.abs(few.after - result.array("overall")[-1, ..., :3]).max() < 1e-6
    other = sim.explain(result, seed=8)
    again = sim.run(result.finished, seed=8)
    assert np.abs(other.after - again.array("overall")[-1]).max() < 1e-6


def test_an_events_effect_is_that_on_the_worlds_of_the_result(result: sim.Result, effect: Effect) -> None:
    assert np.array_equal(effect.comparison.shares(1), result.array("overall"))
    without = asked_alike(result, SMALL.without_events("long-war")).array("overall")
    assert np.array_equal(effect.comparison.shares(0), without)
    gap = result.array("overall")[-1] - without[-1]
    assert np.abs(gap).max() > 1e-5
    assert np.abs(effect.explanation.parts.sum(axis=0) - gap).max() < 1e-6
    assert not effect.comparison.notes


# -- compare, whatif ---------------------------------------------------------------------------------------------------


def test_the_same_scenario_beside_a_result_differs_by_nothing(result: sim.Result) -> None:
    both = sim.compare(result, SMALL)
    assert not both.difference.any()
    assert both.results[1].ask == result.finished
    assert both.worlds == result.worlds
    assert both.notes == (f"“small (2)” is run as “small (1)” was: with {listed(result.finished.beside)}.",)
    assert not sim.compare(SMALL, result).difference.any()
    assert not sim.compare(result.finished, result).difference.any()


def test_another_scenario_beside_a_result_is_asked_what_the_result_was(
    result: sim.Result, changed: sim.Comparison
) -> None:
    other = SMALL.with_values(CHANGE)
    both, mine = sim.compare(result, other), asked_alike(result, other)
    assert np.array_equal(both.shares(1), mine.array("overall"))
    assert np.abs(both.difference).max() > 1e-5
    assert np.array_equal(changed.difference, both.difference)
    assert np.array_equal(sim.whatif(result.finished, CHANGE).difference, both.difference)
    assert changed.results[0] is result


# -- blocs -------------------------------------------------------------------------------------------------------------


class Purses:
    """Records what the powers of a batch can spend, month by month, (month, p, w)."""

    flows = False

    def __init__(self) -> None:
        self.points: list[NDArray[np.float64]] = []

    def day_one(self, model: DiplomacyModel) -> None:
        self.order = [model.actors.powers.index(code) for code in model.story.powers]

    def month_over(self, model: DiplomacyModel) -> None:
        self.points.append(model.state.purse[self.order].copy())


def test_blocs_weigh_powers_by_what_they_could_spend(result: sim.Result) -> None:
    purses = Purses()
    run_batch(result.finished, np.arange(result.worlds), purses)
    for month in (1, 6, result.months):
        assert means(result, month) == pytest.approx(purses.points[month - 1], rel=1e-5)
        sizes = blocs(result, month).sizes[:2]
        spent = purses.points[month - 1]
        assert sizes == pytest.approx(100 * spent / spent.sum(axis=0), rel=1e-5)
    assert means(result, 0) == pytest.approx(_by_hand(result), rel=1e-5)


def _by_hand(result: sim.Result) -> NDArray[np.float64]:
    """Means of day one from the values as they were asked for: budget x exp(-k strain)."""
    given = result.finished.values_of(np.arange(result.worlds))
    rows = []
    for code in result.powers:
        budget, strain, k = (
            given.get(path, np.full(result.worlds, SMALL.get(path)))
            for path in (f"powers.{code}.budget", f"powers.{code}.strain", "rules.strain_on_means")
        )
        rows.append(budget * np.exp(-k * strain))
    return np.array(rows)


def test_blocs_read_numbers_that_vary_as_worlds_have_them() -> None:
    """Each number that the reading uses, in two worlds: they come out as two scenarios do."""
    values = {
        "powers.RUS.budget": (0.2, 3.0),
        "powers.CHN.budget_growth": (0.0, 0.1),
        "powers.CHN.rivalry": (0.0, 1.0),
        "republics.KAZ.endowment.trade": (0.1, 1.0),
        "republics.TJK.voice_threshold": (0.2, 0.9),
        "republics.TJK.leverage.RUS": (0.1, 0.9),
        "republics.KAZ.solidarity.TJK": (0.0, 1.0),
        "rules.strain_on_means": (0.2, 2.0),
        "rules.leverage_cost": (0.1, 1.5),
    }
    both = sim.run(SMALL, 2, variations={path: np.array(pair) for path, pair in values.items()})
    sizes, table = state(both, 0)
    for world in range(2):
        alone = sim.run(SMALL.with_values({path: pair[world] for path, pair in values.items()}), world + 1)
        # what is felt on day one depends on the rest point, which is another where scenarios change; the rest does not
        for name in ("overall", "grievance", "grudge", "strain"):
            alone.record.arrays[name][0, ..., world] = both.array(name)[0, ..., world]
        one_sizes, one_table = state(alone, 0)
        assert sizes[..., world] == pytest.approx(one_sizes[..., world], rel=1e-6)
        assert table[..., world] == pytest.approx(one_table[..., world], rel=1e-6)
    assert (np.abs(np.diff(sizes)) > 1e-3).all()


def test_blocs_count_what_events_add_to_a_budget() -> None:
    """A grant of half as much again, in worlds where chance brings it; built up over two months."""
    text = edited(
        GOOD,
        ("    resolve: 0.1\n", "    resolve: 0.1\n    powers: [CHN]\n    budget: 0.5\n    over: 2\n"),
        ("chance: 0.02", "chance: 0.3"),
    )
    result = sim.run(Scenario.from_yaml(text).with_months(10), 60)
    purses = Purses()
    run_batch(result.ask, np.arange(60), purses)
    spent = purses.points[-1]
    came = result.array("event").any(axis=0)[list(result.scenario.events).index("landslide")]
    assert 0 < came.sum() < 60
    assert means(result, 10) == pytest.approx(spent, rel=1e-5)
    assert spent[1, came].min() > 1.2 * spent[1, ~came].max()


def test_a_model_with_a_calendar_of_its_own_has_no_blocs() -> None:
    class Later(sim.DiplomacyModel):
        def the_calendar_turns(self) -> None:
            super().the_calendar_turns()
            self.now.fired.clear()

    result = sim.run(SMALL, 2, model=Later)
    with pytest.raises(BadInput, match="model: found events that the calendar does not bring in 2025-10"):
        blocs(result)
    assert blocs_module.blocs(result, 0).worlds == 2, "nothing has happened on day one"


def test_blocs_run_a_question_to_the_month(result: sim.Result) -> None:
    fresh = blocs(result.finished, 4)
    assert np.array_equal(fresh.energies, blocs(result, 4).energies)
    assert fresh.date == result.dates[4]
    again = blocs(result, 4, seed=11)
    assert (again.seed, again.worlds) == (11, result.worlds)


def test_a_date_that_varies_is_not_cut_off() -> None:
    """The event stands after the month looked at, and in half of the worlds comes before it."""
    path = "events.long-war.date"
    start = SMALL.start
    dates = np.array([start + 1.0, start + 7.0])
    fresh = blocs(SMALL, 3, worlds=2, variations={path: dates})
    assert fresh.sizes[0, 0] < fresh.sizes[0, 1], "strained by the war already"


# -- save, load, and what is exported ----------------------------------------------------------------------------------


@pytest.mark.slow
def test_all_of_it_holds_for_a_result_that_was_read_back(
    result: sim.Result, why: sim.Explanation, changed: sim.Comparison, found: Blocs, tmp_path: Path
) -> None:
    back = sim.Result.load(result.save(tmp_path, figures=False))
    assert back.ask == result.ask
    assert back.finished == result.finished
    assert np.array_equal(sim.explain(back).parts, why.parts)
    assert np.array_equal(sim.whatif(back, CHANGE).difference, changed.difference)
    assert np.array_equal(blocs(back).energies, found.energies)
    assert not sim.compare(back, result).difference.any()


def test_a_result_with_drivers_is_kept_without_them_and_explained_all_the_same(tmp_path: Path) -> None:
    kept = sim.run(SMALL, 4, keep="drivers", variations={BUDGET: np.linspace(0.1, 5, 4)})
    back = sim.Result.load(kept.save(tmp_path, figures=False))
    assert back.record.keep == "full"
    assert np.array_equal(sim.explain(back).parts, sim.explain(kept).parts)


@pytest.mark.slow
def test_exports_hold_what_was_asked(
    result: sim.Result,
    why: sim.Explanation,
    effect: Effect,
    changed: sim.Comparison,
    found: Blocs,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(save, "write_figures", lambda folder, figures, kind: None)  # the files hold no question
    save_comparison(changed, tmp_path / "whatif")
    save_explanation(why, tmp_path / "why", "KAZ", "RUS")
    save_effect(effect, tmp_path / "event")
    save_blocs(found, tmp_path / "blocs")

    def facts(name: str) -> dict[str, Any]:
        held: dict[str, Any] = json.loads((tmp_path / name / "manifest.json").read_text(encoding="utf-8"))
        return held

    for k, one in enumerate(changed.results):
        back = read_ask(tmp_path / "whatif", facts("whatif")["asks"][k], f"-{k}")
        assert back == one.finished
        assert sim.run(back).outcomes().equals(one.outcomes().iloc[: back.worlds])
    assert read_ask(tmp_path / "why", facts("why")) == result.finished
    assert read_ask(tmp_path / "event", facts("event")["asks"][1]) == result.finished
    assert read_ask(tmp_path / "blocs", facts("blocs")) == result.finished


# -- figures, pages, panels --------------------------------------------------------------------------------------------


def texts(figure: Any) -> str:
    figure.canvas.draw()
    return " ".join(text.get_text() for text in [*figure.texts, *(t for ax in figure.axes for t in ax.texts)])


@pytest.mark.slow
def test_figures_show_the_worlds_and_say_what_was_asked(
    result: sim.Result, why: sim.Explanation, changed: sim.Comparison, found: Blocs
) -> None:
    overall = result.array("overall")
    ring = result.plot.triangle()
    now = next(c for ax in ring.axes for c in ax.collections if c.get_gid() == "now")
    parts = np.median(np.concatenate([overall[0], 1 - overall[0].sum(axis=1, keepdims=True)], axis=1), axis=-1)
    corners = np.array([[SIDE / 2, SIDE * np.sqrt(3) / 2], [SIDE, 0.0], [0.0, 0.0]])
    assert np.allclose(now.get_offsets(), parts / parts.sum(axis=1, keepdims=True) @ corners)
    fans = texts(result.plot.alignment_fans())
    drawn = [fans, *map(texts, (why.waterfall("KAZ", "RUS"), changed.figure(), found.figure()))]
    for said in result.ask.beside:
        assert all(said in text for text in drawn)
    assert f"Russia {100 * np.median(overall[-1, 0, 0]):.0f}" in fans


def test_the_summary_begins_where_the_worlds_begin(result: sim.Result) -> None:
    summary = result.summary().set_index(["republic", "power"])
    day_one = np.median(result.array("overall")[0], axis=-1)
    for i, republic in enumerate(result.republics):
        for j, power in enumerate(result.powers):
            assert summary.loc[(republic, power), "now"] == pytest.approx(day_one[i, j], abs=1e-9)


def test_pages_say_what_was_asked(result: sim.Result, capsys: pytest.CaptureFixture[str]) -> None:
    print_result(result, "table")
    page = " ".join(capsys.readouterr().out.split())
    for said in result.ask.beside:
        assert said in page
    assert ("chance only" in page) == (result.ask.posterior is None and not result.ask.variations)
    print_result(result, "json")
    assert json.loads(capsys.readouterr().out)["manifest"]["digest"] == result.ask.digest


def test_panels_begin_where_the_worlds_begin(result: sim.Result) -> None:
    sent = payload(result)
    r, p, months = len(result.republics), len(result.powers), result.months + 1
    bands = np.array(sent["bands"]["overall"]).reshape(5, r, p, months)
    day_one = np.median(result.array("overall")[0], axis=-1)
    assert np.abs(bands[2, :, :, 0] / 1000 - day_one).max() < 1e-3


@pytest.mark.slow
def test_panels_of_different_questions_are_told_apart(plain: sim.Result) -> None:
    """A browser draws a panel by its run's name; two runs of one scenario must not share it."""
    runs = [plain, *(sim.run(SMALL, **BASE, **fields) for fields in ASKED.values())]
    assert len({payload(run)["id"] for run in runs}) == len(runs)
    assert len({difference_payload(run, runs[0])["id"] for run in runs}) == len(runs)


def test_a_board_of_such_a_result(result: sim.Result, plain: sim.Result) -> None:
    board = result.board("fans", "ledger", baseline=plain)
    sent = board.children[0]
    assert sent.run["id"] == payload(result)["id"]
    assert sent.baseline["id"] != sent.run["id"]


# -- what cannot be answered is refused, what is mixed is said ---------------------------------------------------------


def test_sides_of_different_classes_or_numbers_are_told(plain: sim.Result) -> None:
    proud = sim.run(SMALL, **BASE, republic=Proud)
    both = sim.compare(plain, proud)
    assert both.names == ("small", "small (republic Proud)")
    (note,) = both.notes
    assert note == "The two differ in classes: “small (republic Proud)” has republic Proud, “small” sim’s own."
    assert note in both.headline()
    named = sim.compare(plain, proud, names=["as usual", "proud"])
    assert named.headline().endswith("“proud” has republic Proud, “as usual” sim’s own.")
    varied = sim.run(SMALL, **BASE, variations=VARIATIONS["budgets"])
    (note,) = sim.compare(plain, varied).notes
    assert note == "The two differ in the values that worlds take of powers.RUS.budget and powers.CHN.budget."
    (note,) = sim.compare(plain, sim.run(SMALL.with_values(CHANGE), **BASE, republic=Proud), names=["a", "b"]).notes
    assert note.startswith("The two differ also in classes")
    three = sim.compare(plain, proud, SMALL.with_values(CHANGE), names=["a", "b", "c"])
    assert three.results[2].ask.republic is sim.Republic, "as the first result was asked"
    assert "“b” has republic Proud" in three.headline("b")
    assert "has republic" not in three.headline("c")
    assert not three.notes[1:], "what the first asked is sim's own, so nothing was taken from it"
    assert not sim.compare(SMALL, SMALL.with_values(CHANGE), republic=Proud, worlds=3).notes


def test_a_difference_that_variations_hide_is_told() -> None:
    result = sim.run(SMALL, **BASE, variations=VARIATIONS["budgets"])
    both = sim.compare(result, SMALL.with_values({BUDGET: 1.0}))
    assert not both.difference.any()
    assert "Worlds of both take the same values of powers.RUS.budget, in which the scenarios differ." in both.headline()
    with pytest.raises(BadInput, match=f"{BUDGET}: found changed here, and varied from world to world"):
        sim.whatif(result, {BUDGET: 1.0})


def test_a_scenario_that_lacks_what_a_result_varies_is_refused() -> None:
    path = "events.long-war.strain"
    result = sim.run(SMALL, **BASE, variations={path: np.linspace(0, 0.5, WORLDS)})
    with pytest.raises(BadInput, match=f"{path}: found no number of 'small', expected a scenario with all that varies"):
        sim.compare(result, SMALL.without_events("long-war"))
    effect = sim.explain_event(result, "long-war")
    assert np.array_equal(effect.comparison.shares(1), result.array("overall"))
    without = sim.run(SMALL.without_events("long-war"), **BASE)
    assert np.array_equal(effect.comparison.shares(0), without.array("overall"))


def test_results_are_compared_as_they_are_asked() -> None:
    result = sim.run(SMALL, **BASE, republic=Proud)
    for beside, what in (
        ({"republic": sim.Republic}, "republic"),
        ({"variations": VARIATIONS["budgets"]}, "variations"),
    ):
        with pytest.raises(BadInput, match=f"{what}: found another than a result has"):
            sim.compare(result, SMALL, **beside)
    assert not sim.compare(result, SMALL, republic=Proud, seed=3, worlds=WORLDS).difference.any()


def test_a_class_that_does_something_else_by_now_is_found_out() -> None:
    class Moody(sim.Republic):
        wants = 3.0

        def judge(self, size: Any, sector: Any) -> Any:
            return super().judge(size, sector) - self.wants

    result = sim.run(SMALL, **BASE, republic=Moody)
    assert sim.explain(result).residual < 1e-6
    Moody.wants = 0.0
    for call in (
        lambda: sim.explain(result),
        lambda: sim.compare(result, SMALL.with_values(CHANGE)),
        lambda: sim.whatif(result, CHANGE),
        lambda: sim.explain_event(result, "long-war"),
    ):
        with pytest.raises(BadInput, match="result: found worlds that come out otherwise when they are run again"):
            call()
    assert sim.compare(result, result, names=["one", "two"]).names == ("one", "two"), "nothing is run"


# -- five questions that were once answered for another ----------------------------------------------------------------


@pytest.mark.slow
def test_explain_of_a_subclass() -> None:
    """It ran the standard class: shares off by two points."""
    result = sim.run("dushanbe-2025", 40, 24, republic=Proud)
    why, usual = sim.explain(result), sim.explain("dushanbe-2025", 40, 24)
    assert np.abs(why.after - result.array("overall")[-1]).max() < 1e-6
    assert np.abs(usual.after - result.array("overall")[-1]).max() > 1e-3


def test_explain_of_varied_numbers() -> None:
    """It ran the scenario's numbers: shares off by five points."""
    strain = {"powers.RUS.strain": np.linspace(0, 0.9, 40)}
    result = sim.run("dushanbe-2025", 40, 24, variations=strain)
    assert np.abs(sim.explain(result).after - result.array("overall")[-1]).max() < 1e-6


def test_explain_of_kept_drivers_and_varied_needs() -> None:
    """It weighed by the scenario's need and reported no residual: 15 points off."""
    result = sim.run(SMALL, **BASE, keep="drivers", variations=VARIATIONS["need"])
    why = sim.explain(result)
    assert np.abs(why.after - result.array("overall")[-1]).max() < 1e-6
    plain = np.array([[spec.need[name] for name in SECTORS] for spec in SMALL.republics.values()])[:, None, :, None]
    assert np.abs((result.array("alignment")[-1] * plain).sum(axis=2) - why.after).max() > 0.1


def test_compare_of_a_subclass_and_a_scenario() -> None:
    """It ran the second with the standard class, and the class's effect was told as the scenario's."""
    result = sim.run("dushanbe-2025", 20, 12, republic=Proud)
    assert not sim.compare(result, sim.load("dushanbe-2025").with_months(12)).difference.any()


def test_blocs_of_varied_budgets() -> None:
    """It took the scenario's budgets: sizes from 24.6 to 26.9 where they go from 8 to 80."""
    result = sim.run("dushanbe-2025", 20, 2, variations={BUDGET: np.linspace(0.1, 5, 20)})
    sizes = blocs(result).sizes[0]
    assert sizes[0] < 10
    assert sizes[-1] > 70
    assert (np.diff(sizes) > 0).all()


def test_tables_of_a_comparison_of_asks_are_those_of_results(result: sim.Result) -> None:
    other = sim.Ask.of(result.finished, seed=3)
    one, two = sim.compare(result, result.finished, names=["a", "b"]), sim.compare(other, other, names=["a", "b"])
    pd.testing.assert_frame_equal(one.table(), two.table())


def test_a_scenario_that_takes_the_classes_of_a_result_is_told_of() -> None:
    proud, story = sim.run(SMALL, **BASE, republic=Proud), SMALL.with_values(CHANGE)
    for given, names in (((proud, story), ["a", "b"]), ((story, proud), ["b", "a"])):
        both = sim.compare(*given, names=names)
        assert all(result.ask.republic is Proud for result in both.results)
        assert both.notes == ("“b” is run as “a” was: with republic Proud.",)
        assert both.notes[0] in both.headline()
        assert "“b” is run as “a” was: with republic Proud>" in repr(both)
    assert not sim.compare(proud, story, republic=Proud).notes, "asked for, so nobody has to be told"
    drawn = sim.run(SMALL, **BASE, posterior=OWN)
    assert "with posterior of its own" in sim.compare(drawn, story, names=["a", "b"]).notes[0]
