"""A result as one compact dict of plain numbers, sent to the browser once and played there.

Shares are whole per mille, grievance and engagement whole hundredths of a point; what was delivered and what lapsed
comes finer (``FINE``), as the browser adds it up and tells the part kept. Arrays are flat lists in C order, time last:
``bands[sector]`` (quantile, republic, power, month), ``follow.share[sector]`` and ``up[sector]`` (republic, power,
month), ``grievance`` and ``follow.grievance`` (republic, power, cause, month), ``cloud.share`` (snapshot, republic,
power, world); ``change``, like ``bands``, only where day one differs between worlds. The browser tells months apart by
their place: 0 is day one.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.figures.palette import power_colors
from sim.reading import projects
from sim.reading.doubt import bands_hold
from sim.runs.ledger import entries
from sim.runs.result import Result, quantiles
from sim.runs.words import short_names
from sim.scenario import BadInput, Scenario
from sim.scenario.table import CAUSES, SECTORS

LEVELS: tuple[float, ...] = (0.1, 0.25, 0.5, 0.75, 0.9)
"""Quantiles of the fan."""
CLOUD, SNAPSHOTS = 200, 8
"""Worlds in the cloud of the triangle, and for how many months it is told (the browser draws what lies between)."""
FINE = 100_000
"""Whole parts of a point in which flows are sent that the browser divides by one another."""
UNEQUAL = 1e-6
"""Where day one differs between worlds by more than this share, changes since day one are told on their own."""
NUMBER = re.compile(r"\d+(?:\.(\d+))?")

Payload = dict[str, Any]


def payload(result: Result, worlds_cloud: int = CLOUD, *, world: int | None = None, coarse: bool = False) -> Payload:
    """All that the panels draw of a result that keeps "overall" or more; what it did not keep is left out.

    ``world`` is the one followed (default: the typical one). ``coarse`` is for pictures that follow a dragged slider:
    no words, a thin cloud.
    """
    scenario, full = result.scenario, result.record.wants("full")
    sectors = ["overall", *SECTORS] if full else ["overall"]
    followed = result.typical_world if world is None else world
    colors = power_colors({code: scenario.powers[code] for code in result.powers})
    shorts = short_names({code: scenario.powers[code].name for code in result.powers})
    sent: Payload = {
        "id": f"{result.ask.digest[:20]}-{result.worlds}{'-coarse' if coarse else ''}",
        "title": scenario.title,
        "name": scenario.name,
        "seed": result.seed,
        "worlds": result.worlds,
        "months": result.months,
        "dates": result.dates,
        "coarse": coarse,
        "held": bands_hold(result.ask),
        "levels": list(LEVELS),
        "words": _called(scenario),
        "republics": [
            {"code": code, "name": scenario.republics[code].name, "capital": scenario.republics[code].capital or ""}
            for code in result.republics
        ],
        "powers": [
            {"code": code, "name": scenario.powers[code].name, "short": shorts[code], "color": colors[code]}
            for code in result.powers
        ],
        "sectors": sectors,
        "causes": list(CAUSES),
        "bands": {name: _bands(result.shares(name)) for name in sectors},
        "up": {name: _up(result.shares(name)) for name in sectors},
        "cloud": _cloud(result, worlds_cloud // 4 if coarse else worlds_cloud),
        "events": _events(result),
        "follow": world_payload(result, followed, ledger=not coarse),
    }
    if any(np.ptp(result.shares(name)[0], axis=-1).max() > UNEQUAL for name in sectors):
        sent["change"] = {name: _bands(result.shares(name) - result.shares(name)[0]) for name in sectors}
    if full:
        sent["grievance"] = _whole(np.moveaxis(result.array("grievance").mean(axis=-1), 0, -1), 100)
        sent["kept"] = _kept(result)
        sent["projects"] = _projects(result)
    return sent


def _called(scenario: Scenario) -> dict[str, Any]:
    """What the scenario calls things; see ``sim.scenario.models.Words``."""
    called = scenario.words
    return {
        "region": called.region,
        "member": called.member,
        "aMember": called.a_member,
        "members": called.members,
        "sectors": dict(called.sectors),
    }


def world_payload(result: Result, world: int, *, ledger: bool = True) -> Payload:
    """What one world went through: the part ``follow`` of a payload, to put in its place when another is followed."""
    if not 0 <= world < result.worlds:
        raise BadInput.of(str(world), f"a world from 0 to {result.worlds - 1}", path="world")
    if not result.record.wants("full"):
        return {"world": world, "share": {"overall": _series(result.array("overall")[..., world])}}

    def of(name: str) -> NDArray[Any]:
        values: NDArray[Any] = result.array(name)[..., world]
        return values

    shares = of("alignment")
    deals = of("deals")
    sent: Payload = {
        "world": world,
        "share": {"overall": _series(of("overall"))}
        | {name: _series(shares[..., s]) for s, name in enumerate(SECTORS)},
        "grievance": _whole(np.moveaxis(of("grievance"), 0, -1), 100),
        "deals": {"overall": _series(deals.sum(axis=-1), 100)}
        | {name: _series(deals[..., s], 100) for s, name in enumerate(SECTORS)},
        "pending": _series(of("pledges").sum(axis=-1), 100),
        "events": [[int(t) + 1, int(e)] for t, e in np.argwhere(of("event"))],
    }
    for name, parts in (("accepted", 100), ("delivered", FINE), ("lapsed", FINE)):
        flow = of(name).sum(axis=-1).cumsum(axis=0)
        sent[name] = _series(np.concatenate([np.zeros_like(flow[:1]), flow]), parts)
    sent["projects"] = _projects_of(result, world, words=ledger)
    if ledger:
        sent["ledger"] = ledger_payload(result, world)
    return sent


def ledger_payload(result: Result, world: int) -> Payload:
    """The ledger's words, said compactly: ``rows`` of [month, kind, republic, power, wording, number, ...].

    Places count in ``kinds``, the payload's republics and powers, and ``wordings``; -1 is none. A wording holds ``{r}``
    and ``{p}`` for names and ``{2}`` for a number with two decimals, which the row gives as a whole number.
    """
    names = {
        code: spec.name
        for actors in (result.scenario.republics, result.scenario.powers)
        for code, spec in actors.items()
    }
    republics = {code: place for place, code in enumerate(result.republics)}
    powers = {code: place for place, code in enumerate(result.powers)}
    kinds: dict[str, int] = {}
    wordings: dict[str, int] = {}
    rows = []
    for _, month, _, republic, power, kind, _, _, _, text in entries(result, world):
        numbers: list[int] = []
        if kind != "event":
            for code, sign in ((republic, "\x01"), (power, "\x02")):
                if code in names:
                    text = text.replace(names[code], sign)
            text = _numbers_out(text, numbers).replace("\x01", "{r}").replace("\x02", "{p}")
        rows.append(
            [
                int(month),
                kinds.setdefault(kind, len(kinds)),
                republics.get(republic, -1),
                powers.get(power, -1),
                wordings.setdefault(text, len(wordings)),
                *numbers,
            ]
        )
    return {"kinds": list(kinds), "wordings": list(wordings), "rows": rows}


def difference_payload(changed: Result, base: Result, sector: str = "overall") -> Payload:
    """Shares of one run minus those of another, world by world, as bands: what ``DifferenceFan`` draws.

    Both need the same seed; worlds, months, republics and powers that only one has are left out. ``bands`` is
    (republic, power) of low, q1, median, q3, high lists by month; ``p_lower`` the part of worlds that end lower.
    """
    if changed.seed != base.seed:
        raise BadInput.of(f"seeds {changed.seed} and {base.seed}", "the same seed, so that worlds pair", path="seed")
    worlds, months = min(changed.worlds, base.worlds), min(changed.months, base.months)
    republics = [code for code in base.republics if code in changed.republics]
    powers = [code for code in base.powers if code in changed.powers]

    def shares(result: Result) -> NDArray[Any]:
        rows, columns = [result.republics.index(r) for r in republics], [result.powers.index(p) for p in powers]
        picked: NDArray[Any] = result.shares(sector)[: months + 1, ..., :worlds][:, rows][:, :, columns]
        return picked

    difference = shares(changed) - shares(base)
    parts = [np.moveaxis(part, 0, -1) for part in quantiles(difference, LEVELS)]
    keys = ("low", "q1", "median", "q3", "high")
    colors = power_colors({code: base.scenario.powers[code] for code in base.powers})
    shorts = short_names({code: base.scenario.powers[code].name for code in base.powers})
    return {
        "id": f"{changed.ask.digest[:12]}-{base.ask.digest[:12]}-{sector}-{worlds}",
        "title": base.scenario.title,
        "worlds": worlds,
        "sector": sector,
        "words": _called(base.scenario),
        "months": base.dates[: months + 1],
        "republics": [{"code": code, "name": base.scenario.republics[code].name} for code in republics],
        "powers": [
            {"code": code, "name": base.scenario.powers[code].name, "short": shorts[code], "color": colors[code]}
            for code in powers
        ],
        "bands": [
            [{key: _whole(part[i, j], 1000) for key, part in zip(keys, parts, strict=True)} for j in range(len(powers))]
            for i in range(len(republics))
        ],
        "p_lower": [
            [round(float((difference[-1, i, j] < 0).mean()), 3) for j in range(len(powers))]
            for i in range(len(republics))
        ],
    }


def _whole(values: NDArray[Any], factor: int) -> list[int]:
    """Rounded to whole parts, flat."""
    whole: list[int] = np.rint(values * factor).astype(np.int64).ravel().tolist()
    return whole


def _series(values: NDArray[Any], factor: int = 1000) -> list[int]:
    """(month, republic, power) -> flat (republic, power, month)."""
    return _whole(np.moveaxis(values, 0, -1), factor)


def _bands(shares: NDArray[Any]) -> list[int]:
    """(month, republic, power, world) -> flat (quantile, republic, power, month)."""
    parts = np.stack(quantiles(shares.astype(np.float32, copy=False), LEVELS))
    return _whole(np.moveaxis(parts, 1, -1), 1000)


def _up(shares: NDArray[Any]) -> list[int]:
    """Of a thousand worlds, in how many a share is higher than on day one; level ones count half."""
    sides = (shares > shares[0], shares < shares[0])
    more, less = (np.count_nonzero(side, axis=-1) / shares.shape[-1] for side in sides)
    return _whole(np.moveaxis(0.5 + (more - less) / 2, 0, -1), 1000)


def _cloud(result: Result, most: int) -> Payload:
    """Single worlds at a few months, flat (snapshot, republic, power, world), and which months."""
    worlds = np.linspace(0, result.worlds - 1, min(result.worlds, max(most, 0))).astype(int)
    months = np.unique(np.linspace(0, result.months, SNAPSHOTS).round().astype(int))
    shares = result.array("overall")[months][..., worlds]
    return {"months": months.tolist(), "worlds": len(worlds), "share": _whole(shares, 1000)}


def _events(result: Result) -> list[Payload]:
    """Every event of the scenario and in how many of a thousand worlds it happens (-1: not kept)."""
    kept = result.record.wants("full")
    often = np.rint(result.array("event").any(axis=0).mean(axis=-1) * 1000) if kept else None
    return [
        {
            "id": name,
            "kind": event.kind,
            "about": event.about or name.replace("-", " "),
            "powers": list(event.powers or ()),
            "republics": list(event.republics or result.republics),
            "host": event.host or "",
            "often": -1 if often is None else int(often[place]),
        }
        for place, (name, event) in enumerate(result.scenario.events.items())
    ]


def _kept(result: Result) -> list[int]:
    """Part of what fell due that came, up to each month: flat (low, median, high; power; month), per mille, -1 none."""
    came, missed = (result.array(name).sum(axis=3).sum(axis=1).cumsum(axis=0) for name in ("delivered", "lapsed"))
    due = came + missed
    kept = np.where(due > 1e-9, came / np.maximum(due, 1e-9), np.nan)
    parts = np.nan_to_num(np.stack(quantiles(kept, (0.1, 0.5, 0.9))), nan=-0.001)
    return _whole(np.moveaxis(np.pad(parts, ((0, 0), (1, 0), (0, 0)), constant_values=-0.001), 1, -1), 1000)


def _projects(result: Result) -> Payload:
    """Who gets the projects over worlds, all republics first: ``table`` of [projects, low, high, size, called_off] by
    place and power, ``met`` of [met, won] by place, power and rival, ``said`` in words by place.
    """
    table, met = projects.taken(result), projects.contests(result)
    places, powers = [projects.ALL, *result.republics], result.powers
    columns = table[["projects", "low", "high", "size", "called_off"]].to_numpy().reshape(len(places), len(powers), 5)
    known = {
        (republic, power, rival): [round(often, 3), round(won, 3)]
        for republic, power, rival, often, won, _ in met.itertuples(index=False)
    }
    return {
        "table": [[[None if np.isnan(x) else round(float(x), 3) for x in row] for row in rows] for rows in columns],
        "met": [[[known.get((place, p, q), [0, 0]) for q in powers] for p in powers] for place in places],
        "said": [projects.paragraph(result, table, met, place) for place in places],
    }


def _projects_of(result: Result, world: int, *, words: bool) -> Payload:
    """The projects of one world: ``rows`` of [month, until, republic, power, opener, sector, size, delivered, lapsed,
    cancelled, pending, rivals, state] and ``said``, in ``words``.

    Points are whole hundredths; ``rivals`` has a bit a power, ``state`` 1 for called off and 2 for stalled.
    """
    republics, powers = (
        {code: place for place, code in enumerate(codes)} for codes in (result.republics, result.powers)
    )
    rows, said = [], []
    row: Any
    for row in projects.in_world(result, world).itertuples():
        points = (row.size, row.delivered, row.lapsed, row.cancelled, row.pending)
        rows.append(
            [
                int(row.month),
                int(row.until),
                republics[row.republic],
                powers[row.power],
                powers[row.opener],
                SECTORS.index(row.sector),
                *(round(100 * float(value)) for value in points),
                sum(1 << powers[code] for code in row.rivals.split(", ") if code),
                bool(row.called_off) + 2 * bool(row.stalled),
            ]
        )
        said.append(projects.told(result.scenario, row, result.dates[-1]) if words else "")
    return {"sectors": list(SECTORS), "rows": rows, "said": said}


def _numbers_out(text: str, numbers: list[int]) -> str:
    """The text with each number replaced by its count of decimals in braces; the numbers, whole, are appended."""

    def take(match: re.Match[str]) -> str:
        numbers.append(int(match[0].replace(".", "")))
        return f"{{{len(match[1] or '')}}}"

    return NUMBER.sub(take, text)
