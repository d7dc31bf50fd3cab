"""What ``sim compare``, ``whatif``, ``explain``, ``blocs`` and ``data`` print and write."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.analysis.telling import CHANCE, driver_words, part_of_spread, summary_rows
from sim.analysis.words import capital, listed, month_words, percent, signed
from sim.experiments.files import MANIFEST, versions
from sim.report import _chance, _print_table, _records, _rows, _share, _stdout, _table, command

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.analysis.blocs import Blocs
    from sim.analysis.catalogue import Series
    from sim.analysis.compare import Comparison
    from sim.analysis.explain import Effect, Explanation
    from sim.experiments.posterior import Posterior
    from sim.scenario import Scenario

CITED = 12
"""Citations of a series that are printed."""
KEYS = ("republic", "power", "power_a", "power_b", "target", "year", "period", "date", "start", "end")
"""Columns that say what a figure is about; kept short and first."""


# -- compare, whatif ---------------------------------------------------------------------------------------------------


def print_comparison(both: Comparison, format: str, sector: str = "overall") -> None:
    """A comparison as a page to read, or for a program."""
    if format == "csv":
        _csv(both.table(sector))
    elif format == "json":
        _json({"sentences": {name: both.headline(name) for name in both.names[1:]},
               "table": _records(both.table(sector)), "outcomes": _records(both.outcomes()),
               "manifest": _comparison_facts(both)})
    else:
        console = _stdout()
        for name in both.names[1:]:
            console.print(f"{name} against {both.names[0]}", style="bold")
            console.print(both.headline(name))
            _comparison_page(both, name, sector)
        console.print("\nPaired by world: both ran on the same luck. [ ] eight worlds in ten. Clear since: from this "
                      "month to the end that band of the difference stays on one side of zero; – is never.")
        console.print(_colophon(both.seed, both.worlds, *(result.scenario for result in both.results),
                                posterior=both.posterior))


def _comparison_page(both: Comparison, name: str, sector: str) -> None:
    where = "overall alignment" if sector == "overall" else f"alignment in {sector}"
    console = _stdout()
    table = _table(f"{capital(where)} in {month_words(both.dates[-1])}, %", ["Share"],
                   ["base", "other", "difference", "higher in", "clear since"])
    frame = both.table(sector)
    for row in _rows(frame[frame.scenario == name]):
        table.add_row(f"{row.republic} {row.power}", _share(row.base),
                      f"{_share(row.median)} [{_share(row.low)}–{_share(row.high)}]", _gap(row), _higher(row),
                      row.clear_since or "–")
    _print_table(console, table)
    if sector != "overall":
        return
    outcomes = both.outcomes()
    chosen = outcomes[(outcomes.scenario == name) & outcomes.outcome.isin(
        [f"{power}.{what}" for power in both.powers for what in ("grievance", "rebukes", "delivered", "lapsed")])]
    table = _table("Beside alignment, whole region and run", ["Outcome"],
                   ["base", "other", "difference", "higher in"])
    for row in _rows(chosen):
        gap = f"{row.difference:+.2f} [{row.difference_low:+.2f} to {row.difference_high:+.2f}]"
        table.add_row(row.outcome, f"{row.base:.2f}", f"{row.other:.2f}", gap.replace("-", "−"), _higher(row))
    _print_table(console, table)


def _gap(row: Any) -> str:
    return f"{signed(row.difference)} [{signed(row.difference_low)} to {signed(row.difference_high)}]"


def _higher(row: Any) -> str:
    return percent(row.p_higher) if row.p_higher + row.p_lower > 0 else "same"


def save_comparison(both: Comparison, folder: Path, sector: str = "overall") -> None:
    """Write table.csv, differences.csv (by month), outcomes.csv, the scenarios, the figures and a manifest."""
    figures = {"difference" if len(both.names) == 2 else f"difference-{k}": both.figure(k, sector)
               for k in range(1, len(both.names))}
    stories = {f"scenario-{k}": result.scenario for k, result in enumerate(both.results)}
    _write(folder, {"table": both.table(sector), "differences": both.bands(sector), "outcomes": both.outcomes()},
           figures, stories, _comparison_facts(both))


def _comparison_facts(both: Comparison) -> dict[str, Any]:
    return {"kind": "comparison", "names": list(both.names), "seed": both.seed, "worlds": both.worlds,
            "months": both.months, "posterior": _drawn(both.posterior),
            "scenario_hashes": [result.scenario.hash for result in both.results]}


# -- explain -----------------------------------------------------------------------------------------------------------


def print_explanation(why: Explanation, format: str, republic: str | None, power: str | None) -> None:
    """An explanation as a page (of one alignment, of one actor's, or of all), or for a program."""
    pairs = chosen_pairs(why, republic, power)
    if format == "csv":
        _csv(_of(why.table(), pairs))
    elif format == "json":
        _json({"paragraphs": {f"{r}.{p}": why.paragraph(r, p) for r, p in pairs},
               "parts": _records(_of(why.table(), pairs)), "by_power": _records(_of(why.by_power(), pairs)),
               "manifest": _explanation_facts(why)})
    else:
        console = _stdout()
        console.print(f"{why.scenario.title}: why alignment moved, {month_words(why.dates[1])} to "
                      f"{month_words(why.dates[-1])}", style="bold")
        if republic is None and power is None:
            _explanation_overview(why)
        else:
            for r, p in pairs:
                console.print()
                console.print(why.paragraph(r, p))
                _explanation_page(why, r, p)
        console.print(f"\nParts add up to the change in every world (to {max(why.residual, 1e-16):.0e}); means add up "
                      "too, medians need not.")
        console.print(_colophon(why.seed, why.worlds, why.scenario, posterior=why.posterior))


def _explanation_overview(why: Explanation) -> None:
    table = _table("Change of each alignment in points, and what moved it most (mean)", ["Share"],
                   ["change", "drift's part"], ["mostly by"])
    for row in summary_rows(why):
        mostly = [f"{driver_words(name)} {signed(mean)}" for name, mean in row["main"] if abs(mean) >= 0.0005]
        table.add_row(f"{row['republic']} {row['power']}",
                      f"{signed(row['median'])} [{signed(row['low'])} to {signed(row['high'])}]",
                      _chance(min(max(row["chance"], 0.0), 1.0)),
                      listed(mostly) or "nothing but chance")
    console = _stdout()
    _print_table(console, table)
    console.print("Drift's part: how much of the spread between worlds goes with the random walk that no rule explains."
                  " --republic and --power tell one story in full.")


def _explanation_page(why: Explanation, republic: str, power: str) -> None:
    i, j = why.place(republic, power)
    table = _table("", ["Driver"], ["mean", "80 % band", "spread", *why.powers])
    frame = _of(why.table(), [(republic, power)]).set_index("driver")
    change = why.change[i, j]
    for d, name in enumerate((*why.drivers, "total")):
        row: Any = frame.loc[name]
        total = d == len(why.drivers)
        values = change if total else why.parts[d, i, j]
        owners = why.owners[:, :, i, j].sum(axis=0) if total else why.owners[d, :, i, j]
        table.add_row("all" if total else driver_words(name), signed(float(row["mean"])),
                      f"[{signed(float(row.low))} to {signed(float(row.high))}]",
                      _chance(part_of_spread(values, change)) if len(change) > 1 else "–",
                      *(signed(float(own.mean())) for own in owners), style="bold" if total else None)
    _print_table(_stdout(), table)
    _stdout().print("Points. Spread: its part of what sets worlds apart. Last columns: the mean by whose driver it "
                    f"was. “{capital(driver_words(CHANCE))}” is the "
                    "random walk; luck in answers and deliveries shows in deals and grievances.")


def print_effect(effect: Effect, format: str, republic: str | None, power: str | None) -> None:
    """What an event changed: the paired difference, and through which drivers."""
    pairs = chosen_pairs(effect.explanation, republic, power)
    table = effect.comparison.table()
    table = table[[(row.republic, row.power) in pairs for row in _rows(table)]]
    if format == "csv":
        _csv(table)
        return
    if format == "json":
        _json({"event": effect.event, "headline": effect.comparison.headline(pairs=pairs), "table": _records(table),
               "parts": _records(_of(effect.explanation.table(), pairs)),
               "manifest": _comparison_facts(effect.comparison)})
        return
    console, story = _stdout(), effect.explanation.scenario
    event = story.events[effect.event]
    console.print(f"{effect.event}: {event.about or event.kind}", style="bold")
    console.print("What it changed, by running the same worlds without it. "
                  + effect.comparison.headline(pairs=pairs))
    frame = effect.explanation.table()
    out = _table(f"Difference it makes by {month_words(effect.comparison.dates[-1])}, points", ["Share"],
                 ["difference", "clear since"], ["through (mean)"])
    for row in _rows(table):
        parts = _of(frame, [(row.republic, row.power)]).query("driver != 'total'")
        parts = parts[parts["mean"].abs() >= 0.0005].sort_values("mean", key=abs, ascending=False)[:3]
        through = [f"{driver_words(str(part.driver))} {signed(part.mean)}" for part in _rows(parts)]
        out.add_row(f"{row.republic} {row.power}", _gap(row), row.clear_since or "–", listed(through) or "–")
    _print_table(console, out)
    if event.random:
        console.print("Chance decides whether it happens: a world without it is the same in both.")
    console.print(_colophon(effect.comparison.seed, effect.comparison.worlds, story,
                            posterior=effect.comparison.posterior))


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
    _write(folder, tables,
           {f"waterfall-{r}-{p}": why.waterfall(r, p) for r, p in pairs}, {"scenario": why.scenario},
           _explanation_facts(why))


def save_effect(effect: Effect, folder: Path) -> None:
    """Write what ``save_comparison`` does, and parts.csv: through which drivers."""
    both = effect.comparison
    _write(folder, {"table": both.table(), "differences": both.bands(), "outcomes": both.outcomes(),
                    "parts": effect.explanation.table()}, {"difference": both.figure()},
           {"scenario": effect.explanation.scenario}, _comparison_facts(both) | {"event": effect.event})


def _explanation_facts(why: Explanation) -> dict[str, Any]:
    return {"kind": "explanation", "scenario": why.scenario.name, "scenario_hash": why.scenario.hash, "seed": why.seed,
            "worlds": why.worlds, "posterior": _drawn(why.posterior),
            "sector": why.sector, "span": [why.dates[1], why.dates[-1]], "residual": why.residual}


def _of(frame: pd.DataFrame, pairs: list[tuple[str, str]]) -> pd.DataFrame:
    wanted = [(r, p) in set(pairs) for r, p in zip(frame.republic, frame.power, strict=True)]
    return frame[wanted].reset_index(drop=True)


# -- blocs -------------------------------------------------------------------------------------------------------------


def print_blocs(found: Blocs, format: str) -> None:
    """Who stands with whom, as a page or for a program."""
    from sim.analysis.blocs import ASSUMPTIONS

    table = found.table()
    if format == "csv":
        _csv(table)
        return
    if format == "json":
        _json({"blocs": _records(table), "check": _records(found.check()),
               "together": {str(a): {str(b): float(part) for b, part in row.items()} for a, row in
                            found.together().to_dict(orient="index").items()},
               "assumptions": {name: " ".join(text.split()) for name, text in ASSUMPTIONS.items()},
               "manifest": _bloc_facts(found)})
        return
    console = _stdout()
    console.print(f"{found.scenario.title}: who stands with whom at the end of {month_words(found.date)}", style="bold")
    console.print("A cross-check by landscape theory (Axelrod & Bennett 1993), not an outcome of the model.")
    out = _table("Two blocs", [], ["deepest in", "holds in"], ["on one side", "on the other"])
    for row in _rows(table.head(8)):
        out.add_row(percent(row.deepest), percent(row.minimum), row.bloc, row.against or "nobody")
    _print_table(console, out)
    if len(table) > 8:
        console.print(f"{len(table) - 8} rarer ones not shown.")
    out = _table("Beside the model's own answer", ["Republic", "Leader"], ["leads in", "stands with that leader in"])
    for row in _rows(found.check()):
        out.add_row(found.scenario.republics[row.republic].name, row.leader, percent(row.share),
                    percent(row.with_leader))
    _print_table(console, out)
    out = _table("How a state of the model is read", ["What"], [], ["Assumption (judgement)"])
    for name, text in ASSUMPTIONS.items():
        out.add_row(name, " ".join(text.split()))
    _print_table(console, out)
    console.print(_colophon(found.seed, found.worlds, found.scenario))


def save_blocs(found: Blocs, folder: Path) -> None:
    """Write blocs.csv, together.csv, check.csv, the figure, the scenario and a manifest."""
    together = found.together().rename_axis("actor").reset_index()
    _write(folder, {"blocs": found.table(), "together": together, "check": found.check()}, {"blocs": found.figure()},
           {"scenario": found.scenario}, _bloc_facts(found))


def _bloc_facts(found: Blocs) -> dict[str, Any]:
    return {"kind": "blocs", "scenario": found.scenario.name, "scenario_hash": found.scenario.hash, "seed": found.seed,
            "worlds": found.worlds, "month": found.date}


# -- data --------------------------------------------------------------------------------------------------------------


def print_catalogue(known: Mapping[str, Series], format: str) -> None:
    """All observed series with coverage, sources and contradictions."""
    rows = [{"name": one.name, "title": one.title, "coverage": one.coverage, "source": one.source,
             "licence": one.licence, "contradictions": list(one.contradictions)} for one in known.values()]
    if format == "json":
        _json({"series": rows})
        return
    if format == "csv":
        _csv(pd.DataFrame([row | {"contradictions": " | ".join(one.contradictions)}
                           for row, one in zip(rows, known.values(), strict=True)]))
        return
    console = _stdout()
    table = _table("Observed figures (scenarios cite them as data:NAME)", ["Name"], [],
                   ["What, coverage, contradictions"])
    for one in known.values():
        known_faults = "".join(f"\nMind: {text}" for text in one.contradictions)
        table.add_row(one.name, f"{one.title}.\nCovers: {one.coverage}.\nFrom: {one.source}.{known_faults}\n")
    _print_table(console, table)
    console.print("sim data NAME shows the figures.")


def print_series(one: Series, format: str) -> None:
    """The figures of one series."""
    frame = one.frame()
    if format == "csv":
        _csv(frame)
        return
    if format == "json":
        _json({"name": one.name, "title": one.title, "coverage": one.coverage, "source": one.source,
               "licence": one.licence, "contradictions": list(one.contradictions), "rows": _records(frame),
               "citations": dict(one.citations().itertuples(index=False))})
        return
    console = _stdout()
    console.print(f"{one.name}: {one.title}", style="bold")
    console.print(f"Covers: {one.coverage}. From: {one.source}. Licence: {one.licence}.")
    for text in one.contradictions:
        console.print(f"Mind: {text}")
    keys = [name for name in frame.columns if name in KEYS and frame[name].notna().any()]
    numbers = [name for name in frame.columns if name not in keys and pd.api.types.is_numeric_dtype(frame[name])
               and frame[name].notna().any()]
    texts = [name for name in frame.columns if name not in (*keys, *numbers, "source", "confidence")
             and frame[name].notna().any()]
    table = _table("", keys, numbers, [", ".join(texts).replace("_", " ")] if texts else [])
    for row in frame.itertuples(index=False):
        said = [str(getattr(row, name)) for name in texts if not pd.isna(getattr(row, name))]
        table.add_row(*(_cell(getattr(row, name)) for name in (*keys, *numbers)), *([", ".join(said)] if texts else []))
    _print_table(console, table)
    cited = one.citations()
    console.print(f"\nSources: {'; '.join(cited.citation[:CITED])}"
                  f"{f' and {len(cited) - CITED} more (--format csv names each row’s)' if len(cited) > CITED else ''}.")


def _cell(value: Any) -> str:
    """A figure as written in the file, without a tail of zeros."""
    if pd.isna(value):
        return ""
    return f"{value:.10g}" if isinstance(value, float) else str(value)


# -- common ------------------------------------------------------------------------------------------------------------


def _csv(frame: pd.DataFrame) -> None:
    sys.stdout.write(frame.to_csv(index=False, lineterminator="\n"))


def _json(answer: dict[str, Any]) -> None:
    if isinstance(answer.get("manifest"), dict):
        answer["manifest"] |= {"command": command(), "versions": versions()}
    sys.stdout.write(json.dumps(answer, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def _colophon(seed: int, worlds: int, *scenarios: Scenario, posterior: Posterior | None = None) -> str:
    hashes = ", ".join(dict.fromkeys(scenario.hash[:12] for scenario in scenarios))
    drawn = "" if posterior is None else f"\nParameters: {posterior.said()}"
    return f"\nSeed {seed}, {worlds:,} worlds, scenario {hashes}{drawn}"


def _drawn(posterior: Posterior | None) -> dict[str, Any] | None:
    """A posterior in a manifest."""
    return None if posterior is None else posterior.manifest


def _write(folder: Path, frames: Mapping[str, pd.DataFrame], figures: Mapping[str, Figure],
           scenarios: Mapping[str, Scenario], facts: dict[str, Any]) -> None:
    """Tables as CSV, figures as PNG and SVG, scenarios as YAML, and what it was as manifest.json."""
    from sim.analysis.figures import save

    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in frames.items():
        frame.to_csv(folder / f"{name}.csv", index=False, float_format="%.6g", lineterminator="\n")
    for name, figure in figures.items():
        save(figure, folder / name, f"{facts['kind']}: {name}")
    for name, scenario in scenarios.items():
        (folder / f"{name}.yaml").write_text(scenario.to_yaml(), encoding="utf-8")
    told = facts | {"command": command(), "versions": versions()}
    (folder / MANIFEST).write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
