"""The streaming state machine: `spec/lifecycle.yaml` as frozen types.

The table says, for each event of the stream, which object it concerns, what must
hold before, what holds after, and where its payload lands. `load_lifecycle` reads
it, checks it against its meta-schema and against the resolved spec, and reports
every fault with its position.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from orgen.diagnostics import Diagnostics
from orgen.lifecycle_check import check_lifecycle
from orgen.load import load_file
from orgen.resources import spec_dir
from orgen.schema_paths import stream_events
from orgen.validate.quick import obeys

if TYPE_CHECKING:
    from orgen.ir.schema import Schema
    from orgen.load import Document

FILE_NAME = "lifecycle.yaml"

Action: TypeAlias = Literal["advance", "open", "extend", "finish", "append", "close"]
Requirements: TypeAlias = Mapping[str, tuple[str, ...]]
"""Object -> the states it may be in."""


@dataclass(frozen=True, slots=True)
class Machine:
    """The states of one kind of object, in the order in which they are passed."""

    name: str
    description: str
    initial: str
    states: Mapping[str, str]
    """State -> what it means."""
    final: tuple[str, ...]
    within: str | None = None
    list: str | None = None
    """Property of the holder that lists the objects (`output`, `content`)."""
    index: str | None = None
    """Event field that tells the place in that list."""
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    """A text that arrives in pieces; objects of the listed `types` have it."""

    name: str
    description: str
    within: str
    types: tuple[str, ...]
    path: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """The event's field `at` equals what earlier events built."""

    at: str
    built: str


@dataclass(frozen=True, slots=True)
class Condition:
    """What the field `at` must be: where present, one of `values` and none of `never`."""

    at: str
    values: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    check: Literal["present", "empty"] | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """Where an event carries an id, and whether the id is seen for the first time."""

    at: str
    new: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """What one event means."""

    event: str
    object: str
    action: Action
    before: tuple[str, ...]
    after: str
    aliases: tuple[str, ...] = ()
    channel: str | None = None
    types: tuple[str, ...] = ()
    requires: Requirements = field(default_factory=dict)
    """States of the objects that hold the one concerned."""
    requires_all: Requirements = field(default_factory=dict)
    """States of all objects that the one concerned directly holds."""
    index: Mapping[str, bool] = field(default_factory=dict)
    """Index field -> whether it is the next new number of its list."""
    id: Identity | None = None
    value: str | None = None
    """Event field with the payload."""
    path: str | None = None
    """Where the payload lands in the item (for the response's events: in the response)."""
    gathers: Mapping[str, str] = field(default_factory=dict)
    """Event field -> the list that its entries are appended to."""
    agrees: tuple[Agreement, ...] = ()
    holds: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Extensions:
    """What holds for events that the table does not name."""

    description: str
    requires: Requirements


@dataclass(frozen=True, slots=True)
class Walk:
    """An example stream, as event types in order."""

    title: str
    description: str
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sequence:
    """How events are numbered."""

    field: str
    first: int
    step: int


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The whole table; `rules` are in the order in which a stream may send them."""

    name: str
    description: str
    sequence: Sequence
    objects: Mapping[str, Machine]
    channels: Mapping[str, Channel]
    rules: tuple[Rule, ...]
    terminator: str | None = None
    extensions: Extensions | None = None
    walks: tuple[Walk, ...] = ()

    def rule(self, event: str) -> Rule | None:
        """The rule of an event type or of one of its aliases."""
        for rule in self.rules:
            if event == rule.event or event in rule.aliases:
                return rule
        return None


def find_lifecycle(spec: Path, schema: Schema, diagnostics: Diagnostics) -> Lifecycle | None:
    """The lifecycle table of a spec folder, or the one shipped if it fits the spec's events.

    Faults are reported for a folder's own table only: that the shipped one does
    not describe a foreign stream is no fault.
    """
    own = spec / FILE_NAME
    if own.is_file():
        return load_lifecycle(own, spec, schema, diagnostics)
    if not stream_events(schema):
        return None
    return load_lifecycle(spec_dir() / FILE_NAME, spec_dir(), schema, Diagnostics())


def load_lifecycle(
    path: Path, root: Path, schema: Schema, diagnostics: Diagnostics
) -> Lifecycle | None:
    """Read and check the table at `path`; None, and diagnostics, if it has faults."""
    document = load_file(path, root, diagnostics)
    meta_path = spec_dir() / "meta" / "lifecycle.schema.yaml"
    meta = load_file(meta_path, spec_dir().parent, diagnostics)
    if document is None or meta is None:
        return None
    if not _obeys_meta_schema(document, meta, diagnostics):
        return None
    lifecycle = parse_lifecycle(document)
    return lifecycle if check_lifecycle(lifecycle, document, schema, diagnostics) else None


def _obeys_meta_schema(document: Document, meta: Document, diagnostics: Diagnostics) -> bool:
    if obeys(meta.value, document.value):
        return True
    import jsonschema  # heavy: only faults need it

    meta_schema: Any = meta.value
    validator = jsonschema.Draft202012Validator(meta_schema)
    faults = list(validator.iter_errors(document.value))
    for fault in faults:
        pointer = tuple(fault.absolute_path)
        message = fault.message if len(fault.message) <= 300 else fault.message[:297] + "..."
        diagnostics.error(
            document.span(pointer),
            "V090",
            f"the lifecycle table is malformed: {message}",
            "spec/meta/lifecycle.schema.yaml describes every keyword",
        )
    return not faults


def parse_lifecycle(document: Document) -> Lifecycle:
    """Turn a table that obeys the meta-schema into types."""
    table: Any = document.value
    extensions = table.get("extensions")
    return Lifecycle(
        name=table["lifecycle"],
        description=table["description"],
        sequence=Sequence(**table["sequence"]),
        objects={name: _machine(name, entry) for name, entry in table["objects"].items()},
        channels={name: _channel(name, entry) for name, entry in table["channels"].items()},
        rules=tuple(_rule(entry) for entry in table["events"]),
        terminator=table.get("terminator"),
        extensions=extensions
        and Extensions(extensions["description"], _requirements(extensions["requires"])),
        walks=tuple(
            Walk(walk["title"], walk["description"], tuple(walk["events"]))
            for walk in table.get("walks", [])
        ),
    )


def _machine(name: str, entry: dict[str, Any]) -> Machine:
    return Machine(**{**entry, "name": name, "final": tuple(entry["final"])})


def _channel(name: str, entry: dict[str, Any]) -> Channel:
    return Channel(**{**entry, "name": name, "types": tuple(entry["types"])})


def _requirements(entry: dict[str, list[str]]) -> Requirements:
    return {name: tuple(states) for name, states in entry.items()}


def _rule(entry: dict[str, Any]) -> Rule:
    identity = entry.get("id")
    return Rule(
        event=entry["event"],
        object=entry["object"],
        action=entry["action"],
        before=tuple(entry["from"]),
        after=entry["to"],
        aliases=tuple(entry.get("aliases", ())),
        channel=entry.get("channel"),
        types=tuple(entry.get("types", ())),
        requires=_requirements(entry.get("requires", {})),
        requires_all=_requirements(entry.get("requires_all", {})),
        index={name: novelty == "new" for name, novelty in entry.get("index", {}).items()},
        id=Identity(identity["at"], identity["is"] == "new") if identity else None,
        value=entry.get("value"),
        path=entry.get("path"),
        gathers=dict(entry.get("gathers", {})),
        agrees=tuple(Agreement(one["at"], one["with"]) for one in entry.get("agrees", ())),
        holds=tuple(
            Condition(
                one["at"], tuple(one.get("in", ())), tuple(one.get("never", ())), one.get("is")
            )
            for one in entry.get("holds", ())
        ),
    )
