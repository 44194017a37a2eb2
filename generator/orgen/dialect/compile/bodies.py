"""Whole bodies: rows and blocks of a request or response, both directions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from orgen.dialect.ast import (
    Block,
    Body,
    Direction,
    Entry,
    Filter,
    Object,
    Path,
    Row,
    Rule,
    Template,
    Variable,
)
from orgen.dialect.compile.build import Builder
from orgen.dialect.compile.copies import MANY, Copied, copied, is_same
from orgen.dialect.compile.filters import Place, argument, backward, constant, forward
from orgen.dialect.compile.ignored import ignored_keys, known_keys
from orgen.dialect.compile.match import match
from orgen.dialect.compile.rules import Compiler, asked, reports, runs, sides, words
from orgen.dialect.compile.scope import Scope, root
from orgen.dialect.compile.turns import slots
from orgen.dialect.compile.types import Spec, fits
from orgen.dialect.compile.walk import entry_path, leaves
from orgen.dialect.compile.words import sayable
from orgen.dialect.primitives import FILTERS, STRUCTURES
from orgen.ir.operations import (
    Account,
    Alternative,
    Copy,
    Differs,
    Do,
    Element,
    Equals,
    Expect,
    Expr,
    Field,
    Function,
    FunctionName,
    Guard,
    Holds,
    Let,
    Local,
    Misfit,
    NotZero,
    Present,
    Primitive,
    Put,
    Report,
    Rest,
    Return,
    Run,
    Step,
    Stmt,
    Sum,
    TableName,
    Unused,
    When,
)
from orgen.ir.schema import Property, Record, Type

_PATH_ROOT = "@"
"""Native paths that begin with @ lie in the URL, not in the body."""


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


class BodyCompiler:
    """Compiles one body in one direction: walk the source, put into `out`."""

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

    def rows(self) -> Iterator[Row]:
        for row in self.body.rows:
            if row.only in (None, self.direction):
                yield row

    def structures(self) -> list[Row]:
        """Rows of whole conversations; what leads them comes before gathering."""
        found = [r for r in self.rows() if _structure(r)]
        return sorted(found, key=lambda row: row.filters[0].name not in ("hoist", "lead"))

    def sums(self) -> list[Row]:
        """On encode, sums are solved for their first term when the others are known."""
        return [r for r in self.rows() if len(r.terms) > 1] if self.encode else []

    def source(self, row: Row) -> Path:
        """Where the row reads; `choices.*.message` speaks of the first element."""
        return row.canonical if self.encode else _first(row.terms[0].path)

    def tree(self) -> Node:
        tree = Node()
        for row in self.rows():
            self.know(tree, self.source(row))
            if not _structure(row) and not (self.encode and len(row.terms) > 1):
                self.place(tree, row)
        for block in self.body.blocks:
            for path in self.block_paths(block):
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

    # Rows -----------------------------------------------------------------------

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
            ((*path, key) for key, child in node.children.items() if _is_same(child)),
            self.compiler.types,
            self.property,
            encode=self.encode,
            nulls=self.compiler.dialect.echoes,
        )
        return found if path or len(found.rows) >= MANY else Copied((), ())

    def inside(self, child: Node, container: Expr, key: str | int, path: Path) -> list[Stmt]:
        if not _has_rows(child):
            return []
        wish = str(key) if isinstance(key, str) else f"{path[-1]}_{key}"
        local = Local(self.local(wish))
        value: Expr = Field(container, key) if isinstance(key, str) else Element(container, key)
        kind = "array" if any(isinstance(k, int) for k in child.children) else "object"
        here = (*path, key)
        body: list[Stmt] = [Expect(local, (kind,), container, key)]
        made = None
        if _is_same(child):
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

    def row(self, row: Row, container: Expr, key: str | int) -> list[Stmt]:
        if len(row.terms) > 1:
            return self.sum(row)
        scope = Scope(self.direction, {}, names=self.names)
        wish = str(row.canonical[-1])
        if self.in_url(self.source(row)):
            container, key = Local("url"), str(self.source(row)[0])[1:]
        source: Expr = Field(container, key) if isinstance(key, str) else Element(container, key)
        if any(f.name == "default" for f in row.filters) and self.encode:
            return self.defaulted(row, source, container, key)
        assumed = next((f for f in row.filters if f.name == "absent"), None)
        if assumed and not self.encode:
            source = Primitive("default", (source, constant(argument(assumed.arguments[0]))))
        local = Local(scope.local(wish))
        return [
            Let(local.name, source),
            When(Present(local), tuple(self.present(row, local, container, key, scope))),
        ]

    def present(
        self, row: Row, local: Local, container: Expr, key: str | int, scope: Scope
    ) -> list[Stmt]:
        """What happens to a value that is there."""
        spec = self.spec(row.canonical)
        place = Place(container, str(key))
        kinds = spec.kinds
        if not row.filters:
            body: list[Stmt] = [Expect(local, kinds, container, key)] if kinds else []
            put: Stmt = Put("out", self.target(row), local)
            if self.encode and row.terms[0].optional:
                put = When(NotZero(local), (put,))
            if not self.encode and spec.bounded:
                misfit = Misfit(container, str(key), self.prefix(row), "out")
                put = When(fits(local, spec), (put,), (misfit,))
            return [*body, put, *self.because(row, container, key)]
        body = [Expect(local, kinds, container, key)] if kinds and self.checked(row) else []
        value: Expr = local
        if self.encode:
            for filter in row.filters:
                value = forward(filter, value, scope, place)
        else:
            for filter in reversed(row.filters):
                value = backward(filter, value, scope, place, str(row.canonical[-1]))
        return [*body, *self.filtered(row, value, local, Place(container, str(key)), scope)]

    def checked(self, row: Row) -> bool:
        """Whether the source has the canonical kind: on encode, and where filters keep it."""
        return self.encode or all(
            f.name in ("default", "clamp", "absent", "each") for f in row.filters
        )

    def filtered(
        self, row: Row, value: Expr, source: Local, place: Place, scope: Scope
    ) -> list[Stmt]:
        """Puts a filtered value, or treats it as unused where a filter refuses it."""
        steps = list(scope.steps)
        known = [source, *(_present(step) for step in steps)]
        if not isinstance(value, Local):
            bound = Local(scope.local(f"{row.canonical[-1]}"))
            steps.append(Let(bound.name, value))
            value = bound
        body: list[Stmt] = [Put("out", self.target(row), value)]
        if self.encode and row.terms[0].optional:
            body = [When(NotZero(value), tuple(body))]
        mapped = next((f for f in row.filters if f.name == "map"), None)
        if mapped:
            body.append(self.alias(row, mapped, source, value, place))
        body += self.remainders(row, source, value)
        spec = self.spec(row.canonical)
        misfit = Misfit(place.container, place.key, self.prefix(row), "out")
        if not self.encode and spec.bounded and not mapped:
            body = [When(fits(value, spec), tuple(body), (misfit,))]
        body += self.because(row, place.container, place.key)
        if any(f.name == "words" for f in row.filters):
            known.append(value)
        grouped = any(f.name in FILTERS and FILTERS[f.name].group for f in row.filters)
        if value not in known:
            steps.append(Guard(Present(value)))
        otherwise: tuple[Stmt, ...] = () if grouped else (misfit,)
        if not self.encode and any(f.name == "one" for f in row.filters):
            # The group has said why the value is refused; the vendor gets it back.
            otherwise = (Unused(place.container, (place.key,), self.prefix(row), "out"),)
        for step in reversed(steps):
            if isinstance(step, Let):
                body = [step, *body]
            else:
                body = [When(step.condition, tuple(body), otherwise)]
        return body

    def remainders(self, row: Row, source: Local, value: Expr) -> Iterator[Stmt]:
        """Decoding keeps what a filter cuts off, where the way back would not find it."""
        path = constant(".".join(map(str, row.terms[0].path)))
        for filter in row.filters:
            again: Expr
            match filter.name:
                case "timestamp":
                    again = Primitive("timestamp", (value,))
                case "int" | "words":
                    again = value
                case _:
                    continue
            if not self.encode:
                kept = (source, again, path, Local("out"))
                yield Do(Primitive("keep_exact", kept, context=True))
            elif filter.name == "words":
                known = (source, constant(filter.arguments[0]), path)
                yield Do(Primitive("check_words", known, context=True))

    def alias(self, row: Row, filter: Filter, word: Expr, made: Expr, place: Place) -> Stmt:
        """Words that share a meaning: the way back must find the one that was used."""
        path = ".".join(map(str, row.terms[0].path))
        name = f"{self.direction.value}_alias"
        arguments = (word, made, constant(filter.arguments[0]), constant(path), Local("out"))
        return Do(Primitive(name, (*arguments, *place.arguments), context=True))

    def defaulted(self, row: Row, source: Expr, container: Expr, key: str | int) -> list[Stmt]:
        scope = Scope(self.direction, {}, names=self.names)
        local = Local(scope.local(str(row.canonical[-1])))
        spec = self.spec(row.canonical)
        body: list[Stmt] = [Let(local.name, source)]
        if spec.kinds:
            body.append(When(Present(local), (Expect(local, spec.kinds, container, key),)))
        value: Expr = local
        for filter in row.filters:
            value = forward(filter, value, scope, Place(container, str(key)))
        return [*body, Put("out", self.target(row), value)]

    def sum(self, row: Row) -> list[Stmt]:
        """Decoding: terms added up."""
        local = Local(self.local(str(row.canonical[-1])))
        holders: dict[Path, Local] = {}
        found: list[Stmt] = []
        for path in dict.fromkeys(term.path[:-1] for term in row.terms if len(term.path) > 1):
            holders[path] = Local(self.local(f"{path[-1]}_fields"))
            fields = Primitive("or_empty", (self.read(path),))
            found.append(Let(holders[path].name, fields))
        terms = tuple(
            Field(holders.get(term.path[:-1], root("body")), str(term.path[-1]))
            for term in row.terms
        )
        return [
            *found,
            Let(local.name, Sum(terms)),
            When(Present(local), (Put("out", row.canonical, local),)),
        ]

    def solve(self, row: Row) -> list[Stmt]:
        """Encoding: the first term is what the others leave of the total."""
        local = Local(self.local(str(row.canonical[-1])))
        others = tuple(_read(Local("out"), term.path) for term in row.terms[1:])
        put: Stmt = Put("out", row.terms[0].path, Rest(local, others))
        if row.terms[0].optional:
            put = When(NotZero(Rest(local, others)), (put,))
        holder, key = _read(root("body"), row.canonical[:-1]), row.canonical[-1]
        return [
            Let(local.name, _read(root("body"), row.canonical)),
            When(Present(local), (Expect(local, self.spec(row.canonical).kinds, holder, key), put)),
        ]

    def read(self, path: Path) -> Expr:
        return _read(root("body"), path)

    def because(self, row: Row, container: Expr, key: str | int) -> list[Stmt]:
        if row.because and self.encode:
            return [Report(container, str(key), "coerced", row.because)]
        return []

    def target(self, row: Row) -> Path:
        return _first(row.terms[0].path) if self.encode else row.canonical

    def prefix(self, row: Row) -> str:
        path = row.canonical if self.encode else row.terms[0].path
        return "".join(f"{step}." for step in path[:-1])

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

    # Structures, blocks, constants ------------------------------------------------

    def structure(self, row: Row) -> list[Stmt]:
        filter = row.filters[0]
        source = _read(root("body"), self.source(row))
        name = filter.arguments[0]
        target = constant(list(self.target(row)))
        if filter.name == "lead":
            # Decoding leaves the system message where it stands: it means the same.
            call = Primitive("lead", (root("body"), source), context=True)
            return [Do(call)] if self.encode else []
        if filter.name == "hoist":
            function = FunctionName(f"{self.direction.value}_{name}")
            form = constant(filter.arguments[1] if len(filter.arguments) > 1 else "string")
            primitive = "hoist" if self.encode else "unhoist"
            arguments = (root("body"), source, function, form, Local("out"), target)
            return [Do(Primitive(primitive, arguments, context=True))]
        if filter.name == "gather":
            function = FunctionName(
                f"encode_{name}_item" if self.encode else f"decode_{name}_message"
            )
            primitive = "gather" if self.encode else "ungather"
            primitive += "" if row.canonical == ("input",) else "_list"
        else:
            turns = next(
                t.name
                for t in self.compiler.dialect.turns.values()
                for u in t.turns
                if u.name == name
            )
            function = FunctionName(
                f"encode_{turns}_item" if self.encode else f"decode_{turns}_{name}_items"
            )
            primitive = "gather_one" if self.encode else "ungather_one"
            if "*" in row.terms[0].path:
                return [Do(self.several(row, turns, function))]
            if row.terms[0].path and not self.encode:
                function = FunctionName(f"decode_{turns}_{name}")
            turn = TableName(f"turn_{turns}_{name}")
            one: tuple[Expr, ...] = (root("body"), source, function, turn, Local("out"), target)
            if not self.encode:
                one = (*one, constant(_prefix(self.source(row))))
            return [Do(Primitive(primitive, one, context=True))]
        operands = (root("body"), source, function, Local("out"), target)
        return [Do(Primitive(primitive, operands, context=True))]

    def several(self, row: Row, turns: str, function: FunctionName) -> Primitive:
        """One turn in each element of a list: `choices.*.message|turn(assistant)`."""
        path, name = row.terms[0].path, row.filters[0].arguments[0]
        star = path.index("*")
        before, key = path[:star], constant(path[star + 1])
        place = constant(".".join(map(str, before)))
        turn = TableName(f"turn_{turns}_{name}")
        if self.encode:
            items = _read(root("body"), row.canonical)
            places: tuple[Expr, ...] = (turn, Local("out"), constant(list(before)), key)
            if row.terms[0].optional:
                places = (*places, constant(True))
            return Primitive("gather_each", (root("body"), items, function, *places), context=True)
        function = FunctionName(f"decode_{turns}_{name}")
        target = constant(list(self.target(row)))
        operands = (root("body"), _read(root("body"), before), key, function, turn)
        return Primitive("ungather_each", (*operands, Local("out"), target, place), context=True)

    def block(self, block: Block) -> Run:
        """The block's function; returns the call to it."""
        paths = self.block_paths(block)
        alternatives = tuple(
            self.block_rule(rule, paths) for rule in block.rules if runs(rule, self.direction)
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
                container, value = _read(root("body"), path[:-1]), _read(root("body"), path)
                if spec.kinds and len(path) == 1:
                    check = Expect(value, spec.kinds, container, path[-1])
                    yield When(Present(value), (check,))

    def block_rule(self, rule: Rule, paths: list[Path]) -> Alternative:
        source, target = sides(rule, self.direction)
        source, target = _nested(source), _nested(target)
        scope = self.compiler.scope(rule, self.direction, "body")
        scope.specs = self.variable_specs(_nested(rule.canonical))
        scope.names.add("body")
        match(source, root("body"), scope, "body", known=True)
        if rule.when and (self.encode or rule.when.startswith(("calls", "model"))):
            scope.steps.append(Guard(Holds(_condition(rule.when, self.encode))))
        sayable(_nested(rule.native), scope, self.compiler.dialect.maps)
        builder = Builder(scope)
        body: list[Stmt] = []
        self.puts(target, (), builder, body)
        read = list(leaves(source))
        body += reports(rule, root("body"), asked(rule) if self.encode else None)
        body += words(_nested(rule.native), scope, root("body"))
        read += [self.source(row) for row in self.rows()]
        body += self.unused([p for p in paths if not _covered(p, read)])
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
                    put = When(misfit[0], (put,), (misfit[1],))
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
                        for leaf in leaves(_nested(target_template))
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
            Unused(_read(root("body"), path), tuple(found), _prefix(path), "out")
            for path, found in keys.items()
        ]

    def constants(self) -> Iterator[Stmt]:
        for path, value, _ in self.body.constants:
            if self.encode:
                yield Put("out", path, constant(value))
            else:
                container = _read(root("body"), path[:-1])
                key, prefix = constant(path[-1]), constant(_prefix(path[:-1]))
                operands = (container, key, constant(value), prefix, Local("out"))
                check = Do(Primitive("check_constant", operands, context=True))
                if isinstance(container, Local):
                    said = Field(container, str(path[-1]))
                    yield When(Differs(said, constant(value)), (check,))
                else:
                    yield check

    def account(self, node: Node, container: Expr, path: Path) -> Iterator[Stmt]:
        if node.known:
            place = _prefix(path)
            dialect, types = self.compiler.dialect, self.compiler.types
            ignored = ignored_keys(dialect, types, place) if self.encode else ()
            yield Account(container, known_keys(node.known, ignored), place, "out")

    def accounts(self, node: Node, container: Expr, path: Path) -> Iterator[Stmt]:
        if not path or not _has_rows(node):
            yield from self.account(node, container, path)
        for key, child in node.children.items():
            inner = _read(container, (key,))
            if child.known or child.children:
                yield from self.accounts(child, inner, (*path, key))

    def local(self, wish: str) -> str:
        return Scope(self.direction, {}, names=self.names).local(wish)


def _present(step: Step) -> Expr | None:
    """The value that the step makes sure of."""
    if isinstance(step, Guard) and isinstance(step.condition, Present):
        return step.condition.value
    return None


def _first(path: Path) -> Path:
    """`choices.*.message` speaks of the first element, as far as other rows are concerned."""
    return tuple(0 if step == "*" else step for step in path)


def _structure(row: Row) -> bool:
    return bool(row.filters) and row.filters[0].name in STRUCTURES


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


def _has_rows(node: Node) -> bool:
    return bool(node.rows) or any(_has_rows(child) for child in node.children.values())


def _is_same(node: Node) -> bool:
    """Whether all that is read in a container stands at the same place on the other side."""
    inner = [child for child in node.children.values() if _has_rows(child)]
    same = all(is_same(row) for _, row in node.rows) and all(map(_is_same, inner))
    return same and bool(node.rows or inner)


def _prefix(path: Path) -> str:
    return "".join(f"{step}." for step in path)


def _covered(path: Path, read: list[Path]) -> bool:
    """True if the alternative reads this path, something above it or something below it."""
    return any(path[: len(leaf)] == leaf[: len(path)] for leaf in read)


def _read(container: Expr, path: Path) -> Expr:
    for key in path:
        container = (
            Primitive("field", (container, constant(key)))
            if isinstance(container, Primitive | Field | Element)
            else Field(container, key) if isinstance(key, str) else Element(container, key)
        )
    return container


def _nested(template: Template) -> Template:
    """Dotted keys of a body template as nested objects."""
    if not isinstance(template, Object):
        return template
    entries: dict[str, Entry] = {}
    for entry in template.entries:
        first, *rest = entry_path(entry.key)
        if not rest:
            entries[entry.key] = Entry(
                entry.key, _nested(entry.template), entry.optional, entry.written, entry.span
            )
            continue
        dotted = Entry(
            ".".join(map(str, rest)), entry.template, entry.optional, entry.written, entry.span
        )
        old = entries.get(str(first))
        inner = old.template.entries if old and isinstance(old.template, Object) else ()
        merged = _nested(Object((*inner, dotted), entry.span))
        entries[str(first)] = Entry(str(first), merged, False, False, entry.span)
    return Object(tuple(entries.values()), template.span)
