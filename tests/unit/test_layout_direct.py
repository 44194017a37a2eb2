"""What is laid out directly looks as black would have made it; what only black knows is refused."""

from __future__ import annotations

from pathlib import Path

import black
from hypothesis import given
from hypothesis import strategies as st
from orgen.layout.direct import laid_out
from orgen.layout.style import MODE

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "generated" / "python" / "openresponses"

_NAMES = st.sampled_from(["a", "ctx", "out", "native_message", "_TYPE_NAME_AND_MORE", "x" * 31])
_STRINGS = st.sampled_from(
    ['"a"', "'b'", '""', '"it\'s"', "'say \"x\"'", '"text"', '"' + "words " * 9 + '"', '"\\n"',
     "r'^a$'", 'f"{a}"', 'r"\\d"']
)  # fmt: skip
_NUMBERS = st.sampled_from(["0", "12", "1.5", "-1", "None", "True"])
_ATOMS = st.one_of(_NAMES, _NAMES, _STRINGS, _NUMBERS)
_ODD_ATOMS = st.one_of(
    _ATOMS,
    st.sampled_from(
        ['"é"', "'a\\'b'", '"\\""', '"日本"', "'\\u1234'", '"\\xAB"', "...", "1e5", "0x1F", "00",
         "a ** b", "lambda: a", "a @ b", "~a", "- a", "1_0", '"a" "b"', "*a", "yield", "a . b"]
    ),
)  # fmt: skip


def _sequences(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Displays, calls and subscripts; with and without a last comma."""
    parts = st.lists(inner, max_size=5)
    comma = st.sampled_from(["", "", "", ","])

    def joined(opening: str, closing: str) -> st.SearchStrategy[str]:
        return st.builds(
            lambda items, last: opening + ", ".join(items) + (last if items else "") + closing,
            parts,
            comma,
        )

    pairs = st.lists(st.tuples(_STRINGS, inner), max_size=4)
    keywords = st.lists(st.tuples(_NAMES, inner), max_size=2)
    calls = st.builds(
        lambda name, items, named, last: (
            f"{name}({', '.join([*items, *(f'{k}={v}' for k, v in named)])}"
            f"{last if items or named else ''})"
        ),
        st.sampled_from(["f", "ctx.account", "a.b.c", "f(a)", "f(a).get", "x" * 40]),
        parts,
        keywords,
        comma,
    )
    return st.one_of(
        joined("[", "]"),
        joined("(", ")"),
        joined("{*a, ", "}"),
        joined("Literal[a, ", "]"),
        joined("f(**a, ", ")"),
        calls,
        st.builds(
            lambda found, last: (
                "{" + ", ".join(f"{k}: {v}" for k, v in found) + (last if found else "") + "}"
            ),
            pairs,
            comma,
        ),
    )


def _operations(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from(
        ["and", "or", "==", "is", "is not", "in", "not in", "+", "|", "-", "<", ">=", "*", "%"]
    )
    return st.one_of(
        st.builds(
            lambda op, items: f" {op} ".join(items),
            operators,
            st.lists(inner, min_size=2, max_size=4),
        ),
        st.builds(lambda op, left, right: f"{left} {op} {right}", operators, inner, inner),
        st.builds(lambda value: f"(x := {value})", inner),
        st.builds(lambda a, b, c: f"{a} if {b} else {c}", inner, inner, inner),
        st.builds(lambda value: f"({value})", inner),
        st.builds(lambda value: f"not {value}", inner),
        st.builds(lambda value, key: f"{value}[{key}]", _NAMES, inner),
        st.builds(
            lambda name, key, value: f"{name}.set({key}, {{}})[{key}].x({value})",
            _NAMES,
            inner,
            inner,
        ),
    )


def _odd(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds(lambda a: f"[n for n in {a}]", inner),
        st.builds(lambda a, b: f"{a}[{b}:]", _NAMES, inner),
        _operations(inner),
        _sequences(inner),
    )


EXPRESSIONS = st.recursive(
    _ATOMS, lambda inner: st.one_of(_sequences(inner), _operations(inner)), max_leaves=20
)
_ODD_EXPRESSIONS = st.recursive(_ODD_ATOMS, _odd, max_leaves=6)
_STATEMENTS = [
    "{}", "x = {}", "return {}", "x: {} = {}", "out[{}] = {}", "if {}:\n    pass", "x: {}",
    "raise E({})", "return {}, {}", "x = {}, {}", "out.setdefault({}, [])[{}] = {}",
    "match {}:\n    case {}:\n        pass",
    "def f(a: int, *, b: dict[str, Any] = {}, c={}) -> {}:\n    return a",
    "class A(B, total={}):\n    x: {}", "a, b = {}", "x = y = {}", "ctx.put({}, {})",
    "def f(a) -> list[{}]: ...", "for i in {}:\n    pass",
    'X = T("X", {{\n    # A comment.\n    "a": {},\n    # B,\n    # on two lines.\n    "b": {}}})',
    "if a:\n    pass\nelif {}:\n    pass\nelse:\n    {}", "from a import b, {}",
    "def f(a: dict[str, {}], ctx: Gathering) -> Any:\n    x = {}",
]  # fmt: skip
_ODD_STATEMENTS = [
    *_STATEMENTS, "while {}:\n    pass", "x += {}", "del {}", "x = {} # why", "with {}:\n    pass",
    "assert {}", "type {} = {}", "async def f(): return {}", "x = {}; y = {}", "f( {} )",
    "x = [\n    {},  # why\n    {}\n]", "x = [\n    {},\n    # why\n]", "print(* {})", "({})",
]  # fmt: skip


def same(text: str) -> None:
    """Our layout is black's, or none; what black refuses is no Python, and not compared."""
    try:
        wanted = black.format_str(text, mode=MODE)
    except (black.InvalidInput, black.parsing.InvalidInput):
        return
    made = laid_out(text)
    assert made is None or made == wanted, f"--- black\n{wanted}\n--- ours\n{made}"


@st.composite
def statements(
    draw: st.DrawFn, frames: list[str] = _STATEMENTS, values: st.SearchStrategy[str] = EXPRESSIONS
) -> str:
    frame = draw(st.sampled_from(frames))
    text = frame
    while "{}" in text:
        text = text.replace("{}", draw(values).replace("{}", "{ }"), 1)
    text = text.replace("{{", "{").replace("}}", "}")
    depth = draw(st.integers(0, 2))
    for level in range(depth):
        lines = "\n".join("    " + line for line in text.split("\n"))
        text = f"if a{level}:\n{lines}" if level else f"def f{level}():\n{lines}"
    return text + "\n"


@given(statements())
def test_statements(text: str) -> None:
    same(text)


@given(statements(_ODD_STATEMENTS, _ODD_EXPRESSIONS))
def test_odd_statements(text: str) -> None:
    same(text)
