"""Both walks over a dialect, made once and shared by all families of checks."""

from __future__ import annotations

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
    strange = list(other.gaps) if other else []
    return Findings(
        dialect, sides, canonical, other, tuple(dict.fromkeys(gaps)), tuple(dict.fromkeys(strange))
    )


def built_in(gap: Gap) -> str | None:
    """How the runtime settles a field of a body, if it does."""
    if gap.component != CANONICAL.get(gap.context):
        return None
    return BUILT_IN.get(gap.context, {}).get(gap.names[0])
