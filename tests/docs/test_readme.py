"""The README does what it says: its commands run, its excerpt is what is printed, its pictures and files are there."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import pytest
from typer.testing import CliRunner

from sim.cli.app import app

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHORTER = {
    "run": "--worlds 20",
    "compare": "--worlds 20",
    "whatif": "--worlds 20",
    "explain": "--worlds 20",
    "blocs": "--worlds 20",
    "brief": "--worlds 20 --months 12 --doubt none --doubt powers.RUS.strain=0.2:0.6",
    "sweep": "--worlds 1",
    "packages": "--worlds 2",
    "seek": "--worlds 2 --evaluations 20",
    "calibrate": "--worlds 60 --rounds 1",
    "backtest": "--worlds 60 --rounds 1 --first 2019 --last 2019",
}
"""Added here so that the test is fast; what a command does is the same. A sample for Sobol indices gets few points."""
OPENS_A_BROWSER = {"view"}


def indented() -> list[str]:
    """Lines of the indented blocks, without their comments."""
    found = re.findall(r"^    (\S.*)$", README, re.MULTILINE)
    return [line.split("   #")[0].rstrip() for line in found]


COMMANDS = [line for line in indented() if re.match(r"sim [a-z]+( |$)", line)]


def program(words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The real program, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "sim", *shlex.split(words)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env=os.environ | {"COLUMNS": "80"},
    )


@pytest.mark.slow
def test_every_command_runs_in_the_order_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process: twenty programs would spend most of their time on imports. The excerpt below is a real one's."""
    assert len(COMMANDS) >= 18
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my-scenario.yaml").write_text("title: Mine\nextends: dushanbe-2025\n", encoding="utf-8")
    for block in re.findall(r"```yaml\n(.*?)```", README, re.DOTALL):
        name = re.match(r"# (\S+\.yaml)\n", block)
        assert name, "the first line of a YAML block names its file"
        (tmp_path / name[1]).write_text(block, encoding="utf-8")
    for command in COMMANDS:
        _, name, *words = shlex.split(command)
        words = ["--help"] if name in OPENS_A_BROWSER else words + SHORTER.get(name, "").split()
        words += ["--points", "8"] if "saltelli" in words else []
        done = CliRunner().invoke(app, [name, *words], prog_name="sim")
        assert done.exit_code == 0, f"{command}\n{done.output}{done.exception}"
        assert done.stdout.strip(), command


@pytest.mark.slow
def test_the_excerpt_is_what_is_printed(tmp_path: Path) -> None:
    shown = README.split("An excerpt", 1)[1].split("![", 1)[0]
    lines = [line.strip() for line in re.findall(r"^    (.*)$", shown, re.MULTILINE)]
    lines = [line for line in lines if line and line != "..."]
    assert len(lines) > 30
    printed = {line.strip() for line in program("run dushanbe-2025", tmp_path).stdout.splitlines()}
    assert [line for line in lines if line not in printed] == []


@pytest.mark.slow
def test_the_lines_of_python_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    mpl.use("agg")
    blocks = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, "README.md", "exec"), {})
    assert "Russia" in capsys.readouterr().out


def test_make_knows_the_targets_named() -> None:
    named = set(re.findall(r"`make ([a-z-]+)`", README)) | {
        line.split()[1] for line in indented() if line.startswith("make ")
    }
    assert {"run", "test"} <= named
    rules = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert named <= rules


def test_pictures_and_files_named_are_there() -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", README)
    assert any(target.endswith(".png") for target in targets)
    named = targets + [
        name
        for name in re.findall(r"`([\w./-]+/|[\w./-]+\.(?:md|json|yaml|txt|toml))`", README)
        if "/" in name or name.isupper()
    ]
    assert [name for name in named if not name.startswith("results/") and not (ROOT / name).exists()] == []
