"""How much diplomacy moves in the model: what it set out to become, what it was before, and what it is now.

    make patterns      # writes docs/reference/patterns.md and prints it; python -m tools.patterns --worlds N for fewer

Every value in the last column is computed here, from runs of the model. The values before are those of the model
without projects (commit e874b0d), measured in the same way, and the aims were set with them. Whether patterns hold is
asserted by ``tests/world/test_patterns.py``; this says how large they are.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import sim
from sim.evidence.errormodel import ilr
from sim.evidence.observed import POWERS, TRADERS, load_observed
from sim.reading.telling import CHANCE, grouped, part_of_spread
from sim.scenario.table import SECTORS
from sim.world import rules
from sim.world.parameters import Actors

Floats = NDArray[np.floating[Any]]
Row = tuple[str, str, str, str]
"""What is measured, before, the aim, now."""

FOLDER = Path(__file__).parents[1] / "docs" / "reference"
PAGE = FOLDER / "patterns.md"
SCENARIO = "dushanbe-2025"
AT_ONCE = 500
DECADES = 168
"""Months over which flows are measured, as many as the record of Chinese projects has."""
YEARS = DECADES // 12
HEAD = """<!-- Made by tools/patterns.py; do not edit. -->

# Patterns, measured

How much the model's diplomacy moves, in `{scenario}` and {worlds:,} worlds unless a row says otherwise. *Before* is the
model of small monthly offers (commit e874b0d), *aim* what was set for the model of projects before it was built. Every
value of the last column is computed by `make patterns`; that the [patterns](../ODD.md#1-purpose-and-patterns) hold at
all is tested with every change of the code. Forecasts against the record are on the page on [evidence](../evidence.md).

"""


class Flows:
    """Recorder: what was agreed by year and republic, all and in projects alone, and the size of every project."""

    flows = True

    def day_one(self, model: sim.DiplomacyModel) -> None:
        """Begin with nothing."""
        r, p, s, w = model.state.alignment.shape
        self.agreed, self.projects = (np.zeros((YEARS, r, p, s, w)) for _ in range(2))
        self.sizes = np.zeros((DECADES, r, p, w))

    def month_over(self, model: sim.DiplomacyModel) -> None:
        """Add up the month."""
        state, year = model.state, model.month // 12
        size = np.where(state.answer == rules.ACCEPTED, state.offer_size, 0.0)
        sector = np.arange(len(SECTORS))[:, None] == state.offer_sector[:, None, None]
        self.agreed[year] += model.flows()["agreed"]
        self.projects[year] += size[:, :, None] * sector
        self.sizes[model.month] = size


def batches(worlds: int) -> Iterator[Flows]:
    """Flows of fourteen years, some worlds at a time."""
    story = sim.load(SCENARIO).with_months(DECADES)
    for first in range(0, worlds, AT_ONCE):
        flows = Flows()
        model = sim.DiplomacyModel(story, range(first, min(first + AT_ONCE, worlds)), recorder=flows)
        for _ in range(DECADES):
            model.step()
        yield flows


def variation(years: Floats) -> Floats:
    """Standard deviation over mean of yearly values (year, ...); NaN where there is nothing in any year."""
    mean = years.mean(axis=0)
    result: Floats = years.std(axis=0, ddof=1) / np.where(mean > 0.0, mean, np.nan)
    return result


def flows(worlds: int) -> list[Row]:
    """How lumpy engagement is."""
    story = sim.load(SCENARIO)
    codes = Actors.of(story).powers
    china, russia, security = codes.index("CHN"), codes.index("RUS"), SECTORS.index("security")
    found: dict[str, list[Floats]] = {name: [] for name in ("all", "chinese", "arms", "security", "five", "number")}
    for flow in batches(worlds):
        found["all"].append(variation(flow.agreed[:, :, china].sum(axis=2)))
        found["chinese"].append(variation(flow.projects[:, :, china].sum(axis=2)))
        found["security"].append(variation(flow.agreed[:, :, russia, security]))
        found["arms"].append(variation(flow.projects[:, :, russia, security]))
        sizes = np.sort(flow.sizes[:, :, china].reshape(-1, flow.sizes.shape[-1]), axis=0)
        found["five"].append(sizes[-5:].sum(axis=0) / sizes.sum(axis=0))
        found["number"].append((sizes > 0.0).sum(axis=0))
    joined = {name: np.concatenate(parts, axis=-1) for name, parts in found.items()}

    def by_republic(name: str) -> str:
        middle = np.nanmean(joined[name], axis=-1)
        return f"{middle.min():.2f} to {middle.max():.2f}"

    five, number = 100 * joined["five"], joined["number"].mean()
    low, high = np.quantile(five, [0.1, 0.9])
    where = f"by republic, over {YEARS} years"
    return [
        (f"yearly variation of what is agreed with China, {where}", "0.15", "0.8 to 2.6", by_republic("all")),
        (f"the same, projects alone, {where}", "none", "0.8 to 2.6", by_republic("chinese")),
        (f"yearly variation of what is agreed with Russia in security, {where}", "0.15", "–", by_republic("security")),
        (f"the same, projects alone, {where}", "none", "1.6 to 2.7", by_republic("arms")),
        (
            f"part of the value that the five largest Chinese projects of {YEARS} years hold",
            "2 % (of 579 in ten years)",
            "25 to 50 % (of 66)",
            f"{five.mean():.0f} % [{low:.0f} to {high:.0f} in 80 % of worlds] (of {number:.0f})",
        ),
    ]


def dyads(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Columns of one outcome by republic and power."""
    return table[[column for column in table if column.endswith(f".{name}") and column.count(".") == 2]].drop(
        columns=[column for column in table if column.split(".")[1] in SECTORS], errors="ignore"
    )


def spread(worlds: int) -> list[Row]:
    """Where the spread over worlds comes from, and how wide it is."""
    story = sim.load(SCENARIO)
    calm = story.with_values({"rules.deal_effect": 0.0, "rules.grievance_effect": 0.0})
    full, rest = (dyads(sim.run(s, worlds, keep="outcomes").outcomes(), "change") for s in (story, calm))
    vanished = 1.0 - rest.var().mean() / full.var().mean()
    why = sim.explain(story, worlds)
    by_chance = [
        part_of_spread(grouped(why, r, p)[CHANCE], why.change[why.place(r, p)])
        for r in story.republics
        for p in story.powers
    ]
    model, record = five_years(story, worlds)
    about = "pooled, and about each republic's own mean"
    return [
        (
            "variance of changes that vanishes when deals and grievances are switched off, mean over dyads",
            "9 %",
            "at least 50 %",
            f"{100 * vanished:.0f} %",
        ),
        (
            "part of the spread that `explain` gives to drift that no rule explains, mean over dyads",
            "about 90 %",
            "at most 40 %",
            f"{100 * np.mean(by_chance):.0f} % ({100 * min(by_chance):.0f} to {100 * max(by_chance):.0f})",
        ),
        (
            f"standard deviation of changes in {story.months} months, mean over dyads",
            "1.30 points",
            "as the record has it",
            f"{100 * full.std().mean():.2f} points",
        ),
        (
            f"five-year changes of log-ratios of trade among the three powers, standard deviation, {about}",
            "–",
            f"{record[0]:.2f}, {record[1]:.2f} (the record)",
            f"{model[0]:.2f}, {model[1]:.2f}",
        ),
    ]


def five_years(story: sim.Scenario, worlds: int) -> tuple[tuple[float, float], tuple[float, float]]:
    """Standard deviations of five-year changes of log-ratios of trade shares, in the model and in the record.

    Isometric log-ratios of the three powers' parts, pooled over the republics of the record, and over worlds in the
    model or spans in the record (which overlap); mean of the two coordinates. Each about the common mean of a
    coordinate, which leaves in what the republics' trends differ by, and about each republic's own mean.
    """

    def deviations(change: Floats) -> tuple[float, float]:
        """From (republic, coordinate, world or year)."""
        own = change - np.nanmean(change, axis=2, keepdims=True)
        return float(np.nanstd(change, axis=(0, 2)).mean()), float(np.nanstd(own, axis=(0, 2)).mean())

    moved = []
    for first in range(0, worlds, AT_ONCE):
        model = sim.DiplomacyModel(story, range(first, min(first + AT_ONCE, worlds)))
        who = np.ix_(
            [model.actors.republics.index(code) for code in TRADERS],
            [model.actors.powers.index(code) for code in POWERS],
        )
        trade = SECTORS.index("trade")
        before = model.state.alignment[:, :, trade][who].astype(float)
        for _ in range(60):
            model.step()
        after = model.state.alignment[:, :, trade][who].astype(float)
        moved.append(ilr(after, axis=1) - ilr(before, axis=1))
    record = ilr(load_observed().composition, axis=1)
    return deviations(np.concatenate(moved, axis=-1)), deviations(record[..., 5:] - record[..., :-5])


def assertive(worlds: int) -> list[Row]:
    """What an assertive five changes."""
    one, two = (sim.run(name, worlds, keep="outcomes").outcomes() for name in (SCENARIO, "assertive-five"))
    powers = sim.load(SCENARIO).powers

    def of(name: str) -> str:
        before, after = (sum(table[f"{p}.{name}"].mean() for p in powers) for table in (one, two))
        return f"{before:.1f} to {after:.1f}"

    strings = "; ".join(
        f"{spec.name} {100 * (two[f'{p}.terms'] - one[f'{p}.terms']).mean():+.1f} %" for p, spec in powers.items()
    )
    shares = "; ".join(
        f"{spec.name} {100 * (two[f'{p}.share'] - one[f'{p}.share']).mean():+.2f}" for p, spec in powers.items()
    )
    changed = (dyads(two, "share") - dyads(one, "share")).mean()
    most = str(changed.abs().idxmax())
    title = "`assertive-five` against the baseline"
    return [
        (f"{title}: rebukes a world", "+2", "a difference one would name", of("rebukes")),
        (f"{title}: concessions a world", "–", "the same", of("conceded")),
        (f"{title}: punishments a world", "–", "the same", of("punished")),
        (f"{title}: strings at the end", "–", "the same", strings),
        (f"{title}: projects taken", "–", "the same", of("projects")),
        (f"{title}: points called off", "–", "the same", of("cancelled")),
        (
            f"{title}: mean alignment of the region, points",
            "0.1",
            "the same",
            f"{shares} (most: {most.removesuffix('.share')} {100 * changed[most]:+.2f})",
        ),
    ]


def unchanged(worlds: int) -> list[Row]:
    """Whether an unchanged world stays where it is."""
    story = sim.load(SCENARIO)
    moves = ("capability_growth", "legacy_erosion", "volatility")
    still = {path: 0.0 for path in story.numeric_paths() if any(name in path.split(".") for name in moves)}
    still |= {f"events.{name}.on": 0.0 for name in story.events}
    shares = sim.run(story.with_values(still), worlds, 120, keep="overall").shares()
    change = 100 * np.abs([np.mean(shares - shares[0], axis=-1), np.median(shares - shares[0], axis=-1)])
    mean, median = change.max(axis=(1, 2, 3))
    return [
        (
            "furthest that an alignment strays in ten years where nothing changes, mean and median of worlds",
            "within a point (mean)",
            "within a point, both",
            f"{mean:.2f} and {median:.2f} points",
        )
    ]


def one_past(worlds: int) -> list[Row]:
    """The hindcast's October 2025 beside day one."""
    past, now = sim.run("hindcast-2013", worlds, keep="overall"), sim.run(SCENARIO, 1, 1, keep="overall")
    names = sim.load(SCENARIO).powers
    ends = past.shares()[past.dates.index("2025-10")].mean(axis=-1)
    begins = now.shares()[0].mean(axis=-1)
    text = []
    for p, spec in names.items():
        of_past, of_now = past.powers.index(p), now.powers.index(p)
        text.append(f"{spec.name} {100 * ends[:, of_past].mean():.1f}, {100 * begins[:, of_now].mean():.1f}")
    return [
        (
            "mean alignment of the region in October 2025, % : end of `hindcast-2013`, day one",
            "Russia 25.3, 29.4; China 32.5, 31.3; European Union 11.9, 9.9",
            "within the stated ranges",
            "; ".join(text),
        )
    ]


def effects() -> list[Row]:
    """How many parameters move nothing, from the table of their effects."""
    table = pd.read_csv(FOLDER / "parameter-effects.csv", keep_default_na=False)
    quiet = table[(table.noticeable.astype(str) == "False") & (table.elsewhere == "")]
    return [
        (
            "conduct parameters and rules whose range moves nothing noticeable ([table](parameter-effects.md))",
            "most",
            "none",
            f"{len(quiet)} of {len(table)}",
        )
    ]


PARTS: tuple[Callable[[int], list[Row]], ...] = (spread, flows, assertive, unchanged, one_past)


def page(worlds: int) -> str:
    """The page."""
    rows = [row for part in PARTS for row in part(worlds)] + effects()
    lines = ["| measure | before | aim | now |", "|---" * 4 + "|", *(f"| {' | '.join(row)} |" for row in rows)]
    return HEAD.format(scenario=SCENARIO, worlds=worlds) + "\n".join(lines) + "\n"


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--worlds", type=int, default=2000)
    text = page(asked.parse_args().worlds)
    PAGE.write_text(text, encoding="utf-8")
    print(text)
