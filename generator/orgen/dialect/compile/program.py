"""Joins the parts: one dialect and the canonical schema become one program."""

from __future__ import annotations

from collections.abc import Iterator

from orgen.dialect.ast import Block, Body, Dialect, Direction, Note
from orgen.dialect.compile.answers import demands, with_answers
from orgen.dialect.compile.bodies import BodyCompiler
from orgen.dialect.compile.build import Builder
from orgen.dialect.compile.reach import group_records
from orgen.dialect.compile.reuse import Compiled, Key, Made, Sameness
from orgen.dialect.compile.rules import Compiler, group_functions
from orgen.dialect.compile.scope import Binding, Scope, root
from orgen.dialect.compile.turns import TurnsCompiler
from orgen.dialect.compile.types import CanonicalTypes
from orgen.ir.operations import Expr, Function, Program, Table
from orgen.ir.schema import Json, Schema

REQUEST, RESPONSE, ERROR = "CreateResponseBody", "ResponseResource", "ErrorPayload"
COMPACTION = "CompactResponseMethodPublicBody", "CompactResource"
"""Components of the canonical schema that the kinds of body stand for."""


def compile_dialect(dialect: Dialect, schema: Schema) -> Program:
    """The program of a dialect that has passed its checks."""
    return compile_parts(dialect, schema).program


def compile_parts(dialect: Dialect, schema: Schema, base: Compiled | None = None) -> Compiled:
    """The program of a dialect that has passed its checks, part by part.

    Parts that are the same in `base`, with all that they depend on, are taken over.
    """
    records = group_records(dialect, _bodies(dialect), schema)
    types = base.compiler.types if base else CanonicalTypes(schema)
    compiler = Compiler(dialect, types, records)
    same = Sameness(dialect, compiler, base)
    parts: dict[Key, Made] = {}
    for body, component in _bodies(dialect):
        key = ("body", body.name)
        parts[key] = same.part(key) or (tuple(_body(compiler, body, component)), ())
    for name, turns in dialect.turns.items():
        key = ("turns", name)
        found = same.part(key)
        if found is None:
            made = TurnsCompiler(compiler, turns).compile()
            found = (tuple(made.functions), tuple(made.tables))
        parts[key] = found
    for name, group in dialect.groups.items():
        key = ("group", name)
        parts[key] = same.part(key) or (tuple(group_functions(compiler, group)), ())
    functions = tuple(function for made, _ in parts.values() for function in made)
    functions = with_answers(functions, demands(types))
    tables = (*(table for _, made in parts.values() for table in made), *_maps(dialect))
    program = Program(dialect.name, functions, tables, text_part(dialect))
    return Compiled(program, dialect, compiler, parts)


def text_part(dialect: Dialect) -> Expr | None:
    """What a bare string, called `text`, stands for in a list of parts."""
    scope = Scope(Direction.ENCODE, {}, names={"text"})
    scope.bind("text", Binding(root("text")))
    builder = Builder(scope)
    made = builder.value(dialect.text, "out")
    return None if builder.statements else made


def _body(compiler: Compiler, body: Body, component: str) -> Iterator[Function]:
    record = compiler.types.component(component)
    for direction in Direction:
        yield from BodyCompiler(compiler, body, direction, record).compile()


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
