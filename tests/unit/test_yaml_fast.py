"""What is read fast is read exactly: values, positions and faults do not depend on the parser."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from orgen.diagnostics import Diagnostics
from orgen.load import events, yaml
from orgen.load.building import Node
from orgen.load.source import Source

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "spec").rglob("*.yaml"))
FAULTY = sorted((ROOT / "tests").rglob("*.yaml"))
_PIECES = [
    "a: b", "- a", "  - b: c", "'it''s'", '"x\\n"', "x: |\n  text\n\n  more\n",
    "y: >-\n  folded\n text", "z: {a: 1, b: [c, 'd']}", "&a x", "*a", "k: &b {c: d}", "l: *b",
    "# why", "a: b # why", "? a", ": b", "!t x", "%YAML 1.1", "---", "...", "a:", "- ", "\t", "{",
    "]", ",", '"', "'", "|2", ">+", "<<: *a", "a: 'b\n  c'", "a: b\n  c", "a: 1:30", "a: yes",
    "a: -", "- - a", "a:b", "{a:b}", "[a: b]", "'a': b", "\ufeff", "\x85", "é: ü", "@a", "`",
    "a: #b", "x: | # why\n  t", "x: |#no\n  t", "x: |\n   \n  t",
]  # fmt: skip


def _shown(node: Node | None) -> object:
    return node and (repr(node.value), node.place, node.size, node.depth)


def same(text: str) -> bool:
    """Whether the text is read fast; it is read alike then, and has no fault."""
    source = Source("a.yaml", text)
    fast = yaml._read_fast(source)
    found = Diagnostics()
    exact = yaml._read_exactly(source, found)
    if fast is not None:
        assert not found.items, (text, found.items)
        assert _shown(fast) == _shown(exact), text
    return fast is not None


def test_all_files_of_the_spec_are_read_fast() -> None:
    slow = [path for path in FILES if not same(path.read_text("utf-8"))]
    assert not slow


@pytest.mark.parametrize("number", range(4))
def test_files_with_faults(number: int) -> None:
    texts = [path.read_bytes().decode("utf-8", "replace") for path in FAULTY[number::4]]
    assert sum(map(same, texts)) > len(texts) / 2


@given(st.lists(st.sampled_from(_PIECES), max_size=6), st.lists(st.integers(0, 4), max_size=6))
@example(["x: |\n   \n  t"], [0])
@example(["a:", "# c"], [0, 0])
def test_pieces(pieces: list[str], indents: list[int]) -> None:
    indents = [*indents, *[0] * len(pieces)]
    lines = (" " * n + piece for n, piece in zip(indents, pieces, strict=False))
    same("\n".join(lines) + "\n")


@given(st.integers(0, 10**9))
def test_damaged_files(seed: int) -> None:
    chance = random.Random(seed)
    lines = chance.choice(FILES).read_text("utf-8").split("\n")
    start = chance.randrange(len(lines))
    text = "\n".join(lines[start : start + 12])
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(text) + 1)
        text = (
            text[:at] + chance.choice([*_PIECES, "\n", " ", ""]) + text[at + chance.randint(0, 2) :]
        )
    same(text)


def test_without_libyaml_all_is_read_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: [b, {c: 1}]\n"
    with_it = yaml.parse_yaml(Source("a.yaml", text), Diagnostics())
    monkeypatch.setattr(events, "CParser", None)
    assert not same(text)
    assert _shown(yaml.parse_yaml(Source("a.yaml", text), Diagnostics())) == _shown(with_it)


@pytest.mark.parametrize("text", ["[" * 5000, "a: &a [x]\n" + "b: *a\n" * 3, "- " * 3000 + "a"])
def test_bombs_are_refused_alike(text: str) -> None:
    same(text)
