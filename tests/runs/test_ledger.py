"""The ledger says what the record holds, in plain English."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

import sim
from sim.runs.ledger import KINDS, NOTICED, OUTBID, REFUSED, TAKEN, UNPAID
from sim.world import rules


@pytest.fixture(scope="module")
def result() -> sim.Result:
    return sim.run("dushanbe-2025", worlds=60)


@pytest.fixture(scope="module")
def told(result: sim.Result) -> pd.DataFrame:
    return pd.concat([result.ledger(world) for world in range(result.worlds)], ignore_index=True)


def test_every_project_on_a_table_is_told_once(result: sim.Result, told: pd.DataFrame) -> None:
    entries = told[told.kind == "project"]
    opener = result.array("opener")
    assert len(entries) == (opener >= 0).sum()
    assert set(entries.outcome) <= {TAKEN, OUTBID, REFUSED, UNPAID}
    got = entries[entries.outcome.isin([TAKEN, OUTBID])]
    assert len(got) == (result.array("answer") == rules.ACCEPTED).sum()
    names = {code: spec.name for code, spec in result.scenario.powers.items()}
    for row in got.itertuples():
        t, i, j = row.month - 1, result.republics.index(row.republic), result.powers.index(row.power)
        assert result.array("answer")[t, i, j, row.world] == rules.ACCEPTED
        assert (row.outcome == TAKEN) == (opener[t, i, row.world] == j)
        assert row.size == result.array("offer_size")[t, i, j, row.world]
        assert f" in {row.sector} in {result.scenario.republics[row.republic].name}" in row.text
        bids = result.array("answer")[t, i, :, row.world] != rules.NO_OFFER
        for k in np.flatnonzero(bids):
            assert names[result.powers[k]] in row.text
        if row.outcome == OUTBID:
            assert re.search(rf"takes (the )?{names[row.power]}’s bid of \d", row.text)


def test_a_month_in_which_nothing_happens_has_no_entry(result: sim.Result) -> None:
    quiet = [kind for kind in KINDS if kind not in ("event", "grievance", "delivery")]
    for world in range(5):
        table = result.ledger(world)
        months = set(table[table.kind.isin(quiet)].month)
        busy = [result.array(name)[..., world] for name in ("stance", "opener", "request_power")]
        happened = np.logical_or.reduce(
            [(array >= 0).reshape(len(array), -1).any(axis=1) for array in busy]
            + [result.array("rebuke")[..., world].any(axis=(1, 2))]
            + [(result.array("cancelled")[..., world] >= NOTICED).any(axis=(1, 2, 3))]
        )
        assert months == set(np.flatnonzero(happened) + 1)


def test_who_speaks_up_is_told_with_the_answer(result: sim.Result, told: pd.DataFrame) -> None:
    said = {rules.CONCILIATED: "concedes", rules.COERCED: "punishes", rules.IGNORED: "lets it pass"}
    seen = set()
    spoke = told[(told.kind == "rebuke") | ((told.kind == "stance") & (told.outcome == "assertive"))]
    for row in spoke.itertuples():
        i, j = result.republics.index(row.republic), result.powers.index(row.power)
        response = result.array("response")[row.month - 1, i, j, row.world]
        assert said[response] in row.text
        seen.add(int(response))
    assert seen == set(said)
    deferred = told[(told.kind == "stance") & (told.outcome == "deferential")]
    assert deferred.text.str.contains("rewards it with security").any()
    assert not told[told.outcome == "transactional"].text.str.contains(";").any()


def test_what_is_called_off_is_told(result: sim.Result, told: pd.DataFrame) -> None:
    entries = told[told.kind == "cancellation"]
    assert len(entries) == (result.array("cancelled") >= NOTICED).sum()
    assert set(entries.outcome) <= {"called off", "punishment"}


def test_sentences_are_english(told: pd.DataFrame) -> None:
    texts = told[told.kind != "event"].text
    assert texts.str.match(r"^[A-Z].*\.$").all()
    assert not texts.str.contains(r"(?<!the )(?<!The )European Union").any()
    assert not texts.str.contains(r"'s\b|\bnan\b|None|(?<![.\d])1 points").any()
    assert set(told.kind) == set(KINDS)
