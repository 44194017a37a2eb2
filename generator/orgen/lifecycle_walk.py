"""Follows a stream of event types through a lifecycle table.

Only types are given, no indices: an event concerns the object of its kind that
was opened last. That is enough to show that the table admits a stream.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orgen.lifecycle import Lifecycle, Rule


@dataclass(frozen=True, slots=True)
class Fault:
    """The event at `position` is out of place."""

    position: int
    message: str


@dataclass(frozen=True, slots=True)
class Step:
    """One event of a walk: what moved, from which state to which."""

    event: str
    object: str
    channel: str | None
    before: str
    after: str
    depth: int


@dataclass(slots=True)
class _Walker:
    lifecycle: Lifecycle
    states: dict[str, str] = field(default_factory=dict)
    """Object or channel -> state of the one opened last."""

    def state(self, name: str) -> str:
        kind = name if name in self.lifecycle.objects else "channel"
        return self.states.get(name, self.lifecycle.objects[kind].initial)

    def step(self, rule: Rule) -> Step | str:
        """Apply one rule; a sentence if it may not be applied."""
        name = rule.channel or rule.object
        before = self.state(name)
        machine = self.lifecycle.objects[rule.object]
        if rule.action == "open" and before in machine.final:
            before = machine.initial
        if before not in rule.before:
            return f"{rule.event} cannot come while the {name} is {before}"
        for other, allowed in rule.requires.items():
            if self.state(other) not in allowed:
                return f"{rule.event} cannot come while the {other} is {self.state(other)}"
        for other, allowed in rule.requires_all.items():
            left = self.unfinished(other, allowed)
            if left:
                return f"{rule.event} cannot come while the {left} is {self.state(left)}"
        if rule.action == "open":
            self.forget(rule.object)
        self.states[name] = rule.after
        return Step(rule.event, rule.object, rule.channel, before, rule.after, self.depth(rule))

    def unfinished(self, object: str, allowed: tuple[str, ...]) -> str | None:
        """An object (or channel) that was begun and is in none of the `allowed` states."""
        names = self.lifecycle.channels if object == "channel" else (object,)
        for name in names:
            if name in self.states and self.states[name] not in allowed:
                return name
        return None

    def forget(self, object: str) -> None:
        """A new object begins: what belonged to the last one of its kind is history."""
        for name, machine in self.lifecycle.objects.items():
            if machine.within == object:
                self.states.pop(name, None)
                self.forget(name)
        for name, channel in self.lifecycle.channels.items():
            if channel.within == object:
                self.states.pop(name, None)

    def depth(self, rule: Rule) -> int:
        """How deep the object lies: 0 for the response."""
        if rule.channel is not None:
            return 1 + self.nesting(self.lifecycle.channels[rule.channel].within)
        return self.nesting(rule.object)

    def nesting(self, object: str) -> int:
        depth = 0
        holder = self.lifecycle.objects[object].within
        while holder is not None and depth < len(self.lifecycle.objects):
            depth += 1
            holder = self.lifecycle.objects[holder].within
        return depth


def walk(lifecycle: Lifecycle, events: Sequence[str]) -> list[Step] | Fault:
    """What each event of a stream moves, or the first fault."""
    walker = _Walker(lifecycle)
    steps: list[Step] = []
    for position, event in enumerate(events):
        rule = lifecycle.rule(event)
        if rule is None:
            return Fault(position, f"the table has no event {event!r}")
        moved = walker.step(rule)
        if isinstance(moved, str):
            return Fault(position, moved)
        steps.append(moved)
    for name, machine in lifecycle.objects.items():
        if machine.within is None and name != "channel" and walker.state(name) not in machine.final:
            message = f"the stream ends while the {name} is {walker.state(name)}"
            return Fault(len(events), message)
    return steps


def first_fault(lifecycle: Lifecycle, events: Sequence[str]) -> Fault | None:
    """Where a stream breaks the table, if it does."""
    outcome = walk(lifecycle, events)
    return outcome if isinstance(outcome, Fault) else None
