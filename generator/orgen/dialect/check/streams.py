"""Stream tables against both schemas of the vendor: its events, and the response they build up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from orgen.diagnostics import Diagnostics, Related, Span
from orgen.dialect.ast import Dialect
from orgen.dialect.check.shapes import constants, variants
from orgen.dialect.compile.streams import turn_path
from orgen.dialect.primitives import close_match
from orgen.dialect.stream.ast import Act, EventRule, Match, Path, Stream, Test
from orgen.dialect.stream.channels import block_lists, channels, piece_target
from orgen.ir.schema import Anything, List, Map, Record, Ref, Schema, Type

EVENT = "StreamEvent"
RESPONSE = "Response"
_ON_BLOCKS = frozenset({"open", "append", "set", "push", "finish", "close"})


def check_stream(dialect: Dialect, native: Schema | None, diagnostics: Diagnostics) -> None:
    """D053 to D058: variables, targets, events, order and channels of a stream table.

    Without a native schema, nothing is said about names.
    """
    stream = dialect.stream
    if stream is None:
        return
    for rule in stream.rules:
        _variables(rule, diagnostics)
    _order(stream, diagnostics)
    _channels(dialect, stream, diagnostics)
    if native is None or EVENT not in native.components or RESPONSE not in native.components:
        return
    known = _Known(dialect, stream, native, diagnostics)
    for rule in stream.rules:
        known.rule(rule)
    for piece in stream.pieces:
        known.leads(EVENT, piece.path, piece.span, "D055", "stream event")
        if piece.name is not None:
            known.renamed(piece.path, piece.span)
    known.coverage()


def _variables(rule: EventRule, diagnostics: Diagnostics) -> None:
    """D053: variables are bound by `match`, and used somewhere."""
    bound = {binding.name: binding for binding in rule.match.bindings}
    used = {use.name for use in rule.uses}
    for use in rule.uses:
        if use.name not in bound:
            hint = close_match(use.name, bound) or "bind it under match"
            diagnostics.error(use.span, "D053", f"'match' does not bind ${use.name}", hint)
    for name, binding in bound.items():
        if name not in used:
            hint = "write $_ for what means nothing"
            diagnostics.error(binding.span, "D053", f"nothing uses ${name}", hint)


def _order(stream: Stream, diagnostics: Diagnostics) -> None:
    """D057: a rule whose events an earlier one takes."""
    for number, rule in enumerate(stream.rules):
        for earlier in stream.rules[:number]:
            word = next((w for w in rule.match.tags if _names(earlier, str(w.value))), None)
            if word is not None and _asks(earlier.match) <= _asks(rule.match):
                diagnostics.error(
                    word.span,
                    "D057",
                    f"an earlier rule takes all '{word.value}' events that this one matches",
                    "tell them apart by a constant, or remove one",
                    [Related(earlier.span, "it stands here")],
                )
                break


def _names(rule: EventRule, tag: str) -> bool:
    """Whether a rule names a tag itself; patterns are for what no rule names."""
    return any(word.value == tag for word in rule.match.tags)


def _asks(match: Match) -> set[tuple[Path, str]]:
    return {(test.path, repr(test.value)) for test in match.tests}


def _channels(dialect: Dialect, stream: Stream, diagnostics: Diagnostics) -> None:
    """D058: texts that grow, and that no rule of the response reads."""
    growing: list[tuple[Path | None, Span]] = [
        (act.target, act.span) for r in stream.rules for act in r.acts if act.operation == "append"
    ]
    growing += [
        (piece_target(dialect, stream, piece.path), piece.span)
        for piece in stream.pieces
        if piece.action == "append"
    ]
    for target, span in growing:
        if target and not channels(dialect, target):
            diagnostics.error(
                span,
                "D058",
                f"no rule of the response reads '{'.'.join(target)}', so the text goes nowhere",
                "add a rule that reads it, or say set",
            )


@dataclass(frozen=True, slots=True)
class _Known:
    """What the vendor's schema knows of events and responses."""

    dialect: Dialect
    stream: Stream
    native: Schema
    diagnostics: Diagnostics

    # Events -----------------------------------------------------------------

    def rule(self, rule: EventRule) -> None:
        events = []
        for word in rule.match.tags:
            found = [record for record in self.events() if word.value in self.tags(record)]
            events += found
            if not found and not self.inherited(rule) and not self.pattern(rule, str(word.value)):
                names = [str(tag) for record in self.events() for tag in self.tags(record)]
                self.diagnostics.error(
                    word.span,
                    "D055",
                    f"the vendor's schema has no event '{word.value}'",
                    close_match(str(word.value), names) or "add it to native.yaml",
                )
        if events and not self.inherited(rule):
            for path, span in rule.match.paths:
                self.follow(events, path, span, "D055", "event", rule.match.tests)
        for act in rule.acts:
            self.target(act)

    def inherited(self, rule: EventRule) -> bool:
        """Whether the rule is the extended dialect's, whose vendor may have more events."""
        return rule.span.file != self.dialect.span.file

    def pattern(self, rule: EventRule, tag: str) -> bool:
        """Whether the tag is a pattern that stands for some events."""
        return rule.operation == "tell" and any(
            fnmatchcase(str(name), tag) for record in self.events() for name in self.tags(record)
        )

    def events(self) -> list[Record]:
        found = variants(self.native, Ref(EVENT))
        return [variant.type for variant in found if isinstance(variant.type, Record)]

    def tags(self, record: Record) -> tuple[object, ...]:
        return constants(self.native, record.property(self.stream.tag or ""))

    def coverage(self) -> None:
        """D056: events, and forms of events, that no rule matches."""
        if not self.stream.rules:
            return
        for record in self.events():
            for tag in map(str, self.tags(record)):
                rules = [rule for rule in self.stream.rules if _names(rule, tag)]
                told = [
                    word
                    for rule in self.stream.rules
                    if rule.operation == "tell"
                    for word in rule.match.tags
                    if fnmatchcase(tag, str(word.value))
                ]
                own = any(row[self.stream.tag or ""] == tag for row in self.extensions())
                if not rules and not told and not own:
                    self.unmatched(f"{self.stream.tag}: {tag}", f"'{tag}' events")
                elif rules and all(rule.match.tests for rule in rules):
                    self.forms(tag, record, rules)

    def extensions(self) -> Iterable[Mapping[str, str]]:
        return self.stream.extensions.values()

    def forms(self, tag: str, record: Record, rules: list[EventRule]) -> None:
        """Every word of the constants that all rules of an event ask for."""
        path = rules[0].match.tests[0].path
        asked = {test.value for rule in rules for test in rule.match.tests if test.path == path}
        for holder in self.types([record], path[:-1], ()):
            if isinstance(holder, Record):
                for word in constants(self.native, holder.property(path[-1])):
                    if word not in asked:
                        asked.add(word)
                        inner = "{" * len(path[:-1])
                        place = f": {inner}".join(path) + f": {word}" + "}" * len(path[:-1])
                        said = f"'{tag}' events with {'.'.join(path)} '{word}'"
                        self.unmatched(f"{self.stream.tag}: {tag}, {place}", said)

    def unmatched(self, match: str, what: str) -> None:
        self.diagnostics.error(
            self.stream.span,
            "D056",
            f"no rule matches {what}",
            f"add - {{match: {{{match}}}, skip: <reason>}}, or a rule that uses it",
        )

    # Responses ----------------------------------------------------------------

    def target(self, act: Act) -> None:
        if act.operation not in _ON_BLOCKS or not act.target:
            if act.target:
                self.leads(RESPONSE, act.target, act.span, "D054", "response")
            return
        turn = turn_path(self.dialect)
        if not self.leads(RESPONSE, (*turn, *act.target), act.span, "D054", "response"):
            return
        lists = block_lists(self.dialect)
        if act.operation == "open" and act.target[0] not in lists:
            self.diagnostics.error(
                act.span,
                "D054",
                f"'{act.target[0]}' does not hold the blocks of a response",
                close_match(act.target[0], lists) or f"they are in {', '.join(lists)}",
            )

    def renamed(self, path: Path, span: Span) -> None:
        names = {piece.path: piece.name for piece in self.stream.pieces if piece.name}
        steps = tuple(names.get(path[: n + 1], step) for n, step in enumerate(path))
        self.leads(RESPONSE, steps, span, "D054", "response")

    def leads(self, component: str, path: Path, span: Span, code: str, what: str) -> bool:
        return self.follow([Ref(component)], path, span, code, what, ())

    def follow(
        self,
        start: Iterable[Type],
        path: Path,
        span: Span,
        code: str,
        what: str,
        tests: tuple[Test, ...],
    ) -> bool:
        """Whether a path leads somewhere; where it ends is reported."""
        here = list(start)
        for number, step in enumerate(path):
            inner = list(self.types(here, (step,), tests, path[:number]))
            if not inner:
                names = list(self.properties(here))
                where = f"'{'.'.join(path[:number])}' of the {what}" if number else f"the {what}"
                hint = close_match(step, names) or (
                    f"it has {', '.join(names[:8])}" if names else "it is no object"
                )
                self.diagnostics.error(span, code, f"{where} has no '{step}'", hint)
                return False
            here = inner
        return True

    def types(
        self, start: Iterable[Type], path: Path, tests: tuple[Test, ...], at: Path = ()
    ) -> list[Type]:
        """What lies at a path, in any form whose constants agree with the tests."""
        here = list(start)
        for step in path:
            here = [inner for type in here for inner in self.step(type, step, tests, at)]
            at = (*at, step)
        return [variant.type for type in here for variant in variants(self.native, type)]

    def step(self, type: Type, step: str, tests: tuple[Test, ...], at: Path) -> Iterator[Type]:
        for variant in variants(self.native, type):
            match variant.type:
                case Record() as record if self.agrees(record, tests, at):
                    found = record.property(step)
                    if found is not None:
                        yield found.type
                case List(items) if step == "*" or step[:1] == "$":
                    yield items
                case List(items):
                    yield from self.step(items, step, tests, at)
                case Map(values):
                    yield values
                case Anything():
                    yield Anything()

    def agrees(self, record: Record, tests: tuple[Test, ...], at: Path) -> bool:
        for test in tests:
            if test.path[:-1] == at:
                words = constants(self.native, record.property(test.path[-1]))
                if words and test.value not in words:
                    return False
        return True

    def properties(self, types: Iterable[Type]) -> Iterator[str]:
        for type in types:
            for variant in variants(self.native, type):
                if isinstance(variant.type, Record):
                    yield from (property.name for property in variant.type.properties)
                elif isinstance(variant.type, List):
                    yield from self.properties([variant.type.items])
