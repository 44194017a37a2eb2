"""Words and derived values: what a vendor said where the way back would say it differently.

Several native words may share one meaning, and some native fields follow from
others (a media type from a URL). Decoding keeps such a value as residue where
encoding would write another; encoding gives way to residue that still means
the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import takewhile

from orgen.dialect.ast import (
    Array,
    Direction,
    EnumMap,
    Object,
    Template,
    Variable,
)
from orgen.dialect.compile.filters import Place, constant, forward
from orgen.dialect.compile.scope import Kept, Scope
from orgen.dialect.compile.types import Spec
from orgen.dialect.compile.walk import entry_path
from orgen.ir.operations import (
    Differs,
    Do,
    Equals,
    Expr,
    Guard,
    Local,
    Present,
    Primitive,
    Stmt,
    TableName,
    When,
)


def table_of(variable: Variable) -> str | None:
    """The enum map of a variable that is a word and nothing else."""
    filters = variable.filters
    return filters[0].arguments[0] if len(filters) == 1 and filters[0].name == "map" else None


def said_again(variable: Variable, known: Expr, scope: Scope, place: Place) -> Expr:
    """What the other direction would write for a variable that is known already."""
    other = replace(scope, direction=scope.direction.reverse)
    value = known
    for filter in variable.filters:
        value = forward(filter, value, other, place)
    return value


def keep_word(variable: Variable, word: Expr, meaning: Expr, scope: Scope, place: Place) -> None:
    """Decoding: notes a native word that may be one of several for its meaning."""
    table = table_of(variable)
    if table is not None and scope.direction is Direction.DECODE:
        again = Primitive("lookup", (TableName(f"encode_{table}"), meaning))
        scope.keep(word, again, place.container, place.key)


def kept(scope: Scope) -> list[Stmt]:
    """Residue for every noted value that encoding would write differently."""
    return [_where_it_differs(item, Do(_kept(item))) for item in scope.kept]


def _where_it_differs(item: Kept, keep: Stmt) -> Stmt:
    """The statement, limited to values that plainly differ from what would be written."""
    match item.again:
        case Primitive("listed_some", (value,)) if value == item.value:
            return When(Equals(value, constant([])), (keep,))
        case Local():
            return When(Differs(item.value, item.again), (keep,))
        case _:
            return keep


def _kept(item: Kept) -> Primitive:
    values = (item.value, item.again, constant(item.path), Local("out"))
    if not item.renamed:
        return Primitive("keep_exact", values, context=True)
    place = (item.container, constant(item.key))
    return Primitive("keep_renamed", (*values, *place), context=True)


def settled_words(native: Template, scope: Scope, container: Expr) -> list[Stmt]:
    """Encoding: residue that means something else gives way, coarser words are reported."""
    found: list[Stmt] = []
    plain = {variable.name for _, variable in _placed(native, ()) if not variable.filters}
    for path, variable in _placed(native, ()):
        table = table_of(variable)
        binding = scope.bindings.get(variable.name)
        if table is None or binding is None or binding.container is None:
            continue
        place = (binding.container, constant(binding.key))
        words = (binding.value, constant(table), constant(".".join(path)))
        told = (constant(True),) if variable.name in plain else ()
        found.append(Do(Primitive("settle_word", (container, *words, *place, *told), context=True)))
    return found


def sayable(native: Template, scope: Scope, maps: Mapping[str, EnumMap]) -> None:
    """Encoding: a rule does not match what the way back would not read where it must be.

    That is a word without a native one, unless the contract lists the words, which are all in
    the map then; and data that is not of the kind that its first bytes have to tell.
    """
    if scope.direction is not Direction.ENCODE:
        return
    known: set[tuple[str, str]] = set()
    for variable in _required(native):
        chain = tuple(takewhile(lambda filter: filter.name == "map", variable.filters))
        binding = scope.bindings.get(variable.name)
        if binding is not None and [filter.name for filter in variable.filters] == ["magic"]:
            kind = constant(variable.filters[0].arguments[0])
            scope.steps.append(Guard(Present(Primitive("magic", (binding.value, kind)))))
        if not chain or len(chain) < len(variable.filters) or binding is None:
            continue
        if _total(scope.specs.get(variable.name), maps[chain[0].arguments[0]]):
            continue
        if (variable.name, chain[0].arguments[0]) not in known:
            known.add((variable.name, chain[0].arguments[0]))
            word = forward(chain[0], binding.value, scope, Place(binding.value, ""))
            scope.steps.append(Guard(Present(word)))


def _total(spec: Spec | None, table: EnumMap) -> bool:
    words = spec.values if spec is not None else None
    return words is not None and all(word in table.encode for word in words)


def _required(template: Template) -> Iterator[Variable]:
    match template:
        case Object(entries):
            for entry in entries:
                if not entry.optional:
                    yield from _required(entry.template)
        case Array(elements):
            for element in elements:
                yield from _required(element)
        case Variable():
            yield template


def _placed(
    template: Template, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Variable]]:
    match template:
        case Object(entries):
            for entry in entries:
                here = (*path, *map(str, entry_path(entry.key)))
                yield from _placed(entry.template, here)
        case Variable():
            yield path, template
