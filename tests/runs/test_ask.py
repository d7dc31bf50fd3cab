"""What is asked: checked once, frozen, carried by results, written to their folders and read back as it was."""

from __future__ import annotations

import functools
import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from sim.runs import modelversion
from sim.runs import run as running
from sim.runs.posterior import load_posterior
from sim.runs.run import Interrupted
from sim.scenario import BadInput, Scenario
from tests.worlds import GOOD

ROOT = Path(__file__).parents[2]
SMALL = Scenario.from_yaml(GOOD, "small").with_months(6)
STRAIN = "powers.RUS.strain"
OWN = replace(load_posterior("dushanbe-2025"), facts={}, name="of its own")
"""Draws that nobody says were fitted to other actors."""


class Proud(sim.Republic):
    """Wants more before it accepts."""

    def judge(self, size: Any, sector: Any) -> Any:
        return super().judge(size, sector) - 2.0


class Patient(Proud):
    """The same by another name."""


# -- making one --------------------------------------------------------------------------------------------------------


def test_an_ask_is_made_of_whatever_names_a_scenario(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("extends: dushanbe-2025\ntitle: Mine\n", encoding="utf-8")
    by_name, by_value = sim.Ask.of("dushanbe-2025"), sim.Ask.of(sim.load("dushanbe-2025"))
    assert by_name == by_value
    assert hash(by_name) == hash(by_value)
    assert (by_name.worlds, by_name.seed, by_name.months, by_name.keep) == (500, 0, 63, "full")
    assert sim.Ask.of(file).scenario.title == sim.Ask.of(str(file)).scenario.title == "Mine"
    result = sim.run(SMALL, 2)
    assert sim.Ask.of(result) is result.ask
    assert sim.Ask.of(result.ask) is result.ask
    with pytest.raises(BadInput, match="scenario: found 7 \\(int\\), expected a scenario, its name or path"):
        sim.Ask.of(7)


def test_what_differs_is_laid_over_it() -> None:
    values = {STRAIN: np.linspace(0, 0.9, 8)}
    ask = sim.Ask.of(SMALL, worlds=8, seed=3, variations=values, republic=Proud)
    other = sim.Ask.of(ask, seed=4, months=None, worlds=None)
    assert (other.seed, other.worlds, other.months, other.republic) == (4, 8, 6, Proud)
    fewer = sim.Ask.of(ask, worlds=3, months=2)
    assert np.array_equal(fewer.variations[STRAIN], values[STRAIN][:3])
    assert (fewer.months, fewer.scenario.months) == (2, 2)
    assert not sim.Ask.of(ask, variations=None).variations
    assert sim.Ask.of("dushanbe-2025", posterior="dushanbe-2025").posterior is not None
    with pytest.raises(BadInput, match="worlds: found 9, expected at most the 8"):
        sim.Ask.of(ask, worlds=9)


def test_it_cannot_be_changed_from_outside() -> None:
    given, classes = {STRAIN: np.full(4, 0.2)}, {"KAZ": Proud}
    ask = sim.Ask.of(SMALL, worlds=4, variations=given, republic=classes)
    given[STRAIN][:] = 0.9
    given["powers.CHN.budget"] = np.ones(4)
    classes["TJK"] = Proud
    assert list(ask.variations) == [STRAIN]
    assert (ask.variations[STRAIN] == 0.2).all()
    assert ask.republic == {"KAZ": Proud}
    with pytest.raises(ValueError, match="read-only"):
        ask.variations[STRAIN][0] = 1.0
    with pytest.raises(TypeError):
        ask.variations["more"] = np.ones(4)  # type: ignore[index]
    with pytest.raises(FrozenInstanceError):
        ask.seed = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"worlds": 0}, "worlds: found 0, expected a whole number, 1 or more"),
        ({"worlds": 2.5}, "worlds: found 2.5"),
        ({"worlds": "many"}, "worlds: found 'many'"),
        ({"seed": -1}, "seed: found -1"),
        ({"seed": 2**63}, "a whole number from 0 to 2\\^63"),
        ({"months": 0}, "months"),
        ({"keep": "all"}, "keep: found 'all', expected one of outcomes"),
        ({"republic": "Proud"}, "republic: found 'Proud', expected a subclass of sim.Republic"),
        ({"variations": {"powers.RUS.strian": np.ones(4)}}, "no number of 'small'.*did you mean powers.RUS.strain"),
        ({"variations": {STRAIN: np.ones(3)}}, "shape \\(3,\\), expected one value for each of 4 worlds"),
        ({"variations": {STRAIN: ["a"] * 4}}, "one number for each world"),
        ({"variations": {STRAIN: np.full(4, np.nan)}}, "not finite"),
        ({"variations": {"rules.deal_effect": np.ones(4)}, "posterior": OWN}, "one of the two"),
    ],
)
def test_what_is_wrong_is_said_before_anything_runs(fields: dict[str, Any], message: str) -> None:
    for call in (sim.Ask.of, sim.run):
        with pytest.raises(BadInput, match=message):
            call(SMALL, **{"worlds": 4} | fields)


def test_a_misspelt_argument_is_an_error() -> None:
    for call in (sim.run, sim.explain, sim.Ask.of):
        with pytest.raises(TypeError, match="no argument 'posteriro'; did you mean 'posterior'"):
            call(SMALL, posteriro="dushanbe-2025")


def test_it_travels_to_other_processes() -> None:
    ask = sim.Ask.of(SMALL, worlds=4, variations={STRAIN: np.linspace(0, 0.9, 4)}, republic={"KAZ": Proud})
    back = pickle.loads(pickle.dumps(ask))
    assert back == ask
    assert back.republic == ask.republic


# -- what tells one from another ---------------------------------------------------------------------------------------


def test_the_digest_is_of_all_that_numbers_depend_on() -> None:
    half = {STRAIN: np.full(4, 0.5)}
    base = sim.Ask.of(SMALL, worlds=4)
    others = [
        sim.Ask.of(base, **fields)
        for fields in (
            {"worlds": 5},
            {"months": 5},
            {"seed": 1},
            {"variations": half},
            {"variations": {STRAIN: np.nextafter(half[STRAIN], 1)}},
            {"variations": {"powers.CHN.strain": half[STRAIN]}},
            {"posterior": OWN},
            {"republic": Proud},
            {"republic": Patient},
            {"republic": {"KAZ": Proud}},
            {"power": type("Rich", (sim.Power,), {})},
            {"model": type("Other", (sim.DiplomacyModel,), {})},
        )
    ] + [sim.Ask.of(SMALL.with_values({STRAIN: 0.5}), worlds=4)]
    digests = {ask.digest for ask in (base, *others)}
    assert len(digests) == 1 + len(others)
    assert sim.Ask.of(base, keep="outcomes").digest == base.digest, "how much is kept moves no number"


def test_classes_of_one_text_that_hold_other_values_differ() -> None:
    def eager(by: float) -> type[sim.Republic]:
        class Eager(sim.Republic):
            def judge(self, size: Any, sector: Any) -> Any:
                return super().judge(size, sector) + by

        return Eager

    one, same, other = (sim.Ask.of(SMALL, worlds=2, republic=eager(by)) for by in (0.1, 0.1, 0.2))
    assert one.digest == same.digest
    assert one.digest != other.digest


def test_it_says_what_is_not_standard() -> None:
    ask = sim.Ask.of(SMALL, worlds=4, variations={STRAIN: np.full(4, 0.2)}, republic={"KAZ": Proud}, posterior=OWN)
    assert ask.beside == ["KAZ Proud", f"{STRAIN} varied", "posterior of its own (500 draws)"]
    assert sim.Ask.of(SMALL).beside == []
    assert "KAZ Proud" in repr(ask)


def test_numbers_are_those_of_the_worlds() -> None:
    values = np.linspace(0, 0.9, 5)
    ask = sim.Ask.of("dushanbe-2025", worlds=5, variations={STRAIN: values}, posterior="dushanbe-2025")
    draws = load_posterior().draws
    assert np.array_equal(ask.number(STRAIN), values)
    assert np.array_equal(ask.number("rules.deal_effect"), draws["rules.deal_effect"][:5])
    assert ask.number("powers.CHN.budget") == [ask.scenario.get("powers.CHN.budget")]
    some = ask.values_of(np.array([4, 1]))
    assert np.array_equal(some[STRAIN], values[[4, 1]])
    assert some["rules.deal_effect"] == pytest.approx(draws["rules.deal_effect"].to_numpy()[[4, 1]])


# -- carried by results ------------------------------------------------------------------------------------------------


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> Callable[..., sim.Result]:
    """Runs with batches of five worlds, stopped by Ctrl-C after the first."""

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    def run(*arguments: Any, **fields: Any) -> sim.Result:
        with monkeypatch.context() as patch:
            patch.setattr(running, "BATCH", 5)
            with pytest.raises(Interrupted) as stopped:
                sim.run(*arguments, progress=stop, **fields)
        assert stopped.value.result is not None
        return stopped.value.result

    return run


def test_a_result_can_be_asked_again() -> None:
    fields = {"variations": {STRAIN: np.linspace(0, 0.9, 6)}, "republic": Proud, "posterior": OWN}
    first = sim.run(SMALL, 6, seed=2, **fields)
    assert first.ask == sim.Ask.of(SMALL, worlds=6, seed=2, **fields)
    assert sim.run(first).outcomes().equals(first.outcomes())
    assert sim.run(first.ask).outcomes().equals(first.outcomes())
    assert sim.run(first, worlds=3).outcomes().equals(first.outcomes().iloc[:3])
    assert not sim.run(first, republic=sim.Republic).outcomes().equals(first.outcomes())


def test_a_stopped_run_remembers_what_was_asked(stopped: Callable[..., sim.Result], tmp_path: Path) -> None:
    values = {STRAIN: np.linspace(0, 0.9, 12)}
    cut = stopped(SMALL, 12, seed=1, variations=values)
    assert (cut.worlds, cut.ask.worlds, cut.asked, cut.truncated) == (5, 12, 12, True)
    assert cut.finished.worlds == 5
    assert np.array_equal(cut.finished.variations[STRAIN], values[STRAIN][:5])
    whole = sim.run(SMALL, 12, seed=1, variations=values)
    assert not whole.truncated
    assert whole.finished is whole.ask
    assert whole.ask == cut.ask
    back = sim.Result.load(cut.save(tmp_path, figures=False))
    assert (back.worlds, back.ask, back.truncated) == (5, cut.ask, True)
    assert sim.run(back).outcomes().equals(whole.outcomes()), "the rest can be run"


# -- kept and read back ------------------------------------------------------------------------------------------------


def kinds() -> dict[str, dict[str, Any]]:
    return {
        "plain": {},
        "class": {"republic": Proud},
        "classes": {"republic": {"KAZ": Proud, "*": Patient}, "power": {"RUS": sim.Power}},
        "varied": {"variations": {STRAIN: np.linspace(0, 0.9, 7), "powers.CHN.budget": np.linspace(0.1, 5, 7)}},
        "posterior": {"posterior": OWN},
        "all": {"republic": Proud, "posterior": OWN, "variations": {STRAIN: np.geomspace(0.01, 0.9, 7)}},
    }


@pytest.mark.parametrize("kind", kinds())
def test_a_folder_holds_enough_to_run_it_again(kind: str, tmp_path: Path) -> None:
    result = sim.run(SMALL, 7, seed=5, **kinds()[kind])
    result.save(tmp_path, figures=False)
    facts = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert facts["digest"] == result.ask.digest
    back = sim.Result.load(tmp_path)
    assert back.ask == result.ask
    assert back.scenario.name == "small"
    assert (back.ask.republic, back.ask.power, back.ask.model) == (
        result.ask.republic,
        result.ask.power,
        result.ask.model,
    )
    assert {path: list(values) for path, values in back.ask.variations.items()} == {
        path: list(values) for path, values in result.ask.variations.items()
    }
    assert sim.run(back).outcomes().equals(result.outcomes())
    pd.testing.assert_frame_equal(back.outcomes(), result.outcomes(), check_dtype=False)


@pytest.mark.slow
def test_manifests_of_different_questions_differ(tmp_path: Path) -> None:
    made = {}
    for name, fields in kinds().items():
        sim.run(SMALL, 7, **fields).save(tmp_path / name, figures=False)
        made[name] = json.loads((tmp_path / name / "manifest.json").read_text(encoding="utf-8"))
    assert len({facts["digest"] for facts in made.values()}) == len(made)
    assert made["varied"]["variations"] == ["powers.CHN.budget", STRAIN]
    assert made["class"]["classes"]["republic"]["*"]["name"] == "Proud"
    assert made["class"]["classes"]["republic"]["*"]["module"] == __name__
    assert set(made["classes"]["classes"]["republic"]) == {"KAZ", "*"}


def test_nothing_of_an_earlier_run_stays(tmp_path: Path) -> None:
    sim.run(SMALL, 7, **kinds()["all"]).save(tmp_path, figures=False)
    sim.run(SMALL, 7).save(tmp_path, figures=False)
    assert not (tmp_path / "variations.parquet").exists()
    assert not (tmp_path / "posterior.csv").exists()
    assert sim.Result.load(tmp_path).ask == sim.Ask.of(SMALL, worlds=7)


def test_draws_of_any_precision_come_back(tmp_path: Path) -> None:
    held = OWN
    fine = replace(held, draws=held.draws * (1 + 1e-9 * np.arange(len(held.draws))[:, None]), name="fine")
    result = sim.run(SMALL, 7, posterior=fine)
    assert fine.digest != held.digest
    back = sim.Result.load(result.save(tmp_path, figures=False))
    assert back.ask == result.ask
    assert sim.run(back).outcomes().equals(result.outcomes())


@pytest.mark.slow
def test_an_actor_added_to_the_root_file_is_still_one_when_read_back(tmp_path: Path) -> None:
    """Day one settles anew under an added actor's other conduct, not under that of an actor of the root file."""
    story = sim.load("crowded-steppe").with_months(3)
    (path,) = (path for path in story.numeric_paths() if path == "powers.TUR.budget")
    assert not story.keeps_rest(path)
    result = sim.run(story, 4, variations={path: np.linspace(0.1, 1.0, 4)})
    back = sim.Result.load(result.save(tmp_path, figures=False))
    assert sim.run(back).outcomes().equals(result.outcomes())
    one, two = (sim.whatif(given, {"powers.TUR.reliability": 0.2}) for given in (result, back))
    assert one.difference.any()
    assert np.array_equal(one.difference, two.difference)


@pytest.mark.parametrize("file", ["scenario.yaml", "variations.parquet", "posterior.csv"])
def test_a_folder_with_another_runs_files_is_refused(file: str, tmp_path: Path) -> None:
    for name, strain in (("one", 0.3), ("two", 0.4)):
        story, values = SMALL.with_values({"powers.CHN.strain": strain}), {STRAIN: np.full(3, strain)}
        drawn = OWN
        drawn = replace(drawn, draws=drawn.draws.iloc[: int(strain * 10)])
        sim.run(story, 3, variations=values, posterior=drawn).save(tmp_path / name, figures=False)
    (tmp_path / "one" / file).write_bytes((tmp_path / "two" / file).read_bytes())
    with pytest.raises(BadInput, match="not of this manifest"):
        sim.Result.load(tmp_path / "one")
    (tmp_path / "one" / file).unlink()
    with pytest.raises(BadInput):
        sim.Result.load(tmp_path / "one")


def test_a_manifest_that_says_too_little_is_refused(tmp_path: Path) -> None:
    sim.run(SMALL, 3).save(tmp_path, figures=False)
    facts = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    for broken in (
        {key: value for key, value in facts.items() if key != "classes"},
        facts | {"classes": {"republic": ["Proud"]}},
        facts | {"format": 1},
        facts | {"seed": facts["seed"] + 1},
    ):
        (tmp_path / "manifest.json").write_text(json.dumps(broken), encoding="utf-8")
        with pytest.raises(BadInput, match=str(tmp_path)):
            sim.Result.load(tmp_path)


# -- classes that are not to be had ------------------------------------------------------------------------------------


def of_a_function() -> type[sim.Republic]:
    class Local(Proud):
        pass

    return Local


def of_a_notebook() -> type[sim.Republic]:
    return type("Cell", (Proud,), {"__module__": "__main__"})


LOST: dict[str, tuple[Callable[[], Any], str]] = {
    "a lambda": (lambda: lambda *given: Proud(*given), "<lambda>"),  # noqa: PLW0108 - a lambda it is to be
    "a class of a function": (of_a_function, "of_a_function.<locals>.Local"),
    "a class of a notebook": (of_a_notebook, "__main__.Cell"),
    "a class that is gone": (lambda: type("Gone", (Proud,), {"__module__": __name__}), f"{__name__}.Gone"),
    "a module that is gone": (
        lambda: type("Gone", (Proud,), {"__module__": "no_such_package"}),
        "no_such_package.Gone",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", LOST)
def test_what_cannot_be_found_again_is_refused_by_name(kind: str, tmp_path: Path) -> None:
    make, name = LOST[kind]
    result = sim.run(SMALL, 4, republic={"KAZ": make()})
    assert sim.explain(result).residual < 1e-6, "here it is to be had"
    back = sim.Result.load(result.save(tmp_path, figures=False))
    assert back.ask == result.ask
    assert back.summary().equals(result.summary())
    assert back.ledger().equals(result.ledger())
    assert back.plot.triangle() is not None
    assert (
        json.loads((back.save(tmp_path / "again", figures=False) / "manifest.json").read_text())["classes"]
        == (result.ask.manifest["classes"])
    )
    for call in (
        lambda: sim.run(back),
        lambda: sim.explain(back),
        lambda: sim.explain_event(back, "long-war"),
        lambda: sim.compare(back, SMALL),
        lambda: sim.whatif(back, {"powers.CHN.strain": 0.3}),
    ):
        with pytest.raises(BadInput) as refused:
            call()
        assert name in str(refused.value)
        assert "to be had" in str(refused.value)
    assert not sim.compare(back, result).difference.any(), "results need no model"
    assert not sim.run(back, republic=Proud).truncated, "asked of another class"


RUN = """
import sim
from land.mine import Mine
sim.run("dushanbe-2025", 3, 2, republic={"KAZ": Mine}).save("kept", figures=False)
"""
READ = """
import sim
kept = sim.Result.load("kept")
print(kept.headline()[:4], len(kept.ledger()) > 0)
try:
    print(f"explained {sim.explain(kept).residual < 1e-6}")
except sim.BadInput as error:
    print(f"refused: {error}")
"""


def process(folder: Path, program: str) -> str:
    """What a program prints that runs in a process of its own, as on another day."""
    done = subprocess.run(
        [sys.executable, "-B", "-c", program],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_another_process_finds_a_class_of_a_package_unless_its_source_has_changed(tmp_path: Path) -> None:
    package = tmp_path / "land"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "rules.py").write_text("def extra():\n    return 1.0\n")
    (package / "mine.py").write_text(
        "import sim\nfrom land.rules import extra\n\nclass Mine(sim.Republic):\n    def judge(self, size, sector):\n"
        "        return super().judge(size, sector) - extra()\n"
    )
    process(tmp_path, RUN)
    assert process(tmp_path, READ) == "Mean True\nexplained True\n"
    (package / "rules.py").write_text("def extra():\n    return 1.5\n")
    told = process(tmp_path, READ)
    assert told.startswith("Mean True\nrefused: class: found land.mine.Mine, which is not to be had")
    assert "has changed since" in told
    (package / "mine.py").unlink()
    assert "refused: class: found land.mine.Mine" in process(tmp_path, READ)


def test_a_result_of_another_model_is_read_and_not_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(modelversion, "_digest", lambda: "0123456789ab")
        result = sim.run(SMALL, 3)
        result.save(tmp_path, figures=False)
        assert result.ask.manifest["classes"]["model"]["*"]["digest"] == "0123456789ab"
    back = sim.Result.load(tmp_path)
    assert back.summary().equals(result.summary())
    assert back.ask.beside == []
    with pytest.raises(BadInput, match=r"DiplomacyModel, which is not to be had.*the model's, has changed since"):
        sim.explain(back)


def test_varied_numbers_keep_to_the_bounds_of_the_table() -> None:
    with pytest.raises(sim.BadInput) as refused:
        sim.run("dushanbe-2025", 3, 1, variations={"powers.RUS.budget": np.array([-5.0, 0.1, 0.2])})
    assert "powers.RUS.budget: found -5 to 0.2, expected numbers from 0 to 20" in str(refused.value)


def test_what_makes_actors_without_a_name_is_not_found_again(tmp_path: Path) -> None:
    """A partial is no class of its module: its result loads, and running it again is refused."""
    made = sim.run("dushanbe-2025", 2, 2, republic={"UZB": functools.partial(sim.Republic)})
    made.save(tmp_path, figures=False)
    back = sim.Result.load(tmp_path)
    assert back.summary().equals(made.summary())
    with pytest.raises(sim.BadInput, match="not to be had"):
        sim.explain(back)


def test_an_actor_by_name_or_by_code_is_the_same_ask() -> None:
    by_name, by_code = (sim.Ask.of("dushanbe-2025", republic={key: sim.Republic}) for key in ("Tajikistan", "TJK"))
    assert by_name.digest == by_code.digest
