"""Decides every identifier of the generated Python code; nothing else does.

An identifier is the user's override, else the wire name in Python's case, with
a trailing underscore where the word is reserved. Wire name and identifier are
separate: renaming one never touches the other. Two wire names that would share
an identifier are a diagnostic, and no name is ever numbered.
"""

from __future__ import annotations

import functools
import keyword
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from orgen.diagnostics import Diagnostics, Related, Span
from orgen.ir.schema import Component, Property, Record, Schema

Place: TypeAlias = Literal["class", "attribute"]

LIMIT = 80
"""Longest identifier, in characters; longer ones end at the last whole word before it."""

_SYMBOLS = {
    "+": "plus",
    "-": "minus",
    "$": "dollar",
    "#": "hash",
    "@": "at",
    "*": "star",
    "%": "percent",
    "&": "and",
    "/": "slash",
    "\\": "backslash",
    ".": "dot",
    "!": "bang",
    "?": "question",
    "=": "equals",
    "<": "less",
    ">": "greater",
    "_": "underscore",
    " ": "space",
}
_WORD = re.compile(r"[^\W_]+")
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@functools.cache
def reserved_words(place: Place) -> frozenset[str]:
    """Words of `reserved.txt` and Python's keywords that cannot be names at `place`."""
    words: dict[str, set[str]] = {}
    section = ""
    for line in Path(__file__).with_name("reserved.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            words.setdefault(section, set()).add(line)
    return frozenset(keyword.kwlist) | words["anywhere"] | words[place]


def class_identifier(name: str) -> str:
    """`tool call` -> `ToolCall`; a name already in that form stays as it is."""
    words = _words(name)
    return _finish("".join(_capital(word) for word in _fit(words, 0)), "Schema", "class")


def attribute_identifier(name: str) -> str:
    """`maxTokens` -> `max_tokens`, `schema` -> `schema_`, `+1` -> `plus_1`."""
    words = [hump.lower() for word in _words(name) for hump in _HUMPS.split(word)]
    return _finish("_".join(_fit(words, 1)), "field_", "attribute")


def is_plain_key(name: str) -> bool:
    """Whether a TypedDict's class body can declare the key `name` and mean exactly it.

    Keywords cannot; names that Python would normalise or mangle, and words that
    annotations need, would mean something else.
    """
    return (
        name.isidentifier()
        and len(name) <= LIMIT
        and unicodedata.normalize("NFKC", name) == name
        and not name.startswith("__")
        and name not in reserved_words("class")
    )


def _words(name: str) -> list[str]:
    """The words of a wire name: runs of letters and digits, else its symbols by name."""
    text = unicodedata.normalize("NFKC", name[: LIMIT * 4])
    words = [word for word in _WORD.findall(text) if ("x" + word).isidentifier()]
    if not words:
        return _symbol_words(text) or ["empty"]
    if words[0][0].isdigit() and text[0] in "+-":
        words.insert(0, _SYMBOLS[text[0]])
    return words


def _symbol_words(text: str) -> list[str]:
    names = (_SYMBOLS.get(char, unicodedata.name(char, "") or f"u{ord(char):04x}") for char in text)
    return [word.lower() for name in names for word in re.findall(r"[A-Za-z0-9]+", name)]


def _fit(words: list[str], gap: int) -> list[str]:
    """As many of the words as stay within `LIMIT`; always a part of the first."""
    kept = [words[0][:LIMIT]]
    length = len(kept[0])
    for word in words[1:]:
        length += gap + len(word)
        if length > LIMIT:
            break
        kept.append(word)
    return kept


def _capital(word: str) -> str:
    upper = word[0].upper()
    return (upper if len(upper) == 1 else word[0]) + word[1:]


def _finish(identifier: str, prefix: str, place: Place) -> str:
    if not identifier.isidentifier():
        identifier = prefix + identifier
    return identifier + "_" if identifier in reserved_words(place) else identifier


@dataclass(frozen=True, slots=True)
class Names:
    """The identifiers chosen for a schema."""

    classes: Mapping[str, str]
    """Component name -> class or alias name."""
    attributes: Mapping[tuple[str, str], str]
    """(component name, wire name of a property) -> attribute name."""


@dataclass(slots=True)
class _Scope:
    """Identifiers taken so far, and what took them."""

    what: str
    diagnostics: Diagnostics
    taken: dict[str, tuple[str, Span]] = field(default_factory=dict)

    def claim(self, identifier: str, name: str, span: Span) -> str:
        first = self.taken.setdefault(identifier, (name, span))
        if first[0] != name:
            self.diagnostics.error(
                span,
                "N001",
                f"{self.what}: {_short(name)} and {_short(first[0])} "
                f"are both {_short(identifier)} in Python",
                "choose another name for one of them: x-orgen-names: {python: ...}",
                [Related(first[1], f"{_short(first[0])} is here")],
            )
        return identifier


def choose_classes(
    schema: Schema, diagnostics: Diagnostics, taken: Iterable[str] = ()
) -> dict[str, str]:
    """Component name -> class or alias name. `taken` are names that a module needs for itself."""
    module = _Scope("components", diagnostics)
    for name in taken:
        module.taken[name] = (f"the generated {name}", Span("(generated)"))
    classes: dict[str, str] = {}
    for name, component in schema.components.items():
        identifier = _chosen(component, "class", diagnostics) or class_identifier(name)
        classes[name] = module.claim(identifier, name, component.span)
    return classes


def choose_names(schema: Schema, diagnostics: Diagnostics) -> Names:
    """Name every component and every property of a record."""
    attributes: dict[tuple[str, str], str] = {}
    for name, component in schema.components.items():
        if not isinstance(component.type, Record):
            continue
        record = _Scope(f"properties of {_short(name)}", diagnostics)
        for prop in component.type.properties:
            identifier = _chosen(prop, "attribute", diagnostics) or attribute_identifier(prop.name)
            attributes[name, prop.name] = record.claim(identifier, prop.name, prop.span)
    return Names(choose_classes(schema, diagnostics), attributes)


def _chosen(named: Component | Property, place: Place, diagnostics: Diagnostics) -> str | None:
    """The author's own choice, if it is usable; a diagnostic if it is not."""
    identifier = dict(named.names).get("python")
    if identifier is None:
        return None
    if (
        identifier.isidentifier()
        and not identifier.startswith("_")
        and identifier not in reserved_words(place)
        and unicodedata.normalize("NFKC", identifier) == identifier
        and len(identifier) <= LIMIT
    ):
        return identifier
    diagnostics.error(
        named.span,
        "N002",
        f"{_short(identifier)} cannot be the Python name of {_short(named.name)}",
        "take an identifier that is no keyword, reserved or private word",
    )
    return None


def _short(name: str) -> str:
    return repr(name if len(name) <= 60 else name[:57] + "...")
