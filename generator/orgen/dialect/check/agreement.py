"""Type agreement: kinds of both sides, constants, and the words of maps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from orgen.diagnostics import Diagnostics, Span
from orgen.dialect.ast import Direction, EnumMap, Filter, Variable
from orgen.dialect.check.findings import Findings
from orgen.dialect.check.marks import Holding
from orgen.dialect.check.shapes import enum_words, json_kind, kinds_of
from orgen.dialect.check.sides import Pair, filters_of
from orgen.dialect.check.walk import Walk
from orgen.dialect.primitives import FILTERS, close_match
from orgen.ir.schema import Json

Kinds = frozenset[str]
ANY: Kinds = frozenset()
"""Every JSON kind is possible."""

_KEEPS = ("default", "minted", "own_id", "filled", "clamp")
"""Filters that give "any", but keep the kind of what they get."""

_Key = tuple[int, str]


def check_agreement(found: Findings, diagnostics: Diagnostics) -> None:
    """D021 unknown words of maps, D022 constants, D023 and D024 kinds."""
    _constants(found, diagnostics)
    _words(found, diagnostics)
    canonical = _by_variable(found.canonical)
    native = _by_variable(found.native)
    for key, holdings in canonical.items():
        if key in native:
            _forward(found, holdings, native[key], diagnostics)
            _backward(found, holdings, native[key], diagnostics)


def _constants(found: Findings, diagnostics: Diagnostics) -> None:
    for walk in (found.canonical, found.native):
        if walk is None:
            continue
        told: set[Span] = set()
        for wrong in walk.faults.misplaced:
            if wrong.span in walk.faults.known or wrong.span in told:
                continue
            told.add(wrong.span)
            if isinstance(wrong.value, dict):
                message = f"an object stands where the schema has {wrong.place}"
                diagnostics.error(wrong.span, "D022", message)
                continue
            shown = "a constant" if wrong.value is None else f"'{wrong.value}'"
            at = f" of '{wrong.place}'" if wrong.place else ""
            words = [str(word) for word in wrong.allowed]
            hint = close_match(str(wrong.value), words) or _listed(words)
            message = f"{shown} is no {walk.side.value} value{at}"
            diagnostics.error(wrong.span, "D022", message, hint)


def _listed(words: list[str]) -> str | None:
    return f"the values are {', '.join(words[:12])}" if words else None


def _by_variable(walk: Walk | None) -> dict[_Key, list[Holding]]:
    found: dict[_Key, list[Holding]] = {}
    for holding in walk.holdings if walk else ():
        found.setdefault((id(holding.pair), holding.variable.name), []).append(holding)
    return found


# Kinds --------------------------------------------------------------------------------------------


def _forward(
    found: Findings, canonical: list[Holding], native: list[Holding], diagnostics: Diagnostics
) -> None:
    """The canonical value through the native filters has a kind that the native place takes."""
    if any(holding.variable.filters for holding in canonical):
        return
    kinds = _union(kinds_of(found.canonical.schema, holding.type) for holding in canonical)
    assert found.native is not None
    for holding in native:
        if holding.pair.only is Direction.DECODE and holding.variable.filters:
            continue  # it reads what the vendor should not have written
        given = _through(kinds, holding.variable, found.dialect.maps, diagnostics)
        wanted = kinds_of(found.native.schema, holding.type)
        if given is not None and not _meet(given, wanted):
            _differ(canonical[0], holding, given, wanted, diagnostics)


def _backward(
    found: Findings, canonical: list[Holding], native: list[Holding], diagnostics: Diagnostics
) -> None:
    """The native value through the canonical filters has a kind that the contract takes."""
    if any(holding.variable.filters for holding in native):
        return
    assert found.native is not None
    kinds = _union(kinds_of(found.native.schema, holding.type) for holding in native)
    for holding in canonical:
        if not holding.variable.filters:
            continue
        given = _through(kinds, holding.variable, found.dialect.maps, diagnostics)
        wanted = kinds_of(found.canonical.schema, holding.type)
        if given is not None and not _meet(given, wanted):
            _differ(holding, native[0], wanted, given, diagnostics)


def _through(
    kinds: Kinds, variable: Variable, maps: Mapping[str, EnumMap], diagnostics: Diagnostics
) -> Kinds | None:
    """The kinds of a value behind all filters; None after reporting one that cannot take it."""
    for filter in variable.filters:
        if filter.name not in FILTERS:
            return ANY
        accepts = _kinds(FILTERS[filter.name].accepts)
        if not _meet(kinds, accepts):
            message = f"filter '{filter.name}' takes {_shown(accepts)}, and gets {_shown(kinds)}"
            diagnostics.error(filter.span, "D023", message, FILTERS[filter.name].example)
            return None
        kinds = _after(kinds, filter, maps)
    return kinds


def _after(kinds: Kinds, filter: Filter, maps: Mapping[str, EnumMap]) -> Kinds:
    gives = _kinds(FILTERS[filter.name].gives)
    if gives:
        return gives
    if filter.name == "map" and filter.arguments[0] in maps:
        words = maps[filter.arguments[0]].encode.values()
        return frozenset(json_kind(word) for word in words)
    return kinds if filter.name in _KEEPS else ANY


def _kinds(name: str) -> Kinds:
    return ANY if name == "any" else frozenset((name,))


def _union(found: Iterable[Kinds]) -> Kinds:
    kinds = list(found)
    return ANY if not all(kinds) else frozenset().union(*kinds)


def _meet(one: Kinds, other: Kinds) -> bool:
    """Whether a value of both kinds can be; a whole number is a number."""
    if not one or not other:
        return True
    numbers = frozenset(("integer", "number"))
    return bool(one & other) or bool(one & numbers and other & numbers)


def _differ(
    canonical: Holding, native: Holding, one: Kinds, other: Kinds, diagnostics: Diagnostics
) -> None:
    diagnostics.error(
        native.variable.span,
        "D024",
        f"'{canonical.place}' gives {_shown(one)}, and native '{native.place}' is {_shown(other)}",
        "a filter can turn one into the other",
    )


def _shown(kinds: Kinds) -> str:
    return " or ".join(sorted(kinds)) or "any kind"


# Maps ---------------------------------------------------------------------------------------------


def _words(found: Findings, diagnostics: Diagnostics) -> None:
    """Words of a map that the schemas of its places do not know."""
    canonical = _map_words(found.canonical)
    native = _map_words(found.native)
    for table in found.dialect.maps.values():
        for words, known, side in (
            (list(table.encode), canonical.get(table.name), "canonical"),
            ([word for word, _ in table.decode], native.get(table.name), "native"),
        ):
            if known is None:
                continue
            for word in words:
                if word not in known:
                    message = f"map '{table.name}' has '{word}', which is no {side} word"
                    hint = close_match(str(word), map(str, known)) or _listed([*map(str, known)])
                    diagnostics.error(table.span, "D021", message, hint)


def _map_words(walk: Walk | None) -> dict[str, tuple[Json, ...] | None]:
    """Map -> all words that its places may hold; None where a place may hold any."""
    found: dict[str, tuple[Json, ...] | None] = {}
    for holding in walk.holdings if walk else ():
        name = _map_name(holding.pair, holding.variable)
        if walk is None or name is None:
            continue
        words = enum_words(walk.schema, holding.type)
        before = found.get(name, ())
        found[name] = None if words is None or before is None else (*before, *words)
    return found


def _map_name(pair: Pair, variable: Variable) -> str | None:
    name = variable.name
    filters = (*filters_of(pair.canonical, name), *filters_of(pair.native, name))
    return next((f.arguments[0] for f in filters if f.name == "map" and f.arguments), None)
