"""What ``sim compare``, ``whatif``, ``explain`` and ``blocs`` print and write."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.cli.pages.run import _chance, _print_table, _records, _rows, _share, _stdout, _table, beside, command
from sim.reading.telling import CHANCE, driver_words, part_of_spread, summary_rows
from sim.runs.folder import MANIFEST, versions, write_ask
from sim.runs.percent import percent
from sim.runs.words import capital, month_words, short_name, signed

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from rich.table import Table

    from sim.reading.blocs import Blocs
    from sim.reading.compare import Comparison
    from sim.reading.explain import Effect, Explanation
    from sim.runs.ask import Ask
    from sim.scenario import Scenario

BESIDE = {
    "grievance": "grievance against it",
    "rebukes": "public rebukes of it",
    "delivered": "deals delivered",
    "lapsed": "pledges lapsed",
}
"""Outcomes that a comparison shows beside alignment."""


# -- compare, whatif ---------------------------------------------------------------------------------------------------


def print_comparison(both: Comparison, format: str, sector: str = "overall") -> None:
    """A comparison as a page to read, or for a program."""
    if format == "csv":
        _csv(both.table(sector))
    elif format == "json":
        _json(
            {
                "sentences": {name: both.headline(name, sector=sector) for name in both.names[1:]},
                "table": _records(both.table(sector)),
                "outcomes": _records(both.outcomes()),
                "manifest": _comparison_facts(both),
            }
        )
    else:
        console = _stdout()
        for name in both.names[1:]:
            console.print(f"{both.title(name)} against {both.title(0)}", style="bold")
            console.print(both.headline(name, sector=sector))
            _comparison_page(both, name, sector)
        console.print(
            "\nPaired by world: both ran on the same luck. [ ] eight worlds in ten. Clear since: from this "
            "month to the end that band of the difference stays on one side of zero; – is never."
        )
        console.print(_colophon(both.worlds, *(result.finished for result in both.results)))


def _comparison_page(both: Comparison, name: str, sector: str) -> None:
    where = "overall alignment" if sector == "overall" else f"alignment in {sector}"
    console = _stdout()
    story = both.results[both.index(name)].scenario
    table = _table(
        f"{capital(where)} in {month_words(both.dates[-1])}, %",
        ["Share"],
        ["base", "other", "difference", "higher\nin", "clear\nsince"],
    )
    frame = both.table(sector)
    for row in _by_republic(table, _rows(frame[frame.scenario == name]), story):
        table.add_row(
            _power(story, row.power),
            _share(row.base),
            f"{_share(row.median)} [{_share(row.low)}–{_share(row.high)}]",
            _gap(row),
            _higher(row),
            row.clear_since or "–",
        )
    _print_table(console, table)
    if sector != "overall":
        return
    outcomes = both.outcomes().query("scenario == @name").set_index("outcome")
    table = _table(
        "Beside alignment, whole region and run, median of worlds",
        ["Power"],
        ["base", "other", "difference", "higher\nin"],
    )
    for power in both.powers:
        table.add_row(story.powers[power].name)
        for what, words in BESIDE.items():
            one: Any = outcomes.loc[f"{power}.{what}"]
            gap = f"{one.difference:+.2f} [{one.difference_low:+.2f} to {one.difference_high:+.2f}]"
            table.add_row(f"  {words}", f"{one.base:.2f}", f"{one.other:.2f}", gap.replace("-", "−"), _higher(one))
    _print_table(console, table)


def _by_republic(table: Table, rows: Iterable[Any], story: Scenario) -> Iterator[Any]:
    """Rows one after another; where a new republic begins, its name goes into the table first."""
    previous = None
    for row in rows:
        if row.republic != previous:
            table.add_row(story.republics[row.republic].name)
        previous = row.republic
        yield row


def _power(story: Scenario, code: str) -> str:
    """A power's name, set in below its republic's."""
    return f"  {story.powers[code].name}"


def _gap(row: Any) -> str:
    return f"{signed(row.difference)} [{signed(row.difference_low)} to {signed(row.difference_high)}]"


def _higher(row: Any) -> str:
    if row.p_higher + row.p_lower == 0:
        return "same"
    return percent(row.p_higher, short=True)


def save_comparison(both: Comparison, folder: Path, sector: str = "overall") -> None:
    """Write table.csv, differences.csv (by month), outcomes.csv, what was asked, the figures and a manifest."""
    figures = {
        "difference" if len(both.names) == 2 else f"difference-{k}": both.figure(k, sector)
        for k in range(1, len(both.names))
    }
    asks = {f"-{k}": result.finished for k, result in enumerate(both.results)}
    _write(
        folder,
        {"table": both.table(sector), "differences": both.bands(sector), "outcomes": both.outcomes()},
        figures,
        asks,
        _comparison_facts(both),
    )


def _comparison_facts(both: Comparison) -> dict[str, Any]:
    return {
        "kind": "comparison",
        "names": list(both.names),
        "notes": list(both.notes),
        "seed": both.seed,
        "worlds": both.worlds,
        "months": both.months,
        "posterior": both.posterior and both.posterior.manifest,
        "scenario_hashes": [result.scenario.hash for result in both.results],
        "asks": [result.finished.manifest for result in both.results],
    }


# -- explain -----------------------------------------------------------------------------------------------------------


def print_explanation(why: Explanation, format: str, republic: str | None, power: str | None) -> None:
    """An explanation as a page (of one alignment, of one actor's, or of all), or for a program."""
    pairs = chosen_pairs(why, republic, power)
    if format == "csv":
        _csv(_of(why.table(), pairs))
    elif format == "json":
        _json(
            {
                "paragraphs": {f"{r}.{p}": why.paragraph(r, p) for r, p in pairs},
                "parts": _records(_of(why.table(), pairs)),
                "by_power": _records(_of(why.by_power(), pairs)),
                "manifest": _explanation_facts(why),
            }
        )
    else:
        console = _stdout()
        console.print(
            f"{why.scenario.title}: why alignment moved, {month_words(why.dates[1])} to {month_words(why.dates[-1])}",
            style="bold",
        )
        if republic is None and power is None:
            _explanation_overview(why)
        else:
            for r, p in pairs:
                console.print()
                console.print(why.paragraph(r, p))
                _explanation_page(why, r, p)
        console.print(
            f"\nParts add up to the change in every world (to {max(why.residual, 1e-16):.0e}); means add up "
            "too, medians need not."
        )
        console.print(_colophon(why.worlds, why.ask))


def _explanation_overview(why: Explanation) -> None:
    table = _table(
        "Change of each alignment in points, and what moved it most (mean)",
        ["Share"],
        ["change", "drift's\npart"],
        ["mostly by"],
    )
    for row in _by_republic(table, [SimpleNamespace(**row) for row in summary_rows(why)], why.scenario):
        mostly = [f"{driver_words(name)} {signed(mean)}" for name, mean in row.main if abs(mean) >= 0.0005]
        table.add_row(
            _power(why.scenario, row.power),
            f"{signed(row.median)} [{signed(row.low)} to {signed(row.high)}]",
            _chance(min(max(row.chance, 0.0), 1.0)),
            ", ".join(mostly) or "nothing but chance",
        )
    console = _stdout()
    _print_table(console, table)
    console.print(
        "Drift's part: how much of the spread between worlds goes with the random walk that no rule explains."
        " --republic and --power tell one story in full."
    )


def _explanation_page(why: Explanation, republic: str, power: str) -> None:
    i, j = why.place(republic, power)
    table = _table("", ["Driver"], ["mean", "80 % band", "spread", *(short_name(why.scenario, p) for p in why.powers)])
    frame = _of(why.table(), [(republic, power)]).set_index("driver")
    change = why.change[i, j]
    for d, name in enumerate((*why.drivers, "total")):
        row: Any = frame.loc[name]
        total = d == len(why.drivers)
        values = change if total else why.parts[d, i, j]
        owners = why.owners[:, :, i, j].sum(axis=0) if total else why.owners[d, :, i, j]
        table.add_row(
            "all" if total else driver_words(name),
            signed(float(row["mean"])),
            f"[{signed(float(row.low))} to {signed(float(row.high))}]",
            _part(part_of_spread(values, change)) if len(change) > 1 else "–",
            *(signed(float(own.mean())) for own in owners),
            style="bold" if total else None,
        )
    _print_table(_stdout(), table)
    _stdout().print(
        "Points. Spread: its part of what sets worlds apart. Last columns: the mean by whose driver it "
        f"was. “{capital(driver_words(CHANCE))}” is the "
        "random walk; luck in answers and deliveries shows in deals and grievances."
    )


def _part(value: float) -> str:
    """A part in per cent that may be below 0."""
    return f"{round(100 * value) + 0} %".replace("-", "−")


def print_effect(effect: Effect, format: str, republic: str | None, power: str | None) -> None:
    """What an event changed: the paired difference, and through which drivers."""
    pairs, sector = chosen_pairs(effect.explanation, republic, power), effect.explanation.sector
    table, headline = effect.table(), effect.comparison.headline(pairs=pairs, sector=sector)
    table = table[[(row.republic, row.power) in pairs for row in _rows(table)]]
    if format == "csv":
        _csv(table)
        return
    if format == "json":
        _json(
            {
                "event": effect.event,
                "headline": headline,
                "table": _records(table),
                "parts": _records(_of(effect.explanation.table(), pairs)),
                "manifest": _comparison_facts(effect.comparison),
            }
        )
        return
    console, story = _stdout(), effect.explanation.scenario
    event = story.events[effect.event]
    console.print(f"{effect.event}: {event.about or event.kind}", style="bold")
    console.print(f"What it changed, by running the same worlds without it. {headline}")
    frame = effect.explanation.table()
    where = "" if sector == "overall" else f" in {sector}"
    out = _table(
        f"Difference it makes{where} by {month_words(effect.comparison.dates[-1])}, points",
        ["Share"],
        ["difference", "clear\nsince", *(["where\nit came"] if event.random else [])],
        ["through (mean)"],
    )
    for row in _by_republic(out, _rows(table), story):
        parts = _of(frame, [(row.republic, row.power)]).query("driver != 'total'")
        parts = parts[parts["mean"].abs() >= 0.0005].sort_values("mean", key=abs, ascending=False)[:3]
        through = [f"{driver_words(str(part.driver))} {signed(part.mean)}" for part in _rows(parts)]
        came = ["–" if pd.isna(row.difference_if_came) else signed(row.difference_if_came)] if event.random else []
        out.add_row(_power(story, row.power), _gap(row), row.clear_since or "–", *came, ", ".join(through) or "–")
    _print_table(console, out)
    if event.random:
        often = percent(float(effect.came.mean()))
        console.print(
            f"Chance decides whether it happens: it came in {often} of worlds; a world without it is the "
            "same in both. Where it came: the median difference in those worlds."
        )
    console.print(_colophon(effect.comparison.worlds, effect.explanation.ask))


def chosen_pairs(why: Explanation, republic: str | None, power: str | None) -> list[tuple[str, str]]:
    """The alignments asked for; raises BadInput for an unknown actor."""
    why.place(republic or why.republics[0], power or why.powers[0])
    return [(r, p) for r in why.republics for p in why.powers if republic in (None, r) and power in (None, p)]


def save_explanation(why: Explanation, folder: Path, republic: str | None = None, power: str | None = None) -> None:
    """Write parts.csv, by_power.csv, logits.csv, by_month.csv, waterfalls (those asked for, else each republic's
    largest move), the scenario and a manifest.
    """
    pairs = chosen_pairs(why, republic, power)
    if republic is None and power is None:
        size = abs(why.change).mean(axis=-1)
        pairs = [(r, why.powers[int(size[i].argmax())]) for i, r in enumerate(why.republics)]
    tables = {"parts": why.table(), "by_power": why.by_power(), "logits": why.logits(), "by_month": why.by_month()}
    _write(
        folder,
        tables,
        {f"waterfall-{r}-{p}": why.waterfall(r, p) for r, p in pairs},
        {"": why.ask},
        _explanation_facts(why),
    )


def save_effect(effect: Effect, folder: Path) -> None:
    """Write what ``save_comparison`` does, and parts.csv: through which drivers."""
    both, sector = effect.comparison, effect.explanation.sector
    _write(
        folder,
        {
            "table": effect.table(),
            "differences": both.bands(sector),
            "outcomes": both.outcomes(),
            "parts": effect.explanation.table(),
        },
        {"difference": both.figure(sector=sector, title=f"the event “{effect.event}”")},
        {"": effect.explanation.ask},
        _comparison_facts(both) | {"event": effect.event, "sector": sector},
    )


def _explanation_facts(why: Explanation) -> dict[str, Any]:
    return {
        "kind": "explanation",
        **why.ask.manifest,
        "sector": why.sector,
        "span": [why.dates[1], why.dates[-1]],
        "residual": why.residual,
    }


def _of(frame: pd.DataFrame, pairs: list[tuple[str, str]]) -> pd.DataFrame:
    wanted = [(r, p) in set(pairs) for r, p in zip(frame.republic, frame.power, strict=True)]
    return frame[wanted].reset_index(drop=True)


# -- blocs -------------------------------------------------------------------------------------------------------------


def print_blocs(found: Blocs, format: str) -> None:
    """Who stands with whom, as a page or for a program."""
    from sim.reading.blocs import ASSUMPTIONS

    table = found.table()
    if format == "csv":
        _csv(table)
        return
    if format == "json":
        _json(
            {
                "blocs": _records(table),
                "check": _records(found.check()),
                "together": {
                    str(a): {str(b): float(part) for b, part in row.items()}
                    for a, row in found.together().to_dict(orient="index").items()
                },
                "assumptions": {name: " ".join(text.split()) for name, text in ASSUMPTIONS.items()},
                "manifest": _bloc_facts(found),
            }
        )
        return
    console = _stdout()
    console.print(f"{found.scenario.title}: who stands with whom at the end of {month_words(found.date)}", style="bold")
    console.print("A cross-check by landscape theory (Axelrod & Bennett 1993), not an outcome of the model.")
    out = _table("Two blocs", [], ["deepest in", "holds in"], ["on one side", "on the other"])
    names = {
        code: spec.name for group in (found.scenario.powers, found.scenario.republics) for code, spec in group.items()
    }
    for row in _rows(table.head(8)):
        out.add_row(
            percent(row.deepest),
            percent(row.minimum),
            *(", ".join(names[code] for code in side.split()) or "nobody" for side in (row.bloc, row.against)),
        )
    _print_table(console, out)
    if len(table) > 8:
        console.print(f"{len(table) - 8} rarer ones not shown.")
    out = _table("Beside the model's own answer", ["Republic", "Leader"], ["leads in", "stands with that leader in"])
    for row in _rows(found.check()):
        out.add_row(names[row.republic], names[row.leader], percent(row.share), percent(row.with_leader))
    _print_table(console, out)
    out = _table("How a state of the model is read", ["What"], [], ["Assumption (judgement)"])
    for name, text in ASSUMPTIONS.items():
        out.add_row(name, " ".join(text.split()))
    _print_table(console, out)
    console.print(_colophon(found.worlds, found.ask))


def save_blocs(found: Blocs, folder: Path) -> None:
    """Write blocs.csv, together.csv, check.csv, the figure, the scenario and a manifest."""
    together = found.together().rename_axis("actor").reset_index()
    _write(
        folder,
        {"blocs": found.table(), "together": together, "check": found.check()},
        {"blocs": found.figure()},
        {"": found.ask},
        _bloc_facts(found),
    )


def _bloc_facts(found: Blocs) -> dict[str, Any]:
    return {"kind": "blocs", **found.ask.manifest, "month": found.date}


# -- common ------------------------------------------------------------------------------------------------------------


def _csv(frame: pd.DataFrame) -> None:
    sys.stdout.write(frame.to_csv(index=False, lineterminator="\n"))


def _json(answer: dict[str, Any]) -> None:
    if isinstance(answer.get("manifest"), dict):
        answer["manifest"] |= {"command": command(), "versions": versions()}
    sys.stdout.write(json.dumps(answer, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def _colophon(worlds: int, *asks: Ask) -> str:
    hashes = ", ".join(dict.fromkeys(ask.scenario.hash[:12] for ask in asks))
    return f"\nSeed {asks[0].seed}, {worlds:,} worlds, scenario {hashes}{beside(*asks)}"


def _write(
    folder: Path,
    frames: Mapping[str, pd.DataFrame],
    figures: Mapping[str, Figure],
    asks: Mapping[str, Ask],
    facts: dict[str, Any],
) -> None:
    """Tables as CSV, figures as PNG and SVG, what was asked (by suffix, see ``write_ask``), and a manifest."""
    from sim.figures.result import save

    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in frames.items():
        frame.to_csv(folder / f"{name}.csv", index=False, float_format="%.6g", lineterminator="\n")
    for name, figure in figures.items():
        save(figure, folder / name, f"{facts['kind']}: {name}")
    for suffix, ask in asks.items():
        write_ask(ask, folder, suffix)
    told = facts | {"command": command(), "versions": versions()}
    (folder / MANIFEST).write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
