"""The figures and the shipped scenarios: every value has a source, every source exists, every claim is used."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from sim.scenario import load, shipped, sources
from sim.scenario.table import SECTORS

ROOT = Path(__file__).parents[2]
SEEDS = ROOT / "seeds"
OBSERVED = SEEDS / "observed"
SCENARIOS = (
    "assertive-five",
    "belt-and-road-surge",
    "brussels-delivers",
    "crowded-steppe",
    "dushanbe-2025",
    "hindcast-2013",
    "moscow-reasserts",
    "war-drags-on",
    "words-without-deeds",
)

MACHINE = re.compile(r"(?<![\w.])/(?:work|tmp|root|home|Users)/|\.\./shared|[A-Z]:\\")
ROUNDING = 0.0005001
"""Trade shares are written with three decimals."""


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """Rows of a csv of the observed figures."""
    with (OBSERVED / name).open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def read_yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def named_sources(node: Any) -> Iterator[str]:
    """Every source written anywhere in a scenario file."""
    if isinstance(node, dict):
        found = node.get("source", [])
        yield from [found] if isinstance(found, str) else found
        for value in node.values():
            yield from named_sources(value)


def trade_share(republic: str, power: str, year: int, table: str = "trade.csv") -> float:
    """Goods trade with a power over total goods trade of the same year, 0 to 1."""

    def total(name: str, **where: str) -> float:
        found = [row for row in rows(name) if all(row[key] == value for key, value in where.items())]
        assert len(found) == 1, (name, where)
        return float(found[0]["total_usd_m"])

    return total(table, republic=republic, power=power, year=str(year)) / total(
        "trade_totals.csv", republic=republic, year=str(year)
    )


# -- scenarios ----------------------------------------------------------------------------------------------------


def test_the_promised_scenarios_are_shipped() -> None:
    assert set(SCENARIOS) <= set(shipped())


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_value_has_a_source_that_exists(name: str) -> None:
    scenario = load(name)
    for path in scenario.numeric_paths():
        found = scenario.source_of(path)
        assert found, f"{name}: {path} has no source"
        assert not [one for one in found if sources.fault(one)], f"{name}: {path} has an unknown source in {found}"


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_event_and_every_page_says_what_it_is_about(name: str) -> None:
    scenario = load(name)
    assert 2 <= len(re.findall(r"[.?!](?:\s|$)", scenario.about)) <= 6
    assert all(event.about for event in scenario.events.values())


@pytest.mark.parametrize("name", SCENARIOS)
def test_something_is_always_left_to_others(name: str) -> None:
    """Σ over powers stays clear of 1, so that no logit starts at an extreme."""
    for code, republic in load(name).republics.items():
        for sector in SECTORS:
            assert sum(republic.alignment[sector].values()) <= 0.97, (code, sector)


@pytest.mark.parametrize("name", SCENARIOS)
def test_values_that_matter_say_how_sure_they_are(name: str) -> None:
    scenario = load(name)
    paths = [f"powers.{power}.{value}" for power in scenario.powers for value in ("strain", "respect", "budget")]
    paths += [f"republics.{code}.{value}.RUS" for code in scenario.republics for value in ("leverage", "grievance")]
    for path in paths:
        found = scenario.range_of(path)
        assert found is not None, f"{name}: {path} has no range"
        assert found[0] <= scenario.get(path) <= found[1], f"{name}: {path} outside its range"


def test_every_claim_is_used() -> None:
    used = {source for name in SCENARIOS for source in named_sources(read_yaml(ROOT / "scenarios" / f"{name}.yaml"))}
    claims = {f"claim:{claim['id']}" for claim in read_yaml(SEEDS / "claims.yaml")["claims"]}
    assert not claims - used


@pytest.mark.parametrize(
    ("name", "republic", "year"),
    [
        ("dushanbe-2025", "KAZ", 2023),
        ("dushanbe-2025", "KGZ", 2023),
        ("dushanbe-2025", "UZB", 2024),
        ("hindcast-2013", "KAZ", 2012),
        ("hindcast-2013", "KGZ", 2012),
        ("hindcast-2013", "UZB", 2012),
    ],
)
def test_trade_shares_follow_from_the_figures(name: str, republic: str, year: int) -> None:
    scenario = load(name)
    for power in ("RUS", "CHN", "EUU"):
        path = f"republics.{republic}.alignment.trade.{power}"
        assert scenario.get(path) == pytest.approx(trade_share(republic, power, year), abs=ROUNDING)
        assert {"data:trade", "data:trade-totals"} <= set(scenario.source_of(path))


def test_trade_shares_of_the_newcomers_follow_from_the_figures() -> None:
    scenario = load("crowded-steppe")
    pairs = [(row["republic"], row["power"]) for row in rows("trade_newcomers.csv")]
    assert len(pairs) >= 8
    for republic, power in pairs:
        share = trade_share(republic, power, 2023, "trade_newcomers.csv")
        assert scenario.get(f"republics.{republic}.alignment.trade.{power}") == pytest.approx(share, abs=ROUNDING)


def test_the_hindcast_rests_on_the_record() -> None:
    """At least 40 dated events, each in a month of the record, except what a note says follows from it."""
    record = {row["date"][:7] for row in rows("events.csv")}
    events = read_yaml(ROOT / "scenarios" / "hindcast-2013.yaml")["events"]
    dated = {key: str(event["date"])[:7] for key, event in events.items() if key not in ("source", "note")}
    assert len(dated) >= 40
    off_record = {key for key, month in dated.items() if month not in record}
    assert all("follows" in events[key].get("note", "") for key in off_record), off_record


# -- seeds --------------------------------------------------------------------------------------------------------


def test_the_article_makes_twenty_claims() -> None:
    file = read_yaml(SEEDS / "claims.yaml")
    assert file["article"].keys() >= {"title", "date"}
    claims = file["claims"]
    assert len(claims) == len({claim["id"] for claim in claims}) == 20
    for claim in claims:
        assert claim.keys() == {"id", "topic", "text"}
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", claim["id"])


def test_every_work_can_be_found() -> None:
    for key, work in read_yaml(SEEDS / "literature.yaml").items():
        assert work.keys() == {"authors", "year", "title", "venue"}, key
        assert key.endswith(f"-{work['year']}")
        for author in work["authors"]:
            assert author == "and others" or re.fullmatch(r"[^,]+, (\w\.[ -]?)+", author), f"{key}: {author}"


def test_works_listed_in_the_odd_are_known() -> None:
    """Each reference of the ODD is a work of seeds/literature.yaml, with the same authors, year and title."""
    listed = (ROOT / "docs" / "ODD.md").read_text(encoding="utf-8").split("## References\n", 1)[1]
    told = [line.removeprefix("- ") for line in listed.splitlines() if line.startswith("- ")]
    known = [
        f"{', '.join(work['authors'])} ({work['year']}). *{work['title']}*"
        for work in read_yaml(SEEDS / "literature.yaml").values()
    ]
    assert len(told) >= 14
    for line in told:
        match = [one for one in known if line.startswith(one)]
        assert len(match) == 1, line


def test_every_csv_is_in_the_index_once() -> None:
    index = read_yaml(OBSERVED / "index.yaml")
    files = [entry["file"] for entry in index.values()]
    assert sorted(files) == sorted(path.name for path in OBSERVED.glob("*.csv") if path.name != "sources.csv")
    for key, entry in index.items():
        assert entry.keys() == {"file", "kind", "title", "coverage", "source", "licence", "contradictions"}, key


def test_every_row_names_a_known_source() -> None:
    known = [row["id"] for row in rows("sources.csv")]
    assert len(known) == len(set(known))
    assert all(row["citation"] for row in rows("sources.csv"))
    named = {row["source"] for path in OBSERVED.glob("*.csv") if path.name != "sources.csv" for row in rows(path.name)}
    assert named == set(known)


NUMBERS = (
    "value",
    "share",
    "agreement",
    "n_votes",
    "n_years",
    "exports_usd_m",
    "imports_usd_m",
    "total_usd_m",
    "export_share_pct",
    "import_share_pct",
    "share_of_arms_imports",
    "usd_m",
    "aid_usd_m",
    "other_official_usd_m",
    "vague_usd_m",
    "fdi_stock_usd_m",
    "tiv_ordered",
    "tiv_delivered",
)


@pytest.mark.parametrize("name", sorted(path.name for path in OBSERVED.glob("*.csv")))
def test_a_csv_is_whole(name: str) -> None:
    assert rows(name)
    for line, row in enumerate(rows(name), start=2):
        assert None not in row, f"{name}:{line}: too many cells"
        assert None not in row.values(), f"{name}:{line}: too few cells"
        for column in NUMBERS:
            if row.get(column):
                assert float(row[column]) >= 0, f"{name}:{line}: {column}"


def test_trade_has_one_row_for_each_pair_and_year() -> None:
    keys = [(row["republic"], row["power"], row["year"]) for row in rows("trade.csv")]
    assert len(keys) == len(set(keys))
    assert {power for _, power, _ in keys} == {"RUS", "CHN", "EUU"}
    for row in rows("trade.csv"):
        if row["exports_usd_m"] and row["imports_usd_m"]:
            sum_of_both = float(row["exports_usd_m"]) + float(row["imports_usd_m"])
            assert float(row["total_usd_m"]) == pytest.approx(sum_of_both, rel=0.001, abs=60)


def test_projects_are_large_dated_and_in_one_sector() -> None:
    """The tracker begins at 100 million dollars, in tens of millions; no project stands twice."""
    projects = rows("china_projects.csv")
    assert len(projects) == 66
    keys = [(row["republic"], row["date"], row["usd_m"], row["stated_branch"]) for row in projects]
    assert len(keys) == len(set(keys))
    assert keys == sorted(keys, key=lambda key: key[1]), "in order of time"
    for row in projects:
        assert row["power"] == "CHN"
        assert re.fullmatch(r"20(0[5-9]|1[0-8])-(0[1-9]|1[0-2])", row["date"])
        assert int(row["usd_m"]) >= 100
        assert int(row["usd_m"]) % 10 == 0
        assert row["sector"] in SECTORS


def test_finance_has_one_row_for_each_republic_and_year() -> None:
    finance = rows("china_finance.csv")
    keys = [(row["republic"], int(row["year"])) for row in finance]
    assert len(keys) == len(set(keys)) == 98
    assert {year for _, year in keys} == set(range(2000, 2022))
    without_amounts = {
        key
        for key, row in zip(keys, finance, strict=True)
        if not sum(float(row[k]) for k in row if k.endswith("usd_m"))
    }
    assert without_amounts == {("TKM", year) for year in (2008, 2013, 2017, 2018, 2020, 2021)}


def test_arms_are_delivered_after_they_are_ordered_and_no_more_than_ordered() -> None:
    orders = rows("arms_orders.csv")
    assert len(orders) == 239
    assert {row["power"] for row in orders} == {"RUS", "CHN", "EUU", "TUR", "USA", "other"}
    assert {row["condition"] for row in orders} == {"new", "second hand", "second hand but modernized"}
    undelivered = 0
    for row in orders:
        years = [int(year) for year in row["years_delivered"].split("; ") if year]
        assert years == sorted(years)
        assert all(int(row["year"]) <= year <= 2024 for year in years)
        undelivered += not years
        if not years:
            assert float(row["tiv_delivered"]) == 0
        if float(row["tiv_ordered"]):  # where the number ordered is known
            assert float(row["tiv_delivered"]) <= float(row["tiv_ordered"])
    assert undelivered == 6


def test_orders_of_arms_agree_with_the_shares_by_period() -> None:
    """Both come from one register, the shares by year of delivery; a delivery over years is spread evenly here."""
    volume: dict[tuple[str, str, str], float] = {}
    for row in rows("arms_orders.csv"):
        years = row["years_delivered"].split("; ") if row["years_delivered"] else []
        for year in years:
            period = "2013-2019" if 2013 <= int(year) <= 2019 else "2020-2024" if int(year) >= 2020 else ""
            for power in (row["power"], "all"):
                key = (row["republic"], power, period)
                volume[key] = volume.get(key, 0.0) + float(row["tiv_delivered"]) / len(years)
    for row in rows("arms.csv"):
        here = volume.get((row["republic"], row["power"], row["period"]), 0.0)
        share = here / volume[row["republic"], "all", row["period"]]
        assert share == pytest.approx(float(row["share_of_arms_imports"]), abs=0.05), row


def test_chinese_investment_has_every_republic_and_year() -> None:
    keys = [(row["republic"], int(row["year"])) for row in rows("fdi_china.csv")]
    assert keys == [(code, year) for code in ("KAZ", "KGZ", "TJK", "TKM", "UZB") for year in range(2018, 2025)]


@pytest.mark.parametrize(
    "path", sorted([*SEEDS.rglob("*.*"), *(ROOT / "scenarios").glob("*.yaml")]), ids=lambda path: path.name
)
def test_no_file_names_a_place_on_a_machine(path: Path) -> None:
    found = MACHINE.search(path.read_text(encoding="utf-8"))
    assert found is None, found
