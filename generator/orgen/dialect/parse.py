"""Reads a dialect document into its syntax tree.

The shape is checked against `spec/meta/dialect.schema.yaml` before, so this
module looks at meaning only: templates, paths, names of groups and maps.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from orgen.diagnostics import Diagnostics, Span
from orgen.dialect.ast import (
    Array,
    Block,
    Body,
    Dialect,
    Direction,
    Endpoint,
    EnumMap,
    Filter,
    Group,
    Literal,
    Note,
    Object,
    Path,
    Row,
    Rule,
    Template,
    Term,
    Text,
    Turn,
    Turns,
    Variable,
)
from orgen.dialect.primitives import FILTERS, FIXUPS, STRUCTURES, close_match
from orgen.dialect.rule_keys import only_direction, side_keys
from orgen.dialect.stream.parse import parse_stream
from orgen.dialect.template import TemplateReader, column
from orgen.ir.schema import Json
from orgen.load import Document

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_MOST_COPIES = 2_000
"""Rules that `use` may copy: groups that include groups could grow without end."""
_STRUCTURE_ARGUMENTS = {"gather": 1, "hoist": (1, 2), "lead": 0, "turn": 1}


def parse(document: Document, diagnostics: Diagnostics) -> Dialect:
    """The syntax tree of a dialect file whose shape is already known to be right."""
    return _Parser(document, diagnostics).dialect()


class _Parser:
    def __init__(self, document: Document, diagnostics: Diagnostics) -> None:
        self.document = document
        self.diagnostics = diagnostics
        self.reader = TemplateReader(document, diagnostics)
        self.including: list[str] = []
        self.copied = 0
        assert isinstance(document.value, dict)
        self.root: dict[str, Any] = document.value

    def span(self, *at: str | int) -> Span:
        return self.document.span(at)

    def key(self, *at: str | int) -> Span:
        return self.document.key_span(at)

    def dialect(self) -> Dialect:
        root = self.root
        groups = {name: self.group(name) for name in root.get("group", {})}
        turns = {name: self.turns(name) for name in root.get("turns", {})}
        found = Dialect(
            name=root["dialect"],
            extends=root.get("extends"),
            slug=root["slug"],
            title=root["title"],
            source=root["source"],
            endpoint=self.endpoint(),
            tag=root.get("tag"),
            adornments=tuple(root.get("adornments", ())),
            aliases=root.get("aliases"),
            unprefixed=bool(root.get("unprefixed")),
            prefixed=tuple(root.get("prefixed", ())),
            other_slugs=tuple(root.get("other_slugs", ())),
            text=self.reader.template(root["text"], ("text",)),
            request=self.body("request"),
            response=self.body("response"),
            error=Block(
                "error", tuple(self.rules(root["error"], ("error",), "error")), self.key("error")
            ),
            compaction=(
                (self.body("compact_request"), self.body("compact_response"))
                if "compact_request" in root
                else None
            ),
            groups=groups,
            turns=turns,
            maps={name: self.enum_map(name) for name in root.get("map", {})},
            drop=tuple(self.notes("drop")),
            reject=tuple(self.notes("reject")),
            ignore=tuple(self.notes("ignore")),
            residue=tuple(self.residue()),
            protected=tuple(root.get("protected", ())),
            fixups=tuple(self.fixups()),
            span=self.span("dialect"),
            stream=parse_stream(self.document, root.get("tag"), self.diagnostics),
        )
        _NameCheck(found, self.diagnostics).run()
        return found

    def endpoint(self) -> Endpoint:
        value = self.root["endpoint"]
        if isinstance(value, str):
            method, _, path = value.partition(" ")
            return Endpoint(method, path, path, "")
        return Endpoint(
            value.get("method", "POST"),
            value["path"],
            value.get("stream", value["path"]),
            value.get("compact", ""),
        )

    def fixups(self) -> Iterator[str]:
        for index, name in enumerate(self.root.get("fixups", ())):
            if name not in FIXUPS:
                self.diagnostics.error(
                    self.span("fixups", index),
                    "D005",
                    f"unknown fixup '{name}'",
                    close_match(name, FIXUPS),
                )
            yield name

    # Bodies -----------------------------------------------------------------

    def body(self, name: str) -> Body:
        rows: list[Row] = []
        blocks: list[Block] = []
        constants: list[tuple[Path, Json, Span]] = []
        for key, value in self.root[name].items():
            at = (name, key)
            if key == "constants":
                constants += [
                    (self.reader.path(path, self.key(*at, path)), constant, self.key(*at, path))
                    for path, constant in value.items()
                ]
            elif key == "same":
                rows += [self.row(path, path, (*at, i)) for i, path in enumerate(value)]
            elif isinstance(value, list):
                self.block_name(key, self.key(*at))
                blocks.append(Block(key, tuple(self.rules(value, at, key)), self.key(*at)))
            else:
                rows.append(self.row(key, value, at))
        return Body(name, tuple(rows), tuple(blocks), tuple(constants), self.key(name))

    def block_name(self, name: str, span: Span) -> None:
        """Refuse what could not be part of a function's name; paths are names of rows."""
        if _NAME.fullmatch(name):
            return
        self.diagnostics.error(
            span,
            "D001",
            f"{name!r:.80} is no name for a block of rules",
            "name it with lower-case letters, digits and underscores",
        )

    def row(self, key: str, value: Any, at: Path) -> Row:
        options: Mapping[str, Any] = value if isinstance(value, dict) else {"to": value}
        text: str = options["to"]
        span = self.span(*at, "to") if isinstance(value, dict) else self.span(*at)
        bar = text.find("|")
        head = text if bar < 0 else text[:bar]
        filters = self.row_filters(text, len(head), span)
        only = options.get("only")
        return Row(
            canonical=self.reader.path(key, self.key(*at)),
            terms=tuple(self.terms(head, span)),
            filters=filters,
            span=span,
            canonical_span=self.key(*at),
            only=Direction(only) if only else None,
            because=options.get("because"),
        )

    def terms(self, head: str, span: Span) -> Iterator[Term]:
        offset = 0
        for piece in head.split("+"):
            text = piece.strip()
            start = offset + len(piece) - len(piece.lstrip())
            optional = text.endswith("?")
            bare = text.rstrip("?")
            at = column(span, head, start, max(len(bare), 1))
            yield Term(self.reader.path(bare, at) if bare else (), optional, at)
            offset += len(piece) + 1

    def row_filters(self, text: str, index: int, span: Span) -> tuple[Filter, ...]:
        """Filters of a row; the last may be one of the structures."""
        name, _, rest = text[index + 1 :].partition("(")
        if name in STRUCTURES:
            arguments = tuple(part.strip() for part in rest.rstrip(")").split(","))
            return (Filter(name, arguments, column(span, text, index + 1, len(name))),)
        filters, end = self.reader.filters(text, index, span)
        if end != len(text):
            self.reader.fault(
                span, text, end, f"cannot read '{text[end:]}'", "filters look like |name(a)"
            )
        return filters

    # Rules ------------------------------------------------------------------

    def rules(self, value: list[Any], at: Path, name: str) -> Iterator[Rule]:
        for index, item in enumerate(value):
            here = (*at, index)
            if "use" in item:
                yield from self.used(item["use"], here)
                continue
            canonical, native = self.rule_sides(item, here)
            yield Rule(
                name=item.get("name", name),
                canonical=canonical,
                native=native,
                only=only_direction(item),
                because=item.get("because"),
                when=item.get("when"),
                span=self.span(*here),
                same="same" in item,
            )

    def rule_sides(self, item: dict[str, Any], here: Path) -> tuple[Template, Template]:
        """The two templates; `same` writes both at once, and its filters act on the native one."""
        if "same" in item:
            native = self.reader.template(item["same"], (*here, "same"))
            return without_filters(native), native
        canonical, native = (
            self.reader.template(item[key], (*here, key)) for key in side_keys(item)
        )
        return canonical, native

    def used(self, name: str, here: Path) -> Iterator[Rule]:
        groups: dict[str, Any] = self.root.get("group", {})
        if name not in groups:
            self.diagnostics.error(
                self.span(*here, "use"),
                "D006",
                f"no group is named '{name}'",
                close_match(name, groups),
            )
            return
        self.copied += len(groups[name])
        if name in self.including or self.copied > _MOST_COPIES:
            reason = "uses itself" if name in self.including else "makes the dialect too large"
            self.diagnostics.error(self.span(*here, "use"), "D006", f"group '{name}' {reason}")
            return
        self.including.append(name)
        yield from self.rules(groups[name], ("group", name), name)
        self.including.pop()

    def group(self, name: str) -> Group:
        at = ("group", name)
        return Group(name, tuple(self.rules(self.root["group"][name], at, name)), self.key(*at))

    def turns(self, name: str) -> Turns:
        at: Path = ("turns", name)
        found = [self.turn(value, (*at, i)) for i, value in enumerate(self.root["turns"][name])]
        return Turns(name, tuple(found), self.key(*at))

    def turn(self, value: dict[str, Any], at: Path) -> Turn:
        header = self.reader.template(value["turn"], (*at, "turn"))
        assert isinstance(header, Object)
        constants = [e.template.value for e in header.entries if isinstance(e.template, Literal)]
        name = value.get("name") or "_".join(str(c) for c in constants) or "turn"
        return Turn(
            name=name,
            header=header,
            rules=tuple(self.rules(value["items"], (*at, "items"), name)),
            whole=value.get("merge") == "never",
            merge=value.get("merge") != "never",
            unknown=value.get("unknown"),
            beside=tuple(self.rules(value.get("beside", []), (*at, "beside"), name)),
            fill=value.get("fill", {}),
            span=self.key(*at, "turn"),
        )

    # Tables -----------------------------------------------------------------

    def enum_map(self, name: str) -> EnumMap:
        encode: dict[str, Json] = {}
        decode: dict[Json, str] = {}
        for canonical, native in self.root["map"][name].items():
            natives = native if isinstance(native, list) else [native]
            encode[canonical] = natives[0]
            for value in natives:
                decode.setdefault(value, canonical)
        return EnumMap(name, encode, tuple(decode.items()), self.key("map", name))

    def notes(self, section: str) -> Iterator[Note]:
        for place, reason in self.root.get(section, {}).items():
            yield Note(place, reason, self.key(section, place))

    def residue(self) -> Iterator[Note]:
        for component, names in self.root.get("residue", {}).items():
            for index, name in enumerate(names):
                yield Note(
                    f"{component}.{name}", "kept as residue", self.span("residue", component, index)
                )


class _NameCheck:
    """Every group, map and turn that a filter names must exist."""

    def __init__(self, dialect: Dialect, diagnostics: Diagnostics) -> None:
        self.dialect = dialect
        self.diagnostics = diagnostics

    def run(self) -> None:
        for filter in self.filters():
            self.check(filter)

    def check(self, filter: Filter) -> None:
        dialect = self.dialect
        if not filter.arguments:
            return  # all of these need one; the reader has said so
        if filter.name == "map":
            self.known("map", filter.arguments[0], dialect.maps, filter.span)
        elif filter.name == "gather":
            self.known("turns", filter.arguments[0], dialect.turns, filter.span)
        elif filter.name == "turn":
            names = [turn.name for turns in dialect.turns.values() for turn in turns.turns]
            self.known("turn", filter.arguments[0], names, filter.span)
        elif filter.name == "hoist" or (filter.name in FILTERS and FILTERS[filter.name].group):
            self.known("group", filter.arguments[0], dialect.groups, filter.span)

    def known(self, kind: str, name: str, names: Any, span: Span) -> None:
        if name not in names:
            self.diagnostics.error(
                span, "D006", f"no {kind} is named '{name}'", close_match(name, names)
            )

    def filters(self) -> Iterator[Filter]:
        dialect = self.dialect
        bodies = (dialect.request, dialect.response, *(dialect.compaction or ()))
        rules = [
            *(rule for body in bodies for block in body.blocks for rule in block.rules),
            *(rule for group in dialect.groups.values() for rule in group.rules),
            *(
                rule
                for turns in dialect.turns.values()
                for turn in turns.turns
                for rule in (*turn.rules, *turn.beside)
            ),
            *dialect.error.rules,
        ]
        for body in bodies:
            for row in body.rows:
                yield from row.filters
        for rule in rules:
            yield from template_filters(rule.canonical)
            yield from template_filters(rule.native)


def template_filters(template: object) -> Iterator[Filter]:
    """All filters inside a template, in reading order."""
    match template:
        case Object(entries):
            for entry in entries:
                yield from template_filters(entry.template)
        case Array(elements):
            for element in elements:
                yield from template_filters(element)
        case Text(parts):
            for part in parts:
                yield from template_filters(part)
        case Variable(_, filters):
            yield from filters


def without_filters(template: Template) -> Template:
    """The template with bare variables."""
    match template:
        case Object(entries):
            return replace(
                template,
                entries=tuple(replace(e, template=without_filters(e.template)) for e in entries),
            )
        case Array(elements):
            return replace(template, elements=tuple(map(without_filters, elements)))
        case Variable():
            return replace(template, filters=())
        case _:
            return template
