"""Variables: bound before they are used, used where they are bound, and never fed by chance."""

from __future__ import annotations

from collections.abc import Iterator

from orgen.diagnostics import Diagnostics, Related
from orgen.dialect.ast import (
    Array,
    Direction,
    Entry,
    Object,
    Template,
    Text,
    Total,
    Variable,
)
from orgen.dialect.check.findings import Findings
from orgen.dialect.check.marks import Holding
from orgen.dialect.check.sides import ROW, Pair, Side, occurrences, structure
from orgen.dialect.primitives import close_match

SETTLE = (
    "object_schema",
    "default",
    "mint",
    "minted",
    "own_id",
    "parts",
    "json_or",
    "str_list",
    "media_type",
    "name_of",
)
"""Filters that give a value even where there was none, or may leave the place out."""

ONE_WAY = ("json_schema",)
"""Filters that cannot be undone: what they are read from tells no variable."""

_ALWAYS_SAID = ("model",)
"""Native fields that an API requires, though the contract lets a server choose them."""


def check_binding(found: Findings, diagnostics: Diagnostics) -> None:
    """D007 unbound variables, D032 optional sources, D033 variables without use."""
    seen: set[tuple[object, ...]] = set()
    for pair in found.sides:
        if (pair.span, pair.only) in seen:
            continue
        seen.add((pair.span, pair.only))
        for direction in Direction:
            if pair.runs(direction):
                _undone(_source(pair, direction), diagnostics)
            if pair.runs(direction) and pair.row is None:
                _pair(pair, direction, diagnostics)
    _rows(found, diagnostics)


def _side(direction: Direction) -> Side:
    """The side that is read."""
    return Side.CANONICAL if direction is Direction.ENCODE else Side.NATIVE


def _source(pair: Pair, direction: Direction) -> Template:
    return pair.side(_side(direction))


def _undone(source: Template, diagnostics: Diagnostics) -> None:
    """D007 for a variable that is first read through a filter without a way back."""
    for variable in _once(_binding(source)):
        for filter in variable.filters:
            if filter.name in ONE_WAY:
                message = f"'{filter.name}' cannot be undone, so nothing is read through it alone"
                hint = "read the variable at a place before it, or limit this to one direction"
                diagnostics.error(filter.span, "D007", message, hint)


def _pair(pair: Pair, direction: Direction, diagnostics: Diagnostics) -> None:
    side = _side(direction)
    source, target = pair.side(side), pair.other(side)
    bound = dict.fromkeys(variable.name for variable in _binding(source))
    used = dict.fromkeys(variable.name for variable in occurrences(target))
    tested = [name for name in bound if _count(source, name) > 1]
    unbound = [v for v in _once(occurrences(target)) if v.name not in bound]
    for variable in unbound:
        message = f"no {side.value} template binds ${variable.name}"
        hint = close_match(variable.name, bound) or "write $_|default(...) for a constant"
        diagnostics.error(variable.span, "D007", message, hint)
    for variable in _once(occurrences(source)) if not unbound else ():
        if variable.name not in used and variable.name not in tested and not variable.filters:
            message = f"${variable.name} is read here, and the other side never writes it"
            diagnostics.error(variable.span, "D033", message, "write $_ if it means nothing")
    _spanned(source, target, diagnostics)
    _feeds(source, target, diagnostics)


def _spanned(source: Template, target: Template, diagnostics: Diagnostics) -> None:
    """D007 for filters that name a variable, which must be bound by then."""
    bound: list[str] = []
    for variable in occurrences(source):
        _named(variable, bound, diagnostics)
        bound.append(variable.name)
    for variable in occurrences(target):
        _named(variable, bound, diagnostics)


def _named(variable: Variable, bound: list[str], diagnostics: Diagnostics) -> None:
    for filter in variable.filters:
        if filter.name == "spanning" and filter.arguments and filter.arguments[0] not in bound:
            message = f"'{filter.name}' names ${filter.arguments[0]}, which is not bound before it"
            hint = close_match(filter.arguments[0], dict.fromkeys(bound))
            diagnostics.error(filter.span, "D007", message, hint)


def _count(template: Template, name: str) -> int:
    return sum(variable.name == name for variable in occurrences(template))


def _once(variables: Iterator[Variable]) -> list[Variable]:
    found: dict[str, Variable] = {}
    for variable in variables:
        found.setdefault(variable.name, variable)
    return list(found.values())


def _binding(template: Template) -> Iterator[Variable]:
    """Variables that matching a template binds; sums only test what is bound."""
    match template:
        case Object(entries):
            for entry in entries:
                yield from _binding(entry.template)
        case Array(elements):
            for element in elements:
                yield from _binding(element)
        case Total():
            return
        case _:
            yield from occurrences(template)


def _feeds(source: Template, target: Template, diagnostics: Diagnostics) -> None:
    """A required place of the target that only an optional place of the source feeds."""
    optional = {name: entry for name, entry, may in _entries(source, False) if may}
    for name, entry, _ in _entries(source, False):
        if optional.get(name) is not entry:
            optional.pop(name, None)
    for name, entry, may in _entries(target, False):
        if may or name not in optional or _settled(entry.template, name):
            continue
        if _settled(optional[name].template, name):
            continue
        diagnostics.error(
            entry.span,
            "D032",
            f"'{entry.key}' is required here, and '{optional[name].key}?' may be absent",
            f"write '{entry.key}?', or give ${name} a default",
            [Related(optional[name].span, "optional here")],
        )


def _entries(template: Template, optional: bool) -> Iterator[tuple[str, Entry, bool]]:
    """Variable, the entry that holds it, and whether that entry may be absent."""
    match template:
        case Object(entries):
            for entry in entries:
                may = optional or entry.optional
                match entry.template:
                    case Variable(name):
                        yield name, entry, may
                    case Text(parts):
                        yield from ((p.name, entry, may) for p in parts if isinstance(p, Variable))
                    case _:
                        yield from _entries(entry.template, may)
        case Array(elements):
            for element in elements:
                yield from _entries(element, optional)


def _settled(template: Template, name: str) -> bool:
    if not isinstance(template, Variable) or template.name != name:
        return False
    return any(filter.name in SETTLE for filter in template.filters)


def _rows(found: Findings, diagnostics: Diagnostics) -> None:
    """Rows from an optional canonical field to a required native one."""
    if found.native is None:
        return
    canonical = _row_holdings(found.canonical.holdings)
    for key, holding in _row_holdings(found.native.holdings).items():
        pair = holding.pair
        if key not in canonical or not holding.required or canonical[key].required:
            continue
        row = pair.row
        assert row is not None
        if (
            holding.place in _ALWAYS_SAID
            or structure(row.filters)
            or not pair.runs(Direction.ENCODE)
        ):
            continue
        if len(row.terms) > 1 or any(filter.name in SETTLE for filter in row.filters):
            continue
        diagnostics.error(
            holding.variable.span,
            "D032",
            f"native '{holding.place}' is required, and '{canonical[key].place}' may be absent",
            "add |default(...) to the row",
            [Related(canonical[key].variable.span, "optional here")],
        )


def _row_holdings(holdings: list[Holding]) -> dict[int, Holding]:
    """Fields of rows whose containers are always there."""
    return {
        id(holding.pair): holding
        for holding in holdings
        if holding.pair.row is not None
        and holding.variable.name == ROW
        and "." not in holding.place
    }
