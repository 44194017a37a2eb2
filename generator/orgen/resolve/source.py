"""The document as the resolver sees it: schemas by name, positions, and faults."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from orgen.diagnostics import Diagnostics, Span

if TYPE_CHECKING:
    from orgen.load import Document

Pointer: TypeAlias = tuple[str | int, ...]

SCHEMAS: Pointer = ("components", "schemas")
PREFIX = "#/components/schemas/"


@dataclass(slots=True)
class Source:
    """Access to one merged document."""

    document: Document
    diagnostics: Diagnostics
    schemas: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        components = as_object(as_object(self.document.value).get("components"))
        self.schemas = as_object(components.get("schemas"))

    def span(self, pointer: Pointer) -> Span:
        return self.document.span(pointer)

    def error(self, pointer: Pointer, code: str, message: str, hint: str | None = None) -> None:
        self.diagnostics.error(self.document.span(pointer), code, message, hint)

    def target(self, reference: object) -> str | None:
        """The component that a `$ref` names, if it is there."""
        if not isinstance(reference, str) or not reference.startswith(PREFIX):
            return None
        name = reference[len(PREFIX) :].replace("~1", "/").replace("~0", "~")
        return name if name in self.schemas else None

    def allows_null(self, schema: object) -> bool:
        """Whether null is valid, seen through references; untyped schemas do not count."""
        return self._allows_null(schema, frozenset()) is True

    def _allows_null(self, schema: object, seen: frozenset[str]) -> bool | None:
        """None where the schema says nothing of null, as annotations do."""
        if not isinstance(schema, dict):
            return None
        verdicts = [_own_verdict(schema)]
        name = self.target(schema.get("$ref"))
        if name is not None and name not in seen:
            verdicts.append(self._allows_null(self.schemas[name], seen | {name}))
        verdicts += [self._allows_null(part, seen) for part in as_list(schema.get("allOf"))]
        for keyword in ("anyOf", "oneOf"):
            if keyword in schema:
                branches = as_list(schema[keyword])
                verdicts.append(any(self._allows_null(part, seen) for part in branches))
        known = [verdict for verdict in verdicts if verdict is not None]
        return all(known) if known else None


def _own_verdict(schema: dict[str, Any]) -> bool | None:
    if "const" in schema:
        return schema["const"] is None
    if "enum" in schema:
        return None in as_list(schema["enum"])
    types = schema.get("type")
    if types is not None:
        return (
            schema.get("nullable") is True
            or types == "null"
            or (isinstance(types, list) and "null" in types)
        )
    return None


def as_object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
