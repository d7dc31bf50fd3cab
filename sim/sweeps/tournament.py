"""A tournament of strategies: every strategy of some actors against every mix of the others', all on the same luck.

It is a sweep over scenarios that differ in ``strategy`` alone, so it is kept, resumed and shared out as sweeps are.
``Game`` holds what follows from the payoffs, whatever they are payoffs of: best replies, strategies that are never
worse, equilibria in pure strategies.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim import lazy
from sim.runs.posterior import Posterior, load_posterior
from sim.runs.run import Progress
from sim.runs.words import capital, listed, named
from sim.scenario import BadInput, Problem, Scenario, load
from sim.scenario.errors import nearest, shown
from sim.scenario.names import code_of, unknown
from sim.scenario.strategies import names_of
from sim.sweeps.factors import SCENARIO, Factor
from sim.sweeps.plan import Plan
from sim.sweeps.sweep import Estimate, sweep
from sim.sweeps.table import Sweep

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

MOST_MIXES = 1024
"""Mixes at most: three powers have 512."""
SURE = 1.96
"""Standard errors on each side of a mean within which a difference counts as none: an interval of 95 %."""
BAND = (0.1, 0.9)
"""Ends of the band of a payoff, as parts of the worlds."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What an actor gets out of it: the outcome, whether more of it is better (+1) or worse (-1), and the aim in words.

    ``scale`` turns the outcome into ``unit``.
    """

    name: str
    section: str
    outcome: str
    sign: int
    aim: str
    unit: str
    scale: float = 1.0


MEASURES: tuple[Measure, ...] = (
    Measure(
        "share",
        "powers",
        "change",
        1,
        "a larger share of the region",
        "percentage points of the region since day one",
        100.0,
    ),
    Measure("cost", "powers", "accepted", -1, "lower cost", "engagement points agreed"),
    Measure("delivered", "republics", "delivered", 1, "more deliveries", "engagement points delivered by all powers"),
    Measure(
        "terms",
        "republics",
        "terms",
        -1,
        "looser strings",
        "% by which strings are tighter than usual, mean over powers",
        100.0,
    ),
    Measure("grievance", "republics", "grievance", -1, "less to complain of", "grievance points, mean over powers"),
)
"""Payoffs of powers and of republics; the first of each is what they play for unless something else is asked."""


def measures_of(section: str) -> tuple[Measure, ...]:
    """Payoffs of the actors of "powers" or "republics"."""
    return tuple(measure for measure in MEASURES if measure.section == section)


def measure_of(section: str, name: str | None) -> Measure:
    """The payoff of a name, by default the first. Raises BadInput for an unknown one."""
    known = {measure.name: measure for measure in measures_of(section)}
    if name is None:
        return measures_of(section)[0]
    if name not in known:
        raise BadInput.of(
            repr(name), f"one of {', '.join(known)}", path=f"payoff of {section}", nearest=nearest(name, known)
        )
    return known[name]


# -- the game ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Game:
    """Payoffs in every mix: (player, a strategy's place for each player, world), higher is better.

    A strategy is worse than another where the mean of their paired difference over worlds lies below zero by more than
    ``SURE`` standard errors; where all worlds are alike, or there is only one, by anything at all.
    """

    payoffs: Floats

    @property
    def players(self) -> int:
        """How many play."""
        return len(self.payoffs)

    @cached_property
    def means(self) -> Floats:
        """Mean payoffs over worlds, (player, *strategies)."""
        means: Floats = self.payoffs.mean(axis=-1)
        return means

    def behind(self, player: int) -> tuple[Floats, Floats]:
        """How far each strategy falls behind the best reply to the same mix of the others: mean and standard error.

        Both (*strategies), the mean 0 or less.
        """
        mine, means = self.payoffs[player], self.means[player]
        best = np.expand_dims(means.argmax(axis=player), (player, -1))
        difference = mine - np.take_along_axis(mine, best, axis=player)
        worlds = mine.shape[-1]
        error = difference.std(axis=-1, ddof=1) / np.sqrt(worlds) if worlds > 1 else np.zeros(means.shape)
        return difference.mean(axis=-1), error

    def best_replies(self, player: int) -> Flags:
        """In which mixes a player's strategy is not worse than its best reply to the others', (*strategies)."""
        mean, error = self.behind(player)
        replies: Flags = mean >= -SURE * error
        return replies

    def never_worse(self, player: int) -> list[int]:
        """Places of the player's strategies that are a best reply to every mix of the others'.

        In the terms of game theory such a one is weakly dominant, within the bands, unless all are: then the choice
        makes no difference that shows.
        """
        others = tuple(axis for axis in range(self.players) if axis != player)
        return np.flatnonzero(self.best_replies(player).all(axis=others)).tolist()

    def equilibria(self, *, sure: bool = False) -> list[tuple[int, ...]]:
        """Mixes in which everybody's strategy is a best reply: Nash equilibria in pure strategies (lit:nash-1950).

        With ``sure`` only those in which every strategy has the highest mean, so that the bands decide nothing.
        """
        held = np.ones(self.means.shape[1:], np.bool_)
        for player in range(self.players):
            mean, _ = self.behind(player)
            held &= mean == 0.0 if sure else self.best_replies(player)
        return [tuple(place.tolist()) for place in np.argwhere(held)]


# -- the tournament ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Player:
    """Who plays: code, "powers" or "republics", name, and names of the strategies, in the order of the mixes."""

    code: str
    section: str
    name: str
    strategies: tuple[str, ...]


@dataclass(frozen=True)
class Tournament:
    """What a tournament found; made by ``tournament`` or ``Tournament.load``."""

    sweep: Sweep
    players: tuple[Player, ...]
    power_payoff: str | None = None
    republic_payoff: str | None = None

    @classmethod
    def load(
        cls, folder: str | os.PathLike[str], *, power_payoff: str | None = None, republic_payoff: str | None = None
    ) -> Tournament:
        """Read a folder of ``sim tournament --out``. Raises BadInput where there is none or it is not finished."""
        return _of(Sweep.load(folder), power_payoff, republic_payoff)

    @property
    def mixes(self) -> list[tuple[str, ...]]:
        """Strategies of the players in every mix, in the order of the sweep's points."""
        return list(product(*(player.strategies for player in self.players)))

    def payoff(self, player: int) -> Measure:
        """What a player plays for."""
        section = self.players[player].section
        return measure_of(section, self.power_payoff if section == "powers" else self.republic_payoff)

    def values(self, player: int, measure: Measure) -> Floats:
        """A payoff of a player in its unit, (*strategies, world)."""
        found = self.sweep.arrays([f"{self.players[player].code}.{measure.outcome}"])[1][:, :, 0]
        values: Floats = found.reshape(*(len(one.strategies) for one in self.players), -1) * measure.scale
        return values

    @cached_property
    def game(self) -> Game:
        """Who plays for what, with more being better."""
        measures = [self.payoff(player) for player in range(len(self.players))]
        return Game(np.stack([m.sign * self.values(player, m) for player, m in enumerate(measures)]))

    def table(self) -> pd.DataFrame:
        """One row a mix, player and payoff: [a column of strategies a player, actor, strategy, payoff, unit, mean, low,
        high, best_reply].

        ``low`` and ``high`` are the ends of the band of 80 % of the worlds; ``best_reply`` is None for payoffs that are
        not played for.
        """
        rows = []
        for i, player in enumerate(self.players):
            replies = self.game.best_replies(i).reshape(-1)
            for measure in measures_of(player.section):
                values = self.values(i, measure).reshape(len(self.mixes), -1)
                low, high = np.quantile(values, BAND, axis=1)
                for at, mix in enumerate(self.mixes):
                    rows.append(
                        {
                            **{one.code: name for one, name in zip(self.players, mix, strict=True)},
                            "actor": player.code,
                            "strategy": mix[i],
                            "payoff": measure.name,
                            "unit": measure.unit,
                            "mean": values[at].mean(),
                            "low": low[at],
                            "high": high[at],
                            "best_reply": bool(replies[at]) if measure == self.payoff(i) else None,
                        }
                    )
        return pd.DataFrame(rows)

    def summary(self) -> pd.DataFrame:
        """One row a player and strategy: [actor, strategy, best, of, behind, a column a payoff].

        ``best`` of ``of`` mixes of the others' it is a best reply to; ``behind`` is how far it falls behind the best
        reply in its worst mix; payoffs are means over worlds and mixes, NaN where an actor has none of the kind.
        """
        rows = []
        for i, player in enumerate(self.players):
            replies = np.moveaxis(self.game.best_replies(i), i, 0).reshape(len(player.strategies), -1)
            behind = np.moveaxis(self.game.behind(i)[0], i, 0).reshape(len(player.strategies), -1)
            payoffs = {
                m.name: np.moveaxis(self.values(i, m).mean(axis=-1), i, 0).reshape(len(player.strategies), -1).mean(1)
                for m in measures_of(player.section)
            }
            for at, name in enumerate(player.strategies):
                rows.append(
                    {
                        "actor": player.code,
                        "strategy": name,
                        "best": int(replies[at].sum()),
                        "of": replies.shape[1],
                        "behind": -behind[at].min() + 0.0,
                        **{key: values[at] for key, values in payoffs.items()},
                    }
                )
        return pd.DataFrame(rows)

    def paragraph(self) -> str:
        """What follows from the payoffs, in words: who has a strategy that is never worse, and what is stable."""
        aims: dict[str, list[str]] = {}
        for i, player in enumerate(self.players):
            aims.setdefault(self.payoff(i).aim, []).append(named(player.name))
        played = [f"{listed(names)} play{'s' * (len(names) == 1)} for {aim}" for aim, names in aims.items()]
        said = [f"{capital(listed(played))}."]
        said += [self._said_of(i) for i in range(len(self.players))]
        if len(self.players) > 1:
            said.append(self._stable())
        said.append(
            "A strategy is worse than another where the difference between their means, paired by world, is more than "
            f"chance: {self.sweep.worlds:,} worlds, intervals of 95 %."
        )
        return " ".join(said)

    def _said_of(self, i: int) -> str:
        player, own = self.players[i], self.game.never_worse(i)
        name = capital(named(player.name))
        mixes = len(self.mixes) // len(player.strategies)
        whatever = "whatever the others do" if len(self.players) > 1 else "of all its strategies"
        if len(own) == len(player.strategies):
            return f"For {named(player.name)} no choice is worse than another, as far as shows."
        if own:
            names = listed([player.strategies[at] for at in own])
            verb = "is" if len(own) == 1 else "are"
            return f"{name}: {names} {verb} never worse than any other, {whatever}."
        replies = np.moveaxis(self.game.best_replies(i), i, 0).reshape(len(player.strategies), -1).sum(axis=1)
        most = player.strategies[int(replies.argmax())]
        return (
            f"{name}: no strategy is never worse; {most} is a best reply to most mixes of the others' "
            f"({replies.max()} of {mixes})."
        )

    def _stable(self) -> str:
        """The mix in which everybody's strategy is a best reply to the others', if there is one."""
        within, sure = self.game.equilibria(), self.game.equilibria(sure=True)
        what = "best replies to each other (a Nash equilibrium in pure strategies)"
        if not within:
            return f"No mix holds strategies that are {what}: in each, somebody would do better with another one."
        chosen = (sure or within)[0]
        mix = listed([f"{named(p.name)} as {p.strategies[at]}" for p, at in zip(self.players, chosen, strict=True)])
        gains = listed(
            [
                f"{self.payoff(i).sign * self.game.means[(i, *chosen)]:+.2f}".replace("-", "−")
                for i in range(len(self.players))
            ]
        )
        text = f"{capital(mix)} are {what}, with mean payoffs of {gains}"
        more = len(within) - 1
        if not more:
            return f"{text}; no other mix is."
        return f"{text}; {more} other mix{'es are' if more > 1 else ' is'} too, within the bands."

    def figure(self) -> Figure:
        """Mean payoffs of every player, a panel each: own strategies by the next player's; frames are best replies."""
        return lazy.figure("Tournament.figure", self)


def tournament(
    scenario: Scenario | str | os.PathLike[str],
    powers: Sequence[str] = (),
    republics: Sequence[str] = (),
    out: str | os.PathLike[str] | None = None,
    *,
    worlds: int = 200,
    months: int | None = None,
    seed: int = 0,
    posterior: Posterior | str | os.PathLike[str] | None = None,
    power_payoff: str | None = None,
    republic_payoff: str | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    tell: Callable[[Estimate], None] | None = None,
    command: str | None = None,
) -> Tournament:
    """Let every strategy of some actors meet every mix of the others', in the same worlds.

    Parameters
    ----------
    scenario : a scenario, a shipped name or a path; actors that do not play keep the strategies it gives them.
    powers, republics : codes or names of those who play; all powers where nobody is named.
    out : folder to keep it in, as a sweep's: the same call goes on where it stopped.
    worlds, months, seed : worlds a mix (200), length of the run (the scenario's), seed of all chance (0).
    posterior : draws of parameters, one a world, the same in every mix: a shipped name, or a file of ``sim calibrate``.
    power_payoff, republic_payoff : what they play for: "share" or "cost"; "delivered", "terms" or "grievance".
    workers, progress, tell, command : as in ``sim.sweep``.

    Raises
    ------
    BadInput : an unknown actor or payoff, more than ``MOST_MIXES`` mixes, a value set both by the draws and by hand,
        and all that ``sim.sweep`` refuses.
    Stopped : Ctrl-C; what was finished is kept in ``out``.

    Examples
    --------
    >>> found = tournament("dushanbe-2025", ["RUS"], worlds=4, months=3)
    >>> [player.code for player in found.players], len(found.mixes)
    (['RUS'], 8)
    """
    told = scenario if isinstance(scenario, Scenario) else load(scenario)
    if months is not None:
        told = told.with_months(months)
    for section, name in (("powers", power_payoff), ("republics", republic_payoff)):
        measure_of(section, name)
    drawn = None if posterior is None else load_posterior(posterior)
    plan = plan_of(told, powers, republics, worlds, seed, drawn)
    swept = sweep(plan, out, workers=workers, progress=progress, tell=tell, command=command)
    return _of(swept, power_payoff, republic_payoff)


def plan_of(
    scenario: Scenario,
    powers: Sequence[str],
    republics: Sequence[str],
    worlds: int,
    seed: int,
    posterior: Posterior | None = None,
) -> Plan:
    """The sweep that a tournament is: one point a mix.

    Raises BadInput for unknown actors, too many mixes, draws that do not suit the scenario.
    """
    if posterior is not None:
        posterior.check(scenario)
    players = _players(scenario, powers, republics)
    count = int(np.prod([len(player.strategies) for player in players]))
    if count > MOST_MIXES:
        each = " x ".join(str(len(player.strategies)) for player in players)
        raise BadInput.of(
            f"{count:,} mixes ({each} strategies of {', '.join(player.code for player in players)})",
            f"at most {MOST_MIXES:,}; let fewer actors play",
            path="tournament",
        )
    for name, value, least in (("worlds", worlds, 1), ("seed", seed, 0)):
        if type(value) is not int or value < least:
            raise BadInput.of(repr(value), f"a whole number, {least} or more", path=name)
    scenarios = {
        ",".join(f"{player.code}-{name}" for player, name in zip(players, mix, strict=True)): scenario.with_values(
            {f"{p.section}.{p.code}.strategy": name for p, name in zip(players, mix, strict=True)}
        )
        for mix in product(*(player.strategies for player in players))
    }
    places = tuple(float(place) for place in range(count))
    factor = Factor(SCENARIO, "scenario", 0.0, count - 1.0, values=places, names=tuple(scenarios))
    kept = tuple(f"{p.code}.{measure.outcome}" for p in players for measure in measures_of(p.section))
    title = f"Tournament of {listed([player.name for player in players])}"
    return Plan(scenarios, (factor,), worlds=worlds, seed=seed, outcomes=kept, title=title, posterior=posterior)


def _players(scenario: Scenario, powers: Sequence[str], republics: Sequence[str]) -> list[Player]:
    for section, actors in (("powers", powers), ("republics", republics)):
        if isinstance(actors, str) or not isinstance(actors, Iterable):
            raise BadInput.of(
                shown(actors), f"a list of {section}, such as {list(getattr(scenario, section))[:2]}", path=section
            )
    asked = {"powers": tuple(powers), "republics": tuple(republics)}
    if not any(asked.values()):
        asked["powers"] = tuple(scenario.powers)
    problems, players = [], []
    for section, given in asked.items():
        specs: Mapping[str, Any] = getattr(scenario, section)
        codes = [code_of(name, specs) for name in given]
        for place, code in enumerate(codes):
            if code is None:
                problems.append(unknown(given[place], specs, section))
            elif code in codes[:place]:
                problems.append(Problem("", None, None, section, f"{code} twice", "each actor once"))
            else:
                players.append(Player(code, section, specs[code].name, names_of(section)))
    if problems:
        raise BadInput(problems)
    return players


def _of(swept: Sweep, power_payoff: str | None, republic_payoff: str | None) -> Tournament:
    """The tournament that a sweep is. Raises BadInput for another sweep."""
    names = swept.factors[0].names
    mixes = [[part.partition("-") for part in name.split(",")] for name in names]
    scenario = swept.scenario
    actors = {
        code: (section, spec.name) for section in ("powers", "republics") for code, spec in _specs(scenario, section)
    }
    codes = [code for mix in mixes[:1] for code, _, _ in mix]
    if len(names) == 0 or any(code not in actors for code in codes):
        raise BadInput.of("a sweep", "a folder written by `sim tournament --out`", file=str(swept.folder or ""))
    players = tuple(
        Player(code, *actors[code], tuple(dict.fromkeys(mix[i][2] for mix in mixes))) for i, code in enumerate(codes)
    )
    return Tournament(swept, players, power_payoff, republic_payoff)


def _specs(scenario: Scenario, section: str) -> list[tuple[str, Any]]:
    return list(getattr(scenario, section).items())
