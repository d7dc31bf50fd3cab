"""How large a difference is: limits by hand, and doubt as the least that matters."""

from __future__ import annotations

import numpy as np
import pytest

from sim.reading.sizes import LIMITS, MARKS, WORDS, legend, sizes


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
    assert "numbers in doubt" in legend(doubt=True)
