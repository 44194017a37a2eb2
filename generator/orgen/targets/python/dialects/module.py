"""Lowers one compiled dialect to a Python module: names, tables and function texts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from orgen.dialect.ast import Dialect, Note
from orgen.dialect.compile.scope import Binding, Scope, root
from orgen.dialect.compile.build import Builder
from orgen.dialect.ast import Direction
from orgen.dialect.optimise import Routine, routines
from orgen.ir.operations import Program, Table
from orgen.render import environment
from orgen.targets.python.dialects.printer import Printer
from orgen.targets.python.text import string, value


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
    primitives: tuple[str, ...]
    tables: tuple[TableText, ...]
    key_sets: tuple[tuple[str, str], ...]
    functions: tuple[FunctionText, ...]
    facts: tuple[TableText, ...]


def dialect_module(dialect: Dialect, program: Program, *, optimise: bool = True) -> str:
    """The text of `openresponses/dialects/<name>.py`, before formatting."""
    printer = Printer()
    functions = [_function(printer, item) for item in routines(program, optimise=optimise)]
    functions.append(_text_function(printer, dialect))
    bodies = "\n".join(function.body for function in functions)
    module = DialectModule(
        name=dialect.name,
        slug=dialect.slug,
        title=dialect.title,
        source=dialect.source,
        primitives=_primitives(bodies),
        tables=tuple(_table(table) for table in program.tables),
        key_sets=tuple(
            (name, value(list(keys))) for name, keys in sorted(printer.key_sets.items())
        ),
        functions=tuple(functions),
        facts=tuple(_facts(dialect)),
    )
    return environment("python").get_template("dialects/module.py.jinja").render(module=module)


def _function(printer: Printer, item: Routine) -> FunctionText:
    parameters = ", ".join(f"{name}: Any" for name in item.parameters)
    return FunctionText(
        item.name, f"{parameters}, ctx: Context", item.doc, printer.block(item.body)
    )


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


def _primitives(text: str) -> tuple[str, ...]:
    """The runtime primitives that the module calls, by name."""
    from orgen.targets.python.dialects.runtime import PRIMITIVES

    used = set(re.findall(r"(?<![.\w])(\w+)\(", text))
    return tuple(sorted(used & PRIMITIVES))


def _table(table: Table) -> TableText:
    name = table.name.upper()
    data: Any = table.value
    match table.kind:
        case "turn":
            text = f"Turn({string(data['name'])}, {value(data['header'])}, {data['merge']})"
        case "extension_turn":
            text = f"({data['turn'].upper()}, {string(data['key'])})" if data else "None"
        case "map":
            entries = "".join(f"{value(key)}: {value(word)}, " for key, word in data)
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
        TableText("fixups", "(" + "".join(f"{string(name)}, " for name in dialect.fixups) + ")"),
        TableText("protected", "(" + "".join(f"{string(p)}, " for p in dialect.protected) + ")"),
        TableText("tag", value(dialect.tag)),
    ]


def _notes(notes: tuple[Note, ...]) -> str:
    return "{" + "".join(f"{string(n.place)}: {string(n.reason)}, " for n in notes) + "}"
