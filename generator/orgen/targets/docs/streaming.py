"""Lowers the lifecycle table to the page on streaming."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from orgen.lifecycle_walk import Fault, walk
from orgen.schema_paths import stream_events
from orgen.targets.docs.escape import code, escape
from orgen.targets.docs.lower import header
from orgen.targets.docs.model import MachineSection, StreamingPage, Table, WalkSection
from orgen.targets.docs.places import lay_out

if TYPE_CHECKING:
    from orgen.ir.schema import Schema
    from orgen.lifecycle import Condition, Lifecycle, Machine, Rule, Walk
    from orgen.targets.docs.places import Places

STREAMING_PAGE = "streaming.md"
_BUILT = {
    "deltas": "the deltas, joined",
    "content_part": "the part as its events built it",
    "summary_part": "the part as its events built it",
    "item": "the item as its events built it",
    "output": "the closed items, in order",
}
_ACTIONS = {
    "advance": "advances",
    "open": "opens",
    "extend": "extends",
    "finish": "finishes",
    "append": "appends to",
    "close": "closes",
}


@dataclass(frozen=True, slots=True)
class Arrow:
    """Events that move an object from one state to another."""

    source: str
    target: str
    label: str


def arrows(lifecycle: Lifecycle, machine: Machine) -> list[Arrow]:
    """The moves of one machine; events that end alike share the label `*.delta`."""
    moves: dict[tuple[str, str], list[str]] = {}
    for rule in lifecycle.rules:
        if rule.object == machine.name:
            for source in rule.before:
                moves.setdefault((source, rule.after), []).append(rule.event)
    order = {state: number for number, state in enumerate(machine.states)}
    ordered = sorted(moves.items(), key=lambda move: (order[move[0][0]], order[move[0][1]]))
    return [Arrow(source, target, _label(events)) for (source, target), events in ordered]


def _label(events: list[str]) -> str:
    endings = {event.rpartition(".")[2] for event in events}
    if len(events) > 1 and len(endings) == 1:
        return f"*.{endings.pop()}"
    return ", ".join(events)


def lower_streaming(schema: Schema, lifecycle: Lifecycle) -> StreamingPage:
    """The page on streaming."""
    places = lay_out(schema)
    links = _Links(schema, places)
    return StreamingPage(
        header=header(schema),
        description=escape(lifecycle.description),
        sequence_field=code(lifecycle.sequence.field),
        first_number=code(str(lifecycle.sequence.first)),
        terminator=code(lifecycle.terminator) if lifecycle.terminator else None,
        machines=tuple(_machine(lifecycle, each) for each in lifecycle.objects.values()),
        channels=_channels(lifecycle),
        rules=Table(
            ("Event", "What it does", "Before", "After", "Requires", "Where its payload lands"),
            tuple(_rule(rule, links) for rule in lifecycle.rules),
        ),
        conditions=Table(
            ("Event", "Same object", "Must agree", "Must hold"),
            tuple(_conditions(rule, lifecycle, links) for rule in lifecycle.rules),
        ),
        extensions=escape(lifecycle.extensions.description) if lifecycle.extensions else None,
        aliases=_aliases(lifecycle, links),
        walks=tuple(_walk(lifecycle, each, links) for each in lifecycle.walks),
    )


@dataclass(frozen=True, slots=True)
class _Links:
    schema: Schema
    places: Places

    def event(self, event: str) -> str:
        component = stream_events(self.schema).get(event)
        if component is None:
            return code(event)
        place = self.places.components[component.name]
        return f"[{code(event)}]({place.page}#{place.anchor})"


def _words(name: str) -> str:
    return escape(name.replace("_", " "))


def _machine(lifecycle: Lifecycle, machine: Machine) -> MachineSection:
    lines = [f"[*] --> {machine.initial}"]
    lines += [
        f"{arrow.source} --> {arrow.target}: {arrow.label}" for arrow in arrows(lifecycle, machine)
    ]
    lines += [f"{state} --> [*]" for state in machine.final]
    rows = [
        (code(state), escape(about), "yes" if state in machine.final else "")
        for state, about in machine.states.items()
    ]
    title = machine.name.replace("_", " ")
    return MachineSection(
        title=escape(title[:1].upper() + title[1:]),
        anchor=machine.name.replace("_", "-"),
        description=escape(machine.description),
        mermaid=tuple(lines),
        states=Table(("State", "Meaning", "Final"), tuple(rows)),
    )


def _channels(lifecycle: Lifecycle) -> Table:
    rows = []
    for channel in lifecycle.channels.values():
        types = ", ".join(code(type) for type in channel.types)
        held = f"{_words(channel.within)} of type {types}"
        rows.append((escape(channel.name), escape(channel.description), held, code(channel.path)))
    return Table(("Channel", "What it carries", "Held by", "Place in the item"), tuple(rows))


def _rule(rule: Rule, links: _Links) -> tuple[str, ...]:
    what = f"{_words(rule.channel)} channel" if rule.channel else _words(rule.object)
    before = " or ".join(code(state) for state in rule.before)
    holders = [f"{_words(name)} ({_states(states)})" for name, states in rule.requires.items()]
    holders += [
        f"every {_words(name)} in it {_states(states)}"
        for name, states in rule.requires_all.items()
    ]
    landing = ""
    if rule.value is not None:
        landing = code(rule.value)
        if rule.path:
            landing += f" → {code(rule.path)}"
        elif rule.path == "":
            landing += f" is the whole {_words(rule.object)}"
    does = f"{_ACTIONS[rule.action]} the {what}"
    return (
        links.event(rule.event), does, before, code(rule.after), "; ".join(holders), landing,
    )  # fmt: skip


def _states(states: tuple[str, ...]) -> str:
    return " or ".join(code(state) for state in states)


def _conditions(rule: Rule, lifecycle: Lifecycle, links: _Links) -> tuple[str, ...]:
    same = [f"{code(name)} {'next' if new else 'known'}" for name, new in rule.index.items()]
    if rule.id is not None:
        same.append(f"{code(rule.id.at)} {'new' if rule.id.new else 'known'}")
    agrees = [f"{code(one.at)} = {_BUILT[one.built]}" for one in rule.agrees]
    holds = [_condition(one) for one in rule.holds]
    return links.event(rule.event), "; ".join(same), "; ".join(agrees), "; ".join(holds)


def _condition(condition: Condition) -> str:
    if condition.check is not None:
        return f"{code(condition.at)} is {condition.check}"
    if condition.never:
        return f"{code(condition.at)} is not {_states(condition.never)}"
    return f"{code(condition.at)} is {_states(condition.values)}"


def _aliases(lifecycle: Lifecycle, links: _Links) -> Table | None:
    rows = tuple(
        (code(alias), links.event(rule.event)) for rule in lifecycle.rules for alias in rule.aliases
    )
    return Table(("Also seen as", "Stands for"), rows) if rows else None


def _walk(lifecycle: Lifecycle, example: Walk, links: _Links) -> WalkSection:
    outcome = walk(lifecycle, example.events)
    steps = [] if isinstance(outcome, Fault) else outcome
    rows = []
    for number, step in enumerate(steps):
        what = f"{_words(step.channel)} channel" if step.channel else _words(step.object)
        indent = "&emsp;" * step.depth
        moved = (
            code(step.after)
            if step.before == step.after
            else (f"{code(step.before)} → {code(step.after)}")
        )
        position = lifecycle.sequence.first + number * lifecycle.sequence.step
        rows.append((str(position), links.event(step.event), f"{indent}{what}: {moved}"))
    return WalkSection(
        title=escape(example.title),
        description=escape(example.description),
        steps=Table((code(lifecycle.sequence.field), "Event", "Moves"), tuple(rows)),
    )
