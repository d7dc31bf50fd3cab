"""Powers and republics: Mesa agents that act in every world at once.

An actor's attributes are views of the model's arrays with the worlds axis last, so one line of a method is that actor's
decision in all worlds. Subclass ``Republic`` or ``Power``, override a decision, and pass the class to ``sim.run``.

Axes, as everywhere: republic r, power p, sector s, cause c, world w (parameters may have a worlds axis of length 1).

Neighbours on their axis whose decisions are those below act as one, which saves calls: the methods are written with
``...`` and count axes from the last, so that they hold for one actor, as the shapes below say, and for several, whose
arrays have the actors' own axis as well, republics before powers.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, ClassVar, Self

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.scenario.table import CAUSES
from sim.world import rules
from sim.world.luck import gumbel, logistic, standard
from sim.world.parameters import SINGLE

if TYPE_CHECKING:
    from sim.world.model import DiplomacyModel

Floats = NDArray[np.floating[Any]]

_NEGLECT, _DISRESPECT, _BROKEN, _DEPENDENCE, _COERCION = range(len(CAUSES))


class Actor(mesa.Agent):  # type: ignore[misc]
    """What powers and republics share: a code, a place on its axis, parameters as attributes, and chance."""

    model: DiplomacyModel
    place: Any
    """Index on its axis; of actors that act as one, a slice."""
    WIDE: ClassVar[frozenset[str]]
    """Decisions in which most arrays have an axis of sectors or causes."""

    def __init__(self, model: DiplomacyModel, code: str, place: int, parameters: dict[str, Floats]) -> None:
        super().__init__(model)
        self.code = code
        self.place = place
        for name, values in parameters.items():
            setattr(self, name, values)

    @classmethod
    def together(cls, model: DiplomacyModel, place: slice, parameters: dict[str, Floats]) -> Self:
        """Neighbours of this class acting as one, still to be bound; no agent of its own (Mesa knows its members)."""
        several = cls.__new__(cls)
        several.model, several.place, several.code = model, place, ""
        for name, values in parameters.items():
            setattr(several, name, values)
        return several

    def release(self) -> None:
        """Let go of all arrays (Mesa 3.3 keeps agents' models alive; the arrays need not be)."""
        for name in [name for name, value in vars(self).items() if isinstance(value, np.ndarray)]:
            delattr(self, name)


class Power(Actor):
    """A power: courts, offers, grants, delivers, and answers public rebukes.

    Parameters from the table, (w,) unless said: budget, budget_growth, strings, interest (s, w), reliability,
    delivery_months, rivalry, coerciveness, responsiveness … State: ``strain``, ``respect``, ``purse`` (w,);
    ``share``, ``pledges``, ``deals`` (r, s, w); ``grudge``, ``attention``, ``offer_size``, ``offer_sector`` (r, w).
    """

    WIDE = frozenset(("offer", "deliver"))

    budget: Floats
    budget_growth: Floats
    interest: Floats
    rivalry: Floats
    reliability: Floats
    delivery_months: Floats
    coerciveness: Floats
    responsiveness: Floats

    def bind(self) -> None:
        """Take views of the model's state."""
        state, j = self.model.state, self.place
        self.strain, self.respect, self.purse = state["strain"][j], state["respect"][j], state["purse"][j]
        self.share, self.grudge = state["alignment"][:, j], state["grudge"].swapaxes(0, 1)[:, j]
        self.attention, self.pledges, self.deals = (
            state["attention"][:, j],
            state["pledges"][:, j],
            state["deals"][:, j],
        )
        self.offer_size, self.offer_sector = state["offer_size"][:, j], state["offer_sector"][:, j]
        self.due, self.done = (state[name][:, j] if name in state else None for name in ("due", "done"))
        self.worth = self.interest[None] * self.before(self.model.parameters.republic["endowment"])

    def before(self, values: NDArray[Any]) -> NDArray[Any]:
        """Values of republics (r, ..., w), with an axis to stand before several powers if several act."""
        return values if isinstance(self.place, int) else values[:, None]

    def offer(self) -> None:
        """One offer to each republic: sector drawn by value, size by the republic's part of the total (step 2)."""
        model, rule = self.model, self.model.rule
        boost = model.now.boost[self.place]
        self.purse[:] = rules.means(
            self.budget, self.budget_growth, model.month, boost, self.strain, rule["strain_on_means"]
        )
        value = self.value()
        by_republic = rules.summed(value, -2).astype(np.float64)
        self.offer_size[:] = rules.divide(self.purse * model.for_offers, by_republic)
        self.offer_sector[:] = rules.pick(value, model.luck("sector")[:, self.place])

    def value(self) -> Floats:
        """What courting each republic in each sector is worth, (r, s, w) >= 0."""
        rivals_share = self.before(self.model.taken) - self.share
        value = rules.courting_value(self.worth, self.rivalry[..., None, :], rivals_share, self.grudge, self.attention)
        if self.model.now.agenda is not None:
            value *= self.model.now.agenda[:, self.place]
        return value

    def weigh(self) -> None:
        """Decide whether it would meet a counter-offer of each republic: rivalry against grudge (step 4)."""
        model = self.model
        overall = model.state["overall"]
        rivals_share = self.before(model.engaged) - overall[:, self.place]
        odds = rules.concession(self.rivalry, rivals_share, self.grudge, model.rule["choice_noise"])
        model.state["willing"][:, self.place] = logistic(model.luck("concede")[:, self.place]) < odds

    def grant(self) -> None:
        """Answer the requests addressed to it; what is granted becomes a pledge (step 4)."""
        model, state = self.model, self.model.state
        chance = rules.grant_chance(self.responsiveness, self.strain, model.rule["strain_on_means"], self.grudge)
        asked = self.before(state["request_power"]) == model.power_axis[self.place]
        granted = asked & (self.before(model.own_luck("grant")) < chance)
        state["granted"] |= granted if granted.ndim == 2 else granted.any(axis=1)
        fund = rules.counted(self.purse * model.for_requests / len(granted))
        model.agree(slice(None), self.place, self.before(state["request_sector"]), fund * granted)

    def deliver(self) -> tuple[Floats, Floats]:
        """Pledges fall due; part becomes deals, the rest lapses; older deals fade (step 5).

        Returns what fell due and what was delivered of it, both (r, s, w) points.
        """
        rule = self.model.rule
        performance = rules.performance(self.reliability, self.strain, rule["strain_on_delivery"])
        months, part = (values.astype(np.float64)[..., None, :] for values in (self.delivery_months, performance))
        due = rules.falling_due(self.pledges, months, out=self.due)
        done = rules.delivered(due, part, out=self.done)
        self.pledges -= due
        self.deals *= 1.0 - self.model.fades["deal_half_life"]
        self.deals += done.astype(SINGLE)
        return due, done

    def respond(self) -> None:
        """Answer public rebukes: make up (relief, attention) or punish (a sting, deals cut) (step 7)."""
        model, rule, state = self.model, self.model.rule, self.model.state
        rebukes, response = state["rebuke"][:, self.place], state["response"][:, self.place]
        few = _worlds(rebukes)  # rebukes are rare: leave other worlds alone
        if not len(few):
            return

        def there(values: Floats) -> Floats:
            return _there(values, few)

        rebuked = rebukes[..., few]
        chance = rules.conciliation_chance(
            there(self.respect), there(self.coerciveness), there(self.grudge), there(rule["response_slope"])
        )
        gentle = model.luck("response")[:, self.place][..., few] < chance
        made_up, punished = rebuked & gentle, rebuked & ~gentle
        grievance = state["grievance"][:, self.place]
        grievance[..., few] *= (1.0 - there(rule["conciliation_relief"]) * made_up)[..., None, :]
        grievance[..., _COERCION, few] += there(rule["coercion_sting"]) * punished
        self.attention[..., few] += there(rule["conciliation_attention"]) * made_up
        self.deals[..., few] *= (1.0 - there(rule["coercion_cut"]) * punished)[..., None, :]
        self.grudge[..., few] += there(rule["grudge_per_rebuke"]) * rebuked
        response[..., few] = rules.CONCILIATED * made_up + rules.COERCED * punished


class Republic(Actor):
    """A republic: asks, answers offers, feels grievances, speaks out, takes a stance, and realigns.

    Parameters from the table: need (s, w), autonomy, hedging, voice_threshold (w,), leverage (p, w), solidarity (r, w).
    State: ``alignment``, ``logit``, ``pledges``, ``deals`` (p, s, w); ``overall``, ``expected``, ``standing``,
    ``pressure`` (p, w); ``grievance`` (p, c, w).
    """

    WIDE = frozenset(("feel", "realign"))

    need: Floats
    autonomy: Floats
    hedging: Floats
    voice_threshold: Floats
    leverage: Floats
    solidarity: Floats

    def bind(self) -> None:
        """Take views of the model's state and of its settled day one."""
        state, rest, i = self.model.state, self.model.rest, self.place
        for name in (
            "alignment",
            "logit",
            "walk",
            "deals",
            "grievance",
            "overall",
            "expected",
            "answer",
            "stir",
            "rebuke",
            "lapse",
            "standing",
            "pressure",
        ):
            setattr(self, name, state[name][i])
        self.grudge = state["grudge"].swapaxes(0, 1)[i]
        self.usual_deals, self.usual_treatment = rest.deals[i], rest.treatment[i]
        self.settled, self.settling, self.usual_overall = rest.grievance[i], rest.settling[i], rest.overall[i]
        self.settled_total = rules.summed(self.settled.astype(np.float64), -2)
        self.usual_live = rules.summed(self.usual_deals, -3)
        self.first_logit = self.model.first_logit[i]
        cells = np.arange(self.need.size).reshape(self.need.shape)  # of its need, in each sector and world
        self._first_cell, self._next_sector = cells[..., :1, :], self.need.shape[-1]

    # declared for readers and type checkers; bound above
    alignment: Floats
    logit: Floats
    walk: Floats
    deals: Floats
    grievance: Floats
    overall: Floats
    expected: Floats
    answer: NDArray[np.int8]
    stir: Floats
    rebuke: NDArray[np.bool_]
    lapse: Floats
    standing: Floats
    pressure: Floats

    def ask(self) -> None:
        """Address one request to one power, in a sector where need is unmet (step 3)."""
        model, rule, state = self.model, self.model.rule, self.model.state
        self.standing[:] = rules.standing(
            rules.summed(self.grievance, -2),
            rule["grievance_cost"],
            self.overall,
            rule["dependence_tolerance"],
            rule["dependence_cost"],
        )
        utility = rules.ask_utility(
            self.standing, state["respect"], rule["ask_respect"], self.overall, rule["ask_dependence"]
        )
        noise = rule["choice_noise"] * gumbel(model.luck("ask")[self.place])
        state["request_power"][self.place] = rules.foremost(utility + noise)
        wanting = rules.unmet(self.need, rules.summed(self.deals, -3), self.usual_live, rule["deal_floor"])
        state["request_sector"][self.place] = rules.pick(wanting, model.own_luck("need")[self.place])

    def judge(self, size: Floats, sector: NDArray[np.intp]) -> Floats:
        """Utility of each power's offer, (p, w), from its ``size`` in points and its ``sector``, both (p, w).

        The decision most often changed in a subclass: return higher to accept more readily.
        """
        model, rule = self.model, self.model.rule
        need = self.need.take(self._first_cell + sector * self._next_sector)
        return rules.offer_utility(
            rule["offer_appeal"],
            need,
            rule["need_appeal"],
            size,
            self.expected,
            rule["size_appeal"],
            model.parameters.power["strings"],
            self.autonomy[..., None, :],
            rule["strings_cost"],
            self.standing,
        )

    def reply(self) -> None:
        """Accept, counter or reject each offer; a counter-offer is met or not; what is agreed is pledged (step 4)."""
        model, rule, state, i = self.model, self.model.rule, self.model.state, self.place
        size, sector = state["offer_size"][i], state["offer_sector"][i]
        offered = size > 0.0
        felt = self.judge(np.maximum(size, rules.QUANTUM).astype(SINGLE), sector)
        felt += rule["choice_noise"] * logistic(model.luck("answer")[i])
        answer = rules.answer(felt, rule["counter_margin"])
        met = (answer == rules.COUNTERED) & state["willing"][i]
        answer += met.view(np.int8) * np.int8(rules.MET - rules.COUNTERED)
        self.answer[:] = np.where(offered, answer, rules.NO_OFFER)
        accepted = (answer == rules.ACCEPTED) & offered
        agreed = np.where(met, rules.counted(size * model.raised), size * accepted)
        model.agree(i, slice(None), sector, agreed)
        self.grudge += rule["grudge_per_refusal"] * (self.answer == rules.REJECTED)

    def feel(self) -> None:
        """Grievances fade and grow with treatment worse than usual (step 6)."""
        model, rule, state, i = self.model, self.model.rule, self.model.state, self.place
        size = state["offer_size"][i].astype(SINGLE)
        asked = state["request_power"][i][..., None, :] == model.power_axis
        treatment = np.empty_like(self.grievance)
        ignored = asked & ~state["granted"][i][..., None, :]
        np.add(rules.shortfall(size, self.expected), ignored, out=treatment[..., _NEGLECT, :])
        treatment[..., _DISRESPECT, :] = 1.0 - (state["respect"] if model.now.tone is None else model.now.tone[i])
        treatment[..., _BROKEN, :] = self.lapse
        treatment[..., _DEPENDENCE, :] = rules.overdependence(self.overall, rule["dependence_tolerance"])
        treatment[..., _COERCION, :] = 0.0  # a sting is felt when it strikes
        self.grievance[:] = rules.feel(
            self.grievance,
            self.settled,
            treatment,
            self.usual_treatment,
            rule["grievance_gain"],
            model.fades["grievance_half_life"],
            self.settling,
        )
        self.expected += model.fades["expectation_half_life"] * (size - self.expected)

    def speak(self) -> None:
        """Speak out in public where grievance passes the threshold; it vents part of the grievance (step 7)."""
        model, rule, i = self.model, self.model.rule, self.place
        nerve = self.stir if model.now.resolve is None else self.stir + model.now.resolve[i][..., None, :]
        threshold = self.voice_threshold[..., None, :]
        self.pressure[:] = rules.pressure(
            rules.summed(self.grievance, -2), threshold, self.leverage, rule["leverage_cost"], nerve
        )
        on_stage = self.pressure if model.now.summit is None else self.pressure + rule["stage"] * model.now.summit[i]
        self.rebuke[:] = model.luck("voice")[i] < rules.rebuke_chance(on_stage, rule["voice_rate"], rule["voice_slope"])
        few = _worlds(self.rebuke)
        if len(few):
            vented = _there(rule["catharsis"], few) * self.rebuke[..., few]
            self.grievance[..., few] *= (1.0 - vented)[..., None, :]
        if model.now.summit is not None:
            felt = self.pressure + rule["stance_ease"] + rule["stance_noise"] * logistic(model.luck("stance")[i])
            model.state["stance"][i] = np.where(model.now.summit[i], rules.stance(felt, rule["stance_band"]), -1)

    def listen(self) -> None:
        """Be stirred by what others said in public this month (step 7)."""
        self.stir *= 1.0 - self.model.fades["contagion_half_life"]
        few = _worlds(self.model.state["rebuke"])
        if len(few):
            rebukes = self.model.state["rebuke"][..., few]
            heard = rules.summed(_there(self.solidarity, few)[..., None, :] * rebukes, -3)
            self.stir[..., few] += _there(self.model.rule["contagion"], few) * heard

    def realign(self) -> None:
        """Move towards the target that the drivers set (step 8)."""
        self.moved_by = self.drivers()
        rules.drift(self.logit, rules.target(self.first_logit, self.moved_by.values()), self.model.inertia)
        rules.shares(self.logit, out=self.alignment)
        self.overall[:] = rules.summed(self.alignment * self.need[..., None, :, :], -2)

    def drivers(self) -> dict[str, Floats]:
        """What moves the target, by name, in log points, each (p, s or 1, w or 1) and zero on day one.

        A subclass may add drivers of its own; they enter the target and the explanation under their names.
        """
        model, rule, i = self.model, self.model.rule, self.place
        power, years = model.parameters.power, (model.month + 1) / 12.0
        self.walk += standard(model.walk_luck(i), rule["volatility"] * math.sqrt(1.0 / 12.0))
        grievance = rules.summed(self.grievance.astype(np.float64), -2) - self.settled_total
        by_power = {
            "strain": -rule["strain_on_capability"] * (model.state["strain"] - model.rest.strain),
            "grievance": -rule["grievance_effect"] * grievance,
            "legacy": -power["legacy_erosion"] * years,
            "hedging": -self.hedging[..., None, :] * (self.overall - self.usual_overall),
        }
        drivers = {name: values[..., None, :] for name, values in by_power.items()}
        drivers["capability"] = power["capability_growth"] * years
        drivers["deals"] = rules.deal_pull(self.deals, self.usual_deals, rule["deal_floor"], rule["deal_effect"])
        drivers["chance"] = self.walk
        if model.now.pull is not None:
            drivers["events"] = model.now.pull[i]
        return drivers

    def grievance_by_cause(self) -> Floats:
        """The grievance driver split by cause, (p, c, w) log points; sums over causes to the driver."""
        parts: Floats = -self.model.rule["grievance_effect"] * (self.grievance.astype(np.float64) - self.settled)
        return parts


def _worlds(flags: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Worlds in which any flag (..., w) is up."""
    return np.flatnonzero(flags.reshape(-1, flags.shape[-1]).any(axis=0))


def _there(values: Floats, worlds: NDArray[np.intp]) -> Floats:
    """Values (..., w or 1) in some worlds."""
    return values if values.shape[-1] == 1 else values[..., worlds]
