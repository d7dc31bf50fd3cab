"""The house rules that no tool checks: floors, a light import, clean rules, no machine's paths, a complete wheel."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "sim"

FLOORS = ("scenario", "world", "runs", "sweeps", "reading", "evidence", "figures", "view", "cli", "__main__")
"""From the ground up: a floor may import itself and what is below it."""

HEAVY = ("matplotlib", "mesa", "numpy", "pandas", "pyarrow", "pydantic", "rich", "scipy", "solara", "typer", "yaml")


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "_shipped" not in path.parts)


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of everything a module imports, inside functions too; ``from a import b`` gives ``a.b``."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def floor(name: str) -> int | None:
    """Number of the floor that a dotted name of sim lives on; None for sim itself and for what is not sim's."""
    parts = name.split(".")
    return FLOORS.index(parts[1]) if parts[0] == "sim" and len(parts) > 1 and parts[1] in FLOORS else None


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def test_every_module_lives_on_a_floor() -> None:
    strays = [str(path) for path in modules() if floor(dotted(path)) is None and path.name != "__init__.py"]
    assert not strays


def test_imports_point_down_only() -> None:
    """The roof, ``sim/__init__``, may name every floor, as long as it is lazy; nobody below the commands needs it."""
    wrong = []
    for path in modules():
        here = floor(dotted(path))
        if here is None:
            continue
        for line, name in imports(path):
            there = floor(name)
            if there is not None and there > here:
                wrong.append(f"{path.relative_to(ROOT)}:{line}: {FLOORS[here]} imports {name} from above")
    assert not wrong, "\n".join(wrong)


def test_rules_are_arrays_in_and_arrays_out() -> None:
    rules = [path for path in modules() if path.parent == PACKAGE / "world" / "rules"]
    assert rules
    used = {(path.name, name) for path in rules for _, name in imports(path)}
    assert not {(path, name) for path, name in used if name.split(".")[0] in {"mesa", "pandas", "yaml", "pydantic"}}


def test_import_is_light() -> None:
    """``import sim`` loads nothing heavy; asking for a name loads what it needs."""
    program = "import sys, sim, json; dir(sim); print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    answer = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=ROOT)
    assert not set(HEAVY) & set(json.loads(answer.stdout))


def test_public_names() -> None:
    import sim

    assert set(sim.__all__) == {*sim._HOMES, "__version__"}
    assert set(sim.__all__) <= set(dir(sim))
    for name in sim.__all__:
        assert getattr(sim, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = sim.nonsense


def tracked() -> list[Path]:
    """Files in git; outside a checkout (an unpacked sdist), nothing is tracked."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def test_no_file_names_a_machine() -> None:
    """Paths of the machine where a file was written mean nothing on another."""
    places = "work|root|tmp|home/[a-z]+|opt|Users/[A-Za-z]+"
    machine = re.compile(rf"(?<![\w./:<-])/(?:{places})(?:/|\b)" + r"|\.\./" + r"shared\b|\.lib" + r"rary\b")
    found = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [
            f"{path.relative_to(ROOT)}:{i}: {line.strip()[:100]}"
            for i, line in enumerate(text.splitlines(), 1)
            if machine.search(line)
        ]
    assert not found, "\n".join(found)


def test_version_is_said_once() -> None:
    import sim

    said = [
        path
        for path in (PACKAGE / "__init__.py", ROOT / "pyproject.toml")
        if re.search(rf'"{re.escape(sim.__version__)}"', path.read_text(encoding="utf-8"))
    ]
    assert said == [PACKAGE / "__init__.py"]
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"\n## {sim.__version__}" in changes


@pytest.mark.slow
def test_wheel_carries_scenarios_and_seeds(tmp_path: Path) -> None:
    """Built without an index: the build tool is among the developers' tools."""
    assert importlib.util.find_spec("hatchling"), "install the extra dev"
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    for kind in ("scenarios", "seeds"):
        files = {
            f"sim/_shipped/{kind}/{path.relative_to(ROOT / kind).as_posix()}"
            for path in (ROOT / kind).rglob("*")
            if path.suffix in {".yaml", ".json", ".csv"}
        }
        assert files
        assert files <= inside
    assert "sim/py.typed" in inside
    assert not {name for name in inside if name.startswith("tests/")}
