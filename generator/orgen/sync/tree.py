"""How a YAML file is written: its collections and scalars, with the characters they occupy.

The loader says what a file means; this says where each entry stands, so that one can be changed
without touching the text around it. The positions are those of ruamel.yaml's own parser, the one
that the loader reads with.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.events import (
    AliasEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from orgen.load.yaml import hide_unicode_breaks

_DASH = re.compile(r"(?:^|[ \t]|-[ \t]+)-[ \t]*$")


@dataclass(slots=True)
class Scalar:
    """A scalar; `start == end` where nothing is written for it."""

    start: int
    end: int
    anchor: str | None = None
    style: str | None = None
    """`'`, `"`, `|` or `>`; None if it is plain."""


@dataclass(slots=True)
class Alias:
    """A reference to an anchor of the same file."""

    start: int
    end: int
    name: str
    anchor: None = None


@dataclass(slots=True)
class Entry:
    """A key and its value; `start` is where the key begins, or the dash of an array's item."""

    start: int
    key: str | None
    key_end: int
    """Behind the colon, or behind the dash."""
    node: Tree


@dataclass(slots=True)
class Collection:
    """An object or an array; `flow` if it is written in brackets."""

    start: int
    end: int
    is_object: bool
    flow: bool
    anchor: str | None = None
    entries: list[Entry] = field(default_factory=list)

    def entry(self, step: str | int) -> Entry:
        """The entry of a key or an index.

        Raises:
            KeyError: if there is none.
        """
        if isinstance(step, int):
            return self.entries[step]
        return next(entry for entry in self.entries if entry.key == step)


Tree: TypeAlias = "Scalar | Alias | Collection"


def read_tree(text: str) -> Tree:
    """The tree of a file that the loader has read without a fault."""
    hidden, _ = hide_unicode_breaks(text)
    return _Reader(text, hidden).read()


class _Reader:
    """Builds the tree from the parser's events."""

    def __init__(self, text: str, hidden: str) -> None:
        self.text = text
        self.events = YAML(typ="safe", pure=True).parse(hidden)

    def read(self) -> Tree:
        for event in self.events:
            if isinstance(event, MappingStartEvent | SequenceStartEvent | ScalarEvent):
                return self._node(event, 0)
        raise ValueError("the file holds no YAML document")

    def _node(self, event: Event, after: int) -> Tree:
        """The node that begins with `event`; an empty one stands at `after`."""
        start, end = event.start_mark.index, event.end_mark.index
        match event:
            case ScalarEvent():
                if start == end or not self.text[start:end].strip():
                    return Scalar(after, after)
                end = start + len(self.text[start:end].rstrip(" \t\r\n"))
                return Scalar(start, end, event.anchor, event.style)
            case AliasEvent():
                return Alias(start, end, event.anchor)
            case MappingStartEvent():
                return self._object(event)
            case SequenceStartEvent():
                return self._array(event)
            case _:
                raise ValueError("a node begins with another event")

    def _object(self, event: MappingStartEvent) -> Collection:
        made = Collection(event.start_mark.index, 0, True, bool(event.flow_style), event.anchor)
        for key in self.events:
            if isinstance(key, MappingEndEvent):
                return self._ended(made, key)
            behind = self._behind_colon(key.end_mark.index)
            node = self._node(next(self.events), behind)
            made.entries.append(Entry(key.start_mark.index, str(key.value), behind, node))
        raise ValueError("an object has no end")

    def _behind_colon(self, end: int) -> int:
        """Where the value of a key may begin; a key in a flow collection may have no colon."""
        found = re.compile(r"[ \t]*:").match(self.text, end)
        return found.end() if found else end

    def _array(self, event: SequenceStartEvent) -> Collection:
        made = Collection(event.start_mark.index, 0, False, bool(event.flow_style), event.anchor)
        for item in self.events:
            if isinstance(item, SequenceEndEvent):
                return self._ended(made, item)
            node = self._node(item, item.start_mark.index)
            start = node.start if made.flow else self._dash(node.start)
            made.entries.append(Entry(start, None, start if made.flow else start + 1, node))
        raise ValueError("an array has no end")

    def _ended(self, made: Collection, event: Event) -> Collection:
        if made.flow or not made.entries:
            made.end = event.end_mark.index
        else:
            made.end = made.entries[-1].node.end  # the parser counts in the comments that follow
        return made

    def _dash(self, start: int) -> int:
        """The dash of the item of a block array that begins at `start`."""
        line = self.text.rfind("\n", 0, start) + 1
        end = start
        while True:
            written = self.text[line:end]
            if not written.lstrip().startswith("#"):
                written = re.sub(r"[ \t]#.*", "", written).rstrip()
                if _DASH.search(written):
                    return line + len(written) - 1
            if line == 0:
                return start
            end = line - 1
            line = self.text.rfind("\n", 0, end) + 1
