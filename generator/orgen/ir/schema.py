"""The resolved schema: what every later stage works from, in no language's terms.

`resolve` turns a validated document into one `Schema`. References are names of
components, unions are tagged where they can be, and *optional*, *nullable* and
*defaulted* are three separate facts of a property. All types are frozen and
form the closed union `Type`; match on them exhaustively.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal, TypeAlias

from orgen.diagnostics import Span

Json: TypeAlias = "None | bool | int | float | str | list[Json] | dict[str, Json]"


class Missing(Enum):
    """Stands for "no default", which is not the same as a default of null."""

    MISSING = "missing"


MISSING = Missing.MISSING


@dataclass(frozen=True, slots=True)
class Doc:
    """Prose about a schema, exactly as its author wrote it; never trusted as code."""

    title: str | None = None
    description: str | None = None
    deprecated: bool = False
    examples: tuple[Json, ...] = ()
    since: str | None = None
    """Spec version that added it (`x-openresponses-added-in`)."""


class ScalarKind(Enum):
    """JSON's scalar types; an integer is a number without a fraction."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    NULL = "null"


@dataclass(frozen=True, slots=True)
class Scalar:
    """A JSON scalar with the constraints that JSON Schema puts on it."""

    kind: ScalarKind
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    minimum: float | int | None = None
    maximum: float | int | None = None
    exclusive_minimum: float | int | None = None
    exclusive_maximum: float | int | None = None
    multiple_of: float | int | None = None
    format: str | None = None
    """An annotation, as in JSON Schema 2020-12: not enforced."""


@dataclass(frozen=True, slots=True)
class Literals:
    """One of a closed list of scalar values; a constant is a list of one."""

    values: tuple[str | int | float | bool | None, ...]
    descriptions: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Value -> prose (`x-enumDescriptions`)."""


@dataclass(frozen=True, slots=True)
class List:
    items: Type
    min_items: int | None = None
    max_items: int | None = None
    unique: bool = False


@dataclass(frozen=True, slots=True)
class Map:
    """An object used as a dictionary: string keys, values of one type."""

    values: Type
    min_properties: int | None = None
    max_properties: int | None = None
    key_pattern: str | None = None


@dataclass(frozen=True, slots=True)
class Anything:
    """Any JSON value (`true` as a schema, or no keyword at all)."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """No value at all (`false`, or constraints that contradict on purpose)."""


@dataclass(frozen=True, slots=True)
class Ref:
    """A component of the same schema, by name."""

    name: str


@dataclass(frozen=True, slots=True)
class Property:
    """One property of a record. `name` is the wire name."""

    name: str
    type: Type
    """Without null: see `nullable`. A property that is always null is `Scalar(NULL)`, nullable."""
    required: bool
    nullable: bool
    default: Json | Literal[Missing.MISSING] = MISSING
    doc: Doc = Doc()
    forbidden: bool = False
    """Must not be sent (`x-openresponses-disallowed`)."""
    overlay: str | None = None
    """Overlay that added it (`x-orgen-overlay`), if not the core contract."""
    names: tuple[tuple[str, str], ...] = ()
    """Language -> the identifier that the author chose for it there (`x-orgen-names`)."""
    servers: tuple[str, ...] = ()
    """Providers that alone have it (`x-orgen-servers`); all have it if none is named."""
    span: Span = field(default=Span(""), compare=False)


@dataclass(frozen=True, slots=True)
class Record:
    """An object with known properties, in spec order; always the type of a component.

    `extra` is the type of the keys not listed: `Anything` where the schema does
    not forbid them (JSON Schema's default), `None` where it does.
    """

    properties: tuple[Property, ...]
    extra: Type | None = Anything()
    min_properties: int | None = None
    max_properties: int | None = None
    _by_name: Mapping[str, Property] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {p.name: p for p in reversed(self.properties)})

    def property(self, name: str) -> Property | None:
        return self._by_name.get(name)


@dataclass(frozen=True, slots=True)
class Tag:
    """What tells one variant of a union apart: property name -> its constant values."""

    values: tuple[tuple[str, tuple[str | int | float | bool | None, ...]], ...]


@dataclass(frozen=True, slots=True)
class Variant:
    """One member of a union. `tag` is empty where JSON's own types tell it apart."""

    type: Type
    tag: Tag | None = None
    untagged: bool = False
    """Also takes records whose tag is missing or null; at most one variant does."""


@dataclass(frozen=True, slots=True)
class Union:
    """One of several types; null is never a member of a property's union.

    `discriminators` are the properties that decide at once, most telling first
    (`("type", "role")`); empty when the members differ by JSON type or must be
    tried in order. `open` unions also take records with an unknown tag, which
    survive unchanged: first the component `extension`, if there is one and the
    value is valid against it (its tag follows a pattern, such as `slug:type`),
    else the component `unknown`, which takes any tag. Neither is among `variants`.
    """

    variants: tuple[Variant, ...]
    discriminators: tuple[str, ...] = ()
    open: bool = False
    unknown: str | None = None
    extension: str | None = None


Type: TypeAlias = Scalar | Literals | List | Map | Record | Union | Ref | Anything | Nothing


class Role(Enum):
    """What a component is to the protocol, for grouping in code and docs."""

    EVENT = "event"
    COMPONENT = "component"


@dataclass(frozen=True, slots=True)
class Component:
    """A named schema. `name` is the spec's name; languages derive identifiers from it."""

    name: str
    type: Type
    doc: Doc = Doc()
    nullable: bool = False
    topic: str = "schema"
    """Topic file it is written in (`items`, `events` ...)."""
    role: Role = Role.COMPONENT
    overlay: str | None = None
    lifted: bool = False
    """True for an inline object that was given a name of its own."""
    names: tuple[tuple[str, str], ...] = ()
    """Language -> the identifier that the author chose for it there (`x-orgen-names`)."""
    span: Span = field(default=Span(""), compare=False)


@dataclass(frozen=True, slots=True)
class Body:
    """A request or response body of an operation, one per media type."""

    media_type: str
    type: Type


@dataclass(frozen=True, slots=True)
class Reply:
    status: str
    bodies: tuple[Body, ...]
    doc: Doc = Doc()


@dataclass(frozen=True, slots=True)
class Operation:
    id: str
    method: str
    path: str
    requests: tuple[Body, ...]
    replies: tuple[Reply, ...]
    doc: Doc = Doc()


@dataclass(frozen=True, slots=True)
class WebSocket:
    """The WebSocket extension of a path (`x-openresponses-websocket`)."""

    path: str
    client_message: Type
    error_message: Type
    doc: Doc = Doc()


@dataclass(frozen=True, slots=True)
class Schema:
    """A whole spec, resolved. `hash` is the sha256 of the contract's normal form."""

    title: str
    version: str
    hash: str
    components: Mapping[str, Component]
    operations: tuple[Operation, ...] = ()
    websockets: tuple[WebSocket, ...] = ()
    doc: Doc = Doc()

    def deref(self, type: Type) -> Type:
        """Follow references until something else is reached."""
        while isinstance(type, Ref):
            type = self.components[type.name].type
        return type
