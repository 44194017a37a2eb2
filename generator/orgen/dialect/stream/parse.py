"""Reads a `stream` section into its syntax tree.

The outline is checked against the meta-schema before; here operations, actions
and variables get their meaning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from orgen.diagnostics import Diagnostics, Span
from orgen.dialect.primitives import close_match
from orgen.dialect.stream.ast import (
    Act,
    Binding,
    EventRule,
    Match,
    Path,
    Piece,
    Stream,
    Test,
    Use,
    Word,
)
from orgen.dialect.stream.pieces import piece_rows
from orgen.dialect.template import column
from orgen.ir.schema import Json
from orgen.ir.streams import ACTIONS, OPERATIONS, Action, Operation
from orgen.load import Document

_HERE: tuple[str | int, ...] = ("stream",)
_VARIABLE = re.compile(r"\$([A-Za-z]\w*)")
_PATH = re.compile(r"[^.\s|]+(?:\.[^.\s|]+)*")
_PIECE = re.compile(r"(?P<action>(?!as )\S+)?\s*(?:\bas (?P<name>\S+))?")
_BESIDE = frozenset({"match", "with", "missing", "part", "replace"})
_ON_BLOCKS = frozenset({"open", "append", "set", "push", "finish"})
_WHOLE = frozenset({"merge", "end"})
_EXPLAINED = frozenset({"skip", "tell"})
_ANYTHING = "$_"
"""Matches whatever is there, and means that it needs no notice."""


def parse_stream(document: Document, tag: str | None, diagnostics: Diagnostics) -> Stream | None:
    """The `stream` section of a dialect file, None without one.

    `tag` is the property that tells values of the dialect apart, and its events,
    too, where the section names no other.
    """
    assert isinstance(document.value, dict)
    section = document.value.get("stream")
    if not isinstance(section, dict):
        return None
    own = section.get("tag")
    return _Parser(document, diagnostics, section, own if isinstance(own, str) else tag).stream()


@dataclass(slots=True)
class _Parser:
    document: Document
    diagnostics: Diagnostics
    root: dict[str, Any]
    tag: str | None
    used: set[str] = field(default_factory=set)
    """Names of the blocks that rules refer to."""

    def stream(self) -> Stream:
        rules = tuple(self.rules())
        self.outline()
        self.unused()
        return Stream(
            framing=self.root["framing"],
            tag=self.tag if rules else None,
            done=self.root.get("done"),
            ignore=tuple(self.root.get("ignore", ())),
            constants=self.root.get("constants", {}),
            mirror=self.root.get("mirror"),
            extensions=self.extensions(),
            rules=rules,
            pieces=tuple(self.pieces()),
            span=self.key(),
        )

    def span(self, *at: str | int) -> Span:
        return self.document.span((*_HERE, *at))

    def key(self, *at: str | int) -> Span:
        return self.document.key_span((*_HERE, *at))

    def outline(self) -> None:
        root = self.root
        if ("on" in root) == ("pieces" in root):
            told = "both 'on' and 'pieces'" if "on" in root else "neither 'on' nor 'pieces'"
            self.diagnostics.error(
                self.key("pieces") if "on" in root else self.key(),
                "D050",
                f"the stream has {told}",
                "events either say what to do (on), or are pieces of the response (pieces)",
            )
        if "done" in root and root["framing"] != "sse":
            self.diagnostics.error(
                self.key("done"),
                "D050",
                f"an end mark that is no JSON cannot stand in {root['framing']}",
                "remove 'done', or write framing: sse",
            )
        if "on" in root and self.tag is None:
            self.diagnostics.error(
                self.key("on"),
                "D050",
                "nothing tells the events apart",
                "name the property that does: tag: type",
            )

    def extensions(self) -> dict[str, dict[str, str]]:
        """Rows for extension events, each with a tag by which it is told apart."""
        found: dict[str, dict[str, str]] = self.root.get("extensions", {})
        for name, fields in found.items():
            if self.tag not in fields:
                hint = f"add {self.tag}: <name of the event>"
                self.fault(self.key("extensions", name), "the row has no native event", hint)
        return {name: fields for name, fields in found.items() if self.tag in fields}

    def unused(self) -> None:
        for name in self.root.get("blocks", {}):
            if name not in self.used:
                span = self.key("blocks", name)
                self.diagnostics.error(
                    span, "D018", f"nothing uses the block '{name}'", "remove it"
                )

    # Events that say what to do ----------------------------------------------------

    def rules(self) -> Iterator[EventRule]:
        for index, value in enumerate(self.root.get("on", ())):
            rule = self.rule(value, index)
            if rule is not None:
                yield rule

    def rule(self, value: dict[str, Any], index: int) -> EventRule | None:
        operation = self.operation(value, index)
        match = self.match(value["match"], index)
        if operation is None:
            return None
        acts, uses = self.acts(operation, value, index)
        missing = self.block(value, "missing", index, uses)
        explained = operation in _EXPLAINED
        return EventRule(
            match=match,
            acts=tuple(acts),
            uses=tuple(uses),
            reason=str(value[operation]) if explained else None,
            missing=missing,
            part=self.block(value, "part", index, uses),
            span=self.span("on", index),
        )

    def operation(self, value: dict[str, Any], index: int) -> Operation | None:
        """The one operation of a rule; None after a fault."""
        named = [key for key in value if key not in _BESIDE]
        for key in named:
            if key not in OPERATIONS:
                hint = close_match(key, OPERATIONS) or f"operations are {', '.join(OPERATIONS)}"
                at = self.key("on", index, key)
                self.diagnostics.error(at, "D051", f"unknown operation '{key}'", hint)
                return None
        if len(named) != 1:
            said = f"{len(named)} operations" if named else "no operation"
            self.diagnostics.error(
                self.key("on", index, named[1]) if named else self.span("on", index),
                "D052",
                f"the rule has {said}, and needs one",
                "write one rule for each" if named else f"one of {', '.join(OPERATIONS)}",
            )
            return None
        return next(name for name in OPERATIONS if name == named[0])

    def acts(
        self, operation: Operation, value: dict[str, Any], index: int
    ) -> tuple[list[Act], list[Use]]:
        """What the rule does, and the variables that it uses for that."""
        at = ("on", index, operation)
        target, uses = value[operation], list[Use]()
        template = self.template(operation, value, index, uses)
        source = None if template else self.source(operation, value, index, uses)
        if operation in _EXPLAINED:
            return [Act(operation, (), None, False, self.span(*at))], uses
        if operation in _WHOLE and isinstance(target, dict):
            acts = [
                Act(
                    operation,
                    () if path == "." else self.path(path, self.key(*at, path)),
                    self.variable(text, self.span(*at, path), uses),
                    False,
                    self.key(*at, path),
                )
                for path, text in target.items()
            ]
            return acts, uses
        span = self.span(*at)
        if operation in ("merge", "end", "fail"):
            given = None if target is True else self.variable(target, span, uses)
            return [Act(operation, (), given, False, span)], uses
        if not isinstance(target, str):
            self.fault(span, f"'{operation}' needs a path of the response", "such as content.$i")
            return [Act(operation, (), source, False, span)], uses
        path, bar, form = target.partition("|")
        if bar and (form.strip() != "json" or operation not in ("append", "finish", "set")):
            self.fault(
                column(span, target, len(path), len(target) - len(path)),
                f"'{target[len(path) :]}' cannot stand here",
                "texts that hold JSON are marked |json",
            )
        steps = self.path(path, span)
        for found in re.finditer(_VARIABLE, path):
            uses.append(Use(found[1], column(span, target, found.start(), len(found[0]))))
        return [Act(operation, steps, source, bool(bar), span, template)], uses

    def template(
        self, operation: str, value: dict[str, Any], index: int, uses: list[Use]
    ) -> dict[str, str] | None:
        """The object of variables behind `with`, if it is one."""
        found = value.get("with")
        if not isinstance(found, dict) or operation not in _ON_BLOCKS - {"append", "push"}:
            return None
        for key, text in found.items():
            self.variable(text, self.span("on", index, "with", key), uses)
        return dict(found)

    def source(
        self, operation: str, value: dict[str, Any], index: int, uses: list[Use]
    ) -> str | None:
        """The variable behind `with`, which operations on blocks need."""
        if "with" in value and operation in _ON_BLOCKS:
            return self.variable(value["with"], self.span("on", index, "with"), uses)
        if "with" in value:
            at = self.key("on", index, "with")
            self.diagnostics.error(at, "D052", f"'{operation}' takes no 'with'", "remove it")
        elif operation in _ON_BLOCKS:
            at = self.key("on", index, operation)
            self.diagnostics.error(
                at, "D052", f"'{operation}' needs a value", "add with: $variable"
            )
        return None

    def block(
        self, value: dict[str, Any], key: str, index: int, uses: list[Use]
    ) -> dict[str, Json] | None:
        """What `missing` or `part` writes: an object, or the name of one of `blocks`."""
        found = value.get(key)
        blocks = self.root.get("blocks", {})
        if isinstance(found, str):
            span = self.span("on", index, key)
            if found not in blocks:
                hint = close_match(found, blocks)
                self.diagnostics.error(span, "D006", f"no block is named '{found}'", hint)
                return None
            self.used.add(found)
            found = blocks[found]
        else:
            span = self.span("on", index, key)
        if found is None:
            return None
        uses += [Use(name, span) for name in _variables(found)]
        return dict(found)

    # Templates of events -------------------------------------------------------------

    def match(self, value: dict[str, Any], index: int) -> Match:
        tags: list[Word] = []
        tests: list[Test] = []
        bindings: list[Binding] = []
        paths: list[tuple[Path, Span]] = []
        for path, inner, at in _leaves(value, (), ("on", index, "match")):
            span = self.span(*at)
            if path == (self.tag,):
                words = inner if isinstance(inner, list) else [inner]
                spans = [self.span(*at, n) for n in range(len(words))]
                tags += map(Word, words, spans if isinstance(inner, list) else [span])
                continue
            paths.append((path, self.key(*at)))
            if isinstance(inner, str) and inner[:1] == "$":
                if inner != _ANYTHING and (name := self.variable(inner, span, [])):
                    bindings.append(Binding(name, path, span))
            else:
                tests.append(Test(path, inner, span))
        if not tags and self.tag is not None:
            at = ("on", index, "match")
            hint = f"add {self.tag}: <name of the event>"
            self.fault(self.key(*at), "the rule does not say which event it is for", hint)
        return Match(tuple(tags), tuple(tests), tuple(bindings), tuple(paths))

    def variable(self, text: Json, span: Span, uses: list[Use]) -> str | None:
        found = _VARIABLE.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            self.fault(span, f"'{text}' is not a variable", "variables look like $text")
            return None
        uses.append(Use(found[1], span))
        return found[1]

    def path(self, text: str, span: Span) -> Path:
        if not _PATH.fullmatch(text):
            self.diagnostics.error(span, "D002", f"'{text}' is not a path", "write a.b or a.$i.b")
            return ()
        return tuple(text.split("."))

    def fault(self, span: Span, message: str, hint: str) -> None:
        self.diagnostics.error(span, "D052", message, hint)

    # Events that are pieces of the response ----------------------------------------

    def pieces(self) -> Iterator[Piece]:
        for path, at, text in piece_rows(self.root.get("pieces", {})):
            span, said = self.key("pieces", *at), self.span("pieces", *at)
            found = _PIECE.fullmatch(text)
            if found is None or not (found["action"] or found["name"]):
                hint = "write <action>, as <name>, or <action> as <name>"
                self.diagnostics.error(said, "D051", f"cannot read '{text}'", hint)
                continue
            yield Piece(
                self.path(path, span), self.action(found["action"], said), found["name"], span
            )

    def action(self, name: str | None, span: Span) -> Action | None:
        known = next((action for action in ACTIONS if action == name), None)
        if known is None and name is not None:
            hint = close_match(name, ACTIONS) or f"actions are {', '.join(ACTIONS)}"
            self.diagnostics.error(span, "D051", f"unknown action '{name}'", hint)
        return known


def _leaves(
    value: dict[str, Any], path: Path, at: tuple[str | int, ...]
) -> Iterator[tuple[Path, Any, tuple[str | int, ...]]]:
    """The leaves of a template: path, value, and where it is written."""
    for key, inner in value.items():
        here = (*path, key.removesuffix("?"))
        if isinstance(inner, dict) and inner:
            yield from _leaves(inner, here, (*at, key))
        else:
            yield here, inner, (*at, key)


def _variables(value: Any) -> Iterator[str]:
    """The variables of a template, which are whole strings."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from _variables(inner)
    elif isinstance(value, str) and (found := _VARIABLE.fullmatch(value)):
        yield found[1]
