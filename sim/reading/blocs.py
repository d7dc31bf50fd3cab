"""Who stands with whom: landscape theory applied to a state of the model, as a cross-check from another theory.

The model never forms blocs; it moves shares and grievances. ``blocs`` computes which two blocs landscape theory would
predict from such a state, in every world, and how often each partition has the lowest energy. ``ASSUMPTIONS`` says how
sizes and propensities are derived from the state; that is judgement, and the answer should be read with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim import lazy
from sim.reading.landscape import HIGHEST, INDIFFERENT, LOWEST, MOST, TIE, energies, is_minimum, sides, weights
from sim.runs.ask import Ask, Askable, Asked
from sim.runs.result import Result
from sim.runs.run import Progress, run
from sim.runs.words import DAY_ONE
from sim.scenario import BadInput, Scenario
from sim.scenario.dates import month_labels
from sim.scenario.errors import nearest
from sim.scenario.table import SECTORS
from sim.world import rules
from sim.world.conduct import Conduct
from sim.world.events import Calendar
from sim.world.parameters import Actors, arrays

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]
Numbers = Callable[[str], Floats]
"""The number at a path, (w or 1,)."""

GROUP = 100.0
"""Sizes of all powers together, and of all republics together."""
ALLIANCE = 4.0
"""Steps of the scale that a share of 1 adds between a republic and a power: half of everything makes an ally."""
VOICE = 1.0
"""Steps of the scale lost where grievance reaches the point at which the republic would speak out in public."""
RIVALRY = 2.0
"""Steps of the scale lost between full rivals on wholly shared ground."""
KINSHIP = 2.0
"""Steps of the scale won between republics in full solidarity."""

_SIZES = """The powers together weigh as much as the republics together. A power's part is its part of all powers'
means in that month (budget, raised by events, shrunk by strain), a republic's its part of the endowments that make it
worth courting."""
_TOWARDS = """3, plus 4 times the power's overall share, minus the republic's grievance measured by the level at which
it would speak out (threshold and leverage), minus the power's grudge."""
_RIVALS = """3, minus twice their mean rivalry times the ground they both hold (overlap of their shares). The model
knows no other tie between powers, so these are blocs in the region, not in the world."""
_BOUNDS = """All values are clipped to the scale from 1 (enemies) over 3 (indifferent) to 5 (allies). Where 3 lies is
judgement and decides much: rely on the shares of worlds and how they change, not on one map."""
ASSUMPTIONS: dict[str, str] = {
    "Sizes": _SIZES,
    "Republic and power": _TOWARDS,
    "Power and power": _RIVALS,
    "Republic and republic": "3, plus twice their mean solidarity.",
    "Scale": _BOUNDS,
}
"""How a state of the model becomes sizes and propensities; printed with every answer."""


def blocs(
    scenario: Askable, month: str | int = -1, *, progress: Progress | None = None, **asked: Unpack[Asked]
) -> Blocs:
    """The two-bloc landscape of a month in every world.

    Parameters
    ----------
    scenario : a result (kept "full"); or a scenario, name, path or ask to be run.
    month : "YYYY-MM" (its end), "day one", a number of months since day one, or -1 for the last month.
    progress, asked : as for ``sim.run``, where it must be run; a result that is asked for something else is run again.

    Raises
    ------
    BadInput : a month outside the run, more than 20 actors.
    """
    given = scenario.finished if isinstance(scenario, Result) else scenario
    ask = Ask.of(given, **asked)
    _checked(ask.scenario)
    if isinstance(scenario, Result) and ask == given:
        scenario.needs("full", "blocs")
    place = _month(ask.months, month_labels(ask.scenario.start, ask.months), month)
    if isinstance(scenario, Result) and ask == given:
        result = scenario
    else:
        if not any(path.startswith("events.") for path in ask.variations):  # a date may vary to before the month
            ask = Ask.of(ask, months=max(place, 1))
        result = run(ask, progress=progress)
    sizes, propensities = state(result, place)
    names = (*result.powers, *result.republics)
    return Blocs(result.finished, result.dates[place], names, sizes, propensities, result.array("overall")[place])


def state(result: Result, month: int) -> tuple[Floats, Floats]:
    """Sizes (n, w) and propensities (n, n, w) of powers, then republics, at the end of a month; see ``ASSUMPTIONS``."""
    powers, republics = result.powers, result.republics
    number, boost = _replayed(result, month)
    p, r, w = len(powers), len(republics), result.worlds
    share = result.array("overall")[month].astype(float)  # (r, p, w)
    grievance = result.array("grievance")[month].sum(axis=2, dtype=float)  # (r, p, w)
    grudge = np.swapaxes(result.array("grudge")[month], 0, 1).astype(float)  # (r, p, w)
    endowment = [_wide([number(f"republics.{code}.endowment.{name}") for name in SECTORS], w) for code in republics]
    worth = np.stack([values.sum(axis=0) for values in endowment])  # (r, w)
    sizes = np.concatenate([_parts(_means(result, month, number, boost)), _parts(worth)])
    table = np.full((p + r, p + r, w), INDIFFERENT)
    towards = INDIFFERENT + ALLIANCE * share - VOICE * grievance / np.maximum(_limits(result, number), 0.05) - grudge
    table[p:, :p] = towards
    table[:p, p:] = np.swapaxes(towards, 0, 1)
    rivalry = [number(f"powers.{code}.rivalry") for code in powers]
    for a in range(p):
        for b in range(a):
            both = 2.0 * np.minimum(share[:, a], share[:, b]).sum(axis=0)
            overlap = both / _some((share[:, a] + share[:, b]).sum(axis=0))
            table[a, b] = table[b, a] = INDIFFERENT - RIVALRY * (rivalry[a] + rivalry[b]) / 2.0 * overlap
    for a, mine in enumerate(republics):
        for b, other in enumerate(republics[:a]):
            felt = number(f"republics.{mine}.solidarity.{other}") + number(f"republics.{other}.solidarity.{mine}")
            table[p + a, p + b] = table[p + b, p + a] = INDIFFERENT + KINSHIP * felt / 2.0
    return sizes, np.clip(table, LOWEST, HIGHEST)


def _limits(result: Result, number: Numbers) -> Floats:
    """Grievance at which each republic would speak out against each power, (r, p, w)."""
    none = np.zeros(1)
    limits = [
        -rules.pressure(
            none,
            number(f"republics.{republic}.voice_threshold"),
            number(f"republics.{republic}.leverage.{power}"),
            number("rules.leverage_cost"),
            none,
        )
        for republic in result.republics
        for power in result.powers
    ]
    return _wide(limits, result.worlds).reshape(len(result.republics), len(result.powers), -1)


def means(result: Result, month: int) -> Floats:
    """Points that each power can spend in a month of the run (0 and 1: the first), (p, w), as the model computes them.

    Strain is the record's. What events add to a budget follows from when they happened: the calendar is run again.

    Raises
    ------
    BadInput : a model whose events do not come as the calendar brings them.
    """
    return _means(result, month, *_replayed(result, month))


def _means(result: Result, month: int, number: Numbers, boost: Floats) -> Floats:
    strain = result.array("strain")[month].astype(float)
    points = [
        rules.means(
            number(f"powers.{code}.budget"),
            number(f"powers.{code}.budget_growth"),
            max(month - 1, 0),
            boost[j],
            strain[j],
            number("rules.strain_on_means"),
        )
        for j, code in enumerate(result.powers)
    ]
    return _wide(points, result.worlds)


class _Felt:
    """What conditions look at in a month, as the record has it; axes in the order of the model."""

    def __init__(self, result: Result, month: int) -> None:
        actors = Actors.of(result.scenario)
        rows = [result.republics.index(code) for code in actors.republics]
        columns = [result.powers.index(code) for code in actors.powers]
        self._result, self._pairs, self._month = result, np.ix_(rows, columns), month

    def __getattr__(self, name: str) -> Any:
        array = self._result.array(name)
        if name != "stance":
            return array[self._month][self._pairs]
        return array[self._month - 1][self._pairs] if self._month else np.full(array.shape[1:], -1)


def _replayed(result: Result, month: int) -> tuple[Numbers, Floats]:
    """Numbers by path and factors on budgets, (p, w), in a month of the run (0 and 1: the first).

    The calendar is run again; powers stand in the scenario's order.
    """
    ask, worlds = result.finished, np.arange(result.worlds)
    story, actors = ask.scenario, Actors.of(ask.scenario)
    if month == 0:
        return ask.number, np.ones((len(result.powers), len(worlds)))
    varied = ask.values_of(worlds)
    conduct = Conduct(story, arrays(story, len(worlds), varied).in_single(), actors, len(worlds), varied)
    streams = Calendar.streams(story, ask.seed, worlds)
    calendar = Calendar(story, conduct, actors, len(worlds), streams)
    happened = result.array("event")
    for t in range(month):
        now = calendar.turn(t, _Felt(result, t))
        fired = np.zeros_like(happened[t])
        for place, there in now.fired.items():
            fired[place] = there
        if not np.array_equal(fired, happened[t]):
            raise BadInput.of(
                f"events that the calendar does not bring in {result.dates[t + 1]}",
                "a result of a model whose events are those of its scenario",
                path="model",
            )

    def number(path: str) -> Floats:
        moved = conduct.at(path)
        return ask.number(path) if moved is None else moved.astype(float)

    return number, now.boost[[actors.powers.index(code) for code in result.powers]].astype(float)


@dataclass(frozen=True, eq=False)
class Blocs:
    """Landscapes of one month in every world: ``names`` (n: powers, then republics), ``sizes`` (n, w), ``propensities``
    (n, n, w), overall ``share`` (r, p, w).
    """

    ask: Ask
    """What was asked of the model, to the month or beyond."""
    date: str
    names: tuple[str, ...]
    sizes: Floats
    propensities: Floats
    share: Floats

    @property
    def scenario(self) -> Scenario:
        """What was simulated."""
        return self.ask.scenario

    @property
    def seed(self) -> int:
        """Seed of all chance."""
        return self.ask.seed

    @property
    def worlds(self) -> int:
        """Number of worlds."""
        return int(self.sizes.shape[-1])

    @cached_property
    def energies(self) -> Floats:
        """Energy of every configuration in every world, (2^(n-1), w)."""
        return energies(weights(self.sizes, self.propensities))

    @cached_property
    def deepest(self) -> NDArray[np.intp]:
        """Number of the deepest configuration in every world, (w,)."""
        lowest: NDArray[np.intp] = self.energies.argmin(axis=0)
        return lowest

    def members(self, number: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The two blocs of a configuration by number, the first power's first."""
        against = [name for i, name in enumerate(self.names[1:]) if number >> i & 1]
        return tuple(name for name in self.names if name not in against), tuple(against)

    def table(self) -> pd.DataFrame:
        """Partitions that are deepest in some world: [bloc, against, deepest, minimum, energy].

        ``deepest`` and ``minimum``: part of the worlds in which it is the deepest, and a local minimum at all;
        ``energy``: median. Commonest first; blocs as codes joined by blanks ("" where all stand together).
        """
        scale = np.abs(weights(self.sizes, self.propensities)).max(axis=(0, 1))
        minimum = is_minimum(self.energies, TIE * scale)
        partitions, counts = np.unique(self.deepest, return_counts=True)
        rows = []
        for k in np.argsort(-counts, kind="stable"):
            ours, theirs = self.members(int(partitions[k]))
            rows.append(
                (
                    " ".join(ours),
                    " ".join(theirs),
                    counts[k] / self.worlds,
                    float(minimum[partitions[k]].mean()),
                    float(np.median(self.energies[partitions[k]])),
                )
            )
        return pd.DataFrame(rows, columns=["bloc", "against", "deepest", "minimum", "energy"])

    def together(self) -> pd.DataFrame:
        """Part of the worlds in which two actors stand on the same side, square table by code."""
        side = sides(len(self.names))[self.deepest]  # (w, n)
        same = (side[:, :, None] == side[:, None]).mean(axis=0)
        return pd.DataFrame(same, index=list(self.names), columns=list(self.names))

    def check(self) -> pd.DataFrame:
        """Against the model's own answer: [republic, leader, share, with_leader, alone].

        ``leader``: the power with the largest overall share in most worlds; ``share``: the part of worlds where it is;
        ``with_leader``: the part of worlds in which the republic stands on the side of that world's leader; ``alone``:
        in which no power stands with it.
        """
        p = len(self.scenario.powers)
        side = sides(len(self.names))[self.deepest]
        lead = self.share.argmax(axis=1)  # (r, w)
        rows = []
        for i, republic in enumerate(self.scenario.republics):
            mine = side[:, p + i]
            common = int(np.bincount(lead[i]).argmax())
            rows.append(
                (
                    republic,
                    self.names[common],
                    float((lead[i] == common).mean()),
                    float((side[np.arange(self.worlds), lead[i]] == mine).mean()),
                    float((side[:, :p] != mine[:, None]).all(axis=1).mean()),
                )
            )
        return pd.DataFrame(rows, columns=["republic", "leader", "share", "with_leader", "alone"])

    def figure(self) -> Figure:
        """The commonest partitions of the actors into two blocs: one row each, one column an actor, and how often."""
        return lazy.figure("Blocs.figure", self)


def _wide(values: Sequence[NDArray[Any]], worlds: int) -> Floats:
    """Values, (w,) or (1,) each, as one array, (n, w)."""
    result: Floats = np.stack([np.broadcast_to(value, worlds) for value in values]).astype(float, copy=False)
    return result


def _parts(weights: Floats) -> Floats:
    """Parts of the weights of a group, (n, w), that together are ``GROUP``."""
    result: Floats = GROUP * weights / _some(weights.sum(axis=0))
    return result


def _some(total: Floats) -> Floats:
    """A total that can be divided by: 1 where it is 0."""
    result: Floats = np.where(total > 0, total, 1.0)
    return result


def _checked(story: Scenario) -> None:
    actors = len(story.powers) + len(story.republics)
    if not 2 <= actors <= MOST:
        raise BadInput.of(
            f"{actors} actors", f"2 to {MOST}: every partition of them is evaluated", path="powers, republics"
        )


def _month(months: int, dates: Sequence[str], month: str | int) -> int:
    """Place of a month among ``dates`` (0 is day one)."""
    if month == DAY_ONE:
        return 0
    if isinstance(month, str) and month in dates:
        return list(dates).index(month)
    if isinstance(month, int) and -1 <= month <= months:
        return month % (months + 1)
    raise BadInput.of(
        repr(month),
        f"a month from {dates[0]} ('{DAY_ONE}') to {dates[-1]}, or a number from 0 to {months}",
        path="month",
        nearest=nearest(str(month), dates),
    )
