"""JSON kinds and bounds of canonical places, looked up by what a template says of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from orgen.dialect.ast import Entry, Literal, Object, Template, Text, Variable
from orgen.ir.operations import Expr, Fits
from orgen.ir.schema import (
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
    Schema,
    Type,
    Union,
)

ANY: tuple[str, ...] = ()
"""Every kind is fine."""


@dataclass(frozen=True, slots=True)
class Spec:
    """What a place accepts: JSON kinds (empty: any) and the schema's bounds."""

    kinds: tuple[str, ...] = ANY
    values: tuple[str, ...] | None = None
    minimum: float | int | None = None
    maximum: float | int | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None

    @property
    def bounded(self) -> bool:
        """True where the kind alone does not decide."""
        return any(
            bound is not None
            for bound in (
                self.values,
                self.minimum,
                self.maximum,
                self.min_length,
                self.max_length,
                self.pattern,
            )
        )


@dataclass(slots=True)
class CanonicalTypes:
    """The canonical schema as the compiler sees it."""

    schema: Schema
    _records: list[tuple[str, Record]] = field(default_factory=list)
    _holders: dict[str, list[tuple[str, Record]]] = field(default_factory=dict)
    """Property -> the records that have it."""

    def __post_init__(self) -> None:
        self._records = [
            (component.name, component.type)
            for component in self.schema.components.values()
            if isinstance(component.type, Record)
        ]
        for name, record in self._records:
            for key in dict.fromkeys(property.name for property in record.properties):
                self._holders.setdefault(key, []).append((name, record))

    def component(self, name: str) -> Record:
        """The record of a component; KeyError if there is none."""
        type = self.schema.deref(Ref(name))
        if not isinstance(type, Record):
            raise KeyError(name)
        return type

    def has_property(self, tag: str, name: str) -> bool:
        """Whether a value of that `type` can have the property."""
        for _, record in self._records:
            type = record.property("type")
            words = self.spec(type.type).values if type else None
            if words is not None and tag in words and record.property(name) is not None:
                return True
        return False

    def spec(self, type: Type) -> Spec:
        """Kinds and bounds of a type, references followed."""
        match self.schema.deref(type):
            case Scalar() as scalar:
                return Spec(
                    (scalar.kind.value,),
                    minimum=scalar.minimum,
                    maximum=scalar.maximum,
                    min_length=scalar.min_length,
                    max_length=scalar.max_length,
                    pattern=scalar.pattern,
                )
            case Literals(values):
                words = tuple(v for v in values if isinstance(v, str))
                if len(words) == len(values):
                    return Spec((ScalarKind.STRING.value,), values=words)
                return Spec()
            case List():
                return Spec(("array",))
            case Map() | Record():
                return Spec(("object",))
            case Union(variants):
                return merged(self.spec(variant.type) for variant in variants)
            case Anything() | Nothing() | Ref():
                return Spec()

    def records(self, template: Object, within: Collection[str] | None = None) -> Iterator[Record]:
        """The records that an object template can stand for: its constants and keys agree.

        `within` names the components that come into question.
        """
        entries = [entry for entry in template.entries if ":" not in entry.key]
        candidates = self._records
        for entry in entries:
            holders = self._holders.get(entry.key, [])
            candidates = holders if len(holders) < len(candidates) else candidates
        for name, record in candidates:
            if within is not None and name not in within:
                continue
            if all(self._agrees(record, entry) for entry in entries):
                yield record

    def _agrees(self, record: Record, entry: Entry) -> bool:
        found = record.property(entry.key)
        if found is None:
            return False
        if isinstance(entry.template, Literal) and isinstance(entry.template.value, str):
            spec = self.spec(found.type)
            return spec.values is None or entry.template.value in spec.values
        return True

    def variables(
        self, template: Template, within: Collection[str] | None = None
    ) -> dict[str, Spec]:
        """What each variable of a canonical template may hold, where no filter stands."""
        found: dict[str, Spec] = {}
        if isinstance(template, Object):
            for record in self.records(template, within):
                for entry in template.entries:
                    self._variable(entry, record.property(entry.key), found)
        return found

    def _variable(self, entry: Entry, property: Property | None, found: dict[str, Spec]) -> None:
        if property is None:
            return
        match entry.template:
            case Variable(name, filters) if not filters:
                spec = self.spec(property.type)
                found[name] = merged([found[name], spec]) if name in found else spec
            case Object() as nested:
                found.update(self.variables(nested))
            case Text(parts):
                texts = (part for part in parts if isinstance(part, Variable) and not part.filters)
                found.update(dict.fromkeys((part.name for part in texts), _STRING))


_STRING = Spec((ScalarKind.STRING.value,))
"""What stands inside of a string template."""


def merged(specs: Iterable[Spec]) -> Spec:
    """What any of the specs accepts; bounds are kept only where all agree."""
    items = list(specs)
    if not items or any(not item.kinds for item in items):
        return Spec()
    kinds = tuple(dict.fromkeys(kind for item in items for kind in item.kinds))
    if all(item == items[0] for item in items):
        return items[0]
    if all(item.values is not None for item in items):
        return Spec(kinds, values=tuple(dict.fromkeys(v for i in items for v in i.values or ())))
    return Spec(kinds)


def fits(value: Expr, spec: Spec) -> Fits:
    """The test for a spec's bounds."""
    return Fits(
        value,
        spec.values,
        spec.minimum,
        spec.maximum,
        spec.min_length,
        spec.max_length,
        spec.pattern,
    )
