"""Strict YAML: what scalars mean, what is refused, and that nothing hangs or escapes as another exception."""

from __future__ import annotations

import math
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.scenario import BadInput
from sim.scenario.locate import text_of
from sim.scenario.yaml import MAX_BYTES, MAX_DEPTH, Node, decode, read, scalar

LOADERS = [pytest.param(yaml.SafeLoader, id="python")]
if hasattr(yaml, "CSafeLoader"):
    LOADERS.append(pytest.param(yaml.CSafeLoader, id="libyaml"))


@pytest.fixture(params=LOADERS, autouse=True)
def loader(request, monkeypatch):
    monkeypatch.setattr("sim.scenario.yaml._LOADER", request.param)


def plain(node: Node):
    if isinstance(node.value, dict):
        return {key: plain(child) for key, child in node.value.items()}
    return [plain(child) for child in node.value] if isinstance(node.value, list) else node.value


def good(text: str):
    node, problems = read(text, "f.yaml")
    assert problems == []
    return plain(node)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-3", -3),
        ("+4", 4),
        ("010", 10),
        ("0.5", 0.5),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e6", 1e6),
        ("1E+6", 1e6),
        ("1e-3", 0.001),
        ("-1.5e3", -1500.0),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        ("true", True),
        ("False", False),
        ("", None),
        ("~", None),
        ("null", None),
        ("NO", "NO"),
        ("no", "no"),
        ("on", "on"),
        ("yes", "yes"),
        ("y", "y"),
        ("12:30", "12:30"),
        ("2025-10", "2025-10"),
        ("2025-10-09", "2025-10-09"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("inf", "inf"),
        ("nan", "nan"),
        ("1e", "1e"),
        ("1.2.3", "1.2.3"),
        ("--1", "--1"),
        ("e5", "e5"),
        ("٣", "٣"),
    ],
)
def test_scalar(text, value):
    found = scalar(text)
    assert found == value
    assert type(found) is type(value)


def test_scalar_of_special_numbers():
    assert math.isnan(scalar(".nan"))
    assert scalar("9" * 400) == math.inf
    assert scalar("9" * 100_000) == math.inf
    assert scalar("123456789012345678") == 123456789012345678.0


def test_quoted_scalars_and_keys_are_text():
    assert good("a: '1'\nb: \"true\"\non: 0\nNO: 1\n12: x\ntrue: y\nc: |\n  1\n") == {
        "a": "1",
        "b": "true",
        "on": 0,
        "NO": 1,
        "12": "x",
        "true": "y",
        "c": "1\n",
    }


def test_places_count_from_one():
    node, _ = read("a:\n  b: [1,\n    two]\n", "f.yaml")
    two = node.value["a"].value["b"].value[1]
    assert (two.line, two.column) == (3, 5)
    assert (node.value["a"].value["b"].key_line, node.value["a"].value["b"].key_column) == (2, 3)


def test_aliases_within_bounds():
    assert good("a: &x {b: 1}\nc: *x\nd: [*x, *x]\n") == {"a": {"b": 1}, "c": {"b": 1}, "d": [{"b": 1}, {"b": 1}]}


def test_byte_order_mark_and_windows_line_ends():
    assert good(decode(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n", "f")) == {"a": 1, "b": 2}


NASTY = {
    "empty": ("", 1, "nothing"),
    "only a comment": ("# nothing here\n", 1, "nothing"),
    "duplicate key": ("a: 1\nb: 2\na: 3\n", 3, "the same key a second time"),
    "duplicate key in flow": ("a: {b: 1, b: 2}\n", 1, "the same key a second time"),
    "duplicate in other quotes": ("a: 1\n'a': 2\n", 2, "the same key a second time"),
    "merge key": ("a: &x {b: 1}\nc:\n  <<: *x\n", 3, "a merge key"),
    "python tag": ("a: !!python/object/apply:os.system [ls]\n", 1, "the tag"),
    "own tag": ("a: 1\nb: !thing 2\n", 2, "the tag !thing"),
    "bare tag": ("a: ! 2\n", 1, "the tag !"),
    "two documents": ("a: 1\n---\nb: 2\n", 2, "a second document"),
    "list as key": ("? [a, b]\n: 1\n", 1, "a mapping or list as a key"),
    "mapping as key": ("{{a: 1}: 2}\n", 1, "a mapping or list as a key"),
    "no key": ("a: 1\n: 2\n", 2, ""),
    "alias as key of nothing": ("*x : 1\n", 1, "the alias *x"),
    "unknown alias": ("a: &known 1\nb: *knwon\n", 2, ""),
    "recursive list": ("a: &x [*x]\n", 1, ""),
    "recursive mapping": ("a: &x\n  b: {c: *x}\n", 2, ""),
    "unterminated quote": ("a: 'never closed\nb: 2\n", None, ""),
    "unterminated flow": ("a: {b: 1\nc: 2\n", None, ""),
    "tab": ("a:\n\tb: 1\n", 2, "a character that cannot start a value"),
    "at sign": ("a: @home\n", 1, "a character that cannot start a value"),
    "two colons": ("a: b: c\n", 1, "a ':' where no key can stand"),
    "bad indentation": ("a:\n    b: 1\n  c: 2\n", 3, ""),
    "nul": ("a: 1\nb: \0\n", 2, "a NUL character"),
    "escape character": ("a: \x1b[31m\n", 1, "the character U+001B"),
    "lone surrogate": ("a: \ud800\n", 1, "the character U+D800"),
    "surrogate escape": ('a: "\\ud800"\n', None, ""),
    "wrong yaml version": ("%YAML 2.0\n---\na: 1\n", None, ""),
    "unknown handle": ("a: !x!y 1\n", None, ""),
    "100,000 open lists": ("[" * 100_000, 1, "nested more than"),
    "100,000 open mappings": ("{a: " * 100_000, 1, "nested more than"),
    "100,000 dashes": ("- " * 100_000, 1, "nested more than"),
    "100,000 question marks": ("? " * 100_000, 1, "nested more than"),
    "deep by indentation": ("".join(" " * i + "a:\n" for i in range(1_000)), MAX_DEPTH + 1, "nested more than"),
    "deep by aliases": (
        "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 60)),
        None,
        "nested more than",
    ),
    "alias bomb": (
        "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 12)),
        None,
        "aliases written out",
    ),
    "many values": ("a: [" + "x," * 60_000 + "]", 1, "aliases written out"),
    "many duplicates": ("a: 1\n" * 10_000, None, "the same key a second time"),
    "long key": ("k" * 5_000 + ": 1\n", 1, ""),
}


HANGS = 60
"""Seconds: not how quick it should be, but when it is taken to go on for ever, on however busy a machine."""


@pytest.mark.parametrize("name", NASTY)
def test_nasty_text_is_refused_at_its_place(name):
    text, line, found = NASTY[name]
    start = time.monotonic()
    try:
        _, problems = read(text, "f.yaml")
    except BadInput as error:
        problems = error.problems
    assert time.monotonic() - start < HANGS
    assert problems
    assert all(problem.file == "f.yaml" and problem.line and problem.column for problem in problems)
    assert any(found in problem.found and line in (None, problem.line) for problem in problems), problems


@pytest.mark.parametrize(
    ("data", "found", "place"),
    [
        ("a: 1\n".encode("utf-16"), "UTF-16 text", (1, 1)),
        ("a: 1\n".encode("utf-16-be"), "a NUL character", (1, 1)),
        ("a: 1\nb: Türkiye\n".encode("latin-1"), "the byte 0xfc, which is not UTF-8", (2, 5)),
        (b"a: 1\n\x00", "a NUL character", (2, 1)),
        (b"a: \x07", "the character U+0007", (1, 4)),
        (b"a" * (MAX_BYTES + 1), f"more than {MAX_BYTES:,} bytes", (None, None)),
        (b"\xff\xfe", "UTF-16 text", (1, 1)),
        (b"\x80", "the byte 0x80, which is not UTF-8", (1, 1)),
    ],
)
def test_bad_bytes(data, found, place):
    with pytest.raises(BadInput) as caught:
        read(decode(data, "f.yaml"), "f.yaml")
    (problem,) = caught.value.problems
    assert (problem.found, (problem.line, problem.column)) == (found, place)


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    def refuse(*_args, **_more):
        raise PermissionError(13, "Permission denied")

    (tmp_path / "secret.yaml").write_text("a: 1\n")
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(BadInput, match=r"cannot be read \(permission denied\)"):
        text_of(tmp_path / "secret.yaml")


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60) | st.text(alphabet="ab:-?&*!{}[],#|>'\"%@` \n\t<0.", max_size=60))
def test_any_text_is_read_or_refused(text):
    try:
        node, _ = read(text, "f.yaml")
    except BadInput as error:
        assert error.problems
    else:
        assert isinstance(node, Node)
