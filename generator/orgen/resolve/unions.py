"""Tells the variants of unions apart: flattens nested ones, finds tags, decides openness."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from orgen.ir.schema import (
    List,
    Literals,
    Map,
    Record,
    Ref,
    Scalar,
    ScalarKind,
    Tag,
    Type,
    Union,
    Variant,
)

Values: TypeAlias = tuple[str, ...]

PREFERRED = ("type", "object", "kind", "event", "role")
"""Properties that tell records apart by custom, most telling first."""


def tagged(type: Type, deref: Callable[[Type], Type]) -> Type:
    """The same type with every union in it flattened and tagged.

    `deref` follows references to what is not a reference; unions behind it may
    still be as they were read.
    """
    match type:
        case Union():
            variants = tuple(
                replace(v, type=tagged(v.type, deref)) for v in _flat(type, deref, frozenset())
            )
            return _collapsed(type, _tag(variants, type.discriminators, deref), deref)
        case List():
            return replace(type, items=tagged(type.items, deref))
        case Map():
            return replace(type, values=tagged(type.values, deref))
        case Record():
            properties = tuple(replace(p, type=tagged(p.type, deref)) for p in type.properties)
            extra = None if type.extra is None else tagged(type.extra, deref)
            return replace(type, properties=properties, extra=extra)
        case _:
            return type


def _collapsed(read: Union, union: Union, deref: Callable[[Type], Type]) -> Type:
    """A union of one is that one, unless it may grow; a named one keeps its name."""
    if len(read.variants) == 1:
        only = read.variants[0].type
        if isinstance(only, Ref) and isinstance(deref(only), Union):
            return only
    if len(union.variants) == 1 and not union.open:
        return union.variants[0].type
    return union


def _flat(union: Union, deref: Callable[[Type], Type], seen: frozenset[str]) -> Iterator[Variant]:
    """The variants, with those of nested unions in the place of the nested union."""
    found: list[Variant] = []
    for variant in union.variants:
        target = deref(variant.type)
        name = variant.type.name if isinstance(variant.type, Ref) else ""
        if not isinstance(target, Union):
            found.append(variant)
        elif name in seen:
            continue  # a union adds nothing to itself
        elif name:
            found.extend(_flat(target, deref, seen | {name}))
        else:
            found.extend(_flat(target, deref, seen))
    known: list[Type] = []
    for variant in found:
        if variant.type not in known:
            known.append(variant.type)
            yield variant


@dataclass(frozen=True, slots=True)
class _Case:
    """A variant that is a record, and the values of the property looked at."""

    index: int
    record: Record
    values: Values | None
    """None where the property takes any string."""
    pattern: bool
    optional: bool


def _tag(
    variants: tuple[Variant, ...], hints: Sequence[str], deref: Callable[[Type], Type]
) -> Union:
    records = {i: deref(v.type) for i, v in enumerate(variants)}
    objects = {i: r for i, r in records.items() if isinstance(r, Record)}
    untagged = Union(tuple(replace(v, tag=None) for v in variants))
    closed = any(isinstance(r, Map) for r in records.values())
    for name in _candidates(list(objects.values()), hints):
        cases = _cases(name, objects, variants)
        union = cases and _by_property(name, cases, variants, closed)
        if union:
            return union
    return untagged


def _candidates(records: list[Record], hints: Sequence[str]) -> list[str]:
    if not records:
        return []
    names = [p.name for p in records[0].properties]
    return list(dict.fromkeys([*hints, *(n for n in PREFERRED if n in names), *names]))


def _cases(
    name: str, records: dict[int, Record], variants: tuple[Variant, ...]
) -> list[_Case] | None:
    """What each record says of the property; None if one of them does not constrain it."""
    cases = []
    for index, record in records.items():
        prop = record.property(name)
        if prop is None:
            return None
        optional = prop.nullable or not prop.required
        match prop.type:
            case Literals(values=values) if all(isinstance(v, str) for v in values):
                constants = tuple(v for v in values if isinstance(v, str))
                cases.append(_Case(index, record, constants, False, optional))
            case Scalar(kind=ScalarKind.STRING, pattern=pattern):
                cases.append(_Case(index, record, None, pattern is not None, optional))
            case _:
                return None
    if all(case.values is None for case in cases):
        hinted = [replace(c, values=_hint(name, variants[c.index])) for c in cases]
        return None if any(c.values is None for c in hinted) else hinted
    return cases


def _hint(name: str, variant: Variant) -> Values | None:
    if variant.tag is None or variant.tag.values[0][0] != name:
        return None
    return tuple(str(value) for value in variant.tag.values[0][1])


def _by_property(
    name: str, cases: list[_Case], variants: tuple[Variant, ...], closed: bool
) -> Union | None:
    """The union told apart by `name`, and where that is not enough by a second property."""
    known = [c for c in cases if c.values is not None]
    free = [c for c in cases if c.values is None]
    extensions = [c for c in free if c.pattern]
    catchalls = [c for c in free if not c.pattern]
    if len(extensions) > 1 or len(catchalls) > 1:
        return None
    second = _second(name, known)
    if second is None:
        return None
    untagged = [c.index for c in known if c.optional]
    by_index = {c.index: c for c in known}
    apart = {c.index for c in free}
    tagged_variants = []
    for index, variant in enumerate(variants):
        if index in apart:
            continue
        case = by_index.get(index)
        tag = None if case is None else Tag(((name, case.values or ()), *second.get(index, ())))
        tagged_variants.append(Variant(variant.type, tag, untagged == [index]))
    return Union(
        tuple(tagged_variants),
        (name, *dict.fromkeys(pair[0] for pairs in second.values() for pair in pairs)),
        open=not closed,
        unknown=_name(variants, catchalls),
        extension=_name(variants, extensions),
    )


def _name(variants: tuple[Variant, ...], cases: list[_Case]) -> str | None:
    type = variants[cases[0].index].type if cases else None
    return type.name if isinstance(type, Ref) else None


def _second(name: str, cases: list[_Case]) -> dict[int, tuple[tuple[str, Values], ...]] | None:
    """Index -> second tag of the cases that share a value; None if nothing tells them apart."""
    shared = [
        case
        for case in cases
        if any(o is not case and set(o.values or ()) & set(case.values or ()) for o in cases)
    ]
    if not shared:
        return {}
    for other in _candidates([c.record for c in shared], ()):
        values = {c.index: _constants(c.record, other) for c in shared}
        flat = [value for constants in values.values() for value in constants]
        if other != name and all(values.values()) and len(flat) == len(set(flat)):
            return {index: ((other, constants),) for index, constants in values.items()}
    return None


def _constants(record: Record, name: str) -> Values:
    prop = record.property(name)
    if prop is None or not isinstance(prop.type, Literals):
        return ()
    return tuple(value for value in prop.type.values if isinstance(value, str))
