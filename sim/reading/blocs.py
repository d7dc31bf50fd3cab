"""Who stands with whom: landscape theory laid over a state of the model, as a cross-check from another school.

The model never forms blocs; it moves shares and grievances. ``blocs`` asks what two blocs landscape theory would make
of such a state, in every world, and how often each parting comes out deepest. How sizes and propensities are read off
the state is said in ``ASSUMPTIONS``; it is judgement, and the answer should be read with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.reading.landscape import HIGHEST, INDIFFERENT, LOWEST, MOST, TIE, energies, is_minimum, sides, weights
from sim.runs.result import Result
from sim.runs.run import Progress, run
from sim.scenario import BadInput, Scenario, load
from sim.scenario.dates import month_labels
from sim.scenario.errors import nearest

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]

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
means (budget, shrunk by strain), a republic's its part of the endowments that make it worth courting."""
_TOWARDS = """3, plus 4 times the power's overall share, minus the republic's grievance measured by the level at which
it would speak out (threshold and leverage), minus the power's grudge."""
_RIVALS = """3, minus twice their mean rivalry times the ground they both hold (overlap of their shares). The model
knows no other tie between powers, so these are blocs in the region, not in the world."""
_BOUNDS = """Everything is held to the scale from 1 (enemies) over 3 (indifferent) to 5 (allies). Where 3 lies is
judgement and decides much: go by the shares of worlds and how they change, not by one map."""
ASSUMPTIONS: dict[str, str] = {
    "Sizes": _SIZES,
    "Republic and power": _TOWARDS,
    "Power and power": _RIVALS,
    "Republic and republic": "3, plus twice their mean solidarity.",
    "Scale": _BOUNDS,
}
"""How a state of the model becomes sizes and propensities; printed with every answer."""


def blocs(
    scenario: Result | Scenario | str | Path,
    month: str | int = -1,
    *,
    worlds: int = 500,
    seed: int = 0,
    progress: Progress | None = None,
) -> Blocs:
    """The two-bloc landscape of a month in every world.

    Parameters
    ----------
    scenario : a result (kept "full"), or a scenario, name or path to be run.
    month : "YYYY-MM" (its end), a number of months since day one, or -1 for the last month.
    worlds, seed, progress : as for ``sim.run``, where it must be run.

    Raises
    ------
    BadInput : a month outside the run, more than 20 actors.
    """
    if isinstance(scenario, Result):
        result = scenario
    else:
        story = load(scenario) if isinstance(scenario, str | Path) else scenario
        _checked(story)
        place = _month(story.months, month_labels(story.start, story.months), month)
        story = story.with_months(max(place, 1))
        month = place
        result = run(story, worlds, seed=seed, progress=progress)
    _checked(result.scenario)
    at = _month(result.months, result.dates, month)
    sizes, propensities = state(result, at)
    names = (*result.powers, *result.republics)
    return Blocs(
        result.scenario, result.seed, result.dates[at], names, sizes, propensities, result.array("overall")[at]
    )


def state(result: Result, month: int) -> tuple[Floats, Floats]:
    """Sizes (n, w) and propensities (n, n, w) of powers, then republics, at the end of a month; see ``ASSUMPTIONS``."""
    story = result.scenario
    powers, republics = list(story.powers.values()), list(story.republics.values())
    p, r, w = len(powers), len(republics), result.worlds
    share = result.array("overall")[month].astype(float)  # (r, p, w)
    grievance = result.array("grievance")[month].sum(axis=2, dtype=float)  # (r, p, w)
    grudge = np.swapaxes(result.array("grudge")[month], 0, 1).astype(float)  # (r, p, w)
    strain = result.array("strain")[month].astype(float)  # (p, w)
    budget = np.array([power.budget * (1.0 + power.budget_growth) ** (month / 12.0) for power in powers])
    means = budget[:, None] * np.exp(-story.rules.strain_on_means * strain)
    endowment = np.array([sum(republic.endowment.values()) for republic in republics])
    sizes = np.concatenate(
        [
            GROUP * means / _some(means.sum(axis=0)),
            np.broadcast_to((GROUP * endowment / _some(endowment.sum()))[:, None], (r, w)),
        ]
    )
    table = np.full((p + r, p + r, w), INDIFFERENT)
    limit = np.array(
        [
            [republic.voice_threshold + story.rules.leverage_cost * republic.leverage[code] for code in story.powers]
            for republic in republics
        ]
    )[:, :, None]
    towards = INDIFFERENT + ALLIANCE * share - VOICE * grievance / np.maximum(limit, 0.05) - grudge
    table[p:, :p] = towards
    table[:p, p:] = np.swapaxes(towards, 0, 1)
    rivalry = np.array([power.rivalry for power in powers])
    for a in range(p):
        for b in range(a):
            both = 2.0 * np.minimum(share[:, a], share[:, b]).sum(axis=0)
            overlap = both / _some((share[:, a] + share[:, b]).sum(axis=0))
            table[a, b] = table[b, a] = INDIFFERENT - RIVALRY * (rivalry[a] + rivalry[b]) / 2.0 * overlap
    codes = list(story.republics)
    for a in range(r):
        for b in range(a):
            felt = (republics[a].solidarity[codes[b]] + republics[b].solidarity[codes[a]]) / 2.0
            table[p + a, p + b] = table[p + b, p + a] = INDIFFERENT + KINSHIP * felt
    return sizes, np.clip(table, LOWEST, HIGHEST)


@dataclass(frozen=True, eq=False)
class Blocs:
    """Landscapes of one month in every world: ``names`` (n: powers, then republics), ``sizes`` (n, w), ``propensities``
    (n, n, w), overall ``share`` (r, p, w).
    """

    scenario: Scenario
    seed: int
    date: str
    names: tuple[str, ...]
    sizes: Floats
    propensities: Floats
    share: Floats

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
        """Partings that are deepest in some world: [bloc, against, deepest, minimum, energy].

        ``deepest`` and ``minimum``: part of the worlds in which it is the deepest, and a local minimum at all;
        ``energy``: median. Commonest first; blocs as codes joined by blanks ("" where all stand together).
        """
        scale = np.abs(weights(self.sizes, self.propensities)).max(axis=(0, 1))
        minimum = is_minimum(self.energies, TIE * scale)
        found, counts = np.unique(self.deepest, return_counts=True)
        rows = []
        for k in np.argsort(-counts, kind="stable"):
            ours, theirs = self.members(int(found[k]))
            rows.append(
                (
                    " ".join(ours),
                    " ".join(theirs),
                    counts[k] / self.worlds,
                    float(minimum[found[k]].mean()),
                    float(np.median(self.energies[found[k]])),
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
        """The commonest partings as a table; see ``sim.figures.blocs.bloc_table``."""
        from sim.figures.blocs import bloc_table

        return bloc_table(self)


def _some(total: Floats) -> Floats:
    """A total that can be divided by: 1 where it is 0."""
    result: Floats = np.where(total > 0, total, 1.0)
    return result


def _checked(story: Scenario) -> None:
    actors = len(story.powers) + len(story.republics)
    if not 2 <= actors <= MOST:
        raise BadInput.of(
            f"{actors} actors", f"2 to {MOST}: every parting of them is weighed", path="powers, republics"
        )


def _month(months: int, dates: Sequence[str], month: str | int) -> int:
    """Place of a month among ``dates`` (0 is day one)."""
    if isinstance(month, str) and month in dates:
        return list(dates).index(month)
    if isinstance(month, int) and -1 <= month <= months:
        return month % (months + 1)
    raise BadInput.of(
        repr(month),
        f"a month from {dates[0]} (day one) to {dates[-1]}, or a number from 0 to {months}",
        path="month",
        nearest=nearest(str(month), dates),
    )
