"""The view without a browser: state and address, levers, uploads, visitors, engine, pages rendered to widgets."""

from __future__ import annotations

import gzip
import io
import json
import random
import shlex
import sys
import threading
import time
import zipfile
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import sim
from sim.cli.app import app as program
from sim.cli.options import doubted, load_changed
from sim.runs.doubt import Doubt
from sim.runs.posterior import own_posterior, shipped_posteriors
from sim.scenario import SECTORS, BadInput
from sim.scenario.strategies import names_of, strategies_of
from sim.scenario.yaml import MAX_BYTES
from sim.sweeps.table import Sweep as Swept

pytest.importorskip("solara", reason="the extra view is not installed (pip install 'sim[view]')")

import solara

from sim.view import components, controls, levers, panels
from sim.view.catalogue import Catalogue, from_upload, pack, unpack
from sim.view.engine import Cancelled, Engine, Runner
from sim.view.files import command, table
from sim.view.pages import about, compare, explore, sweep, why
from sim.view.split import split
from sim.view.state import NONE, PAGES, WORLDS, View, from_address, moved
from sim.view.visit import Services, Visit

FIRST = ("budget", "strain", "respect", "strings", "hedging", "solidarity")
SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"


@pytest.fixture(scope="module")
def services() -> Services:
    return Services()


@pytest.fixture(scope="module")
def base(services: Services) -> sim.Scenario:
    return services.catalogue.scenario("dushanbe-2025")


def until(true: Callable[[], bool], seconds: float = 60.0) -> bool:
    """Whether it comes true in time."""
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.01)
    return true()


def in_doubt(scenario: sim.Scenario) -> dict[str, Any]:
    """What ``sim run`` asks of a scenario, unless told otherwise."""
    return {"doubt": True, "posterior": own_posterior(scenario)}


def settled(visit: Visit) -> Visit:
    """A visitor whose run has been found."""
    visit.run(dict(visit.view.value.changes))
    assert visit.runner.wait(120)
    assert visit.problem.value == ""
    return visit


# -- state and address ------------------------------------------------------------------------------------------------

CATALOGUE = Catalogue()


@st.composite
def views(draw: st.DrawFn) -> View:
    """Views that a visitor can reach."""
    name = draw(st.sampled_from(CATALOGUE.names))
    scenario = CATALOGUE.scenario(name)
    free = [
        path
        for path in scenario.numeric_paths()
        if scenario.parameter(path).owner == "power" and not scenario.parameter(path).total
    ]
    changes: dict[str, float | str] = {}
    for path in draw(st.lists(st.sampled_from(free), max_size=3, unique=True)):
        row = scenario.parameter(path)
        changes = moved(scenario, changes, path, draw(st.floats(row.low, row.high)))
    ranges = []
    for path in draw(st.lists(st.sampled_from(sorted({*free} - {*changes})), max_size=2, unique=True)):
        row, value = scenario.parameter(path), scenario.get(path)
        part = draw(st.floats(0.1, 1.0))
        low, high = (round(value + part * (end - value), 6) for end in (row.low, row.high))
        ranges.append((path, min(low, value), max(high, value)))
    for section in ("powers", "republics"):
        for code in draw(st.lists(st.sampled_from([*getattr(scenario, section)]), max_size=2, unique=True)):
            changes = moved(scenario, changes, f"{section}.{code}.strategy", draw(st.sampled_from(names_of(section))))
    return View(
        page=draw(st.sampled_from([page for page, _ in PAGES])),
        scenario=name,
        changes=tuple(changes.items()),
        seed=draw(st.integers(0, 2**53)),
        posterior=draw(st.sampled_from(["", NONE, *shipped_posteriors()])),
        doubted=draw(st.booleans()),
        ranges=tuple(ranges),
        month=draw(st.integers(-1, scenario.months)),
        republic=draw(st.sampled_from(["", *scenario.republics])),
        power=draw(st.sampled_from(["", *scenario.powers])),
        sector=draw(st.sampled_from(["overall", *SECTORS])),
        world=draw(st.integers(-1, WORLDS - 1)),
        other=draw(st.sampled_from(["", *CATALOGUE.names])),
        since=draw(st.integers(0, scenario.months // 2)),
        until=draw(st.sampled_from([0, scenario.months])),
        event=draw(st.sampled_from(["", *scenario.events])),
    )


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(view=views())
def test_an_address_brings_back_the_view(view: View) -> None:
    found, problems = from_address(view.address(), CATALOGUE)
    assert problems == []
    assert found.changed(changes=()) == view.changed(changes=())
    assert [path for path, _ in found.changes] == [path for path, _ in view.changes]
    for (_, mine), (_, its) in zip(found.changes, view.changes, strict=True):
        assert mine == (its if isinstance(its, str) else pytest.approx(its, rel=1e-8))
    assert found.address() == view.address()


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(
    words=st.lists(
        st.tuples(
            st.sampled_from(
                [
                    "page",
                    "scenario",
                    "set",
                    "doubt",
                    "seed",
                    "month",
                    "republic",
                    "sector",
                    "yaml",
                    "since",
                    "until",
                    "world",
                    "with",
                    "x",
                ]
            ),
            st.text(max_size=30),
        ),
        max_size=8,
    )
)
def test_no_address_breaks_the_page(words: list[tuple[str, str]]) -> None:
    view, problems = from_address("?" + "&".join(f"{name}={value}" for name, value in words), CATALOGUE)
    assert view.page in dict(PAGES)
    scenario = CATALOGUE.scenario(view.scenario, view.text)
    assert scenario.with_values(dict(view.changes)).months == scenario.months
    assert all(isinstance(problem, str) and problem for problem in problems)


def test_an_address_names_what_it_cannot_give() -> None:
    view, problems = from_address(
        "?scenario=../../etc/passwd&set=powers.RUS.strain=0.5&set=powers.RUS.x=1&seed=-3&republic=XXX&month=999",
        CATALOGUE,
    )
    assert view == View(scenario="dushanbe-2025", changes=(("powers.RUS.strain", 0.5),), month=0)
    said = "\n".join(problems)
    for word in ("passwd", "powers.RUS.x=1", "seed -3", "republic", "month 999"):
        assert word in said


def test_an_address_names_a_strategy_that_there_is_not() -> None:
    view, problems = from_address(
        "?set=powers.RUS.strategy=coercr&set=republics.KAZ.strategy=auctioneer&set=republics.UZB.strategy=patron"
        "&set=powers.XXX.strategy=coercer",
        CATALOGUE,
    )
    assert view.changes == (("republics.KAZ.strategy", "auctioneer"),)
    said = "\n".join(problems)
    assert "Russia with the strategy 'coercr', expected one of standard, patron, merchant" in said
    assert "did you mean coercer?" in said
    assert "Uzbekistan with the strategy 'patron', expected one of standard, hedger" in said
    assert "cannot be changed: powers.XXX.strategy=coercer" in said


def test_an_address_names_what_cannot_be_doubted_so() -> None:
    view, problems = from_address(
        "?doubt=powers.RUS.strain:0.2:0.6&doubt=powers.RUS.respect:0.9:1&doubt=powers.RUS.budget&doubt=powers.RUS.x:0:1"
        "&doubt=powers.CHN.respect:0.1:0.9&set=powers.CHN.respect=0.3&doubt=powers.RUS.strings:a:b",
        CATALOGUE,
    )
    assert (view.ranges, view.doubted) == ((("powers.RUS.strain", 0.2, 0.6),), True)
    assert len(problems) == 5
    said = "\n".join(problems)
    assert "powers.RUS.respect: found 0.9 to 1, expected a range around 0.45, within 0 to 1" in said
    assert "powers.CHN.respect: found changed as well, expected either a change or a range" in said
    for word in ("powers.RUS.budget", "powers.RUS.x", "powers.RUS.strings:a:b"):
        assert word in said


def test_an_uploaded_scenario_travels_in_the_address() -> None:
    text = "title: Mine\nextends: dushanbe-2025\npowers:\n  RUS:\n    strain: {value: 0.7, source: assumption}\n"
    view = View(scenario="mine", text=text)
    found, problems = from_address(view.address(), CATALOGUE)
    assert (found.text, problems) == (text, [])
    assert CATALOGUE.scenario("mine", text).get("powers.RUS.strain") == 0.7
    bomb = urlsafe_b64encode(zlib.compress(b"a: 1\n" * 2**22, 9)).decode().rstrip("=")
    with pytest.raises(sim.BadInput):
        unpack(bomb)
    assert pack("".join(random.Random(0).choices("abcdefghijklmnop", k=200_000))) == ""


# -- levers -----------------------------------------------------------------------------------------------------------


def test_levers_are_the_parameter_table(base: sim.Scenario) -> None:
    first = [item for group in levers.first(base) for item in group["items"]]
    rest = [item for group in levers.rest(base) for item in group["items"]]
    assert sorted(item["path"] for item in first + rest) == sorted(base.numeric_paths())
    for item in first + rest:
        row = base.parameter(item["path"])
        assert (item["unit"], item["low"], item["high"]) == (row.unit, row.low, row.high)
        assert item["value"] == base.get(item["path"])
        assert item["about"].startswith(row.help)
        span = base.doubts.get(item["path"])
        assert item["range"] == (span and [span.low, span.high])
        assert item["stated"] == (base.range_of(item["path"]) is not None and span is not None)
        assert item["source"]
    words = {item["path"].split(".")[2] for item in first}
    assert set(FIRST) - words == set()
    assert [group["title"] for group in levers.first(base)][:3] == ["Russia", "China", "European Union"]


def test_every_actor_has_its_choice_of_strategy() -> None:
    story = sim.load("dushanbe-2025", set={"powers.CHN.strategy": "merchant"})
    actors = {
        f"{section}.{code}.strategy": (section, spec)
        for section in ("powers", "republics")
        for code, spec in getattr(story, section).items()
    }
    shown = {group["strategy"]["path"]: group["strategy"] for group in levers.first(story)}
    assert list(shown) == list(actors)
    for path, (section, spec) in actors.items():
        assert (shown[path]["value"], shown[path]["actor"]) == (spec.strategy, spec.name)
        rows = [(option["name"], option["about"]) for option in shown[path]["options"]]
        assert rows == [(row.name, row.help) for row in strategies_of(section)]
        assert all(option["source"] for option in shown[path]["options"])
    china = {option["name"]: option["words"] for option in shown["powers.CHN.strategy"]["options"]}
    assert china["merchant"] == "merchant (the scenario’s)"
    assert china["patient_investor"] == "patient investor"


def test_weights_that_share_a_sum_give_way(base: sim.Scenario) -> None:
    path = "republics.KAZ.need.trade"
    after = moved(base, {}, path, 0.5)
    changed = base.with_values(after)
    needs = [changed.get(f"republics.KAZ.need.{sector}") for sector in SECTORS]
    assert changed.get(path) == 0.5
    assert sum(needs) == pytest.approx(1.0)
    old = {sector: base.get(f"republics.KAZ.need.{sector}") for sector in SECTORS}
    assert changed.get("republics.KAZ.need.energy") / changed.get("republics.KAZ.need.security") == pytest.approx(
        old["energy"] / old["security"]
    )
    row = base.parameter("powers.RUS.strain")
    assert base.with_values(moved(base, {}, "powers.RUS.strain", 99.0)).get("powers.RUS.strain") == row.high
    with pytest.raises(sim.BadInput):
        moved(base, {}, "powers.RUS.nothing", 1.0)


# -- uploads ----------------------------------------------------------------------------------------------------------


def spoiled(text: str, rng: random.Random) -> bytes:
    """A scenario with one to three faults."""
    lines = text.splitlines()
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(lines))
        kind = rng.randrange(8)
        if kind == 0:
            lines[at] = lines[at].replace(":", "", 1)
        elif kind == 1:
            lines.insert(at, rng.choice(["unknown_key: 1", "  - stray", "\tx: 1", "%TAG", "? [", "a: &a [*a]"]))
        elif kind == 2:
            lines[at] = " " * rng.randint(1, 7) + lines[at]
        elif kind == 3:
            lines[at] += rng.choice([" {", "]", ' "', " !!python/object:os.system x", " *nobody"])
        elif kind == 4:
            lines.insert(at, lines[at])
        elif kind == 5:
            lines[at] = "".join(chr(rng.randrange(32, 0x2FFF)) for _ in range(30))
        elif kind == 6:
            lines[at] = lines[at].replace(".", "x").replace("0", "nan")
        else:
            lines = lines[: at + 1]
    data = "\n".join(lines).encode("utf-8")
    return data[: rng.randrange(1, len(data) + 1)] + b"\xff" if rng.random() < 0.1 and data else data


ALIASES = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join([f'*{chr(97 + i)}'] * 10)}]\n" for i in range(9)
)


def zipped() -> bytes:
    """An archive of a few kilobytes that holds fifty million."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("scenario.yaml", b"0" * 50_000_000)
    return file.getvalue()


BOMBS: dict[str, Callable[[], bytes]] = {
    "large": lambda: b"title: x\n" * (50 * 2**20 // 9),
    "zip": zipped,
    "gzip": lambda: gzip.compress(b"0" * 10**7),
    "aliases": ALIASES.encode,
    "deep": lambda: b"[" * 100_000,
    "empty": lambda: b"",
    "binary": lambda: bytes(range(256)) * 100,
    "file": lambda: b"extends: /etc/passwd\n",
    "above": lambda: b"extends: ../dushanbe-2025\n",
    "list": lambda: b"- a\n- b\n",
}
"""Files made to hurt, each made when it is used."""


@pytest.mark.parametrize("kind", sorted(BOMBS))
def test_files_made_to_hurt_are_refused(kind: str, services: Services) -> None:
    visit = Visit(services)
    before, data = visit.view.value, BOMBS[kind]()
    assert kind != "large" or len(data) > 40 * MAX_BYTES
    visit.hear({"kind": "upload", "name": f"{kind}.yaml", "bytes": data})
    said = visit.upload.value
    assert visit.view.value == before
    assert "Nothing has changed" in said.title
    assert said.problems
    assert all(kind in problem and len(problem) < 1000 for problem in said.problems)
    assert not visit.runner.busy


@pytest.mark.slow
def test_two_hundred_bad_files_are_refused_by_line(services: Services) -> None:
    text = (SCENARIOS / "moscow-reasserts.yaml").read_text(encoding="utf-8")
    rng = random.Random(4)
    bad, lined = 0, 0
    while bad < 200:
        data = spoiled(text, rng)
        try:
            from_upload(data, "mine.yaml")
        except sim.BadInput as error:
            bad += 1
            assert error.problems
            assert all(problem.file in ("mine.yaml", "scenarios/dushanbe-2025.yaml") for problem in error.problems)
            lined += all(problem.line for problem in error.problems)
    assert lined > 150


@pytest.mark.slow
def test_a_good_file_opens_and_a_bad_one_changes_nothing(services: Services, base: sim.Scenario) -> None:
    visit = Visit(services)
    visit.hear({"kind": "upload", "name": "mine.yaml", "bytes": b"title: Mine\nextends: dushanbe-2025\n"})
    assert visit.runner.wait()
    assert visit.upload.value.title == "Mine is open."
    assert visit.base.title == "Mine"
    assert "yaml=" in visit.view.value.address()
    picture = visit.picture.value
    bad = b"title: Mine\nextends: dushanbe-2025\nmonth: 3\npowrs: {}\n"
    visit.hear({"kind": "upload", "name": "bad.yaml", "bytes": bad})
    assert [problem[:11] for problem in visit.upload.value.problems] == ["bad.yaml:3:", "bad.yaml:4:"]
    assert visit.base.title == "Mine"
    assert visit.picture.value is picture
    assert base.title == "Dushanbe 2025"


# -- engine and visitors ----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_an_ensemble_is_that_of_sim_run_and_is_kept(base: sim.Scenario) -> None:
    engine = Engine()
    changed = base.with_values({"powers.RUS.strain": 0.7})
    kept = engine.kept(sim.Ask(changed, 40, 3))
    mine = sim.run(changed, worlds=40, seed=3)
    np.testing.assert_array_equal(kept.result.array("overall"), mine.array("overall"))
    assert engine.kept(sim.Ask(changed, 40, 3)) is kept
    assert engine.started == 1
    engine.room = kept.nbytes
    engine.kept(sim.Ask(base, 40, 3))
    assert engine.nbytes <= 2 * kept.nbytes
    assert engine.kept(sim.Ask(changed, 40, 3)) is not kept  # it had to go for the other


@pytest.mark.slow
def test_who_asks_for_what_is_being_run_waits_for_it(base: sim.Scenario) -> None:
    engine, found = Engine(), []
    asking = [threading.Thread(target=lambda: found.append(engine.kept(sim.Ask(base, 300, 5)))) for _ in range(3)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join(120)
    assert engine.started == 1
    assert len(found) == 3
    assert found[0] is found[1] is found[2]

    def leave(done: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        engine.kept(sim.Ask(base, 300, 6), leave)
    assert engine.kept(sim.Ask(base, 300, 6)).result.worlds == 300  # who left keeps nobody waiting


def test_titles_are_those_of_the_scenarios(services: Services) -> None:
    titles = services.catalogue.titles()
    assert titles == {name: services.catalogue.scenario(name).title for name in services.catalogue.names}


def test_a_newer_wish_stops_the_older(base: sim.Scenario) -> None:
    engine, done = Engine(at_once=1), []
    runner = Runner()

    def long(report: Callable[[float], None]) -> None:
        engine.ensemble(sim.Ask(base, 20_000, keep="overall"), report)
        done.append("long")

    runner.ask(long)
    assert until(lambda: engine.running == 1)
    runner.ask(lambda report: done.append("short"))
    assert runner.wait()
    assert done == ["short"]
    assert engine.running == 0


def test_waiting_for_a_turn_can_be_given_up() -> None:
    engine, free = Engine(at_once=1), threading.Event()

    def hold() -> None:
        with engine.turn(lambda _: None):
            free.wait(30)

    holder = threading.Thread(target=hold)
    holder.start()
    assert until(lambda: engine.running == 1)

    def gone(done: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled), engine.turn(gone):
        pass
    free.set()
    holder.join()
    assert engine.running == 0


@pytest.mark.slow
def test_a_visitor_who_leaves_stops_his_ensemble(services: Services, base: sim.Scenario) -> None:
    visit, told = Visit(services), []

    def work(report: Callable[[float], None]) -> None:
        services.engine.ensemble(sim.Ask(base, 20_000, keep="overall"), report)
        told.append("done")

    visit.runner.ask(work)
    assert until(lambda: services.engine.running == 1)
    visit.close()
    assert services.left.is_set()  # the server clears up after him
    assert until(lambda: services.engine.running == 0 and not visit.runner.busy)
    visit.run({})
    assert not visit.runner.busy
    assert told == []


@pytest.mark.slow
def test_visitors_are_separate(services: Services) -> None:
    one, two = settled(Visit(services)), settled(Visit(services))
    two_before = (two.view.value, two.picture.value)
    one.hear({"kind": "move", "path": "powers.RUS.strain", "value": 0.8, "final": True})
    one.hear({"kind": "page", "page": "why"})
    assert one.runner.wait(120)
    assert one.view.value.changes == (("powers.RUS.strain", 0.8),)
    assert one.picture.value.before is not None
    assert (two.view.value, two.picture.value) == two_before


@pytest.mark.slow
def test_a_moved_lever_says_what_it_changes(services: Services, base: sim.Scenario) -> None:
    visit = settled(Visit(services))
    visit.hear({"kind": "move", "path": "powers.RUS.strain", "value": 0.8, "final": False})
    assert visit.runner.wait(120)
    assert visit.picture.value.worlds < WORLDS  # the coarse fan that follows a dragged slider
    assert visit.view.value.changes == ()
    visit.hear({"kind": "move", "path": "powers.RUS.strain", "value": 0.8, "final": True})
    assert visit.runner.wait(120)
    picture = visit.picture.value
    changed = base.with_values({"powers.RUS.strain": 0.8})
    paired = sim.compare(base, changed, worlds=WORLDS, seed=0, **in_doubt(changed))
    table = paired.table()
    top = table.loc[table.difference.abs().idxmax()]
    assert picture.sentences[""] == paired.sentence(top.republic, top.power)
    assert "% of worlds" in picture.sentences[""]
    assert set(picture.sentences) == {"", *base.republics}
    visit.hear({"kind": "undo", "path": ""})
    assert visit.runner.wait(120)
    assert visit.picture.value.before is None


@pytest.mark.slow
def test_a_strategy_is_a_lever_like_any_other(services: Services, base: sim.Scenario) -> None:
    visit, path = settled(Visit(services)), "powers.RUS.strategy"
    visit.hear({"kind": "move", "path": path, "value": "coercer", "final": True})
    assert visit.runner.wait(120)
    assert visit.view.value.changes == ((path, "coercer"),)
    changed = base.with_values({path: "coercer"})
    picture = visit.picture.value
    assert picture.scenario.hash == changed.hash != base.hash
    assert picture.before is not None
    paired = sim.compare(base, changed, worlds=WORLDS, **in_doubt(changed))
    table = paired.table()
    top = table.loc[table.difference.abs().idxmax()]
    assert picture.sentences[""] == paired.sentence(top.republic, top.power)
    assert [(one["label"], one["from"], one["to"]) for one in visit.levers()["changes"]] == [
        ("Russia: strategy", "standard", "coercer")
    ]
    assert compare.pair(visit)[1].hash == changed.hash
    assert sim.Scenario.from_yaml(visit.scenario.to_yaml()).powers["RUS"].strategy == "coercer"
    there = Visit(services, visit.view.value.address())
    assert (there.scenario.hash, there.problem.value) == (changed.hash, "")
    before = visit.view.value
    visit.hear({"kind": "move", "path": path, "value": "coercr", "final": True})
    assert "did you mean coercer?" in visit.problem.value
    assert visit.view.value == before
    visit.hear({"kind": "undo", "path": path})
    assert visit.runner.wait(120)
    assert visit.view.value.changes == ()
    assert visit.picture.value.before is None


@pytest.mark.slow
@pytest.mark.parametrize("name", ["dushanbe-2025", "crowded-steppe"])
def test_a_page_opens_with_the_worlds_of_sim_run(name: str, services: Services) -> None:
    said = CliRunner().invoke(program, ["run", name, "--format", "json", "-q"]).output
    picture = settled(Visit(services, f"?scenario={name}")).picture.value
    assert picture.sentences[""] == json.loads(said)["headline"]
    assert "doubt of" in picture.held
    assert ("leaves open of fitted parameters" in picture.held) == (name == "dushanbe-2025")


@pytest.mark.slow
def test_numbers_may_be_as_written(services: Services, base: sim.Scenario) -> None:
    visit = settled(Visit(services))
    visit.hear({"kind": "numbers", "doubted": False})
    assert visit.runner.wait(120)
    picture = visit.picture.value
    assert visit.view.value.address().endswith("&doubt=none")
    assert picture.sentences[""] == sim.run(base, worlds=WORLDS).headline()
    assert picture.held.startswith("The bands show chance only, as if every number were known; “in doubt”")
    assert picture.split == {}
    assert visit.levers()["posterior"] == ""
    assert Visit(services, visit.view.value.address()).view.value == visit.view.value
    visit.hear({"kind": "undo", "path": "numbers"})
    assert visit.view.value == View(scenario="dushanbe-2025")


@pytest.mark.slow
def test_worlds_may_take_draws_of_what_the_record_leaves_open_or_not(services: Services, base: sim.Scenario) -> None:
    name = shipped_posteriors()[0]
    visit = Visit(services)
    assert visit.levers()["posterior"] == name
    visit.hear({"kind": "posterior", "name": ""})
    assert visit.runner.wait(120)
    assert "posterior=none" in visit.view.value.address()
    assert visit.picture.value.sentences[""] == sim.run(base, worlds=WORLDS, doubt=True).headline()
    visit.hear({"kind": "posterior", "name": name})
    assert visit.view.value == View(scenario="dushanbe-2025")  # what goes without saying is not said
    visit.hear({"kind": "numbers", "doubted": False})
    visit.hear({"kind": "posterior", "name": name})
    assert visit.runner.wait(120)
    assert f"posterior={name}" in visit.view.value.address()
    assert visit.picture.value.sentences[""] == sim.run(base, worlds=WORLDS, posterior=name).headline()
    before = visit.view.value
    visit.hear({"kind": "move", "path": "republics.KAZ.hedging", "value": 0.9, "final": True})
    assert "one of the two" in visit.problem.value
    assert visit.view.value == before
    both = Visit(services, f"?posterior={name}&set=republics.KAZ.hedging=0.9")
    assert both.view.value.posterior == ""
    assert "draws are left out" in both.problem.value


def test_a_lever_that_the_own_draws_set_goes_before_them(services: Services, base: sim.Scenario) -> None:
    visit = Visit(services, "?set=republics.KAZ.hedging=0.9")
    assert (visit.problem.value, visit.levers()["posterior"]) == ("", "")
    before, after = services.asks(visit.view.value, visit.base, visit.scenario)
    assert before.posterior is after.posterior is None


def test_what_is_compared_takes_the_same_draws(services: Services) -> None:
    load = services.catalogue.scenario
    own, other, more = load("dushanbe-2025"), load("war-drags-on"), load("crowded-steppe")
    view = View(ranges=(("powers.RUS.respect", 0.3, 0.6),))
    left, right = services.asks(view, own, other)
    assert left.posterior is right.posterior is not None
    worlds = np.arange(WORLDS)
    one, two = left.values_of(worlds), right.values_of(worlds)
    same = [path for path in one if path in two and left.doubts.get(path) == right.doubts.get(path)]
    assert "powers.RUS.respect" in same
    assert len(same) > 300
    for path in same:
        np.testing.assert_array_equal(one[path], two[path], path)
    assert {ask.posterior for ask in services.asks(view, own, more)} == {None}  # the draws are not of its actors


STRAIN = "powers.RUS.strain"


@pytest.mark.slow
def test_a_lever_is_changed_or_in_doubt(services: Services, base: sim.Scenario) -> None:
    visit = settled(Visit(services, f"?set={STRAIN}=0.8"))
    visit.hear({"kind": "doubt", "path": STRAIN})
    low, high = base.range_of(STRAIN)
    assert (visit.view.value.changes, visit.view.value.ranges) == ((), ((STRAIN, low, high),))
    visit.hear({"kind": "doubt", "path": STRAIN, "low": 0.1, "high": 0.9})
    assert visit.runner.wait(120)
    assert f"doubt={STRAIN}:0.1:0.9" in visit.view.value.address()
    assert [(one["label"], one["low"], one["high"]) for one in visit.levers()["ranges"]] == [
        ("Russia: strain", 0.1, 0.9)
    ]
    result = sim.run(base, worlds=WORLDS, **in_doubt(base) | {"doubt": Doubt(True, {STRAIN: (0.1, 0.9)})})
    picture = visit.picture.value
    assert picture.sentences[""] == result.headline()
    assert (
        picture.before["id"] == settled(Visit(services)).picture.value.payload["id"]
    )  # the outline: without the range
    there = Visit(services, visit.view.value.address())
    assert (there.view.value, there.problem.value) == (visit.view.value, "")
    before = visit.view.value
    for ends, told in (
        ((0.5, 0.9), "0.5 to 0.9, expected a range around 0.4"),
        ((-1, 0.9), "within 0 to 1"),
        (("low", 1), "expected two numbers"),
    ):
        visit.hear({"kind": "doubt", "path": STRAIN, "low": ends[0], "high": ends[1]})
        assert told in visit.problem.value
        assert visit.view.value == before
    visit.hear({"kind": "move", "path": STRAIN, "value": 0.7, "final": True})
    assert (visit.view.value.changes, visit.view.value.ranges) == (((STRAIN, 0.7),), ())
    visit.hear({"kind": "doubt", "path": STRAIN, "low": 0.1, "high": 0.9})
    visit.hear({"kind": "undo", "path": STRAIN})
    assert visit.runner.wait(120)
    assert visit.view.value == View(scenario="dushanbe-2025")
    assert visit.picture.value.before is None


def test_weights_that_gave_way_come_back_when_one_is_doubted(services: Services, base: sim.Scenario) -> None:
    visit = Visit(services)
    for path, value in (("republics.KAZ.need.trade", 0.5), (STRAIN, 0.7)):
        visit.hear({"kind": "move", "path": path, "value": value, "final": True})
    visit.hear({"kind": "doubt", "path": "republics.KAZ.need.energy"})
    visit.close()
    assert visit.view.value.changes == ((STRAIN, 0.7),)
    assert visit.view.value.ranges[0][0] == "republics.KAZ.need.energy"
    visit.hear({"kind": "doubt", "path": "events.russia-summit-2027.date"})
    assert "a date is moved" in visit.problem.value


@pytest.mark.slow
def test_the_split_is_that_of_the_run_and_waits_for_a_whole_one(services: Services, base: sim.Scenario) -> None:
    visit = settled(Visit(services))
    found, shown = sim.doubts(sim.run(base, worlds=WORLDS, **in_doubt(base))), visit.picture.value.split
    assert sum(part["part"] for part in shown["parts"]) == pytest.approx(1.0, abs=0.001)
    parts, numbers = found.sentences()
    assert parts == f"What sets worlds apart: {', '.join(part['said'] for part in shown['parts'])}; {shown['error']}."
    assert [number["path"] for number in shown["numbers"]] == found.numbers.path[:3].tolist()
    told = [f"{one['name'][:1]}{one['name'][1:]} {one['told']}" for one in shown["numbers"]]
    assert numbers == f"The numbers that matter most for where alignments end: {'; '.join(told)}."
    visit.hear({"kind": "move", "path": STRAIN, "value": 0.8, "final": False})
    assert visit.runner.wait(120)
    assert visit.picture.value.payload["coarse"]
    assert visit.picture.value.split is shown
    assert split(sim.run(base, worlds=60, months=2)) == {}
    assert split(sim.run(base, worlds=20, months=2, doubt=True)) == {}


@pytest.mark.parametrize(
    "search",
    [
        "",
        "doubt=none",
        f"set={STRAIN}=0.6&set=powers.CHN.strategy=merchant&seed=7",
        f"doubt={STRAIN}:0.2:0.6&posterior=none",
        f"doubt=none&doubt={STRAIN}:0.2:0.6&posterior=dushanbe-2025",
        "set=republics.KAZ.hedging=0.9",
    ],
)
def test_the_command_of_a_download_asks_the_same(search: str, services: Services) -> None:
    visit = Visit(services, f"?{search}")
    assert visit.problem.value == ""
    name, *words = shlex.split(command(visit.view.value))[2:]
    said: dict[str, list[str]] = {}
    for option, value in zip(words[::2], words[1::2], strict=True):
        said.setdefault(option, []).append(value)
    chosen = load_changed(name, said.get("--set"))
    asked = doubted(chosen, said.get("--doubt"), said.get("--posterior", [None])[0])
    assert sim.Ask.of(chosen, worlds=WORLDS, seed=int(said.get("--seed", ["0"])[0]), **asked) == visit.ask()


@pytest.mark.slow
def test_the_headline_names_actors() -> None:
    said = sim.run("war-drags-on", worlds=60).headline()
    assert "with Russia from" in said
    assert "of worlds" in said
    assert not {"RUS", "CHN", "EUU", "KAZ", "UZB"} & set(said.replace(",", " ").replace(".", " ").split())


@pytest.mark.slow
def test_what_makes_no_sense_is_not_done(services: Services) -> None:
    visit = Visit(services)
    before = visit.view.value
    for ask in (
        {},
        {"kind": "page", "page": "admin"},
        {"kind": "move", "path": "x", "value": 1, "final": True},
        {"kind": "scenario", "name": "/etc/passwd"},
        {"kind": "undo", "path": "y"},
    ):
        visit.hear(ask)
    assert visit.runner.wait(120)
    assert visit.view.value == before
    visit.close()


class Saved:
    """Takes the files a visitor is given."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def give(self, name: str, mime: str, data: bytes) -> None:
        self.files[name] = data


@pytest.mark.slow
def test_downloads_hold_the_numbers_of_sim_run(services: Services, base: sim.Scenario, tmp_path: Path) -> None:
    visit, saved = settled(Visit(services, "?set=powers.RUS.strain=0.6")), Saved()
    for what in ("csv", "parquet", "yaml"):
        visit.hear({"kind": "download", "what": what, "widget": saved})
        assert visit.runner.wait(120)
    path = tmp_path / "dushanbe-2025-changed.yaml"
    path.write_bytes(saved.files[path.name])
    assert sim.load(path).hash == visit.scenario.hash
    result = sim.run(visit.scenario, worlds=WORLDS, seed=0, **in_doubt(base))
    text = saved.files["dushanbe-2025-changed-seed0.csv"]
    csv = pd.read_csv(io.BytesIO(text), comment="#")
    own = result.bands("all")
    np.testing.assert_allclose(csv.iloc[:, -3:].to_numpy(float), own.iloc[:, -3:].to_numpy(float), rtol=1e-5)
    parquet = pd.read_parquet(io.BytesIO(saved.files["dushanbe-2025-changed-seed0.parquet"]))
    own = result.alignment()
    assert list(parquet.columns) == list(own.columns)
    np.testing.assert_array_equal(parquet["share"], own["share"])
    line = "sim run dushanbe-2025 --set powers.RUS.strain=0.6"
    assert text.decode().startswith(f"# {line} (The bands show chance, doubt of")
    assert parquet.attrs["sim"]["command"] == line
    top = path.read_text(encoding="utf-8").split("title:")[0]
    assert f"What the dashboard showed: {line}" in top
    assert "does not hold which numbers are in doubt" in top
    assert "--posterior dushanbe-2025" in top


def test_the_command_in_a_download_is_no_formula_and_still_the_command() -> None:
    view = View(scenario="a,=1+1", text="title: uploaded")
    first = table(sim.run("dushanbe-2025", 2, 1), "csv", view).decode().splitlines()[0]
    assert not [cell for cell in first.split(",") if cell.startswith(("=", "+", "-", "@"))]
    assert shlex.split(first.partition(" (")[0])[1:] == ["sim", "run", "a,=1+1.yaml"]


@pytest.mark.slow
def test_a_scenario_saved_as_written_gives_the_same_numbers(services: Services, tmp_path: Path) -> None:
    visit, saved = settled(Visit(services, "?set=powers.RUS.strain=0.6&doubt=none")), Saved()
    visit.hear({"kind": "download", "what": "yaml", "widget": saved})
    path = tmp_path / "mine.yaml"
    path.write_bytes(saved.files["dushanbe-2025-changed.yaml"])
    assert "--doubt none" in path.read_text(encoding="utf-8").split("title:")[0]
    told = sim.run(path, worlds=40, months=12).array("overall")
    np.testing.assert_array_equal(told, sim.run(visit.scenario, worlds=40, months=12).array("overall"))


# -- pages as widgets -------------------------------------------------------------------------------------------------


def rendered(element: Any) -> Any:
    """Root widget and context of a page."""
    return solara.render(element, handle_error=False)


@pytest.mark.slow
def test_explore_holds_the_panels_of_the_run(services: Services) -> None:
    visit = settled(Visit(services))
    _, context = rendered(explore.Explore(visit, "light"))
    try:
        for kind in (
            panels.Player,
            panels.MapPanel,
            panels.Triangle,
            panels.Fans,
            panels.Grievances,
            panels.Deliveries,
            panels.Ledger,
        ):
            assert len(context.find(kind)) == 1, kind
        assert context.find(panels.Player).widget.run == visit.picture.value.payload
        context.find(panels.Player).widget.month = 12
        assert visit.month == 12
        assert context.find(panels.Fans).widget.month == 12
        context.find(panels.MapPanel).widget.focus = "TJK"
        assert visit.view.value.republic == "TJK"
    finally:
        context.close()


def test_an_error_in_one_panel_stays_there(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    visit = settled(Visit(services))

    def broken(**_: Any) -> None:
        raise RuntimeError("out of ink")

    monkeypatch.setattr(panels.Grievances, "element", broken)
    _, context = rendered(explore.Explore(visit, "light"))
    try:
        assert len(context.find(panels.Fans)) == 1
        assert len(context.find(panels.Ledger)) == 1
        assert "The grievances cannot be shown" in texts(context, "h3")
    finally:
        context.close()


@pytest.mark.slow
def test_the_waterfall_adds_up(services: Services) -> None:
    visit = Visit(services)
    found = why.reasons(visit, lambda _: None)
    explained = sim.explain(visit.base, worlds=why.EXPLAINED, **in_doubt(visit.base))  # of the same worlds
    assert found.before["KAZ", "RUS"] == explained.before[explained.place("KAZ", "RUS")].mean()
    assert "doubt of" in found.held
    for republic in found.table.republic.unique():
        for power in found.table.power.unique():
            drawn = why.waterfall(found, visit.scenario, republic, power)
            parts = found.table[
                (found.table.republic == republic) & (found.table.power == power) & (found.table.driver != "total")
            ]
            assert drawn["start"] + parts["mean"].sum() == pytest.approx(drawn["end"], abs=1e-6)
            assert {part["name"] for part in drawn["parts"]} <= set(parts.driver)


@pytest.mark.slow
def test_a_lever_gives_something_to_compare_with(services: Services) -> None:
    visit = Visit(services, "?scenario=hindcast-2013&page=compare")  # no other scenario begins in its month
    page, context = rendered(components.Guarded("page", lambda: compare.Compare(visit, "light")))
    try:
        root = page.children[0]
        assert "Nothing to compare with" in texts(context, "h3")
        assert len(context.find(controls.Fields)) == 0
        visit.hear({"kind": "move", "path": "powers.RUS.strain", "value": 0.8, "final": True})
        assert until(lambda: len(context.find(panels.DifferenceFan)) == 1)
        assert "Nothing to compare with" not in texts(context, "h3")
        assert page.children[0] is root  # the page itself stays, and where it is scrolled to
        visit.hear({"kind": "undo", "path": ""})
        assert "Nothing to compare with" in texts(context, "h3")
        assert page.children[0] is root
    finally:
        visit.close()
        context.close()


def texts(context: Any, tag: str) -> list[str]:
    """What the elements of a tag say."""
    return [child for widget in context.find(tag=tag).widgets for child in widget.children]


def test_where_an_outcome_is_undefined_a_sweep_shows_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    strain, respect = "powers.RUS.strain", "powers.RUS.respect"
    sim.sweep(
        "dushanbe-2025", tmp_path, vary={strain: (0, 0.9, 3), respect: (0.2, 0.8, 2)}, worlds=2, months=3, workers=1
    )
    true, gone = Swept.means, 1

    def holed(self: Swept, outcomes: list[str]) -> pd.DataFrame:
        table = true(self, outcomes)
        table.loc[table.index[:gone], outcomes] = np.nan
        return table

    monkeypatch.setattr(Swept, "means", holed)
    opened = sweep.open_sweep(tmp_path, "TJK.RUS.share", lambda done: None)
    cells = [cell for row in sweep.heat(opened, strain, respect)["values"] for cell in row]
    assert cells.count(None) == 1
    assert sorted(cell for cell in cells if cell is not None) == pytest.approx(sorted(opened.means["TJK.RUS.share"]))
    for drawn in (sweep.heat(opened, strain, respect), sweep.curve(opened, strain), opened.bars):
        json.dumps(drawn, allow_nan=False)  # what is not a number would empty the panel in the browser
    gone = 6
    with pytest.raises(BadInput, match="no point at which it is defined"):
        sweep.open_sweep(tmp_path, "TJK.RUS.share", lambda done: None)


def test_a_number_and_its_unit_stay_on_one_line() -> None:
    _, context = rendered(components.words("From 31 % to 35.5 %: 4.5 points, 1 point; 12 months. 100% sure"))
    try:
        shown = context.find(tag="p").widget.children[0]
        assert shown == "From 31\u00a0% to 35.5\u00a0%: 4.5\u00a0points, 1\u00a0point; 12 months. 100% sure"
    finally:
        context.close()


def test_about_tells_weaknesses_and_the_verdict(services: Services) -> None:
    visit = Visit(services)
    _, context = rendered(about.About(visit, "light"))
    try:
        heads = [child for widget in context.find(tag="h1").widgets for child in widget.children]
        assert "Where it is weak" in heads
        assert "Compared with the record" in heads
        assert about.verdict(about.evidence())
    finally:
        context.close()
    assert about.plain("**met**: all [other seeds](#the-table) too") == "met: all other seeds too"
    assert about.verdict("# x\n\n## Verdict\n\nWell.\n\n- a\n  b\n- c\n\n## Next\n\nno\n") == [
        ["Well."],
        ["- a", "  b", "- c"],
    ]


def test_controls_take_in_only_what_is_a_message() -> None:
    control = controls.Levers(show={"a": 1})
    asked: list[dict[str, Any]] = []
    control.observe(lambda change: asked.append(change.new), "asked")
    for content in ("text", None, {"n": "1"}, {"kind": "seed"}):
        control._taken_in(control, content, [])
    assert asked == []
    control._taken_in(control, {"n": 4, "kind": "seed", "value": 1}, [memoryview(b"ab")])
    assert (control.heard, asked[0]["bytes"], asked[0]["widget"]) == (4, b"ab", control)


def test_a_sealed_value_is_handed_on_as_it_is() -> None:
    run = {"id": "x", "dates": [1, 2]}
    panel = panels.Fans(run=panels.Sealed(run))
    assert panel.run == run
    assert panels.Sealed(run) == panels.Sealed(run)
    assert panels.Sealed(run) != panels.Sealed(dict(run))
    sent = panel.get_state("run")["run"]
    assert json.loads(sent) == run
    assert panels.Triangle(run=panels.Sealed(run)).get_state("run")["run"] is sent  # written once for all
    assert panels.Fans(run={"id": "x"}).get_state("run")["run"] == {"id": "x"}


# -- the command ------------------------------------------------------------------------------------------------------


def refused(*arguments: str) -> str:
    answer = CliRunner().invoke(program, ["view", *arguments])
    assert answer.exit_code == 2
    assert "Traceback" not in answer.output
    return " ".join(answer.output.split())


def test_the_command_refuses_in_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import socket

    assert "nope" in refused("nope", "--no-browser")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert "already in use" in refused("--no-browser", "--port", str(taken.getsockname()[1]))
    assert "--results" in refused("--results", str(tmp_path / "none"))
    bad = tmp_path / "bad.yaml"
    bad.write_text("extends: dushanbe-2025\nmonth: 3\n", encoding="utf-8")
    assert "bad.yaml:2:" in refused(str(bad), "--no-browser")
    monkeypatch.setitem(sys.modules, "anywidget", None)
    assert "pip install 'sim[view]'" in refused("--no-browser")
