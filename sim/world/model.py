"""The model: a Mesa model whose actors act in every world at once, and its month as one readable list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain, groupby
from typing import Any, Protocol

import mesa
import numpy as np
from mesa.agent import AgentSet
from numpy.typing import NDArray

from sim.scenario import Scenario
from sim.scenario.table import CAUSES, SECTORS
from sim.world import rules
from sim.world.actors import Power, Republic
from sim.world.equilibrium import settle
from sim.world.events import Calendar, Month
from sim.world.luck import ALONE, DYAD, Streams
from sim.world.parameters import SINGLE, Actors, Variations, arrays

Floats = NDArray[np.floating[Any]]
Classes = type[Any] | Mapping[str, type[Any]]
"""A class for all actors of a kind, or classes by code ("*" for those not named)."""

_HALF_LIVES = (
    "grievance_half_life",
    "expectation_half_life",
    "contagion_half_life",
    "attention_half_life",
    "grudge_half_life",
    "deal_half_life",
)

_IN_CACHE = 2**15
"""Numbers in an array of actors that act as one: a line of NumPy is quickest while its arrays stay in the cache."""
_BUFFER = 1024
"""Numbers that NumPy gathers where types are mixed or shapes broadcast: longer than a row of worlds, it copies rows
that it need not copy, and mixed types leave the innermost cache. A multiple of 16."""


class Recorder(Protocol):
    """What watches a model: called once on day one and after every month."""

    flows: bool
    """Whether it asks for the model's ``flows``."""

    def day_one(self, model: DiplomacyModel) -> None:
        """Note the state before the first month."""

    def month_over(self, model: DiplomacyModel) -> None:
        """Note the state and the flows of the month just run."""


class DiplomacyModel(mesa.Model):  # type: ignore[misc]
    """Republics between powers, a month a step, in every world of a batch at once.

    Parameters
    ----------
    scenario : what is simulated.
    worlds : numbers of the worlds in this batch (each has its own luck), or how many, counted from 0.
    seed : seed of all chance.
    variations : numeric paths of the scenario -> one value a world, shape (world,).
    republic, power : classes of the actors, or classes by code.
    recorder : what watches (see ``sim.world.record``); None watches nothing.

    Raises
    ------
    BadInput : variations that do not fit the scenario.
    """

    SCHEDULE: tuple[str, ...] = (
        "the_calendar_turns",
        "powers_offer",
        "republics_ask",
        "offers_are_answered",
        "requests_are_answered",
        "pledges_fall_due",
        "grievances_move",
        "republics_speak_out",
        "powers_respond",
        "alignments_move",
    )
    """The month, in order; each name is a method."""

    def __init__(
        self,
        scenario: Scenario,
        worlds: int | Sequence[int] | NDArray[np.int64] = 1,
        seed: int = 0,
        *,
        variations: Variations | None = None,
        republic: Classes = Republic,
        power: Classes = Power,
        recorder: Recorder | None = None,
    ) -> None:
        super().__init__(rng=seed)
        numbers = np.arange(worlds) if isinstance(worlds, int) else np.asarray(worlds, dtype=np.int64)
        self.story, self.worlds, self.month = scenario, numbers, 0
        self.actors = Actors.of(scenario)
        given = arrays(scenario, len(numbers), variations)
        rest = settle(arrays(scenario, len(numbers), variations, at_rest=True))
        self.parameters, self.rest = given.in_single(), rest.in_single()
        self.rule = self.parameters.rule
        self.fades = {name: rules.fading(given.rule[name]).astype(SINGLE) for name in _HALF_LIVES}
        self.for_requests = given.rule["request_fund"]
        self.for_offers = 1.0 - given.rule["reserve"] - self.for_requests
        """Parts of a purse, and by how much the reserve raises an offer that is met; (w or 1,)."""
        self.raised = (1.0 - self.for_requests) / self.for_offers
        self.first_logit, self.inertia = rules.logits(rest.alignment), given.rule["inertia"]
        self._buffer = len(numbers) // 16 * 16 if _BUFFER // 4 <= len(numbers) < _BUFFER else _BUFFER
        self.power_axis = np.arange(len(self.actors.powers))[:, None]
        luck = self.actors.luck
        self._between = Streams(
            seed,
            numbers,
            [(luck[r], luck[p]) for r in self.actors.republics for p in self.actors.powers],
            DYAD,
            (len(self.actors.republics), len(self.actors.powers)),
        )
        self._alone = Streams(seed, numbers, [(luck[r],) for r in self.actors.republics], ALONE)
        self.calendar = Calendar(
            scenario, self.parameters, self.actors, len(numbers), Calendar.streams(scenario, seed, numbers)
        )
        self.recorder = recorder
        self._flowing = recorder is None or recorder.flows
        self.state = self._first_state()
        self.fallen_due, self.delivered = (np.zeros(self.state["overall"].shape) for _ in range(2))
        self.aid: Floats | None = None
        self._summit_before = False
        pairs = np.arange(len(self.actors.republics) * len(self.actors.powers))
        self._cells = (pairs[:, None] * len(SECTORS) * len(numbers) + np.arange(len(numbers))).reshape(
            len(self.actors.republics), len(self.actors.powers), len(numbers)
        )
        """Where the first sector of a pair stands in the flat array of pledges, (r, p, w)."""
        self.now = Month(self.state["strain"], self.state["respect"], np.ones_like(self.state["strain"]))
        self._populate(republic, power)
        if recorder is not None:
            recorder.day_one(self)

    # -- setting up ---------------------------------------------------------------------------------------------------

    def _first_state(self) -> dict[str, NDArray[Any]]:
        """All arrays of day one, worlds axis last and full length, C order."""
        r, p, s, c = len(self.actors.republics), len(self.actors.powers), len(SECTORS), len(CAUSES)
        w, rest = len(self.worlds), self.rest

        def full(values: Floats, *shape: int) -> Floats:
            return np.broadcast_to(values, (*shape, w)).copy()

        return {
            "alignment": full(rest.alignment, r, p, s),
            "logit": full(self.first_logit, r, p, s),
            "walk": np.zeros((r, p, s, w), SINGLE),
            "overall": full(rest.overall, r, p),
            "pledges": full(rest.pledges, r, p, s),
            "deals": full(rest.deals, r, p, s),
            "grievance": full(rest.grievance, r, p, c),
            "grudge": full(rest.grudge, p, r),
            "strain": full(self.parameters.power["strain"], p),
            "respect": full(self.parameters.power["respect"], p),
            "purse": np.zeros((p, w)),
            "attention": np.ones((r, p, w), SINGLE),
            "expected": full(np.maximum(rest.expected, rules.QUANTUM), r, p),
            "stir": np.zeros((r, p, w), SINGLE),
            "lapse": np.zeros((r, p, w), SINGLE),
            "standing": np.zeros((r, p, w), SINGLE),
            "pressure": np.zeros((r, p, w), SINGLE),
            "offer_size": np.zeros((r, p, w)),
            "offer_sector": np.zeros((r, p, w), dtype=np.intp),
            "willing": np.zeros((r, p, w), dtype=bool),
            "answer": np.zeros((r, p, w), dtype=np.int8),
            "request_power": np.zeros((r, w), dtype=np.intp),
            "request_sector": np.zeros((r, w), dtype=np.intp),
            "granted": np.zeros((r, w), dtype=bool),
            "rebuke": np.zeros((r, p, w), dtype=bool),
            "response": np.zeros((r, p, w), dtype=np.int8),
            "stance": np.full((r, p, w), -1, dtype=np.int8),
            **{name: np.zeros((r, p, s, w)) for name in (("before", "due", "done") if self._flowing else ())},
        }

    def _populate(self, republic: Classes, power: Classes) -> None:
        for codes, classes, standard in (
            (self.actors.powers, power, Power),
            (self.actors.republics, republic, Republic),
        ):
            for place, code in enumerate(codes):
                _class_of(classes, code, standard)(self, code, place, self._own(standard, place))
        self.powers: AgentSet = self.agents.select(lambda actor: isinstance(actor, Power))
        self.republics: AgentSet = self.agents.select(lambda actor: isinstance(actor, Republic))
        self.agents.do("bind")
        self._acting = {
            (kind, wide): self._gathered(actors, standard, len(SECTORS) if wide else 1)
            for kind, actors, standard in (("power", self.powers, Power), ("republic", self.republics, Republic))
            for wide in (False, True)
        }

    def _own(self, kind: type[Power | Republic], place: int | slice) -> dict[str, Floats]:
        """Parameters of one actor, or of neighbours, by name."""
        given = self.parameters
        if kind is Power:
            return {name: v[place] for name, v in given.power.items() if name not in ("strain", "respect")}
        dyads = {"leverage": given.dyad["leverage"], "solidarity": given.pair["solidarity"]}
        return {name: values[place] for name, values in {**given.republic, **dyads}.items()}

    def _gathered(self, actors: AgentSet, standard: type[Power | Republic], sectors: int) -> list[Any]:
        """Actors in order, neighbours of the standard class (not a user's) as one as far as the cache holds them."""
        others = len(self.republics if standard is Power else self.powers)
        most = max(1, _IN_CACHE // (others * sectors * len(self.worlds)))
        acting: list[Any] = []
        for alike, run in groupby(sorted(actors, key=lambda actor: actor.place), lambda actor: type(actor) is standard):
            members = list(run)
            for first in range(0, len(members), most if alike else 1):
                some = members[first : first + most] if alike else [members[first]]
                if len(some) > 1:
                    place = slice(some[0].place, some[-1].place + 1)
                    some = [standard.together(self, place, self._own(standard, place))]
                    some[0].bind()
                acting += some
        return acting

    def each(self, kind: str, decision: str) -> None:
        """Have every "power" or every "republic" take a decision."""
        standard = Power if kind == "power" else Republic
        for actor in self.acting(kind, wide=decision in standard.WIDE):
            getattr(actor, decision)()

    def acting(self, kind: str, *, wide: bool) -> list[Any]:
        """Powers or republics in order, some as one (see ``Actor.together``); fewer where their arrays are wide."""
        return self._acting[kind, wide]

    # -- the month ----------------------------------------------------------------------------------------------------

    def step(self) -> None:
        """Run one month."""
        with np.errstate():  # which puts the buffer's size back, too
            np.setbufsize(self._buffer)
            for name in self.SCHEDULE:
                getattr(self, name)()
        if self.recorder is not None:
            self.recorder.month_over(self)
        self.month += 1

    def the_calendar_turns(self) -> None:
        """Dated and random events act, and what they changed for good or for a while holds (step 1)."""
        state = self.state
        self.now = self.calendar.turn(self.month)
        state["strain"][:], state["respect"][:] = self.now.strain, self.now.respect
        state["granted"].fill(False)
        state["response"].fill(rules.SILENT)
        if self.now.summit is not None or self.month == 0 or self._summit_before:
            state["stance"].fill(-1)
        self._summit_before = self.now.summit is not None
        if self._flowing:
            state["before"][:] = state["pledges"]
        self.aid = self.calendar.strike(self.now, state["deals"], state["grievance"], state["pledges"])
        state["attention"] -= self.fades["attention_half_life"] * (state["attention"] - 1.0)
        state["grudge"] *= 1.0 - self.fades["grudge_half_life"]

    def powers_offer(self) -> None:
        """Each power makes each republic one offer (step 2)."""
        self.taken = rules.summed(self.state["alignment"], 1)
        self.engaged = rules.summed(self.state["overall"], 1)
        self.each("power", "offer")

    def republics_ask(self) -> None:
        """Each republic addresses one request to one power (step 3)."""
        self.each("republic", "ask")

    def offers_are_answered(self) -> None:
        """Republics accept, counter or reject; powers meet counter-offers or not (step 4)."""
        self.each("power", "weigh")
        self.each("republic", "reply")

    def requests_are_answered(self) -> None:
        """Powers grant requests or not (step 4)."""
        self.each("power", "grant")

    def pledges_fall_due(self) -> None:
        """Powers deliver what falls due, or let it lapse (step 5).

        Sets ``fallen_due`` and ``delivered``, points over all sectors, (r, p, w), which outcomes add up.
        """
        for power in self.acting("power", wide=True):
            its = np.s_[:, power.place]
            due, done = (rules.summed(points, -2) for points in power.deliver())  # while they are in the cache
            self.fallen_due[its], self.delivered[its] = due, done
            self.state["lapse"][its] = rules.lapse_rate(due, done)

    def grievances_move(self) -> None:
        """Grievances fade and grow (step 6)."""
        self.each("republic", "feel")

    def republics_speak_out(self) -> None:
        """Republics rebuke in public, take stances at summits, and are stirred by one another (step 7)."""
        self.each("republic", "speak")
        self.each("republic", "listen")

    def powers_respond(self) -> None:
        """Powers make up or punish (step 7)."""
        self.each("power", "respond")

    def alignments_move(self) -> None:
        """Alignment drifts towards what the drivers say (step 8)."""
        self.each("republic", "realign")

    # -- what actors use ----------------------------------------------------------------------------------------------

    def luck(self, decision: str) -> Floats:
        """This month's uniform numbers of a decision between republics and powers, (r, p, w)."""
        return self._between.draw(decision, self.month)[..., 0, :]

    def walk_luck(self, republic: int | slice | None = None) -> Floats:
        """This month's uniform numbers of the random walks, (p, s, w) of one republic, else (r, p, s, w)."""
        return self._between.draw("walk", self.month, republic)

    def own_luck(self, decision: str) -> Floats:
        """This month's uniform numbers of a republic's own decision, (r, w)."""
        return self._alone.draw(decision, self.month)[..., 0, :]

    def agree(self, republic: int | slice, power: int | slice, sector: NDArray[np.intp], points: Floats) -> None:
        """Pledge ``points`` in ``sector``, both (p, w) for one republic or (r, w) for one power."""
        pledges = self.state["pledges"].reshape(-1)  # one flat index is far quicker than four
        pledges[self._cells[republic, power] + sector * len(self.worlds)] += points

    def flows(self) -> dict[str, Floats]:
        """This month's flows, each (r, p, s, w) points: agreed, done (delivered, with aid) and lapsed.

        Not of a model whose recorder said that it would not ask.
        """
        state = self.state
        agreed = state["pledges"] + state["due"] - state["before"]
        done, lapsed = state["done"], state["due"] - state["done"]
        if self.aid is not None:
            agreed, done = agreed + self.aid, done + self.aid
        return {"agreed": agreed, "done": done, "lapsed": lapsed}

    def release(self) -> None:
        """Let go of all arrays and actors; the model is of no use afterwards."""
        for actor in (*self.agents, *chain.from_iterable(self._acting.values())):
            actor.release()
        self.remove_all_agents()
        for name in [name for name in vars(self) if name in _HEAVY]:
            delattr(self, name)


_HEAVY = frozenset(
    (
        "story",
        "worlds",
        "actors",
        "state",
        "rest",
        "parameters",
        "rule",
        "fades",
        "for_requests",
        "for_offers",
        "raised",
        "first_logit",
        "inertia",
        "now",
        "taken",
        "fallen_due",
        "delivered",
        "engaged",
        "_between",
        "_cells",
        "_alone",
        "calendar",
        "recorder",
        "aid",
        "powers",
        "republics",
        "_acting",
    )
)


def _class_of(classes: Classes, code: str, otherwise: type[Any]) -> type[Any]:
    if isinstance(classes, Mapping):
        return classes.get(code, classes.get("*", otherwise))
    return classes
