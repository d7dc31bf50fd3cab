"""The walk from a number in YAML to a picture, as the architecture tells it, is the way that a run takes."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import sim
from sim.scenario import locate

ROOT = Path(__file__).parents[2]
STOP = re.compile(r"^\| `([\w.]+)` \| `(sim/[\w/]+\.py)` \|", re.MULTILINE)


def calls_of(action: Any) -> list[tuple[str, str]]:
    """Every call of a function of sim while something is done: name and file, in order."""
    seen: list[tuple[str, str]] = []
    here = f"{ROOT}/"

    def note(frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(f"{here}sim/"):
            seen.append((code.co_qualname, code.co_filename.removeprefix(here)))

    sys.setprofile(note)
    try:
        action()
    finally:
        sys.setprofile(None)
    return seen


@pytest.mark.slow
def test_a_number_takes_the_way_that_is_told() -> None:
    told = STOP.findall((ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"))
    assert len(told) == 12

    def from_yaml_to_picture() -> None:
        sim.run("dushanbe-2025", worlds=2, months=2).plot.alignment_fans()

    locate._content.cache_clear()  # what other tests have read
    calls = iter(calls_of(from_yaml_to_picture))
    missed = [stop for stop in told if stop not in calls]  # each is looked for after the one before
    assert not missed


def test_the_number_is_the_scenarios() -> None:
    scenario = sim.load("dushanbe-2025")
    assert "strain: {value: 0.4," in (ROOT / "scenarios" / "dushanbe-2025.yaml").read_text(encoding="utf-8")
    assert scenario.powers["RUS"].strain == scenario.values["powers.RUS.strain"] == 0.4
    assert scenario.source_of("powers.RUS.strain") == ("claim:war-strain",)
