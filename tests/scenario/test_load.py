"""Loading: extends, drops, overrides, what stays in rest, and changed copies."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from sim.scenario import BadInput, Scenario, load
from sim.scenario.table import BY_NAME, SECTORS, TABLE
from tests.worlds import GOOD, edited


@pytest.fixture(scope="module")
def good() -> Scenario:
    return Scenario.from_yaml(GOOD, name="small")


@pytest.fixture
def folder(tmp_path):
    """A folder of files; ``folder(name, text)`` writes one and returns its path."""

    def write(name: str, text: str) -> Path:
        path = tmp_path / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    write("root", GOOD)
    return write


def child(*lines: str, base: str = "root.yaml") -> str:
    return "\n".join([f"extends: {base}", *lines]) + "\n"


def refused(path: Path, **more) -> list[str]:
    with pytest.raises(BadInput) as caught:
        load(path, **more)
    return [f"{Path(p.file).name}:{p.line}: {p.path}: {p.found} ({p.nearest})" for p in caught.value.problems]


# -- asking a scenario ----------------------------------------------------------------------------------------------


def test_what_a_scenario_holds(good):
    assert (good.name, good.title, good.start_label, good.months) == ("small", "A small world", "2025-10", 24)
    assert good.start == 2025 * 12 + 9
    assert good.about.startswith("Two powers and three republics.\n\nNothing")
    assert list(good.powers) == ["RUS", "CHN"]
    assert list(good.republics) == ["KAZ", "TJK", "UZB"]
    assert good.powers["RUS"].luck == "RUS"
    assert good.powers["RUS"].interest["trade"] == 0.25
    assert good.republics["KAZ"].capital == "Astana"
    assert good.republics["KAZ"].alignment["trade"]["CHN"] == 0.25
    assert good.republics["TJK"].leverage == {"RUS": 0.65, "CHN": 0.0}
    assert good.republics["TJK"].solidarity == {"KAZ": 0.3, "UZB": 0.2}
    assert good.rules.inertia["trade"] == BY_NAME["rule", "inertia"].default


def test_events(good):
    summit, war, slide = good.events.values()
    assert (summit.date, summit.date_label, summit.host, summit.random) == (good.start, "2025-10-09", "TJK", False)
    assert (summit.powers, summit.republics, summit.sectors) == (("RUS",), ("KAZ", "UZB"), ("security", "trade"))
    assert (war.powers, war.republics, war.sectors) == (("RUS",), ("KAZ", "TJK", "UZB"), SECTORS)
    assert (slide.date, slide.date_label, slide.random, slide.powers) == (None, "", True, ())
    assert (slide.after, slide.before) == (2026 * 12, 2027 * 12)
    assert war.grievance["neglect"] == 0.1


def test_every_number_has_a_path_and_a_row(good):
    for path, value in good.values.items():
        row = good.parameter(path)
        assert row.low <= value <= row.high
        assert good.get(path) == value
    names = {path.split(".")[1 if path.startswith("rules.") else 2] for path in good.values}
    assert names == {row.name for row in TABLE} | {"date", "after", "before"}
    assert good.get("events.long-war.date") == 2026 * 12 + 2
    assert good.get("republics.KAZ.grievance.CHN") == 0


def test_numeric_paths_leave_out_what_an_event_cannot_use(good):
    paths = set(good.numeric_paths())
    assert "events.first-summit.tone" in paths
    assert "events.long-war.tone" not in paths
    assert "events.long-war.chance" not in paths
    assert "events.landslide.chance" in paths
    assert "events.landslide.strain" not in paths
    assert "events.landslide.resolve" in paths
    assert "events.long-war.date" in paths


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("powers.RUS.strian", "powers.RUS.strain"),
        ("republics.KAZ.leverage.RSU", "republics.KAZ.leverage.RUS"),
        ("rules.inertia.trad", "rules.inertia.trade"),
        ("zzz", None),
        ("", None),
    ],
)
def test_unknown_paths(good, path, near):
    for ask in (good.get, good.parameter, good.source_of, good.note_of, good.range_of):
        with pytest.raises(BadInput) as caught:
            ask(path)
        assert caught.value.problems[0].nearest == near


def test_sources_notes_and_ranges(good):
    assert good.source_of("powers.RUS.budget") == ("assumption",)
    assert good.source_of("republics.KAZ.hedging") == (BY_NAME["republic", "hedging"].source,)
    assert (good.note_of("powers.RUS.strain"), good.note_of("powers.RUS.budget")) == ("a guess", "")
    assert (good.range_of("powers.RUS.strain"), good.range_of("powers.RUS.budget")) == ((0.25, 0.6), None)


def test_frozen(good):
    for change in (lambda: setattr(good, "months", 3), lambda: setattr(good.powers["RUS"], "strain", 0.1)):
        with pytest.raises(ValueError, match="frozen"):
            change()
    for mapping in (good.powers, good.republics["KAZ"].leverage, good.powers["RUS"].interest, good.events, good.rest):
        with pytest.raises(TypeError):
            mapping["RUS"] = 1
    with pytest.raises(TypeError):
        good.values["powers.RUS.strain"] = 1


# -- files that extend files ------------------------------------------------------------------------------------------


def test_extends(folder):
    folder("middle", child("title: Middle", "powers:", "  RUS:", "    strain: 0.6", "    source: claim:war-strain"))
    top = load(folder("deep/top", child("powers: {RUS: {strain: 0.7, budget: 0.5}}", base="../middle.yaml")))
    assert (top.name, top.title, top.get("powers.RUS.strain")) == ("top", "Middle", 0.7)
    assert top.source_of("powers.RUS.strain") == ("claim:war-strain",), "a new value keeps the source below it"
    assert top.source_of("powers.RUS.budget") == ("assumption",)
    assert top.range_of("powers.RUS.strain") is None, "a range says how sure the old value was"
    assert top.get("powers.CHN.budget") == 0.66


def test_only_the_source_note_or_range_may_change(folder):
    new = load(
        folder(
            "new",
            child(
                "powers:",
                "  RUS:",
                "    budget: {source: claim:war-strain, note: less}",
                "    strain: {range: [0.3, 0.5]}",
            ),
        )
    )
    assert (new.get("powers.RUS.budget"), new.source_of("powers.RUS.budget")) == (0.4, ("claim:war-strain",))
    assert new.note_of("powers.RUS.budget") == "less"
    assert (new.range_of("powers.RUS.strain"), new.note_of("powers.RUS.strain")) == ((0.3, 0.5), "a guess")
    assert new.rest == {}
    assert new == load(folder("same", child()))


def test_dropping_an_actor_forgets_it_everywhere(folder):
    base = edited(GOOD, ("republics: [KAZ, UZB]", "republics: [KAZ, UZB, TJK]"))
    folder("base", base + "rest: {republics.TJK.solidarity.UZB: 0.4}\n")
    small = load(folder("small", child("republics: {UZB: null}", base="base.yaml")))
    assert list(small.republics) == ["KAZ", "TJK"]
    assert small.republics["TJK"].solidarity == {"KAZ": 0.3}
    assert small.events["first-summit"].republics == ("KAZ", "TJK")
    assert small.events["long-war"].republics == ("KAZ", "TJK")
    assert small.rest == {}
    assert not any("UZB" in path for path in small.values)


def test_dropping_a_power_an_event_a_rule_and_a_pair(folder):
    small = load(
        folder(
            "small",
            child(
                "powers: {CHN: null}",
                "events: {long-war: null}",
                "rules: {catharsis: null}",
                "republics: {KAZ: {solidarity: null}, TJK: {solidarity: {UZB: null}}}",
            ),
        )
    )
    assert list(small.powers) == ["RUS"]
    assert small.republics["KAZ"].alignment["trade"] == {"RUS": 0.2}
    assert list(small.events) == ["first-summit", "landslide"]
    assert small.get("rules.catharsis") == BY_NAME["rule", "catharsis"].default
    assert small.republics["KAZ"].solidarity == {"TJK": 0, "UZB": 0}
    assert small.republics["TJK"].solidarity == {"KAZ": 0.3, "UZB": 0}


def test_dropping_what_others_need_is_told(folder):
    # once, where it is dropped, and not once an event, at lines of the file below
    need = "events: 2 events that need an actor who is dropped"
    assert refused(folder("a", child("republics: {TJK: null}"))) == [
        f"a.yaml:2: {need}: first-summit (host TJK), landslide (republics TJK) (None)"
    ]
    assert refused(folder("b", child("powers: {RUS: null}"))) == [
        f"b.yaml:2: {need}: first-summit (powers RUS), long-war (powers RUS) (None)"
    ]


def test_cutting_the_baseline_to_one_republic_names_the_first_events_and_counts_the_rest():
    with pytest.raises(BadInput) as caught:
        load("dushanbe-2025", set={f"republics.{code}": None for code in ("KGZ", "TJK", "TKM", "UZB")})
    (problem,) = caught.value.problems
    assert "dushanbe-summit (host TJK)" in problem.found
    assert problem.found.endswith("and 4 more")
    assert "dushanbe-summit: null" in problem.expected
    alone = load(
        "dushanbe-2025",
        set={f"republics.{code}": None for code in ("KGZ", "TJK", "TKM", "UZB")}
        | {f"events.{event}": None for event in load("dushanbe-2025").events},
    )
    assert list(alone.republics) == ["KAZ"]


def test_an_event_of_a_dropped_host_may_be_given_another_one(folder):
    kept = load(folder("c", child("republics: {TJK: null}", "events: {first-summit: {host: KAZ}, landslide: null}")))
    assert kept.events["first-summit"].host == "KAZ"


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["powers: {CNH: null}"], "2: powers.CNH: null for something that is not inherited (CHN)"),
        (["events:", "  long-waar: null"], "3: events.long-waar: null for something that is not inherited (long-war)"),
        (["powers: {RUS: {respct: null}}"], "2: powers.RUS.respct: the unknown key 'respct' (respect)"),
        (["rules: {volatility: null}"], "2: rules.volatility: null for something that is not inherited (None)"),
        (["events: null"], "2: events: nothing (null) (None)"),
        (["powers:"], "2: powers: nothing (null) (None)"),
        (["title: null"], "1: title: nothing (None)"),
        (["powers: {RUS: {name: null}}"], "2: powers.RUS.name: nothing (None)"),
        (["powers: {CHN: {strain: {range: [0, 1]}}}"], "2: powers.CHN.strain: no value (None)"),
        (
            ["republics: {UZB: null, KAZ: {solidarity: {UZB: 0.1}}}"],
            "2: republics.KAZ.solidarity.UZB: the unknown republic 'UZB' (None)",
        ),
    ],
)
def test_bad_drops(folder, lines, found):
    assert f"child.yaml:{found}" in refused(folder("child", child(*lines)))


def test_an_actor_that_is_no_mapping_makes_no_flood(folder):
    assert refused(folder("child", child("powers: {CHN: 3}"))) == ["child.yaml:2: powers.CHN: the number 3 (None)"]


def test_a_new_power_needs_a_share_everywhere(folder):
    power = (
        "{name: Türkiye, source: assumption, "
        "interest: {security: 1, trade: 0, energy: 0, infrastructure: 0, minerals: 0}}"
    )
    shares = "republics: {KAZ: {alignment: {security: {TUR: 0.1}}}}"
    (line,) = refused(folder("new", child("powers:", f"  TUR: {power}", shares)))
    assert line.startswith("new.yaml:3: powers.TUR: no share of it in 14 alignments (republics.KAZ.alignment.trade.TUR")


def test_circles_missing_files_and_long_chains(folder):
    folder("a", child(base="b.yaml"))
    assert refused(folder("b", child(base="a.yaml"))) == ["a.yaml:1: extends: a circle (b -> a -> b) (None)"]
    assert refused(folder("me", child(base="me.yaml"))) == ["me.yaml:1: extends: a circle (me -> me) (None)"]
    assert refused(folder("lost", child(base="rot.yaml"))) == [
        "lost.yaml:1: extends: 'rot.yaml' (no such file) (root.yaml)"
    ]
    assert refused(folder("lost", child(base="dushanbe-2052"))) == [
        "lost.yaml:1: extends: 'dushanbe-2052' (no such shipped scenario) (dushanbe-2025)"
    ]
    assert refused(folder("lost", child(base="[a]")))[0].startswith("lost.yaml:1: extends: no name")
    assert refused(folder("lost", child(base=".")))[0].startswith("lost.yaml:1: extends: '.' (a folder)")
    for i in range(10):
        folder(f"c{i}", child(base=f"c{i - 1}.yaml" if i else "root.yaml"))
    assert load(folder("c8", child(base="c7.yaml"))).title == "A small world"
    assert refused(folder("c9", child(base="c8.yaml"))) == ["c0.yaml:1: extends: a chain of more than 10 files (None)"]


def test_mistakes_of_all_files_come_together(folder):
    folder(
        "base", edited(GOOD, ("kind: war", "kind: wra"), ("  catharsis: 0.15", "  catharsis: 0.15\n  catharsis: 0.2"))
    )
    assert refused(folder("child", child("powers: {RUS: {strian: 0.1}}", "months: x", base="base.yaml"))) == [
        "base.yaml:66: rules.catharsis: the same key a second time (None)",
        "base.yaml:78: events.long-war.kind: the text 'wra' (war)",
        "child.yaml:2: powers.RUS.strian: the unknown key 'strian' (strain)",
        "child.yaml:3: months: the text 'x' (None)",
    ]


@pytest.mark.parametrize(
    ("name", "found", "near"),
    [
        ("dushanbe-2052", "'dushanbe-2052' (no such shipped scenario)", "dushanbe-2025"),
        ("nowhere/dushanbe-2025.yaml", "'nowhere/dushanbe-2025.yaml' (no such file)", "dushanbe-2025"),
        ("", "no name", None),
        (" ", "no name", None),
        ("a\0b", "a NUL character in a name", None),
        ("x" * 5_000, None, None),
        ("\udcff\ud800", None, None),
        (".", "'.' (a folder)", None),
        (os.devnull, f"'{os.devnull}' (not an ordinary file)", None),
    ],
)
def test_names_of_nothing(name, found, near):
    with pytest.raises(BadInput) as caught:
        load(name)
    (problem,) = caught.value.problems
    assert found in (None, problem.found)
    assert problem.nearest == near


def test_a_path_and_a_name_are_told_apart(folder, monkeypatch):
    path = folder("root", GOOD)
    monkeypatch.chdir(path.parent)
    assert load("root.yaml").title == load(path).title == load("./root.yaml").title == "A small world"
    folder("dushanbe-2025", GOOD)
    assert load("dushanbe-2025").title == "Dushanbe 2025"
    assert load("dushanbe-2025.yaml").title == "A small world"


# -- overrides --------------------------------------------------------------------------------------------------------


def test_overrides_as_text(folder):
    path = folder("root", GOOD)
    new = load(
        path,
        set=[
            "powers.RUS.strain=0.8",
            "months = 18",
            "events.long-war.date=2026-05",
            "title=New: a test",
            "events.landslide.on=0",
            "events.long-war.powers=[CHN]",
            "republics.KAZ.leverage.CHN=1e-1",
            "powers.RUS.interest={security: 0.4, trade: 0.2}",
            "rules.volatility.trade=0.1",
            "events.first-summit.about='quoted'",
            "rest.powers.CHN.budget=0.5",
        ],
    )
    assert (new.get("powers.RUS.strain"), new.months, new.title) == (0.8, 18, "New: a test")
    assert new.events["long-war"].date_label == "2026-05"
    assert new.events["long-war"].powers == ("CHN",)
    assert new.get("events.landslide.on") == 0
    assert new.get("powers.RUS.interest.security") == 0.4
    assert new.events["first-summit"].about == "quoted"
    assert new.rest["powers.CHN.budget"] == 0.5
    assert new.source_of("powers.RUS.strain") == ("assumption",)
    assert new.note_of("powers.RUS.strain") == "by load(set=)"


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (
            ["powers.RUS.strain=2"],
            "load(set=): powers.RUS.strain: found the number 2, expected a number from 0 to 1 (share)",
        ),
        (["powers.RUS.strain=high"], "powers.RUS.strain: found the text 'high', expected a number from 0 to 1 (share)"),
        (["powers.RUS.strain=true"], "load(set=): powers.RUS.strain: found true (true or false), expected a number"),
        (["powers.RUS.strain=.nan"], "load(set=): powers.RUS.strain: found the number .nan, expected a number"),
        (["powers.RUS.strian=0.5"], "load(set=): powers.RUS.strian: found the unknown key 'strian', expected one of"),
        (
            ["powers.RSU.strain=0.5"],
            "the unknown power 'RSU', expected one of RUS, CHN; did you mean powers.RUS.strain?",
        ),
        (
            ["power.RUS.strain=0.5"],
            "load(set=): power.RUS.strain: found the unknown key 'power', expected one of title",
        ),
        (["power.RUS.strain=0.5"], "did you mean powers.RUS.strain?"),
        (["events.longwar.date=2026-03"], "did you mean events.long-war.date?"),
        (["events.long-war.date=2030-01"], "2030-01, outside the run, expected a month from 2025-10 to 2027-09"),
        (["events.long-war.date=24314"], "load(set=): events.long-war.date: found the number 24314, expected a month"),
        (
            ["powers.RUS.strain"],
            "load(set=): found 'powers.RUS.strain', expected path=value, such as powers.RUS.strain=0.5",
        ),
        (["=3"], "load(set=): found '=3', expected path=value"),
        (["powers.RUS.strain=0.5", "powers.RUS.strain=0.6"], "found the same path a second time, expected one value"),
        (["powers.RUS=null", "powers.RUS.strain=0.6"], "found a path that overlaps powers.RUS, expected one value"),
        (
            ["powers=3"],
            "load(set=): powers: found a whole section, expected a path inside it, such as powers.RUS.strain",
        ),
        (["extends=other"], "load(set=): extends: found the unknown key 'extends', expected one of title"),
        (
            ["powers.RUS.interest.trade=0.5"],
            "load(set=): powers.RUS.interest: found a sum of 1.25 (security 0.35 + trade 0.5 +",
        ),
        (["powers.RUS.interest.trade=0.5"], "expected weights that sum to 1; set the others too"),
        (["powers.RUS.strain=[1"], "load(set=): powers.RUS.strain: found"),
        (["powers.RUS.strain={a: &x 1, a: *y}"], "load(set=): powers.RUS.strain: found the alias *y"),
        (
            ["events.long-war.powers=[RSU]"],
            "load(set=): events.long-war.powers: found the unknown power 'RSU', expected one of",
        ),
        (["powers.RUS.strain=" + "[" * 100_000], "nested more than"),
        (["powers..strain=1"], "load(set=): powers..strain: found the unknown power ''"),
        (["....=1"], "load(set=): ....: found the unknown key ''"),
        (["\udcff=1"], "found the unknown key '\\\\udcff'"),
    ],
)
def test_bad_overrides(folder, texts, message):
    with pytest.raises(BadInput) as caught:
        load(folder("root", GOOD), set=texts)
    assert message in str(caught.value)


def test_overrides_as_values(good):
    new = good.with_values(
        {
            "powers.RUS.strain": np.float32(0.5),
            "events.long-war.date": good.start + 3.7,
            "events.landslide.on": np.int64(0),
            "events.long-war.powers": ("CHN",),
        }
    )
    assert new.get("powers.RUS.strain") == 0.5
    assert new.events["long-war"].date_label == "2026-01"
    assert new.events["long-war"].powers == ("CHN",)
    assert good.with_values({"events.long-war.date": "2026-04-05"}).events["long-war"].date_label == "2026-04-05"
    assert good.get("powers.RUS.strain") == 0.4, "the first one stays as it was"


@pytest.mark.parametrize(
    "value",
    [
        np.nan,
        np.inf,
        True,
        "0.4",
        None,
        [0.4],
        {"a": 1},
        object(),
        10**400,
        -(10**400),
        1j,
        np.array([0.1, 0.2]),
        b"0.4",
    ],
    ids=lambda value: repr(value)[:20],
)
def test_values_that_are_no_numbers(good, value):
    with pytest.raises(BadInput) as caught:
        good.with_values({"powers.RUS.budget": value, "events.long-war.date": value})
    paths = {problem.path for problem in caught.value.problems}
    assert any(path.startswith("powers.RUS.budget") for path in paths) or value is None
    assert any(path.startswith("events.long-war") for path in paths) or value == "0.4"


def test_a_shorter_run_leaves_out_what_lies_beyond_its_end(tmp_path):
    """By --set, by with_months and by a file that extends: the same; what waits for such an event goes with it."""
    text = GOOD + "  echo:\n    kind: other\n    chance: 0.1\n    if: long-war\n"
    (tmp_path / "base.yaml").write_text(text)
    (tmp_path / "short.yaml").write_text("extends: base.yaml\nmonths: 4\n")
    base = load(tmp_path / "base.yaml")
    shorter = [load(tmp_path / "short.yaml"), load(tmp_path / "base.yaml", ["months=4"]), base.with_months(4)]
    for short in shorter:
        assert (short.months, list(short.events)) == (4, ["first-summit", "landslide"])
        assert short.left_out == ("long-war", "echo")
        assert short == shorter[0] == Scenario.from_yaml(short.to_yaml())
    assert (base.left_out, base.with_months(30).left_out) == ((), ())
    assert shorter[0].with_values({"powers.RUS.budget": 0.5}).left_out == ("long-war", "echo")
    with pytest.raises(BadInput, match=r"events\.long-war\.date: found 2031-01, outside the run"):
        load(tmp_path / "base.yaml", ["months=4", "events.long-war.date=2031-01"])
    (tmp_path / "alone.yaml").write_text(text.replace("months: 24", "months: 4"))
    with pytest.raises(BadInput, match="2026-03, outside the run"):
        load(tmp_path / "alone.yaml")


def test_months_and_events(good):
    short = good.with_months(4)
    assert (short.months, list(short.events)) == (4, ["first-summit", "landslide"])
    assert short.get("events.landslide.before") == good.get("events.landslide.before"), "chances are as they were"
    assert list(good.with_months(3).events) == ["first-summit"]
    assert list(good.with_months(1200).events) == list(good.events)
    for months in (0, -1, 1201, 2.5, True, "12", None):
        with pytest.raises(BadInput, match="a whole number of months, 1 to 1200"):
            good.with_months(months)
    assert list(good.without_events("long-war").events) == ["first-summit", "landslide"]
    assert good.without_events() == good
    with pytest.raises(BadInput, match="did you mean long-war"):
        good.without_events("long-wra")


# -- rest -------------------------------------------------------------------------------------------------------------


def test_rest_keeps_the_roots_conduct(folder):
    folder("middle", child("powers: {RUS: {strain: 0.6, respect: 0.5}}", "republics: {KAZ: {leverage: {RUS: 0.5}}}"))
    top = load(folder("top", child("powers: {RUS: {strain: 0.7, respect: 0.45}}", base="middle.yaml")))
    assert top.rest == {"powers.RUS.strain": 0.4, "republics.KAZ.leverage.RUS": 0.35}
    back = load(folder("back", child("powers: {RUS: {strain: 0.9}}", base="top.yaml")), set=["powers.RUS.strain=0.4"])
    assert back.rest == {"republics.KAZ.leverage.RUS": 0.35}
    again = top.with_values({"powers.RUS.strain": 0.9, "powers.RUS.budget": 0.1})
    again = again.with_values({"powers.RUS.budget": 0.4})
    assert again.rest == {"powers.RUS.strain": 0.4, "republics.KAZ.leverage.RUS": 0.35}


def test_rest_is_for_conduct_only(good):
    new = good.with_values(
        {
            "republics.KAZ.grievance.RUS": 0.1,
            "rules.catharsis": 0.2,
            "events.long-war.strain": 0.3,
            "republics.KAZ.alignment.trade.RUS": 0.1,
        }
    )
    assert new.rest == {}


def test_rest_of_a_default(good):
    new = good.with_values({"powers.CHN.strain": 0.3, "republics.TJK.leverage.CHN": 0.2})
    assert new.rest == {"powers.CHN.strain": 0.0, "republics.TJK.leverage.CHN": 0.0}


def test_rest_given_by_hand(folder):
    folder("base", GOOD + "rest: {powers.RUS.strain: 0.2, powers.CHN.budget: 0.66}\n")
    base = load(folder("same", child(base="base.yaml")))
    assert base.rest == {"powers.RUS.strain": 0.2}, "an entry equal to the value says nothing"
    new = load(
        folder(
            "new",
            child("powers: {RUS: {strain: 0.6, budget: 0.5}}", "rest: {powers.RUS.budget: 0.3}", base="base.yaml"),
        )
    )
    assert new.rest == {"powers.RUS.budget": 0.3, "powers.RUS.strain": 0.2}
    assert "powers.RUS.strain" not in base.with_values({"powers.RUS.strain": 0.2}).rest
    dropped = load(folder("dropped", child("rest: {powers.RUS.strain: null}", base="base.yaml")))
    assert dropped.rest == {}


def test_new_actors_have_no_rest(folder):
    kgz = GOOD[GOOD.index("  UZB:\n") : GOOD.index("rules:")].replace("UZB", "KGZ").replace("Uzbekistan", "Kyrgyzstan")
    folder("wide", child("republics:", kgz.rstrip(), "    leverage: {RUS: 0.6}", "  KAZ: {solidarity: {KGZ: 0.4}}"))
    wide = load(folder("wider", child("republics: {KGZ: {autonomy: 0.1, leverage: {RUS: 0.7}}}", base="wide.yaml")))
    assert list(wide.republics) == ["KAZ", "TJK", "UZB", "KGZ"]
    assert wide.rest == {}
