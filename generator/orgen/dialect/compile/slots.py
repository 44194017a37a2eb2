"""Slots of a turn: native keys that rules read together; and the names of a turn's tables."""

from __future__ import annotations

from dataclasses import dataclass, field

from orgen.dialect.ast import Array, Direction, Entry, Literal, Object, Rule, Turn, Turns, Variable

RUN_FILTERS = ("parts", "each")
"""Filters whose list is a run of parts, which is one message."""


@dataclass(slots=True)
class Slot:
    """Native keys of a turn that rules read together, with those rules.

    `scalars` are rules over the whole message, tried first; else the lists are
    taken apart: `elements` and `content` by their key.
    """

    keys: list[str]
    scalars: list[Rule] = field(default_factory=list)
    elements: dict[str, list[Rule]] = field(default_factory=dict)
    content: dict[str, Rule] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.keys[0]

    def lists(self) -> list[str]:
        """Keys whose value is a list of elements or a run of parts."""
        return [key for key in self.keys if key in self.elements or key in self.content]

    def add(self, rule: Rule) -> None:
        assert isinstance(rule.native, Object)
        first = rule.native.entries[0]
        if len(rule.native.entries) == 1 and isinstance(first.template, Array):
            self.elements.setdefault(first.key, []).append(rule)
        elif len(rule.native.entries) == 1 and _is_run(first):
            if rule.only is not Direction.ENCODE:
                self.content.setdefault(first.key, rule)
        else:
            self.scalars.append(rule)

    def join(self, other: Slot) -> None:
        self.keys += [key for key in other.keys if key not in self.keys]
        self.scalars += other.scalars
        self.elements.update(other.elements)
        self.content.update(other.content)


def role_of(turn: Turn) -> str:
    """The canonical role of those who send the turn's messages."""
    for rule in turn.rules:
        entry = rule.canonical.entry("role") if isinstance(rule.canonical, Object) else None
        if entry and isinstance(entry.template, Literal) and rule.only is not Direction.ENCODE:
            return str(entry.template.value)
    return "user"


def slots(turn: Turn) -> list[Slot]:
    """The slots of a merged turn, in the order of their first rule.

    Rules that share a native key share a slot, so that no key is read twice.
    """
    found: list[Slot] = []
    for rule in turn.rules:
        if not isinstance(rule.native, Object):
            continue
        keys = [entry.key for entry in rule.native.entries]
        touched = [slot for slot in found if not set(keys).isdisjoint(slot.keys)]
        slot = touched[0] if touched else Slot([])
        if not touched:
            found.append(slot)
        for other in touched[1:]:
            slot.join(other)
            found.remove(other)
        slot.keys += [key for key in keys if key not in slot.keys]
        slot.add(rule)
    return found


def _is_run(entry: Entry) -> bool:
    template = entry.template
    return isinstance(template, Variable) and any(f.name in RUN_FILTERS for f in template.filters)


def turn_table(turns: Turns, turn: Turn) -> str:
    return f"turn_{turn_name(turns, turn)}"


def beside_table(turns: Turns, turn: Turn) -> str:
    return f"beside_{turn_name(turns, turn)}"


def turn_name(turns: Turns, turn: Turn) -> str:
    return f"{turns.name}_{turn.name}"
