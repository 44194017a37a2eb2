"""Templates against their schema: what fits a type, and what fits nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from orgen.diagnostics import Span
from orgen.dialect.ast import Array, Literal, Object, Text, Total, Variable, Wildcard
from orgen.dialect.check.expand import Alt, Elements, Kind, Some, Words
from orgen.dialect.check.marks import Misplaced, Unknown
from orgen.dialect.check.shapes import (
    Variant,
    agrees,
    constants,
    is_open,
    kind_name,
    label,
    literal_fits,
    type_kind,
    unknown_keys,
)
from orgen.dialect.primitives import close_match
from orgen.ir.schema import (
    Anything,
    Json,
    List,
    Literals,
    Map,
    Record,
    Scalar,
    ScalarKind,
    Schema,
    Type,
)


def fits(schema: Schema, template: object, type: Type) -> bool:
    """Whether a template may stand for a value of this type."""
    match template, type:
        case Variable() | Wildcard(), _:
            return True
        case _, Anything():
            return True
        case Total(), Scalar(kind):
            return kind in (ScalarKind.INTEGER, ScalarKind.NUMBER)
        case Object(), Record():
            required = Object(
                tuple(entry for entry in template.entries if not entry.optional), template.span
            )
            known = not unknown_keys(type, required)
            return known and agrees(schema, type, template)
        case Object(), List():
            return all(entry.key.isdecimal() or entry.key == "*" for entry in template.entries)
        case Kind(kind), _:
            return kind == type_kind(type)
        case Object(), Map():
            return True
        case Array() | Elements(), List():
            return True
        case Some() | Text(), _:
            return type_kind(type) == "string"
        case Words(words), _:
            return any(literal_fits(schema, type, word) for word in words)
        case Literal(value), Scalar() | Literals():
            return literal_fits(schema, type, value)
        case _:
            return False


@dataclass(slots=True)
class Faults:
    """Keys and constants of templates that the schema does not have.

    A template may stand for several records, so a fault counts only where none
    of them knows the key or constant: see `known`.
    """

    schema: Schema
    unknown: list[Unknown] = field(default_factory=list)
    misplaced: list[Misplaced] = field(default_factory=list)
    known: set[Span] = field(default_factory=set)
    """Keys and constants that some record has."""

    def keys(self, template: Object, record: Record, component: str) -> None:
        known = tuple(property.name for property in record.properties)
        strange = unknown_keys(record, template)
        for entry in template.entries:
            if entry.key in strange:
                self.unknown.append(Unknown(entry.span, entry.key, component, known))
            else:
                self.known.add(entry.span)
            if isinstance(entry.template, Literal):
                property = record.property(entry.key)
                if property and literal_fits(self.schema, property.type, entry.template.value):
                    self.known.add(entry.template.span)

    def unused(self, alts: list[Alt], type: Type, members: list[Variant], place: str) -> None:
        """Templates that fit no member: an unknown key or a constant that is not allowed."""
        for alt in alts:
            template = alt.template
            if isinstance(template, Object):
                self.object_fault(template, type, members)
            elif isinstance(template, Literal):
                words = [w for m in members if isinstance(m.type, Literals) for w in m.type.values]
                self.misplace(template, place, tuple(words))

    def object_fault(self, template: Object, type: Type, members: list[Variant]) -> None:
        if any(entry.key.startswith("@") for entry in template.entries):
            return  # a mark: a fixup moves the value to where it belongs
        tag = template.entry("type")
        word = tag.template if tag and isinstance(tag.template, Literal) else None
        if word and is_open(self.schema, type) and self.foreign(str(word.value), members):
            self.known.add(word.span)
            return
        records = [(m.type, m.component) for m in members if isinstance(m.type, Record)]
        if not records:
            kinds = " or ".join(dict.fromkeys(kind_name(m.type) for m in members))
            self.misplaced.append(Misplaced(template.span, {}, kinds, ()))
            return
        good = [one for one in records if agrees(self.schema, one[0], template)]
        if not good:
            self.wrong_constant(template, [record for record, _ in records])
            return
        best = min(good, key=lambda one: len(unknown_keys(one[0], template)))
        self.keys(template, *best)

    def foreign(self, word: str, members: list[Variant]) -> bool:
        """Whether an open union takes a tag: it has a slug, or resembles none of its own."""
        records = [m.type for m in members if isinstance(m.type, Record)]
        known = [label(self.schema, record)[0] for record in records]
        return ":" in word or (word not in known and close_match(word, known) is None)

    def wrong_constant(self, template: Object, records: Sequence[Record]) -> None:
        """Reports the constant that no member of the union allows."""
        for entry in template.entries:
            if not isinstance(entry.template, Literal):
                continue
            words: dict[Json, None] = {}
            for record in records:
                words.update(dict.fromkeys(constants(self.schema, record.property(entry.key))))
            if words and entry.template.value not in words:
                self.misplace(entry.template, entry.key, tuple(words))
                return

    def misplace(self, template: Literal, place: str, allowed: tuple[Json, ...]) -> None:
        self.misplaced.append(Misplaced(template.span, template.value, place, allowed))
