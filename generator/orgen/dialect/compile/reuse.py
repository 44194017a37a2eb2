"""What the program of a profile takes over from that of its dialect, uncompiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from orgen.dialect.ast import Dialect
from orgen.dialect.compile.rules import Compiler
from orgen.ir.operations import Function, Program, Table

Key: TypeAlias = "tuple[str, str]"
"""Kind and name of a part: body, turns or group."""
Made: TypeAlias = "tuple[tuple[Function, ...], tuple[Table, ...]]"


@dataclass(frozen=True, slots=True)
class Compiled:
    """A program, and what each part of the dialect became in it."""

    program: Program
    dialect: Dialect
    compiler: Compiler
    parts: Mapping[Key, Made]


class Sameness:
    """Which parts of a dialect are those of its base.

    Rules look at the words of maps, at the components that groups stand for and at what groups
    hold items; bodies look at turns, too. Where one of these differs, all are compiled anew.
    """

    def __init__(self, dialect: Dialect, compiler: Compiler, base: Compiled | None) -> None:
        self.base = base
        self.now = _parts(dialect)
        self.before = _parts(base.dialect) if base else {}
        self.known = base is not None and (
            dialect.maps == base.dialect.maps
            and dict(compiler.group_records) == dict(base.compiler.group_records)
            and compiler.item_groups == base.compiler.item_groups
            and _settings(dialect) == _settings(base.dialect)
        )

    def part(self, key: Key) -> Made | None:
        """What the base has made of the part; None if it has to be compiled."""
        if not self.known or self.base is None or self.before.get(key) != self.now[key]:
            return None
        return self.base.parts.get(key)


def _settings(dialect: Dialect) -> tuple[object, ...]:
    forms = dialect.tag, dialect.aliases, dialect.text, dialect.adornments, dialect.echoes
    return *forms, tuple(note.place for note in dialect.ignore)


def _parts(dialect: Dialect) -> dict[Key, object]:
    """Everything that is compiled on its own, with what it depends on besides."""
    bodies = [dialect.request, dialect.response, *(dialect.compaction or ())]
    return {
        ("body", "error"): (dialect.error, dialect.turns),
        **{("body", body.name): (body, dialect.turns) for body in bodies},
        **{("turns", name): (found, dialect.turns) for name, found in dialect.turns.items()},
        **{("group", name): found for name, found in dialect.groups.items()},
    }
