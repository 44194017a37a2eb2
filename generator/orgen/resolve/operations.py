"""Reads the operations of an OpenAPI document, and the WebSocket extension of a path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from orgen.ir.schema import Body, Operation, Reply, Type, WebSocket
from orgen.resolve.reader import Reader
from orgen.resolve.shape import read_doc
from orgen.resolve.source import Pointer, as_object
from orgen.resolve.wording import pascal

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
EVENT_STREAM = "text/event-stream"


def read_operations(reader: Reader) -> tuple[Operation, ...]:
    """Every operation, in document order."""
    paths = as_object(as_object(reader.source.document.value).get("paths"))
    return tuple(
        _operation(reader, ("paths", path, method), path, method, as_object(item[method]))
        for path, item in paths.items()
        if isinstance(item, dict)
        for method in item
        if method in METHODS
    )


def _operation(
    reader: Reader, at: Pointer, path: str, method: str, node: dict[str, Any]
) -> Operation:
    replies = as_object(node.get("responses"))
    name = node.get("operationId")
    return Operation(
        name if isinstance(name, str) and name else f"{method}{pascal(path)}",
        method,
        path,
        tuple(_bodies(reader, node.get("requestBody"), (*at, "requestBody"))),
        tuple(
            Reply(
                str(status),
                tuple(_bodies(reader, reply, (*at, "responses", status))),
                read_doc(as_object(reply)),
            )
            for status, reply in replies.items()
        ),
        _summary(node),
    )


def _summary(node: dict[str, Any]) -> Any:
    return read_doc({"title": node.get("summary"), **node})


def _bodies(reader: Reader, node: object, at: Pointer) -> Iterator[Body]:
    for media_type, media in as_object(as_object(node).get("content")).items():
        if isinstance(media, dict) and "schema" in media:
            pointer = (*at, "content", media_type, "schema")
            yield Body(media_type, reader.read(media["schema"], pointer).with_null())


def read_websockets(reader: Reader) -> tuple[WebSocket, ...]:
    """The `x-openresponses-websocket` of every path that has one."""
    paths = as_object(as_object(reader.source.document.value).get("paths"))
    return tuple(
        WebSocket(
            path,
            _message(reader, path, item, "clientMessage"),
            _message(reader, path, item, "errorMessage"),
            read_doc(as_object(item["x-openresponses-websocket"])),
        )
        for path, item in paths.items()
        if isinstance(item, dict) and "x-openresponses-websocket" in item
    )


def _message(reader: Reader, path: str, item: dict[str, Any], side: str) -> Type:
    node = as_object(item["x-openresponses-websocket"])
    return reader.read(
        node.get(side, True), ("paths", path, "x-openresponses-websocket", side)
    ).type
