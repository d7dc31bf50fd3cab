"""The JSON Schema that editors use: up to date, true to the reader on the shipped scenarios and on mistakes."""

from __future__ import annotations

import difflib
import json

import pytest

from sim.scenario import TABLE, Scenario, json_schema, load, shipped, shipped_dir, write_schema
from sim.scenario.jsonschema import schema_text
from sim.scenario.locate import text_of
from sim.scenario.yaml import Node, read
from tests.worlds import GOOD, edited

jsonschema = pytest.importorskip("jsonschema")

KEPT = shipped_dir("scenarios") / "schema.json"


def plain(node: Node):
    if isinstance(node.value, dict):
        return {key: plain(child) for key, child in node.value.items()}
    return [plain(child) for child in node.value] if isinstance(node.value, list) else node.value


def faults(text: str) -> list[str]:
    validator = jsonschema.Draft7Validator(json_schema())
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(plain(read(text, "f")[0]))]


def test_the_kept_schema_is_up_to_date():
    kept = KEPT.read_text(encoding="utf-8").splitlines()
    new = schema_text().splitlines()
    diff = list(difflib.unified_diff(kept, new, "scenarios/schema.json", "made now", lineterm="", n=1))
    assert not diff, "run 'sim schema' (or sim.scenario.write_schema()) to renew it:\n" + "\n".join(diff[:60])


def test_it_is_a_schema():
    jsonschema.Draft7Validator.check_schema(json_schema())


def test_writing(tmp_path):
    path = write_schema(tmp_path / "schema.json")
    assert json.loads(path.read_text(encoding="utf-8")) == json_schema()


def test_every_number_says_unit_bounds_default_and_help():
    definitions = json_schema()["$defs"]
    for row in TABLE:
        one = definitions[f"{row.owner}-{row.name}"]
        assert row.help in one["description"]
        assert row.unit in one["description"]
        assert one.get("default") == row.default
        assert one["anyOf"][0] == {"type": "number", "minimum": row.low, "maximum": row.high}


@pytest.mark.parametrize("name", shipped())
def test_shipped_scenarios_conform(name):
    path = shipped_dir("scenarios") / f"{name}.yaml"
    assert faults(text_of(path)) == []
    assert path.read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=schema.json\n")
    assert faults(load(name).to_yaml()) == []


def test_what_the_reader_takes_conforms():
    assert faults(GOOD) == []
    assert faults(Scenario.from_yaml(GOOD).with_values({"powers.RUS.strain": 0.9}).to_yaml()) == []
    assert (
        faults(
            "extends: dushanbe-2025\npowers: {RUS: null, CHN: {budget: null, interest: {note: x, trade: null}}}\n"
            "republics: {KAZ: {leverage: {CHN: {value: 0.3, range: [0, 1]}}, need: {source: [data:trade]}}}\n"
            "events: {source: data:x, note: y, a-b: null, c: {date: {value: 2026-01, source: assumption}}}\n"
            "rules: {catharsis: {range: [0.1, 0.2]}}\nabout: null\n"
        )
        == []
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("months: 24", "months: 24.5"),
        ("months: 24", "months: 0"),
        ("start: 2025-10\n", "start: 2025-13\n"),
        ("title: A small world\n", ""),
        ("    budget: 0.66", '    budget: "0.66"'),
        ("    budget: 0.66", "    budget: 99"),
        ("    autonomy: 0.6", "    autonmy: 0.6"),
        ("{trade: 0.03,", "{trad: 0.03,"),
        ("kind: war", "kind: wra"),
        ("    host: TJK", "    host: tjk"),
        ("  long-war:", "  Long War:"),
        ("  UZB:\n", "  uzb:\n"),
        ('"#b83a3a"', "red"),
        ("source: assumption, note", "source: hearsay, note"),
        ("range: [0.25, 0.6]", "range: [0.25]"),
        ("date: 2026-03", "date: 2026-3"),
        ("sectors: [security, trade]", "sectors: [security, tarde]"),
        ("    powers: [RUS]\n    strain", "    powers: RUS\n    strain"),
        ("months: 24", "months: 24\nmonthz: 3"),
    ],
)
def test_what_the_reader_refuses_in_one_file_the_schema_refuses(old, new):
    assert faults(edited(GOOD, (old, new)))
