"""One visitor's state: what they look at, the results for it, and what they may do. Nothing here is shared."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import solara

from sim.reading.compare import Comparison
from sim.reading.doubt import bands_hold
from sim.runs.ask import Ask
from sim.runs.posterior import Posterior, load_posterior, on_record, own_posterior, shipped_posteriors
from sim.runs.result import Result
from sim.runs.words import capital
from sim.scenario import BadInput, Scenario
from sim.view import levers
from sim.view.catalogue import Catalogue, from_upload, pack
from sim.view.components import rows_of
from sim.view.engine import Engine, Kept, Reporter, Runner
from sim.view.files import scenario_file, table
from sim.view.payload import Payload
from sim.view.split import split
from sim.view.state import COARSE, NONE, PAGES, WORLDS, Value, View, doubted, from_address, moved, value_at

SHOWN_PROBLEMS = 30
"""Mistakes of an uploaded file that are listed."""


@dataclass(frozen=True, eq=False)
class Picture:
    """The results for a view: payloads of the run and of the scenario unchanged, and sentences by republic."""

    scenario: Scenario
    payload: Payload
    before: Payload | None
    sentences: dict[str, str]
    """By republic; "" holds the one to say where no republic is chosen."""
    worlds: int
    seed: int
    changed: bool = False
    """Whether levers were moved, so that the sentences tell a difference."""
    held: str = ""
    """What the bands hold, in a sentence."""
    split: dict[str, Any] = field(default_factory=dict)
    """What sets the worlds apart and which numbers matter most, as ``sim.view.controls.Split`` shows it; {}: no doubt.
    """


NUMBERS = "numbers"
"""What Undo calls the choice that numbers are as written."""
MEND = "“in doubt”, beside the levers, adds doubt of them"
NOT_FITTED = "The parameter draws are fitted to the record of another region"


@dataclass(frozen=True)
class Upload:
    """What is said about the last uploaded file."""

    title: str = ""
    problems: tuple[str, ...] = ()
    more: str = ""


@dataclass
class Services:
    """What a server offers to all its visitors: its engine and its catalogue. No visitor's state is in it."""

    catalogue: Catalogue = field(default_factory=Catalogue)
    engine: Engine = field(default_factory=Engine)
    left: threading.Event = field(default_factory=threading.Event)
    """Set when a visitor has left, until the server has cleared up after him."""
    _posteriors: dict[str, Posterior] = field(default_factory=dict)

    def named(self, name: str) -> Posterior | None:
        """Posterior draws by name; None for "" and for none."""
        if name not in ("", NONE) and name not in self._posteriors:
            self._posteriors[name] = load_posterior(name)
        return self._posteriors.get(name)

    def posterior(self, view: View, *scenarios: Scenario) -> Posterior | None:
        """The posterior draws that all of these take: those chosen or, with numbers in doubt, their own if they fit."""
        if view.posterior or not view.doubted:
            return self.named(view.posterior)
        own = {found.name if (found := own_posterior(one)) else "" for one in scenarios}
        return self.named(own.pop()) if len(own) == 1 else None

    def asks(self, view: View, *scenarios: Scenario, worlds: int = WORLDS, keep: str = "full") -> list[Ask]:
        """What a visitor who looks at ``view`` asks of scenarios that are seen side by side: the same draws for all.

        Raises
        ------
        BadInput : draws or ranges that do not suit one of them.
        """
        posterior = self.posterior(view, *scenarios)
        return [Ask(one, worlds, view.seed, keep, posterior=posterior, doubt=view.doubt) for one in scenarios]

    def ask(self, view: View, scenario: Scenario, worlds: int = WORLDS, keep: str = "full") -> Ask:
        """What a visitor who looks at ``view`` asks of one scenario. See ``asks``."""
        return self.asks(view, scenario, worlds=worlds, keep=keep)[0]


class Visit:
    """A visitor's state as reactive values, and his acts. Made once a kernel, closed with it."""

    def __init__(self, services: Services, search: str | None = None) -> None:
        self.services = services
        view, problems = self._address(search)
        self.view = solara.reactive(view)
        self.picture: solara.Reactive[Picture | None] = solara.reactive(None)
        self.progress: solara.Reactive[float | None] = solara.reactive(None)
        self.problem = solara.reactive("\n".join(problems))
        self.upload = solara.reactive(Upload())
        self.rest = solara.reactive("")
        """Key of the scenario whose other parameters have been asked for."""
        self.clicked: solara.Reactive[str] = solara.reactive("")
        """Event last clicked in the ledger or above the track."""
        self.runner = Runner(self.progress.set, self._failed)
        self._made: tuple[Scenario, dict[str, Value], Scenario] = (self.base, {}, self.base)
        self._sliders: tuple[Scenario | None, list[dict[str, Any]]] = (None, [])

    # -- what follows from the view -----------------------------------------------------------------------------------

    @property
    def base(self) -> Scenario:
        """The scenario chosen, without changes."""
        return self.services.catalogue.scenario(self.view.value.scenario, self.view.value.text)

    @property
    def scenario(self) -> Scenario:
        """The scenario with its changes."""
        return self._with(self.base, dict(self.view.value.changes))

    def _with(self, base: Scenario, changes: dict[str, Value]) -> Scenario:
        """A scenario with changes; the last one is kept, since a page asks for it again and again."""
        if not changes:
            return base
        known, known_changes, made = self._made
        if known is not base or known_changes != changes:
            made = base.with_values(changes)
            self._made = (base, changes, made)
        return made

    def ask(self, worlds: int = WORLDS, keep: str = "full") -> Ask:
        """What is asked of the scenario with its changes; its draws are those of the one without."""
        return self.services.asks(self.view.value, self.base, self.scenario, worlds=worlds, keep=keep)[1]

    @property
    def month(self) -> int:
        """Month of the playhead, 0 to the run's last."""
        month, last = self.view.value.month, self.base.months
        return last if month < 0 else min(month, last)

    def levers(self) -> dict[str, Any]:
        """What the levers show."""
        view, base, upload = self.view.value, self.base, self.upload.value
        titles = self.services.catalogue.titles()
        if view.text:
            titles = {view.scenario: f"{base.title} (your file)", **titles}
        key = base.hash + base.name
        taken = self.services.posterior(view, self.base, self.scenario)
        if self._sliders[0] is not base:
            self._sliders = (base, levers.first(base))
        return {
            "key": key,
            "scenarios": list(titles.items()),
            "scenario": view.scenario,
            "seed": view.seed,
            "doubted": view.doubted,
            "posterior": taken.name if taken else "",
            "posteriors": shipped_posteriors() if on_record(base) else [],
            "refused": self.problem.value,
            "about": _opening(base.about),
            "groups": self._sliders[1],
            "open": 1,
            "count": len(base.numeric_paths()),
            "rest": levers.rest(base) if self.rest.value == key else None,
            "changes": [
                {
                    "path": path,
                    "value": value,
                    "label": levers.label(base, path, whole=True),
                    "from": levers.written(base, path, value_at(base, path)),
                    "to": levers.written(base, path, value),
                }
                for path, value in view.changes
            ],
            "ranges": [
                {"path": path, "low": low, "high": high, "label": levers.label(base, path, whole=True)}
                for path, low, high in view.ranges
            ],
            "upload": {"title": upload.title, "problems": list(upload.problems), "more": upload.more},
        }

    def header(self) -> dict[str, Any]:
        """What the header shows."""
        view = self.view.value
        return {
            "pages": [list(page) for page in PAGES],
            "page": view.page,
            "address": view.address(),
            "region": capital(self.base.words.region),
            "title": f"{dict(PAGES)[view.page]} · {self.base.title} · sim",
        }

    # -- acts ---------------------------------------------------------------------------------------------------------

    def look(self, **values: object) -> None:
        """Look at something else of the same run."""
        self.view.set(self.view.value.changed(**values))

    def turn(self, month: int) -> None:
        """Put the playhead on a month."""
        self.look(month=-1 if month >= self.base.months else max(month, 0))

    def hear(self, ask: dict[str, Any]) -> None:
        """Do what a control asks; what makes no sense is not done, and said where the visitor can mend it."""
        try:
            self._do(ask)
        except BadInput as error:
            self.problem.set(str(error))

    def _do(self, ask: dict[str, Any]) -> None:
        view = self.view.value
        acts: dict[str, Callable[[], None]] = {
            "move": lambda: self._move(str(ask.get("path")), ask.get("value", 0), final=bool(ask.get("final"))),
            "doubt": lambda: self._change(
                doubted(self.base, view, str(ask.get("path")), ask.get("low"), ask.get("high"))
            ),
            NUMBERS: lambda: self._change(view.changed(doubted=ask.get("doubted") is not False, world=-1)),
            "undo": lambda: self._undo(str(ask.get("path"))),
            "scenario": lambda: self._open(str(ask.get("name")), ""),
            "seed": lambda: self._change(view.changed(seed=max(0, int(ask.get("value", 0))), world=-1)),
            "posterior": lambda: self._take(str(ask.get("name"))),
            "page": lambda: self.look(page=ask["page"]),
            "address": lambda: self._go(str(ask.get("search", ""))),
            "all": lambda: self.rest.set(self.base.hash + self.base.name),
            "upload": lambda: self._upload(str(ask.get("name", "")), ask.get("bytes", b"")),
            "download": lambda: self.download(str(ask.get("what")), ask["widget"]),
        }
        senseless = (
            ("scenario", ask.get("name") == view.scenario),
            ("posterior", ask.get("name") not in ("", *shipped_posteriors())),
            ("page", ask.get("page") not in dict(PAGES)),
        )
        kind = str(ask.get("kind"))
        if kind in acts and (kind, True) not in senseless:
            acts[kind]()

    def _move(self, path: str, value: Value, *, final: bool) -> None:
        """Move a lever, or see what it would do: a lever is moved or in doubt."""
        view = self.view.value
        changes = moved(self.base, dict(view.changes), path, value)
        after = view.changed(changes=tuple(changes.items()), ranges=_others(view.ranges, path))
        self._check(after)
        if final:
            self._change(after)
        else:
            self.run(dict(changes), worlds=COARSE, view=after)

    def _go(self, search: str) -> None:
        """Go where an address says."""
        view, problems = self._address(search)
        self.problem.set("\n".join(problems))
        self._change(view)

    def _undo(self, path: str) -> None:
        """Take back one change, one range or that numbers are as written (``NUMBERS``); with "", all of these."""
        view = self.view.value
        left = tuple((key, value) for key, value in view.changes if path not in ("", key))
        after = view.changed(
            changes=left if self._holds(left) else (),
            ranges=_others(view.ranges, path) if path else (),
            doubted=view.doubted or path in ("", NUMBERS),
        )
        self._change(after)

    def _take(self, name: str) -> None:
        """Take posterior draws, or none; what goes without saying is not said. BadInput where they do not fit."""
        view = self.view.value.changed(posterior="", world=-1)
        own = self.services.posterior(view, self.base, self.scenario)
        if name != (own.name if own else ""):
            view = view.changed(posterior=name or NONE)
        self._check(view)
        self._change(view)

    def _address(self, search: str | None) -> tuple[View, list[str]]:
        """The view of an address, without parameter draws where they and the changes set the same."""
        view, problems = from_address(search, self.services.catalogue)
        base = self.services.catalogue.scenario(view.scenario, view.text)
        if not self._agree(base, view):
            why = "A lever and the parameter draws in the address set the same" if on_record(base) else NOT_FITTED
            problems.append(f"{why}; the draws are left out.")
            view = view.changed(posterior="")
        return view, problems

    def _check(self, view: View) -> None:
        """Refuse a lever that the draws chosen set as well, and a range that a change has left beside the number."""
        self._suits(self.base, view)
        if view.ranges and view.doubt is not None:
            view.doubt.resolved(self._with(self.base, dict(view.changes)))

    def _suits(self, base: Scenario, view: View) -> None:
        posterior = self.services.named(view.posterior)
        if posterior is not None:
            posterior.check(base, dict.fromkeys([path for path, _ in view.changes], "a lever"))

    def _agree(self, base: Scenario, view: View) -> bool:
        try:
            self._suits(base, view)
        except BadInput:
            return False
        return True

    def _holds(self, changes: tuple[tuple[str, Value], ...]) -> bool:
        try:
            self.base.with_values(dict(changes))
        except BadInput:
            return False
        return True

    def _change(self, view: View) -> None:
        """Take a view whose run may be another one."""
        self.problem.set("")
        self.run(dict(view.changes), view=view)
        self.view.set(view)  # after the run has been asked for: drawing the page anew takes its time

    def _open(self, name: str, text: str) -> None:
        scenario = self.services.catalogue.scenario(name, text)
        view = self.view.value
        keep = {
            "page": view.page,
            "seed": view.seed,
            "doubted": view.doubted,
            "sector": view.sector,
            "sweep": view.sweep,
            "posterior": view.posterior if self._agree(scenario, View(posterior=view.posterior)) else "",
            "month": view.month if view.month < scenario.months else -1,
            "republic": view.republic if view.republic in scenario.republics else "",
            "power": view.power if view.power in scenario.powers else "",
        }
        self.clicked.set("")
        self._change(View(scenario=name, text=text).changed(**keep))

    def _upload(self, name: str, data: bytes) -> None:
        """Open an uploaded file, or say what is wrong with it and change nothing."""
        stem = name.rsplit("/", 1)[-1].removesuffix(".yaml").removesuffix(".yml") or "upload"
        try:
            text, scenario = from_upload(data, name.rsplit("/", 1)[-1])
        except BadInput as error:
            lines = tuple(str(problem) for problem in error.problems[:SHOWN_PROBLEMS])
            more = len(error.problems) - len(lines)
            count = "1 mistake" if len(error.problems) == 1 else f"{len(error.problems)} mistakes"
            self.upload.set(
                Upload(
                    f"{name or 'The file'} cannot be opened: {count}. Nothing has changed.",
                    lines,
                    f"… and {more} more" if more else "",
                )
            )
            return
        stays = "" if pack(text) else " It is too long for the address: keep the file to open it again."
        self._open(stem, text)
        self.upload.set(Upload(f"{scenario.title} is open.{stays}"))

    # -- running ------------------------------------------------------------------------------------------------------

    def run(self, changes: dict[str, Value], *, worlds: int = WORLDS, view: View | None = None) -> None:
        """Find the picture of the scenario with these changes, beside the one without; a coarse one soon.

        Where ranges of the visitor's own are all that differs, they are what the other is without.
        """
        view, engine = view or self.view.value, self.services.engine
        base = self.services.catalogue.scenario(view.scenario, view.text)
        coarse = worlds < WORLDS
        scenario = self._with(base, changes)

        def work(report: Reporter) -> None:
            then, ask = self.services.asks(view, base, scenario)
            if not changes:
                then = self.services.ask(view.changed(ranges=()), base) if view.ranges else ask
            before = engine.kept(then, report, world=view.world)
            now = before
            if ask != then:
                followed = view.world if coarse else int(before.payload["follow"]["world"])
                now = engine.kept(Ask.of(ask, worlds=worlds), report, world=followed, coarse=coarse)
            picture = self._picture(before, now, view, changed=bool(changes))
            report(1.0)
            self.progress.set(None)
            self.picture.set(picture)

        self.runner.ask(work, lasting=not coarse)

    def _picture(self, before: Kept, now: Kept, view: View, *, changed: bool) -> Picture:
        coarse, ask = now.payload["coarse"], now.result.ask
        if changed:
            sentences = differences(before.result, now.result, view.republic, view.power, few=coarse)
        else:
            sentences = {"": now.result.headline()} | standings(now.result)
        last = self.picture.value
        return Picture(
            ask.scenario,
            now.payload,
            None if now is before else before.payload,
            sentences,
            ask.worlds,
            view.seed,
            changed,
            bands_hold(ask, mend=MEND),
            split(now.result) if not coarse else last.split if last else {},
        )

    def _failed(self, error: BaseException) -> None:
        self.progress.set(None)
        said = str(error) if isinstance(error, BadInput) else f"{type(error).__name__}: {error}"
        self.problem.set(f"The run did not finish. {said}")

    def download(self, what: str, widget: Any) -> None:
        """Have the browser save the run as a table, or the scenario."""
        view, scenario = self.view.value, self.scenario
        name = f"{scenario.name}{'-changed' if view.changes else ''}"
        if what == "yaml":
            taken = self.services.posterior(view, self.base, scenario)
            data = scenario_file(scenario, view, taken.name if taken else "")
            widget.give(f"{name}.yaml", "application/yaml", data)
            return

        ask = self.ask(keep="full" if what == "csv" else "overall")

        def work(report: Reporter) -> None:
            result = self.services.engine.ensemble(ask, report)
            data = table(result, what, view)
            report(1.0)
            self.progress.set(None)
            kind = "text/csv" if what == "csv" else "application/vnd.apache.parquet"
            widget.give(f"{name}-seed{view.seed}.{what}", kind, data)

        self.runner.ask(work)

    def close(self) -> None:
        """The visitor has left."""
        self.runner.close()
        self.services.left.set()


def _others(ranges: tuple[tuple[str, float, float], ...], path: str) -> tuple[tuple[str, float, float], ...]:
    return tuple(one for one in ranges if one[0] != path)


def _opening(about: str, letters: int = 260) -> str:
    """The first sentences of a text, as many as fit."""
    sentences = " ".join(about.split()).replace(". ", ".\0").split("\0")
    text = sentences[0][: 2 * letters]
    for sentence in sentences[1:]:
        if len(text) + len(sentence) > letters:
            break
        text += f" {sentence}"
    return text


def standings(result: Result) -> dict[str, str]:
    """A sentence a republic: how its shares go."""
    summary, names = result.summary(), result.scenario
    said = {}
    for code, rows in summary.groupby("republic", sort=False):
        parts = [
            f"{names.powers[row.power].name} {100 * row.now:.0f} → {100 * row.median:.0f} % "
            f"[{100 * row.low:.0f}–{100 * row.high:.0f}]"
            for row in rows_of(rows)
        ]
        said[str(code)] = f"{names.republics[str(code)].name} until {result.dates[-1]}: {', '.join(parts)}."
    return said


class _Paired(Comparison):
    """A comparison that makes its table once."""

    _made: pd.DataFrame | None = None

    def table(self, sector: str = "overall", month: int = -1) -> pd.DataFrame:
        """Where the last month stands; see ``Comparison.table``."""
        if sector != "overall" or month != -1:
            return super().table(sector, month)
        if self._made is None:
            self._made = super().table()
        return self._made


def differences(before: Result, now: Result, republic: str, power: str, *, few: bool) -> dict[str, str]:
    """What differs, world by world: a sentence a republic on the power that moved most there (or on the one chosen).

    ``few``: only the sentence that will be shown.
    """
    paired = _Paired(("before", "now"), (before, now))
    rows = paired.table()
    size = rows.difference.abs().to_numpy().reshape(len(paired.republics), len(paired.powers))

    def largest(code: str) -> str:
        return power if power in paired.powers else paired.powers[size[paired.republics.index(code)].argmax()]

    top = paired.republics[size.max(axis=1).argmax()]
    wanted = [republic or top] if few else paired.republics
    said = {code: paired.sentence(code, largest(code)) for code in wanted if code in paired.republics}
    same = not (rows.p_higher + rows.p_lower > 0).any()
    shown = republic if republic in said else top
    said[""] = "No alignment differs in any world." if same else paired.sentence(shown, largest(shown))
    return said
