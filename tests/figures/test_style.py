"""The look the figures share: colours that can be told apart and read, text that fits, labels that keep apart."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

import sim
from sim.figures import style
from sim.figures.drawable import event_name, spelling
from sim.figures.palette import CAUSE_COLORS, POWER_COLORS, STANCE_COLORS, power_colors
from sim.runs.words import percent
from tests.figures.fake_result import FakeResult


def test_fallback_colours_never_repeat_a_named_one() -> None:
    result = FakeResult(power_count=6, worlds=1, months=1)
    result.scenario.powers["CHN"].color, result.scenario.powers["RUS"].color = None, POWER_COLORS[1].upper()
    found = power_colors(result.scenario.powers)
    assert found["RUS"] == POWER_COLORS[1]
    assert len(set(found.values())) == 6
    assert list(found) == result.powers


MACHADO = {  # Machado, Oliveira and Fernandes 2009, full severity, on linear RGB
    "normal": np.eye(3),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
}


def lab(color: str, sight: np.ndarray) -> np.ndarray:
    """CIE L*a*b* of a colour as seen."""
    rgb = np.array(to_rgb(color))
    seen = np.clip(sight @ np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4), 0, 1)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ seen
    f = np.cbrt(xyz / [0.9505, 1, 1.089])
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("sight", MACHADO)
@pytest.mark.parametrize(
    "palette",
    [POWER_COLORS, tuple(CAUSE_COLORS.values()), tuple(STANCE_COLORS.values())],
    ids=["powers", "causes", "stances"],
)
def test_palettes_stay_distinct_to_the_colour_blind(palette: tuple[str, ...], sight: str) -> None:
    for a, b in combinations(palette, 2):
        assert np.linalg.norm(lab(a, MACHADO[sight]) - lab(b, MACHADO[sight])) > 15, (a, b)


@pytest.mark.parametrize("color", [*POWER_COLORS, *CAUSE_COLORS.values(), "#ffffff", "#000000"])
def test_small_coloured_text_can_be_read(color: str) -> None:
    assert style.contrast(style.ink(color), style.PAPER) >= 4.5


@pytest.mark.parametrize("wanted", [[1.0], [1, 1, 1], [3, 1, 2.1], [0, 0.1, 0.2, 9.9, 10], [5, 5.2, 7, 7.1, 7.2]])
def test_spread_keeps_order_and_distance_and_moves_little(wanted: list[float]) -> None:
    found = style.spread(wanted, 1.0, 0.0, 10.0)
    order = np.argsort(wanted, kind="stable")
    assert all(b - a >= 1 - 1e-9 for a, b in pairwise(np.array(found)[order]))
    assert min(found) >= 0
    assert max(found) <= 10
    free = [w for w in wanted if all(abs(w - other) >= 2 for other in wanted if other != w) and 1 <= w <= 9]
    assert all(w in found for w in free)


def test_labels_are_placed_apart_and_inside() -> None:
    room = style.Box(0, 0, 4, 3)
    points = [(2.0, 1.5)] * 8
    boxes = style.place(points, [(0.9, 0.16)] * 8, np.array([[2.0, 1.5, 9.0]]), room)
    for a, b in combinations(boxes, 2):
        assert a.right <= b.left or b.right <= a.left or a.top <= b.bottom or b.top <= a.bottom
    assert all(b.left >= 0 and b.right <= 4 and b.bottom >= 0 and b.top <= 3 for b in boxes)


@pytest.mark.parametrize("top", [0.013, 0.1, 1, 7.3, 53.8, 100, 1234])
def test_ticks_are_round_and_reach_the_top(top: float) -> None:
    ticks = style.nice_ticks(top)
    assert ticks[0] == 0
    assert top <= ticks[-1] * (1 + 1e-9) <= 2.6 * top
    assert 3 <= len(ticks) <= 6


def test_months_on_the_axis() -> None:
    dates = [f"{2025 + (8 + i) // 12}-{(8 + i) % 12 + 1:02d}" for i in range(64)]
    assert style.month_ticks(dates, 3.0) == ([4.0, 16.0, 28.0, 40.0, 52.0], ["2026", "2027", "2028", "2029", "2030"])
    assert style.month_ticks(dates, 1.6)[1] == ["2026", "2028", "2030"]
    assert style.month_ticks(dates, 1.0)[1] == ["2026", "2028", "2030"], "close together, rather than one alone"
    assert style.month_ticks(dates, 0.6)[1] == ["2030"]
    assert style.month_ticks(dates[:3], 3.0) == ([0.0, 2.0], ["day one", "Nov 2025"])
    assert style.month_ticks(dates[:2], 3.0, first=1) == ([1.0], ["Oct 2025"])


def test_text_is_measured_as_it_is_drawn() -> None:
    fig = Figure()
    canvas = FigureCanvasAgg(fig)
    fig.set_dpi(200)
    for bold in (False, True):
        text = style.write(fig, 1, 1, "Overdependence 0.05 ▴ Türkiye", 8, bold=bold)
        drawn = text.get_window_extent(canvas.get_renderer()).width / 200
        assert style.text_width(text.get_text(), 8, bold) == pytest.approx(drawn, rel=0.05)


def test_text_that_does_not_fit_is_cut_or_gives_way_to_its_code() -> None:
    assert style.fit("Uzbekistan", 5, 8) == "Uzbekistan"
    cut = style.fit("Uzbekistan " * 9, 1, 8)
    assert cut.endswith("…")
    assert style.text_width(cut, 8) <= 1
    assert style.name_of("TKM", "中亚共和国", 2, 8) == "TKM"
    assert style.name_of("KGZ", " ", 2, 8) == "KGZ"
    assert style.name_of("KAZ", "The Most Serene Confederation of the Steppes", 1, 8) == "KAZ"
    assert style.clean("a\n b\tc 中") == "a b c ?"


@pytest.mark.parametrize(
    ("chance", "text"), [(0, "0 %"), (0.001, "<1 %"), (0.4, "40 %"), (0.998, ">99 %"), (1, "100 %")]
)
def test_percent_never_claims_certainty_it_has_not(chance: float, text: str) -> None:
    assert percent(chance, short=True) == text


def test_events_are_named_with_the_capitals_of_their_descriptions() -> None:
    spelled = spelling(sim.load("dushanbe-2025"))
    assert event_name("eu-summit-2027", spelled) == "EU summit 2027"
    assert event_name("gas-crisis-tajikistan", spelled) == "Gas crisis Tajikistan"
    assert event_name("washington-c5", {}) == "Washington C5"
