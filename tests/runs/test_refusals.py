"""What cannot be meant is refused in one clear message: other kinds, worlds that there are not, what was not kept."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.runs.posterior import load_posterior
from sim.scenario import BadInput, Scenario
from sim.sweeps.sweep import make_plan
from tests.worlds import GOOD

SMALL = Scenario.from_yaml(GOOD, "small").with_months(3)
STRAIN = "powers.RUS.strain"


class Proud(sim.Republic):
    """A class of one's own."""


@pytest.fixture(scope="module")
def result() -> sim.Result:
    return sim.run(SMALL, 3)


# -- other kinds than are wanted ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sim.run(3), "scenario: found 3 (int), expected a scenario, its name or path"),
        (lambda: sim.load(3), "scenario: found 3 (int), expected the name of a shipped scenario"),
        (lambda: sim.load("dushanbe-2025", set=3), "load(set=): found 3 (int), expected values by path"),
        (lambda: sim.load("dushanbe-2025", set=[3]), "load(set=): found 3, expected path=value"),
        (lambda: SMALL.with_values(3), "with_values: found 3 (int), expected values by path"),
        (lambda: SMALL.without_events(3), "events.3: found no event of this scenario"),
        (lambda: Scenario.from_yaml(3), "found 3 (int), expected the text of a scenario"),
        (lambda: sim.Ask("dushanbe-2025"), "scenario: found 'dushanbe-2025', expected a scenario"),
        (lambda: sim.Ask(SMALL, posterior="dushanbe-2025"), "posterior: found 'dushanbe-2025', expected a posterior"),
        (lambda: sim.run(SMALL, 2, model=sim.Republic), "Republic'>, expected a subclass of sim.DiplomacyModel"),
        (lambda: sim.run(SMALL, 2, republic=print), "found <built-in function print>, expected a subclass of"),
        (lambda: sim.run(SMALL, 2, republic={3: Proud}), "republic: found 3, expected one of KAZ"),
        (lambda: sim.run(SMALL, 2, variations={3: [1, 2]}), "variations: found the path 3 (int), expected text"),
        (lambda: sim.run(SMALL, 2, variations=[1, 2]), "variations: found [1, 2] (list), expected values by path"),
        (lambda: sim.run(SMALL, 2, posterior=3), "posterior: found 3 (int), expected the name of a posterior"),
        (lambda: load_posterior(3), "posterior: found 3 (int)"),
        (lambda: sim.run(SMALL, True), "worlds: found True, expected a whole number, 1 or more"),
        (lambda: sim.run(SMALL, 2, seed=True), "seed: found True, expected a whole number"),
        (lambda: sim.run(SMALL, 2, months=True), "months: found True, expected a whole number of months"),
        (lambda: sim.run(SMALL, 2, months=100_000), "months: found 100000, expected a whole number of months"),
        (lambda: sim.Result.load(3), "folder: found 3 (int), expected a folder written by `sim run --out`"),
        (lambda: sim.Result.load("nope"), "nope: found no such folder, expected a folder written by"),
        (lambda: sim.Sweep.load(3), "folder: found 3 (int), expected a folder written by `sim sweep --out`"),
        (lambda: sim.compare(SMALL, SMALL, names=3), "names: found 3 (int), expected one name each"),
        (lambda: sim.whatif(SMALL, 3), "changes: found 3 (int), expected at least one change"),
        (lambda: sim.whatif(SMALL, {"powers.RUS.strian": 1}), "changes: powers.RUS.strian: found the unknown key"),
        (lambda: sim.whatif("dushanbe-2025", ["powers.RUS.strian=1"]), "changes: powers.RUS.strian: found the"),
        (lambda: sim.tournament(3), "scenario: found 3 (int)"),
        (lambda: sim.tournament(SMALL, "RUS"), "powers: found 'RUS' (str), expected a list of powers"),
        (lambda: sim.sweep(3), "plan: found 3 (int), expected a plan"),
        (lambda: sim.load_observed(3), "observed: found 3 (int), expected a CSV file"),
        (lambda: sim.calibrate(3), "record: found 3 (int), expected a record"),
    ],
)
def test_another_kind_is_named_with_what_was_expected(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(BadInput) as caught:
        call()
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_whole_number_of_numpy_is_one() -> None:
    asked = sim.Ask.of(SMALL, worlds=np.int64(4), months=np.int64(2), seed=np.int64(1))
    assert (asked.worlds, asked.months, asked.seed) == (4, 2, 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{}", "manifest.json: found no kind and format, expected the folder of a run"),
        ("[]", "found no kind and format"),
        ("[", "manifest.json: found text that is no JSON"),
        (json.dumps({"kind": "sweep", "format": 1}), "found the folder of a sweep (sim sweep, sim packages), expected"),
        (json.dumps({"kind": "run", "format": 1}), "(sim run), of format 1, expected one of format 3"),
    ],
)
def test_a_manifest_of_something_else(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(BadInput) as caught:
        sim.Result.load(tmp_path)
    assert message in str(caught.value)


def test_what_is_missing_of_a_folder_is_named(result: sim.Result, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=re.escape("found no manifest.json in it, expected a folder written by")):
        sim.Result.load(tmp_path)
    folder = result.save(tmp_path / "kept", figures=False)
    manifest = json.loads((folder / "manifest.json").read_text())
    del manifest["labels"]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(BadInput, match="found nothing called 'labels' where it was written"):
        sim.Result.load(folder)
    for write in (lambda: result.save(None), lambda: result.plot.save_all(None)):  # type: ignore[arg-type]
        with pytest.raises(BadInput, match="folder: found None, expected a folder to write to"):
            write()


# -- worlds ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("world", ["a", 1.5, True, -1, 3])
def test_a_world_that_there_is_not_is_refused_by_all_who_are_asked_for_one(world: Any, result: sim.Result) -> None:
    for call in (
        result.projects,
        result.ledger,
        result.plot.ledger_timeline,
        sim.explain(result).moves,
        lambda one: result.alignment(worlds=[one]),
    ):
        with pytest.raises(BadInput, match=f"world: found {world!r}, expected a world from 0 to 2"):
            call(world)
    assert result.ledger(np.int64(2)).equals(result.ledger(2))


# -- what was not kept -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "asked", "least"),
    [
        (lambda r: r.alignment(), "overall alignment by month", "overall"),
        (lambda r: r.bands("trade"), "alignment by sector and month", "full"),
        (lambda r: r.ledger(), "ledger", "full"),
        (lambda r: r.projects(), "projects", "full"),
        (lambda r: r.deals(), "deals", "full"),
        (lambda r: r.stances(), "stances", "full"),
        (lambda r: r.grievance(), "grievance by month", "full"),
        (lambda r: r.array("due"), "the array 'due'", "full"),
        (lambda r: r.array("logit"), "the array 'logit'", "drivers"),
        (lambda r: r.plot.alignment_fans(), "plot.alignment_fans", "overall"),
        (lambda r: r.plot.alignment_change("trade"), "plot.alignment_change", "full"),
        (lambda r: r.plot.triangle(), "plot.triangle", "overall"),
        (lambda r: r.plot.leaders(), "plot.leaders", "overall"),
        (lambda r: r.plot.ledger_timeline(), "plot.ledger_timeline", "full"),
        (lambda r: r.plot.grievance_by_cause(), "plot.grievance_by_cause", "full"),
    ],
)
def test_what_was_not_kept_is_named_with_the_least_that_suffices(
    call: Callable[[sim.Result], Any], asked: str, least: str
) -> None:
    kept = sim.run(SMALL, 3, keep="outcomes")
    with pytest.raises(BadInput) as caught:
        call(kept)
    assert str(caught.value) == (
        f"{asked}: found a result that keeps 'outcomes', expected one that keeps {least!r} or more, from "
        f"sim.run(..., keep={least!r})"
    )
    call(sim.run(SMALL, 3, keep=least))


def test_an_array_that_no_run_has() -> None:
    with pytest.raises(BadInput, match=r"array: found .aligment. .*did you mean alignment"):
        sim.run(SMALL, 2).array("aligment")


# -- the same question -------------------------------------------------------------------------------------------------


def test_classes_that_say_what_goes_without_saying_are_the_same_ask() -> None:
    base = sim.Ask.of(SMALL, worlds=2)
    for same in ({"republic": {}}, {"republic": {"*": sim.Republic}}, {"power": {}}, {"power": {"*": sim.Power}}):
        ask = sim.Ask.of(SMALL, worlds=2, **same)
        assert (ask, ask.digest) == (base, base.digest)
    proud = sim.Ask.of(SMALL, worlds=2, republic=Proud)
    assert sim.Ask.of(SMALL, worlds=2, republic={"*": Proud}) == proud != base
    named = sim.Ask.of(SMALL, worlds=2, republic={"KAZ": Proud})
    assert sim.Ask.of(SMALL, worlds=2, republic={"Kazakhstan": Proud, "*": sim.Republic}) == named != proud
    with pytest.raises(BadInput, match="'Kazakhstan' a second time, expected each actor once"):
        sim.Ask.of(SMALL, republic={"KAZ": Proud, "Kazakhstan": Proud})


@pytest.mark.slow
def test_a_result_that_was_read_back_knows_what_was_set(tmp_path: Path) -> None:
    """So that a posterior of a number that was set by hand is refused, as it is of the result that was saved."""
    path = "rules.deal_effect"
    base = sim.load("dushanbe-2025")
    for k, value in enumerate((0.5, base.parameter(path).default)):  # what equals a default is not written
        story = sim.load("dushanbe-2025", set={path: value}).with_months(2)
        first = sim.run(story, 2)
        back = sim.Result.load(first.save(tmp_path / str(k), figures=False))
        again = sim.Result.load(back.save(tmp_path / f"again-{k}", figures=False))
        for result in (first, back, again):
            assert result.scenario.changes[path] == "load(set=)"
            assert result.ask == first.ask
            with pytest.raises(BadInput, match=rf"{path}: found set by load\(set=\) and by the posterior"):
                sim.run(result, posterior="dushanbe-2025")
    plain = sim.run(base.with_months(2), 2)
    kept = sim.Result.load(plain.save(tmp_path / "plain", figures=False))
    assert sim.run(kept, posterior="dushanbe-2025").posterior is not None


# -- plans -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fields", [{}, {"worlds": 5}])
def test_a_scenario_without_what_is_to_vary_is_no_plan(fields: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("extends: dushanbe-2025\ntitle: Mine\n")
    for given in ("dushanbe-2025", file):
        with pytest.raises(BadInput, match=r"nothing to vary, expected a plan .*--vary powers.RUS.strain=0:0.9:10"):
            make_plan(given, dict(fields))
    with pytest.raises(BadInput, match=r"\(no such file\), expected a plan .*--vary.*did you mean dushanbe-2025"):
        make_plan("dushanbe-2024", dict(fields))


def test_a_headline_calls_no_chance_of_nothing_the_likeliest(monkeypatch: pytest.MonkeyPatch) -> None:
    still = sim.run(SMALL.with_months(1), 2)
    for republic in still.republics:
        monkeypatch.setitem(still.record.outcomes, f"{republic}.leader_changed", np.zeros(2, np.int8))
    assert "No republic’s leading power changes in any world." in still.headline()
    assert "0 % of worlds)" not in still.headline()


def test_what_is_wrong_with_a_scenario_is_not_told_of_what_is_to_vary() -> None:
    with pytest.raises(BadInput) as caught:
        make_plan(SMALL, {"vary": {"powers.CHN.strain": [0.0, 1.0]}, "set": {"powers.RUS.strian": 1}})
    (problem,) = caught.value.problems
    assert str(problem).startswith("the plan's set: powers.RUS.strian: found the unknown key")
    for fields in ({}, {"vary": {}}):
        with pytest.raises(BadInput, match="found nothing to vary"):
            make_plan(SMALL, fields)
    with pytest.raises(BadInput, match="months: found 100,000, expected a whole number of months, 1 to 1200"):
        make_plan(SMALL, {"vary": {"powers.CHN.strain": [0.0, 1.0]}, "months": 100_000})
