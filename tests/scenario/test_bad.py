"""Hundreds of generated bad scenarios: each is refused at the place of its mistake, and none escapes otherwise.

Each kind of mistake is put into random places of a good scenario. The places come from the reader itself; the numbers
in the names of the tests are the seeds of the choice.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from sim.cli.app import app
from sim.scenario import BadInput, Scenario, load
from sim.scenario.paths import RESERVED, find
from sim.scenario.yaml import Node, read
from tests.worlds import GOOD, edited

SEEDS = range(14)
LINES = GOOD.splitlines()
SECONDS = 60
"""Far more than any file here takes; a hang is what the limit is for."""


@dataclass(frozen=True)
class Spot:
    """A key and its value in the good scenario."""

    path: tuple[str, ...]
    node: Node

    @property
    def is_number(self) -> bool:
        return isinstance(self.node.value, int | float) and find(self.parameter) is not None

    @property
    def parameter(self) -> tuple[str, ...]:
        """The path with the parts of a value written out left away."""
        return self.path[:-1] if self.path[-1] in ("value", "range") else self.path


def spots_of(node: Node, path: tuple[str, ...] = ()) -> list[Spot]:
    found = []
    for key, child in node.value.items() if isinstance(node.value, dict) else ():
        found += [Spot((*path, key), child), *spots_of(child, (*path, key))]
    return found


SPOTS = spots_of(read(GOOD, "good.yaml")[0])
NUMBERS = [spot for spot in SPOTS if spot.is_number]
KEYS = [spot for spot in SPOTS if spot.path[0] != "about" and spot.path[-1] not in RESERVED]


def put(line: int, column: int, old: str, new: str) -> str:
    """The good scenario with ``old`` at a place replaced."""
    lines = list(LINES)
    row = lines[line - 1]
    assert row[column - 1 :].startswith(old), (row, column, old)
    lines[line - 1] = row[: column - 1] + new + row[column - 1 + len(old) :]
    return "\n".join(lines) + "\n"


def put_value(spot: Spot, new: str) -> str:
    return put(spot.node.line, spot.node.column, spot.node.text, new)


def put_key(spot: Spot, new: str) -> str:
    return put(spot.node.key_line, spot.node.key_column, spot.path[-1], new)


def insert(line: int, text: str) -> str:
    """The good scenario with a line put in before line ``line``."""
    return "\n".join([*LINES[: line - 1], text, *LINES[line - 1 :]]) + "\n"


Mistake = tuple[str, int | None]
"""A bad text and the line where the mistake is, None where several would do."""


def value_instead(*texts: str) -> Callable[[random.Random], Mistake]:
    def make(rng: random.Random) -> Mistake:
        spot = rng.choice(NUMBERS)
        return put_value(spot, rng.choice(texts)), spot.node.line

    return make


def out_of_bounds(rng: random.Random) -> Mistake:
    spot = rng.choice(NUMBERS)
    row = find(spot.parameter)
    assert row
    beyond = rng.choice([row.low - rng.choice([1e-9, 0.5, 1e9]), row.high + rng.choice([1e-6, 0.5, 1e9])])
    return put_value(spot, repr(beyond)), spot.node.line


def misspelt_key(rng: random.Random) -> Mistake:
    spot = rng.choice([spot for spot in KEYS if len(spot.path[-1]) > 3 and spot.path[:1] != ("events",)])
    key = spot.path[-1]
    at = rng.randrange(len(key) - 1)
    wrong = rng.choice([key[:at] + key[at + 1 :], key[:at] + "q" + key[at:], key + "s", key.swapcase(), f"{key} {key}"])
    return put_key(spot, wrong), None


def odd_key(rng: random.Random) -> Mistake:
    spot = rng.choice(KEYS)
    new = rng.choice(
        [
            "😀",
            "''",
            "[a]",
            "{a: b}",
            "&x Y",
            "*x ",
            "!!str k",
            "<<",
            "~",
            "null",
            "1.5",
            "-",
            "? ",
            "a.b",
            "x" * 2_000,
            '"\\0"',
            '"\\e[2J"',
            "ключ",
            "__class__",
            "model_config",
            "date_label",
            "_draft",
        ]
    )
    return put_key(spot, new), None


def duplicate_line(rng: random.Random) -> Mistake:
    spot = rng.choice([spot for spot in KEYS if LINES[spot.node.key_line - 1].lstrip().startswith(spot.path[-1])])
    return insert(spot.node.key_line, LINES[spot.node.key_line - 1].partition(":")[0] + ": 1"), None


def weights(rng: random.Random) -> Mistake:
    spot = rng.choice([spot for spot in NUMBERS if (row := find(spot.path)) and row.total == "one"])
    return put_value(spot, repr(spot.node.value + rng.choice([-0.04, 0.01, 1e-5, 0.3]))), spot.node.line


def shares(rng: random.Random) -> Mistake:
    spot = rng.choice([spot for spot in NUMBERS if "alignment" in spot.path])
    return put_value(spot, "0.999"), spot.node.line


def left_out(rng: random.Random) -> Mistake:
    rows = [
        i
        for i, row in enumerate(LINES)
        if row.split(":")[0].strip()
        in (
            "title",
            "start",
            "months",
            "name",
            "interest",
            "need",
            "endowment",
            "alignment",
            "kind",
            "date",
            "chance",
            "host",
            "security",
            "trade",
            "energy",
            "powers",
            "republics",
        )
        and not row.startswith("    republics")
    ]
    gone = rng.choice(rows)
    return "\n".join(LINES[:gone] + LINES[gone + 1 :]) + "\n", None


def unknown_actor(rng: random.Random) -> Mistake:
    spot = rng.choice(
        [
            spot
            for spot in SPOTS
            if spot.path[0] in ("powers", "republics") and spot.path[-1].isupper() and len(spot.path) > 2
        ]
    )
    return put_key(spot, rng.choice(["XXX", "R", "rus", "Kazakhstan", "RUSS", "TOOLONGCODE", "1AB"])), None


def unknown_member(rng: random.Random) -> Mistake:
    lists = [spot for spot in SPOTS if spot.path[0] == "events" and isinstance(spot.node.value, list)]
    item = rng.choice([item for spot in lists for item in spot.node.value])
    new = rng.choice(["XXX", "3", "null", "[RUS]", "{RUS: 1}", "securty", "rus", "true", "''"])
    return put(item.line, item.column, item.text, new), item.line


def bad_date(rng: random.Random) -> Mistake:
    spot = rng.choice([spot for spot in SPOTS if spot.path[-1] in ("date", "after", "before", "start")])
    new = rng.choice(
        [
            "2025-13",
            "2025-00",
            "2025-02-30",
            "25-10",
            "2025/10",
            "October 2025",
            "2025",
            "20251",
            "1999-01",
            "2525-01",
            "0000-01",
            "2025-1",
            "2025-10-",
            "[2025-10]",
            "{a: b}",
            "true",
            "٢٠٢٥-١٠",
            "1e9",
        ]
    )
    return put_value(spot, new), None if new in ("1999-01", "2525-01") else spot.node.line


def bad_text(rng: random.Random) -> Mistake:
    spot = rng.choice([spot for spot in SPOTS if spot.path[-1] in ("name", "kind", "host", "capital", "title")])
    return put_value(spot, rng.choice(["12", "true", "[a]", "{a: b}", "''", "1.5", ".inf", "2e3"])), spot.node.line


def bad_source(rng: random.Random) -> Mistake:
    lines = [i + 1 for i, row in enumerate(LINES) if row.strip() == "source: assumption"]
    line = rng.choice(lines)
    new = rng.choice(
        [
            "claim:nothing",
            "data:",
            "lit:x y",
            "web:page",
            "[]",
            "3",
            "{a: b}",
            "[assumption, claim:zzz]",
            "''",
            "[[assumption]]",
            "null",
            "true",
        ]
    )
    column = LINES[line - 1].index("assumption") + 1
    return put(line, column, "assumption", new), None


def torn(rng: random.Random) -> Mistake:
    """A piece of punctuation that breaks the file somewhere in its flow."""
    line = rng.choice([i + 1 for i, row in enumerate(LINES) if row.rstrip().endswith("}")])
    column = rng.choice([i + 1 for i, letter in enumerate(LINES[line - 1]) if letter in "{}:,"])
    new = rng.choice(["[", "]", "{{", "'", '"', "\t", "@", "}}", "\0", "\x1b"])
    return put(line, column, LINES[line - 1][column - 1], new), None


def bad_layout(rng: random.Random) -> Mistake:
    line = rng.choice([i + 1 for i, row in enumerate(LINES) if row.startswith("    ") and i > 10])
    new = rng.choice(
        [
            "\tstrain: 0.1",
            " strain: 0.1",
            "       strain: 0.1",
            "strain 0.1",
            "- 0.1",
            "---",
            "...\nx: 1",
            "%YAML 3.0",
            "? [a, b]",
            "*nothing",
            "&a",
            "!!set {a}",
            "|",
            "'",
        ]
    )
    return insert(line, new), None


def extra_section(rng: random.Random) -> Mistake:
    text = rng.choice(
        [
            "extends: nowhere",
            "extends: [a]",
            "extends: ../../../../etc/passwd",
            "extends: .",
            "extends: 3",
            "rest: {powers.RUS.strain: high}",
            "rest: {rules.catharsis: 0.1}",
            "rest: [a]",
            "rest: {powers: {RUS: 1}}",
            "seed: 3",
            "world: {}",
            "name: small",
            "hash: x",
            "values: {}",
            "source: assumption",
        ]
    )
    return insert(1, text), None


MISTAKES: dict[str, Callable[[random.Random], Mistake]] = {
    "text for a number": value_instead("high", '"0.4"', "0.4.1", "0,4", "4%%", "1_0", "0x1", "12:30", "NO", "on", "½"),
    "truth or nothing for a number": value_instead("true", "false", "null", "~", "TRUE"),
    "list or mapping for a number": value_instead("[0.4]", "[]", "{a: 0.4}", "{}", "{value: [0.4]}", "[[[]]]"),
    "no finite number": value_instead(".nan", ".inf", "-.inf", "1e999", "-1e999", "9" * 400, "9" * 5_000),
    "tag or anchor": value_instead("!!float 0.4", "!!python/name:os.system", "!x 0.4", "*x", "!!binary aGk="),
    "a value written out wrongly": value_instead(
        "{value: 0.4, range: 3}",
        "{value: 0.4, range: [1, 0]}",
        "{value: 0.4, range: [.nan, 1]}",
        "{value: true}",
        "{value: 0.1, range: [0.2, 0.3]}",
        "{value: 0.4, source: claim:none}",
        "{valeu: 0.4}",
        "{value: 0.4, unit: x}",
        "{value: 0.4, note: 3}",
        "{range: [0, 1]}",
        "{value: {value: 0.4}}",
    ),
    "out of bounds": out_of_bounds,
    "misspelt key": misspelt_key,
    "odd key": odd_key,
    "the same key twice": duplicate_line,
    "weights": weights,
    "shares": shares,
    "left out": left_out,
    "unknown actor": unknown_actor,
    "unknown member": unknown_member,
    "bad date": bad_date,
    "bad text": bad_text,
    "bad source": bad_source,
    "torn": torn,
    "bad layout": bad_layout,
    "extra section": extra_section,
    "not YAML at all": lambda rng: (
        rng.choice(
            [
                "",
                " ",
                "[]",
                "3",
                "text",
                "- a\n- b",
                "{}",
                "--- \n",
                "<html>",
                "a,b\n1,2",
                '{"a": 1}',
                "null",
                "\ufeff",
                "#" * 100,
                "a",
                "&a [*a]",
            ]
        ),
        None,
    ),
    "cut off": lambda rng: (GOOD[: rng.randrange(GOOD.index("  KAZ:"))], None),
}


def test_there_are_enough():
    assert len(MISTAKES) * len(SEEDS) >= 300
    Scenario.from_yaml(GOOD)


@pytest.mark.parametrize("kind", MISTAKES)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_mistake_is_told_where_it_is(kind, seed, tmp_path):
    text, line = MISTAKES[kind](random.Random(f"{kind} {seed}"))
    problems = refused(text)
    assert all(problem.found and problem.expected for problem in problems)
    assert any(problem.file == "f.yaml" and problem.line and problem.column for problem in problems), problems
    assert all(len(str(problem)) < 1_000 and str(problem).isprintable() for problem in problems)
    if line:
        assert line in {problem.line for problem in problems}, (LINES[line - 1], problems)
    told = checked(tmp_path / "bad.yaml", text)
    assert len(told) >= len(problems)


def checked(path, text):
    """What ``sim check`` says of a bad file, line by line: exit code 2, the place of each mistake, no traceback."""
    path.write_bytes(text.encode())
    answer = CliRunner().invoke(app, ["check", str(path)], env={"COLUMNS": "80"})
    assert (answer.exit_code, type(answer.exception)) == (2, SystemExit), answer.output
    assert "Traceback" not in answer.output
    told = [row for row in answer.output.splitlines() if row.startswith(str(path))]
    assert any(re.match(rf"{re.escape(str(path))}:[1-9]\d*:[1-9]\d*: ", row) for row in told), answer.output
    return told


def refused(text: str) -> list:
    start = time.monotonic()
    with pytest.raises(BadInput) as caught:
        Scenario.from_yaml(text, name="f.yaml")
    assert time.monotonic() - start < SECONDS
    assert caught.value.problems
    assert str(caught.value)
    return caught.value.problems


@pytest.mark.parametrize("seed", range(60))
def test_several_mistakes_at_once(seed):
    """Two mistakes on different lines are both told, unless one of them ends the reading."""
    rng = random.Random(seed)
    first, second = rng.sample(NUMBERS, 2)
    if first.node.line == second.node.line:
        return
    lines = list(LINES)
    for spot in (first, second):
        row, at = lines[spot.node.line - 1], spot.node.column - 1
        lines[spot.node.line - 1] = row[:at] + "wrong" + row[at + len(spot.node.text) :]
    told = {problem.line for problem in refused("\n".join(lines))}
    assert {first.node.line, second.node.line} <= told


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_damaged_bytes_are_loaded_or_refused(data, tmp_path_factory):
    raw = bytearray(GOOD.encode())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(raw) - 1))
        how = data.draw(st.sampled_from(["set", "drop", "add", "repeat"]))
        if how == "set":
            raw[at] = data.draw(st.integers(0, 255))
        elif how == "drop":
            del raw[at : at + data.draw(st.integers(1, 40))]
        elif how == "add":
            raw[at:at] = data.draw(st.binary(max_size=8))
        else:
            raw[at:at] = raw[at : at + data.draw(st.integers(1, 200))]
    path = Path(tmp_path_factory.getbasetemp()) / "damaged.yaml"
    path.write_bytes(bytes(raw))
    start = time.monotonic()
    try:
        load(path)
    except BadInput as error:
        assert error.problems
    assert time.monotonic() - start < SECONDS


def big(row: str, rows: int, head: str = "") -> str:
    return head + "\n".join(row.replace("%", str(i)) for i in range(rows)) + "\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        pytest.param(big("k%: 1", 40_000), id="unknown keys"),
        pytest.param(big("  E%: {kind: war, date: 2025-13, host: X, powers: [Q]}", 4_000, "events:\n"), id="events"),
        pytest.param(big("  A%: {name: x, leverage: {Q: 1}}", 8_000, "republics:\n"), id="republics"),
        pytest.param(big("  P%: {strain: 2, source: claim:none}", 8_000, "powers:\n"), id="powers"),
        pytest.param(big("  p%.strain: 1", 20_000, "rest:\n"), id="rest"),
        pytest.param(GOOD.replace("[KAZ, UZB]", f"[{'KAZ, ' * 20_000}KAZ]"), id="guests"),
        pytest.param(GOOD + big("  P%.strain: 1", 20_000, "rest:\n"), id="rest of a good one"),
        pytest.param(GOOD.replace("source: assumption, note", f"source: [{'claim:x, ' * 20_000}], note"), id="sources"),
        pytest.param("x: " + "'" * 900_000, id="quotes"),
        pytest.param(GOOD.replace("A small world", "w" * 900_000), id="long title"),
        pytest.param(GOOD.replace("    name: Russia", "    " + "n" * 900 + ": Russia"), id="long key"),
    ],
)
def test_large_files_do_not_hang(text):
    refused(text)


@pytest.mark.slow
def test_large_files_that_extend_each_other_do_not_hang(tmp_path):
    (tmp_path / "base.yaml").write_text(big("k%: 1", 20_000))
    (tmp_path / "drops.yaml").write_text(big("k%: null", 20_000, "extends: base.yaml\n"))
    (tmp_path / "maps.yaml").write_text(big("k%: {source: x}", 15_000, "extends: base.yaml\n"))
    for name in ("drops", "maps"):
        start = time.monotonic()
        with pytest.raises(BadInput):
            load(tmp_path / f"{name}.yaml")
        assert time.monotonic() - start < SECONDS


# -- found by generated files ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("base", [GOOD, "extends: dushanbe-2025\n"], ids=["whole", "extends"])
@pytest.mark.parametrize(
    "line",
    [
        "'=': {CHN: {budget: {value: 1, range: [-0, [1]]}}}",
        "x: {CHN: {budget: {value: 1, range: [0, 1]}}}",
        "x: {a: {b: {c: {value: 1, range: [0, 1]}}}}",
        "x: {CHN: {budget: {2026: 1, 2027-03: {value: 1, range: [0, 1]}}}}",
    ],
)
def test_an_unknown_section_that_looks_like_numbers_is_an_unknown_key(base: str, line: str) -> None:
    with pytest.raises(BadInput) as caught:
        Scenario.from_yaml(base + line + "\n")
    first, key = caught.value.problems[0], line.partition(":")[0].strip("'")
    assert (first.line, first.column, first.path) == (len(base.splitlines()) + 1, 1, key)
    assert first.found == f"the unknown key {key!r}"


@pytest.mark.parametrize(
    ("span", "end"),
    [
        ("[0.3, 1e999999999]", "1e999999999"),
        ("[-.inf, 0.6]", "-.inf"),
        ("[0.3, 2]", "2"),
        ("[-0.1, 0.6]", "-0.1"),
        ("[20 %, 140 %]", "'140 %'"),
    ],
)
def test_a_range_is_finite_and_inside_the_bounds(span: str, end: str) -> None:
    text = edited(GOOD, ("range: [0.25, 0.6]", f"range: {span}"))
    with pytest.raises(BadInput) as caught:
        Scenario.from_yaml(text)
    (problem,) = caught.value.problems
    assert end in problem.found
    assert problem.expected == "a number from 0 to 1 (share), as an end of a range"
    line = text.splitlines()[problem.line - 1]
    assert line[problem.column - 1 :].startswith(end.strip("'"))


def test_a_range_before_day_one_has_the_bounds_of_its_number() -> None:
    good, bad = (f"{GOOD}rest: {{powers.RUS.strain: {{value: 0.3, range: [0.2, {end}]}}}}\n" for end in ("0.5", "7"))
    scenario = Scenario.from_yaml(good)
    assert Scenario.from_yaml(scenario.to_yaml()).hash == scenario.hash, "what is written can be read"
    with pytest.raises(BadInput, match="found the number 7, expected a number from 0 to 1"):
        Scenario.from_yaml(bad)
