"""A value of a file with the places of all that is in it, to be taken apart and rebuilt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from orgen.diagnostics import Span
from orgen.ir.schema import Json
from orgen.load import Place, child


@dataclass(frozen=True, slots=True)
class Node:
    """One value and where it is written."""

    value: Json
    place: Place

    @property
    def span(self) -> Span:
        return self.place.span

    @property
    def key(self) -> Span:
        """Where its key is written; of list elements, the value."""
        return self.place.key or self.place.span

    @property
    def words(self) -> list[str]:
        """The keys of an object, or the strings of a list."""
        if isinstance(self.value, dict):
            return list(self.value)
        elements = self.value if isinstance(self.value, list) else ()
        return [element for element in elements if isinstance(element, str)]

    def child(self, step: str | int) -> Node:
        """The entry of an object or list; KeyError if there is none."""
        inner = self.place.inside.get(step) or Place(self.place.span)
        return Node(child(self.value, step), inner)

    def get(self, key: str) -> Node | None:
        """The entry of an object, if it is one and has it."""
        known = isinstance(self.value, dict) and key in self.value
        return self.child(key) if known else None

    def entries(self) -> dict[str, Node]:
        """The entries of an object; none for any other value."""
        value = self.value if isinstance(self.value, dict) else {}
        return {key: self.child(key) for key in value}

    def elements(self) -> list[Node]:
        """The elements of a list; none for any other value."""
        value = self.value if isinstance(self.value, list) else []
        return [self.child(index) for index in range(len(value))]

    def with_entries(self, entries: Mapping[str, Node]) -> Node:
        """An object at the same place with other entries."""
        inside: dict[str | int, Place] = {key: node.place for key, node in entries.items()}
        value: Json = {key: node.value for key, node in entries.items()}
        return Node(value, replace(self.place, inside=inside))

    def with_elements(self, elements: Iterable[Node]) -> Node:
        """A list at the same place with other elements."""
        found = list(elements)
        inside: dict[str | int, Place] = {i: node.place for i, node in enumerate(found)}
        return Node([node.value for node in found], replace(self.place, inside=inside))
