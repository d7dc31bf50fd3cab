"""The patterns the model must show (pattern-oriented modelling, Grimm et al. 2005): each over 500 worlds or more.

Sizes are means over worlds and differences are paired (the same luck on both sides), so that a pattern is the
scenario's effect and not one seed's. Shares are in points (per cent of a republic's engagement) unless said otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
import pandas as pd
import pytest

import sim
from sim.scenario.table import CAUSES, SECTORS

WORLDS, YEARS5, YEARS10 = 500, 60, 120
BASE = sim.load("dushanbe-2025")
NO_EVENTS = {f"events.{name}.on": 0.0 for name in BASE.events}
CHN, EUU, STRAIN, RESPECT = "powers.CHN.budget", "powers.EUU.budget", "powers.RUS.strain", "powers.RUS.respect"


@cache
def _outcomes(name: str, changes: tuple[tuple[str, float], ...], months: int) -> pd.DataFrame:
    scenario = sim.load(name).with_values(dict(changes))
    return sim.run(scenario, WORLDS, months, keep="outcomes").outcomes()


def outcomes(
    name: str = "dushanbe-2025", changes: Mapping[str, float] | None = None, months: int = YEARS5
) -> pd.DataFrame:
    """One row a world; runs asked for twice are run once."""
    return _outcomes(name, tuple(sorted((changes or {}).items())), months)


def points(changed: pd.DataFrame, base: pd.DataFrame, name: str) -> float:
    """Mean paired difference of a share, in points."""
    return 100.0 * float((changed[name] - base[name]).mean())


@pytest.fixture(scope="module")
def decade() -> sim.Result:
    """Ten years of the baseline, all that happened."""
    return sim.run(BASE, WORLDS, YEARS10)


# -- 1: no change in, none out -----------------------------------------------------------------------------------------


def test_an_unchanged_world_stays_where_it_is() -> None:
    """No growth, no wear, no events, no drift: luck in offers and answers is left, and leads nowhere."""
    moves = ("capability_growth", "legacy_erosion", "volatility")
    still = {path: 0.0 for path in BASE.numeric_paths() if any(name in path.split(".") for name in moves)}
    result = sim.run(BASE.with_values(NO_EVENTS | still), WORLDS, YEARS10)
    for sector in ("overall", *SECTORS):
        share = result.shares(sector)
        assert np.abs((share - share[0]).mean(axis=-1)).max() < 0.01, sector
    wander = np.quantile(np.abs(result.shares()[-1] - result.shares()[0]), 0.8, axis=-1)
    assert wander.max() < 0.01  # four worlds of five, each alignment


# -- 2, 3: Russia's war, peace and tone --------------------------------------------------------------------------------


def test_strain_costs_russia_alignment_and_breeds_lapses_grievance_and_rebukes() -> None:
    levels = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    found = [outcomes(changes={STRAIN: level}) for level in levels]
    means = pd.DataFrame([table.mean(numeric_only=True) for table in found])
    assert (means["RUS.share"].diff()[1:] < -0.01).all()
    for grows in ("RUS.lapsed", "RUS.grievance", "RUS.rebukes"):
        assert (means[grows].diff()[1:] > 0).all(), grows
    kept = means["RUS.delivered"] / (means["RUS.delivered"] + means["RUS.lapsed"])
    assert (kept.diff()[1:] < 0).all()
    assert -8.0 <= points(found[4], found[2], "RUS.share") <= -3.0
    assert ((found[4] < found[2])["RUS.share"]).mean() > 0.95  # not only on average


def test_peace_with_a_respectful_tone_recovers_part_of_it() -> None:
    mended = outcomes(changes={STRAIN: 0.1, RESPECT: 0.7})
    assert 3.0 <= points(mended, outcomes(), "RUS.share") <= 7.0
    assert 3.0 <= points(outcomes("moscow-reasserts"), outcomes(), "RUS.share") <= 7.0


def test_words_help_and_deeds_move() -> None:
    words, base = outcomes("words-without-deeds"), outcomes()
    assert words["RUS.grievance"].mean() < 0.95 * base["RUS.grievance"].mean()
    assert words["RUS.rebukes"].mean() < 0.7 * base["RUS.rebukes"].mean()
    assert 0.0 < points(words, base, "RUS.share") < 1.0


# -- 4, 5: money -------------------------------------------------------------------------------------------------------


def by_sector(power: str, changes: Mapping[str, float]) -> pd.Series:
    """Points gained in each sector, largest first."""
    changed, base = outcomes(changes=changes), outcomes()
    gained = {sector: points(changed, base, f"{power}.{sector}.share") for sector in SECTORS}
    return pd.Series(gained).sort_values(ascending=False)


def test_chinese_money_works_most_where_china_builds_and_less_and_less() -> None:
    budget = BASE.get(CHN)
    twice = by_sector("CHN", {CHN: 2 * budget})
    assert set(twice.index[:3]) == {"trade", "infrastructure", "energy"}
    assert twice["trade"] > 1.0
    gains = [points(outcomes(changes={CHN: k * budget}), outcomes(), "CHN.share") for k in (1, 2, 3, 4)]
    assert (np.diff(gains) > 0).all()
    assert (np.diff(gains, 2) < -0.1).all()


def test_hedging_pushes_back_against_chinese_money() -> None:
    carefree = {f"republics.{r}.hedging": 0.0 for r in BASE.republics}
    hedged = points(outcomes(changes={CHN: 2 * BASE.get(CHN)}), outcomes(), "CHN.share")
    unhedged = points(outcomes(changes=carefree | {CHN: 2 * BASE.get(CHN)}), outcomes(changes=carefree), "CHN.share")
    assert unhedged > 1.05 * hedged


def test_overdependence_on_chinese_money_is_felt() -> None:
    """Where China already holds near half of all engagement; not where its share is far below what is tolerated."""
    more, base = (sim.run(story, WORLDS, YEARS5) for story in (BASE.with_values({CHN: 2 * BASE.get(CHN)}), BASE))
    cause, china = CAUSES.index("overdependence"), base.powers.index("CHN")
    felt = (more.array("grievance") - base.array("grievance"))[-1, :, china, cause]
    assert (felt[base.republics.index("TKM")] > 0).mean() > 0.95
    assert felt[base.republics.index("TKM")].mean() > 5 * felt[base.republics.index("KAZ")].mean()


def test_european_money_works_most_in_minerals_and_trade_from_a_low_base() -> None:
    twice = by_sector("EUU", {EUU: 2 * BASE.get(EUU)})
    assert set(twice.index[:2]) == {"minerals", "trade"}
    assert 0.5 < points(outcomes(changes={EUU: 2 * BASE.get(EUU)}), outcomes(), "EUU.share") < 3.0
    assert outcomes()["EUU.share"].mean() < 0.5 * outcomes()["CHN.share"].mean()


# -- 6, 7: voice -------------------------------------------------------------------------------------------------------


def test_public_rebukes_are_rare_and_tajikistans_first(decade: sim.Result) -> None:
    of_russia = decade.rebukes().set_index(["power", "republic"])["mean"]["RUS"]
    assert 0.7 <= of_russia.sum() <= 2.2
    assert of_russia.idxmax() == "TJK"
    against = decade.rebukes().groupby("power")["mean"].sum()
    assert against["CHN"] < of_russia.sum() / 3
    assert against["EUU"] < of_russia.sum() / 3


def test_a_war_that_drags_on_makes_rebukes_several_times_as_frequent() -> None:
    war, base = outcomes("war-drags-on")["RUS.rebukes"].mean(), outcomes()["RUS.rebukes"].mean()
    assert 3.0 * base < war < 12.0 * base


def test_rebukes_are_likelier_at_summits(decade: sim.Result) -> None:
    rate = decade.array("rebuke")[:, :, decade.powers.index("RUS")].sum(axis=1).mean(axis=-1)
    summits = [decade.dates.index(date) - 1 for date in ("2025-10", "2027-10")]
    near = [
        month for summit in summits for month in range(summit - 6, summit + 7) if month >= 0 and month not in summits
    ]
    assert rate[summits].mean() > 2.0 * rate[near].mean()


def test_rebukes_are_contagious_for_some_months() -> None:
    """The same worlds with and without contagion agree up to the first rebuke; what others do after it differs."""
    result = sim.run("war-drags-on", 1000)
    immune = sim.run(sim.load("war-drags-on").with_values({"rules.contagion": 0.0}), 1000)
    russia = result.powers.index("RUS")
    said, alone = (run.array("rebuke")[:, :, russia] for run in (result, immune))
    speaks = said.any(axis=1)
    first = np.where(speaks.any(axis=0), speaks.argmax(axis=0), result.months)

    def by_others(rebukes: np.ndarray, since: int, until: int) -> float:
        """Rebukes by republics that were silent in the first month of rebuke, in a span of months after it."""
        counted = 0
        for world in np.flatnonzero(first + until < result.months):
            silent = ~said[first[world], :, world]
            counted += int(rebukes[first[world] + since : first[world] + until, silent, world].sum())
        return counted

    assert by_others(said, 1, 5) > 1.3 * by_others(alone, 1, 5)
    soon = by_others(said, 1, 5) / by_others(alone, 1, 5)
    late = by_others(said, 13, 25) / by_others(alone, 13, 25)
    assert late < 1.0 + (soon - 1.0) / 2.0


def test_leverage_keeps_quiet_and_makes_comply() -> None:
    """At equal grievance and threshold; complying is to be deferential at a summit."""
    same = {f"republics.{r}.grievance.RUS": 0.8 for r in BASE.republics}
    same |= {f"republics.{r}.voice_threshold": 0.8 for r in BASE.republics}
    same |= NO_EVENTS
    held = pd.Series({r: BASE.get(f"republics.{r}.leverage.RUS") for r in BASE.republics})
    assert set(held.nlargest(2).index) == {"KGZ", "TJK"}

    def speaks(changes: Mapping[str, float]) -> pd.Series:
        """Rebukes of Russia a world in five years."""
        result = sim.run(BASE.with_values(changes), WORLDS, YEARS5, keep="outcomes")
        return result.rebukes().query("power == 'RUS'").set_index("republic")["mean"]

    def defers(changes: Mapping[str, float]) -> pd.Series:
        """Chance of deference at a summit on day one, while grievances are still equal."""
        story = BASE.with_values(changes | {"events.dushanbe-summit.on": 1.0})
        return sim.run(story, 2000, 1).stances().set_index("republic")["deferential"]

    bound, freed = same, same | {"republics.KGZ.leverage.RUS": 0.1}
    assert set(speaks(bound).nsmallest(2).index) == {"KGZ", "TJK"}
    assert set(defers(bound).nlargest(2).index) == {"KGZ", "TJK"}
    assert speaks(freed)["KGZ"] > 1.3 * speaks(bound)["KGZ"]
    assert defers(freed)["KGZ"] < 0.7 * defers(bound)["KGZ"]


# -- 8 to 11: the shape of it all --------------------------------------------------------------------------------------


def test_multi_vector(decade: sim.Result) -> None:
    assert (decade.shares().max(axis=(0, 1, 2)) <= 0.7).mean() >= 0.95


def test_security_is_sticky(decade: sim.Result) -> None:
    russia = decade.powers.index("RUS")
    for years in (5, 10):
        lost = {
            sector: 1.0 - decade.shares(sector)[12 * years, :, russia] / decade.shares(sector)[0, :, russia]
            for sector in ("security", "trade")
        }
        assert 0.0 < lost["security"].mean() < 0.5 * lost["trade"].mean(), years
    war = outcomes("war-drags-on")
    assert -points(war, outcomes(), "RUS.security.share") > 0.5


def test_not_zero_sum() -> None:
    """All three powers can have more deals alive while Russia's share falls."""
    result = sim.run(BASE, WORLDS, YEARS5)
    live = result.array("deals").sum(axis=(1, 3))
    all_grow = (live[-1] > live[0]).all(axis=0)
    falls = outcomes()["RUS.change"].to_numpy() < 0
    assert (all_grow & falls).mean() > 0.1
    assert (live[-1].mean(axis=-1) > live[0].mean(axis=-1)).all()
    assert outcomes()["RUS.change"].mean() < 0


def test_stances_at_dushanbe() -> None:
    stances = sim.run(BASE, 1000, 1).stances().set_index("republic")["assertive"]
    assert stances.idxmax() == "TJK"
    assert set(stances.nsmallest(2).index) == {"TKM", "KGZ"}
    assert stances["TJK"] > 1.3 * stances.drop("TJK").max()
