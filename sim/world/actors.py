"""Powers and republics: who decides what. One line of a method is a decision in every world at once.

An actor's attributes are its parameters and views of the model's state, with the worlds axis last. Subclass
``Republic`` or ``Power``, override a decision, and pass the class to ``sim.run``.

Axes, as everywhere: republic r, power p, sector s, cause c, world w (parameters may have a worlds axis of length 1).
A republic's arrays begin with its own axis (r, of length 1 for one republic), a power's have its own axis after r.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.scenario.table import CAUSES
from sim.world import rules
from sim.world.agents import Actor
from sim.world.luck import gumbel, logistic, standard
from sim.world.parameters import SINGLE
from sim.world.rules import in_sector, over, summed, total
from sim.world.state import Codes, Flags, Floats, Ints

_NEGLECT, _DISRESPECT, _BROKEN, _DEPENDENCE, _COERCION = range(len(CAUSES))


class Power(Actor):
    """A power: courts, offers, grants, delivers, and answers public rebukes."""

    axis = "power"

    # parameters, (p, w) unless said
    budget: Floats
    budget_growth: Floats
    interest: Floats  # (p, s, w)
    rivalry: Floats
    reliability: Floats
    delivery_months: Floats
    coerciveness: Floats
    responsiveness: Floats
    # state
    strain: Floats  # (p, w)
    respect: Floats
    purse: Floats
    alignment: Floats  # (r, p, s, w)
    pledges: Floats
    deals: Floats
    due: Floats | None
    done: Floats | None
    grievance: Floats  # (r, p, c, w)
    overall: Floats  # (r, p, w)
    grudge: Floats
    attention: Floats
    offer_size: Floats
    offer_sector: Ints
    willing: Flags
    rebuke: Flags
    response: Codes

    def bind(self) -> None:
        """Reckon what each republic's sectors are worth to it, (r, p, s, w)."""
        self.due, self.done = (vars(self).get(name) for name in ("due", "done"))  # not kept in every model
        self.worth = over(self.interest, "republic") * over(self.model.parameters.republic["endowment"], "power")

    def offer(self) -> None:
        """One offer to each republic: sector drawn by value, size by the republic's part of the total (step 2)."""
        model, rule = self.model, self.model.rule
        boost = model.now.boost[self.place]
        self.purse[:] = rules.means(
            self.budget, self.budget_growth, model.month, boost, self.strain, rule["strain_on_means"]
        )
        value = self.value()
        self.offer_size[:] = rules.divide(self.purse * model.for_offers, total(value, "sector").astype(np.float64))
        self.offer_sector[:] = rules.pick(value, self.luck("sector"))

    def value(self) -> Floats:
        """What courting each republic in each sector is worth, (r, p, s, w) >= 0."""
        rivals_share = over(self.model.taken, "power") - self.alignment
        value = rules.courting_value(
            self.worth, over(self.rivalry, "sector"), rivals_share, self.grudge, self.attention
        )
        if self.model.now.agenda is not None:
            value *= self.model.now.agenda[self.pairs]
        return value

    def weigh(self) -> None:
        """Decide whether it would meet a counter-offer of each republic: rivalry against grudge (step 4)."""
        rivals_share = over(self.model.engaged, "power") - self.overall
        odds = rules.concession(self.rivalry, rivals_share, self.grudge, self.model.rule["choice_noise"])
        self.willing[:] = logistic(self.luck("concede")) < odds

    def grant(self) -> None:
        """Answer the requests addressed to it; what is granted becomes a pledge (step 4)."""
        model, state = self.model, self.model.state
        chance = rules.grant_chance(self.responsiveness, self.strain, model.rule["strain_on_means"], self.grudge)
        asked = over(state.request_power, "power") == model.power_axis[self.place]
        granted = asked & (over(model.own_luck("grant"), "power") < chance)
        state.granted |= granted.any(axis=1)
        fund = rules.counted(self.purse * model.for_requests / len(granted))
        model.agree(self.pairs, over(state.request_sector, "power"), fund * granted)

    def deliver(self) -> tuple[Floats, Floats]:
        """Pledges fall due; part becomes deals, the rest lapses; older deals fade (step 5).

        Returns what fell due and what was delivered of it, both (r, p, s, w) points.
        """
        performance = rules.performance(self.reliability, self.strain, self.model.rule["strain_on_delivery"])
        months, part = (over(values.astype(np.float64), "sector") for values in (self.delivery_months, performance))
        due = rules.falling_due(self.pledges, months, out=self.due)
        done = rules.delivered(due, part, out=self.done)
        self.pledges -= due
        self.deals *= 1.0 - self.model.fades["deal_half_life"]
        self.deals += done.astype(SINGLE)
        return due, done

    def respond(self) -> None:
        """Answer public rebukes: make up (relief, attention) or punish (a sting, deals cut) (step 7)."""
        rule = self.model.rule
        few = _worlds(self.rebuke)  # rebukes are rare: leave other worlds alone
        if not len(few):
            return

        def there(values: Floats) -> Floats:
            return _there(values, few)

        rebuked = self.rebuke[..., few]
        chance = rules.conciliation_chance(
            there(self.respect), there(self.coerciveness), there(self.grudge), there(rule["response_slope"])
        )
        gentle = self.luck("response")[..., few] < chance
        made_up, punished = rebuked & gentle, rebuked & ~gentle
        self.grievance[..., few] *= over(1.0 - there(rule["conciliation_relief"]) * made_up, "cause")
        self.grievance[..., _COERCION, few] += there(rule["coercion_sting"]) * punished
        self.attention[..., few] += there(rule["conciliation_attention"]) * made_up
        self.deals[..., few] *= over(1.0 - there(rule["coercion_cut"]) * punished, "sector")
        self.grudge[..., few] += there(rule["grudge_per_rebuke"]) * rebuked
        self.response[..., few] = rules.CONCILIATED * made_up + rules.COERCED * punished


class Republic(Actor):
    """A republic: asks, answers offers, feels grievances, speaks out, takes a stance, and realigns."""

    axis = "republic"

    # parameters
    need: Floats  # (r, s, w)
    autonomy: Floats  # (r, w)
    hedging: Floats
    voice_threshold: Floats
    leverage: Floats  # (r, p, w)
    solidarity: Floats  # (r, its fellows, w)
    # state
    alignment: Floats  # (r, p, s, w)
    logit: Floats
    walk: Floats
    pledges: Floats
    deals: Floats
    grievance: Floats  # (r, p, c, w)
    overall: Floats  # (r, p, w)
    grudge: Floats
    expected: Floats
    offer_size: Floats
    offer_sector: Ints
    willing: Flags
    answer: Codes
    lapse: Floats
    standing: Floats
    stir: Floats
    pressure: Floats
    rebuke: Flags
    stance: Codes
    request_power: Ints  # (r, w)
    request_sector: Ints
    granted: Flags

    def bind(self) -> None:
        """Take what is usual from the equilibrium of day one."""
        usual, its = self.model.equilibrium, self.place
        self.usual_deals, self.usual_treatment, self.usual_overall = (
            usual.deals[its],
            usual.treatment[its],
            usual.overall[its],
        )
        self.usual_live = total(self.usual_deals, "power")
        self.usual_grievance, self.settling, self.first_logit = (
            usual.grievance[its],
            usual.settling[its],
            usual.logit[its],
        )
        self.usual_grievance_in_all = total(self.usual_grievance.astype(np.float64), "cause")

    def ask(self) -> None:
        """Address one request to one power, in a sector where need is unmet (step 3)."""
        model, rule = self.model, self.model.rule
        self.standing[:] = rules.standing(
            total(self.grievance, "cause"),
            rule["grievance_cost"],
            self.overall,
            rule["dependence_tolerance"],
            rule["dependence_cost"],
        )
        utility = rules.ask_utility(
            self.standing, model.state.respect, rule["ask_respect"], self.overall, rule["ask_dependence"]
        )
        noise = rule["choice_noise"] * gumbel(self.luck("ask"))
        self.request_power[:] = rules.foremost(utility + noise)
        unmet = rules.unmet(self.need, total(self.deals, "power"), self.usual_live, rule["deal_floor"])
        self.request_sector[:] = rules.pick(unmet, model.own_luck("need")[self.place])

    def judge(self, size: Floats, sector: NDArray[np.intp]) -> Floats:
        """Utility of each power's offer, (r, p, w), from its ``size`` in points and its ``sector``, both (r, p, w).

        The decision most often changed in a subclass: return higher to accept more readily.
        """
        rule = self.model.rule
        return rules.offer_utility(
            rule["offer_appeal"],
            in_sector(self.need, sector),
            rule["need_appeal"],
            size,
            self.expected,
            rule["size_appeal"],
            self.model.parameters.power["strings"],
            over(self.autonomy, "power"),
            rule["strings_cost"],
            self.standing,
        )

    def reply(self) -> None:
        """Accept, counter or reject each offer; a counter-offer is met or not; what is agreed is pledged (step 4)."""
        model, rule, size = self.model, self.model.rule, self.offer_size
        offered = size > 0.0
        felt = self.judge(np.maximum(size, rules.QUANTUM).astype(SINGLE), self.offer_sector)
        felt += rule["choice_noise"] * logistic(self.luck("answer"))
        answer = rules.answer(felt, rule["counter_margin"])
        met = (answer == rules.COUNTERED) & self.willing
        answer += met.view(np.int8) * np.int8(rules.MET - rules.COUNTERED)
        self.answer[:] = np.where(offered, answer, rules.NO_OFFER)
        accepted = (answer == rules.ACCEPTED) & offered
        agreed = np.where(met, rules.counted(size * model.raised), size * accepted)
        model.agree(self.pairs, self.offer_sector, agreed)
        self.grudge += rule["grudge_per_refusal"] * (self.answer == rules.REJECTED)

    def feel(self) -> None:
        """Grievances fade and grow with treatment worse than usual (step 6)."""
        model, rule = self.model, self.model.rule
        size = self.offer_size.astype(SINGLE)
        asked = over(self.request_power, "power") == model.power_axis
        ignored = asked & ~over(self.granted, "power")
        tone = model.state.respect if model.now.tone is None else model.now.tone[self.place]
        treatment = np.empty_like(self.grievance)
        np.add(rules.shortfall(size, self.expected), ignored, out=treatment[..., _NEGLECT, :])
        treatment[..., _DISRESPECT, :] = 1.0 - tone
        treatment[..., _BROKEN, :] = self.lapse
        treatment[..., _DEPENDENCE, :] = rules.overdependence(self.overall, rule["dependence_tolerance"])
        treatment[..., _COERCION, :] = 0.0  # a sting is felt when it strikes
        self.grievance[:] = rules.feel(
            self.grievance,
            self.usual_grievance,
            treatment,
            self.usual_treatment,
            rule["grievance_gain"],
            model.fades["grievance_half_life"],
            self.settling,
        )
        self.expected += model.fades["expectation_half_life"] * (size - self.expected)

    def speak(self) -> None:
        """Speak out in public where grievance passes the threshold; it vents part of the grievance (step 7)."""
        rule, now = self.model.rule, self.model.now
        nerve = self.stir if now.resolve is None else self.stir + over(now.resolve[self.place], "power")
        self.pressure[:] = rules.pressure(
            total(self.grievance, "cause"),
            over(self.voice_threshold, "power"),
            self.leverage,
            rule["leverage_cost"],
            nerve,
        )
        on_stage = self.pressure if now.summit is None else self.pressure + rule["stage"] * now.summit[self.place]
        self.rebuke[:] = self.luck("voice") < rules.rebuke_chance(on_stage, rule["voice_rate"], rule["voice_slope"])
        few = _worlds(self.rebuke)
        if len(few):
            vented = _there(rule["catharsis"], few) * self.rebuke[..., few]
            self.grievance[..., few] *= over(1.0 - vented, "cause")
        if now.summit is not None:
            felt = self.pressure + rule["stance_ease"] + rule["stance_noise"] * logistic(self.luck("stance"))
            self.stance[:] = np.where(now.summit[self.place], rules.stance(felt, rule["stance_band"]), -1)

    def listen(self) -> None:
        """Be stirred by what others said in public this month (step 7)."""
        self.stir *= 1.0 - self.model.fades["contagion_half_life"]
        few = _worlds(self.model.state.rebuke)
        if len(few):
            rebukes = self.model.state.rebuke[..., few]  # (its fellows, p, w)
            heard = summed(_there(self.solidarity, few)[:, :, None] * rebukes, 1)
            self.stir[..., few] += _there(self.model.rule["contagion"], few) * heard

    def realign(self) -> None:
        """Move towards the target that the drivers set (step 8)."""
        self.moved_by = self.drivers()
        rules.drift(self.logit, rules.target(self.first_logit, self.moved_by.values()), self.model.inertia)
        rules.shares(self.logit, out=self.alignment)
        self.overall[:] = total(self.alignment * over(self.need, "power"), "sector")

    def drivers(self) -> dict[str, Floats]:
        """What moves the target, by name, in log points, each (r or 1, p, s or 1, w or 1) and zero on day one.

        A subclass may add drivers of its own; they enter the target and the explanation under their names.
        """
        model, rule = self.model, self.model.rule
        power, years = model.parameters.power, (model.month + 1) / 12.0
        self.walk += standard(model.walk_luck(self.place), rule["volatility"] * math.sqrt(1.0 / 12.0))
        grievance = total(self.grievance.astype(np.float64), "cause") - self.usual_grievance_in_all
        by_power = {
            "strain": -rule["strain_on_capability"] * (model.state.strain - model.equilibrium.strain),
            "grievance": -rule["grievance_effect"] * grievance,
            "legacy": -power["legacy_erosion"] * years,
            "hedging": -over(self.hedging, "power") * (self.overall - self.usual_overall),
        }
        drivers = {name: over(values, "sector") for name, values in by_power.items()}
        drivers["capability"] = power["capability_growth"] * years
        drivers["deals"] = rules.deal_pull(self.deals, self.usual_deals, rule["deal_floor"], rule["deal_effect"])
        drivers["chance"] = self.walk
        if model.now.pull is not None:
            drivers["events"] = model.now.pull[self.place]
        return drivers

    def grievance_by_cause(self) -> Floats:
        """The grievance driver split by cause, (r, p, c, w) log points; sums over causes to the driver."""
        grown = self.grievance.astype(np.float64) - self.usual_grievance
        parts: Floats = -self.model.rule["grievance_effect"] * grown
        return parts


def _worlds(flags: Flags) -> Ints:
    """Worlds in which any flag (..., w) is up."""
    return np.flatnonzero(flags.reshape(-1, flags.shape[-1]).any(axis=0))


def _there(values: Floats, worlds: Ints) -> Floats:
    """Values (..., w or 1) in some worlds."""
    return values if values.shape[-1] == 1 else values[..., worlds]
