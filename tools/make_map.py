"""Make ``sim/view/geo/region.json``, the projected map of the region that the view draws.

Borders are Natural Earth 1:50m (public domain) by way of npm's ``world-atlas``. To regenerate the file:

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python tools/make_map.py package/countries-50m.json

1:110m would be smaller but distorts the Fergana valley. Natural Earth shows Crimea with the power that holds it; here
its polygon is Ukraine's (UN General Assembly resolution 68/262). Shared borders are simplified once, as arcs, so that
neighbours still fit. The projection is Albers's conic with equal areas, parallels 38 and 52 north, middle 67 east.
"""

from __future__ import annotations

import json
import sys
from math import cos, hypot, radians, sin, sqrt
from pathlib import Path

Point = tuple[float, float]
Ring = list[Point]

OUT = Path(__file__).parents[1] / "sim" / "view" / "geo" / "region.json"
WIDTH, PAD, SPILL = 1000.0, (115.0, 40.0), (420.0, 30.0)
"""Width of the map in its own units, room around the republics, and how far neighbours reach beyond the frame
(a wide page shows more of them)."""
FINE, COARSE = 0.9, 1.8
"""How far a simplified border may deviate, in map units: around the republics and elsewhere."""
REPUBLICS = {"398": "KAZ", "417": "KGZ", "762": "TJK", "795": "TKM", "860": "UZB"}
NEIGHBOURS = {
    "643": "RUS",
    "156": "CHN",
    "004": "AFG",
    "364": "IRN",
    "031": "AZE",
    "268": "GEO",
    "051": "ARM",
    "792": "TUR",
    "804": "UKR",
    "496": "MNG",
    "586": "PAK",
    "356": "IND",
    "368": "IRQ",
    "760": "SYR",
}
CRIMEA = (32.4, 36.7, 44.3, 46.3)
"""West, east, south, north of the box that holds the polygon of Crimea whole."""
LABELS = {
    "KAZ": (66.3, 48.6),
    "KGZ": (75.2, 41.75),
    "TJK": (71.3, 38.35),
    "TKM": (58.9, 39.6),
    "UZB": (63.4, 42.0),
    "AZE": (47.8, 40.4),
    "AFG": (66.0, 34.9),
    "MNG": (94.0, 47.0),
    "GEO": (43.7, 42.0),
    "ARM": (44.9, 40.3),
}
CAPITALS = {
    "KAZ": (71.43, 51.13),
    "KGZ": (74.57, 42.87),
    "TJK": (68.77, 38.56),
    "TKM": (58.38, 37.95),
    "UZB": (69.24, 41.30),
    "AZE": (49.87, 40.41),
    "AFG": (69.17, 34.53),
    "MNG": (106.92, 47.92),
    "GEO": (44.79, 41.72),
    "ARM": (44.51, 40.18),
}
ANCHORS = {
    "RUS": (0.36, 0.0),
    "CHN": (1.0, 0.62),
    "EUU": (0.0, 0.22),
    "TUR": (0.0, 0.74),
    "IRN": (0.2, 1.0),
    "IND": (0.76, 1.0),
    "USA": (0.0, 0.04),
    "GBR": (0.0, 0.13),
    "JPN": (1.0, 0.24),
    "KOR": (1.0, 0.36),
    "PAK": (0.6, 1.0),
    "SAU": (0.08, 1.0),
    "ARE": (0.3, 1.0),
    "QAT": (0.14, 1.0),
    "AZE": (0.0, 0.6),
}
"""Where a power's badge stands on the frame, as parts of width and height: roughly the way to its capital."""


def project(lon: float, lat: float) -> Point:
    """Albers on the unit sphere; y points down, as on a screen."""
    south, north, middle, origin = radians(38), radians(52), 67.0, radians(45)
    if lon < -100:  # the far east of Russia lies beyond 180 degrees
        lon += 360
    n = (sin(south) + sin(north)) / 2
    c = cos(south) ** 2 + 2 * n * sin(south)
    rho, rho0 = sqrt(max(c - 2 * n * sin(radians(lat)), 0)) / n, sqrt(c - 2 * n * sin(origin)) / n
    turn = n * radians(lon - middle)
    return rho * sin(turn), -(rho0 - rho * cos(turn))


def simplify(line: Ring, tolerance: float) -> Ring:
    """Douglas and Peucker; the ends stay. A closed line is cut in two at its farthest point first."""
    if len(line) < 3:
        return line
    a, b = line[0], line[-1]
    if a == b:
        far = max(range(len(line)), key=lambda i: hypot(line[i][0] - a[0], line[i][1] - a[1]))
        return simplify(line[: far + 1], tolerance)[:-1] + simplify(line[far:], tolerance) if far else line
    keep, jobs = {0, len(line) - 1}, [(0, len(line) - 1)]
    while jobs:
        first, last = jobs.pop()
        (ax, ay), (bx, by) = line[first], line[last]
        length = hypot(bx - ax, by - ay) or 1e-12
        worst, at = 0.0, -1
        for i in range(first + 1, last):
            away = abs((bx - ax) * (ay - line[i][1]) - (ax - line[i][0]) * (by - ay)) / length
            if away > worst:
                worst, at = away, i
        if worst > tolerance:
            keep.add(at)
            jobs += [(first, at), (at, last)]
    return [line[i] for i in sorted(keep)]


def clip(ring: Ring, left: float, top: float, right: float, bottom: float) -> Ring:
    """The part of a polygon inside a box (Sutherland and Hodgman)."""
    for axis, bound, sign in ((0, left, 1), (0, right, -1), (1, top, 1), (1, bottom, -1)):
        out: Ring = []
        for i, here in enumerate(ring):
            before = ring[i - 1]
            a, b = sign * (before[axis] - bound), sign * (here[axis] - bound)
            if (a >= 0) != (b >= 0):
                part = a / (a - b)
                out.append((before[0] + part * (here[0] - before[0]), before[1] + part * (here[1] - before[1])))
            if b >= 0:
                out.append(here)
        ring = out
        if not ring:
            break
    return ring


def area(ring: Ring) -> float:
    """Area of a polygon, without sign."""
    return abs(sum(ring[i - 1][0] * y - x * ring[i - 1][1] for i, (x, y) in enumerate(ring))) / 2


def path(rings: list[Ring]) -> str:
    """SVG path of closed rings, relative steps of whole tenths."""
    parts = []
    for ring in rings:
        points = [(round(10 * x), round(10 * y)) for x, y in ring]
        text, (px, py) = f"M{points[0][0] / 10:g} {points[0][1] / 10:g}l", points[0]
        steps = []
        for x, y in points[1:]:
            if (x, y) != (px, py):
                steps.append(f"{(x - px) / 10:g} {(y - py) / 10:g}")
                px, py = x, y
        parts.append(text + " ".join(steps) + "z")
    return "".join(parts).replace(" -", "-")


def main(source: Path) -> None:
    """Read the topology, write the map."""
    atlas = json.loads(source.read_text(encoding="utf-8"))
    (sx, sy), (tx, ty) = atlas["transform"]["scale"], atlas["transform"]["translate"]
    plain: list[Ring] = []
    for arc in atlas["arcs"]:
        x = y = 0
        plain.append([])
        for dx, dy in arc:
            x, y = x + dx, y + dy
            plain[-1].append((x * sx + tx, y * sy + ty))
    shapes = {shape.get("id"): shape for shape in atlas["objects"]["countries"]["geometries"]}

    def polygons(code: str) -> list[list[list[int]]]:
        shape = shapes[code]
        found: list[list[list[int]]] = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
        return found

    core = {
        arc if arc >= 0 else ~arc
        for code in REPUBLICS
        for polygon in polygons(code)
        for ring in polygon
        for arc in ring
    }
    corners = [project(*point) for arc in core for point in plain[arc]]
    low_x, low_y = (min(point[k] for point in corners) for k in (0, 1))
    scale = (WIDTH - 2 * PAD[0]) / (max(point[0] for point in corners) - low_x)
    height = round((max(point[1] for point in corners) - low_y) * scale + 2 * PAD[1])

    def place(lon: float, lat: float) -> Point:
        x, y = project(lon, lat)
        return (x - low_x) * scale + PAD[0], (y - low_y) * scale + PAD[1]

    arcs = [simplify([place(*point) for point in line], FINE if i in core else COARSE) for i, line in enumerate(plain)]

    def drawn(ring: list[int]) -> Ring:
        points: Ring = []
        for arc in ring:
            piece = arcs[arc] if arc >= 0 else arcs[~arc][::-1]
            points += piece[1:] if points else piece
        return points

    def is_crimea(ring: list[int]) -> bool:
        points = [point for arc in ring for point in plain[arc if arc >= 0 else ~arc]]
        west, east, south, north = CRIMEA
        return all(west < lon < east and south < lat < north for lon, lat in points)

    owners: dict[str, list[list[list[int]]]] = {code: polygons(key) for key, code in (REPUBLICS | NEIGHBOURS).items()}
    crimea = [polygon for polygon in owners["RUS"] if is_crimea(polygon[0])]
    assert len(crimea) == 1, "Crimea is one polygon of the source"
    owners["RUS"] = [polygon for polygon in owners["RUS"] if polygon not in crimea]
    owners["UKR"] = owners["UKR"] + crimea

    land = {}
    for code, parts in owners.items():
        own = code in REPUBLICS.values()
        rings = [drawn(ring) for polygon in parts for ring in polygon]
        if not own:
            rings = [clip(ring, -SPILL[0], -SPILL[1], WIDTH + SPILL[0], height + SPILL[1]) for ring in rings]
        rings = [ring for ring in rings if len(ring) > 3 and area(ring) > (2 if own else 12)]
        if rings:
            land[code] = path(rings)

    def inside(points: dict[str, tuple[float, float]]) -> dict[str, list[int]]:
        found = {code: place(*point) for code, point in points.items()}
        return {code: [round(x), round(y)] for code, (x, y) in found.items() if 0 <= x <= WIDTH and 0 <= y <= height}

    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(
        json.dumps(
            {
                "source": "Natural Earth 1:50m, public domain, by way of npm world-atlas 2.0.2; "
                "made by tools/make_map.py",
                "width": int(WIDTH),
                "height": height,
                "land": land,
                "labels": inside(LABELS),
                "capitals": inside(CAPITALS),
                "anchors": {code: list(at) for code, at in ANCHORS.items()},
            },
            separators=(",", ":"),
        )
        + "\n",
        encoding="utf-8",
    )
    sys.stdout.write(f"{OUT}: {OUT.stat().st_size / 1000:.0f} kB, {WIDTH:.0f} x {height}, {', '.join(land)}\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
