"""The long record of votes: the shipped one, with the years before 2010."""

from __future__ import annotations

import numpy as np

from sim.evidence.observed import LONG, VOTERS, load_observed


def test_the_long_record_only_adds_years() -> None:
    """Fits begin in 2010 and notice nothing of it: their posterior stays what it is."""
    short, long = load_observed(), load_observed(first=LONG)
    assert (long.years[0], long.last) == (1992, short.last)
    for name in ("trade", "votes", "accord"):
        np.testing.assert_array_equal(getattr(long, name)[..., -len(short.years) :], getattr(short, name))
    assert np.isnan(long.trade[..., :18]).all()


def test_years_of_few_roll_calls_are_left_out() -> None:
    long = load_observed(first=LONG)
    missing = {
        (code, int(year)) for r, code in enumerate(VOTERS) for year in long.years[np.isnan(long.votes[r]).any(axis=0)]
    }
    assert missing == {
        *((code, 2001) for code in ("KGZ", "TJK", "UZB")),
        *(("UZB", year) for year in (1992, 1993)),
        ("KGZ", 1999),  # one roll call
        ("TKM", 1996),  # seven
    }
    assert not np.isnan(long.accord).any()
