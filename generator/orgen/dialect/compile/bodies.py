"""Whole bodies: rows and blocks of a request or response, both directions."""

from __future__ import annotations

from collections.abc import Iterator

from orgen.dialect.ast import Path, Row
from orgen.dialect.compile.body_blocks import BlockCompiler
from orgen.dialect.compile.body_places import (
    Node,
    below,
    has_rows,
    is_same_place,
    is_structure,
    prefix_of,
    read_at,
)
from orgen.dialect.compile.body_rows import RowCompiler
from orgen.dialect.compile.body_structures import StructureCompiler
from orgen.dialect.compile.copies import MANY, Copied, copied
from orgen.dialect.compile.filters import constant
from orgen.dialect.compile.scope import root
from orgen.dialect.compile.slots import slots
from orgen.ir.operations import (
    AllOf,
    Bound,
    Copy,
    Differs,
    Do,
    Element,
    Equals,
    Expect,
    Expr,
    Field,
    Function,
    IsKind,
    Let,
    Local,
    Present,
    Primitive,
    Put,
    Return,
    Stmt,
    When,
)


class BodyCompiler(RowCompiler, BlockCompiler, StructureCompiler):
    """Compiles one body in one direction: walk the source, put into `out`."""

    def compile(self) -> list[Function]:
        tree = self.tree()
        statements: list[Stmt] = [*self.url(), *self.constants()]
        statements += [s for row in self.structures() for s in self.structure(row)]
        statements += self.walk(tree, root("body"), ())
        statements += [Do(self.block(block)) for block in self.body.blocks]
        statements += self.accounts(tree, root("body"), ())
        statements += [s for row in self.sums() for s in self.solve(row)]
        main = Function(
            name=self.name,
            parameters=("body",),
            doc=self.compiler.origin(f"{self.body.name} body", self.body.span),
            prologue=(Let("out", constant({})), *statements),
            alternatives=(),
            epilogue=(Return(Local("out")),),
            span=self.body.span,
        )
        return [main, *self.functions]

    def url(self) -> Iterator[Stmt]:
        """Fields that lie in the URL are read from there."""
        if not self.encode and any(self.in_url(row.terms[0].path) for row in self.rows()):
            yield Let("url", Primitive("url_fields", (), context=True))

    # The tree of what is read -------------------------------------------------

    def tree(self) -> Node:
        tree = Node()
        for row in self.rows():
            self.know(tree, self.source(row))
            if not is_structure(row) and not (self.encode and len(row.terms) > 1):
                self.place(tree, row)
        for block in self.body.blocks:
            wholes = self.wholes(block)
            for path in self.block_paths(block):
                if not below(path, wholes):
                    self.know(tree, path)
        for path, _, _ in self.body.constants:
            if not self.encode or self.property(path):
                self.know(tree, path)
        if not self.encode:
            for key in self.answer_keys():
                tree.know(key)
        return tree

    def answer_keys(self) -> Iterator[str]:
        """The keys that a turn reads where the whole body is its message."""
        for row in self.structures():
            if row.filters[0].name == "turn" and not row.terms[0].path:
                turns = self.compiler.dialect.turns.values()
                turn = next(
                    u for t in turns for u in t.turns if u.name == row.filters[0].arguments[0]
                )
                yield from (key for slot in slots(turn) for key in slot.keys)

    def know(self, tree: Node, path: Path) -> None:
        if path and not self.in_url(path):
            tree.descend(path[:-1]).know(path[-1])

    def place(self, tree: Node, row: Row) -> None:
        path = self.source(row)
        if len(row.terms) > 1 or self.in_url(path):
            tree.rows.append(("", row))
        elif path:
            tree.descend(path[:-1]).rows.append((path[-1], row))

    def walk(
        self, node: Node, container: Expr, path: Path, made: Local | None = None
    ) -> list[Stmt]:
        """Reads a container; `made` is the same object of the other side, if there is one."""
        statements: list[Stmt] = []
        found = self.copied(node, path, made)
        if found.fields:
            name = "_".join([self.name, *map(str, path), "fields"])
            statements.append(Copy(container, name, found.fields, made or Local("out")))
        for key, row in node.rows:
            if row not in found.rows:
                statements += self.row(row, container, key)
        for key, child in node.children.items():
            inner = self.inside(child, container, key, path)
            if inner:
                statements += inner
        return statements

    def copied(self, node: Node, path: Path, made: Local | None) -> Copied:
        """The fields that are copied in one loop."""
        if path and not made:
            return Copied((), ())
        found = copied(
            (row for _, row in node.rows if len(row.canonical) == len(path) + 1),
            ((*path, key) for key, child in node.children.items() if is_same_place(child)),
            self.compiler.types,
            self.property,
            encode=self.encode,
            nulls=self.compiler.dialect.echoes,
        )
        return found if path or len(found.rows) >= MANY else Copied((), ())

    def inside(self, child: Node, container: Expr, key: str | int, path: Path) -> list[Stmt]:
        if not has_rows(child):
            return []
        wish = str(key) if isinstance(key, str) else f"{path[-1]}_{key}"
        local = Local(self.local(wish))
        value: Expr = Field(container, key) if isinstance(key, str) else Element(container, key)
        kind = "array" if any(isinstance(k, int) for k in child.children) else "object"
        here = (*path, key)
        body: list[Stmt] = [Expect(local, (kind,), container, key)]
        made = None
        if is_same_place(child):
            made = Local(self.local(wish))
            body += [Let(made.name, constant({})), Put("out", here, made)]
        body += self.walk(child, local, here, made)
        body += self.account(child, local, here)
        if not self.encode and not made:
            nothing = constant([] if kind == "array" else {})
            kept = (local, constant(".".join(map(str, here))), Local("out"))
            keep = Do(Primitive("keep_empty", kept, context=True))
            body.append(When(Equals(local, nothing), (keep,)))
        return [Let(local.name, value), When(Present(local), tuple(body))]

    def constants(self) -> Iterator[Stmt]:
        for path, value, _ in self.body.constants:
            if self.encode:
                yield Put("out", path, constant(value))
            else:
                container = read_at(root("body"), path[:-1])
                key, prefix = constant(path[-1]), constant(prefix_of(path[:-1]))
                operands = (container, key, constant(value), prefix, Local("out"))
                check = Do(Primitive("check_constant", operands, context=True))
                if isinstance(container, Local):
                    said = Field(container, str(path[-1]))
                    yield When(Differs(said, constant(value)), (check,))
                else:
                    held = Local(self.local("_".join(map(str, path[:-1]))))
                    other = Differs(Field(held, str(path[-1])), constant(value))
                    there = Bound(held.name, container, IsKind(held, ("object",)))
                    yield When(AllOf((there, other)), (check,))
