"""What is known of one body that is compiled in one direction."""

from __future__ import annotations

from collections.abc import Iterator

from orgen.dialect.ast import Block, Body, Direction, Path, Row
from orgen.dialect.compile.body_places import (
    Node,
    below,
    first_of,
    has_rows,
    is_structure,
    prefix_of,
    read_at,
)
from orgen.dialect.compile.ignored import ignored_keys, known_keys
from orgen.dialect.compile.rules import Compiler, runs, sides
from orgen.dialect.compile.scope import Scope, root
from orgen.dialect.compile.types import Spec
from orgen.dialect.compile.walk import leaves
from orgen.ir.operations import Account, Expr, Function, Stmt
from orgen.ir.schema import Property, Record, Type

_PATH_ROOT = "@"
"""Native paths that begin with @ lie in the URL, not in the body."""


class BodyFacts:
    """The rows and blocks of a body that serve a direction, and what its schema says."""

    def __init__(
        self, compiler: Compiler, body: Body, direction: Direction, record: Record
    ) -> None:
        self.compiler = compiler
        self.body = body
        self.direction = direction
        self.encode = direction is Direction.ENCODE
        self.record = record
        self.names: set[str] = {"body", "ctx", "out"}
        self.functions: list[Function] = []

    @property
    def name(self) -> str:
        return f"{self.direction.value}_{self.body.name}"

    def rows(self) -> Iterator[Row]:
        for row in self.body.rows:
            if row.only in (None, self.direction):
                yield row

    def structures(self) -> list[Row]:
        """Rows of whole conversations; what leads them comes before gathering."""
        found = [r for r in self.rows() if is_structure(r)]
        return sorted(found, key=lambda row: row.filters[0].name not in ("hoist", "lead"))

    def sums(self) -> list[Row]:
        """On encode, sums are solved for their first term when the others are known."""
        return [r for r in self.rows() if len(r.terms) > 1] if self.encode else []

    def source(self, row: Row) -> Path:
        """Where the row reads; `choices.*.message` speaks of the first element."""
        return row.canonical if self.encode else first_of(row.terms[0].path)

    def target(self, row: Row) -> Path:
        return first_of(row.terms[0].path) if self.encode else row.canonical

    def prefix(self, row: Row) -> str:
        path = row.canonical if self.encode else row.terms[0].path
        return "".join(f"{step}." for step in path[:-1])

    def in_url(self, path: Path) -> bool:
        return bool(path) and isinstance(path[0], str) and path[0].startswith(_PATH_ROOT)

    def block_paths(self, block: Block) -> list[Path]:
        """The paths that any alternative of the block reads, longest first."""
        found: list[Path] = []
        for rule in block.rules:
            if runs(rule, self.direction):
                source, _ = sides(rule, self.direction)
                found += [p for p in leaves(source) if p not in found and not self.in_url(p)]
        return found

    def wholes(self, block: Block) -> list[Path]:
        """Paths that one alternative reads whole and another reads inside of.

        What is left over there depends on the alternative, which accounts for it.
        """
        paths = self.block_paths(block)
        read_by_rows = [self.source(row) for row in self.rows()]
        return [
            path
            for path in paths
            if any(below(other, [path]) for other in paths)
            and not any(below(other, [path]) for other in read_by_rows)
        ]

    def account(self, node: Node, container: Expr, path: Path) -> Iterator[Stmt]:
        """Accounts for the keys of a container that nothing reads."""
        if node.known:
            place = prefix_of(path)
            dialect, types = self.compiler.dialect, self.compiler.types
            ignored = ignored_keys(dialect, types, place) if self.encode else ()
            yield Account(container, known_keys(node.known, ignored), place, "out")

    def accounts(self, node: Node, container: Expr, path: Path) -> Iterator[Stmt]:
        """The same for containers inside of it, unless their rows do so."""
        if not path or not has_rows(node):
            yield from self.account(node, container, path)
        for key, child in node.children.items():
            inner = read_at(container, (key,))
            if child.known or child.children:
                yield from self.accounts(child, inner, (*path, key))

    def spec(self, path: Path) -> Spec:
        """What the canonical schema allows at a path of this body."""
        found = self.property(path)
        return self.compiler.types.spec(found.type) if found else Spec()

    def property(self, path: Path) -> Property | None:
        """The canonical property at a path of this body; none inside of unions."""
        record: Type = self.record
        found = None
        for key in path:
            if not isinstance(record, Record) or not isinstance(key, str):
                return None
            found = record.property(key)
            if found is None:
                return None
            record = self.compiler.types.schema.deref(found.type)
        return found

    def read(self, path: Path) -> Expr:
        return read_at(root("body"), path)

    def local(self, wish: str) -> str:
        return Scope(self.direction, {}, names=self.names).local(wish)
