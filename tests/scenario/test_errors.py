"""What a user reads: every kind of mistake with its line, its path, what was found, expected and meant."""

from __future__ import annotations

import pickle

import pytest

from sim.scenario import BadInput, Problem, Scenario
from sim.scenario.errors import SHOWN_PROBLEMS, nearest, printable
from sim.scenario.paths import find, number_text
from tests.worlds import GOOD, Edit, edited


def problems_of(text: str) -> list[Problem]:
    with pytest.raises(BadInput) as caught:
        Scenario.from_yaml(text, name="f.yaml")
    return caught.value.problems


def number_at(path: str) -> str:
    row = find(tuple(path.split(".")))
    assert row
    return number_text(row)


WAR = "events.long-war"
SUMMIT = "events.first-summit"
SLIDE = "events.landslide"

CASES: dict[str, tuple[list[Edit], str, str, str, str | None]] = {
    # name: edits; what the line of the problem holds; path; found; nearest (expected is asked for where it is exact)
    "unknown key at the top": (
        [("months: 24", "months: 24\nmonthz: 3")],
        "monthz",
        "monthz",
        "the unknown key 'monthz'",
        "months",
    ),
    "missing key": ([("title: A small world\n", "")], "about", "title", "nothing", None),
    "missing key, misspelt beside it": (
        [("    name: Russia", "    nmae: Russia")],
        "nmae",
        "powers.RUS.name",
        "nothing",
        "name instead of nmae",
    ),
    "unknown parameter": (
        [("    strain: 0.1", "    strian: 0.1")],
        "strian",
        f"{WAR}.strian",
        "the unknown key 'strian'",
        "strain",
    ),
    "unknown sector": (
        [("{trade: 0.03,", "{trad: 0.03,")],
        "trad: 0.03",
        "powers.CHN.capability_growth.trad",
        "the unknown key 'trad'",
        "trade",
    ),
    "unknown rule": (
        [("  catharsis: 0.15", "  cathrsis: 0.15")],
        "cathrsis",
        "rules.cathrsis",
        "the unknown key 'cathrsis'",
        "catharsis",
    ),
    "text for a number": (
        [("    budget: 0.66", '    budget: "0.66"')],
        "0.66",
        "powers.CHN.budget",
        "the text '0.66'",
        None,
    ),
    "truth for a number": (
        [("    budget: 0.66", "    budget: true")],
        "budget: true",
        "powers.CHN.budget",
        "true (true or false)",
        None,
    ),
    "not a number": ([("    budget: 0.66", "    budget: .nan")], ".nan", "powers.CHN.budget", "the number .nan", None),
    "infinite": ([("    budget: 0.66", "    budget: -.inf")], "-.inf", "powers.CHN.budget", "the number -.inf", None),
    "400 digits": (
        [("    budget: 0.66", "    budget: " + "9" * 400)],
        "999",
        "powers.CHN.budget",
        "the number " + "9" * 127 + "...",
        None,
    ),
    "out of bounds": (
        [("    autonomy: 0.6", "    autonomy: 60")],
        "60",
        "republics.KAZ.autonomy",
        "the number 60",
        None,
    ),
    "out of bounds, written out": (
        [("{value: 0.4, source", "{value: 4, source")],
        "value: 4",
        "powers.RUS.strain",
        "the number 4",
        None,
    ),
    "outside its own range": (
        [("{value: 0.4, source", "{value: 0.7, source")],
        "value: 0.7",
        "powers.RUS.strain",
        "the value 0.7 outside its range 0.25 to 0.6",
        None,
    ),
    "range upside down": (
        [("range: [0.25, 0.6]", "range: [0.6, 0.25]")],
        "[0.6, 0.25]",
        "powers.RUS.strain.range",
        "0.6 before 0.25, the ends swapped",
        None,
    ),
    "misspelt part of a value": (
        [('note: "a guess"', 'nute: "a guess"')],
        "nute",
        "powers.RUS.strain.nute",
        "the unknown key 'nute'",
        "note",
    ),
    "list for a number": (
        [("    budget: 0.66", "    budget: [0.66]")],
        "[0.66]",
        "powers.CHN.budget",
        "a list of 1",
        None,
    ),
    "mapping for a number": (
        [("    budget: 0.66", "    budget: {vlaue: 0.66}")],
        "vlaue",
        "powers.CHN.budget",
        "a mapping of vlaue",
        "value",
    ),
    "number for a mapping": (
        [("    capability_growth: {trade: 0.03, energy: 0.02}", "    capability_growth: 0.03")],
        "growth: 0.03",
        "powers.CHN.capability_growth",
        "the number 0.03",
        None,
    ),
    "nothing for a number": (
        [("    budget: 0.66", "    budget:")],
        "budget:",
        "powers.CHN.budget",
        "nothing (null)",
        None,
    ),
    "nothing under a section that is misspelt": (
        [("events:", "evnts:"), ("    host: TJK\n", "    host:\n")],
        "    host:",
        "evnts.first-summit.host",
        "nothing (null)",
        None,
    ),
    "nothing for an actor": ([("rules:", "  KGZ:\nrules:")], "  KGZ:", "republics.KGZ", "nothing (null)", None),
    "weights that miss 1": (
        [("security: 0.35, trade: 0.25, energy: 0.25,", "security: 0.45, trade: 0.25, energy: 0.25,")],
        "0.45",
        "powers.RUS.interest",
        "a sum of 1.1 (security 0.45 + trade 0.25 + energy 0.25 + infrastructure 0.1 + minerals 0.05)",
        None,
    ),
    "a weight left out": (
        [
            (
                "energy: 0.2, infrastructure: 0.15, minerals: 0.1}\n    endowment: {security: 0.8",
                "energy: 0.2, infrastructure: 0.15}\n    endowment: {security: 0.8",
            )
        ],
        "need: {security: 0.25",
        "republics.KAZ.need.minerals",
        "nothing",
        None,
    ),
    "shares over 1": (
        [("      trade: {RUS: 0.2, CHN: 0.25}", "      trade: {RUS: 0.8, CHN: 0.25}")],
        "RUS: 0.8",
        "republics.KAZ.alignment.trade",
        "a sum of 1.05 (RUS 0.8 + CHN 0.25)",
        None,
    ),
    "alignment without a power": (
        [("      trade: {RUS: 0.2, CHN: 0.25}", "      trade: {RUS: 0.2}")],
        "trade: {RUS: 0.2}",
        "republics.KAZ.alignment.trade.CHN",
        "nothing",
        None,
    ),
    "alignment without a sector": (
        [("      trade: {RUS: 0.2, CHN: 0.25}\n", "")],
        "security: {RUS: 0.6",
        "republics.KAZ.alignment.trade",
        "nothing",
        None,
    ),
    "unknown power in a dyad": (
        [("    leverage: {RUS: 0.65}", "    leverage: {RSU: 0.65}")],
        "RSU",
        "republics.TJK.leverage.RSU",
        "the unknown power 'RSU'",
        "RUS",
    ),
    "power by its name": (
        [("    leverage: {RUS: 0.65}", "    leverage: {Russia: 0.65}")],
        "Russia: 0.65",
        "republics.TJK.leverage.Russia",
        "the unknown power 'Russia'",
        "RUS",
    ),
    "solidarity with itself": (
        [("    solidarity: {TJK: 0.3}", "    solidarity: {KAZ: 0.3}")],
        "{KAZ: 0.3}",
        "republics.KAZ.solidarity.KAZ",
        "the republic itself",
        None,
    ),
    "code in small letters": ([("  UZB:\n", "  uzb:\n")], "  uzb:", "republics.uzb", "the code 'uzb'", "UZB"),
    "two actors of one code": (
        [("  UZB:\n", "  CHN:\n")],
        "  CHN:\n    name: Uzbekistan",
        "republics.CHN",
        "the code 'CHN', which powers.CHN has too",
        None,
    ),
    "two actors of one luck": (
        [("    capital: Astana", "    luck: RUS")],
        "luck: RUS",
        "republics.KAZ.luck",
        "the luck 'RUS', which powers.RUS has too",
        None,
    ),
    "colour in words": ([('"#b83a3a"', "red")], "color: red", "powers.RUS.color", "the text 'red'", None),
    "no length": ([("months: 24", "months: 0")], "months: 0", "months", "the number 0", None),
    "length with a fraction": ([("months: 24", "months: 24.5")], "24.5", "months", "the number 24.5", None),
    "too long": ([("months: 24", "months: 1201")], "1201", "months", "the number 1201", None),
    "month 13": ([("start: 2025-10", "start: 2025-13")], "2025-13", "start", "the text '2025-13'", None),
    "start with a day": (
        [("start: 2025-10\n", "start: 2025-10-09\n")],
        "start:",
        "start",
        "the text '2025-10-09'",
        None,
    ),
    "30 February": (
        [("date: 2025-10-09", "date: 2026-02-30")],
        "02-30",
        f"{SUMMIT}.date",
        "the text '2026-02-30'",
        None,
    ),
    "event before the run": (
        [("date: 2026-03", "date: 2025-09")],
        "2025-09",
        f"{WAR}.date",
        "2025-09, outside the run",
        None,
    ),
    "event after the run": (
        [("date: 2026-03", "date: 2027-10")],
        "2027-10",
        f"{WAR}.date",
        "2027-10, outside the run",
        None,
    ),
    "event without a time": ([("    date: 2026-03\n", "")], "long-war:", WAR, "an event without a time", None),
    "event with two times": (
        [("    date: 2026-03\n", "    date: 2026-03\n    chance: 0.1\n")],
        "chance: 0.1",
        f"{WAR}.chance",
        "a chance beside a date",
        None,
    ),
    "window without a chance": (
        [("    date: 2026-03\n", "    date: 2026-03\n    after: 2026-01\n")],
        "after: 2026-01\n    powers",
        f"{WAR}.after",
        "'after' without 'chance'",
        None,
    ),
    "window upside down": (
        [("    before: 2027-01", "    before: 2025-12")],
        "before: 2025-12",
        f"{SLIDE}.before",
        "2025-12, not later than 'after' (2026-01)",
        None,
    ),
    "half switched on": ([("    resolve: 0.1", "    on: 0.5")], "on: 0.5", f"{SLIDE}.on", "the number 0.5", None),
    "unknown republic in an event": (
        [("republics: [KAZ, UZB]", "republics: [KAZ, UZZ]")],
        "UZZ",
        f"{SUMMIT}.republics",
        "the unknown republic 'UZZ'",
        "UZB",
    ),
    "unknown sector in an event": (
        [("sectors: [security, trade]", "sectors: [security, tarde]")],
        "tarde",
        f"{SUMMIT}.sectors",
        "the unknown sector 'tarde'",
        "trade",
    ),
    "nobody in an event": (
        [("republics: [KAZ, UZB]", "republics: []")],
        "republics: []",
        f"{SUMMIT}.republics",
        "an empty list",
        None,
    ),
    "the same guest twice": (
        [("republics: [KAZ, UZB]", "republics: [KAZ, KAZ]")],
        "[KAZ, KAZ]",
        f"{SUMMIT}.republics",
        "the same name twice",
        None,
    ),
    "one name for a list": (
        [("republics: [TJK]", "republics: TJK")],
        "republics: TJK",
        f"{SLIDE}.republics",
        "the text 'TJK'",
        None,
    ),
    "unknown kind": ([("kind: war", "kind: wra")], "wra", f"{WAR}.kind", "the text 'wra'", "war"),
    "host that is a power": (
        [("    host: TJK", "    host: RUS")],
        "host: RUS",
        f"{SUMMIT}.host",
        "the host 'RUS'",
        None,
    ),
    "summit without a host": ([("    host: TJK\n", "")], "first-summit:", f"{SUMMIT}.host", "nothing", None),
    "host of a war": (
        [("    kind: war", "    kind: war\n    host: TJK")],
        "host: TJK\n    date",
        f"{WAR}.host",
        "'host' at an event of kind 'war'",
        None,
    ),
    "tone of a war": (
        [("    kind: war", "    kind: war\n    tone: 0.5")],
        "tone: 0.5",
        f"{WAR}.tone",
        "'tone' at an event of kind 'war'",
        None,
    ),
    "effect of no power": (
        [("    powers: [RUS]\n    strain: 0.1", "    strain: 0.1")],
        "strain: 0.1",
        f"{WAR}.powers",
        "no power for the effect of strain, grievance.neglect",
        None,
    ),
    "event id": (
        [("  long-war:", "  Long War:")],
        "Long War",
        "events.Long War",
        "the event id 'Long War'",
        "long-war",
    ),
    "unknown kind of source": (
        [("source: assumption, note", "source: asumption, note")],
        "asumption",
        "powers.RUS.strain.source",
        "the unknown source 'asumption'",
        "assumption",
    ),
    "unknown claim": (
        [("source: assumption, note", "source: [claim:war-strian], note")],
        "war-strian",
        "powers.RUS.strain.source",
        "the unknown source 'claim:war-strian'",
        "claim:war-strain",
    ),
    "values without a source": (
        [("powers:\n  source: assumption\n", "powers:\n")],
        "RUS:\n    name",
        "powers.RUS",
        "7 values without a source (budget, respect, interest.security, interest.trade, ...)",
        None,
    ),
    "rest of what is no conduct": (
        [("rules:", "rest: {republics.KAZ.grievance.RUS: 0.1}\nrules:")],
        "rest:",
        "rest.republics.KAZ.grievance.RUS",
        "the path 'republics.KAZ.grievance.RUS', which is a state, not conduct",
        None,
    ),
    "rest of nothing": (
        [("rules:", "rest: {powers.RUS.strian: 0.1}\nrules:")],
        "rest:",
        "rest.powers.RUS.strian",
        "the path 'powers.RUS.strian', which is no number of this scenario",
        "powers.RUS.strain",
    ),
    "rest out of bounds": (
        [("rules:", "rest: {powers.RUS.strain: 3}\nrules:")],
        "rest:",
        "rest.powers.RUS.strain",
        "the number 3",
        None,
    ),
    "nothing for a section": ([("rules:", "rest:\nrules:")], "rest:", "rest", "nothing (null)", None),
    "a list of powers": (
        [("powers: [RUS]\n    strain", "powers: {RUS: 1}\n    strain")],
        "{RUS: 1}",
        f"{WAR}.powers",
        "a mapping of RUS",
        None,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_message(name):
    edits, line_holds, path, found, near = CASES[name]
    text = edited(GOOD, *edits)
    problems = problems_of(text)
    hits = [problem for problem in problems if problem.path == path and problem.found == found]
    assert hits, "\n" + "\n".join(map(str, problems))
    problem = hits[0]
    assert problem.nearest == near
    assert problem.file == "f.yaml"
    lines = text.splitlines()
    assert problem.line, problem
    here = "\n".join(lines[problem.line - 1 : problem.line + 1])
    assert line_holds in here, f"line {problem.line}: {here}"
    assert len(problems) <= 4, "one mistake must not make a flood:\n" + "\n".join(map(str, problems))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("out of bounds", number_at("republics.KAZ.autonomy")),
        ("text for a number", number_at("powers.CHN.budget")),
        ("weights that miss 1", "weights that sum to 1"),
        ("event after the run", "a month from 2025-10 to 2027-09"),
        ("no length", "a whole number of months, 1 to 1200"),
        ("unknown sector", "one of security, trade, energy, infrastructure, minerals"),
        ("unknown power in a dyad", "one of RUS, CHN"),
        ("30 February", "a month as YYYY-MM or a day as YYYY-MM-DD, such as 2025-10-09"),
        ("window upside down", "a month later than 'after'"),
        ("colour in words", 'a colour such as "#b83a3a" (in quotes)'),
    ],
)
def test_what_was_expected(name, expected):
    edits, _, path, found, _ = CASES[name]
    problems = problems_of(edited(GOOD, *edits))
    assert expected in [p.expected for p in problems if (p.path, p.found) == (path, found)]


def test_mistakes_of_events_come_all_at_once():
    """Two circles, three conditions that never hold, another mistake; nothing for only waiting for such an event."""
    events = """events:
  a: {kind: other, chance: 0.1, if: b}
  b: {kind: other, chance: 0.1, if: a}
  c: {kind: other, chance: 0.1, if: d}
  d: {kind: other, chance: 0.1, if: c}
  after-a: {kind: other, chance: 0.1, if: a}
  never: {kind: other, chance: 0}
  e: {kind: other, chance: 0.1, if: [never, "KAZ.RUS.share > 100 %"]}
  wrong: {kind: other, chance: 7}
  after-wrong: {kind: other, chance: 0.1, if: [wrong, "KAZ.RUS.share > 100 %"]}
"""
    told = [(problem.path, problem.found) for problem in problems_of(GOOD[: GOOD.index("events:\n")] + events)]
    assert sorted(told) == [
        ("events.a.if", "a circle (a if b if a)"),
        ("events.after-wrong.if", "'KAZ.RUS.share > 100 %', which never holds"),
        ("events.c.if", "a circle (c if d if c)"),
        ("events.e.if", "'KAZ.RUS.share > 100 %', which never holds"),
        ("events.e.if", "'never', whose chance is 0"),
        ("events.wrong.chance", "the number 7"),
    ]


def test_a_line_reads_well():
    text = edited(GOOD, ("    autonomy: 0.6", "    autonmy: 0.6"))
    (problem,) = problems_of(text)
    line = text.splitlines().index("    autonmy: 0.6") + 1
    assert str(problem).startswith(
        f"f.yaml:{line}:5: republics.KAZ.autonmy: found the unknown key 'autonmy', expected one of name, capital, "
    )
    assert str(problem).endswith("; did you mean autonomy?")


def test_all_mistakes_come_at_once_in_order():
    text = edited(
        GOOD,
        ("months: 24", "months: 0"),
        ("    budget: 0.66", "    budget: x"),
        ("kind: war", "kind: wra"),
        ("    host: TJK\n", ""),
        ("  catharsis: 0.15", "  catharsis: 0.15\n  catharsis: 0.2"),
    )
    problems = problems_of(text)
    assert {p.path for p in problems} == {
        "months",
        "powers.CHN.budget",
        "events.long-war.kind",
        "rules.catharsis",
        "events.first-summit.host",
    }
    lines = [p.line for p in problems]
    assert lines == sorted(lines)


def test_long_lists_of_mistakes_are_cut():
    error = BadInput(Problem("f", i, 1, "", "x", "y") for i in range(1, SHOWN_PROBLEMS + 11))
    assert str(error).endswith("... and 10 more problems")
    assert len(str(error).splitlines()) == SHOWN_PROBLEMS + 1
    assert len(error.problems) == SHOWN_PROBLEMS + 10


def test_errors_travel_between_processes():
    error = BadInput.of("x", "y", path="powers.RUS", nearest="z")
    again = pickle.loads(pickle.dumps(error))
    assert again.problems == error.problems
    assert str(again) == "powers.RUS: found x, expected y; did you mean z?"


def test_what_is_printed_cannot_harm_a_terminal():
    assert printable("a\x1b[31m\nb") == "a\\x1b[31m\\nb"
    assert len(printable("x" * 1_000)) == 130
    text = GOOD.replace("kind: war", 'kind: "w\\e[31mar\\n"')
    assert all(str(problem).isprintable() for problem in problems_of(text))


def test_nearest():
    assert nearest("STRAIN", ["strain", "strings"]) == "strain"
    assert nearest("long_war", ["long-war"]) == "long-war"
    assert nearest("xyz", ["strain"]) is None
    assert nearest("x" * 1_000_000, ["x" * 60]) is None


def test_no_id_or_path_is_cut_in_a_message():
    """Ids have 64 letters at most; the longest paths are those of what events change between two actors."""
    first, second = (letter + "-very-long" * 6 for letter in "ab")
    events = f"events:\n  {first}: {{kind: other, chance: 0.1, if: {second}}}\n"
    events += f"  {second}: {{kind: other, chance: 0.1, if: {first}}}\n"
    with pytest.raises(BadInput) as caught:
        Scenario.from_yaml(GOOD[: GOOD.index("events:\n")] + events)
    assert f"a circle ({first} if {second} if {first})" in str(caught.value)
    path = f"events.{first}.changes.republics.KAZ.leverage.RUS.times"
    with pytest.raises(BadInput) as caught:
        Scenario.from_yaml(GOOD).with_values({path: 2.0})
    assert f"{path}: found the unknown event '{first}'" in str(caught.value)
