"""Decoding of turns: a message is taken apart slot by slot, in the order of the rules."""

from __future__ import annotations

from orgen.dialect.ast import Direction, Object, Rule, Turn, Variable
from orgen.dialect.compile.beside import (
    bare_alternative,
    keys_beside,
    parameter_of,
    split_alternatives,
)
from orgen.dialect.compile.build import Builder
from orgen.dialect.compile.filters import constant, group_function
from orgen.dialect.compile.rules import rule_alternative
from orgen.dialect.compile.scope import Binding, root
from orgen.dialect.compile.slots import RUN_FILTERS, Slot, role_of, slots, turn_name, turn_table
from orgen.dialect.compile.turn_functions import TurnFunctions
from orgen.dialect.presence import required_keys
from orgen.ir.operations import (
    AbsentOr,
    Account,
    AllOf,
    Alternative,
    Append,
    Bound,
    Cond,
    Differs,
    Do,
    Equals,
    Expr,
    Field,
    Function,
    FunctionName,
    Guard,
    HasAny,
    IsKind,
    KeepTurn,
    KeySet,
    Let,
    Local,
    NewList,
    Pair,
    Present,
    Primitive,
    Return,
    Run,
    Stmt,
    TableName,
    When,
)


class MessageDecoder(TurnFunctions):
    """`decode_<turns>_message(message)`, and the functions of each turn."""

    def decode_message(self) -> None:
        alternatives = []
        for turn in self.turns.turns:
            steps: list[Guard] = [Guard(IsKind(root("message"), ("object",)))]
            for entry in turn.header.entries:
                value = getattr(entry.template, "value", None)
                said = Field(root("message"), entry.key)
                test = Equals(said, constant(value))
                steps.append(Guard(AbsentOr(said, test) if entry.optional else test))
            call = Run(f"decode_{turn_name(self.turns, turn)}", (root("message"),))
            body = Return(Pair(TableName(turn_table(self.turns, turn)), call))
            alternatives.append(Alternative(tuple(steps), (body,), turn.span))
        self.functions.append(
            Function(
                name=f"decode_{self.turns.name}_message",
                parameters=("message",),
                doc=self.origin(f"{self.turns.name}: one message as a turn and its items"),
                prologue=(),
                alternatives=tuple(alternatives),
                epilogue=(Return(Primitive("foreign_message", (root("message"),), context=True)),),
                span=self.turns.span,
            )
        )

    def decode_whole(self, turn: Turn) -> None:
        header = list(turn.header.entries)
        alternatives = []
        for rule in turn.rules:
            if rule.only is Direction.ENCODE:
                continue
            assert isinstance(rule.native, Object)
            native = Object((*header, *rule.native.entries), rule.native.span)
            merged = Rule(
                rule.name, rule.canonical, native, rule.only, rule.because, rule.when, rule.span
            )
            found = rule_alternative(self.compiler, merged, Direction.DECODE, "message")
            *rest, last = found.body
            assert isinstance(last, Return) and last.value is not None
            body = (*rest, Return(NewList((last.value,))))
            alternatives.append(Alternative(found.steps, body, found.span))
        self.add(
            f"decode_{turn_name(self.turns, turn)}",
            "message",
            turn,
            tuple(alternatives),
            Return(Primitive("incomplete_message", (root("message"),), context=True)),
        )

    def decode_slots(self, turn: Turn) -> None:
        name = turn_name(self.turns, turn)
        known = [entry.key for entry in turn.header.entries]
        body: list[Stmt] = [Let("items", NewList(()))]
        for slot in slots(turn):
            body += self.slot(turn, slot)
            known += [key for key in slot.keys if key not in known]
        items = Function(
            name=f"decode_{name}_items",
            parameters=("message",),
            doc=self.origin(f"{turn.name}: the items of one message", turn),
            prologue=tuple(body),
            alternatives=(),
            epilogue=(Return(Local("items")),),
            span=turn.span,
        )
        left: Stmt = KeepTurn(
            root("message"), tuple(known), Local("items"), role_of(turn), tuple(turn.fill)
        )
        if turn.unknown == "*":
            rest = (root("message"), KeySet(tuple(known)), Local("items"))
            left = Do(Primitive("take_unknown", rest, context=True))
        whole = Function(
            name=f"decode_{name}",
            parameters=("message",),
            doc=self.origin(f"{turn.name}: a message of a request", turn),
            prologue=(
                Let("items", Run(f"decode_{name}_items", (root("message"),))),
                left,
            ),
            alternatives=(),
            epilogue=(Return(Local("items")),),
            span=turn.span,
        )
        self.functions += [whole, items]

    def slot(self, turn: Turn, slot: Slot) -> list[Stmt]:
        """Statements that append the items of one slot to `items`."""
        lists: tuple[Stmt, ...] = tuple(
            self.said(turn, key, self.list_slot(turn, slot, key))
            for key in slot.lists()
            if self.decoded(slot, key)
        )
        scalars = [rule for rule in slot.scalars if rule.only is not Direction.ENCODE]
        if not scalars:
            return list(lists)
        name = f"{turn_name(self.turns, turn)}_{slot.name}"
        keys = self.scalar_function(name, turn, slot, scalars)
        local = Local(f"{slot.name.lower()}_item")
        made: Cond = Bound(local.name, Run(f"decode_{name}", (root("message"),)), Present(local))
        if keys:
            made = AllOf((HasAny(root("message"), keys), made))
        return [When(made, (Append(Local("items"), local),), lists)]

    def decoded(self, slot: Slot, key: str) -> bool:
        rules = slot.elements.get(key, [])
        return key in slot.content or any(rule.only is not Direction.ENCODE for rule in rules)

    def list_slot(self, turn: Turn, slot: Slot, key: str) -> Stmt:
        name = f"{turn_name(self.turns, turn)}_{key}"
        none = constant(None)
        element: Expr = none
        part: Expr = none
        wrap: Expr = none
        elements = [r for r in slot.elements.get(key, []) if r.only is not Direction.ENCODE]
        known: tuple[Alternative, ...] = ()
        if elements:
            known = self.element_function(name, turn, key, elements)
            element = FunctionName(f"decode_{name}_element")
        if key in slot.content:
            group = self.wrap_function(name, turn, slot.content[key])
            part = FunctionName(group_function(Direction.DECODE, group))
            wrap = FunctionName(f"decode_{name}_run")
        kept_as = "item" if turn.unknown == key else "part"
        unknown = constant("*" if turn.unknown == "*" else kept_as)
        place = (root("message"), constant(key))
        arguments: tuple[Expr, ...] = (Local("items"), *place, element, part, wrap, unknown)
        split: tuple[Alternative, ...] = ()
        if keys_beside(turn, key):
            split = tuple(split_alternatives(self.compiler, turn, key))
        marks = self.marks((*known, *split), key) if part != none else ()
        if marks or split:
            arguments = (*arguments, KeySet(marks) if marks else none)
        if split:
            function = f"decode_{name}_beside"
            self.add(function, parameter_of(key), turn, split, Return(none))
            arguments = (*arguments, FunctionName(function))
        take = Do(Primitive("take_apart", arguments, context=True))
        return When(Present(Field(root("message"), key)), (take,))

    def scalar_function(
        self, name: str, turn: Turn, slot: Slot, rules: list[Rule]
    ) -> tuple[str, ...]:
        """The item that one of the rules makes of the message, or None.

        Returns keys without which it makes none; nothing if it may even without any.
        """
        alternatives = tuple(self.scalar_alternative(turn, slot, rule) for rule in rules)
        own = [key for key in slot.keys if key not in slot.lists()]
        unread = self.unread(turn, own)
        self.add(f"decode_{name}", "message", turn, alternatives, *unread, Return(constant(None)))
        keys = dict.fromkeys(own)
        for alternative in alternatives:
            needed = required_keys(alternative, "message")
            if not needed:
                return ()
            if keys.keys().isdisjoint(needed):
                keys[needed[0]] = None
        return tuple(keys)

    def scalar_alternative(self, turn: Turn, slot: Slot, rule: Rule) -> Alternative:
        """The message's own keys are accounted for by the turn, but for those of other rules."""
        assert isinstance(rule.native, Object)
        found = rule_alternative(self.compiler, rule, Direction.DECODE, "message")
        *body, last = (
            s for s in found.body if not (isinstance(s, Account) and s.container == root("message"))
        )
        read = {entry.key for entry in rule.native.entries}
        unread = self.unread(turn, [key for key in slot.keys if key not in read])
        key = rule.native.entries[0].key
        guards = (Guard(self.says(turn, key)),) if key in turn.fill else ()
        steps = (*found.steps[:1], *guards, *found.steps[1:])
        return Alternative(steps, (*body, *unread, last), found.span)

    def unread(self, turn: Turn, keys: list[str]) -> tuple[Stmt, ...]:
        filled = [key for key in keys if key in turn.fill]
        plain = [key for key in keys if key not in turn.fill]
        found: list[Stmt] = [self.leave(plain)] if plain else []
        found += [When(self.says(turn, key), (self.leave([key]),)) for key in filled]
        return tuple(found)

    def leave(self, keys: list[str]) -> Stmt:
        unread = Do(Primitive("unread", (root("message"), constant(list(keys))), context=True))
        return When(HasAny(root("message"), tuple(keys)), (unread,))

    def said(self, turn: Turn, key: str, take: Stmt) -> Stmt:
        """The statement, limited to a field that says something."""
        return When(self.says(turn, key), (take,)) if key in turn.fill else take

    def says(self, turn: Turn, key: str) -> Cond:
        """Whether a field that no message goes without says anything."""
        field = Field(root("message"), key)
        return AllOf((Present(field), Differs(field, constant(turn.fill[key]))))

    def marks(self, alternatives: tuple[Alternative, ...], key: str) -> tuple[str, ...]:
        """Keys of which every element that one of the alternatives takes has one.

        A part that is a plain text has none of them; nothing if there are no such keys.
        """
        text = self.compiler.dialect.text
        plain = {entry.key for entry in text.entries} if isinstance(text, Object) else set()
        found: dict[str, None] = {}
        for alternative in alternatives:
            needed = [k for k in required_keys(alternative, parameter_of(key)) if k not in plain]
            if not needed:
                return ()
            if found.keys().isdisjoint(needed):
                found[needed[0]] = None
        return tuple(found)

    def element_function(
        self, name: str, turn: Turn, key: str, rules: list[Rule]
    ) -> tuple[Alternative, ...]:
        parameter = parameter_of(key)
        found = tuple(bare_alternative(self.compiler, rule, turn, parameter) for rule in rules)
        self.add(f"decode_{name}_element", parameter, turn, found, Return(constant(None)))
        return found

    def wrap_function(self, name: str, turn: Turn, rule: Rule) -> str:
        """`decode_<slot>_run(content)`: the message around a run of parts. Returns its group."""
        assert isinstance(rule.native, Object)
        variable = rule.native.entries[0].template
        assert isinstance(variable, Variable)
        scope = self.compiler.scope(rule, Direction.DECODE, "content")
        scope.bind(variable.name, Binding(root("content")))
        builder = Builder(scope)
        made = builder.value(rule.canonical, "out")
        self.functions.append(
            Function(
                name=f"decode_{name}_run",
                parameters=("content",),
                doc=self.origin("a run of parts is one message", turn),
                prologue=tuple(builder.statements),
                alternatives=(),
                epilogue=(Return(made),),
                span=rule.span,
            )
        )
        return next(f.arguments[0] for f in variable.filters if f.name in RUN_FILTERS)
