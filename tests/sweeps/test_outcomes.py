"""Outcomes: documented as they are computed, relative to the base, and means over republics weighted by choice."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import sim
from sim.cli.app import app
from sim.runs import region
from sim.world.record import OUTCOMES, outcomes_of

STRAIN = "powers.RUS.strain"


def call(*words: str) -> Any:
    return CliRunner().invoke(app, words, prog_name="sim", env={"COLUMNS": "80"})


@pytest.mark.parametrize("name", ["dushanbe-2025", "crowded-steppe", "south-caucasus-2025"])
def test_every_outcome_is_documented_and_within_its_range(name: str) -> None:
    result = sim.run(name, worlds=8, months=6, keep="outcomes")
    known = outcomes_of(result.scenario)
    assert list(known) == list(result.record.outcomes)
    assert {kind.name for kind in known.values()} == {kind.name for kind in OUTCOMES}
    for outcome, kind in known.items():
        values = result.record.outcomes[outcome]
        assert kind.low is None or values.min() >= kind.low, outcome
        assert kind.high is None or values.max() <= kind.high, outcome


def test_outcomes_as_a_table() -> None:
    kinds = sim.outcomes()
    assert kinds.outcome.tolist() == [kind.name for kind in OUTCOMES]
    named = sim.outcomes("dushanbe-2025", relative=True).set_index("outcome")
    assert named.what["KAZ.RUS.share"] == "Kazakhstan's alignment with Russia"
    assert "alike" not in named.about["KAZ.RUS.share"]
    assert "--region-weights" in named.about["RUS.share"]
    assert (named.low["RUS.share.vs_base"], named.high["RUS.share.vs_base"]) == (-1.0, 1.0)
    assert "KAZ.leader.vs_base" not in named.index
    with pytest.raises(sim.BadInput, match=r"did you mean KAZ\.RUS\.share"):
        sim.outcomes("dushanbe-2025", "KAZ.RUS.shrae")


def test_sim_outcomes() -> None:
    page = call("outcomes", "dushanbe-2025", "--outcome", "KAZ.RUS.*")
    assert page.exit_code == 0, page.output
    assert max(map(len, page.stdout.splitlines())) <= 80
    assert re.search(r"^KAZ\.RUS\.share +0 to 1 +share +Kazakhstan's", page.stdout, re.MULTILINE)
    rows = pd.read_csv(io.StringIO(call("outcomes", "dushanbe-2025", "--format", "csv").stdout))
    assert len(rows) == len(outcomes_of(sim.load("dushanbe-2025")))
    assert len(json.loads(call("outcomes", "--format", "json").stdout)["outcomes"]) == len(OUTCOMES)
    wrong = call("outcomes", "dushanbe-2025", "--outcome", "KAZ.RUS.shrae")
    assert (wrong.exit_code, wrong.stdout) == (2, "")
    assert wrong.stderr.startswith("--outcome: ")
    assert "did you mean KAZ.RUS.share?" in wrong.stderr


# -- relative to the base ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("luck", ["paired", "fresh"])
def test_outcomes_relative_to_the_base_are_differences_in_the_same_world(luck: str) -> None:
    names = ["RUS.share", "RUS.share.vs_base", "KAZ.leader_changed.vs_base"]
    swept = sim.sweep(
        "dushanbe-2025", vary={STRAIN: [0.4, 0.8]}, worlds=5, months=8, luck=luck, outcomes=names, workers=1
    )
    assert set(swept.outcomes) == set(names)
    base = sim.run("dushanbe-2025", worlds=10, months=8, keep="outcomes").record.outcomes["RUS.share"]
    table = swept.table(["world", STRAIN, *names])
    np.testing.assert_array_equal(table["RUS.share.vs_base"], table["RUS.share"] - base[table.world])
    assert (table[table[STRAIN] == 0.4]["RUS.share.vs_base"] == 0.0).all()  # the scenario's own
    assert table[table[STRAIN] == 0.8]["RUS.share.vs_base"].mean() < 0.0


@pytest.mark.slow
def test_outcomes_relative_to_the_base_are_kept_only_where_named() -> None:
    swept = sim.sweep("dushanbe-2025", vary={STRAIN: [0.4, 0.8]}, worlds=5, months=2, workers=1)
    assert not [name for name in swept.outcomes if name.endswith("vs_base")]
    swept = sim.sweep(
        "dushanbe-2025", vary={STRAIN: [0.2, 0.4]}, worlds=10, months=2, outcomes=["*.share.vs_base"], workers=1
    )
    assert all(name.endswith(".share.vs_base") for name in swept.outcomes)
    rule = swept.discover("RUS.share.vs_base > 0 %", boxes=1)
    assert rule.said == "mean alignment with Russia against the base > 0 %"


# -- means over republics ----------------------------------------------------------------------------------------------


def test_gdp_weighs_means_over_republics_and_nothing_else() -> None:
    alike, weighted = (
        sim.run("dushanbe-2025", worlds=6, months=6, keep="overall", region_weights=kind) for kind in ("alike", "gdp")
    )
    with (Path(__file__).parents[2] / "seeds/observed/gdp.csv").open(encoding="utf-8") as file:
        gdp = {row["republic"]: float(row["gdp_usd_m"]) for row in csv.DictReader(file) if row["year"] == "2023"}
    known = outcomes_of(alike.scenario)
    for name, kind in known.items():
        if not kind.regional:
            np.testing.assert_array_equal(alike.record.outcomes[name], weighted.record.outcomes[name], err_msg=name)
    for what in ("share", "change", "grievance"):
        pairs = {r: alike.record.outcomes[f"{r}.RUS.{what}"] for r in alike.republics}
        by_hand = sum(gdp[r] * values for r, values in pairs.items()) / sum(gdp[r] for r in pairs)
        np.testing.assert_allclose(weighted.record.outcomes[f"RUS.{what}"], by_hand, rtol=1e-6)
        np.testing.assert_allclose(alike.record.outcomes[f"RUS.{what}"], sum(pairs.values()) / 5, rtol=1e-6)
    assert "republics (by GDP of 2023)" in weighted.headline()
    assert "republics (each alike)" in alike.headline()
    assert weighted.ask != alike.ask
    assert "means over republics by GDP of 2023" in weighted.ask.beside


def test_the_year_of_gdp_is_over_when_the_scenario_begins() -> None:
    assert region.said("gdp", sim.load("hindcast-2013")) == "by GDP of 2012"
    assert region.said("gdp", sim.load("dushanbe-2025")) == "by GDP of 2023"  # the last on record


def test_a_weighted_result_is_read_back_as_it_was(tmp_path: Path) -> None:
    result = sim.run("dushanbe-2025", worlds=4, months=3, keep="outcomes", region_weights="gdp")
    again = sim.Result.load(result.save(tmp_path / "r", figures=False))
    assert again.ask == result.ask
    assert again.headline() == result.headline()


def test_a_matrix_has_the_same_weights_as_the_outcomes() -> None:
    both = sim.compare(
        "dushanbe-2025", "war-drags-on", "moscow-reasserts", worlds=6, months=6, keep="overall", region_weights="gdp"
    )
    row = both.matrix().query("republic == 'all' and power == 'RUS'").iloc[0]
    base, other = (both.results[k].record.outcomes["RUS.share"] for k in (0, 1))
    assert row["war-drags-on"] == pytest.approx(float(np.median(other - base)), abs=1e-9)


def test_a_sweep_keeps_its_weights_and_says_so() -> None:
    swept = sim.sweep(
        "dushanbe-2025",
        vary={STRAIN: [0.4, 0.8]},
        worlds=4,
        months=3,
        outcomes=["RUS.share"],
        region_weights="gdp",
        workers=1,
    )
    assert swept.weighted == "by GDP of 2023"
    base = sim.run("dushanbe-2025", worlds=4, months=3, keep="outcomes", region_weights="gdp")
    found = swept.table([STRAIN, "RUS.share"])
    np.testing.assert_array_equal(found[found[STRAIN] == 0.4]["RUS.share"], base.record.outcomes["RUS.share"])
    texts = [text.get_text() for text in swept.plot.responses("RUS.share").texts]
    assert any("mean over republics by GDP of 2023" in text for text in texts)


def test_weights_that_cannot_be() -> None:
    with pytest.raises(sim.BadInput, match=r"one of alike, gdp; did you mean gdp"):
        sim.run("dushanbe-2025", worlds=1, months=1, region_weights="gpd")
    with pytest.raises(sim.BadInput, match="no GDP of Armenia in 2023"):
        sim.run("south-caucasus-2025", worlds=1, months=1, region_weights="gdp")
    ones = [sim.run("dushanbe-2025", worlds=2, months=1, region_weights=kind) for kind in ("alike", "gdp")]
    with pytest.raises(sim.BadInput, match="results of the same weights"):
        sim.compare(*ones)
    wrong = call("run", "south-caucasus-2025", "--worlds", "1", "--region-weights", "gdp")
    assert (wrong.exit_code, wrong.stdout) == (2, "")
    assert "--region-weights: found no GDP of Armenia" in wrong.stderr
