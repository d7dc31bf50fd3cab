"""MkDocs hooks: regenerate the reference, turn notebooks into pages, rewrite links that leave the guide.

A page of the guide may link to a file of the repository (a notebook, an example, a scenario). In the site a notebook is
a page; other files are named instead of linked.
"""

from __future__ import annotations

import base64
import html
import importlib.util
import posixpath
import re
import sys
from pathlib import Path
from typing import Any

import nbformat
from mkdocs.structure.files import File

ROOT = Path(__file__).parents[1]
FORMULA = re.compile(r'<(span|div) class="arithmatex">\s*\\([(\[])(.*?)\\[)\]]\s*</\1>', re.DOTALL)
BAR = re.compile(r'<mover><mrow>((?:(?!</?mover>).)*)</mrow><mo accent="true">&#x02015;</mo></mover>')
"""A bar over an expression, which browsers without a font for mathematics do not stretch."""
ROLE = re.compile(r":(?:func|meth|class|mod|attr):(?=<code>)")
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)\s#]+)(#[^)]*)?\)")


def on_pre_build(**_: Any) -> None:
    """Write the pages made from the table, the schema and the commands, where they are out of date."""
    sys.path.insert(0, str(ROOT))
    try:
        from tools import make_reference
    finally:
        sys.path.remove(str(ROOT))
    make_reference.write()


def on_files(files: Any, config: Any) -> Any:
    """Add a page for each notebook, with its pictures."""
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        text, pictures = page(path)
        files.append(File.generated(config, f"notebooks/{path.stem}.md", content=text))
        for name, data in pictures.items():
            files.append(File.generated(config, f"notebooks/{name}", content=data))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Turn links that leave the guide into links to pages made of notebooks, or into names of files."""
    return LINK.sub(lambda match: _inside(match, page.file.src_uri), markdown)


def on_page_context(context: Any, page: Any, **_: Any) -> Any:
    """Give wide tables the room of the table of contents."""
    if page.file.src_uri == "reference/parameters.md":
        page.meta["hide"] = ["toc"]
    return context


def on_page_content(content: str, **_: Any) -> str:
    """Formulas as MathML, which browsers draw without any script; docstrings without the marks of Sphinx."""
    return FORMULA.sub(_formula, ROLE.sub("", content))


def _formula(match: re.Match[str]) -> str:
    """MathML where the converter is installed (the extra docs has it), else the formula as it was written."""
    tex = html.unescape(match[3]).strip()
    if importlib.util.find_spec("latex2mathml") is None:
        return f"<code>{html.escape(tex)}</code>"
    from latex2mathml.converter import convert

    made = convert(tex, display="inline" if match[2] == "(" else "block")
    return BAR.sub(r'<mrow class="barred">\1</mrow>', made)


def _inside(match: re.Match[str], here: str) -> str:
    text, target, anchor = match[1], match[2], match[3] or ""
    if "://" in target or target.startswith("mailto:"):
        return match[0]
    place = posixpath.normpath(posixpath.join("docs", posixpath.dirname(here), target))
    if here.startswith("notebooks/"):  # written in notebooks/, beside docs/
        place = posixpath.normpath(posixpath.join(posixpath.dirname(here), target))
    up = posixpath.relpath(".", posixpath.dirname(here) or ".")
    if place.startswith("docs/"):
        return f"[{text}]({posixpath.join(up, place.removeprefix('docs/'))}{anchor})"
    if place.startswith("notebooks/") and place.endswith(".ipynb"):
        return f"[{text}]({posixpath.join(up, place.removesuffix('.ipynb'))}.md{anchor})"
    return f"{text} (`{place}`)" if text.strip("`") != place else f"`{place}`"


def page(path: Path) -> tuple[str, dict[str, bytes]]:
    """A notebook as Markdown, and its pictures by file name."""
    parts: list[str] = []
    pictures: dict[str, bytes] = {}
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            parts.append(cell.source)
            continue
        parts.append(f"```python\n{cell.source}\n```")
        for output in cell.outputs:
            data = output.get("data", {})
            if "image/png" in data:
                name = f"{path.stem}-{len(pictures) + 1}.png"
                pictures[name] = base64.b64decode(data["image/png"])
                parts.append(f"![Output of the cell above]({name})")
            elif "text/html" in data:
                parts.append(f'<div class="output">{data["text/html"]}</div>')
            else:
                text = output.get("text") or data["text/plain"]
                parts.append(f'<div class="output" markdown>\n\n```text\n{text.rstrip()}\n```\n\n</div>')
    return "\n\n".join(parts) + "\n", pictures
