"""The rows of the table: every property of the request, its values, the response and the error."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from orgen.dialect.compile.program import ERROR, REQUEST, RESPONSE
from orgen.dialect.mapping.model import Field, Scope
from orgen.ir.schema import (
    Anything,
    Component,
    List,
    Literals,
    Map,
    Nothing,
    Property,
    Record,
    Ref,
    Scalar,
    Schema,
    Type,
    Union,
)


def canonical_fields(schema: Schema) -> tuple[Field, ...]:
    """Every field in reading order; empty if the spec has no requests to translate."""
    if any(name not in schema.components for name in (REQUEST, RESPONSE, ERROR)):
        return ()
    walk = _Walk(schema)
    asked = _record(schema, REQUEST)
    echoed = frozenset(p.name for p in asked.properties)
    request = list(walk.body(asked, Scope.REQUEST, "Request", ""))
    response = list(walk.body(_record(schema, RESPONSE), Scope.RESPONSE, "Response", "", echoed))
    error = list(walk.body(_record(schema, ERROR), Scope.ERROR, "Error", ""))
    for name in (REQUEST, RESPONSE):
        walk.visit(Ref(name))
    return (*request, *walk.values(), *response, *error)


def _record(schema: Schema, name: str) -> Record:
    found = schema.components[name].type
    return found if isinstance(found, Record) else Record(())


@dataclass(slots=True)
class _Walk:
    schema: Schema
    seen: set[str] = field(default_factory=set)
    found: list[Component] = field(default_factory=list)
    """Components of values told by their type, in the order in which they were reached."""

    # Bodies -----------------------------------------------------------------

    def body(
        self,
        record: Record,
        scope: Scope,
        section: str,
        prefix: str,
        whole: frozenset[str] = frozenset(),
    ) -> Iterator[Field]:
        """Leaves of a body; objects without a type are opened, but for those in `whole`."""
        for each in record.properties:
            path = f"{prefix}{each.name}"
            inner = self.schema.deref(each.type)
            if isinstance(inner, Record) and each.name not in whole and tag(inner) is None:
                yield from self.body(inner, scope, section, f"{path}.")
                continue
            yield Field(scope, path, section, first_sentence(each.doc.description or ""))
            if scope is Scope.REQUEST:
                for form in self.forms(inner):
                    yield Field(scope, f"{path}<{form}>", section)

    def forms(self, type: Type) -> list[str]:
        """The forms of a value that is a word or an object: `auto`, `allowed_tools`."""
        variants = self._variants(type)
        words = [v for one in variants if isinstance(one, Literals) for v in one.values]
        tags = [found for one in variants if isinstance(one, Record) and (found := tag(one))]
        return [str(word) for word in words] + tags if words and tags else []

    def _variants(self, type: Type) -> list[Type]:
        """The members of a union, unions inside it opened."""
        known = self.schema.deref(type)
        if not isinstance(known, Union):
            return [known]
        return [inner for variant in known.variants for inner in self._variants(variant.type)]

    # Values -----------------------------------------------------------------

    def visit(self, type: Type) -> None:
        """Collect the values that a value of `type` may hold."""
        match type:
            case Ref(name):
                if name not in self.seen:
                    self.seen.add(name)
                    self._component(self.schema.components[name])
            case List(items):
                self.visit(items)
            case Map(values):
                self.visit(values)
            case Union(variants):
                if not self.forms(type):
                    for variant in variants:
                        self.visit(variant.type)
            case Record(properties):
                for each in properties:
                    self.visit(each.type)
            case Scalar() | Literals() | Anything() | Nothing():
                pass

    def _component(self, component: Component) -> None:
        if isinstance(component.type, Record) and tag(component.type) is not None:
            self.found.append(component)
        self.visit(component.type)

    def values(self) -> Iterator[Field]:
        """Fields of all values found; components of one type share their rows."""
        properties: dict[str, dict[str, Property]] = {}
        about: dict[str, str] = {}
        topics: dict[str, list[str]] = {}
        for component in self.found:
            record = component.type
            assert isinstance(record, Record)
            name = tag(record)
            assert name is not None
            if name not in properties:
                topics.setdefault(component.topic, []).append(name)
            about.setdefault(name, first_sentence(component.doc.description or ""))
            known = properties.setdefault(name, {})
            for each in record.properties:
                if each.name != "type":
                    known.setdefault(each.name, each)
        for topic, names in topics.items():
            section = topic[:1].upper() + topic[1:].replace("_", " ")
            for name in names:
                yield Field(Scope.VALUE, name, section, about[name])
                for each in properties[name].values():
                    text = first_sentence(each.doc.description or "")
                    yield Field(Scope.VALUE, f"{name}.{each.name}", section, text)


def tag(record: Record) -> str | None:
    """The constant word of a record's `type`."""
    found = record.property("type")
    if found is None or not isinstance(found.type, Literals) or len(found.type.values) != 1:
        return None
    (word,) = found.type.values
    return word if isinstance(word, str) else None


def first_sentence(text: str) -> str:
    """What a description says first, on one line."""
    block = " ".join(re.split(r"\n\s*\n", text.strip(), maxsplit=1)[0].split())
    match = re.match(r"(.{3,}?[.!?])(?=\s+[A-Z`])", block)
    return match[1] if match else block
