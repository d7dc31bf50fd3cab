"""The equations of the model: arrays in, arrays out, nothing of Mesa.

Each function works on any leading axes; ``w`` is the worlds axis, always last. Axes are written in the docstrings as
(r, p, s, w): republic, power, sector, world. No rule sums over worlds, and sums over other axes go one at a time, so
that a world's numbers are the same in any batch, to the last bit.
"""

from sim.world.rules.answers import (
    ACCEPTED,
    COUNTERED,
    MET,
    NO_OFFER,
    REJECTED,
    answer,
    answer_odds,
    ask_utility,
    chances,
    concession,
    grant_chance,
    offer_utility,
    sigmoid,
    standing,
    unmet,
)
from sim.world.rules.axes import foremost, in_sector, over, summed, total
from sim.world.rules.delivery import delivered, fading, falling_due, lapse_rate, performance
from sim.world.rules.grievance import feel, overdependence, shortfall
from sim.world.rules.offers import QUANTUM, counted, courting_value, divide, means, pick
from sim.world.rules.realign import DRIVERS, deal_pull, drift, interior, logits, shares, target
from sim.world.rules.voice import (
    ASSERTIVE,
    COERCED,
    CONCILIATED,
    DEFERENTIAL,
    SILENT,
    TRANSACTIONAL,
    conciliation_chance,
    pressure,
    rebuke_chance,
    stance,
)

__all__ = [
    "ACCEPTED",
    "ASSERTIVE",
    "COERCED",
    "CONCILIATED",
    "COUNTERED",
    "DEFERENTIAL",
    "DRIVERS",
    "MET",
    "NO_OFFER",
    "QUANTUM",
    "REJECTED",
    "SILENT",
    "TRANSACTIONAL",
    "answer",
    "answer_odds",
    "ask_utility",
    "chances",
    "concession",
    "conciliation_chance",
    "counted",
    "courting_value",
    "deal_pull",
    "delivered",
    "divide",
    "drift",
    "fading",
    "falling_due",
    "feel",
    "foremost",
    "grant_chance",
    "in_sector",
    "interior",
    "lapse_rate",
    "logits",
    "means",
    "offer_utility",
    "over",
    "overdependence",
    "performance",
    "pick",
    "pressure",
    "rebuke_chance",
    "shares",
    "shortfall",
    "sigmoid",
    "stance",
    "standing",
    "summed",
    "target",
    "total",
    "unmet",
]
