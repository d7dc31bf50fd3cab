"""The model: a Mesa model whose actors act in every world at once, and its month as one readable list."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.scenario import Scenario
from sim.scenario.table import SECTORS
from sim.world import rules, strategies
from sim.world.actors import Power, Republic
from sim.world.agents import Classes, WorldsModel
from sim.world.conduct import Conduct
from sim.world.equilibrium import equilibrium, past
from sim.world.events import Calendar, Month
from sim.world.luck import ALONE, DYAD, PAST, Streams
from sim.world.parameters import SINGLE, Actors, Variations, arrays
from sim.world.state import FLOWS, State

Floats = NDArray[np.floating[Any]]

_HALF_LIVES = (
    "grievance_half_life",
    "expectation_half_life",
    "contagion_half_life",
    "attention_half_life",
    "grudge_half_life",
    "deal_half_life",
    "terms_half_life",
)

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


class DiplomacyModel(WorldsModel):
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
        "powers_plan",
        "republics_ask",
        "projects_are_opened",
        "projects_are_bid_for",
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
        super().__init__(seed)
        numbers = np.arange(worlds) if isinstance(worlds, int) else np.asarray(worlds, dtype=np.int64)
        self.story, self.worlds, self.month = scenario, numbers, 0
        self.actors = Actors.of(scenario)
        pairs = (len(self.actors.republics), len(self.actors.powers))
        self.power_axis = np.arange(pairs[1])[:, None]

        given = arrays(scenario, len(numbers), variations)
        conduct = Conduct(scenario, given.in_single(), self.actors, len(numbers), variations or {})
        self.parameters = conduct.parameters
        before = arrays(scenario, len(numbers), variations, settled=True)
        settled = equilibrium(before)
        self.equilibrium = settled.in_single()
        self.rule = self.parameters.rule
        self.fades = {name: rules.fading(given.rule[name]).astype(SINGLE) for name in _HALF_LIVES}
        self.inertia = given.rule["inertia"]
        luck = self.actors.luck
        keys = [(luck[r], luck[p]) for r in self.actors.republics for p in self.actors.powers]
        self._between = Streams(seed, numbers, keys, DYAD, pairs)
        history = Streams(seed, numbers, [("past", *key) for key in keys], PAST, pairs)
        self._alone = Streams(seed, numbers, [(luck[r],) for r in self.actors.republics], ALONE)
        streams = Calendar.streams(scenario, seed, numbers)
        self.calendar = Calendar(scenario, conduct, self.actors, len(numbers), streams)

        self.recorder = recorder
        self._flowing = recorder is None or recorder.flows
        self.state = State.day_one(
            self.equilibrium,
            past(before, settled, history),
            self.parameters,
            self.actors,
            len(numbers),
            flows=self._flowing,
        )
        self.fallen_due, self.delivered, self.called_off = (np.zeros(self.state.overall.shape) for _ in range(3))
        """Points that fell due, were delivered and were called off this month, over all sectors, (r, p, w)."""
        self.aid = None
        self.now = Month(self.state.strain, self.state.respect, np.ones_like(self.state.strain))
        self._summit_before = False
        self._buffer = len(numbers) // 16 * 16 if _BUFFER // 4 <= len(numbers) < _BUFFER else _BUFFER

        cells = np.arange(math.prod(pairs))[:, None] * len(SECTORS) * len(numbers) + np.arange(len(numbers))
        self._cells = cells.reshape(*pairs, len(numbers))
        self.powers = self.populate(Power, power, strategies.POWERS)
        self.republics = self.populate(Republic, republic, strategies.REPUBLICS)
        if recorder is not None:
            recorder.day_one(self)

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
        self.now = self.calendar.turn(self.month, state)
        if self.now.moved:
            self.reckon()
        state.strain[:], state.respect[:] = self.now.strain, self.now.respect
        state.granted.fill(False)
        state.response.fill(rules.SILENT)
        if self.now.summit is not None or self.month == 0 or self._summit_before:
            state.stance.fill(-1)
        self._summit_before = self.now.summit is not None
        if state.before is not None:
            state.before[:] = state.pledges
        pledging = self.calendar.pledging(self.now)
        pending = state.pledges.copy() if pledging else state.pledges
        self.aid = self.calendar.strike(self.now, state.deals, state.grievance, state.pledges)
        if pledging:  # what events pledge takes the power's usual time
            months = rules.over(self.parameters.power["delivery_months"], "sector")
            state.pace[:] = rules.joined(pending, state.pace, state.pledges - pending, months)
        state.terms *= 1.0 - self.fades["terms_half_life"]
        state.attention -= self.fades["attention_half_life"] * (state.attention - 1.0)
        state.grudge *= 1.0 - self.fades["grudge_half_life"]

    def powers_plan(self) -> None:
        """Each power spends, saves, and is ready or not to open a project with each republic (step 2)."""
        self.taken = rules.total(self.state.alignment, "power")
        self.engaged = rules.total(self.state.overall, "power")
        self.each("power", "plan")

    def republics_ask(self) -> None:
        """Now and then a republic asks a power for a project, which grants it or not (step 3)."""
        self.each("republic", "ask")
        self.each("power", "grant")

    def projects_are_opened(self) -> None:
        """Each republic has the largest project on offer on its table, and shops it around or not (step 4)."""
        self.each("republic", "table")

    def projects_are_bid_for(self) -> None:
        """Powers bid, republics take the best bid or none, and what is taken is pledged (step 5)."""
        self.each("power", "bid")
        self.each("republic", "choose")
        self.each("power", "sign")

    def pledges_fall_due(self) -> None:
        """Powers deliver what falls due, or let it lapse (step 6).

        Sets ``fallen_due`` and ``delivered``, points over all sectors, (r, p, w), which outcomes add up.
        """
        self.called_off.fill(0.0)
        for power in self.acting("power"):
            due, done = power.deliver()
            self.fallen_due[power.pairs], self.delivered[power.pairs] = due, done
            self.state.lapse[power.pairs] = rules.lapse_rate(due + self.called_off[power.pairs], done)

    def grievances_move(self) -> None:
        """Grievances fade and grow (step 7)."""
        self.each("republic", "feel")

    def republics_speak_out(self) -> None:
        """Republics rebuke in public, take stances at summits, and are stirred by one another (step 8)."""
        self.each("republic", "speak")
        self.each("republic", "listen")

    def powers_respond(self) -> None:
        """Powers concede, punish or let pass (step 9)."""
        self.each("power", "respond")

    def alignments_move(self) -> None:
        """Alignment drifts towards what the drivers say (step 10)."""
        self.each("republic", "realign")

    def flows(self) -> dict[str, Floats]:
        """This month's flows, each (r, p, s, w) points: agreed, due (of what was pending), done (delivered, with aid),
        lapsed and called off.

        Not of a model whose recorder said that it would not ask.
        """
        state = self.state
        before, due, spent, done, cancelled = (getattr(state, name) for name in FLOWS)
        agreed = state.pledges + due + spent + cancelled - before
        lapsed = due + spent - done
        if self.aid is not None:
            agreed, done = agreed + self.aid, done + self.aid
        return {"agreed": agreed, "due": due, "done": done, "lapsed": lapsed, "called_off": cancelled}
