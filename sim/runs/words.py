"""Numbers, names and months as texts and tables of answers write them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

DAY_ONE = "day one"
"""What people read in place of the month before a run."""


def percent(part: float, decimals: int = 0, *, short: bool = False) -> str:
    """A part, 0 to 1, as ``51 %``; neither 0 nor 100 unless it is exactly that (``over 99 %``, ``short`` ``>99 %``)."""
    text = f"{100 * part:.{decimals}f}"
    if part > 0 and float(text) == 0:
        return f"{'<' if short else 'under '}{10.0**-decimals:.{decimals}f} %"
    if part < 1 and float(text) == 100:
        return f"{'>' if short else 'over '}{100 - 10.0**-decimals:.{decimals}f} %"
    return f"{text} %"


def month_words(date: str) -> str:
    """``2025-10`` as ``October 2025``."""
    return f"{MONTHS[int(date[5:7]) - 1]} {date[:4]}"


def month_short(date: str) -> str:
    """``2025-10`` as ``Oct 2025``."""
    return f"{MONTHS[int(date[5:7]) - 1][:3]} {date[:4]}"


def state_words(date: str, start: str) -> str:
    """When the state of a date holds: "on day one" if it is before the month ``start``, or "at the end of May 2026"."""
    return f"on {DAY_ONE}" if date < start else f"at the end of {month_words(date)}"


def points(share: float) -> str:
    """Size of a difference of shares, without its sign: ``5.2 percentage points``."""
    text = f"{abs(100 * share):.1f}"
    return f"{text} percentage point{'' if text == '1.0' else 's'}"


def signed(share: float) -> str:
    """A difference of shares in percentage points with its sign: +1.2, −0.4, 0.0."""
    text = f"{abs(100 * share):.1f}"
    return text if text == "0.0" else ("+" if share > 0 else "−") + text


def named(name: str) -> str:
    """A name with its article where English wants one: ``the European Union``."""
    return f"the {name}" if name.endswith(("Union", "States", "Emirates", "Kingdom")) else name


def initials(names: Mapping[str, str]) -> dict[str, str]:
    """By code, the initials of a name (EU) where they are two to four letters and no other's; else the code."""
    letters = {code: "".join(re.findall(r"\b[A-Z]", name)) for code, name in names.items()}
    counts = Counter(letters.values())
    return {code: mine if 1 < len(mine) < 5 and counts[mine] == 1 else code for code, mine in letters.items()}


def short_names(names: Mapping[str, str]) -> dict[str, str]:
    """By code, a name short enough for a label or a narrow column: a name of up to 9 letters, else as ``initials``."""
    short = initials(names)
    return {code: name if len(name) <= 9 else short[code] for code, name in names.items()}


def possessive(name: str) -> str:
    """``Russia’s``, ``the United States’``."""
    return f"{named(name)}{'’' if name.endswith('s') else '’s'}"


def capital(text: str) -> str:
    """The text with its first letter large."""
    return text[:1].upper() + text[1:]


def listed(parts: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def spelled(text: str, names: Mapping[str, str]) -> str:
    """A label with names for codes: ``growth_CHN`` as ``growth, China``, ``KAZ to RUS`` as ``Kazakhstan to Russia``."""
    text = text.replace("_", " ")
    code = "|".join(map(re.escape, names))
    text = re.sub(rf"^(\w[\w ]*) ({code})$", lambda match: f"{match[1]}, {names[match[2]]}", text)
    return re.sub(rf"\b({code})\b", lambda match: names[match[1]], text)


def number(value: float, digits: int = 3) -> str:
    """A number to some significant digits, with a real minus: −0.06."""
    return minus(f"{value:.{digits}g}")


def minus(text: str) -> str:
    """A formatted number with a real minus in place of each hyphen."""
    return text.replace("-", "−")
