"""Which keys of a rule hold its two templates: the long form, and the short ones for one way."""

from __future__ import annotations

from collections.abc import Mapping

from orgen.dialect.ast import Direction
from orgen.ir.schema import Json


def side_keys(rule: Mapping[str, Json]) -> tuple[str, str]:
    """The keys of the canonical and of the native template.

    `{decode: N, as: C}` makes the canonical C of the native N, and `{encode: C, as: N}` the
    reverse.
    """
    if "encode" in rule:
        return "encode", "as"
    return ("as", "decode") if "decode" in rule else ("canonical", "native")


def only_direction(rule: Mapping[str, Json]) -> Direction | None:
    """The one direction of a rule, however it is written; None if it is for both."""
    short = [direction for direction in Direction if direction.value in rule]
    named = short[0].value if short else rule.get("only")
    return Direction(named) if named else None
