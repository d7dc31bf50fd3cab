"""Day one as an equilibrium: the flows and treatment an unchanged world would go on having, by the rules' expectations.

Initial deals, pledges, grudges, expectations and the usual treatment are not said by a scenario: they follow from its
values before day one (``scenario.rest``), so that a world in which nothing changes stays where it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.scenario.table import CAUSES
from sim.world import rules
from sim.world.luck import PAST, Streams, finer
from sim.world.parameters import SINGLE, Parameters
from sim.world.rules import over, total

Floats = NDArray[np.floating[Any]]

QUARTERS = 40
"""Quarters of projects before day one that each world remembers: three half-lives of deals."""


@dataclass(frozen=True)
class Equilibrium:
    """Day one, settled; axes as in the model, the worlds axis of length 1 where nothing varies."""

    alignment: Floats
    """(r, p, s, w) share of day one, off the borders."""
    logit: Floats
    """(r, p, s, w) its log-ratio to the others' share, in float64."""
    overall: Floats
    """(r, p, w) need-weighted share."""
    grievance: Floats
    """(r, p, c, w) points by cause."""
    strain: Floats
    """(p, w)."""
    expected: Floats
    """(r, p, w) points a month: what courting usually puts into a republic."""
    steady: Floats
    """(p, w) points a month of steady engagement."""
    courting: Floats
    """(r, p, s, w) part of a power's courting that goes into a republic and sector; 1 over both."""
    hazard: Floats
    """(r, p, w) chance that a project is opened this month, by the power or at the republic's request."""
    sector: Floats
    """(r, p, s, w) part of the projects that lies in a sector."""
    accepted: Floats
    """(r, p, s, w) chance that a project is taken."""
    usual: Floats
    """(p, w) points of a usual project."""
    saving: Floats
    """(p, w) points a month put by for projects."""
    ceiling: Floats
    """(p, w) points at which the fund is full."""
    done: Floats
    """(p, w) part of what falls due that is delivered."""
    cancel: Floats
    """(r, p, w) monthly chance that what is pending in a sector is called off."""
    grudge: Floats
    """(r, p, w) points."""
    treatment: Floats
    """(r, p, c, w) usual treatment."""
    settling: Floats
    """(r, p, c, w) points a month that rebukes and the answers to them move on average."""

    def in_single(self) -> Equilibrium:
        """The same in float32, but for the log-ratios."""
        felt = {name: values.astype(SINGLE) for name, values in vars(self).items() if name != "logit"}
        return replace(self, **felt)


@dataclass(frozen=True)
class Past:
    """What the projects of before day one left in each world, (..., w)."""

    pledges: Floats
    """(r, p, s, w) points pending."""
    pace: Floats
    """(r, p, s, w) part of them that falls due in a month."""
    deals: Floats
    """(r, p, s, w) points living."""
    fund: Floats
    """(p, w) points saved."""


def equilibrium(p: Parameters) -> Equilibrium:
    """The equilibrium of parameters taken ``settled`` (see ``parameters.arrays``)."""
    rule = p.rule
    alignment = rules.interior(p.dyad["alignment"], rule["share_floor"])
    overall = rules.summed(alignment * p.republic["need"][:, None], 2)
    grievance = p.dyad["grievance"][:, :, None] * p.power["grievance_mix"][None]
    strain, respect = p.power["strain"], p.power["respect"]
    noise = rule["choice_noise"]

    # rebukes, and how they are answered
    pressure = rules.pressure(
        p.dyad["grievance"],
        over(p.republic["voice_threshold"], "power"),
        p.dyad["leverage"],
        rule["leverage_cost"],
        np.zeros(1),
    )
    hazard = rules.rebuke_chance(pressure, rule["voice_rate"], rule["voice_slope"])
    engaged = over(total(overall, "power"), "power") - overall

    # steady engagement and projects: how much, with whom, in which sector
    full = rules.means(p.power["budget"], p.power["budget_growth"], 0, np.ones(1), np.zeros(1), np.zeros(1))
    means = full * np.exp(-rule["strain_on_means"] * strain)
    part = p.power["project_share"]
    steady = np.minimum(full * (1.0 - part), means)
    saving, ceiling = means - steady, 12.0 * p.power["fund_years"] * full * part
    rivals = over(total(alignment, "power"), "power") - alignment
    worth = over(p.power["interest"], "republic") * over(p.republic["endowment"], "power")
    value = worth * (1.0 + over(p.power["rivalry"], "sector") * rivals)
    standing = rules.standing(
        p.dyad["grievance"], rule["grievance_cost"], overall, rule["dependence_tolerance"], rule["dependence_cost"]
    )
    one = np.ones(1)
    utility = rules.offer_utility(
        rule["offer_appeal"],
        over(p.republic["need"], "power"),
        rule["need_appeal"],
        one,
        one,
        rule["size_appeal"],
        over(p.power["strings"], "sector"),
        over(over(p.republic["autonomy"], "power"), "sector"),
        rule["strings_cost"],
        over(standing, "sector"),
    )
    accepted = rules.sigmoid(utility / noise)
    asked = rules.chances(standing, noise) * (rule["requests"] / 12.0)
    opening = p.power["projects"] / (12.0 * len(alignment))
    bidders = rules.sigmoid(rules.concession(p.power["rivalry"], engaged, np.zeros(1), noise))
    rivals_bid = over(total(bidders, "power"), "power") - bidders
    outbid = over(p.republic["autonomy"], "power") * rivals_bid / (1.0 + rivals_bid)
    refused = 1.0 - _weighted(accepted, value) * (1.0 - outbid)
    fade = rules.fading(rule["grudge_half_life"])
    grudge = (rule["grudge_per_refusal"] * refused * opening + rule["grudge_per_rebuke"] * hazard) / fade
    value = value * over(np.exp(-grudge), "sector")
    by_republic = total(value, "sector")
    weight = by_republic / _some(total(by_republic, "republic"))
    sector = value / over(_some(by_republic), "sector")
    grant = rules.grant_chance(p.power["responsiveness"], strain, rule["strain_on_means"], grudge)
    opened = rules.arising(p.power["projects"], weight, one)
    requested = asked * grant
    both = over(opened + requested, "sector")
    sector = np.where(
        both > 0.0,
        (over(opened, "sector") * sector + over(requested, "sector") * over(p.republic["need"], "power")) / _some(both),
        sector,
    )
    courting = value / over(_some(total(by_republic, "republic")), "sector")
    done = rules.performance(p.power["reliability"], strain, rule["strain_on_delivery"])
    cancel = rules.cancel_chance(rule["cancel_rate"], strain, rule["cancel_strain"], grudge, rule["cancel_grudge"])

    by_cause = {
        "neglect": asked * (1.0 - grant),
        "disrespect": 1.0 - respect,
        "broken_promise": 1.0 - done,
        "overdependence": rules.overdependence(overall, rule["dependence_tolerance"]),
        "coercion": np.zeros(1),
    }
    treatment = np.stack(np.broadcast_arrays(*(by_cause[cause] for cause in CAUSES)), axis=2)

    concede, punish, _ = rules.response_chances(
        respect,
        p.power["rivalry"] * engaged,
        grudge,
        p.power["coerciveness"],
        p.dyad["leverage"],
        rule["coercion_appeal"],
        rule["ignoring_appeal"],
        rule["response_slope"],
    )
    kept = (1.0 - rule["catharsis"]) * (1.0 - concede * rule["conciliation_relief"])
    stung = np.array([cause == "coercion" for cause in CAUSES])[:, None]
    settling = over(hazard * (kept - 1.0), "cause") * grievance
    settling = settling + over(hazard * punish * rule["coercion_sting"], "cause") * stung
    return Equilibrium(
        alignment=alignment,
        logit=rules.logits(alignment),
        overall=overall,
        grievance=grievance,
        strain=strain,
        expected=means * weight,
        steady=steady,
        courting=courting,
        hazard=opened + requested,
        sector=sector,
        accepted=accepted,
        usual=rules.usual_size(full, part, p.power["projects"]),
        saving=saving,
        ceiling=ceiling,
        done=done,
        cancel=cancel,
        grudge=grudge,
        treatment=treatment,
        settling=settling,
    )


def past(p: Parameters, settled: Equilibrium, luck: Streams) -> Past:
    """Each world's projects of the years before day one, a quarter at a time, in a world in which nothing changed.

    Day one is the middle of a history: what is pending, living and saved then differs from world to world, as nobody
    has it on record, and goes on as it came. So alignment has no trend from deals in an unchanged world.

    Parameters
    ----------
    p : parameters taken ``settled``.
    settled : their equilibrium.
    luck : streams of ``luck.PAST``, whose months are quarters here.
    """
    rule, months, lived = p.rule, 3, rules.fading(p.rule["deal_half_life"])
    left = ((1.0 - lived) ** months).astype(SINGLE)
    chance = 1.0 - (1.0 - settled.hazard) ** months
    # one sector's is called off at a time, chosen by its part of what is pending
    cancelled = (1.0 - (1.0 - settled.cancel) ** months) * total(settled.sector * settled.sector, "sector")
    kept = over(1.0 - cancelled, "sector").astype(SINGLE)
    part = over(settled.done, "sector").astype(SINGLE)
    steady = (settled.courting * part).astype(SINGLE)  # for each point of it
    fund = 0.5 * settled.ceiling
    shape = (*settled.courting.shape[:3], luck.draw("project", 0).shape[-1])
    deals = np.zeros(shape, SINGLE) + over(settled.steady + settled.saving, "sector") * steady / lived
    deals = deals.astype(SINGLE)
    pledges = np.zeros(shape, SINGLE)
    pledges += over(settled.saving * p.power["delivery_months"], "sector") * settled.courting
    pace = np.zeros(shape, SINGLE)
    pace += over(1.0 / p.power["delivery_months"], "sector")
    for quarter in range(QUARTERS):
        arises, project, answer = (luck.draw(name, quarter)[..., 0, :] for name in PAST)
        put_by = np.minimum(months * settled.saving, settled.ceiling - fund)
        fund = fund + put_by
        spent = months * (settled.steady + settled.saving) - put_by
        chosen = rules.pick(np.broadcast_to(settled.sector, shape), project)
        taken = (arises < chance) & (answer < rules.in_sectors(settled.accepted, chosen))
        wanted = rules.project_size(settled.usual, p.power["project_spread"], finer(project))
        points = rules.within(wanted * taken, fund)
        fund = fund - total(points, "republic")
        due = pledges * (pace * (3.0 - pace * (3.0 - pace)))  # of three months
        pledges -= due
        pledges *= kept
        due *= part
        deals *= left
        deals += due
        deals += over(spent.astype(SINGLE), "sector") * steady
        rules.book(pledges, pace, points, chosen, settled.usual, p.power["delivery_months"], rule["project_delay"])
    pending = np.maximum(pledges, 0.0).astype(np.float64)
    return Past(rules.counted(pending), pace, deals, rules.counted(fund))


def _some(x: Floats) -> Floats:
    """What can be divided by: 1 where it is 0."""
    result: Floats = np.where(x > 0.0, x, 1.0)
    return result


def _weighted(odds: Floats, value: Floats) -> Floats:
    """Mean of ``odds`` over sectors in proportion to ``value``, both (r, p, s, w)."""
    result: Floats = total(odds * value, "sector") / _some(total(value, "sector"))
    return result
