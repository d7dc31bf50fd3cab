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
from sim.world import rules

WORLDS, YEARS5, YEARS10 = 500, 60, 120
BASE = sim.load("dushanbe-2025")
NO_EVENTS = {f"events.{name}.on": 0.0 for name in BASE.events}
CHN, EUU, STRAIN, RESPECT = "powers.CHN.budget", "powers.EUU.budget", "powers.RUS.strain", "powers.RUS.respect"


@cache
def _outcomes(name: str, changes: tuple[tuple[str, float], ...], months: int) -> pd.DataFrame:
    if (name, changes, months) == (BASE.name, (), YEARS5):
        return five_years().outcomes()
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


def luck(name: str) -> float:
    """What luck alone does to a share of the baseline in five years: standard deviation over worlds, points."""
    return 100.0 * float(outcomes()[name].std())


@cache
def five_years() -> sim.Result:
    """Five years of the baseline, all that happened."""
    return sim.run(BASE, WORLDS, YEARS5)


@pytest.fixture(scope="module")
def decade() -> sim.Result:
    """Ten years of the baseline, all that happened."""
    return sim.run(BASE, WORLDS, YEARS10)


# -- 1: no change in, none out -----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_an_unchanged_world_stays_where_it_is() -> None:
    """No growth, no wear, no events, no drift: luck in projects and answers is left, and leads nowhere on average."""
    moves = ("capability_growth", "legacy_erosion", "volatility")
    still = {path: 0.0 for path in BASE.numeric_paths() if any(name in path.split(".") for name in moves)}
    result = sim.run(BASE.with_values(NO_EVENTS | still), 2000, YEARS10, keep="overall")
    change = result.shares() - result.shares()[0]
    assert np.abs(change.mean(axis=-1)).max() < 0.01
    assert np.abs(np.median(change, axis=-1)).max() < 0.01


# -- 2, 3: Russia's war, peace and tone --------------------------------------------------------------------------------


@pytest.mark.slow
def test_strain_costs_russia_alignment_and_breeds_lapses_grievance_and_rebukes() -> None:
    levels = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    found = [outcomes(changes={STRAIN: level}) for level in levels]
    means = pd.DataFrame([table.mean(numeric_only=True) for table in found])
    assert (100 * means["RUS.share"].diff()[1:] < -luck("RUS.share")).all()
    for grows in ("RUS.lapsed", "RUS.grievance", "RUS.rebukes"):
        assert (means[grows].diff()[1:] > 0).all(), grows
    kept = means["RUS.delivered"] / (means["RUS.delivered"] + means["RUS.lapsed"])
    assert (kept.diff()[1:] < 0).all()
    assert -8.0 <= points(found[4], found[2], "RUS.share") <= -3.0 * luck("RUS.share")
    assert ((found[4] < found[2])["RUS.share"]).mean() > 0.95  # not only on average


@pytest.mark.slow
def test_peace_with_a_respectful_tone_recovers_part_of_it() -> None:
    mended = outcomes(changes={STRAIN: 0.1, RESPECT: 0.7})
    for better in (mended, outcomes("moscow-reasserts")):
        assert 3.0 * luck("RUS.share") <= points(better, outcomes(), "RUS.share") <= 7.0
        assert (better > outcomes())["RUS.share"].mean() > 0.95


@pytest.mark.slow
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


@pytest.mark.slow
def test_chinese_money_works_most_where_china_builds_and_less_and_less() -> None:
    budget = BASE.get(CHN)
    twice = by_sector("CHN", {CHN: 2 * budget})
    assert set(twice.index[:3]) == {"trade", "infrastructure", "energy"}
    assert twice["trade"] > 1.0
    shares = np.stack([100 * outcomes(changes={CHN: k * budget})["CHN.share"] for k in (1, 2, 3, 4)])
    gains, bends = np.diff(shares, axis=0), np.diff(shares, 2, axis=0)  # by world, with the same luck
    assert (gains.mean(axis=1) > 0.3).all()
    assert (bends.mean(axis=1) < -3.0 * bends.std(axis=1) / np.sqrt(WORLDS)).all()  # surely less each time
    assert gains[2].mean() < 0.7 * gains[0].mean()


@pytest.mark.slow
def test_hedging_pushes_back_against_chinese_money() -> None:
    carefree = {f"republics.{r}.hedging": 0.0 for r in BASE.republics}
    hedged = points(outcomes(changes={CHN: 2 * BASE.get(CHN)}), outcomes(), "CHN.share")
    unhedged = points(outcomes(changes=carefree | {CHN: 2 * BASE.get(CHN)}), outcomes(changes=carefree), "CHN.share")
    assert unhedged > 1.05 * hedged


@pytest.mark.slow
def test_overdependence_on_chinese_money_is_felt() -> None:
    """Where China already holds near half of all engagement; not where its share is far below what is tolerated."""
    more, base = sim.run(BASE.with_values({CHN: 2 * BASE.get(CHN)}), WORLDS, YEARS5), five_years()
    cause, china = CAUSES.index("overdependence"), base.powers.index("CHN")
    felt = (more.array("grievance") - base.array("grievance"))[-1, :, china, cause]
    assert (felt[base.republics.index("TKM")] > 0).mean() > 0.95
    assert felt[base.republics.index("TKM")].mean() > 2 * felt[base.republics.index("KAZ")].mean()


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
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


EQUAL = {
    **{f"republics.{r}.{key}": 0.8 for r in BASE.republics for key in ("grievance.RUS", "voice_threshold")},
    **{path: 0.0 for path in BASE.numeric_paths() if ".solidarity." in path},
    **NO_EVENTS,
}
"""All five have the same grievance against Russia and the same threshold, and none hears the others."""
HELD = ("KGZ", "TJK")


def freed(republic: str) -> dict[str, float]:
    """Russia's hold over one republic as weak as the weakest."""
    return {f"republics.{republic}.leverage.RUS": 0.1}


@pytest.mark.slow
def test_leverage_keeps_quiet_and_makes_comply() -> None:
    """At equal grievance and threshold; complying is to be deferential at a summit."""
    leverage = pd.Series({r: BASE.get(f"republics.{r}.leverage.RUS") for r in BASE.republics})
    assert set(leverage.nlargest(2).index) == set(HELD)

    def speaks(changes: Mapping[str, float]) -> pd.Series:
        """Rebukes of Russia a world in half a year, while grievances are still nearly equal."""
        result = sim.run(BASE.with_values(EQUAL | changes), 2000, 6, keep="outcomes")
        return result.rebukes().query("power == 'RUS'").set_index("republic")["mean"]

    def defers(changes: Mapping[str, float]) -> pd.Series:
        """Chance of deference at a summit on day one."""
        story = BASE.with_values(EQUAL | changes | {"events.dushanbe-summit.on": 1.0})
        return sim.run(story, 2000, 1).stances().set_index("republic")["deferential"]

    spoken, deferred = speaks({}), defers({})
    assert set(spoken.nsmallest(2).index) == set(deferred.nlargest(2).index) == set(HELD)
    for republic in HELD:
        assert speaks(freed(republic))[republic] > 2.0 * spoken[republic]
        assert defers(freed(republic))[republic] < 0.7 * deferred[republic]


@pytest.mark.slow
def test_a_hold_that_punishes_breeds_the_grievance_it_silences() -> None:
    """Over five years leverage keeps quiet by half as much where it stings; where nobody punishes, the quiet lasts."""
    for republic in HELD:

        def speaks(changes: Mapping[str, float], r: str = republic) -> tuple[float, float]:
            """How much oftener the republic rebukes Russia in five years, and how much it resents, if set free."""
            held, free = (outcomes(changes=EQUAL | changes | hold) for hold in ({}, freed(r)))
            rebukes, grievance = f"{r}.RUS.rebukes", f"{r}.RUS.grievance"
            return free[rebukes].mean() / held[rebukes].mean(), free[grievance].mean() - held[grievance].mean()

        punished, unpunished = speaks({}), speaks({"powers.RUS.coerciveness": 0.0})
        assert 1.0 < punished[0] < unpunished[0] - 0.2
        assert unpunished[0] > 1.3
        assert punished[1] < unpunished[1] - 0.02 < 0.0


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
    result = five_years()
    live = result.array("deals").sum(axis=(1, 3))
    grown = live[-1] - live[0]
    falls = outcomes()["RUS.change"].to_numpy() < 0
    assert ((grown > 0).all(axis=0) & falls).mean() > 0.1
    assert np.corrcoef(grown).min() > -0.2  # one power's deals are not another's loss
    assert outcomes()["RUS.change"].mean() < 0


def test_stances_at_dushanbe() -> None:
    stances = sim.run(BASE, 1000, 1).stances().set_index("republic")["assertive"]
    assert stances.idxmax() == "TJK"
    assert set(stances.nsmallest(2).index) == {"TKM", "KGZ"}
    assert stances["TJK"] > 1.3 * stances.drop("TJK").max()


# -- 12 to 16: what diplomacy does ------------------------------------------------------------------------------------


def taken(result: sim.Result) -> np.ndarray:
    """Points of every project taken, (month, republic, power, world)."""
    return np.where(result.array("answer") == rules.ACCEPTED, result.array("offer_size"), 0.0)


def explained(change: np.ndarray, ours: np.ndarray, theirs: np.ndarray) -> float:
    """Part of the variance of a change over worlds that goes with what we and what others won, all (w,)."""
    given = np.stack([ours, theirs, np.ones_like(ours)], axis=1)
    rest = change - given @ np.linalg.lstsq(given, change, rcond=None)[0]
    return 1.0 - float(rest.var() / change.var())


@pytest.mark.slow
def test_who_wins_the_few_big_projects_decides_more_than_how_many_small_ones() -> None:
    """Per republic the three largest projects of five years against the number of all others, some six."""
    result = sim.run(BASE, 2000, YEARS5)
    size, change = taken(result), result.shares()[-1] - result.shares()[0]
    of_big, of_small = [], []
    for republic in range(len(result.republics)):
        points = size[:, republic]
        third = np.sort(points.reshape(-1, points.shape[-1]), axis=0)[-3]
        big = points >= np.maximum(third, 1e-9)
        won, number = np.where(big, points, 0.0).sum(axis=0), ((points > 0) & ~big).sum(axis=0) * 1.0
        for power in range(len(result.powers)):
            moved = change[republic, power]
            of_big.append(explained(moved, won[power], won.sum(axis=0) - won[power]))
            of_small.append(explained(moved, number[power], number.sum(axis=0) - number[power]))
    assert np.mean(of_big) > 1.5 * np.mean(of_small)


class Loyal(sim.Republic):
    """Asks one power only."""

    def shops(self) -> np.ndarray:
        return np.zeros(self.opened.shape, bool)


class Shopper(sim.Republic):
    """Asks others to bid, always."""

    def shops(self) -> np.ndarray:
        return np.ones(self.opened.shape, bool)


@pytest.mark.slow
def test_who_asks_two_powers_to_bid_gets_better_terms_the_more_so_the_more_they_are_rivals() -> None:
    def gains(rivalry: float) -> tuple[float, float]:
        """How much more points a project taken has, and how many more points are agreed, with bidding than without."""
        story = BASE.with_values({f"powers.{p}.rivalry": rivalry for p in BASE.powers})
        loyal, shopper = (sim.run(story, WORLDS, YEARS5, republic=cls) for cls in (Loyal, Shopper))
        sizes = [size[size > 0].mean() for size in map(taken, (loyal, shopper))]
        agreed = [float(run.array("accepted").sum()) for run in (loyal, shopper)]
        return sizes[1] / sizes[0], agreed[1] / agreed[0]

    calm, fierce = gains(0.2), gains(1.2)
    assert min(calm) > 1.0
    assert fierce[0] > calm[0] + 0.02
    assert fierce[1] > calm[1]


@pytest.mark.slow
def test_an_assertive_guest_is_conceded_to_by_who_fears_to_lose_it_and_punished_by_who_holds_it() -> None:
    aggrieved = {f"republics.{r}.grievance.RUS": 0.7 for r in BASE.republics}

    def answers(changes: Mapping[str, float]) -> tuple[float, float]:
        """Parts of the assertive guests at Dushanbe that are conceded to and punished."""
        result = sim.run(BASE.with_values(aggrieved | changes), 2000, 1)
        russia = result.powers.index("RUS")
        assertive = result.array("stance")[0, :, russia] == rules.ASSERTIVE
        answer = result.array("response")[0, :, russia][assertive]
        return float((answer == rules.CONCILIATED).mean()), float((answer == rules.COERCED).mean())

    free, held = (answers({f"republics.{r}.leverage.RUS": hold for r in BASE.republics}) for hold in (0.1, 0.8))
    assert free[0] > 2.0 * held[0]
    assert held[1] > 3.0 * free[1]
    careless, fearful = (answers({"powers.RUS.rivalry": rivalry}) for rivalry in (0.0, 1.2))
    assert fearful[0] > 1.5 * careless[0]
    assert fearful[1] < careless[1]


@pytest.mark.slow
def test_guests_know_what_to_expect() -> None:
    """Where the host has a hold, fewer are assertive; where it must fear to lose them, more are."""
    aggrieved = {f"republics.{r}.grievance.RUS": 0.7 for r in BASE.republics}

    def assertive(changes: Mapping[str, float]) -> float:
        return float(sim.run(BASE.with_values(aggrieved | changes), 2000, 1).stances()["assertive"].mean())

    assert assertive({"powers.RUS.coerciveness": 0.0}) > 1.15 * assertive({"powers.RUS.coerciveness": 1.0})
    assert assertive({"powers.RUS.rivalry": 1.2}) > 1.15 * assertive({"powers.RUS.rivalry": 0.0})


@pytest.mark.slow
def test_above_a_critical_solidarity_the_five_speak_out_together() -> None:
    """Granovetter 1978, Kuran 1991: mean number of republics that rebuke Russia within half a year of the first."""

    def together(solidarity: float) -> float:
        ties = {f"republics.{a}.solidarity.{b}": solidarity for a in BASE.republics for b in BASE.republics if a != b}
        result = sim.run(BASE.with_values(ties), 1000, YEARS5)
        said = result.array("rebuke")[:, :, result.powers.index("RUS")]
        counts = []
        for world in range(result.worlds):
            months = np.flatnonzero(said[:, :, world].any(axis=1))
            if len(months) and months[0] + 7 < len(said):
                counts.append(said[months[0] : months[0] + 7, :, world].any(axis=0).sum())
        return float(np.mean(counts))

    alone, some, all_in = together(0.0), together(0.4), together(1.0)
    assert some - alone < 0.2
    assert all_in - alone > 3.0 * (some - alone)
    assert all_in > 1.5


@pytest.mark.slow
def test_a_long_war_starves_projects_before_what_is_steady() -> None:
    war, base = (sim.run(BASE.with_values({STRAIN: strain}), WORLDS, YEARS10) for strain in (0.9, BASE.get(STRAIN)))
    russia, late = base.powers.index("RUS"), slice(36, None)
    steady, projects, big = [], [], []
    for run in (base, war):
        size = taken(run)[late, :, russia]
        steady.append(float(run.array("steady")[late, :, russia].sum()))
        projects.append(float(size.sum()))
        big.append(float(np.sort(size.reshape(-1, run.worlds), axis=0)[-3:].sum()))
    assert projects[1] / projects[0] < steady[1] / steady[0] - 0.05
    assert big[1] / big[0] < steady[1] / steady[0]
