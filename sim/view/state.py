"""What a visitor looks at: one frozen value, to and from the address of the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, quote

from sim.runs.doubt import Doubt
from sim.runs.posterior import shipped_posteriors
from sim.scenario import SECTORS, BadInput, Scenario
from sim.scenario.dates import is_date_path
from sim.scenario.doubt import ASKED, Range, vectors
from sim.scenario.errors import nearest, printable
from sim.scenario.models import FrozenDict
from sim.scenario.paths import INNER
from sim.scenario.strategies import names_of
from sim.view.catalogue import Catalogue, pack, unpack

PAGES: tuple[tuple[str, str], ...] = (
    ("explore", "Explore"),
    ("compare", "Compare"),
    ("why", "Why"),
    ("sweep", "Sweep"),
    ("about", "About"),
)
WORLDS, COARSE = 500, 48
"""Worlds of a fan, and of the fan that follows a slider while it is dragged."""
MAX_SEED = 2**53
"""Largest seed a browser can write down exactly."""
MOST_CHANGES = 200
PART = 0.1
"""Part of the bounds on either side within which a number that nothing is said of is doubted at first."""

NONE = "none"
"""In the address: no posterior; with ``doubt``, no number in doubt but those that are named."""

Value = float | str
"""What a lever sets: a number, or the name of an actor's strategy."""


@dataclass(frozen=True)
class View:
    """Everything the address holds; the rest of a visit follows from it."""

    page: str = "explore"
    scenario: str = ""
    text: str = ""
    """YAML of an uploaded scenario, "" for one of the catalogue."""
    changes: tuple[tuple[str, Value], ...] = ()
    seed: int = 0
    posterior: str = ""
    """Posterior draws that the worlds take; "" is the scenario's own where numbers are in doubt, ``NONE`` is none."""
    doubted: bool = True
    """Whether every number that is not sure is in doubt, as with ``sim run``, or all are as written."""
    ranges: tuple[tuple[str, float, float], ...] = ()
    """Numbers that are in doubt within a range of the visitor's own: path, low, high."""
    month: int = -1
    """Month of the playhead; -1 is the last."""
    republic: str = ""
    power: str = ""
    sector: str = "overall"
    world: int = -1
    """World followed; -1 is the typical one."""
    other: str = ""
    """Scenario compared with; "" is the scenario without its changes, or the first other one."""
    since: int = 0
    until: int = 0
    """Months at whose ends the span explained begins and ends; until 0 is the last."""
    event: str = ""
    """Event left out on the page Why."""
    sweep: str = ""

    def changed(self, **values: object) -> View:
        """A copy with other values."""
        return replace(self, **values)  # type: ignore[arg-type]

    @property
    def doubt(self) -> Doubt | None:
        """What is in doubt."""
        ranges = FrozenDict({path: (low, high) for path, low, high in self.ranges})
        return Doubt(self.doubted, ranges) if self.doubted or ranges else None

    @property
    def asked(self) -> tuple[object, ...]:
        """What its runs depend on beside the scenario."""
        return self.seed, self.posterior, self.doubted, self.ranges

    def address(self) -> str:
        """The query string, "?" included; only what differs from the default, but for the scenario."""
        words: list[tuple[str, object]] = [("page", self.page), ("scenario", self.scenario)]
        words += [("set", f"{path}={written(value)}") for path, value in self.changes]
        words += [("doubt", NONE)] if not self.doubted else []
        words += [("doubt", f"{path}:{low:.9g}:{high:.9g}") for path, low, high in self.ranges]
        words += [(name, getattr(self, attribute)) for name, attribute in PLAIN.items()]
        if self.text:
            words.append(("yaml", pack(self.text)))
        blank = View()
        kept = [
            f"{name}={quote(str(value), safe='.:,-_=')}"
            for name, value in words
            if name in ("set", "doubt") or (value != "" and value != getattr(blank, PLAIN.get(name, name), ""))
        ]
        return "?" + "&".join(kept)


PLAIN: dict[str, str] = {
    "seed": "seed",
    "posterior": "posterior",
    "month": "month",
    "republic": "republic",
    "power": "power",
    "sector": "sector",
    "world": "world",
    "with": "other",
    "since": "since",
    "until": "until",
    "event": "event",
    "sweep": "sweep",
}
"""Words of the address and the attribute each stands for."""


def from_address(search: str | None, catalogue: Catalogue) -> tuple[View, list[str]]:
    """The view an address asks for, and what of it could not be had (then the default stands)."""
    try:
        words = parse_qs((search or "").lstrip("?"), keep_blank_values=False, max_num_fields=MOST_CHANGES + 30)
    except ValueError:
        return View(scenario=catalogue.first), ["The address holds too much; it is not used."]
    problems: list[str] = []

    def word(name: str) -> str:
        return words.get(name, [""])[-1]

    view = View(page=word("page") if word("page") in dict(PAGES) else "explore", scenario=catalogue.first)
    try:
        text = unpack(word("yaml")) if word("yaml") else ""
        name = word("scenario") or catalogue.first
        catalogue.scenario(name, text)
        view = view.changed(scenario=name, text=text)
    except BadInput as error:
        problems.append(f"The address asks for another scenario: {error}")
    base = catalogue.scenario(view.scenario, view.text)
    view = view.changed(changes=_changes(words.get("set", []), base, problems))
    view = view.changed(**_doubts(words.get("doubt", []), view, base, problems))
    view = view.changed(
        seed=_number(word("seed"), "seed", MAX_SEED, problems),
        month=_number(word("month"), "month", base.months, problems) if word("month") else -1,
        since=_number(word("since"), "since", base.months - 1, problems),
        until=_number(word("until"), "until", base.months, problems),
        world=_number(word("world"), "world", WORLDS - 1, problems) if word("world") else -1,
    )
    for name, options in (
        ("republic", base.republics),
        ("power", base.powers),
        ("sector", SECTORS),
        ("event", base.events),
        ("posterior", [NONE, *shipped_posteriors()]),
    ):
        if word(name) in options:
            view = view.changed(**{name: word(name)})
        elif word(name) not in ("", "overall"):
            problems.append(f"The address names a {name} that {base.title} does not have: {printable(word(name))}.")
    if word("with") in catalogue.names:
        view = view.changed(other=word("with"))
    if view.until and view.until <= view.since:
        view = view.changed(since=0, until=0)
    return view.changed(sweep=word("sweep")), problems


def written(value: Value) -> str:
    """A value as the address and the command line write it."""
    return value if isinstance(value, str) else f"{value:.9g}"


def value_at(scenario: Scenario, path: str) -> Value:
    """What stands where a lever is: a number, or an actor's strategy. Raises BadInput for any other path."""
    section, _, rest = path.partition(".")
    code, _, key = rest.partition(".")
    if key == "strategy" and section in ("powers", "republics"):
        specs = scenario.powers if section == "powers" else scenario.republics
        if code in specs:
            return str(specs[code].strategy)
    return scenario.get(path)


def _strategy(base: Scenario, path: str, name: str) -> str:
    """The name of a strategy that the actor may have. Raises BadInput for another."""
    section, code, _ = path.split(".")
    names = names_of(section)
    if name not in names:
        actor = (base.powers if section == "powers" else base.republics)[code].name
        raise BadInput.of(
            f"{actor} with the strategy {printable(name, 40)!r}",
            f"one of {', '.join(names)}",
            path=path,
            nearest=nearest(name, names),
        )
    return name


def _changes(texts: list[str], base: Scenario, problems: list[str]) -> tuple[tuple[str, Value], ...]:
    """The changes that hold together; each other one becomes a problem."""
    wanted: dict[str, Value] = {}
    for text in texts[:MOST_CHANGES]:
        path, _, value = text.partition("=")
        try:
            chosen = isinstance(value_at(base, path), str)
        except BadInput:
            problems.append(f"The address changes what cannot be changed: {printable(text)}.")
            continue
        try:
            wanted[path] = _strategy(base, path, value) if chosen else float(value)
        except BadInput as error:
            problems.append(f"The address asks for another strategy: {error}")
        except ValueError:
            problems.append(f"The address changes what cannot be changed: {printable(text)}.")
    try:
        base.with_values(wanted)
    except BadInput as error:
        problems.append(f"The changes in the address do not fit: {error}")
        return ()
    return tuple((path, value) for path, value in wanted.items() if value != value_at(base, path))


def _doubts(texts: list[str], view: View, base: Scenario, problems: list[str]) -> dict[str, object]:
    """``doubted`` and ``ranges`` of a view; what cannot be doubted so becomes a problem."""
    scenario, changes = base.with_values(dict(view.changes)), dict(view.changes)
    ranges: dict[str, tuple[float, float]] = {}
    for text in texts[:MOST_CHANGES]:
        if text in (NONE, "all"):
            continue
        path, *ends = text.split(":")
        try:
            low, high = (float(end) for end in ends)
            if path in changes:
                raise BadInput.of("changed as well", "either a change or a range", path=path)
            Doubt(False, {path: (low, high)}).resolved(scenario)
            ranges[path] = low, high
        except BadInput as error:
            problems.append(f"The address doubts what cannot be doubted so: {error}")
        except ValueError:
            problems.append(f"The address doubts {printable(text)}; it should say a number, its low and its high end.")
    return {"doubted": NONE not in texts, "ranges": tuple((path, low, high) for path, (low, high) in ranges.items())}


def doubted(base: Scenario, view: View, path: str, low: object = None, high: object = None) -> View:
    """The view with a number in doubt from low to high (without them: within its plausible range), no longer changed.

    Weights that had given way to the number are as they were.

    Raises
    ------
    BadInput : no such number, or a date; a range that does not hold the number or is out of bounds.
    """
    span = plausible(base, path)  # asked first: it refuses what is no number to doubt
    ends = (span.low, span.high) if low is None or high is None else _ends(path, low, high)
    members = next((paths for paths, exact in vectors(base, [path]).values() if exact), [path])
    changes = tuple((key, value) for key, value in view.changes if key not in members)
    ranges = {key: (first, last) for key, first, last in view.ranges} | {path: ends}
    after = view.changed(changes=changes, ranges=tuple((key, *both) for key, both in ranges.items()))
    assert after.doubt is not None
    after.doubt.resolved(base.with_values(dict(changes)))
    return after


def _ends(path: str, low: object, high: object) -> tuple[float, float]:
    try:
        return round(float(str(low)), 6), round(float(str(high)), 6)
    except ValueError:
        raise BadInput.of(f"{low} to {high}"[:60], "two numbers, low and high", path=path) from None


def plausible(base: Scenario, path: str) -> Range:
    """Where a number may lie: its range, stated or by kind; for one that is not in doubt, a part of its bounds.

    Raises
    ------
    BadInput : no such number, or a date.
    """
    if is_date_path(tuple(path.split("."))):
        raise BadInput.of("a date", "a number that may be in doubt; a date is moved", path=path)
    value, row = base.get(path), base.parameter(path)
    if path in base.doubts:
        return base.doubts[path]
    reach = PART * (row.high - row.low)
    return Range(max(row.low, value - reach), value, min(row.high, value + reach), ASKED)


def _number(text: str, name: str, most: int, problems: list[str]) -> int:
    if not text:
        return 0
    if text.isascii() and text.isdecimal() and len(text) < 17 and int(text) <= most:
        return int(text)
    problems.append(f"The address asks for {name} {printable(text, 20)}, which there is not.")
    return 0


def moved(base: Scenario, changes: Mapping[str, Value], path: str, value: Value) -> dict[str, Value]:
    """The changes after one lever was moved; weights that share a sum give way in proportion.

    Raises
    ------
    BadInput : no such number, no such strategy.
    """
    after = dict(changes)
    if isinstance(value_at(base, path), str):
        after[path] = _strategy(base, path, str(value))
    else:
        after |= _numbers_moved(base, changes, path, float(value))
    return {key: new for key, new in after.items() if _differs(new, value_at(base, key))}


def _differs(new: Value, old: Value) -> bool:
    if isinstance(new, str) or isinstance(old, str):
        return new != old
    return abs(new - old) > 1e-9


def _numbers_moved(base: Scenario, changes: Mapping[str, Value], path: str, value: float) -> dict[str, Value]:
    """The number at ``path``, and those that give way to it."""
    row = base.parameter(path)
    now = base.with_values(changes) if changes and row.total else base
    value = min(max(round(value, 6), row.low), row.high)
    after: dict[str, Value] = {}
    if row.total == "one" and row.inner:
        stem = path.rpartition(".")[0]
        others = [f"{stem}.{name}" for name in INNER[row.inner] if f"{stem}.{name}" != path]
        value = min(value, 1.0)
        total = sum(now.get(other) for other in others)
        for other in others:
            part = now.get(other) / total if total else 1 / len(others)
            after[other] = round(part * (1.0 - value), 9)
    elif row.total == "at_most_one":
        stem = path.rpartition(".")[0]
        rest = sum(now.get(f"{stem}.{power}") for power in base.powers if f"{stem}.{power}" != path)
        value = min(value, max(0.0, 1.0 - rest))
    after[path] = value
    return after
