"""Figures in the layouts that people have them in, read as cells of the record.

Tidy CSV as ``sim data trade --format csv`` writes it; exports of UN Comtrade and World Bank's WITS; roll calls of the
UN Digital Library or of Voeten, and his tables of agreement and of ideal points. A layout is known by its columns, in
whatever order and letters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from sim.evidence.cells import (
    ACCORD,
    COLUMNS,
    MOST,
    MOST_CALLS,
    ROLL_CALLS_NEEDED,
    TRADE,
    VOTES,
    WHAT,
    Figures,
    Once,
    key_of,
    rows,
)
from sim.evidence.codes import Codes, codes
from sim.evidence.sheet import Sheet, pick, plain
from sim.evidence.tradefiles import by_flow, by_partner
from sim.evidence.votefiles import ideal_points, roll_calls, scores
from sim.scenario import BadInput
from sim.scenario.errors import nearest, printable


def read_figures(path: Path, known: Codes | None = None) -> Figures:
    """The figures of one file, in any layout, about the actors ``known`` (those of shipped scenarios if not given).

    Raises
    ------
    BadInput : no layout that is known, or rows that cannot be right: each problem with file and line.
    """
    sheet = Sheet(path)
    there = {plain(name) for name in sheet.columns}
    if {"republic", "power", "year", "totalusdm", "agreement"} <= there:
        raise sheet.refuse("both total_usd_m and agreement", "one of them in a file")
    for name, (needed, reader) in LAYOUTS.items():
        if all(there & set(ways.split("|")) for ways in needed.split()):
            figures = Figures(sheet.file, known or codes(), name)
            reader(sheet, figures)
            sheet.finish()
            if not figures.cells:
                raise sheet.refuse(
                    "; ".join(figures.notes) or "no figures",
                    "trade or votes of a republic with a power, in whole years",
                )
            return figures
    raise _unknown(sheet, there)


def _unknown(sheet: Sheet, there: set[str]) -> BadInput:
    if {"indicatorcode", "countrycode"} <= there:
        return sheet.refuse(
            "World Bank indicators, which have neither trade by partner nor votes",
            "trade by partner (World Bank's WITS or UN Comtrade) or votes (UN Digital Library, Voeten)",
        )
    if {"idealpointall", "idealpoint"} & there:
        return sheet.refuse(
            "ideal points alone, which are no agreement with anyone",
            "a table with RussiaAgree and ChinaAgree beside them, agreement scores, or the roll calls",
        )
    for keys in COLUMNS.values():
        missing = [key for key in keys if key not in there and plain(key) not in there]
        near = nearest(missing[0], sheet.columns) if len(missing) == 1 else None
        if len(missing) == 1:
            return sheet.refuse(
                f"the columns {printable(', '.join(sheet.columns))}, without {missing[0]}",
                f"the columns {', '.join(keys)}",
                near and f"{missing[0]} instead of {near}",
            )
    tidy = " or ".join(", ".join(keys) for keys in COLUMNS.values())
    others = ", ".join(name for name in LAYOUTS if name not in COLUMNS)
    return sheet.refuse(
        f"the columns {printable(', '.join(sheet.columns))}", f"the columns {tidy}; or an export: {others}"
    )


def _tidy(kind: str) -> Callable[[Sheet, Figures], None]:
    one, other, _, value = COLUMNS[kind]
    sides = ("power", "power") if kind == ACCORD else ("republic", "power")

    def read(sheet: Sheet, out: Figures) -> None:
        places = [sheet.place(plain(name)) for name in COLUMNS[kind]]
        whole, calls = sheet.place("yearcomplete"), sheet.place("nvotes")
        blank, thin, partial, taken = 0, 0, defaultdict[str, int](int), Once(sheet, out)
        for line, row in sheet.rows():
            texts = [pick(row, place) for place in places]
            year = sheet.year(line, texts[2])
            actors = [
                _actor(sheet, out.known, line, column, text, role)
                for column, text, role in zip((one, other), texts[:2], sides, strict=True)
            ]
            number = sheet.number(line, texts[3], value, MOST[kind], WHAT[kind]) if texts[3] else None
            if not texts[3]:
                blank += 1
            if year is None or number is None or actors[0] is None or actors[1] is None:
                continue
            if whole is not None and not pick(row, whole).startswith("yes"):
                partial[str(year)] += 1
                continue
            if kind != TRADE and pick(row, calls):
                count = sheet.number(line, pick(row, calls), "n_votes", MOST_CALLS, "roll calls")
                if count is None or count < ROLL_CALLS_NEEDED:
                    thin += count is not None
                    continue
            taken.put(key_of(kind, actors[0], actors[1], year), number, line)
        if blank:
            out.notes.append(f"{rows(blank)} without {value}: left out")
        if thin:
            out.notes.append(f"{rows(thin)} of fewer than {ROLL_CALLS_NEEDED} roll calls (n_votes): left out")
        for text, count in sorted(partial.items()):
            out.notes.append(f"{text}: {rows(count)} of a year that is not complete: left out")
        taken.remark()

    return read


def _actor(sheet: Sheet, known: Codes, line: int, column: str, text: str, role: str) -> str | None:
    if known.roles.get(text) == role:
        return text
    valid = known.having(role)
    meant = known.of(text)
    near = meant if meant in valid else nearest(text, valid)
    sheet.wrong(line, column, repr(printable(text)), f"one of {', '.join(valid)}", near)
    return None


_COMTRADE = {
    "reporter": "reporteriso",
    "partner": "partneriso",
    "year": "refyear|year",
    "flow": "flowcode|tradeflow|flowdesc",
}
_WITS = {"reporter": "reporteriso3", "partner": "partneriso3", "year": "year", "flow": "tradeflowname|tradeflowcode"}

LAYOUTS: dict[str, tuple[str, Callable[[Sheet, Figures], None]]] = {
    TRADE: ("republic power year totalusdm", _tidy(TRADE)),
    VOTES: ("republic power year agreement", _tidy(VOTES)),
    ACCORD: ("powera powerb year agreement", _tidy(ACCORD)),
    "UN Comtrade": (
        "reporteriso partneriso refyear|year flowcode|flowdesc|tradeflow primaryvalue|tradevalueus",
        by_flow(_COMTRADE | {"value": "primaryvalue|tradevalueus"}, ("cmdcode", "commoditycode"), 1e-6),
    ),
    "World Bank WITS (query)": (
        "reporteriso3 partneriso3 year tradeflowname|tradeflowcode tradevaluein1000usd",
        by_flow(_WITS | {"value": "tradevaluein1000usd"}, ("productcode",), 1e-3),
    ),
    "World Bank WITS (by partner)": ("reportername|reporter partnername|partner indicator|year", by_partner),
    "roll calls of the United Nations": (
        "rcid|undlid mscode|ccode|iso3c|countryabb vote|msvote date|year|session",
        roll_calls,
    ),
    "Voeten's agreement scores": ("ccode1 ccode2 agree year|session|sessionx", scores),
    "Voeten's ideal points": (
        "ccode|iso3c|countryabb russiaagree|pctagreerussia chinaagree|pctagreechina year|session",
        ideal_points,
    ),
}
"""Layouts by name: the columns that each is known by (``a|b``: either) and what reads it."""
