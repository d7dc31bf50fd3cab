"""Priors are read strictly: every mistake of a file is told with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.runs.priors import priors
from sim.scenario import BadInput

GOOD = """\
parameters:
  effect: {path: rules.deal_effect, lognormal: [0.8, 0.5], source: assumption, note: a guess}
  hedging: {path: republics.*.hedging, normal: [1, 0.4], high: 2}
errors:
  slope: {normal: [1.0, 1.0]}
"""


def read(folder: Path, text: str) -> str:
    """What is said of a file of priors; "" where nothing is wrong."""
    file = folder / "priors.yaml"
    file.write_text(text, encoding="utf-8")
    try:
        priors(file)
    except BadInput as error:
        return str(error).replace(f"{file}:", "").replace(str(file), "")
    return ""


def test_a_good_file(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD) == ""
    effect, hedging, slope = priors(tmp_path / "priors.yaml")
    assert (effect.path, effect.log, effect.centre, effect.spread, effect.note) == (
        "rules.deal_effect",
        True,
        0.8,
        0.5,
        "a guess",
    )
    assert effect.high == 3.0, "the bound of the table"
    assert (hedging.factor, hedging.low, hedging.high) == (True, 0.0, 2.0)
    assert (slope.path, slope.source) == ("", "assumption")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("rules.deal_effect", "rules.deal_effct", "2:18: parameters.effect.path: found 'rules.deal_effct'"),
        ("rules.deal_effect", "rules.deal_effct", "did you mean rules.deal_effect?"),
        ("path: rules.deal_effect, ", "", "2:11: parameters.effect: found no path"),
        ("source: assumption", "source: lit:nobody", "found the unknown source 'lit:nobody'"),
        ("note: a guess", "nota: a guess", "did you mean note?"),
        ("note: a guess", "note: [a, guess]", "parameters.effect.note: found a list of 2, expected text"),
        ("lognormal: [0.8, 0.5]", "lognormal: [0.8]", "found a list of 1, expected two numbers"),
        ("lognormal: [0.8, 0.5]", "lognormal: [-0.8, 0.5]", "median above 0"),
        ("lognormal: [0.8, 0.5]", "lognormal: [0.8, 0.0]", "spread above 0"),
        ("lognormal: [0.8, 0.5]", "lognormal: [9, 0.5]", "expected bounds around the centre"),
        ("normal: [1, 0.4]", "normal: [1, 0.4], lognormal: [1, 1]", "one of lognormal and normal"),
        (", normal: [1, 0.4]", "", "found neither lognormal nor normal"),
        ("high: 2", "high: two", "3:64: parameters.hedging.high: found the text 'two', expected a number"),
        ("high: 2", "high: 2, high: 3", "the same key a second time"),
        ("normal: [1.0, 1.0]", "normal: [1.0, 1.0], path: rules.deal_effect", "5:31: errors.slope.path: found"),
        ("{normal: [1.0, 1.0]}", "7", "5:10: errors.slope: found the number 7, expected a mapping"),
        ("errors:", "erors:", "did you mean errors?"),
        (GOOD, "", "1:1: found nothing, expected priors"),
        (GOOD, "- 1", "found a list of 1, expected a mapping of parameters and errors"),
        (GOOD, "a: [", "well-formed YAML"),
    ],
)
def test_a_bad_file(old: str, new: str, said: str, tmp_path: Path) -> None:
    assert said in read(tmp_path, GOOD.replace(old, new, 1))


def test_all_mistakes_at_once(tmp_path: Path) -> None:
    said = read(tmp_path, GOOD.replace("[0.8, 0.5]", "[0.8]").replace("high: 2", "high: two").replace("[1.0,", "[x,"))
    assert [line.split(":")[0] for line in said.splitlines()] == ["2", "3", "5"]


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such file"):
        priors(tmp_path / "none.yaml")
