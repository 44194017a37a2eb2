"""Compares operations: which came, went and moved, and what calls them apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from orgen.breaking.access import diff_security, diff_servers
from orgen.breaking.bodies import diff_parameters, diff_request, diff_responses
from orgen.breaking.change import At, Group, GroupKind, Party
from orgen.breaking.differ import Differ
from orgen.breaking.http_tree import (
    WEBSOCKET,
    Operation,
    callbacks_of,
    flag,
    operations_of,
    place_of,
    root_security,
    without_names,
)
from orgen.breaking.notes import diff_extensions
from orgen.breaking.schemas import diff_schema
from orgen.contract.tree import Fields, Node, Pointer

_OWN = frozenset({"x-openresponses-websocket"})


def diff_operations(differ: Differ) -> None:
    """Compare all paths, webhooks and callbacks."""
    for section, caller, prefix in (
        ("paths", Party.CLIENTS, ""),
        ("webhooks", Party.SERVERS, "webhook "),
    ):
        old, new = differ.left.fields(section), differ.right.fields(section)
        _Items(differ, caller, (section,), (section,), prefix).diff(old, new)


@dataclass(frozen=True, slots=True)
class _Items:
    """Two tables of path items. Their pointers are where one that is missing would be."""

    differ: Differ
    caller: Party
    left: Pointer
    right: Pointer
    prefix: str

    def at(self, name: str) -> At:
        group = Group(GroupKind.OPERATION, name)
        return At(group, frozenset({self.caller}), caller=self.caller)

    def diff(self, old: Mapping[str, Node], new: Mapping[str, Node]) -> None:
        paths = _partners(old, new)
        self._items(old, new, paths)
        before = {(paths.get(o.path.removeprefix(self.prefix)), o.method): o for o in
                  operations_of(old, self.prefix)}  # fmt: skip
        after = {(o.path.removeprefix(self.prefix), o.method): o for o in
                 operations_of(new, self.prefix)}  # fmt: skip
        gone = [o for o in operations_of(old, self.prefix) if self._key(o, paths) not in after]
        fresh = [o for key, o in after.items() if key not in before]
        called = {operation.id: operation for operation in fresh if operation.id is not None}
        moved = [(o, called[o.id]) for o in gone if o.id in called]
        placed = {id(operation) for pair in moved for operation in pair}
        for key, operation in after.items():
            if key in before:
                self._operation(before[key], operation)
        for former, operation in moved:
            message = f"`{former.name}` moved to `{operation.name}`"
            places = former.pointer, operation.pointer
            self.differ.emit("operation-moved", self.at(operation.name), *places, message)
            self._operation(former, operation)
        left = [operation for operation in gone if id(operation) not in placed]
        self._rest(old, new, paths, (left, [o for o in fresh if id(o) not in placed]))

    def _key(self, operation: Operation, paths: Mapping[str, str]) -> tuple[str | None, str]:
        return paths.get(operation.path.removeprefix(self.prefix)), operation.method

    def _items(
        self, old: Mapping[str, Node], new: Mapping[str, Node], paths: Mapping[str, str]
    ) -> None:
        """What path items say beside their operations."""
        for former, path in paths.items():
            left, right = old[former], new[path]
            at = self.at(self.prefix + path)
            if former != path:
                message = f"`{former}` is written `{path}` now"
                places = left.pointer, right.pointer
                self.differ.emit("path-parameter-renamed", at, *places, message)
            _diff_websocket(self.differ, left, right, at)
            _diff_notes(self.differ, left, right, at)

    def _rest(
        self,
        old: Mapping[str, Node],
        new: Mapping[str, Node],
        paths: Mapping[str, str],
        rest: tuple[list[Operation], list[Operation]],
    ) -> None:
        """Operations without a partner; one change for a path that came or went as a whole."""
        gone, fresh = rest
        for operation in gone:
            path = operation.path.removeprefix(self.prefix)
            there = self.right if path not in paths else new[paths[path]].pointer
            rule = "path-removed" if path not in paths else "operation-removed"
            message = f"`{operation.name}`{_id(operation)} was removed"
            self.differ.emit(rule, self.at(operation.name), operation.pointer, there, message)
        partners = {path: former for former, path in paths.items()}
        for operation in fresh:
            path = operation.path.removeprefix(self.prefix)
            here = self.left if path not in partners else old[partners[path]].pointer
            rule = "path-added" if path not in partners else "operation-added"
            message = f"`{operation.name}`{_id(operation)} was added"
            self.differ.emit(rule, self.at(operation.name), here, operation.pointer, message)

    def _operation(self, left: Operation, right: Operation) -> None:
        differ, at = self.differ, self.at(right.name)
        _diff_id(differ, left, right, at)
        was, now = flag(left.node, "deprecated"), flag(right.node, "deprecated")
        if was != now:
            rule = "operation-deprecated" if now else "operation-undeprecated"
            message = f"the operation is {'deprecated now' if now else 'no longer deprecated'}"
            places = place_of(left.node, "deprecated"), place_of(right.node, "deprecated")
            differ.emit(rule, at, *places, message)
        _diff_notes(differ, left.node, right.node, at)
        diff_parameters(differ, left, right, at)
        diff_request(differ, left.node, right.node, at)
        diff_responses(differ, left.node, right.node, at)
        _diff_access(differ, left, right, at)
        self._callbacks(left.node, right.node, right.name)

    def _callbacks(self, left: Fields, right: Fields, name: str) -> None:
        old, new = dict(callbacks_of(left)), dict(callbacks_of(right))
        if old or new:
            places = place_of(left, "callbacks"), place_of(right, "callbacks")
            _Items(self.differ, self.caller.other, *places, f"callback of {name}: ").diff(old, new)


def _partners(old: Mapping[str, Node], new: Mapping[str, Node]) -> dict[str, str]:
    """Old path -> new path that the same URLs match."""
    found = {path: path for path in old if path in new}
    free = {without_names(path): path for path in new if path not in found}
    for path in old:
        # Taken out, so that no two old paths become the same new one.
        partner = None if path in new else free.pop(without_names(path), None)
        if partner is not None:
            found[path] = partner
    return found


def _id(operation: Operation) -> str:
    return f" (`{operation.id}`)" if operation.id else ""


def _diff_id(differ: Differ, left: Operation, right: Operation, at: At) -> None:
    old, new = left.id, right.id
    if old == new:
        return
    places = place_of(left.node, "operationId"), place_of(right.node, "operationId")
    if old is None:
        differ.emit("operation-id-added", at, *places, f"the operation is called `{new}` now")
    elif new is None:
        message = f"the operation is no longer called `{old}`"
        differ.emit("operation-id-removed", at, *places, message)
    else:
        message = f"the operation id was `{old}` and is `{new}`"
        differ.emit("operation-id-changed", at, *places, message)


def _diff_websocket(differ: Differ, left: Node, right: Node, at: At) -> None:
    old, new = _socket(left), _socket(right)
    at = replace(at, group=Group(GroupKind.OPERATION, f"WebSocket {at.group.name}"))
    if old is None and new is not None:
        message = "the path takes WebSocket connections now"
        differ.emit("websocket-added", at, left.pointer, new.pointer, message)
    elif old is not None and new is None:
        message = "the path takes no WebSocket connections any more"
        differ.emit("websocket-removed", at, old.pointer, right.pointer, message)
    elif old is not None and new is not None:
        for name, party in (("clientMessage", at.caller), ("errorMessage", at.caller.other)):
            ours, theirs = old.members.get(name), new.members.get(name)
            inner = replace(at, written_by=frozenset({party}), path=name)
            if ours is not None and theirs is not None:
                diff_schema(differ, ours, theirs, inner)
            elif ours is not None or theirs is not None:
                rule = "schema-removed" if theirs is None else "schema-added"
                places = place_of(old, name), place_of(new, name)
                differ.emit(rule, inner, *places, f"`{name}` was {rule.removeprefix('schema-')}")
        _diff_notes(differ, old, new, at)


def _socket(item: Node) -> Fields | None:
    socket = item.members.get(WEBSOCKET) if isinstance(item, Fields) else None
    return socket if isinstance(socket, Fields) else None


def _diff_notes(differ: Differ, left: Node, right: Node, at: At) -> None:
    """Keywords `x-...`, but for those that hold messages."""
    pair = []
    for node in (left, right):
        kept = node.members if isinstance(node, Fields) else {}
        kept = {name: part for name, part in kept.items() if name not in _OWN}
        pair.append(Fields(node.pointer, kept, "field"))
    diff_extensions(differ, pair[0], pair[1], at)


def _diff_access(differ: Differ, left: Operation, right: Operation, at: At) -> None:
    """Credentials and servers that the operation names itself; the API's are compared once."""
    own = [operation.node.members.get("security") for operation in (left, right)]
    if any(node is not None for node in own):
        effective = [
            node if node is not None else root_security(side)
            for node, side in zip(own, (differ.left, differ.right), strict=True)
        ]
        diff_security(differ, effective, (left.pointer, right.pointer), at)
    for old, new in ((left.node, right.node), (left.item, right.item)):
        diff_servers(differ, old, new, at)
