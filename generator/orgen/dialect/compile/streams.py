"""Makes the stream table of a dialect.

It is what the `stream` section says, and what the rows for whole responses tell besides.
"""

from __future__ import annotations

from orgen.dialect.ast import Dialect, Row
from orgen.dialect.stream.ast import Act, EventRule, Match, Stream
from orgen.ir.streams import Assignment, Path, StreamTable
from orgen.ir.streams import EventRule as Rule


def stream_table(dialect: Dialect) -> StreamTable | None:
    """The table of a dialect, None for one without streams.

    Where the response holds its blocks, and whether neighbouring ones are joined,
    is what the row for `output` says; its id is where the row for `id` says.
    """
    stream = dialect.stream
    if stream is None:
        return None
    return StreamTable(
        framing=stream.framing,
        turn=turn_path(dialect),
        runs=turn_name(dialect) is not None,
        tag=stream.tag,
        done=stream.done,
        id=_id(dialect),
        ignored=stream.ignore,
        constants=stream.constants,
        mirror=stream.mirror,
        extensions=stream.extensions,
        events=_events(stream),
        pieces=tuple((p.path, p.action) for p in stream.pieces if p.action is not None),
        renamed=tuple((p.path, p.name) for p in stream.pieces if p.name is not None),
        ends=any(rule.operation == "end" for rule in stream.rules)
        or any(piece.action == "end" for piece in stream.pieces),
    )


def output_row(dialect: Dialect) -> Row | None:
    """The row that says where responses hold what the model made."""
    return _row(dialect, "output")


def turn_name(dialect: Dialect) -> str | None:
    """The turn that responses hold, None where they hold a list of items."""
    row = output_row(dialect)
    last = row.filters[-1] if row and row.filters else None
    return last.arguments[0] if last is not None and last.name == "turn" else None


def turn_path(dialect: Dialect) -> Path:
    """Where a response holds the object with the blocks; `*` for positions in lists."""
    row = output_row(dialect)
    if row is None or turn_name(dialect) is None:
        return ()
    steps = row.terms[0].path if row.terms else ()
    return tuple("*" if isinstance(step, int) else step for step in steps)


def _row(dialect: Dialect, name: str) -> Row | None:
    return next((row for row in dialect.response.rows if row.canonical == (name,)), None)


def _id(dialect: Dialect) -> str | None:
    row = _row(dialect, "id")
    path = row.terms[0].path if row and row.terms else ()
    return str(path[0]) if len(path) == 1 else None


def _events(stream: Stream) -> tuple[tuple[str, tuple[Rule, ...]], ...]:
    """Rules by tag. Events that are told as they are need none: decoders pass on what is new."""
    found: dict[str, list[Rule]] = {}
    for rule in stream.rules:
        if rule.operation != "tell":
            compiled = _rule(rule, stream)
            for word in rule.match.tags:
                found.setdefault(str(word.value), []).append(compiled)
    return tuple((tag, tuple(rules)) for tag, rules in found.items())


def _rule(rule: EventRule, stream: Stream) -> Rule:
    match = rule.match
    steps = {step[1:] for act in rule.acts for step in act.target if step[:1] == "$"}
    blocks = {
        value[1:]
        for block in (rule.missing, rule.part, *(act.template for act in rule.acts))
        if block is not None
        for value in block.values()
        if isinstance(value, str) and value[:1] == "$"
    }
    keys = [b for b in match.bindings if b.name in steps | blocks]
    first = [path[0] for path, _ in match.paths]
    known = dict.fromkeys([*([stream.tag] if stream.tag else []), *first])
    return Rule(
        tests=tuple((test.path, test.value) for test in match.tests),
        does=tuple(
            Assignment(act.operation, act.target, _source(act, match), act.json, act.template)
            for act in rule.acts
        ),
        keys=tuple((f"${bound.name}", bound.path) for bound in keys),
        missing=rule.missing,
        part=rule.part,
        known=tuple(known),
    )


def _source(act: Act, match: Match) -> Path | None:
    """Where the event has what is assigned; what merges without a name is the event itself."""
    if act.source is not None:
        return match.path_of(act.source)
    return () if act.operation == "merge" else None
