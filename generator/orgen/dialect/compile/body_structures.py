"""Rows that stand for whole conversations: one call of a structure of the runtime."""

from __future__ import annotations

from orgen.dialect.ast import Row
from orgen.dialect.compile.body_facts import BodyFacts
from orgen.dialect.compile.body_places import prefix_of, read_at
from orgen.dialect.compile.filters import constant
from orgen.dialect.compile.scope import root
from orgen.ir.operations import (
    Do,
    Expr,
    FunctionName,
    Local,
    Primitive,
    Stmt,
    TableName,
)


class StructureCompiler(BodyFacts):
    """Statements for `gather`, `hoist`, `lead` and `turn`."""

    def structure(self, row: Row) -> list[Stmt]:
        filter = row.filters[0]
        source = read_at(root("body"), self.source(row))
        name = filter.arguments[0]
        target = constant(list(self.target(row)))
        if filter.name == "lead":
            # Decoding leaves the system message where it stands: it means the same.
            call = Primitive("lead", (root("body"), source), context=True)
            return [Do(call)] if self.encode else []
        if filter.name == "hoist":
            function = FunctionName(f"{self.direction.value}_{name}")
            form = constant(filter.arguments[1] if len(filter.arguments) > 1 else "string")
            primitive = "hoist" if self.encode else "unhoist"
            arguments = (root("body"), source, function, form, Local("out"), target)
            return [Do(Primitive(primitive, arguments, context=True))]
        if filter.name == "gather":
            function = FunctionName(
                f"encode_{name}_item" if self.encode else f"decode_{name}_message"
            )
            primitive = "gather" if self.encode else "ungather"
            primitive += "" if row.canonical == ("input",) else "_list"
        else:
            turns = next(
                t.name
                for t in self.compiler.dialect.turns.values()
                for u in t.turns
                if u.name == name
            )
            function = FunctionName(
                f"encode_{turns}_item" if self.encode else f"decode_{turns}_{name}_items"
            )
            primitive = "gather_one" if self.encode else "ungather_one"
            if "*" in row.terms[0].path:
                return [Do(self.several(row, turns, function))]
            if row.terms[0].path and not self.encode:
                function = FunctionName(f"decode_{turns}_{name}")
            turn = TableName(f"turn_{turns}_{name}")
            one: tuple[Expr, ...] = (root("body"), source, function, turn, Local("out"), target)
            if not self.encode:
                one = (*one, constant(prefix_of(self.source(row))))
            return [Do(Primitive(primitive, one, context=True))]
        operands = (root("body"), source, function, Local("out"), target)
        return [Do(Primitive(primitive, operands, context=True))]

    def several(self, row: Row, turns: str, function: FunctionName) -> Primitive:
        """One turn in each element of a list: `choices.*.message|turn(assistant)`."""
        path, name = row.terms[0].path, row.filters[0].arguments[0]
        star = path.index("*")
        before, key = path[:star], constant(path[star + 1])
        place = constant(".".join(map(str, before)))
        turn = TableName(f"turn_{turns}_{name}")
        if self.encode:
            items = read_at(root("body"), row.canonical)
            places: tuple[Expr, ...] = (turn, Local("out"), constant(list(before)), key)
            if row.terms[0].optional:
                places = (*places, constant(True))
            return Primitive("gather_each", (root("body"), items, function, *places), context=True)
        function = FunctionName(f"decode_{turns}_{name}")
        target = constant(list(self.target(row)))
        operands = (root("body"), read_at(root("body"), before), key, function, turn)
        return Primitive("ungather_each", (*operands, Local("out"), target, place), context=True)
