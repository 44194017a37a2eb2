"""References: to components that exist, that are used, and that end somewhere."""

from __future__ import annotations

from collections.abc import Iterator

from orgen.diagnostics import Related
from orgen.ir.schema import Json
from orgen.load.building import quote
from orgen.load.references import referred_component
from orgen.load.suggest import close_hint
from orgen.validate.context import SCHEMAS, Context, members, strings, types
from orgen.validate.graphs import cycles, innermost_first

MAX_CHAIN = 32
"""References that may follow each other without a property or item between."""

MAX_ALTERNATIVES = 10_000
"""Schemas that one component may stand for, every member of every union counted."""


def check_references(context: Context) -> bool:
    """Run all rules about references; returns whether it is safe to follow them."""
    _check_targets(context)
    _check_use(context)
    graph = {name: list(_direct(schema)) for name, schema in context.schemas.items()}
    context.circular = _check_cycles(context, graph)
    _check_finite(context)
    return _check_size(context, graph)


def _check_targets(context: Context) -> None:
    for node in context.nodes:
        if "$ref" not in node.schema:
            continue
        reference = node.schema["$ref"]
        name = referred_component(reference)
        if name is not None and name in context.schemas:
            continue
        if name is None:
            message = f"{quote(str(reference))} is not a reference to a component"
            hint: str | None = "write #/components/schemas/ and a name"
        else:
            message = f"there is no component {quote(name)}"
            hint = close_hint(name, context.schemas)
        context.error(context.span(node, "$ref"), "V001", message, hint)


def _check_use(context: Context) -> None:
    """Warn of components that nothing refers to, if the document has any operation."""
    value = context.document.value
    if not isinstance(value, dict) or not value.get("paths"):
        return
    used = {referred_component(node.schema.get("$ref")) for node in context.nodes}
    for name, schema in context.schemas.items():
        acknowledged = isinstance(schema, dict) and "x-orgen-unused" in schema
        if name not in used and not acknowledged:
            context.warning(
                context.document.key_span((*SCHEMAS, name)),
                "V002",
                f"nothing refers to the component {quote(name)}",
                hint="remove it, or say why it is kept in x-orgen-unused",
            )


def _check_cycles(context: Context, graph: dict[str, list[str]]) -> set[str]:
    """Report components that are defined only by each other; returns their names."""
    found: set[str] = set()
    for cycle in cycles(graph):
        found.update(cycle)
        path = " -> ".join(quote(name) for name in [*cycle, cycle[0]])
        first, *others = (context.document.key_span((*SCHEMAS, name)) for name in cycle)
        context.error(
            first,
            "V003",
            f"the definition goes in a circle: {path}",
            hint="a reference must lead to a type in the end; put a property or list between",
            related=[Related(span, "and here") for span in others],
        )
    return found


def _direct(schema: Json) -> Iterator[str]:
    """The components that a schema is, or is made of, without a property or item between."""
    stack = [schema]
    while stack:
        part = stack.pop()
        if not isinstance(part, dict):
            continue
        name = referred_component(part.get("$ref"))
        if name is not None:
            yield name
        for keyword in ("oneOf", "anyOf", "allOf"):
            stack.extend(members(part, keyword))


def _check_size(context: Context, graph: dict[str, list[str]]) -> bool:
    """Report components that later stages could not follow in bounded time and depth."""
    depth: dict[str, int] = {}
    size: dict[str, int] = {}
    straight = {name: inner for name, inner in graph.items() if name not in context.circular}
    for name in innermost_first(straight):
        inner = [one for one in straight[name] if one in straight]
        depth[name] = 1 + max((depth[one] for one in inner), default=0)
        size[name] = min(1 + sum(size[one] for one in inner), MAX_ALTERNATIVES + 1)
        if depth[name] > MAX_CHAIN or size[name] > MAX_ALTERNATIVES:
            reason = (
                f"more than {MAX_CHAIN} references follow each other"
                if depth[name] > MAX_CHAIN
                else f"it stands for more than {MAX_ALTERNATIVES:,} schemas"
            )
            span = context.document.key_span((*SCHEMAS, name))
            context.error(span, "V005", f"{quote(name)} cannot be resolved: {reason}")
            return False
    return True


def _check_finite(context: Context) -> None:
    """Report components whose every value would have to contain itself."""
    finite = _finite_components(context)
    endless = {
        name: [one for one in _needed(schema) if one not in finite]
        for name, schema in context.schemas.items()
        if name not in finite and name not in context.circular
    }
    for cycle in cycles(endless):
        first, *others = (context.document.key_span((*SCHEMAS, name)) for name in cycle)
        names = " -> ".join(quote(name) for name in [*cycle, cycle[0]])
        context.error(
            first,
            "V004",
            f"no value can ever be complete: each requires another ({names})",
            hint="make one of the properties optional or nullable, or a list that may be empty",
            related=[Related(span, "and here") for span in others],
        )


def _finite_components(context: Context) -> set[str]:
    """The components that some finite value satisfies: the least fixed point.

    Each round looks only at what refers to a component that the last one settled.
    """
    users: dict[str, list[str]] = {}
    for name, schema in context.schemas.items():
        for needed in set(_needed(schema)):
            users.setdefault(needed, []).append(name)
    finite: set[str] = set()
    changed = list(context.schemas)
    while changed:
        settled = [one for one in changed if _is_finite(context.schemas[one], finite, context)]
        finite.update(settled)
        waiting = {user for one in settled for user in users.get(one, ())}
        changed = sorted(waiting - finite)
    return finite


def _is_finite(schema: Json, finite: set[str], context: Context) -> bool:
    """Whether some value of the schema is finite, given the components known to be."""
    if not isinstance(schema, dict) or "const" in schema or "enum" in schema:
        return True
    name = referred_component(schema.get("$ref"))
    if name is not None and name in context.schemas and name not in finite:
        return False
    if not all(_is_finite(part, finite, context) for part in members(schema, "allOf")):
        return False
    for keyword in ("oneOf", "anyOf"):
        union = members(schema, keyword)
        if union and not any(_is_finite(part, finite, context) for part in union):
            return False
    allowed = types(schema)
    if any(one not in ("object", "array") for one in allowed):
        return True
    return all(_is_finite(part, finite, context) for part in _contained(schema))


def _contained(schema: dict[str, Json]) -> Iterator[Json]:
    """The schemas of what every object or array of this schema contains."""
    properties = schema.get("properties")
    if isinstance(properties, dict):
        yield from (properties[n] for n in strings(schema.get("required")) if n in properties)
    least = schema.get("minItems")
    if isinstance(least, int) and least > 0 and "items" in schema:
        yield schema["items"]


def _needed(schema: Json) -> Iterator[str]:
    """The components that a value of the schema may have to contain."""
    stack = [schema]
    while stack:
        part = stack.pop()
        if not isinstance(part, dict):
            continue
        name = referred_component(part.get("$ref"))
        if name is not None:
            yield name
        for keyword in ("oneOf", "anyOf", "allOf"):
            stack.extend(members(part, keyword))
        stack.extend(_contained(part))
