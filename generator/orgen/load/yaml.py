"""YAML 1.2 with the core schema, as JSON data with positions.

A parser splits the text into events; the values are built here, without
recursion, so that depth, size and aliases are bounded while the file is read.
Only what JSON can say is taken: plain `on`, `yes`, `1:30` and
`2026-04-24` are strings, as YAML 1.2 has it, and tags beyond the core schema,
merge keys and several documents in one file are faults.

Source: https://yaml.org/spec/1.2.2/#103-core-schema
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from orgen.diagnostics import Diagnostics, Related, Span
from orgen.ir.schema import Json
from orgen.load.building import Budget, Node, ObjectBuilder, Refused, quote
from orgen.load.core_schema import check_tag, resolve_plain
from orgen.load.document import Place
from orgen.load.events import Unread, exact_events, fast_events
from orgen.load.source import Source

if TYPE_CHECKING:
    from ruamel.yaml.error import MarkedYAMLError

# Characters that YAML does not allow to be written, escapes apart (production c-printable).
_FORBIDDEN = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
# Line ends to YAML 1.1 and so to the parser, but ordinary characters to YAML 1.2.
_UNICODE_BREAKS = "\x85\u2028\u2029"


@dataclass(slots=True)
class _Open:
    """A collection whose end has not been read."""

    start: int
    anchor: str | None
    object: ObjectBuilder | None
    """None for an array."""
    items: list[Json] = field(default_factory=list)
    places: dict[str | int, Place] = field(default_factory=dict)
    key: str | None = None
    key_span: Span | None = None
    """Set while an object waits for the value of a key that has been read."""
    size: int = 1
    depth: int = 0


def parse_yaml(source: Source, diagnostics: Diagnostics) -> Node | None:
    """The value of a YAML file; reports the faults and returns None if it has no value."""
    return _read_fast(source) or _read_exactly(source, diagnostics)


def _read_fast(source: Source) -> Node | None:
    """The value of a file without any fault; None for most others, which are to be read again."""
    events = fast_events(source.text)
    if events is None or _FORBIDDEN.search(source.text):
        return None
    unseen = Diagnostics()
    try:
        node = _Builder(Budget(source, unseen), events).build()
    except (Refused, Unread):
        return None
    return None if unseen else node


def _read_exactly(source: Source, diagnostics: Diagnostics) -> Node | None:
    budget = Budget(source, diagnostics)
    try:
        _check_characters(budget)
        return _Builder(budget).build()
    except Refused:
        return None


def _check_characters(budget: Budget) -> None:
    if found := _FORBIDDEN.search(budget.source.text):
        raise budget.refuse(
            budget.source.span(found.start()),
            "L006",
            f"the character U+{ord(found[0]):04X} may not be written in YAML",
            hint='write it as an escape in double quotes, such as "\\x07"',
        )


def hide_unicode_breaks(text: str) -> tuple[str, dict[int, str]]:
    """Swap the three characters for private ones that `text` does not use, and say how back."""
    if not any(mark in text for mark in _UNICODE_BREAKS):
        return text, {}
    used = set(text)
    free = (chr(code) for code in range(0xE000, 0xF8FF) if chr(code) not in used)
    swapped = list(zip(_UNICODE_BREAKS, free, strict=False))
    hidden = text.translate({ord(mark): hiding for mark, hiding in swapped})
    return hidden, {ord(hiding): mark for mark, hiding in swapped}


class _Builder:
    """Builds one value from a parser's events; by default, from those of the exact one."""

    def __init__(self, budget: Budget, events: Iterable[Any] | None = None) -> None:
        self.budget = budget
        self.source = budget.source
        text, self.restore = hide_unicode_breaks(self.source.text)
        self.events = self._events(text) if events is None else events
        self.open: list[_Open] = []
        self.anchors: dict[str, Node | None] = {}
        """None while the anchored collection is still open."""
        self.root: Node | None = None
        self.documents = 0

    def build(self) -> Node | None:
        take = {
            "ScalarEvent": self._scalar,
            "MappingStartEvent": self._start,
            "SequenceStartEvent": self._start,
            "MappingEndEvent": self._end,
            "SequenceEndEvent": self._end,
            "AliasEvent": self._alias,
            "DocumentStartEvent": self._document,
        }
        for event in self.events:
            taken = take.get(type(event).__name__)
            if taken is not None:
                taken(event)
        if self.documents == 0:
            raise self.budget.refuse(Span(self.source.file), "L007", "the file is empty")
        return self.root

    def _events(self, text: str) -> Iterator[Any]:
        """The exact parser's events; its complaints become diagnostics."""
        from ruamel.yaml.error import MarkedYAMLError, YAMLError

        try:
            yield from exact_events(text)
        except MarkedYAMLError as error:
            self._report_syntax(error)
        except (YAMLError, ValueError, LookupError, NotImplementedError) as error:
            # The scanner converts escapes and version numbers without checking them.
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            place = self.open[-1].start if self.open else 0
            raise self.budget.refuse(
                self.source.span(place), "L010", f"YAML cannot be read here: {reason}"
            ) from None

    def _report_syntax(self, error: MarkedYAMLError) -> None:
        mark = error.problem_mark or error.context_mark
        related: list[Related] = []
        if error.context and error.context_mark and error.context_mark is not mark:
            related.append(Related(self._point(error.context_mark.index), str(error.context)))
        span = self._point(mark.index) if mark else Span(self.source.file)
        problem = str(error.problem or error.context or "the text is not YAML")
        self.budget.error(span, "L010", f"YAML syntax: {problem}", None, *related)
        raise Refused

    def _point(self, index: int) -> Span:
        return self.source.span(min(index, len(self.source.text)))

    def _document(self, event: Any) -> None:
        self.documents += 1
        start = event.start_mark.index
        if self.documents > 1:
            raise self.budget.refuse(
                self._point(start), "L015", "a second YAML document begins here", "keep one a file"
            )
        if event.version not in (None, (1, 2)):
            directive = max(0, self.source.text.rfind("%YAML", 0, start))
            self.budget.error(
                self._point(directive), "L015", "only YAML 1.2 is read", "remove the directive"
            )

    def _span(self, start: int, end: int) -> Span:
        """The span of a value, without the white space that block style counts in."""
        text = self.source.text
        while end > start and text[end - 1] in " \t\r\n":
            end -= 1
        return self.source.span(start, end)

    def _scalar(self, event: Any) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        self.budget.count(start)
        span = self._span(start, end)
        text = str(event.value)
        if self.restore:
            text = text.translate(self.restore)
        tag = check_tag(event.tag, ("str", "int", "float", "bool", "null"), span, self.budget)
        plain = not event.style and tag != "str"
        if self._wants_key():
            self._take_key(text, plain, span)
            return
        value: Json = self.budget.check_string(text, span)
        if plain or tag not in (None, "str"):
            value = resolve_plain(text, tag, span, self.budget)
        node = Node(value, Place(span))
        if event.anchor:
            self.anchors[event.anchor] = node
        self._add(node)

    def _wants_key(self) -> bool:
        top = self.open[-1] if self.open else None
        return top is not None and top.object is not None and top.key_span is None

    def _take_key(self, text: str, plain: bool, span: Span) -> None:
        top = self.open[-1]
        top.key, top.key_span = self.budget.check_string(text, span), span
        if not plain:
            return
        if text == "<<":
            self.budget.error(
                span, "L017", "YAML 1.2 has no merge keys", "write the keys out, or use allOf"
            )
        elif not isinstance(resolve_plain(text, None, span, None), str | int | float) or (
            text.lower() in ("true", "false")
        ):
            self.budget.error(
                span,
                "L016",
                f"the key {quote(text)} is not a string in YAML" if text else "a key is empty",
                hint=f'write "{text}" in quotes',
            )

    def _start(self, event: Any) -> None:
        start = event.start_mark.index
        self.budget.count(start)
        self.budget.check_depth(len(self.open) + 1, start)
        is_object = type(event).__name__ == "MappingStartEvent"
        self._refuse_complex_key(start)
        check_tag(event.tag, ("map" if is_object else "seq",), self._point(start), self.budget)
        if event.anchor:
            self.anchors[event.anchor] = None
        self.open.append(_Open(start, event.anchor, ObjectBuilder() if is_object else None))

    def _refuse_complex_key(self, start: int) -> None:
        if self._wants_key():
            raise self.budget.refuse(
                self._point(start), "L016", "a key must be a string, not a collection"
            )

    def _end(self, event: Any) -> None:
        end = event.end_mark.index
        top = self.open.pop()
        inside = top.places if top.object is None else top.object.inside
        span = self._span(top.start, end)
        if inside and self.source.text[end - 1 : end] not in ("]", "}"):
            # In block style the parser counts in the comments that follow.
            last = inside[next(reversed(inside))].span
            span = replace(span, end_line=last.end_line, end_column=last.end_column)
        value: Json = top.items if top.object is None else top.object.value
        node = Node(value, Place(span, None, inside), top.size, top.depth + 1)
        if top.anchor:
            self.anchors[top.anchor] = node
        self._add(node)

    def _alias(self, event: Any) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        self.budget.count(start)
        self._refuse_complex_key(start)
        span = self._span(start, end)
        anchored = self.anchors.get(event.anchor)
        if anchored is None:
            known = event.anchor in self.anchors
            problem = "stands inside its own anchor" if known else "has no anchor before it"
            self.budget.error(span, "L018", f"the alias {quote('*' + event.anchor)} {problem}")
            self._add(Node({}, Place(span)))
            return
        self.budget.expand(anchored.size, start)
        self.budget.check_depth(len(self.open) + anchored.depth, start)
        place = Place(span, None, anchored.place.inside)
        self._add(Node(anchored.value, place, anchored.size, anchored.depth))

    def _add(self, node: Node) -> None:
        if not self.open:
            self.root = node
            return
        top = self.open[-1]
        top.size += node.size
        top.depth = max(top.depth, node.depth)
        if top.object is None:
            top.places[len(top.items)] = node.place
            top.items.append(node.value)
        elif top.key is not None and top.key_span is not None:
            self.budget.add(top.object, top.key, top.key_span, node)
            top.key = top.key_span = None
