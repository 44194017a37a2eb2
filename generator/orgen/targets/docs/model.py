"""Pages of the reference, lowered: every string is Markdown that templates only print."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Header:
    """What every generated file begins with."""

    generated: str
    spec: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table of Markdown cells."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One component."""

    title: str
    anchor: str
    badges: str | None
    description: str | None
    shape: str | None
    """What it is, in a sentence, where no table says so."""
    table: Table | None
    notes: tuple[str, ...]
    used_by: str | None
    example: str | None


@dataclass(frozen=True, slots=True)
class TopicPage:
    header: Header
    title: str
    introduction: str | None
    contents: Table
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class OperationSection:
    """One operation, or the WebSocket of a path."""

    title: str
    anchor: str
    badges: str | None
    description: str | None
    table: Table


@dataclass(frozen=True, slots=True)
class OperationsPage:
    header: Header
    sections: tuple[OperationSection, ...]


@dataclass(frozen=True, slots=True)
class IndexPage:
    header: Header
    title: str
    version: str
    hash: str
    description: str | None
    operations: Table | None
    streaming: bool
    topics: Table
    overlays: Table | None
    components: Table
    dialects: Table | None = None


@dataclass(frozen=True, slots=True)
class MachineSection:
    """One state machine of the stream: `mermaid` lines, and what its states mean."""

    title: str
    anchor: str
    description: str
    mermaid: tuple[str, ...]
    states: Table


@dataclass(frozen=True, slots=True)
class WalkSection:
    title: str
    description: str
    steps: Table


@dataclass(frozen=True, slots=True)
class StreamingPage:
    header: Header
    description: str
    sequence_field: str
    first_number: str
    terminator: str | None
    machines: tuple[MachineSection, ...]
    channels: Table
    rules: Table
    conditions: Table
    extensions: str | None
    aliases: Table | None
    walks: tuple[WalkSection, ...]
