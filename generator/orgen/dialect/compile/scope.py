"""What is known while one rule is compiled: variables, local names, keys looked at."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from orgen.dialect.ast import Direction
from orgen.dialect.compile.types import Spec
from orgen.ir.operations import Expr, Local, Step


@dataclass(frozen=True, slots=True)
class Binding:
    """A variable's value, and where it was read (for losses)."""

    value: Expr
    container: Expr | None = None
    key: str = ""
    optional: bool = False


@dataclass(slots=True)
class Seen:
    """A container that a rule reads from, with the keys it knows."""

    container: Expr
    prefix: str
    keys: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Kept:
    """A native value, what encoding would write in its place, and its path.

    `renamed` values are told otherwise in canonical form, which is a loss at
    that key of the container. Without a path they are reported only.
    """

    value: Expr
    again: Expr
    path: str
    container: Expr
    key: str
    renamed: bool = False


@dataclass(slots=True)
class Scope:
    """State of one alternative. `place` names the canonical thing for notes."""

    direction: Direction
    specs: dict[str, Spec]
    place: str = ""
    strict: bool = False
    """Whether a value must keep the bounds of the canonical schema, where it is decoded."""
    steps: list[Step] = field(default_factory=list)
    bindings: dict[str, Binding] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    picked: dict[tuple[Expr, str], Expr] = field(default_factory=dict)
    """What the groups pick of a value: (value, group) -> the elements."""
    kept: list[Kept] = field(default_factory=list)
    own_ids: list[Expr] = field(default_factory=list)
    """Ids that the vendor may have left empty."""
    named: tuple[Expr, str] | None = None
    """A function's name that was read, and the variable of its call's id."""
    two_way: bool = True
    """Whether the rule serves both directions."""

    def local(self, wish: str) -> str:
        """A local name close to the wish that is not taken in this function."""
        name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", wish).lower()
        name = re.sub(r"[^a-z0-9_]", "_", name).strip("_") or "value"
        if name[0].isdigit():
            name = f"n{name}"
        while name in self.names or name in ("ctx", "out"):
            name += "_"
        self.names.add(name)
        return name

    def look(self, container: Expr, prefix: str, key: str) -> None:
        """Notes that `key` of `container` is the rule's business."""
        for seen in self.seen:
            if seen.container == container:
                if key not in seen.keys:
                    seen.keys.append(key)
                return
        self.seen.append(Seen(container, prefix, [key]))

    def keep(
        self, value: Expr, again: Expr, container: Expr, key: str, *, renamed: bool = False
    ) -> None:
        """Notes what encoding would write for a key of an object that the rule reads."""
        holder = next((seen for seen in self.seen if seen.container == container), None)
        if holder is not None or renamed:
            path = f"{holder.prefix}{key}" if holder else ""
            self.kept.append(Kept(value, again, path, container, key, renamed))

    def bind(self, name: str, binding: Binding) -> None:
        self.bindings[name] = binding


def root(name: str) -> Local:
    return Local(name)
