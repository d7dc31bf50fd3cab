"""Where an axis of actors has one place only, a world's history is still the same alone and in company."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import yaml

import sim
from sim.world import rules
from tests.worlds import GOOD


def without(text: str, *names: str) -> sim.Scenario:
    """The scenario without some actors and events, wherever they are named."""

    def kept(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: kept(value) for key, value in node.items() if key not in names}
        return [kept(value) for value in node if value not in names] if isinstance(node, list) else node

    return sim.Scenario.from_yaml(yaml.safe_dump(kept(yaml.safe_load(text))))


@pytest.mark.parametrize("names", [("CHN",), ("KAZ", "UZB", "first-summit"), ("CHN", "KAZ", "UZB", "first-summit")])
def test_one_world_alone_is_the_first_of_three(names: tuple[str, ...]) -> None:
    story = without(GOOD, *names)
    alone, company = (sim.run(story, worlds=worlds, seed=3).record for worlds in (1, 3))
    assert 0.0 < alone.arrays["overall"][-1].max() < 1.0
    for name, values in alone.arrays.items():
        assert np.array_equal(values, company.arrays[name][..., :1], equal_nan=True), name


def test_a_sum_of_one_can_be_added_to() -> None:
    x = np.ones((1, 1))
    total = rules.summed(x, 0)
    total += 1.0
    assert x.item() == 1.0
