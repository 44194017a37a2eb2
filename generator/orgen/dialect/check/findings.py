"""Both walks over a dialect, made once and shared by all families of checks."""

from __future__ import annotations

from dataclasses import dataclass

from orgen.dialect.ast import Dialect, EnumMap, Variable
from orgen.dialect.check.shapes import json_kind
from orgen.dialect.check.sides import ERROR, REQUEST, RESPONSE, Pair, Side, Sides, filters_of
from orgen.dialect.check.walk import Gap, Holding, Walk
from orgen.ir.schema import Json, Literals, Schema, Type
from orgen.ir.schema import Union as UnionType

CANONICAL = {REQUEST: "CreateResponseBody", RESPONSE: "ResponseResource", ERROR: "ErrorPayload"}
"""Components of the canonical schema that the bodies stand for."""

NATIVE = {REQUEST: "Request", RESPONSE: "Response", ERROR: "Error"}
"""Entry points of native schemas."""

BUILT_IN: dict[str, dict[str, str]] = {
    REQUEST: {"provider_extensions": "each vendor's settings are put into its own bodies"},
    RESPONSE: {
        "object": "always `response`",
        "completed_at": "computed from the status",
        "error": "a failure is an error body",
        **dict.fromkeys(
            (
                "previous_response_id",
                "instructions",
                "tools",
                "tool_choice",
                "truncation",
                "parallel_tool_calls",
                "text",
                "top_p",
                "presence_penalty",
                "frequency_penalty",
                "top_logprobs",
                "temperature",
                "reasoning",
                "max_output_tokens",
                "max_tool_calls",
                "store",
                "background",
                "service_tier",
                "metadata",
                "safety_identifier",
                "prompt_cache_key",
            ),
            "echoed from the request",
        ),
    },
    ERROR: {"headers": "they are headers of the HTTP response"},
}
"""Fields of a body that the runtime settles, with how; no dialect need speak of them."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What the walks found."""

    dialect: Dialect
    sides: Sides
    canonical: Walk
    native: Walk | None
    canonical_gaps: tuple[Gap, ...]
    native_gaps: tuple[Gap, ...]

    def types(self, pair: Pair, name: str, side: Side) -> list[Type]:
        """The types of the places where a variable stands on one side of its pair."""
        walk = self.canonical if side is Side.CANONICAL else self.native
        if walk is None:
            return []
        return [h.type for h in walk.holdings if h.pair is pair and h.variable.name == name]


def findings(dialect: Dialect, schema: Schema, native: Schema | None) -> Findings:
    """Walk both sides of a dialect."""
    sides = Sides(dialect)
    canonical = Walk(sides, schema, Side.CANONICAL)
    for body, component in CANONICAL.items():
        canonical.body(body, component)
    other = Walk(sides, native, Side.NATIVE) if native is not None else None
    if other is not None:
        for body, component in NATIVE.items():
            other.body(body, component)
    gaps = [gap for gap in canonical.gaps if not built_in(gap)]
    gaps += _untranslated(dialect, canonical, Side.CANONICAL)
    strange = list(other.gaps) if other else []
    if other is not None:
        strange += _untranslated(dialect, other, Side.NATIVE)
    return Findings(
        dialect, sides, canonical, other, tuple(dict.fromkeys(gaps)), tuple(dict.fromkeys(strange))
    )


def built_in(gap: Gap) -> str | None:
    """How the runtime settles a field of a body, if it does."""
    if gap.component != CANONICAL.get(gap.context):
        return None
    return BUILT_IN[gap.context].get(gap.names[0])


def words(schema: Schema, type: Type) -> tuple[Json, ...] | None:
    """All the values of a type, if it is an enum."""
    found = schema.deref(type)
    if isinstance(found, Literals):
        return found.values
    if isinstance(found, UnionType):
        inner = [words(schema, variant.type) for variant in found.variants]
        if all(one is not None for one in inner):
            return tuple(word for one in inner if one is not None for word in one)
    return None


def map_of(dialect: Dialect, pair: Pair, variable: Variable) -> EnumMap | None:
    """The map that a variable goes through."""
    for filter in filters_of(pair, variable.name):
        if filter.name == "map" and filter.arguments:
            return dialect.maps.get(filter.arguments[0])
    return None


def _untranslated(dialect: Dialect, walk: Walk, side: Side) -> list[Gap]:
    """Words of an enum for which a map has no translation."""
    found = []
    for holding in walk.holdings:
        table = map_of(dialect, holding.pair, holding.variable)
        known = words(walk.schema, holding.type)
        if table is None or known is None or not holding.pair.runs(side.source_of):
            continue
        have = set(table.encode) if side is Side.CANONICAL else {w for w, _ in table.decode}
        found += [
            _word_gap(holding, word, table)
            for word in known
            if word not in have and json_kind(word) != "null"
        ]
    return found


def _word_gap(holding: Holding, word: Json, table: EnumMap) -> Gap:
    name = f"{holding.place}<{word}>"
    partial = f"the value '{word}'"
    return Gap(f"map {table.name}", (name,), holding.component, partial, table.span)
