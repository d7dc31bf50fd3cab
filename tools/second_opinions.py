"""The published cases of ``docs/explanation/second-opinions.md``, and its tables, each between its two markers.

    python tools/second_opinions.py

A test fails if a table of the page is out of date; others compare what we compute with every number that was printed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

import sim
from sim.reading.spatial import values, weighted_mean, weighted_median

PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "second-opinions.md"
BEGIN = "<!-- {}: made by tools/second_opinions.py, do not edit from here -->\n"
END = "<!-- {} end -->\n"
WORLDS = 500

EMISSIONS = {
    "Netherlands": (0.08, 4, 80),
    "Belgium": (0.08, 7, 40),
    "Luxembourg": (0.03, 4, 20),
    "Germany": (0.16, 4, 80),
    "France": (0.16, 10, 60),
    "Italy": (0.16, 10, 60),
    "United Kingdom": (0.16, 10, 90),
    "Ireland": (0.05, 7, 10),
    "Denmark": (0.05, 4, 100),
    "Greece": (0.08, 7, 70),
}
"""Capability, position and salience: Bueno de Mesquita (1994), as given by Scholz, Calbert and Smith (2011)."""
EMISSIONS_PRINTED = {"weighted mean": "7.389956", "weighted median": "7.0"}

KTAB = {
    "XJ": (100, 30, 24.0, 20, 48.0),
    "LK": (60.2, 45, 44.7, 65, 41.3),
    "ZG": (35, 30, 28.9, 15, 65.1),
    "MK": (35, 45, 20.6, 45, 49.4),
    "LH": (40, 50, 44.7, 65, 47.8),
    "XS": (20, 15, 32.0, 10, 32.0),
    "NEA": (15, 20, 32.0, 15, 32.0),
    "MLR": (25, 60, 43.9, 50, 50.1),
    "MEP": (20, 30, 26.4, 15, 17.6),
    "MOF": (35, 45, 35.9, 40, 46.6),
    "SHX": (20, 50, 44.7, 50, 47.8),
    "HLJ": (20, 20, 47.4, 30, 40.6),
    "WY": (40, 15, 49.0, 60, 46.0),
}
"""Power; position and salience in policy; position and salience in competition. All in hundredths."""
KTAB_PRINTED = """
1.000 .592 .955 .767 .588 .888 .937 .700 .955 .809 .717 .900 .636
.675 1.000 .643 .864 .963 .567 .614 .850 .643 .830 .892 .700 .777
.954 .539 1.000 .719 .536 .924 .959 .658 1.000 .764 .670 .857 .584
.762 .815 .717 1.000 .814 .657 .707 .926 .717 .954 .950 .831 .820
.644 .966 .610 .850 1.000 .533 .581 .871 .610 .814 .890 .672 .758
.873 .557 .888 .674 .539 1.000 .950 .574 .888 .700 .624 .854 .646
.921 .605 .929 .724 .588 .950 1.000 .624 .929 .750 .674 .894 .680
.700 .850 .671 .894 .869 .578 .627 1.000 .671 .876 .934 .696 .694
.972 .696 1.000 .792 .677 .872 .917 .684 1.000 .813 .744 .882 .721
.817 .802 .782 .960 .800 .700 .750 .879 .782 1.000 .915 .828 .758
.742 .885 .710 .950 .890 .623 .672 .932 .710 .919 1.000 .748 .750
.900 .704 .876 .787 .678 .864 .902 .670 .876 .799 .738 1.000 .801
.705 .779 .673 .758 .743 .658 .690 .665 .673 .742 .736 .791 1.000
"""
"""The value layer before any bargaining ("raw actor-pos value matrix"), in the order above: KTAB,
``examples/smp/doc/20170530_ref-SOE-Pol-Comp.txt``."""


def emissions() -> tuple[np.ndarray, np.ndarray]:
    """Positions and weights (capability times salience) of the emission case, (10,) each."""
    power, position, salience = np.array(list(EMISSIONS.values())).T
    return position, power * salience


def ktab() -> np.ndarray:
    """The value layer of KTAB's example, computed by us, (13, 13)."""
    _, policy, cares, competition, minds = np.array(list(KTAB.values())).T / 100.0
    return values(np.stack([policy, competition], axis=1), np.stack([cares, minds], axis=1))


def emissions_table() -> str:
    """What is published and what we compute, as Markdown."""
    position, weight = emissions()
    ours = {"weighted mean": weighted_mean(position, weight), "weighted median": weighted_median(position, weight)}
    lines = ["| what | published | ours |", "|---|---|---|"]
    for name, printed in EMISSIONS_PRINTED.items():
        decimals = len(printed.partition(".")[2])
        lines.append(f"| {name} | {printed} | {ours[name]:.{decimals}f} |")
    return "\n".join(lines)


def ktab_table() -> str:
    """The row of XJ, as Markdown."""
    row = [float(text) for text in KTAB_PRINTED.split()[: len(KTAB)]]
    lines = ["| actor | power | policy | cares | competition | cares | published | ours |", "|---" * 8 + "|"]
    for (name, facts), printed, value in zip(KTAB.items(), row, ktab()[0], strict=True):
        lines.append(f"| {name} | {' | '.join(f'{fact:g}' for fact in facts)} | {printed:.3f} | {value:.3f} |")
    return "\n".join(lines)


def dushanbe_table() -> str:
    """The baseline beside the simulation, as Markdown, in per cent."""
    result = sim.run("dushanbe-2025", worlds=WORLDS, doubt=True)
    story = result.scenario
    names = {code: spec.name for group in (story.powers, story.republics) for code, spec in group.items()}
    head = "| republic | power | day one | mean | median | simulated, with its 80 % band |"
    lines = [head, "|---" * 6 + "|"]
    for row in sim.median_voter(result).to_dict("records"):
        day_one, mean, median, low, middle, high = (
            f"{100 * row[name]:.0f}" for name in ("day_one", "mean", "median", "low", "simulated", "high")
        )
        lines.append(
            f"| {names[row['republic']]} | {names[row['power']]} | {day_one} | {mean} | {median} "
            f"| {middle} [{low}–{high}] |"
        )
    return "\n".join(lines)


TABLES: dict[str, Callable[[], str]] = {"emissions": emissions_table, "ktab": ktab_table, "dushanbe": dushanbe_table}


def renewed(page: str) -> str:
    """The page with its tables made anew. Raises ValueError where a marker is missing."""
    for name, table in TABLES.items():
        begin, end = BEGIN.format(name), END.format(name)
        if page.count(begin) != 1 or page.count(end) != 1:
            raise ValueError(f"the page must have the two markers once: {begin.strip()}, {end.strip()}")
        head, _, rest = page.partition(begin)
        page = f"{head}{begin}\n{table()}\n\n{end}{rest.partition(end)[2]}"
    return page


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
