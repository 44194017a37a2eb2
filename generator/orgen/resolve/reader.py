"""Reads JSON Schema into types; unions are not told apart yet, inline objects have no name yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from orgen.ir.schema import (
    MISSING,
    Anything,
    List,
    Map,
    Nothing,
    Property,
    Record,
    Ref,
    Scalar,
    ScalarKind,
    Tag,
    Type,
    Union,
    Variant,
)
from orgen.resolve.intersect import Intersection, Unrepresentable, is_empty
from orgen.resolve.keywords import ARRAY, ASSERTIONS, NUMBER, OBJECT, STRING, UNSUPPORTED
from orgen.resolve.scalars import read_scalar, read_values
from orgen.resolve.shape import NO_DOC, NULL, Shape, joined_doc, read_doc, read_names, read_servers
from orgen.resolve.source import PREFIX, SCHEMAS, Pointer, Source, as_list, as_object


@dataclass(slots=True)
class Reader:
    """Reads each component once, on demand, because `allOf` needs the whole of its parts."""

    source: Source
    _done: dict[str, Shape] = field(default_factory=dict)
    _open: list[str] = field(default_factory=list)

    def component(self, name: str) -> Shape:
        """The shape of a component; a cycle of `allOf` alone is a fault."""
        if name in self._done:
            return self._done[name]
        pointer = (*SCHEMAS, name)
        if name in self._open:
            path = " -> ".join([*self._open[self._open.index(name) :], name])
            self.source.error(pointer, "R003", f"{name} is composed of itself: {path}")
            return Shape(Anything())
        self._open.append(name)
        shape = self.read(self.source.schemas[name], pointer)
        if isinstance(shape.type, Ref) and self._leads_back(shape.type.name):
            shape = replace(shape, type=Anything())
        self._open.pop()
        self._done[name] = shape
        return shape

    def _leads_back(self, name: str) -> bool:
        """Whether an alias ends where it began; reading its target reports that."""
        return isinstance(self.component(name).type, Anything)

    def read(self, schema: object, pointer: Pointer) -> Shape:
        """The shape of a schema anywhere in the document."""
        if isinstance(schema, bool):
            return Shape(Anything()) if schema else Shape(Nothing(), forbidden=True)
        if not isinstance(schema, dict):
            self.source.error(pointer, "R007", "a schema is an object, true or false")
            return Shape(Anything())
        return self._read_object(schema, pointer)

    def _read_object(self, schema: dict[str, Any], pointer: Pointer) -> Shape:
        for keyword in schema.keys() & UNSUPPORTED.keys():
            self.source.error(
                (*pointer, keyword),
                "R001",
                f"{keyword!r} cannot be expressed by the generated types",
                UNSUPPORTED[keyword],
            )
        shapes = list(self._parts(schema, pointer))
        whole = self._joined(shapes, pointer)
        default = schema.get("default", whole.default) if "default" in schema else whole.default
        forbidden = whole.forbidden or schema.get("x-openresponses-disallowed") is True
        return replace(
            whole,
            type=Nothing() if forbidden else whole.type,
            nullable=whole.nullable and not forbidden,
            default=default,
            doc=joined_doc([read_doc(schema), whole.doc]),
            forbidden=forbidden,
        )

    def _parts(self, schema: dict[str, Any], pointer: Pointer) -> Iterator[Shape]:
        """One shape per keyword that says something: all of them hold at once."""
        if "$ref" in schema:
            yield self._reference(schema["$ref"], (*pointer, "$ref"))
        own = schema.keys() & ASSERTIONS
        if own:
            yield self._own(schema, pointer)
        for index, part in enumerate(as_list(schema.get("allOf"))):
            yield self.read(part, (*pointer, "allOf", index))
        for keyword in ("anyOf", "oneOf"):
            if keyword in schema:
                yield self._union(schema, keyword, pointer)

    def _reference(self, reference: object, pointer: Pointer) -> Shape:
        name = self.source.target(reference)
        if name is None:
            self.source.error(
                pointer,
                "R002",
                f"{str(reference)[:80]!r} is no component of this document",
                f"references read {PREFIX}<Name>",
            )
            return Shape(Anything())
        return Shape(Ref(name), nullable=self.source.allows_null(self.source.schemas[name]))

    def _joined(self, shapes: list[Shape], pointer: Pointer) -> Shape:
        """All shapes at once; annotations alone constrain nothing."""
        typed = [s for s in shapes if not isinstance(s.type, Anything)]
        doc = joined_doc([s.doc for s in shapes])
        default = next((s.default for s in shapes if s.default is not MISSING), MISSING)
        if not typed:
            return Shape(Anything(), False, default, doc)
        common: Type = typed[0].type
        try:
            for shape in typed[1:]:
                common = self._intersection(pointer).of(common, shape.type)
        except Unrepresentable as fault:
            self.source.error(pointer, "R001", f"allOf puts {fault}", "keep one of them")
        nullable = all(s.nullable for s in typed)
        forbidden = any(s.forbidden for s in typed)
        if isinstance(common, Nothing) and not forbidden:
            if nullable:
                common = NULL
            else:
                self.source.error(pointer, "R006", "no value satisfies all of these constraints")
        return Shape(common, nullable, default, doc, forbidden)

    def _intersection(self, pointer: Pointer) -> Intersection:
        def conflict(prop: Property) -> None:
            self.source.error(
                pointer,
                "R006",
                f"the parts of allOf leave no value for {prop.name!r}",
                "make the parts agree, or forbid the property with x-openresponses-disallowed",
            )

        return Intersection(lambda name: self.component(name).type, conflict)

    def _union(self, schema: dict[str, Any], keyword: str, pointer: Pointer) -> Shape:
        branches = as_list(schema[keyword])
        shapes = [self.read(b, (*pointer, keyword, i)) for i, b in enumerate(branches)]
        only_null = [isinstance(s.type, Scalar) and s.type.kind is ScalarKind.NULL for s in shapes]
        nullable = any(s.nullable for s in shapes)
        real = [s for s, null in zip(shapes, only_null, strict=True) if not null]
        if not real:
            return Shape(NULL if nullable else Anything(), nullable)
        if any(isinstance(s.type, Anything) for s in real):
            return Shape(Anything(), doc=real[0].doc if len(real) == 1 else NO_DOC)
        if len(real) == 1 and any(only_null):
            return replace(real[0], nullable=True)
        discriminator = as_object(schema.get("discriminator"))
        variants: list[Variant] = []
        for shape in real:
            variant = self._hinted(shape.type, discriminator)
            if variant not in variants and not isinstance(shape.type, Nothing):
                variants.append(variant)
        hint = discriminator.get("propertyName")
        union = Union(tuple(variants), (hint,) if isinstance(hint, str) else ())
        defaults = [s.default for s in real if s.default is not MISSING]
        return Shape(
            union,
            nullable,
            defaults[0] if len(defaults) == 1 else MISSING,
            real[0].doc if len(real) == 1 else NO_DOC,
        )

    def _hinted(self, type: Type, discriminator: dict[str, Any]) -> Variant:
        """A variant with the tag that OpenAPI's `discriminator` gives it by name."""
        name = discriminator.get("propertyName")
        if not isinstance(type, Ref) or not isinstance(name, str):
            return Variant(type)
        mapping = as_object(discriminator.get("mapping"))
        values = [key for key, to in mapping.items() if to in (PREFIX + type.name, type.name)]
        return Variant(type, Tag(((name, tuple(values or [type.name])),)))

    def _own(self, schema: dict[str, Any], pointer: Pointer) -> Shape:
        """The keywords of the schema itself, without its references and compositions."""
        if "const" in schema or "enum" in schema:
            return read_values(self.source, schema, pointer)
        declared = schema.get("type")
        kinds = declared if isinstance(declared, list) else [declared or _implied(schema)]
        nullable = "null" in kinds or schema.get("nullable") is True
        types = [self._of_kind(kind, schema, pointer) for kind in kinds if kind != "null"]
        if not types:
            return Shape(NULL, nullable=True)
        type = types[0] if len(types) == 1 else Union(tuple(Variant(t) for t in types))
        empty = isinstance(type, Scalar) and is_empty(type)
        return Shape(Nothing() if empty else type, nullable and not empty, forbidden=empty)

    def _of_kind(self, kind: object, schema: dict[str, Any], pointer: Pointer) -> Type:
        if kind == "object":
            return self._object(schema, pointer)
        if kind == "array":
            items = self.read(schema.get("items", True), (*pointer, "items"))
            return List(
                items.with_null(),
                schema.get("minItems"),
                schema.get("maxItems"),
                schema.get("uniqueItems") is True,
            )
        return read_scalar(self.source, kind, schema, pointer)

    def _object(self, schema: dict[str, Any], pointer: Pointer) -> Type:
        extra = self._extra(schema, pointer)
        bounds = (schema.get("minProperties"), schema.get("maxProperties"))
        patterns = as_object(schema.get("patternProperties"))
        key_pattern = as_object(schema.get("propertyNames")).get("pattern")
        if len(patterns) == 1 and "properties" not in schema and not isinstance(extra, Map):
            ((key_pattern, values),) = patterns.items()
            shape = self.read(values, (*pointer, "patternProperties", key_pattern))
            return Map(shape.with_null(), *bounds, key_pattern)
        if patterns:
            self.source.error(
                (*pointer, "patternProperties"),
                "R001",
                "'patternProperties' beside other properties cannot be expressed",
                "use additionalProperties with one schema for all other keys",
            )
        if "properties" not in schema and "required" not in schema and extra is not None:
            return Map(extra, *bounds, key_pattern)
        return Record(tuple(self._properties(schema, pointer)), extra, *bounds)

    def _extra(self, schema: dict[str, Any], pointer: Pointer) -> Type | None:
        for keyword in ("additionalProperties", "unevaluatedProperties"):
            if keyword in schema:
                shape = self.read(schema[keyword], (*pointer, keyword))
                return None if isinstance(shape.type, Nothing) else shape.with_null()
        return Anything()

    def _properties(self, schema: dict[str, Any], pointer: Pointer) -> Iterator[Property]:
        declared = as_object(schema.get("properties"))
        required = [name for name in as_list(schema.get("required")) if isinstance(name, str)]
        for name in [*declared, *(n for n in dict.fromkeys(required) if n not in declared)]:
            at = (*pointer, "properties", name) if name in declared else (*pointer, "required")
            shape = self.read(declared.get(name, True), at)
            node = as_object(declared.get(name))
            overlay = node.get("x-orgen-overlay")
            yield Property(
                name,
                shape.type,
                name in required,
                shape.nullable,
                shape.default,
                shape.doc,
                shape.forbidden,
                overlay if isinstance(overlay, str) else None,
                read_names(node),
                read_servers(node),
                self.source.document.key_span(at) if name in declared else self.source.span(at),
            )


def _implied(schema: dict[str, Any]) -> str:
    """The type that the keywords of an untyped schema speak of."""
    if schema.keys() & OBJECT:
        return "object"
    if schema.keys() & ARRAY:
        return "array"
    if schema.keys() & STRING:
        return "string"
    assert schema.keys() & NUMBER
    return "number"
