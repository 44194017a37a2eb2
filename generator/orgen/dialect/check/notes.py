"""Notes: which of them settles a gap, and which settle nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from orgen.diagnostics import Diagnostics, Related
from orgen.dialect.ast import Dialect, Note
from orgen.dialect.check.findings import Findings
from orgen.dialect.check.marks import Gap, last_step
from orgen.dialect.check.places import canonical_places, native_places
from orgen.dialect.primitives import close_match

IGNORE, REJECT, DROP, RESIDUE = "ignore", "reject", "drop", "residue"


@dataclass(frozen=True, slots=True)
class Said:
    """A note and the section that it stands in."""

    section: str
    note: Note


def canonical_notes(dialect: Dialect) -> dict[str, Said]:
    """Place -> note about it, in the order in which the runtime asks."""
    return _index(((IGNORE, dialect.ignore), (REJECT, dialect.reject), (DROP, dialect.drop)))


def native_notes(dialect: Dialect) -> dict[str, Said]:
    """Place -> note about a native place."""
    found = _index(((IGNORE, dialect.ignore), (RESIDUE, dialect.residue)))
    for key in dialect.adornments:
        found.setdefault(f"*.{key}", Said("adornments", Note(key, "an adornment", dialect.span)))
    return found


def _index(sections: tuple[tuple[str, tuple[Note, ...]], ...]) -> dict[str, Said]:
    found: dict[str, Said] = {}
    for section, notes in sections:
        for note in notes:
            found.setdefault(note.place, Said(section, note))
    return found


def settles(gap: Gap, notes: Mapping[str, Said]) -> Said | None:
    """The note that settles a canonical gap."""
    return next((notes[name] for name in gap.names if name in notes), None)


def settles_native(gap: Gap, notes: Mapping[str, Said]) -> Said | None:
    """The note that settles a native gap: under its path, or under its component."""
    return next((notes[name] for name in native_names(gap) if name in notes), None)


def native_names(gap: Gap) -> Iterator[str]:
    last = last_step(gap.names[0])
    yield f"{gap.component}.{last}"
    yield from gap.names
    yield f"turn.{gap.names[0]}"
    if not gap.partial:
        yield f"*.{last}"


def check_notes(found: Findings, diagnostics: Diagnostics) -> None:
    """D012 unknown places, D014 notes that settle nothing, D015 contradictions."""
    _contradictions(found.dialect, diagnostics)
    _canonical(found, diagnostics)
    if found.native is not None:
        _residue(found, diagnostics)


def _sections(dialect: Dialect) -> tuple[tuple[str, tuple[Note, ...]], ...]:
    return (DROP, dialect.drop), (REJECT, dialect.reject), (IGNORE, dialect.ignore)


def _contradictions(dialect: Dialect, diagnostics: Diagnostics) -> None:
    first: dict[str, Said] = {}
    for section, notes in _sections(dialect):
        for note in notes:
            other = first.setdefault(note.place, Said(section, note))
            if other.note is not note:
                diagnostics.error(
                    note.span,
                    "D015",
                    f"'{note.place}' stands under {other.section} and under {section}",
                    "keep one of them",
                    [Related(other.note.span, f"under {other.section} here")],
                )


def _canonical(found: Findings, diagnostics: Diagnostics) -> None:
    dialect = found.dialect
    known = canonical_places(found.canonical.schema)
    strange = native_places(found.native.schema) if found.native is not None else set()
    used = {name for gap in found.canonical_gaps for name in gap.names}
    used_natively = {name for gap in found.native_gaps for name in native_names(gap)}
    mapped = {reached.path for reached in found.canonical.reached}
    for section, notes in _sections(dialect):
        for note in notes:
            ignorable = section == IGNORE and (note.place in strange or note.place in used_natively)
            place = note.place.partition("<")[0] if note.place in known else note.place
            if {note.place, place} & used or (section == IGNORE and note.place in used_natively):
                continue
            base, form, _ = note.place.partition("<")
            if section == IGNORE and form and base in used:  # a value that asks for nothing
                continue
            if found.native is None and section == IGNORE:
                continue
            if note.place not in known and not ignorable:
                message = f"{section} names an unknown canonical field '{note.place}'"
                hint = close_match(note.place, sorted(known))
                diagnostics.error(note.span, "D012", message, hint)
            else:
                _superfluous(note, section, mapped, diagnostics)


def _superfluous(note: Note, section: str, mapped: set[str], diagnostics: Diagnostics) -> None:
    if note.place in mapped:
        message = f"'{note.place}' stands under {section}, but is mapped wherever it can occur"
        hint = "remove the note, or the row or rule"
    else:
        message = f"'{note.place}' stands under {section}, but nothing asks for it"
        hint = "what holds it is settled as a whole: remove the note"
    diagnostics.error(note.span, "D014", message, hint)


def _residue(found: Findings, diagnostics: Diagnostics) -> None:
    assert found.native is not None
    used = {name for gap in found.native_gaps for name in native_names(gap)}
    known = native_places(found.native.schema)
    for note in found.dialect.residue:
        if note.place in used:
            continue
        if note.place not in known:
            message = f"residue names an unknown native property '{note.place}'"
            diagnostics.error(note.span, "D012", message, close_match(note.place, sorted(known)))
        else:
            diagnostics.error(
                note.span,
                "D014",
                f"'{note.place}' stands under residue, but rules read it wherever it can occur",
                "remove it from the list",
            )
