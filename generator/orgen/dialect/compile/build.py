"""Building a template: statements that make the other side's value."""

from __future__ import annotations

from orgen.dialect.ast import (
    Array,
    Entry,
    Filter,
    Literal,
    Object,
    Path,
    Template,
    Text,
    Total,
    Variable,
    Wildcard,
)
from orgen.dialect.compile.filters import Place, argument, constant, forward
from orgen.dialect.compile.scope import Binding, Scope
from orgen.dialect.compile.types import Spec, fits
from orgen.ir.operations import (
    Concat,
    Expr,
    Fits,
    Let,
    Local,
    Misfit,
    NewList,
    NewObject,
    Present,
    Primitive,
    Put,
    Stmt,
    Sum,
    When,
)

ALWAYS = ("default", "mint", "own_id", "object_schema", "parts_or_empty")
"""Filters that give a value even where there was none."""


class Builder:
    """Collects the statements of one alternative's body."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.statements: list[Stmt] = []

    def value(self, template: Template, name: str, *, optional: bool = False) -> Expr:
        """The expression for a template; statements it needs are collected first."""
        match template:
            case Literal(value):
                return constant(value)
            case Variable():
                return self.variable(template, optional)
            case Wildcard(filters):
                return self.written(filters)
            case Text(parts):
                return Concat(
                    tuple(p if isinstance(p, str) else self.binding(p).value for p in parts)
                )
            case Total(terms):
                return Sum(tuple(self.scope.bindings[term].value for term in terms))
            case Array(elements):
                return NewList(tuple(self.value(e, name) for e in elements))
            case Object():
                return self.object(template, name)

    def written(self, filters: tuple[Filter, ...]) -> Expr:
        """What a wildcard writes: a default, or a minted id."""
        for filter in filters:
            if filter.name == "default":
                return constant(argument(filter.arguments[0]))
            if filter.name == "mint":
                return forward(filter, constant(None), self.scope, Place(constant(None), ""))
        return constant(None)

    def object(self, template: Object, name: str) -> Expr:
        required: list[tuple[str, Expr]] = []
        optional: list[tuple[Entry, Expr]] = []
        for entry in template.entries:
            if self.left_out(entry):
                continue
            value = self.value(entry.template, entry.key, optional=entry.optional)
            if self.may_be_absent(entry, value):
                optional.append((entry, value))
            else:
                required.append((entry.key, value))
        made = NewObject(tuple(required))
        if not optional:
            return made
        local = name if name == "out" else self.scope.local(name)
        self.statements.append(Let(local, made))
        for entry, value in optional:
            self.put_optional(local, entry, value)
        return Local(local)

    def put_optional(self, target: str, entry: Entry, value: Expr) -> None:
        if not isinstance(value, Local):
            local = Local(self.scope.local(entry.key))
            self.statements.append(Let(local.name, value))
            value = local
        put: Stmt = Put(target, (entry.key,), value)
        misfit = self.misfit(entry)
        if misfit:
            fits, otherwise = misfit
            put = When(fits, (put,), (otherwise,))
        self.statements.append(When(Present(value), (put,)))

    def misfit(self, entry: Entry) -> tuple[Fits, Misfit] | None:
        """For decoding: the canonical schema's bounds, and what happens outside them."""
        if not isinstance(entry.template, Variable) or entry.template.filters:
            return None
        binding = self.binding(entry.template)
        spec = self.spec(entry)
        if self.scope.direction.value != "decode" or not spec.bounded or not binding.container:
            return None
        prefix = next((s.prefix for s in self.scope.seen if s.container == binding.container), "")
        return fits(binding.value, spec), Misfit(binding.container, binding.key, prefix, "out")

    def spec(self, entry: Entry) -> Spec:
        """What the canonical schema allows for the variable that stands there."""
        if not isinstance(entry.template, Variable):
            return Spec()
        return self.scope.specs.get(entry.template.name, Spec())

    def left_out(self, entry: Entry) -> bool:
        """Optional constants are understood but not written."""
        match entry.template:
            case Literal() | Array(()):
                return entry.optional and not entry.written
            case Wildcard(filters):
                return not any(f.name in ALWAYS for f in filters)
            case _:
                return False

    def may_be_absent(self, entry: Entry, value: Expr) -> bool:
        match entry.template:
            case Variable(_, filters):
                if any(f.name in ALWAYS for f in filters):
                    return False
                if any(f.name in ("minted", "name_of") for f in filters):
                    return True
                return entry.optional or self.binding(entry.template).optional
            case Object():
                return entry.optional
            case _:
                return False

    def variable(self, variable: Variable, optional: bool) -> Expr:
        binding = self.binding(variable)
        value = binding.value
        place = Place(binding.container or value, binding.key, optional)
        for filter in variable.filters:
            value = forward(filter, value, self.scope, place)
        return value

    def binding(self, variable: Variable) -> Binding:
        return self.scope.bindings.get(variable.name) or Binding(constant(None))


def outside(misfit: Misfit, spec: Spec, target: Path, local: Local) -> tuple[Stmt, ...]:
    """What becomes of a value out of bounds: of a number, the nearest that is allowed."""
    numeric = not spec.values and not spec.pattern and spec.min_length is spec.max_length is None
    if not numeric or spec.minimum is spec.maximum is None:
        return (misfit,)
    at = (misfit.container, constant(misfit.key), constant(misfit.place), Local(misfit.out))
    bounds = (constant(spec.minimum), constant(spec.maximum))
    nearest = Primitive("nearest", (*at, *bounds), context=True)
    put = Put(misfit.out, target, local)
    return Let(local.name, nearest), When(Present(local), (put,))
