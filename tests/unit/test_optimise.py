"""Optimised programs do what plain ones do: on generated programs.

`test_optimised_dialects.py` compares those of the real dialects.
"""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from orgen.diagnostics import Span
from orgen.dialect.optimise import routine
from orgen.ir.operations import (
    AbsentOr,
    AllOf,
    Alternative,
    Bound,
    Choose,
    Cond,
    Constant,
    Equals,
    Expr,
    Field,
    Function,
    Guard,
    IsKind,
    Let,
    Local,
    Present,
    Return,
    Step,
    Stmt,
    When,
)

NOWHERE = Span("test", 1, 1)


# A tiny interpreter of the operations that alternatives are made of


def evaluate(expr: Expr, names: dict[str, Any]) -> Any:
    match expr:
        case Local(name):
            return names[name]
        case Constant(_, value):
            return value
        case Field(of, key):
            holder = evaluate(of, names)
            return holder.get(key) if isinstance(holder, dict) else None
        case _:
            raise TypeError(expr)


def holds(condition: Cond, names: dict[str, Any]) -> bool:
    match condition:
        case Present(value):
            return evaluate(value, names) is not None
        case Equals(value, other):
            left, right = evaluate(value, names), evaluate(other, names)
            return type(left) is type(right) and bool(left == right)
        case AbsentOr(value, inner):
            return evaluate(value, names) is None or holds(inner, names)
        case IsKind(value, kinds):
            return kind_of(evaluate(value, names)) in kinds
        case Bound(name, value, test):
            names[name] = evaluate(value, names)
            return holds(test, names)
        case AllOf(conditions):
            return all(holds(inner, names) for inner in conditions)
        case _:
            raise TypeError(condition)


def kind_of(value: Any) -> str:
    return {str: "string", dict: "object", bool: "boolean"}.get(type(value), "null")


class Returned(Exception):
    """The value of a `Return`."""


def execute(body: tuple[Stmt, ...], names: dict[str, Any]) -> None:
    for stmt in body:
        match stmt:
            case Let(name, value):
                names[name] = evaluate(value, names)
            case When(condition, then, otherwise):
                execute(then if holds(condition, names) else otherwise, names)
            case Choose(value, cases):
                found = evaluate(value, names)
                for constants, inner in cases:
                    if any(found == constant.value for constant in constants):
                        execute(inner, names)
                        break
            case Return(value):
                raise Returned(None if value is None else evaluate(value, names))
            case _:
                raise TypeError(stmt)


def run(function: Function, argument: Any, *, optimise: bool) -> Any:
    try:
        execute(routine(function, optimise=optimise).body, {"part": argument})
    except Returned as returned:
        return returned.args[0]
    return "fell through"


# Generated programs

KEYS = ("type", "role", "text")
WORDS = ("a", "b", "c")


def constant(value: Any) -> Constant:
    return Constant(json.dumps(value), value)


FIELDS = st.sampled_from(KEYS).map(lambda key: Field(Local("part"), key))
CONDITIONS: st.SearchStrategy[Cond] = st.one_of(
    st.builds(Present, FIELDS),
    st.builds(Equals, FIELDS, st.sampled_from(WORDS).map(constant)),
    st.builds(
        lambda value, word: AbsentOr(value, Equals(value, constant(word))),
        FIELDS,
        st.sampled_from(WORDS),
    ),
    st.builds(IsKind, FIELDS, st.sampled_from([("string",), ("object",), ("string", "boolean")])),
    st.just(IsKind(Local("part"), ("object",))),
)


@st.composite
def steps(draw: st.DrawFn) -> tuple[Step, ...]:
    """Guards, and bindings that are tested right behind."""
    found: list[Step] = []
    for number in range(draw(st.integers(0, 4))):
        if draw(st.booleans()):
            found.append(Guard(draw(CONDITIONS)))
            continue
        local = Local(draw(st.sampled_from(["x", "y", f"z{number}"])))
        found.append(Let(local.name, draw(FIELDS)))
        found.append(Guard(draw(st.sampled_from([Present(local), IsKind(local, ("string",))]))))
    return tuple(found)


@st.composite
def functions(draw: st.DrawFn) -> Function:
    """A function of up to eight alternatives, each of which returns its own number."""
    alternatives = tuple(
        Alternative(draw(steps()), (Return(constant(f"alternative {number}")),), NOWHERE)
        for number in range(draw(st.integers(0, 8)))
    )
    return Function("f", ("part",), "", (), alternatives, (Return(constant("none")),), NOWHERE)


VALUES = st.one_of(
    st.none(),
    st.just("a"),
    st.dictionaries(
        st.sampled_from(KEYS), st.sampled_from([*WORDS, "d", None, True, {}]), max_size=3
    ),
)


@given(functions(), st.lists(VALUES, min_size=1, max_size=6))
def test_generated_programs_choose_the_same_alternative(
    function: Function, values: list[Any]
) -> None:
    for value in values:
        assert run(function, value, optimise=True) == run(function, value, optimise=False)
