"""The notebooks: every one runs from top to bottom without a warning and says today what its kept outputs say."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

import sim
from tools import notebooks

NAMES = notebooks.names()
NUMBER = re.compile(r"[-−]?\d[\d,]*(?:\.\d+)?(?:e[-+]\d+)?")


def kept(name: str) -> Any:
    return nbformat.read(notebooks.FOLDER / f"{name}.ipynb", as_version=4)


def said(book: Any) -> list[str]:
    """Texts that a notebook shows, cell by cell; of a picture only that there is one."""
    texts = []
    for cell in book.cells:
        for output in cell.get("outputs", ()):
            assert output.output_type != "error"
            data = output.get("data", {})
            texts.append(output.get("text") or data.get("text/plain") or f"a picture ({', '.join(data)})")
    return texts


def numbers(text: str) -> list[tuple[float, float]]:
    """Numbers in a text, each with the size of its last digit (what tiny differences in rounding may change)."""
    found = []
    for match in NUMBER.findall(text):
        plain = match.replace(",", "").replace("−", "-")
        digits, _, power = plain.partition("e")
        last = 10.0 ** (int(power or 0) - len(digits.partition(".")[2]))
        found.append((float(plain), max(last, 1e-6)))
    return found


def test_all_six_are_there() -> None:
    assert [name[:2] for name in NAMES] == ["01", "02", "03", "04", "05", "06"]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_runs_clean_and_says_what_it_kept(name: str, tmp_path: Path) -> None:
    """An error, a warning or a word on stderr fails; so do outputs that the model no longer gives."""
    now, then = said(notebooks.executed(name, tmp_path)), said(kept(name))
    again = "; run make notebooks, look at what changed, and commit it"
    assert len(now) == len(then), f"{name}.ipynb is not of its text{again}"
    for made, stored in zip(now, then, strict=True):
        # blanks and rules of a table follow the widths of its numbers
        shape = [" ".join(NUMBER.sub("#", text).replace("\\", " ").split()) for text in (made, stored)]
        assert shape[0] == shape[1], f"{name}.ipynb is out of date{again}"
        for (a, last), (b, _) in zip(numbers(made), numbers(stored), strict=True):
            assert abs(a - b) <= 1.001 * last, f"{name}.ipynb is out of date: {b} is {a} now{again}"


@pytest.mark.parametrize("name", NAMES)
def test_text_and_notebook_are_in_step(name: str) -> None:
    text, book = notebooks.written(name), kept(name)
    assert [(cell.cell_type, cell.source, cell.id) for cell in text.cells] == [
        (cell.cell_type, cell.source, cell.id) for cell in book.cells
    ]
    assert book.metadata == text.metadata


@pytest.mark.parametrize("name", NAMES)
def test_kept_outputs_are_plain(name: str) -> None:
    """Nothing volatile is kept, so that a diff shows what a reader would see; the file is small enough to be shown."""
    book = kept(name)
    assert said(book)
    for cell in book.cells:
        assert cell.metadata == {}
        assert cell.get("execution_count") is None
        for output in cell.get("outputs", ()):
            assert output.get("metadata", {}) == {}
            assert output.get("execution_count") is None
            assert "<style" not in output.get("data", {}).get("text/html", "")
    assert (notebooks.FOLDER / f"{name}.ipynb").stat().st_size < 500_000


@pytest.mark.parametrize("name", NAMES)
def test_begins_with_what_one_learns_and_how_long_it_takes(name: str) -> None:
    first = kept(name).cells[0]
    assert first.cell_type == "markdown"
    assert first.source.startswith(f"# {int(name[:2])} · ")
    assert "**What you learn:**" in first.source
    assert re.search(r"\*\*How long it takes:\*\*[^*]*(second|minute)", first.source)


@pytest.mark.parametrize("name", NAMES)
def test_uses_the_public_names_only(name: str) -> None:
    tree = ast.parse((notebooks.FOLDER / f"{name}.py").read_text(encoding="utf-8"))
    modules = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    modules += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert "sim" in modules
    assert not [module for module in modules if module.startswith("sim.")]
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "sim"
    }
    assert used <= set(sim.__all__)


@pytest.mark.slow
def test_a_warning_in_a_notebook_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check itself, on a notebook that warns and on one that writes to stderr."""
    monkeypatch.setattr(notebooks, "FOLDER", tmp_path)
    (tmp_path / "warns.py").write_text("# %%\nimport warnings\nwarnings.warn('careful')\n", encoding="utf-8")
    with pytest.raises(Exception, match="careful"):
        notebooks.executed("warns", tmp_path)
    (tmp_path / "mutters.py").write_text("# %%\nimport sys\nprint('hm', file=sys.stderr)\n", encoding="utf-8")
    with pytest.raises(RuntimeError, match="hm"):
        notebooks.executed("mutters", tmp_path)
