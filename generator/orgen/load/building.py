"""What the YAML and the JSON reader share: keys, limits and faults of one file."""

from __future__ import annotations

from dataclasses import dataclass, field

from orgen.diagnostics import Diagnostics, Related, Span
from orgen.ir.schema import Json
from orgen.load.document import Place
from orgen.load.limits import (
    MAX_EXPANDED_NODES,
    MAX_FAULTS,
    MAX_NUMBER_LENGTH,
    SPEC,
    Limits,
)
from orgen.load.source import Source

_DEEP_HINT = "name the inner schemas and refer to them with $ref"


class Refused(Exception):
    """The file goes beyond a limit or breaks its syntax; the fault has been reported."""


@dataclass(slots=True)
class Node:
    """A value with its place, and how many nodes and levels it amounts to."""

    value: Json
    place: Place
    size: int = 1
    depth: int = 0


@dataclass(slots=True)
class ObjectBuilder:
    """An object that is being read; the first of two equal keys wins."""

    value: dict[str, Json] = field(default_factory=dict)
    inside: dict[str | int, Place] = field(default_factory=dict)


@dataclass(slots=True)
class Budget:
    """Counts what one file spends, and reports its faults."""

    source: Source
    diagnostics: Diagnostics
    limits: Limits = SPEC
    nodes: int = 0
    expanded: int = 0
    faults: int = 0

    def error(
        self, span: Span, code: str, message: str, hint: str | None = None, *related: Related
    ) -> None:
        """Report a fault that reading can go on after."""
        self.diagnostics.error(span, code, message, hint, related)
        self.faults += 1
        if self.faults >= MAX_FAULTS:
            raise Refused

    def refuse(self, span: Span, code: str, message: str, hint: str | None = None) -> Refused:
        """Report a fault that ends the reading of this file; to be raised."""
        self.diagnostics.error(span, code, message, hint)
        return Refused()

    def count(self, start: int) -> None:
        """Count a node written at `start`."""
        self.nodes += 1
        most = self.limits.nodes
        if self.nodes > most:
            message = f"the file has more than {most:,} values"
            raise self.refuse(self.source.span(start), "L022", message)
        if self.limits is SPEC:  # others come as JSON, which has no aliases
            self.expand(1, start)

    def expand(self, size: int, start: int) -> None:
        """Count the nodes that an alias at `start` stands for."""
        self.expanded += size
        if self.expanded > MAX_EXPANDED_NODES:
            raise self.refuse(
                self.source.span(start),
                "L023",
                f"the aliases of this file expand to more than {MAX_EXPANDED_NODES:,} values",
                hint="use $ref instead of anchors and aliases",
            )

    def check_depth(self, depth: int, start: int) -> None:
        """Refuse a collection that lies too deep."""
        most = self.limits.depth
        if depth > most:
            raise self.refuse(
                self.source.span(start),
                "L021",
                f"collections are nested more than {most} deep",
                hint=_DEEP_HINT if self.limits is SPEC else None,
            )

    def check_string(self, text: str, span: Span) -> str:
        """The string, after a check of its length and its characters."""
        most = self.limits.scalar
        if len(text) > most:
            self.error(span, "L024", f"a string has more than {most:,} characters")
            return text[:1]
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            self.error(
                span,
                "L013",
                f"the string holds half of a surrogate pair (\\u{ord(text[error.start]):04x})",
                hint="write both halves, or the character itself",
            )
            return text.encode("utf-8", errors="replace").decode("utf-8")
        return text

    def check_number(self, text: str, span: Span) -> bool:
        """Whether a number is short enough to be converted; reports it if not."""
        if len(text) <= MAX_NUMBER_LENGTH:
            return True
        self.error(span, "L024", f"a number has more than {MAX_NUMBER_LENGTH} characters")
        return False

    def report_not_json(self, text: str, span: Span) -> None:
        """Report infinity, "not a number", or a number beyond what a double holds."""
        self.error(
            span,
            "L014",
            f"{text} is not a number in JSON",
            hint="JSON has neither infinity nor NaN; leave the keyword out, or write a string",
        )

    def add(self, builder: ObjectBuilder, key: str, key_span: Span, node: Node) -> None:
        """Add an entry to an object that is being read; report a key that is there already."""
        if key in builder.value:
            first = builder.inside[key].key
            self.error(
                key_span,
                "L012",
                f"the key {quote(key)} is there twice",
                "remove one of the two; a reader would silently keep only one",
                *([Related(first, "it is first here")] if first else []),
            )
            return
        builder.value[key] = node.value
        place = node.place
        builder.inside[key] = Place(place.span, key_span, place.inside)


def quote(text: str) -> str:
    """A name from the input for use in a message: quoted with backticks, shortened if long."""
    return f"`{text}`" if len(text) <= 60 else f"`{text[:48]}...` ({len(text):,} characters)"
