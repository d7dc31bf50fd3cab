"""Results stay what they were until somebody means to change them (``make baseline``)."""

from __future__ import annotations

import pytest

from tests import baseline


@pytest.mark.slow
def test_results_are_those_kept() -> None:
    changed = baseline.changes(baseline.kept(), baseline.results())
    assert changed.empty, f"meant? then `make baseline`, and say why in the commit\n{changed.head(20).to_string()}"


def test_a_change_would_be_noticed() -> None:
    old = baseline.kept()
    new = old.copy()
    new.loc[3, "mean"] *= 1.0 + 1e-6
    assert list(baseline.changes(old, new).outcome) == [old.outcome[3]]
    assert len(baseline.changes(old, new.drop(index=5))) == 2
