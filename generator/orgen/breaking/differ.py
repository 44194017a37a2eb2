"""What all parts of the comparison share: both documents, and the changes found so far."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from orgen.breaking.change import At, Change, Party
from orgen.breaking.rules import RULES
from orgen.contract.document import read_document
from orgen.contract.tree import Fields, Node, Pointer, canonical_text, to_json
from orgen.load.references import component_reference

if TYPE_CHECKING:
    from orgen.ir.schema import Json
    from orgen.load import Document

MAX_DEPTH = 100
"""Schemas inside schemas, references followed."""

MAX_CHANGES = 100_000
"""Two specs that differ in more places have little in common."""


class TooManyChanges(Exception):
    """The comparison ends early."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two specs."""

    document: Document
    root: Node

    def fields(self, *steps: str) -> Mapping[str, Node]:
        """The named members below the root; empty if there are none."""
        node: Node | None = self.root
        for step in steps:
            node = node.members.get(step) if isinstance(node, Fields) else None
        return node.members if isinstance(node, Fields) else {}

    @property
    def components(self) -> Mapping[str, Node]:
        return self.fields("components", "schemas")


def side(document: Document) -> Side:
    return Side(document, read_document(document.value))


@dataclass(slots=True)
class Differ:
    """Collects changes from `left` to `right`."""

    left: Side
    right: Side
    renames: dict[str, str] = field(default_factory=dict)
    """Old name -> new name of components that were only renamed."""
    changes: list[Change] = field(default_factory=list)
    compared: set[tuple[object, ...]] = field(default_factory=set)
    """Pairs of components that were compared where one took the place of the other."""
    depth: int = 0
    _table: Mapping[str, str] = field(default_factory=dict)
    _digests: dict[int, tuple[Node, bytes]] = field(default_factory=dict)

    def rename(self, renames: dict[str, str]) -> None:
        """Take components for renamed from now on."""
        self.renames = renames
        self._table = reference_table(renames)

    def emit(
        self,
        rule_id: str,
        at: At,
        left: Pointer,
        right: Pointer,
        message: str,
        *,
        writer: str | None = None,
        reader: str | None = None,
    ) -> None:
        """Record a change. `writer` and `reader` are reasons beyond those of the rule."""
        if len(self.changes) >= MAX_CHANGES:
            raise TooManyChanges
        rule = RULES[rule_id]
        rule = replace(rule, writer=rule.writer or writer, reader=rule.reader or reader)
        reasons: dict[str, set[Party]] = {}
        for reason, parties in (
            (rule.clients, {Party.CLIENTS}),
            (rule.writer, at.written_by),
            (rule.reader, {party.other for party in at.written_by}),
            (rule.caller, {at.caller}),
            (rule.callee, {at.caller.other}),
        ):
            if reason is not None:
                reasons.setdefault(reason, set()).update(parties)
        change = Change(
            rule_id,
            at.group,
            at.path,
            message,
            _reason(reasons, at) or rule.harmless,
            frozenset(party for parties in reasons.values() for party in parties),
            self.left.document.key_span(left),
            self.right.document.key_span(right),
            any(reason is not None for reason in (rule.writer, rule.caller, rule.clients)),
        )
        self.changes.append(change)

    def same(self, left: Node, right: Node) -> bool:
        """Whether two nodes say the same, renamed components taken for what they were."""
        return self._digest(left, self._table) == self._digest(right, {})

    def _digest(self, node: Node, table: Mapping[str, str]) -> bytes:
        known = self._digests.get(id(node))
        if known is None:
            text = canonical_text(replaced(to_json(node), table))
            # The node is kept, so that its id is not given to another.
            known = (node, hashlib.sha256(text.encode("ascii")).digest())
            self._digests[id(node)] = known
        return known[1]


def _reason(reasons: Mapping[str, set[Party]], at: At) -> str:
    sentences = []
    for reason, parties in reasons.items():
        names = " and ".join(party.value for party in Party if party in parties)
        sentences.append(f"{names.capitalize()} {reason}.")
    if at.unused and sentences:
        sentences.append("No operation uses it, so either side may write it.")
    return " ".join(sentences)


def reference_table(renames: Mapping[str, str]) -> dict[str, str]:
    """References to old names -> references to new ones."""
    return {component_reference(old): component_reference(new) for old, new in renames.items()}


def replaced(value: Json, table: Mapping[str, str], own: str | None = None) -> Json:
    """The value with texts replaced as in `table`, and the text `own` by a mark."""
    if not table and own is None:
        return value
    if isinstance(value, dict):
        return {key: replaced(entry, table, own) for key, entry in value.items()}
    if isinstance(value, list):
        return [replaced(entry, table, own) for entry in value]
    if not isinstance(value, str):
        return value
    return "#" if value == own else table.get(value, value)
