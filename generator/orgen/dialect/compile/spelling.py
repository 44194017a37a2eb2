"""The native keys that a dialect knows, as a tree: where keys may be spelled otherwise.

`{"contents": {"parts": {"text": {}, "*": {}}}}` says that `contents` and the
`parts` inside are known, and that any key of a part names a value (`*`). Lists
do not count as a step, and what a variable takes is nobody's business. Beside
the keys that rules read stand those that the native schema lists, which become
residue: their names are known, what they hold is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator

from orgen.dialect.ast import (
    Array,
    Body,
    Dialect,
    Filter,
    Object,
    Row,
    Template,
    Turns,
    Variable,
)
from orgen.dialect.compile.walk import entry_path
from orgen.ir.schema import Json, List, Record, Ref, Schema, Type, Union

Keys = dict[str, Json]
ANY = "*"
REQUEST = "Request"
"""The component of a native schema that is a request's body."""


def known_keys(dialect: Dialect) -> Keys:
    """The tree of a dialect's requests."""
    found = _Spelling(dialect).body(dialect.request)
    native = dialect.native
    if native is not None and REQUEST in native.components:
        _list_others(found, Ref(REQUEST), native)
    return found


def _list_others(keys: Keys, type: Type, native: Schema) -> None:
    """Adds the properties that the native schema knows where rules read some."""
    for record in _records(type, native):
        for property in record.properties:
            inner = keys.setdefault(property.name, {})
            assert isinstance(inner, dict)
            if inner:
                _list_others(inner, property.type, native)


def _records(type: Type, native: Schema) -> Iterator[Record]:
    """The objects that a value of the type, or an element of it, may be."""
    match native.deref(type):
        case Record() as record:
            yield record
        case List(items):
            yield from _records(items, native)
        case Union(variants):
            for variant in variants:
                yield from _records(variant.type, native)
        case _:
            return


class _Spelling:
    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.open: set[str] = set()

    def body(self, body: Body) -> Keys:
        found: Keys = {}
        for row in body.rows:
            self.row(row, found)
        for block in body.blocks:
            for rule in block.rules:
                _merge(found, self.template(rule.native))
        return {key: inner for key, inner in found.items() if not key.startswith("@")}

    def row(self, row: Row, found: Keys) -> None:
        for term in row.terms:
            inner: Keys = {}
            for filter in row.filters:
                _merge(inner, self.filtered(filter))
            for step in reversed(term.path):
                if isinstance(step, str) and step != ANY:
                    inner = {step: inner}
            _merge(found, inner)

    def template(self, template: Template) -> Keys:
        found: Keys = {}
        match template:
            case Object(entries):
                for entry in entries:
                    inner = self.template(entry.template)
                    for step in reversed(entry_path(entry.key)):
                        if isinstance(step, str):
                            inner = {step: inner}
                    _merge(found, inner)
            case Array(elements):
                for element in elements:
                    _merge(found, self.template(element))
            case Variable(_, filters):
                for filter in filters:
                    _merge(found, self.filtered(filter))
        return found

    def filtered(self, filter: Filter) -> Keys:
        """The keys of what a filter's group or turns hold."""
        name = filter.arguments[0] if filter.arguments else ""
        if filter.name == "gather":
            return self.turns(self.dialect.turns[name])
        if name not in self.dialect.groups or name in self.open:
            return {}
        self.open.add(name)
        found: Keys = {}
        for rule in self.dialect.groups[name].rules:
            _merge(found, self.template(rule.native))
        self.open.discard(name)
        return found

    def turns(self, turns: Turns) -> Keys:
        found: Keys = {}
        for turn in turns.turns:
            _merge(found, self.template(turn.header))
            for rule in (*turn.rules, *turn.beside):
                _merge(found, self.template(rule.native))
            if turn.unknown:
                _merge(found, {ANY: {}} if turn.unknown == ANY else {turn.unknown: {ANY: {}}})
        return found


def _merge(into: Keys, other: Keys) -> None:
    for key, inner in other.items():
        old = into.setdefault(key, {})
        assert isinstance(old, dict) and isinstance(inner, dict)
        _merge(old, inner)
