"""What a checker remembers of the response, its items, parts and texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .lifecycle import Lifecycle, Machine, Rule, entries


@dataclass(slots=True)
class Text:
    """A channel: its pieces, and after its end the whole text."""

    key: str
    state: str
    pieces: list[str] = field(default_factory=list)

    def whole(self) -> str:
        """The text so far, at a cost that is paid once."""
        if len(self.pieces) != 1:
            self.pieces = ["".join(self.pieces)]
        return self.pieces[0]


@dataclass(slots=True)
class Object:
    """The response, an item or a part."""

    machine: Machine
    state: str
    kind: Any = None
    """Its `type`, whatever that is."""
    id: str | None = None
    opened: dict[str, Any] = field(default_factory=dict)
    stated: dict[str, Any] | None = None
    """Its whole value, once the event that ends it has told."""
    held: dict[str, dict[int, Object]] = field(default_factory=dict)
    """Kind of object -> place in its list -> object."""
    channels: dict[str, Text] = field(default_factory=dict)
    lists: dict[str, list[Any]] = field(default_factory=dict)
    """Properties that grow by one entry an event."""

    def within(self, name: str) -> Iterator[tuple[str, str]]:
        """Label and state of every object of that kind, or of every channel."""
        for index, held in self.held.get(name, {}).items():
            yield f"{name.replace('_', ' ')} at {index}", held.state
        if name == "channel":
            for label, text in self.channels.items():
                yield label, text.state

    def write(self, rule: Rule, event: dict[str, Any]) -> None:
        """Keeps the payload of an event whose shape was checked."""
        value = event[rule.value] if rule.value else None
        if rule.channel is not None:
            text = self.channels[rule.channel]
            text.state = rule.after
            if rule.action != "extend":
                text.pieces.clear()
            text.pieces.append(event[rule.value or ""])
        elif rule.action == "append" and rule.key is not None:
            self.lists[rule.key].append(value)
        elif rule.action == "close":
            self.stated = value


def opened(table: Lifecycle, machine: Machine, value: dict[str, Any]) -> Object:
    """An object as it is opened, with all that it brings along."""
    kind = value.get("type")
    made = Object(machine, machine.initial, kind, opened=value)
    for channel in table.channels_of(machine.name, kind):
        begun = value.get(channel.key)
        pieces = [begun] if isinstance(begun, str) else []
        made.channels[channel.name] = Text(channel.key, table.machines["channel"].initial, pieces)
    for rule in table.rules:
        if rule.action == "append" and rule.object == machine.name and kind in rule.types:
            made.lists[rule.key or ""] = [*entries(value, rule.key)]
    for inner in table.held(machine.name):
        made.held[inner.name] = {
            index: Object(inner, inner.final[0], _type(part), stated=part)
            for index, part in enumerate(entries(value, inner.list))
        }
    return made


def _type(value: Any) -> Any:
    return value.get("type") if isinstance(value, dict) else None
