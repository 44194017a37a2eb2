"""Lowers a stream table to Python: what differs from the runtime's defaults, as expressions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from orgen.ir.schema import Json
from orgen.ir.streams import Assignment, EventRule, Path, StreamTable
from orgen.targets.python.text import string, value


@dataclass(frozen=True, slots=True)
class RuleText:
    """One `EventRule`: its assignments, and its other arguments as (name, expression)."""

    tests: str
    does: tuple[str, ...]
    arguments: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class StreamText:
    """What `dialects/stream.jinja` prints; entries are pairs of expressions."""

    imports: tuple[str, ...]
    framing: str
    arguments: tuple[tuple[str, str], ...]
    ignored: str
    """Set of the properties of events that mean nothing, or empty."""
    events: tuple[tuple[tuple[str, ...], tuple[RuleText, ...]], ...]
    """Tags whose rules are the same, with these."""
    pieces: tuple[tuple[str, str], ...]
    renamed: tuple[tuple[str, str], ...]


def stream_text(table: StreamTable) -> StreamText:
    """The texts of `STREAM = StreamTable(...)`."""
    rules = ("Assignment", "EventRule") if table.events else ()
    return StreamText(
        imports=(*rules, "StreamTable"),
        framing=string(table.framing),
        arguments=tuple(_arguments(table)),
        ignored=_set(table.ignored) if table.ignored else "",
        events=tuple(_events(table)),
        pieces=tuple((_path(path), string(action)) for path, action in table.pieces),
        renamed=tuple((_path(path), string(name)) for path, name in table.renamed),
    )


def _arguments(table: StreamTable) -> list[tuple[str, str]]:
    found = [
        ("turn", _path(table.turn) if table.turn else None),
        ("runs", None if table.runs else "False"),
        ("tag", table.tag and string(table.tag)),
        ("done", table.done and string(table.done)),
        ("id", table.id and string(table.id)),
        ("ends", "True" if table.ends else None),
        ("constants", value(dict(table.constants)) if table.constants else None),
        ("mirror", None if table.mirror is None else value(dict(table.mirror))),
        ("extensions", value(_plain(table.extensions)) if table.extensions else None),
    ]
    return [(name, text) for name, text in found if text is not None]


def _events(table: StreamTable) -> Iterator[tuple[tuple[str, ...], tuple[RuleText, ...]]]:
    for rules, group in groupby(table.events, key=itemgetter(1)):
        tags = tuple(string(tag) for tag, _ in group)
        yield tags, tuple(_rule(rule, bool(table.ignored)) for rule in rules)


def _rule(rule: EventRule, ignoring: bool) -> RuleText:
    tests = ", ".join(f"{_path(path)}: {value(word)}" for path, word in rule.tests)
    keys = ", ".join(f"{string(name)}: {_path(path)}" for name, path in rule.keys)
    arguments = [
        ("keys", "{" + keys + "}" if keys else None),
        ("missing", _object(rule.missing)),
        ("part", _object(rule.part)),
        ("known", f"STREAM_IGNORED | {_set(rule.known)}" if ignoring else _set(rule.known)),
    ]
    return RuleText(
        tests="{" + tests + "}",
        does=tuple(map(_assignment, rule.does)),
        arguments=tuple((name, text) for name, text in arguments if text is not None),
    )


def _assignment(done: Assignment) -> str:
    arguments = [string(done.operation)]
    if done.target:
        arguments.append(_path(done.target))
    if done.source is not None:
        arguments.append(f"{'' if done.target else 'source='}{_path(done.source)}")
    if done.json:
        arguments.append("json=True")
    if done.template is not None:
        arguments.append(f"value={value(dict(done.template))}")
    return f"Assignment({', '.join(arguments)})"


def _object(template: Mapping[str, Json] | None) -> str | None:
    return None if template is None else value(dict(template))


def _plain(rows: Mapping[str, Mapping[str, str]]) -> dict[str, Json]:
    return {name: dict(fields) for name, fields in rows.items()}


def _set(names: tuple[str, ...]) -> str:
    return "frozenset({" + ", ".join(map(string, names)) + "})"


def _path(path: Path) -> str:
    return "(" + ", ".join(map(string, path)) + ("," if len(path) == 1 else "") + ")"
