"""Plain JSON data that remembers where each of its values was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from orgen.diagnostics import Span
from orgen.ir.schema import Json

Pointer: TypeAlias = "tuple[str | int, ...]"
"""A JSON Pointer, decoded: keys of objects and indices of arrays from the root."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value was written, and the places of what is inside it.

    The tree of places has the shape of the value. Places are shared freely:
    merging files and applying overlays build new trees from old branches.
    """

    span: Span
    key: Span | None = None
    inside: Mapping[str | int, Place] = field(default_factory=dict)

    def at(self, pointer: Pointer) -> Place:
        """The place of a value inside this one, or of the nearest known one around it."""
        place = self
        for step in pointer:
            inner = place.inside.get(step)
            if inner is None:
                break
            place = inner
        return place


@dataclass(frozen=True, slots=True)
class Document:
    """A loaded file, or several merged into one; never changed after it was made.

    `value` is plain JSON data (dict, list, str, int, float, bool, None). Parts
    of it may be shared between several places, so nobody may change it.
    """

    value: Json
    place: Place
    file: str = ""
    """The file it was loaded from, or the root file of a merged document."""
    files: tuple[str, ...] = ()
    """Every file that went into it, in the order of reading."""
    topics: Mapping[str, str] = field(default_factory=dict)
    """Component name -> stem of the file it is written in, where that is not the root."""
    folder: bool = False
    """True for a spec folder, whose files are all our own; false for a single document."""

    def span(self, pointer: Pointer = ()) -> Span:
        """Where the value at `pointer` is written, or else the nearest value around it."""
        return self.place.at(pointer).span

    def key_span(self, pointer: Pointer) -> Span:
        """Where the key of the value at `pointer` is written; of array items, the value."""
        place = self.place.at(pointer)
        return place.key or place.span

    def get(self, pointer: Pointer) -> Json:
        """The value at `pointer`.

        Raises:
            KeyError: if there is none.
        """
        value = self.value
        for step in pointer:
            value = child(value, step)
        return value

    def topic(self, name: str) -> str:
        """The topic of a component: `items` for `schemas/items.yaml`, else `schema`."""
        return self.topics.get(name, "schema")

    @property
    def schemas(self) -> dict[str, Json]:
        """The components of an OpenAPI document, name -> schema; empty if it has none."""
        value = self.value
        for key in ("components", "schemas"):
            value = value.get(key) if isinstance(value, dict) else None
        return value if isinstance(value, dict) else {}


def child(value: Json, step: str | int) -> Json:
    """The entry of an object or array.

    Raises:
        KeyError: if there is none.
    """
    if isinstance(value, dict) and isinstance(step, str) and step in value:
        return value[step]
    if isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
        return value[step]
    raise KeyError(step)


def format_pointer(pointer: Pointer) -> str:
    """The pointer in the notation of RFC 6901, such as `/oneOf/0`."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in pointer)


def parse_pointer(text: str, value: Json) -> Pointer | None:
    """The steps of a pointer in RFC 6901 notation, or None if `text` is not one.

    `value` is what the pointer will be used on: it tells the index `0` of an
    array from the key `"0"` of an object.
    """
    if text and not text.startswith("/"):
        return None
    steps: list[str | int] = []
    for raw in text.split("/")[1:]:
        token = raw.replace("~1", "/").replace("~0", "~")
        is_index = isinstance(value, list) and token.isascii() and token.isdigit()
        step: str | int = int(token[:9]) if is_index else token
        steps.append(step)
        try:
            value = child(value, step)
        except KeyError:
            value = None
    return tuple(steps)
