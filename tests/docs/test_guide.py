"""The guide: builds without a warning, asks nothing of the network, its commands run, its links lead somewhere."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from html.parser import HTMLParser
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
import yaml
from PIL import Image
from typer.testing import CliRunner

import sim
from sim.cli.app import app
from sim.scenario.table import CAUSES
from tests.panel_page import browser
from tools import make_pictures, make_reference

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))
BLOCK = re.compile(r"<!-- tested -->\n```(\w+)\n(.*?)```", re.DOTALL)
LOOSE = re.compile(r"^(.*)\n```(sh|python|yaml|sql|r)\n", re.MULTILINE)
TESTED = [page for page in PAGES if BLOCK.search((DOCS / page).read_text(encoding="utf-8"))]
FEWER = re.compile(r"(--(?:worlds|evaluations) |(?:worlds|evaluations)=)\d+")
"""Worlds and evaluations asked for in a page; the test asks for less, to be quick."""
FIT = re.compile(r"(sim calibrate .*?--worlds )\d+( --rounds )\d+")
"""A calibration, which needs 50."""
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")


# -- the site ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as ``make docs`` builds it: a warning stops the build."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
    )
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return folder


class Fetched(HTMLParser):
    """What a browser fetches for a page without being asked to."""

    def __init__(self) -> None:
        super().__init__()
        self.urls: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        if tag in ("script", "img", "iframe", "source", "video", "audio"):
            self.urls.append(facts.get("src") or "")
        if tag == "link" and facts.get("rel") not in ("canonical", "prev", "next"):
            self.urls.append(facts.get("href") or "")


@pytest.mark.slow
def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    """Neither by a page nor by a style sheet; it reads as well in a train."""
    for page in site.rglob("*.html"):
        fetched = Fetched()
        fetched.feed(page.read_text(encoding="utf-8"))
        assert fetched.urls
        assert not [url for url in fetched.urls if re.match(r"(https?:)?//", url)], page
    for sheet in site.rglob("*.css"):
        assert not re.search(r"(url\(|@import)\s*[\"']?(https?:)?//", sheet.read_text(encoding="utf-8")), sheet


@pytest.mark.slow
def test_every_page_and_notebook_is_in_the_site(site: Path) -> None:
    there = {path.relative_to(site).with_suffix("").as_posix() for path in site.rglob("*.html")}
    notebooks = {f"notebooks/{path.stem}" for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert {page.removesuffix(".md") for page in PAGES} | notebooks <= there


@pytest.mark.slow
def test_no_formula_is_left_as_it_was_typed(site: Path) -> None:
    page, text = (site / "ODD.html").read_text(encoding="utf-8"), (DOCS / "ODD.md").read_text(encoding="utf-8")
    assert not re.search(r"arithmatex|\\(frac|text|cdot|left|sum)\b", page)
    assert page.count('display="block"') == len(re.findall(r"^```math$", text, re.MULTILINE)) > 20


@pytest.mark.browser
def test_opened_from_a_folder_it_can_be_searched_and_nothing_is_cut(site: Path) -> None:
    """As a reader without a server has it, in a browser; a formula that does not fit would be cut at the margin."""
    with browser() as chromium:
        page = chromium.new_page(viewport={"width": 1280, "height": 900})
        wrong: list[str] = []
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto((site / "reference" / "cli.html").as_uri())
        page.locator(".md-search__input").click()
        page.keyboard.type("grievance")
        page.locator(".md-search-result__link").first.wait_for()
        found = page.locator(".md-search-result__link").first.get_attribute("href")
        assert "grievance" in found
        for name in sorted(path.relative_to(site) for path in site.rglob("*.html") if path.name != "404.html"):
            page.goto((site / name).as_uri())
            assert page.evaluate("[...document.images].filter((it) => !it.naturalWidth).length") == 0, name
            assert (
                page.evaluate("""[...document.querySelectorAll('math[display=block]')]
                .filter((it) => it.scrollWidth > it.clientWidth).map((it) => it.textContent)""")
                == []
            ), name
        assert not wrong


@pytest.mark.slow
def test_every_public_name_has_its_place(site: Path) -> None:
    page = (site / "reference" / "python.html").read_text(encoding="utf-8")
    for name in set(sim.__all__) - {"__version__"}:
        assert re.search(rf'<h3 id="sim\.(\w+\.)*{name}"', page), name
    assert ":func:" not in page


# -- what is made ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(make_reference.pages()))
def test_reference_is_current(name: str) -> None:
    tested = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    if name == "cli.md" and f"\ntyper=={version('typer')}\n" not in tested:
        pytest.skip("another typer words its help otherwise than the tested one")
    kept = (make_reference.FOLDER / name).read_text(encoding="utf-8")
    assert kept == make_reference.pages()[name], f"docs/reference/{name} is out of date; run make docs"


def test_the_reference_knows_every_command() -> None:
    import typer

    page = make_reference.command_page()
    for name in typer.main.get_command(app).commands:  # type: ignore[attr-defined]
        assert f"\n## sim {name}\n" in page


def test_schematics_follow_the_model() -> None:
    assert tuple(make_pictures.MONTH) == sim.DiplomacyModel.SCHEDULE
    assert tuple(make_pictures.FEEDS) == CAUSES
    drawn = " ".join(text.get_text() for axes in make_pictures.month().axes for text in axes.texts)
    for step in sim.DiplomacyModel.SCHEDULE:
        assert step.replace("_", " ").capitalize() in drawn


def test_the_guide_shows_every_picture_of_the_view() -> None:
    views = pytest.importorskip("tools.make_view_pictures", reason="no Playwright (pip install playwright)")
    names = {shot.name for shot in views.PAGES + views.STATES}
    assert {path.stem for path in views.FOLDER.glob("*.png")} == names
    page = (DOCS / "how-to" / "view-in-pictures.md").read_text(encoding="utf-8")
    assert set(re.findall(r"view/([a-z-]+)\.png", page)) == names
    assert max(path.stat().st_size for path in views.FOLDER.glob("*.png")) < 300_000


def test_pictures_of_runs_are_current() -> None:
    """Each remembers what a small run said when it was drawn."""
    said = make_pictures.check()
    pictures = sorted(make_pictures.FOLDER.glob("*.png"))
    assert {path.stem for path in pictures} >= {*make_pictures.SCHEMATICS, "fans", "change", "triangle", "why"}
    for path in pictures:
        if path.stem not in make_pictures.SCHEMATICS:
            with Image.open(path) as picture:
                assert picture.info.get("Comment") == said, f"{path.name} is out of date; run make pictures"


def test_the_citation_is_that_of_this_version() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert citation["cff-version"] == "1.2.0"
    assert str(citation["version"]) == sim.__version__
    assert citation["license"] == project["license"]
    assert [author["name"] for author in citation["authors"]] == [author["name"] for author in project["authors"]]


# -- what is said ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("page", TESTED)
def test_what_a_page_says_to_do_can_be_done(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page's marked blocks, in order, in one folder: files are written, commands and programs run."""
    monkeypatch.chdir(tmp_path)
    names = {"__name__": "__page__"}
    for kind, text in BLOCK.findall((DOCS / page).read_text(encoding="utf-8")):
        text = FIT.sub(r"\g<1>50\g<2>1", FEWER.sub(r"\g<1>8", text))
        if kind in ("yaml", "csv"):
            name = re.match(r"# (\S+\.(?:yaml|csv))\n", text)
            assert name, "a file's first line says its name"
            Path(name[1]).write_text(text, encoding="utf-8")
        elif kind == "python":
            exec(compile(text, page, "exec"), names)
        elif kind == "sql":
            assert all(table(statement) for statement in statements(text))
        else:
            for line in text.splitlines():
                do(line)


def statements(text: str) -> list[str]:
    """Statements of a block of SQL."""
    return [part for part in text.split(";") if part.strip()]


def table(statement: str) -> list[Any]:
    """Rows that DuckDB gives, which reads the files a statement names from the working folder."""
    return duckdb.connect().execute(statement).fetchall()


@pytest.mark.parametrize("page", [page for page in PAGES if not page.startswith("reference/")])
def test_a_page_says_why_a_block_is_not_run(page: str) -> None:
    loose = [
        (above, kind)
        for above, kind in LOOSE.findall((DOCS / page).read_text(encoding="utf-8"))
        if above != "<!-- tested -->" and not re.fullmatch(r"<!-- not run: .{10,} -->", above)
    ]
    assert not loose


def do(line: str) -> None:
    """One line of shell: a plain command of sim right here, which is quick; anything else by the shell."""
    words = shlex.split(line)
    if words[0] == "sim" and not {"|", ">", "&&"} & set(words):
        done = CliRunner().invoke(app, words[1:])
        assert done.exit_code == 0, f"{line}\n{done.output}"
        return
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    shell = subprocess.run(
        ["sh", "-ec", line], capture_output=True, text=True, check=False, env=os.environ | {"PATH": path}
    )
    assert shell.returncode == 0, f"{line}\n{shell.stderr}"
    assert "Traceback" not in shell.stderr


@pytest.mark.slow
def test_duckdb_and_polars_read_what_pandas_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page's own queries, on a run and a sweep as they are kept."""
    monkeypatch.chdir(tmp_path)
    sim.run("dushanbe-2025", worlds=9, months=24).save("results/short", figures=False)
    swept = sim.sweep("dushanbe-2025", "my-sweep", vary={"powers.RUS.strain": (0, 0.9, 4)}, worlds=200, months=2)
    assert len(list(Path("my-sweep", "parts").iterdir())) > 1
    page = (DOCS / "how-to" / "use-results.md").read_text(encoding="utf-8")
    blocks = {kind: text for kind, text in BLOCK.findall(page) if kind == "sql" or "polars" in text}
    bands, means = map(table, statements(blocks["sql"]))
    overall = pd.read_parquet("results/short/overall.parquet")
    last = overall[overall.month == 24].astype({"republic": str, "power": str}).groupby(["republic", "power"]).overall
    wanted = last.quantile([0.1, 0.5, 0.9]).unstack()
    assert [(republic, power) for republic, power, _ in bands] == wanted.index.tolist()
    np.testing.assert_allclose([band for *_, band in bands], wanted, atol=1e-6)
    names: dict[str, Any] = {}
    exec(compile(blocks["python"], "use-results.md", "exec"), names)
    np.testing.assert_allclose(names["medians"]["overall"], wanted[0.5], atol=1e-6)
    rows = swept.table(["powers.RUS.strain", "RUS.share"])
    np.testing.assert_allclose(means, rows.groupby("powers.RUS.strain")["RUS.share"].mean().reset_index())


def test_columns_named_for_other_tools_are_there(tmp_path: Path) -> None:
    """R is not here to be asked; that the files and columns exist is what can go wrong."""
    import pyarrow.parquet as pq

    sim.run("dushanbe-2025", worlds=2, months=2).save(tmp_path, figures=False)
    page = (DOCS / "how-to" / "use-results.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+\.parquet)` \| ((?:\w+, )+\w+)(?: \(.*\))? \|$", page, re.MULTILINE)
    assert len(rows) >= 3
    for name, columns in rows:
        if not columns.startswith(("the same", "projects", "one row")):
            assert set(columns.split(", ")) <= set(pq.read_schema(tmp_path / name).names), name
    for name in re.findall(r"^\| `(\S+\.parquet)`", page, re.MULTILINE):
        assert (tmp_path / name).is_file()


# -- links -------------------------------------------------------------------------------------------------------------


def texts() -> list[Path]:
    """Every Markdown file of the project, and the notebooks."""
    own = [
        path
        for pattern in ("*.md", "docs/**/*.md", "seeds/*.md", "examples/**/*.md", "notebooks/*.py")
        for path in ROOT.glob(pattern)
    ]
    return sorted(own)


def anchors(path: Path) -> set[str]:
    """Anchors of a Markdown file as code hosts and MkDocs make them."""
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("path", texts(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_inside_the_project_resolve(path: Path) -> None:
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    broken = []
    for plain, quoted in LINK.findall(text):
        target, _, anchor = (plain or quoted).partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        there = (path.parent / target).resolve() if target else path
        if not there.exists() or not there.is_relative_to(ROOT):
            broken.append(target)
        elif anchor and there.suffix == ".md" and anchor not in anchors(there):
            broken.append(f"{target}#{anchor}")
    assert not broken


def test_the_check_of_links_sees_a_broken_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    page = tmp_path / "page.md"
    for text in ("[a](gone.md)", "![a](gone.png)", "[a](#no-such-part)"):
        page.write_text(f"# A page\n\n{text}\n", encoding="utf-8")
        with pytest.raises(AssertionError):
            test_links_inside_the_project_resolve(page)
    page.write_text("# A page\n\n[a](#a-page) [b](page.md) [c](https://example.org)\n", encoding="utf-8")
    test_links_inside_the_project_resolve(page)


def test_contributing_is_one_page() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 90
    for target in re.findall(r"`make (\w+)`", text):
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE), target
    for tool in re.findall(r"`python (tools/\w+\.py)`", text):
        assert (ROOT / tool).is_file(), tool
