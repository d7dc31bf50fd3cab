"""The ledger: one world's offers and grievances, dated and in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.runs.words import capital, named, percent
from sim.scenario import BadInput, Scenario
from sim.scenario.table import CAUSES, SECTORS, STANCES
from sim.world import rules

COLUMNS = ("date", "month", "world", "republic", "power", "kind", "sector", "size", "outcome", "text")
KINDS = ("event", "stance", "rebuke", "grievance", "offer", "request", "delivery")
"""Kinds of entries, in the order they stand within a month."""

TELLING = 0.05
"""Grievance points: a rise of this much in one month is entered."""

_OUTCOMES = {rules.REJECTED: "rejected", rules.OUTBID: "outbid", rules.ACCEPTED: "accepted"}
_ANSWERED = {rules.REJECTED: "{r} says no", rules.OUTBID: "{r} takes another's bid", rules.ACCEPTED: "{r} accepts"}
_RESPONSES = {rules.CONCILIATED: "conciliated", rules.COERCED: "coerced"}
_RESPONDED = {rules.CONCILIATED: "{p} makes amends", rules.COERCED: "{p} punishes it"}
_CAUSE_WORDS = {
    "neglect": "neglect",
    "disrespect": "disrespect",
    "broken_promise": "broken promises",
    "overdependence": "dependence",
    "coercion": "coercion",
}


class LedgerSource(Protocol):
    """What the ledger reads of a result; see ``sim.runs.result.Result``."""

    @property
    def scenario(self) -> Scenario: ...
    @property
    def worlds(self) -> int: ...
    @property
    def dates(self) -> Sequence[str]: ...
    @property
    def republics(self) -> Sequence[str]: ...
    @property
    def powers(self) -> Sequence[str]: ...
    def array(self, name: str) -> NDArray[Any]: ...


def ledger(result: LedgerSource, world: int) -> pd.DataFrame:
    """The ledger of one world of a result that keeps "full"; columns ``COLUMNS``, in the order of the months."""
    return pd.DataFrame(entries(result, world), columns=list(COLUMNS))


def entries(result: LedgerSource, world: int) -> list[tuple[Any, ...]]:
    """The rows of ``ledger``."""
    if not 0 <= world < result.worlds:
        raise BadInput.of(str(world), f"a world from 0 to {result.worlds - 1}", path="world")
    writer = _Writer(result, world)
    for write in (
        writer.events,
        writer.stances,
        writer.rebukes,
        writer.grievances,
        writer.offers,
        writer.requests,
        writer.deliveries,
    ):
        write()  # in the order of KINDS, so that sorting by month keeps it
    return sorted(writer.rows, key=lambda row: int(row[COLUMNS.index("month")]))


class _Writer:
    """Turns one world's arrays into rows."""

    def __init__(self, result: LedgerSource, world: int) -> None:
        self.result, self.world = result, world
        self.rows: list[tuple[Any, ...]] = []
        self.names = {
            code: named(spec.name)
            for actors in (result.scenario.powers, result.scenario.republics)
            for code, spec in actors.items()
        }

    def of(self, name: str) -> Any:
        return self.result.array(name)[..., self.world]

    def enter(
        self,
        month: int,
        kind: str,
        text: str,
        *,
        r: str | None = None,
        p: str | None = None,
        sector: str | None = None,
        size: float | None = None,
        outcome: str | None = None,
    ) -> None:
        self.rows.append((self.result.dates[month], month, self.world, r, p, kind, sector, size, outcome, text))

    def pair(self, i: int, j: int) -> tuple[str, str, str, str]:
        r, p = self.result.republics[i], self.result.powers[j]
        return r, p, self.names[r], self.names[p]

    def events(self) -> None:
        happened = self.result.scenario.events
        for t, e in np.argwhere(self.of("event")):
            name = list(happened)[e]
            event = happened[name]
            self.enter(
                t + 1,
                "event",
                event.about or name.replace("-", " "),
                outcome=event.kind,
                p=(event.powers or [None])[0],
                r=event.host,
            )

    def stances(self) -> None:
        stance = self.of("stance")
        for t, i, j in np.argwhere(stance >= 0):
            r, p, republic, power = self.pair(i, j)
            taken = STANCES[stance[t, i, j]]
            self.enter(t + 1, "stance", capital(f"{republic} is {taken} towards {power}."), r=r, p=p, outcome=taken)

    def rebukes(self) -> None:
        response = self.of("response")
        for t, i, j in np.argwhere(self.of("rebuke")):
            r, p, republic, power = self.pair(i, j)
            answer = response[t, i, j]
            said = _RESPONDED.get(answer, "{p} is silent").format(p=power)
            self.enter(
                t + 1,
                "rebuke",
                capital(f"{republic} rebukes {power} in public; {said}."),
                r=r,
                p=p,
                outcome=_RESPONSES.get(answer, "silence"),
            )

    def grievances(self) -> None:
        grievance = self.of("grievance")
        total = grievance.sum(axis=-1)
        for t, i, j in np.argwhere(np.diff(total, axis=0) >= TELLING):
            r, p, republic, power = self.pair(i, j)
            cause = CAUSES[int((grievance[t + 1, i, j] - grievance[t, i, j]).argmax())]
            self.enter(
                t + 1,
                "grievance",
                capital(
                    f"{republic}'s grievance against {power} rises to {total[t + 1, i, j]:.2f}, "
                    f"over {_CAUSE_WORDS[cause]}."
                ),
                r=r,
                p=p,
                size=float(total[t + 1, i, j] - total[t, i, j]),
                outcome=cause,
            )

    def offers(self) -> None:
        answer, sector, size = self.of("answer"), self.of("offer_sector"), self.of("offer_size")
        for t, i, j in np.argwhere(answer != rules.NO_OFFER):
            r, p, republic, power = self.pair(i, j)
            code, about = answer[t, i, j], SECTORS[sector[t, i]]
            self.enter(
                t + 1,
                "offer",
                capital(
                    f"{power} offers {republic} {size[t, i, j]:.3f} points in {about}; "
                    f"{_ANSWERED[code].format(r=republic)}."
                ),
                r=r,
                p=p,
                sector=about,
                size=float(size[t, i, j]),
                outcome=_OUTCOMES[code],
            )

    def requests(self) -> None:
        power, sector, granted = self.of("request_power"), self.of("request_sector"), self.of("granted")
        for t, i in np.argwhere(power >= 0):
            r, p, republic, asked = self.pair(i, int(power[t, i]))
            about, yes = SECTORS[sector[t, i]], bool(granted[t, i])
            self.enter(
                t + 1,
                "request",
                capital(
                    f"{republic} asks {asked} for help in {about}; {asked} {'agrees' if yes else 'does not answer'}."
                ),
                r=r,
                p=p,
                sector=about,
                outcome="granted" if yes else "unanswered",
            )

    def deliveries(self) -> None:
        """Once a year: what fell due and how much of it came."""
        done, lapsed = self.of("delivered").sum(axis=-1), self.of("lapsed").sum(axis=-1)
        for last in range(12, len(done) + 1, 12):
            came, missed = done[last - 12 : last].sum(axis=0), lapsed[last - 12 : last].sum(axis=0)
            for i, j in np.argwhere(came + missed > 0):
                r, p, republic, power = self.pair(i, j)
                kept = came[i, j] / (came[i, j] + missed[i, j])
                self.enter(
                    last,
                    "delivery",
                    f"In twelve months {power} kept {percent(kept)} of what it owed {republic} "
                    f"({came[i, j]:.2f} points came, {missed[i, j]:.2f} lapsed).",
                    r=r,
                    p=p,
                    size=float(came[i, j]),
                    outcome=f"{percent(kept)} kept",
                )
