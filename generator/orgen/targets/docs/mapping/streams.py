"""Lowers the stream table of a dialect: what each event, or each property of a piece, does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from orgen.dialect.ast import Dialect
from orgen.dialect.stream.ast import Act, EventRule, Path, Piece, Stream
from orgen.dialect.stream.channels import channels, piece_target
from orgen.targets.docs.escape import code, escape
from orgen.targets.docs.model import Table

_FRAMINGS = {"sse": "Server-sent events", "ndjson": "One JSON object a line"}


@dataclass(frozen=True, slots=True)
class TableSection:
    """A heading and the table below it."""

    title: str
    about: str | None
    table: Table


def stream_sections(dialect: Dialect) -> Iterator[TableSection]:
    """The section about streams, of a dialect that has any."""
    stream = dialect.stream
    if stream is None:
        return
    first = "Event" if stream.rules else "Piece"
    rows = _rules(dialect, stream) if stream.rules else _pieces(dialect, stream)
    table = Table((first, "What it does", "Native", "Open Responses"), tuple(rows))
    yield TableSection("Streams", _about(stream), table)


def _about(stream: Stream) -> str:
    mark = f", ended by {code(stream.done)}" if stream.done else ""
    told = "events say what to do" if stream.rules else "each is a piece of the response"
    return f"{_FRAMINGS[stream.framing]}{mark}; {told}."


def _rules(dialect: Dialect, stream: Stream) -> Iterator[tuple[str, ...]]:
    for rule in stream.rules:
        for act in rule.acts:
            yield (
                "<br>".join(code(str(word.value)) for word in rule.match.tags) + _tests(rule),
                rule.operation + (f": {escape(rule.reason)}" if rule.reason else ""),
                _target(act),
                _channel(dialect, act.target) if act.operation == "append" else "",
            )


def _tests(rule: EventRule) -> str:
    return "".join(f"<br>{code(f'{_path(t.path)}: {t.value}')}" for t in rule.match.tests)


def _target(act: Act) -> str:
    form = "|json" if act.json else ""
    return code(_path(act.target) + form) if act.target else ""


def _pieces(dialect: Dialect, stream: Stream) -> Iterator[tuple[str, ...]]:
    for piece in stream.pieces:
        target = piece_target(dialect, stream, piece.path)
        grows = piece.action == "append" and target
        yield (
            code(_path(piece.path)),
            piece.action or "",
            _named(piece),
            _channel(dialect, target) if grows and target else "",
        )


def _named(piece: Piece) -> str:
    return code(piece.name) if piece.name is not None else ""


def _channel(dialect: Dialect, target: Path) -> str:
    return "<br>".join(map(code, channels(dialect, target)))


def _path(path: Path) -> str:
    return ".".join(path)
