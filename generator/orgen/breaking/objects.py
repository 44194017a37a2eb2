"""Compares the properties of objects and the items of arrays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from orgen.breaking.change import At, Party
from orgen.breaking.differ import Differ
from orgen.breaking.values import place
from orgen.breaking.view import View, view
from orgen.contract.tree import Fields, Node, Pointer, Sequence, Value

Recurse = Callable[[Differ, Node, Node, At], None]
ADDITIONAL = "additionalProperties"


def diff_object(differ: Differ, left: View, right: View, at: At, recurse: Recurse) -> None:
    """Compare properties, which of them are required, and what else an object takes."""
    pair = _Objects(differ, left, right, at)
    old, new = left.members("properties"), right.members("properties")
    for name, node in new.items():
        inner = pair.inside(name)
        if name not in old:
            pair.added(name, node)
            continue
        pair.presence(name, old[name], node)
        recurse(differ, old[name], node, _with_access(inner, old[name], node))
    for name, node in old.items():
        if name not in new:
            pair.removed(name, node)
    _diff_undescribed(pair)
    _diff_additional(pair, recurse)


@dataclass(frozen=True, slots=True)
class _Objects:
    differ: Differ
    left: View
    right: View
    at: At

    def inside(self, name: str) -> At:
        required = name in self.left.required() and name in self.right.required()
        path = f"{self.at.path}.{name}" if self.at.path else name
        return replace(self.at, path=path, optional=not required, is_event=False)

    def added(self, name: str, node: Node) -> None:
        at = _with_access(self.inside(name), node, node)
        if name in self.right.required() and name not in self.left.required():
            rule, message = "required-property-added", f"`{at.path}` was added and is required"
        elif is_closed(self.left):
            rule, message = "property-added-closed", f"`{at.path}` was added (optional)"
        else:
            rule, message = "property-added", f"`{at.path}` was added (optional)"
        where = self.left.place("properties"), node.pointer
        self.differ.emit(rule, at, *where, message)

    def removed(self, name: str, node: Node) -> None:
        at = _with_access(self.inside(name), node, node)
        required, closed = name in self.left.required(), is_closed(self.right)
        rule = "required-property-removed" if required else "property-removed"
        writer = "may write it still, and the object is refused" if closed else None
        if closed and not required:
            rule = "property-removed-closed"
        kind = "required" if required else "optional"
        message = f"`{at.path}` was removed (it was {kind})"
        where = node.pointer, self.right.place("properties")
        self.differ.emit(rule, at, *where, message, writer=writer)

    def presence(self, name: str, old: Node, new: Node) -> None:
        was, now = self.left.required().get(name), self.right.required().get(name)
        at = _with_access(self.inside(name), old, new)
        if was is None and now is not None:
            self.differ.emit("property-required", at, old.pointer, now, f"`{at.path}` is required "
                             "now")  # fmt: skip
        elif was is not None and now is None:
            message = f"`{at.path}` is no longer required"
            self.differ.emit("property-optional", at, was, new.pointer, message)


def is_closed(seen: View) -> bool:
    """Whether an object takes no properties but those that are listed."""
    nodes = (seen.keywords.get(ADDITIONAL), seen.keywords.get("unevaluatedProperties"))
    return any(isinstance(node, Value) and node.value is False for node in nodes)


def _with_access(at: At, old: Node, new: Node) -> At:
    """Clients do not write what is readOnly, servers do not write what is writeOnly."""
    views = view(old), view(new)
    for keyword, party in (("readOnly", Party.CLIENTS), ("writeOnly", Party.SERVERS)):
        if all(seen.plain(keyword) is True for seen in views):
            left = at.written_by - {party}
            at = replace(at, written_by=left) if left else at
    return at


def _diff_undescribed(pair: _Objects) -> None:
    """Names that are required but described nowhere, on either side."""
    left, right = pair.left, pair.right
    described = left.members("properties").keys() | right.members("properties").keys()
    old, new = left.required(), right.required()
    for name, pointer in new.items():
        if name not in described and name not in old:
            at = pair.inside(name)
            where = left.place("required"), pointer
            pair.differ.emit("property-required", at, *where, f"`{at.path}` is required now")
    for name, pointer in old.items():
        if name not in described and name not in new:
            at = pair.inside(name)
            message = f"`{at.path}` is no longer required"
            pair.differ.emit("property-optional", at, pointer, right.place("required"), message)


def _diff_additional(pair: _Objects, recurse: Recurse) -> None:
    old, new = (_additional(seen) for seen in (pair.left, pair.right))
    at = pair.at
    inner = replace(at, path=f"{at.path}.*" if at.path else "*", optional=False, is_event=False)
    where = pair.left.place(ADDITIONAL), pair.right.place(ADDITIONAL)
    if isinstance(old, Fields) and isinstance(new, Fields):
        recurse(pair.differ, old, new, inner)
        return
    match _openness(old), _openness(new):
        case was, now if was == now:
            return
        case _, "closed":
            rule, message = "closed", f"{place(at)} takes no unknown properties any more"
        case "closed", _:
            rule, message = "opened", f"{place(at)} takes unknown properties now"
        case "open", _:
            rule, message = "narrowed", f"unknown properties of {place(at)} follow a schema now"
        case _:
            rule, message = "widened", f"unknown properties of {place(at)} may be anything now"
    pair.differ.emit(f"additional-properties-{rule}", at, *where, message)


def _additional(seen: View) -> Node:
    return seen.keywords.get(ADDITIONAL) or Value(seen.pointer, True)


def _openness(node: Node) -> str:
    if isinstance(node, Fields):
        return "typed"
    return "closed" if isinstance(node, Value) and node.value is False else "open"


def diff_items(differ: Differ, left: View, right: View, at: At, recurse: Recurse) -> None:
    """Compare the items of arrays: by position where there are `prefixItems`, then the rest."""
    rest = tuple(seen.keywords.get("items") or Value(seen.pointer, True) for seen in (left, right))
    old, new = (_prefix(seen) for seen in (left, right))
    for index in range(max(len(old), len(new))):
        pair = (
            old[index] if index < len(old) else _moved(rest[0], left.place("prefixItems")),
            new[index] if index < len(new) else _moved(rest[1], right.place("prefixItems")),
        )
        recurse(
            differ, *pair, replace(at, path=f"{at.path}[{index}]", optional=False, is_event=False)
        )
    recurse(
        differ, rest[0], rest[1], replace(at, path=f"{at.path}[]", optional=False, is_event=False)
    )


def _prefix(seen: View) -> tuple[Node, ...]:
    node = seen.keywords.get("prefixItems")
    return node.members if isinstance(node, Sequence) else ()


def _moved(node: Node, pointer: Pointer) -> Node:
    """What holds for items without a position, told where positions are."""
    return Value(pointer, node.value) if isinstance(node, Value) else node
