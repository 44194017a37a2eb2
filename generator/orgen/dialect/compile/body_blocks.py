"""Blocks of a body: alternatives over several fields at once, each block a function."""

from __future__ import annotations

from collections.abc import Iterator

from orgen.dialect.ast import Block, Object, Path, Rule, Template, Variable
from orgen.dialect.compile.body_facts import BodyFacts
from orgen.dialect.compile.body_places import Node, below, covered, nested, prefix_of, read_at
from orgen.dialect.compile.build import Builder, outside
from orgen.dialect.compile.filters import constant
from orgen.dialect.compile.match import match
from orgen.dialect.compile.rules import asked, reports, runs, sides, words
from orgen.dialect.compile.scope import root
from orgen.dialect.compile.types import Spec
from orgen.dialect.compile.walk import entry_path, leaves
from orgen.dialect.compile.words import sayable
from orgen.ir.operations import (
    Alternative,
    Expect,
    Expr,
    Function,
    Guard,
    Holds,
    Local,
    Present,
    Primitive,
    Put,
    Return,
    Run,
    Stmt,
    Unused,
    When,
)


class BlockCompiler(BodyFacts):
    """A function for each block."""

    def block(self, block: Block) -> Run:
        """The block's function; returns the call to it."""
        paths = self.block_paths(block)
        wholes = self.wholes(block)
        alternatives = tuple(
            self.block_rule(rule, paths, wholes)
            for rule in block.rules
            if runs(rule, self.direction)
        )
        name = f"{self.name}_{block.name}"
        read_by_rows = [self.source(row) for row in self.rows()]
        self.functions.append(
            Function(
                name=name,
                parameters=("body", "out"),
                doc=self.compiler.origin(block.name, block.span),
                prologue=(),
                alternatives=alternatives,
                epilogue=(
                    *self.expected(paths),
                    *self.unused([p for p in paths if p not in read_by_rows]),
                ),
                span=block.span,
            )
        )
        return Run(name, (root("body"), Local("out")))

    def expected(self, paths: list[Path]) -> Iterator[Stmt]:
        """Encoding: where no alternative matches, the kind of a value may be to blame."""
        for path in paths:
            if self.encode and path and isinstance(path[-1], str) and ":" not in path[-1]:
                spec = self.spec(path)
                container, value = read_at(root("body"), path[:-1]), read_at(root("body"), path)
                if spec.kinds and len(path) == 1:
                    check = Expect(value, spec.kinds, container, path[-1])
                    yield When(Present(value), (check,))

    def inside_wholes(self, read: list[Path], wholes: list[Path]) -> Iterator[Stmt]:
        """Accounts for what lies in a value that others of the block read whole."""
        for whole in wholes:
            node = Node()
            for path in read:
                if below(path, [whole]):
                    inner = path[len(whole) :]
                    node.descend(inner[:-1]).know(inner[-1])
            yield from self.accounts(node, read_at(root("body"), whole), whole)

    def block_rule(self, rule: Rule, paths: list[Path], wholes: list[Path]) -> Alternative:
        source, target = sides(rule, self.direction)
        source, target = nested(source), nested(target)
        scope = self.compiler.scope(rule, self.direction, "body")
        scope.specs = self.variable_specs(nested(rule.canonical))
        scope.names.add("body")
        match(source, root("body"), scope, "body", known=True)
        if rule.when and (self.encode or rule.when.startswith(("calls", "model"))):
            scope.steps.append(Guard(Holds(_condition(rule.when, self.encode))))
        sayable(nested(rule.native), scope, self.compiler.dialect.maps)
        builder = Builder(scope)
        body: list[Stmt] = []
        self.puts(target, (), builder, body)
        read = list(leaves(source))
        inside = [path for path in wholes if any(below(p, [path]) for p in read)]
        body += reports(rule, root("body"), asked(rule) if self.encode else None)
        body += words(nested(rule.native), scope, root("body"))
        everywhere = read + [self.source(row) for row in self.rows()]
        body += self.unused(
            [p for p in paths if not covered(p, everywhere) and not below(p, inside)]
        )
        body += self.inside_wholes(read, inside)
        body.append(Return())
        return Alternative(tuple(scope.steps), tuple(body), rule.span)

    def variable_specs(self, canonical: Template) -> dict[str, Spec]:
        found: dict[str, Spec] = {}

        def visit(template: Template, path: Path) -> None:
            if isinstance(template, Object):
                for entry in template.entries:
                    visit(entry.template, (*path, entry.key))
            elif isinstance(template, Variable) and not template.filters:
                found[template.name] = self.spec(path)

        visit(canonical, ())
        return found

    def puts(self, template: Template, path: Path, builder: Builder, body: list[Stmt]) -> None:
        """One `Put` for each leaf that another row might sit beside."""
        if isinstance(template, Object) and template.entries and (not path or self.shared(path)):
            for entry in template.entries:
                if builder.left_out(entry):
                    continue
                here = (*path, *entry_path(entry.key))
                nested = isinstance(entry.template, Object) and self.shared(here)
                if nested:
                    self.puts(entry.template, here, builder, body)
                    continue
                value = builder.value(entry.template, entry.key)
                body += builder.statements
                builder.statements.clear()
                put: Stmt = Put("out", here, value)
                misfit = builder.misfit(entry)
                if misfit:
                    near = Local(builder.scope.local(f"nearest_{entry.key}"))
                    otherwise = outside(misfit[1], builder.spec(entry), here, near)
                    put = When(misfit[0], (put,), otherwise)
                absent = builder.may_be_absent(entry, value)
                body.append(When(Present(value), (put,)) if absent else put)

    def shared(self, path: Path) -> bool:
        """True if other rows or blocks write below this path of the target."""
        writers = 0
        for constant_path, _, _ in self.body.constants if self.encode else ():
            writers += len(constant_path) > len(path) and constant_path[: len(path)] == path
        for row in self.rows():
            target = self.target(row)
            writers += len(target) > len(path) and target[: len(path)] == path
        for block in self.body.blocks:
            for rule in block.rules:
                if runs(rule, self.direction):
                    _, target_template = sides(rule, self.direction)
                    if any(
                        len(leaf) > len(path) and leaf[: len(path)] == path
                        for leaf in leaves(nested(target_template))
                    ):
                        writers += 1
                        break
        return writers > 1

    def unused(self, paths: list[Path]) -> list[Stmt]:
        keys: dict[Path, list[str]] = {}
        for path in paths:
            inside = any(path[: len(other)] == other for other in paths if other != path)
            if not inside and path and isinstance(path[-1], str):
                keys.setdefault(path[:-1], []).append(path[-1])
        return [
            Unused(read_at(root("body"), path), tuple(found), prefix_of(path), "out")
            for path, found in keys.items()
        ]


def _condition(when: str, encode: bool) -> Primitive:
    """`calls`, or `model gemini-2` with its argument, as a question to the context.

    It is asked of the canonical body: the one that is read, or the one that is made.
    """
    name, *arguments = when.split(" ", 1)
    operands: tuple[Expr, ...] = (
        root("body") if encode else Local("out"),
        *(constant(text) for text in arguments),
    )
    return Primitive(f"has_{name}", operands, context=True)
