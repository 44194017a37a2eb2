"""Every small thing that can be taken away from a dialect file, one at a time.

    for removal in removals(document):
        less = removal.document

Rows, rules, turns, words, notes and policies are *statements*: what a dialect
says of its vendor. Options, entries, filters and marks are *details* of them.
Events and pieces are what a stream is made of. Titles, reasons and normal
forms are prose, and nothing is taken from prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from orgen.load import Document
from orgen.load.document import Place, Pointer, format_pointer

BODIES = ("request", "response", "compact_request", "compact_response")
NOTES = ("drop", "reject", "ignore")
POLICIES = ("fixups", "adornments", "prefixed", "other_slugs", "protected")
SETTINGS = ("tag", "unprefixed", "aliases")
OPTIONS = ("only", "because", "when", "merge", "unknown")
SIDES = ("canonical", "native", "same", "encode", "decode", "as")
STATEMENTS = ("row", "rule", "turn", "word", "note", "policy")
DETAILS = ("option", "entry", "mark", "filter")


@dataclass(frozen=True)
class Removal:
    """A dialect file without one of its parts."""

    kind: str
    pointer: Pointer
    document: Document
    detail: str = ""

    @property
    def name(self) -> str:
        """Kind and place, such as `rule /error/0`."""
        return f"{self.kind} {format_pointer(self.pointer)}{self.detail and ' ' + self.detail}"


def removals(document: Document) -> Iterator[Removal]:
    """Every removal, in the order of the file's sections."""
    root = document.value
    assert isinstance(root, dict)
    for kind, pointer in (*statements(root), *options(root, ())):
        yield Removal(kind, pointer, without(document, pointer))
    for at, template in templates(root):
        for pointer in entries(template, at):
            yield Removal("entry", pointer, without(document, pointer))
            if isinstance(key := pointer[-1], str) and key.endswith("?"):
                yield Removal("mark", pointer, renamed(document, pointer, key[:-1]))
    for pointer, text in formulas(root):
        for shorter in shortened(text):
            yield Removal("filter", pointer, with_text(document, pointer, shorter), f"to {shorter}")


# Statements -----------------------------------------------------------------------------------


def statements(root: dict[str, Any]) -> Iterator[tuple[str, Pointer]]:
    for name in BODIES:
        yield from body(root.get(name, {}), name)
    yield from rules(root.get("error", []), ("error",))
    for name, group in root.get("group", {}).items():
        yield from rules(group, ("group", name))
    for name, turns in root.get("turns", {}).items():
        for index, turn in enumerate(turns):
            yield from turn_parts(turn, ("turns", name, index))
    for name, table in root.get("map", {}).items():
        yield from words(table, ("map", name))
    for name in NOTES:
        yield from (("note", (name, place)) for place in root.get(name, {}))
    for component, names in root.get("residue", {}).items():
        yield from (("note", ("residue", component, index)) for index in range(len(names)))
    for name in POLICIES:
        yield from (("policy", (name, index)) for index in range(len(root.get(name, ()))))
    yield from (("policy", (name,)) for name in SETTINGS if root.get(name))
    yield from taken_away(root.get("remove", {}), ("remove",))
    stream = root.get("stream", {})
    yield from (("event", ("stream", "on", index)) for index in range(len(stream.get("on", []))))
    yield from pieces(stream.get("pieces", {}), ("stream", "pieces"))
    endpoint = root.get("endpoint")
    paths = endpoint if isinstance(endpoint, dict) else {}
    yield from (("policy", ("endpoint", key)) for key in ("stream", "compact") if key in paths)


def taken_away(value: Any, at: Pointer) -> Iterator[tuple[str, Pointer]]:
    """What a dialect leaves out of the one that it extends."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield "row", (*at, key)
            yield from taken_away(inner, (*at, key))
    elif isinstance(value, list) and len(value) > 1:
        yield from (("row", (*at, index)) for index in range(len(value)))


def body(value: dict[str, Any], name: str) -> Iterator[tuple[str, Pointer]]:
    for key, row in value.items():
        at = (name, key)
        if key == "constants":
            yield from (("row", (*at, path)) for path in row)
        elif key == "same":
            yield from (("row", (*at, index)) for index in range(len(row)))
        else:
            yield "row", at
            if isinstance(row, list):
                yield from rules(row, at)


def rules(value: list[Any], at: Pointer) -> Iterator[tuple[str, Pointer]]:
    yield from (("rule", (*at, index)) for index in range(len(value)))


def pieces(value: dict[str, Any], at: Pointer) -> Iterator[tuple[str, Pointer]]:
    """What becomes of the properties of a stream's pieces; rows may stand in each other."""
    for key, inner in value.items():
        yield "piece", (*at, key)
        if isinstance(inner, dict):
            yield from pieces(inner, (*at, key))


def turn_parts(turn: dict[str, Any], at: Pointer) -> Iterator[tuple[str, Pointer]]:
    yield "turn", at
    yield from rules(turn["items"], (*at, "items"))
    yield from rules(turn.get("beside", []), (*at, "beside"))
    for name in ("turn", "fill"):
        yield from (("row", (*at, name, key)) for key in turn.get(name, {}))


def words(table: dict[str, Any], at: Pointer) -> Iterator[tuple[str, Pointer]]:
    for word, natives in table.items():
        yield "word", (*at, word)
        if isinstance(natives, list) and len(natives) > 1:
            yield from (("word", (*at, word, index)) for index in range(len(natives)))


# Details --------------------------------------------------------------------------------------


def options(value: Any, at: Pointer) -> Iterator[tuple[str, Pointer]]:
    """The options of all rows, rules and turns."""
    if isinstance(value, dict):
        if {"canonical", "same", "as", "to", "turn"} & value.keys():
            yield from (("option", (*at, name)) for name in OPTIONS if name in value)
        for key, inner in value.items():
            if key not in SIDES or at in ((body,) for body in BODIES):
                yield from options(inner, (*at, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from options(inner, (*at, index))


def templates(value: Any, at: Pointer = ()) -> Iterator[tuple[Pointer, Any]]:
    """Every template of a rule, with its place."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in SIDES and at and isinstance(at[-1], int):
                yield (*at, key), inner
            else:
                yield from templates(inner, (*at, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from templates(inner, (*at, index))


def entries(template: Any, at: Pointer) -> Iterator[Pointer]:
    """The places of all keys inside a template."""
    if isinstance(template, dict):
        for key, inner in template.items():
            yield (*at, key)
            yield from entries(inner, (*at, key))
    elif isinstance(template, list):
        for index, inner in enumerate(template):
            yield from entries(inner, (*at, index))


def formulas(root: dict[str, Any]) -> Iterator[tuple[Pointer, str]]:
    """The strings of all rows and templates."""
    for name in BODIES:
        for key, row in root.get(name, {}).items():
            if isinstance(row, str):
                yield (name, key), row
            elif isinstance(row, dict) and key != "constants":
                yield (name, key, "to"), row["to"]
    for at, template in templates(root):
        yield from strings(template, at)


def strings(value: Any, at: Pointer) -> Iterator[tuple[Pointer, str]]:
    if isinstance(value, str):
        yield at, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from strings(inner, (*at, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from strings(inner, (*at, index))


_FILTER = re.compile(r"\|\w+(\([^()]*\))?")


def shortened(text: str) -> Iterator[str]:
    """The string without one of its filters, arguments, terms or marks."""
    for found in _FILTER.finditer(text):
        yield text[: found.start()] + text[found.end() :]
        if found[1]:
            yield text[: found.start(1)] + text[found.end(1) :]
    if " + " in text:
        terms = text.split(" + ")
        for index in range(len(terms)):
            yield " + ".join([*terms[:index], *terms[index + 1 :]])
    if text[-1:] in ("?", "!") and len(text) > 1:
        yield text[:-1]


# Changed documents ----------------------------------------------------------------------------


def without(document: Document, pointer: Pointer) -> Document:
    """The document without the value at `pointer`; all others keep their places."""

    def removed(holder: Any, place: Place) -> tuple[Any, Place]:
        step = pointer[-1]
        if isinstance(holder, dict):
            rest = {key: inner for key, inner in holder.items() if key != step}
            return rest, place
        kept = [index for index in range(len(holder)) if index != step]
        inside = {new: place.inside[old] for new, old in enumerate(kept) if old in place.inside}
        return [holder[index] for index in kept], replace(place, inside=inside)

    return changed(document, pointer[:-1], removed)


def renamed(document: Document, pointer: Pointer, name: str) -> Document:
    """The document with another key for the value at `pointer`."""
    old = pointer[-1]

    def with_key(holder: Any, place: Place) -> tuple[Any, Place]:
        inside = {name if key == old else key: inner for key, inner in place.inside.items()}
        value = {name if key == old else key: inner for key, inner in holder.items()}
        return value, replace(place, inside=inside)

    return changed(document, pointer[:-1], with_key)


def with_text(document: Document, pointer: Pointer, text: str) -> Document:
    """The document with another string at `pointer`."""
    return changed(document, pointer, lambda _, place: (text, place))


def changed(document: Document, pointer: Pointer, change: Any) -> Document:
    """The document with one branch replaced; everything else is shared."""
    value, place = _changed(document.value, document.place, pointer, change)
    return replace(document, value=value, place=place)


def _changed(value: Any, place: Place, pointer: Pointer, change: Any) -> tuple[Any, Place]:
    if not pointer:
        found: tuple[Any, Place] = change(value, place)
        return found
    step, rest = pointer[0], pointer[1:]
    inner, inner_place = _changed(value[step], place.inside.get(step, place), rest, change)
    copied: Any = dict(value) if isinstance(value, dict) else list(value)
    copied[step] = inner
    return copied, replace(place, inside={**place.inside, step: inner_place})
