"""The triangle between three powers: where each republic stands and where its worlds end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import hypot, sqrt
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Polygon
from numpy.typing import NDArray

from sim.figures import style
from sim.figures.drawable import Drawable, colors, footer, power_name, republic_name, span
from sim.figures.style import INK, LABEL, MUTED, PANEL, PAPER, Box, write
from sim.scenario.errors import BadInput
from sim.scenario.names import Named, code_of

TRIANGLE_WORLDS = 400
"""End states drawn for each republic, so that a cloud stays a cloud."""
SIDE = 6.2
"""Inches of the triangle's side."""
OTHERS = "#9a9fa8"


def triangle(result: Drawable, powers: Sequence[str] | None = None) -> Figure:
    """Where each republic stands between three powers, day one and end, with the cloud of possible ends.

    ``powers`` are three codes or names (default: the first three of the scenario); shares are rescaled to their sum. A
    scenario of fewer powers has "others" for a corner.
    """
    chosen = list(result.powers)[:3] if powers is None else _corners(powers, result.scenario.powers)
    shares = result.array("overall")[:, :, [list(result.powers).index(p) for p in chosen]]
    names = [power_name(result, p, 1.6, PANEL, True) for p in chosen]
    short = [power_name(result, p, 0.6, LABEL, True) for p in chosen]
    tints = colors(result)
    corners = [tints[p] for p in chosen]
    note = ""
    if len(chosen) == 3:
        rest = 100 * float(np.median(1 - shares.sum(2)))
        note = (
            f" Other powers and countries, about {rest:.0f} % of engagement, are left out, and the three are "
            "rescaled to 100 %."
        )
    else:
        shares = np.concatenate([shares, 1 - shares.sum(2, keepdims=True), np.zeros_like(shares)], axis=2)[:, :, :3]
        corners, names, short = [*corners, OTHERS, PAPER][:3], [*names, "others", ""][:3], [*short, "others", ""][:3]
    parts = shares / np.maximum(shares.sum(2, keepdims=True), 1e-12)  # (time, republic, corner, world)
    path = np.median(parts, axis=-1)
    path = path / path.sum(-1, keepdims=True)
    shown = np.linspace(0, result.worlds - 1, min(result.worlds, TRIANGLE_WORLDS)).astype(int)
    if result.worlds > 1:
        note = f"; specks: where single worlds end ({len(shown):,} of {result.worlds:,})." + note
    tall, called = SIDE * sqrt(3) / 2, result.scenario.words
    fig, body = style.page(
        f"{', '.join(n for n in names if n)}: {called.spell('where each republic stands')}, {span(result)}",
        called.spell("Each dot is a republic: the nearer a corner, the larger its alignment with that power. ")
        + f"Ring: day one; line: median of all worlds; dot: the median end{note or '.'}",
        footer(result),
        11.2,
        tall + 0.55,
    )
    frame = Box(body.left + 0.25, body.bottom + 0.2, SIDE, tall)
    ax = style.panel(fig, frame, (0, SIDE), (0, tall))
    places = np.array([[SIDE / 2, tall], [SIDE, 0.0], [0.0, 0.0]])
    _ground(ax, corners, places, tall)
    labels = [republic_name(result, c, 1.7, PANEL, True) for c in result.republics]
    _republics(ax, path, parts[-1][:, :, shown], places, corners, labels)
    for place, name, tint, ha, away in zip(
        places, names, corners, ("center", "right", "left"), (0.14, -0.14, -0.14), strict=True
    ):
        write(ax, place[0], place[1] + away, name, PANEL + 1, style.ink(tint), True, ha=ha)
    _table(
        fig,
        Box(frame.right + 0.55, body.bottom, body.right - frame.right - 0.55, body.height),
        labels,
        short,
        [style.ink(c) for c in corners],
        100 * path[0],
        100 * path[-1],
    )
    return fig


def _corners(powers: Any, known: Mapping[str, Named]) -> list[str]:
    """Codes of three powers, given by code or name. Raises BadInput for any other number of them."""
    given = list(powers) if isinstance(powers, Iterable) and not isinstance(powers, str) else [powers]
    codes = [code for name in given if (code := code_of(name, known))]
    if len(given) != 3 or len(set(codes)) != 3:
        raise BadInput.of(
            ", ".join(map(repr, given)) or "none", f"three different ones of {', '.join(known)}", path="powers"
        )
    return codes


def _republics(
    ax: Axes,
    path: NDArray[Any],
    cloud: NDArray[Any],
    places: NDArray[Any],
    corners: Sequence[str],
    labels: Sequence[str],
) -> None:
    """Cloud, trail, ring, dot and name of each republic.

    ``path`` (time, republic, corner) is the median's, ``cloud`` (republic, corner, world) are ends.
    """
    xy = path @ places  # (time, republic, 2)
    ends = (np.moveaxis(cloud, 1, -1) @ places).reshape(-1, 2)
    shade = style.blend(path[-1], corners)
    dark = np.repeat(shade * 0.62, cloud.shape[-1], axis=0)
    ax.scatter(ends[:, 0], ends[:, 1], s=3.5, c=dark, alpha=0.4, linewidths=0, rasterized=True, zorder=2, gid="cloud")
    ax.add_collection(
        LineCollection(list(np.moveaxis(xy, 1, 0)), colors=INK, linewidths=1.3, zorder=3, gid="trail"), autolim=False
    )
    ax.scatter(
        xy[0, :, 0], xy[0, :, 1], s=15, c=PAPER, edgecolors=INK, linewidths=0.8, zorder=4, gid="now", clip_on=False
    )
    ax.scatter(
        xy[-1, :, 0],
        xy[-1, :, 1],
        s=52,
        c=shade * 0.9,
        edgecolors=INK,
        linewidths=1.1,
        zorder=5,
        gid="end",
        clip_on=False,
    )
    trail = xy[:: max(1, len(xy) // 20)].reshape(-1, 2)
    rims = np.concatenate([a + (b - a) * np.linspace(0, 1, 60)[:, None] for a, b in pairwise([*places, places[0]])])
    avoid = ((xy[-1], 9.0), (xy[0], 5.0), (trail, 0.6), (rims, 0.15), (ends[::8], 0.05))
    sizes = [(style.text_width(label, PANEL, True) + 0.04, PANEL * 1.2 / 72) for label in labels]
    boxes = style.place(
        xy[-1].tolist(),
        sizes,
        np.concatenate([np.column_stack([points, np.full(len(points), bad)]) for points, bad in avoid]),
        Box(-0.2, 0, SIDE + 0.5, float(places[0, 1])),
        0.12,
    )
    for label, spot, (x, y) in zip(labels, boxes, xy[-1].tolist(), strict=True):
        write(
            ax,
            spot.left + spot.width / 2,
            spot.bottom + spot.height / 2,
            label,
            PANEL,
            bold=True,
            ha="center",
            va="center_baseline",
            zorder=7,
        )
        near = (min(max(x, spot.left), spot.right), min(max(y, spot.bottom), spot.top))
        if hypot(near[0] - x, near[1] - y) > 0.22:
            ax.plot([x, near[0]], [y, near[1]], color=INK, linewidth=0.6, zorder=3.5)


def _ground(ax: Axes, corners: Sequence[str], places: NDArray[Any], tall: float) -> None:
    """The triangle's pale ground: every point in the colour of its composition, with lines at each quarter."""
    fine = 220
    x, y = np.meshgrid((np.arange(fine) + 0.5) / fine, (np.arange(fine) + 0.5) / fine)
    top = y
    right = x - y / 2
    weights = np.clip(np.stack([top, right, 1 - top - right], axis=-1), 0, 1)
    rgb = style.blend(weights / weights.sum(-1, keepdims=True), corners, white=0.45)
    image = ax.imshow(
        (rgb * 255).astype(np.uint8),
        extent=(0, SIDE, 0, tall),
        origin="lower",
        aspect="auto",
        interpolation="bilinear",
        zorder=0,
    )
    image.set_clip_path(Polygon(list(places), transform=ax.transData))
    lines = []
    for part in (0.25, 0.5, 0.75):
        for i in range(3):
            a, b, c = places[i], places[(i + 1) % 3], places[(i + 2) % 3]
            lines.append([part * a + (1 - part) * b, part * a + (1 - part) * c])
    ax.add_collection(LineCollection(lines, colors=PAPER, linewidths=0.8, alpha=0.8, zorder=1), autolim=False)
    ax.set_xlim(0, SIDE)
    ax.set_ylim(0, tall)


def _table(
    fig: Figure,
    box: Box,
    rows: Sequence[str],
    columns: Sequence[str],
    inks: Sequence[str],
    start: NDArray[Any],
    end: NDArray[Any],
) -> None:
    """Parts of the three, day one and end, as figures beside the triangle."""
    name_room, line = 1.25, 0.34
    step = (box.width - name_room) / 3
    y = box.bottom + box.height / 2 + line * (len(rows) + 1) / 2
    write(fig, box.left, y + 0.34, "Median shares, day one → end, %", LABEL, MUTED)
    shown = [k for k, name in enumerate(columns) if name]
    for k, (name, tint) in enumerate(zip(columns, inks, strict=True)):
        write(fig, box.left + name_room + step * (k + 1), y, name, LABEL, tint, True, ha="right")
    for i, name in enumerate(rows):
        y -= line
        write(fig, box.left, y, style.fit(name, name_room - 0.06, LABEL), LABEL)
        for k in shown:
            text = f"{start[i, k]:.0f} → {end[i, k]:.0f}"
            write(fig, box.left + name_room + step * (k + 1), y, text, LABEL, ha="right")
