"""What a comparison asks: each scenario as the results and asks beside it ask, checked, named, differences noted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.runs.ask import SHOWN, Ask
from sim.runs.result import Result
from sim.runs.words import listed
from sim.scenario import BadInput, Problem, Scenario
from sim.scenario.errors import nearest, shown

Array = NDArray[Any]


def questions_of(given: Sequence[Any], asked: Mapping[str, Any]) -> list[Ask]:
    """What each of those compared asks: a result its own; a scenario what the first result or ask beside it asks."""
    own = [
        one.finished if isinstance(one, Result) else None if isinstance(one, Scenario) else Ask.of(one) for one in given
    ]
    lead = next((ask for ask in own if ask is not None), None)
    lengths = [one.months for one in given if isinstance(one, Scenario)] + [ask.months for ask in own if ask]
    counts = [ask.worlds for ask in own if ask]
    said = {"worlds": min(counts, default=None), **asked, "months": asked.get("months", min(lengths, default=None))}
    questions = []
    for one, ask in zip(given, own, strict=True):
        if isinstance(one, Result):
            questions.append(one.finished)
            continue
        base = ask or (Ask.of(one) if lead is None else _moved(lead, one))
        questions.append(Ask.of(base, **said))
    return questions


def borrowed(
    given: Sequence[Any], questions: Sequence[Ask], asked: Mapping[str, Any]
) -> dict[int, tuple[int, Sequence[str]]]:
    """What scenarios took from the first result or ask beside them and was not asked for them, by their places."""
    lead = next((place for place, one in enumerate(given) if not isinstance(one, Scenario)), None)
    lent: dict[int, tuple[int, Sequence[str]]] = {}
    for place, (one, ask) in enumerate(zip(given, questions, strict=True)):
        if lead is not None and isinstance(one, Scenario):
            own = Ask.of(one, **{**asked, "worlds": ask.worlds}).beside
            if more := [text for text in ask.beside if text not in own]:
                lent[place] = (lead, more)
    return lent


def _moved(lead: Ask, story: Scenario) -> Ask:
    """What ``lead`` asks, asked of another scenario."""
    known = set(story.numeric_paths())
    lacking = [path for path in lead.variations if path not in known]
    if lacking:
        raise BadInput(
            Problem(
                "",
                None,
                None,
                path,
                f"no number of {story.name!r}",
                f"a scenario with all that varies from world to world in {lead.scenario.name!r}",
                nearest(path, known),
            )
            for path in lacking
        )
    return replace(lead, scenario=story, keep="full" if lead.keep == "drivers" else lead.keep)


def changed(ask: Ask, pairs: Mapping[str, object]) -> Ask:
    """An ask of the same scenario with some values changed."""
    return replace(ask, scenario=ask.scenario.with_values(pairs, by="changes"))


def check_unvaried(base: Ask, paths: Sequence[str]) -> None:
    """A change of what varies from world to world would change nothing."""
    twice = [path for path in paths if path in base.variations]
    if twice:
        raise BadInput(
            Problem("", None, None, path, "changed here, and varied from world to world", "one of the two")
            for path in twice
        )


def check_results(ready: Sequence[Result], asked: Mapping[str, Any]) -> None:
    """What is asked beside results must be what they answer."""
    problems = []
    for one in ready:
        problems += [
            Problem("", None, None, name, repr(asked[name]), f"at most {most}, which {one!r} has")
            for name, most in (("worlds", one.worlds), ("months", one.months))
            if asked.get(name, 0) > most
        ]
        others = {key: value for key, value in asked.items() if key not in ("worlds", "months", "keep")}
        problems += [
            Problem("", None, None, key, "another than a result has", f"that of {one!r}, which is not run again")
            for key, value in others.items()
            if Ask.of(one.finished, **{key: value}) != one.finished
        ]
    if problems:
        raise BadInput(problems)


def check(questions: Sequence[Ask], labels: Sequence[str]) -> None:
    """Whether these can be compared at all: two or more, of one start, seed, posterior and doubt, actors in common."""
    problems = []
    stories = [ask.scenario for ask in questions]
    if len(questions) < 2:
        problems.append(Problem("", None, None, "scenarios", f"{len(questions)}", "two or more"))
    if len(labels) != len(questions) or len(set(labels)) < len(labels):
        problems.append(Problem("", None, None, "names", repr(list(labels)), "one name each, all different"))
    if len({story.start for story in stories}) > 1:
        starts = ", ".join(f"{label} {story.start_label}" for label, story in zip(labels, stories, strict=False))
        problems.append(Problem("", None, None, "start", f"different ones ({starts})", "scenarios that start together"))
    seeds = sorted({ask.seed for ask in questions})
    if len(seeds) > 1:
        problems.append(
            Problem(
                "",
                None,
                None,
                "seed",
                f"results of seeds {', '.join(map(str, seeds))}",
                "results of the same seed, so that worlds can be paired",
            )
        )
    posteriors = [ask.posterior for ask in questions]
    if len({one and one.digest for one in posteriors}) > 1:
        said = ", ".join(dict.fromkeys("none" if one is None else one.name for one in posteriors))
        problems.append(
            Problem(
                "",
                None,
                None,
                "posterior",
                f"different ones ({said})",
                "results of the same posterior, so that worlds can be paired",
            )
        )
    if any(ask.doubt != questions[0].doubt for ask in questions):
        said = ", ".join(dict.fromkeys(ask.doubt.said(ask.doubts) if ask.doubt else "none" for ask in questions))
        problems.append(
            Problem("", None, None, "doubt", f"different ones ({said})", "results of the same doubt, so that they pair")
        )
    weights = list(dict.fromkeys(ask.region_weights for ask in questions))
    if len(weights) > 1:
        found = f"different ones ({', '.join(weights)})"
        problems.append(Problem("", None, None, "region_weights", found, "results of the same weights"))
    problems += [
        Problem("", None, None, what, "none in common", f"scenarios with {what} in common")
        for what in ("republics", "powers")
        if stories and not set.intersection(*(set(getattr(story, what)) for story in stories))
    ]
    if problems:
        raise BadInput(problems)


# -- names and notes --------------------------------------------------------------------------------------------------


def labels_of(questions: Sequence[Ask], names: Sequence[str] | None) -> list[str]:
    """Names to tell them apart: given ones; or their own, where they repeat with what is asked beside, or numbered."""
    if names is not None:
        if isinstance(names, str) or not isinstance(names, Iterable):
            raise BadInput.of(shown(names), "one name each, all different", path="names")
        return [str(name) for name in names]
    own = [ask.scenario.name for ask in questions]
    beside = [
        f"{name} ({', '.join(ask.beside)})" if ask.beside else name for name, ask in zip(own, questions, strict=True)
    ]
    said = [
        other if own.count(name) > 1 and len(set(beside)) > 1 else name for name, other in zip(own, beside, strict=True)
    ]
    return [name if said.count(name) == 1 else f"{name} ({said[: i + 1].count(name)})" for i, name in enumerate(said)]


def notes_between(name: str, ask: Ask, base_name: str, base: Ask) -> list[str]:
    """What differs between two asks besides their scenarios, a sentence each."""
    notes = []
    head = "The two differ" if ask.scenario == base.scenario else "The two differ also"
    if ask.classes != base.classes:
        mine, theirs = (listed(one.own_names) or "sim’s own" for one in (ask, base))
        notes.append(f"{head} in classes: “{name}” has {mine}, “{base_name}” {theirs}.")
    worlds = min(ask.worlds, base.worlds)
    apart, hidden = [], []
    for path in dict.fromkeys([*ask.variations, *base.variations]):
        if not np.array_equal(_taken(ask, path, worlds), _taken(base, path, worlds)):
            apart.append(path)
        elif ask.scenario.values.get(path) != base.scenario.values.get(path):
            hidden.append(path)
    if apart:
        notes.append(f"{head} in the values that worlds take of {_paths(apart)}.")
    if hidden:
        notes.append(f"Worlds of both take the same values of {_paths(hidden)}, in which the scenarios differ.")
    return notes


def _taken(ask: Ask, path: str, worlds: int) -> Array:
    """Values of a number in the first worlds; of one that a scenario lacks, what equals nothing."""
    return ask.number(path)[:worlds] if path in ask.scenario.values else np.array([np.nan])


def _paths(paths: Sequence[str]) -> str:
    return listed(list(paths)) if len(paths) <= SHOWN else f"{len(paths)} numbers"
