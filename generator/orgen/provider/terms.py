"""Terms of a provider: settings that it lacks, content that it refuses, and forms of content."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from orgen.dialect.ast import Body, Dialect, Direction, Object, Path, Rule, Template
from orgen.ir.schema import MISSING, Json, Record, Schema

PARTS = ("input_image", "input_file", "input_audio", "input_video")
"""Types of content that may be refused."""
FORMS = ("data", "url")
"""Forms of content that may be refused on their own: inline, and by address."""
_REQUEST = "Request"


@dataclass(frozen=True, slots=True)
class Lack:
    """Why there is no such setting.

    `unless` are native settings with which there is one; `default` is what the server does anyway.
    """

    because: str
    unless: Mapping[str, Json] = field(default_factory=dict)
    default: Json = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What a provider says beyond the rules of a dialect."""

    lacks: Mapping[str, Lack] = field(default_factory=dict)
    """Native setting -> why it is left out, which is a loss."""
    refuses: Mapping[str, str] = field(default_factory=dict)
    """Canonical field or type of content -> why it cannot be sent."""
    forms: Mapping[str, str] = field(default_factory=dict)
    """Type of content -> the word of the mark `@part` with which the dialect sends it."""

    def upon(self, before: Terms) -> Terms:
        """These terms beside those of what they begin as."""
        return Terms(
            {**before.lacks, **self.lacks},
            {**before.refuses, **self.refuses},
            {**before.forms, **self.forms},
        )


def terms_of(said: Mapping[str, Any]) -> Terms:
    """The terms that a profile has of its own."""
    lacks = {
        name: Lack(value) if isinstance(value, str) else Lack(**value)
        for name, value in said.get("lacks", {}).items()
    }
    return Terms(lacks, dict(said.get("refuses", {})), dict(said.get("forms", {})))


def terms_among(profiles: Mapping[str, Mapping[str, Any]], slug: str) -> Terms:
    """The terms of a provider's profile upon those that it begins as; `profiles` by provider."""
    chain: dict[str, Mapping[str, Any]] = {}
    while slug in profiles and slug not in chain:
        chain[slug] = profiles[slug]
        slug = profiles[slug].get("extends", "")
    found = Terms()
    for said in reversed(chain.values()):
        found = terms_of(said).upon(found)
    return found


def sources(dialect: Dialect, name: str) -> tuple[str, ...]:
    """Canonical fields of a request that are written to a native setting."""
    return tuple(dict.fromkeys(_sources(dialect.request, name)))


def _sources(body: Body, name: str) -> Iterator[str]:
    for row in body.rows:
        if row.only is not Direction.DECODE and any(term.path[0] == name for term in row.terms):
            yield _dotted(row.canonical)
    for block in body.blocks:
        for rule in block.rules:
            if rule.only is not Direction.DECODE and name in _keys(rule.native):
                yield from _fields(rule)


def _dotted(path: Path) -> str:
    return ".".join(map(str, path))


def _keys(template: Template) -> set[str]:
    """The first steps of the keys of a template for a whole body."""
    entries = template.entries if isinstance(template, Object) else ()
    return {entry.key.partition(".")[0] for entry in entries}


def _fields(rule: Rule) -> Iterator[str]:
    entries = rule.canonical.entries if isinstance(rule.canonical, Object) else ()
    return (entry.key for entry in entries if ":" not in entry.key)


def default_of(native: Schema | None, name: str, lack: Lack) -> Json:
    """What the server does without the setting; null if nobody says."""
    if lack.default is not None:
        return lack.default
    component = native.components.get(_REQUEST) if native is not None else None
    record = component.type if component is not None else None
    found = record.property(name) if isinstance(record, Record) else None
    return found.default if found is not None and found.default is not MISSING else None
