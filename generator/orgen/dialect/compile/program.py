"""Joins the parts: one dialect and the canonical schema become one program."""

from __future__ import annotations

from collections.abc import Iterator

from orgen.dialect.ast import Block, Body, Dialect, Direction, Note
from orgen.dialect.compile.bodies import BodyCompiler
from orgen.dialect.compile.reach import group_records
from orgen.dialect.compile.rules import Compiler, group_functions
from orgen.dialect.compile.turns import TurnsCompiler
from orgen.dialect.compile.types import CanonicalTypes
from orgen.ir.operations import Function, Program, Table
from orgen.ir.schema import Json, Schema

REQUEST, RESPONSE, ERROR = "CreateResponseBody", "ResponseResource", "ErrorPayload"
COMPACTION = "CompactResponseMethodPublicBody", "CompactResource"
"""Components of the canonical schema that the kinds of body stand for."""


def compile_dialect(dialect: Dialect, schema: Schema) -> Program:
    """The program of a dialect that has passed its checks."""
    records = group_records(dialect, _bodies(dialect), schema)
    compiler = Compiler(dialect, CanonicalTypes(schema), records)
    functions: list[Function] = []
    tables: list[Table] = []
    for body, component in _bodies(dialect):
        record = compiler.types.component(component)
        for direction in Direction:
            functions += BodyCompiler(compiler, body, direction, record).compile()
    for turns in dialect.turns.values():
        found = TurnsCompiler(compiler, turns).compile()
        functions += found.functions
        tables += found.tables
    for group in dialect.groups.values():
        functions += group_functions(compiler, group)
    tables += _maps(dialect)
    return Program(dialect.name, tuple(functions), tuple(tables))


def _bodies(dialect: Dialect) -> Iterator[tuple[Body, str]]:
    yield dialect.request, REQUEST
    yield dialect.response, RESPONSE
    error = Block("shape", dialect.error.rules, dialect.error.span)
    if dialect.compaction is not None:
        yield from zip(dialect.compaction, COMPACTION, strict=True)
    yield Body("error", (), (error,), (), dialect.error.span), ERROR


def _maps(dialect: Dialect) -> Iterator[Table]:
    for name, found in dialect.maps.items():
        encode: list[Json] = [[key, value] for key, value in found.encode.items()]
        decode: list[Json] = [[key, value] for key, value in found.decode]
        yield Table(f"encode_{name}", "map", f"{name}: canonical word to native word.", encode)
        yield Table(f"decode_{name}", "map", f"{name}: native word to canonical word.", decode)


def notes(entries: tuple[Note, ...]) -> dict[str, str]:
    """Place -> reason."""
    return {note.place: note.reason for note in entries}
