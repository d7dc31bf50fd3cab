"""What each parameter moves: every conduct parameter and rule at both ends of its range, with the same luck.

    make effects       # writes docs/reference/parameter-effects.md and .csv; takes minutes

One row of the parameter table at a time: all its values (those of all actors, sectors and causes) go to the low ends of
their ranges together, then to the high ends; nothing else changes, and each world has the same luck in all runs. The
page says which outcome that moves most. What moves nothing noticeable is looked at again in scenarios where war, voice
or summits matter more; what moves nothing there either deserves a reason to stay.
"""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

import sim
from sim.scenario.table import TABLE, Parameter

FOLDER = Path(__file__).parents[1] / "docs" / "reference"
PAGE, CSV = FOLDER / "parameter-effects.md", FOLDER / "parameter-effects.csv"
SCENARIO = "dushanbe-2025"
ELSEWHERE = ("war-drags-on", "assertive-five", "moscow-reasserts", "crowded-steppe")
"""Where what moves nothing in the first is tried again."""
COUNTED = ("rebukes", "conceded", "punished", "projects", "cancelled", "delivered", "grievance")
"""Outcomes of each power beside shares and terms, compared with their baseline mean."""
UNITS = {"cancelled": "points of engagement", "delivered": "points of engagement", "grievance": "grievance points"}
ARITHMETIC = ("share_floor",)
"""Rules that are none, but keep logarithms finite: they must move nothing."""
SELDOM = 0.2
"""A count with a smaller mean in the baseline is left out: a few per cent of it is chance."""
SURE = 3.0
"""Standard errors of the paired difference below which a difference is not told from none."""
NOTICED_POINTS, NOTICED_PART, NOTICED_TERMS = 0.1, 0.05, 0.01
"""Noticeable: points of a share, part of another outcome's baseline mean, change of terms (1 is all strings)."""
OWN, HALF, TWICE, NEAR, TILT = "scenario", "half to one and a half", "half to twice", "about zero", "flat to steep"
KINDS = {
    OWN: "the ranges the scenario states",
    HALF: "half to one and a half times the value, for shares, chances and weights",
    TWICE: "half to twice the value, for all other units",
    NEAR: "a tenth of the way from zero to the bounds of the table, where the value is zero",
    TILT: "all sectors alike, to squares of the weights, for weights that sum to one",
}


def ends(story: sim.Scenario, row: Parameter) -> tuple[dict[str, float], dict[str, float], str]:
    """Values by path at the low and the high ends of a parameter, and where most of its ranges come from (``KINDS``).

    A parameter with several values, some of which have a stated range: those without one get the default by kind.
    """
    paths = [path for path in story.numeric_paths() if story.parameter(path) is row]
    low: dict[str, float] = {}
    high: dict[str, float] = {}
    if row.total == "one":
        for owner in sorted({path.rsplit(".", 1)[0] for path in paths}):
            inner = [path for path in paths if path.rsplit(".", 1)[0] == owner]
            squares = np.array([story.get(path) for path in inner]) ** 2
            steep = [round(float(part), 6) for part in squares / squares.sum()]
            steep[0] += 1.0 - sum(steep)
            low |= {path: 1.0 / len(inner) for path in inner}
            high |= dict(zip(inner, steep, strict=True))
        return low, high, TILT
    share = row.low >= 0.0 and row.high <= 1.0
    origins = []
    for path in paths:
        value, stated = story.get(path), story.range_of(path)
        if stated:
            (low[path], high[path]), origin = stated, OWN
        elif value == 0.0:
            low[path], high[path], origin = max(row.low, -0.1 * row.high), 0.1 * row.high, NEAR
        else:
            low[path], high[path] = 0.5 * value, (1.5 if share else 2.0) * value
            origin = HALF if share else TWICE
        low[path], high[path] = (min(max(end, row.low), row.high) for end in (low[path], high[path]))
        origins.append(origin)
    named = [origin for origin in origins if origin != NEAR] or origins
    return low, high, max(sorted(set(named)), key=named.count)


def outcomes(story: sim.Scenario, worlds: int) -> pd.DataFrame:
    """The outcomes looked at, one row a world; shares in points."""
    table = sim.run(story, worlds, keep="outcomes").outcomes()
    names = [f"{p}.{name}" for p in story.powers for name in COUNTED]
    shares = [f"{p}.share" for p in story.powers] + [f"{r}.{p}.share" for r in story.republics for p in story.powers]
    terms = [f"{p}.terms" for p in story.powers]
    return pd.concat([100.0 * table[shares], table[names], table[terms]], axis=1).astype(float)


def effects(story: sim.Scenario, rows: Iterable[Parameter], worlds: int) -> pd.DataFrame:
    """One row a parameter: what moves most between its ends, in its own unit and against the spread over worlds.

    Columns: ``parameter``, ``owner``, ``range`` (kind), ``low``, ``high`` (means over its values), ``outcome``,
    ``at_low``, ``baseline``, ``at_high``, ``difference`` (at_high - at_low), ``part`` (of the baseline's mean; of 1 for
    terms; empty for shares), ``spread`` (standard deviation over worlds), ``relative`` (difference / spread), ``share``
    and ``points`` (the share that moves most), ``noticeable``, ``told`` (the outcome furthest past its threshold).
    """
    base = outcomes(story, worlds)
    mean, spread = base.mean(), base.std()
    counts = [name for name in base if name.endswith(COUNTED)]
    kept = [name for name in base if name not in counts or mean[name] >= SELDOM or name.endswith("grievance")]
    shares = [name for name in base if name.endswith(".share")]
    found = []
    for row in rows:
        low, high, origin = ends(story, row)
        at_low, at_high = (outcomes(story.with_values(values), worlds) for values in (low, high))
        paired = (at_high - at_low)[kept]
        difference = paired.mean()
        sure = difference.abs() > SURE * paired.std() / np.sqrt(worlds)
        relative = difference / spread[kept].clip(lower=1e-9)
        size = difference.abs() / [
            NOTICED_POINTS if name in shares else NOTICED_TERMS if name.endswith("terms") else NOTICED_PART * mean[name]
            for name in kept
        ]
        most = str((relative.abs() * sure).idxmax())
        share = str(difference[shares].abs().idxmax())
        counted = most not in shares and not most.endswith("terms")
        found.append(
            {
                "parameter": row.name,
                "owner": row.owner,
                "range": origin,
                "low": float(np.mean(list(low.values()))),
                "high": float(np.mean(list(high.values()))),
                "outcome": most,
                "at_low": at_low[most].mean(),
                "baseline": mean[most],
                "at_high": at_high[most].mean(),
                "difference": difference[most],
                "part": difference[most] / mean[most] if counted else np.nan,
                "spread": spread[most],
                "relative": relative[most],
                "share": share,
                "points": difference[share],
                "noticeable": bool((sure & (size >= 1.0)).any()),
                "told": str((size * sure).idxmax()),
            }
        )
    return pd.DataFrame(found)


def everywhere(worlds: int) -> pd.DataFrame:
    """``effects`` in the scenario; ``elsewhere`` says where a parameter that is quiet there moves something."""
    table = effects(sim.load(SCENARIO), judged(), worlds).assign(elsewhere="")
    quiet = [row for row in judged() if row.name in set(table.parameter[~table.noticeable])]
    for name in ELSEWHERE:
        story = sim.load(name)
        again = effects(story, quiet, worlds).set_index("parameter")
        for at, row in table.iterrows():
            if row.parameter in again.index and again.noticeable[row.parameter]:
                text = f"{name} ({words(story, again.told[row.parameter])})"
                table.loc[at, "elsewhere"] = "; ".join(part for part in (table.elsewhere[at], text) if part)
    return table


def words(story: sim.Scenario, outcome: str) -> str:
    """An outcome in words: ``RUS.share`` is "Russia's alignment"."""
    *actors, name = outcome.split(".")
    power = story.powers[actors[-1]].name
    if name == "share":
        return f"{story.republics[actors[0]].name} with {power}" if len(actors) > 1 else f"alignment with {power}"
    return f"{power}: {name}"


def page(table: pd.DataFrame, worlds: int) -> str:
    """The page, from the table as it is kept."""
    story = sim.load(SCENARIO)
    quiet = table[~table.noticeable]
    nowhere = quiet[quiet.elsewhere == ""]
    head = [
        "<!-- Made by tools/parameter_effects.py; do not edit. -->\n",
        "# What each parameter moves\n",
        _paragraph(
            f"Every conduct parameter and every rule of the model at both ends of its range in `{SCENARIO}`,",
            f"{worlds:,} worlds of {story.months} months each, with the same luck on both sides. A parameter's",
            "values for all actors, sectors and causes move together. Of all outcomes (alignments; each power's",
            "rebukes met, concessions, punishments, projects, points called off and delivered, grievance and terms)",
            "the table names the one that moves most against its spread over worlds, among those whose difference is",
            f"more than {SURE:g} standard errors. *Against spread* is the difference over the standard deviation of",
            "that outcome over worlds: 1 is as much as luck does.",
        ),
        _paragraph("Ranges:", "; ".join(f"*{kind}*: {text}" for kind, text in KINDS.items()) + "."),
        _paragraph(
            f"**Noticeable** is a difference of {NOTICED_POINTS:g} points in some alignment, of",
            f"{100 * NOTICED_PART:g} % in some count or sum, or of {100 * NOTICED_TERMS:g} % of the strings.",
            f"{len(table) - len(quiet)} of {len(table)} parameters move something by as much here,",
            f"{len(quiet) - len(nowhere)} more in another scenario, where what they are about happens oftener.",
            "Nowhere do:",
            (", ".join(f"`{name}`" for name in nowhere.parameter) or "none") + ".",
        ),
        _paragraph(
            "`share_floor` is left out: it keeps logarithms finite and is to move nothing.",
            "What one parameter does by itself says nothing about what several do together; for that, `sim sweep`",
            "computes Sobol indices ([sweeps](../how-to/sweep-on-a-cluster.md)).",
        ),
    ]
    titles = {"power": "Powers", "republic": "Republics", "dyad": "A republic towards a power"}
    titles |= {"pair": "Between republics", "rule": "Rules"}
    for owner, title in titles.items():
        rows = table[table.owner == owner]
        rows = rows.reindex(rows.relative.abs().sort_values(ascending=False, kind="stable").index)
        head.append(f"## {title}\n")
        head.append(
            "| parameter | low to high | range | moves most | at low, at high | against spread | alignment most |"
        )
        head.append("|---" * 7 + "|")
        head += [_line(story, row) for _, row in rows.iterrows()]
        head.append("")
    return "\n".join(head).rstrip() + "\n"


def _line(story: sim.Scenario, row: pd.Series) -> str:
    name = row.outcome.rsplit(".", 1)[1]
    if name == "share":
        ends = f"{row.at_low:.1f} %, {row.at_high:.1f} %"
    elif name == "terms":
        ends = f"{100 * row.at_low:+.1f} %, {100 * row.at_high:+.1f} % of the strings"
    else:
        ends = f"{row.at_low:.3g}, {row.at_high:.3g} {UNITS.get(name, 'a world')}"
    marked = "" if row.noticeable else f" (only in {row.elsewhere})" if row.elsewhere else " (nothing noticeable)"
    return (
        f"| `{row.parameter}`{marked} | {row.low:.3g} to {row.high:.3g} | {row.range} | {words(story, row.outcome)} "
        f"| {ends} | {row.relative:+.2f} | {words(story, row.share)} {row.points:+.2f} points |"
    )


def _paragraph(*parts: str) -> str:
    return textwrap.fill(" ".join(parts), 120, break_on_hyphens=False, break_long_words=False) + "\n"


def kept() -> tuple[pd.DataFrame, int]:
    """The table in the repository and the number of its worlds."""
    table = pd.read_csv(CSV, keep_default_na=False, na_values={"part": [""]})
    return table.drop(columns="worlds"), int(table.worlds[0])


def judged() -> list[Parameter]:
    """Rows of the parameter table that the page is about."""
    return [row for row in TABLE if row.role in ("conduct", "rule") and row.name not in ARITHMETIC]


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--worlds", type=int, default=500)
    given = asked.parse_args()
    made = everywhere(given.worlds).assign(worlds=given.worlds)
    made.to_csv(CSV, index=False, float_format="%.6g")
    PAGE.write_text(page(*kept()), encoding="utf-8")
    print(f"{PAGE.name}: {(~made.noticeable).sum()} of {len(made)} parameters move nothing noticeable")
