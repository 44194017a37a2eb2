"""Walks a schema together with the templates that speak of its places.

One walk looks at one side of a dialect. It finds the places that some pair
reads in the direction that starts there, the places that none does, and what
the templates say that the schema does not allow.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from orgen.dialect.ast import (
    Array,
    Literal,
    Object,
    Total,
    Variable,
    Wildcard,
)
from orgen.dialect.check.expand import Alt, Elements, Expander, Kind, Words
from orgen.dialect.check.faults import Faults, fits
from orgen.dialect.check.marks import (
    Gap,
    Holding,
    Place,
    Reached,
    last_step,
)
from orgen.dialect.check.shapes import (
    Variant,
    constants,
    kind_name,
    label,
    variants,
)
from orgen.dialect.check.sides import COMPACT_RESPONSE, RESPONSE, Side, Sides
from orgen.ir.schema import (
    Json,
    List,
    Literals,
    Nothing,
    Property,
    Record,
    Ref,
    Scalar,
    ScalarKind,
    Schema,
    Type,
)

_DEEPEST = 24
"""Objects inside objects that a walk follows; native schemas may be recursive."""


@dataclass(slots=True)
class Walk:
    """The findings of a walk over one side, all bodies together."""

    sides: Sides
    schema: Schema
    side: Side
    gaps: list[Gap] = field(default_factory=list)
    reached: list[Reached] = field(default_factory=list)
    holdings: list[Holding] = field(default_factory=list)
    faults: Faults = field(init=False)
    expander: Expander = field(init=False)
    _seen: set[tuple[object, ...]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.faults = Faults(self.schema)
        self.expander = Expander(self.sides, self.side)

    def body(self, name: str, component: str) -> None:
        """Walk one body; a schema without that component has nothing to say."""
        if component not in self.schema.components or name not in self.sides.bodies:
            return
        self.expander.body = name
        alts = [
            Alt(pair.side(self.side), pair, self.expander.live(pair))
            for pair in self.sides.bodies[name]
        ]
        self.visit(Ref(component), alts, Place(name), required=True)

    # Values ---------------------------------------------------------------------

    def visit(
        self, type: Type, alts: Sequence[Alt], place: Place, *, required: bool = False
    ) -> None:
        """Look at a value of a type with the templates that may stand for it."""
        if place.depth > _DEEPEST:
            return
        for alt in alts:
            if isinstance(alt.template, Variable):
                at = (place.path, place.component, required)
                self.holdings.append(Holding(alt.pair, alt.template, type, *at))
        found = [alt for alt in self.expander.expand(alts) if not _is_null(alt)]
        if any(alt.live and isinstance(alt.template, Variable | Wildcard | Total) for alt in found):
            place = replace(place, quiet=True)
        value = place.value or any(alt.value for alt in found)
        span = found[0].pair.span if found and place.depth else place.span
        place = replace(place, value=value, span=span)
        members = list(variants(self.schema, type))
        if len(members) == 1:
            good = self.fitting(members[0], found, type)
            if value and isinstance(members[0].type, Record) and not any(a.live for a in good):
                self.unmatched(members[0], members, place)
                place = replace(place, quiet=True)
            self.variant(members[0], good, place)
            return
        used: set[int] = set()
        for member in members:
            matching = self.matching(member, found)
            used |= {id(alt) for alt in matching}
            live = next((alt for alt in matching if alt.live), None)
            if live is not None:
                span = live.pair.span if place.depth else place.span
                self.variant(member, matching, replace(place, span=span))
                continue
            if matching:
                self.variant(member, matching, replace(place, quiet=True))
            self.unmatched(member, members, place)
        rest = [alt for alt in found if id(alt) not in used]
        self.faults.unused(rest, type, members, place.path)

    def fitting(self, member: Variant, alts: list[Alt], type: Type) -> list[Alt]:
        """The templates for the only member of a type; others are faults."""
        good = self.matching(member, alts)
        known = {id(alt) for alt in good}
        wrong = [alt for alt in alts if id(alt) not in known]
        self.faults.unused(wrong, type, [member], "")
        return good

    def matching(self, member: Variant, alts: Iterable[Alt]) -> list[Alt]:
        return [alt for alt in alts if fits(self.schema, alt.template, member.type)]

    def variant(self, member: Variant, alts: list[Alt], place: Place) -> None:
        if any(alt.live and isinstance(alt.template, Kind) for alt in alts):
            place = replace(place, quiet=True)
        match member.type:
            case Record() as record:
                self.record(record, member.component, alts, place)
            case List(items):
                self.elements(items, alts, place)
            case Literals(values):
                self.words(values, alts, place)
            case Scalar(kind):
                self.scalar(kind, alts, place)
            case _:
                self.reach(alts, place)

    # Objects --------------------------------------------------------------------

    def record(self, record: Record, component: str, alts: list[Alt], place: Place) -> None:
        place = replace(self.rooted(record, place), component=component)
        state = (
            component,
            place.context,
            place.path,
            place.quiet,
            *sorted(id(alt.template) for alt in alts),
        )
        if state in self._seen:
            return
        self._seen.add(state)
        for alt in alts:
            if isinstance(alt.template, Object):
                self.faults.keys(alt.template, record, component)
        for property in record.properties:
            if not property.forbidden and not isinstance(property.type, Nothing):
                self.property(property, alts, place)

    def rooted(self, record: Record, place: Place) -> Place:
        """Values with a type of their own are spoken of by that type."""
        if not place.value:
            return place
        if self.side is Side.NATIVE:
            return replace(place, path="", value=False)
        kind, role = label(self.schema, record)
        if not kind:
            return replace(place, value=False)
        name = f"{kind}<{role}>" if role else kind
        context = name if role else place.label or place.context
        # The published contract lists every part at every place of a response.
        lenient = place.lenient or place.context in (RESPONSE, COMPACT_RESPONSE)
        return replace(
            place, context=context, path=kind, kind=kind, label=name, value=False, lenient=lenient
        )

    def property(self, property: Property, alts: list[Alt], place: Place) -> None:
        inner = [
            Alt(entry.template, alt.pair, alt.live)
            for alt in alts
            if isinstance(alt.template, Object)
            for entry in alt.template.entries
            if entry.key == property.name
        ]
        where = place.child(property.name)
        if any(alt.live for alt in inner):
            self.reach([alt for alt in inner if alt.live], where)
            self.visit(property.type, inner, where, required=property.required)
            return
        if inner:
            quiet = replace(where, quiet=True)
            self.visit(property.type, inner, quiet, required=property.required)
        single = len(constants(self.schema, property)) == 1
        own = self.side is Side.NATIVE and any(alt.pair.open for alt in alts)
        if not (single and self.side is Side.CANONICAL) and not own:
            self.gap(where)

    # Lists and leaves -----------------------------------------------------------

    def elements(self, items: Type, alts: list[Alt], place: Place) -> None:
        inner: list[Alt] = []
        exact = False
        value = place.value
        for alt in alts:
            match alt.template:
                case Array(elements):
                    exact = exact or alt.live
                    value = value or (alt.pair.turn and self.side is Side.NATIVE)
                    inner += [Alt(element, alt.pair, alt.live) for element in elements]
                case Elements(found):
                    value = True
                    inner += found
                case Object(entries):
                    inner += [Alt(entry.template, alt.pair, alt.live) for entry in entries]
        whole = any(alt.live and isinstance(alt.template, Elements) for alt in alts)
        if inner or whole:
            self.visit(items, inner, replace(place, value=value, depth=place.depth + 1))
        if exact and not whole and self.side is Side.CANONICAL:
            self.gap(place, "lists of another length")

    def words(self, words: tuple[Json, ...], alts: list[Alt], place: Place) -> None:
        live = [alt.template for alt in alts if alt.live]
        for alt in alts:
            if isinstance(alt.template, Literal) and alt.template.value not in words:
                self.faults.misplace(alt.template, place.path, words)
        if any(isinstance(template, Variable | Wildcard | Kind) for template in live):
            return
        said = [template.value for template in live if isinstance(template, Literal)]
        maps = [template for template in live if isinstance(template, Words)]
        for word in words:
            mapped = any(word in table.words for table in maps)
            if not mapped and word not in said and len(words) > 1 and word is not None:
                self.gap(place, f"the value '{word}'", f"{place.path}<{word}>", maps=maps)

    def scalar(self, kind: ScalarKind, alts: list[Alt], place: Place) -> None:
        live = [alt.template for alt in alts if alt.live]
        if not live or any(isinstance(t, Variable | Wildcard | Kind | Words | Total) for t in live):
            return
        said = {template.value for template in live if isinstance(template, Literal)}
        if self.side is Side.CANONICAL and kind is not ScalarKind.NULL and said != {True, False}:
            self.gap(place, "other values")

    # Findings -------------------------------------------------------------------

    def unmatched(self, member: Variant, members: list[Variant], place: Place) -> None:
        """A member of a union that no template stands for."""
        if not isinstance(member.type, Record):
            if self.side is Side.CANONICAL:
                self.gap(place, kind_name(member.type))
            return
        kind, role = label(self.schema, member.type)
        if self.side is Side.NATIVE:
            if kind and not place.value:
                self.gap(place, f"the form '{kind}'", f"{place.path}<{kind}>")
            return
        if not place.value:
            self.gap(place, f"the form '{kind}'", f"{place.path}<{kind}>", f"{place.path}.type")
            return
        if place.quiet or place.lenient:
            return
        kinds = [label(self.schema, m.type)[0] for m in members if isinstance(m.type, Record)]
        names = (f"{kind}<{role}>", kind) if role and kinds.count(kind) > 1 else (kind,)
        context = place.label or place.context
        self.gaps.append(Gap(context, names[0], names, span=place.span))

    def reach(self, alts: list[Alt], place: Place) -> None:
        live = tuple(alt for alt in alts if alt.live)
        self.reached.append(Reached(place.context, place.path, place.component, live))

    def gap(self, place: Place, partial: str = "", *forms: str, maps: Sequence[Words] = ()) -> None:
        if place.quiet or (partial and place.lenient):
            return
        last = last_step(place.path)
        names = [*forms[:1], place.path, *forms[1:]]
        if "." in place.path:
            names.append(f"*.{last}")
        if place.kind:
            names.append(f"{place.kind}.{last}")
            # A rule that does not match leaves the whole value to the notes about its type.
            names = [place.kind, *names] if partial else names
        unique = tuple(dict.fromkeys(names))
        name = maps[0].map if maps else ""
        self.gaps.append(
            Gap(place.context, place.path, unique, place.component, partial, name, place.span)
        )


def _is_null(alt: Alt) -> bool:
    """A null stands for an absent value, which every optional place may be."""
    return isinstance(alt.template, Literal) and alt.template.value is None
