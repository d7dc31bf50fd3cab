"""What the project's page on evidence (``docs/evidence.md``) says, for those who quote it: dashboard and brief."""

from __future__ import annotations

import re
from pathlib import Path

LEADS: dict[str, str] = {
    "Bands of trade and votes": "",
    "Point forecasts of trade and votes": "",
    "That the simulation knows more than statistics": "What cannot be trusted: ",
}
"""How the statements of the page's summary begin that nobody should quote a number without, and what each says only
under the heading that it stands below there."""
ELSEWHERE = (
    "The record that the project compares the model with is about another region. Nothing in it is evidence for this "
    "scenario, whose numbers are judged and not fitted."
)
"""What stands in their place for a scenario of other actors."""


def evidence() -> str:
    """What the project says about how the model did against the record; "" where it says nothing."""
    package = Path(__file__).resolve().parents[1]
    for path in (package / "_shipped" / "evidence.md", package.parent / "docs" / "evidence.md"):
        if path.is_file():
            return path.read_text(encoding="utf-8")
    return ""


def verdict(text: str) -> list[list[str]]:
    """The section "Verdict" of the evidence, block by block: lines of a paragraph, of a list or of a table."""
    return [block.splitlines() for block in _blocks(text, "Verdict")]


def caveats(text: str) -> list[str]:
    """The statements of the summary that begin as ``LEADS`` says, each on one line, without marks."""
    items = [item for block in _blocks(text, "In short") for item in re.split(r"^- ", block, flags=re.MULTILINE)]
    said = [plain(" ".join(item.split())) for item in items]
    found = [(above, item) for lead, above in LEADS.items() for item in said if item.startswith(lead)]
    return [f"{above}{item[0].lower()}{item[1:]}" if above else item for above, item in found]


def plain(text: str) -> str:
    """A line of Markdown without its marks, links without where they lead."""
    text = re.sub(r"\[([^\]]+)\]\([^)\s]+\)", r"\1", text)
    return re.sub(r"\*\*|`|(?<!\w)\*(?=\S)|(?<=\S)\*(?!\w)", "", text).strip()


def _blocks(text: str, title: str) -> list[str]:
    found = re.search(rf"^## {title}\s*\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return re.split(r"\n\s*\n", found[1].strip()) if found else []
