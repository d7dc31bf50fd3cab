"""Lint the dashboard's JavaScript with oxlint, as the browser gets it: ``make lint`` runs this.

A panel's module is put together of several files, so a file by itself names what it does not have and has what it does
not use. Here whole modules are looked at, and what is found is told by file and line. What nobody uses is told where no
module uses it.
"""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from sim.view import controls, panels

ROOT = Path(__file__).parents[1]
OXLINT = Path(sys.executable).with_name("oxlint")
CONFIG = {
    "env": {"browser": True, "es2024": True},
    "categories": {"correctness": "error"},
    "rules": {"no-undef": "error", "no-unused-vars": "error"},
    # read by Solara's page, which has these
    "overrides": [
        {"files": ["theme.js"], "globals": {"vuetifyThemes": "writable", "theme": "readonly", "inDarkMode": "readonly"}}
    ],
}
SOURCES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "sim" / "view").rglob("*.js"))
}
ALONE = ("sim/view/assets/theme.js",)
"""Files that the page loads as they are."""


def modules() -> dict[str, str]:
    """Text of every module by name."""
    found = {Path(name).stem: SOURCES[name] for name in ALONE}
    for home in (panels, controls):
        for name, kind in inspect.getmembers(home, inspect.isclass):
            if "_esm" in vars(kind):
                found[name] = str(vars(kind)["_esm"])
    return found


def lint(texts: dict[str, str]) -> list[dict[str, object]]:
    """What oxlint says of the modules."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "config.json").write_text(json.dumps(CONFIG), encoding="utf-8")
        for name, text in texts.items():
            (Path(folder) / f"{name}.js").write_text(text, encoding="utf-8")
        words = [str(OXLINT), "-c", "config.json", "--format", "json", "."]
        answer = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    try:
        said: list[dict[str, object]] = json.loads(answer.stdout)["diagnostics"]
    except (ValueError, KeyError):
        sys.exit(f"oxlint failed:\n{answer.stdout}{answer.stderr}")
    return said


def holders(texts: dict[str, str]) -> dict[str, dict[str, int]]:
    """By file, the modules it is in, each with the number of lines before it."""
    found: dict[str, dict[str, int]] = {}
    for file, source in SOURCES.items():
        found[file] = {name: text[: text.index(source)].count("\n") for name, text in texts.items() if source in text}
    return found


def complaints() -> Iterator[str]:
    """Every fault once, as ``file:line: what``."""
    texts = modules()
    held = holders(texts)
    yield from (f"{file}: in no module" for file, names in held.items() if not names)
    seen: dict[tuple[str, int, str], set[str]] = defaultdict(set)
    for fault in lint(texts):
        module, labels = Path(str(fault["filename"])).stem, fault["labels"]
        line = labels[0]["span"]["line"] if isinstance(labels, list) and labels else 1
        text = f"{fault['message']} {fault.get('code', '')}".strip()
        for file, names in held.items():
            at = line - names.get(module, 10**9)
            if 1 <= at <= SOURCES[file].count("\n") + 1:
                seen[file, at, text].add(module)
                break
        else:
            seen[f"module {module}", line, text].add(module)
    for (file, line, text), where in sorted(seen.items()):
        if "no-unused-vars" not in text or len(where) == len(held.get(file, where)):
            yield f"{file}:{line}: {text}"


if __name__ == "__main__":
    found = list(complaints())
    print("\n".join(found) or f"{len(SOURCES)} files of JavaScript: no fault")
    sys.exit(bool(found))
