"""Coverage: what becomes of every canonical place, as errors and as a value for tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from orgen.diagnostics import Diagnostics, Span
from orgen.dialect.ast import Array, Dialect, Object, Template, Text, Variable, Wildcard
from orgen.dialect.check.expand import Alt
from orgen.dialect.check.findings import CANONICAL, Findings, built_in, findings
from orgen.dialect.check.marks import Gap, Reached, last_step
from orgen.dialect.check.notes import (
    DROP,
    IGNORE,
    REJECT,
    Said,
    canonical_notes,
    native_notes,
    settles,
    settles_native,
)
from orgen.dialect.primitives import close_match
from orgen.ir.schema import Schema


class Status(Enum):
    """What a dialect does with a canonical place when it encodes."""

    MAPPED = "mapped"
    EMULATED = "emulated"
    DROPPED = "dropped"
    REJECTED = "rejected"
    IGNORED = "ignored"
    MISSING = "missing"


SETTLED_BY = "map it, or add to drop, reject or ignore: "
"""Begins the hint of a gap; the line that would settle it follows."""

_NOTED = {DROP: Status.DROPPED, REJECT: Status.REJECTED, IGNORE: Status.IGNORED}


@dataclass(frozen=True, slots=True)
class Covered:
    """One canonical place. `context` is the body or the value that holds it.

    `native` are the native places that carry it, as paths of their body or value.
    `reason` says why it is not carried as it is.
    """

    context: str
    place: str
    status: Status
    native: tuple[str, ...]
    reason: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class Coverage:
    """All canonical places of a dialect, in the order of the schema."""

    dialect: str
    entries: tuple[Covered, ...]


def coverage(dialect: Dialect, schema: Schema, native: Schema | None = None) -> Coverage:
    """What becomes of every canonical place."""
    found = findings(dialect, schema, native)
    notes = canonical_notes(dialect)
    entries: dict[tuple[str, str], Covered] = {}
    for reached in found.canonical.reached:
        made = _reached(reached)
        entries.setdefault((made.context, made.place), made)
    for gap in (*found.canonical.gaps, *found.canonical_gaps):
        made = _gap(gap, settles(gap, notes), dialect)
        key = (made.context, made.place)
        if key not in entries or not gap.partial:
            entries[key] = made
        elif entries[key].status is Status.MAPPED:
            entries[key] = _partial(entries[key], made, gap)
    return Coverage(dialect.name, tuple(entries.values()))


def _reached(reached: Reached) -> Covered:
    reasons = [alt.pair.because for alt in reached.alts]
    emulated = all(reasons) and bool(reasons)
    clamped = any(_clamps(alt) for alt in reached.alts)
    status = Status.EMULATED if emulated or clamped else Status.MAPPED
    reason = reasons[0] if emulated else "moved into the range of the API" if clamped else None
    places = tuple(dict.fromkeys(place for alt in reached.alts for place in _natives(alt)))
    return Covered(reached.context, reached.path, status, places, reason, reached.alts[0].pair.span)


def _clamps(alt: Alt) -> bool:
    row = alt.pair.row
    return row is not None and any(filter.name == "clamp" for filter in row.filters)


def _natives(alt: Alt) -> Iterator[str]:
    """The native places that a canonical template is written to."""
    if isinstance(alt.template, Variable):
        yield from _paths(alt.pair.native, alt.template.name)
    else:
        yield from _leaves(alt.pair.native)


def _paths(template: Template, name: str, prefix: str = "") -> Iterator[str]:
    match template:
        case Object(entries):
            for entry in entries:
                yield from _paths(entry.template, name, _joined(prefix, entry.key))
        case Array(elements):
            for element in elements:
                yield from _paths(element, name, f"{prefix}[]")
        case Text(parts):
            if any(isinstance(part, Variable) and part.name == name for part in parts):
                yield prefix
        case Variable(found):
            if found == name:
                yield prefix


def _leaves(template: Template, prefix: str = "") -> Iterator[str]:
    match template:
        case Object(entries):
            for entry in entries:
                yield from _leaves(entry.template, _joined(prefix, entry.key))
        case Array(elements):
            for element in elements:
                yield from _leaves(element, f"{prefix}[]")
        case Wildcard():
            return
        case _:
            yield prefix


def _joined(prefix: str, key: str) -> str:
    return f"{prefix}.{key}" if prefix else key


def _gap(gap: Gap, said: Said | None, dialect: Dialect) -> Covered:
    span = gap.span if gap.span.file else _section(gap, dialect)
    settled = built_in(gap)
    if settled is not None:
        return Covered(gap.context, gap.place, Status.MAPPED, (), settled, span)
    if said is None:
        return Covered(gap.context, gap.place, Status.MISSING, (), None, span)
    note = said.note
    return Covered(gap.context, gap.place, _NOTED[said.section], (), note.reason, note.span)


def _partial(old: Covered, new: Covered, gap: Gap) -> Covered:
    reason = f"{gap.partial}: {new.reason}" if new.reason else gap.partial
    return Covered(old.context, old.place, Status.EMULATED, old.native, reason, old.span)


def _section(gap: Gap, dialect: Dialect) -> Span:
    bodies = (dialect.request, dialect.response, *(dialect.compaction or ()))
    spans: dict[str, Span] = {body.name: body.span for body in bodies}
    spans["error"] = dialect.error.span
    return spans.get(gap.context, dialect.request.span)


def check_coverage(found: Findings, diagnostics: Diagnostics) -> None:
    """D010 canonical gaps, D020 words without a translation, D011 native gaps."""
    notes = canonical_notes(found.dialect)
    for gap in _first(found.canonical_gaps):
        if settles(gap, notes) is None:
            _missing(gap, found.dialect, diagnostics)
    strange = native_notes(found.dialect)
    unread: dict[str, list[Gap]] = {}
    for gap in _first(found.native_gaps):
        if settles_native(gap, strange) is None:
            unread.setdefault(gap.component, []).append(gap)
    for component, gaps in unread.items():
        _unread(component, gaps, found.dialect, diagnostics)


def _first(gaps: tuple[Gap, ...]) -> list[Gap]:
    """Each gap once, where it occurs in several contexts."""
    first: dict[tuple[str, str, str], Gap] = {}
    for gap in gaps:
        first.setdefault((gap.names[0], gap.component, gap.partial), gap)
    return list(first.values())


def _missing(gap: Gap, dialect: Dialect, diagnostics: Diagnostics) -> None:
    name = gap.names[0]
    if gap.map:
        message = f"the map '{gap.map}' has no word for {gap.partial} of '{gap.place}'"
    elif gap.partial:
        message = f"no row, rule or note for {gap.partial} of canonical field '{gap.place}'"
    else:
        message = f"no row, rule or note for canonical field '{name}'"
    where = "" if gap.context in CANONICAL else f" in '{gap.context}'"
    span = gap.span if gap.span.file else _section(gap, dialect)
    hint = f"{SETTLED_BY}{_quoted(name)}: <reason>"
    diagnostics.error(span, "D020" if gap.map else "D010", message + where, hint)


def _quoted(name: str) -> str:
    return f'"{name}"' if name.startswith("*") else name


def _unread(component: str, gaps: list[Gap], dialect: Dialect, diagnostics: Diagnostics) -> None:
    """One remark for all the properties of a component, with the line that settles it."""
    names = list(dict.fromkeys(last_step(gap.names[0]) for gap in gaps))
    span = gaps[0].span if gaps[0].span.file else _section(gaps[0], dialect)
    diagnostics.error(
        span,
        "D011",
        f"no row, rule or note for {', '.join(names)} of native {component}",
        f"read it, or add to residue: {component}: [{', '.join(names)}]",
    )


def check_unknown(found: Findings, diagnostics: Diagnostics) -> None:
    """D013 and D016: keys of templates that their schema does not have."""
    for walk, code, side in (
        (found.canonical, "D016", "canonical"),
        (found.native, "D013", "native"),
    ):
        if walk is None:
            continue
        for unknown in walk.faults.unknown:
            if unknown.span not in walk.faults.known:
                message = f"'{unknown.key}' is no {side} property of {unknown.component}"
                hint = close_match(unknown.key, unknown.known)
                diagnostics.error(unknown.span, code, message, hint)
