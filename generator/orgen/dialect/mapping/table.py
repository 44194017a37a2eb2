"""Joins the fields of the contract with what a dialect says about them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from orgen.dialect.ast import Dialect, Direction, Note
from orgen.dialect.check import Covered, coverage
from orgen.dialect.check import Status as Checked
from orgen.dialect.mapping.model import Cell, Field, Mapping, Remark, Scope, Status, Use
from orgen.dialect.mapping.uses import Said, said_by
from orgen.dialect.primitives import FIXUPS
from orgen.ir.schema import Schema

ECHOED = "not in the vendor's reply; repeated from the request, or filled with the default"
DERIVED = "not in the vendor's reply; worked out from the rest, or filled with the default"
UNCARRIED = "accepted, and not passed on"
UNSAID = "no rule or note speaks of it"
HELD = "it stands only inside of what is not carried either"
MERGED = "the vendor's entry is merged into the body, but for protected places"
POLICIES = {"narrow_allowed_tools": "tool_choice<allowed_tools>"}
"""Fixup -> the field that it stands in for where no rule does."""

_Verdict: TypeAlias = "tuple[Status, str | None]"
_SECTIONS = ((Status.IGNORED, "ignore"), (Status.REJECTED, "reject"), (Status.DROPPED, "drop"))


def mapping_of(dialect: Dialect, schema: Schema, fields: Sequence[Field]) -> Mapping:
    """The column of one dialect; it has a cell for every field, in the same order.

    `fields` are the canonical fields of `schema`.
    """
    said = said_by(dialect, fields)
    asked = frozenset(f.path.partition(".")[0] for f in fields if f.scope is Scope.REQUEST)
    notes = [
        (note.place, Remark(status, note.reason, note.span))
        for status, section in _SECTIONS
        for note in _notes(dialect, section)
    ]
    covered = _covered(dialect, schema)
    values = frozenset(f.path for f in fields if f.scope is Scope.VALUE and f.owner is None)
    cells: dict[tuple[Scope, str], Cell] = {}
    for field in fields:
        uses = _merged(each for each in said if each.about(field))
        remarks = _about(field, notes, asked, values if uses else frozenset())
        whole = cells.get((Scope.VALUE, field.owner)) if field.owner else None
        verdict = _written(dialect, field, uses) or _unwritten(field, uses, remarks, whole)
        if field.scope is Scope.RESPONSE and verdict[1] == UNSAID:
            echoed = field.path.partition(".")[0] in asked
            verdict = Status.EMULATED, ECHOED if echoed else DERIVED
        if whole is None or whole.reason != verdict[1]:
            verdict = _refined(verdict, uses, covered.get((field.scope, field.path), ()))
        cells[field.scope, field.path] = Cell(field, *verdict, uses, remarks)
    known = {name for field in fields for name in _places(field)}
    ignored = tuple(
        Remark(Status.IGNORED, f"{note.place}: {note.reason}", note.span)
        for note in dialect.ignore
        if note.place not in known and not note.place.startswith("*.")
    )
    return Mapping(dialect, tuple(cells.values()), _residue(dialect), ignored)


def _notes(dialect: Dialect, section: str) -> tuple[Note, ...]:
    match section:
        case "ignore":
            return dialect.ignore
        case "reject":
            return dialect.reject
        case _:
            return dialect.drop


def _merged(said: Iterable[Said]) -> tuple[Use, ...]:
    return tuple(dict.fromkeys(each.use for each in said))


def _places(field: Field) -> list[str]:
    """The names by which a note may speak of a field, the nearest first."""
    path, angle, _ = field.path.partition("<")
    steps = path.split(".")
    around = [".".join(steps[:end]) for end in range(len(steps), 0, -1)]
    if field.scope is Scope.VALUE:
        around = around[:1]
    names = [field.path] * bool(angle) + around
    if len(steps) > 1 and field.scope is Scope.VALUE:
        names.append(f"*.{steps[-1]}")
    return names


def _about(
    field: Field,
    notes: Sequence[tuple[str, Remark]],
    asked: frozenset[str],
    types: frozenset[str],
) -> tuple[Remark, ...]:
    """The notes about a field, the nearest first.

    Notes at `types` mean those values only; notes at what is `asked`, the request only.
    """
    if field.scope in (Scope.RESPONSE, Scope.ERROR):
        head = field.path.partition(".")[0]
        bare = [] if head in asked else _places(field)
        names = [field.name, f"{field.scope.value}.{head}", *bare]
    else:
        names = [each for each in _places(field) if each == field.path or each not in types]
    return tuple(remark for name in names for place, remark in notes if place == name)


def _written(dialect: Dialect, field: Field, uses: tuple[Use, ...]) -> _Verdict | None:
    """The verdict where rules, or a policy in their place, write the field."""
    written = [use for use in uses if use.goes(Direction.ENCODE)]
    if any(use.because is None and use.carried for use in written):
        return Status.MAPPED, None
    lossy = next((use.because for use in written if use.because is not None), None)
    if lossy is not None:
        return Status.EMULATED, lossy
    if written:
        return Status.IGNORED, UNCARRIED
    policy = next((name for name in dialect.fixups if POLICIES.get(name) == field.path), None)
    return (Status.EMULATED, FIXUPS[policy]) if policy is not None else None


def _unwritten(
    field: Field, uses: tuple[Use, ...], remarks: tuple[Remark, ...], whole: Cell | None
) -> _Verdict:
    """The verdict where nothing writes the field: its value's, its notes', or the runtime's."""
    if whole is not None and not whole.uses:
        return whole.status, whole.reason
    if remarks:
        return remarks[0].status, remarks[0].reason
    if uses:
        return Status.MAPPED, "read, never written"
    if field.scope is Scope.REQUEST and field.path == "provider_extensions":
        return Status.MAPPED, MERGED
    whole_value = field.scope is Scope.VALUE and whole is None
    return (Status.REJECTED if whole_value else Status.DROPPED), UNSAID


def _covered(dialect: Dialect, schema: Schema) -> dict[tuple[Scope, str], list[Covered]]:
    """What the static checks found out, by field; values are the same wherever they stand."""
    bodies = {scope.value: scope for scope in Scope if scope is not Scope.VALUE}
    found: dict[tuple[Scope, str], list[Covered]] = {}
    for entry in coverage(dialect, schema).entries:
        found.setdefault((bodies.get(entry.context, Scope.VALUE), entry.place), []).append(entry)
        if entry.context in bodies:
            found.setdefault((Scope.VALUE, entry.place), []).append(entry)
    return found


def _refined(verdict: _Verdict, uses: tuple[Use, ...], covered: Sequence[Covered]) -> _Verdict:
    """The verdict, with what the checks know besides: defaults, and values without a rule."""
    status, reason = verdict
    if reason == UNSAID and all(entry.status is not Checked.MISSING for entry in covered):
        verdict = status, reason = Status.DROPPED, HELD
    for entry in covered:
        if entry.reason is None:
            continue
        if entry.status is Checked.MAPPED and not uses and status is not Status.MAPPED:
            return Status.EMULATED, entry.reason
        if entry.status is Checked.EMULATED and status is Status.MAPPED:
            return Status.EMULATED, entry.reason
    return verdict


def _residue(dialect: Dialect) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found: dict[str, list[str]] = {}
    for note in dialect.residue:
        component, _, name = note.place.partition(".")
        found.setdefault(component, []).append(name)
    return tuple((component, tuple(names)) for component, names in found.items())
