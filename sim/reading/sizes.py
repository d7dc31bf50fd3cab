"""How large a paired difference of shares is, in one word: what is said of it first.

A difference may have the same sign in every world and still be too small to matter, so a sign alone says little. The
word goes by the size of the median difference over worlds. Where numbers are in doubt, a difference smaller than what
doubt alone does to that alignment is negligible, too: the standard deviation of what two worlds with the same numbers
have in common (judgement's part and the record's, see ``sim.reading.doubt``).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

NEGLIGIBLE = "negligible"
LIMITS: dict[str, float] = {"small": 0.0025, "clear": 0.01, "large": 0.03}
"""The least difference of shares that each word is for, by increasing size; below the first it is negligible."""
WORDS: tuple[str, ...] = (NEGLIGIBLE, *LIMITS)
"""All words, by increasing size."""
MARKS: dict[str, str] = {word: "•" * place for place, word in enumerate(WORDS)}
"""A mark for each word, for cells with no room for it."""
DROWNED = "*"
"""Marks a difference that is negligible only beside what numbers in doubt alone make; its sign may be sure."""


def least(doubt: Array | float = 0.0) -> Array:
    """The least difference that is not negligible, where doubt alone moves the alignment by ``doubt`` (any shape)."""
    return np.maximum(LIMITS["small"], doubt)


def sizes(difference: Array, doubt: Array | float = 0.0) -> Array:
    """The word for each difference of shares, of any shape; ``doubt``: what doubt alone does to it, 0 without doubt.

    >>> sizes(np.array([0.002, -0.006, 0.02, -0.05])).tolist()
    ['negligible', 'small', 'clear', 'large']
    >>> sizes(np.array([0.02, -0.05]), doubt=0.03).tolist()
    ['negligible', 'large']
    """
    size = np.abs(difference)
    place = np.searchsorted(list(LIMITS.values()), size, side="right")
    return np.array(WORDS)[np.where(size < least(doubt), 0, place)]


def drowned(size: str, difference: float) -> bool:
    """Whether a difference is negligible only beside what numbers in doubt alone make of that alignment."""
    return size == NEGLIGIBLE and abs(difference) >= LIMITS["small"]


def spelled(size: str, difference: float) -> str:
    """The word for a difference, with a star where it is negligible only beside doubt alone: ``negligible*``."""
    return f"{size}{DROWNED if drowned(size, difference) else ''}"


def mark(size: str, difference: float) -> str:
    """The mark of a difference: dots, a star where it is negligible beside doubt alone, "" where it is by itself."""
    return DROWNED if drowned(size, difference) else MARKS[size]


def legend(doubt: bool, marks: bool = False) -> str:
    """What the words (or their marks, then also of means) mean, in percentage points."""
    low, middle, high = (f"{100 * limit:g}" for limit in LIMITS.values())
    none, small, clear, large = (MARKS[word] and f"{MARKS[word]} {word}" for word in WORDS) if marks else WORDS
    said = (
        f"Size, by the median difference in points: {none or f'no mark: {NEGLIGIBLE}'} (under {low}), "
        f"{small} (under {middle}), {clear} (under {high}), {large} ({high} or more)."
    )
    if doubt:
        said += (
            f" {DROWNED} negligible beside the doubt: {low} or more, however sure its sign, but less than numbers in "
            "doubt alone move that alignment."
        )
        if marks:
            said += " Doubt moves a mean over republics less than each of them: it may be marked where none of them is."
    return said
