"""What a sync amounts to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orgen.diagnostics import Diagnostics


@dataclass(frozen=True, slots=True)
class Component:
    """A component that came, went or changed; `file` is where it stands (or stood)."""

    name: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Synced:
    """A spec folder as it will be: the files that change, with what they hold before and after."""

    before: Mapping[str, bytes]
    after: Mapping[str, bytes]
    """Path below the spec folder -> content."""
    old_version: str
    version: str
    added: tuple[Component, ...]
    changed: tuple[Component, ...]
    removed: tuple[Component, ...]
    decisions: Diagnostics
    """What the folder lacks once it is synced: descriptions, and what dialects must decide."""
    notes: Mapping[str, Mapping[str, int]]
    """Dialect file -> the lines of its sections `drop`, `reject` and `ignore`, if it has them."""

    @property
    def is_empty(self) -> bool:
        return not self.after
