"""What somebody wants, ``KAZ.EUU.share +3 pp vs base``: an outcome, how far, and compared with what.

``NAME AMOUNT vs base`` asks for a difference from what happens in the same future if nothing is done; a plus wants more
of the outcome, a minus less. ``NAME >= AMOUNT`` and ``NAME <= AMOUNT`` ask for the outcome itself, or with ``vs base``
for the difference. Amounts are numbers in the outcome's own unit; of shares also percentage points (``3 pp``) or,
where the outcome itself is meant, per cent (``25 %``). Beside ``vs base`` per cent are per cent of the base:
``+10 % vs base`` is a tenth more.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.runs.ask import Ask
from sim.runs.words import capital, minus, number
from sim.scenario import BadInput, Problem, Scenario
from sim.scenario.errors import nearest, printable
from sim.sweeps.batches import LEADER, probe
from sim.sweeps.factors import outcome_is_share, outcome_words
from sim.world.record import outcomes_of

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Kind = Literal["itself", "difference", "ratio"]

EXAMPLE = "KAZ.EUU.share +3 pp vs base, or KAZ.EUU.share >= 25 %"
_WANT = re.compile(
    r"(?P<name>[A-Za-z_][\w.-]*?)\s*(?P<sign><=|>=|<|>)?\s*(?P<amount>[-+−]?\s*(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*"
    r"(?P<unit>pp|percentage points?|points?|%|per cent|percent)?\s*(?P<base>(?:vs\.?|versus)\s+base)?",
    re.ASCII | re.IGNORECASE,
)
_UNIT: dict[str, str] = {"%": "%", "per cent": "%", "percent": "%"}
_SLACK = 1e-12
"""How far below its amount a gain counts as reached: numbers are not exact to the last bit."""


@dataclass(frozen=True)
class Want:
    """A want that was read.

    ``sign`` is +1 where more of the outcome is better, -1 where less is. ``amount`` is in the outcome's unit, of a
    "ratio" a part of the base.
    """

    text: str
    outcome: str
    sign: int
    amount: float
    kind: Kind

    @property
    def relative(self) -> bool:
        """Whether it compares with what happens if nothing is done."""
        return self.kind != "itself"

    @property
    def is_share(self) -> bool:
        """Whether gains are parts of a whole, which are said in percentage points (of a ratio: in per cent)."""
        return self.kind == "ratio" or outcome_is_share(self.outcome)

    def gain(self, values: Floats, base: Floats) -> Floats:
        """What is compared with the amount: the outcome itself, or its difference from or ratio to the ``base``.

        ``values`` and ``base`` (…, future) broadcast. Where there is nothing in the base (0), a ratio is 0.
        """
        if self.kind == "itself":
            return np.broadcast_to(values, np.broadcast_shapes(values.shape, base.shape)).astype(np.float64)
        difference: Floats = values - base
        if self.kind == "difference":
            return difference
        return np.divide(difference, np.abs(base), out=np.zeros_like(difference), where=base != 0.0)

    def good(self, gain: Floats) -> Floats:
        """Gains so turned that more is better."""
        better: Floats = self.sign * gain
        return better

    def margin(self, gain: Floats) -> Floats:
        """How far gains are beyond what is wanted, negative where they fall short."""
        over: Floats = self.sign * (gain - self.amount)
        return over

    def met(self, gain: Floats) -> Flags:
        """Where a gain is enough."""
        return np.asarray(self.margin(gain) >= -_SLACK, dtype=bool)

    def shown(self, gain: float, digits: int = 1) -> str:
        """A gain as tables show it, with its sign where it is a difference: ``+3.2`` points, ``26.4`` per cent."""
        value = 100.0 * gain if self.is_share else gain
        return minus(f"{value:{'+' if self.relative else ''}.{digits}f}").replace("+0.0", "0.0").replace("−0.0", "0.0")

    @property
    def unit(self) -> str:
        """The unit of what ``shown`` gives."""
        if self.kind == "ratio":
            return "%"
        if not self.is_share:
            return ""
        return "pp" if self.relative else "%"

    def size(self, gain: float) -> str:
        """A gain with its unit: ``+3.2 pp``."""
        return f"{self.shown(gain)}{' ' if self.unit else ''}{self.unit}"

    @property
    def aim(self) -> str:
        """The amount in a few words: ``+3 points``, ``at least 25 %``."""
        value = 100.0 * self.amount if self.is_share else self.amount
        unit = {"pp": " point" if abs(round(value, 9)) == 1.0 else " points", "%": " %", "": ""}[self.unit]
        if not self.relative:
            return f"{'at least' if self.sign > 0 else 'at most'} {number(value)}{unit}"
        return f"{'' if value < 0 else '+'}{number(value)}{unit}"

    def said(self, scenario: Scenario) -> str:
        """The want in words: "Kazakhstan's alignment with the European Union +3 points against doing nothing"."""
        against = " against doing nothing" if self.relative else ""
        return f"{capital(outcome_words(self.outcome, scenario))} {self.aim}{against}"


def read(
    texts: Iterable[tuple[str, int | None, int | None]], scenario: Scenario, *, path: str = "want", file: str = ""
) -> tuple[tuple[Want, ...], list[Problem]]:
    """Read wants about a scenario, each with its line and column, and all that is wrong with them.

    Beside what ``parse`` refuses: the same want twice, and an amount that the outcome never has.
    """
    known, wants, problems = tuple(probe(Ask(scenario, 1))), list[Want](), list[Problem]()
    for text, line, column in texts:
        try:
            want = parse(text, known, path=path, file=file, line=line, column=column)
        except BadInput as error:
            problems += error.problems
            continue
        wrong = _beyond(want, scenario)
        if any(replace(want, text="") == replace(other, text="") for other in wants):
            wrong = (f"{printable(want.text)!r} twice", "each want once")
        if wrong:
            problems.append(Problem(file, line, column, path, *wrong))
        wants.append(want)
    return tuple(wants), problems


def _beyond(want: Want, scenario: Scenario) -> tuple[str, str] | None:
    """What is found and expected where an amount lies outside what its outcome may be; None where it may be."""
    kind = outcomes_of(scenario).get(want.outcome)
    if kind is None or want.kind == "ratio":
        return None
    low, high = kind.low, kind.high
    if want.relative:
        high = None if low is None or high is None else high - low
        low = None if high is None else -high
    if (low is None or want.amount >= low - _SLACK) and (high is None or want.amount <= high + _SLACK):
        return None
    scale, unit = (100.0, {"pp": " points", "%": " %", "": ""}[want.unit]) if want.is_share else (1.0, "")
    least, most = ("" if end is None else minus(f"{scale * end:g}") + unit for end in (low, high))
    span = f"{least} to {most}" if least and most else f"{least} or more" if least else f"{most} or less"
    what = "a difference of" if want.relative else "an amount of"
    return f"{printable(want.text)!r}", f"{what} {want.outcome}, which is {span} (sim outcomes)"


def parse(
    text: str,
    known: Collection[str],
    *,
    path: str = "want",
    file: str = "",
    line: int | None = None,
    column: int | None = None,
) -> Want:
    """Read a want about one of the ``known`` outcomes. Raises BadInput, saying what is wrong and what is meant."""

    def wrong(found: str, expected: str, near: str | None = None) -> BadInput:
        return BadInput.of(found, expected, path=path, nearest=near, file=file, line=line, column=column)

    match = _WANT.fullmatch(text.strip()) if len(text) < 200 else None
    if match is None:
        raise wrong(repr(printable(text)), f"an outcome and how much, such as {EXAMPLE}")
    name, unit = match["name"], (match["unit"] or "").lower()
    unit = _UNIT.get(unit, "pp" if unit else "")
    if name not in known or name.endswith(LEADER):
        numbers = [other for other in known if not other.endswith(LEADER)]
        found = f"{printable(name)!r}, which is a name and no number" if name in known else repr(printable(name))
        raise wrong(found, "an outcome that is a number, such as KAZ.EUU.share or EUU.change", nearest(name, numbers))
    said = match["amount"].replace("−", "-").replace(" ", "")
    based, share = match["base"] is not None, outcome_is_share(name)
    if unit == "pp" and not share:
        raise wrong(f"percentage points of {name}", f"a plain number: {name} is no share")
    if unit == "%" and not based and not share:
        raise wrong(f"per cent of {name}", f"a plain number, as {name} is no share; or per cent 'vs base'")
    if match["sign"] is None and not based:
        raise wrong(
            f"{printable(text)!r} without 'vs base' or a comparison", f"one of the two, such as {EXAMPLE}; or >= or <="
        )
    if match["sign"] is None and said[0] not in "+-":
        raise wrong(f"{printable(text)!r} without a direction", "a sign: + wants more, − wants less")
    amount = float(said) / (100.0 if unit else 1.0)
    sign = (
        (1 if amount >= 0 and said[0] == "+" else -1) if match["sign"] is None else (1 if ">" in match["sign"] else -1)
    )
    kind: Kind = "itself" if not based else "ratio" if unit == "%" else "difference"
    return Want(" ".join(text.split()), name, sign, amount, kind)
