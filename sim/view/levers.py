"""What the levers show, made from the parameter table: the first sliders by actor, the rest when asked for."""

from __future__ import annotations

from typing import Any

from sim.figures.palette import power_colors
from sim.runs.words import capital, month_words
from sim.scenario import Parameter, Scenario
from sim.scenario.dates import is_date_path, month_label
from sim.scenario.doubt import STATED
from sim.scenario.paths import CHANGES, TIMES, is_month, split
from sim.scenario.sources import cited, describe
from sim.scenario.strategies import STANDARD, Strategy, strategies_of
from sim.view.state import Value, value_at

CURVED = 0.08
"""Where the ordinary value lies in the lowest part of the bounds, the slider's way is curved (cubic)."""
SECTIONS = {"powers": "Powers", "republics": "Republics", "rules": "Rules of the model", "events": "Events"}


def first(scenario: Scenario) -> list[dict[str, Any]]:
    """Groups of levers shown at once: one group an actor, {title, color, strategy, items}."""
    groups: list[dict[str, Any]] = []
    colors = power_colors(scenario.powers)
    paths = [path for path in scenario.numeric_paths() if scenario.parameter(path).group == "first"]
    for section, actors in (("powers", scenario.powers), ("republics", scenario.republics)):
        for code, spec in actors.items():
            groups.append(
                {
                    "title": spec.name,
                    "color": colors.get(code, "") if section == "powers" else "",
                    "strategy": choice(scenario, f"{section}.{code}.strategy"),
                    "items": [item(scenario, path) for path in paths if path.startswith(f"{section}.{code}.")],
                }
            )
    return groups


def rest(scenario: Scenario) -> list[dict[str, Any]]:
    """All other parameters, in groups {section, title, items}: by actor, the rules, by event."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    titles = {section: scenario.words.spell(title) for section, title in SECTIONS.items()}
    for path in scenario.numeric_paths():
        section, name, *_ = path.split(".")
        if scenario.parameter(path).group == "first":
            continue
        title = titles["rules"] if section == "rules" else _name(scenario, section, name)
        groups.setdefault((titles[section], title), []).append(item(scenario, path))
    return [{"section": section, "title": title, "items": items} for (section, title), items in groups.items()]


def choice(scenario: Scenario, path: str) -> dict[str, Any]:
    """The choice of an actor's strategy: path, the scenario's own, and options {name, words, about, source}."""
    section, code, _ = path.split(".")
    own = value_at(scenario, path)

    def option(row: Strategy) -> dict[str, str]:
        words = _spaced(row.name)
        return {
            "name": row.name,
            "words": f"{words} (the scenario’s)" if row.name == own != STANDARD else words,
            "about": row.help,
            "source": "judgement" if row.name == STANDARD else f"{cited(row.source)}, {describe(row.source)}",
        }

    return {
        "path": path,
        "actor": _actor(scenario, code),
        "value": own,
        "options": [option(row) for row in strategies_of(section)],
    }


def item(scenario: Scenario, path: str) -> dict[str, Any]:
    """One slider: path, label, unit, bounds, the scenario's own value, its range (None: not in doubt), help, source."""
    row = scenario.parameter(path)
    sources = "; ".join(
        "judgement" if source == "assumption" else describe(source) for source in scenario.source_of(path)
    )
    note = scenario.note_of(path)
    date = is_date_path(tuple(path.split(".")))
    usual = row.default if row.default is not None else row.low
    span = scenario.doubts.get(path)
    curved = not date and row.high > row.low and (usual - row.low) / (row.high - row.low) < CURVED and row.high > 1.5
    return {
        "path": path,
        "label": label(scenario, path),
        "unit": scenario.words.spell(row.unit),
        "low": row.low,
        "high": row.high,
        "value": scenario.get(path),
        "date": date,
        "curved": curved,
        "range": [span.low, span.high] if span else None,
        "stated": bool(span and span.origin == STATED),
        "about": scenario.words.spell(row.help) + (f" {capital(note)}." if note else ""),
        "source": sources,
    }


def label(scenario: Scenario, path: str, *, whole: bool = False) -> str:
    """A parameter in words; ``whole`` with its owner: "Russia: strain"."""
    section, *parts = split(path)
    if isinstance(value_at(scenario, path), str):
        return f"{_name(scenario, section, parts[0])}: strategy" if whole else "Strategy"
    if parts[1:2] == [CHANGES]:
        factor = "Factor on" if parts[-1] == TIMES else "Change of"
        return f"{factor} {label(scenario, parts[2], whole=True)}"
    row = scenario.parameter(path)
    owner = "" if section == "rules" else parts.pop(0)
    words = [parts[0].replace("_", " ")]
    month = f" in {month_words(parts.pop())}" if is_month(parts[-1]) else ""
    words += [_actor(scenario, part) or scenario.words.sector(part).replace("_", " ") for part in parts[1:]]
    text = f"{words[0]} with {words[1]}" if row.owner == "pair" and len(words) > 1 else ", ".join(words)
    text = capital(text) + month
    return f"{_name(scenario, section, owner)}: {text[:1].lower()}{text[1:]}" if whole and owner else text


def written(scenario: Scenario, path: str, value: Value) -> str:
    """A value as the levers write it."""
    if isinstance(value, str):
        return _spaced(value)
    row: Parameter = scenario.parameter(path)
    if is_date_path(tuple(path.split("."))):
        return month_label(int(value))
    return f"{value:.0f}" if row.high - row.low > 100 else f"{value:.3g}"


def _spaced(name: str) -> str:
    return name.replace("_", " ")


def _actor(scenario: Scenario, code: str) -> str:
    spec = scenario.powers.get(code) or scenario.republics.get(code)
    return str(spec.name) if spec else ""


def _name(scenario: Scenario, section: str, name: str) -> str:
    if section == "events":
        return (scenario.events[name].about or name.replace("-", " ")).rstrip(".") if name in scenario.events else name
    return _actor(scenario, name) or name
