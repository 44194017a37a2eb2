"""The table of the stream's life: its types, and what every reader of it needs.

`openresponses.events` holds the table itself. `checking` compares a stream with
it, `folding` builds the response by it; neither names an event.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Action = Literal["advance", "open", "extend", "finish", "append", "close"]
States = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Machine:
    """The states of one kind of object, and where such objects lie.

    `list` is the property of the holder (`within`) that lists them, `index` the
    event field that tells the place in it, `types` the types that the spec knows.
    """

    name: str
    initial: str
    states: States
    final: States
    within: str | None = None
    list: str | None = None
    index: str | None = None
    types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Channel:
    """A text that arrives in pieces: the property `key` of objects of those `types`."""

    name: str
    within: str
    types: tuple[str, ...]
    key: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Where an event carries an id, and whether the id is seen for the first time."""

    at: tuple[str, ...]
    new: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """What the field `at` must be: where present, one of `among` and none of `never`."""

    at: tuple[str, ...]
    among: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    check: Literal["present", "empty"] | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """What one event means.

    `requires` are the states of the objects that hold the one concerned,
    `requires_all` those of all objects that it holds. `index` tells for each
    index field whether it is the next new number of its list. `value` is the
    field with the payload, `key` the list that an `append` extends, `gathers`
    the lists that are extended besides: event field -> property.
    """

    event: str
    object: str
    action: Action
    before: States
    after: str
    aliases: tuple[str, ...] = ()
    channel: str | None = None
    types: tuple[str, ...] = ()
    requires: Mapping[str, States] = field(default_factory=dict)
    requires_all: Mapping[str, States] = field(default_factory=dict)
    index: Mapping[str, bool] = field(default_factory=dict)
    id: Identity | None = None
    value: str | None = None
    key: str | None = None
    gathers: Mapping[str, str] = field(default_factory=dict)
    agrees: bool = False
    """Whether the payload must be what earlier events built."""
    holds: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """A property: the JSON kinds that it may have (none: any), and whether it must be there."""

    kinds: tuple[str, ...]
    required: bool = True


@dataclass(frozen=True, slots=True)
class Sequence:
    """How events are numbered."""

    field: str
    first: int
    step: int


@dataclass(frozen=True)
class Lifecycle:
    """The whole table.

    `fields` are the properties of each event; `names` those of each item that no
    later event can change, so that the item opens with them. `extensions` are the
    states of the response in which events named `slug:type` may come.
    """

    sequence: Sequence
    terminator: str | None
    machines: Mapping[str, Machine]
    channels: Mapping[str, Channel]
    rules: tuple[Rule, ...]
    extensions: States
    fields: Mapping[str, Mapping[str, Field]]
    names: Mapping[str, tuple[str, ...]]
    by_event: Mapping[str, Rule] = field(init=False)
    aliases: Mapping[str, str] = field(init=False)
    """Other names of events -> the spec's."""
    paths: Mapping[str, tuple[Machine, ...]] = field(init=False)
    """Object -> the objects that hold it, from the response inwards, itself included."""

    def __post_init__(self) -> None:
        aliases = {alias: rule.event for rule in self.rules for alias in rule.aliases}
        by_event = {rule.event: rule for rule in self.rules}
        by_event |= {alias: by_event[event] for alias, event in aliases.items()}
        object.__setattr__(self, "aliases", aliases)
        object.__setattr__(self, "by_event", by_event)
        object.__setattr__(self, "paths", {name: self._path(name) for name in self.machines})

    def _path(self, name: str) -> tuple[Machine, ...]:
        machine = self.machines[name]
        outer = self._path(machine.within) if machine.within else ()
        return (*outer, machine)

    @property
    def root(self) -> Machine:
        """The response: what the first event concerns."""
        return self.machines[self.rules[0].object]

    def law(self, name: str) -> str:
        """The law that speaks of such objects: the response, items, or what lies within."""
        if name == self.root.name:
            return "S1"
        return "S2" if self.machines[name].within == self.root.name else "S3"

    def path(self, rule: Rule) -> tuple[Machine, ...]:
        """The objects that an event concerns, from the response inwards.

        For a channel that is the path of the part or item that has it.
        """
        return self.paths[self.channels[rule.channel].within if rule.channel else rule.object]

    def held(self, holder: str) -> list[Machine]:
        """The kinds of objects that lie directly in such an object."""
        return [machine for machine in self.machines.values() if machine.within == holder]

    def channels_of(self, holder: str, kind: Any) -> list[Channel]:
        """The channels of an object of that `type`."""
        return [
            channel
            for channel in self.channels.values()
            if channel.within == holder and kind in channel.types
        ]


def plain(event: Any) -> Any:
    """An event as plain JSON: models are dumped, all else is as it is."""
    if not isinstance(event, dict):
        dump = getattr(event, "model_dump", None)
        return event if dump is None else dump(mode="json")
    return event


def position(event: Mapping[str, Any], machine: Machine) -> int | None:
    """The index of an object in its list, if the event states one that can be."""
    index = event.get(machine.index) if machine.index else None
    return index if type(index) is int and index >= 0 else None


def entries(value: Any, key: str | None) -> list[Any]:
    """The list in that property, or an empty one."""
    found = value.get(key) if isinstance(value, dict) and key else None
    return found if isinstance(found, list) else []


def at(value: Any, steps: tuple[str, ...]) -> Any:
    """What lies at the end of the steps, None where they lead nowhere."""
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else None
    return value
