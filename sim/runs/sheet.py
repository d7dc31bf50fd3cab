"""Tables as CSV that a spreadsheet may open: text from a scenario stays text, whatever it begins with.

A spreadsheet takes a cell that begins with =, +, - or @ (or with a tab or an end of a line) for a formula, and a
formula can fetch and send. Text like that gets an apostrophe in front, which spreadsheets take for "this is text";
numbers do not. A carriage return, which would begin a row of its own, becomes an end of a line inside the cell.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

RISKY = ("=", "+", "-", "@", "\t", "\n", "\r")


def inert(cell: Any) -> Any:
    """A cell that no spreadsheet takes for a formula.

    >>> inert("=1+1"), inert("-0.5"), inert(-0.5), inert("Dushanbe")
    ("'=1+1", '-0.5', -0.5, 'Dushanbe')
    """
    if not isinstance(cell, str):
        return cell
    try:
        float(cell)
    except ValueError:
        text = cell.replace("\r\n", "\n").replace("\r", "\n")
        return f"'{text}" if text.startswith(RISKY) else text
    return cell


def csv_of(frame: pd.DataFrame, float_format: str | None = None) -> str:
    """A table as CSV without its index; see above for its text."""
    safe = frame.rename(columns=inert)
    for place, kind in enumerate(frame.dtypes):
        if not (pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_bool_dtype(kind)):
            safe.isetitem(place, [inert(cell) for cell in frame.iloc[:, place]])
    return str(safe.to_csv(index=False, float_format=float_format, lineterminator="\n"))
