"""A page with panels on it and nothing else: no kernel, no server; the widget's model is a few lines of script."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from sim.view import panels

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((path for name in BROWSERS if (path := shutil.which(name))), None)
ARGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HOST = "http://panels.test"

MODEL = """
class Model {
  constructor(values) { this.values = values; this.saved = []; this.acts = {}; }
  get(name) { return this.values[name]; }
  set(name, value) { this.values[name] = value; this.changed = { ...this.changed, [name]: value }; }
  save_changes() { this.saved.push(this.changed); this.changed = {}; }
  on(name, act) { (this.acts[name] ??= []).push(act); }
  off(name, act) { this.acts[name] = (this.acts[name] ?? []).filter((one) => one !== act); }
  tell(name, value) { this.values[name] = value; for (const act of this.acts[`change:${name}`] ?? []) act(); }
}
window.models = {};
for (const [id, kind, traits] of await (await fetch("/panels.json")).json()) {
  const panel = (await import(`/${kind}.js`)).default;
  const model = window.models[id] = new Model(traits);
  panel.initialize?.({ model });
  window.undo = { ...window.undo, [id]: panel.render({ model, el: document.getElementById(id) }) };
}
window.ready = true;
"""

# Text cut off by its drawing or lying on other text: what a look at the screen would find first.
CLASHES = """() => {
  const found = [];
  for (const chart of document.querySelectorAll("svg[data-chart]")) {
    const frame = chart.closest(".sim-panel").getBoundingClientRect(), boxes = [];
    for (const node of chart.querySelectorAll("text")) {
      const box = node.getBoundingClientRect();
      if (!node.textContent.trim() || !box.width) continue;
      if (box.left < frame.left - 1 || box.right > frame.right + 1) found.push(`cut: ${node.textContent}`);
      for (const [other, text] of boxes) {
        const wide = Math.min(box.right, other.right) - Math.max(box.left, other.left);
        const high = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top);
        if (wide > 2 && high > 4) found.push(`on each other: ${text} | ${node.textContent}`);
      }
      boxes.push([box, node.textContent]);
    }
  }
  for (const node of document.querySelectorAll("button, h1, h2, h3, label, summary, td, th, a, b, p, span, small")) {
    const style = getComputedStyle(node), box = node.getBoundingClientRect();
    const aside = ".app-sr, [hidden], .sim-scroll, .sim-wide, .app-scroll, .app-skip, .sim-tip";
    if (node.closest(aside) || !box.width) continue;
    if (style.overflowX !== "visible" && node.scrollWidth > node.clientWidth + 1)
      found.push(`clipped: ${node.textContent}`);
    if (node.textContent.trim() && (box.right > window.innerWidth + 1 || box.left < -1))
      found.push(`outside: ${node.textContent.slice(0, 60)}`);
  }
  for (const node of document.querySelectorAll(".app-card > *")) {
    const over = node.getBoundingClientRect().bottom - node.parentElement.getBoundingClientRect().bottom;
    if (node.textContent.trim() && over > 1) found.push(`out of its card: ${node.textContent.slice(0, 60)}`);
  }
  if (document.documentElement.scrollWidth > window.innerWidth) found.push("the page is wider than the window");
  return found;
}"""

Shown = list[tuple[str, str, dict[str, Any]]]


def traits(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Values of all traits of a panel, the defaults where none is given."""
    defaults = {name: trait.default() for name, trait in panels.Panel.class_own_traits(sync=True).items()}
    return defaults | dict(given)


def page_files(shown: Shown, layout: str, theme: str) -> dict[str, tuple[str, str]]:
    """Path -> (content type, content) of all that the page asks for."""
    places = layout or "".join(f'<div id="{name}"></div>' for name, _, _ in shown)
    body = (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>panels</title><link rel=icon href='data:,'>"
        f"<meta name=viewport content='width=device-width,initial-scale=1'><style>{panels.STYLE} "
        f"body {{ margin: 12px; background: {'#0e1116' if theme == 'dark' else '#f6f6f4'}; }} "
        f"body > * {{ margin-bottom: 12px; }}</style>"
        f"<body>{places}<script type=module>{MODEL}</script></body></html>"
    )
    listed = [(name, kind, traits(kind, {"theme": theme} | given)) for name, kind, given in shown]
    files = {"/": ("text/html", body), "/panels.json": ("application/json", json.dumps(listed))}
    return files | {f"/{kind}.js": ("text/javascript", getattr(panels, kind)._esm) for _, kind, _ in shown}


@contextmanager
def browser() -> Iterator[Any]:
    """A real Chromium; tests that need one are skipped where there is none."""
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("CI has no Chromium: .ci/run installs it")
        pytest.skip("no Chromium (apt-get install chromium)")
    sync = pytest.importorskip("playwright.sync_api", reason="no Playwright (pip install playwright)")
    with sync.sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        try:
            yield chromium
        finally:
            chromium.close()


@contextmanager
def panel_page(
    chromium: Any,
    shown: Shown,
    *,
    layout: str = "",
    theme: str = "light",
    width: int = 1280,
    height: int = 800,
    **context: Any,
) -> Iterator[Any]:
    """A page with these panels (id, class, traits); leaving it checks for errors and outside requests."""
    files = page_files(shown, layout, theme)
    there = chromium.new_context(viewport={"width": width, "height": height}, **context)
    page = there.new_page()
    troubles: list[str] = []

    def answer(route: Any) -> None:
        path = route.request.url.removeprefix(HOST)
        if not route.request.url.startswith(HOST) or path not in files:
            troubles.append(f"asked for {route.request.url}")
            route.abort()
        else:
            route.fulfill(content_type=files[path][0], body=files[path][1])

    page.route("http*://**/*", answer)
    page.on("pageerror", lambda error: troubles.append(f"page error: {error}"))
    page.on(
        "console",
        lambda message: (
            troubles.append(f"{message.type}: {message.text}") if message.type in ("error", "warning") else None
        ),
    )
    page.goto(f"{HOST}/")
    page.wait_for_function("window.ready === true")
    page.wait_for_timeout(80)
    try:
        yield page
    finally:
        there.close()
    assert not troubles, troubles
