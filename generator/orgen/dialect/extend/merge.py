"""Puts what an extending file says upon what is left of the extended dialect."""

from __future__ import annotations

from dataclasses import dataclass

from orgen.diagnostics import Diagnostics
from orgen.dialect.extend.node import Node
from orgen.dialect.extend.remove import BODIES, without
from orgen.dialect.extend.select import select, turn_name
from orgen.dialect.stream.pieces import piece_rows

BASE = "base"
"""Stands in a list of rules for those of the extended dialect."""
_REPLACE = "replace"
_NOTES = ("drop", "reject", "ignore")
_TABLES = frozenset({*_NOTES, "map", "residue"})
_RULES = frozenset({"group", "turns"})
_WORDS = frozenset({"adornments", "prefixed", "other_slugs", "fixups", "protected", "normal_forms"})


@dataclass(frozen=True, slots=True)
class Merger:
    """Merges section by section; every value keeps the place where it was written."""

    diagnostics: Diagnostics

    def dialect(self, base: Node, own: Node) -> Node:
        """The whole dialect; sections keep the order of the extended one."""
        added = own.entries()
        entries = self.unsaid(base.entries(), added)
        for name, section in added.items():
            entries[name] = self.section(name, entries.get(name), section)
        return own.with_entries(entries)

    def unsaid(self, base: dict[str, Node], own: dict[str, Node]) -> dict[str, Node]:
        """The extended sections without notes about places of which `own` says otherwise."""
        places = {place for name in _NOTES if name in own for place in own[name].words}
        return {
            name: without(section, places) if name in _NOTES else section
            for name, section in base.items()
        }

    def section(self, name: str, base: Node | None, own: Node) -> Node:
        if base is not None and type(base.value) is not type(own.value):
            return own
        old = base or Node([] if isinstance(own.value, list) else {}, own.place)
        if name in BODIES:
            return self.body(old, own)
        if name == "error":
            return self.rules(old, own)
        if name in _WORDS:
            return self.words(old, own)
        if name in _TABLES | _RULES:
            return self.table(name, old, own)
        if name == "stream":
            return self.stream(old, own)
        return own

    def table(self, section: str, base: Node, own: Node) -> Node:
        """Entries by name; what both have is merged, whatever it is."""
        entries = base.entries()
        for name, part in own.entries().items():
            entries[name] = self.part(section, entries.get(name), part)
        return base.with_entries(entries)

    def part(self, section: str, base: Node | None, own: Node) -> Node:
        match section, base:
            case "group", _:
                return self.rules(base, own)
            case "turns", _:
                return self.turns(base, own)
            case "map", Node():
                return base.with_entries({**base.entries(), **own.entries()})
            case "residue", Node():
                return self.words(base, own)
            case _:
                return own

    def words(self, base: Node, own: Node) -> Node:
        """The words of both lists, each once."""
        known = base.elements()
        new = [word for word in own.elements() if word.value not in base.words]
        return base.with_elements([*known, *new])

    def body(self, base: Node, own: Node) -> Node:
        """Rows of the same field are replaced, blocks of the same name get more rules."""
        added = own.entries()
        same = added.pop("same", None)
        constants = added.pop("constants", None)
        entries = {
            key: node
            for key, node in base.entries().items()
            if same is None or key not in same.words or isinstance(node.value, list)
        }
        if "same" in entries:
            entries["same"] = without(entries["same"], set(added))
        if same is not None:
            entries["same"] = self.words(entries.get("same") or same.with_elements([]), same)
        if constants is not None:
            old = entries.get("constants") or constants.with_entries({})
            entries["constants"] = old.with_entries({**old.entries(), **constants.entries()})
        for key, node in added.items():
            is_block = isinstance(node.value, list)
            entries[key] = self.rules(entries.get(key), node) if is_block else node
        return base.with_entries(
            {key: node for key, node in entries.items() if key != "same" or node.value}
        )

    def rules(self, base: Node | None, own: Node) -> Node:
        """Rules of the file stand before those of the extended dialect, or around `base`."""
        old = base.elements() if base is not None and isinstance(base.value, list) else []
        before: list[Node] = []
        after: list[Node] = []
        place = None
        for rule in own.elements():
            if rule.value == BASE:
                place = self.place(rule, bool(old), place)
            elif (fragment := rule.get(_REPLACE)) is not None:
                index = select(fragment, old, self.diagnostics)
                if index is not None:
                    old[index] = without(rule, {_REPLACE})
            else:
                (before if place is None else after).append(rule)
        return own.with_elements([*before, *old, *after])

    def place(self, rule: Node, known: bool, place: Node | None) -> Node:
        """Where the extended rules stand, reported where there are none or they stand twice."""
        if not known or place is not None:
            reason = "stand here already" if known else "are not there"
            self.diagnostics.error(
                rule.span, "D043", f"the rules of the extended dialect {reason}", "remove 'base'"
            )
        return rule

    def stream(self, base: Node, own: Node) -> Node:
        """Rules are added, pieces, blocks and words merged; whatever else is said replaces."""
        entries = base.entries()
        for key, part in own.entries().items():
            old = entries.get(key)
            if key == "on":
                entries[key] = self.rules(old, part)
            elif key == "pieces" and old is not None:
                entries[key] = old.with_entries({**_pieces(old), **_pieces(part)})
            elif key == "blocks" and old is not None:
                entries[key] = old.with_entries({**old.entries(), **part.entries()})
            elif key == "ignore" and old is not None:
                entries[key] = self.words(old, part)
            else:
                entries[key] = part
        return base.with_entries(entries)

    def turns(self, base: Node | None, own: Node) -> Node:
        """Turns of one name are merged; others stand behind."""
        turns = {turn_name(turn): turn for turn in (base.elements() if base else ())}
        for turn in own.elements():
            name = turn_name(turn)
            turns[name] = self.turn(turns[name], turn) if name in turns else self.new(turn)
        return own.with_elements(turns.values())

    def turn(self, base: Node, own: Node) -> Node:
        """Rules are added to the turn; whatever else the file says of it replaces."""
        entries = base.entries()
        for key, part in own.entries().items():
            rules = key in ("items", "beside")
            entries[key] = self.rules(entries.get(key), part) if rules else part
        return own.with_entries(entries)

    def new(self, turn: Node) -> Node:
        return self.turn(turn.with_entries({}), turn)


def _pieces(node: Node) -> dict[str, Node]:
    """Path of a piece -> its row, also of those that stand in another one."""
    assert isinstance(node.value, dict)
    found = {}
    for path, at, _ in piece_rows(node.value):
        row = node
        for key in at:
            row = row.child(key)
        found[path] = row
    return found
