"""What stands beside the payload of a list's elements, such as a signature.

A turn's `beside` rules give such keys an item of their own, before the item of
the element. Decoding splits the element; encoding puts the keys back on the
first element of the item that follows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from orgen.dialect.ast import Array, Direction, Object, Rule, Template, Turn
from orgen.dialect.compile.filters import constant
from orgen.dialect.compile.rules import Compiler, rule_alternative
from orgen.dialect.compile.scope import root
from orgen.ir.operations import (
    Account,
    Alternative,
    Equals,
    Field,
    Guard,
    Pair,
    Primitive,
    Return,
)


def element_of(rule: Rule) -> tuple[str, Rule]:
    """The list that a rule for one element speaks of, and the rule for the bare element."""
    assert isinstance(rule.native, Object)
    entry = rule.native.entries[0]
    assert isinstance(entry.template, Array)
    return entry.key, replace(rule, native=entry.template.elements[0])


def parameter_of(key: str) -> str:
    """`part` for an element of `parts`."""
    return key[:-1] if key.endswith("s") else "block"


def keys_beside(turn: Turn, key: str) -> tuple[str, ...]:
    """The keys that may stand beside an element of the list `key`."""
    found = [element for rule in turn.beside for element in _keys_of(rule, key)]
    return tuple(dict.fromkeys(found))


def _keys_of(rule: Rule, key: str) -> Iterator[str]:
    name, inner = element_of(rule)
    if name == key:
        yield from own_keys(inner.native)


def own_keys(native: Template) -> tuple[str, ...]:
    return tuple(entry.key for entry in native.entries) if isinstance(native, Object) else ()


def bare_alternative(compiler: Compiler, rule: Rule, turn: Turn, parameter: str) -> Alternative:
    """A rule for one element; it takes no element with something beside it but its own."""
    key, inner = element_of(rule)
    found = rule_alternative(compiler, inner, Direction.DECODE, parameter)
    own = own_keys(inner.native)
    nothing = constant(None)
    guards = tuple(
        Guard(Equals(Field(root(parameter), beside), nothing))
        for beside in keys_beside(turn, key)
        if beside not in own
    )
    return replace(found, steps=(*found.steps, *guards))


def split_alternatives(compiler: Compiler, turn: Turn, key: str) -> Iterator[Alternative]:
    """`[item, element without its keys]` for each rule; None where nothing stands beside."""
    parameter = root(parameter_of(key))
    for rule in turn.beside:
        name, inner = element_of(rule)
        if name != key or rule.only is Direction.ENCODE:
            continue
        found = rule_alternative(compiler, inner, Direction.DECODE, parameter.name)
        *body, last = (
            stmt
            for stmt in found.body
            if not (isinstance(stmt, Account) and stmt.container == parameter)
        )
        assert isinstance(last, Return) and last.value is not None
        keys = constant(list(own_keys(inner.native)))
        rest = Primitive("without", (parameter, keys), context=True)
        yield replace(found, body=(*body, Return(Pair(last.value, rest))))
