"""Resolves a validated document into a `Schema`: references named, unions tagged, nulls apart.

The stage reads every component (`reader`), tells the variants of unions apart
(`unions`), names what has no name (`lift`), and gives open unions a record for
the variants they do not know (`unknown`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from orgen.contract import contract_hash
from orgen.diagnostics import Diagnostics
from orgen.ir.schema import Schema
from orgen.resolve.assemble import Assembly
from orgen.resolve.operations import read_operations, read_websockets
from orgen.resolve.reader import Reader
from orgen.resolve.shape import read_doc
from orgen.resolve.source import Source, as_object

if TYPE_CHECKING:
    from orgen.load import Document

__all__ = ["resolve"]


def resolve(document: Document, diagnostics: Diagnostics) -> Schema:
    """The whole document as types; what no type can hold is a diagnostic `R0xx`."""
    source = Source(document, diagnostics)
    reader = Reader(source)
    assembly = Assembly(source, reader)
    operations = read_operations(reader)
    websockets = read_websockets(reader)
    assembly.read_components()
    operations = assembly.place_operations(operations)
    info = as_object(as_object(document.value).get("info"))
    return Schema(
        title=str(info.get("title") or "Schema"),
        version=str(info.get("version") or "0"),
        hash=contract_hash(document.value),
        components=assembly.finished(),
        operations=operations,
        websockets=tuple(
            replace(
                socket,
                client_message=assembly.tagged(socket.client_message),
                error_message=assembly.tagged(socket.error_message),
            )
            for socket in websockets
        ),
        doc=read_doc(info),
    )
