"""Run the notebooks and save their outputs: ``python tools/notebooks.py [NAME...]``.

A notebook is written as text, ``notebooks/NN-name.py`` in jupytext's percent format; the ``.ipynb`` beside it is
generated, with outputs, and is not edited by hand. What changes from run to run (execution counts, random cell ids,
times, versions) is left out, so a diff shows what a reader would see.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbclient import NotebookClient
from traitlets.config import Config

FOLDER = Path(__file__).parents[1] / "notebooks"
KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
}
STRICT = "import warnings\nwarnings.simplefilter('error')"
LENIENT = "warnings.simplefilter('ignore')"
"""Run before the first cell and after the last: a notebook's warning is an error, one at the kernel's exit is not."""
TIMEOUT = 600
"""Seconds that one cell may take."""
_STYLE = re.compile(r"<style scoped>.*?</style>\n?", re.DOTALL)


def names() -> list[str]:
    """The notebooks, in order, by name."""
    return sorted(path.stem for path in FOLDER.glob("*.py"))


def written(name: str) -> Any:
    """The notebook as its text has it, without outputs; cells are numbered."""
    book = jupytext.read(FOLDER / f"{name}.py")
    for place, cell in enumerate(book.cells, 1):
        cell["id"] = f"cell-{place:02d}"
        cell["metadata"] = {}
        if cell.cell_type == "code":
            cell["execution_count"] = None
    book.metadata = nbformat.from_dict(KERNEL)
    book.nbformat, book.nbformat_minor = 4, 5
    return book


def executed(name: str, folder: Path) -> Any:
    """The notebook run from top to bottom, ``folder`` its working folder, with what is worth keeping of its outputs.

    Raises CellExecutionError for an error or a warning, RuntimeError for anything written to stderr.
    """
    book = written(name)
    book.cells = [
        nbformat.v4.new_code_cell(STRICT, id="strict"),
        *book.cells,
        nbformat.v4.new_code_cell(LENIENT, id="lenient"),
    ]
    with tempfile.TemporaryDirectory() as wires:
        # the kernel listens on files where the system has them: ports collide if several notebooks start at once
        wire = {} if os.name == "nt" else {"transport": "ipc", "ip": str(Path(wires) / "kernel")}
        # otherwise a busy machine splits what a cell prints wherever it was flushed
        NotebookClient(
            book,
            timeout=TIMEOUT,
            kernel_name="python3",
            coalesce_streams=True,
            config=Config({"KernelManager": wire}),
            extra_arguments=["--log-level=40"],
            resources={"metadata": {"path": str(folder)}},
        ).execute()
    book.cells, book.metadata = book.cells[1:-1], nbformat.from_dict(KERNEL)
    for cell in book.cells:
        if cell.cell_type == "code":
            cell["execution_count"], cell["metadata"] = None, {}
            cell["outputs"] = [_kept(output) for output in cell.outputs]
    nbformat.validate(book)
    return book


def _kept(output: Any) -> Any:
    """An output without what changes from run to run, and without pandas' style sheet."""
    if output.get("name") == "stderr":
        raise RuntimeError(f"written to stderr: {output.text}")
    if "execution_count" in output:
        output["execution_count"] = None
    if "data" in output:
        output["metadata"] = {}
        data = output.data
        if "text/html" in data:
            data["text/html"] = _STYLE.sub("", data["text/html"]).replace(' border="1" class="dataframe"', "")
        if "image/png" in data:
            data.pop("text/plain", None)  # an object's name and size, beside its picture
    return output


def main(wanted: list[str]) -> None:
    """Run the notebooks whose names start with one of ``wanted``, or all, and write them."""
    for name in [name for name in names() if not wanted or name.startswith(tuple(wanted))]:
        book = executed(name, FOLDER)
        nbformat.write(book, FOLDER / f"{name}.ipynb")
        sys.stdout.write(f"notebooks/{name}.ipynb\n")


if __name__ == "__main__":
    main(sys.argv[1:])
