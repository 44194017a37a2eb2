"""Turns: canonical items on one side, native messages on the other."""

from __future__ import annotations

from orgen.dialect.ast import Turn
from orgen.dialect.compile.beside import element_of
from orgen.dialect.compile.slots import beside_table, turn_table
from orgen.dialect.compile.turn_items import ItemEncoder
from orgen.dialect.compile.turn_messages import MessageDecoder
from orgen.ir.operations import Table


class TurnsCompiler(ItemEncoder, MessageDecoder):
    """Functions and tables of one `turns` section, both directions."""

    def compile(self) -> TurnsCompiler:
        for turn in self.turns.turns:
            header = {
                e.key: getattr(e.template, "value", None)
                for e in turn.header.entries
                if e.written or not e.optional
            }
            self.tables.append(
                Table(
                    turn_table(self.turns, turn),
                    "turn",
                    f"Native message of turn {turn.name}.",
                    {
                        "header": header,
                        "merge": turn.merge,
                        "name": turn.name,
                        "fill": dict(turn.fill),
                    },
                )
            )
            if turn.beside:
                self.tables.append(self.beside_of(turn))
        self.encode_item()
        self.decode_message()
        for turn in self.turns.turns:
            if turn.whole:
                self.decode_whole(turn)
            else:
                self.decode_slots(turn)
        return self

    def beside_of(self, turn: Turn) -> Table:
        key, _ = element_of(turn.beside[0])
        return Table(
            beside_table(self.turns, turn),
            "beside",
            f"What stands beside an element of {key}.",
            {"turn": turn_table(self.turns, turn), "key": key},
        )
