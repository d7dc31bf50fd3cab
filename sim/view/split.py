"""What sets worlds apart, for the bar below the sentence: chance, judgement and record, and the numbers that matter."""

from __future__ import annotations

from typing import Any

from sim.reading.doubt import FEWEST, doubts
from sim.runs.result import Result
from sim.runs.words import capital, percent
from sim.sweeps.factors import words


def split(result: Result) -> dict[str, Any]:
    """``parts`` of [{name, part, said}], how sure they are, and ``numbers`` of [{path, name, told}], the first most.

    {} where nothing is in doubt, or where worlds are too few to say.
    """
    if result.ask.doubt is None or result.worlds < FEWEST:
        return {}
    found = doubts(result)
    if not found.whole:
        return {}
    names = {row.path: capital(words(row.path, result.scenario)) for row in found.matter}
    return {
        "parts": [
            {"name": part, "part": round(found.whole[part], 4), "said": f"{percent(found.whole[part])} {said}"}
            for part, said in found.named.items()
        ],
        "error": f"give or take {percent(max(found.whole['error'], 0.01))}",
        "numbers": [
            {"path": row.path, "name": names[row.path], "told": found.told(row)[len(names[row.path]) :].strip()}
            for row in found.matter
        ],
    }
