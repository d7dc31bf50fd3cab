"""Votes in the General Assembly: roll calls of the UN Digital Library or of Voeten, and his tables made of them.

Agreement is the share of the roll calls in which two both voted and voted alike; that of the European Union is the mean
of its 27 members', as in ``unga_agreement.csv``.
"""

from __future__ import annotations

import re
from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from sim.evidence.cells import (
    ACCORD,
    FIRST_SESSION,
    MEMBERS_NEEDED,
    ROLL_CALLS_NEEDED,
    UNION,
    VOTES,
    Cell,
    Figures,
    key_of,
    rows,
    some,
)
from sim.evidence.sheet import Sheet, pick, plain
from sim.scenario.errors import printable

ABSENT, YES, ABSTAIN, NO = 0, 1, 2, 3
_VOTES = {"1": YES, "2": ABSTAIN, "3": NO, "y": YES, "a": ABSTAIN, "n": NO, "yes": YES, "abstain": ABSTAIN, "no": NO}
_NONE = ("8", "9", "x", "", "na", "absent", "non-voting")


def roll_calls(sheet: Sheet, out: Figures) -> None:
    """A row for each country and roll call."""
    call_at, who_at = sheet.place("rcid", "undlid"), sheet.place("mscode", "ccode", "iso3c", "countryabb")
    vote_at, date_at = sheet.place("vote", "msvote"), sheet.place("date")
    known, names = out.known, [code for code in out.known.roles if code != UNION]
    calls: dict[str, dict[str, Cell]] = defaultdict(dict)
    when: dict[str, int] = {}
    latest: dict[int, str] = {}
    again = 0
    for line, row in sheet.rows():
        who = known.of(pick(row, who_at))
        if who is None:
            continue
        said = pick(row, vote_at).casefold().removesuffix(".0")
        vote = ABSENT if said in _NONE else _VOTES.get(said)
        if vote is None:
            sheet.wrong(line, "vote", repr(printable(said)), "1, 2, 3, 8 or 9; or Y, A, N or X")
            continue
        call, date = pick(row, call_at), pick(row, date_at)
        year = when.get(call) or _of_call(sheet, line, row)
        if year is None:
            continue
        when[call] = year
        latest[year] = max(latest.get(year, ""), date)
        before = calls[call].setdefault(who, Cell(vote, line))
        if before.line != line:
            again += 1
            if before.value != vote:
                sheet.wrong(
                    line, f"roll call {call}, {who}", f"{said}, another vote than in line {before.line}", "one vote"
                )
    sheet.finish()
    if again:
        out.notes.append(f"{rows(again)} said again what another had said")
    whole = _whole_years(when, latest if date_at is not None else {}, out)
    for year in whole:
        of_year = [call for call, its in when.items() if its == year]
        if len(of_year) < ROLL_CALLS_NEEDED:
            calls_there = f"{len(of_year)} roll call{'' if len(of_year) == 1 else 's'}"
            out.notes.append(f"{year} has {calls_there}, of which {ROLL_CALLS_NEEDED} are needed: left out")
            continue
        table = np.zeros((len(names), len(of_year)), dtype=np.int8)
        for j, call in enumerate(of_year):
            for who, cell in calls[call].items():
                table[names.index(who), j] = int(cell.value)
        _agreements(out, year, _alike(table, names), max(c.line for call in of_year for c in calls[call].values()))


def _of_session(sheet: Sheet, line: int, text: str) -> int | None:
    try:
        return sheet.year(line, str(FIRST_SESSION + float(text)), "session")
    except ValueError:
        sheet.wrong(line, "session", repr(printable(text)), "the number of a session")
        return None


def _whole_years(when: dict[str, int], latest: dict[int, str], out: Figures) -> list[int]:
    """Years that are complete; the last is not if its votes end before December, or are under half the usual number."""
    years = sorted(set(when.values()))
    if not years:
        return []
    last, count = years[-1], {year: list(when.values()).count(year) for year in years}
    usual = np.mean([count[year] for year in years[:-1]]) if years[:-1] else 0.0
    until = latest.get(last, "")
    if until and until[5:7] < "12":
        out.notes.append(f"votes of {last} end on {until}, so the year is not complete: left out")
    elif not until and count[last] < usual / 2:
        out.notes.append(
            f"{last} has {count[last]} roll calls against {usual:.0f} in other years, so it is not complete: left out"
        )
    else:
        return years
    return years[:-1]


def _alike(table: NDArray[np.int8], names: list[str]) -> dict[tuple[str, str], float]:
    """Shares of roll calls in which two both voted and voted alike, of votes (who, roll call), 0 where none."""
    shares = {}
    for i, one in enumerate(names):
        for j, other in enumerate(names[:i]):
            both = (table[i] > 0) & (table[j] > 0)
            if both.sum() >= ROLL_CALLS_NEEDED:
                shares[one, other] = shares[other, one] = float((table[i] == table[j])[both].mean())
    return shares


def _agreements(out: Figures, year: int, shares: dict[tuple[str, str], float], line: int) -> None:
    """Agreement of republics with powers and of powers among themselves; the Union's is the mean of its members'."""
    known = out.known
    powers, members = known.having("power"), known.having("member")

    def agreement(one: str, power: str) -> float | None:
        if power != UNION:
            return shares.get((one, power))
        there = [shares[one, member] for member in members if (one, member) in shares]
        return sum(there) / len(there) if len(there) >= MEMBERS_NEEDED else None

    thin, there = [], {code for pair in shares for code in pair}
    there |= {UNION} if there & set(members) else set()
    for kind, ones in ((VOTES, known.having("republic")), (ACCORD, [code for code in powers if code != UNION])):
        for one in ones:
            for power in powers:
                found = agreement(one, power)
                if found is not None and one != power:
                    out.cells[key_of(kind, one, power, year)] = Cell(round(found, 4), line)
                elif one != power and kind == VOTES and {one, power} <= there:
                    thin.append(f"{one}–{power}")
    if thin:
        out.notes.append(f"{year}: too few votes, or members of the Union, of {some(thin)}: left out")


APART = (
    "agreement here counts an abstention beside a yes or no as half, the shipped record as none: the two are not "
    "mixed, and the shipped votes are put aside"
)


def scores(sheet: Sheet, out: Figures) -> None:
    """Voeten's agreement scores: a row for each pair of countries and session."""
    ends_at, agree_at = (sheet.place("ccode1"), sheet.place("ccode2")), sheet.place("agree")
    known = out.known
    pairs: dict[int, dict[tuple[str, str], Cell]] = defaultdict(dict)
    for line, row in sheet.rows():
        one, other = (known.of(pick(row, place)) for place in ends_at)
        text = pick(row, agree_at)
        if one is None or other is None or one == other or plain(text) in ("", "na", "nan"):
            continue
        year, share = _year(sheet, line, row), sheet.number(line, text, "agree", 1.0, "a share of 1")
        if year is None or share is None:
            continue
        for pair in ((one, other), (other, one)):
            before = pairs[year].setdefault(pair, Cell(share, line))
            if abs(before.value - share) > 1e-6:
                sheet.wrong(
                    line,
                    f"{one}–{other}, {year}",
                    f"{share:.10g}, beside {before.value:.10g} in line {before.line}",
                    "one figure",
                )
                break
    out.apart = True
    out.notes.append(APART)
    for year, said in sorted(pairs.items()):
        _agreements(out, year, {pair: cell.value for pair, cell in said.items()}, max(c.line for c in said.values()))


def ideal_points(sheet: Sheet, out: Figures) -> None:
    """Voeten's ideal points: a row for each country and session, beside them its agreement with a few powers."""
    known, who_at = out.known, sheet.place("ccode", "iso3c", "countryabb")
    beside = {"RUS": sheet.place("russiaagree", "pctagreerussia"), "CHN": sheet.place("chinaagree", "pctagreechina")}
    beside["USA"] = sheet.place("usagree", "pctagreeus")
    pairs: dict[int, dict[tuple[str, str], float]] = defaultdict(dict)
    lines: dict[int, int] = {}
    for line, row in sheet.rows():
        who = known.of(pick(row, who_at))
        year = _year(sheet, line, row) if who is not None else None
        if who is None or year is None:
            continue
        for power, place in beside.items():
            text = pick(row, place)
            if power == who or plain(text) in ("", "na", "nan"):
                continue
            share = sheet.number(line, text, f"agreement with {power}", 1.0, "a share of 1")
            if share is not None:
                pairs[year][who, power] = pairs[year][power, who] = share
                lines[year] = line
    out.apart = True
    out.notes.append(APART)
    out.notes.append("such a table says nothing of the republics' agreement with the European Union")
    for year, said in sorted(pairs.items()):
        found = Figures(out.file, known)
        _agreements(found, year, said, lines[year])
        out.cells |= found.cells


def _of_call(sheet: Sheet, line: int, row: list[str]) -> int | None:
    """The year of a roll call: by its date where the file has dates."""
    date_at = sheet.place("date")
    if date_at is None:
        return _year(sheet, line, row)
    date = pick(row, date_at)
    if re.match(r"\d{4}-\d\d-\d\d", date):
        return sheet.year(line, date[:4], "date")
    sheet.wrong(line, sheet.columns[date_at], repr(printable(date)), "a date as YYYY-MM-DD")
    return None


def _year(sheet: Sheet, line: int, row: list[str]) -> int | None:
    """The year of a row that names it or its session."""
    year_at, session_at = sheet.place("year"), sheet.place("session", "sessionx", "sessiony")
    if year_at is not None and (pick(row, year_at) or session_at is None):
        return sheet.year(line, pick(row, year_at))
    return _of_session(sheet, line, pick(row, session_at))
