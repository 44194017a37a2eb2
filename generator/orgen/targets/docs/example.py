"""Makes a small valid JSON value of a type: the least that the schema asks for.

Values are built from the schema alone and always the same way. Where none can
be made (a required cycle, a pattern that no candidate matches, a length beyond
all measure), there is no example rather than a wrong one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING

from orgen.ir.schema import (
    MISSING,
    Anything,
    List,
    Literals,
    Map,
    Missing,
    Nothing,
    Record,
    Ref,
    Scalar,
    ScalarKind,
    Union,
)
from orgen.targets.docs.usage import references

if TYPE_CHECKING:
    from orgen.ir.schema import Json, Property, Schema, Type, Variant

_LONGEST = 200
_MOST = 8
_LARGEST = 250
"""Values of more nodes than this are no examples; it also bounds the recursion."""
_CHOICES = 2
"""How many unions, one inside the other, show their first variant; the others the smallest."""
_TEXTS = (
    "text", "a", "acme:item", "sample_1", "https://example.com/", "data:,", "1", "2026-01-01", "A",
)  # fmt: skip
_BY_FORMAT = {
    "uri": "https://example.com/",
    "date": "2026-01-01",
    "date-time": "2026-01-01T00:00:00Z",
    "email": "a@example.com",
}
# A pattern is tried on short texts only, so that no pattern can take long.
_TRIED = 10


class NoExampleError(Exception):
    """No value could be made."""


@dataclass(slots=True)
class Examples:
    """Examples of the types of one schema."""

    schema: Schema
    _sizes: dict[str, float] = field(default_factory=dict)
    _left: int = 0
    """How many more values one example may have before it takes the smallest of all."""

    def __post_init__(self) -> None:
        """Find the size of each component's least value; infinite where it needs itself."""
        components = self.schema.components
        users: dict[str, dict[str, None]] = {name: {} for name in components}
        for name, component in components.items():
            for used in references(component.type):
                users[used][name] = None
        self._sizes = dict.fromkeys(components, inf)
        pending = dict.fromkeys(components)
        while pending:
            name = next(iter(pending))
            del pending[name]
            size = 1 + self._size(components[name].type)
            if size < self._sizes[name]:
                self._sizes[name] = size
                pending.update(users[name])

    def of(self, name: str) -> Json | Missing:
        """An example of a component, or MISSING."""
        self._left = _LARGEST
        try:
            return self._value(self.schema.components[name].type, name, _CHOICES, filled=True)
        except NoExampleError:
            return MISSING

    def _size(self, type: Type) -> float:
        match type:
            case Ref(name):
                return self._sizes[name]
            case Union(variants):
                return min((self._size(variant.type) for variant in variants), default=inf)
            case Record():
                return 1 + sum(self._property_size(p) for p in type.properties if p.required)
            case List():
                return 1 + (self._size(type.items) if type.min_items else 0)
            case Map():
                return 1 + (self._size(type.values) if type.min_properties else 0)
            case Scalar() | Literals() | Anything():
                return 1
            case Nothing():
                return inf

    def _property_size(self, property: Property) -> float:
        return 1 if property.nullable else self._size(property.type)

    def _value(self, type: Type, hint: str, choices: int, filled: bool = False) -> Json:
        """A value; with `filled`, lists directly in the outermost object get an entry."""
        if self._size(type) > _LARGEST:
            raise NoExampleError(hint)
        self._left -= 1
        match type:
            case Ref(name):
                return self._value(self.schema.components[name].type, hint, choices, filled)
            case Union(variants):
                return self._value(self._chosen(variants, choices), hint, choices - 1, filled)
            case Record():
                return self._record(type, choices, filled)
            case List():
                return self._list(type, hint, choices, filled)
            case Map():
                return self._map(type, hint, choices)
            case Scalar():
                return self._scalar(type, hint)
            case Literals(values):
                return values[0]
            case Anything():
                return {}
            case Nothing():
                raise NoExampleError(hint)

    def _chosen(self, variants: tuple[Variant, ...], choices: int) -> Type:
        """The first variant that has an example, or the smallest when enough was chosen."""
        if choices > 0 and self._left > 0:
            for variant in variants:
                if self._size(variant.type) <= _LARGEST:
                    return variant.type
        return min((variant.type for variant in variants), key=self._size)

    def _record(self, record: Record, choices: int, filled: bool) -> Json:
        least = record.min_properties or 0
        required = sum(p.required for p in record.properties)
        spare = [p for p in record.properties if not p.required and not p.forbidden]
        added = {p.name for p in spare[: max(0, least - required)]}
        if required + len(added) < least or required > _most(record.max_properties):
            raise NoExampleError("number of properties")
        return {
            p.name: self._property(p, choices, filled)
            for p in record.properties
            if p.required or p.name in added
        }

    def _property(self, property: Property, choices: int, filled: bool) -> Json:
        default = property.default
        if default is not MISSING and accepts(self.schema, property, default):
            return default
        if property.nullable:
            return None
        flat = self.schema.deref(property.type)
        if filled and isinstance(flat, List):
            return self._list(flat, property.name, choices, filled)
        return self._value(property.type, property.name, choices)

    def _list(self, type: List, hint: str, choices: int, filled: bool) -> Json:
        least = type.min_items or 0
        if least > (1 if type.unique else _MOST):
            raise NoExampleError("number of entries")
        wanted = max(least, 1) if filled and _most(type.max_items) >= 1 else least
        try:
            return [self._value(type.items, hint, choices) for _ in range(wanted)]
        except NoExampleError:
            if least:
                raise
            return []

    def _map(self, type: Map, hint: str, choices: int) -> Json:
        least = type.min_properties or 0
        if least > (1 if type.key_pattern else _MOST):
            raise NoExampleError("number of keys")
        names = [f"key_{number}" for number in range(1, least + 1)]
        if least and type.key_pattern:
            names = [_matching(type.key_pattern, ("key", *_TEXTS))]
        return {name: self._value(type.values, hint, choices) for name in names}

    def _scalar(self, type: Scalar, hint: str) -> Json:
        match type.kind:
            case ScalarKind.STRING:
                return _string(type, hint)
            case ScalarKind.INTEGER | ScalarKind.NUMBER:
                return _number(type)
            case ScalarKind.BOOLEAN:
                return False
            case ScalarKind.NULL:
                return None


def _most(limit: int | None) -> float:
    return inf if limit is None else limit


def _string(type: Scalar, hint: str) -> str:
    least, most = type.min_length or 0, _most(type.max_length)
    if least > _LONGEST:
        raise NoExampleError("length")
    if not type.pattern:
        text = _BY_FORMAT.get(type.format or "") or (hint if _is_plain(hint) else _TEXTS[0])
        return text.ljust(least, "x")[: int(min(most, _LONGEST))]
    candidates = [_BY_FORMAT.get(type.format or "", hint), hint, *_TEXTS]
    fitting = [text for text in candidates if least <= len(text) <= most]
    if least <= _TRIED:
        fitting += [char * max(least, 1) for char in "a0A" if max(least, 1) <= most]
    return _matching(type.pattern, tuple(fitting))


def _is_plain(text: str) -> bool:
    return len(text) <= _LONGEST and re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", text) is not None


def _matching(pattern: str, candidates: tuple[str, ...]) -> str:
    if len(pattern) <= _LONGEST:
        try:
            expression = re.compile(pattern)
        except (re.error, OverflowError, RecursionError) as error:
            raise NoExampleError(pattern) from error
        for text in candidates:
            if len(text) <= _TRIED and expression.search(text):
                return text
    raise NoExampleError(pattern)


def _number(type: Scalar) -> int | float:
    step = type.multiple_of or 1
    bounds = [
        bound
        for bound in (type.minimum, type.maximum, type.exclusive_minimum, type.exclusive_maximum)
        if bound is not None
    ]
    near = [value for bound in bounds for value in (bound, bound + step, bound - step)]
    near += [bound // step * step + over for bound in bounds for over in (0, step)]
    middle = [low + (high - low) // 2 for low in bounds for high in bounds if low < high]
    for value in (0, 1, step, *near, *middle):
        if _number_fits(type, value):
            return int(value) if type.kind is ScalarKind.INTEGER else value
    raise NoExampleError("number")


def _number_fits(type: Scalar, value: int | float) -> bool:
    return (
        (type.kind is ScalarKind.NUMBER or value % 1 == 0)
        and (type.minimum is None or value >= type.minimum)
        and (type.maximum is None or value <= type.maximum)
        and (type.exclusive_minimum is None or value > type.exclusive_minimum)
        and (type.exclusive_maximum is None or value < type.exclusive_maximum)
        and (not type.multiple_of or value % type.multiple_of == 0)
    )


def accepts(schema: Schema, property: Property, value: Json) -> bool:
    """Whether a scalar default is a valid value of its property; containers are not judged."""
    if value is None:
        return property.nullable
    flat = schema.deref(property.type)
    if isinstance(flat, Literals):
        return any(value == known and type(value) is type(known) for known in flat.values)
    if not isinstance(flat, Scalar):
        return False
    match flat.kind:
        case ScalarKind.STRING:
            return (
                isinstance(value, str)
                and (flat.min_length or 0) <= len(value) <= _most(flat.max_length)
                and flat.pattern is None
            )
        case ScalarKind.INTEGER | ScalarKind.NUMBER:
            return type(value) in (int, float) and _number_fits(flat, value)  # type: ignore[arg-type]
        case ScalarKind.BOOLEAN:
            return isinstance(value, bool)
        case ScalarKind.NULL:
            return False
