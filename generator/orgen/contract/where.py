"""Names the place of a difference the way people talk about it: `Message.content[].type`."""

from __future__ import annotations

from dataclasses import dataclass

from orgen.contract.tree import Fields

SILENT = frozenset(
    {"components", "schemas", "paths", "properties", "responses", "content"}
    | {"schema", "allOf", "anyOf", "oneOf", "required", "enum"}
)
"""Fields that only lead to names or members, and are not worth a mention."""


@dataclass(frozen=True, slots=True)
class Where:
    """A readable path; empty for the document itself."""

    text: str = ""

    def __str__(self) -> str:
        return self.text or "document"

    def member(self, name: str) -> Where:
        return Where(f"{self.text}[{name}]")


def step_into(where: Where, fields: Fields, name: str) -> Where:
    """The place of the member `name` of `fields`, which is at `where`."""
    if fields.noun in {"keyword", "field"} and name in SILENT:
        return where
    if name == "items" and fields.noun == "keyword":
        return Where(f"{where.text}[]")
    if fields.noun == "property":
        return Where(f"{where.text}.{name}" if where.text else name)
    return Where(f"{where.text} {name}" if where.text else name)
