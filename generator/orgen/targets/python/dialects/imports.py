"""The imports of a translator's module, in the order that import sorters agree on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orgen.targets.python.text import import_order

if TYPE_CHECKING:
    from orgen.targets.python.dialects.module import DialectModule

_TURNS = ("Beside", "Turn")
"""Classes of `runtime.tables` that only tables need."""
_WIDTH = 88
"""What linters allow by default; longer lines are broken, as they would break them."""


@dataclass(frozen=True, slots=True)
class Import:
    """Names that another module defines."""

    module: str
    names: tuple[str, ...]


def import_lines(module: DialectModule) -> list[str]:
    """All imports within the package, what lies furthest first."""
    used = {word for table in module.tables for word in re.findall(r"\w+", table.text)}
    turns = tuple(name for name in _TURNS if name in used)
    beside = [Import(f".{item.module}", item.names) for item in module.imports]
    found = [
        Import("..runtime.gathering", ("Gathering",)),
        Import("..runtime.primitives", module.primitives),
        Import("..runtime.splitting", ("Splitting",)),
        Import("..runtime.streams", module.stream.imports if module.stream else ()),
        Import("..runtime.tables", ("DialectTables", *turns)),
        Import("..runtime.translation", ("Dialect", "Functions")),
        *sorted([Import(".canonical", ("KINDS",)), *beside], key=lambda item: item.module),
    ]
    return lines(found)


def lines(imports: Iterable[Import]) -> list[str]:
    """Import statements, as import sorters leave them; what names nothing is left out."""
    return [_line(item) for item in imports if item.names]


def _line(item: Import) -> str:
    names = sorted(item.names, key=import_order)
    line = f"from {item.module} import {', '.join(names)}"
    if len(line) <= _WIDTH:
        return line
    return "\n".join([f"from {item.module} import (", *(f"    {name}," for name in names), ")"])
