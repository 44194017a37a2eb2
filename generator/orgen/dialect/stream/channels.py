"""Canonical channels: what a text that grows in a native response is to Open Responses.

No table says so. The rules for whole responses read the text, and where their
canonical side has its variable is where it grows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from orgen.dialect.ast import (
    Array,
    Dialect,
    Direction,
    Literal,
    Object,
    Rule,
    Template,
    Text,
    Variable,
)
from orgen.dialect.compile.streams import output_row, turn_name, turn_path
from orgen.dialect.primitives import FILTERS
from orgen.dialect.stream.ast import Path, Stream


def channels(dialect: Dialect, target: Path) -> tuple[str, ...]:
    """Canonical places fed by the text at a path below the turn, such as `summary_text.text`.

    None at all means that no rule of the response reads the text.
    """
    rules, steps = _readers(dialect), target
    if turn_name(dialect) is None:
        steps = target[1:]
        if steps and steps[0][:1] == "$":
            steps = steps[1:]
    return tuple(dict.fromkeys(_through(dialect, rules, steps)))


def piece_target(dialect: Dialect, stream: Stream, path: Path) -> Path | None:
    """The path of a piece as one of the response below its turn; None outside of that."""
    names = {piece.path: piece.name for piece in stream.pieces if piece.name is not None}
    steps = tuple(names.get(path[: n + 1], step) for n, step in enumerate(path))
    turn = tuple(step for step in turn_path(dialect) if step != "*")
    return steps[len(turn) :] if steps[: len(turn)] == turn else None


def block_lists(dialect: Dialect) -> tuple[str, ...]:
    """The lists that hold the blocks of a response, below its turn."""
    name = turn_name(dialect)
    if name is None:
        row = output_row(dialect)
        steps = row.terms[0].path if row and row.terms else ("output",)
        return tuple(str(step) for step in steps[-1:])
    found: dict[str, None] = {}
    for rule in _readers(dialect):
        if isinstance(rule.native, Object):
            for entry in rule.native.entries:
                if isinstance(entry.template, Array) or _group(entry.template):
                    found[entry.key] = None
    return tuple(found)


def _readers(dialect: Dialect) -> tuple[Rule, ...]:
    """The rules that decode what a response holds: items of its turn, or of its list."""
    name = turn_name(dialect)
    if name is not None:
        turns = [turn for turns in dialect.turns.values() for turn in turns.turns]
        return tuple(
            rule for turn in turns if turn.name == name for rule in (*turn.rules, *turn.beside)
        )
    row = output_row(dialect)
    names = [filter.arguments[0] for filter in row.filters if filter.arguments] if row else []
    return tuple(rule for n in names if n in dialect.groups for rule in dialect.groups[n].rules)


def _through(dialect: Dialect, rules: Iterable[Rule], steps: Path) -> Iterator[str]:
    for rule in rules:
        if rule.only is Direction.ENCODE:
            continue
        yield from _read(dialect, rule, rule.native, steps)


def _read(dialect: Dialect, rule: Rule, template: Template, steps: Path) -> Iterator[str]:
    """Where a rule puts what lies at a path of its native template."""
    match template:
        case Object() if steps:
            entry = template.entry(steps[0])
            if entry is not None:
                yield from _read(dialect, rule, entry.template, steps[1:])
        case Array(elements):
            for element in elements:
                yield from _read(dialect, rule, element, _inside(steps))
        case Variable(name):
            group = _group(template)
            inner = dialect.groups[group].rules if group and group in dialect.groups else ()
            rest = _inside(steps)
            found = list(_through(dialect, inner, rest)) if rest else []
            yield from found or (_places(rule.canonical, name) if not (inner and rest) else ())
        case Text(parts):
            for part in parts:
                if isinstance(part, Variable):
                    yield from _places(rule.canonical, part.name)


def _inside(steps: Path) -> Path:
    """The path without the position in a list, if it begins with one."""
    return steps[1:] if steps and steps[0][:1] == "$" else steps


def _group(template: Template) -> str | None:
    """The group that a variable's values are made by."""
    filters = template.filters if isinstance(template, Variable) else ()
    return next(
        (f.arguments[0] for f in filters if FILTERS[f.name].group and f.arguments),
        None,
    )


def _places(template: Template, name: str, kind: str = "", key: str = "") -> Iterator[str]:
    """`type.property` of the places that hold a variable."""
    match template:
        case Object(entries):
            tag = template.entry("type")
            if tag is not None and isinstance(tag.template, Literal):
                kind = str(tag.template.value)
            for entry in entries:
                yield from _places(entry.template, name, kind, entry.key)
        case Array(elements):
            for element in elements:
                yield from _places(element, name, kind, key)
        case Variable(found) if found == name:
            yield f"{kind}.{key}" if kind else key
        case Text(parts):
            for part in parts:
                if isinstance(part, Variable):
                    yield from _places(part, name, kind, key)
