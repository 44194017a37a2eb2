"""Lowers a schema into definitions that datamodel-code-generator renders well.

Every class and attribute has its Python name already, every constrained type
inside another has a name, every property is required and not null there: what
is optional, nullable or defaulted, and what tells variants apart, travels
beside the definitions to our templates. So nothing is left that the generator
would number, guess or flatten, and no text of the spec reaches it except
constants.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from orgen.diagnostics import Diagnostics
from orgen.ir.schema import (
    MISSING,
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
    ScalarKind,
    Schema,
    Type,
    Union,
)
from orgen.targets.python.models.flavour import FieldFacts, Flavour, Mark, UnionFacts
from orgen.targets.python.models.scalars import (
    constraints,
    needs_mark,
    number_mark,
    pattern_mark,
    scalar_schema,
)
from orgen.targets.python.models.views import (
    AliasView,
    FieldView,
    JsonSchema,
    Lowered,
    RecordView,
)
from orgen.targets.python.names import Names, class_identifier
from orgen.targets.python.prose import component_prose, property_prose
from orgen.targets.python.text import docstring, value

_MEMBER_NOUNS = {List: "List", Map: "Map", Scalar: "Value", Literals: "Value"}


@dataclass(slots=True)
class Lowering:
    """One run over a schema; `lower` is its only entry."""

    schema: Schema
    names: Names
    flavour: Flavour
    diagnostics: Diagnostics
    definitions: dict[str, JsonSchema] = field(default_factory=dict)
    records: dict[str, RecordView] = field(default_factory=dict)
    aliases: dict[str, AliasView] = field(default_factory=dict)
    taken: set[str] = field(init=False)
    catchalls: set[str] = field(init=False)
    """Components that take unknown variants."""
    component: Component = field(init=False)
    """The component at work."""
    queue: list[tuple[str, Type]] = field(default_factory=list)
    """Types that were given a name, still to be lowered."""

    def __post_init__(self) -> None:
        self.taken = set(self.names.classes.values())
        unions = [c.type for c in self.schema.components.values() if isinstance(c.type, Union)]
        self.catchalls = {n for u in unions for n in (u.unknown, u.extension) if n is not None}

    def lower(self) -> Lowered:
        """All components, each followed by the named parts that it needs."""
        for name, component in self.schema.components.items():
            self.component = component
            self._component(self.names.classes[name], component)
            while self.queue:
                identifier, type = self.queue.pop(0)
                self._alias(identifier, type, Component(name, type))
        text = " ".join(self._printed())
        names = sorted(name for name in self.flavour.imports if name in text)
        return Lowered(
            self.definitions,
            self.records,
            self.aliases,
            self.flavour.base,
            tuple(self.flavour.imports[name] for name in names),
        )

    def _printed(self) -> Iterator[str]:
        for record in self.records.values():
            yield record.bases
            yield from record.lines
            for view in record.fields.values():
                yield view.before + view.after
        for alias in self.aliases.values():
            yield alias.before + alias.after + alias.union

    def _component(self, identifier: str, component: Component) -> None:
        if isinstance(component.type, Record) and not component.nullable:
            self._record(identifier, component, component.type)
        else:
            self._alias(identifier, component.type, component)

    def _record(self, identifier: str, component: Component, record: Record) -> None:
        properties: dict[str, JsonSchema] = {}
        fields: dict[str, FieldView] = {}
        defaulted = False
        for prop in record.properties:
            attribute = self.names.attributes[component.name, prop.name]
            place = identifier + class_identifier(prop.name)
            properties[attribute], marks = self._outer(prop.type, place)
            self._check_name(prop)
            facts = self._facts(prop, attribute, marks)
            defaulted = defaulted or self.flavour.defaults(facts)
            fields[attribute] = FieldView(*self.flavour.field(facts), _doc(property_prose(prop), 4))
        self.definitions[identifier] = {
            "type": "object",
            "properties": properties,
            "required": list(properties),
        }
        opaque = self.flavour.opaque(record, component.name in self.catchalls)
        self.records[identifier] = RecordView(
            opaque or self.flavour.bases(record, defaulted),
            _doc(component_prose(component.doc, record), 4),
            fields,
            self._extra(identifier, record),
            bool(opaque),
        )

    def _check_name(self, prop: Property) -> None:
        if not self.flavour.can_name(prop.name):
            self.diagnostics.error(
                prop.span,
                "N004",
                f"no msgspec struct can have a property called {prop.name!r:.60}",
                'take another flavour: models = "pydantic" or "none"',
            )

    def _extra(self, identifier: str, record: Record) -> tuple[str, ...]:
        """The line that gives unlisted properties a type, where they have one."""
        if record.extra is None or isinstance(record.extra, Anything):
            return ()
        extra = record.extra
        if not isinstance(extra, Ref):
            self._named(extra, identifier + "Extra")
        name = self.names.classes[extra.name] if isinstance(extra, Ref) else identifier + "Extra"
        return self.flavour.extra(name)

    def _facts(self, prop: Property, attribute: str, marks: tuple[Mark, ...]) -> FieldFacts:
        only_null = isinstance(prop.type, Nothing) or prop.type == Scalar(ScalarKind.NULL)
        plain = isinstance(self.schema.deref(prop.type), Scalar | Literals)
        return FieldFacts(
            alias=None if attribute == prop.name else prop.name,
            optional=not prop.required,
            nullable=prop.nullable and not only_null,
            default=prop.default if plain or prop.default is None else MISSING,
            marks=marks,
        )

    def _alias(self, identifier: str, type: Type, component: Component) -> None:
        union = ""
        marks: tuple[Mark, ...] = ()
        if isinstance(type, Record):
            inner = identifier + "Object"
            self._record(inner, component, type)
            self.definitions[identifier] = {"$ref": f"#/$defs/{inner}"}
        elif isinstance(type, Union):
            self.definitions[identifier], members = self._union(type, identifier)
            union, marks = self.flavour.union(members), self.flavour.mark(members)
        else:
            self.definitions[identifier], marks = self._outer(type, identifier)
        facts = FieldFacts(None, False, component.nullable, MISSING, marks)
        prose = _doc(component_prose(component.doc, type))
        self.aliases[identifier] = AliasView(*self.flavour.field(facts), prose, union)

    def _outer(self, type: Type, place: str) -> tuple[JsonSchema, tuple[Mark, ...]]:
        """A type where constraints may stand beside it: at a field or an alias."""
        match type:
            case Scalar(kind=ScalarKind.NUMBER):
                return self._inner(Scalar(ScalarKind.NUMBER), place), number_mark(type)
            case Scalar():
                return scalar_schema(type), pattern_mark(type)
            case Literals() if needs_mark(type):
                return {}, (Mark("Values", ", ".join(map(value, type.values))),)
            case List():
                marks = (Mark("UniqueItems"),) if type.unique else ()
                return {
                    "type": "array",
                    "items": self._inner(type.items, place + "Item"),
                    **constraints(minItems=type.min_items, maxItems=type.max_items),
                }, marks
            case Map():
                return self._map(type, place), ()
            case _:
                return self._inner(type, place), ()

    def _inner(self, type: Type, place: str) -> JsonSchema:
        """A type where no constraint may stand beside it: it gets a name if it needs one."""
        match type:
            case Ref():
                return {"$ref": f"#/$defs/{self.names.classes[type.name]}"}
            case Literals() if not needs_mark(type):
                return {"enum": list(type.values)}
            case Anything():
                return {}
            case Nothing():
                return self._imported("Forbidden")
            case Scalar(kind=ScalarKind.NUMBER) if type == Scalar(type.kind, format=type.format):
                return self._imported("Number")
            case Scalar() if type == Scalar(type.kind, format=type.format):
                return scalar_schema(type)
            case List() if type == List(type.items):
                return {"type": "array", "items": self._inner(type.items, place)}
            case Map() if type == Map(type.values):
                return {
                    "type": "object",
                    "additionalProperties": self._inner(type.values, place),
                }
            case _:
                return self._named(type, place)

    def _named(self, type: Type, place: str) -> JsonSchema:
        """A reference to a new alias of that type."""
        if place in self.taken:
            self.diagnostics.error(
                self.component.span,
                "N003",
                f"a type inside {self.component.name!r} needs the name {place!r}, which is taken",
                "make the inner type a component of its own",
            )
        self.taken.add(place)
        self.queue.append((place, type))
        return {"$ref": f"#/$defs/{place}"}

    def _imported(self, name: str) -> JsonSchema:
        """A reference to a type of the runtime."""
        module, _, attribute = self.flavour.types[name].rpartition(".")
        self.definitions[name] = {"x-python-import": {"module": module, "name": attribute}}
        return {"$ref": f"#/$defs/{name}"}

    def _map(self, type: Map, place: str) -> JsonSchema:
        names = {"propertyNames": {"pattern": type.key_pattern}} if type.key_pattern else {}
        return {
            "type": "object",
            "additionalProperties": self._inner(type.values, place + "Value"),
            **names,
            **constraints(minProperties=type.min_properties, maxProperties=type.max_properties),
        }

    def _union(self, union: Union, place: str) -> tuple[JsonSchema, UnionFacts]:
        members: list[JsonSchema] = []
        variants, rest = [], []
        for variant in union.variants:
            noun = _MEMBER_NOUNS.get(type(variant.type), "Variant")
            named = union.discriminators and self.flavour.names_members
            member = self._member(variant.type, place + noun, bool(named))
            members.append(member)
            name = member.get("$ref", "").rpartition("/")[2]
            if variant.tag is None:
                rest.append(name)
            else:
                values = tuple(tuple(map(str, values)) for _, values in variant.tag.values)
                variants.append((name, values, variant.untagged))
        others = [name for name in (union.extension, union.unknown) if name is not None]
        open = tuple(self.names.classes[name] for name in others)
        members += [{"$ref": f"#/$defs/{name}"} for name in open]
        return {"anyOf": members}, UnionFacts(union, open, tuple(variants), tuple(rest))

    def _member(self, type: Type, place: str, named: bool) -> JsonSchema:
        if named and not isinstance(type, Ref):
            return self._named(type, place)
        return self._inner(type, place)


def _doc(prose: str | None, indent: int = 0) -> str:
    return docstring(prose, indent) if prose else ""


def lower(schema: Schema, names: Names, flavour: Flavour, diagnostics: Diagnostics) -> Lowered:
    """The definitions and views of all components of `schema`, in spec order."""
    return Lowering(schema, names, flavour, diagnostics).lower()
