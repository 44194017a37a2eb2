"""Matching a template: steps that look, test and bind."""

from __future__ import annotations

from orgen.dialect.ast import (
    Array,
    Direction,
    Entry,
    Literal,
    Object,
    Template,
    Text,
    Total,
    Variable,
    Wildcard,
)
from orgen.dialect.compile.filters import Place, backward, constant
from orgen.dialect.compile.scope import Binding, Scope
from orgen.dialect.compile.types import Spec, fits
from orgen.dialect.compile.words import keep_word, said_again
from orgen.ir.operations import (
    AbsentOr,
    Element,
    Equals,
    Expr,
    Field,
    Guard,
    HasLength,
    Holds,
    IsKind,
    Let,
    Local,
    Present,
    Primitive,
    Sum,
)
from orgen.ir.schema import Json


def match(
    template: Template,
    value: Expr,
    scope: Scope,
    name: str,
    prefix: str = "",
    *,
    known: bool = False,
) -> None:
    """Adds the steps that match `value` (called `name`) against `template`.

    `known` says that the value is an object for sure.
    """
    if known and isinstance(template, Object):
        matcher = _Matcher(scope)
        for entry in template.entries:
            matcher.entry(entry, value, name, prefix)
        return
    _Matcher(scope).template(template, value, Place(value, ""), name, prefix, optional=False)


class _Matcher:
    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def template(
        self, template: Template, value: Expr, place: Place, name: str, prefix: str, optional: bool
    ) -> None:
        match template:
            case Literal(constant_value):
                self.literal(value, constant_value, optional)
            case Variable():
                self.variable(template, value, place, name, optional)
            case Wildcard():
                return
            case Text(parts):
                self.text(parts, value, place, name)
            case Total(terms):
                known = tuple(self.scope.bindings[term].value for term in terms)
                self.scope.steps.append(Guard(Equals(value, Sum(known))))
            case Object():
                self.object(template, value, name, prefix, optional)
            case Array(elements):
                self.array(elements, value, name, prefix)

    def literal(self, value: Expr, expected: Json, optional: bool) -> None:
        equal = Equals(value, constant(expected))
        optional = optional and expected is not None
        self.scope.steps.append(Guard(AbsentOr(value, equal) if optional else equal))

    def variable(
        self, variable: Variable, value: Expr, place: Place, name: str, optional: bool
    ) -> None:
        scope = self.scope
        if variable.name in scope.bindings or any(f.name == "name_of" for f in variable.filters):
            self.again(variable, value, place, optional)
            return
        local: Expr = value
        if not isinstance(value, Local):
            local = Local(scope.local(name))
            scope.steps.append(Let(local.name, value))
        word = local
        if not variable.filters:
            self.kind(local, scope.specs.get(variable.name, Spec()), optional)
        elif optional:
            local = self.optional_filters(variable, local, place)
        else:
            self.required_filters(variable, local, place)
            return
        scope.bind(variable.name, Binding(local, place.container, place.key, optional))
        if local is not word:
            keep_word(variable, word, local, scope, place)

    def kind(self, local: Expr, spec: Spec, optional: bool) -> None:
        if spec.kinds and optional:
            kinds = tuple(kind for kind in spec.kinds if kind != "null")
            if kinds:
                self.scope.steps.append(Guard(AbsentOr(local, IsKind(local, kinds))))
        elif spec.kinds:
            self.scope.steps.append(Guard(IsKind(local, spec.kinds)))
            if self.scope.strict and spec.bounded:
                self.scope.steps.append(Guard(fits(local, spec)))
        elif not optional:
            self.scope.steps.append(Guard(Present(local)))

    def required_filters(self, variable: Variable, local: Expr, place: Place) -> None:
        scope = self.scope
        if not all(f.name in ("default", "media_type") for f in variable.filters):
            scope.steps.append(Guard(Present(local)))
        value = local
        for filter in reversed(variable.filters):
            value = backward(filter, value, scope, place, variable.name)
        if value is not local and not isinstance(value, Local):
            bound = Local(scope.local(variable.name))
            scope.steps.append(Let(bound.name, value))
            value = bound
        scope.bind(variable.name, Binding(value, place.container, place.key))
        keep_word(variable, local, value, scope, place)

    def optional_filters(self, variable: Variable, local: Expr, place: Place) -> Expr:
        """Absent stays absent; a present value goes through the inverse filters."""
        scope = self.scope
        inner = Scope(
            scope.direction,
            scope.specs,
            names=scope.names,
            seen=scope.seen,
            bindings=scope.bindings,
        )
        value = local
        for filter in reversed(variable.filters):
            value = backward(filter, value, inner, place, variable.name)
        scope.own_ids += inner.own_ids
        if value is local and not inner.steps:
            return local
        scope.kept += inner.kept
        for step in inner.steps:
            if isinstance(step, Guard):
                scope.steps.append(Guard(AbsentOr(local, step.condition)))
            else:
                scope.steps.append(Let(step.name, _unless_absent(local, step.value)))
        if isinstance(value, Local):
            return value
        bound = Local(scope.local(variable.name))
        scope.steps.append(Let(bound.name, _unless_absent(local, value)))
        return bound

    def again(self, variable: Variable, value: Expr, place: Place, optional: bool) -> None:
        """A variable that is bound already: the second reading adds, follows or must agree."""
        scope = self.scope
        names = [filter.name for filter in variable.filters]
        bound_before = scope.bindings.get(variable.name)
        known = bound_before.value if bound_before else constant(None)
        if "name_of" in names:
            found: Expr = Primitive("call_named", (value, known, *place.arguments), context=True)
            scope.named = (value, variable.name)
        elif "pick" in names:
            if not optional:
                scope.steps.append(Guard(Present(value)))
            read = value
            for filter in reversed(variable.filters):
                read = backward(filter, read, scope, place, variable.name)
            if scope.direction is Direction.DECODE:  # an empty list says nothing, but was there
                again = Primitive("listed_some", (value,))
                scope.keep(value, again, place.container, place.key)
            found = Primitive("both", (known, read))
        elif "minted" in names:
            if scope.direction is Direction.DECODE:
                scope.own_ids.append(value)
            return
        elif scope.direction is Direction.DECODE and (optional or "media_type" in names):
            self.follows(variable, value, known, place, optional)
            return
        else:
            agreed = said_again(variable, known, scope, place)
            scope.steps.append(Guard(Equals(value, agreed)))
            return
        bound = Local(scope.local(variable.name))
        scope.steps.append(Let(bound.name, found))
        scope.bind(variable.name, Binding(bound, place.container, place.key))

    def follows(
        self, variable: Variable, value: Expr, known: Expr, place: Place, optional: bool
    ) -> None:
        """A native value that follows from another; kept where it differs from what follows."""
        scope = self.scope
        families = [
            f.arguments[0] for f in variable.filters if f.arguments and f.name == "media_type"
        ]
        for family in families:
            test = Holds(Primitive("of_family", (value, constant(family))))
            scope.steps.append(Guard(AbsentOr(value, test) if optional else test))
        again = said_again(variable, known, scope, place)
        scope.keep(value, again, place.container, place.key)

    def text(self, parts: tuple[str | Variable, ...], value: Expr, place: Place, name: str) -> None:
        scope = self.scope
        pieces = Local(scope.local(f"{name}_pieces"))
        texts = tuple(constant(piece) for piece in _separators(parts))
        scope.steps += [
            Let(pieces.name, Primitive("pieces", (value, *texts))),
            Guard(Present(pieces)),
        ]
        variables = [part for part in parts if isinstance(part, Variable)]
        for index, part in enumerate(variables):
            if part.name in scope.bindings:
                known = scope.bindings[part.name].value
                scope.steps.append(Guard(Equals(Element(pieces, index), known)))
                continue
            scope.bind(part.name, Binding(Element(pieces, index), place.container, place.key))

    def object(self, template: Object, value: Expr, name: str, prefix: str, optional: bool) -> None:
        scope = self.scope
        if not isinstance(value, Local):
            local = Local(scope.local(name))
            scope.steps.append(Let(local.name, value))
            value = local
        if optional:
            scope.steps.append(Guard(AbsentOr(value, IsKind(value, ("object",)))))
            container = Local(scope.local(f"{name}_fields"))
            scope.steps.append(Let(container.name, Primitive("or_empty", (value,))))
            value = container
        else:
            positions = bool(template.entries) and template.entries[0].key.isdecimal()
            kind = "array" if positions else "object"
            scope.steps.append(Guard(IsKind(value, (kind,))))
        for entry in template.entries:
            self.entry(entry, value, name, prefix)

    def entry(self, entry: Entry, container: Expr, name: str, prefix: str) -> None:
        if entry.key.isdecimal():
            place = Place(container, entry.key)
            value = Element(container, int(entry.key))
            inner = f"{prefix}{entry.key}."
            self.template(entry.template, value, place, f"{name}_{entry.key}", inner, False)
            return
        self.scope.look(container, prefix, entry.key)
        self.template(
            entry.template,
            Field(container, entry.key),
            Place(container, entry.key),
            entry.key,
            f"{prefix}{entry.key}.",
            entry.optional,
        )

    def array(self, elements: tuple[Template, ...], value: Expr, name: str, prefix: str) -> None:
        scope = self.scope
        if not isinstance(value, Local):
            local = Local(scope.local(name))
            scope.steps.append(Let(local.name, value))
            value = local
        scope.steps.append(Guard(HasLength(value, len(elements))))
        for index, element in enumerate(elements):
            place = Place(value, str(index))
            self.template(
                element, Element(value, index), place, f"{name}_{index}", f"{prefix}{index}.", False
            )


def _separators(parts: tuple[str | Variable, ...]) -> list[str]:
    """Text before each variable, and behind the last: n + 1 texts for n variables."""
    texts = [""]
    for part in parts:
        if isinstance(part, str):
            texts[-1] += part
        else:
            texts.append("")
    return texts


_STRICT = ("each", "lookup", "negate", "one", "safe_id", "untagged", "whole", "word")
"""Primitives that give nothing for nothing."""


def _unless_absent(value: Expr, made: Expr) -> Expr:
    """`made`, or nothing where `value` is absent."""
    if isinstance(made, Primitive) and made.name in _STRICT and value in made.arguments:
        return made
    return Primitive("unless_absent", (value, made))
