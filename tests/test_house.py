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
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "sim"

FLOORS = (
    *("lazy", "scenario", "world", "runs", "sweeps", "reading", "decisions", "evidence", "figures", "view", "cli"),
    "__main__",
)
"""From the ground up: a floor may import itself and what is below it."""

ROOF = "sim"
"""``sim/__init__.py``, above all floors. Commands use it as any program does; nobody else does."""

HEAVY = ("matplotlib", "mesa", "numpy", "pandas", "pyarrow", "pydantic", "rich", "scipy", "solara", "typer", "yaml")


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "_shipped" not in path.parts)


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


KNOWN = {dotted(path): path for path in modules()}


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of everything a module imports; ``from a import b`` gives ``a.b``.

    Wherever it does: in functions, for type checkers only, and by ``import_module`` with a text that begins with sim.
    """
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and called(node) in ("import_module", "__import__") and node.args:
            head = node.args[0].values[0] if isinstance(node.args[0], ast.JoinedStr) else node.args[0]
            if isinstance(head, ast.Constant) and isinstance(head.value, str):
                yield node.lineno, head.value.rstrip(".")


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def home(name: str) -> str | None:
    """The module of sim that a full name lives in: the roof for ``sim`` and its names, None for what is not sim's."""
    parts = name.split(".")
    if parts[0] != ROOF:
        return None
    return next(mine for end in range(len(parts), 0, -1) if (mine := ".".join(parts[:end])) in KNOWN)


def floor(module: str) -> int:
    """Number of a module's floor; the roof's is above all."""
    return len(FLOORS) if module == ROOF else FLOORS.index(module.split(".")[1])


@cache
def arrows() -> dict[str, set[str]]:
    """The modules that each module imports."""
    return {
        module: {there for _, name in imports(path) if (there := home(name)) is not None} - {module}
        for module, path in KNOWN.items()
    }


def reached(start: str, graph: dict[str, set[str]]) -> set[str]:
    """What can be reached from a module along arrows."""
    found: set[str] = set()
    ahead = list(graph[start])
    while ahead:
        module = ahead.pop()
        if module not in found:
            found.add(module)
            ahead += graph[module]
    return found


def test_every_module_lives_on_a_floor() -> None:
    assert not [module for module in KNOWN if module != ROOF and module.split(".")[1] not in FLOORS]


@pytest.mark.slow
def test_imports_point_down_only() -> None:
    """Also those inside functions and those for type checkers only. Only commands may import the roof."""
    wrong = []
    for module, path in KNOWN.items():
        for line, name in imports(path):
            there = home(name)
            if there is None or module == ROOF or (there == ROOF and FLOORS[floor(module)] in ("cli", "__main__")):
                continue
            if floor(there) > floor(module):
                above = "the roof" if there == ROOF else f"{name} from above"
                wrong.append(f"{path.relative_to(ROOT)}:{line}: {FLOORS[floor(module)]} imports {above}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
def test_no_modules_import_each_other() -> None:
    """However many others stand between them, and on whichever floors."""
    graph = arrows()
    ahead = {module: reached(module, graph) for module in graph}
    circles = {tuple(sorted({a, *(b for b in ahead[a] if a in ahead[b])})) for a in graph if a in ahead[a]}
    assert not circles, "\n".join(" <-> ".join(circle) for circle in sorted(circles))


@pytest.mark.parametrize(
    "text",
    [
        "import sim.{}",
        "from sim.{} import x",
        "from sim import {}",
        "def f():\n    from sim.{} import x",
        "if TYPE_CHECKING:\n    from sim.{} import x",
        "import_module('sim.{}')",
        "importlib.import_module(f'sim.{}.{{name}}')",
    ],
)
def test_this_file_sees_every_import(text: str, tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text(text.format("figures"), encoding="utf-8")
    assert [home(name) for _, name in imports(tmp_path / "module.py")] == ["sim.figures"]


@pytest.mark.parametrize("text", ["import sim", "from sim import run", "import sim as house", "import_module('sim')"])
def test_this_file_sees_the_roof_imported(text: str, tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text(text, encoding="utf-8")
    assert [home(name) for _, name in imports(tmp_path / "module.py")] == [ROOF]


# -- methods carried out above -----------------------------------------------------------------------------------------


@cache
def classes() -> dict[str, tuple[str, ast.ClassDef]]:
    """Classes of sim by name, with their modules."""
    return {
        node.name: (module, node)
        for module, path in KNOWN.items()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ClassDef)
    }


def functions(body: list[ast.stmt]) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in body if isinstance(node, ast.FunctionDef)}


def asked(node: ast.AST) -> list[str]:
    """The methods whose functions are asked for below a node, by ``lazy.function`` or ``lazy.figure``."""
    return [
        ast.literal_eval(call.args[0])
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and ast.unparse(call.func) in ("lazy.function", "lazy.figure")
    ]


def signature(function: ast.FunctionDef, *, bound: bool) -> str:
    """Parameters with types and defaults, and what is returned; without the first, where that is bound."""
    text = ast.unparse(function.args)
    first = ast.unparse(function.args.args[0]) if bound else ""
    return f"({text.removeprefix(first).removeprefix(', ')}) -> {ast.unparse(function.returns or ast.Constant(None))}"


def summary(function: ast.FunctionDef) -> str:
    """The first paragraph of the docstring."""
    return (ast.get_docstring(function) or "").split("\n\n")[0]


@pytest.mark.slow
def test_every_method_carried_out_above_is_in_the_table() -> None:
    """Each asks for its own function, under its own name."""
    from sim import _METHODS

    told = [
        (f"{name}.{method}", asked(node))
        for name, (_, found) in classes().items()
        for method, node in functions(found.body).items()
        if asked(node)
    ]
    assert all(names == [method] for method, names in told)
    assert sorted(method for method, _ in told) == list(_METHODS)
    assert sum(len(asked(parsed(path))) for path in KNOWN.values()) == len(_METHODS)


@pytest.mark.slow
def test_what_carries_out_a_method_stands_above_its_class() -> None:
    """On a higher floor, or on the same one in a module that imports the class's; never the other way round."""
    from sim import _METHODS

    graph = arrows()
    for method, function in _METHODS.items():
        below, above = classes()[method.split(".")[0]][0], home(function)
        assert above is not None
        assert floor(above) > floor(below) or below in reached(above, graph), f"{function} is not above {below}"
        assert above not in reached(below, graph), f"{below} imports {above}, which it should not know"


def test_methods_say_what_their_functions_say() -> None:
    """Same parameters, types, defaults and summary, so that an editor and ``help`` tell the truth."""
    from sim import _METHODS

    for method, full in _METHODS.items():
        name, _, what = method.partition(".")
        mine = functions(classes()[name][1].body)[what]
        theirs = functions(parsed(KNOWN[home(full) or ""]).body)[full.rsplit(".", 1)[1]]
        free = [ast.unparse(mark) for mark in mine.decorator_list] == ["staticmethod"]
        assert signature(mine, bound=not free) == signature(theirs, bound=not free), method
        assert summary(mine), method
        assert summary(mine) == summary(theirs), method


@pytest.mark.slow
def test_nothing_is_hung_on_a_class_from_outside() -> None:
    known = set(classes())
    hung = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(target)}"
        for path in KNOWN.values()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id in known
    ]
    assert not hung


# -- the rest ----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_no_private_crosses_a_module() -> None:
    """Ruff sees ``module._name``, not ``from module import _name``."""
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for path in KNOWN.values()
        for line, name in imports(path)
        if home(name) and re.search(r"\._(?!_)", name)
    ]
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
    typed = {name.rpartition(".")[2]: name.rpartition(".")[0] for _, name in imports(PACKAGE / "__init__.py")}
    assert {name: typed[name] for name in sim._HOMES} == sim._HOMES  # what a type checker is told is what is loaded
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


def test_every_dependency_has_a_lower_bound_that_the_tested_version_keeps() -> None:
    """Else `make test-oldest` tries something else than what pyproject.toml says."""
    from tools.bounds import oldest

    pinned = dict(
        line.partition(";")[0].strip().lower().replace("_", "-").split("==")
        for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
        if "==" in line and '3.12"' not in line.partition("<")[2]
    )
    for bound in oldest():
        name, _, version = bound.partition("==")
        tested = pinned.get(name.lower().replace("_", "-"))
        assert tested, f"{name} is not in constraints.txt"
        assert numbers(tested) >= numbers(version), bound


def numbers(version: str) -> list[int]:
    """A version's numbers, to compare."""
    return [int(part) for part in re.findall(r"\d+", version)]


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
