"""What is known to be there: keys that tests on the way have found.

Where n known keys of an object are there for sure, an object of n keys has no
others, and its length tells so (`Account.least`). A fact holds behind the test
that establishes it, in the statements that the test leads to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from orgen.ir.operations import (
    Account,
    AllOf,
    Alternative,
    Bound,
    Choose,
    Cond,
    Constant,
    Equals,
    Expr,
    Field,
    HasLength,
    IsKind,
    Let,
    Local,
    Present,
    Primitive,
    Stmt,
    When,
)

STRICT = frozenset({"carried", "filled", "lookup", "pieces"})
"""Primitives of one value that make something only of something."""

Place: TypeAlias = tuple[str, str]
"""A local name and a key of the object that it is bound to."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Keys that are there, and what local names were read from."""

    there: frozenset[Place] = frozenset()
    read: frozenset[tuple[str, Place]] = frozenset()

    def place(self, value: Expr) -> Place | None:
        """Where a value was read."""
        match value:
            case Field(Local(holder), key):
                return holder, key
            case Local(name):
                return dict(self.read).get(name)
            case Primitive(name, arguments) if name in STRICT:
                return next(filter(None, map(self.place, arguments)), None)
            case _:
                return None

    def with_value(self, value: Expr) -> Facts:
        """The value is there."""
        place = self.place(value)
        return self if place is None else replace(self, there=self.there | {place})

    def bound(self, name: str, value: Expr) -> Facts:
        """The name stands for that value from now on; what was known of it is gone."""
        place = self.place(value)
        left = self.without({name})
        if place is None or place[0] == name:
            return left
        return replace(left, read=left.read | {(name, place)})

    def without(self, names: set[str]) -> Facts:
        return Facts(
            frozenset(place for place in self.there if place[0] not in names),
            frozenset(
                (name, place)
                for name, place in self.read
                if name not in names and place[0] not in names
            ),
        )

    def least(self, container: Local, keys: tuple[str, ...]) -> int:
        return sum((container.name, key) in self.there for key in set(keys))


def counted(body: tuple[Stmt, ...], facts: Facts = Facts()) -> tuple[Stmt, ...]:
    """The statements, whose accounts know how many of their keys are there."""
    made: list[Stmt] = []
    for stmt in body:
        match stmt:
            case Account(Local() as container, known):
                made.append(replace(stmt, least=facts.least(container, known)))
            case When(condition, then, otherwise):
                held = after(condition, facts)
                rest = facts.without(set(_names(condition)))
                made.append(When(condition, counted(then, held), counted(otherwise, rest)))
            case Choose(value, cases):
                held = facts.with_value(value)
                made.append(Choose(value, tuple((w, counted(inner, held)) for w, inner in cases)))
            case _:
                made.append(stmt)
        if isinstance(stmt, Let):
            facts = facts.bound(stmt.name, stmt.value)
        else:
            facts = facts.without(set(_names(stmt)))
    return tuple(made)


def required_keys(alternative: Alternative, container: str) -> tuple[str, ...]:
    """The keys of a container without which the alternative does not match."""
    facts = Facts()
    for step in alternative.steps:
        if isinstance(step, Let):
            facts = facts.bound(step.name, step.value)
        else:
            facts = after(step.condition, facts)
    return tuple(sorted(key for name, key in facts.there if name == container))


def after(condition: Cond, facts: Facts) -> Facts:
    """What is known where the condition holds."""
    match condition:
        case Present(value) | IsKind(value):
            null = isinstance(condition, IsKind) and "null" in condition.kinds
            return facts if null else facts.with_value(value)
        case Equals(value, Constant(_, constant)) if constant is not None:
            return facts.with_value(value)
        case HasLength(value, length) if length > 0:
            return facts.with_value(value)
        case AllOf(conditions):
            for one in conditions:
                facts = after(one, facts)
            return facts
        case Bound(name, value, test):
            return after(test, facts.bound(name, value))
        case _:
            return facts.without(set(_names(condition)))


def _names(node: Stmt | Cond) -> Iterator[str]:
    """The names that a statement or condition may bind."""
    match node:
        case Let(name):
            yield name
        case Bound(name):
            yield name
        case AllOf(conditions):
            for one in conditions:
                yield from _names(one)
        case When(condition, then, otherwise):
            yield from _names(condition)
            for stmt in (*then, *otherwise):
                yield from _names(stmt)
        case Choose(_, cases):
            for _, body in cases:
                for stmt in body:
                    yield from _names(stmt)
