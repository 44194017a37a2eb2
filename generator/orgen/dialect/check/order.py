"""Order: alternatives that are never reached, and rows that write over each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orgen.diagnostics import Diagnostics, Related
from orgen.dialect.ast import (
    Array,
    Direction,
    Entry,
    Literal,
    Object,
    Path,
    Row,
    Template,
    Text,
    Total,
    Turn,
    Variable,
    Wildcard,
)
from orgen.dialect.check.findings import Findings
from orgen.dialect.check.sides import Pair, Side, in_url, occurrences, structure
from orgen.dialect.primitives import FILTERS

_KINDS = ("str", "obj", "list")
_NEVER_REFUSE = (
    "default",
    "clamp",
    "int",
    "mint",
    "minted",
    "own_id",
    "name_of",
    "media_type",
    "join",
)


def check_order(found: Findings, diagnostics: Diagnostics) -> None:
    """D030 rules that never match, D031 rows that write the same place."""
    seen: set[tuple[object, ...]] = set()
    for direction, pairs in _lists(found):
        side = Side.CANONICAL if direction is Direction.ENCODE else Side.NATIVE
        running = [pair for pair in pairs if pair.runs(direction)]
        for index, later in enumerate(running):
            earlier = next((e for e in running[:index] if _hides(e, later, side)), None)
            if earlier is not None and (later.span, direction) not in seen:
                seen.add((later.span, direction))
                diagnostics.error(
                    later.span,
                    "D030",
                    f"this rule never {direction.value}s: an earlier one takes all that it matches",
                    "put the special case first, or limit one with 'only'",
                    [Related(earlier.span, "the earlier rule")],
                )
    dialect = found.dialect
    for body in (dialect.request, dialect.response, *(dialect.compaction or ())):
        _writes(body.rows, diagnostics)


def _lists(found: Findings) -> Iterator[tuple[Direction, Sequence[Pair]]]:
    """The ordered alternatives of each direction."""
    sides, dialect = found.sides, found.dialect
    blocks = [
        [pair for pair in sides.bodies[body.name] if pair.span in {r.span for r in block.rules}]
        for body in (dialect.request, dialect.response, *(dialect.compaction or ()))
        for block in body.blocks
    ]
    for direction in Direction:
        for pairs in (*blocks, sides.bodies["error"], *sides.groups.values()):
            yield direction, pairs
    for name, turns in dialect.turns.items():
        rules = {rule.span for turn in turns.turns for rule in turn.rules}
        every = [pair for pairs in sides.turns[name].values() for pair in pairs]
        yield Direction.ENCODE, [pair for pair in every if pair.span in rules]
        for turn in turns.turns:
            pairs = [p for p in sides.turns[name][turn.name] if p.span in rules]
            for slot in _slots(turn, pairs):
                yield Direction.DECODE, slot


def _slots(turn: Turn, pairs: list[Pair]) -> Iterator[list[Pair]]:
    """Rules of a turn that compete when decoding: of whole messages, or of one list."""
    if turn.whole:
        yield pairs
        return
    slots: dict[tuple[str, ...], list[Pair]] = {}
    constants = {entry.key for entry in turn.header.entries}
    for pair in pairs:
        if isinstance(pair.native, Object):
            own = [entry for entry in pair.native.entries if entry.key not in constants]
            slots.setdefault(_slot(own), []).append(pair)
    yield from slots.values()


def _slot(entries: list[Entry]) -> tuple[str, ...]:
    if len(entries) != 1:
        return ("message",)
    template = entries[0].template
    if isinstance(template, Array):
        return ("element", entries[0].key)
    return ("run" if isinstance(template, Variable) else "message", entries[0].key)


def _hides(earlier: Pair, later: Pair, side: Side) -> bool:
    if earlier.when or earlier is later:
        return False
    source = earlier.side(side)
    names = [variable.name for variable in occurrences(source)]
    if len(names) != len(set(names)):
        return False
    return covers(source, later.side(side))


def covers(general: Template, special: Template) -> bool:
    """Whether a template matches everything that another one matches; False where unsure."""
    match general, special:
        case Wildcard(), _:
            return True
        case Variable(_, filters), Variable(_, others) if filters:
            same = [f.name for f in filters] == [f.name for f in others]
            same = same and [f.arguments for f in filters] == [f.arguments for f in others]
            return same or _accepts_all(general)
        case Variable(_, ()), Variable(_, others):
            return not any(filter.name in _KINDS for filter in others)
        case Variable(_, filters), (Literal() | Text() | Total()):
            return not filters or _accepts_all(general)
        case Variable(_, filters), (Object() | Array()):
            return _accepts_all(general) and bool(filters)
        case Literal(value), Literal(other):
            return value == other and type(value) is type(other)
        case Text(parts), Text(others):
            shape = [p if isinstance(p, str) else None for p in parts]
            return shape == [p if isinstance(p, str) else None for p in others]
        case Object(), Object():
            return _object_covers(general, special)
        case Array(elements), Array(others):
            pairs = zip(elements, others, strict=False)
            return len(elements) == len(others) and all(covers(a, b) for a, b in pairs)
        case _:
            return False


def _accepts_all(variable: Variable) -> bool:
    """Whether no filter of a variable can refuse a value."""
    return all(
        filter.name in _NEVER_REFUSE or (filter.name in FILTERS and FILTERS[filter.name].group)
        for filter in variable.filters
    )


def _object_covers(general: Object, special: Object) -> bool:
    for entry in general.entries:
        other = special.entry(entry.key)
        if other is None:
            if not (entry.optional and _is_free(entry.template)):
                return False
        elif (
            other.optional and not entry.optional and not isinstance(entry.template, Wildcard)
        ) or not covers(entry.template, other.template):
            return False
    return True


def _is_free(template: Template) -> bool:
    match template:
        case Wildcard():
            return True
        case Variable():
            return _accepts_all(template)
        case _:
            return False


def _writes(rows: Sequence[Row], diagnostics: Diagnostics) -> None:
    """Rows of one body that write one place in one direction, unless `only` says which."""
    for direction in Direction:
        first: dict[Path, Row] = {}
        for row in rows:
            if row.only is not None or structure(row.filters):
                continue
            target = row.terms[0].path if direction is Direction.ENCODE else row.canonical
            if not target or in_url(target):
                continue
            other = first.setdefault(target, row)
            if other is not row:
                diagnostics.error(
                    row.canonical_span,
                    "D031",
                    f"two rows write '{'.'.join(map(str, target))}' when they {direction.value}",
                    "limit one with 'only', or write a block of alternatives",
                    [Related(other.canonical_span, "the other row")],
                )
