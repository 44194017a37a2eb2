"""Filters that lead into groups and turns: what stands behind a variable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from orgen.dialect.ast import Filter, Template, Variable
from orgen.dialect.check.sides import Pair, Side, Sides, filters_of
from orgen.dialect.primitives import FILTERS


@dataclass(frozen=True, slots=True)
class Elements:
    """A list of any length, each element one of these."""

    alts: tuple[Alt, ...]


@dataclass(frozen=True, slots=True)
class Strings:
    """Any string."""


@dataclass(frozen=True, slots=True)
class Alt:
    """A template that may stand at a place. `live` if it is used in the walk's direction."""

    template: Template | Elements | Strings
    pair: Pair
    live: bool
    value: bool = False
    """Whether it comes from a group, so that it stands for a value of its own."""


@dataclass(frozen=True, slots=True)
class Expander:
    """Replaces variables that go through groups by the templates of those groups."""

    sides: Sides
    side: Side

    def expand(self, alts: Iterable[Alt]) -> list[Alt]:
        return [found for alt in alts for found in self.one(alt)]

    def one(self, alt: Alt) -> Iterator[Alt]:
        if not isinstance(alt.template, Variable):
            yield alt
            return
        filters = filters_of(alt.pair, alt.template.name)
        own = alt.template.filters
        inner = [found for filter in filters for found in self.through(filter, alt)]
        if inner:
            yield from inner
        elif any(filter.name == "str" for filter in filters):
            yield replace(alt, template=Strings())
        else:
            yield replace(alt, template=replace(alt.template, filters=own))

    def through(self, filter: Filter, alt: Alt) -> Iterator[Alt]:
        """What a filter puts in place of the variable; nothing if it leads nowhere."""
        strings = replace(alt, template=Strings())
        name = filter.arguments[0] if filter.arguments else ""
        match filter.name:
            case "one":
                yield from self.group(name, alt)
            case "each":
                yield self.elements(self.group(name, alt), alt)
            case "pick" | "parts" | "hoist":
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
        direction = self.side.source_of
        for pair in pairs:
            live = outer.live and pair.runs(direction)
            yield Alt(pair.side(self.side), pair, live, value=True)


def leads_inside(filters: Iterable[Filter]) -> bool:
    """Whether any of the filters goes through a group of rules."""
    return any(f.name in FILTERS and FILTERS[f.name].group for f in filters)
