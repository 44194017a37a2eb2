"""Everything that a dialect says about canonical places, collected from its syntax tree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from orgen.dialect.ast import Body, Dialect, Literal, Object, Row, Rule, Turn
from orgen.dialect.mapping.leaves import Claim, RuleReader, written
from orgen.dialect.mapping.model import Field, Scope, Use
from orgen.dialect.parse import template_filters


@dataclass(frozen=True, slots=True)
class Said:
    """A claim together with the use that backs it."""

    claim: Claim
    use: Use

    def about(self, field: Field) -> bool:
        """Whether it is about the field, or about something around it or inside it."""
        claim = self.claim
        if claim.scope is not field.scope:
            return False
        path, angle, form = field.path.rstrip(">").partition("<")
        if angle:
            return claim.path == path and claim.form in (None, form)
        if claim.path == path:
            return True
        if field.scope is Scope.VALUE:
            return claim.path.startswith(f"{path}.") and "." in path
        return path.startswith(f"{claim.path}.") or claim.path.startswith(f"{path}.")


def said_by(dialect: Dialect, fields: Sequence[Field]) -> list[Said]:
    """All claims of a dialect, in the order of its file."""
    formed = frozenset(field.path.partition("<")[0] for field in fields if "<" in field.path)
    reader = RuleReader(dialect.tag, formed)
    found = [*_bodies(dialect, reader), *_values(dialect, reader)]
    return sorted(found, key=lambda each: each.use.span)


def _bodies(dialect: Dialect, reader: RuleReader) -> Iterator[Said]:
    for scope, body in ((Scope.REQUEST, dialect.request), (Scope.RESPONSE, dialect.response)):
        for row in body.rows:
            yield _row(row, scope)
        for block in body.blocks:
            for rule in block.rules:
                yield from _rule(reader, rule, scope)
    for rule in dialect.error.rules:
        yield from _rule(reader, rule, Scope.ERROR)


def _row(row: Row, scope: Scope) -> Said:
    natives = tuple(native_path(term.path) for term in row.terms)
    filters = tuple(written(each.name, each.arguments) for each in row.filters)
    path = ".".join(str(step) for step in row.canonical)
    use = Use((" + ".join(natives),), filters, row.only, row.because, row.canonical_span)
    return Said(Claim(scope, path, use.natives, filters), use)


def native_path(path: tuple[str | int, ...]) -> str:
    """A native path as readers know it; `@` places are parts of the URL."""
    text = ".".join(str(step) for step in path)
    if text.startswith("@"):
        return f"URL {{{text[1:]}}}"
    return text or "(whole body)"


def _rule(reader: RuleReader, rule: Rule, scope: Scope, prefix: str = "") -> Iterator[Said]:
    native = [written(f.name, f.arguments) for f in template_filters(rule.native)]
    marked = isinstance(rule.canonical, Object) and any(
        ":" in entry.key for entry in rule.canonical.entries
    )
    for claim in reader.claims(rule, scope, prefix):
        filters = tuple(dict.fromkeys([*claim.filters, *native]))
        use = Use(claim.natives, filters, rule.only, rule.because, rule.span, claim.carried, marked)
        yield Said(claim, use)


def _values(dialect: Dialect, reader: RuleReader) -> Iterator[Said]:
    for group in dialect.groups.values():
        place = _holder(dialect, group.name)
        for rule in group.rules:
            yield from _rule(reader, rule, Scope.VALUE, place)
    for turns in dialect.turns.values():
        path = _gathered(dialect.request, turns.name)
        for turn in turns.turns:
            place = f"{path}[{_header(turn)}]" if path else ""
            for rule in (*turn.rules, *turn.beside):
                yield from _rule(reader, rule, Scope.VALUE, place)


def _holder(dialect: Dialect, group: str) -> str:
    """The native path that a row puts values of a group at; empty for those inside of values."""
    for row in (*dialect.request.rows, *dialect.response.rows):
        for each in row.filters:
            if each.name in ("one", "each") and each.arguments == (group,):
                return native_path(row.terms[0].path) + "[]" * (each.name == "each")
    return ""


def _gathered(request: Body, name: str) -> str:
    """The native path of the messages that a section of turns makes."""
    for row in request.rows:
        if any(each.name == "gather" and each.arguments == (name,) for each in row.filters):
            return native_path(row.terms[0].path)
    return ""


def _header(turn: Turn) -> str:
    header: Object = turn.header
    words = [e.template.value for e in header.entries if isinstance(e.template, Literal)]
    return " ".join(str(word) for word in words)
