"""The ODD document: its headings, an up-to-date table of parameters, every rule told, formulas that render."""

from __future__ import annotations

import difflib
import re
from pathlib import Path

import pytest

from sim.scenario.sources import records
from sim.scenario.strategies import STRATEGIES
from sim.scenario.table import CAUSES, SECTORS, TABLE
from sim.world.model import DiplomacyModel
from sim.world.rules import DRIVERS
from tools import odd_table

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "ODD.md"
HEADINGS = (
    "Purpose and patterns",
    "Entities, state variables and scales",
    "Process overview and scheduling",
    "Design concepts",
    "Initialization",
    "Input data",
    "Submodels",
)
CONCEPTS = (
    "Basic principles",
    "Emergence",
    "Adaptation",
    "Objectives",
    "Learning",
    "Prediction",
    "Sensing",
    "Interaction",
    "Stochasticity",
    "Collectives",
    "Observation",
)


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_the_tables_of_parameters_and_strategies_are_up_to_date(page: str) -> None:
    new = odd_table.renewed(page)
    diff = list(difflib.unified_diff(page.splitlines(), new.splitlines(), "docs/ODD.md", "made now", lineterm="", n=0))
    assert not diff, "run 'python tools/odd_table.py' to renew the tables:\n" + "\n".join(diff[:60])


@pytest.mark.parametrize(
    ("name", "words"), [("parameters", "engagement points a month"), ("strategies", "what would be conceded")]
)
def test_a_stale_table_is_noticed_and_renewed(page: str, name: str, words: str) -> None:
    stale = page.replace(words, "gold", 1)
    assert stale != page
    assert odd_table.renewed(stale) == page
    with pytest.raises(ValueError, match=f"markers once: <!-- {name}"):
        odd_table.renewed(page.replace(odd_table.END.format(name), ""))


def test_every_strategy_has_its_row(page: str) -> None:
    table = page[page.index(odd_table.BEGIN.format("strategies")) : page.index(odd_table.END.format("strategies"))]
    rows = re.findall(r"^\|.*?\| `(\w+)` \| (.+) \| .+ \(\d{4}\) \|$", table, flags=re.MULTILINE)
    assert rows == [(row.name, row.rule) for row in STRATEGIES]
    assert all(rule for _, rule in rows)


def test_odd_headings_and_design_concepts_stand_in_order(page: str) -> None:
    found = re.findall(r"^## \d (.+)$", page, flags=re.MULTILINE)
    assert tuple(found) == HEADINGS
    concepts = page[page.index("## 4 ") : page.index("## 5 ")]
    assert tuple(re.findall(r"^\*\*([A-Z][a-z ]+)\.\*\*", concepts, flags=re.MULTILINE)) == CONCEPTS


def test_every_rule_and_driver_is_told(page: str) -> None:
    """Each parameter is named in the text itself, not only in the table, in words or as code."""
    text = page[: page.index(odd_table.BEGIN.format("parameters"))]
    words = " ".join(re.sub(r"[_\-–]", " ", text).split()).lower()
    untold = [row.name for row in TABLE if row.owner != "event" and row.name.replace("_", " ") not in words]
    assert not untold
    assert not [name for name in (*SECTORS, *CAUSES, *DRIVERS) if name.replace("_", " ") not in words]


def test_the_schedule_is_the_models(page: str) -> None:
    rows = re.findall(r"^\| \d+ \| ([a-z ]+) \|", page[page.index("## 3 ") : page.index("## 4 ")], flags=re.MULTILINE)
    assert tuple(row.replace(" ", "_") for row in rows) == DiplomacyModel.SCHEDULE


def test_formulas_survive_a_code_hosting_page(page: str) -> None:
    """There Markdown eats a backslash before punctuation inside dollars; and every fence is closed."""
    blocks = re.findall(r"^```(\w*)$", page, flags=re.MULTILINE)
    assert blocks[::2] == ["math"] * (len(blocks) // 2)
    inline = re.findall(r"\$([^$\n]+)\$", re.sub(r"```.*?```", "", page, flags=re.DOTALL))
    assert len(inline) > 50
    assert not [formula for formula in inline if re.search(r"\\[_,;:!{}*]", formula)]
    assert not [line for line in page.splitlines() if line.count("$") % 2]


def test_literature_named_in_sources_stands_in_the_references(page: str) -> None:
    references = page[page.index("## References") :]
    cited = {row.source.removeprefix("lit:") for row in TABLE if row.source.startswith("lit:")}
    missing = [key for key in cited if str(records("lit")[key]["title"]) not in references]
    assert not missing
