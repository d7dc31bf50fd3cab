"""What moved alignment in one world, one thing at a time: projects, stances, rebukes and the answers to them.

The drivers of deals and grievances are sums over what happened. Living deals are a stock: each delivery enters it and
fades with it, so that every project owns a part of it in every month. The pull of deals is a logarithm of the stock;
what a project owns of the stock it owns of the pull. Grievance is a stock likewise: what a rebuke and its answer took
away or added fades as the rest does. Parts go through the same inertia as the drivers and into shares along the same
path (see ``sim.reading.attribution``), so that they add up to what the drivers did.

A part is what followed at once. What an answer changes later, through strings, attention or pledges called off, shows
in the projects that came, or came to less, because of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.reading.attribution import mean_gradient
from sim.runs.ledger import RESPONSES
from sim.runs.oneworld import world_of
from sim.runs.projects import Piles, piles
from sim.runs.result import Result
from sim.runs.run import run_batch
from sim.runs.words import listed, month_words, named, possessive, signed
from sim.scenario.table import CAUSES, SECTORS, STANCES
from sim.world import rules
from sim.world.record import Record, Watch

if TYPE_CHECKING:
    from sim.reading.explain import Explanation

Floats = NDArray[np.float64]
_SECURITY = SECTORS.index("security")
_SOME = 1e-4
"""Points: what is given at once and less than this is rounding."""

COLUMNS = ("republic", "power", "date", "month", "kind", "of", "sector", "size", "outcome", "part")
DIPLOMATIC: tuple[str, ...] = ("project", "stance", "rebuke")
"""Kinds that are somebody's doing on a day; the others are ``pending`` (on day one), ``event``, ``steady``,
``day one`` (deals living then), ``treatment`` (grievances, what was said and answered left out), ``rest``."""


@dataclass
class _Mover:
    """Something that moved log-ratios: its share of the drivers, (month + 1, power, sector) log points, filtered."""

    kind: str
    of: int
    month: int
    sector: str | None = None
    size: float = float("nan")
    outcome: str = ""
    filtered: dict[tuple[int, int], Floats] = field(default_factory=dict)
    """(power, sector) -> (month + 1,)."""

    def add(self, power: int, sector: int, series: Floats) -> None:
        known = self.filtered.get((power, sector))
        self.filtered[power, sector] = series if known is None else known + series


def moves(why: Explanation, world: int | None = None) -> pd.DataFrame:
    """What moved each alignment in one world: projects, stances, rebukes with their answers, and what remains.

    See ``Explanation.moves``.
    """
    chosen = why.typical_world if world is None else world_of(world, why.worlds)
    ask = why.ask
    names = [name for name in why.drivers if name != "other"]
    record = Record(ask.scenario, 1, ask.months, "drivers", drivers=names)
    run_batch(ask, np.array([chosen]), Watch(record, 0))
    result = Result(ask, record)
    weights = why.weights if why.weights.shape[-1] == 1 else why.weights[..., [chosen]]
    first, last = why.first, why.first + len(why.dates) - 1
    logit = record.arrays["logit"]
    gradients = [mean_gradient(logit[t], logit[t + 1]) * weights[:, None, None] for t in range(first, last)]
    gradient = np.stack(gradients)[..., 0]  # (t, r, p, q, s)
    pile = piles(result, [0], [chosen])
    rows: list[tuple[Any, ...]] = []
    for i, republic in enumerate(why.republics):
        for mover in _World(result, chosen, i, names, pile).movers():
            part = np.zeros(len(why.powers))
            for (q, s), series in mover.filtered.items():
                part += gradient[:, i, :, q, s].T @ np.diff(series[first : last + 1])
            rows += [
                (
                    republic,
                    power,
                    result.dates[mover.month],
                    mover.month,
                    mover.kind,
                    why.powers[mover.of],
                    mover.sector,
                    mover.size,
                    mover.outcome,
                    part[j],
                )
                for j, power in enumerate(why.powers)
                if part[j] != 0.0
            ]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    place = {code: k for codes in (why.republics, why.powers) for k, code in enumerate(codes)}
    keys = pd.DataFrame({"r": frame.republic.map(place), "p": frame.power.map(place), "size": -frame.part.abs()})
    return frame.loc[keys.sort_values(["r", "p", "size"], kind="stable").index].reset_index(drop=True)


_Entry = tuple[_Mover, int, int, Floats, Floats]
"""What entered living deals: mover, power, sector, points before and after the month's fading, (month,)."""


class _World:
    """What happened to one republic in one world, taken apart."""

    def __init__(self, result: Result, number: int, republic: int, drivers: list[str], pile: Piles) -> None:
        self.result, self.number, self.drivers, self.pile = result, number, drivers, pile
        self.i = republic
        self.story = result.scenario
        self.months, self.powers = result.months, len(result.powers)
        self.found: dict[tuple[Any, ...], _Mover] = {}
        self.fired = result.array("event")[..., 0]
        self.inertia = np.array([self.rule(f"inertia.{sector}") for sector in SECTORS])
        self.response, self.stance, self.rebuke = (self.of(name) for name in ("response", "stance", "rebuke"))

    def of(self, name: str) -> NDArray[Any]:
        """An array of this republic, (month, ...)."""
        array: NDArray[Any] = self.result.array(name)[:, self.i, ..., 0]
        return array

    def number_at(self, path: str) -> float:
        """A number as this world has it."""
        values = self.result.ask.number(path)
        return float(values[0] if len(values) == 1 else values[self.number])

    def rule(self, name: str) -> float:
        return self.number_at(f"rules.{name}")

    def half_life(self, cause: str) -> Floats:
        return np.array([self.rule(f"grievance_half_life.{cause}")])

    def mover(self, kind: str, of: int, month: int, **facts: Any) -> _Mover:
        key = (kind, of, month, facts.get("sector"), facts.get("key"))
        facts.pop("key", None)
        if key not in self.found:
            self.found[key] = _Mover(kind, of, month, **facts)
        return self.found[key]

    def answered(self, t: int, q: int) -> _Mover:
        """The rebuke or stance that a power answered in a month."""
        outcome = RESPONSES.get(int(self.response[t, q]), "")
        if self.rebuke[t, q]:
            return self.mover("rebuke", q, t + 1, outcome=outcome)
        stance = STANCES[max(int(self.stance[t, q]), 0)]
        return self.mover("stance", q, t + 1, outcome=f"{stance}, {outcome}" if outcome else stance)

    def movers(self) -> list[_Mover]:
        """All movers of this republic; over all of them the filtered drivers add up to those recorded."""
        self.deals()
        self.grievances()
        return list(self.found.values())

    def filter(self, pull: Floats) -> Floats:
        """Log points (month + 1, sector or some) through inertia, zero on day one."""
        out = np.zeros((self.months + 1, len(SECTORS)))
        for t in range(self.months):
            out[t + 1] = out[t] + self.inertia * (pull[t + 1] - out[t])
        return out

    def recorded(self, driver: str) -> Floats:
        """A driver as recorded, (month + 1, power, sector)."""
        array: Floats = self.result.record.arrays["drivers"][:, self.drivers.index(driver), self.i, ..., 0]
        return array

    # -- deals --------------------------------------------------------------------------------------------------------

    def deals(self) -> None:
        """Split the driver of deals."""
        living = self.of("deals").astype(np.float64)
        fade = float(rules.fading(np.array(self.rule("deal_half_life"))))
        grown, base = living - living[0], self.rule("deal_floor") + living[0]
        ratio = grown / base
        some = np.abs(ratio) > 1e-9
        slope = np.where(some, np.log1p(ratio) / np.where(some, ratio, 1.0), 1.0) * self.rule("deal_effect") / base
        left = self.recorded("deals").copy()

        def pulls(mover: _Mover, q: int, s: int, stock: Floats) -> None:
            series = self.filter((slope[:, q, s] * stock)[:, None])[:, s]
            mover.add(q, s, series)
            left[:, q, s] -= series

        for mover, q, s, early, late in self.entered():
            stock = np.zeros(self.months + 1)
            for t in range(self.months):
                stock[t + 1] = (stock[t] + early[t]) * (1.0 - fade) + late[t]
            pulls(mover, q, s, stock)
        faded = (1.0 - fade) ** np.arange(self.months + 1) - 1.0
        for q in range(self.powers):
            for s in range(len(SECTORS)):
                pulls(self.mover("day one", q, 0), q, s, living[0, q, s] * faded)
                self.mover("rest", q, 0).add(q, s, left[:, q, s])

    def entered(self) -> list[_Entry]:
        """What entered living deals; all that was delivered is somebody's."""
        came = self.of("delivered").astype(np.float64)
        at_once = (came + self.of("lapsed") - self.of("due")).sum(axis=-1) - self.of("steady")
        steady = came.copy()
        found = self._delivered() + self._struck(at_once) + self._rewarded(at_once)
        for _, q, s, early, late in found:
            steady[:, q, s] -= np.maximum(early, 0.0) + late
        found += self._punished()
        nothing = np.zeros(self.months)
        for q in range(self.powers):
            found += [(self.mover("steady", q, 0), q, s, nothing, steady[:, q, s]) for s in range(len(SECTORS))]
        return found

    def _delivered(self) -> list[_Entry]:
        """What was pending and was delivered."""
        found: list[_Entry] = []
        pile, delivered, nothing = self.pile, self.pile.delivered, np.zeros(self.months)
        events = list(self.story.events)
        for k in np.flatnonzero(pile.republic == self.i):
            q, s, t, e = (int(axis[k]) for axis in (pile.power, pile.sector, pile.month, pile.event))
            sector, size = SECTORS[s], float(pile.size[k])
            if e >= 0:
                mover = self.mover("event", q, t + 1, outcome=events[e], key=events[e])
            else:
                mover = self.mover("project" if t >= 0 else "pending", q, t + 1, sector=sector, size=size)
            found.append((mover, q, s, nothing, delivered[:, k]))
        return found

    def _struck(self, at_once: Floats) -> list[_Entry]:
        """What events gave and took at once; what they gave is taken from ``at_once``, (month, power)."""
        found: list[_Entry] = []
        living, nothing = self.of("deals").astype(np.float64), np.zeros(self.months)
        for name, t, powers in self.events_here():
            aid, loss = (self.number_at(f"events.{name}.{effect}") for effect in ("aid", "loss"))
            for q in powers if aid or loss else ():
                mover = self.mover("event", q, t + 1, outcome=name, key=name)
                for s in (SECTORS.index(sector) for sector in self.story.events[name].sectors or SECTORS):
                    for points in (aid, -loss * (living[t, q, s] + aid)):
                        early = nothing.copy()
                        early[t] = points
                        found.append((mover, q, s, early, nothing))
                    at_once[t, q] -= aid
        return found

    def events_here(self) -> list[tuple[str, int, list[int]]]:
        """Events that came and touch this republic: name, month from 0, places of the powers."""
        code, powers = self.result.republics[self.i], self.result.powers
        return [
            (name, int(t), [powers.index(power) for power in event.powers])
            for e, (name, event) in enumerate(self.story.events.items())
            if event.powers and code in (event.republics or self.result.republics)
            for t in np.flatnonzero(self.fired[:, e])
        ]

    def _rewarded(self, at_once: Floats) -> list[_Entry]:
        """What deference was rewarded with."""
        found: list[_Entry] = []
        for t, q in np.argwhere((at_once > _SOME) & (self.stance == rules.DEFERENTIAL)):
            late = np.zeros(self.months)
            late[t] = at_once[t, q]
            found.append((self.answered(int(t), int(q)), int(q), _SECURITY, np.zeros(self.months), late))
        return found

    def _punished(self) -> list[_Entry]:
        """What punishment cut."""
        found: list[_Entry] = []
        cut, living = self.rule("coercion_cut"), self.of("deals").astype(np.float64)
        for t, q in np.argwhere(self.response == rules.COERCED) if 0.0 < cut < 1.0 else ():
            for s in range(len(SECTORS)):
                late = np.zeros(self.months)
                late[t] = -cut / (1.0 - cut) * living[t + 1, q, s]
                found.append((self.answered(int(t), int(q)), int(q), s, np.zeros(self.months), late))
        return found

    # -- grievances ---------------------------------------------------------------------------------------------------

    def grievances(self) -> None:
        """Split the drivers of grievance: what was said and answered, what events did, and all other treatment."""
        felt = self.of("grievance").astype(np.float64)  # (month + 1, power, cause)
        fade = np.concatenate([rules.fading(self.half_life(cause)) for cause in CAUSES])
        effect, age = self.rule("grievance_effect"), np.arange(self.months + 1)[:, None]
        left = np.sum([self.recorded(cause) for cause in CAUSES], axis=0)

        def struck(mover: _Mover, q: int, month: int, points: Floats) -> None:
            """Points by cause that are felt from the end of a month on, and fade."""
            felt_still = np.where(age >= month, points * (1.0 - fade) ** np.maximum(age - month, 0), 0.0).sum(axis=1)
            series = self.filter(-effect * felt_still[:, None])
            for s in range(len(SECTORS)):
                mover.add(q, s, series[:, s])
            left[:, q] -= series

        vent, relief = self.rule("catharsis"), self.rule("conciliation_relief")
        sting = np.array([self.rule("coercion_sting") * (cause == "coercion") for cause in CAUSES])
        for t, q in np.argwhere(self.rebuke | (self.response != rules.SILENT)):
            after, answer = felt[t + 1, q], self.response[t, q]
            kept = (1.0 - vent * self.rebuke[t, q]) * (1.0 - relief * (answer == rules.CONCILIATED))
            before = (after - sting * (answer == rules.COERCED)) / kept if kept > 0.0 else felt[t, q]
            struck(self.answered(int(t), int(q)), int(q), int(t) + 1, after - before)
        for name, t, powers in self.events_here():
            eased = self.number_at(f"events.{name}.relief")
            added = np.array([self.number_at(f"events.{name}.grievance.{cause}") for cause in CAUSES])
            for q in powers if eased or added.any() else ():
                points = (added - eased * felt[t, q]) * (1.0 - fade)
                struck(self.mover("event", q, t + 1, outcome=name, key=name), q, t + 1, points)
        for q in range(self.powers):
            for s in range(len(SECTORS)):
                self.mover("treatment", q, 0).add(q, s, left[:, q, s])


def told(why: Explanation, row: Any) -> str:
    """What moved, of a row of ``moves``, in running text: ``China’s project in energy of May 2027``."""
    power, called = why.scenario.powers[row.of].name, why.scenario.words
    republic, when = why.scenario.republics[row.republic].name, month_words(row.date)
    if row.kind == "project":
        return f"{possessive(power)} project in {called.sector(row.sector)} of {when}"
    if row.kind == "pending":
        return f"what {named(power)} had pending in {called.sector(row.sector)} on day one"
    if row.kind == "rebuke":
        return f"{possessive(republic)} rebuke of {named(power)} in {when}"
    if row.kind == "stance":
        return f"{possessive(republic)} {row.outcome.partition(', ')[0]} stance towards {named(power)} in {when}"
    return {
        "event": f"the event {row.outcome} in {when}, on {named(power)}",
        "steady": f"{possessive(power)} steady engagement",
        "day one": f"the fading of {possessive(power)} deals of day one",
        "treatment": f"treatment by {named(power)}",
    }.get(row.kind, "rounding")


def most_moving(why: Explanation, table: pd.DataFrame, republic: str, power: str, most: int = 3) -> str:
    """The projects, stances and rebukes that moved an alignment most in one world, as a list in running text."""
    i, j = why.place(republic, power)
    mine = table[(table.republic == why.republics[i]) & (table.power == why.powers[j]) & table.kind.isin(DIPLOMATIC)]
    mine = mine[mine.part.abs() >= 0.0005].head(most)
    said = []
    for row, part, outcome in zip(mine.itertuples(), mine.part.tolist(), mine.outcome.tolist(), strict=True):
        answer = outcome.rpartition(", ")[2]
        answered = f"{answer}, " if answer in RESPONSES.values() else ""
        said.append(f"{told(why, row)} ({answered}{signed(part)})")
    return listed(said)


def in_one_world(why: Explanation, table: pd.DataFrame, republic: str, power: str) -> str:
    """The projects, stances and rebukes that moved an alignment most in the typical world, in a sentence.

    ``table``: its ``moves``.
    """
    i, j = why.place(republic, power)
    world = why.typical_world
    told = most_moving(why, table, republic, power)
    change = signed(float(why.change[i, j, world]))
    where = "In this world" if why.worlds == 1 else f"In a typical world (number {world}: {change} points)"
    return (
        f"{where} it is moved most by {told}."
        if told
        else f"{where} no single project, stance or rebuke moved it much."
    )
