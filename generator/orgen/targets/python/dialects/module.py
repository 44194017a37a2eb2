"""Lowers one compiled dialect to a Python module: names, tables and function texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from orgen.dialect.ast import Dialect, Direction, Note
from orgen.dialect.bare import texts_of
from orgen.dialect.compile.build import Builder
from orgen.dialect.compile.filters import constant
from orgen.dialect.compile.scope import Binding, Scope, root
from orgen.dialect.compile.spelling import known_keys
from orgen.dialect.compile.streams import stream_table
from orgen.dialect.compile.types import CanonicalTypes
from orgen.dialect.flatten import flatten
from orgen.dialect.optimise import Routine, routine
from orgen.dialect.settings import Settings, settings_of
from orgen.ir.operations import (
    AllOf,
    Bound,
    Choose,
    Constant,
    Expr,
    Let,
    NewList,
    NewObject,
    Program,
    Put,
    Stmt,
    Table,
    When,
)
from orgen.ir.schema import Json, Record, Schema
from orgen.render import environment
from orgen.targets.python.dialects.imports import Import, import_lines
from orgen.targets.python.dialects.printer import Printer, identifier
from orgen.targets.python.dialects.streams import StreamText, stream_text
from orgen.targets.python.native_modules import NativeTypes
from orgen.targets.python.text import string, value, within


@dataclass(frozen=True, slots=True)
class TableText:
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class FunctionText:
    name: str
    parameters: str
    doc: str
    body: str


@dataclass(frozen=True, slots=True)
class DialectModule:
    """What `dialects/module.py.jinja` prints."""

    name: str
    slug: str
    title: str
    source: str
    path: str
    stream_path: str
    compact_path: str
    primitives: tuple[str, ...]
    tables: tuple[TableText, ...]
    key_sets: tuple[tuple[str, str], ...]
    functions: tuple[FunctionText, ...]
    facts: tuple[TableText, ...]
    native: NativeTypes | None
    stream: StreamText | None
    imports: tuple[Import, ...] = ()
    """What is the same in the module of the dialect that this one extends."""
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The key sets as names of keys."""


def dialect_module(dialect: Dialect, program: Program, *, optimise: bool = True) -> str:
    """The text of `openresponses/dialects/<name>.py` as it stands alone, before formatting."""
    return render_dialect(lower_dialect(dialect, program, optimise=optimise))


def render_dialect(module: DialectModule) -> str:
    """The text of a module, before formatting."""
    template = environment("python").get_template("dialects/module.py.jinja")
    return template.render(module=module, imports=import_lines(module))


def lower_dialect(
    dialect: Dialect,
    program: Program,
    settings: Settings | None = None,
    native: NativeTypes | None = None,
    *,
    optimise: bool = True,
    base: tuple[Program, DialectModule] | None = None,
) -> DialectModule:
    """The module `openresponses/dialects/<name>.py`.

    `native` are the types of the vendor's bodies, if there is a module of them; `base` is what
    functions that the program shares with it are taken from, printed as they are there.
    """
    printer = Printer()
    texts = texts_of(program)
    printed = _printed(printer, *base) if base and texts_of(base[0]) == texts else {}
    functions = [
        printed.get(id(function)) or _function(printer, routine(function, texts, optimise=optimise))
        for function in program.functions
    ]
    functions.append(_text_function(printer, dialect))
    bodies = "\n".join(function.body for function in functions)
    tables = (
        *(_table(table) for table in program.tables),
        *(TableText(n, f"typed({value(dict(t))})") for n, t in printer.field_tables.items()),
    )
    if base:
        own = {table.name for table in tables}
        tables = (*tables, *(table for table in base[1].tables if table.name not in own))
    table = stream_table(dialect)
    return DialectModule(
        name=dialect.name,
        slug=dialect.slug,
        title=within(dialect.title),
        source=within(dialect.source),
        path=string(dialect.endpoint.path),
        stream_path=string(dialect.endpoint.stream_path),
        compact_path=string(dialect.endpoint.compact_path) if dialect.endpoint.compact_path else "",
        primitives=primitives("\n".join([bodies, *(table.text for table in tables)])),
        tables=tables,
        key_sets=tuple(
            (name, value(list(keys))) for name, keys in sorted(printer.key_sets.items())
        ),
        functions=tuple(functions),
        facts=(*_facts(dialect), *_settings(settings or settings_of(dialect, [dialect]))),
        native=native,
        stream=stream_text(table) if table is not None else None,
        keys=dict(printer.key_sets),
    )


def _printed(printer: Printer, program: Program, module: DialectModule) -> dict[int, FunctionText]:
    """Functions of a program as its module prints them, whose key sets keep their names."""
    printer.key_sets.update(module.keys)
    return {id(f): text for f, text in zip(program.functions, module.functions, strict=False)}


def _function(printer: Printer, item: Routine) -> FunctionText:
    parameters = ", ".join(f"{name}: Any" for name in item.parameters)
    context = "Gathering" if item.name.startswith("encode_") else "Splitting"
    declared = "".join(
        f"{identifier(name)}: {annotation}\n"
        for name, annotation in _declarations(item.body).items()
        if name not in item.parameters
    )
    statements = flatten(item.body)
    # The docstring is body enough for a function that does nothing.
    body = declared + (printer.block(statements) if statements else "")
    return FunctionText(item.name, f"{parameters}, ctx: {context}", within(item.doc), body)


def _declarations(body: tuple[Stmt, ...]) -> dict[str, str]:
    """Local name -> annotation, for objects that are made in several places or step by step."""
    made: dict[str, list[Expr]] = {}
    written: set[str] = set()
    _collect(body, made, written)
    found = {}
    for name, values in made.items():
        objects = [v for v in values if isinstance(v, NewObject) or v == constant({})]
        if objects and (len(values) > 1 or name in written or _has_empty(objects[0])):
            found[name] = "dict[str, Any]" if len(objects) == len(values) else "Any"
    return found


def _has_empty(value: Expr) -> bool:
    """Whether a type checker could not tell what the object's empty containers will hold."""
    match value:
        case NewObject(entries):
            return not entries or any(_has_empty(inner) for _, inner in entries)
        case NewList(elements):
            return not elements or any(_has_empty(inner) for inner in elements)
        case Constant(_, inner):
            return inner in ([], {})
        case _:
            return False


def _collect(body: Iterable[Stmt], made: dict[str, list[Expr]], written: set[str]) -> None:
    """What each local name is bound to, and which are written into."""
    for stmt in body:
        match stmt:
            case Put(target):
                written.add(target)
            case Let(name, value):
                made.setdefault(name, []).append(value)
            case When(condition, then, otherwise):
                for test in condition.conditions if isinstance(condition, AllOf) else (condition,):
                    if isinstance(test, Bound):
                        made.setdefault(test.name, []).append(test.value)
                _collect((*then, *otherwise), made, written)
            case Choose(_, cases):
                for _, inner in cases:
                    _collect(inner, made, written)


def _text_function(printer: Printer, dialect: Dialect) -> FunctionText:
    """`text_part(text)`: what a bare string stands for in a list of parts."""
    scope = Scope(Direction.ENCODE, {}, names={"text"})
    scope.bind("text", Binding(root("text")))
    builder = Builder(scope)
    made = builder.value(dialect.text, "out")
    body = printer.block([*builder.statements]) if builder.statements else ""
    return FunctionText(
        "text_part",
        "text: str",
        "A bare string as a part.",
        f"{body}\nreturn {printer.show(made)}".strip(),
    )


def primitives(text: str) -> tuple[str, ...]:
    """The runtime primitives that the module calls, by name."""
    from orgen.targets.python.dialects.runtime import PRIMITIVES

    used = set(re.findall(r"(?<![.\w])(\w+)\(", text))
    return tuple(sorted(used & PRIMITIVES))


def _table(table: Table) -> TableText:
    name = table.name.upper()
    data: Any = table.value
    match table.kind:
        case "turn":
            fill = f", {value(data['fill'])}" if data["fill"] else ""
            header = f"{string(data['name'])}, {value(data['header'])}"
            text = f"Turn({header}, {data['merge']}{fill})"
        case "extension_turn":
            text = f"({data['turn'].upper()}, {string(data['key'])})" if data else "None"
        case "beside":
            text = f"Beside({data['turn'].upper()}, {string(data['key'])})"
        case "map":
            entries = ", ".join(f"{value(key)}: {value(word)}" for key, word in data)
            text = "{" + entries + "}"
        case kind:
            raise ValueError(kind)
    return TableText(name, text)


def _facts(dialect: Dialect) -> list[TableText]:
    maps = (
        "{"
        + "".join(
            f"{string(f'{way}_{name}')}: {way.upper()}_{name.upper()}, "
            for name in dialect.maps
            for way in ("encode", "decode")
        )
        + "}"
    )
    return [
        TableText("drop", _notes(dialect.drop)),
        TableText("reject", _notes(dialect.reject)),
        TableText("ignore", _notes(dialect.ignore)),
        TableText("maps", maps),
        TableText("fixups", _names(dialect.fixups)),
        TableText("protected", _names(dialect.protected)),
        TableText("tag", value(dialect.tag)),
        TableText("echoes", value(dialect.echoes)),
        TableText("unprefixed", value(dialect.unprefixed)),
        TableText("prefixed", _names(dialect.prefixed)),
        TableText("adornments", _names(dialect.adornments)),
        TableText("other_slugs", _names(dialect.other_slugs)),
        TableText("spelling", value(known_keys(dialect) if dialect.aliases else None)),
    ]


def _names(names: tuple[str, ...]) -> str:
    return "(" + "".join(f"{string(name)}, " for name in names) + ")"


def _servers(servers: Mapping[str, tuple[str, ...]]) -> str:
    return f"{{{', '.join(f'{string(name)}: {_names(who)}' for name, who in servers.items())}}}"


def _settings(settings: Settings) -> list[TableText]:
    return [
        TableText("settings", f"frozenset({value(list(settings.own))})"),
        TableText("elsewhere", value(dict(settings.elsewhere))),
        TableText("servers", _servers(settings.servers)),
        TableText("slugs", value(dict(settings.slugs))),
        TableText("sisters", _names(settings.sisters)),
        TableText("own_types", f"frozenset({value(list(settings.own_types))})"),
        TableText("sister_types", value(dict(settings.sister_types))),
    ]


def _notes(notes: tuple[Note, ...]) -> str:
    return "{" + "".join(f"{string(n.place)}: {string(n.reason)}, " for n in notes) + "}"


def kinds_module(schema: Schema) -> str:
    """The text of `dialects/canonical.py`: JSON kinds of the typed values' properties."""
    types = CanonicalTypes(schema)
    kinds: dict[str, Json] = {}
    for component in schema.components.values():
        record = component.type
        if not isinstance(record, Record):
            continue
        tag = record.property("type")
        tags = types.spec(tag.type).values if tag else None
        for word in tags or ():
            entry = kinds.setdefault(word, {})
            assert isinstance(entry, dict)
            for found in record.properties:
                known = list(types.spec(found.type).kinds) or ["any"]
                old = entry.get(found.name, [])
                assert isinstance(old, list)
                entry[found.name] = [*old, *(k for k in known if k not in old)]
    return (
        environment("python").get_template("dialects/canonical.py.jinja").render(kinds=value(kinds))
    )
