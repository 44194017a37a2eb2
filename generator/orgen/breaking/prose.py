"""Lists changed descriptions, for those who want to read them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from orgen.breaking.change import CLIENTS, At, Group, GroupKind
from orgen.breaking.differ import Differ
from orgen.breaking.reach import Reach
from orgen.contract.tree import Pointer

if TYPE_CHECKING:
    from orgen.ir.schema import Json

PROSE = ("title", "summary", "description")
_DATA = frozenset({"default", "example", "examples", "enum", "const", "mapping"})
_NAMES = frozenset({"properties", "patternProperties", "$defs", "schemas", "paths", "responses",
                    "content", "headers", "parameters", "requestBodies", "webhooks"})  # fmt: skip


def diff_prose(differ: Differ, reach: Reach) -> None:
    """Record prose that changed where both documents have the same place."""
    left, right = differ.left.document.value, differ.right.document.value
    for pointer, keyword in _differences(left, right, ()):
        at = At(_group(pointer, reach), CLIENTS, path=_path(pointer))
        where = f" of `{at.path}`" if at.path else ""
        place = (*pointer, keyword)
        differ.emit("description-changed", at, place, place, f"the {keyword}{where} changed")


def _differences(
    left: Json, right: Json, pointer: Pointer, names: bool = False
) -> Iterator[tuple[Pointer, str]]:
    """Places with other prose. `names`: the keys here are names, not keywords."""
    if isinstance(left, dict) and isinstance(right, dict):
        for keyword in () if names else PROSE:
            was, now = left.get(keyword), right.get(keyword)
            if was != now and isinstance(was or now, str):
                yield pointer, keyword
        for key, part in left.items():
            if key in right and (names or key not in _DATA):
                inner = not names and key in _NAMES
                yield from _differences(part, right[key], (*pointer, key), inner)
    elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for index, (was, now) in enumerate(zip(left, right, strict=True)):
            yield from _differences(was, now, (*pointer, index))


def _group(pointer: Pointer, reach: Reach) -> Group:
    match pointer:
        case ("components", "schemas", name, *_):
            kind = GroupKind.EVENT if name in reach.events else GroupKind.COMPONENT
            return Group(kind, str(name))
        case ("paths", path, method, *_):
            return Group(GroupKind.OPERATION, f"{str(method).upper()} {path}")
        case _:
            return Group(GroupKind.API, "The API as a whole")


def _path(pointer: Pointer) -> str:
    steps = pointer[3:]
    names = [str(step) for before, step in zip(("", *steps), steps, strict=False)
             if before == "properties"]  # fmt: skip
    return ".".join(names)
