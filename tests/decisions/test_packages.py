"""Packages: read with places and nearest names, run over the futures that ``sim.run`` has, and told in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import sim
from sim.cli.app import app
from sim.decisions.packages import Packages
from sim.decisions.packagesreader import read_packages, shipped_packages
from sim.runs.doubt import Doubt
from sim.scenario.yaml import read
from sim.sweeps.plan import Plan
from sim.sweeps.planreader import plain
from sim.sweeps.sweep import Stopped

WANT = "KAZ.EUU.share +1 pp vs base"
GIFT: dict[str, Any] = {"kind": "pledge", "date": "2025-12", "powers": ["EUU"], "republics": ["KAZ"], "pledge": 2.0}
CONTENT: dict[str, Any] = {
    "title": "A test",
    "scenario": "dushanbe-2025",
    "months": 8,
    "worlds": 6,
    "target": WANT,
    "packages": {
        "money": {"set": {"powers.EUU.budget": 2.0}},
        "gift": {"about": "One gift.", "events": {"gift": GIFT}},
        "manners": {"set": {"powers.EUU.respect": "95 %"}, "cost": {"per_month": 0.1, "once": 0.8}},
    },
}


@pytest.fixture(scope="module")
def found() -> Packages:
    return sim.packages(CONTENT, workers=1)


def with_gains(gains: Any, **more: Any) -> Packages:
    """Packages of which it is known what they gain, (package, future), beyond doing nothing."""
    asked = read_packages(CONTENT | more)
    made = Packages(asked, sim.sweep(asked.plan, workers=1))
    vars(made)["gains"] = np.array([[[0.0] * len(gains[0]), *gains]])
    return made


# -- what is run -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_each_package_is_what_sim_run_says_in_every_future(found: Packages) -> None:
    """What any package decides is in doubt nowhere; all the rest is, with the scenario's own posterior."""
    decided = frozenset({"powers.EUU.budget", "powers.EUU.respect"})
    told: dict[str, Any] = {"worlds": 6, "doubt": Doubt(without=decided), "posterior": "dushanbe-2025"}
    base = sim.load("dushanbe-2025").with_months(8)
    sets: list[dict[str, Any]] = [{}, {"powers.EUU.budget": 2.0}, {"events.gift": GIFT}, {"powers.EUU.respect": 0.95}]
    stories = [base.with_values(values) if values else base for values in sets]
    runs = [sim.run(story, **told).record.outcomes["KAZ.EUU.share"] for story in stories]
    np.testing.assert_array_equal(found.outcome("KAZ.EUU.share"), np.array(runs))
    np.testing.assert_allclose(found.gains[0], np.array(runs) - runs[0])
    assert found.names == ["do-nothing", "money", "gift", "manners"]


def test_the_table_says_what_the_numbers_say(found: Packages) -> None:
    table, gains = found.table().set_index("package"), found.gains[0]
    np.testing.assert_allclose(table["mean"], gains.mean(axis=1))
    np.testing.assert_allclose(table.reached, (gains >= 0.01).mean(axis=1))
    np.testing.assert_allclose(table.regret, (gains.max(axis=0) - gains).mean(axis=1))
    np.testing.assert_allclose(table.worst_tenth, gains.min(axis=1))  # a tenth of six is one
    assert table.cost.round(6).to_dict() == {"do-nothing": 0.0, "money": 1.667, "gift": 1.25, "manners": 0.2}
    assert not table.satisfices_most.any()  # nobody gets there


@pytest.mark.slow
def test_without_doubt_and_with_futures_of_ones_own() -> None:
    """Every package meets every point of what is varied, in the same order."""
    more = {"doubt": "none", "vary": {"powers.RUS.strain": (0.1, 0.9)}, "points": 3, "worlds": 2}
    made = sim.packages(CONTENT | more, workers=1)
    assert made.futures == 6
    strains = made.sweep.values[:, 1].reshape(4, 3)
    assert (strains == strains[0]).all()
    story = sim.load("dushanbe-2025").with_months(8).with_values({"powers.RUS.strain": strains[0, 1]})
    run = sim.run(story.with_values({"powers.EUU.budget": 2.0}), worlds=2).record.outcomes["KAZ.EUU.share"]
    np.testing.assert_array_equal(made.outcome("KAZ.EUU.share")[1, 2:4], run)


@pytest.mark.slow
def test_a_folder_is_gone_on_with(tmp_path: Path) -> None:
    content = CONTENT | {"worlds": 130, "months": 1}

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(Stopped) as stopped:
        sim.packages(content, tmp_path, workers=1, progress=stop)
    assert 0 < stopped.value.done < stopped.value.total
    again = sim.packages(content, tmp_path, workers=1)
    np.testing.assert_array_equal(again.gains, sim.packages(content, workers=1).gains)
    priced = content | {"target": "KAZ.RUS.share -1 pp vs base"}
    told: list[Any] = []
    sim.packages(priced, tmp_path, workers=1, tell=told.append)  # another target of the same futures runs nothing
    assert told[0].left == 0


# -- what is said ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_best_on_average_but_not_robust_is_told_as_such() -> None:
    """Money gains much in few futures, a gift a little over what is wanted in nearly all."""
    few = np.where(np.arange(60) % 4 == 0, 0.10, 0.005)
    most = np.where(np.arange(60) % 30 == 0, 0.0, 0.012)
    made = with_gains([few, most, np.full(60, 0.001)], worlds=60, months=1)
    assert (made.names[made.best], made.names[made.robust]) == ("money", "gift")
    assert made.table().satisfices_most.tolist() == [False, False, True, False]
    words = made.paragraph()
    assert "gift gets there most often, in 97 % of futures" in words
    assert "Money is best on average (+2.9 pp, against +1.2 pp of gift) but not robust" in words
    assert "in 25 % of futures only" in words


@pytest.mark.slow
def test_a_lead_that_chance_may_have_made_is_told_as_such() -> None:
    one, other = np.full(10, 0.02), np.full(10, 0.02)
    one[0], other[1:3] = 0.0, 0.0
    words = with_gains([one, other, np.zeros(10)], worlds=10, months=1).paragraph()
    assert "money gets there most often, in 90 % of futures" in words
    assert "By no more than chance it is ahead of gift (80 %)." in words


@pytest.mark.slow
def test_what_is_never_reached_and_what_is_seldom_reached_are_told_plainly() -> None:
    none = with_gains(np.zeros((3, 10)), worlds=10, months=1)
    assert "no package gets there in any of the 10 futures" in none.paragraph()
    assert "no package beats doing nothing" in none.paragraph()
    assert not none.table().satisfices_most.any()
    seldom = np.zeros((3, 10))
    seldom[0, :4] = 0.02
    assert "That is fewer than half of them" in with_gains(seldom, worlds=10, months=1).paragraph()


def test_what_has_no_price_is_told() -> None:
    content = CONTENT | {"packages": {"manners": {"set": {"powers.EUU.respect": 0.9}}}, "worlds": 2, "months": 1}
    made = sim.packages(content, workers=1)
    assert made.packages[1].unpriced == ("powers.EUU.respect",)
    assert "manners (the European Union's respect)" in made.paragraph()


@pytest.mark.slow
def test_all_that_is_wanted_must_be_reached_together() -> None:
    made = sim.packages(CONTENT | {"target": [WANT, "EUU.delivered +1 vs base"]}, workers=1)
    both = made.wants[0].met(made.gains[0]) & made.wants[1].met(made.gains[1])
    np.testing.assert_array_equal(made.met, both)
    assert len(made.table()) == 8


# -- mistakes ----------------------------------------------------------------------------------------------------------

FILE = """\
scenario: dushanbe-2025
months: 6
worlds: 2
target: KAZ.EUU.share +1 pp vs base
packages:
  money:
    set: {powers.EUU.budget: 0.5}
"""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("KAZ.EUU.share", "KAZ.EU.share", "4:9: target: found 'KAZ.EU.share', expected an outcome"),
        ("powers.EUU.budget", "powers.EUU.budgt", "packages.money.powers.EUU.budgt: found the unknown key"),
        ("budget: 0.5", "budget: 50", "7:30: packages.money.powers.EUU.budget: found the number 50"),
        ("budget: 0.5}", "budget: 0.5}\n    cots: 3", "packages.money.cots: found the unknown key 'cots'"),
        ("    set:", "    event:", "did you mean events?"),
        ("  money:", "  do-nothing:", "the scenario as it is stands there by itself"),
        ("  money:", "  More Money:", "found the name 'More Money'"),
        ("budget: 0.5}", "budget: 0.5}\n    cost: much", "packages.money.cost: found 'much', expected a number"),
        ("budget: 0.5}", "budget: 0.5}\ncost_unit: euros", "packages.money: found no cost, expected its cost in euros"),
        ("worlds: 2", "world: 2", "did you mean worlds?"),
        ("worlds: 2", "worlds: 2\ndoubt: {powers.EUU.budget: [0.2, 0.6]}", "a number that a package sets"),
        ("worlds: 2", "worlds: 2\nvary: {powers.EUU.budget: [0.2, 0.6]}", "a number that a package sets"),
        ("powers.EUU.budget: 0.5", "rules.deal_effect: 0.5", "posterior: none"),
        ("target: KAZ.EUU.share +1 pp vs base", "target: KAZ.EUU.share >= 200 %", "which is 0 % to 100 %"),
        ("+1 pp vs base", "+150 pp vs base", "a difference of KAZ.EUU.share, which is −100 points to 100 points"),
        (
            "target: KAZ.EUU.share +1 pp vs base",
            "target: [KAZ.EUU.share +1 pp vs base, KAZ.EUU.share  +0.01 vs base]",
            "target: found 'KAZ.EUU.share +0.01 vs base' twice, expected each want once",
        ),
        ("worlds: 2", "worlds: 2\npoints: 4", "points: found points without 'vary'"),
        ("packages:\n  money:\n    set: {powers.EUU.budget: 0.5}", "packages: {}", "packages: found no package"),
        ("budget: 0.5", "budget: 0.333", "7:5: packages.money: found nothing that differs from the scenario"),
        (
            "budget: 0.5}",
            "budget: 0.5}\n  again:\n    about: The same\n    set: {powers.EUU.budget: 0.50}",
            "packages.again: found the same as money",
        ),
        ("worlds: 2", "worlds: 2\ndoubt: {powers.RUS.strain: 0.5:0.2}", "doubt.powers.RUS.strain: found 0.5"),
        ("target: KAZ", "aim: KAZ", "target: found nothing"),
        ("    set: {powers.EUU.budget: 0.5}", "    about: idle", "packages.money: found nothing that it does"),
        (
            "    set: {powers.EUU.budget: 0.5}",
            "    events:\n      gift: {kind: pledge, date: 2026-01, powers: [EU], pledge: 1}",
            "8:51: packages.money.events.gift.powers: found the unknown power 'EU'",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(old: str, new: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "packages.yaml"
    file.write_text(FILE.replace(old, new, 1), encoding="utf-8")
    done = CliRunner().invoke(app, ["packages", str(file)])
    assert done.exit_code == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_all_mistakes_are_told_at_once() -> None:
    wrong = FILE.replace("months: 6\nworlds: 2", "months: -3\nworlds: many\nseed: 1.5").replace(
        "target: ", "target:\n- KAZ.EU.share +1 pp vs base\n- 5\n- "
    )
    file = wrong + "    cost: {per_month: .inf, once: x, twice: 2}\n"
    with pytest.raises(sim.BadInput) as caught:
        read_packages(plain(read(file, "", "")[0]))
    told = {problem.path: problem.found for problem in caught.value.problems}
    assert told == {
        "months": "-3",
        "worlds": "'many'",
        "seed": "'1.5'",
        "target": "'KAZ.EU.share'",
        "packages.money.cost.per_month": "'inf'",
        "packages.money.cost.once": "'x'",
        "packages.money.cost.twice": "the unknown key 'twice'",
    }


def test_ranges_of_what_is_in_doubt_are_written_as_those_that_are_varied() -> None:
    content = CONTENT | {"doubt": {"powers.RUS.strain": "20 %:0.6"}, "vary": {"powers.RUS.respect": "0.2:0.4"}}
    asked = read_packages(content)
    assert asked.plan.doubt is not None
    assert asked.plan.doubt.ranges == {"powers.RUS.strain": (0.2, 0.6)}
    plan = Plan.of("dushanbe-2025", vary={"powers.RUS.respect": "0.2,0.4"}, doubt={"powers.RUS.strain": "0.2:0.6"})
    assert plan.doubt is not None
    assert plan.doubt.ranges == asked.plan.doubt.ranges


def test_packages_that_differ_after_the_end_of_a_short_run_only_are_no_mistake() -> None:
    assert len(read_packages(CONTENT | {"months": 1}).packages) == 4


@pytest.mark.slow
def test_a_file_in_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "there").write_text("")
    for name in ("there", "there/inside"):
        with pytest.raises(sim.BadInput, match=r"there.*: found a file"):
            sim.packages(CONTENT, tmp_path / name, workers=1)


def test_a_file_that_is_not_there_is_told() -> None:
    done = CliRunner().invoke(app, ["packages", "eu-kazakstan"])
    assert (done.exit_code, "did you mean eu-kazakhstan?" in done.stderr) == (2, True)


# -- the command -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_shipped_packages_run_and_are_saved(tmp_path: Path) -> None:
    asked = ["--worlds", "2", "--months", "12"]
    for name in shipped_packages():
        out = tmp_path / name
        done = CliRunner().invoke(app, ["packages", name, *asked, "--out", str(out), "--format", "json"])
        assert done.exit_code == 0, done.output
        answer = json.loads(done.stdout)
        assert answer["words"]
        most = [row["package"] for row in answer["packages"] if row["satisfices_most"]]
        assert answer["robust"] == (most[0] if most else None)
        assert {path.name for path in (out / "figures").iterdir()} == {"packages.png", "packages.svg"}
        again = CliRunner().invoke(app, ["packages", name, *asked, "--out", str(out), "--format", "csv"])
        assert again.stdout.splitlines()[0].startswith("package,about,cost,unit,want,reached")
        page = CliRunner().invoke(app, ["packages", name, *asked, "--out", str(out), "--doubt", "none"])
        assert page.exit_code == 2  # futures without doubt are others


def test_the_figure_shows_the_numbers(found: Packages) -> None:
    figure = found.figure()
    marks = [mark.get_gid() for axes in figure.axes for mark in axes.get_children() if mark.get_gid()]
    low, high = np.quantile(100.0 * found.gains[0][1], (0.1, 0.9))
    assert f"package money {low:.6g} {high:.6g}" in marks
    assert f"mean money {100.0 * found.gains[0][1].mean():.6g}" in marks


def test_a_package_may_say_all_that_a_scenario_may() -> None:
    """A strategy, a path over time, an event of the scenario changed or taken away; what is decided is in no doubt."""
    content = CONTENT | {
        "packages": {
            "all": {
                "set": {"powers.RUS.strategy": "coercer", "powers.EUU.respect": {"2026": 0.7, "2027": 0.9}},
                "events": {"dushanbe-summit": {"tone": 0.9}, "eu-lists-banks": None},
            }
        }
    }
    asked = read_packages(content)
    package, story = asked.packages[1], list(asked.plan.scenarios.values())[1]
    assert "eu-lists-banks" not in story.events
    assert (story.events["dushanbe-summit"].tone, story.powers["RUS"].strategy) == (0.9, "coercer")
    assert package.unpriced == ("powers.RUS.strategy", "powers.EUU.respect", "events.dushanbe-summit.tone")
    assert asked.plan.doubt is not None
    doubted = asked.plan.doubt.resolved(asked.base)
    assert not {path for path in doubted if "dushanbe-summit.tone" in path or path.endswith("EUU.respect")}
    assert "powers.RUS.strain" in doubted
