"""Filters that lead into groups and turns: what stands behind a variable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from orgen.dialect.ast import Filter, Template, Variable
from orgen.dialect.check.sides import REQUEST, RESPONSE, Pair, Side, Sides, filters_of
from orgen.ir.schema import Json


@dataclass(frozen=True, slots=True)
class Elements:
    """A list of any length, each element one of these."""

    alts: tuple[Alt, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """Any value of a JSON kind: `string`, `object`, `array`."""

    kind: str


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a map, and no others."""

    words: tuple[Json, ...]
    map: str


@dataclass(frozen=True, slots=True)
class Some:
    """Some strings, such as those in an envelope of our own."""


@dataclass(frozen=True, slots=True)
class Alt:
    """A template that may stand at a place. `live` if it is used in the walk's direction."""

    template: Template | Elements | Kind | Words | Some
    pair: Pair
    live: bool
    value: bool = False
    """Whether it comes from a group, so that it stands for a value of its own."""


_KINDS = {"str": "string", "obj": "object", "list": "array"}


_REMAKE = ("join", "json_or", "json")
"""Filters behind which nothing is left of the form of a value."""


@dataclass(slots=True)
class Expander:
    """Replaces variables that go through groups by the templates of those groups."""

    sides: Sides
    side: Side
    body: str = REQUEST
    """The body that is walked; rules may be limited to one."""

    def expand(self, alts: Iterable[Alt]) -> list[Alt]:
        return [found for alt in alts for found in self.one(alt)]

    def one(self, alt: Alt) -> Iterator[Alt]:
        if not isinstance(alt.template, Variable):
            yield alt
            return
        variable = alt.template
        other = filters_of(alt.pair.other(self.side), variable.name)
        filters = (*self.shaping(variable.filters), *other)
        inner = [found for filter in filters for found in self.through(filter, alt)]
        restricted = self.restricted((*variable.filters, *other), variable)
        if inner:
            yield from inner
        elif restricted is not None:
            yield replace(alt, template=restricted)
        else:
            yield alt

    def shaping(self, filters: tuple[Filter, ...]) -> tuple[Filter, ...]:
        """The filters that say what stands here; none where the result is remade at the end."""
        return () if any(filter.name in _REMAKE for filter in filters) else filters

    def restricted(
        self, filters: tuple[Filter, ...], variable: Variable
    ) -> Kind | Words | Some | None:
        """What filters let through, where that is not everything."""
        for filter in filters:
            if filter.name == "map" and filter.arguments[0] in self.sides.dialect.maps:
                return self.words(filter.arguments[0])
            if filter.name in ("carried", "data_url", "untagged") and self.side is Side.CANONICAL:
                return Some()
        if {"obj", "json"} <= {filter.name for filter in variable.filters}:
            return Some()
        return next((Kind(_KINDS[f.name]) for f in variable.filters if f.name in _KINDS), None)

    def words(self, name: str) -> Words:
        table = self.sides.dialect.maps[name]
        if self.side is Side.CANONICAL:
            return Words(tuple(table.encode), name)
        return Words(tuple(word for word, _ in table.decode), name)

    def through(self, filter: Filter, alt: Alt) -> Iterator[Alt]:
        """What a filter puts in place of the variable; nothing if it leads nowhere."""
        strings = replace(alt, template=Kind("string"))
        name = filter.arguments[0] if filter.arguments else ""
        match filter.name:
            case "one":
                yield from self.group(name, alt)
            case "each":
                yield self.elements(self.group(name, alt), alt)
            case "pick" | "parts" | "hoist" | "items":
                yield self.elements(self.group(name, alt), alt)
                yield strings
            case "gather":
                yield self.elements(self.turns(name, alt), alt)
                yield strings
            case "turn" if self.side is Side.CANONICAL:
                yield self.elements(self.turns(self.sides.section(name), alt), alt)
            case "turn":
                yield from self.alts(self.turn(name), alt)

    def elements(self, alts: Iterable[Alt], alt: Alt) -> Alt:
        return replace(alt, template=Elements(tuple(alts)))

    def group(self, name: str, alt: Alt) -> Iterator[Alt]:
        yield from self.alts(self.sides.groups.get(name, ()), alt)

    def turns(self, section: str, alt: Alt) -> Iterator[Alt]:
        for pairs in self.sides.turns.get(section, {}).values():
            yield from self.alts(pairs, alt)

    def turn(self, name: str) -> tuple[Pair, ...]:
        return self.sides.turns.get(self.sides.section(name), {}).get(name, ())

    def alts(self, pairs: Iterable[Pair], outer: Alt) -> Iterator[Alt]:
        for pair in pairs:
            live = outer.live and self.live(pair)
            yield Alt(pair.side(self.side), pair, live, value=True)

    def live(self, pair: Pair) -> bool:
        """Whether a pair always reads this side: in this body, and under no further condition."""
        if not pair.runs(self.side.source_of):
            return False
        if pair.when in (REQUEST, RESPONSE):
            return self.body.endswith(pair.when)
        return pair.when is None or self.side is Side.NATIVE
