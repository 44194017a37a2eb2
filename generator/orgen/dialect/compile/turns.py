"""Turns: canonical items on one side, native messages on the other.

Encoding gives each item a fragment of a native message; the runtime's `gather`
merges fragments of adjacent items. Decoding takes a message apart slot by
slot, in the order of the rules.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from orgen.dialect.ast import (
    Array,
    Direction,
    Entry,
    Literal,
    Object,
    Rule,
    Template,
    Turn,
    Turns,
    Variable,
)
from orgen.dialect.compile.beside import (
    bare_alternative,
    element_of,
    keys_beside,
    parameter_of,
    split_alternatives,
)
from orgen.dialect.compile.build import Builder
from orgen.dialect.compile.filters import constant, group_function
from orgen.dialect.compile.match import match
from orgen.dialect.compile.rules import (
    Compiler,
    account,
    limit,
    pick,
    reports,
    rule_alternative,
    words,
)
from orgen.dialect.compile.scope import Binding, root
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
    NewObject,
    Pair,
    Present,
    Primitive,
    Return,
    Run,
    Stmt,
    Table,
    TableName,
    When,
)
from orgen.ir.schema import Json

_RUN_FILTERS = ("parts", "each")


@dataclass(slots=True)
class Slot:
    """Native keys of a turn that rules read together, with those rules.

    `scalars` are rules over the whole message, tried first; else the lists are
    taken apart: `elements` and `content` by their key.
    """

    keys: list[str]
    scalars: list[Rule] = field(default_factory=list)
    elements: dict[str, list[Rule]] = field(default_factory=dict)
    content: dict[str, Rule] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.keys[0]

    def lists(self) -> list[str]:
        """Keys whose value is a list of elements or a run of parts."""
        return [key for key in self.keys if key in self.elements or key in self.content]

    def add(self, rule: Rule) -> None:
        assert isinstance(rule.native, Object)
        first = rule.native.entries[0]
        if len(rule.native.entries) == 1 and isinstance(first.template, Array):
            self.elements.setdefault(first.key, []).append(rule)
        elif len(rule.native.entries) == 1 and _is_run(first):
            if rule.only is not Direction.ENCODE:
                self.content.setdefault(first.key, rule)
        else:
            self.scalars.append(rule)

    def join(self, other: Slot) -> None:
        self.keys += [key for key in other.keys if key not in self.keys]
        self.scalars += other.scalars
        self.elements.update(other.elements)
        self.content.update(other.content)


def role_of(turn: Turn) -> str:
    """The canonical role of those who send the turn's messages."""
    for rule in turn.rules:
        entry = rule.canonical.entry("role") if isinstance(rule.canonical, Object) else None
        if entry and isinstance(entry.template, Literal) and rule.only is not Direction.ENCODE:
            return str(entry.template.value)
    return "user"


def slots(turn: Turn) -> list[Slot]:
    """The slots of a merged turn, in the order of their first rule.

    Rules that share a native key share a slot, so that no key is read twice.
    """
    found: list[Slot] = []
    for rule in turn.rules:
        if not isinstance(rule.native, Object):
            continue
        keys = [entry.key for entry in rule.native.entries]
        touched = [slot for slot in found if not set(keys).isdisjoint(slot.keys)]
        slot = touched[0] if touched else Slot([])
        if not touched:
            found.append(slot)
        for other in touched[1:]:
            slot.join(other)
            found.remove(other)
        slot.keys += [key for key in keys if key not in slot.keys]
        slot.add(rule)
    return found


def _is_run(entry: Entry) -> bool:
    template = entry.template
    return isinstance(template, Variable) and any(f.name in _RUN_FILTERS for f in template.filters)


def turn_table(turns: Turns, turn: Turn) -> str:
    return f"turn_{turn_name(turns, turn)}"


def beside_table(turns: Turns, turn: Turn) -> str:
    return f"beside_{turn_name(turns, turn)}"


def turn_name(turns: Turns, turn: Turn) -> str:
    return f"{turns.name}_{turn.name}"


class TurnsCompiler:
    """Functions and tables of one `turns` section."""

    def __init__(self, compiler: Compiler, turns: Turns) -> None:
        self.compiler = compiler
        self.turns = turns
        self.functions: list[Function] = []
        self.tables: list[Table] = []

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

    # Encoding ---------------------------------------------------------------

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

    # Decoding ---------------------------------------------------------------

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
        if elements:
            self.element_function(name, turn, key, elements)
            element = FunctionName(f"decode_{name}_element")
        if key in slot.content:
            group = self.wrap_function(name, turn, slot.content[key])
            part = FunctionName(group_function(Direction.DECODE, group))
            wrap = FunctionName(f"decode_{name}_run")
        kept_as = "item" if turn.unknown == key else "part"
        unknown = constant("*" if turn.unknown == "*" else kept_as)
        place = (root("message"), constant(key))
        arguments: tuple[Expr, ...] = (Local("items"), *place, element, part, wrap, unknown)
        if keys_beside(turn, key):
            function = f"decode_{name}_beside"
            split = tuple(split_alternatives(self.compiler, turn, key))
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

    def element_function(self, name: str, turn: Turn, key: str, rules: list[Rule]) -> None:
        parameter = parameter_of(key)
        found = tuple(bare_alternative(self.compiler, rule, turn, parameter) for rule in rules)
        self.add(f"decode_{name}_element", parameter, turn, found, Return(constant(None)))

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
        return next(f.arguments[0] for f in variable.filters if f.name in _RUN_FILTERS)

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
