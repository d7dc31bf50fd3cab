"""A scenario of another region, in YAML alone: every page and figure calls things by its words."""

from __future__ import annotations

import re
from pathlib import Path

import matplotlib.text
import pytest
from typer.testing import CliRunner

import sim
from sim.cli.app import app
from sim.figures.result import FIGURES
from sim.reading.blocs import blocs
from sim.scenario import BadInput
from sim.scenario.paths import find, split

NAME = "south-caucasus-2025"
SMALL = ("--worlds", "8", "--months", "20")
OURS = re.compile(r"(?<![-.\w])[Rr]epublics?(?!\w|\.[\w*])|Central\s+Asia|\bthe\s+five\b|\bin\s+minerals\b")
"""Words of the default region; paths (``republics.ARM``) and options (``--republic``) are keys, not words."""


@pytest.fixture(scope="module")
def result() -> sim.Result:
    return sim.run(NAME, 8, months=20)


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        ("run", NAME, *SMALL),
        ("show", NAME),
        ("show", NAME, "--sources"),
        ("check", NAME),
        ("explain", NAME, *SMALL),
        ("explain", NAME, *SMALL, "--republic", "ARM", "--power", "RUS", "--sector", "minerals"),
        ("explain", NAME, *SMALL, "--event", "europe-meets-in-yerevan"),
        ("whatif", NAME, *SMALL, "--set", "powers.RUS.strain=0.2"),
        ("compare", NAME, NAME, *SMALL, "--sector", "minerals"),
        ("blocs", NAME, "--worlds", "8", "--month", "2026-06"),
    ],
    ids=" ".join,
)
def test_pages_call_things_by_the_scenarios_words(words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert not OURS.findall(done.output.partition("\nSources\n")[0]), "but for titles of the literature"
    assert words[0] in ("show", "check", "blocs") or re.search(r"Armenia|countr", done.output)


def test_the_default_words_would_be_found() -> None:
    """What the other tests look for is what the default region's pages say."""
    assert len(OURS.findall(CliRunner().invoke(app, ("run", "dushanbe-2025", *SMALL)).output)) > 3


@pytest.mark.slow
def test_figures_call_things_by_the_scenarios_words(result: sim.Result, tmp_path: Path) -> None:
    change = sim.whatif(result, {"powers.RUS.strain": 0.2})
    why = sim.explain(result, sector="minerals")
    drawn = {name: draw(result) for name, (draw, _) in FIGURES.items()}
    drawn |= {"difference": change.figure(sector="minerals"), "waterfall": why.waterfall("ARM", "RUS")}
    drawn |= {"blocs": blocs(result).figure(), "metals": result.plot.alignment_fans("minerals")}
    said = {
        name: " ".join(text.get_text() for text in fig.findobj(matplotlib.text.Text)) for name, fig in drawn.items()
    }
    assert {name: OURS.findall(text) for name, text in said.items() if OURS.search(text)} == {}
    assert "each country" in said["alignment_fans"]
    assert "Alignment in metals and mining" in said["metals"]
    saved = result.save(tmp_path / "out")
    titles = [re.search(r"<dc:title>(.*?)</dc:title>", path.read_text()) for path in saved.glob("*.svg")]
    assert titles
    assert not [title[1] for title in titles if title and OURS.search(title[1])]


def test_sentences_and_the_ledger_call_things_by_the_scenarios_words(result: sim.Result) -> None:
    why = sim.explain(result, sector="minerals")
    ledgers = [text for world in range(result.worlds) for text in result.ledger(world=world).text]
    texts = [result.headline(), why.paragraph("ARM", "CHN"), *ledgers]
    assert not [text for text in texts if OURS.search(text)]
    assert "Mean alignment over countries" in result.headline()
    assert "alignment with China in metals and mining" in why.paragraph("ARM", "CHN")
    assert any("in metals and mining" in text for text in ledgers)


def test_every_judged_number_has_a_range_and_a_source() -> None:
    story = sim.load(NAME)
    judged = [path for path, leaf in story._draft.leaves.items() if find(path) and path[0] != "events"]
    judged += [path for path, leaf in story._draft.leaves.items() if path[0] == "events" and find(path)]
    counts = ("on", "lasts", "over", "every", "repeats")
    bare = [path for path in judged if path[-1] not in counts and story._draft.leaves[path].range is None]
    assert bare == []
    assert all(story._draft.leaves[path].source for path in judged)
    for path in story.numeric_paths():
        span = story.range_of(path)
        assert span is None or find(split(path)).low <= span[0] < span[1] <= find(split(path)).high, path


@pytest.mark.slow
def test_nothing_fitted_to_another_region_is_offered() -> None:
    page = CliRunner().invoke(app, ("run", NAME, *SMALL)).output
    assert "The bands show chance and doubt of" in page
    assert "the record" not in page
    assert "posterior" not in page
    assert "posterior dushanbe-2025" in CliRunner().invoke(app, ("run", "dushanbe-2025", *SMALL)).output
    with pytest.raises(BadInput, match="fitted to Central Asia, for a scenario with Türkiye, Armenia"):
        sim.run(NAME, 2, months=3, posterior="dushanbe-2025")
