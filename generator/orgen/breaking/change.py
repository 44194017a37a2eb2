"""What a comparison of two specs finds: changes, each with its places and who it breaks."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from orgen.diagnostics import Span


class Party(enum.Enum):
    """Who speaks over the wire."""

    CLIENTS = "clients"
    SERVERS = "servers"

    @property
    def other(self) -> Party:
        return Party.SERVERS if self is Party.CLIENTS else Party.CLIENTS


EVERYBODY = frozenset(Party)
CLIENTS = frozenset({Party.CLIENTS})
SERVERS = frozenset({Party.SERVERS})


class GroupKind(enum.Enum):
    """What changes are listed under, in the order of a report."""

    API = "api"
    OPERATION = "operation"
    COMPONENT = "component"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class Group:
    """An operation (`POST /responses`), a component, an event, or the API as a whole."""

    kind: GroupKind
    name: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of change. The reasons complete a sentence that begins with who is affected.

    `writer` and `reader` say why the change breaks who writes or reads the data, `caller` and
    `callee` why it breaks who calls the operation or serves it, `clients` why it breaks clients
    whatever they do. None means that it does not. `harmless` is the reason where nobody breaks.
    """

    id: str
    what: str
    writer: str | None = None
    reader: str | None = None
    caller: str | None = None
    callee: str | None = None
    clients: str | None = None
    harmless: str = "It changes nothing that old and new programs send each other."


@dataclass(frozen=True, slots=True)
class At:
    """A place of the comparison: its group, the path in it, and who writes the data there."""

    group: Group
    written_by: frozenset[Party]
    path: str = ""
    caller: Party = Party.CLIENTS
    unused: bool = False
    """No operation leads here, so that both are taken to write it."""
    optional: bool = False
    """The value may be absent, so that its default counts."""
    is_event: bool = False
    """The union here is a stream's: its variants are events."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change. On the side that lacks the thing, the span is that of what would hold it."""

    rule: str
    group: Group
    path: str
    """Place below the group, such as `content[].text`; empty for the group itself."""
    message: str
    reason: str
    breaks: frozenset[Party]
    left: Span
    right: Span
    withdraws: bool = False
    """Something is taken away; a change that only adds breaks those who meet it unprepared."""

    @property
    def verdict(self) -> str:
        """`breaking for clients`, `... servers`, `... clients and servers`, or `compatible`."""
        if not self.breaks:
            return "compatible"
        return "breaking for " + " and ".join(p.value for p in Party if p in self.breaks)

    @property
    def sort_key(self) -> tuple[object, ...]:
        """Breaking changes first, then in the order of the new spec."""
        right = self.right
        return (not self.breaks, right.file, right.line, right.column, self.path, self.rule)


class Level(enum.IntEnum):
    """How much a release has to promise, after Semantic Versioning."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class ApiChange:
    """One difference between two generated packages."""

    name: str
    """What changed, such as `types.OutputTextContent.logprobs`."""
    message: str
    level: Level


@dataclass(frozen=True, slots=True)
class Release:
    """The recommended release of the generated packages, and what it follows from."""

    level: Level
    reason: str
    api: tuple[ApiChange, ...] = ()
    """Differences of what is generated for any language."""
    python: tuple[ApiChange, ...] = ()
    """Differences of the names that the Python package exports."""


@dataclass(frozen=True, slots=True)
class Report:
    """All changes from an old spec to a new one."""

    old: str
    """Title and version, or the name, of the old spec."""
    new: str
    changes: tuple[Change, ...]
    release: Release = field(default_factory=lambda: Release(Level.NONE, ""))

    @property
    def breaking(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.breaks)

    def groups(self) -> list[tuple[Group, list[Change]]]:
        """Changes by group: kinds in the order of `GroupKind`, names as they first occur."""
        found: dict[Group, list[Change]] = {}
        for change in self.changes:
            found.setdefault(change.group, []).append(change)
        kinds = list(GroupKind)
        ordered = sorted(found, key=lambda group: kinds.index(group.kind))
        return [(group, sorted(found[group], key=lambda c: c.sort_key)) for group in ordered]
