"""Numbers in words, for the sentences of comparisons and explanations."""

from __future__ import annotations

from collections.abc import Sequence

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December")


def month_words(date: str) -> str:
    """``2025-10`` as ``October 2025``."""
    return f"{_MONTHS[int(date[5:7]) - 1]} {date[:4]}"


def points(share: float) -> str:
    """Size of a difference of shares, without its sign: ``5.2 points``."""
    text = f"{abs(100 * share):.1f}"
    return f"{text} point{'' if text == '1.0' else 's'}"


def signed(share: float) -> str:
    """A difference of shares in percentage points with its sign: +1.2, −0.4, 0.0."""
    text = f"{abs(100 * share):.1f}"
    return text if text == "0.0" else ("+" if share > 0 else "−") + text


def percent(part: float) -> str:
    """Part of worlds; neither 0 nor 100 unless it is exactly that."""
    if 0.995 <= part < 1:
        return "over 99 %"
    return "under 1 %" if 0 < part < 0.005 else f"{100 * part:.0f} %"


def named(name: str) -> str:
    """A name with its article where English wants one: ``the European Union``."""
    return f"the {name}" if name.endswith(("Union", "States", "Emirates", "Kingdom")) else name


def possessive(name: str) -> str:
    """``Russia’s``, ``the United States’``."""
    return f"{named(name)}{'’' if name.endswith('s') else '’s'}"


def capital(text: str) -> str:
    """The text with its first letter large."""
    return text[:1].upper() + text[1:]


def listed(parts: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)
