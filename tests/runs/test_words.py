"""Numbers and names read alike wherever they are printed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim.runs.words import initials, percent, short_names

PACKAGE = Path(__file__).parents[2] / "sim"


@pytest.mark.parametrize(
    ("part", "plain", "short", "tenths"),
    [
        (0.0, "0 %", "0 %", "0.0 %"),
        (1.0, "100 %", "100 %", "100.0 %"),
        (0.506, "51 %", "51 %", "50.6 %"),
        (0.004, "under 1 %", "<1 %", "0.4 %"),
        (0.997, "over 99 %", ">99 %", "99.7 %"),
        (0.0001, "under 1 %", "<1 %", "under 0.1 %"),
        (0.9999, "over 99 %", ">99 %", "over 99.9 %"),
    ],
)
def test_neither_none_nor_all_unless_it_is(part: float, plain: str, short: str, tenths: str) -> None:
    assert (percent(part), percent(part, short=True), percent(part, 1)) == (plain, short, tenths)


def test_nobody_writes_percents_otherwise() -> None:
    """Python's own format of percents has no space before the sign."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")}
    assert not [name for name, text in texts.items() if re.search(r":[,.\d]*%[}]", text)]


def test_short_names() -> None:
    names = {
        "EUU": "European Union",
        "RUS": "Russia",
        "USA": "United States",
        "UAE": "United Sheikhdoms",
        "LNG": "Longwordland",
    }
    assert short_names(names) == {"EUU": "EU", "RUS": "Russia", "USA": "USA", "UAE": "UAE", "LNG": "LNG"}
    assert initials(names) == {"EUU": "EU", "RUS": "RUS", "USA": "USA", "UAE": "UAE", "LNG": "LNG"}
