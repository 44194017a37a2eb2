"""What the templates receive: decisions made, text that is ready to be printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

JsonSchema: TypeAlias = dict[str, Any]
"""A JSON Schema in the form that datamodel-code-generator renders well."""


@dataclass(frozen=True, slots=True)
class FieldView:
    """What surrounds the type of a field: `before` + type + `after`, then its docstring."""

    before: str
    after: str
    doc: str


@dataclass(frozen=True, slots=True)
class RecordView:
    """A class: its bases, its docstring, its fields by attribute name."""

    bases: str
    doc: str
    fields: Mapping[str, FieldView] = field(default_factory=dict)
    lines: tuple[str, ...] = ()
    """Further lines of the class body."""
    opaque: bool = False
    """Whether the class holds what it is given as it is, without fields."""


@dataclass(frozen=True, slots=True)
class AliasView:
    """A named type: what surrounds it, and its docstring."""

    before: str
    after: str
    doc: str
    union: str = ""
    """Arguments that tell the variants of a union apart, where the flavour needs them."""


@dataclass(frozen=True, slots=True)
class Lowered:
    """Definitions for datamodel-code-generator, and what its templates know beside them."""

    definitions: Mapping[str, JsonSchema]
    records: Mapping[str, RecordView]
    aliases: Mapping[str, AliasView]
    base: str
    """Dotted name of the class that datamodel-code-generator takes for the base of all."""
    imports: tuple[str, ...]
    """Dotted names that `before` and `after` use."""
