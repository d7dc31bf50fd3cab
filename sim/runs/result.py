"""The result of a run, as arrays with named axes and as tidy tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim import lazy
from sim.runs.ask import Ask
from sim.runs.ledger import ledger
from sim.runs.oneworld import typical_world, world_of
from sim.runs.plots import ResultPlots
from sim.runs.projects import projects
from sim.runs.words import capital, listed, named, percent
from sim.scenario import BadInput, Scenario
from sim.scenario.dates import month_labels
from sim.scenario.errors import nearest, shown
from sim.scenario.names import OVERALL, sector_of, sectors_of
from sim.scenario.table import CAUSES, SECTORS, STANCES
from sim.world.record import CHANNELS, Record

if TYPE_CHECKING:
    import os
    from pathlib import Path

    import ipywidgets

    from sim.runs.posterior import Posterior

Array = NDArray[Any]

_LEAST: dict[str, str] = {
    **{channel.name: channel.keep for channel in CHANNELS},
    **dict.fromkeys(("offered", "event"), "full"),
    **dict.fromkeys(("logit", "drivers"), "drivers"),
}
"""How much a run must keep at least to have an array, by its name."""
_ARRAYS: dict[str, str] = {
    "overall": "overall alignment by month",
    "alignment": "alignment by sector and month",
    "grievance": "grievance by month",
}
"""What arrays are called where tables and figures ask for them."""


class Result:
    """Worlds of one scenario: ``scenario``, ``seed``, ``record`` and tables made of them.

    Shares are 0..1, engagement and grievance in points. Month 0 is day one (the state before the first month), month t
    the end of the t-th month. Where a table has a world column, worlds are numbered from 0 and world i had the same
    luck in every run with the same seed.
    """

    def __init__(self, ask: Ask, record: Record) -> None:
        self.ask, self.record = ask, record
        """What was asked, and what came of it."""

    def __repr__(self) -> str:
        return (
            f"<Result {self.scenario.name}: {self.worlds} worlds, {self.months} months, seed {self.seed}, "
            f"keeps {self.record.keep}>"
        )

    # -- what was asked -----------------------------------------------------------------------------------------------

    @property
    def scenario(self) -> Scenario:
        """What was simulated. Numbers that differ between worlds are ``ask.number(path)``."""
        return self.ask.scenario

    @property
    def seed(self) -> int:
        """Seed of all chance."""
        return self.ask.seed

    @property
    def posterior(self) -> Posterior | None:
        """The parameter draws that the worlds took; None: the scenario's values in every world."""
        return self.ask.posterior

    @property
    def asked(self) -> int:
        """Worlds asked for; more than ``worlds`` where the run was stopped."""
        return self.ask.worlds

    @property
    def truncated(self) -> bool:
        """Whether the run was stopped before all worlds were finished."""
        return self.worlds < self.asked

    @property
    def finished(self) -> Ask:
        """What was asked of the worlds that finished: ``ask`` itself unless the run was stopped."""
        return Ask.of(self.ask, worlds=self.worlds) if self.truncated else self.ask

    # -- what is in it ------------------------------------------------------------------------------------------------

    @property
    def worlds(self) -> int:
        """Number of worlds."""
        return self.record.worlds

    @property
    def months(self) -> int:
        """Number of months."""
        return self.record.months

    @property
    def republics(self) -> tuple[str, ...]:
        """Codes of the republics, in the scenario's order."""
        return self.record.labels["republic"]

    @property
    def powers(self) -> tuple[str, ...]:
        """Codes of the powers, in the scenario's order."""
        return self.record.labels["power"]

    @cached_property
    def dates(self) -> list[str]:
        """Months as "YYYY-MM", months + 1 of them: that at whose end each state holds.

        The first is the month before the run, whose end is day one; pages and figures call it "day one".
        """
        return month_labels(self.scenario.start, self.months)

    def array(self, name: str) -> Array:
        """A recorded array: time first, then the axes of ``sim.world.record.CHANNELS``, worlds last.

        ``offered`` (points offered by sector) is made of ``offer_size`` and ``offer_sector``.

        Raises
        ------
        BadInput : no such array, or the run did not keep it.
        """
        if name == "offered" and "offer_size" in self.record.arrays:
            chosen = (
                self.record.arrays["offer_sector"][:, :, None, None] == np.arange(len(SECTORS), dtype=np.int8)[:, None]
            )
            result: Array = self.record.arrays["offer_size"][:, :, :, None] * chosen
            return result
        if name not in self.record.arrays:
            least = _LEAST.get(str(name))
            if least is None:
                names = [known for known, keep in _LEAST.items() if self.record.wants(keep)]
                raise BadInput.of(shown(name), f"one of {', '.join(names)}", path="array", nearest=nearest(name, names))
            self.needs(least, _ARRAYS.get(name, f"the array {name!r}"))
        return self.record.arrays[name]

    def needs(self, keep: str, asked: str) -> None:
        """Raise BadInput where the run keeps less than ``keep``, which is the least that ``asked`` can be told from."""
        if not self.record.wants(keep):
            raise BadInput.of(
                f"a result that keeps {self.record.keep!r}",
                f"one that keeps {keep!r} or more, from sim.run(..., keep={keep!r})",
                path=asked,
            )

    def shares(self, sector: str = "overall") -> Array:
        """Shares over time, (month + 1, republic, power, world), overall or in one sector."""
        chosen = sector_of(sector)
        if chosen == OVERALL:
            return self.array("overall")
        return self.array("alignment")[:, :, :, SECTORS.index(chosen)]

    # -- tidy tables --------------------------------------------------------------------------------------------------

    def alignment(self, sector: str = "overall", worlds: Sequence[int] | None = None) -> pd.DataFrame:
        """Shares by month: [date, month, republic, sector, power, world, share]; ``sector`` may be "all"."""
        names = sectors_of(sector)
        if worlds is not None and not isinstance(worlds, Iterable):
            raise BadInput.of(shown(worlds), "numbers of worlds, such as [0, 1]", path="worlds")
        picked = [world_of(world, self.worlds) for world in (range(self.worlds) if worlds is None else worlds)]
        stack = np.stack([self.shares(name)[..., picked] for name in names], axis=2)
        axes = {
            "month": range(self.months + 1),
            "republic": self.republics,
            "sector": names,
            "power": self.powers,
            "world": picked,
        }
        return self.tidy(axes, {"share": stack})

    def bands(self, sector: str = "overall", q: tuple[float, float, float] = (0.1, 0.5, 0.9)) -> pd.DataFrame:
        """Quantiles over worlds: [date, month, republic, sector, power, low, median, high, mean]; or sector "all"."""
        names = sectors_of(sector)
        stack = np.stack([self.shares(name) for name in names], axis=2)
        low, median, high = quantiles(stack, q)
        axes = {"month": range(self.months + 1), "republic": self.republics, "sector": names, "power": self.powers}
        return self.tidy(axes, {"low": low, "median": median, "high": high, "mean": stack.mean(axis=-1)})

    def grievance(self) -> pd.DataFrame:
        """Grievance by cause: [date, month, republic, power, cause, world, grievance]."""
        axes = {
            "month": range(self.months + 1),
            "republic": self.republics,
            "power": self.powers,
            "cause": CAUSES,
            "world": range(self.worlds),
        }
        return self.tidy(axes, {"grievance": self.array("grievance")})

    def deals(self) -> pd.DataFrame:
        """Engagement: [date, month, republic, power, sector, world, offered, accepted, delivered, lapsed, pending,
        live]

        Points; flows are of the month (0 on day one), pending pledges and live deals of its end.
        """
        self.needs("full", "deals")
        axes = {
            "month": range(self.months + 1),
            "republic": self.republics,
            "power": self.powers,
            "sector": SECTORS,
            "world": range(self.worlds),
        }
        values = {
            name: np.concatenate([np.zeros_like(flow[:1]), flow])
            for name in ("offered", "accepted", "delivered", "lapsed")
            for flow in [self.array(name)]
        }
        return self.tidy(axes, values | {"pending": self.array("pledges"), "live": self.array("deals")})

    def outcomes(self) -> pd.DataFrame:
        """One row a world, one column an outcome (see ``sim.world.record.OUTCOMES``); leaders as codes."""
        table = pd.DataFrame(self.record.outcomes)
        for republic in self.republics:
            table[f"{republic}.leader"] = np.array(self.powers)[table[f"{republic}.leader"]]
        table.index.name = "world"
        return table

    def projects(self, world: int | None = None) -> pd.DataFrame:
        """Projects one by one, of one world or of all: who opened, who bid, who got it and what became of it.

        [world, date, month, republic, power, opener, sector, size, shopped, rivals, agreed, delivered, lapsed,
        cancelled, pending, ended, outcome]. A row a project put on a republic's table. ``power`` got it (None: nobody),
        ``opener`` opened it, ``rivals`` are the codes of others who bid. ``size`` is what was taken, else what the
        opener bid; it and the rest are points, ``agreed`` = delivered + lapsed + cancelled + pending at the end.
        ``ended`` is the month by whose end two thirds of it had fallen due or been called off (None: not in this run).
        ``outcome``: taken, refused, no money (the opener's fund was empty). Rows apart, one a republic, power and
        sector, hold what was pending on day one (month 0, before day one) and what events pledged (pledged by
        EVENT). Steady engagement is not in it. Of a run that keeps "full".

        Raises
        ------
        BadInput : no such world, or the run did not keep it.
        """
        self.needs("full", "projects")
        return projects(self, world)

    def ledger(self, world: int | None = None) -> pd.DataFrame:
        """What happened in one world, dated and in words: events, stances, rebukes, projects, requests, deliveries.

        [date, month, world, republic, power, kind, sector, size, outcome, text]; the typical world if none is named.
        """
        self.needs("full", "ledger")
        return ledger(self, self.typical_world if world is None else world)

    def summary(self) -> pd.DataFrame:
        """Overall alignment now and at the end: [republic, power, now, low, median, high, change, p_lower].

        Low and high are the 10 and 90 per cent quantiles; ``change`` is the median change, ``p_lower`` the part of
        worlds in which the share fell.
        """
        rows = []
        for republic in self.republics:
            for power in self.powers:
                share, change = (self.record.outcomes[f"{republic}.{power}.{name}"] for name in ("share", "change"))
                low, median, high = quantiles(share, (0.1, 0.5, 0.9))
                rows.append(
                    (
                        republic,
                        power,
                        float(np.median(share - change)),
                        float(low),
                        float(median),
                        float(high),
                        float(np.median(change)),
                        float((change < 0).mean()),
                    )
                )
        return pd.DataFrame(rows, columns=["republic", "power", "now", "low", "median", "high", "change", "p_lower"])

    def leaders(self) -> pd.DataFrame:
        """Who leads each republic overall: [republic, leader_now, leader_end, probability_of_change, median_month].

        ``leader_end`` is the commonest leader at the end, ``median_month`` the date since which the new one leads (in
        the worlds with a change; None where there is none).
        """
        rows = []
        for republic in self.republics:
            end = self.record.outcomes[f"{republic}.leader"]
            changed = self.record.outcomes[f"{republic}.leader_changed"].astype(bool)
            now = list(self.powers)
            first = [
                np.median(
                    self.record.outcomes[f"{republic}.{p}.share"] - self.record.outcomes[f"{republic}.{p}.change"]
                )
                for p in now
            ]
            month = self.record.outcomes[f"{republic}.leader_month"][changed]
            rows.append(
                (
                    republic,
                    now[int(np.argmax(first))],
                    self.powers[np.bincount(end).argmax()],
                    float(changed.mean()),
                    self.dates[int(np.median(month))] if len(month) else None,
                )
            )
        return pd.DataFrame(
            rows, columns=["republic", "leader_now", "leader_end", "probability_of_change", "median_month"]
        )

    def stances(self) -> pd.DataFrame:
        """How guests stood at summits: [event, date, republic, power, deferential, transactional, assertive, worlds].

        Shares of the ``worlds`` in which the summit took place; ``date`` is its commonest month.
        """
        self.needs("full", "stances")
        rows = []
        stance, fired = self.array("stance"), self.array("event")
        for e, (name, event) in enumerate(self.scenario.events.items()):
            took_place = fired[:, e]
            if event.kind != "summit" or not took_place.any():
                continue
            date = self.dates[int(took_place.sum(axis=1).argmax()) + 1]
            for power in event.powers or ():
                for republic in event.republics or self.republics:
                    taken = stance[:, self.republics.index(republic), self.powers.index(power)][took_place]
                    rows.append(
                        (
                            name,
                            date,
                            republic,
                            power,
                            *((taken == s).mean() for s in range(len(STANCES))),
                            int(took_place.any(axis=0).sum()),
                        )
                    )
        return pd.DataFrame(rows, columns=["event", "date", "republic", "power", *STANCES, "worlds"])

    def rebukes(self) -> pd.DataFrame:
        """Public rebukes: [republic, power, mean, share_of_worlds], per world over the whole run."""
        rows = [
            (r, p, float(count.mean()), float((count > 0).mean()))
            for r in self.republics
            for p in self.powers
            for count in [self.record.outcomes[f"{r}.{p}.rebukes"]]
        ]
        return pd.DataFrame(rows, columns=["republic", "power", "mean", "share_of_worlds"])

    @cached_property
    def typical_world(self) -> int:
        """The world nearest to the median of final shares and rebukes, see ``sim.runs.oneworld``."""
        return typical_world(self.record.outcomes)

    def headline(self) -> str:
        """The answer in a few sentences, with its uncertainty."""
        end = self.dates[-1]
        parts = []
        for power in self.powers[:3]:
            share, change = self.record.outcomes[f"{power}.share"], self.record.outcomes[f"{power}.change"]
            low, median, high = (f"{100 * float(x):.1f}" for x in quantiles(share, (0.1, 0.5, 0.9)))
            up, down = float((change > 0).mean()), float((change < 0).mean())
            way, most = ("higher", up) if up >= down else ("lower", down)
            sure = f", {way} in {percent(most)} of worlds" if up != down else ""
            band = f" [{low}–{high}]{sure}" if self.worlds > 1 else ""
            parts.append(
                f"with {named(self.scenario.powers[power].name)} from {100 * np.median(share - change):.1f} % to "
                f"{median} %{band}"
            )
        alone = " in this one world" if self.worlds == 1 else ""
        over = f"{self.scenario.words.members} ({self.ask.weighted})"
        text = f"Mean alignment over {over} by {end}{alone}: {'; '.join(parts)}."
        leaders = self.leaders()
        likely = leaders[leaders.probability_of_change >= 0.5]
        if len(likely):
            powers = {code: named(spec.name) for code, spec in self.scenario.powers.items()}
            moves = [
                f"{self.scenario.republics[row.republic].name} from {powers[row.leader_now]} to "
                f"{powers[row.leader_end]}"
                + (f" ({percent(row.probability_of_change)} of worlds)" if self.worlds > 1 else "")
                for _, row in likely.iterrows()
            ]
            text += f" {'Changes' if alone else 'Likely changes'} of leading power: {', '.join(moves)}."
        else:
            top = leaders.sort_values("probability_of_change").iloc[-1]
            if top.probability_of_change == 0.0:
                anywhere = "" if alone else " in any world"
                text += f" No {self.scenario.words.member}’s leading power changes{anywhere}."
                return text + self._what_actors_did()
            text += (
                f" No change of leading power is likely; the likeliest is in "
                f"{self.scenario.republics[top.republic].name} ({percent(top.probability_of_change)} of worlds)."
            )
        return text + self._what_actors_did()

    def _what_actors_did(self) -> str:
        """Who won how many projects, and how those who spoke up were answered, means over worlds."""
        won, conceded, punished = (
            {power: float(self.record.outcomes[f"{power}.{name}"].mean()) for power in self.powers}
            for name in ("projects", "conceded", "punished")
        )
        text = ""
        if total := sum(won.values()):
            most = sorted(won, key=lambda power: -won[power])
            who = [f"{named(self.scenario.powers[power].name)} {won[power]:.1f}" for power in most]
            who[0] = f"{named(self.scenario.powers[most[0]].name)} wins {won[most[0]]:.1f}"
            text += f" Of {total:.1f} projects in a world, {listed(who)}."
        if spoken := sum(conceded.values()) + sum(punished.values()):
            part = sum(conceded.values()) / spoken
            text += (
                f" {capital(self.scenario.words.members)} that speak up are answered {spoken:.1f} times in a world: "
                f"{percent(part)} are concessions, {percent(1.0 - part)} punishments."
            )
        return text

    # -- keeping it ---------------------------------------------------------------------------------------------------

    def save(self, directory: str | os.PathLike[str], *, figures: bool = True, command: str | None = None) -> Path:
        """Write a result to a folder, made if need be.

        In it are the tables as Parquet and CSV, the scenario, the posterior (if one was used), a manifest and, unless
        ``figures`` is false, the figures; ``sim.runs.folder.save`` says more. ``command`` is what the manifest says
        made them, by default the program's own command line.

        Raises
        ------
        BadInput : the folder cannot be written, or holds something that is not a result.
        """
        save: Callable[..., Path] = lazy.function("Result.save")
        return save(self, directory, figures=figures, command=command)

    @staticmethod
    def load(directory: str | os.PathLike[str]) -> Result:
        """Read back a folder written by ``save``, with what was asked.

        Raises
        ------
        BadInput : no result there, or a part of it missing or damaged.
        """
        load: Callable[..., Result] = lazy.function("Result.load")
        return load(directory)

    def tidy(self, axes: dict[str, Any], values: dict[str, Array]) -> pd.DataFrame:
        """One row for each place on the axes, months with their dates (see ``tidy`` below)."""
        return tidy(axes, values, self.dates)

    def brief(
        self,
        out: str | os.PathLike[str],
        *,
        progress: Callable[[int, int], None] | None = None,
        command: str | None = None,
    ) -> Path:
        """Write one page on the result: claim, two pictures, table, drivers, assumptions, what would change it, caveat.

        ``out`` ends in ``.html`` (one file with all in it) or ``.md`` (pictures beside it); its worlds are run again to
        explain them. ``sim.brief`` says more.

        Raises
        ------
        BadInput : a file that cannot be written or of another kind.
        """
        brief: Callable[..., Path] = lazy.function("Result.brief")
        return brief(self, out, progress=progress, command=command)

    # -- showing it ---------------------------------------------------------------------------------------------------

    @property
    def plot(self) -> ResultPlots:
        """Figures of the result: ``result.plot.alignment_fans()``."""
        return ResultPlots(self)

    def board(
        self,
        *which: str,
        world: int | None = None,
        sector: str = "overall",
        month: int = 0,
        baseline: Result | None = None,
        theme: str = "light",
    ) -> ipywidgets.VBox:
        """Panels of a result, in step with each other, as one widget for Jupyter.

        ``which`` panels (all if none is named): player, map, triangle, fans, grievances, deliveries, ledger; ``world``
        is the one followed (the typical one if none is given); ``month`` the one first shown; ``baseline`` another
        result drawn as a faint outline; ``theme`` "light" or "dark".

        Raises
        ------
        BadInput : a panel, sector, world, month or theme there is not, a result that keeps only outcomes, or the extra
            "view" not installed.
        """
        try:
            board: Callable[..., ipywidgets.VBox] = lazy.function("Result.board")
        except ModuleNotFoundError as missing:
            raise BadInput.of(
                f"no {missing.name} installed", "the extra view: pip install 'sim[view]'", path="board"
            ) from missing
        return board(self, *which, world=world, sector=sector, month=month, baseline=baseline, theme=theme)


def tidy(axes: dict[str, Any], values: dict[str, Array], dates: Sequence[str]) -> pd.DataFrame:
    """One row for each place on the axes, labels as categories, months with their dates; values in C order."""
    shape = tuple(len(labels) for labels in axes.values())
    columns: dict[str, Any] = {}
    for place, (name, labels) in enumerate(axes.items()):
        codes: NDArray[np.integer[Any]] = np.arange(shape[place], dtype=np.int16 if shape[place] < 32768 else np.int32)
        index: Any = np.broadcast_to(codes.reshape([-1 if k == place else 1 for k in range(len(shape))]), shape).ravel()
        if name == "month":
            columns["date"] = pd.Categorical.from_codes(index, categories=pd.Index(list(dates)), ordered=True)
            columns["month"] = np.asarray(labels, dtype=np.int16)[index]
        elif name == "world":
            columns["world"] = np.asarray(labels, dtype=np.int32)[index]
        else:
            columns[name] = pd.Categorical.from_codes(index, categories=pd.Index(list(labels)))
    return pd.DataFrame(columns | {name: np.ascontiguousarray(array).reshape(-1) for name, array in values.items()})


def quantiles(values: Array, q: Sequence[float]) -> list[Array]:
    """Quantiles over the last axis, linear between order statistics; one array a level."""
    ordered = np.sort(values, axis=-1)
    place = np.asarray(q) * (ordered.shape[-1] - 1)
    below = np.floor(place).astype(int)
    above = np.minimum(below + 1, ordered.shape[-1] - 1)
    return [
        ordered[..., a] + (ordered[..., b] - ordered[..., a]) * (x - a)
        for a, b, x in zip(below, above, place, strict=True)
    ]
