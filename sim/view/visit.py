"""One visitor's state: what they look at, the results for it, and what they may do. Nothing here is shared."""

from __future__ import annotations

import io
import threading
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import solara

from sim.reading.compare import Comparison
from sim.runs.ask import Ask
from sim.runs.posterior import Posterior, load_posterior, on_record, shipped_posteriors
from sim.runs.result import Result
from sim.runs.words import capital
from sim.scenario import BadInput, Scenario
from sim.view import levers
from sim.view.catalogue import Catalogue, from_upload, pack
from sim.view.components import rows_of
from sim.view.engine import Engine, Kept, Reporter, Runner
from sim.view.payload import Payload
from sim.view.state import COARSE, PAGES, WORLDS, Value, View, from_address, moved, value_at

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
    drawn: bool = False
    """Whether the worlds took parameter draws."""


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

    def posterior(self, name: str) -> Posterior | None:
        """Parameter draws by name; None for ""."""
        if name and name not in self._posteriors:
            self._posteriors[name] = load_posterior(name)
        return self._posteriors.get(name)

    def ask(self, scenario: Scenario, view: View, worlds: int = WORLDS, keep: str = "full") -> Ask:
        """What a visitor who looks at ``view`` asks of a scenario. Raises BadInput where the draws do not suit it."""
        return Ask(scenario, worlds, view.seed, keep, posterior=self.posterior(view.posterior))


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
        if self._sliders[0] is not base:
            self._sliders = (base, levers.first(base))
        return {
            "key": key,
            "scenarios": list(titles.items()),
            "scenario": view.scenario,
            "seed": view.seed,
            "posterior": view.posterior,
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
        kind, view = ask.get("kind"), self.view.value
        if kind == "move":
            changes = moved(self.base, dict(view.changes), str(ask.get("path")), ask.get("value", 0))
            self._check(self.base, changes, view.posterior)
            if ask.get("final"):
                self._change(view.changed(changes=tuple(changes.items())))
            else:
                self.run(dict(changes), worlds=COARSE)
        elif kind == "undo":
            left = tuple((path, value) for path, value in view.changes if ask.get("path") not in ("", path))
            self._change(view.changed(changes=left if self._holds(left) else ()))
        elif kind == "scenario" and ask.get("name") != view.scenario:
            self._open(str(ask.get("name")), "")
        elif kind == "seed":
            self._change(view.changed(seed=max(0, int(ask.get("value", 0))), world=-1))
        elif kind == "posterior" and ask.get("name") in ("", *shipped_posteriors()):
            self._check(self.base, dict(view.changes), ask["name"])
            self._change(view.changed(posterior=ask["name"], world=-1))
        elif kind == "page" and ask.get("page") in dict(PAGES):
            self.look(page=ask["page"])
        elif kind == "address":
            found, problems = self._address(str(ask.get("search", "")))
            self.problem.set("\n".join(problems))
            self._change(found)
        elif kind == "all":
            self.rest.set(self.base.hash + self.base.name)
        elif kind == "upload":
            self._upload(str(ask.get("name", "")), ask.get("bytes", b""))
        elif kind == "download":
            self.download(str(ask.get("what")), ask["widget"])

    def _address(self, search: str | None) -> tuple[View, list[str]]:
        """The view of an address, without parameter draws where they and the changes set the same."""
        view, problems = from_address(search, self.services.catalogue)
        base = self.services.catalogue.scenario(view.scenario, view.text)
        if not self._agree(base, dict(view.changes), view.posterior):
            why = "A lever and the parameter draws in the address set the same" if on_record(base) else NOT_FITTED
            problems.append(f"{why}; the draws are left out.")
            view = view.changed(posterior="")
        return view, problems

    def _check(self, base: Scenario, changes: dict[str, Value], name: str) -> None:
        """Refuse a lever that the parameter draws set as well."""
        posterior = self.services.posterior(name)
        if posterior is not None:
            posterior.check(base, dict.fromkeys(changes, "a lever"))

    def _agree(self, base: Scenario, changes: dict[str, Value], name: str) -> bool:
        try:
            self._check(base, changes, name)
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
            "sector": view.sector,
            "sweep": view.sweep,
            "posterior": view.posterior if self._agree(scenario, {}, view.posterior) else "",
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
        """Find the picture of the scenario with these changes, beside the one without; a coarse one soon."""
        view, engine = view or self.view.value, self.services.engine
        base = self.services.catalogue.scenario(view.scenario, view.text)
        coarse = worlds < WORLDS
        scenario = self._with(base, changes)

        def work(report: Reporter) -> None:
            before = engine.kept(self.services.ask(base, view), report, world=view.world)
            followed = view.world if coarse else int(before.payload["follow"]["world"])
            now = (
                before
                if not changes
                else engine.kept(self.services.ask(scenario, view, worlds), report, world=followed, coarse=coarse)
            )
            picture = self._picture(scenario, before, now, view)
            report(1.0)
            self.progress.set(None)
            self.picture.set(picture)

        self.runner.ask(work, lasting=not coarse)

    def _picture(self, scenario: Scenario, before: Kept, now: Kept, view: View) -> Picture:
        if now is before:
            sentences = {"": now.result.headline()} | standings(now.result)
            return Picture(scenario, now.payload, None, sentences, now.result.worlds, view.seed, bool(view.posterior))
        sentences = differences(before.result, now.result, view.republic, view.power, few=now.payload["coarse"])
        return Picture(
            scenario, now.payload, before.payload, sentences, now.result.worlds, view.seed, bool(view.posterior)
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
            widget.give(f"{name}.yaml", "application/yaml", scenario.to_yaml().encode("utf-8"))
            return

        def work(report: Reporter) -> None:
            keep = "full" if what == "csv" else "overall"
            result = self.services.engine.ensemble(self.services.ask(scenario, view, keep=keep), report)
            data = table(result, what)
            report(1.0)
            self.progress.set(None)
            kind = "text/csv" if what == "csv" else "application/vnd.apache.parquet"
            widget.give(f"{name}-seed{view.seed}.{what}", kind, data)

        self.runner.ask(work)

    def close(self) -> None:
        """The visitor has left."""
        self.runner.close()
        self.services.left.set()


def table(result: Result, what: str) -> bytes:
    """Bands of all sectors by month as CSV, or the overall shares of every world as Parquet."""
    if what == "csv":
        return result.bands("all").to_csv(index=False, float_format="%.6g", lineterminator="\n").encode("utf-8")
    stream = io.BytesIO()
    result.alignment().to_parquet(stream, index=False)
    return stream.getvalue()


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
