"""What every rule works on: the document's schemas, each with the way to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from orgen.diagnostics import Diagnostics, Related, Span
from orgen.ir.schema import Json
from orgen.load import Document, Pointer
from orgen.load.kinds import Kind, entries, kind_of
from orgen.load.limits import MAX_FAULTS
from orgen.load.references import referred_component
from orgen.validate.unsupported import UNSUPPORTED

SCHEMAS: Pointer = ("components", "schemas")
UNIONS = ("oneOf", "anyOf")


@dataclass(frozen=True, slots=True)
class Node:
    """One schema of the document that is an object, and its pointer."""

    pointer: Pointer
    schema: dict[str, Json]


class TooManyFaults(Exception):
    """Validation ends early; that has been reported."""


@dataclass(slots=True)
class Context:
    """A document under validation.

    `own` says that the document is ours to polish: then prose is checked too.
    """

    document: Document
    diagnostics: Diagnostics
    own: bool
    schemas: dict[str, Json] = field(init=False)
    nodes: list[Node] = field(init=False)
    """Every object schema, parents before children, in the order of the document."""
    malformed: list[tuple[Pointer, Json]] = field(init=False, default_factory=list)
    """What stands where a schema should but is neither an object nor a boolean."""
    circular: set[str] = field(init=False, default_factory=set)
    """Components that are defined by themselves: references to them are not followed."""

    faults: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.schemas = self.document.schemas
        self.nodes = list(self._walk())

    def _walk(self) -> Iterator[Node]:
        stack: list[tuple[Kind, Pointer, Json]] = [(Kind.OPENAPI, (), self.document.value)]
        while stack:
            kind, pointer, value = stack.pop()
            if kind is Kind.SCHEMA:
                if isinstance(value, dict):
                    yield Node(pointer, value)
                elif not isinstance(value, bool):
                    self.malformed.append((pointer, value))
            if kind is not Kind.DATA:
                skipped = UNSUPPORTED if kind is Kind.SCHEMA else {}
                inner = [
                    (kind_of(kind, key), (*pointer, key), part)
                    for key, part in entries(value)
                    if key not in skipped
                ]
                stack.extend(reversed(inner))

    # Reporting

    def span(self, node: Node, *steps: str | int) -> Span:
        return self.document.span((*node.pointer, *steps))

    def error(
        self,
        span: Span,
        code: str,
        message: str,
        hint: str | None = None,
        related: Iterable[Related] = (),
    ) -> None:
        self._count(span)
        self.diagnostics.error(span, code, message, hint, related)

    def warning(self, span: Span, code: str, message: str, hint: str | None = None) -> None:
        self._count(span)
        self.diagnostics.warning(span, code, message, hint)

    def _count(self, span: Span) -> None:
        self.faults += 1
        if self.faults > MAX_FAULTS:
            message = f"validation ends here: it found more than {MAX_FAULTS:,} faults"
            self.diagnostics.error(span, "V099", message)
            raise TooManyFaults

    # Looking through references

    def leads_to(self, name: str) -> bool:
        """Whether a reference to a component can be followed."""
        return name in self.schemas and name not in self.circular

    def is_known(self, schema: Json) -> bool:
        """Whether every reference among the parts of a schema can be followed."""
        return all(
            (name := referred_component(part["$ref"])) is not None and self.leads_to(name)
            for part in self.parts(schema)
            if "$ref" in part
        )

    def target(self, schema: Json) -> Json:
        """The schema that a chain of plain references ends at; True where it ends nowhere."""
        seen: set[str] = set()
        while isinstance(schema, dict) and "$ref" in schema:
            name = referred_component(schema["$ref"])
            if name is None or name in seen or not self.leads_to(name):
                return True
            seen.add(name)
            schema = self.schemas[name]
        return schema

    def parts(self, schema: Json) -> list[dict[str, Json]]:
        """A schema and all that must hold with it: through `$ref` and `allOf`, each once."""
        found: list[dict[str, Json]] = []
        names: set[str] = set()
        stack = [schema]
        while stack:
            part = stack.pop()
            if not isinstance(part, dict):
                continue
            found.append(part)
            members = part.get("allOf")
            stack.extend(reversed(members) if isinstance(members, list) else ())
            name = referred_component(part.get("$ref"))
            if name is not None and name not in names and self.leads_to(name):
                names.add(name)
                stack.append(self.schemas[name])
        return found

    def properties(self, schema: Json) -> dict[str, list[Json]]:
        """Property name -> every schema that the parts of `schema` give it."""
        found: dict[str, list[Json]] = {}
        for part in self.parts(schema):
            properties = part.get("properties")
            for name, inner in properties.items() if isinstance(properties, dict) else ():
                found.setdefault(name, []).append(inner)
        return found

    def required(self, schema: Json) -> set[str]:
        """The names that the parts of `schema` require."""
        return {name for part in self.parts(schema) for name in strings(part.get("required"))}

    def whole(self, node: Node) -> Json:
        """The schema that a member of an `allOf` is a part of; else the schema itself."""
        pointer = node.pointer
        while len(pointer) > 2 and pointer[-2] == "allOf":
            pointer = pointer[:-2]
        return self.document.get(pointer)


def strings(value: Json) -> list[str]:
    """The strings of a list; nothing if it is none."""
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def types(schema: dict[str, Json]) -> list[str]:
    """The names under `type`, as a list."""
    found = schema.get("type")
    return [found] if isinstance(found, str) else strings(found)


def members(schema: dict[str, Json], keyword: str) -> list[Json]:
    """The schemas under `oneOf`, `anyOf` or `allOf`."""
    found = schema.get(keyword)
    return found if isinstance(found, list) else []


def describe(pointer: Pointer) -> str:
    """A schema's name for a message: its component, property or position.

    >>> describe(("components", "schemas", "Item", "properties", "id"))
    'Item.id'
    """
    if pointer[:2] != SCHEMAS or len(pointer) < 3:
        return "this schema"
    names = [str(pointer[2])]
    for before, step in pairwise(pointer[2:]):
        if before == "properties":
            names.append(str(step))
    return ".".join(names)
