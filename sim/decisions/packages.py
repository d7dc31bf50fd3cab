"""Packages of moves against the same uncertain futures: which reaches what is wanted, at what cost, and how surely.

A file of packages is a plan of a sweep (``sim.sweeps.plan``: scenario, set, months, worlds, seed, doubt, posterior,
vary) that says what is wanted and crosses its futures with named packages instead of one factor with another. So it is
kept, resumed and shared out as sweeps are. World i draws the same luck, and the same numbers that are in doubt, in
every package: packages are compared future by future. What any package decides is in doubt in none of them, nor where
nothing is done.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim import lazy
from sim.decisions import regret
from sim.decisions.packagesreader import Crossing, Package, read_packages
from sim.decisions.want import Want
from sim.decisions.words import listing, per_month
from sim.runs.doubt import SHARED, Doubt
from sim.runs.posterior import Posterior
from sim.runs.run import Progress
from sim.runs.words import capital, listed, percent
from sim.scenario import Scenario
from sim.sweeps.factors import words
from sim.sweeps.sweep import Estimate, sweep
from sim.sweeps.table import Sweep

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Packages:
    """Packages that were run; made by ``packages``."""

    crossing: Crossing
    sweep: Sweep

    @property
    def packages(self) -> tuple[Package, ...]:
        """The packages, doing nothing first."""
        return self.crossing.packages

    @property
    def wants(self) -> tuple[Want, ...]:
        """What is wanted."""
        return self.crossing.wants

    @property
    def names(self) -> list[str]:
        """Names of the packages."""
        return [package.name for package in self.packages]

    @property
    def futures(self) -> int:
        """How many futures each package meets."""
        return self.sweep.size // len(self.packages) * self.sweep.worlds

    def outcome(self, name: str) -> Floats:
        """An outcome in every future, (package, future)."""
        values: Floats = self.sweep.arrays([name])[1][:, :, 0].reshape(len(self.packages), -1)
        return values

    @cached_property
    def gains(self) -> Floats:
        """What each want is measured by, (want, package, future); see ``Want.gain``."""
        outcomes = [self.outcome(want.outcome) for want in self.wants]
        return np.stack([want.gain(v, v[:1]) for want, v in zip(self.wants, outcomes, strict=True)])

    @cached_property
    def met(self) -> Flags:
        """Where all that is wanted is reached, (package, future)."""
        each = [want.met(gain) for want, gain in zip(self.wants, self.gains, strict=True)]
        met: Flags = np.logical_and.reduce(each)
        return met

    @cached_property
    def reached(self) -> Floats:
        """Part of the futures in which all that is wanted is reached, (package,)."""
        return regret.reached(self.met)

    def table(self) -> pd.DataFrame:
        """One row a package and want: [package, about, cost, unit, want, reached, all_reached, mean, low, high,
        worst_tenth, regret, regret_p90, satisfices_most], the last False for all where none reaches it at all.

        ``mean``, the band of 80 % of the futures (``low`` to ``high``), the mean of the worst tenth and regret are in
        the outcome's unit (shares as parts of 1); ``regret`` is a mean over futures, ``regret_p90`` the 90 % quantile.
        """
        rows = []
        for want, gain in zip(self.wants, self.gains, strict=True):
            good = want.good(gain)
            behind = regret.regret(good)
            low, high = np.quantile(gain, (0.1, 0.9), axis=1)
            for i, package in enumerate(self.packages):
                rows.append(
                    {
                        "package": package.name,
                        "about": package.about,
                        "cost": package.cost,
                        "unit": f"{self.crossing.unit} a month",
                        "want": want.text,
                        "reached": float(want.met(gain)[i].mean()),
                        "all_reached": float(self.reached[i]),
                        "mean": float(gain[i].mean()),
                        "low": float(low[i]),
                        "high": float(high[i]),
                        "worst_tenth": float(want.sign * regret.worst(good)[i]),
                        "regret": float(behind[i].mean()),
                        "regret_p90": float(np.quantile(behind[i], regret.HIGH)),
                        "satisfices_most": bool(i == self.robust and self.reached[i] > 0.0),
                    }
                )
        return pd.DataFrame(rows)

    # -- which is which -----------------------------------------------------------------------------------------------

    @cached_property
    def robust(self) -> int:
        """Place of the package that satisfices in most futures; of several the cheapest."""
        order = sorted(range(len(self.packages)), key=lambda i: (-self.reached[i], self.packages[i].cost))
        return order[0]

    @cached_property
    def best(self) -> int:
        """Place of the package that is best on average, by the first want."""
        return int(self.wants[0].good(self.gains[0]).mean(axis=1).argmax())

    def surely_more(self, a: int, b: int) -> bool:
        """Whether package ``a`` satisfices in more futures than ``b`` by more than chance."""
        mean, error = regret.ahead(self.met[a], self.met[b], SHARED)
        return mean > regret.SURE * error

    def paragraph(self) -> str:
        """What follows, in words: what satisfices in most futures, what is best on average, what each costs."""
        return " ".join([*self._most(), *self._average(), *self._regret(), *self._cheapest(), *self._priceless()])

    def _most(self) -> Iterator[str]:
        robust, part = self.robust, self.reached[self.robust]
        aim = listed([want.said(self.crossing.base) for want in self.wants])
        if part == 0.0:
            yield f"{aim}: no package gets there in any of the {self.futures:,} futures."
            return
        name, cost = self.packages[robust].name, self._cost(robust)
        if robust == 0:
            yield f"{aim}: no package gets there in more futures than doing nothing ({percent(part)})."
            return
        yield f"{aim}: {name} gets there most often, in {percent(part)} of futures, {cost}."
        if part < 0.5:
            yield "That is fewer than half of them: no package can be relied on to get there."
        rivals = [i for i in range(1, len(self.packages)) if i != robust and not self.surely_more(robust, i)]
        if rivals:
            some = listed([f"{self.packages[i].name} ({percent(self.reached[i])})" for i in rivals[:3]])
            yield f"By no more than chance it is ahead of {some}."
        if self.reached[0] > 0.0:
            yield f"Doing nothing gets there in {percent(self.reached[0])}."

    def _average(self) -> Iterator[str]:
        best, robust, want, gain = self.best, self.robust, self.wants[0], self.gains[0]
        mean = want.size(float(gain[best].mean())) + (" of the first of these" if len(self.wants) > 1 else "")
        name = self.packages[best].name
        if best == 0 or self.reached[robust] == 0.0:
            yield f"On average {name} does best ({mean})." if best else "On average no package beats doing nothing."
        elif best == robust:
            yield f"It is also best on average ({mean})."
        elif self.surely_more(robust, best):
            worst = [want.size(want.sign * float(regret.worst(want.good(gain[[i]]))[0])) for i in (best, robust)]
            yield (
                f"{capital(name)} is best on average ({mean}, against "
                f"{want.size(float(gain[robust].mean()))} of {self.packages[robust].name}) but not robust: it gets "
                f"there in {percent(self.reached[best])} of futures only, and its worst tenth is at {worst[0]}, that "
                f"of {self.packages[robust].name} at {worst[1]}."
            )
        else:
            yield f"{capital(name)} is best on average ({mean}), and gets there less often by no more than chance."

    def _regret(self) -> Iterator[str]:
        want, gain = self.wants[0], self.gains[0]
        high = np.quantile(regret.regret(want.good(gain)), regret.HIGH, axis=1)
        least = int(high.argmin())
        if least not in (self.robust, self.best):
            yield (
                f"The least to regret is {self.packages[least].name}: in nine futures of ten it is "
                f"no more than {want.size(float(high[least])).lstrip('+')} behind the best package of that future."
            )

    def _cheapest(self) -> Iterator[str]:
        half = [i for i in range(len(self.packages)) if self.reached[i] >= 0.5]
        if half and self.packages[cheap := min(half, key=lambda i: self.packages[i].cost)].cost < self._price:
            yield (
                f"The cheapest that gets there in at least half of them is {self.packages[cheap].name} "
                f"({percent(self.reached[cheap])}), {self._cost(cheap)}."
            )

    @property
    def _price(self) -> float:
        return self.packages[self.robust].cost

    def _priceless(self) -> Iterator[str]:
        moved = [package for package in self.packages if package.unpriced]
        if moved:
            said = [f"{p.name} ({listing([words(path, self._scenario(p)) for path in p.unpriced])})" for p in moved]
            yield f"What it costs to move some numbers is not counted: {listed(said)}; say so with 'cost'."

    def _scenario(self, package: Package) -> Scenario:
        return list(self.crossing.plan.scenarios.values())[self.names.index(package.name)]

    def _cost(self, i: int) -> str:
        return f"for {per_month(self.packages[i].cost, self.crossing.unit)}"

    def figure(self) -> Figure:
        """What each package gains over all futures, against what is wanted, with how often it gets there and cost."""
        return lazy.figure("Packages.figure", self)


def packages(
    file: str | os.PathLike[str] | Mapping[str, Any],
    out: str | os.PathLike[str] | None = None,
    *,
    worlds: int | None = None,
    months: int | None = None,
    seed: int | None = None,
    doubt: Doubt | bool | None = None,
    posterior: Posterior | str | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    tell: Callable[[Estimate], None] | None = None,
    command: str | None = None,
) -> Packages:
    """Run packages of moves over the same uncertain futures.

    Parameters
    ----------
    file : path of a file of packages, a shipped name ("eu-kazakhstan"), or its content as a mapping.
    out : folder to keep the futures in, as a sweep's: the same call goes on where it stopped.
    worlds, months, seed : instead of the file's (200 worlds, the scenario's months, seed 0).
    doubt : True (every number that is not sure), False (none) or a ``Doubt``, instead of the file's (all).
    posterior : draws of parameters, instead of the file's; by default those of the scenario, unless doubt is none or
        "none" is asked for.
    workers, progress, tell, command : as in ``sim.sweep``.

    Raises
    ------
    BadInput : whatever is wrong with the file, and all that ``sim.sweep`` refuses.
    Stopped : Ctrl-C; what was finished is kept in ``out``.

    Examples
    --------
    >>> found = packages("eu-kazakhstan", worlds=2, months=6)
    >>> found.names[0], found.table().shape[0] == len(found.names)
    ('do-nothing', True)
    """
    changes = {"worlds": worlds, "months": months, "seed": seed, "doubt": doubt, "posterior": posterior}
    asked = read_packages(file, {key: value for key, value in changes.items() if value is not None})
    return Packages(asked, sweep(asked.plan, out, workers=workers, progress=progress, tell=tell, command=command))
