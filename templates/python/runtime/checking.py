"""Checks a stream against the table of its life; every breach is told in a sentence.

An event costs time in proportion to its own size (at the end of a text, of the
text), so that long streams are checked in linear time. Nothing is trusted: an
event may lack any field and hold any value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from .agreement import differences
from .growing import LEAVING, Growing
from .lifecycle import Lifecycle, Machine, Rule, at, plain, position
from .objects import Object, Text, opened
from .shapes import condition_faults, shape_faults, shown

_EXTENSION = re.compile(r"[a-z0-9][a-z0-9_-]*:.+", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Violation:
    """A law of streams that an event breaks.

    `index` counts the events from 0; what is missing at the end of the stream is
    reported at the number of events, with `event` None. `law` is `S1` (the
    response and its order), `S2` (items), `S3` (parts and texts) or `S4` (shape).
    """

    index: int
    event: str | None
    law: str
    message: str

    def __str__(self) -> str:
        return f"event {self.index} ({self.event or 'end of stream'}): {self.law}: {self.message}"


class _Broken(Exception):
    """The event cannot be followed any further; its violations are recorded."""


@dataclass(slots=True)
class Checker:
    """Takes events with `add`; `close` when there are no more; `violations` tells the rest."""

    table: Lifecycle
    violations: list[Violation] = field(default_factory=list)
    _index: int = -1
    _kind: str | None = None
    _expected: int | None = None
    _ids: set[str] = field(default_factory=set)
    _complained: set[tuple[str, str]] = field(default_factory=set)
    _root: Object = field(init=False)
    _growing: Growing[tuple[Text, str]] = field(init=False)
    """Texts that may grow, and the ids of their items."""

    def __post_init__(self) -> None:
        root = self.table.root
        self._root = Object(root, root.initial)
        self._growing = Growing(self.table)

    def add(self, event: Any) -> None:
        """Checks the next event."""
        if type(event) is dict:
            try:
                row, texts = self._growing.rows[event["type"]]
                outer, inner, delta = event[row.outer], event[row.inner], event[row.value]
                text, owner = texts[outer][inner]
                number = event[self.table.sequence.field]
                lawful = number == self._expected and event[row.id] == owner
                whole = type(outer) is int is type(inner) and type(number) is int
                if lawful and whole and type(delta) is str and row.fits(event):
                    self._index += 1
                    self._expected = number + self.table.sequence.step
                    text.pieces.append(delta)
                    return
            except (KeyError, TypeError):
                pass  # another event, or one that is not this plain
        self._add_any(plain(event))

    def _add_any(self, event: Any) -> None:
        self._index += 1
        self._kind = None
        try:
            self._event(event)
        except _Broken:
            pass
        except RecursionError:
            self._report("S4", "its values lie too deep in each other")

    def close(self) -> None:
        """Checks that the stream may end here."""
        self._index += 1
        self._kind = None
        if self._root.state not in self._root.machine.final:
            self._report("S1", f"the stream ends while the response is {self._root.state}")

    # One event -----------------------------------------------------------------

    def _event(self, event: Any) -> None:
        if not isinstance(event, dict):
            raise self._broken("S4", f"an event is an object, not {shown(event)}")
        kind = event.get("type")
        if not isinstance(kind, str):
            self._count(event)
            raise self._broken("S4", f"`type` is the name of an event, not {shown(kind)}")
        self._kind = kind
        self._count(event)
        rule = self.table.by_event.get(kind)
        if rule is None:
            self._unknown(kind)
        else:
            self._shape(rule, event)
            self._follow(rule, event)

    def _count(self, event: dict[str, Any]) -> None:
        """`sequence_number` counts up; after a break, from where the stream goes on."""
        sequence = self.table.sequence
        number = event.get(sequence.field)
        expected = sequence.first if self._expected is None else self._expected
        if type(number) is not int:
            self._report("S4", f"`{sequence.field}` is a whole number, not {shown(number)}")
            number = expected
        elif number != expected:
            self._report("S1", f"`{sequence.field}` is {shown(number)}, not {shown(expected)}")
        self._expected = number + sequence.step

    def _unknown(self, kind: str) -> None:
        if not _EXTENSION.fullmatch(kind):
            self._report("S4", "is neither an event of the spec nor named `slug:type`")
        if self._root.state not in self.table.extensions:
            self._report("S1", f"cannot come while the response is {self._root.state}")

    def _shape(self, rule: Rule, event: dict[str, Any]) -> None:
        """Reports faults of the shape; an event cannot be followed without what is used here."""
        used = {*rule.index, rule.value, rule.id.at[0] if rule.id else None}
        broken = False
        for name, fault in shape_faults(self.table.fields.get(rule.event, {}), event):
            if name != self.table.sequence.field:
                self._report("S4", fault)
            broken = broken or name in used
        value = event.get(rule.value or "")
        if rule.action in ("open", "close") and value is None and not broken:
            broken = True
            self._report("S4", f"`{rule.value}` is null")
        if broken:
            raise _Broken

    def _follow(self, rule: Rule, event: dict[str, Any]) -> None:
        path, found = self._find(rule, event)
        self._states(rule, path, found)
        subject = path[-1] if found is None else found
        if rule.action == "open":
            subject = self._open(rule, event, path)
        self._identity(rule, event, path[1] if len(path) > 1 else subject)
        self._held(rule, subject)
        for condition in rule.holds:
            for fault in condition_faults(condition, event):
                self._report(self.table.law(rule.object), fault)
        self._listed(rule, event, subject)
        self._agree(rule, event, subject)
        subject.write(rule, event)
        if rule.channel is None:
            subject.state = rule.after
        if rule.action not in LEAVING:
            self._growing.forget()
        elif rule.channel is not None and path[1].id is not None and self._lawful():
            self._growing.remember(event, (subject.channels[rule.channel], path[1].id))

    def _lawful(self) -> bool:
        """Whether the event broke no law."""
        return not self.violations or self.violations[-1].index != self._index

    # Objects -------------------------------------------------------------------

    def _find(self, rule: Rule, event: dict[str, Any]) -> tuple[list[Object], Object | None]:
        """The objects around the one concerned, and that one itself if it exists."""
        machines = self.table.path(rule)
        path = [self._root]
        for machine in machines[1:]:
            index = position(event, machine)
            if index is None:
                stated = shown(event.get(machine.index or ""))
                raise self._broken(self._law(machine), f"`{machine.index}` cannot be {stated}")
            found = path[-1].held.get(machine.name, {}).get(index)
            opens = rule.action == "open" and machine is machines[-1]
            if opens:
                self._next(machine, path[-1], index, found)
                return path, None
            if found is None:
                name = machine.name.replace("_", " ")
                raise self._broken(self._law(machine), f"no {name} was opened at {index}")
            path.append(found)
        return path, path[-1]

    def _next(self, machine: Machine, holder: Object, index: int, found: Object | None) -> None:
        if found is not None:
            name = machine.name.replace("_", " ")
            raise self._broken(self._law(machine), f"the {name} at {index} was opened before")
        count = len(holder.held.get(machine.name, {}))
        if index != count:
            self._report(self._law(machine), f"`{machine.index}` is {shown(index)}, not {count}")

    def _states(self, rule: Rule, path: list[Object], found: Object | None) -> None:
        """The object concerned and those around it are in states that allow the event."""
        law = self.table.law(rule.object)
        before = self.table.machines[rule.object].initial
        name = rule.channel or rule.object.replace("_", " ")
        if found is not None:
            if rule.types and found.kind not in rule.types:
                raise self._broken(law, f"cannot concern a part of type {shown(found.kind)}")
            before = found.state
            if rule.channel is not None:
                if rule.channel not in found.channels:
                    raise self._broken(law, f"type {shown(found.kind)} has no {rule.channel}")
                before = found.channels[rule.channel].state
        fits = before in rule.before
        if not fits and (found is not self._root or before in self._root.machine.final):
            raise self._broken(law, f"cannot come while the {name} is {before}")
        if not fits:
            self._report(law, f"cannot come while the {name} is {before}")
        for each in path:
            allowed = rule.requires.get(each.machine.name)
            if allowed is not None and each.state not in allowed:
                self._out_of_place(each)

    def _out_of_place(self, holder: Object) -> None:
        """Reports that a holder is not open; of the response, once in each of its states."""
        said = f"cannot come while the {holder.machine.name.replace('_', ' ')} is {holder.state}"
        if holder is not self._root:
            raise self._broken(self._law(holder.machine), said)
        if holder.state in self._root.machine.final:
            raise self._broken("S1", said)
        if (self._kind or "", holder.state) not in self._complained:
            self._complained.add((self._kind or "", holder.state))
            self._report("S1", said)

    def _open(self, rule: Rule, event: dict[str, Any], path: list[Object]) -> Object:
        """A new object at the place that the event states."""
        machine = self.table.machines[rule.object]
        value = event[rule.value or ""]
        kind = value.get("type")
        if not isinstance(kind, str):
            self._report("S4", f"`{rule.value}.type` is a string, not {shown(kind)}")
        elif machine.types and kind not in machine.types and not _EXTENSION.fullmatch(kind):
            self._report("S4", f"the spec has no {rule.value} of type {shown(kind)}")
        else:
            for name in self.table.names.get(kind, ()) if rule.id and rule.id.new else ():
                if not isinstance(value.get(name), str) or not value[name]:
                    self._report("S2", f"`{rule.value}.{name}` is not known yet")
        made = opened(self.table, machine, value)
        path[-1].held.setdefault(machine.name, {})[event[machine.index or ""]] = made
        return made

    def _identity(self, rule: Rule, event: dict[str, Any], owner: Object) -> None:
        if rule.id is None:
            return
        stated = at(event, rule.id.at)
        place = ".".join(rule.id.at)
        if not isinstance(stated, str):
            self._report("S4", f"`{place}` is a string, not {shown(stated)}")
        elif not rule.id.new:
            if owner.id is not None and stated != owner.id:
                self._report("S2", f"`{place}` is {shown(stated)}, not {shown(owner.id)}")
        else:
            if stated in self._ids or not stated:
                fault = "was used before" if stated else "is empty"
                self._report("S2", f"the id in `{place}` {fault}: {shown(stated)}")
            self._ids.add(stated)
            owner.id = stated

    def _held(self, rule: Rule, subject: Object) -> None:
        """Everything within the object is in a state that lets it end."""
        for name, allowed in rule.requires_all.items():
            for label, state in subject.within(name):
                if state not in allowed:
                    said = f"cannot come while the {label} is {state}"
                    self._report(self.table.law(name), said)

    # Payloads ------------------------------------------------------------------

    def _listed(self, rule: Rule, event: dict[str, Any], subject: Object) -> None:
        """An index into a list that grows entry by entry is the next one."""
        machines = {machine.index for machine in self.table.path(rule)}
        for name in rule.index:
            count = len(subject.lists.get(rule.key or "", ()))
            if name not in machines and event[name] != count:
                self._report("S3", f"`{name}` is {shown(event[name])}, not {count}")

    def _agree(self, rule: Rule, event: dict[str, Any], subject: Object) -> None:
        if not rule.agrees:
            return
        for difference in differences(rule, event, subject, self.table):
            self._report("S3", difference)

    def _law(self, machine: Machine) -> str:
        return self.table.law(machine.name)

    # Reports -------------------------------------------------------------------

    def _report(self, law: str, message: str) -> None:
        kind = self._kind if self._kind is None else self._kind[:100]
        self.violations.append(Violation(self._index, kind, law, message))

    def _broken(self, law: str, message: str) -> _Broken:
        self._report(law, message)
        return _Broken()
