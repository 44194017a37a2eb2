"""Changes a YAML file to hold another value, and nothing of its text that need not change.

What stays the same keeps its bytes: comments, quotes, order, empty lines, anchors. New entries
stand behind the entry that comes before them in the new value. A comment right above an entry
belongs to it and goes with it. An alias stays as long as its anchor means what it should.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from orgen.contract.tree import canonical_text
from orgen.ir.schema import Json
from orgen.sync.emit import WIDTH, entry_lines, flow_text, item_lines, scalar, value_lines
from orgen.sync.lines import Lines
from orgen.sync.tree import Alias, Collection, Entry, Scalar, Tree, read_tree

_SPACED = frozenset({"$defs", "definitions", "paths"})
"""Objects whose entries are long, and so stand apart, even if there is one entry only so far."""


def patch(text: str, old: Json, new: Json, kin: Callable[[Json, Json], bool]) -> str:
    """`text`, which holds `old`, changed to hold `new`.

    `kin` tells whether one item of a list is the changed form of another.
    """
    if same(old, new):
        return text
    return _Patch(text, kin).apply(old, new)


def same(left: Json, right: Json) -> bool:
    """Whether two values are one in JSON: true is not 1, the order of keys means nothing."""
    return canonical_text(left) == canonical_text(right)


@dataclass(slots=True)
class _Change:
    """The old entries of a collection and what becomes of them."""

    kept: dict[int, Json]
    """Index of an old entry -> its new value."""
    added: dict[int, list[tuple[str | None, Json]]] = field(default_factory=dict)
    """Index of the old entry that stays before (-1: none) -> new entries with their keys."""


class _Patch:
    """Collects the edits of one file, in the order of the text."""

    def __init__(self, text: str, kin: Callable[[Json, Json], bool]) -> None:
        self.lines = Lines(text)
        self.text = text
        self.root = read_tree(text)
        self.kin = kin
        self.newline = "\r\n" if "\r\n" in text else "\n"
        self.edits: list[tuple[int, int, str]] = []
        self.anchors: dict[str, Json] = {}
        """What each anchor that stays will stand for."""

    def apply(self, old: Json, new: Json) -> str:
        if not self._node(self.root, old, new, None):
            raise ValueError("the root of the file is another kind of value")
        pieces: list[str] = []
        done = 0
        for start, end, written in sorted(self.edits, key=lambda edit: edit[:2]):
            pieces += [self.text[done:start], written.replace("\n", self.newline)]
            done = max(done, end)
        return "".join([*pieces, self.text[done:]])

    def _edit(self, start: int, end: int, written: str) -> None:
        self.edits.append((start, end, written))

    def _node(self, tree: Tree, old: Json, new: Json, key: str | None) -> bool:
        """Change a node in place; False if it has to be written anew."""
        match tree:
            case Alias():
                return tree.name in self.anchors and same(self.anchors[tree.name], new)
            case Scalar():
                done = same(old, new) or self._scalar(tree, new)
            case Collection():
                done = self._collection(tree, old, new, key)
        if done and tree.anchor is not None:
            self.anchors[tree.anchor] = new
        elif tree.anchor is not None:
            self.anchors.pop(tree.anchor, None)
        return done

    def _scalar(self, tree: Scalar, new: Json) -> bool:
        if tree.anchor or tree.style in ("|", ">") or isinstance(new, dict | list):
            return False
        written = self.text[tree.start : tree.end]
        if not written or written.startswith("!") or "\n" in written:
            return False
        self._edit(tree.start, tree.end, scalar(new, tree.style))
        return True

    def _collection(self, tree: Collection, old: Json, new: Json, key: str | None) -> bool:
        if tree.is_object and isinstance(old, dict) and isinstance(new, dict):
            change = _object_change(tree, new)
            values: Sequence[Json] = [old[str(entry.key)] for entry in tree.entries]
        elif not tree.is_object and isinstance(old, list) and isinstance(new, list):
            change = self._array_change(old, new)
            values = old
        else:
            return False
        if not change.kept:
            return same(old, new)
        if tree.flow:
            return self._flow(tree, change, values)
        self._block(tree, change, values, key)
        return True

    def _array_change(self, old: list[Json], new: list[Json]) -> _Change:
        """Equal items are matched in order, and changed ones with their kin between those."""
        texts = [[canonical_text(item) for item in items] for items in (old, new)]
        change = _Change({})
        last = -1
        matcher = difflib.SequenceMatcher(None, texts[0], texts[1], autojunk=False)
        for tag, left, left_end, right, right_end in matcher.get_opcodes():
            free = list(range(left, left_end))
            for index in range(right, right_end):
                partner = None
                if tag == "equal":
                    partner = left + index - right
                elif tag == "replace":
                    partner = next((one for one in free if self.kin(old[one], new[index])), None)
                if partner is None:
                    change.added.setdefault(last, []).append((None, new[index]))
                else:
                    change.kept[partner] = new[index]
                    free = [one for one in free if one > partner]
                    last = partner
        return change

    # Brackets

    def _flow(self, tree: Collection, change: _Change, values: Sequence[Json]) -> bool:
        entries, kept = tree.entries, sorted(change.kept)
        added = sum(len(_flow_entry(one)) + 2 for ones in change.added.values() for one in ones)
        too_wide = added and self.lines.width(tree.start) + added > WIDTH
        if too_wide and tree is not self.root and not self._precious(tree):
            return False
        for index in kept:
            entry, new = entries[index], change.kept[index]
            if not self._node(entry.node, values[index], new, entry.key):
                before = "" if entry.key is None else " "
                self._edit(entry.key_end, entry.node.end, before + flow_text(new))
        for index in sorted(set(range(kept[-1])) - set(kept)):
            self._edit(entries[index].start, entries[index + 1].start, "")
        for index, ones in change.added.items():
            texts = [_flow_entry(one) for one in ones]
            if index < 0:
                start = entries[kept[0]].start
                self._edit(start, start, "".join(f"{text}, " for text in texts))
            else:
                end = entries[index].node.end
                self._edit(end, end, "".join(f", {text}" for text in texts))
        if kept[-1] < len(entries) - 1:
            self._edit(entries[kept[-1]].node.end, entries[-1].node.end, "")
        return True

    def _precious(self, tree: Collection) -> bool:
        """Whether rewriting a collection in brackets would lose a comment or an anchor."""
        written = self.text[tree.start : tree.end]
        return any(mark in written for mark in "#&*")

    # Block style

    def _block(
        self, tree: Collection, change: _Change, values: Sequence[Json], key: str | None
    ) -> None:
        entries = tree.entries
        column = self.lines.column(entries[0].start)
        spaced = self._is_spaced(tree, key)
        flow = any(isinstance(one.node, Collection) and one.node.flow for one in entries)
        for index, entry in enumerate(entries):
            if index in change.kept:
                new = change.kept[index]
                if not self._node(entry.node, values[index], new, entry.key):
                    self._replace(entry, new, column)
            made = change.added.get(index, [])
            if made:
                self._add_behind(entry, made, column, spaced, flow)
        if -1 in change.added:
            first = entries[min(change.kept)]
            self._add_before(entries, first, change.added[-1], column, spaced, flow)
        self._remove(tree, set(range(len(entries))) - set(change.kept), column)

    def _replace(self, entry: Entry, new: Json, column: int) -> None:
        spare = entry.key in _SPACED and isinstance(new, dict) and bool(new)
        lines = value_lines(new, column, "")
        if spare and isinstance(new, dict):
            lines = ["", *_joined([(key, value) for key, value in new.items()], column + 2, True)]
        if entry.key is None and isinstance(new, dict) and new:
            lines = [item_lines(new, column)[0][column + 1 :], *item_lines(new, column)[1:]]
        self._edit(entry.key_end, entry.node.end, "\n".join(lines))

    def _add_behind(
        self,
        entry: Entry,
        made: Sequence[tuple[str | None, Json]],
        column: int,
        spaced: bool,
        flow: bool,
    ) -> None:
        end = self.lines.entry_end(entry.node.end, column)
        lines = _joined(made, column, spaced, flow)
        text = "".join(line + "\n" for line in (["", *lines] if spaced else lines))
        if not self.text[:end].endswith(("\n", "\r")):
            text = "\n" + text.removesuffix("\n")
        self._edit(end, end, text)

    def _add_before(
        self,
        entries: Sequence[Entry],
        first: Entry,
        made: Sequence[tuple[str | None, Json]],
        column: int,
        spaced: bool,
        flow: bool,
    ) -> None:
        lines = _joined(made, column, spaced, flow)
        text = "".join(line + "\n" for line in ([*lines, ""] if spaced else lines))
        if self.lines.shares_line(entries[0].start):
            # The first entry stands behind a dash: its place is taken, and it moves down.
            start = entries[0].start
            self._edit(start, start, text[column:] + " " * column)
        else:
            start = self.lines.lead(first.start, column)
            self._edit(start, start, text)

    def _remove(self, tree: Collection, gone: set[int], column: int) -> None:
        entries = tree.entries
        for index in sorted(gone):
            entry = entries[index]
            head = gone >= set(range(index + 1))
            if head and self.lines.shares_line(entries[0].start):
                self._edit(entry.start, entries[index + 1].start, "")
                continue
            start = self.lines.lead(entry.start, column)
            end = self.lines.entry_end(entry.node.end, column)
            if not head or index > 0:
                start = self.lines.blank_before(start)
            if head and index + 1 not in gone:
                end = self.lines.blank_behind(end)
            self._edit(start, end, "")

    def _is_spaced(self, tree: Collection, key: str | None) -> bool:
        """Whether the entries of a collection stand apart."""
        if len(tree.entries) < 2:
            return key in _SPACED
        column = self.lines.column(tree.entries[0].start)
        leads = [self.lines.lead(entry.start, column) for entry in tree.entries[1:]]
        apart = sum(self.lines.blank_before(lead) < lead for lead in leads)
        return 2 * apart > len(leads)


def _object_change(tree: Collection, new: dict[str, Json]) -> _Change:
    places = {str(entry.key): index for index, entry in enumerate(tree.entries)}
    change = _Change({places[key]: value for key, value in new.items() if key in places})
    last = -1
    for key, value in new.items():
        if key in places:
            last = places[key]
        else:
            change.added.setdefault(last, []).append((key, value))
    return change


def _flow_entry(made: tuple[str | None, Json]) -> str:
    key, value = made
    return flow_text(value) if key is None else f"{scalar(key)}: {flow_text(value)}"


def _joined(
    made: Sequence[tuple[str | None, Json]], column: int, spaced: bool, flow: bool = False
) -> list[str]:
    """The lines of new entries; `flow` if their neighbours stand in brackets."""
    lines: list[str] = []
    for key, value in made:
        if spaced and lines:
            lines.append("")
        brackets = flow and isinstance(value, dict) and len(value) == 1
        if key is None:
            lines.extend(item_lines(value, column))
        else:
            lines.extend(entry_lines(key, value, column, flow=brackets))
    return lines
