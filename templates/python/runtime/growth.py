"""What an event does that only adds to texts: where they stand in it, and what else may differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .assembling import Assembler, Element, Key, Leaf
from .jsontext import dumps
from .plan import Known, Node

Place = tuple[Key, ...]
"""Where something stands in an event."""

Target = tuple[int, str]
"""A property of the response that is being put together: which object's, and its name."""


@dataclass(frozen=True, slots=True)
class Growth:
    """An event that only adds to texts, which all grow already.

    The same event with other texts does the same with those. So it does with other
    scalars at or below the places in `loose`: they mean nothing (False), or but the
    last of them counts (True). What stands anywhere else must be the same.

    `says` is what the event repeats beside its texts, as JSON: it must be said again
    once something else was said there.
    """

    texts: Mapping[Place, Leaf]
    loose: Mapping[Place, bool]
    says: Mapping[Target, bytes]


@dataclass(slots=True)
class PieceGrowth:
    """Looks at a piece that was just taken, as `Pieced` walks it; False where it does more.

    `known` tells the block that an entry of a list of blocks belongs to.
    """

    assembler: Assembler
    known: Known
    texts: dict[Place, Leaf] = field(default_factory=dict)
    loose: dict[Place, bool] = field(default_factory=dict)
    says: dict[Target, bytes] = field(default_factory=dict)

    def of(self, plan: Node, piece: dict[str, Any]) -> Growth | None:
        """What the piece adds to, if that is all that it does."""
        if plan.turn:
            grows = self._turn(plan, piece, (), ())
        else:
            grows = self._object(plan, piece, self.assembler.whole, (), ())
        return Growth(self.texts, self.loose, self.says) if grows and self.texts else None

    def _object(
        self,
        node: Node,
        piece: dict[str, Any],
        holder: Mapping[str, Any],
        place: Place,
        keys: tuple[Key, ...],
    ) -> bool:
        """An object around the blocks."""
        for key, value in piece.items():
            below, here = node.below.get(key), (*place, key)
            if value is None:
                continue
            if below is None:
                self._says(holder, key, value, here)
            elif below.turn and isinstance(value, dict):
                if not self._turn(below, value, here, keys):
                    return False
            elif below.action is not None:
                if not self._repeats(below, value, holder, here):
                    return False
            elif isinstance(value, dict):
                self._says(holder, below.name, {})
                if not self._object(below, value, child_of(holder, below.name), here, keys):
                    return False
            elif isinstance(value, list):
                if not self._entries(below, value, here, keys):
                    return False
            else:
                self._says(holder, below.name, value)
        return True

    def _says(
        self, holder: Mapping[str, Any], name: str, value: Any, loose: Place | None = None
    ) -> None:
        """Notes what is said of an object, and where its scalars may differ."""
        self.says[id(holder), name] = dumps(value)
        if loose is not None:
            self.loose[loose] = True

    def _entries(self, node: Node, values: list[Any], place: Place, keys: tuple[Key, ...]) -> bool:
        """Objects of a list that are told apart by a key (choices, candidates)."""
        for position, value in enumerate(values):
            if isinstance(value, dict):
                inner = (*keys, node.key_of(value, position))
                turn = self.assembler.turns.get(inner)
                if turn is None:
                    return False
                if not self._object(node, value, turn.entry, (*place, position), inner):
                    return False
        return True

    def _repeats(self, node: Node, value: Any, holder: Mapping[str, Any], place: Place) -> bool:
        """Whether a property outside the blocks may come again without changing more."""
        match node.action:
            case "skip":
                self.loose[place] = False
            case "first" if holder.get(node.name):
                self.loose[place] = False
            case "replace":
                self._says(holder, node.name, value, place)
            case "first" | "key":
                self._says(holder, node.name, value)
            case "end":
                return value is not True
            case "fail":
                return False
            case _:
                self._says(holder, node.name, value)
                return value in ("", [])
        return True

    # Within the object that holds the blocks --------------------------------------

    def _turn(self, node: Node, piece: dict[str, Any], place: Place, keys: tuple[Key, ...]) -> bool:
        turn = self.assembler.turns.get(keys)
        return turn is not None and all(
            self._within(turn, node.below.get(key), value, (*place, key))
            for key, value in piece.items()
            if value is not None
        )

    def _within(self, turn: Element, node: Node | None, value: Any, place: Place) -> bool:
        if node is None:
            self._says(turn.native, str(place[-1]), value, place)
            return True
        if node.action == "append":
            listed = (*turn.place, node.name) in self.assembler.lists
            return value == "" if listed else self._text(turn, (node.name,), value, place)
        if node.action == "coalesce":
            return self._block(turn, node, value, place)
        if node.action is not None:
            return self._repeats(node, value, turn.native, place)
        if isinstance(value, list):
            return self._keyed(turn, node, value, place)
        if isinstance(value, dict):
            return self._texts(turn, node, value, place, (node.name,))
        self._says(turn.native, node.name, value)
        return True

    def _text(self, element: Element, path: tuple[Key, ...], value: Any, place: Place) -> bool:
        leaf = element.leaves.get(path)
        if leaf is not None and leaf.sink is not None and type(value) is str:
            self.texts[place] = leaf
            return not element.closed
        return bool(value == "")

    def _block(self, turn: Element, node: Node, values: Any, place: Place) -> bool:
        """A text that goes on with the last block."""
        if not isinstance(values, list) or len(values) != 1 or not isinstance(values[0], dict):
            return bool(values == [])
        last = self.assembler.last(turn, node.name)
        rest = {key: value for key, value in values[0].items() if key != "text"}
        if last is None or last.native != rest or any(key in rest for key in node.below):
            return False
        return self._text(last, ("text",), values[0].get("text"), (*place, 0, "text"))

    def _keyed(self, turn: Element, node: Node, values: list[Any], place: Place) -> bool:
        """Blocks of a list that grow at the same time (tool calls)."""
        for position, value in enumerate(values):
            if isinstance(value, dict):
                element = self.known(turn, node, value)
                if element is None or element.unit is None:
                    return False
                if not self._texts(element, node, value, (*place, position), ()):
                    return False
        return True

    def _texts(
        self, element: Element, node: Node, piece: dict[str, Any], place: Place, path: Place
    ) -> bool:
        """An object of a piece within a block."""
        for key, value in piece.items():
            below = node.below.get(key)
            if value is None:
                continue
            here, inner = (*place, key), (*path, below.name if below else key)
            if below is not None and below.action == "append" and isinstance(value, str):
                if not self._text(element, inner, value, here):
                    return False
            elif below is not None and below.action is None and isinstance(value, dict):
                self._says(element.native, "/".join(map(str, inner)), {})
                if not self._texts(element, below, value, here, inner):
                    return False
            else:
                self._says(element.native, "/".join(map(str, inner)), value)
        return True


def child_of(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object of that name, an empty one if there is none."""
    found = holder.get(name)
    return found if isinstance(found, dict) else {}
