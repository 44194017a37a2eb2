"""Functions for answers: what they make is whole, as a response demands it.

Most functions that take native values apart serve requests, too, where an item may lack its id
and its status. A response needs both, and text parts with all their lists. So what the rules for
responses reach is compiled a second time, where that makes a difference: such items have an id
and a status from the beginning (both null in streams, which know them later), and tests for the
kind of body are decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from orgen.dialect.compile.filters import constant
from orgen.dialect.compile.types import CanonicalTypes
from orgen.ir.operations import (
    Alternative,
    Constant,
    Expr,
    Function,
    FunctionName,
    Guard,
    Holds,
    NewObject,
    Primitive,
    Put,
    Run,
    Step,
)
from orgen.ir.schema import List, Record, Union
from orgen.ir.trees import mapped, parts

ENTRY = "decode_response"
_OWN = ("id", "status")
_NEW_STATUS = Primitive("new_status", (), context=True)
Node = TypeVar("Node")


@dataclass(frozen=True, slots=True)
class Demands:
    """What a response demands of values, by their `type`."""

    items: frozenset[str]
    """Types of items."""
    lists: Mapping[str, tuple[str, ...]]
    """Type of a part of a message -> the lists that it must have."""


def demands(types: CanonicalTypes) -> Demands:
    """What the canonical schema demands."""
    output = types.component("ResponseResource").property("output")
    items = dict(_variants(types, output.type)) if output else {}
    content = items["message"].property("content") if "message" in items else None
    parts = dict(_variants(types, content.type)) if content else {}
    return Demands(frozenset(items), {tag: _lists(types, part) for tag, part in parts.items()})


def _variants(types: CanonicalTypes, listed: object) -> Iterator[tuple[str, Record]]:
    """The records that a list may hold, by their tags."""
    union = types.schema.deref(listed.items) if isinstance(listed, List) else None
    for variant in union.variants if isinstance(union, Union) else ():
        record = types.schema.deref(variant.type)
        for name, values in variant.tag.values if variant.tag else ():
            if name == "type" and isinstance(record, Record):
                yield from ((str(value), record) for value in values)


def _lists(types: CanonicalTypes, record: Record) -> tuple[str, ...]:
    return tuple(
        found.name
        for found in record.properties
        if found.required and isinstance(types.schema.deref(found.type), List)
    )


def with_answers(functions: tuple[Function, ...], demanded: Demands) -> tuple[Function, ...]:
    """The functions of a program; those for responses go to functions of their own.

    A function that no request needs becomes the one for answers.
    """
    known = {one.name: one for one in functions if one.name.startswith("decode_")}
    refers = {name: frozenset(_references(function)) for name, function in known.items()}
    reached = _reached((ENTRY,), refers)
    made = {name: _answer(known[name], demanded) for name in reached}
    if not any(_NEW_STATUS in parts(function) for function in made.values()):
        return functions  # the dialect's own items state all of that
    elsewhere = set(_reached(_OTHER_ENTRIES, refers))
    changed = _spread({name for name in reached if made[name] is not known[name]}, reached, refers)
    renamed = {name: _name(name) for name in reached if name in changed & elsewhere}
    found: list[Function] = []
    for function in functions:
        name = function.name
        if name not in changed or name in renamed:
            found.append(function)
        if name in changed:
            own = replace(made[name], name=renamed.get(name, name))
            found.append(mapped(own, lambda node: _referring(node, renamed)))
    return tuple(found)


_OTHER_ENTRIES = (
    "decode_request",
    "decode_error",
    "decode_compact_request",
    "decode_compact_response",
)


def _name(name: str) -> str:
    return name.replace("decode_", "decode_answer_", 1)


def _reached(names: Iterable[str], refers: Mapping[str, frozenset[str]]) -> list[str]:
    """The functions, and all that they call or pass on, in the order of the program."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in refers and name not in found:
            found.add(name)
            waiting += refers[name]
    return [name for name in refers if name in found]


def _references(node: object) -> Iterator[str]:
    for part in parts(node):
        match part:
            case FunctionName(name) | Run(name):
                yield name


def _spread(
    changed: set[str], reached: list[str], refers: Mapping[str, frozenset[str]]
) -> set[str]:
    """The changed functions, and those that reach them."""
    while more := {name for name in reached if refers[name] & changed} - changed:
        changed = changed | more
    return changed


# One function ----------------------------------------------------------------------


def _answer(function: Function, demanded: Demands) -> Function:
    """The function where the body is a response; the same if that makes no difference."""
    if function.parameters[:1] == ("body",):
        return function  # it writes into the response, not into items
    alternatives = tuple(_possible(function.alternatives))
    if not any(_is_demanded(node, demanded) for node in parts(function)):
        same = alternatives == function.alternatives
        return function if same else replace(function, alternatives=alternatives)
    whole = replace(
        function,
        prologue=_whole(function.prologue, demanded),
        alternatives=tuple(replace(one, body=_whole(one.body, demanded)) for one in alternatives),
        epilogue=_whole(function.epilogue, demanded),
    )
    return function if whole == function else whole


def _possible(alternatives: tuple[Alternative, ...]) -> Iterator[Alternative]:
    """The alternatives that an answer may take, without their tests for the kind of body."""
    before: list[tuple[Step, ...]] = []
    for one in alternatives:
        steps = tuple(step for step in one.steps if not _asks("in_response", step))
        hopeless = any(_asks("in_request", step) for step in steps)
        if not hopeless and not any(steps[: len(first)] == first for first in before):
            before.append(steps)
            yield replace(one, steps=steps)


def _is_demanded(node: object, demanded: Demands) -> bool:
    """Whether something may be demanded of what an operation makes."""
    if not isinstance(node, NewObject) or not node.entries or node.entries[0][0] != "type":
        return False
    tag = node.entries[0][1]
    kind = tag.value if isinstance(tag, Constant) else None
    return kind in demanded.items or (isinstance(kind, str) and bool(demanded.lists.get(kind)))


def _asks(name: str, step: Step) -> bool:
    return (
        isinstance(step, Guard)
        and isinstance(step.condition, Holds)
        and step.condition.call.name == name
    )


def _whole(block: Node, demanded: Demands) -> Node:
    """The statements, which make whole items and parts."""
    stated = frozenset(_stated(block))
    return mapped(block, lambda node: _demanded(node, demanded, stated))


def _stated(node: object) -> Iterator[str]:
    """Properties of the value at hand that statements write."""
    for part in parts(node):
        match part:
            case Put("out", (str(key),)):
                yield key


def _demanded(node: object, demanded: Demands, stated: frozenset[str]) -> object:
    if not isinstance(node, NewObject) or not _is_demanded(node, demanded):
        return node
    tag = node.entries[0][1]
    kind = str(tag.value) if isinstance(tag, Constant) else ""
    keys = {key for key, _ in node.entries}
    own: tuple[tuple[str, Expr], ...] = ()
    if kind in demanded.items and stated.isdisjoint(_OWN) and keys.isdisjoint(_OWN):
        own = (("id", Primitive("new_id", (tag,), context=True)), ("status", _NEW_STATUS))
    lists = demanded.lists.get(kind, ())
    rest = tuple((key, constant([])) for key in lists if key not in keys)
    return replace(node, entries=(node.entries[0], *own, *node.entries[1:], *rest))


def _referring(node: object, renamed: Mapping[str, str]) -> object:
    match node:
        case FunctionName(name):
            return FunctionName(renamed.get(name, name))
        case Run(name, arguments):
            return Run(renamed.get(name, name), arguments)
        case _:
            return node
