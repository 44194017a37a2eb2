"""Rows of a body as statements: one value is read, tested, filtered and put."""

from __future__ import annotations

from collections.abc import Iterator

from orgen.dialect.ast import Filter, Path, Row
from orgen.dialect.compile.body_facts import BodyFacts
from orgen.dialect.compile.body_places import read_at
from orgen.dialect.compile.build import outside
from orgen.dialect.compile.filters import Place, argument, backward, constant, forward
from orgen.dialect.compile.scope import Scope, root
from orgen.dialect.compile.types import fits
from orgen.dialect.primitives import FILTERS
from orgen.ir.operations import (
    Differs,
    Do,
    Element,
    Expect,
    Expr,
    Field,
    Guard,
    Let,
    Local,
    Misfit,
    NotZero,
    Present,
    Primitive,
    Put,
    Report,
    Rest,
    Step,
    Stmt,
    Sum,
    TableName,
    Unused,
    When,
)


class RowCompiler(BodyFacts):
    """Statements for single rows."""

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
                near = Local(scope.local(f"nearest_{row.canonical[-1]}"))
                otherwise = outside(misfit, spec, self.target(row), near)
                put = When(fits(local, spec), (put,), otherwise)
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
        kept = (source, value, path, Local("out"))
        for filter in row.filters:
            if filter.name == "timestamp" and not self.encode:
                yield Do(Primitive("keep_time", kept, context=True))
            elif filter.name in ("int", "words") and not self.encode:
                keep = Do(Primitive("keep_exact", kept, context=True))
                yield When(Differs(source, value), (keep,))
            elif filter.name == "words":
                known = (source, constant(filter.arguments[0]), path)
                yield Do(Primitive("check_words", known, context=True))

    def alias(self, row: Row, filter: Filter, word: Expr, made: Expr, place: Place) -> Stmt:
        """Words that share a meaning: the way back must find the one that was used."""
        path = ".".join(map(str, row.terms[0].path))
        name = f"{self.direction.value}_alias"
        arguments = (word, made, constant(filter.arguments[0]), constant(path), Local("out"))
        keep = Do(Primitive(name, (*arguments, *place.arguments), context=True))
        if self.encode:
            return keep
        again = Primitive("lookup", (TableName(f"encode_{filter.arguments[0]}"), made))
        return When(Differs(again, word), (keep,))

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
        others = tuple(read_at(Local("out"), term.path) for term in row.terms[1:])
        put: Stmt = Put("out", row.terms[0].path, Rest(local, others))
        if row.terms[0].optional:
            put = When(NotZero(Rest(local, others)), (put,))
        holder, key = read_at(root("body"), row.canonical[:-1]), row.canonical[-1]
        return [
            Let(local.name, read_at(root("body"), row.canonical)),
            When(Present(local), (Expect(local, self.spec(row.canonical).kinds, holder, key), put)),
        ]

    def because(self, row: Row, container: Expr, key: str | int) -> list[Stmt]:
        if row.because and self.encode:
            return [Report(container, str(key), "coerced", row.because)]
        return []


def _present(step: Step) -> Expr | None:
    """The value that the step makes sure of."""
    if isinstance(step, Guard) and isinstance(step.condition, Present):
        return step.condition.value
    return None
