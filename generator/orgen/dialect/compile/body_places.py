"""Places of a body: the tree of what is read in it, and paths as expressions."""

from __future__ import annotations

from dataclasses import dataclass, field

from orgen.dialect.ast import Entry, Object, Path, Row, Template
from orgen.dialect.compile.copies import is_same
from orgen.dialect.compile.filters import constant
from orgen.dialect.compile.walk import entry_path
from orgen.dialect.primitives import STRUCTURES
from orgen.ir.operations import Element, Expr, Field, Primitive


@dataclass(slots=True)
class Node:
    """A container of the source body: what is read in it, and from its children."""

    rows: list[tuple[str | int, Row]] = field(default_factory=list)
    children: dict[str | int, Node] = field(default_factory=dict)
    known: list[str] = field(default_factory=list)

    def child(self, key: str | int) -> Node:
        self.know(key)
        return self.children.setdefault(key, Node())

    def know(self, key: str | int) -> None:
        if isinstance(key, str) and key not in self.known:
            self.known.append(key)

    def descend(self, path: Path) -> Node:
        node = self
        for key in path:
            node = node.child(key)
        return node


def first_of(path: Path) -> Path:
    """`choices.*.message` speaks of the first element, as far as other rows are concerned."""
    return tuple(0 if step == "*" else step for step in path)


def is_structure(row: Row) -> bool:
    return bool(row.filters) and row.filters[0].name in STRUCTURES


def has_rows(node: Node) -> bool:
    return bool(node.rows) or any(has_rows(child) for child in node.children.values())


def is_same_place(node: Node) -> bool:
    """Whether all that is read in a container stands at the same place on the other side."""
    inner = [child for child in node.children.values() if has_rows(child)]
    same = all(is_same(row) for _, row in node.rows) and all(map(is_same_place, inner))
    return same and bool(node.rows or inner)


def prefix_of(path: Path) -> str:
    return "".join(f"{step}." for step in path)


def covered(path: Path, read: list[Path]) -> bool:
    """True if the alternative reads this path, something above it or something below it."""
    return any(path[: len(leaf)] == leaf[: len(path)] for leaf in read)


def below(path: Path, others: list[Path]) -> bool:
    """True if the path lies inside of one of the others."""
    return any(len(path) > len(other) and path[: len(other)] == other for other in others)


def read_at(container: Expr, path: Path) -> Expr:
    for key in path:
        container = (
            Primitive("field", (container, constant(key)))
            if isinstance(container, Primitive | Field | Element)
            else Field(container, key) if isinstance(key, str) else Element(container, key)
        )
    return container


def nested(template: Template) -> Template:
    """Dotted keys of a body template as nested objects."""
    if not isinstance(template, Object):
        return template
    entries: dict[str, Entry] = {}
    for entry in template.entries:
        first, *rest = entry_path(entry.key)
        if not rest:
            entries[entry.key] = Entry(
                entry.key, nested(entry.template), entry.optional, entry.written, entry.span
            )
            continue
        dotted = Entry(
            ".".join(map(str, rest)), entry.template, entry.optional, entry.written, entry.span
        )
        old = entries.get(str(first))
        inner = old.template.entries if old and isinstance(old.template, Object) else ()
        merged = nested(Object((*inner, dotted), entry.span))
        entries[str(first)] = Entry(str(first), merged, False, False, entry.span)
    return Object(tuple(entries.values()), template.span)
