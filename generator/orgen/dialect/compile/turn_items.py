"""Encoding of turns: each item as a native message, whose likes the runtime's `gather` merges."""

from __future__ import annotations

from orgen.dialect.ast import Array, Direction, Entry, Object, Rule, Template, Turn
from orgen.dialect.compile.build import Builder
from orgen.dialect.compile.match import match
from orgen.dialect.compile.rules import account, limit, pick, reports, words
from orgen.dialect.compile.scope import root
from orgen.dialect.compile.slots import beside_table, turn_table
from orgen.dialect.compile.turn_functions import TurnFunctions
from orgen.ir.operations import (
    Alternative,
    Expr,
    Function,
    Let,
    Local,
    NewList,
    NewObject,
    Pair,
    Primitive,
    Return,
    Table,
    TableName,
)
from orgen.ir.schema import Json


class ItemEncoder(TurnFunctions):
    """`encode_<turns>_item(item)`."""

    def encode_item(self) -> None:
        alternatives = [
            self.fragment(turn, rule)
            for turn in self.turns.turns
            for rule in (*turn.beside, *turn.rules)
            if rule.only is not Direction.DECODE
        ]
        self.functions.append(
            Function(
                name=f"encode_{self.turns.name}_item",
                parameters=("item",),
                doc=self.origin(f"{self.turns.name}: one item as a turn and its fragment"),
                prologue=(),
                alternatives=tuple(alternatives),
                epilogue=(
                    Return(
                        Primitive(
                            "no_item_rule",
                            (root("item"), TableName(f"{self.turns.name}_extension_turn")),
                            context=True,
                        )
                    ),
                ),
                span=self.turns.span,
            )
        )
        self.tables.append(
            Table(
                f"{self.turns.name}_extension_turn",
                "extension_turn",
                "Where the vendor's own extension items go.",
                self.extension_turn(),
            )
        )

    def extension_turn(self) -> Json:
        for turn in self.turns.turns:
            if turn.unknown:
                return {"turn": turn_table(self.turns, turn), "key": turn.unknown}
        return None

    def fragment(self, turn: Turn, rule: Rule) -> Alternative:
        """The item's fragment; residue of an element goes to that element."""
        scope = self.compiler.scope(rule, Direction.ENCODE, "item")
        match(rule.canonical, root("item"), scope, "item")
        limit(rule, scope)
        body = pick(self.compiler, rule.native, scope)
        builder = Builder(scope)
        assert isinstance(rule.native, Object)
        first = rule.native.entries[0]
        made: Expr
        element: Template
        if not turn.whole and len(rule.native.entries) == 1 and isinstance(first.template, Array):
            element = first.template.elements[0]
            made = builder.value(element, "out")
            body += builder.statements
            if made != Local("out"):
                body.append(Let("out", made))
            header = tuple(
                (e.key, builder.value(e.template, e.key)) for e in self.header(turn, rule)
            )
            fragment: Expr = NewObject((*header, (first.key, NewList((Local("out"),)))))
        else:
            element = Object((*self.header(turn, rule), *rule.native.entries), rule.native.span)
            made = builder.value(element, "out")
            body += builder.statements
            if made != Local("out"):
                body.append(Let("out", made))
            fragment = Local("out")
        body += reports(rule, root("item"))
        body += words(element, scope, root("item"))
        body += account(self.compiler, scope, "out")
        table = beside_table if rule in turn.beside else turn_table
        body.append(Return(Pair(TableName(table(self.turns, turn)), fragment)))
        return Alternative(tuple(scope.steps), tuple(body), rule.span)

    def header(self, turn: Turn, rule: Rule) -> tuple[Entry, ...]:
        """What every message of the turn says, unless the rule makes no message."""
        if rule in turn.beside:
            return ()
        return tuple(entry for entry in turn.header.entries if entry.written or not entry.optional)
