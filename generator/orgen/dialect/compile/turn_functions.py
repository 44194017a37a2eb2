"""What both directions of turns share: the functions and tables that are made."""

from __future__ import annotations

from orgen.dialect.ast import Turn, Turns
from orgen.dialect.compile.rules import Compiler
from orgen.ir.operations import Alternative, Function, Stmt, Table


class TurnFunctions:
    """Functions and tables of one `turns` section."""

    def __init__(self, compiler: Compiler, turns: Turns) -> None:
        self.compiler = compiler
        self.turns = turns
        self.functions: list[Function] = []
        self.tables: list[Table] = []

    def add(
        self,
        name: str,
        parameter: str,
        turn: Turn,
        alternatives: tuple[Alternative, ...],
        *last: Stmt,
    ) -> None:
        self.functions.append(
            Function(
                name,
                (parameter,),
                self.origin(turn.name, turn),
                (),
                alternatives,
                last,
                turn.span,
            )
        )

    def origin(self, what: str, turn: Turn | None = None) -> str:
        span = turn.span if turn else self.turns.span
        return self.compiler.origin(what, span)
