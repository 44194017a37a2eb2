"""Checks a lifecycle table against itself and against the spec's events.

Each check is a function that reports what it finds; all run, so that one run
shows every fault.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orgen.diagnostics import Related
from orgen.lifecycle_walk import first_fault
from orgen.schema_paths import constants, properties, stream_events, types_at

if TYPE_CHECKING:
    from orgen.diagnostics import Diagnostics
    from orgen.ir.schema import Component, Schema
    from orgen.lifecycle import Lifecycle, Rule
    from orgen.load import Document


def check_lifecycle(
    lifecycle: Lifecycle, document: Document, schema: Schema, diagnostics: Diagnostics
) -> bool:
    """Report every fault of the table; whether there was none."""
    before = len(diagnostics.items)
    checker = _Checker(lifecycle, document, schema, diagnostics, stream_events(schema))
    checker.events()
    checker.machines()
    for number, rule in enumerate(lifecycle.rules):
        checker.names(number, rule)
        if rule.event in checker.known:
            checker.fields(number, rule, checker.known[rule.event])
            checker.landing(number, rule)
    checker.types()
    if len(diagnostics.items) == before:
        checker.walks()
    return len(diagnostics.items) == before


@dataclass(frozen=True, slots=True)
class _Checker:
    lifecycle: Lifecycle
    document: Document
    schema: Schema
    diagnostics: Diagnostics
    known: dict[str, Component]

    def report(
        self, pointer: tuple[str | int, ...], code: str, message: str, hint: str | None = None
    ) -> None:
        self.diagnostics.error(self.document.span(pointer), code, message, hint)

    def events(self) -> None:
        """Every event of the spec has exactly one rule, and every rule an event."""
        first: dict[str, int] = {}
        for number, rule in enumerate(self.lifecycle.rules):
            span = self.document.span(("events", number, "event"))
            if rule.event not in self.known:
                hint = _nearest(rule.event, self.known)
                self.diagnostics.error(
                    span, "V091", f"the spec streams no event {rule.event!r}", hint
                )
            for name in (rule.event, *rule.aliases):
                if name in first:
                    place = self.document.span(("events", first[name], "event"))
                    related = [Related(place, "the first rule is here")]
                    message = f"a second rule for the event {name!r}"
                    self.diagnostics.error(span, "V093", message, "keep one", related)
                first.setdefault(name, number)
        for event, component in self.known.items():
            if event not in first and ":" not in event:  # `slug:type` is for extensions
                span = self.document.key_span(("events",))
                related = [Related(component.span, "the event is defined here")]
                message = f"no rule for the event {event!r}"
                self.diagnostics.error(span, "V092", message, "add a rule for it", related)

    def machines(self) -> None:
        """States named by a machine exist, are reached by some rule, and lead to an end."""
        earlier: set[str] = set()
        for name, machine in self.lifecycle.objects.items():
            here: tuple[str | int, ...] = ("objects", name)
            self.state(name, machine.initial, (*here, "initial"))
            for position, state in enumerate(machine.final):
                self.state(name, state, (*here, "final", position))
            moves = [rule for rule in self.lifecycle.rules if rule.object == name]
            reached = _closure({machine.initial}, [(r.before, (r.after,)) for r in moves])
            ending = _closure(set(machine.final), [((r.after,), r.before) for r in moves])
            for state in machine.states:
                place = (*here, "states", state)
                if state not in reached:
                    self.report(place, "V097", f"no event leads to the state {state!r} of {name}")
                elif state not in ending:
                    self.report(place, "V097", f"no event leads on from {state!r} of {name}")
            holder = machine.within
            if holder and self.object(holder, (*here, "within")) and holder not in earlier:
                message = f"{name} lies within {holder}, which is declared after it"
                self.report((*here, "within"), "V094", message, "declare the holder first")
            earlier.add(name)
        for name, channel in self.lifecycle.channels.items():
            self.object(channel.within, ("channels", name, "within"))

    def object(self, name: str, pointer: tuple[str | int, ...]) -> bool:
        if name in self.lifecycle.objects:
            return True
        hint = _nearest(name, self.lifecycle.objects)
        self.report(pointer, "V094", f"the table has no object {name!r}", hint)
        return False

    def state(self, object: str, state: str, pointer: tuple[str | int, ...]) -> None:
        states = self.lifecycle.objects[object].states
        if state not in states:
            message = f"{object} has no state {state!r}"
            self.report(pointer, "V094", message, _nearest(state, states))

    def names(self, number: int, rule: Rule) -> None:
        """Objects, states and channels that a rule names exist."""
        place = ("events", number)
        if self.object(rule.object, (*place, "object")):
            for position, state in enumerate(rule.before):
                self.state(rule.object, state, (*place, "from", position))
            self.state(rule.object, rule.after, (*place, "to"))
        for keyword, requirements in (
            ("requires", rule.requires),
            ("requires_all", rule.requires_all),
        ):
            for name, states in requirements.items():
                if self.object(name, (*place, keyword, name)):
                    for position, state in enumerate(states):
                        self.state(name, state, (*place, keyword, name, position))
        if rule.channel is not None and rule.channel not in self.lifecycle.channels:
            hint = _nearest(rule.channel, self.lifecycle.channels)
            message = f"the table has no channel {rule.channel!r}"
            self.report((*place, "channel"), "V094", message, hint)

    def fields(self, number: int, rule: Rule, component: Component) -> None:
        """The event has every field that its rule names, and always where it must."""
        place: tuple[str | int, ...] = ("events", number)
        demanded: list[tuple[str, tuple[str | int, ...]]] = [
            (self.lifecycle.sequence.field, ("sequence", "field")),
            *((name, (*place, "index", name)) for name in rule.index),
        ]
        if rule.id:
            demanded.append((rule.id.at, (*place, "id", "at")))
        if rule.value:
            demanded.append((rule.value, (*place, "value")))
        for position, agreement in enumerate(rule.agrees):
            demanded.append((agreement.at, (*place, "agrees", position, "at")))
        optional = [(name, (*place, "gathers", name)) for name in rule.gathers]
        optional += [(c.at, (*place, "holds", i, "at")) for i, c in enumerate(rule.holds)]
        for at, pointer in (*demanded, *optional):
            if not types_at(self.schema, component.type, tuple(at.split("/"))):
                message = f"the event {rule.event!r} has no field {at!r}"
                self.report(pointer, "V095", message, f"see {component.name}")
        for at, pointer in demanded:
            found = properties(self.schema, component.type, at.split("/")[0])
            if found and not all(each.required for each in found):
                message = f"the event {rule.event!r} may lack the field {at!r}"
                self.report(pointer, "V095", message, f"see {component.name}")

    def landing(self, number: int, rule: Rule) -> None:
        """Every place that a rule writes to exists in the response."""
        place = ("events", number)
        places: list[tuple[str, tuple[str | int, ...]]] = []
        if rule.path:
            places.append((rule.path, (*place, "path")))
        for name, path in rule.gathers.items():
            places.append((path, (*place, "gathers", name)))
        opener = self.opener("response" if rule.object == "response" else "item")
        for path, pointer in places:
            steps = tuple(path.split("/"))
            for step in steps:
                if step.startswith("{") and step[1:-1] not in rule.index:
                    message = f"{step} is not an index of the event {rule.event!r}"
                    self.report(pointer, "V095", message)
            if opener and opener.value:
                holder = self.known[opener.event].type
                if not types_at(self.schema, holder, (opener.value, *steps)):
                    message = f"there is no place {path!r} in the {opener.object}"
                    self.report(pointer, "V095", message)

    def opener(self, object: str) -> Rule | None:
        """The rule whose event carries a whole new `object`."""
        for rule in self.lifecycle.rules:
            initial = self.lifecycle.objects[object].initial
            if rule.object == object and initial in rule.before and rule.event in self.known:
                return rule
        return None

    def types(self) -> None:
        """The `type` values of channels and rules are ones that the object may have."""
        listed: list[tuple[str, tuple[str, ...], tuple[str | int, ...]]] = [
            (channel.within, channel.types, ("channels", name, "types"))
            for name, channel in self.lifecycle.channels.items()
        ]
        listed += [
            (rule.object, rule.types, ("events", number, "types"))
            for number, rule in enumerate(self.lifecycle.rules)
        ]
        for object, types, pointer in listed:
            opener = self.opener(object) if object in self.lifecycle.objects and types else None
            if opener is None or opener.value is None:
                continue
            found = types_at(self.schema, self.known[opener.event].type, (opener.value,))
            allowed = [value for type in found for value in constants(self.schema, type, "type")]
            for position, value in enumerate(types):
                if value not in allowed:
                    message = f"no {object} has the type {value!r}"
                    self.report((*pointer, position), "V096", message, _nearest(value, allowed))

    def walks(self) -> None:
        """The example streams obey the table."""
        for number, walk in enumerate(self.lifecycle.walks):
            fault = first_fault(self.lifecycle, walk.events)
            if fault is not None:
                position = min(fault.position, len(walk.events) - 1)
                self.report(("walks", number, "events", position), "V098", fault.message)


def _closure(start: set[str], moves: list[tuple[tuple[str, ...], tuple[str, ...]]]) -> set[str]:
    """All states reached from `start` by moves (any of these -> all of those)."""
    reached = set(start)
    grown = True
    while grown:
        size = len(reached)
        for sources, targets in moves:
            if reached.intersection(sources):
                reached.update(targets)
        grown = len(reached) > size
    return reached


def _nearest(name: str, choices: Iterable[str]) -> str | None:
    close = difflib.get_close_matches(name[:100], sorted(choices), n=1)
    return f"did you mean {close[0]!r}?" if close else None
