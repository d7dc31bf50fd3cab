"""Sweep: a folder of ``sim sweep`` opened: what varies the outcome, how it answers, and how surely that is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import solara
from numpy.typing import NDArray

from sim.figures.palette import power_colors
from sim.runs.words import capital
from sim.scenario import BadInput, Scenario
from sim.sweeps.factors import Factor, outcome_words
from sim.sweeps.store import MANIFEST, read_manifest
from sim.sweeps.table import Sweep as Swept
from sim.view import controls, panels
from sim.view.components import Guarded, Message, Running, Table, box, words
from sim.view.engine import Reporter
from sim.view.jobs import use_job
from sim.view.levers import label
from sim.view.payload import Payload
from sim.view.visit import Visit

BINS, LEVELS = 8, 14
"""Classes of a number that is not set on levels, and levels that are shown each on its own."""
MOST = 100
SHORT = 8
"""Bars that leave room for the response below them."""
COLOR = "#5b7fa6"
"""Of what is no power's."""


@dataclass(frozen=True, eq=False)
class Opened:
    """One outcome of a sweep: means by point, what each factor does, indices where the design gives them."""

    sweep: Swept
    outcome: str
    means: pd.DataFrame
    bars: Payload
    verdict: str


def folders(results: Path | None) -> dict[str, Path]:
    """Sweeps to open, by name: the folder itself or those in it."""
    if results is None or not results.is_dir():
        return {}
    if (results / MANIFEST).is_file() and _is_sweep(results):
        return {results.name: results}
    folders = sorted(path for path in results.iterdir() if (path / MANIFEST).is_file() and _is_sweep(path))
    return {path.name: path for path in folders[:MOST]}


def _is_sweep(folder: Path) -> bool:
    try:
        read_manifest(folder)
    except BadInput:
        return False
    return True


def open_sweep(folder: Path, outcome: str, report: Reporter) -> Opened:
    """Read what is needed of one outcome (the first share, if none is named)."""
    sweep = Swept.load(folder, incomplete=True)
    if sweep.missing:
        raise BadInput.of(
            f"{len(sweep.missing):,} of {sweep.manifest['parts']:,} parts missing",
            "a finished sweep; run the same sweep again to finish it",
            file=folder.name,
        )
    numbers = [name for name in sweep.outcomes if not name.endswith(".leader")]
    chosen = outcome if outcome in numbers else next((n for n in numbers if n.endswith(".share")), numbers[0])
    report(0.5)
    means = sweep.means([chosen]).dropna(subset=[chosen])
    if means.empty:
        raise BadInput.of("no point at which it is defined", "another outcome", path=outcome_title(sweep, chosen))
    if sweep.design in ("saltelli", "morris"):
        bars, verdict = _indices(sweep, chosen)
    else:
        bars, verdict = _effects(sweep, chosen), ""
    return Opened(sweep, chosen, means, bars, verdict)


def name_of(sweep: Swept, path: str) -> str:
    """A factor in words."""
    try:
        return label(sweep.scenario, path, whole=True)
    except (BadInput, KeyError):
        return path


def outcome_title(sweep: Swept, outcome: str) -> str:
    """An outcome in words."""
    return capital(outcome_words(outcome, sweep.scenario))


def color_of(sweep: Swept, outcome: str) -> str:
    """The colour of the power that an outcome is about."""
    colors = power_colors(sweep.scenario.powers)
    return next((colors[key] for key in outcome.split(".") if key in colors), COLOR)


def others(sweep: Swept) -> str:
    """What the factors that a picture does not name do in it."""
    if sweep.design == "grid":
        return "averaged over all values of the other factors"
    return "the other factors differ from point to point"


def is_share(outcome: str) -> bool:
    """Whether an outcome is a share or a probability."""
    return outcome.rsplit(".", 1)[-1] in ("share", "change", "leader_changed", "hedging")


def _indices(sweep: Swept, outcome: str) -> tuple[Payload, str]:
    indices = sweep.sensitivity([outcome])
    sobol = indices.kind == "sobol"
    key = "ST" if sobol else "mu_star"
    rows = [
        {
            "name": name_of(sweep, row["factor"]),
            "value": row[key],
            "low": row[key] - row[f"{key}_conf"],
            "high": row[key] + row[f"{key}_conf"],
            "color": color_of(sweep, outcome),
            "about": f"alone {row['S1']:.2f} [{row['S1'] - row['S1_conf']:.2f}–{row['S1'] + row['S1_conf']:.2f}]"
            if sobol
            else f"mean {row['mu']:.3g}, spread {row['sigma']:.3g}",
        }
        for row in indices.of(outcome).to_dict("records")
        if np.isfinite(row[key])
    ]
    caption = (
        "Total index: the part of the variance between points that involves the factor, alone or with "
        "others; whiskers 95\u00a0%."
        if sobol
        else "Mean size of an elementary effect: the change over a factor's whole range; whiskers 95\u00a0%."
    )
    verdict = indices.verdicts.iloc[0]
    return (
        {"id": f"bars-{outcome}", "title": "What matters", "caption": caption, "rows": rows, "unit": "number"},
        f"{verdict['verdict']} {indices.note}",
    )


def _effects(sweep: Swept, outcome: str) -> Payload:
    rows = [
        {
            "name": name_of(sweep, row["factor"]),
            "value": row["change"],
            "color": color_of(sweep, outcome),
            "low": row["change"] - row["change_conf"],
            "high": row["change"] + row["change_conf"],
            "about": f"{row['low']:.3g} at {_tidy(row['low_at'])}, {row['high']:.3g} at {_tidy(row['high_at'])}",
        }
        for row in sweep.effects([outcome]).to_dict("records")
        if np.isfinite(row["change"]) and np.isfinite(row["change_conf"])
    ]
    ends = "level" if sweep.design == "grid" else "quarter of its values"
    rest = (
        "Averaged over all values of the other factors."
        if sweep.design == "grid"
        else "The effect of the other factors, which differ between the two ends, is removed."
    )
    return {
        "id": f"bars-{outcome}",
        "title": "What each factor does alone",
        "rows": rows,
        "unit": "points" if is_share(outcome) else "number",
        "caption": f"Change of the mean from a factor's lowest to its highest {ends}"
        f"{', in points' if is_share(outcome) else ''}. {rest if len(rows) > 1 else ''} Whiskers: 95\u00a0%.",
    }


def _tidy(end: object) -> str:
    return f"{end:.3g}" if isinstance(end, float) else str(end)


def classes(factor: Factor, column: pd.Series[Any]) -> tuple[NDArray[np.int64], list[str | float]]:
    """Class of each point by a factor, and the classes' labels (middle of the class for a number)."""
    if column.dtype == object or isinstance(column.dtype, pd.StringDtype | pd.CategoricalDtype):
        codes, labels = pd.factorize(column, sort=True)
        return codes.astype(np.int64), [str(one) for one in labels]
    values = column.to_numpy(float)
    levels = np.unique(values)
    if len(levels) <= LEVELS:
        return np.searchsorted(levels, values), [float(f"{one:.4g}") for one in levels]
    edges = np.linspace(factor.low, factor.high, BINS + 1)
    place = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, BINS - 1)
    return place, [float(f"{one:.3g}") for one in (edges[:-1] + edges[1:]) / 2]


def heat(opened: Opened, x: str, y: str) -> Payload:
    """Mean of the outcome over classes of two factors."""
    factors = {factor.path: factor for factor in opened.sweep.factors}
    (cx, tx), (cy, ty) = (classes(factors[path], opened.means[path]) for path in (x, y))
    values = opened.means[opened.outcome].to_numpy(float)
    total, count = np.zeros((len(ty), len(tx))), np.zeros((len(ty), len(tx)))
    np.add.at(total, (cy, cx), values)
    np.add.at(count, (cy, cx), 1)
    grid = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    rows = [[None if np.isnan(v) else float(v) for v in row] for row in grid]
    return {
        "id": f"heat-{opened.outcome}-{x}-{y}",
        "title": outcome_title(opened.sweep, opened.outcome),
        "values": rows[::-1],
        "color": color_of(opened.sweep, opened.outcome),
        "x": {"label": name_of(opened.sweep, x), "ticks": tx},
        "y": {"label": name_of(opened.sweep, y), "ticks": ty[::-1]},
        "unit": "share" if is_share(opened.outcome) else "number",
        "digits": 1 if is_share(opened.outcome) else 2,
        "diverging": bool(values.min() < 0 < values.max()),
        "caption": f"Mean over {opened.sweep.worlds:,} worlds and the points in a cell"
        f"{f'; {others(opened.sweep)}' if len(factors) > 2 else ''}."
        f"{'' if count.all() else ' Blank: no point there.'}",
    }


def curve(opened: Opened, x: str) -> Payload | None:
    """How the outcome answers to one factor: median and 80 per cent of the points in each class; None for names."""
    factor = next(one for one in opened.sweep.factors if one.path == x)
    place, labels = classes(factor, opened.means[x])
    if any(isinstance(one, str) for one in labels):
        return None
    values = opened.means[opened.outcome].to_numpy(float)
    there = [k for k in range(len(labels)) if (place == k).any()]
    low, median, high = (np.array([np.quantile(values[place == k], q) for k in there]) for q in (0.1, 0.5, 0.9))
    scenario: Scenario = opened.sweep.scenario
    own = scenario.values.get(x)
    named = outcome_title(opened.sweep, opened.outcome)
    return {
        "id": f"curve-{opened.outcome}-{x}",
        "title": f"{named} by {name_of(opened.sweep, x)}",
        "x": {"label": name_of(opened.sweep, x), "values": [labels[k] for k in there]},
        "y": {"label": named},
        "series": [
            {
                "name": "median" if len(opened.sweep.factors) > 1 else "mean",
                "color": color_of(opened.sweep, opened.outcome),
                "low": low.tolist(),
                "median": median.tolist(),
                "high": high.tolist(),
            }
        ],
        "unit": "share" if is_share(opened.outcome) else "number",
        **({"mark": own} if own is not None else {}),
        "caption": (
            "Line: median of the points; band: 80 % of the points, which differ in the other factors. "
            if len(opened.sweep.factors) > 1
            else "Line: the points, each the mean of its worlds. "
        )
        + ("Dashed line: the scenario's own value." if own is not None else ""),
    }


@solara.component
def Sweep(visit: Visit, theme: str) -> None:
    """Which sweep and outcome; heat map, response, indices."""
    results = visit.services.catalogue.results
    there = folders(results)
    if not there:
        with box("app-text"), box("app-card"):
            words("Sweeps", tag="h1")
            if results is None:
                words("This server was started without a folder of results. Start it with one to see sweeps here:")
            else:
                words("The folder of results has no sweep yet. Run one:")
            words("sim sweep dushanbe-2025 --vary powers.RUS.strain=0:0.9 --out results/strain", tag="code")
            words("sim view --results results", tag="code")
        return
    name = visit.view.value.sweep if visit.view.value.sweep in there else next(iter(there))
    Opening(visit, theme, name, there).key(name)


def _key(paths: Sequence[str], wanted: str, other: str = "") -> str:
    return wanted if wanted in paths and wanted != other else next((p for p in paths if p != other), "")


@solara.component
def Opening(visit: Visit, theme: str, name: str, there: dict[str, Path]) -> None:
    """One sweep."""
    chosen, choose = solara.use_state(("", "", ""))
    outcome, x, y = chosen
    job = use_job((name, outcome), lambda report: open_sweep(there[name], outcome, report))
    opened = job.value
    paths = opened.sweep.paths if opened else ()
    x = _key(paths, x)
    y = _key(paths, y, x)

    def answer(ask: dict[str, Any]) -> None:
        value = ask["value"]
        if ask["id"] == "sweep":
            visit.look(sweep=value)
        else:
            choose({"outcome": (value, x, y), "x": (outcome, value, y), "y": (outcome, x, value)}[ask["id"]])

    fields: list[dict[str, Any]] = [
        {"id": "sweep", "kind": "select", "label": "Sweep", "value": name, "options": [[one, one] for one in there]}
    ]
    if opened:
        factors = [[path, name_of(opened.sweep, path)] for path in paths]
        outcomes = [one for one in opened.sweep.outcomes if not one.endswith(".leader")]
        fields += [
            {
                "id": "outcome",
                "kind": "select",
                "label": "Outcome",
                "value": opened.outcome,
                "options": [[one, outcome_title(opened.sweep, one)] for one in outcomes],
            },
            {"id": "x", "kind": "select", "label": "Across", "value": x, "options": factors},
        ]
        if len(paths) > 1:
            fields.append(
                {
                    "id": "y",
                    "kind": "select",
                    "label": "Down",
                    "value": y,
                    "options": [one for one in factors if one[0] != x],
                }
            )
    with box("app-card app-said", sweep=name, outcome=opened.outcome if opened else "", ready=opened is not None):
        with box("app-top"):
            words(name, tag="h1")
            Running(job.done, "Reading")
        if opened:
            sweep = opened.sweep
            words(
                f"{', '.join(sweep.manifest['scenarios'])}: {sweep.size:,} points of design {sweep.design}, "
                f"{sweep.worlds:,} worlds each, seed {sweep.seed}, {len(sweep.factors)} factors.",
                "app-say",
            )
            if opened.verdict:
                words(opened.verdict, "app-note")
        elif not job.problem:
            words("Reading the sweep …", "app-say")
    controls.Fields.element(on_asked=answer, show={"label": "What is shown", "fields": fields})
    if job.problem:
        Message(job.problem, title="The sweep cannot be opened")
    if opened:
        Pictures(theme, opened, x, y)


@solara.component
def Pictures(theme: str, opened: Opened, x: str, y: str) -> None:
    """Heat map, response curve, indices."""
    token = (opened.outcome, x, y)
    beside = bool(y) and len(opened.bars["rows"]) <= SHORT  # many bars: the response goes below the heat map

    def response() -> None:
        Guarded("response", lambda: Response(theme, opened, x), token=token).key("response")

    with box("app-two app-even"):
        with box("app-column"):
            if y:
                Guarded(
                    "heat map",
                    lambda: panels.Heat.element(run=heat(opened, x, y), theme=theme, group="sweep"),
                    token=token,
                ).key("heat")
            if not beside:
                response()
        with box("app-column"):
            if opened.bars["rows"]:  # none where nothing varies: the verdict above says so
                Guarded(
                    "indices", lambda: panels.Bars.element(run=opened.bars, theme=theme, group="sweep"), token=token
                ).key("indices")
            if beside:
                response()


@solara.component
def Response(theme: str, opened: Opened, x: str) -> None:
    """The curve of one factor, or a table where it is a name."""
    line = curve(opened, x)
    if line is not None:
        panels.Curves.element(run=line, theme=theme, group="sweep")
        return
    by = opened.means.groupby(x, sort=True)[opened.outcome].mean()
    Table(
        f"{outcome_title(opened.sweep, opened.outcome)} by {name_of(opened.sweep, x)}",
        ["", "mean"],
        [[str(key), f"{value:.3g}"] for key, value in by.items()],
    )
