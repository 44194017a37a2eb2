"""What two types have in common: the meaning of `allOf`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from orgen.ir.schema import (
    MISSING,
    Anything,
    List,
    Literals,
    Map,
    Nothing,
    Property,
    Record,
    Ref,
    Scalar,
    ScalarKind,
    Type,
    Union,
    Variant,
)

T = TypeVar("T", int, float, str)


class Unrepresentable(Exception):
    """Both types have values in common, but no type of ours says which."""


@dataclass(frozen=True, slots=True)
class Intersection:
    """`expand` gives the type of a component; `conflict` hears of properties left without value."""

    expand: Callable[[str], Type]
    conflict: Callable[[Property], None]

    def of(self, left: Type, right: Type) -> Type:
        """The values that are both `left` and `right`; `Nothing` if there are none."""
        if left == right or isinstance(right, Anything):
            return left
        match left, right:
            case Anything(), _:
                return right
            case (Nothing(), _) | (_, Nothing()):
                return Nothing()
            case Ref(), _:
                return self._of_ref(left, right)
            case _, Ref():
                return self._of_ref(right, left, swapped=True)
            case Union(), _:
                return self._of_union(left, right)
            case _, Union():
                return self._of_union(right, left)
            case _:
                return self._of_shapes(left, right)

    def _of_ref(self, ref: Ref, other: Type, swapped: bool = False) -> Type:
        """Keeps the reference where `other` adds nothing to it."""
        target = self.expand(ref.name)
        if isinstance(other, Ref) and self.expand(other.name) == target:
            return ref
        common = self.of(other, target) if swapped else self.of(target, other)
        return ref if common == target else common

    def _of_union(self, union: Union, other: Type) -> Type:
        shared = [replace(v, type=self.of(v.type, other)) for v in union.variants]
        kept: list[Variant] = []
        for variant in shared:
            if not isinstance(variant.type, Nothing) and variant not in kept:
                kept.append(variant)
        if not kept:
            return Nothing()
        return kept[0].type if len(kept) == 1 else replace(union, variants=tuple(kept))

    def _of_shapes(self, left: Type, right: Type) -> Type:
        match left, right:
            case Scalar(), Scalar():
                return common_scalar(left, right)
            case (Literals() as literals, (Scalar() | Literals()) as other) | (
                Scalar() as other,
                Literals() as literals,
            ):
                return _common_values(literals, other)
            case List(), List():
                return self._of_lists(left, right)
            case Map(), Map():
                return self._of_maps(left, right)
            case Record(), (Record() | Map()):
                return self._of_records(left, right)
            case Map(), Record():
                return self._of_records(Record((), left.values), right)
            case _:
                return Nothing()

    def _of_lists(self, left: List, right: List) -> List:
        return List(
            self.of(left.items, right.items),
            _most(left.min_items, right.min_items),
            _least(left.max_items, right.max_items),
            left.unique or right.unique,
        )

    def _of_maps(self, left: Map, right: Map) -> Map:
        return Map(
            self.of(left.values, right.values),
            _most(left.min_properties, right.min_properties),
            _least(left.max_properties, right.max_properties),
            _same(left.key_pattern, right.key_pattern, "patterns of keys"),
        )

    def _of_records(self, left: Record, right: Record | Map) -> Record:
        other = right if isinstance(right, Record) else Record((), right.values)
        properties = [self._of_property(p, left, other) for p in left.properties]
        properties += [
            self._of_property(p, left, other)
            for p in other.properties
            if left.property(p.name) is None
        ]
        extra = self.of(_extra(left), _extra(other))
        return Record(
            tuple(properties),
            None if isinstance(extra, Nothing) else extra,
            _most(left.min_properties, right.min_properties),
            _least(left.max_properties, right.max_properties),
        )

    def _of_property(self, found: Property, left: Record, right: Record) -> Property:
        first, second = left.property(found.name), right.property(found.name)
        a = first.type if first else _extra(left)
        b = second.type if second else _extra(right)
        sides = [p for p in (first, second) if p is not None]
        typed = [p for p in sides if not isinstance(p.type, Anything)] or sides
        common = self.of(a, b)
        merged = replace(
            found,
            type=common,
            required=any(p.required for p in sides),
            nullable=all(p.nullable for p in typed),
            default=next((p.default for p in sides if p.default is not MISSING), MISSING),
            doc=next((p.doc for p in sides if p.doc.description), found.doc),
            forbidden=any(p.forbidden for p in sides) or isinstance(common, Nothing),
        )
        if isinstance(common, Nothing) and not any(p.forbidden for p in sides):
            if not merged.nullable:
                self.conflict(merged)
            else:
                merged = replace(merged, type=Scalar(ScalarKind.NULL), forbidden=False)
        return merged


def _extra(record: Record) -> Type:
    return Nothing() if record.extra is None else record.extra


def common_scalar(left: Scalar, right: Scalar) -> Type:
    """Two sets of constraints on one scalar; the tighter of each."""
    kinds = {left.kind, right.kind}
    if len(kinds) == 2 and kinds != {ScalarKind.INTEGER, ScalarKind.NUMBER}:
        return Nothing()
    common = Scalar(
        left.kind if len(kinds) == 1 else ScalarKind.INTEGER,
        _most(left.min_length, right.min_length),
        _least(left.max_length, right.max_length),
        _same(left.pattern, right.pattern, "patterns"),
        _most(left.minimum, right.minimum),
        _least(left.maximum, right.maximum),
        _most(left.exclusive_minimum, right.exclusive_minimum),
        _least(left.exclusive_maximum, right.exclusive_maximum),
        _same(left.multiple_of, right.multiple_of, "multiples"),
        left.format or right.format,
    )
    return Nothing() if is_empty(common) else common


def is_empty(scalar: Scalar) -> bool:
    """Whether the bounds contradict each other, so that no value is left."""
    return (scalar.min_length or 0) > _bound(scalar.max_length) or _lowest(scalar) > _bound(
        scalar.maximum
    )


def _bound(value: float | int | None) -> float | int:
    return float("inf") if value is None else value


def _lowest(scalar: Scalar) -> float | int:
    return float("-inf") if scalar.minimum is None else scalar.minimum


def is_of_kind(value: object, kind: ScalarKind) -> bool:
    """Whether a JSON value is of a scalar type; true is no number, 1.0 is an integer."""
    match kind:
        case ScalarKind.STRING:
            return isinstance(value, str)
        case ScalarKind.BOOLEAN:
            return isinstance(value, bool)
        case ScalarKind.NULL:
            return value is None
        case ScalarKind.INTEGER:
            whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
            return whole and not isinstance(value, bool)
        case ScalarKind.NUMBER:
            return isinstance(value, int | float) and not isinstance(value, bool)


def _common_values(literals: Literals, other: Literals | Scalar) -> Type:
    if isinstance(other, Scalar):
        kept = tuple(v for v in literals.values if is_of_kind(v, other.kind))
    else:
        theirs = {(type(v), v) for v in other.values}
        kept = tuple(v for v in literals.values if (type(v), v) in theirs)
    return Literals(kept, literals.descriptions) if kept else Nothing()


def _most(left: T | None, right: T | None) -> T | None:
    return max((v for v in (left, right) if v is not None), default=None)


def _least(left: T | None, right: T | None) -> T | None:
    return min((v for v in (left, right) if v is not None), default=None)


def _same(left: T | None, right: T | None, what: str) -> T | None:
    if left is not None and right is not None and left != right:
        raise Unrepresentable(f"two {what} on one value")
    return right if left is None else left
