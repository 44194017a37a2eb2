"""A value together with where it is written: what merging walks over."""

from __future__ import annotations

from dataclasses import dataclass

from orgen.ir.schema import Json
from orgen.load.document import Place, Pointer, child


@dataclass(frozen=True, slots=True)
class Site:
    """A value where it is written: its file, relative to the spec's root, and its pointer."""

    value: Json
    place: Place
    file: str
    pointer: Pointer

    def child(self, step: str | int) -> Site:
        """The site of an entry of this object or array."""
        place = self.place.inside.get(step) or Place(self.place.span)
        return Site(child(self.value, step), place, self.file, (*self.pointer, step))
