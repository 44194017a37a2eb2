"""Gives inline objects and open unions a name of their own.

Languages need names where JSON Schema needs none. A lifted component is called
after the place where it stands (`Order.lines` holds `OrderLine`), else by its
title; if both are taken, its author has to choose a title. Names are never
numbered.

Which of several places gives the name does not depend on their order: components and
properties claim names by the alphabet, so that moving them renames nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from orgen.diagnostics import Diagnostics, Related, Span
from orgen.ir.schema import (
    Component,
    Doc,
    List,
    Literals,
    Map,
    Property,
    Record,
    Ref,
    Type,
    Union,
    Variant,
)
from orgen.resolve.walk import nested, parts
from orgen.resolve.wording import common_noun, joined, pascal, singular, stem, words


@dataclass(frozen=True, slots=True)
class Place:
    """Where an inline schema stands: what holds it, and what it is called there."""

    parent: str
    noun: str
    span: Span
    topic: str
    overlay: str | None = None
    title: str | None = None
    where: str = ""
    """The property it is the value of, as `Component.property`."""

    @property
    def doc(self) -> Doc:
        """What can be said of a schema whose author said nothing."""
        return Doc(description=f"What stands in `{self.where}`.") if self.where else Doc()

    def of(self, prop: Property) -> Place:
        """The place of what a property of the record here holds."""
        return replace(
            self,
            noun=pascal(prop.name) or "Value",
            span=prop.span,
            title=prop.doc.title,
            where=f"{self.parent}.{prop.name}",
        )

    def entry(self) -> Place:
        """The place of one entry of the list or map that stands here."""
        return replace(self, noun=singular(self.noun), title=None)

    @property
    def names(self) -> Iterator[str]:
        """Names that suit this place, best first."""
        yield joined(stem(self.parent), self.noun)
        yield joined(self.parent, self.noun)
        if self.title and words(self.title):
            yield pascal(self.title)


@dataclass(slots=True)
class Lifter:
    """Collects the components that are made of inline schemas."""

    diagnostics: Diagnostics
    components: dict[str, Component]
    lifted: dict[str, Component] = field(default_factory=dict)
    shared: dict[tuple[Type, ...], str] = field(default_factory=dict)
    """Variants of an open union -> the component that is this union."""
    nouns: dict[str, str] = field(default_factory=dict)
    """Lifted union -> what it was called in its place."""
    common: Mapping[tuple[Type, ...], str] = field(default_factory=dict)
    """Variants of an open union that stands in several places -> the name it gets."""

    def records(self, type: Type, place: Place, top: bool = False) -> Type:
        """The type with a reference in place of every inline object."""
        match type:
            case Record():
                name = "" if top else self.claim(place)
                inside = replace(place, parent=name) if name else place
                whole = self._record(type, inside)
                return whole if top else self._add(name, whole, place)
            case Union():
                return self._variants(type, place)
            case List():
                return replace(type, items=self.records(type.items, place.entry()))
            case Map():
                return replace(type, values=self.records(type.values, place.entry()))
            case _:
                return type

    def _record(self, record: Record, place: Place) -> Record:
        properties = self._properties(record, place, self.records)
        extra = record.extra
        if extra is not None:
            extra = self.records(extra, replace(place, noun="Value", title=None))
        return replace(record, properties=properties, extra=extra)

    def _properties(
        self, record: Record, place: Place, lift: Callable[[Type, Place], Type]
    ) -> tuple[Property, ...]:
        """The properties in their order, lifted in that of their names."""
        lifted = {
            prop.name: replace(prop, type=lift(prop.type, place.of(prop)))
            for prop in sorted(record.properties, key=lambda prop: prop.name)
        }
        return tuple(lifted[prop.name] for prop in record.properties)

    def _variants(self, union: Union, place: Place) -> Union:
        inline = [v for v in union.variants if isinstance(v.type, Record)]
        variants = []
        for variant in union.variants:
            here = place
            if len(inline) > 1 and isinstance(variant.type, Record):
                here = replace(place, parent=place.parent, noun=_variant_noun(variant, place))
            variants.append(replace(variant, type=self.records(variant.type, here)))
        return replace(union, variants=tuple(variants))

    def unions(self, type: Type, place: Place, top: bool = False) -> Type:
        """The type with a reference in place of every inline open union."""
        match type:
            case Union() if type.open and not top:
                key = tuple(v.type for v in type.variants)
                if key not in self.shared:
                    self.shared[key] = self.common.get(key) or self.claim(place)
                    self.nouns[self.shared[key]] = place.noun
                    self._add(self.shared[key], type, place)
                return Ref(self.shared[key])
            case Union():
                inside = tuple(replace(v, type=self.unions(v.type, place)) for v in type.variants)
                return replace(type, variants=inside)
            case List():
                return replace(type, items=self.unions(type.items, place.entry()))
            case Map():
                return replace(type, values=self.unions(type.values, place.entry()))
            case Record():
                return replace(type, properties=self._properties(type, place, self.unions))
            case _:
                return type

    def claim(self, place: Place) -> str:
        """A free name for what stands at `place`."""
        names = list(place.names)
        for name in names:
            if name not in self.components and name not in self.lifted:
                return name
        first = self.components.get(names[0]) or self.lifted[names[0]]
        self.diagnostics.error(
            place.span,
            "R004",
            f"the inline schema needs a name, and {names[0]} is taken",
            "give it a title of its own, or make it a component",
            [Related(first.span, f"{names[0]} is here")],
        )
        return names[0]

    def _add(self, name: str, type: Type, place: Place) -> Ref:
        self.lifted.setdefault(
            name,
            Component(
                name,
                type,
                place.doc,
                topic=place.topic,
                overlay=place.overlay,
                lifted=True,
                span=place.span,
            ),
        )
        return Ref(name)


def _variant_noun(variant: Variant, place: Place) -> str:
    """The constant that tells an inline variant apart, else the words of its properties."""
    record = variant.type
    assert isinstance(record, Record)
    if variant.tag is not None:
        return pascal(str(variant.tag.values[-1][1][0])) or place.noun
    constants = [p.type.values[0] for p in record.properties if isinstance(p.type, Literals)]
    if constants:
        return pascal(str(constants[0])) or place.noun
    required = [pascal(p.name) for p in record.properties if p.required]
    return joined(place.noun, "With" + "And".join(required)) if required else place.noun


def common_names(
    components: Mapping[str, Component], taken: Mapping[str, object]
) -> dict[tuple[Type, ...], str]:
    """Names for the open unions that stand inside several components.

    Such a union is called after what its variants have in common, unless one
    that stands in more places is called so.
    """
    owners: dict[tuple[Type, ...], set[str]] = {}
    for component in components.values():
        for type in parts(component.type):
            for inner in nested(type):
                if isinstance(inner, Union) and inner.open:
                    key = tuple(v.type for v in inner.variants)
                    owners.setdefault(key, set()).add(component.name)
    names: dict[tuple[Type, ...], str] = {}
    for key, holders in sorted(owners.items(), key=lambda one: (-len(one[1]), sorted(one[1]))):
        noun = common_noun(v.name for v in key if isinstance(v, Ref))
        if noun and len(holders) > 1 and noun not in taken and noun not in names.values():
            names[key] = noun
    return names
