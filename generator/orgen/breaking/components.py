"""Compares components: which came, went and changed name, and what each of them holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from orgen.breaking.change import EVERYBODY, At, Group, GroupKind, Party
from orgen.breaking.differ import Differ, reference_table, replaced
from orgen.breaking.reach import Reach
from orgen.breaking.schemas import diff_schema
from orgen.contract.tree import Node, canonical_text, to_json
from orgen.load.references import component_reference

MAX_ROUNDS = 8
"""Renames that lead to further ones are followed this often."""


def find_renames(old: Mapping[str, Node], new: Mapping[str, Node]) -> dict[str, str]:
    """Components that are gone under their name and stand under one new name unchanged.

    A component that refers to a renamed one is unchanged if it refers to the new name.
    """
    gone = [name for name in old if name not in new]
    fresh = [name for name in new if name not in old]
    found: dict[str, str] = {}
    for _ in range(MAX_ROUNDS if gone and fresh else 0):
        before = len(found)
        taken = set(found.values())
        theirs = _by_text((name for name in fresh if name not in taken), new, {})
        ours = _by_text((name for name in gone if name not in found), old, found)
        found |= {names[0]: theirs[text][0] for text, names in ours.items()
                  if len(names) == 1 and len(theirs.get(text, ())) == 1}  # fmt: skip
        if len(found) == before:
            break
    return found


def _by_text(
    names: Iterable[str], nodes: Mapping[str, Node], renames: Mapping[str, str]
) -> dict[str, list[str]]:
    """Names by what they hold; a reference to the component itself counts as one name."""
    table: dict[str, list[str]] = {}
    references = reference_table(renames)
    for name in names:
        value = replaced(to_json(nodes[name]), references, component_reference(name))
        table.setdefault(canonical_text(value), []).append(name)
    return table


def diff_components(differ: Differ, reach: Reach) -> None:
    """Compare all components, in the order of the new document."""
    old, new = differ.left.components, differ.right.components
    came_from = {name: former for former, name in differ.renames.items()}
    for name, node in new.items():
        at = _at(name, reach)
        former = came_from.get(name)
        if name in old:
            diff_schema(differ, old[name], node, at)
        elif former is not None:
            message = f"`{former}` is called `{name}` now"
            differ.emit("component-renamed", at, old[former].pointer, node.pointer, message)
        else:
            where = ("components", "schemas"), node.pointer
            differ.emit("component-added", at, *where, f"`{name}` was added")
    for name, node in old.items():
        if name not in new and name not in differ.renames:
            at = _at(name, reach)
            rule = "component-removed-unused" if at.unused else "component-removed"
            table = ("components", "schemas")
            differ.emit(rule, at, node.pointer, table, f"`{name}` was removed")


def _at(name: str, reach: Reach) -> At:
    kind = GroupKind.EVENT if name in reach.events else GroupKind.COMPONENT
    writers = reach.writers.get(name, frozenset[Party]())
    return At(
        Group(kind, name),
        writers or EVERYBODY,
        optional=True,
        unused=reach.has_operations and not writers,
        is_event=name in reach.streams,
    )
