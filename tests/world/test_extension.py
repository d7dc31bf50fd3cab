"""A third-party package in use: its rule, its actor class alone and in a sweep, and adding a parameter in one place."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from sim.world.rules import REJECTED

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "examples" / "steppe_club"
STORY = "dushanbe-2025"


@pytest.fixture(scope="module")
def club() -> Iterator[ModuleType]:
    """The package, on the path as an installed one would be."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(PACKAGE))
        import steppe_club

        yield steppe_club


def test_the_rule_by_hand(club: ModuleType) -> None:
    """Two fellows of solidarity 0.5 and 0.25 refuse the first power; a tenth of one refusal heard before fades."""
    from steppe_club import rules

    before = np.array([[[1.0], [1.0]]])
    refused = np.array([[[True], [False]], [[True], [False]], [[False], [False]]])
    solidarity = np.array([[[0.5], [0.25], [1.0]]])
    now = rules.heard(before, refused, solidarity, fades=0.1)
    assert now == pytest.approx(np.array([[[0.9 + 0.75], [0.9]]]))
    assert club.discouraged(np.array([[0.0], [np.e - 1.0]]), 0.5) == pytest.approx(np.array([[0.0], [-0.5]]))


@pytest.mark.slow
def test_members_refuse_more(club: ModuleType) -> None:
    usual, members = (sim.run(STORY, worlds=100, months=24, republic=cls) for cls in (sim.Republic, club.Member))
    counts = [(result.array("answer") == REJECTED).sum(axis=(0, 1, 2)) for result in (usual, members)]
    assert counts[1].mean() > counts[0].mean()
    assert (counts[1] >= counts[0]).mean() > 0.9


def test_nothing_changes_without_solidarity(club: ModuleType) -> None:
    """Where no republic minds another, a member is a republic, to the last bit."""
    story = sim.load(STORY)
    alone = story.with_values({path: 0.0 for path in story.numeric_paths() if ".solidarity." in path})
    usual, members = (sim.run(alone, worlds=3, months=12, republic=cls) for cls in (sim.Republic, club.Member))
    assert np.array_equal(usual.array("alignment"), members.array("alignment"))


def test_a_world_is_the_same_alone_and_in_company(club: ModuleType) -> None:
    one, three = (sim.run(STORY, worlds=worlds, months=12, republic=club.Member) for worlds in (1, 3))
    assert np.array_equal(one.array("alignment")[..., 0], three.array("alignment")[..., 0])


def test_one_member_among_others(club: ModuleType) -> None:
    mixed = sim.run(STORY, worlds=50, months=36, republic={"UZB": club.Member})
    usual = sim.run(STORY, worlds=50, months=36)
    first = [result.array("answer")[:2] for result in (mixed, usual)]
    assert np.array_equal(first[0][0], first[1][0])  # nobody has heard anything in the first month
    assert not np.array_equal(mixed.array("answer"), usual.array("answer"))


@pytest.mark.slow
def test_within_a_sweep(club: ModuleType, tmp_path: Path) -> None:
    """A row of a sweep with the class is the world of a run with it; the folder knows whose class it was."""
    vary = {"powers.RUS.strain": (0.2, 0.8, 2)}
    sweep = sim.sweep(STORY, tmp_path / "swept", vary=vary, worlds=3, months=12, workers=1, republic=club.Member)
    rows = sweep.table(["point", "world", "RUS.share"])
    for point, strain in enumerate((0.2, 0.8)):
        story = sim.load(STORY).with_values({"powers.RUS.strain": strain})
        run = sim.run(story, worlds=3, months=12, republic=club.Member)
        assert np.allclose(rows[rows.point == point]["RUS.share"], run.outcomes()["RUS.share"], rtol=0, atol=1e-12)
    with pytest.raises(sim.BadInput):
        sim.sweep(STORY, tmp_path / "swept", vary=vary, worlds=3, months=12, workers=1)


@pytest.mark.slow
def test_within_a_sweep_of_several_processes(club: ModuleType) -> None:
    """Workers import the package; what they find is what this process finds."""
    fields: dict[str, Any] = {
        "vary": {"powers.RUS.strain": (0.2, 0.8, 4)},
        "worlds": 100,
        "months": 6,
        "outcomes": "RUS.share",
        "republic": {"UZB": club.Member},
    }
    one, two = (sim.sweep(STORY, workers=workers, **fields) for workers in (1, 2))
    assert one.manifest["parts"] > 2
    pd.testing.assert_frame_equal(one.table(), two.table(), check_exact=True)
    usual = sim.sweep(STORY, workers=1, **fields | {"republic": sim.Republic})
    assert not one.table()["RUS.share"].equals(usual.table()["RUS.share"])


# A class of one's own stands on a base in another module, which takes a rule from a third and leaves a fourth alone.
LAND = {
    "__init__.py": "",
    "base.py": "import sim\nfrom land.rules import extra\n\nclass Base(sim.Republic):\n"
    "    def judge(self, size, sector):\n        return super().judge(size, sector) - extra()\n",
    "rules.py": "def extra():\n    return 0.1\n",
    "plots.py": "import matplotlib\n",
    "mine.py": "from . import base\n\nclass Mine(base.Base):\n    pass\n",
}
SWEEP = """
import sys
import sim
from land.mine import Mine
try:
    sim.sweep("dushanbe-2025", "swept", vary={"powers.RUS.strain": (0.2, 0.8, 2)}, worlds=3, months=2, workers=1,
              outcomes="RUS.share", republic=Mine)
except sim.BadInput as error:
    sys.exit(f"refused: {error}")
"""


def sweep_of_land(folder: Path, program: str = SWEEP) -> str:
    """Run the program in a process of its own, as on another day; what it said."""
    path = os.pathsep.join([str(folder), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-B", "-c", program],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.stderr


@pytest.mark.slow
def test_a_sweep_is_not_gone_on_with_when_what_its_class_stands_on_has_changed(tmp_path: Path) -> None:
    land = tmp_path / "land"
    land.mkdir()
    for name, text in LAND.items():
        (land / name).write_text(text, encoding="utf-8")
    assert sweep_of_land(tmp_path) == ""
    (land / "plots.py").write_text("import matplotlib\nCOLOUR = 'red'\n", encoding="utf-8")
    assert sweep_of_land(tmp_path) == ""  # nothing the class stands on
    for name, old, new in (("rules.py", "0.1", "0.2"), ("base.py", "- extra", "+ extra"), ("mine.py", "pass", "x = 1")):
        (land / name).write_text(LAND[name].replace(old, new), encoding="utf-8")
        told = sweep_of_land(tmp_path)
        assert re.search(r"refused: .*model: found a sweep with .* Mine \w{12}.*expected .* Mine \w{12}", told), told
        (land / name).write_text(LAND[name], encoding="utf-8")


SCRIPT = """
import sim

class Mine(sim.Republic):
    extra = 0.1

    def judge(self, size, sector):
        return super().judge(size, sector) - self.extra

if __name__ == "__main__":
    try:
        print(sim.sweep("dushanbe-2025", "swept", vary={"powers.RUS.strain": (0.2, 0.8, 4)}, worlds=100, months=2,
                        workers=2, outcomes="RUS.share", republic=Mine).table()["RUS.share"].sum())
    except sim.BadInput as error:
        raise SystemExit(f"refused: {error}")
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("how", "program", "change"),
    [
        ("script", "import runpy; runpy.run_path('mine.py', run_name='__main__')", ("extra = 0.1", "extra = 0.2")),
        ("notebook", "exec(compile(open('mine.py').read(), 'mine.py', 'exec'))", ("- self.extra", "+ self.extra")),
    ],
)
def test_a_class_of_a_script_or_notebook_travels_to_workers(
    how: str, program: str, change: tuple[str, str], tmp_path: Path
) -> None:
    """Both live in __main__, which workers cannot import; the rest of a script may change, the class may not."""
    for text, refused in ((SCRIPT, False), ("import math\n" + SCRIPT, False), (SCRIPT.replace(*change), True)):
        (tmp_path / "mine.py").write_text(text, encoding="utf-8")
        assert ("refused: " in sweep_of_land(tmp_path, program)) is refused, how


def test_its_project_file_names_what_is_there() -> None:
    import tomllib

    project = tomllib.loads((PACKAGE / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["dependencies"] == ["sim"]
    for package in project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]:
        assert (PACKAGE / package / "__init__.py").is_file()


ROW = """    Parameter("patience", "power", "share, 0 to 1", 0.0, 1.0, 0.5, "How long the power waits.", "assumption",
              group="first"),
"""
ASK = """
import json
import sim
from sim.scenario import json_schema
from sim.view import levers
from tools import make_reference, odd_table
story = sim.load("dushanbe-2025", set=["powers.RUS.patience=0.25"])
sliders = [item["path"] for group in levers.first(story) for item in group["items"]]
print(json.dumps({
    "value": story.get("powers.RUS.patience"), "default": story.get("powers.CHN.patience"),
    "schema": "patience" in json_schema()["$defs"]["power"]["properties"],
    "slider": "powers.RUS.patience" in sliders,
    "odd": "powers.P.patience" in odd_table.table(), "reference": "**`patience`**" in make_reference.parameter_page(),
}))
"""


@pytest.mark.slow
def test_a_parameter_is_added_in_one_place(tmp_path: Path) -> None:
    """CONTRIBUTING says so: one row of the table, and YAML, schema, sliders, ODD and reference know it."""
    for name in ("sim", "tools", "scenarios", "seeds"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "_shipped"))
    table = tmp_path / "sim" / "scenario" / "table.py"
    text = table.read_text(encoding="utf-8")
    place = re.search(r'^    Parameter\("rivalry", "power"', text, re.MULTILINE)
    assert place
    table.write_text(text[: place.start()] + ROW + text[place.start() :], encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", ASK], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert (answer.pop("value"), answer.pop("default")) == (0.25, 0.5)
    assert all(answer.values()), answer
