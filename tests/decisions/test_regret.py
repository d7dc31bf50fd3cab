"""Satisficing, worst tenth and regret: three packages in three futures, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from sim.decisions import regret

VALUES = np.array([[4.0, 4.0, 4.0], [9.0, 1.0, 5.0], [3.0, 6.0, 0.0]])
"""Rows are packages: steady, bold, odd; the best of each future: bold 9, odd 6, bold 5."""


def test_three_packages_in_three_futures() -> None:
    assert regret.regret(VALUES).tolist() == [[5.0, 2.0, 1.0], [0.0, 5.0, 0.0], [6.0, 0.0, 5.0]]
    assert regret.regret(VALUES).mean(axis=1) == pytest.approx([8 / 3, 5 / 3, 11 / 3])
    np.testing.assert_allclose(regret.reached(VALUES >= 4.0), [1.0, 2 / 3, 1 / 3])
    assert regret.worst(VALUES).tolist() == [4.0, 1.0, 0.0]  # a tenth of three futures is one
    assert regret.worst(VALUES, 0.6).tolist() == [4.0, 3.0, 1.5]  # two of three


def test_the_worst_tenth_of_twenty_futures_is_two() -> None:
    values = np.arange(20.0)[None]
    assert regret.worst(values).tolist() == [0.5]
    assert regret.worst(values[:, ::-1]).tolist() == [0.5]


def test_neighbours_that_share_a_draw_are_one_witness() -> None:
    """Four futures of two draws: differences 1, 3 and 5, 7, means 2 and 6."""
    mean, error = regret.ahead(np.array([1.0, 3.0, 5.0, 7.0]), np.zeros(4), 2)
    assert (mean, error) == (4.0, pytest.approx(np.sqrt(8.0) / np.sqrt(2.0)))
    assert regret.ahead(np.ones(1), np.zeros(1)) == (1.0, 0.0)
