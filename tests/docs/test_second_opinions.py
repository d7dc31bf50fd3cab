"""The page of second opinions: its tables are those computed now, and its sentences hold for them."""

from __future__ import annotations

import re

import pytest

from tools import second_opinions

PAGE = second_opinions.PAGE.read_text(encoding="utf-8")


def rows(text: str) -> list[list[str]]:
    """Cells of a Markdown table, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_the_inputs_on_the_page_are_those_computed_with() -> None:
    start = PAGE.index("| | capability |")
    shown = rows(PAGE[start : PAGE.index("\n\n", start)])
    assert shown == [[name, *(f"{fact:g}" for fact in facts)] for name, facts in second_opinions.EMISSIONS.items()]


@pytest.mark.parametrize("name", ["emissions", "ktab"])
def test_published_and_ours_agree_on_the_page(name: str) -> None:
    table = second_opinions.TABLES[name]()
    assert table in PAGE, "run 'python tools/second_opinions.py'"
    assert rows(table)
    assert all(row[-1] == row[-2] for row in rows(table))


@pytest.mark.slow
def test_the_baseline_of_dushanbe_is_up_to_date_and_read_rightly() -> None:
    """The table, and what the text says of it: China's gap, the European Union's, and where the median is zero."""
    table = second_opinions.dushanbe_table()
    assert table in PAGE, "run 'python tools/second_opinions.py'"
    gaps: dict[str, list[int]] = {"China": [], "European Union": []}
    for _, power, day_one, mean, median, simulated in rows(table):
        if power in gaps:
            gaps[power].append(int(mean) - int(re.match(r"\d+", simulated)[0]))
        assert median in (day_one, "0")
    assert sum(10 <= gap <= 20 for gap in gaps["China"]) == 4
    assert max(gaps["European Union"]) == 13
    zero = {(row[0], row[1]) for row in rows(table) if row[4] == "0"}
    assert zero == {(r, p) for r in ("Kyrgyzstan", "Tajikistan") for p in ("Russia", "European Union")}


def test_a_page_without_a_marker_is_refused() -> None:
    with pytest.raises(ValueError, match="markers once: <!-- emissions"):
        second_opinions.renewed(PAGE.replace(second_opinions.END.format("emissions"), ""))
