"""Operations as trees: all that are inside of one, and one with others inside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

Tree = TypeVar("Tree")


_OPERANDS: dict[type, tuple[str, ...] | None] = {}


def operands(kind: type) -> tuple[str, ...] | None:
    """The names of the operands of a kind of operation; None for what is no operation."""
    if kind not in _OPERANDS:
        named = tuple(field.name for field in fields(kind)) if is_dataclass(kind) else None
        _OPERANDS[kind] = named
    return _OPERANDS[kind]


def parts(tree: object) -> Iterator[object]:
    """An operation, or those of a tuple, and all that are inside."""
    waiting = [tree]
    while waiting:
        here = waiting.pop()
        if isinstance(here, tuple):
            waiting += here
        elif (names := operands(type(here))) is not None:
            yield here
            waiting += [getattr(here, name) for name in names]


def mapped(tree: Tree, change: Callable[[Any], Any]) -> Tree:
    """The tree with every operation replaced, those inside first; the same where none is."""
    made: Any = _mapped(tree, change)
    found: Tree = made
    return found


def _mapped(node: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(node, tuple):
        made = tuple(_mapped(part, change) for part in node)
        return made if any(a is not b for a, b in zip(made, node, strict=True)) else node
    names = operands(type(node))
    if names is None:
        return node
    changed = {
        name: new
        for name in names
        if (new := _mapped(old := getattr(node, name), change)) is not old
    }
    return change(replace(node, **changed) if changed else node)
