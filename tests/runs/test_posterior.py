"""Parameter draws reach runs, comparisons, explanations and sweeps: world by world, and never two for one value."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import sim
from sim.cli.app import app
from sim.cli.pages.sweep import print_sweep
from sim.reading.compare import whatif
from sim.reading.effect import explain_event
from sim.runs.posterior import Posterior, load_posterior
from sim.scenario import BadInput, Scenario
from sim.sweeps.plan import Plan

BASE = "dushanbe-2025"
DRAWN, SCALED, FREE = "rules.deal_effect", "republics.TJK.hedging", "powers.RUS.strain"


@pytest.fixture(scope="module")
def story() -> Scenario:
    return sim.load(BASE).with_months(6)


@pytest.fixture(scope="module")
def drawn() -> Posterior:
    """Seven draws, so that worlds soon take one a second time."""
    held = load_posterior()
    return replace(held, draws=held.draws.iloc[:7].reset_index(drop=True), name="seven")


def run_cli(*arguments: str) -> tuple[int, str, str]:
    answer = CliRunner().invoke(app, [*arguments])
    return answer.exit_code, answer.stdout, answer.stderr


# -- which world takes which draw --------------------------------------------------------------------------------------


def test_world_i_takes_draw_i_modulo_their_number(story: Scenario, drawn: Posterior) -> None:
    values = drawn.variations(story, 20)
    assert values[DRAWN] == pytest.approx(drawn.draws[DRAWN].to_numpy()[np.arange(20) % 7])
    assert values[SCALED] == pytest.approx(
        story.get(SCALED) * drawn.draws["republics.*.hedging"].to_numpy()[np.arange(20) % 7]
    )
    some = np.array([3, 17, 9])
    assert all(np.array_equal(values[path][some], column) for path, column in drawn.variations(story, some).items())


def test_a_run_uses_the_draws_and_nothing_else_changes(story: Scenario, drawn: Posterior) -> None:
    with_draws = sim.run(story, 9, seed=3, keep="outcomes", posterior=drawn).outcomes()
    by_hand = sim.run(story, 9, seed=3, keep="outcomes", variations=drawn.variations(story, 9)).outcomes()
    without = sim.run(story, 9, seed=3, keep="outcomes").outcomes()
    assert with_draws.equals(by_hand)
    assert not np.allclose(with_draws["CHN.share"], without["CHN.share"], rtol=0, atol=1e-6)


@pytest.mark.slow
@settings(max_examples=5, deadline=None)
@given(world=st.integers(0, 40), more=st.integers(0, 30), seed=st.integers(0, 2**40))
def test_a_worlds_history_is_the_same_in_any_batch(world: int, more: int, seed: int) -> None:
    story, drawn = sim.load(BASE).with_months(3), load_posterior()
    few, many = (
        sim.run(story, world + n, seed=seed, keep="outcomes", posterior=drawn).outcomes().iloc[world]
        for n in (1, 1 + more)
    )
    assert few.equals(many)


@pytest.mark.slow
@pytest.mark.parametrize("luck", ["paired", "fresh"])
def test_a_row_of_a_sweep_is_what_run_says(luck: str, drawn: Posterior) -> None:
    plan = Plan.of(
        BASE,
        vary={FREE: [0.1, 0.6], "scenario": [BASE, "hindcast-2013"]},
        worlds=5,
        months=4,
        luck=luck,
        posterior=drawn,
    )
    found = sim.sweep(plan)
    table = found.table()
    assert found.posterior == "seven"
    for row in (table.iloc[3], table.iloc[-1]):
        world = int(row["world"])
        alone = sim.run(plan.point(int(row["point"])), world + 1, keep="outcomes", posterior=drawn).outcomes()
        assert row["CHN.share"] == alone["CHN.share"].iloc[world]
        assert row["RUS.rebukes"] == alone["RUS.rebukes"].iloc[world]


def test_a_plan_may_name_it_and_another_posterior_is_another_sweep(tmp_path: Path, drawn: Posterior) -> None:
    drawn.write(tmp_path / "mine.csv")
    plan = tmp_path / "plan.yaml"
    plan.write_text(f"scenario: {BASE}\nvary: {{{FREE}: [0.1, 0.5]}}\nworlds: 3\nmonths: 2\nposterior: mine.csv\n")
    made = sim.sweep(plan, tmp_path / "out")
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["same"]["plan"]["posterior"]["draws"] == 7
    assert sim.Sweep.load(tmp_path / "out").table().equals(made.table())
    with pytest.raises(BadInput, match="posterior"):
        sim.sweep(Plan.load(plan, posterior=BASE), tmp_path / "out")


@pytest.mark.slow
def test_the_spread_grows(story: Scenario) -> None:
    """What it is for: bands that hold more than chance."""
    longer = sim.load(BASE).with_months(48)
    chance, both = (sim.run(longer, 200, keep="outcomes", posterior=name).summary() for name in (None, BASE))
    assert ((both.high - both.low) / (chance.high - chance.low)).mean() > 1.02


# -- one value, one origin ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [DRAWN, SCALED])
def test_what_is_set_by_hand_cannot_be_drawn_too(story: Scenario, path: str, tmp_path: Path) -> None:
    changed = sim.load(BASE, set=[f"{path}=0.5"])
    above = tmp_path / "mine.yaml"
    section, rest = path.split(".", 1)
    inner = ": {".join(rest.split("."))
    above.write_text(f"extends: {BASE}\ntitle: Mine\n{section}: {{{inner}: 0.5{'}' * (rest.count('.') + 1)}\n")
    for scenario, by in (
        (changed, r"load\(set=\)"),
        (story.with_values({path: 0.5}), "with_values"),
        (sim.load(above), "mine.yaml"),
    ):
        with pytest.raises(BadInput, match=rf"{path}: found set by .*{by} and by the posterior {BASE}"):
            sim.run(scenario, 3, 2, posterior=BASE)
    same = story.with_values({path: story.get(path)})
    with pytest.raises(BadInput, match=path):
        sim.run(same, 3, 2, posterior=BASE)
    with pytest.raises(BadInput, match=f"{path}: found set by variations"):
        sim.run(story, 3, 2, posterior=BASE, variations={path: np.full(3, 0.5)})
    with pytest.raises(BadInput, match=f"{path}: found set by changes"):
        whatif(story, {path: 0.4}, worlds=3, posterior=BASE)


def test_what_is_not_drawn_may_be_set(story: Scenario) -> None:
    both = whatif(story, {FREE: 0.8}, worlds=4, posterior=BASE)
    assert np.abs(both.difference[-1]).max() > 0
    assert all(result.posterior.name == BASE for result in both.results if result.posterior)
    assert both.posterior is not None


def test_a_factor_of_a_sweep_cannot_be_drawn_too(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=f"{DRAWN}: found set by a factor and by the posterior {BASE}"):
        Plan.of(BASE, vary={DRAWN: [0.5, 1.0]}, posterior=BASE)
    plan = tmp_path / "plan.yaml"
    plan.write_text(f"scenario: {BASE}\nset: {{{DRAWN}: 1.0}}\nvary: {{{FREE}: [0.1, 0.5]}}\nposterior: {BASE}\n")
    with pytest.raises(BadInput, match=rf"plan.yaml:4:.*{DRAWN}: found set by the plan's set"):
        Plan.load(plan)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# {}\nrules.deal_effect\nmuch\n", "a file of sim calibrate"),
        ("# {}\nrules.deal_effect\n", "no draws"),
        ("# {}\nrules.deal_effect\ninf\n", "no draws"),
        ("# {}\ndeal_effect\n1.0\n", "no path"),
        ("rules.deal_effect\n1.0\n", "a file of sim calibrate"),
        ("", "a file of sim calibrate"),
    ],
)
def test_a_file_that_holds_no_posterior_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "odd.csv").write_text(text)
    with pytest.raises(BadInput, match=message):
        load_posterior(tmp_path / "odd.csv")


def test_names_are_looked_up_and_parameters_must_be_the_scenarios(story: Scenario, drawn: Posterior) -> None:
    with pytest.raises(BadInput, match=r"did you mean dushanbe-2025\?"):
        load_posterior("dushanbe-2052")
    odd = replace(drawn, draws=pd.DataFrame({"rules.deal_efect": [1.0]}))
    with pytest.raises(BadInput, match=r"did you mean rules.deal_effect\?"):
        sim.run(story, 2, 1, posterior=odd)
    absent = replace(drawn, draws=pd.DataFrame({"powers.MOON.strain": [1.0]}))
    assert not absent.variations(story, 3), "an actor that the scenario lacks is no fault"


# -- kept with results -------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_result_remembers_its_draws(story: Scenario, drawn: Posterior, tmp_path: Path) -> None:
    result = sim.run(story, 8, seed=2, posterior=drawn)
    result.save(tmp_path, figures=False)
    back = sim.Result.load(tmp_path)
    assert back.posterior is not None
    assert (back.posterior.name, back.posterior.digest) == ("seven", drawn.digest)
    assert sim.run(back.scenario, 8, seed=2, posterior=back.posterior).outcomes().equals(result.outcomes())
    sim.run(story, 8, seed=2).save(tmp_path, figures=False)
    assert sim.Result.load(tmp_path).posterior is None, "of the run before"
    assert not (tmp_path / "posterior.csv").exists()


def test_explanations_and_comparisons_of_a_result_take_its_draws(story: Scenario, drawn: Posterior) -> None:
    result = sim.run(story, 5, seed=2, posterior=drawn)
    why = sim.explain(result)
    assert np.allclose(why.after, result.array("overall")[-1], atol=1e-6)
    assert why.residual < 1e-6
    assert not sim.compare(result, story).difference.any(), "the same scenario, luck and draws"
    for other, asked in ((sim.run(story, 5, seed=2), None), (story, BASE)):
        with pytest.raises(BadInput, match="posterior"):
            sim.compare(result, other, posterior=asked)


def test_an_events_effect_is_told_with_draws(story: Scenario, drawn: Posterior) -> None:
    effect = explain_event(story, "dushanbe-summit", 5, posterior=drawn)
    assert effect.explanation.posterior is drawn
    assert np.abs(effect.explanation.parts.sum(axis=0) - effect.comparison.difference[-1]).max() < 1e-6


# -- commands ----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_commands_name_it() -> None:
    small = ["--worlds", "4", "--months", "2", "-q", "--posterior", BASE]
    for command in (
        ["run", BASE],
        ["compare", BASE, "war-drags-on"],
        ["whatif", BASE, "--set", f"{FREE}=0.7"],
        ["explain", BASE],
        ["explain", BASE, "--event", "dushanbe-summit"],
    ):
        code, page, _ = run_cli(*command, *small)
        assert code == 0, command
        assert f"posterior {BASE} (500 draws)" in " ".join(page.split()), command
        code, answer, _ = run_cli(*command, *small, "--format", "json")
        assert json.loads(answer)["manifest"]["posterior"]["name"] == BASE


def test_the_page_of_a_sweep_names_it(capsys: pytest.CaptureFixture[str]) -> None:
    print_sweep(sim.sweep(BASE, vary={FREE: [0.1, 0.5]}, worlds=2, months=2, posterior=BASE), "table")
    assert f"posterior {BASE}" in " ".join(capsys.readouterr().out.split())


def test_a_page_says_what_its_bands_hold() -> None:
    _, page, _ = run_cli("run", BASE, "--worlds", "3", "--months", "1", "--doubt", "none", "-q")
    assert "The bands show chance only, as if every number were known; --doubt all adds" in " ".join(page.split())
    _, page, _ = run_cli("run", BASE, "--worlds", "3", "--months", "1", "-q", "--posterior", BASE)
    held = "what the record up to 2024 leaves open of fitted parameters (dushanbe-2025)"
    assert held in " ".join(page.split())


@pytest.mark.parametrize("command", ["run", "explain", "whatif", "compare", "sweep"])
def test_commands_refuse_what_is_set_twice(command: str, tmp_path: Path) -> None:
    above = tmp_path / "mine.yaml"
    above.write_text(f"extends: {BASE}\ntitle: Mine\nrules: {{deal_effect: 0.5}}\n")
    more = {"compare": [str(above)], "sweep": ["--vary", f"{FREE}=0.1,0.5", "--dry-run", "--set", f"{DRAWN}=0.5"]}
    given = more.get(command, ["--set", f"{DRAWN}=0.5"])
    code, page, told = run_cli(command, BASE, *given, "--worlds", "3", "--posterior", BASE, "-q")
    assert (code, page) == (2, "")
    assert DRAWN in told
    assert f"and by the posterior {BASE}, expected one of the two" in told
