"""Strategies: the table and the classes agree, the model plays what the scenario says, and each does what it claims.

Claims are directions, each over 300 worlds against the standard conduct on the same luck.
"""

from __future__ import annotations

import inspect
import re
from functools import cache
from typing import Any

import numpy as np
import pytest

import sim
from sim.scenario.strategies import STANDARD, STRATEGIES, names_of
from sim.scenario.table import STANCES
from sim.world import rules, strategies

WORLDS, MONTHS = 300, 36
BASE = sim.load("dushanbe-2025")
POWERS, REPUBLICS = tuple(BASE.powers), tuple(BASE.republics)


@cache
def played(actor: str = "RUS", strategy: str = STANDARD) -> sim.Result:
    """The baseline with one actor's strategy."""
    section = "powers" if actor in POWERS else "republics"
    return sim.run(BASE.with_values({f"{section}.{actor}.strategy": strategy}), WORLDS, MONTHS)


def of_power(result: sim.Result, name: str, power: str = "RUS") -> Any:
    """A power's part of an array whose axes are month, republic, power, …"""
    return result.array(name)[:, :, POWERS.index(power)]


def of_republic(result: sim.Result, name: str, republic: str = "UZB") -> Any:
    """A republic's part of an array whose axes are month, republic, …"""
    return result.array(name)[:, REPUBLICS.index(republic)]


def into(result: sim.Result, power: str = "RUS") -> Any:
    """Which part of what a power agrees goes into each republic, (republic,)."""
    points = of_power(result, "accepted", power).sum(axis=(0, 2)).mean(axis=-1)
    return points / points.sum()


def taken(result: sim.Result, republic: str = "UZB") -> Any:
    """Bids that a republic took, by power, (power,)."""
    return (of_republic(result, "answer", republic) == rules.ACCEPTED).sum(axis=(0, 2))


def opened(result: sim.Result, power: str = "RUS") -> Any:
    """Which projects on the tables a power opened, (month, republic, world)."""
    return result.array("opener") == POWERS.index(power)


# -- the table ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("section", "classes"), [("powers", strategies.POWERS), ("republics", strategies.REPUBLICS)])
def test_the_table_lists_the_classes(section: str, classes: dict[str, type[Any]]) -> None:
    assert names_of(section) == (STANDARD, *classes)
    for row in STRATEGIES:
        if row.section == section:
            assert re.findall(r"lit:[\w-]+", inspect.getdoc(classes[row.name]) or "") == [row.source]


def test_nobody_has_a_strategy_where_there_are_none() -> None:
    assert names_of("events") == ()


# -- who plays what ----------------------------------------------------------------------------------------------------


class Mild(strategies.Conciliator):
    """A user's class, which acts by itself."""


class Fierce(strategies.Coercer):
    """Another."""


class Seller(strategies.Auctioneer):
    """A third."""


@pytest.mark.slow
def test_a_user_s_class_goes_before_the_scenario_s() -> None:
    fierce = BASE.with_values({"powers.RUS.strategy": "coercer", "powers.CHN.strategy": "coercer"})
    table = sim.run(fierce, 60, 24, power={"RUS": Mild}, keep="outcomes").outcomes()
    assert table["RUS.punished"].sum() == 0 < table["RUS.conceded"].sum()
    assert table["CHN.conceded"].sum() == 0
    standard = sim.run(fierce, 60, 24, power={"RUS": sim.Power, "CHN": sim.Power}, keep="outcomes").outcomes()
    assert standard.equals(sim.run(BASE, 60, 24, keep="outcomes").outcomes())


def test_the_same_whether_actors_act_as_one_or_apart() -> None:
    """Neighbours of one strategy act as one; subclasses of it act apart; every bit is the same."""
    told: dict[str, object] = {f"powers.{power}.strategy": "coercer" for power in POWERS}
    told |= {f"republics.{republic}.strategy": "auctioneer" for republic in REPUBLICS}
    together = sim.run(BASE.with_values(told), 20, 15)
    apart = sim.run(BASE, 20, 15, power=Fierce, republic=Seller)
    for name, values in together.record.arrays.items():
        assert np.array_equal(values, apart.record.arrays[name], equal_nan=True), name


@pytest.mark.parametrize("row", STRATEGIES, ids=lambda row: row.name)
def test_one_world_alone_is_the_first_of_three(row: Any) -> None:
    told = BASE.with_values({f"{row.section}.{code}.strategy": row.name for code in getattr(BASE, row.section)})
    alone, company = (sim.run(told, worlds, 13, seed=3).record for worlds in (1, 3))
    for name, values in alone.arrays.items():
        assert np.array_equal(values, company.arrays[name][..., :1], equal_nan=True), name


# -- powers ------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("power", ["RUS", "CHN"])
def test_a_patron_puts_more_into_its_clients(power: str) -> None:
    """The part of its engagement that goes to republics above its mean share grows."""
    share = of_power(played(), "overall", power)[0].mean(axis=-1)
    clients = share > share.mean()
    assert into(played(power, "patron"), power)[clients].sum() > into(played(), power)[clients].sum() + 0.02


@pytest.mark.slow
def test_a_merchant_punishes_nobody_and_does_not_mind_rivals() -> None:
    usual, merchant = played(), played("RUS", "merchant")
    answers = [of_power(result, "response") for result in (usual, merchant)]
    assert (answers[0] == rules.COERCED).any()
    assert not (answers[1] == rules.COERCED).any()
    assert (answers[1] == rules.IGNORED).sum() > (answers[0] == rules.IGNORED).sum()
    # where it goes follows from interest and endowment alone
    worth = np.array(
        [
            sum(BASE.powers["RUS"].interest[s] * BASE.republics[r].endowment[s] for s in BASE.powers["RUS"].interest)
            for r in REPUBLICS
        ]
    )
    worth /= worth.sum()
    assert np.abs(into(merchant) - worth).sum() < np.abs(into(usual) - worth).sum()


@pytest.mark.slow
@pytest.mark.parametrize("power", ["RUS", "CHN"])
def test_a_patient_investor_opens_fewer_and_larger_projects(power: str) -> None:
    usual, patient = played(), played(power, "patient_investor")
    counts = [opened(result, power).sum() for result in (usual, patient)]
    sizes = [of_power(result, "offer_size", power)[opened(result, power)].mean() for result in (usual, patient)]
    funds = [result.array("fund")[-1, POWERS.index(power)].mean() for result in (usual, patient)]
    assert counts[1] < 0.7 * counts[0]
    assert sizes[1] > 1.3 * sizes[0]
    assert funds[1] > funds[0]


@pytest.mark.slow
def test_a_coercer_never_concedes() -> None:
    usual, coercer = (of_power(result, "response") for result in (played(), played("RUS", "coercer")))
    assert (usual == rules.CONCILIATED).any()
    assert not (coercer == rules.CONCILIATED).any()
    assert (coercer == rules.COERCED).sum() > (usual == rules.COERCED).sum()


@pytest.mark.slow
def test_a_conciliator_never_punishes() -> None:
    usual, conciliator = (of_power(result, "response") for result in (played(), played("RUS", "conciliator")))
    assert not (conciliator == rules.COERCED).any()
    assert (conciliator == rules.CONCILIATED).sum() > (usual == rules.CONCILIATED).sum()


@pytest.mark.slow
@pytest.mark.parametrize("power", ["RUS", "CHN"])
def test_tit_for_tat_answers_in_kind(power: str) -> None:
    """What it answers follows from how its last project with that republic ended, and it lets nothing pass."""
    result = played(power, "tit_for_tat")
    answer, response = of_power(result, "answer", power), of_power(result, "response", power)
    mine = opened(result, power) & (answer != rules.NO_OFFER)
    slighted = np.zeros(answer.shape[1:], np.bool_)
    seen = set()
    for month in range(MONTHS):
        slighted = np.where(mine[month], answer[month] != rules.ACCEPTED, slighted)
        spoke = response[month] != rules.SILENT
        assert (response[month][spoke] == np.where(slighted, rules.COERCED, rules.CONCILIATED)[spoke]).all()
        seen |= set(slighted[spoke].tolist())
    assert seen == {True, False}


@pytest.mark.slow
@pytest.mark.parametrize("power", ["RUS", "CHN"])
def test_an_opportunist_bids_for_whatever_is_shopped_around(power: str) -> None:
    def bids(result: sim.Result) -> float:
        others = result.array("shopped") & ~opened(result, power)
        fund = result.array("fund")[:-1, POWERS.index(power)][:, None]
        return float((of_power(result, "offer_size", power) > 0.0)[others & (fund > 0.0)].mean())

    assert bids(played()) < 0.8
    assert bids(played(power, "opportunist")) == 1.0


@pytest.mark.slow
def test_an_opportunist_goes_where_rivals_have_something_to_lose() -> None:
    share = played().array("overall")[0].mean(axis=-1)
    rivals = share.sum(axis=1) - share[:, POWERS.index("RUS")]
    means = [(into(result) * rivals).sum() for result in (played(), played("RUS", "opportunist"))]
    assert means[1] > means[0]


# -- republics ---------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("republic", ["UZB", "TJK"])
def test_a_hedger_takes_less_from_those_it_depends_on(republic: str) -> None:
    share = of_republic(played(), "overall", republic)[0].mean(axis=-1)
    usual, hedger = taken(played(), republic), taken(played(republic, "hedger"), republic)
    assert (hedger * share).sum() / hedger.sum() < (usual * share).sum() / usual.sum()


@pytest.mark.slow
@pytest.mark.parametrize("republic", ["UZB", "TJK"])
def test_a_bandwagoner_sides_with_the_strongest(republic: str) -> None:
    """It never shops around, takes more often what the strongest offers, and never speaks against it."""

    def side(result: sim.Result) -> tuple[int, float, int, int]:
        overall = of_republic(result, "overall", republic)[:-1]  # at the beginning of each month
        strongest = overall == overall.max(axis=1, keepdims=True)
        answer = of_republic(result, "answer", republic)
        took = answer == rules.ACCEPTED
        bold = of_republic(result, "stance", republic) > STANCES.index("deferential")
        return (
            int(of_republic(result, "shopped", republic).sum()),
            float(took[strongest & (answer != rules.NO_OFFER)].mean()),
            int((of_republic(result, "rebuke", republic) & strongest).sum()),
            int((bold & strongest).sum()),
        )

    usual, sided = side(played()), side(played(republic, "bandwagoner"))
    assert min(usual[0], usual[2], usual[3]) > 0
    assert (sided[0], sided[2], sided[3]) == (0, 0, 0)
    assert sided[1] > usual[1]


@pytest.mark.slow
@pytest.mark.parametrize("republic", ["UZB", "TJK"])
def test_a_balancer_takes_the_weaker_s_bid_more_often(republic: str) -> None:
    """Where all powers bid, and over all."""
    share = of_republic(played(), "overall", republic)[0].mean(axis=-1)
    weakest = int(np.argmin(share))

    def part(result: sim.Result) -> float:
        answer = of_republic(result, "answer", republic)
        rivals = (answer != rules.NO_OFFER).sum(axis=1) > 1
        return float((answer[:, weakest] == rules.ACCEPTED)[rivals & (answer[:, weakest] != rules.NO_OFFER)].mean())

    balancer = played(republic, "balancer")
    assert part(balancer) > part(played()) + 0.1
    assert (of_republic(balancer, "shopped", republic) == (of_republic(balancer, "opener", republic) >= 0)).all()
    assert of_republic(balancer, "shopped", republic).sum() > of_republic(played(), "shopped", republic).sum()


@pytest.mark.slow
@pytest.mark.parametrize("republic", ["UZB", "TJK"])
def test_an_isolationist_takes_fewer_and_asks_nobody(republic: str) -> None:
    isolationist = played(republic, "isolationist")
    assert taken(isolationist, republic).sum() < 0.8 * taken(played(), republic).sum()
    assert (of_republic(played(), "request_power", republic) >= 0).any()
    assert (of_republic(isolationist, "request_power", republic) < 0).all()


@pytest.mark.slow
@pytest.mark.parametrize("republic", ["UZB", "TJK"])
def test_an_auctioneer_takes_the_largest_bid_and_ignores_strings(republic: str) -> None:
    def highest(result: sim.Result) -> float:
        """Part of the contested projects taken that went to the largest bid."""
        size, answer = (of_republic(result, name, republic) for name in ("offer_size", "answer"))
        contested = ((answer != rules.NO_OFFER).sum(axis=1) > 1) & (answer == rules.ACCEPTED).any(axis=1)
        won = (answer == rules.ACCEPTED).argmax(axis=1)
        return float((size.argmax(axis=1) == won)[contested].mean())

    auctioneer = played(republic, "auctioneer")
    assert highest(auctioneer) > highest(played()) + 0.05
    assert (of_republic(auctioneer, "shopped", republic) == (of_republic(auctioneer, "opener", republic) >= 0)).all()
    # strings change what a standard republic takes, not what it takes
    tied = {f"powers.{power}.strings": 0.9 for power in POWERS}
    told = {f"republics.{code}.strategy": "auctioneer" for code in REPUBLICS}

    def first_answers(changes: dict[str, Any]) -> Any:
        return sim.run(BASE.with_values(changes), 300, 1).array("answer")

    assert np.array_equal(first_answers(told), first_answers(told | tied))
    assert not np.array_equal(first_answers({}), first_answers(tied))
