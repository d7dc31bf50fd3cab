"""The command line: what a person or a program sees, and with which exit code it ends.

Most tests call the commands in this process; those about streams, signals and exit codes start the real program.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import sim
from sim.cli.app import app
from sim.cli.layout import Progress
from sim.cli.pages.run import most_telling
from sim.reading.effect import explain_event
from sim.scenario.sources import records

ROOT = Path(__file__).parents[2]
COMMANDS = ("run", "list", "show", "check", "schema")
STRAIN = "powers.RUS.strain"
SMALL = ("--worlds", "8", "--months", "13")
QUIET_WORLD = {name: value for name, value in os.environ.items() if name not in {"FORCE_COLOR", "GITHUB_ACTIONS"}}


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe of 80 columns, whatever the tests run in."""
    for name in ("FORCE_COLOR", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")


def call(*words: str) -> Any:
    return CliRunner().invoke(app, words, prog_name="sim")


def start(*words: str, **options: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "sim", *words],
        cwd=ROOT,
        env=QUIET_WORLD,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **options,
    )


def write(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


# -- help and usage ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(command: str) -> None:
    answer = call(command, "--help")
    assert answer.exit_code == 0
    assert f"Example: sim {command}" in answer.stdout


def test_help_names_every_command() -> None:
    answer = call("--help")
    assert answer.exit_code == 0
    assert all(re.search(rf"│ {command} ", answer.stdout) for command in COMMANDS)
    assert "Example: sim run" in answer.stdout
    assert "sim --install-completion, once, lets the Tab key complete" in " ".join(answer.stdout.split())


def test_version() -> None:
    assert call("--version").stdout == f"sim {sim.__version__}\n"


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("rnu",), "sim: found the unknown command 'rnu', expected one of run, list,"),
        (("rnu",), "; did you mean run?"),
        (("--wolrds",), "sim: found the unknown option '--wolrds', expected one that sim --help lists"),
        (("--version=3",), "--version: found a value, expected none, as it is a switch"),
        (("run",), "sim run: found no SCENARIO, expected a shipped scenario (sim list names them) or the path of a"),
        (("run", "dushanbe-2025", "more"), "sim run: found 'more' too much, expected sim run SCENARIO"),
        (
            ("run", "dushanbe-2025", "--wolrds", "3"),
            "sim run: found the unknown option '--wolrds', expected one that sim run --help lists; did you mean --worl",
        ),
        (
            ("run", "dushanbe-2025", "--format", "jsno"),
            "--format: found 'jsno', expected one of table, json, csv; did you mean json?",
        ),
        (("run", "dushanbe-2025", "--worlds"), "--worlds: found nothing, expected a whole number, 1 or more"),
        (("run", "dushanbe-2025", "--worlds", "3", "--worlds=0"), "--worlds: found '0', expected a whole number, 1 or"),
        (("discover", "folder"), "sim discover: found no --where, expected CONDITION (what to explain"),
        (
            ("discover", "folder", "--where", "a", "--density", "7"),
            "--density: found '7', expected a number from 0 to 1",
        ),
        (("whatif", "dushanbe-2025"), "--set: found nothing, expected what is to be different, such as --set"),
        (
            ("explain", "dushanbe-2025", "--event", "truce", "--to", "2026-01"),
            "--event: found --to beside it, expected",
        ),
        (("tornado", "dushanbe-2025", "--doubt", "none"), "--doubt: found none alone, expected all, or a number to"),
        (
            ("run", "dushanbe-2025", "--doubt", "none", "--doubt", "all"),
            "--doubt: found all and none at once, expected",
        ),
        (
            ("run", "dushanbe-2025", "--doubt", f"{STRAIN}=0.1:0.6", "--doubt", f"{STRAIN}=20 %:90 %"),
            f"{STRAIN}: found two ranges, 0.1:0.6 and 0.2:0.9, expected one range for each path",
        ),
        (
            ("run", "dushanbe-2025", "--doubt", f"{STRAIN}=60 %:20 %"),
            "found 0.6 before 0.2, the ends swapped, expected",
        ),
        (("run", "dushanbe-2025", "--doubt", f"{STRAIN}=0.3"), "--doubt: found 'powers.RUS.strain=0.3', expected all"),
        (("sweep", "dushanbe-2025", "--vary", "powers.RUS.strain=0:1:3"), "--out: found nothing, expected a folder to"),
        (("view", "--results", "nowhere"), "--results: found nowhere, expected a folder"),
        (("run", "dushanbe-2052"), "did you mean dushanbe-2025?"),
        (("run", "dushanbe-2025", "--set", "powers.RUS.strian=0.4"), "did you mean strain?"),
        (("run", "dushanbe-2025", "--set", "powers.RUS.strain"), "--set"),
        (("run", "dushanbe-2025", "--worlds", "0"), "--worlds"),
        (("run", "dushanbe-2025", "--worlds", "many"), "--worlds"),
        (("run", "dushanbe-2025", "--months", "-1"), "--months"),
        (("run", "dushanbe-2025", "--months", "99999999"), "1200"),
        (("run", "dushanbe-2025", "--seed", "-1"), "--seed"),
        (("run", "dushanbe-2025", "--seed", "1" * 30), "--seed"),
        (("run", "dushanbe-2025", "--worlds", "999999999"), "GiB"),
        (("show", "nowhere/at-all.yaml"), "no such file"),
        (("check", "."), "a folder"),
        (("schema", "--out", "nowhere/at/all.json"), "--out"),
        (("source", "claim:war-starin"), "did you mean claim:war-strain?"),
        (("source", "war-strain"), "did you mean claim:war-strain?"),
        (("explain", "dushanbe-2025", "--from", "2040-01"), "--from: found '2040-01'"),
        (("explain", "dushanbe-2025", "--from", "2026-02", "--to", "2026-01"), "--to: found 2026-01"),
        (("explain", "dushanbe-2025", "--republic", "KZA"), "--republic: found 'KZA'"),
        (("blocs", "dushanbe-2025", "--worlds", "2", "--month", "2040-01"), "--month: found '2040-01'"),
        (("run", "dushanbe-2025", "--doubt", "powers.RUS.budget=10 %:60 %"), "per cent is for shares only"),
        (
            ("compare", "dushanbe-2025", "south-caucasus-2025", "--set", "republics.KAZ.autonomy=0.4"),
            "--set in south-caucasus-2025: republics.KAZ.autonomy",
        ),
    ],
)
def test_mistakes_get_a_hint_and_exit_code_2(words: tuple[str, ...], hint: str) -> None:
    answer = call(*words)
    assert answer.exit_code == 2
    assert hint in answer.stderr
    assert all(re.fullmatch(r"(\S.*: )?found .+, expected .+", line) for line in answer.stderr.splitlines())
    assert not answer.stdout
    assert "Traceback" not in answer.stderr


# -- list, show, check, schema -----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_list_names_every_shipped_scenario() -> None:
    answer = call("list")
    assert answer.exit_code == 0
    for name in sim.shipped():
        assert re.search(rf"^ ?{name} .*\b{sim.load(name).months}\b", answer.stdout, re.MULTILINE)


@pytest.mark.parametrize("name", sim.shipped())
def test_show(name: str) -> None:
    answer = call("show", name)
    scenario = sim.load(name)
    assert answer.exit_code == 0
    assert answer.stdout.startswith(scenario.title)
    assert all(spec.name in answer.stdout for spec in (*scenario.powers.values(), *scenario.republics.values()))
    assert all(event in answer.stdout for event in scenario.events)
    assert max(map(len, answer.stdout.splitlines())) <= 80


@pytest.mark.slow
def test_show_with_sources_lists_every_value() -> None:
    answer = call("show", "dushanbe-2025", "--sources")
    text = answer.stdout
    scenario = sim.load("dushanbe-2025")
    keys = [path.split(".") for path in scenario.numeric_paths()]
    heads = {".".join(key[: 1 if key[0] == "rules" else 2]) for key in keys}
    assert [head for head in heads if f"\n{head}.\n" not in text] == []
    assert re.search(r"^strain +40 % +25 % to 60 % +share", text, re.MULTILINE)
    assert re.search(r"^interest\.security +35 % +26\.25 % ", text, re.MULTILINE)  # the usual range of a share
    assert "*: states no range of its own" in text
    assert max(map(len, text.splitlines())) <= 80


def test_show_for_programs() -> None:
    scenario = sim.load("dushanbe-2025")
    answer = call("show", "dushanbe-2025", "--sources", "--format", "csv")
    rows = {row["path"]: row for row in csv.DictReader(io.StringIO(answer.stdout))}
    assert list(rows) == scenario.numeric_paths()
    for path, row in rows.items():
        span = scenario.doubts.get(path)
        assert (row["low"], row["high"]) == (("", "") if span is None else (str(span.low), str(span.high))), path
        assert row["range"] == ("none" if span is None else span.origin)
        assert row["sources"].split() == list(scenario.source_of(path))
    told = json.loads(call("show", "dushanbe-2025", "--format", "json").stdout)
    assert told["hash"] == scenario.hash
    assert {"path": "powers.RUS.strain", "value": 0.4}.items() <= next(
        one for one in told["numbers"] if one["path"] == "powers.RUS.strain"
    ).items()


@pytest.mark.slow
def test_list_and_check_for_programs(tmp_path: Path) -> None:
    listed = json.loads(call("list", "--format", "json").stdout)["scenarios"]
    assert [one["name"] for one in listed] == list(sim.shipped())
    assert len(list(csv.DictReader(io.StringIO(call("list", "--format", "csv").stdout)))) == len(listed)
    bad = write(tmp_path, "bad.yaml", "title: Bad\nextends: dushanbe-2025\npowers: {RUS: {strian: 0}}\n")
    answer = call("check", "dushanbe-2025", bad, "--format", "json")
    assert (answer.exit_code, answer.stderr) == (2, "")
    good, wrong = json.loads(answer.stdout)["files"]
    assert (good["file"], good["ok"]) == ("dushanbe-2025", True)
    assert (wrong["file"], wrong["ok"], wrong["line"], wrong["nearest"]) == (bad, False, 3, "strain")
    rows = list(csv.DictReader(io.StringIO(call("check", "dushanbe-2025", bad, "--format", "csv").stdout)))
    assert [row["ok"] for row in rows] == ["True", "False"]


@pytest.mark.slow
@pytest.mark.parametrize("reference", ["claim:war-strain", "data:trade", "lit:hirschman-1945"])
def test_the_text_behind_a_source_and_what_rests_on_it(reference: str) -> None:
    answer = call("source", reference)
    assert answer.exit_code == 0, answer.output
    assert max(map(len, answer.stdout.splitlines())) <= 80
    told = json.loads(call("source", reference, "--format", "json").stdout)
    record = records(reference.partition(":")[0])[reference.partition(":")[2]]
    text = str(record["text" if "text" in record else "title"])
    assert text in " ".join(answer.stdout.split())
    assert told["text" if "text" in record else "title"] == text
    story = sim.load("dushanbe-2025")
    here = {path for path in story.values if reference in story.source_of(path)}
    assert here <= {one["path"] for one in told["numbers"]}
    rows = list(csv.DictReader(io.StringIO(call("source", reference, "--format", "csv").stdout)))
    assert [row["path"] for row in rows] == [one["path"] for one in told["numbers"]]


def test_check_reports_all_errors_of_all_files(tmp_path: Path) -> None:
    good = write(tmp_path, "good.yaml", "title: Good\nextends: dushanbe-2025\n")
    bad = write(tmp_path, "bad.yaml", "title: Bad\nextends: dushanbe-2025\npowers: {RUS: {strain: 7, strian: 0}}\n")
    worse = write(tmp_path, "worse.yaml", "")
    answer = call("check", bad, good, worse, "war-drags-on")
    assert answer.exit_code == 2
    assert f"{good}: ok (Good)" in answer.stdout
    assert "war-drags-on: ok" in answer.stdout
    assert len(re.findall(rf"^{re.escape(bad)}:3:\d+: ", answer.stderr, re.MULTILINE)) == 2
    assert worse in answer.stderr
    assert call("check", good).exit_code == 0


def test_check_and_show_say_which_events_a_shorter_run_leaves_out(tmp_path: Path) -> None:
    file = write(tmp_path, "short.yaml", "extends: dushanbe-2025\nmonths: 12\n")
    done = call("check", str(file))
    assert done.exit_code == 0
    assert "left out, beyond its 12 months: china-summit-2027, eu-summit-2027, russia-summit-2027" in done.stdout
    assert "Left out, beyond its 12 months: china-summit-2027," in call("show", str(file)).stdout
    assert "left out" not in call("check", "dushanbe-2025").stdout


def test_check_and_show_remark_what_may_surprise(tmp_path: Path) -> None:
    text = "extends: dushanbe-2025\nevents:\n"
    text += "  talks: {kind: other, chance: 0.1, on: 0}\n  peace: {kind: other, chance: 0.1, if: talks}\n"
    text += "  turn: {kind: other, date: 2026-01, changes: {powers.RUS.interest.trade: 0.1, powers.CHN.rivalry: 0.1}}\n"
    file = write(tmp_path, "remarks.yaml", text)
    remarks = [
        "peace never happens, as it waits for talks, which is switched off",
        "turn changes powers.RUS.interest in trade; as they must sum to 1, all of powers.RUS.interest are scaled",
    ]
    (checked,) = json.loads(call("check", file, "--format", "json").stdout)["files"]
    told = [f"{file}: {remark}" for remark in checked["remarks"]]
    assert call("check", file).stdout.splitlines()[1:] == told
    assert all(line.startswith(f"{file}: {remark}") for line, remark in zip(told, remarks, strict=True))
    page = " ".join(call("show", file).stdout.split())
    assert all(remark[1:] in page for remark in remarks)


def test_a_scenario_cannot_steer_the_terminal(tmp_path: Path) -> None:
    text = r'title: "a\e[31mb"' + "\nextends: dushanbe-2025\n" + r'about: "c\e[2Jd"' + "\n"
    text += r'republics: {KAZ: {name: "K\e[1m"}}' + "\n" + r'events: {truce: {about: "t\e[5m"}}' + "\n"
    file = write(tmp_path, "esc.yaml", text)
    for words in (("show", file), ("check", file), ("run", file, *SMALL)):
        answer = call(*words)
        assert "\x1b" not in answer.output
        assert answer.exit_code in (0, 2)


def test_schema(tmp_path: Path) -> None:
    file = tmp_path / "schema.json"
    answer = call("schema", "--out", str(file))
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert call("schema").stdout == file.read_text(encoding="utf-8")
    assert file.read_bytes() == (ROOT / "scenarios" / "schema.json").read_bytes()  # what make schema is for
    assert json.loads(file.read_text(encoding="utf-8"))["properties"]["powers"]


# -- run ---------------------------------------------------------------------------------------------------------------


def test_run_prints_a_page() -> None:
    answer = call("run", "dushanbe-2025", *SMALL)
    assert answer.exit_code == 0, answer.output
    for part in (
        "Dushanbe 2025",
        "Alignment, in % of a republic's engagement; day one is in October 2025",
        "Oct 2026  Oct 2026  Oct 2026          lower",
        "one      10 %    median      90 %  change     in",
        "Turkmenistan",
        "Leading power",
        "deferential",
        "typical world",
        "more entries",
        "Seed 0, 8 worlds",
        sim.load("dushanbe-2025").with_months(13).hash,
    ):
        assert part in answer.stdout, part
    assert max(map(len, answer.stdout.splitlines())) <= 80
    assert "\x1b" not in answer.output
    assert "Running dushanbe-2025: 8 worlds of 13 months" in answer.stderr


@pytest.mark.slow
def test_what_sets_worlds_apart_is_the_same_on_the_page_and_for_a_program() -> None:
    asked = ("run", "dushanbe-2025", "--worlds", "40", "--months", "6", "--quiet")
    page = " ".join(call(*asked).stdout.split())
    found = json.loads(call(*asked, "--format", "json").stdout)["doubt"]
    assert all(sentence in page for sentence in found["sentences"])
    told = [int(number) for number in re.findall(r"(\d+) %", found["sentences"][0].partition(";")[0])]
    assert sum(told) == 100
    assert len(found["parts"]) == 15
    assert "takes 40 worlds or more" in " ".join(call("run", "dushanbe-2025", *SMALL).stdout.split())


def test_run_as_json() -> None:
    answer = call("run", "crowded-steppe", *SMALL, "--format", "json", "--seed", "3", "--quiet")
    assert answer.exit_code == 0
    assert answer.stderr == ""
    found = json.loads(answer.stdout)
    assert set(found) == {"headline", "summary", "leaders", "stances", "doubt", "manifest"}
    assert found["doubt"] is None, "eight worlds are too few to tell chance from doubt"
    assert len(found["summary"]) == 5 * len(sim.load("crowded-steppe").powers)
    assert len(found["leaders"]) == 5
    manifest = found["manifest"]
    assert (manifest["seed"], manifest["worlds"], manifest["months"]) == (3, 8, 13)
    assert manifest["scenario_hash"] == sim.load("crowded-steppe").with_months(13).hash


def test_run_as_csv_says_what_python_says() -> None:
    answer = call(
        "run", "dushanbe-2025", *SMALL, "--format", "csv", "--set", "powers.RUS.strain=0.9", "--doubt", "none"
    )
    rows = list(csv.DictReader(io.StringIO(answer.stdout)))
    result = sim.run(sim.load("dushanbe-2025", set={"powers.RUS.strain": 0.9}), worlds=8, months=13)
    expected = result.summary()
    assert [row["power"] for row in rows] == expected["power"].tolist()
    assert [float(row["median"]) for row in rows] == expected["median"].tolist()


@pytest.mark.slow
def test_run_writes_a_result_and_writes_it_again(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "result"
    for seed, force in (("0", ()), ("0", ()), ("1", ("--force",))):  # the same again needs no force
        answer = call("run", "dushanbe-2025", *SMALL, "--out", str(out), "--seed", seed, *force)
        assert answer.exit_code == 0, answer.output
        assert str(out) in answer.stderr.replace("\n", "")
        assert re.search(r"will take about \d+ MB", answer.stderr)
    assert sim.Result.load(out).seed == 1
    assert json.loads((out / "manifest.json").read_text(encoding="utf-8"))["command"].startswith("sim")
    assert list(out.glob("*.png"))
    assert list(out.glob("*.svg"))


def test_run_refuses_a_folder_that_is_not_its_own(tmp_path: Path) -> None:
    write(tmp_path, "thesis.txt", "do not overwrite")
    for out in (tmp_path, tmp_path / "thesis.txt", tmp_path / "thesis.txt" / "below", Path("x" * 300)):
        answer = call("run", "dushanbe-2025", *SMALL, "--out", str(out))
        assert answer.exit_code == 2
        assert "--out" in answer.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.slow
def test_run_refuses_to_overwrite_another_run_or_another_commands_folder(tmp_path: Path) -> None:
    sim.run("dushanbe-2025", worlds=2, months=6).save(tmp_path / "run", figures=False)
    before = (tmp_path / "run" / "manifest.json").read_bytes()
    answer = call("run", "dushanbe-2025", *SMALL, "--out", str(tmp_path / "run"))
    assert answer.exit_code == 2
    assert "another run (dushanbe-2025, 2 worlds" in answer.stderr
    assert (tmp_path / "run" / "manifest.json").read_bytes() == before
    (tmp_path / "other").mkdir()
    write(tmp_path / "other", "manifest.json", '{"kind": "comparison"}')
    answer = call("run", "dushanbe-2025", *SMALL, "--out", str(tmp_path / "other"), "--force")
    assert answer.exit_code == 2
    assert "a comparison, no run" in answer.stderr


@pytest.mark.slow
def test_a_long_run_is_remarked_once_and_not_when_quiet() -> None:
    words = ("compare", "dushanbe-2025", "war-drags-on", "--worlds", "1", "--format", "csv", "--doubt", "none")
    answer = call(*words, "--months", "121")
    assert answer.exit_code == 0, answer.output
    assert answer.stderr.count("judged for about five years") == 1
    assert call(*words, "--months", "120").stderr == ""
    assert call(*words, "--months", "121", "--quiet").stderr == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        ("run", "dushanbe-2025"),
        ("explain", "dushanbe-2025"),
        ("explain", "dushanbe-2025", "--republic", "TJK", "--power", "RUS"),
        ("explain", "dushanbe-2025", "--event", "truce"),
        ("explain", "dushanbe-2025", "--event", "dushanbe-summit"),
        ("compare", "dushanbe-2025", "war-drags-on", "moscow-reasserts"),
        ("blocs", "dushanbe-2025"),
    ],
)
def test_one_world_is_no_probability(words: tuple[str, ...], tmp_path: Path) -> None:
    length = () if words[0] == "blocs" else ("--months", "8")
    answer = call(*words, "--worlds", "1", *length, "--out", str(tmp_path / "out"))
    assert answer.exit_code == 0, answer.output
    text = " ".join(answer.output.partition("How a state of the model is read")[0].split())
    pictures = [file.read_text(encoding="utf-8") for file in (tmp_path / "out").glob("*.svg")]
    assert pictures
    for said in (text, *pictures):
        assert not re.search("(of|in all) (the )?worlds", said)
        assert "standard error" not in said
        assert not any(f">{part} %<" in said for part in (0, 100))
    assert "100 %" not in text.partition("What happened")[0].partition("speak up")[0].partition("Beside alignment")[0]
    assert "1 world," in answer.output


def test_an_event_that_comes_in_no_world_is_told_with_its_chance_and_without_a_table() -> None:
    answer = call("explain", "dushanbe-2025", "--event", "truce", "--worlds", "20", "--months", "3", "--doubt", "none")
    assert answer.exit_code == 0
    page = " ".join(answer.stdout.split())
    said = (
        "It comes in none of the 20 worlds, so that it changes nothing. The scenario says: 1 % a month from 2025-12 to"
    )
    assert said in page
    assert "Difference it makes" not in page
    effect = explain_event("dushanbe-2025", "truce", 20, 3)
    assert said in effect.headline()
    assert effect.headline() in page


@pytest.mark.slow
def test_a_comparison_says_of_each_side_how_much_is_in_doubt() -> None:
    page = call("compare", "dushanbe-2025", "war-drags-on", *SMALL).stdout
    asks = [
        sim.Ask.of(name, months=13, doubt=True, posterior="dushanbe-2025") for name in ("dushanbe-2025", "war-drags-on")
    ]
    counts = [len({path.removeprefix("rest.") for path in ask.doubts}) for ask in asks]
    assert counts[0] != counts[1]
    for ask, count in zip(asks, counts, strict=True):
        said = f"{ask.scenario.name}: with posterior dushanbe-2025 (500 draws), {count} numbers in doubt"
        assert said in page.splitlines()


@pytest.mark.slow
def test_day_one_is_called_so_by_pages_and_dated_by_the_month_before_in_tables(tmp_path: Path) -> None:
    out = tmp_path / "run"
    for words in (
        ("run", "dushanbe-2025", *SMALL, "--out", str(out)),
        ("blocs", "dushanbe-2025", "--worlds", "2", "--month", "day one"),
        ("blocs", "dushanbe-2025", "--worlds", "2", "--month", "2025-09"),
        ("explain", "dushanbe-2025", *SMALL, "--republic", "TJK", "--power", "RUS"),
    ):
        page = call(*words).stdout
        assert page, words
        assert not re.search("September 2025|2025-09", page), words
        assert words[0] == "run" or "on day one" in " ".join(page.split())
    for figure in out.glob("*.svg"):
        assert not re.search("September 2025|Sep 2025|2025-09", figure.read_text(encoding="utf-8")), figure.name
    for name in ("alignment", "grievance", "deals"):
        rows = list(csv.DictReader(io.StringIO((out / f"{name}.csv").read_text(encoding="utf-8"))))
        assert {row["month"] for row in rows if row["date"] == "2025-09"} == {"0"}
        assert {row["date"] for row in rows if row["month"] == "0"} == {"2025-09"}
    ledger = list(csv.DictReader(io.StringIO((out / "ledger.csv").read_text(encoding="utf-8"))))
    assert min(row["date"] for row in ledger) == "2025-10"


# -- shell completion --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("begun", "expected"),
    [
        ("sim run dush", "dushanbe-2025"),
        ("sim compare dushanbe-2025 war", "war-drags-on"),
        ("sim compare dushanbe-2025 war-drags-on --sector ener", "energy"),
        ("sim run dushanbe-2025 --set powers.RUS.strategy=coer", "powers.RUS.strategy=coercer"),
        ("sim explain dushanbe-2025 --repu", "--republic"),
        ("sim view war", "war-drags-on"),
        ("sim --he", "--help"),
    ],
)
def test_the_shell_completes(begun: str, expected: str) -> None:
    words = {"COMP_WORDS": begun, "COMP_CWORD": str(len(begun.split()) - 1), "_SIM_COMPLETE": "complete_bash"}
    assert expected in CliRunner().invoke(app, [], prog_name="sim", env=words).output.split()


def test_run_refuses_a_folder_it_may_not_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # root, who runs many a CI, may write anywhere
    answer = call("run", "dushanbe-2025", *SMALL, "--out", str(tmp_path / "result"))
    assert answer.exit_code == 2
    assert "permission" in answer.stderr


def test_ledger_excerpt_gives_every_kind_its_room() -> None:
    ledger = sim.run("dushanbe-2025", worlds=4, months=40).ledger()
    chosen = most_telling(ledger, 20)
    assert len(chosen) == 20
    assert chosen.index.is_monotonic_increasing
    assert {"event", "grievance", "project", "stance"} <= set(chosen["kind"])
    assert len(most_telling(ledger.head(5), 20)) == 5
    assert len(most_telling(ledger.head(0), 20)) == 0


# -- the real program --------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_machine_formats_keep_stdout_clean() -> None:
    with start("run", "dushanbe-2025", *SMALL, "--format", "json") as program:
        out, err = program.communicate(timeout=120)
    assert program.returncode == 0
    assert json.loads(out)["manifest"]["command"] == f"sim run dushanbe-2025 {' '.join(SMALL)} --format json"
    assert err == "Running dushanbe-2025: 8 worlds of 13 months, seed 0\n"


@pytest.mark.slow
def test_bad_scenario_ends_with_2_and_no_traceback(tmp_path: Path) -> None:
    bad = write(tmp_path, "bad.yaml", "title: [unclosed\n")
    with start("run", bad) as program:
        out, err = program.communicate(timeout=120)
    assert (program.returncode, out) == (2, "")
    assert err.startswith(f"{bad}:")
    assert "Traceback" not in err


@pytest.mark.slow
def test_a_reader_that_leaves_is_no_error() -> None:
    with start("show", "dushanbe-2025", "--sources") as program:
        assert program.stdout is not None
        assert program.stderr is not None
        program.stdout.readline()
        program.stdout.close()
        err = program.stderr.read()
        assert program.wait(timeout=120) == 0
    assert err == ""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_keeps_the_worlds_that_are_finished(tmp_path: Path) -> None:
    out = tmp_path / "stopped"
    with start("run", "dushanbe-2025", "--worlds", "20000", "--out", str(out), start_new_session=True) as program:
        assert program.stderr is not None
        assert program.stderr.readline().startswith("Running")
        time.sleep(4.0)
        program.send_signal(signal.SIGINT)
        page, err = program.communicate(timeout=120)
    assert program.returncode == 130, err
    assert "Traceback" not in err
    if out.exists():  # on a machine too slow to finish a batch there is nothing to keep
        assert "Stopped early" in page
        assert 0 < sim.Result.load(out).worlds < 20000
    else:
        assert err.endswith("Stopped before anything was finished.\n")


def test_ctrl_c_before_the_first_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.runs.run import Interrupted

    def stopped(*_: object, **__: object) -> None:
        raise Interrupted(None)

    monkeypatch.setattr(sim, "run", stopped)
    answer = call("run", "dushanbe-2025", "--quiet")
    assert (answer.exit_code, answer.stdout, answer.stderr) == (130, "", "Stopped before anything was finished.\n")


def test_out_of_memory_and_full_disk_are_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    for problem in (MemoryError("9 TiB"), OSError(28, "No space left on device", "somewhere")):

        def fail(*_: object, problem: Exception = problem, **__: object) -> None:
            raise problem

        monkeypatch.setattr(sim, "run", fail)
        answer = call("run", "dushanbe-2025", "--quiet")
        assert answer.exit_code == 2
        assert len(answer.stderr.splitlines()) == 1


def test_progress_is_for_terminals_only(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(hidden=False) as progress:
        progress.update(5, 10)
    assert capsys.readouterr().err == ""


def test_progress_on_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    with Progress(hidden=False) as progress:
        progress.update(4, 10)
        progress.update(5, 10)
    shown = capsys.readouterr().err
    plain = re.sub(r"\x1b\[[\d;?]*\w", "", shown)
    assert "5/10" in plain
    assert "a second" in plain
    assert re.search(r"\d:\d\d:\d\d", plain), "no time left"
    assert not re.search(r"\x1b\[(?:\d+;)*(?:3|4|9|10)[0-7]\b", shown), "colour in spite of NO_COLOR"
