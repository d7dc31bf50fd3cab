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

from sim.scenario.table import CAUSES, SECTORS
from sim.world import rules
from sim.world.agents import Actor
from sim.world.luck import finer, logistic, standard
from sim.world.parameters import SINGLE
from sim.world.rules import in_sector, over, summed, total
from sim.world.state import Codes, Flags, Floats, Ints

_SECURITY = SECTORS.index("security")
_SECTOR = np.arange(len(SECTORS))[:, None]
_NEGLECT, _DISRESPECT, _BROKEN, _DEPENDENCE, _COERCION = range(len(CAUSES))


class Power(Actor):
    """A power: saves, courts, opens projects and bids for others', grants, delivers, and answers who speaks up."""

    axis = "power"

    # parameters, (p, w) unless said
    budget: Floats
    budget_growth: Floats
    projects: Floats
    project_share: Floats
    project_spread: Floats
    fund_years: Floats
    learning: Floats
    strings: Floats  # (r, p, w): of what it bids this month
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
    fund: Floats
    alignment: Floats  # (r, p, s, w)
    pledges: Floats
    pace: Floats
    deals: Floats
    due: Floats | None
    done: Floats | None
    cancelled: Floats | None
    grievance: Floats  # (r, p, c, w)
    overall: Floats  # (r, p, w)
    grudge: Floats
    attention: Floats
    terms: Floats
    success: Floats
    stir: Floats
    courted: Floats
    steady: Floats
    arises: Flags
    wanted_size: Floats
    wanted_sector: Ints
    offer_size: Floats
    answer: Codes
    rebuke: Flags
    stance: Codes
    response: Codes

    def bind(self) -> None:
        """Take the flows of the month, where somebody asks for them, and what it has with each republic."""
        self.due, self.done, self.cancelled = (vars(self).get(name) for name in ("due", "done", "cancelled"))
        parameters = self.model.parameters
        self.everyday_strings = parameters.power["strings"][self.place]
        self.leverage = parameters.dyad["leverage"][self.pairs]

    def reckon(self) -> None:
        """What each republic's sectors are worth to it, (r, p, s, w)."""
        endowment = self.model.parameters.republic["endowment"]
        self.worth = over(self.interest, "republic") * over(endowment, "power")

    def plan(self) -> None:
        """Spend on steady engagement, save the rest, and be ready to open projects where courting pays (step 2)."""
        model, rule = self.model, self.model.rule
        boost = model.now.boost[self.place]
        month = model.month
        self.purse[:] = rules.means(self.budget, self.budget_growth, month, boost, self.strain, rule["strain_on_means"])
        full = rules.means(self.budget, self.budget_growth, month, boost, np.zeros(1), np.zeros(1))
        steady = np.minimum(full * (1.0 - self.project_share), self.purse)
        ceiling = 12.0 * self.fund_years * full * self.project_share
        saved = rules.counted(rules.saved(self.purse, steady, self.fund, ceiling))
        self.fund += saved
        courting = self.value()
        everyday = total(total(courting, "sector"), "republic").astype(np.float64)
        if model.now.agenda is not None:  # a summit opens opportunities
            courting = courting * model.now.agenda[self.pairs]
        by_republic = total(courting, "sector").astype(np.float64)
        self.courted[:] = rules.divide(self.purse, by_republic)
        self.steady[:] = rules.divide(self.purse - saved, by_republic)
        weight = by_republic / np.where(everyday > 0.0, everyday, 1.0)
        stirred = np.maximum(total(self.stir, "republic") / len(self.stir), 0.0)
        spread = 1.0 + rule["cascade_courtship"] * stirred
        self.arises[:] = self.luck("arises") < rules.arising(self.projects, weight, spread)
        self.wanted_sector[:] = rules.pick(courting, self.luck("project"))
        self.usual = rules.usual_size(full, self.project_share, self.projects)
        self.strings[:] = self.everyday_strings * (1.0 + self.terms) / spread

    def value(self) -> Floats:
        """What courting each republic in each sector is worth, (r, p, s, w) >= 0."""
        rivals_share = over(self.model.taken, "power") - self.alignment
        attention = self.attention * rules.learnt(self.success, self.learning)
        return rules.courting_value(self.worth, over(self.rivalry, "sector"), rivals_share, self.grudge, attention)

    def grant(self) -> None:
        """Answer the requests addressed to it: what is granted is a project it opens; size them all (step 3)."""
        model, state = self.model, self.model.state
        chance = rules.grant_chance(self.responsiveness, self.strain, model.rule["strain_on_means"], self.grudge)
        asked = over(state.request_power, "power") == model.power_axis[self.place]
        granted = asked & (over(model.own_luck("grant"), "power") < chance)
        state.granted |= granted.any(axis=1)
        self.arises |= granted
        np.copyto(self.wanted_sector, over(state.request_sector, "power"), where=granted)
        few = rules.places(self.arises)  # projects are rare
        usual, spread = (np.broadcast_to(x, self.arises.shape)[few] for x in (self.usual, self.project_spread))
        self.wanted_size[few] = rules.project_size(usual, spread, finer(self.luck("project")[few]))

    def bid(self) -> None:
        """Bid for the projects on the table: its own, and where a republic shops around, others' (step 5)."""
        state, rule = self.model.state, self.model.rule
        shopped = over(state.shopped, "power")
        rivals_share = over(self.model.engaged, "power") - self.overall
        bids = self.mine() | (shopped & self.eager())
        size = over(state.opened_size, "power")
        bettered = rules.bid(size, self.rivalry, rivals_share, rule["bid_raise"])
        self.offer_size[:] = rules.within(np.where(shopped, bettered, size) * bids, self.fund)

    def mine(self) -> Flags:
        """Which projects on the table it opened, (r, p, w)."""
        state = self.model.state
        opener = over(state.opener, "power") == self.model.power_axis[self.place]
        opened: Flags = opener & over(state.opened, "power")
        return opened

    def eager(self) -> Flags:
        """Whether it bids for a project of another's that is shopped around, (r, p, w): rivalry against grudge."""
        rivals_share = over(self.model.engaged, "power") - self.overall
        odds = rules.concession(self.rivalry, rivals_share, self.grudge, self.model.rule["choice_noise"])
        wants: Flags = logistic(self.luck("bid")) < odds
        return wants

    def sign(self) -> None:
        """Pay what was taken out of the fund and pledge it; be vexed where its project was not taken (step 5)."""
        model, state = self.model, self.model.state
        size = self.offer_size * (self.answer == rules.ACCEPTED)
        self.fund -= total(size, "republic")
        refused = (self.answer == rules.REJECTED) | (self.answer == rules.OUTBID)
        self.grudge += model.rule["grudge_per_refusal"] * (self.mine() & refused)
        sector = np.broadcast_to(over(state.offer_sector, "power"), size.shape)
        delay, exponent = self.delivery_months, model.rule["project_delay"]
        rules.book(state.pledges, state.pace, size, sector, self.usual, delay, exponent, self.place.start)

    def deliver(self) -> tuple[Floats, Floats]:
        """Pledges fall due; part becomes deals, the rest lapses; some are called off; older deals fade (step 6).

        Steady engagement falls due as it is spent, in the sector that is courted this month. Returns what fell due and
        what was delivered of it, both (r, p, w) points over all sectors.
        """
        performance = rules.performance(self.reliability, self.strain, self.model.rule["strain_on_delivery"])
        part = performance.astype(np.float64)
        due = rules.falling_due(self.pledges, self.pace, out=self.due)
        self.pledges -= due
        done = rules.delivered(due, over(part, "sector"), out=self.done)
        self.deals *= 1.0 - self.model.fades["deal_half_life"]
        self.deals += done.astype(SINGLE)
        due, done = total(due, "sector"), total(done, "sector")
        came = rules.delivered(self.steady, part)
        self.model.spend(self.pairs, self.wanted_sector, self.steady, came)
        self.call_off()
        return due + self.steady, done + came

    def call_off(self) -> None:
        """Seldom, what is pending with a republic in one sector is called off; it goes back into the fund (step 6)."""
        rule, luck = self.model.rule, self.luck("cancel")
        chance = rules.cancel_chance(
            rule["cancel_rate"], self.strain, rule["cancel_strain"], self.grudge, rule["cancel_grudge"]
        )
        happens = luck < chance
        if self.cancelled is not None:
            self.cancelled.fill(0.0)
        few = _worlds(happens)
        if len(few):
            pledges, happens = self.pledges[..., few], happens[..., few]
            sector = rules.pick(pledges, (luck[..., few] / _there(chance, few)).astype(np.float64))
            gone = pledges * (over(happens, "sector") & (over(sector, "sector") == _SECTOR))
            self._call_off(gone, few)

    def _call_off(self, gone: Floats, few: Ints) -> None:
        """Take ``gone`` (r, p, s, some worlds), in whole quanta, out of what is pending."""
        self.pledges[..., few] -= gone
        self.fund[..., few] += total(total(gone, "sector"), "republic")
        called_off = self.model.called_off[self.pairs]
        called_off[..., few] += total(gone, "sector")
        if self.cancelled is not None:
            self.cancelled[..., few] += gone

    def respond(self) -> None:
        """Answer who spoke up, by rebuke or stance: concede, punish or let pass; reward deference (step 9)."""
        spoke = self.rebuke | (self.stance == rules.ASSERTIVE)
        few = _worlds(spoke)  # seldom: leave other worlds alone
        if len(few):
            self._answer(spoke[..., few], few)
        if self.model.now.summit is not None:
            self._reward(self.stance == rules.DEFERENTIAL)

    def odds(self) -> Floats:
        """Chances that it concedes, punishes or lets pass when a republic speaks up, (3, r, p, w)."""
        rule, now = self.model.rule, self.model.now
        return rules.response_chances(
            self.respect if now.tone is None else now.tone[self.pairs],
            self.rivalry * (over(self.model.engaged, "power") - self.overall),
            self.grudge,
            self.coerciveness,
            self.leverage,
            rule["coercion_appeal"],
            rule["ignoring_appeal"],
            rule["response_slope"],
        )

    def _answer(self, spoke: Flags, few: Ints) -> None:
        def there(values: Floats) -> Floats:
            return _there(values, few)

        rule, luck = self.model.rule, finer(self.luck("stance")[..., few])
        concede, punish, _ = (there(chance) for chance in self.odds())
        conceded, punished = spoke & (luck < concede), spoke & (luck >= concede) & (luck < concede + punish)
        self.grievance[..., few] *= over(1.0 - there(rule["conciliation_relief"]) * conceded, "cause")
        self.grievance[..., _COERCION, few] += there(rule["coercion_sting"]) * punished
        self.stir[..., few] -= there(rule["deterrence"]) * punished
        self.terms[..., few] -= there(rule["concession_terms"]) * (1.0 + self.terms[..., few]) * conceded
        withdrawn = there(rule["coercion_freeze"]) * punished
        self.attention[..., few] += there(rule["conciliation_attention"]) * conceded
        self.attention[..., few] *= 1.0 - withdrawn
        self.deals[..., few] *= over(1.0 - there(rule["coercion_cut"]) * punished, "sector")
        self._call_off(rules.counted(self.pledges[..., few] * over(withdrawn, "sector")), few)
        self.grudge[..., few] += there(rule["grudge_per_rebuke"]) * self.rebuke[..., few]
        self.response[..., few] = (
            rules.CONCILIATED * conceded + rules.COERCED * punished + rules.IGNORED * (spoke & ~conceded & ~punished)
        )

    def _reward(self, defers: Flags) -> None:
        """Deference is rewarded with security, from the fund, and tightens the strings."""
        rule = self.model.rule
        given = rules.within(rule["deference_reward"] * defers, self.fund)
        self.fund -= total(given, "republic")
        self.deals[:, :, _SECURITY] += given.astype(SINGLE)
        self.terms += rule["deference_terms"] * defers
        self.model.gave(self, given)


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
    courted: Floats
    arises: Flags
    wanted_size: Floats
    wanted_sector: Ints
    offer_size: Floats
    strings: Floats
    answer: Codes
    lapse: Floats
    standing: Floats
    stir: Floats
    success: Floats
    pressure: Floats
    rebuke: Flags
    stance: Codes
    request_power: Ints  # (r, w)
    request_sector: Ints
    granted: Flags
    opened: Flags
    opener: Ints
    opened_size: Floats
    offer_sector: Ints
    shopped: Flags

    def bind(self) -> None:
        """Take what is usual from the equilibrium of day one."""
        usual, its = self.model.equilibrium, self.place
        self.usual_deals = self.deals.copy()  # of this world, on day one
        self.usual_treatment, self.usual_overall = usual.treatment[its], usual.overall[its]
        self.usual_live = total(self.usual_deals, "power")
        self.usual_grievance, self.settling, self.first_logit = (
            usual.grievance[its],
            usual.settling[its],
            usual.logit[its],
        )
        self.usual_grievance_in_all = total(self.usual_grievance.astype(np.float64), "cause")

    def ask(self) -> None:
        """Now and then ask one power for a project in a sector where need is unmet (step 3)."""
        model, rule = self.model, self.model.rule
        self.standing[:] = rules.standing(
            total(self.grievance, "cause"),
            rule["grievance_cost"],
            self.overall,
            rule["dependence_tolerance"],
            rule["dependence_cost"],
        )
        asks = model.own_luck("request")[self.place] < rule["requests"] / 12.0
        odds = rules.chances(self.standing, rule["choice_noise"])
        self.request_power[:] = np.where(asks, rules.pick(odds, model.own_luck("whom")[self.place]), -1)
        unmet = rules.unmet(self.need, total(self.deals, "power"), self.usual_live, rule["deal_floor"])
        self.request_sector[:] = rules.pick(unmet, model.own_luck("need")[self.place])

    def table(self) -> None:
        """Put the largest project that a power is ready to open on the table; shop it around or not (step 4)."""
        sizes = np.where(self.arises, self.wanted_size, 0.0)
        self.opener[:] = rules.foremost(sizes)
        opened = over(self.opener, "power") == self.model.power_axis
        self.opened_size[:] = total(np.where(opened, sizes, 0.0), "power")
        self.offer_sector[:] = total(np.where(opened, self.wanted_sector, 0), "power")
        self.opened[:] = self.opened_size > rules.QUANTUM
        self.shopped[:] = self.opened & self.shops()

    def shops(self) -> Flags:
        """Whether it asks others to bid for the project on the table, (r, w): the more autonomous, the oftener."""
        return self.model.own_luck("shop")[self.place] < self.autonomy

    def judge(self, size: Floats, sector: NDArray[np.intp]) -> Floats:
        """Utility of each power's bid, (r, p, w), from its ``size`` in points and its ``sector``, both (r, p, w).

        The decision most often changed in a subclass: return higher to accept more readily.
        """
        rule = self.model.rule
        return rules.offer_utility(
            rule["offer_appeal"],
            in_sector(self.need, sector),
            rule["need_appeal"],
            size,
            over(np.maximum(self.opened_size, rules.QUANTUM).astype(SINGLE), "power"),
            rule["size_appeal"],
            self.strings,
            over(self.autonomy, "power"),
            rule["strings_cost"],
            self.standing,
        )

    def choose(self) -> None:
        """Take the best bid for the project on the table, or none (step 5)."""
        bids = self.offer_size > 0.0
        sector = np.broadcast_to(over(self.offer_sector, "power"), bids.shape)
        felt = self.judge(np.maximum(self.offer_size, rules.QUANTUM).astype(SINGLE), sector)
        felt = felt + self.model.rule["choice_noise"] * logistic(self.luck("answer"))
        felt = np.where(bids, felt, -np.inf)
        best = over(rules.foremost(felt), "power") == self.model.power_axis
        taken = best & (felt > 0.0)
        outbid = over(taken.any(axis=1), "power")
        self.answer[:] = np.where(bids, np.where(taken, rules.ACCEPTED, rules.OUTBID * outbid), rules.NO_OFFER)

    def feel(self) -> None:
        """Grievances fade and grow with treatment worse than usual (step 7)."""
        model, rule = self.model, self.model.rule
        size = self.courted.astype(SINGLE)
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
        """Speak out in public where grievance passes the threshold; it vents part of the grievance (step 8)."""
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
            concede, punish = (over_powers for over_powers in self.model.answers(self.place)[:2])
            assert now.tone is not None
            warmth = now.tone[self.place] - self.model.state.respect
            felt = self.pressure + rule["stance_ease"] + rule["stance_gain"] * (concede - punish)
            felt = felt - rule["stance_tone"] * warmth + rule["stance_noise"] * logistic(self.luck("stance"))
            self.stance[:] = np.where(now.summit[self.place], rules.stance(felt, rule["stance_band"]), -1)

    def listen(self) -> None:
        """Be stirred by what others said in public this month (step 8)."""
        self.stir *= 1.0 - self.model.fades["contagion_half_life"]
        few = _worlds(self.model.state.rebuke)
        if len(few):
            rebukes = self.model.state.rebuke[..., few]  # (its fellows, p, w)
            heard = summed(_there(self.solidarity, few)[:, :, None] * rebukes, 1)
            self.stir[..., few] += _there(self.model.rule["contagion"], few) * heard

    def realign(self) -> None:
        """Move towards the target that the drivers set (step 10)."""
        before = self.overall.copy()
        self.moved_by = self.drivers()
        rules.drift(self.logit, rules.target(self.first_logit, self.moved_by.values()), self.model.inertia)
        rules.shares(self.logit, out=self.alignment)
        self.overall[:] = total(self.alignment * over(self.need, "power"), "sector")
        gained = np.maximum(self.overall - before, 0.0)
        self.success += self.model.fades["expectation_half_life"] * (gained - self.success)

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
