"""What is laid out directly looks as black would have made it; what only black knows is refused."""

from __future__ import annotations

import random

import black
import pytest
from black.parsing import InvalidInput
from hypothesis import example, given
from hypothesis import strategies as st
from orgen.layout.direct import laid_out
from orgen.layout.style import MODE

NAMES = ["a", "ctx", "out", "native_message", "_TYPE_NAME_AND_MORE", "x" * 31]
STRINGS = [
    '"a"', "'b'", '""', '"it\'s"', "'say \"x\"'", '"text"', '"' + "words " * 9 + '"', '"\\n"',
    "r'^a$'", 'f"{a}"', 'r"\\d"',
]  # fmt: skip
NUMBERS = ["0", "12", "1.5", "-1", "None", "True"]
ODD = [
    '"é"', "'a\\'b'", '"\\""', '"日本"', "'\\u1234'", '"\\xAB"', "...", "1e5", "0x1F", "00",
    "a ** b", "lambda: a", "a @ b", "~a", "- a", "1_0", '"a" "b"', "*a", "yield", "a . b",
    "[n for n in a]", "a[b:]", "a[b : c]", "{a: b for a in (b)}",
]  # fmt: skip
CALLED = ["f", "ctx.account", "a.b.c", "f(a)", "f(a).get", "x" * 40]
OPERATORS = [
    "and", "or", "==", "is", "is not", "in", "not in", "+", "|", "-", "<", ">=", "*", "%",
]  # fmt: skip
STATEMENTS = [
    "{}", "x = {}", "return {}", "x: {} = {}", "out[{}] = {}", "if {}:\n    pass", "x: {}",
    "raise E({})", "return {}, {}", "x = {}, {}", "out.setdefault({}, [])[{}] = {}",
    "match {}:\n    case {}:\n        pass", "a, b = {}", "x = y = {}", "ctx.put({}, {})",
    "def f(a: int, *, b: dict[str, Any] = {}, c={}) -> {}:\n    return a",
    "class A(B, total={}):\n    x: {}", "def f(a) -> list[{}]: ...", "for i in {}:\n    pass",
    'X = T("X", {{\n    # A comment.\n    "a": {},\n    # B,\n    # on two lines.\n    "b": {}}})',
    "if a:\n    pass\nelif {}:\n    pass\nelse:\n    {}", "from a import b, c, {}",
    "def f(a: dict[str, {}], ctx: Gathering) -> Any:\n    x = {}",
]  # fmt: skip
ODD_STATEMENTS = [
    *STATEMENTS, "while {}:\n    pass", "x += {}", "del {}", "x = {} # why", "with {}:\n    pass",
    "assert {}", "type {} = {}", "async def f(): return {}", "x = {}; y = {}", "f( {} )", "({})",
    "x = [\n    {},  # why\n    {}\n]", "x = [\n    {},\n    # why\n]", "print(* {})", "'''{}'''",
]  # fmt: skip


class Maker:
    """Makes up Python, the same for the same seed."""

    def __init__(self, seed: int, *, odd: bool) -> None:
        self.chance = random.Random(seed)
        self.odd = odd
        self.left = self.chance.randint(1, 25)
        """Parts that may still be made."""

    def statement(self) -> str:
        pick = self.chance
        text = pick.choice(ODD_STATEMENTS if self.odd else STATEMENTS)
        parts = text.replace("{{", "\1").replace("}}", "\2").split("{}")
        text = "".join(part + self.value() for part in parts[:-1]) + parts[-1]
        text = text.replace("\1", "{").replace("\2", "}")
        for level in range(pick.randint(0, 2)):
            body = "\n".join("    " + line for line in text.split("\n"))
            text = f"if a{level}:\n{body}" if level else f"def f{level}():\n{body}"
        return text + "\n"

    def value(self, depth: int = 0) -> str:
        pick = self.chance
        self.left -= 1
        if self.odd and pick.random() < 0.1:
            return pick.choice(ODD)
        if depth > 4 or self.left < 0 or pick.random() < 0.3:
            return pick.choice(pick.choice([NAMES, NAMES, STRINGS, NUMBERS]))
        make = pick.choice([self.call, self.display, self.display, self.operation, self.operation])
        return make(depth + 1)

    def values(self, depth: int, most: int = 5) -> list[str]:
        return [self.value(depth) for _ in range(self.chance.randint(0, most))]

    def comma(self, values: list[str]) -> str:
        return "," if values and self.chance.random() < 0.15 else ""

    def call(self, depth: int) -> str:
        pick = self.chance
        named = [f"{pick.choice(NAMES)}={value}" for value in self.values(depth, 2)]
        given = [*self.values(depth), *named]
        return f"{pick.choice(CALLED)}({', '.join(given)}{self.comma(given)})"

    def display(self, depth: int) -> str:
        values = self.values(depth)
        if self.chance.random() < 0.4:
            values = [f"{self.chance.choice(STRINGS)}: {value}" for value in values]
            return "{" + ", ".join(values) + self.comma(values) + "}"
        forms = [("[", "]"), ("(", ")"), ("{*a, ", "}"), ("Literal[a, ", "]"), ("f(**a, ", ")")]
        opening, closing = self.chance.choice(forms)
        return opening + ", ".join(values) + self.comma(values) + closing

    def operation(self, depth: int) -> str:
        pick = self.chance
        a, b, c = (self.value(depth) for _ in range(3))
        operator = pick.choice(OPERATORS)
        return pick.choice(
            [
                f" {operator} ".join([a, b, c]),
                f"{a} {operator} {b}",
                f"(x := {a})",
                f"({a})",
                f"not {a}",
                f"{pick.choice(NAMES)}[{a}]",
                f"out.set({a}, {{}})[{b}].x({c})",
                f"{a} if {b} else {c}",
                f"{a} if {b} and not {c} else f({c})",
            ]
        )


def same(text: str) -> None:
    """Our layout is black's, or none; what black refuses is no Python, and not compared."""
    try:
        wanted = black.format_str(text, mode=MODE)
    except InvalidInput:
        return
    made = laid_out(text)
    assert made is None or made == wanted, f"--- black\n{wanted}\n--- ours\n{made}"


@given(st.integers(0, 2**40))
def test_statements(seed: int) -> None:
    same(Maker(seed, odd=False).statement())


@given(st.integers(0, 2**40))
@example(1)
def test_odd_statements(seed: int) -> None:
    same(Maker(seed, odd=True).statement())


def test_most_made_up_statements_are_laid_out() -> None:
    texts = [Maker(seed, odd=False).statement() for seed in range(300)]
    assert sum(laid_out(text) is not None for text in texts) > 150


@pytest.mark.parametrize(
    "text",
    [
        '""\n', "''\n", "x = a,\n", "# fmt: off\nx = 1\n", "x = 1 # why\n", "def f(): pass\n",
        "class A():\n    x: int\n", "x = (yield)\n", "if a:\n\n    x = 1\n", "\n\n",
        "x = 'a' 'b'\n",
        "x = a if b else c if d else e\n", "def f(a=b if c else d): ...\n",
        "x = {a if b else c: d}\n",
        '"""Doc."""\nx = 1\n', 'def f():\n    """Doc. """\n    x = 1\n', "import a\nx = 1\n",
        "# a\n\n\n# b\ndef f():\n    x = 1\n", "x = 1\n# b\nclass A:\n    y = 1\n",
        "@a\ndef f(): ...\n",
        'class A:\n    """Doc."""\n    x: int\n    """About."""\n    def f(self): ...\n',
    ],
)  # fmt: skip
def test_corners(text: str) -> None:
    same(text)
