"""The constant facts of a dialect: what the generated modules hand to the runtime."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .residue import NAME, OWN_ID, Prefixes

Rule = Callable[[Any, Any], Any]

SLUGGED = re.compile(r"[a-z0-9][a-z0-9_-]*:.")
"""How a type with a slug begins."""

UNTAGGED = "unknown"
"""The type of an extension value that does not say what it is."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A kind of native message: its constant fields, and whether neighbours merge."""

    name: str
    header: Mapping[str, Any]
    merge: bool
    fill: Mapping[str, Any] = field(default_factory=dict)
    """Fields that no message goes without, with the value that says nothing."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What an item adds to the first element that the next item of the turn has in `key`."""

    turn: Turn
    key: str


@dataclass(frozen=True, slots=True)
class Lack:
    """Why a native setting is not sent.

    `sources` are the canonical fields that lead to it; `unless` native settings with which it is
    sent all the same. Its `default` is left out without a word.
    """

    because: str
    sources: tuple[str, ...] = ()
    default: Any = None
    unless: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DialectTables:
    """The constant facts of a dialect. Places are canonical for encoding, native for decoding."""

    name: str
    slug: str
    tag: str | None
    adornments: tuple[str, ...]
    other_slugs: tuple[str, ...]
    spelling: Mapping[str, Any] | None
    """Known native keys, as a tree, where they may be in snake_case, too."""
    text: Callable[[str], Any]
    drop: Mapping[str, str]
    reject: Mapping[str, str]
    ignore: Mapping[str, str]
    maps: Mapping[str, Mapping[Any, Any]]
    kinds: Mapping[str, Mapping[str, Sequence[str]]]
    """Canonical type -> property -> JSON kinds, to tell bad input from unsupported input."""
    echoes: bool = False
    """Whether responses repeat the settings of their request."""
    unprefixed: bool = False
    """Whether values of unknown type and without a slug are taken as the vendor's own."""
    prefixed: tuple[str, ...] = ()
    """Slugs that stand in native types, too; `*` for all."""
    fixups: tuple[str, ...] = ()
    protected: tuple[str, ...] = ()
    settings: frozenset[str] = frozenset()
    """Dotted paths of the native request's fields; empty where no schema tells them."""
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    """Fields that only another API of the vendor has -> that API's title."""
    servers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Fields of the native request that not all servers have -> slugs of those that do."""
    lacks: Mapping[str, Lack] = field(default_factory=dict)
    """Fields of the native request that there are not here, though the dialect has them."""
    refuses: Mapping[str, str] = field(default_factory=dict)
    """Canonical fields and types of content that cannot be sent here -> why."""
    forms: Mapping[str, str] = field(default_factory=dict)
    """Types of content -> the word of the mark `@part` with which rules send them here."""
    slugs: Mapping[str, str] = field(default_factory=dict)
    """Every name of a vendor or provider -> its slug."""
    sisters: tuple[str, ...] = ()
    """The vendor's other formats, whose extensions have the same slug."""
    own_types: frozenset[str] = frozenset()
    """Native types that none of the sisters knows."""
    sister_types: Mapping[str, str] = field(default_factory=dict)
    """Native types that only a sister knows -> that API's title."""

    residues: Mapping[str, Mapping[str, str]] = field(init=False, default_factory=dict)
    """Prefix of a native path -> native key -> the name that its residue has."""
    own_id: str = field(init=False, default="")
    """Residue of ids that are not the vendor's, as this dialect keeps it."""
    own_name: str = field(init=False, default="")
    """Residue of names that no call says, as this dialect keeps it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "residues", Prefixes(self.name, self.ignore))
        object.__setattr__(self, "own_id", f"{self.name}:{OWN_ID}")
        object.__setattr__(self, "own_name", f"{self.name}:{NAME}")

    def is_prefixed(self, kind: str) -> bool:
        """Whether a type is the same on both sides, slug included."""
        owner = kind.partition(":")[0]
        if not SLUGGED.match(kind) or not self.prefixed or owner == self.slug:
            return False
        return "*" in self.prefixed or owner in self.prefixed
