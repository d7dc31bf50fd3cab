"""What is kept of a run: axes named once, arrays with time first and worlds last, and one row of outcomes a world.

``Record`` holds the arrays of all worlds of a run and is filled batch by batch; ``Watch`` is the recorder of one batch.
Actors stand in the order of the scenario's file here; the model's canonical order ends at this floor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.scenario import Scenario
from sim.scenario.table import CAUSES, SECTORS
from sim.world import rules
from sim.world.rules import DRIVERS

if TYPE_CHECKING:
    from sim.world.model import DiplomacyModel

Array = NDArray[Any]
KEEPS: tuple[str, ...] = ("outcomes", "overall", "full", "drivers")
"""How much of a run is kept, each with all of the one before."""


@dataclass(frozen=True)
class Channel:
    """One recorded array: its axes without the worlds axis, dtype, what it is for, and whether it has a day one."""

    name: str
    axes: tuple[str, ...]
    dtype: type
    keep: str
    stock: bool
    state: str
    help: str


CHANNELS: tuple[Channel, ...] = (
    Channel("overall", ("republic", "power"), np.float64, "overall", True, "overall", "need-weighted share, 0..1"),
    Channel("alignment", ("republic", "power", "sector"), np.float32, "full", True, "alignment", "share, 0..1"),
    Channel("grievance", ("republic", "power", "cause"), np.float32, "full", True, "grievance", "points"),
    Channel("grudge", ("power", "republic"), np.float32, "full", True, "grudge", "points"),
    Channel("strain", ("power",), np.float32, "full", True, "strain", "share, 0..1"),
    Channel("respect", ("power",), np.float32, "full", True, "respect", "share, 0..1"),
    Channel("pledges", ("republic", "power", "sector"), np.float32, "full", True, "pledges", "points pending"),
    Channel("deals", ("republic", "power", "sector"), np.float32, "full", True, "deals", "points living"),
    Channel("accepted", ("republic", "power", "sector"), np.float32, "full", False, "agreed", "points agreed"),
    Channel("delivered", ("republic", "power", "sector"), np.float32, "full", False, "done", "points delivered"),
    Channel("lapsed", ("republic", "power", "sector"), np.float32, "full", False, "lapsed", "points lapsed"),
    Channel("due", ("republic", "power", "sector"), np.float32, "full", False, "due", "points pending that fell due"),
    Channel("cancelled", ("republic", "power", "sector"), np.float32, "full", False, "called_off", "points called off"),
    Channel("fund", ("power",), np.float32, "full", True, "fund", "points saved for projects"),
    Channel("offer_sector", ("republic",), np.int8, "full", False, "offer_sector", "index of the project's sector"),
    Channel("opener", ("republic",), np.int8, "full", False, "opener", "index of power, -1: no project"),
    Channel("shopped", ("republic",), np.bool_, "full", False, "shopped", "whether others were asked to bid"),
    Channel("offer_size", ("republic", "power"), np.float32, "full", False, "offer_size", "points bid for the project"),
    Channel("terms", ("republic", "power"), np.float32, "full", True, "terms", "change of strings, part of them"),
    Channel("steady", ("republic", "power"), np.float32, "full", False, "steady", "points of steady engagement"),
    Channel("answer", ("republic", "power"), np.int8, "full", False, "answer", "code of sim.world.rules.answers"),
    Channel("request_power", ("republic",), np.int8, "full", False, "request_power", "index of power"),
    Channel("request_sector", ("republic",), np.int8, "full", False, "request_sector", "index of sector"),
    Channel("granted", ("republic",), np.bool_, "full", False, "granted", ""),
    Channel("rebuke", ("republic", "power"), np.bool_, "full", False, "rebuke", ""),
    Channel("response", ("republic", "power"), np.int8, "full", False, "response", "code of sim.world.rules.voice"),
    Channel("stance", ("republic", "power"), np.int8, "full", False, "stance", "-1 no summit, else index of stance"),
)

TOTALS: tuple[str, ...] = ("accepted", "delivered", "lapsed", "cancelled")
"""Flows summed over the run into outcomes."""
COUNTS: tuple[str, ...] = ("projects", "conceded", "punished")
"""What is counted over the run into outcomes."""


@dataclass(frozen=True)
class Outcome:
    """A kind of outcome, one number a world: what ``conclude`` computes under names of this form.

    In ``name`` stand P for a power, R for a republic and SECTOR for a sector. ``low`` and ``high`` are the least and
    the largest value it may have (None: no bound), ``origin`` is what of the model it is read from. ``regional``: a
    mean over republics, which may be weighted.
    """

    name: str
    help: str
    unit: str
    low: float | None
    high: float | None
    origin: str
    regional: bool = False


_SHARE, _POINTS, _GRUDGE, _TERMS = "share", "points of engagement", "points of grievance", "part of the strings"
_END, _FLOW, _MET = "state at the end", "sum over the run", "count over the run"

OUTCOMES: tuple[Outcome, ...] = (
    Outcome("P.share", "mean alignment with the power over republics", _SHARE, 0, 1, f"{_END}: overall", True),
    Outcome("P.change", "change of that mean since day one", _SHARE, -1, 1, "end minus day one: overall", True),
    Outcome("P.SECTOR.share", "mean alignment with the power in a sector", _SHARE, 0, 1, f"{_END}: alignment", True),
    Outcome("P.grievance", "mean grievance against the power", _GRUDGE, 0, None, f"{_END}: grievance", True),
    Outcome("P.rebukes", "public rebukes of the power by all republics", "count", 0, None, f"{_MET}: rebuke"),
    Outcome("P.accepted", "all that was agreed with the power, steady engagement too", _POINTS, 0, None, _FLOW),
    Outcome("P.delivered", "what the power delivered", _POINTS, 0, None, _FLOW),
    Outcome("P.lapsed", "what fell due and was not delivered", _POINTS, 0, None, _FLOW),
    Outcome("P.cancelled", "what was agreed and called off", _POINTS, 0, None, _FLOW),
    Outcome("P.deals", "what was delivered and still counts, in all republics", _POINTS, 0, None, f"{_END}: deals"),
    Outcome("P.projects", "projects that the power wins", "count", 0, None, f"{_MET}: answer"),
    Outcome("P.conceded", "concessions of the power to those who speak up", "count", 0, None, f"{_MET}: response"),
    Outcome("P.punished", "punishments by the power of those who speak up", "count", 0, None, f"{_MET}: response"),
    Outcome("P.terms", "mean change of the power's strings: below 0 looser", _TERMS, -1, None, f"{_END}: terms", True),
    Outcome("R.P.share", "alignment of the republic with the power", _SHARE, 0, 1, f"{_END}: overall"),
    Outcome("R.P.change", "change of that alignment since day one", _SHARE, -1, 1, "end minus day one: overall"),
    Outcome("R.P.grievance", "grievance of the republic against the power", _GRUDGE, 0, None, f"{_END}: grievance"),
    Outcome("R.P.rebukes", "public rebukes of the power by the republic", "count", 0, None, f"{_MET}: rebuke"),
    Outcome("R.leader", "power that the republic is most aligned with", "code of a power", None, None, _END),
    Outcome("R.leader_changed", "whether that is another power than on day one", "0 or 1", 0, 1, _END),
    Outcome("R.leader_month", "month since which it leads; 0 is day one", "months", 0, None, "the run: overall"),
    Outcome(
        "R.hedging", "how evenly the republic spreads over powers and others: 0 one has all", "entropy", 0, 1, _END
    ),
    Outcome("R.delivered", "what all powers delivered to the republic", _POINTS, 0, None, _FLOW),
    Outcome("R.terms", "mean change of all powers' strings for the republic", _TERMS, -1, None, f"{_END}: terms"),
    Outcome("R.grievance", "mean grievance of the republic against powers", _GRUDGE, 0, None, f"{_END}: grievance"),
)
"""Every kind of outcome, in the order of ``conclude``."""


def outcomes_of(scenario: Scenario) -> dict[str, Outcome]:
    """Every outcome that runs of a scenario record, by name, in the order of ``conclude``: what it is."""
    inner = {"": ("",), "P": tuple(scenario.powers), "SECTOR": SECTORS}
    found: dict[str, Outcome] = {}
    for first, codes in (("P", scenario.powers), ("R", scenario.republics)):
        mine = [kind for kind in OUTCOMES if kind.name.startswith(f"{first}.")]
        for code in codes:
            for middle, kinds in groupby(mine, lambda kind: ".".join(kind.name.split(".")[1:-1])):
                alike = list(kinds)
                for one in inner[middle]:
                    names = (".".join(filter(None, (code, one, kind.name.rpartition(".")[2]))) for kind in alike)
                    found |= dict(zip(names, alike, strict=True))
    return found


class Record:
    """Arrays of a run.

    ``arrays[name]`` has shape (time, *axes, world); time is months + 1 for stocks (entry 0 is day one) and months for
    flows. ``outcomes[name]`` has shape (world,). Axes are labelled by ``labels``. ``weights`` (republic,) of means over
    republics sum to 1; None: each counts alike.
    """

    def __init__(
        self,
        scenario: Scenario,
        worlds: int,
        months: int,
        keep: str = "full",
        drivers: Sequence[str] = (),
        weights: Array | None = None,
    ) -> None:
        self.keep, self.months, self.worlds, self.weights = keep, months, worlds, weights
        self.labels: dict[str, tuple[str, ...]] = {
            "republic": tuple(scenario.republics),
            "power": tuple(scenario.powers),
            "sector": SECTORS,
            "cause": CAUSES,
            "event": tuple(scenario.events),
            "driver": tuple(drivers) or DRIVERS,
        }
        self.arrays: dict[str, Array] = {
            channel.name: np.zeros(self.shape(channel, months, worlds), channel.dtype)
            for channel in CHANNELS
            if KEEPS.index(channel.keep) <= KEEPS.index(keep)
        }
        if self.wants("full"):
            self.arrays["event"] = np.zeros((months, len(scenario.events), worlds), np.bool_)
        if self.wants("drivers"):
            axes = [len(self.labels[axis]) for axis in ("republic", "power", "sector")]
            self.arrays["logit"] = np.zeros((months + 1, *axes, worlds))
            self.arrays["drivers"] = np.zeros((months + 1, len(self.labels["driver"]), *axes, worlds))
        self.outcomes: dict[str, Array] = {}

    def wants(self, keep: str) -> bool:
        """Whether this record keeps as much as ``keep``."""
        return KEEPS.index(self.keep) >= KEEPS.index(keep)

    def shape(self, channel: Channel, months: int, worlds: int) -> tuple[int, ...]:
        """Shape of a channel's array."""
        return (months + channel.stock, *(len(self.labels[axis]) for axis in channel.axes), worlds)

    def truncate(self, worlds: int) -> None:
        """Keep the first ``worlds`` only (a run that was stopped)."""
        self.worlds = worlds
        self.arrays = {name: array[..., :worlds] for name, array in self.arrays.items()}
        self.outcomes = {name: values[:worlds] for name, values in self.outcomes.items()}

    @property
    def nbytes(self) -> int:
        """Bytes held by the arrays."""
        return sum(array.nbytes for array in self.arrays.values())


class Watch:
    """Records one batch of worlds into columns ``first`` … of a record."""

    def __init__(self, record: Record, first: int) -> None:
        self.record, self.first = record, first
        self.flows = record.wants("full")

    def day_one(self, model: DiplomacyModel) -> None:
        """Note day one, and set the running sums to nothing."""
        self._columns = slice(self.first, self.first + len(model.worlds))
        labels = self.record.labels
        self.order = {
            "republic": [model.actors.republics.index(code) for code in labels["republic"]],
            "power": [model.actors.powers.index(code) for code in labels["power"]],
        }
        self._place_of_power = np.argsort(self.order["power"])
        state = model.state
        self._note(model, 0, stocks=True)
        self._first_overall = state.overall.copy()
        self._first_leader = self._leader = rules.foremost(state.overall)
        self._since = np.zeros(self._leader.shape, dtype=np.int64)
        self._rebukes = np.zeros(state.rebuke.shape)
        self._counts = {name: np.zeros(state.rebuke.shape) for name in COUNTS}
        self._sums = {name: np.zeros(state.overall.shape) for name in TOTALS}
        self._pending = rules.summed(state.pledges, 2)
        if self.record.wants("drivers"):
            self._filtered = np.zeros((len(labels["driver"]), *state.logit.shape))
            self.record.arrays["logit"][0, ..., self._columns] = self.ordered(state.logit, ("republic", "power"))

    def month_over(self, model: DiplomacyModel) -> None:
        """Note the month just run; after the last, the outcomes."""
        state, month = model.state, model.month
        self._note(model, month + 1, stocks=True)
        if self.record.wants("full"):
            self._note(model, month, stocks=False)
        leader = rules.foremost(state.overall)
        changed = leader != self._leader
        self._since[changed] = month + 1
        self._leader = leader
        self._rebukes += state.rebuke
        self._counts["projects"] += state.answer == rules.ACCEPTED
        self._counts["conceded"] += state.response == rules.CONCILIATED
        self._counts["punished"] += state.response == rules.COERCED
        self._add_up(model)
        if self.record.wants("full"):
            for place, fired in model.now.fired.items():
                self.record.arrays["event"][month, place, self._columns] = fired
        if self.record.wants("drivers"):
            self._note_drivers(model)
        if month + 1 == self.record.months:
            self._conclude(model)

    def _add_up(self, model: DiplomacyModel) -> None:
        """Running sums of the flows. What was accepted has fallen due or is pending; what fell due and was not
        delivered has lapsed: both are reckoned at the end.

        Engagement is counted in quanta, so these sums are exact and their order does not matter.
        """
        sums = self._sums
        sums["accepted"] += model.fallen_due
        sums["delivered"] += model.delivered
        sums["cancelled"] += model.called_off
        if model.aid is not None:
            aid = rules.summed(model.aid, 2)
            sums["accepted"] += aid
            sums["delivered"] += aid
        if model.month + 1 == self.record.months:
            sums["lapsed"] = sums["accepted"] - sums["delivered"]
            sums["accepted"] += sums["cancelled"]
            sums["accepted"] += rules.summed(model.state.pledges, 2) - self._pending

    def ordered(self, array: Array, axes: Sequence[str]) -> Array:
        """An array of the model in the order of the scenario's file; ``axes`` names its leading axes."""
        for axis, name in enumerate(axes):
            order = self.order.get(name)
            if order is not None and order != sorted(order):
                array = array.take(order, axis=axis)
        return array

    def _note(self, model: DiplomacyModel, at: int, *, stocks: bool) -> None:
        flows = {} if stocks else model.flows()
        for channel in CHANNELS:
            if channel.stock is stocks and channel.name in self.record.arrays:
                values = flows[channel.state] if channel.state in flows else getattr(model.state, channel.state)
                if channel.axes == ("power", "republic"):
                    values = values.swapaxes(0, 1)
                if channel.name in ("request_power", "opener"):
                    nobody = values < 0 if channel.name == "request_power" else ~model.state.opened
                    values = np.where(nobody, -1, self._place_of_power[values])
                self.record.arrays[channel.name][at, ..., self._columns] = self.ordered(values, channel.axes)

    def _note_drivers(self, model: DiplomacyModel) -> None:
        """Each driver through the same filter as the logit, so that they add up to its shift."""
        inertia, names = model.inertia, self.record.labels["driver"]
        for republic in model.acting("republic"):
            i = republic.place
            parts = dict(republic.moved_by)
            parts.pop("grievance")
            by_cause = republic.grievance_by_cause()
            parts |= {cause: by_cause[..., [c], :] for c, cause in enumerate(CAUSES)}
            for d, name in enumerate(names):
                filtered = self._filtered[d, i]
                filtered += inertia * (parts.get(name, 0.0) - filtered)
        at = model.month + 1
        arrays = self.record.arrays
        arrays["logit"][at, ..., self._columns] = self.ordered(model.state.logit, ("republic", "power"))
        arrays["drivers"][at, ..., self._columns] = self.ordered(self._filtered, ("driver", "republic", "power"))

    def _conclude(self, model: DiplomacyModel) -> None:
        outcomes = dict(conclude(model, self))
        for name, values in outcomes.items():
            if name not in self.record.outcomes:
                self.record.outcomes[name] = np.zeros(self.record.worlds, dtype=values.dtype)
            self.record.outcomes[name][self._columns] = values

    @property
    def first_overall(self) -> Array:
        """Overall alignment of day one, (r, p, w)."""
        return self._first_overall

    @property
    def leaders(self) -> tuple[Array, Array, Array]:
        """Leader of day one, leader now (indices of powers), and the month since which it leads, all (r, w)."""
        return self._first_leader, self._leader, self._since

    @property
    def rebukes(self) -> Array:
        """Rebukes so far, (r, p, w)."""
        return self._rebukes

    @property
    def counts(self) -> dict[str, Array]:
        """Events counted so far by name (``COUNTS``), (r, p, w)."""
        return self._counts

    @property
    def sums(self) -> dict[str, Array]:
        """Flows of the whole run by name, (r, p, w) points; after its last month."""
        return self._sums


def conclude(model: DiplomacyModel, watch: Watch) -> dict[str, Array]:
    """Outcomes of a batch by name, each (w,): the columns of ``Result.outcomes`` and of a sweep's table.

    ``OUTCOMES`` says what each is; here ``R.leader`` is an index of the scenario's powers.
    """
    powers, republics = watch.record.labels["power"], watch.record.labels["republic"]
    ordered = watch.ordered
    pair = ("republic", "power")
    now = {
        name: getattr(model.state, name).astype(np.float64) for name in ("overall", "alignment", "grievance", "deals")
    }
    overall = ordered(now["overall"], pair)
    change = overall - ordered(watch.first_overall, pair)
    sectors = ordered(now["alignment"], pair)
    grievance = ordered(rules.summed(now["grievance"], 2), pair)
    rebukes = ordered(watch.rebukes, pair)
    deals = ordered(rules.summed(now["deals"], 2), pair)
    sums = {name: ordered(values, pair) for name, values in watch.sums.items()}
    counts = {name: ordered(values, pair) for name, values in watch.counts.items()}
    terms = ordered(model.state.terms.astype(np.float64), pair)
    first, last, since = (ordered(values, ("republic",)) for values in watch.leaders)
    place = np.argsort([model.actors.powers.index(code) for code in powers])
    hedging = ordered(entropy(now["overall"]), ("republic",))
    n = len(republics)
    steady = np.argsort(watch.order["republic"])  # the model's own order, so that a sum does not depend on the file's

    def over_republics(values: Array) -> Array:
        return rules.summed(values[steady], 0)

    weights = watch.record.weights

    def mean(values: Array) -> Array:
        """Over republics, (r, w) -> (w,)."""
        if weights is None:
            return over_republics(values) / n
        return over_republics(values * weights[:, None])

    def over_powers(values: Array) -> Array:
        return rules.summed(values[np.argsort(watch.order["power"])], 0)

    out: dict[str, Array] = {}
    for j, p in enumerate(powers):
        out[f"{p}.share"] = mean(overall[:, j])
        out[f"{p}.change"] = mean(change[:, j])
        out |= {f"{p}.{s}.share": mean(sectors[:, j, k]) for k, s in enumerate(SECTORS)}
        out[f"{p}.grievance"] = mean(grievance[:, j])
        out[f"{p}.rebukes"] = over_republics(rebukes[:, j])
        out |= {f"{p}.{name}": over_republics(values[:, j]) for name, values in sums.items()}
        out[f"{p}.deals"] = over_republics(deals[:, j])
        out |= {f"{p}.{name}": over_republics(values[:, j]) for name, values in counts.items()}
        out[f"{p}.terms"] = mean(terms[:, j])
    for i, r in enumerate(republics):
        for j, p in enumerate(powers):
            out[f"{r}.{p}.share"], out[f"{r}.{p}.change"] = overall[i, j], change[i, j]
            out[f"{r}.{p}.grievance"], out[f"{r}.{p}.rebukes"] = grievance[i, j], rebukes[i, j]
        out[f"{r}.leader"] = place[last[i]]
        out[f"{r}.leader_changed"] = (last[i] != first[i]).astype(np.int8)
        out[f"{r}.leader_month"] = since[i]
        out[f"{r}.hedging"] = hedging[i]
        out[f"{r}.delivered"] = over_powers(sums["delivered"][i])
        out[f"{r}.terms"] = over_powers(terms[i]) / len(powers)
        out[f"{r}.grievance"] = over_powers(grievance[i]) / len(powers)
    return out


def entropy(share: Array) -> Array:
    """Normalised entropy of shares over powers and others, (r, p, w) -> (r, w), 0 (one holds all) to 1 (all equal)."""
    others = np.maximum(1.0 - rules.summed(share, 1), 0.0)
    parts = np.concatenate([share, others[:, None]], axis=1)
    logs = np.log(np.maximum(parts, np.finfo(float).tiny))
    result: Array = -rules.summed(parts * logs, 1) / np.log(parts.shape[1])
    return result
