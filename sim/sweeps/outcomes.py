"""What runs and sweeps record as outcomes, as a table: names, what they are, units and ranges.

The kinds are documented where they are computed, in ``sim.world.record.OUTCOMES``; here they get a scenario's names.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from fnmatch import fnmatchcase

import pandas as pd

from sim.runs.words import capital
from sim.scenario import BadInput, Problem, Scenario, load
from sim.scenario.errors import nearest
from sim.sweeps.factors import RELATIVE, outcome_words
from sim.world.record import OUTCOMES, Outcome, outcomes_of

COLUMNS = ["outcome", "what", "about", "unit", "low", "high", "origin"]


def outcomes(
    scenario: Scenario | str | os.PathLike[str] | None = None,
    names: Sequence[str] | str | None = None,
    *,
    relative: bool = False,
) -> pd.DataFrame:
    """Every outcome that runs, sweeps and plans record, one row each: [outcome, what, about, unit, low, high, origin].

    Parameters
    ----------
    scenario : whose actors to name; without one a row is a kind, P standing for a power, R for a republic.
    names : only these, * for any part.
    relative : also those relative to the base (``.vs_base``), which a sweep records where it is asked for them: the
        difference from the unchanged scenario in the same world.

    ``low`` and ``high`` are the least and the largest value (NaN: no bound); ``origin`` what of the model it is.

    Raises
    ------
    BadInput : a name that is no outcome, or whatever is wrong with the scenario.

    Examples
    --------
    >>> outcomes("dushanbe-2025", "KAZ.RUS.*").outcome.tolist()
    ['KAZ.RUS.share', 'KAZ.RUS.change', 'KAZ.RUS.grievance', 'KAZ.RUS.rebukes']
    """
    story = load(os.fspath(scenario)) if isinstance(scenario, str | os.PathLike) else scenario
    kinds = {kind.name: kind for kind in OUTCOMES} if story is None else outcomes_of(story)
    rows = [_row(name, kind, story) for name, kind in kinds.items()]
    if relative:
        rows += [_relative(row) for row in rows if not row[0].endswith(".leader")]
    known = [row[0] for row in rows]
    asked = [names] if isinstance(names, str) else list(names or ())
    idle = [one for one in asked if not any(fnmatchcase(name, one) for name in known)]
    if idle:
        hint = "an outcome; sim outcomes SCENARIO lists them" if story is None else f"an outcome of {story.name}"
        raise BadInput(Problem("", None, None, "outcome", repr(one), hint, nearest(one, known)) for one in idle)
    frame = pd.DataFrame(rows, columns=COLUMNS).astype({"low": float, "high": float})
    if asked:
        frame = frame[[any(fnmatchcase(name, one) for one in asked) for name in known]].reset_index(drop=True)
    return frame


Row = tuple[str, str, str, str, float | None, float | None, str]


def _row(name: str, kind: Outcome, story: Scenario | None) -> Row:
    what = capital(kind.help if story is None else outcome_words(name, story))
    mean = "; weighted as --region-weights says" if kind.regional else ""
    return name, what, kind.help + mean, kind.unit, kind.low, kind.high, kind.origin


def _relative(row: Row) -> Row:
    """The row of the same outcome relative to the base."""
    name, what, about, unit, low, high, origin = row
    reach = None if low is None or high is None else high - low
    least = None if reach is None else -reach
    what = f"{what}, against the base"
    return name + RELATIVE, what, f"difference from the base in the same world: {about}", unit, least, reach, origin
