"""Finds its way through the operations of a document in normal form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from orgen.breaking.differ import Side
from orgen.contract.document import read_path_item
from orgen.contract.tree import Fields, Node, Pointer, Sequence, Value

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
WEBSOCKET = "x-openresponses-websocket"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation with what its path item gives it. `path` is a URL template or a webhook."""

    method: str
    path: str
    node: Fields
    item: Fields
    parameters: Mapping[tuple[str, str], Fields]
    """(place, name) -> parameter, the operation's own before those of the path."""

    @property
    def name(self) -> str:
        return f"{self.method.upper()} {self.path}"

    @property
    def id(self) -> str | None:
        node = self.node.members.get("operationId")
        return str(node.value) if isinstance(node, Value) else None

    @property
    def pointer(self) -> Pointer:
        return self.node.pointer


def operations_of(items: Mapping[str, Node], prefix: str = "") -> Iterator[Operation]:
    """All operations below some path items, in their order."""
    for path, item in items.items():
        for method in METHODS if isinstance(item, Fields) else ():
            node = item.members.get(method) if isinstance(item, Fields) else None
            if isinstance(item, Fields) and isinstance(node, Fields):
                parameters = {**_parameters(item), **_parameters(node)}
                yield Operation(method, prefix + path, node, item, parameters)


def _parameters(holder: Fields) -> dict[tuple[str, str], Fields]:
    node = holder.members.get("parameters")
    found: dict[tuple[str, str], Fields] = {}
    for member in node.members if isinstance(node, Sequence) else ():
        if isinstance(member, Fields):
            found[text(member, "in"), text(member, "name")] = member
    return found


def text(node: Fields, name: str) -> str:
    """The plain value of a field, as text; empty if it is absent."""
    field = node.members.get(name)
    return str(field.value) if isinstance(field, Value) else ""


def flag(node: Node | None, name: str) -> bool:
    """Whether a field is there and true."""
    field = node.members.get(name) if isinstance(node, Fields) else None
    return isinstance(field, Value) and field.value is True


def members(node: Node | None, name: str) -> Mapping[str, Node]:
    """The named members of a field that is an object."""
    field = node.members.get(name) if isinstance(node, Fields) else None
    return field.members if isinstance(field, Fields) else {}


def place_of(node: Node, name: str) -> Pointer:
    """Where a field is written, or else the object."""
    field = node.members.get(name) if isinstance(node, Fields) else None
    return node.pointer if field is None else field.pointer


def callbacks_of(operation: Fields) -> Iterator[tuple[str, Node]]:
    """The path items of an operation's callbacks, each with the callback's name and expression."""
    node = operation.members.get("callbacks")
    callbacks = node.value if isinstance(node, Value) else None
    for name, callback in callbacks.items() if isinstance(callbacks, dict) else ():
        for expression, item in callback.items() if isinstance(callback, dict) else ():
            pointer = (*operation.pointer, "callbacks", name, expression)
            yield f"{name} {expression}", read_path_item(item, pointer)


def without_names(path: str) -> str:
    """A path with its parameters nameless: what a URL is matched with.

    >>> without_names("/files/{id}/content")
    '/files/{}/content'
    """
    pieces = path.split("{")
    return "{".join([pieces[0], *("}" + p.partition("}")[2] for p in pieces[1:])])


def root_security(side: Side) -> Node | None:
    """The credentials that hold for operations that do not name their own."""
    return side.root.members.get("security") if isinstance(side.root, Fields) else None
