"""Discriminators: each value must lead to exactly one member of the union."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from orgen.diagnostics import Related
from orgen.ir.schema import Json
from orgen.load.building import quote
from orgen.load.references import referred_component
from orgen.load.suggest import close_hint
from orgen.validate.constraints import frozen
from orgen.validate.context import UNIONS, Context, Node, members, types


@dataclass(frozen=True, slots=True)
class _Member:
    """A member of a union, and the constants of its properties."""

    index: int
    schema: Json
    name: str
    constants: dict[str, frozenset[object]]
    open: bool
    """Its discriminating property takes values by pattern instead of constants."""


def check_discriminators(context: Context) -> None:
    """Run all rules about discriminators."""
    for node in context.nodes:
        discriminator = node.schema.get("discriminator")
        if isinstance(discriminator, dict):
            _check_discriminator(context, node, discriminator)


def _check_discriminator(context: Context, node: Node, found: dict[str, Json]) -> None:
    name = found.get("propertyName")
    span = context.document.key_span((*node.pointer, "discriminator"))
    if not isinstance(name, str):
        context.error(span, "V011", "a discriminator needs a `propertyName`")
        return
    keyword = next((one for one in UNIONS if members(node.schema, one)), None)
    if keyword is None:
        message = "a discriminator needs `oneOf` or `anyOf` beside it"
        context.error(span, "V035", message, "list the members of the union")
        return
    union = [
        member
        for index, schema in enumerate(members(node.schema, keyword))
        for member in _member(context, node, keyword, index, schema, name)
    ]
    _check_overlap(context, node, keyword, union, name)
    _check_mapping(context, node, found)


def _member(
    context: Context, node: Node, keyword: str, index: int, schema: Json, name: str
) -> Iterator[_Member]:
    """The member, or nothing after reporting that the discriminator cannot find it."""
    title = referred_component(schema.get("$ref")) if isinstance(schema, dict) else None
    if not context.is_known(schema):
        return
    title = title or f"member {index + 1}"
    target = context.target(schema)
    if isinstance(target, dict) and any(members(target, one) for one in UNIONS):
        # A union of its own: its members are told apart by its own discriminator.
        return
    properties = context.properties(schema)
    span = context.span(node, keyword, index)
    if name not in properties:
        hint = close_hint(name, properties)
        context.error(span, "V030", f"{quote(title)} has no property {quote(name)}", hint)
        return
    found = {key: constants(context, schemas) for key, schemas in properties.items()}
    if name not in found or found[name] is None:
        if not _has_pattern(context, properties[name]):
            _report_no_constant(context, node, keyword, index, title, name)
            return
        yield _Member(index, schema, title, _known(found), True)
        return
    _check_required(context, node, keyword, index, schema, name, properties[name])
    yield _Member(index, schema, title, _known(found), False)


def _known(found: dict[str, frozenset[object] | None]) -> dict[str, frozenset[object]]:
    return {key: values for key, values in found.items() if values is not None}


def constants(context: Context, schemas: list[Json]) -> frozenset[object] | None:
    """The constants that a property is limited to, null aside; None if it is not."""
    found: frozenset[object] | None = None
    for schema in schemas:
        values = _constants(context, schema, 0)
        if values is not None:
            found = values if found is None else found & values
    return None if found is None else found - {None}


def _constants(context: Context, schema: Json, depth: int) -> frozenset[object] | None:
    if not isinstance(schema, dict) or depth > 8:
        return None
    for part in context.parts(schema):
        if "const" in part:
            return frozenset([frozen(part["const"])])
        listed = part.get("enum")
        if isinstance(listed, list):
            return frozenset(frozen(value) for value in listed)
        for keyword in UNIONS:
            union = [_constants(context, one, depth + 1) for one in members(part, keyword)]
            if union and None not in union:
                return frozenset[object]().union(*(one for one in union if one is not None))
        if types(part) == ["null"]:
            return frozenset([None])
    return None


def _has_pattern(context: Context, schemas: list[Json]) -> bool:
    return any("pattern" in part for schema in schemas for part in context.parts(schema))


def _report_no_constant(
    context: Context, node: Node, keyword: str, index: int, title: str, name: str
) -> None:
    context.error(
        context.span(node, keyword, index),
        "V031",
        f"{quote(name)} of {quote(title)} is not a constant, so it tells nothing apart",
        hint="give it const, enum or a pattern",
    )


def _check_required(
    context: Context,
    node: Node,
    keyword: str,
    index: int,
    schema: Json,
    name: str,
    found: list[Json],
) -> None:
    """A discriminator may be left out only where its constant is the default."""
    if name in context.required(schema) or any(_has_default(context, one) for one in found):
        return
    context.error(
        context.span(node, keyword, index),
        "V034",
        f"{quote(name)} is not required here, so a value may come without it",
        hint="require it, or make its constant the default",
    )


def _has_default(context: Context, schema: Json) -> bool:
    parts = context.parts(schema)
    inner = [one for part in parts for keyword in UNIONS for one in members(part, keyword)]
    every = [*parts, *(part for one in inner for part in context.parts(one))]
    return any("default" in part for part in every)


def _check_overlap(
    context: Context, node: Node, keyword: str, union: list[_Member], name: str
) -> None:
    """Report members that share a value and differ in no other constant.

    Members are compared only with those that share a value of the discriminator.
    """
    by_value: dict[object, list[_Member]] = {}
    for member in union:
        values = {"pattern"} if member.open else member.constants[name]
        for value in values:
            by_value.setdefault((member.open, value), []).append(member)
    reported: set[tuple[int, int]] = set()
    for group in by_value.values():
        for first, second in combinations(group[:100], 2):
            pair = (first.index, second.index)
            if pair in reported or _differ(first, second, name):
                continue
            reported.add(pair)
            context.error(
                context.span(node, keyword, second.index),
                "V032",
                _overlap(first, second, name),
                hint="give one of them another value, or a second constant such as `role`",
                related=[Related(context.span(node, keyword, first.index), "the other is here")],
            )


def _differ(first: _Member, second: _Member, name: str) -> bool:
    """Whether a constant other than the discriminator tells two members apart."""
    shared = (first.constants.keys() & second.constants.keys()) - {name}
    return any(first.constants[key].isdisjoint(second.constants[key]) for key in shared)


def _overlap(first: _Member, second: _Member, name: str) -> str:
    both = f"{quote(first.name)} and {quote(second.name)}"
    if first.open:
        return f"{both} both take values of {quote(name)} by pattern"
    values = sorted(str(one) for one in first.constants[name] & second.constants[name])
    return f"{both} cannot be told apart: both have {quote(name)} {quote(', '.join(values))}"


def _check_mapping(context: Context, node: Node, discriminator: dict[str, Json]) -> None:
    mapping = discriminator.get("mapping")
    for value, reference in mapping.items() if isinstance(mapping, dict) else ():
        name = referred_component(reference)
        if name is None or name not in context.schemas:
            context.error(
                context.span(node, "discriminator", "mapping", value),
                "V033",
                f"there is no component {quote(name or str(reference))}",
                hint=close_hint(name or str(reference), context.schemas),
            )
