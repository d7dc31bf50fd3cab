"""Write into the README what ``sim run dushanbe-2025`` prints, shortened: ``python tools/readme_excerpt.py``.

Kept are the headline, the tables of alignment and of leaders, the stances of the first summit, and the beginning of the
ledger; a test says whether each line is still what is printed.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
BEGIN, END = "they are not a forecast):\n", "![Change"
KEPT = (("Stances of the guests", 8), ("What happened in a typical world", 9))
"""Sections that are cut, by how they begin, and how many lines are kept of each."""


def printed() -> str:
    """What the program prints, 80 columns wide."""
    done = subprocess.run(
        [sys.executable, "-m", "sim", "run", "dushanbe-2025"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"COLUMNS": "80"},
    )
    return done.stdout


def excerpt(text: str) -> str:
    """The printed page without the rest of its long sections, and without what stands between and after them."""
    lines = text.strip("\n").splitlines()
    starts = [next(k for k, line in enumerate(lines) if line.startswith(title)) for title, _ in KEPT]
    ends = [at + kept for at, (_, kept) in zip(starts, KEPT, strict=True)]
    while lines[ends[1]].startswith(" "):  # an entry of the ledger is not cut
        ends[1] += 1
    parts = [lines[: starts[0]]] + [lines[at:end] for at, end in zip(starts, ends, strict=True)]
    (whole, first, second) = ("\n".join(line.rstrip() for line in part) for part in parts)
    return f"{whole}\n{first}\n    ...\n\n{second}\n    ...\n"


def renewed(readme: str, text: str) -> str:
    """The README with another excerpt. Raises ValueError where it does not have both marks."""
    head, begin, rest = readme.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"README.md must have {BEGIN.strip()!r} and, after it, {END!r}")
    shown = re.sub(r"^(?=.)", "    ", text, flags=re.MULTILINE)
    return f"{head}{begin}\n{shown}\n{end}{tail}"


if __name__ == "__main__":
    README.write_text(renewed(README.read_text(encoding="utf-8"), excerpt(printed())), encoding="utf-8")
