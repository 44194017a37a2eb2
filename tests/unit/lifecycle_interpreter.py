"""A plain interpreter of the lifecycle table, driven by nothing but the table.

It shows that the table is complete: a stream is followed, checked and folded to
its response without a word about any particular event.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from orgen.lifecycle import Lifecycle, Rule

Key = tuple[Any, ...]


@dataclass
class Interpreter:
    table: Lifecycle
    states: dict[Key, str] = field(default_factory=dict)
    """(object or channel, indices ...) -> state, of everything that was begun."""
    ids: dict[Key, str] = field(default_factory=dict)
    response: dict[str, Any] = field(default_factory=dict)
    filled: dict[tuple[Any, ...], None] = field(default_factory=dict)
    """Places of the response that events have filled: texts and annotations."""
    faults: list[str] = field(default_factory=list)

    def run(self, events: Iterable[dict[str, Any]]) -> list[str]:
        expected = self.table.sequence.first
        for event in events:
            if event[self.table.sequence.field] != expected:
                self.faults.append(f"{event['type']}: sequence number is not {expected}")
            expected += self.table.sequence.step
            rule = self.table.rule(event["type"])
            if rule is None:
                assert self.table.extensions is not None
                if self.states[("response",)] not in self.table.extensions.requires["response"]:
                    self.faults.append(f"{event['type']}: out of place")
            else:
                self.apply(rule, event)
        if self.states.get(("response",)) not in self.table.objects["response"].final:
            self.faults.append("the stream has no end")
        return self.faults

    def fault(self, rule: Rule, text: str) -> None:
        self.faults.append(f"{rule.event}: {text}")

    def key(self, object: str, event: dict[str, Any]) -> Key:
        if object in self.table.channels:
            return (object, *self.key(self.table.channels[object].within, event)[1:])
        machine = self.table.objects[object]
        outer = self.key(machine.within, event)[1:] if machine.within else ()
        return (object, *outer, event[machine.index]) if machine.index else (object, *outer)

    def apply(self, rule: Rule, event: dict[str, Any]) -> None:
        key = self.key(rule.channel or rule.object, event)
        before = self.states.get(key, self.table.objects[rule.object].initial)
        if before not in rule.before:
            self.fault(rule, f"{key} is {before}")
        if rule.channel and key not in self.states:
            self.fault(rule, f"{key} was not begun")
        for other, states in rule.requires.items():
            if self.states.get(self.key(other, event)) not in states:
                self.fault(rule, f"the {other} is not {states}")
        for other, states in rule.requires_all.items():
            for held, state in self.held(other, key):
                if state not in states:
                    self.fault(rule, f"{held} is {state}")
        self.check_numbers(rule, event, key)
        self.check_payload(rule, event, key)
        self.states[key] = rule.after
        self.write(rule, event, key)

    def held(self, object: str, holder: Key) -> list[tuple[Key, str]]:
        names = [object]
        if object == "channel":
            names = [n for n, c in self.table.channels.items() if c.within == holder[0]]
        return [
            (key, state)
            for key, state in self.states.items()
            if key[0] in names and key[1 : len(holder)] == holder[1:]
        ]

    def check_numbers(self, rule: Rule, event: dict[str, Any], key: Key) -> None:
        machine = self.table.objects[rule.object]
        if machine.index and rule.index.get(machine.index):
            siblings = {k for k in self.states if k[0] == key[0] and k[1:-1] == key[1:-1]}
            if event[machine.index] != len(siblings):
                self.fault(rule, f"{machine.index} is not {len(siblings)}")
        if rule.id is not None:
            holder = "response" if rule.object == "response" else "item"
            owner = self.key(holder, event)
            value = at(event, rule.id.at)
            if rule.id.new:
                if value in self.ids.values():
                    self.fault(rule, f"the id {value} was used before")
                self.ids[owner] = value
            elif self.ids.get(owner) != value:
                self.fault(rule, f"the id {value} is not that of {owner}")

    def check_payload(self, rule: Rule, event: dict[str, Any], key: Key) -> None:
        for agreement in rule.agrees:
            stated = at(event, agreement.at)
            base = self.place(rule, event, rule.path or "")
            if agreement.built == "output":
                base = ["output"]
            for path in [p for p in self.filled if list(p[: len(base)]) == base]:
                if at_steps(stated, path[len(base) :]) != at_steps(self.response, path):
                    self.fault(rule, f"{agreement.at} differs from what was built at {path}")
        for condition in rule.holds:
            for value in everything_at(event, condition.at):
                if condition.values and value is not None and value not in condition.values:
                    self.fault(rule, f"{condition.at} is {value}")
                if value in condition.never:
                    self.fault(rule, f"{condition.at} is {value}")
                if condition.check == "present" and value is None:
                    self.fault(rule, f"{condition.at} is missing")
                if condition.check == "empty" and value:
                    self.fault(rule, f"{condition.at} is not empty")

    def place(self, rule: Rule, event: dict[str, Any], path: str) -> list[Any]:
        steps: list[Any] = []
        if rule.object != "response":
            steps += ["output", event["output_index"]]
        for step in path.split("/") if path else []:
            name = re.fullmatch(r"\{(.*)\}", step)
            steps.append(event[name[1]] if name else step)
        return steps

    def write(self, rule: Rule, event: dict[str, Any], key: Key) -> None:
        if rule.value is None or rule.path is None:
            return
        value = copy.deepcopy(event[rule.value])
        if rule.action == "open":
            kind = value.get("type")
            for channel in self.table.channels.values():
                if channel.within == rule.object and kind in channel.types:
                    begun = (channel.name, *key[1:])
                    self.states[begun] = self.table.objects["channel"].initial
        steps = self.place(rule, event, rule.path)
        if not steps:
            self.response = value
            return
        holder: Any = self.response
        for step in steps[:-1]:
            holder = holder.setdefault(step, []) if isinstance(holder, dict) else holder[step]
        last = steps[-1]
        if isinstance(holder, list) and last > len(holder):
            self.fault(rule, f"{last} is not the next entry")
            return
        if rule.action in ("extend", "finish", "append"):
            self.filled[tuple(steps)] = None
        if rule.action == "extend":
            holder[last] += value
        elif isinstance(holder, list) and last == len(holder):
            holder.append(value)
        else:
            holder[last] = value
        for name, path in rule.gathers.items():
            gathered: Any = self.response
            where = self.place(rule, event, path)
            for step in where[:-1]:
                gathered = gathered[step]
            if event.get(name):
                gathered.setdefault(where[-1], []).extend(event[name])


def at(value: Any, pointer: str) -> Any:
    for step in pointer.split("/"):
        value = value[step]
    return value


def everything_at(value: Any, pointer: str) -> list[Any]:
    reached = [value]
    for step in pointer.split("/"):
        if step == "*":
            reached = [entry for each in reached for entry in each]
        else:
            reached = [each.get(step) for each in reached]
    return reached


def at_steps(value: Any, steps: Iterable[Any]) -> Any:
    """What lies at the end of `steps`, or None if they lead nowhere."""
    for step in steps:
        try:
            value = value[step]
        except (LookupError, TypeError):
            return None
    return value
