"""Which components a group's values can be: those that its bodies lead to.

A request and a response bound the same field differently. A group that only
requests use follows the components of requests.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from orgen.dialect.ast import Body, Dialect, Filter, Rule
from orgen.dialect.parse import template_filters
from orgen.dialect.primitives import FILTERS
from orgen.ir.schema import List, Map, Record, Ref, Schema, Type, Union


def group_records(
    dialect: Dialect, bodies: Iterable[tuple[Body, str]], schema: Schema
) -> Mapping[str, frozenset[str]]:
    """Group -> names of the components it may stand for; groups that turns use are left out."""
    found: dict[str, set[str]] = {}
    for body, component in bodies:
        components = set(reachable(schema, component))
        for group in _closure(dialect, _groups(f for row in body.rows for f in row.filters)):
            found.setdefault(group, set()).update(components)
    rules = (r for t in dialect.turns.values() for u in t.turns for r in (*u.rules, *u.beside))
    for group in _closure(dialect, _groups(f for rule in rules for f in _filters(rule))):
        found.pop(group, None)
    return {group: frozenset(names) for group, names in found.items()}


def reachable(schema: Schema, component: str) -> frozenset[str]:
    """The component and all that it refers to, near and far."""
    found: set[str] = set()
    waiting = [component]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _references(schema.components[name].type)
    return frozenset(found)


def extensible_records(schema: Schema, within: Iterable[str]) -> list[Record]:
    """The records of unions, among some components, that take extension values, too."""
    found: list[Record] = []
    for name in sorted(within):
        for union in _unions(schema.components[name].type):
            if union.extension is not None:
                types = (schema.deref(variant.type) for variant in union.variants)
                found += [type for type in types if isinstance(type, Record)]
    return found


def _unions(type: Type) -> Iterator[Union]:
    match type:
        case Union(variants):
            yield type
            for variant in variants:
                yield from _unions(variant.type)
        case List(items):
            yield from _unions(items)
        case Map(values):
            yield from _unions(values)
        case Record(properties):
            for property in properties:
                yield from _unions(property.type)
        case _:
            return


def _references(type: Type) -> Iterator[str]:
    match type:
        case Ref(name):
            yield name
        case List(items):
            yield from _references(items)
        case Map(values):
            yield from _references(values)
        case Record(properties):
            for property in properties:
                yield from _references(property.type)
        case Union(variants):
            for variant in variants:
                yield from _references(variant.type)
        case _:
            return


def _closure(dialect: Dialect, groups: Iterable[str]) -> frozenset[str]:
    """The groups and those that their rules name."""
    found: set[str] = set()
    waiting = list(groups)
    while waiting:
        name = waiting.pop()
        if name not in found and name in dialect.groups:
            found.add(name)
            rules = dialect.groups[name].rules
            waiting += _groups(f for rule in rules for f in _filters(rule))
    return frozenset(found)


def _filters(rule: Rule) -> Iterator[Filter]:
    yield from template_filters(rule.canonical)
    yield from template_filters(rule.native)


def _groups(filters: Iterable[Filter]) -> list[str]:
    """The groups that filters name; `hoist` is a structure, but names one, too."""
    return [
        filter.arguments[0]
        for filter in filters
        if filter.name == "hoist" or (filter.name in FILTERS and FILTERS[filter.name].group)
    ]
