"""What tests establish about keys: how many are there for sure, and which are needed."""

from __future__ import annotations

import json
from typing import Any

from dialect_builds import declared, schema
from orgen.diagnostics import Span
from orgen.dialect.compile.ignored import ignored_keys
from orgen.dialect.compile.types import CanonicalTypes
from orgen.dialect.presence import counted, required_keys
from orgen.ir.operations import (
    AbsentOr,
    Account,
    AllOf,
    Alternative,
    Bound,
    Choose,
    Cond,
    Constant,
    Equals,
    Field,
    Guard,
    IsKind,
    Let,
    Local,
    Present,
    Primitive,
    Stmt,
    When,
)

PART = Local("part")
TYPE, TEXT = Field(PART, "type"), Field(PART, "text")
ACCOUNT = Account(PART, ("type", "text", "id"), "", "out")


def constant(value: Any) -> Constant:
    return Constant(json.dumps(value), value)


def least(*body: Stmt) -> list[int]:
    """What each account knows, in order."""
    return [found for stmt in counted(body) for found in _least(stmt)]


def _least(stmt: Stmt) -> list[int]:
    match stmt:
        case Account():
            return [stmt.least]
        case When(_, then, otherwise):
            return [found for inner in (*then, *otherwise) for found in _least(inner)]
        case Choose(_, cases):
            return [found for _, body in cases for inner in body for found in _least(inner)]
        case _:
            return []


def where(*conditions: Cond) -> When:
    return When(AllOf(conditions), (ACCOUNT,), (ACCOUNT,))


def test_tests_tell_which_keys_are_there() -> None:
    both = where(Equals(TYPE, constant("a")), Bound("x", TEXT, IsKind(Local("x"), ("string",))))
    assert least(both, ACCOUNT) == [2, 0, 0]
    assert least(where(Present(TEXT), Present(TEXT))) == [1, 0]


def test_what_may_be_absent_does_not_count() -> None:
    assert least(where(Equals(TYPE, constant(None)))) == [0, 0]
    assert least(where(AbsentOr(TEXT, IsKind(TEXT, ("string",))))) == [0, 0]
    assert least(where(IsKind(TEXT, ("string", "null")))) == [0, 0]


def test_a_decision_by_a_constant_counts() -> None:
    assert least(Choose(TYPE, (((constant("a"),), (ACCOUNT,)),))) == [1]


def test_what_a_strict_primitive_makes_tells_of_its_operand() -> None:
    pieces = Primitive("pieces", (TEXT, constant("data:"), constant("")))
    assert least(where(Bound("x", pieces, Present(Local("x"))))) == [1, 0]
    default = Primitive("default", (TEXT, constant("")))
    assert least(where(Bound("x", default, Present(Local("x"))))) == [0, 0]


def test_a_name_that_is_bound_anew_is_another_object() -> None:
    inner = where(Present(TEXT))
    again = When(Present(TYPE), (Let("part", Field(Local("whole"), "part")), inner, ACCOUNT))
    assert least(again) == [1, 0, 0]
    perhaps = When(Present(Local("y")), (Let("part", Local("z")),))
    assert least(When(Present(TYPE), (ACCOUNT, perhaps, ACCOUNT))) == [1, 0]


def test_an_alternative_needs_what_its_steps_ask_for() -> None:
    steps = (
        Guard(Equals(TYPE, constant("a"))),
        Let("x", TEXT),
        Guard(AbsentOr(Local("x"), IsKind(Local("x"), ("string",)))),
        Guard(Present(Field(PART, "id"))),
    )
    assert required_keys(Alternative(steps, (), Span("test", 1, 1)), "part") == ("id", "type")


def test_ignored_keys_are_those_of_the_contract() -> None:
    dialect = next(one for one in declared() if one.name == "anthropic_messages")
    types = CanonicalTypes(schema())
    assert set(ignored_keys(dialect, types, "message")) == {"id", "status", "phase"}
    assert ignored_keys(dialect, types, "input_text") == ()
    assert ignored_keys(dialect, types, "usage.") == ("total_tokens",)
