"""Lowers the lifecycle table to `events.py`: the same table as Python data, and its readers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from orgen.dialect.compile.types import CanonicalTypes
from orgen.ir.schema import Literals, Record, Scalar, ScalarKind
from orgen.render import SourceFile, environment
from orgen.schema_paths import constants, records, stream_events, types_at
from orgen.targets.python.module import header
from orgen.targets.python.text import string

if TYPE_CHECKING:
    from orgen.ir.schema import Component, Property, Schema
    from orgen.lifecycle import Condition, Lifecycle, Machine, Rule


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a table: its key as a literal, its value as an expression."""

    key: str
    value: str


@dataclass(frozen=True, slots=True)
class FieldsText:
    """The properties of one event."""

    key: str
    fields: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class EventsModule:
    """What `events.py.jinja` prints; all but `header` and `event` are expressions."""

    header: str
    package: str
    sequence: str
    terminator: str
    machines: tuple[Entry, ...]
    channels: tuple[Entry, ...]
    rules: tuple[str, ...]
    extensions: str
    fields: tuple[FieldsText, ...]
    names: tuple[Entry, ...]
    event: str
    """Name of the union of the spec's events."""
    response: str
    """Name of the class of the response that the events build."""


def events_file(
    schema: Schema,
    lifecycle: Lifecycle,
    event: str,
    classes: Mapping[str, str],
    package: str = "openresponses",
) -> SourceFile:
    """`openresponses/events.py`, unformatted. `event` names the union of events in `types`."""
    events = stream_events(schema)
    sequence = lifecycle.sequence
    extensions = lifecycle.extensions.requires["response"] if lifecycle.extensions else ()
    module = EventsModule(
        header=header(schema),
        package=package,
        sequence=_call(
            "Sequence", [string(sequence.field)], first=str(sequence.first), step=str(sequence.step)
        ),
        terminator=string(lifecycle.terminator) if lifecycle.terminator else "None",
        machines=tuple(
            Entry(string(name), _machine(machine, _types(schema, lifecycle, events, name)))
            for name, machine in lifecycle.objects.items()
        ),
        channels=tuple(
            Entry(
                string(name),
                _call(
                    "Channel",
                    [string(name)],
                    within=string(channel.within),
                    types=_strings(channel.types),
                    key=string(channel.path.rsplit("/", 1)[-1]),
                ),
            )
            for name, channel in lifecycle.channels.items()
        ),
        rules=tuple(_rule(rule) for rule in lifecycle.rules),
        extensions=_strings(extensions),
        fields=tuple(
            FieldsText(string(rule.event), _fields(schema, events[rule.event]))
            for rule in lifecycle.rules
        ),
        names=tuple(_names(schema, lifecycle, events)),
        event=event,
        response=_response(schema, lifecycle, events, classes),
    )
    text = environment("python").get_template("events.py.jinja").render(module=module)
    return SourceFile(PurePosixPath("openresponses/events.py"), text)


def _call(name: str, arguments: Iterable[str], **named: str | None) -> str:
    """A call with those keyword arguments that are not None."""
    given = [f"{key}={text}" for key, text in named.items() if text is not None]
    return f"{name}({', '.join([*arguments, *given])})"


def _strings(values: Iterable[str]) -> str:
    """A tuple of strings."""
    listed = [string(value) for value in values]
    return "(" + ", ".join(listed) + ("," if len(listed) == 1 else "") + ")"


def _some(values: tuple[str, ...]) -> str | None:
    return _strings(values) if values else None


def _literal(value: str | None) -> str | None:
    return None if value is None else string(value)


def _dict(entries: Mapping[str, str]) -> str | None:
    inner = ", ".join(f"{string(key)}: {value}" for key, value in entries.items())
    return "{" + inner + "}" if entries else None


def _machine(machine: Machine, types: tuple[str, ...]) -> str:
    return _call(
        "Machine",
        [string(machine.name)],
        initial=string(machine.initial),
        states=_strings(machine.states),
        final=_strings(machine.final),
        within=_literal(machine.within),
        list=_literal(machine.list),
        index=_literal(machine.index),
        types=_some(types),
    )


def _rule(rule: Rule) -> str:
    identity = (
        _call("Identity", [_strings(rule.id.at.split("/"))], new=str(rule.id.new))
        if rule.id
        else None
    )
    steps = rule.path.split("/") if rule.path else []
    gathers = {field: string(path.rsplit("/", 1)[-1]) for field, path in rule.gathers.items()}
    holds = ", ".join(_condition(condition) for condition in rule.holds)
    return _call(
        "Rule",
        [string(rule.event), string(rule.object), string(rule.action)],
        before=_strings(rule.before),
        after=string(rule.after),
        aliases=_some(rule.aliases),
        channel=_literal(rule.channel),
        types=_some(rule.types),
        requires=_dict({name: _strings(states) for name, states in rule.requires.items()}),
        requires_all=_dict({name: _strings(states) for name, states in rule.requires_all.items()}),
        index=_dict({name: str(new) for name, new in rule.index.items()}),
        id=identity,
        value=_literal(rule.value),
        key=string(steps[-2]) if rule.action == "append" else None,
        gathers=_dict(gathers),
        agrees="True" if rule.agrees else None,
        holds=f"({holds},)" if holds else None,
    )


def _condition(condition: Condition) -> str:
    return _call(
        "Condition",
        [_strings(condition.at.split("/"))],
        among=_some(condition.values),
        never=_some(condition.never),
        check=_literal(condition.check),
    )


def _fields(schema: Schema, component: Component) -> tuple[Entry, ...]:
    """The properties of an event but `type`: JSON kinds, and whether they must be there."""
    assert isinstance(component.type, Record)
    return tuple(
        Entry(string(found.name), _field(schema, found))
        for found in component.type.properties
        if found.name != "type"
    )


def _field(schema: Schema, found: Property) -> str:
    kinds = list(CanonicalTypes(schema).spec(found.type).kinds)
    if kinds and found.nullable and "null" not in kinds:
        kinds.append("null")
    return _call("Field", [_strings(kinds)], required=None if found.required else "False")


def _types(
    schema: Schema, lifecycle: Lifecycle, events: Mapping[str, Component], name: str
) -> tuple[str, ...]:
    """The values of `type` that an object of the table may have, where events open it."""
    found: dict[str, None] = {}
    for rule in lifecycle.rules:
        if rule.action == "open" and rule.object == name and rule.value:
            for type in types_at(schema, events[rule.event].type, (rule.value,)):
                found |= dict.fromkeys(constants(schema, type, "type"))
    return tuple(found)


def _names(
    schema: Schema, lifecycle: Lifecycle, events: Mapping[str, Component]
) -> Iterable[Entry]:
    """For each type of item: the required texts that no event can change afterwards."""
    for rule in lifecycle.rules:
        if rule.action != "open" or rule.id is None or not rule.id.new or not rule.value:
            continue
        grown = {channel.path for channel in lifecycle.channels.values()} | {"id", "type", "status"}
        for type in types_at(schema, events[rule.event].type, (rule.value,)):
            for record in records(schema, type):
                names = [p.name for p in record.properties if _fixed(schema, p, grown)]
                for kind in constants(schema, record, "type") if names else ():
                    yield Entry(string(kind), _strings(names))


def _fixed(schema: Schema, found: Property, grown: set[str]) -> bool:
    if not found.required or found.nullable or found.name in grown:
        return False
    match schema.deref(found.type):
        case Scalar(kind):
            return kind is ScalarKind.STRING
        case Literals(values):
            return all(isinstance(value, str) for value in values)
        case _:
            return False


def _response(
    schema: Schema,
    lifecycle: Lifecycle,
    events: Mapping[str, Component],
    classes: Mapping[str, str],
) -> str:
    """The class of the payload of the first event."""
    first = lifecycle.rules[0]
    (found,) = types_at(schema, events[first.event].type, (first.value or "",))
    name = getattr(found, "name", "")
    return classes[name]
