"""Statements as a careful author leaves them: no name that nobody reads, no test inside a test.

Nothing changes in what is evaluated, or in which order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace

from orgen.ir.operations import (
    Account,
    AllOf,
    Bound,
    Choose,
    Cond,
    Expect,
    IsKind,
    Local,
    Present,
    Stmt,
    When,
)

Block = tuple[Stmt, ...]


def flatten(body: Block) -> Block:
    """A routine's statements without unread bindings and needless nesting."""
    return _block(body, frozenset(_read(body)))


def _read(node: object) -> Iterator[str]:
    """The names that anything looks at, apart from the tests of what a `Bound` binds."""
    match node:
        case Local(name):
            yield name
        case Bound(_, value, test):
            yield from _read(value)
            if not isinstance(test, IsKind | Present):
                yield from _read(test)
        case tuple():
            for part in node:
                yield from _read(part)
        case _ if is_dataclass(node):
            for field in fields(node):
                found = getattr(node, field.name)
                if field.name in ("target", "out") and isinstance(found, str):
                    yield found
                yield from _read(found)


def _block(body: Block, read: frozenset[str]) -> Block:
    return tuple(_statement(stmt, read) for stmt in body)


def _statement(stmt: Stmt, read: frozenset[str]) -> Stmt:
    match stmt:
        case When(condition, then, otherwise):
            tests = _tests(condition, read)
            return _joined(tests, _block(then, read), _block(otherwise, read))
        case Choose(value, cases):
            return Choose(value, tuple((words, _block(inner, read)) for words, inner in cases))
        case _:
            return stmt


def _tests(condition: Cond, read: frozenset[str]) -> tuple[Cond, ...]:
    """The conditions that have to hold one after the other."""
    match condition:
        case AllOf(conditions):
            return tuple(test for one in conditions for test in _tests(one, read))
        case Bound(name, value, IsKind(_, kinds)) if name not in read:
            return (IsKind(value, kinds),)
        case Bound(name, value, Present()) if name not in read:
            return (Present(value),)
        case _:
            return (condition,)


def _joined(tests: tuple[Cond, ...], then: Block, otherwise: Block) -> Stmt:
    """One test for a test that holds nothing but another test."""
    condition = tests[0] if len(tests) == 1 else AllOf(tests)
    match then:
        case (When(inner, body, ()),) if not otherwise:
            return _joined((*tests, *_parts(inner)), body, ())
        case (Expect() | Account(container=Local()) as check,) if not otherwise:
            given = (*tests, *(_parts(check.given) if check.given else ()))
            return replace(check, given=given[0] if len(given) == 1 else AllOf(given))
        case _:
            return When(condition, then, otherwise)


def _parts(condition: Cond) -> tuple[Cond, ...]:
    return condition.conditions if isinstance(condition, AllOf) else (condition,)
