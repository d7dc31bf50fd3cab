"""How large a difference is: limits by hand, and doubt as the least that matters."""

from __future__ import annotations

import numpy as np
import pytest

from sim.reading.differing import sized
from sim.reading.sizes import LIMITS, MARKS, WORDS, drowned, legend, mark, sizes


@pytest.mark.parametrize(
    ("points", "word"),
    [
        (0.0, "negligible"),
        (0.24, "negligible"),
        (0.25, "small"),
        (0.99, "small"),
        (1.0, "clear"),
        (2.9, "clear"),
        (3.0, "large"),
    ],
)
def test_a_word_begins_at_its_limit_on_either_side_of_zero(points: float, word: str) -> None:
    assert sizes(np.array([points / 100, -points / 100])).tolist() == [word, word]


def test_what_doubt_alone_makes_is_the_least_that_matters() -> None:
    gaps, doubt = np.array([0.02, 0.02, -0.02, 0.0024]), np.array([0.0201, 0.02, 0.001, 0.0])
    assert sizes(gaps, doubt).tolist() == ["negligible", "clear", "clear", "negligible"]


def test_limits_grow_and_are_said() -> None:
    assert list(LIMITS.values()) == sorted(LIMITS.values())
    assert [len(MARKS[word]) for word in WORDS] == [0, 1, 2, 3]
    assert legend(doubt=False) == (
        "Size, by the median difference in points: negligible (under 0.25), small (under 1), clear (under 3), large "
        "(3 or more)."
    )
    assert legend(doubt=True).endswith(
        " * negligible beside the doubt: 0.25 or more, however sure its sign, but less than numbers in doubt alone "
        "move that alignment."
    )
    assert legend(doubt=True, marks=True).endswith(": it may be marked where none of them is.")


def test_what_is_negligible_beside_doubt_alone_is_told_from_what_is_so_by_itself() -> None:
    assert [mark("negligible", gap) for gap in (0.001, 0.01, -0.01)] == ["", "*", "*"]
    assert mark("clear", -0.02) == "••"
    assert [drowned("negligible", gap) for gap in (0.0024, 0.0025)] == [False, True]
    assert sized("negligible", 0.001, 0.02) == "a negligible difference"
    assert sized("negligible", -0.011, 0.012) == (
        "a difference that is negligible beside the 1.2 percentage points that numbers in doubt alone make"
    )
