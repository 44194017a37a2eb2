"""From alternatives to code: as written, or as decision trees.

Both forms mean the same: the first alternative whose steps all hold. The plain
form tests each alternative on its own. The optimised form shares equal leading
steps of neighbours, and decides by a constant property (`type`) where
neighbours differ only in its value. Expressions are pure, and alternatives
with different constants for one value exclude each other, so neither sharing
nor grouping changes which alternative wins. `tests/unit/test_optimise.py`
proves it on generated programs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from orgen.dialect.bare import Texts, texts_of, with_bare
from orgen.dialect.presence import counted
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
    Function,
    Guard,
    IsKind,
    Let,
    Local,
    Present,
    Program,
    Step,
    Stmt,
    When,
)


@dataclass(frozen=True, slots=True)
class Routine:
    """A function as a block of statements, ready to print."""

    name: str
    parameters: tuple[str, ...]
    doc: str
    body: tuple[Stmt, ...]


def routines(program: Program, *, optimise: bool = True) -> tuple[Routine, ...]:
    """Every function of a program as statements."""
    texts = texts_of(program)
    return tuple(routine(function, texts, optimise=optimise) for function in program.functions)


def routine(function: Function, texts: Texts | None = None, *, optimise: bool = True) -> Routine:
    """A function as statements; `texts` is what its program makes of texts, if it matters."""
    if optimise and texts is not None:
        function = with_bare(function, texts)
    arrange = decision_tree if optimise else sequence
    body = (*function.prologue, *arrange(function.alternatives), *function.epilogue)
    return Routine(
        function.name,
        function.parameters,
        function.doc,
        counted(fuse(body)) if optimise else body,
    )


def sequence(alternatives: tuple[Alternative, ...]) -> tuple[Stmt, ...]:
    """Each alternative tested on its own, in order."""
    return tuple(stmt for item in alternatives for stmt in nest(item.steps, item.body))


def nest(steps: tuple[Step, ...], body: tuple[Stmt, ...]) -> tuple[Stmt, ...]:
    """Steps around a body: bindings in line, guards as conditions."""
    for step in reversed(steps):
        body = (step, *body) if isinstance(step, Let) else (When(step.condition, body),)
    return body


def decision_tree(alternatives: tuple[Alternative, ...]) -> tuple[Stmt, ...]:
    """Alternatives with shared leading steps and decisions by constants."""
    statements: list[Stmt] = []
    rest = list(alternatives)
    while rest:
        run = _choice(rest) or _shared(rest)
        if len(run) < 2:
            statements += nest(rest[0].steps, rest[0].body)
            rest = rest[1:]
            continue
        first = run[0].steps[0]
        if _tested(first) and all(_tested(item.steps[0]) for item in run) and _choice(rest):
            statements.append(_choose(run))
        else:
            inner = decision_tree(tuple(_without_first(item) for item in run))
            statements += nest((first,), inner)
        rest = rest[len(run) :]
    return tuple(statements)


def _without_first(item: Alternative) -> Alternative:
    return replace(item, steps=item.steps[1:])


def _shared(rest: list[Alternative]) -> list[Alternative]:
    """The leading alternatives that begin with the same step."""
    if not rest[0].steps:
        return rest[:1]
    first = rest[0].steps[0]
    count = 1
    while count < len(rest) and rest[count].steps and rest[count].steps[0] == first:
        count += 1
    return rest[:count]


def _tested(step: Step) -> tuple[Expr, Constant] | None:
    """(value, constant) if the step is an equality with a string."""
    if isinstance(step, Guard) and isinstance(step.condition, Equals):
        other = step.condition.other
        if isinstance(other, Constant) and isinstance(other.value, str):
            return step.condition.value, other
    return None


def _choice(rest: list[Alternative]) -> list[Alternative] | None:
    """The leading alternatives that all test one value, if they know several constants."""
    first = _tested(rest[0].steps[0]) if rest[0].steps else None
    if first is None:
        return None
    run: list[Alternative] = []
    for item in rest:
        found = _tested(item.steps[0]) if item.steps else None
        if found is None or found[0] != first[0]:
            break
        run.append(item)
    constants = {_constant(item) for item in run}
    return run if len(constants) > 1 else None


def _constant(item: Alternative) -> Constant:
    found = _tested(item.steps[0])
    assert found is not None
    return found[1]


def _choose(run: list[Alternative]) -> Choose:
    found = _tested(run[0].steps[0])
    assert found is not None
    cases: dict[Constant, list[Alternative]] = {}
    for item in run:
        cases.setdefault(_constant(item), []).append(_without_first(item))
    return Choose(
        found[0],
        tuple(((constant,), decision_tree(tuple(items))) for constant, items in cases.items()),
    )


def fuse(body: tuple[Stmt, ...]) -> tuple[Stmt, ...]:
    """Joins a binding with the test right behind it, and nested tests with each other."""
    fused: list[Stmt] = []
    for stmt in body:
        stmt = _inside(stmt)
        last = fused[-1] if fused else None
        if isinstance(stmt, When) and isinstance(last, Let) and _is_test_of(stmt.condition, last):
            fused[-1] = _inside(_with_first(stmt, last))
        else:
            fused.append(stmt)
    return tuple(fused)


def _inside(stmt: Stmt) -> Stmt:
    match stmt:
        case When(condition, then, otherwise):
            then, otherwise = fuse(then), fuse(otherwise)
            if not otherwise and len(then) == 1 and isinstance(then[0], When):
                inner = then[0]
                if not inner.otherwise:
                    return When(_all(condition, inner.condition), inner.then)
            return When(condition, then, otherwise)
        case Choose(value, cases):
            return Choose(value, tuple((constants, fuse(body)) for constants, body in cases))
        case _:
            return stmt


def _all(first: Cond, second: Cond) -> AllOf:
    left = first.conditions if isinstance(first, AllOf) else (first,)
    right = second.conditions if isinstance(second, AllOf) else (second,)
    return AllOf((*left, *right))


def _is_test_of(condition: Cond, let: Let) -> bool:
    return _tested_first(_first(condition)) == Local(let.name)


def _first(condition: Cond) -> Cond:
    return condition.conditions[0] if isinstance(condition, AllOf) else condition


def _tested_first(condition: Cond) -> Expr | None:
    """The value whose presence, absence or kind the condition asks for before all else."""
    match condition:
        case Present(value) | IsKind(value) | AbsentOr(value):
            return value
        case _:
            return None


def _with_first(stmt: When, let: Let) -> When:
    bound = Bound(let.name, let.value, _first(stmt.condition))
    if isinstance(stmt.condition, AllOf):
        return replace(stmt, condition=AllOf((bound, *stmt.condition.conditions[1:])))
    return replace(stmt, condition=bound)
