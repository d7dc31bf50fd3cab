"""Parts of a whole as everybody reads them here: ``51 %``."""

from __future__ import annotations


def percent(part: float, decimals: int = 0, *, short: bool = False) -> str:
    """A part, 0 to 1, as ``51 %``; neither 0 nor 100 unless it is exactly that (``over 99 %``, ``short`` ``>99 %``)."""
    text = f"{100 * part:.{decimals}f}"
    if part > 0 and float(text) == 0:
        return f"{'<' if short else 'under '}{10.0**-decimals:.{decimals}f} %"
    if part < 1 and float(text) == 100:
        return f"{'>' if short else 'over '}{100 - 10.0**-decimals:.{decimals}f} %"
    return f"{text} %"
