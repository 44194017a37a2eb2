"""What the reader learns of one schema before it is known where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from orgen.ir.schema import (
    MISSING,
    Anything,
    Doc,
    Json,
    Missing,
    Scalar,
    ScalarKind,
    Type,
    Union,
    Variant,
)

NULL = Scalar(ScalarKind.NULL)
NO_DOC = Doc()


@dataclass(frozen=True, slots=True)
class Shape:
    """A type, and beside it what belongs to the property or component that has it."""

    type: Type
    nullable: bool = False
    default: Json | Literal[Missing.MISSING] = MISSING
    doc: Doc = NO_DOC
    forbidden: bool = False

    def with_null(self) -> Type:
        """The type where there is no property to carry `nullable`: items and values."""
        match self.type:
            case Anything() | Scalar(kind=ScalarKind.NULL):
                return self.type
            case Union(variants=variants) if self.nullable:
                return Union((*variants, Variant(NULL)))
            case _ if self.nullable:
                return Union((Variant(self.type), Variant(NULL)))
            case _:
                return self.type


def read_doc(schema: dict[str, Any]) -> Doc:
    """The annotations of a schema; malformed ones are left out."""
    examples = schema.get("examples")
    return Doc(
        title=_text(schema.get("title")),
        description=_text(schema.get("description")),
        deprecated=schema.get("deprecated") is True,
        examples=tuple(examples) if isinstance(examples, list) else (),
        since=_text(schema.get("x-openresponses-added-in")),
    )


def read_names(schema: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """`x-orgen-names: {python: tokens}` as pairs."""
    chosen = schema.get("x-orgen-names")
    pairs = chosen.items() if isinstance(chosen, dict) else ()
    return tuple((language, name) for language, name in pairs if isinstance(name, str))


def read_servers(schema: dict[str, Any]) -> tuple[str, ...]:
    """`x-orgen-servers: [mistral]`: slugs of the providers that alone have a native property."""
    named = schema.get("x-orgen-servers")
    return tuple(n for n in named if isinstance(n, str)) if isinstance(named, list) else ()


def joined_doc(docs: list[Doc]) -> Doc:
    """Each annotation from the first that has it: outer schemas come before inner ones."""
    return Doc(
        title=next((d.title for d in docs if d.title), None),
        description=next((d.description for d in docs if d.description), None),
        deprecated=any(d.deprecated for d in docs),
        examples=next((d.examples for d in docs if d.examples), ()),
        since=next((d.since for d in docs if d.since), None),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
