"""Wants: what is read, what a gain is and when it is enough, by hand; and what a mistake is told."""

from __future__ import annotations

import numpy as np
import pytest

import sim
from sim.decisions.want import Want, parse

KNOWN = ("KAZ.EUU.share", "RUS.rebukes", "EUU.delivered", "TJK.leader", "KAZ.RUS.change")


@pytest.mark.parametrize(
    ("text", "sign", "amount", "kind"),
    [
        ("KAZ.EUU.share +3 pp vs base", 1, 0.03, "difference"),
        ("KAZ.EUU.share −2 points vs base", -1, -0.02, "difference"),
        ("KAZ.EUU.share >= 25 %", 1, 0.25, "itself"),
        ("KAZ.EUU.share <= 0.2", -1, 0.2, "itself"),
        ("KAZ.EUU.share >= -1 pp vs base", 1, -0.01, "difference"),
        ("KAZ.EUU.share +0.03 vs. base", 1, 0.03, "difference"),
        ("EUU.delivered +10 % vs base", 1, 0.1, "ratio"),
        ("EUU.delivered +2.5 vs base", 1, 2.5, "difference"),
        ("RUS.rebukes<=3", -1, 3.0, "itself"),
        ("KAZ.RUS.change -1.5pp VS BASE", -1, -0.015, "difference"),
    ],
)
def test_a_want_is_read(text: str, sign: int, amount: float, kind: str) -> None:
    want = parse(text, KNOWN)
    assert (want.sign, want.kind) == (sign, kind)
    assert want.amount == pytest.approx(amount)


def test_gains_and_margins_by_hand() -> None:
    values, base = np.array([[0.23, 0.20]]), np.array([[0.20, 0.25]])
    more = parse("KAZ.EUU.share +3 pp vs base", KNOWN)
    np.testing.assert_allclose(more.gain(values, base), [[0.03, -0.05]])
    assert more.met(more.gain(values, base)).tolist() == [[True, False]]
    less = parse("KAZ.EUU.share -3 pp vs base", KNOWN)
    assert less.met(less.gain(values, base)).tolist() == [[False, True]]
    np.testing.assert_allclose(less.margin(less.gain(values, base)), [[-0.06, 0.02]])
    tenth = parse("EUU.delivered +10 % vs base", KNOWN)
    np.testing.assert_allclose(tenth.gain(np.array([11.0, 3.0]), np.array([10.0, 0.0])), [0.1, 0.0])
    itself = parse("KAZ.EUU.share >= 21 %", KNOWN)
    assert itself.met(itself.gain(values, base)).tolist() == [[True, False]]


def test_a_gain_is_shown_in_its_unit() -> None:
    assert parse("KAZ.EUU.share +3 pp vs base", KNOWN).size(-0.0123) == "−1.2 pp"
    assert parse("KAZ.EUU.share >= 25 %", KNOWN).size(0.2641) == "26.4 %"
    assert parse("EUU.delivered +10 % vs base", KNOWN).size(0.1) == "+10.0 %"
    assert parse("RUS.rebukes <= 3", KNOWN).size(2.0) == "2.0"


def test_a_want_in_words() -> None:
    scenario = sim.load("dushanbe-2025")
    want = parse("KAZ.EUU.share +3 pp vs base", KNOWN)
    assert want.said(scenario) == "Kazakhstan's alignment with the European Union +3 points against doing nothing"
    assert parse("KAZ.EUU.share <= 20 %", KNOWN).said(scenario).endswith("European Union at most 20 %")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("KAZ.EU.share +3 pp vs base", "did you mean KAZ.EUU.share?"),
        ("KAZ.EUU.share +3 pp", "without 'vs base' or a comparison"),
        ("KAZ.EUU.share 3 pp vs base", "without a direction"),
        ("RUS.rebukes +3 pp vs base", "RUS.rebukes is no share"),
        ("RUS.rebukes >= 30 %", "is no share; or per cent 'vs base'"),
        ("TJK.leader >= 1", "a name and no number"),
        ("more of everything", "such as KAZ.EUU.share"),
        ("KAZ.EUU.share >= 25 % " + "x" * 300, "an outcome and how much"),
    ],
)
def test_a_mistake_is_told(text: str, told: str) -> None:
    with pytest.raises(sim.BadInput) as error:
        parse(text, KNOWN, file="a.yaml", line=3)
    assert told in str(error.value)
    assert str(error.value).startswith("a.yaml:3: want: ")


def test_where_nothing_is_done_a_difference_is_nothing() -> None:
    want = Want("", "KAZ.EUU.share", 1, 0.03, "difference")
    base = np.array([0.1, 0.2])
    assert not want.gain(base, base).any()
