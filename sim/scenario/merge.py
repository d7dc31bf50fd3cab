"""From layers to one set of values: each layer is laid over those below it, down to the root file.

Laying a layer over others replaces values, adds new ones and, for ``null``, drops inherited ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Any

from sim.scenario.errors import nearest, printable
from sim.scenario.layers import Collector, Layer, Leaf, Origin, Place
from sim.scenario.paths import SECTIONS, Path, expected_at, keys_at, one_of


@dataclass(slots=True)
class Draft:
    """All layers of a scenario laid over each other, and what the lowest one, the root, said."""

    leaves: dict[Path, Leaf] = field(default_factory=dict)
    maps: dict[Path, tuple[Place, Place]] = field(default_factory=dict)
    origins: dict[Path, Origin] = field(default_factory=dict)
    root: dict[Path, float] = field(default_factory=dict)
    """Numbers of the root file."""
    root_actors: frozenset[str] = frozenset()
    root_file: str = ""

    def copy(self) -> Draft:
        """A draft that can be changed without changing this one."""
        return Draft(
            dict(self.leaves), dict(self.maps), dict(self.origins), self.root, self.root_actors, self.root_file
        )

    def names(self, section: str) -> list[str]:
        """Actors or events of a section, in file order."""
        return list(
            dict.fromkeys(
                path[1] for table in (self.maps, self.leaves) for path in table if len(path) == 2 and path[0] == section
            )
        )

    def key_place(self, path: Path) -> Place:
        """Where the key of ``path`` stands, or else that of the nearest mapping around it."""
        if path in self.leaves:
            return self.leaves[path].key
        while path not in self.maps and path:
            path = path[:-1]
        return self.maps[path][1] if path in self.maps else Place("")

    def children(self) -> dict[Path, list[str]]:
        """Keys right below each mapping."""
        found: dict[Path, list[str]] = {}
        for table in (self.maps, self.leaves):
            for path in table:
                if path:
                    found.setdefault(path[:-1], []).append(path[-1])
        return found

    def remove(self, paths: AbstractSet[Path]) -> None:
        """Take out the paths and all that lies below them."""
        if not paths:
            return
        shortest = min(map(len, paths))

        def stays(path: Path) -> bool:
            return not any(path[:n] in paths for n in range(shortest, len(path) + 1))

        self.leaves = {path: leaf for path, leaf in self.leaves.items() if stays(path)}
        self.maps = {path: places for path, places in self.maps.items() if stays(path)}
        self.origins = {path: origin for path, origin in self.origins.items() if stays(path)}

    def tree(self) -> dict[str, Any]:
        """The values as nested dictionaries, in file order."""
        top: dict[str, Any] = {}
        spots: dict[Path, dict[str, Any]] = {(): top}
        for path in sorted(self.maps, key=len):
            if path:
                spots[path] = spots[path[:-1]].setdefault(path[-1], {})
        for path, leaf in self.leaves.items():
            spots[path[:-1]][path[-1]] = leaf.value
        return top


def nearest_actor(draft: Draft, section: str, text: str, codes: Sequence[str]) -> str | None:
    """The code (or sector) meant by a misspelt one or by the actor's name."""
    names = {str(leaf.value): code for code in codes if (leaf := draft.leaves.get((section, code, "name")))}
    near = nearest(text, [*codes, *names])
    return names.get(near, near) if near else None


def overlay(below: Draft, layer: Layer, collect: Collector) -> Draft:
    """``layer`` laid over ``below``; a new draft. Drops of things that do not exist go to ``collect``."""
    draft = below.copy()
    _drop(draft, layer, collect)
    filled = layer.filled()
    for path, places in layer.maps.items():
        inherited = draft.leaves.get(path)
        if inherited and path in layer.origins and path not in filled:
            # {source: ...} alone says more about an inherited value
            origin = layer.origins[path]
            draft.leaves[path] = replace(
                inherited, source=origin.source or inherited.source, note=origin.note or inherited.note
            )
            continue
        draft.leaves.pop(path, None)
        draft.maps[path] = places
    draft.remove({path for path, leaf in layer.leaves.items() if path in draft.maps and not leaf.inherits})
    for path, leaf in layer.leaves.items():
        inherited = draft.leaves.get(path)
        if not leaf.inherits:
            draft.leaves[path] = _sourced(leaf, path, layer, inherited, below)
        elif inherited:
            draft.leaves[path] = replace(
                inherited,
                source=leaf.source or inherited.source,
                note=leaf.note or inherited.note,
                range=leaf.range or inherited.range,
            )
        else:
            collect.add(leaf.place, path, "no value", expected_at(path))
    draft.origins = {**draft.origins, **layer.origins}
    return draft


def _sourced(leaf: Leaf, path: Path, layer: Layer, inherited: Leaf | None, below: Draft) -> Leaf:
    """The value with the nearest source: its own, one around it in its file, or that of the files below."""
    near = _enclosing(layer.origins, path)
    source = leaf.source or near.source or (inherited.source if inherited else ())
    return replace(leaf, source=source or _enclosing(below.origins, path).source, note=leaf.note or near.note)


def _enclosing(origins: Mapping[Path, Origin], path: Path) -> Origin:
    """The nearest source and the nearest note of the mappings around ``path``."""
    source: tuple[str, ...] = ()
    note = ""
    for end in range(len(path) - 1, 0, -1):
        origin = origins.get(path[:end])
        if origin:
            source, note = source or origin.source, note or origin.note
    return Origin(source, note)


def _drop(draft: Draft, layer: Layer, collect: Collector) -> None:
    there = draft.children() if layer.drops else {}
    gone: set[Path] = set()
    for path, place in layer.drops.items():
        known = keys_at(path[:-1])
        if len(path) == 1 and path[0] in (*SECTIONS, "rest"):
            collect.add(
                place,
                path,
                "nothing (null)",
                f"{expected_at(path)} (drop what is inherited one by one, or leave the key out)",
            )
        elif path in draft.leaves or path in draft.maps:
            gone.add(path)
        elif known is not None and path[-1] not in known:
            collect.add(
                place, path, f"the unknown key {printable(path[-1])!r}", one_of(known), nearest(path[-1], known)
            )
        elif draft.maps:
            collect.add(
                place,
                path,
                "null for something that is not inherited",
                "null only where there is something to drop",
                nearest(path[-1], there.get(path[:-1], ())),
            )
        elif len(path) == 2 and path[0] in SECTIONS:
            layer.leaves[path] = Leaf(None, "", place, place)  # refused later, but the name is known
        else:
            collect.add(place, path, "nothing (null)", expected_at(path))
    draft.remove(gone)
    _forget(draft, {path[1] for path in gone if len(path) == 2 and path[0] in ("powers", "republics")})


def _forget(draft: Draft, codes: AbstractSet[str]) -> None:
    """Take dropped actors out of every dyad, pair, list of an event and ``rest`` entry that was inherited."""
    if not codes:
        return
    draft.leaves = {
        path: _without(path, leaf, codes)
        for path, leaf in draft.leaves.items()
        if not (path[0] == "republics" and not codes.isdisjoint(path[2:]))
        and not (path[0] == "rest" and not codes.isdisjoint(path[-1].split(".")))
    }


def _without(path: Path, leaf: Leaf, codes: AbstractSet[str]) -> Leaf:
    named = path[0] == "events" and path[2:] in (("powers",), ("republics",))
    if not named or not isinstance(leaf.value, list) or codes.isdisjoint(map(str, leaf.value)):
        return leaf
    kept = [i for i, value in enumerate(leaf.value) if value not in codes]
    return replace(leaf, value=[leaf.value[i] for i in kept], items=tuple(leaf.items[i] for i in kept))
