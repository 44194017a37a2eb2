"""What a dialect defines and never uses, and limits that nobody has explained."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from orgen.diagnostics import Diagnostics, Related, Span
from orgen.dialect.ast import Dialect, Direction, Filter, Literal, Object
from orgen.dialect.check.findings import Findings
from orgen.dialect.check.order import covers
from orgen.dialect.check.sides import Pair, occurrences, structure
from orgen.dialect.primitives import FILTERS


def check_unused(found: Findings, diagnostics: Diagnostics) -> None:
    """D018 groups, maps and turns without use; D034 one-way rules without a reason."""
    dialect = found.dialect
    filters = [filter for pair in found.sides for filter in _filters(pair)]
    groups = {f.arguments[0] for f in filters if f.arguments and _names_group(f)}
    groups |= _included(dialect)
    maps = {f.arguments[0] for f in filters if f.name in ("map", "words") and f.arguments}
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


def _one_way(pairs: Sequence[Pair], diagnostics: Diagnostics) -> None:
    """A value that is sent in the form of another kind, and comes back as that."""
    decoding = [pair for pair in pairs if pair.runs(Direction.DECODE)]
    for pair in pairs:
        if pair.only is not Direction.ENCODE or pair.because is not None:
            continue
        back = next((other for other in decoding if covers(other.native, pair.native)), None)
        if back is not None and _kind(back) != _kind(pair):
            diagnostics.warning(
                pair.span,
                "D034",
                f"what this rule sends comes back as '{_kind(back)}', and it gives no reason",
                "add because: <reason>",
                [Related(back.span, "it is decoded here")],
            )


def _kind(pair: Pair) -> str:
    tag = pair.canonical.entry("type") if isinstance(pair.canonical, Object) else None
    return str(tag.template.value) if tag and isinstance(tag.template, Literal) else ""
