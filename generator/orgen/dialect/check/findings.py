"""Both walks over a dialect, made once and shared by all families of checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orgen.dialect.ast import Dialect
from orgen.dialect.check.marks import Gap
from orgen.dialect.check.sides import (
    COMPACT_REQUEST,
    COMPACT_RESPONSE,
    ERROR,
    REQUEST,
    RESPONSE,
    Side,
    Sides,
)
from orgen.dialect.check.walk import Walk
from orgen.ir.schema import Schema

CANONICAL = {
    REQUEST: "CreateResponseBody",
    RESPONSE: "ResponseResource",
    ERROR: "ErrorPayload",
    COMPACT_REQUEST: "CompactResponseMethodPublicBody",
    COMPACT_RESPONSE: "CompactResource",
}
"""Components of the canonical schema that the bodies stand for."""

NATIVE = {
    REQUEST: "Request",
    RESPONSE: "Response",
    ERROR: "Error",
    COMPACT_REQUEST: "CompactRequest",
    COMPACT_RESPONSE: "CompactResponse",
}
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
    COMPACT_RESPONSE: {"object": "always `response.compaction`"},
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


def findings(dialect: Dialect, schema: Schema, native: Schema | None) -> Findings:
    """Walk both sides of a dialect.

    Without a native schema the vendor speaks nearly as the contract does: what
    the contract has must be read there, too, but nothing is said about the rest.
    """
    sides = Sides(dialect)
    canonical = _walk(sides, schema, Side.CANONICAL, CANONICAL)
    gaps = tuple(dict.fromkeys(gap for gap in canonical.gaps if not built_in(gap)))
    if native is not None:
        other = _walk(sides, native, Side.NATIVE, NATIVE)
        strange = dict.fromkeys(gap for gap in other.gaps if not _borrowed(gap))
        return Findings(dialect, sides, canonical, other, gaps, tuple(strange))
    bodies = {body: name for body, name in CANONICAL.items() if body != ERROR}
    other = _walk(sides, schema, Side.NATIVE, bodies)
    strange = dict.fromkeys(gap for gap in other.gaps if not _borrowed(gap))
    return Findings(dialect, sides, canonical, None, gaps, tuple(strange))


def _walk(sides: Sides, schema: Schema, side: Side, bodies: Mapping[str, str]) -> Walk:
    walk = Walk(sides, schema, side)
    for body, component in bodies.items():
        walk.body(body, component)
    return walk


def _borrowed(gap: Gap) -> bool:
    """Whether a native request that is the canonical one has what the runtime settles."""
    return gap.context == REQUEST and built_in(gap) is not None


def built_in(gap: Gap) -> str | None:
    """How the runtime settles a field of a body, if it does."""
    if gap.component != CANONICAL.get(gap.context):
        return None
    return BUILT_IN.get(gap.context, {}).get(gap.names[0])
