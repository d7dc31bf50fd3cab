"""The ledger: what happened in one world, dated and in words: projects and who bid, stances, rebukes, answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.runs.oneworld import world_of
from sim.runs.words import capital, listed, named, percent, possessive
from sim.scenario import Scenario
from sim.scenario.table import CAUSES, SECTORS, STANCES
from sim.world import rules

COLUMNS = ("date", "month", "world", "republic", "power", "kind", "sector", "size", "outcome", "text")
KINDS = ("event", "stance", "rebuke", "grievance", "request", "project", "cancellation", "delivery")
"""Kinds of entries, in the order they stand within a month."""

TELLING = 0.05
"""Grievance points: a rise of this much in one month is entered."""

NOTICED = 0.01
"""Points: less than this called off is not entered."""
TAKEN, OUTBID, REFUSED, UNPAID = "taken", "outbid", "refused", "no money"
"""Outcomes of a project: its opener got it, another did, nobody did, or nobody could pay for it."""
RESPONSES = {rules.CONCILIATED: "conceded", rules.COERCED: "punished", rules.IGNORED: "let pass"}
"""Outcomes of a rebuke: how the power answered."""
_RESPONDED = {
    rules.CONCILIATED: "{p} concedes: fewer strings, more attention",
    rules.COERCED: "{p} punishes it: deals are cut and pledges called off",
    rules.IGNORED: "{p} lets it pass",
}
_SIZES = ((0.25, "a minor project"), (0.6, "a small project"), (1.7, "a project"), (4.0, "a large project"))
"""Sizes in words, up to how many usual projects of the power; larger ones are very large."""
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
    writer = _Writer(result, world_of(world, result.worlds))
    for write in (
        writer.events,
        writer.stances,
        writer.rebukes,
        writer.grievances,
        writer.requests,
        writer.projects,
        writer.cancellations,
        writer.deliveries,
    ):
        write()  # in the order of KINDS, so that sorting by month keeps it
    return sorted(writer.rows, key=lambda row: int(row[COLUMNS.index("month")]))


class _Writer:
    """Turns one world's arrays into rows."""

    def __init__(self, result: LedgerSource, world: int) -> None:
        self.result, self.world = result, world
        self.rows: list[tuple[Any, ...]] = []
        self.plain = {
            code: spec.name
            for actors in (result.scenario.powers, result.scenario.republics)
            for code, spec in actors.items()
        }
        self.names = {code: named(name) for code, name in self.plain.items()}

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
        self.rows.append(
            (self.result.dates[month], month, self.world, r, p, kind, sector, size, outcome, capital(text))
        )

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
        """How guests stood, and what the host made of it."""
        stance, response = self.of("stance"), self.of("response")
        given = self.at_once()
        for t, i, j in np.argwhere(stance >= 0):
            r, p, republic, power = self.pair(i, j)
            taken, then = STANCES[stance[t, i, j]], ""
            if stance[t, i, j] == rules.ASSERTIVE and response[t, i, j] in _RESPONDED:
                then = "; " + _RESPONDED[response[t, i, j]].format(p=power)
            elif stance[t, i, j] == rules.DEFERENTIAL and given[t, i, j] >= NOTICED:
                then = f"; {power} rewards it with security and tightens the strings"
            self.enter(t + 1, "stance", f"{republic} is {taken} towards {power}{then}.", r=r, p=p, outcome=taken)

    def at_once(self) -> NDArray[np.float64]:
        """Points delivered without having been pledged, steady engagement left out, (month, republic, power)."""
        came = self.of("delivered").astype(np.float64) + self.of("lapsed") - self.of("due")
        result: NDArray[np.float64] = came.sum(axis=-1) - self.of("steady")
        return result

    def rebukes(self) -> None:
        response = self.of("response")
        for t, i, j in np.argwhere(self.of("rebuke")):
            r, p, republic, power = self.pair(i, j)
            answer = response[t, i, j]
            said = _RESPONDED.get(answer, "{p} says nothing").format(p=power)
            self.enter(
                t + 1,
                "rebuke",
                capital(f"{republic} rebukes {power} in public; {said}."),
                r=r,
                p=p,
                outcome=RESPONSES.get(answer, "silence"),
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
                f"{republic}’s grievance against {power} rises to {total[t + 1, i, j]:.2f}, "
                f"over {_CAUSE_WORDS[cause]}.",
                r=r,
                p=p,
                size=float(total[t + 1, i, j] - total[t, i, j]),
                outcome=cause,
            )

    def projects(self) -> None:
        """Every project put on a table: who opened it, who bid against it, and who got it."""
        answer, sector, size = self.of("answer"), self.of("offer_sector"), self.of("offer_size")
        opener, shopped = self.of("opener"), self.of("shopped")
        for t, i in np.argwhere(opener >= 0):
            j = int(opener[t, i])
            about, bids, taken = SECTORS[sector[t, i]], answer[t, i] != rules.NO_OFFER, answer[t, i] == rules.ACCEPTED
            label = self.label(about)
            winner = int(taken.argmax()) if taken.any() else j
            r, p, republic, _ = self.pair(i, winner)
            power = self.pair(i, j)[3]
            others = [self.pair(i, int(k))[3] for k in np.flatnonzero(bids) if k != j]
            if bids[j]:
                its = float(size[t, i, j])
                said = [f"{power} opens {self.sized(j, its)} of {_points(its)} points in {label} in {republic}"]
            else:
                said = [f"{power} would open a project in {label} in {republic}, but has nothing saved to pay for it"]
            if others:
                said.append(f"{listed(others)} {'bid' if len(others) > 1 else 'bids'}{' against it' * bool(bids[j])}")
            elif shopped[t, i] and bids[j]:
                said.append("nobody bids against it")
            if not bids.any():
                outcome = UNPAID
            elif not taken.any():
                outcome = REFUSED
                said.append(f"{republic} takes {'no bid' if others else 'no part in it'}")
            elif winner == j:
                outcome = TAKEN
                said.append(f"{republic} takes {possessive(self.plain[p]) + ' bid' if others else 'it'}")
            else:
                outcome = OUTBID
                bid = f"{possessive(self.plain[p])} bid of {_points(size[t, i, winner])} points"
                said.append(f"{republic} takes {bid}")
            text = capital("; ".join(said)) + "."
            bid_size = float(size[t, i, winner])
            self.enter(t + 1, "project", text, r=r, p=p, sector=about, size=bid_size, outcome=outcome)

    def label(self, sector: str) -> str:
        """What the scenario calls a sector."""
        return self.result.scenario.words.sector(sector)

    def sized(self, power: int, points: float) -> str:
        """A project in words, by how it compares with what the power usually opens."""
        story, code = self.result.scenario, self.result.powers[power]
        budget, part, yearly = (
            np.array([story.get(f"powers.{code}.{name}")]) for name in ("budget", "project_share", "projects")
        )
        usual = float(rules.usual_size(budget, part, yearly)[0])
        ratio = points / usual if usual > 0.0 else 1.0
        return next((words for most, words in _SIZES if ratio <= most), "a very large project")

    def cancellations(self) -> None:
        """What was called off of what was pending."""
        response, cancelled = self.of("response"), self.of("cancelled")
        for t, i, j, k in np.argwhere(cancelled >= NOTICED):
            r, p, republic, power = self.pair(i, j)
            gone, about = float(cancelled[t, i, j, k]), SECTORS[k]
            why = "to punish it" if response[t, i, j] == rules.COERCED else ""
            self.enter(
                t + 1,
                "cancellation",
                f"{capital(power)} calls off {_points(gone)} points that were pending with {republic} "
                f"in {self.label(about)}{', ' * bool(why)}{why}.",
                r=r,
                p=p,
                sector=about,
                size=gone,
                outcome="punishment" if why else "called off",
            )

    def requests(self) -> None:
        power, sector, granted = self.of("request_power"), self.of("request_sector"), self.of("granted")
        for t, i in np.argwhere(power >= 0):
            r, p, republic, asked = self.pair(i, int(power[t, i]))
            about, yes = SECTORS[sector[t, i]], bool(granted[t, i])
            self.enter(
                t + 1,
                "request",
                f"{republic} asks {asked} for a project in {self.label(about)}; {asked} "
                f"{'agrees' if yes else 'does not answer'}.",
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


def _points(points: float) -> str:
    """Engagement points with as many decimals as tell."""
    return f"{points:.{1 if points >= 0.995 else 2}f}"
