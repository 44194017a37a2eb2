"""What `remove:` takes out of the extended dialect.

It has the outline of a dialect: under each section names, or fragments of
rules. `all` removes a whole entry. What is not there cannot be removed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from orgen.diagnostics import Diagnostics
from orgen.dialect.extend.node import Node
from orgen.dialect.extend.select import select, turn_name
from orgen.dialect.primitives import close_match

ALL = "all"
BODIES = frozenset({"request", "response", "compact_request", "compact_response"})


@dataclass(frozen=True, slots=True)
class Remover:
    """Removes from nodes of the extended dialect, and reports what it does not find."""

    diagnostics: Diagnostics

    def dialect(self, base: Node, removed: Node) -> Node:
        """The whole dialect without what `remove:` names."""
        if isinstance(removed.value, list):
            return self.keys(base, removed, "section")
        entries = base.entries()
        for name, what in removed.entries().items():
            old = self.known(name, what, entries, "section")
            if old is None:
                continue
            if what.value == ALL:
                del entries[name]
            else:
                entries[name] = self.section(name, old, what)
        return base.with_entries(entries)

    def section(self, name: str, base: Node, removed: Node) -> Node:
        """One section: a body, a table of named parts, a list of rules or of words."""
        if name in BODIES:
            return self.body(base, removed)
        if isinstance(base.value, list):
            return self.rules(base, removed) if name == "error" else self.words(base, removed)
        return self.table(base, removed, self.turns if name == "turns" else self.part)

    def table(self, base: Node, removed: Node, inner: Callable[[Node, Node], Node]) -> Node:
        """Entries by name: some whole, of others what stands under their name."""
        if isinstance(removed.value, list):
            return self.keys(base, removed, "entry")
        entries = base.entries()
        for name, what in removed.entries().items():
            old = self.known(name, what, entries, "entry")
            if old is None:
                continue
            if what.value == ALL:
                del entries[name]
            else:
                entries[name] = inner(old, what)
        return base.with_entries(entries)

    def part(self, base: Node, removed: Node) -> Node:
        """One map, group, note list of a component ..., whatever it is made of."""
        if isinstance(base.value, dict):
            return self.keys(base, removed, "word")
        if any(isinstance(element.value, dict) for element in base.elements()):
            return self.rules(base, removed)
        return self.words(base, removed)

    def keys(self, base: Node, removed: Node, what: str) -> Node:
        """An object without the named entries."""
        entries = base.entries()
        for name in self.listed(removed):
            if self.known(str(name.value), name, entries, what) is not None:
                del entries[str(name.value)]
        return base.with_entries(entries)

    def words(self, base: Node, removed: Node) -> Node:
        """A list without the words."""
        elements = {str(element.value): element for element in base.elements()}
        for word in self.listed(removed):
            if self.known(str(word.value), word, elements, "word") is not None:
                del elements[str(word.value)]
        return base.with_elements(elements.values())

    def rules(self, base: Node, removed: Node) -> Node:
        """A list of rules without those that the fragments select."""
        rules = base.elements()
        for fragment in self.listed(removed):
            index = select(fragment, rules, self.diagnostics)
            if index is not None:
                del rules[index]
        return base.with_elements(rules)

    def turns(self, base: Node, removed: Node) -> Node:
        """A list of turns without those named, or without some of their rules."""
        turns = {turn_name(turn): turn for turn in base.elements()}
        if isinstance(removed.value, list):
            for name in removed.elements():
                if self.known(str(name.value), name, turns, "turn") is not None:
                    del turns[str(name.value)]
            return base.with_elements(turns.values())
        for key, what in removed.entries().items():
            turn = self.known(key, what, turns, "turn")
            if turn is not None:
                turns[key] = self.table(turn, what, self.part)
        return base.with_elements(turns.values())

    def body(self, base: Node, removed: Node) -> Node:
        """A body without rows, blocks or constants, or without some rules of a block."""
        if isinstance(removed.value, list):
            for name in removed.elements():
                base = self.row(base, str(name.value), name)
            return base
        for key, what in removed.entries().items():
            block = base.get(key)
            if what.value == ALL or block is None or not isinstance(block.value, list):
                base = self.row(base, key, what)
            else:
                base = base.with_entries({**base.entries(), key: self.rules(block, what)})
        return base

    def row(self, base: Node, name: str, at: Node) -> Node:
        """A body without what is called `name` in it."""
        entries = base.entries()
        if name in entries:
            del entries[name]
            return base.with_entries(entries)
        for key in ("same", "constants"):
            found = entries.get(key)
            if found is not None and name in found.words:
                entries[key] = without(found, {name})
                return base.with_entries({k: n for k, n in entries.items() if n.value})
        self.unknown(name, at, body_names(base), "row, block or constant")
        return base

    def known(self, name: str, at: Node, nodes: dict[str, Node], what: str) -> Node | None:
        """The node of that name; None after reporting that there is none."""
        if name not in nodes:
            self.unknown(name, at, nodes, what)
        return nodes.get(name)

    def listed(self, removed: Node) -> list[Node]:
        """The elements of a list; anything else is reported."""
        if not isinstance(removed.value, list):
            self.diagnostics.error(
                removed.span, "D041", "there are no names below this", "write a list of what goes"
            )
        return removed.elements()

    def unknown(self, name: str, at: Node, names: Iterable[str], what: str) -> None:
        self.diagnostics.error(
            at.key,
            "D041",
            f"the extended dialect has no {what} '{name}' here",
            close_match(name, names),
        )


def body_names(body: Node) -> list[str]:
    """What `remove:` may name in a body."""
    entries = body.entries()
    listed = [entries.pop(key).words for key in ("same", "constants") if key in entries]
    return [*entries, *(word for words in listed for word in words)]


def without(node: Node, names: set[str]) -> Node:
    """An object or list without some keys or words."""
    if isinstance(node.value, dict):
        return node.with_entries({k: n for k, n in node.entries().items() if k not in names})
    return node.with_elements(n for n in node.elements() if n.value not in names)
