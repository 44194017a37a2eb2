"""Bare strings take a short way that gives what the long one gives, where that is known."""

from __future__ import annotations

from typing import Any

import pytest
from openresponses.runtime.primitives import default, join
from orgen.diagnostics import Span
from orgen.dialect.bare import texts_of
from orgen.dialect.optimise import routine
from orgen.ir.operations import (
    Account,
    Alternative,
    Constant,
    Equals,
    Field,
    Function,
    FunctionName,
    Guard,
    Holds,
    IsKind,
    KeySet,
    Let,
    Local,
    NewObject,
    Operands,
    Picked,
    Present,
    Primitive,
    Program,
    Put,
    Report,
    Return,
    Stmt,
    When,
)
from orgen.targets.python.dialects.printer import Printer

NOWHERE = Span("test", 1, 1)
CONTENT, PART, NATIVE, TEXT = Local("content"), Local("part"), Local("native"), Local("text")
RESPONSE = Guard(Holds(Primitive("in_response", (), context=True)))
BLANK = Constant('""', "")


def function(name: str, parameter: str, *alternatives: Alternative) -> Function:
    return Function(name, (parameter,), "", (), alternatives, (), NOWHERE)


def rule(kind: str, *body: Stmt, given: tuple[Guard, ...] = ()) -> Alternative:
    """A rule for parts of that type, whose text is called `text`."""
    steps = (
        Guard(IsKind(PART, ("object",))),
        Guard(Equals(Field(PART, "type"), Constant(f'"{kind}"', kind))),
        Let("text", Field(PART, "text")),
        Guard(IsKind(TEXT, ("string",))),
    )
    return Alternative((*steps, *given), body, NOWHERE)


def gives_text(kind: str, *, known: tuple[str, ...] = ("type", "text")) -> Alternative:
    out = Local("out")
    return rule(kind, Let("out", TEXT), Account(PART, known, kind, "out"), Return(out))


def group(name: str, *types: str) -> Operands:
    return Operands((FunctionName(name), KeySet(types)))


def item(*groups: Operands) -> Function:
    """A message of the texts that the first group picks, with what the second one picks."""
    first = Primitive("join", (Picked(Local("picked"), 0),))
    body: list[Stmt] = [
        Let("picked", Primitive("picked", (CONTENT, *groups), context=True)),
        Let("out", NewObject((("content", Primitive("default", (first, BLANK))),))),
    ]
    if len(groups) > 1:
        put = Put("out", ("images",), Local("images"))
        body += [
            Let("images", Picked(Local("picked"), 1)),
            When(Present(Local("images")), (put,)),
        ]
    return function(
        "encode_item", "content", Alternative((), (*body, Return(Local("out"))), NOWHERE)
    )


def printed(program: Program, name: str, *, optimise: bool = True) -> str:
    found = next(one for one in program.functions if one.name == name)
    return Printer().block(routine(found, texts_of(program), optimise=optimise).body)


class Context:
    """Groups that know strings and parts of one type; `asked` tells what was looked through."""

    def __init__(self, *, response: bool = False) -> None:
        self.response = response
        self.asked: list[Any] = []

    def picked(self, content: Any, *groups: Any) -> list[Any]:
        self.asked.append(content)
        if isinstance(content, str):
            return [[content], *[None for _ in groups[1:]]]
        return [[part["text"] for part in content] or None, *[["image"] for _ in groups[1:]]]

    def encode_parts(self, content: Any, rule: Any) -> Any:
        self.asked.append(content)
        return [{"text": content}] if self.response and isinstance(content, str) else content

    def bare(self, parts: Any) -> Any:
        return parts[0]["text"] if isinstance(parts, list) and len(parts) == 1 else parts

    def listed(self, content: Any) -> Any:
        return [{"text": content}] if isinstance(content, str) else content

    def texts(self, text: Any, *place: Any) -> Any:
        return [text] if text else []

    def each(self, values: Any, rule: Any) -> Any:
        self.asked.append(values)
        return [{"type": "input_text", "text": value} for value in values]


def run(text: str, content: Any, ctx: Context) -> Any:
    """What printed statements return."""
    names = {"default": default, "join": join, "_TEXT": 0, "_IMAGE": 0, "_INPUT_TEXT": 0}
    names |= {"encode_text": 0, "encode_image": 0, "decode_text": 0, "_INPUT_IMAGE": 0}
    code = "\n".join(["def made(content, ctx):", *(f"    {line}" for line in text.splitlines())])
    exec(code, names)
    made: Any = names["made"]
    return made(content, ctx)


CONTENTS = ["hello", "", [{"text": "a"}], [{"text": "a"}, {"text": "b"}], []]


@pytest.mark.parametrize("response", [False, True])
@pytest.mark.parametrize("content", CONTENTS)
def test_picked_texts_of_a_string_need_no_look_through_groups(content: Any, response: bool) -> None:
    functions = (
        item(group("encode_text", "input_text"), group("encode_image", "input_image")),
        function("encode_text", "part", gives_text("input_text")),
        function("encode_image", "part"),
    )
    program = Program("test", functions, ())
    short, long = Context(response=response), Context(response=response)
    made = run(printed(program, "encode_item"), content, short)
    assert made == run(printed(program, "encode_item", optimise=False), content, long)
    assert (long.asked, short.asked) == ([content], [] if isinstance(content, str) else [content])


@pytest.mark.parametrize(
    "rules",
    [
        (),  # no rule at all
        (gives_text("output_text"),),  # none for such a part
        (rule("input_text", Report(PART, None, "coerced", "why"), Return(TEXT)),),  # it reports
        (rule("input_text", Return(Primitive("filled", (TEXT,)))),),  # it makes something else
        (gives_text("input_text", known=("type",)),),  # the text would be left over
        (rule("input_text", Return(BLANK), given=(RESPONSE,)), gives_text("input_text")),
    ],
)
def test_groups_that_may_do_more_are_asked(rules: tuple[Alternative, ...]) -> None:
    functions = (item(group("encode_text", "input_text")), function("encode_text", "part", *rules))
    program = Program("test", functions, ())
    text = printed(program, "encode_item")
    assert text == printed(program, "encode_item", optimise=False)


def test_rules_for_answers_and_requests_that_agree_give_the_text() -> None:
    out = (Let("out", TEXT), Return(Local("out")))
    rules = (rule("output_text", *out, given=(RESPONSE,)), gives_text("output_text"))
    texts = texts_of(Program("test", (function("encode_answer", "part", *rules),), ()))
    assert texts.alike == {"encode_answer": {"output_text"}}


@pytest.mark.parametrize("name", ["bare", "listed"])
@pytest.mark.parametrize("response", [False, True])
@pytest.mark.parametrize("content", CONTENTS)
def test_content_through_filters_is_the_same(name: str, content: Any, response: bool) -> None:
    parts = Primitive("encode_parts", (CONTENT, FunctionName("encode_text")), context=True)
    made = Return(Primitive(name, (parts,), context=True))
    part = NewObject((("text", TEXT),))
    functions = (function("encode_item", "content", Alternative((), (made,), NOWHERE)),)
    program = Program("test", functions, (), part)
    short, long = Context(response=response), Context(response=response)
    found = run(printed(program, "encode_item"), content, short)
    assert found == run(printed(program, "encode_item", optimise=False), content, long)
    assert (long.asked, short.asked) == ([content], [] if isinstance(content, str) else [content])


@pytest.mark.parametrize("content", ["hello", "", None])
def test_a_text_becomes_its_one_part(content: Any) -> None:
    part = NewObject((("type", Constant('"input_text"', "input_text")), ("text", NATIVE)))
    texts = Primitive("texts", (CONTENT,), context=True)
    each = Primitive("each", (texts, FunctionName("decode_text")), context=True)
    functions = (
        function("decode_item", "content", Alternative((Let("out", each),), (), NOWHERE)),
        function(
            "decode_text",
            "native",
            Alternative((Guard(IsKind(NATIVE, ("string",))),), (Return(part),), NOWHERE),
        ),
    )
    program = Program("test", functions, ())
    short, long = Context(), Context()
    made = run(f"{printed(program, 'decode_item')}\nreturn out", content, short)
    plain = printed(program, "decode_item", optimise=False)
    assert made == run(f"{plain}\nreturn out", content, long)
    assert bool(short.asked) is not bool(content)
