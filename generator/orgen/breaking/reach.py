"""Who writes which component: requests are written by clients, responses and events by servers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from orgen.breaking.change import Party
from orgen.breaking.differ import Side
from orgen.breaking.http_tree import METHODS, WEBSOCKET, callbacks_of
from orgen.breaking.view import references
from orgen.contract.tree import Fields, Members, Node, Sequence

EVENT_STREAM = "text/event-stream"


@dataclass(frozen=True, slots=True)
class Reach:
    """What operations lead to. A component that neither side writes is used by none."""

    writers: Mapping[str, frozenset[Party]]
    events: frozenset[str]
    """Components that are events of a stream."""
    streams: frozenset[str]
    """Components that are the union of a stream's events."""
    has_operations: bool

    def __or__(self, other: Reach) -> Reach:
        """What is reached in either document."""
        names = {**self.writers, **other.writers}
        none = frozenset[Party]()
        return Reach(
            {n: self.writers.get(n, none) | other.writers.get(n, none) for n in names},
            self.events | other.events,
            self.streams | other.streams,
            self.has_operations or other.has_operations,
        )


def reach_of(side: Side) -> Reach:
    """Follow the references of all operations of a document."""
    roots: dict[Party, set[str]] = {Party.CLIENTS: set(), Party.SERVERS: set()}
    streams: list[Node] = []
    found = False
    for writer, node in _messages(side, streams):
        found = True
        roots[writer].update(references(node))
    inner = {name: set(references(node)) for name, node in side.components.items()}
    reached = {party: _closure(names, inner) for party, names in roots.items()}
    every = reached[Party.CLIENTS] | reached[Party.SERVERS]
    events, unions = _events(side, streams)
    return Reach(
        {name: frozenset(p for p in Party if name in reached[p]) for name in every},
        frozenset(events),
        frozenset(unions),
        found,
    )


def _closure(names: set[str], inner: Mapping[str, set[str]]) -> set[str]:
    done: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in done:
            done.add(name)
            waiting += inner.get(name, ())
    return done


def _messages(side: Side, streams: list[Node]) -> Iterator[tuple[Party, Node]]:
    """Every part of every operation that describes data, with who writes it."""
    for item in side.fields("paths").values():
        yield from _item(item, Party.CLIENTS, streams)
    for item in side.fields("webhooks").values():
        yield from _item(item, Party.SERVERS, streams)


def _item(item: Node, caller: Party, streams: list[Node]) -> Iterator[tuple[Party, Node]]:
    members = item.members if isinstance(item, Fields) else {}
    if "parameters" in members:
        yield caller, members["parameters"]
    socket = members.get(WEBSOCKET)
    if isinstance(socket, Fields):
        for name, party in (("clientMessage", caller), ("errorMessage", caller.other)):
            if name in socket.members:
                yield party, socket.members[name]
    for method in METHODS:
        operation = members.get(method)
        if isinstance(operation, Fields):
            yield from _operation(operation, caller, streams)


def _operation(
    operation: Fields, caller: Party, streams: list[Node]
) -> Iterator[tuple[Party, Node]]:
    for name in ("parameters", "requestBody"):
        if name in operation.members:
            yield caller, operation.members[name]
    responses = operation.members.get("responses")
    if responses is not None:
        yield caller.other, responses
        streams += _stream_schemas(responses)
    for _, item in callbacks_of(operation):
        yield from _item(item, caller.other, streams)


def _stream_schemas(responses: Node) -> Iterator[Node]:
    for response in responses.members.values() if isinstance(responses, Fields) else ():
        content = response.members.get("content") if isinstance(response, Fields) else None
        media = content.members.get(EVENT_STREAM) if isinstance(content, Fields) else None
        schema = media.members.get("schema") if isinstance(media, Fields) else None
        if schema is not None:
            yield schema


def _events(side: Side, streams: list[Node]) -> tuple[set[str], set[str]]:
    """The variants of streams' unions that are components, and unions that are components."""
    events: set[str] = set()
    unions: set[str] = set()
    waiting = list(streams)
    while waiting:
        node = waiting.pop()
        if not isinstance(node, Fields):
            continue
        members = [node.members.get(keyword) for keyword in ("oneOf", "anyOf", "allOf")]
        for part in members:
            if isinstance(part, Members | Sequence):
                for member in part.members:
                    events.update(references(member) if _is_ref(member) else ())
        for name in references(node) if _is_ref(node) else ():
            if name not in unions and name in side.components:
                unions.add(name)
                waiting.append(side.components[name])
    return events - unions, unions


def _is_ref(node: Node) -> bool:
    return isinstance(node, Fields) and "$ref" in node.members
