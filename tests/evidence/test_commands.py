"""compare, whatif, explain, blocs and data as a user meets them: pages, json, csv, folders, and refusals."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from sim.cli.app import app
from sim.cli.pages.data import KEYS
from sim.evidence.catalogue import DRAWN, catalogue, deliveries, series
from sim.scenario import BadInput, load
from sim.scenario.locate import shipped_dir

BASE = "dushanbe-2025"
SMALL = ["--worlds", "5", "--months", "3", "-q"]
COMMANDS: dict[str, list[str]] = {
    "compare": ["compare", BASE, "war-drags-on", "brussels-delivers", *SMALL],
    "whatif": ["whatif", BASE, "--set", "powers.RUS.strain=0.7", *SMALL],
    "explain": ["explain", BASE, *SMALL],
    "one story": ["explain", BASE, "--republic", "TJK", "--power", "RUS", "--from", "2025-11", *SMALL],
    "event": ["explain", BASE, "--event", "dushanbe-summit", *SMALL],
    "blocs": ["blocs", BASE, "--month", "2025-12", "--worlds", "5", "-q"],
    "data": ["data"],
    "one series": ["data", "unga-agreement"],
}
CODES = {"RUS", "CHN", "EUU", "KAZ", "KGZ", "TJK", "TKM", "UZB"}


def run_cli(*arguments: str) -> tuple[int, str, str]:
    answer = CliRunner().invoke(app, [*arguments])
    return answer.exit_code, answer.stdout, answer.stderr


# -- pages and programs ------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_a_page_fits_80_columns_and_speaks_in_names(name: str) -> None:
    code, page, told = run_cli(*COMMANDS[name])
    assert (code, told) == (0, "")
    assert max(map(len, page.splitlines())) <= 80
    assert not {"nan", "None", "NaN"} & set(page.split())
    if "data" not in COMMANDS[name]:  # figures are shown as they are kept, with a key to their codes
        assert "Russia" in page
        assert not CODES & set(re.findall(r"[A-Z]{3}", page.replace("powers.RUS.strain", "")))
        assert "Seed 0, 5 worlds" in page


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_json_is_whole_and_says_how_it_was_made(name: str) -> None:
    code, answer, _ = run_cli(*COMMANDS[name], "--format", "json")
    assert code == 0
    content = json.loads(answer)
    if name == "data":
        assert [one["name"] for one in content["series"]] == list(catalogue())
        return
    if name == "one series":
        assert {row["source"] for row in content["rows"]} == set(content["citations"])
        return
    assert content["manifest"]["seed"] == 0
    assert content["manifest"]["versions"]["sim"]
    if name == "blocs":
        assert content["assumptions"]
    else:
        assert content["manifest"]["posterior"]["name"] == BASE, "the scenario's own, unless told otherwise"
    rows = content.get("table") or content.get("parts") or content.get("blocs")
    assert rows
    assert CODES & set(answer.replace('"', " ").split()), "programs get codes"


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        (
            "compare",
            "scenario republic power size base low median high difference_low difference difference_high doubt",
        ),
        ("whatif", "scenario republic power size base low median high difference_low difference difference_high doubt"),
        ("explain", "republic power driver low median high mean"),
        ("one story", "republic power driver low median"),
        ("event", "scenario republic power size base"),
        ("blocs", "bloc against deepest minimum energy"),
        ("data", "name kind years cells title coverage source licence contradictions"),
        ("one series", "republic power year agreement n_votes"),
    ],
)
def test_csv_is_a_table(name: str, columns: str) -> None:
    code, answer, _ = run_cli(*COMMANDS[name], "--format", "csv")
    assert code == 0
    head, *rows = csv.reader(io.StringIO(answer))
    assert head[: len(columns.split())] == columns.split()
    assert rows
    assert all(len(row) == len(head) for row in rows)
    if name == "one story":
        assert {(row[0], row[1]) for row in rows} == {("TJK", "RUS")}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "files"),
    [
        (
            "compare",
            "table.csv differences.csv outcomes.csv leaders.csv stances.csv matrix.csv matrix.svg difference-2.svg",
        ),
        ("one story", "parts.csv by_power.csv logits.csv by_month.csv scenario.yaml waterfall-TJK-RUS.png"),
        ("event", "table.csv parts.csv difference.png scenario.yaml"),
        ("blocs", "blocs.csv together.csv check.csv blocs.png"),
    ],
)
def test_out_leaves_tables_figures_scenario_and_manifest(name: str, files: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code, page, _ = run_cli(*COMMANDS[name], "--out", str(out))
    assert code == 0
    assert page == run_cli(*COMMANDS[name])[1], "the page is the same"
    there = {path.name for path in out.iterdir()}
    assert {*files.split(), "manifest.json"} <= there
    assert all(path.stat().st_size for path in out.iterdir())
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["seed"] == 0
    for story in out.glob("scenario*.yaml"):
        hashes = manifest.get("scenario_hashes") or [manifest["scenario_hash"]]
        assert load(story).hash in hashes
    for table in out.glob("*.csv"):
        assert len(pd.read_csv(table))


@pytest.mark.slow
def test_three_scenarios_come_as_a_matrix_first() -> None:
    _, page, _ = run_cli(*COMMANDS["compare"])
    first, _, rest = page.partition("The war drags on (war-drags-on) against")
    assert "Overall alignment in December 2025 against Dushanbe 2025" in first
    assert "All republics, mean" in first
    assert "no mark: negligible (under 0.25" in first
    for words in (
        "Leading power in December 2025",
        "Stances at summits",
        "Beside alignment, whole region and run, mean",
    ):
        assert rest.count(words) == 2, words
    _, two, _ = run_cli(*COMMANDS["whatif"])
    assert "All republics, mean" not in two
    answer = json.loads(run_cli(*COMMANDS["compare"], "--format", "json")[1])
    assert len(answer["matrix"]) == 18
    assert {"war-drags-on", "war-drags-on size"} < set(answer["matrix"][0])
    assert len(answer["leaders"]) == 10
    assert answer["stances"]


@pytest.mark.slow
def test_a_wide_matrix_is_cut_into_tables_that_fit() -> None:
    seven = ["war-drags-on", "assertive-five", "moscow-reasserts", "brussels-delivers", "words-without-deeds", BASE]
    _, page, _ = run_cli("compare", BASE, *seven, "--worlds", "2", "--months", "2", "-q", "--doubt", "none")
    assert max(map(len, page.splitlines())) <= 80
    assert page.count("All republics, mean") == 2


@pytest.mark.slow
def test_scenarios_that_one_posterior_does_not_fit_are_compared_without() -> None:
    code, page, _ = run_cli("compare", BASE, "crowded-steppe", *SMALL)
    assert code == 0
    assert "has Türkiye and the United States" in " ".join(page.split())
    code, _, told = run_cli("compare", BASE, "crowded-steppe", "--posterior", BASE, *SMALL)
    assert (code, "same actors" in " ".join(told.split())) == (2, True)


@pytest.mark.slow
def test_one_number_in_doubt_by_hand() -> None:
    year = ["--worlds", "10", "--months", "30", "-q"]
    for command in (["compare", BASE, "war-drags-on"], ["whatif", BASE, "--set", "powers.RUS.strain=0.9"]):
        doubt = ["--doubt", "none", "--doubt", "powers.CHN.budget=0.5:1.5"]
        code, page, _ = run_cli(*command, *year, *doubt)
        assert code == 0
        assert "powers.CHN.budget in doubt" in page
        assert "with one number in doubt" in " ".join(page.split())
        code, page, _ = run_cli(*command, *year, *doubt[2:])
        assert (code, "with numbers in doubt" in " ".join(page.split())) == (0, True)


@pytest.mark.slow
def test_one_world_says_no_share_of_worlds() -> None:
    one = ["--worlds", "1", "--months", "3", "-q"]
    for command in (["compare", BASE, "war-drags-on"], ["whatif", BASE, "--set", "powers.RUS.strain=0.7"]):
        _, page, _ = run_cli(*command, *one)
        assert "100 %" not in page
        assert "in one world only" in " ".join(page.split())


@pytest.mark.slow
def test_a_chance_event_opens_with_how_often_it_comes() -> None:
    _, page, _ = run_cli("explain", BASE, "--event", "truce", "--worlds", "20", "--months", "30", "-q")
    said = " ".join(page.split())
    assert "It comes in " in said
    assert "of worlds, with numbers in doubt; there, by March 2028, " in said
    assert "in the worlds where it happened" in said


@pytest.mark.slow
def test_a_sector_is_told_throughout() -> None:
    for name in ("whatif", "event"):
        code, page, _ = run_cli(*COMMANDS[name], "--sector", "trade")
        assert code == 0
        assert "alignment with" in page
        assert re.search(r"alignment with [\w ]+ in trade is .* in December 2025", " ".join(page.split()))
        assert "overall" not in page


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["compare", BASE], "two or more"),
        (["compare", BASE, "nowhere"], "nowhere"),
        (["compare", BASE, "hindcast-2013"], "start together"),
        (["compare", BASE, BASE, "--sector", "tade"], "did you mean trade?"),
        (["whatif", BASE], "--set"),
        (["whatif", BASE, "--set", "powers.RUS.strian=1"], "did you mean strain?"),
        (["whatif", BASE, "--set", "powers.RUS.strain=7"], "0 to 1"),
        (["explain", BASE, "--republic", "TJX"], "did you mean TJK?"),
        (["explain", BASE, "--power", "US"], "RUS"),
        (["explain", BASE, "--from", "2031-01"], "a month of the run"),
        (["explain", BASE, "--event", "summit"], "events.summit"),
        (["explain", BASE, "--event", "dushanbe-summit", "--to", "2026-01"], "--event: found --to beside it, expected"),
        (["blocs", BASE, "--month", "1999-01"], "a month from"),
        (["data", "tread"], "did you mean trade?"),
        (["blocs", BASE, "--worlds", "0"], "--worlds"),
        (["explain", BASE, "--out", "pyproject.toml"], "pyproject.toml, a file, expected a new or empty folder"),
    ],
)
def test_bad_input_is_one_clear_message(arguments: list[str], message: str) -> None:
    code, page, told = run_cli(*arguments)
    assert (code, page) == (2, "")
    assert message in told
    assert "Traceback" not in told


# -- the observed figures ----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_every_series_is_listed_with_sources_and_contradictions() -> None:
    known = catalogue()
    files = {path.name for path in (shipped_dir("seeds") / "observed").glob("*.csv")} - {"sources.csv"}
    assert {one.file for one in known.values()} == files
    _, page, _ = run_cli("data")
    said = " ".join(page.split())
    for one in known.values():
        assert one.name in said
        assert one.title
        assert one.coverage
        assert one.licence
        assert one.source.split(";")[0].split()[0] in said
        assert all(" ".join(text.split())[:20] in said for text in one.contradictions), one.name
        assert (one.citations().citation.str.len() > 5).all(), "every source id stands for something"
        frame = one.frame()
        assert set(frame.columns) & set(KEYS)
        assert len(frame) > 1
    assert known["trade"].contradictions


@pytest.mark.slow
def test_a_series_by_year_is_drawn(tmp_path: Path) -> None:
    for name in DRAWN:
        code, _, told = run_cli("data", name, "--plot", str(tmp_path / f"{name}.png"))
        assert code == 0, told
        assert (tmp_path / f"{name}.png").stat().st_size > 10_000
    for arguments in (["data", "energy", "--plot", "x"], ["data", "--plot", "x"]):
        code, page, told = run_cli(*arguments)
        assert (code, page) == (2, ""), arguments
        assert "expected" in told
    assert run_cli("data", "trade", "--plot", str(tmp_path / "new" / "trade.png"))[0] == 0
    assert (tmp_path / "new" / "trade.png").exists()
    code, _, told = run_cli("data", "trade", "--plot", str(tmp_path / "new" / "trade.png" / "trade"))
    assert code == 2
    assert "expected a file that can be written" in told
    told = run_cli("data", "trade-totals", "--plot", str(tmp_path / "x"))[2]
    assert "trade-totals, which cannot be drawn, expected one that can: trade, unga-agreement" in " ".join(told.split())
    assert "no NAME to list the series" in run_cli("data", "list")[2]


def test_agreement_of_few_roll_calls_and_of_half_a_year_is_not_drawn_as_the_rest() -> None:
    votes = series("unga-agreement")
    assert votes.partial == {2025}
    drawn = votes.yearly().set_index(["panel", "line", "year"]).index
    assert ("KGZ", "RUS", 1999) not in drawn, "one roll call"
    assert ("KGZ", "RUS", 2000) in drawn
    assert series("trade").partial == set()


def test_an_order_of_arms_is_spread_over_its_years_of_delivery() -> None:
    orders = pd.DataFrame(
        {
            "republic": ["KAZ", "KAZ", "KAZ"],
            "power": ["RUS", "RUS", "CHN"],
            "years_delivered": ["2001; 2003", "2003", None],
            "tiv_delivered": [10.0, 2.0, 4.0],
        }
    )
    assert deliveries(orders).to_numpy().tolist() == [["KAZ", "RUS", 2001, 5.0], ["KAZ", "RUS", 2003, 7.0]]
    whole = series("arms-orders")
    assert whole.yearly().value.sum() == pytest.approx(
        whole.frame().dropna(subset=["years_delivered"]).tiv_delivered.sum()
    )


def test_the_record_that_is_scored_is_whole() -> None:
    votes = series("unga-agreement").frame()
    scored = votes[votes.year.between(2010, 2024)]
    assert len(scored) == 5 * 3 * 15
    early = votes[votes.year < 2010]
    assert (len(early), early.year.min()) == (253, 1992)
    assert not early.duplicated(["republic", "power", "year"]).any()
    assert early.agreement.between(0, 1).all()
    assert scored.agreement.between(0, 1).all()
    assert series("data:trade.csv".removeprefix("data:")).name == series("data:trade").name == "trade"
    with pytest.raises(BadInput, match="did you mean trade"):
        series("tradee")


def test_what_is_no_power_has_no_powers_colour() -> None:
    from matplotlib.colors import to_hex

    from sim.evidence.catalogue import series
    from sim.figures.observed import by_year
    from sim.figures.palette import POWER_COLORS

    def colours(name: str) -> set[str]:
        return {to_hex(bar.get_facecolor()) for ax in by_year(series(name)).axes for bar in ax.patches}

    assert colours("china-projects").isdisjoint(POWER_COLORS)
    assert POWER_COLORS[0] in colours("arms-orders")
