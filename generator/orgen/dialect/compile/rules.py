"""Groups of rules as functions: one alternative per rule and direction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from orgen.diagnostics import Span
from orgen.dialect.ast import Dialect, Direction, Group, Literal, Object, Rule, Template
from orgen.dialect.compile.build import Builder
from orgen.dialect.compile.filters import constant, group_function
from orgen.dialect.compile.ignored import ignored_keys, known_keys
from orgen.dialect.compile.match import match
from orgen.dialect.compile.reach import extensible_records
from orgen.dialect.compile.scope import Scope, root
from orgen.dialect.compile.types import CanonicalTypes
from orgen.dialect.compile.walk import variables
from orgen.dialect.compile.words import kept, sayable, settled_words
from orgen.dialect.origin import spec_file
from orgen.ir.operations import (
    Account,
    Alternative,
    Do,
    Equals,
    Expr,
    Function,
    FunctionName,
    Guard,
    Holds,
    KeySet,
    Let,
    Local,
    Operands,
    Picked,
    Primitive,
    Report,
    Return,
    Stmt,
    When,
)


@dataclass(frozen=True, slots=True)
class Compiler:
    """What all parts of the compiler share."""

    dialect: Dialect
    types: CanonicalTypes
    group_records: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def item_groups(self) -> frozenset[str]:
        """Groups whose values are items, which need an id and a status."""
        bodies = (self.dialect.request, self.dialect.response, *(self.dialect.compaction or ()))
        rows = [row for body in bodies for row in body.rows]
        return frozenset(f.arguments[0] for r in rows for f in r.filters if f.name == "items")

    def scope(
        self, rule: Rule, direction: Direction, parameter: str, group: str | None = None
    ) -> Scope:
        """The state that a rule begins with; `group` is the one that it is compiled for."""
        within = self.group_records.get(group) if rule.same and group else None
        return Scope(
            direction,
            self.types.variables(rule.canonical, within),
            place_of(rule.canonical),
            strict=within is not None and direction is Direction.DECODE,
            names={parameter, "ctx"},
            two_way=rule.only is None,
        )

    def encoding(self, group: str) -> Operands:
        """The function that encodes a group's values, and the types that it has rules for."""
        types: list[str] = []
        for rule in self.dialect.groups[group].rules:
            if runs(rule, Direction.ENCODE):
                types.append(place_of(rule.canonical))
        known = constant(None) if "" in types else KeySet(tuple(dict.fromkeys(types)))
        return Operands((FunctionName(group_function(Direction.ENCODE, group)), known))

    def origin(self, what: str, span: Span) -> str:
        return f"{what} (spec/{spec_file(span)}:{span.line})"


def sides(rule: Rule, direction: Direction) -> tuple[Template, Template]:
    """(template to match, template to build) for a direction."""
    if direction is Direction.ENCODE:
        return rule.canonical, rule.native
    return rule.native, rule.canonical


def runs(rule: Rule, direction: Direction) -> bool:
    return rule.only is None or rule.only is direction


def place_of(canonical: Template) -> str:
    """The name under which notes speak of this value: its `type`, or nothing."""
    if isinstance(canonical, Object):
        entry = canonical.entry("type")
        if entry and isinstance(entry.template, Literal):
            return str(entry.template.value)
    return ""


def account(compiler: Compiler, scope: Scope, out: str) -> list[Stmt]:
    """Accounts for every key that the rule did not look at."""
    if scope.direction is Direction.DECODE:
        return [Account(seen.container, tuple(seen.keys), seen.prefix, out) for seen in scope.seen]
    ignored = ignored_keys(compiler.dialect, compiler.types, scope.place)
    return [
        Account(seen.container, known_keys(seen.keys, ignored), scope.place, out)
        for seen in scope.seen
    ]


def reports(rule: Rule, container: Expr, key: str | None = None) -> list[Stmt]:
    return [Report(container, key, "coerced", rule.because)] if rule.because else []


def asked(rule: Rule) -> str | None:
    """The field of a body whose value makes a rule for the body apply, if there is one."""
    entries = rule.canonical.entries if isinstance(rule.canonical, Object) else ()
    named = (entry.key for entry in entries if isinstance(entry.template, Literal))
    return next((key for key in named if ":" not in key and "." not in key), None)


def pick(compiler: Compiler, native: Template, scope: Scope) -> list[Stmt]:
    """Encoding: what each `pick` of a variable takes, in one pass over its elements."""
    if scope.direction is not Direction.ENCODE:
        return []
    found: list[Stmt] = []
    groups: dict[str, list[str]] = {}
    for variable in variables(native):
        named = groups.setdefault(variable.name, [])
        named += [f.arguments[0] for f in variable.filters if f.name == "pick"]
    for name, picked in groups.items():
        if picked:
            value = scope.bindings[name].value
            local = scope.local("picked")
            operands = (compiler.encoding(group) for group in picked)
            found.append(Let(local, Primitive("picked", (value, *operands), context=True)))
            for number, group in enumerate(picked):
                scope.picked[value, group] = Picked(Local(local), number)
    return found


def rule_alternative(
    compiler: Compiler,
    rule: Rule,
    direction: Direction,
    parameter: str,
    group: str | None = None,
) -> Alternative:
    """One rule of a group, in one direction."""
    scope = compiler.scope(rule, direction, parameter, group)
    source, target = sides(rule, direction)
    match(source, root(parameter), scope, parameter)
    limit(rule, scope)
    sayable(rule.native, scope, compiler.dialect.maps)
    body = pick(compiler, rule.native, scope)
    builder = Builder(scope)
    made = builder.value(target, "out")
    body += builder.statements
    if (scope.seen or scope.kept or scope.own_ids) and made != Local("out"):
        body.append(Let("out", made))
        made = Local("out")
    body += reports(rule, root(parameter))
    body += words(rule.native, scope, root(parameter))
    body += account(compiler, scope, "out")
    body.append(Return(made))
    return Alternative(tuple(scope.steps), tuple(body), rule.span)


def words(native: Template, scope: Scope, container: Expr) -> list[Stmt]:
    """What a vendor said in a word of its own stays with the value."""
    if scope.direction is Direction.ENCODE:
        return settled_words(native, scope, container)
    found = kept(scope)
    identifier: tuple[Expr, ...] = ()
    if scope.named is not None:
        name, variable = scope.named
        identifier = (scope.bindings[variable].value,)
        exact = () if scope.two_way else (constant(False),)
        known = (name, *identifier, Local("out"), *exact)
        found.append(Do(Primitive("keep_name", known, context=True)))
    for value in scope.own_ids:
        keep = Do(Primitive("keep_id", (value, Local("out"), *identifier), context=True))
        # Where no other id was found, only an empty one is told from none.
        found.append(keep if identifier else When(Equals(value, constant("")), (keep,)))
    return found


def limit(rule: Rule, scope: Scope) -> None:
    """`when: response` and `when: request` limit a rule to that kind of body."""
    if rule.when in ("response", "request"):
        scope.steps.append(Guard(Holds(Primitive(f"in_{rule.when}", (), context=True))))


def group_functions(compiler: Compiler, group: Group) -> list[Function]:
    """`encode_<group>(value, ctx)` and `decode_<group>(value, ctx)`."""
    functions = []
    for direction in Direction:
        parameter = "part" if direction is Direction.ENCODE else "native"
        alternatives = tuple(
            rule_alternative(compiler, rule, direction, parameter, group.name)
            for rule in group.rules
            if runs(rule, direction)
        )
        primitive = "no_rule"
        if direction is Direction.DECODE:
            primitive = "foreign_item" if group.name in compiler.item_groups else "foreign"
            primitive = "foreign_or_word" if _has_words(group) else primitive
            primitive = primitive if _is_open(compiler, group) else "unfit"
        functions.append(
            Function(
                name=group_function(direction, group.name),
                parameters=(parameter,),
                doc=compiler.origin(f"{group.name}, {_arrow(direction)}", group.span),
                prologue=(),
                alternatives=alternatives,
                epilogue=(
                    Return(
                        Primitive(primitive, (root(parameter), constant(group.name)), context=True)
                    ),
                ),
                span=group.span,
            )
        )
    return functions


def _has_words(group: Group) -> bool:
    """Whether words stand beside objects, such as `auto` for the choice of a tool."""
    return any(
        isinstance(r.native, Literal) and isinstance(r.native.value, str) for r in group.rules
    )


def _is_open(compiler: Compiler, group: Group) -> bool:
    """Whether a vendor can have more values of the group's kind than the contract lists."""
    templates = [rule.canonical for rule in group.rules if isinstance(rule.canonical, Object)]
    if templates and all(template.entry("type") is None for template in templates):
        return False
    within = compiler.group_records.get(group.name)
    if within is None:
        return True
    extensible = extensible_records(compiler.types.schema, within)
    return any(
        record in extensible
        for template in templates
        for record in compiler.types.records(template, within)
    )


def _arrow(direction: Direction) -> str:
    return "canonical to native" if direction is Direction.ENCODE else "native to canonical"
