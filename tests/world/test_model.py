"""What must hold in every world, whatever the scenario says."""

from __future__ import annotations

import multiprocessing
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sim
from sim.runs.run import run_batch
from sim.world import rules
from sim.world.luck import finer
from sim.world.model import DiplomacyModel
from sim.world.record import Record, Watch
from tests.anyworld import any_worlds

MONTHS = 30
STORY = sim.load("dushanbe-2025").with_months(MONTHS)
HINDCAST = sim.load("hindcast-2013").with_months(MONTHS)
seeds = st.integers(0, 2**32)
few = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Checks(DiplomacyModel):
    """A model that watches its own promises every month."""

    def powers_plan(self) -> None:
        before = self.state.fund.copy()
        super().powers_plan()
        steady = rules.total(self.state.steady, "republic")
        assert np.all(steady + self.state.fund - before <= self.state.purse)

    def projects_are_bid_for(self) -> None:
        before, pending = self.state.fund.copy(), self.state.pledges.copy()
        super().projects_are_bid_for()
        agreed = rules.total(rules.total(self.state.pledges - pending, "sector"), "republic")
        assert np.all(self.state.fund == before - agreed)
        assert np.all(self.state.fund >= 0.0)
        assert np.all((self.state.answer == rules.ACCEPTED).sum(axis=1) <= self.state.opened)


def recorded(scenario: sim.Scenario, worlds: Any, seed: int = 0, keep: str = "full", **more: Any) -> Record:
    """One batch of the worlds numbered, recorded."""
    numbers = np.asarray(worlds)
    record = Record(scenario, len(numbers), scenario.months, keep)
    values = more.pop("variations", None)
    run_batch(sim.Ask.of(scenario, seed=seed, **more), numbers, Watch(record, 0), variations=values)
    return record


def same(a: Record, b: Record, columns: Any = slice(None)) -> None:
    """Two records agree bit for bit, ``b`` in the columns named."""
    for name, array in a.arrays.items():
        assert array.tobytes() == np.ascontiguousarray(b.arrays[name][..., columns]).tobytes(), name
    for name, values in a.outcomes.items():
        assert values.tobytes() == np.ascontiguousarray(b.outcomes[name][columns]).tobytes(), name


@pytest.mark.slow
@few
@given(seed=seeds, edge=st.sampled_from([0.0, 0.2, 1.0]))
@pytest.mark.parametrize("scenario", [STORY, HINDCAST], ids=["dushanbe", "hindcast"])
def test_promises_hold_wherever_the_parameters_are(scenario: sim.Scenario, seed: int, edge: float) -> None:
    """Simplex, finiteness, budgets, conservation and grievance >= 0, each world with its own parameters."""
    worlds = 48
    record = recorded(
        scenario, range(worlds), seed, "drivers", variations=any_worlds(scenario, worlds, seed, edge), model=Checks
    )
    share = record.arrays["alignment"]
    assert np.isfinite(share).all()
    assert share.min() >= 0.0
    assert share.sum(axis=2).max() <= 1.0 + 1e-6
    assert all(np.isfinite(values).all() for values in record.outcomes.values())
    assert record.arrays["grievance"].min() >= 0.0
    assert (
        min(
            record.arrays[name].min()
            for name in ("pledges", "deals", "delivered", "lapsed", "cancelled", "grudge", "fund")
        )
        >= 0.0
    )
    shift = record.arrays["logit"] - record.arrays["logit"][0]
    assert np.abs(shift - record.arrays["drivers"].sum(axis=1)).max() < 1e-9


@pytest.mark.slow
@few
@given(seed=seeds)
def test_what_is_pledged_is_pending_delivered_lapsed_or_called_off_to_the_last_bit(seed: int) -> None:
    model = DiplomacyModel(STORY, 40, seed, variations=any_worlds(STORY, 40, seed))
    books = {name: np.zeros_like(model.state.pledges) for name in ("agreed", "done", "lapsed", "called_off")}
    opening = model.state.pledges.copy()
    for _ in range(MONTHS):
        model.step()
        for name, flow in model.flows().items():
            if name in books:
                books[name] += flow
    ended = books["done"] + books["lapsed"] + books["called_off"]
    assert (opening + books["agreed"] == model.state.pledges + ended).all()


@pytest.mark.slow
@pytest.mark.parametrize(
    "scenario",
    [STORY, HINDCAST, sim.load("crowded-steppe").with_months(MONTHS)],
    ids=["dushanbe", "hindcast", "crowded"],
)
def test_a_world_is_the_same_alone_in_any_batch_and_in_any_order(scenario: sim.Scenario) -> None:
    whole = recorded(scenario, range(23))
    same(recorded(scenario, [17]), whole, [17])
    same(recorded(scenario, range(5, 12)), whole, slice(5, 12))
    order = np.random.default_rng(1).permutation(23)
    same(recorded(scenario, order), whole, order)
    same(recorded(scenario, [3, 3, 20, 1]), whole, [3, 3, 20, 1])


@pytest.mark.slow
def test_a_varied_world_is_the_same_alone_in_any_batch_and_said_in_the_scenario() -> None:
    paths = {
        "powers.RUS.strain": 0.8,
        "rules.inertia.trade": 0.07,
        "republics.TJK.leverage.RUS": 0.2,
        "events.dushanbe-summit.tone": 0.9,
        "republics.KAZ.alignment.trade.RUS": 0.1,
    }
    rng = np.random.default_rng(2)
    values = {path: value * rng.uniform(0.9, 1.0, 9) for path, value in paths.items()}
    values = {path: np.where(np.arange(9) == 4, paths[path], drawn) for path, drawn in values.items()}
    whole = recorded(STORY, range(9), variations=values)
    same(recorded(STORY, [4], variations={path: drawn[[4]] for path, drawn in values.items()}), whole, [4])
    same(recorded(STORY.with_values(paths), [4]), whole, [4])
    same(recorded(STORY.with_values(paths), range(6)), recorded(STORY.with_values(paths), range(9)), slice(6))


def _elsewhere(worlds: list[int]) -> Record:
    return recorded(STORY, worlds)


@pytest.mark.slow
def test_a_world_is_the_same_in_another_process() -> None:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        there = pool.apply(_elsewhere, ([4, 5],))
    same(there, recorded(STORY, range(8)), [4, 5])


def test_the_same_seed_gives_the_same_and_another_seed_another() -> None:
    same(recorded(STORY, range(4), seed=5), recorded(STORY, range(4), seed=5))
    other = recorded(STORY, range(4), seed=6)
    assert (other.arrays["overall"] != recorded(STORY, range(4), seed=5).arrays["overall"]).any()


def test_more_months_change_nothing_before_them() -> None:
    longer = sim.run(STORY.with_months(2 * MONTHS), worlds=6)
    shorter = sim.run(STORY, worlds=6)
    assert (longer.array("overall")[: MONTHS + 1] == shorter.array("overall")).all()


def test_months_and_batches_of_a_run_are_those_of_its_worlds(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = sim.run(STORY, worlds=20)
    monkeypatch.setattr("sim.runs.run.BATCH", 7)
    same(sim.run(STORY, worlds=20).record, whole.record)


def test_luck_is_the_actors_own_whoever_else_is_there() -> None:
    """Two more powers at the table draw from their own streams: the others' dice are the same."""
    crowded = DiplomacyModel(sim.load("crowded-steppe").with_months(3), 5)
    alone = DiplomacyModel(sim.load("dushanbe-2025").with_months(3), 5)
    seats = [crowded.actors.powers.index(code) for code in alone.actors.powers]
    assert (crowded.luck("answer")[:, seats] == alone.luck("answer")).all()
    assert (crowded.walk_luck()[:, seats] == alone.walk_luck()).all()


@pytest.mark.slow
def test_chance_is_uniform_and_independent_across_worlds_months_and_actors() -> None:
    model = DiplomacyModel(STORY, 4000)
    drawn = np.stack([model._between.draw("answer", month)[..., 0, :] for month in range(4)])
    assert 0.0 < drawn.min() < drawn.max() < 1.0
    assert drawn.mean(axis=-1) == pytest.approx(np.full(drawn.shape[:-1], 0.5), abs=0.025)
    rows = drawn.reshape(-1, drawn.shape[-1])
    off = np.corrcoef(rows) - np.eye(len(rows))
    assert np.abs(off).max() < 0.09  # 4000 worlds: 5.5 standard errors


@pytest.mark.slow
def test_the_second_number_of_a_draw_is_uniform_and_independent_of_the_first() -> None:
    """One draw decides a project's sector and its size, one a stance and the answer to it."""
    first = DiplomacyModel(STORY, 20_000)._between.draw("project", 0)[0, 0, 0]
    second = finer(first)
    assert 0.0 < second.min() < second.max() < 1.0
    cells = np.histogram2d(first, second, bins=5, range=((0, 1), (0, 1)))[0]
    chi_squared = ((cells - 800.0) ** 2 / 800.0).sum()
    assert chi_squared < 52.0  # 24 degrees of freedom: the 99.9 per cent quantile is 51.2


RENAMED = {"RUS": "ZED", "CHN": "ALPHA", "TJK": "MOUNT", "KAZ": "YURT"}


@pytest.mark.slow
def test_renaming_and_reordering_actors_changes_nothing_but_labels() -> None:
    base = sim.run(STORY, worlds=6)
    text = STORY.to_yaml()
    other = sim.run(sim.Scenario.from_yaml(reordered(renamed(text)), name="renamed"), worlds=6)
    r = [other.republics.index(RENAMED.get(code, code)) for code in base.republics]
    p = [other.powers.index(RENAMED.get(code, code)) for code in base.powers]
    assert r != sorted(r)
    assert p != sorted(p)
    for name in ("overall", "grievance", "deals", "accepted", "rebuke", "stance", "answer"):
        assert (other.array(name).take(r, axis=1).take(p, axis=2) == base.array(name)).all(), name
    for name, values in base.record.outcomes.items():
        new = ".".join(RENAMED.get(part, part) for part in name.split("."))
        if not name.endswith(".leader"):
            assert (other.record.outcomes[new] == values).all(), name
    leaders = base.outcomes()["UZB.leader"].map(lambda code: RENAMED.get(code, code))
    assert (other.outcomes()["UZB.leader"] == leaders).all()


def renamed(text: str) -> str:
    """The same scenario with other codes; ``luck`` keeps each actor's streams (sources dropped for brevity)."""
    import yaml

    def walk(node: Any) -> Any:
        if isinstance(node, dict):
            return {RENAMED.get(key, key): walk(value) for key, value in node.items()}
        if isinstance(node, list):
            return [walk(value) for value in node]
        return RENAMED.get(node, node) if isinstance(node, str) else node

    scenario = walk(yaml.safe_load(text))
    before = {new: old for old, new in RENAMED.items()}
    for kind in ("powers", "republics"):
        for code, spec in scenario[kind].items():
            if isinstance(spec, dict) and "name" in spec:
                spec["luck"] = before.get(code, code)
    return yaml.safe_dump(scenario, sort_keys=False)


def reordered(text: str) -> str:
    """Actors and events in the opposite order."""
    import yaml

    scenario = yaml.safe_load(text)
    for kind in ("powers", "republics"):
        scenario[kind] = dict(reversed(list(scenario[kind].items())))
    return yaml.safe_dump(scenario, sort_keys=False)


class Proud(sim.Republic):
    """A republic that takes nothing from anybody."""

    def judge(self, size: Any, sector: Any) -> Any:
        return super().judge(size, sector) - 100.0


def test_a_subclass_acts_in_one_world_in_many_and_only_where_it_is_meant_to() -> None:
    result = sim.run(STORY, worlds=5, republic={"TJK": Proud})
    taken = result.array("answer") == rules.ACCEPTED
    place = result.republics.index("TJK")
    assert not taken[:, place].any()
    assert taken[:, [i for i in range(5) if i != place]].any()
    same(sim.run(STORY, worlds=1, republic={"TJK": Proud}).record, result.record, [0])


class Alone(sim.Republic):
    """Decides as every republic does; but a class of one's own acts by itself, not with its neighbours."""


class AlonePower(sim.Power):
    """The same of powers."""


@cache
def together(worlds: int) -> Record:
    """So many worlds in which all actors of a kind act as one."""
    return recorded(STORY, range(worlds), 5, "drivers")


@pytest.mark.slow
@pytest.mark.parametrize("worlds", [1, 3, 400])
@pytest.mark.parametrize("alone", [["KAZ", "KGZ", "TJK", "TKM", "UZB"], ["TJK"], ["KAZ", "UZB"]])
def test_actors_that_act_as_one_do_what_they_do_by_themselves(worlds: int, alone: list[str]) -> None:
    apart = recorded(
        STORY, range(worlds), 5, "drivers", republic=dict.fromkeys(alone, Alone), power={"CHN": AlonePower}
    )
    same(together(worlds), apart)


@pytest.mark.slow
def test_memory_does_not_grow_from_batch_to_batch() -> None:
    """Mesa 3.3 keeps every model; what is heavy in it is let go."""
    import tracemalloc

    story = STORY.with_months(1)
    record = Record(story, 64, 1, "outcomes")
    model = DiplomacyModel(story, 64)
    model.release()
    assert not [name for name, kept in vars(model).items() if kept is story], "a sweep has a scenario a point"
    tracemalloc.start()
    try:
        sizes = []
        for batch in range(60):
            run_batch(sim.Ask(story), np.arange(64), Watch(record, 0))
            if batch in (19, 59):
                sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert sizes[1] - sizes[0] < 40 * 20_000  # a model's arrays here are over 1,000,000 bytes


class Own(sim.Republic):
    """A class of a user's own that changes nothing."""


def test_an_actor_of_a_users_class_keeps_its_axis_and_all_numbers() -> None:
    """Standard actors act as one, those of another class one by one with an axis of length 1; same bits."""
    usual, mixed = (
        DiplomacyModel(STORY, 7, 3, republic=cls) for cls in (sim.Republic, {"KGZ": Own, "Uzbekistan": Own})
    )
    assert [type(agent).__name__ for agent in mixed.republics].count("Own") == 2
    assert len(usual.republics) == len(mixed.republics) == 5
    assert [len(model.acting("republic")) for model in (usual, mixed)] == [1, 4]
    for agent in mixed.republics:
        assert agent.alignment.shape == (1, 3, 5, 7)
        assert agent.judge(np.ones((1, 3, 7)), np.zeros((1, 3, 7), np.intp)).shape == (1, 3, 7)
    for model in (usual, mixed):
        for _ in range(12):
            model.step()
    assert usual.state.logit.tobytes() == mixed.state.logit.tobytes()


@pytest.mark.parametrize(
    ("classes", "said"),
    [
        ({"tjk": Own}, "found no republic 'tjk', expected one of KAZ, KGZ, TJK, TKM, UZB; did you mean TJK?"),
        ({"Usbekistan": Own}, "did you mean UZB?"),
        ({"XXX": Own}, "found no republic 'XXX'"),
        ({"TJK": Own, "Tajikistan": Own}, "'Tajikistan' a second time"),
        ({"TJK": sim.Power}, "expected a subclass of sim.Republic"),
        (7, "found 7, expected a subclass of sim.Republic"),
    ],
    ids=["small letters", "nearly a name", "nobody", "twice", "a power", "no class"],
)
def test_a_class_for_nobody_is_refused(classes: Any, said: str) -> None:
    with pytest.raises(sim.BadInput) as refused:
        DiplomacyModel(STORY, republic=classes)
    assert said in str(refused.value)
