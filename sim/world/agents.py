"""Mesa, in one place: a Mesa model that holds many worlds, and Mesa agents that act in all of them at once.

Every actor is an agent of its own. Neighbours on their axis that are of the standard class, or have the same strategy,
act as one: one more actor stands for all of them, so that a decision is one call. An actor of a user's class acts by
itself. Either way an actor's arrays keep its own axis, of length 1 for one actor, and the numbers are the same to the
last bit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, ClassVar

import mesa
import numpy as np
from mesa.agent import AgentSet
from numpy.typing import NDArray

from sim.scenario import BadInput, Problem, Scenario
from sim.scenario.errors import nearest
from sim.scenario.table import SECTORS
from sim.world.equilibrium import Equilibrium
from sim.world.events import Month
from sim.world.luck import Streams
from sim.world.parameters import Actors, Parameters
from sim.world.state import Floats, State

_SECURITY = SECTORS.index("security")

Classes = type[Any] | Mapping[str, type[Any]]
"""A class for all actors of a kind, or classes by code or name ("*" for those not named)."""


class WorldsModel(mesa.Model):  # type: ignore[misc]
    """What agents find around them, in every world of a batch: parameters, state, events and luck.

    Axes as everywhere: republic r, power p, sector s, cause c, world w (parameters may have a worlds axis of length 1).
    """

    story: Scenario  # Mesa 3.5 has a use of its own for the name scenario
    worlds: NDArray[np.int64]
    """Numbers of the worlds in this batch, (w,)."""
    month: int
    """Months since day one."""
    actors: Actors
    """Codes of powers and republics in the order of their axes."""
    power_axis: NDArray[np.intp]
    """Places of the powers on their axis, (p, 1)."""
    parameters: Parameters
    rule: Mapping[str, Floats]
    """The rules' parameters by name."""
    fades: Mapping[str, Floats]
    """Part that fades in a month, by name of the half-life, (w or 1,)."""
    equilibrium: Equilibrium
    """Day one, settled."""
    state: State
    now: Month
    """What events make of this month."""
    taken: Floats
    """Share that all powers hold in each republic's sectors, (r, s, w)."""
    engaged: Floats
    """The same weighted by need, (r, w)."""
    called_off: Floats
    """Points called off this month, over all sectors, (r, p, w)."""
    aid: Floats | None
    """Points delivered at once this month, by events or for deference, (r, p, s, w); None where there were none."""
    inertia: Floats
    """Part of the way to its target that a log-ratio moves in a month, (s, w or 1)."""
    powers: AgentSet
    republics: AgentSet
    _cells: NDArray[np.intp]
    """Where the first sector of a pair stands in a flat array (r, p, s, w), (r, p, w)."""
    _between: Streams
    _alone: Streams

    def __init__(self, seed: int) -> None:
        super().__init__(rng=seed)
        self._mesas = frozenset((*vars(self), "_mesas"))
        self._acting: dict[str, list[Any]] = {}

    # -- agents -------------------------------------------------------------------------------------------------------

    def populate(self, standard: type[Actor], classes: Classes, strategies: Mapping[str, type[Actor]]) -> AgentSet:
        """Make an agent of every actor of a kind; returns them.

        An actor is of the class that ``classes`` gives it, else of the class of its scenario's strategy, else standard.
        Raises BadInput for classes that fit no actor.
        """
        codes = self.actors.on(standard.axis)
        specs = self.story.powers if standard.axis == "power" else self.story.republics
        named = {code: specs[code].name for code in codes}
        played = {code: strategies.get(specs[code].strategy, standard) for code in codes}
        chosen = chosen_classes(standard, classes, named, played)
        ours = (standard, *strategies.values())
        acting: list[Actor] = []
        for _, run in groupby(codes, lambda code: chosen[code] if chosen[code] in ours else code):
            agents = [chosen[code](self, [code]) for code in run]
            if len(agents) > 1:
                several = type(agents[0])(self, [agent.code for agent in agents])
                several.remove()  # acts, but is no agent beside those it stands for
                agents = [several]
            acting += agents
        self._acting[standard.axis] = acting
        return self.agents.select(lambda agent: isinstance(agent, standard))

    def acting(self, axis: str) -> list[Any]:
        """Who acts on the axis "power" or "republic", in order; some actors as one."""
        return self._acting[axis]

    def each(self, axis: str, decision: str) -> None:
        """Have every power or every republic take a decision, by the name of its method."""
        for actor in self._acting[axis]:
            getattr(actor, decision)()

    def reckon(self) -> None:
        """Have every agent work out anew what follows from parameters."""
        for agent in dict.fromkeys([*self.agents, *self.acting("power"), *self.acting("republic")]):
            agent.reckon()

    def release(self) -> None:
        """Let go of everything but what is Mesa's, which keeps its models; the model is of no use afterwards."""
        self.remove_all_agents()
        for name in set(vars(self)) - self._mesas:
            delattr(self, name)

    # -- what agents use ----------------------------------------------------------------------------------------------

    def luck(self, decision: str) -> Floats:
        """This month's uniform numbers of a decision between republics and powers, (r, p, w)."""
        return self._between.draw(decision, self.month)[..., 0, :]

    def walk_luck(self, republics: slice = slice(None)) -> Floats:
        """This month's uniform numbers of the random walks, (r, p, s, w)."""
        return self._between.draw("walk", self.month, republics)

    def own_luck(self, decision: str) -> Floats:
        """This month's uniform numbers of a republic's own decision, (r, w)."""
        return self._alone.draw(decision, self.month)[..., 0, :]

    def spend(self, pairs: Any, sector: NDArray[np.intp], points: Floats, came: Floats) -> None:
        """Spend ``points`` in ``sector`` at once, of which ``came`` becomes deals; all (r, p, w)."""
        at = self._cells[pairs] + sector * len(self.worlds)  # one flat index is far quicker than four
        deals = self.state.deals.reshape(-1)
        deals[at] += came.astype(deals.dtype)
        if self.state.spent is not None and self.state.done is not None:
            self.state.spent[pairs] = 0.0
            self.state.spent.reshape(-1)[at] = points
            self.state.done.reshape(-1)[at] += came

    def gave(self, power: Actor, points: Floats) -> None:
        """Book what a power gave at once in security, (r, p, w) points."""
        if points.any():
            self.aid = np.zeros(self.state.deals.shape) if self.aid is None else self.aid
            self.aid[power.pairs][:, :, _SECURITY] += points

    def answers(self, republics: slice) -> Floats:
        """Chances that each power concedes, punishes or lets pass when a republic speaks up, (3, r, p, w)."""
        return np.concatenate([power.odds() for power in self._acting["power"]], axis=2)[:, republics]


class Actor(mesa.Agent):  # type: ignore[misc]
    """A power or a republic, or neighbours on their axis that act as one.

    Its attributes are its parameters, and views of the model's state under the same names (see ``sim.world.state``),
    both cut to it; its own axis stays, of length 1 for one actor.
    """

    axis: ClassVar[str]
    """The axis it stands on."""
    model: WorldsModel
    code: str
    place: slice
    """Its place on its axis."""

    def __init__(self, model: WorldsModel, codes: Sequence[str]) -> None:
        super().__init__(model)
        first = model.actors.on(self.axis).index(codes[0])
        self.code, self.place = " ".join(codes), slice(first, first + len(codes))
        self.__dict__.update(model.parameters.of(self.axis, self.place))
        self.__dict__.update(model.state.of(self.axis, self.place))
        self.bind()
        self.reckon()

    def bind(self) -> None:
        """Prepare what does not change; called once, when state and parameters are there. For subclasses."""

    def reckon(self) -> None:
        """Work out what follows from parameters alone; called once after ``bind`` and whenever one of them has moved.

        For subclasses: what is kept of a parameter, other than a view of it, belongs here.
        """

    @property
    def pairs(self) -> Any:
        """Index of its own in an array that begins with (r, p)."""
        return (self.place,) if self.axis == "republic" else (slice(None), self.place)

    def luck(self, decision: str) -> Floats:
        """This month's uniform numbers of a decision between it and each of the others, (r, p, w)."""
        numbers: Floats = self.model.luck(decision)[self.pairs]
        return numbers


def chosen_classes(
    standard: type[Actor], classes: Classes, actors: Mapping[str, str], played: Mapping[str, type[Actor]] | None = None
) -> dict[str, type[Any]]:
    """The class of every actor, by code.

    Parameters
    ----------
    standard : ``Power`` or ``Republic``: the class of actors that are not named.
    classes : a class for all, or classes by code or name; "*" stands for those not named.
    actors : names by code.
    played : classes by code of the scenario's strategies, for actors that ``classes`` leaves at the standard one.

    Raises
    ------
    BadInput : an actor that the scenario does not have, or one named twice; not a class, or one of another kind.
    """
    given: Mapping[str, Any] = classes if isinstance(classes, Mapping) else {"*": classes}
    codes = {name: code for code, own in actors.items() for name in (code, own)}
    problems, chosen = [], {}
    for name, cls in given.items():
        if not (issubclass(cls, standard) if isinstance(cls, type) else callable(cls)):
            path = standard.axis if name == "*" else f"{standard.axis}.{name}"
            problems.append(Problem("", None, None, path, repr(cls), f"a subclass of sim.{standard.__name__}"))
        elif name != "*" and name not in codes:
            expected = f"one of {', '.join(actors)}"
            near = codes.get(nearest(name, codes) or "")
            problems.append(Problem("", None, None, standard.axis, f"no {standard.axis} {name!r}", expected, near))
        elif codes.get(name) in chosen:
            problems.append(Problem("", None, None, standard.axis, f"{name!r} a second time", "each actor once"))
        elif name != "*":
            chosen[codes[name]] = cls
    if problems:
        raise BadInput(problems)
    others = given.get("*", standard)
    return {
        code: chosen.get(code, played[code] if played is not None and others is standard else others) for code in actors
    }
