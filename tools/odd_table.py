"""Write the table of parameters into ``docs/ODD.md``, between its two markers, from ``sim/scenario/table.py``.

    python tools/odd_table.py

A test fails if the page is out of date.
"""

from __future__ import annotations

from pathlib import Path

from sim.scenario.table import TABLE, Parameter

PAGE = Path(__file__).parents[1] / "docs" / "ODD.md"
BEGIN = "<!-- parameters: made by tools/odd_table.py, do not edit from here -->\n"
END = "<!-- parameters end -->\n"
TITLES = {
    "power": "Powers",
    "republic": "Republics",
    "dyad": "A republic towards a power",
    "pair": "Between republics",
    "rule": "Rules",
    "event": "Events",
}
PATHS = {
    "power": "powers.P.{}",
    "republic": "republics.R.{}",
    "dyad": "republics.R.{}.P",
    "pair": "republics.R.{}.X",
    "rule": "rules.{}",
    "event": "events.EVENT.{}",
}
HEAD = "| name | path | unit | bounds | default | role | source | help |\n"
INNER = {"sector": ".SECTOR", "cause": ".CAUSE", None: ""}


def table() -> str:
    """All parameters as Markdown, a table for each kind of owner."""
    parts = []
    for owner, title in TITLES.items():
        parts.append(f"\n### {title}\n\n{HEAD}{'|---' * 8}|\n")
        parts += [_row(row) for row in TABLE if row.owner == owner]
    return "".join([*parts, "\n"])


def _row(row: Parameter) -> str:
    path = PATHS[row.owner].format(row.name + INNER[row.inner])
    default = "–" if row.default is None else f"{row.default:g}"
    words = " ".join(row.help.split()).replace("|", "\\|")
    return (
        f"| {row.name.replace('_', ' ')} | `{path}` | {row.unit} | {row.low:g} to {row.high:g} | {default} "
        f"| {row.role} | {row.source} | {words} |\n"
    )


def renewed(text: str) -> str:
    """The page with its table regenerated. Raises ValueError unless both markers are there, once and in order."""
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end or BEGIN in tail or END in tail:
        raise ValueError(f"the page must have each of the two markers once: {BEGIN.strip()} and {END.strip()}")
    return head + BEGIN + table() + END + tail


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
