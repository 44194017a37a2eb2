"""What a dialect defines and never uses, and limits that nobody has explained."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from orgen.diagnostics import Diagnostics, Span
from orgen.dialect.ast import Dialect, Direction, Filter
from orgen.dialect.check.findings import Findings
from orgen.dialect.check.sides import Pair, occurrences, structure
from orgen.dialect.primitives import FILTERS


def check_unused(found: Findings, diagnostics: Diagnostics) -> None:
    """D018 groups, maps and turns without use; D034 one-way rules without a reason."""
    dialect = found.dialect
    filters = [filter for pair in found.sides for filter in _filters(pair)]
    groups = {f.arguments[0] for f in filters if f.arguments and _names_group(f)}
    groups |= _included(dialect)
    maps = {f.arguments[0] for f in filters if f.name == "map" and f.arguments}
    turns = {f.arguments[0] for f in filters if f.name == "gather" and f.arguments}
    turns |= {found.sides.section(f.arguments[0]) for f in filters if f.name == "turn"}
    _report("group", {n: g.span for n, g in dialect.groups.items()}, groups, diagnostics)
    _report("map", {n: m.span for n, m in dialect.maps.items()}, maps, diagnostics)
    _report("turns section", {n: t.span for n, t in dialect.turns.items()}, turns, diagnostics)
    for pairs in found.sides.groups.values():
        _one_way(pairs, diagnostics)


def _filters(pair: Pair) -> Iterable[Filter]:
    for template in (pair.canonical, pair.native):
        for variable in occurrences(template):
            yield from variable.filters
    if pair.row is not None:
        yield from pair.row.filters


def _names_group(filter: Filter) -> bool:
    known = FILTERS.get(filter.name)
    return (known is not None and known.group) or (
        structure((filter,)) is not None and filter.name == "hoist"
    )


def _included(dialect: Dialect) -> set[str]:
    """Groups whose rules another one takes over with `use`."""
    owners: dict[Span, str] = {}
    for name, group in dialect.groups.items():
        for rule in group.rules:
            owners.setdefault(rule.span, rule.name if rule.name in dialect.groups else name)
    return {
        owner
        for name, group in dialect.groups.items()
        for rule in group.rules
        for owner in (rule.name,)
        if owner != name and owner in dialect.groups
    }


def _report(
    kind: str, defined: Mapping[str, Span], used: set[str], diagnostics: Diagnostics
) -> None:
    for name, span in defined.items():
        if name not in used:
            diagnostics.error(span, "D018", f"nothing uses the {kind} '{name}'", "remove it")


def _one_way(pairs: Iterable[Pair], diagnostics: Diagnostics) -> None:
    """A value that is sent in another form, and does not come back in its own."""
    for pair in pairs:
        if pair.only is Direction.ENCODE and pair.because is None:
            diagnostics.warning(
                pair.span,
                "D034",
                "a rule for encoding alone changes what comes back, and gives no reason",
                "add because: <reason>",
            )
