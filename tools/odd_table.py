"""Write the tables of parameters and of strategies into ``docs/ODD.md``, each between its two markers.

    python tools/odd_table.py

They are made from ``sim/scenario/table.py`` and ``sim/scenario/strategies.py``.

A test fails if the page is out of date.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sim.scenario.sources import cited
from sim.scenario.strategies import STRATEGIES
from sim.scenario.table import TABLE, Parameter

PAGE = Path(__file__).parents[1] / "docs" / "ODD.md"
BEGIN = "<!-- {}: made by tools/odd_table.py, do not edit from here -->\n"
END = "<!-- {} end -->\n"
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


def strategies() -> str:
    """All strategies as Markdown, in one table."""
    rows = ["\n| for | strategy | what it does otherwise | source |\n|---|---|---|---|\n"]
    actors = {"powers": "a power", "republics": "a republic"}
    for row in STRATEGIES:
        first = f" {actors.pop(row.section)} " if row.section in actors else " "  # named once
        rows.append(f"|{first}| `{row.name}` | {row.rule} | {cited(row.source)} |\n")
    return "".join([*rows, "\n"])


TABLES: dict[str, Callable[[], str]] = {"strategies": strategies, "parameters": table}
"""What stands between the markers of each name."""


def renewed(text: str) -> str:
    """The page with its tables regenerated. Raises ValueError unless all markers are there, once and in order."""
    for name, make in TABLES.items():
        begin, end = BEGIN.format(name), END.format(name)
        head, first, rest = text.partition(begin)
        _, last, tail = rest.partition(end)
        if not first or not last or begin in tail or end in tail:
            raise ValueError(f"the page must have each of the two markers once: {begin.strip()} and {end.strip()}")
        text = head + begin + make() + end + tail
    return text


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
