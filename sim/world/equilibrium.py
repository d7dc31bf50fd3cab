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
from sim.world.parameters import SINGLE, Parameters

Floats = NDArray[np.floating[Any]]


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
    """(r, p, w) points a month: the usual size of an offer."""
    pledges: Floats
    """(r, p, s, w) points pending."""
    deals: Floats
    """(r, p, s, w) points living."""
    grudge: Floats
    """(r, p, w) points."""
    treatment: Floats
    """(r, p, c, w) usual treatment."""
    settling: Floats
    """(r, p, c, w) points a month that rebukes and the answers to them move on average."""

    def in_single(self) -> Equilibrium:
        """The same in float32, but for pledges, which are counted, and log-ratios."""
        exact = ("pledges", "logit")
        felt = {name: values.astype(SINGLE) for name, values in vars(self).items() if name not in exact}
        return replace(self, **felt)


def equilibrium(p: Parameters) -> Equilibrium:
    """The equilibrium of parameters taken ``settled`` (see ``parameters.arrays``)."""
    rule = p.rule
    alignment = rules.interior(p.dyad["alignment"], rule["share_floor"])
    overall = rules.summed(alignment * p.republic["need"][:, None], 2)
    grievance = p.dyad["grievance"][:, :, None] * p.power["grievance_mix"][None]
    strain, respect = p.power["strain"], p.power["respect"]
    noise = rule["choice_noise"]

    # rebukes and what they leave behind
    pressure = rules.pressure(
        p.dyad["grievance"],
        p.republic["voice_threshold"][:, None],
        p.dyad["leverage"],
        rule["leverage_cost"],
        np.zeros(1),
    )
    hazard = rules.rebuke_chance(pressure, rule["voice_rate"], rule["voice_slope"])

    # offers: sizes, sectors, answers
    purse = rules.means(p.power["budget"], p.power["budget_growth"], 0, np.ones(1), strain, rule["strain_on_means"])
    rivals = rules.summed(alignment, 1)[:, None] - alignment
    worth = p.power["interest"][None] * p.republic["endowment"][:, None]
    value = worth * (1.0 + p.power["rivalry"][:, None] * rivals)
    standing = rules.standing(
        p.dyad["grievance"], rule["grievance_cost"], overall, rule["dependence_tolerance"], rule["dependence_cost"]
    )
    one = np.ones(1)
    utility = rules.offer_utility(
        rule["offer_appeal"],
        p.republic["need"][:, None],
        rule["need_appeal"],
        one,
        one,
        rule["size_appeal"],
        p.power["strings"][:, None],
        p.republic["autonomy"][:, None, None],
        rule["strings_cost"],
        standing[:, :, None],
    )
    accept, counter = rules.answer_odds(utility, noise, rule["counter_margin"])
    refused = _weighted(1.0 - accept - counter, value)
    fade = rules.fading(rule["grudge_half_life"])
    grudge = (rule["grudge_per_refusal"] * refused + rule["grudge_per_rebuke"] * hazard) / fade
    value = value * np.exp(-grudge)[:, :, None]
    by_republic = rules.summed(value, 2)
    total = rules.summed(by_republic, 0)
    open_purse = purse * (1.0 - rule["reserve"] - rule["request_fund"])
    expected = open_purse * by_republic / np.where(total > 0.0, total, 1.0)
    concede = rules.sigmoid(
        rules.concession(p.power["rivalry"], rules.summed(overall, 1)[:, None] - overall, grudge, noise)
    )
    raised = (1.0 - rule["request_fund"]) / (1.0 - rule["reserve"] - rule["request_fund"])
    sector = value / np.where(by_republic > 0.0, by_republic, 1.0)[:, :, None]
    inflow = expected[:, :, None] * sector * (accept + counter * (concede * raised)[:, :, None])

    # requests
    asked = rules.chances(
        rules.ask_utility(standing, respect, rule["ask_respect"], overall, rule["ask_dependence"]), noise
    )
    grant = rules.grant_chance(p.power["responsiveness"], strain, rule["strain_on_means"], grudge)
    fund = purse * rule["request_fund"] / alignment.shape[0]
    inflow = inflow + (asked * grant * fund)[:, :, None] * p.republic["need"][:, None]

    # pledges pending, deals living
    done = rules.performance(p.power["reliability"], strain, rule["strain_on_delivery"])
    pledges = rules.counted(inflow * p.power["delivery_months"][:, None])
    deals = inflow * done[:, None] / rules.fading(rule["deal_half_life"])

    treatment = np.zeros(np.broadcast_shapes(grievance.shape, rules.summed(inflow, 2)[:, :, None].shape))
    treatment[:, :, CAUSES.index("neglect")] = asked * (1.0 - grant)
    treatment[:, :, CAUSES.index("disrespect")] = 1.0 - respect
    treatment[:, :, CAUSES.index("broken_promise")] = 1.0 - done
    treatment[:, :, CAUSES.index("overdependence")] = rules.overdependence(overall, rule["dependence_tolerance"])

    makes_up = rules.conciliation_chance(respect, p.power["coerciveness"], grudge, rule["response_slope"])
    kept = (1.0 - rule["catharsis"]) * (1.0 - makes_up * rule["conciliation_relief"])
    settling = (hazard * (kept - 1.0))[:, :, None] * grievance
    settling[:, :, CAUSES.index("coercion")] += hazard * (1.0 - makes_up) * rule["coercion_sting"]
    return Equilibrium(
        alignment,
        rules.logits(alignment),
        overall,
        grievance,
        strain,
        expected,
        pledges,
        deals,
        grudge,
        treatment,
        settling,
    )


def _weighted(odds: Floats, value: Floats) -> Floats:
    """Mean of ``odds`` over sectors drawn in proportion to ``value``, both (r, p, s, w)."""
    total = rules.summed(value, 2)
    result: Floats = rules.summed(odds * value, 2) / np.where(total > 0.0, total, 1.0)
    return result
