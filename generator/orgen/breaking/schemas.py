"""Compares two schemas that stand at the same place."""

from __future__ import annotations

from dataclasses import replace

from orgen.breaking.change import At
from orgen.breaking.constraints import diff_constraints
from orgen.breaking.differ import MAX_DEPTH, Differ, TooManyChanges
from orgen.breaking.notes import diff_notes
from orgen.breaking.objects import diff_items, diff_object
from orgen.breaking.unions import diff_union, variant_names
from orgen.breaking.values import diff_default, diff_nullable, diff_type, diff_values, place
from orgen.breaking.view import View, expanded, view
from orgen.contract.tree import Node

MAX_COMPARED = 50_000
"""Pairs of components with different names that are compared with each other."""

MAX_REPEATED = 3_000
"""Such pairs that are compared again for each group that leads to them."""

MAX_EXPANDED = 1_000
"""Components that are put in place of references at one place."""


def diff_schema(differ: Differ, left: Node, right: Node, at: At) -> None:
    """Record all changes from one schema to another; references to one component are equal."""
    if differ.same(left, right):
        return
    if differ.depth >= MAX_DEPTH:
        message = f"{place(at)} differs, and is nested too deeply to be compared"
        differ.emit("schema-changed", at, left.pointer, right.pointer, message)
        return
    differ.depth += 1
    try:
        _diff_views(differ, view(left), view(right), at)
    finally:
        differ.depth -= 1


def _diff_views(differ: Differ, left: View, right: View, at: At) -> None:
    found = len(differ.changes)
    pair = _opened(differ, left, right, at)
    if pair is None:
        return
    opened_left, opened_right = pair
    diff_notes(differ, opened_left, opened_right, at)
    diff_default(differ, opened_left, opened_right, at)
    _diff_content(differ, opened_left, opened_right, at)
    named = left.refs.keys() | right.refs.keys()
    opened = opened_left is not left or opened_right is not right
    if found == len(differ.changes) and named and opened:
        message = f"{place(at)} was {_names(left)} and is now {_names(right)}, which holds the same"
        differ.emit("reference-changed", at, left.pointer, right.pointer, message)


def _diff_content(differ: Differ, left: View, right: View, at: At) -> None:
    if left.never != right.never:
        rule = "schema-forbidden" if right.never else "schema-allowed"
        state = "must not be there any more" if right.never else "is allowed now"
        differ.emit(rule, at, left.pointer, right.pointer, f"{place(at)} {state}")
        return
    diff_nullable(differ, left, right, at)
    if left.variants() is not None or right.variants() is not None:
        diff_union(differ, left, right, at, diff_schema)
        if left.variants() is None or right.variants() is None:
            return
    elif not diff_type(differ, left, right, at):
        return
    diff_values(differ, left, right, at)
    diff_constraints(differ, left, right, at)
    diff_object(differ, left, right, at, diff_schema)
    diff_items(differ, left, right, at, diff_schema)


def _opened(differ: Differ, left: View, right: View, at: At) -> tuple[View, View] | None:
    """Put the content of components in place of references that only one side has.

    References to the same component on both sides need no look: components are compared on
    their own. None if this pair was compared here before.
    """
    seen: set[str] = set()
    while True:
        renames = differ.renames
        theirs = {renames.get(name, name) for name in left.refs}
        only_left = [n for n in left.refs if renames.get(n, n) not in right.refs]
        only_right = [name for name in right.refs if name not in theirs]
        only_left = [n for n in only_left if renames.get(n, n) not in variant_names(right)]
        only_right = [
            n for n in only_right if n not in {renames.get(v, v) for v in variant_names(left)}
        ]
        if not only_left and not only_right:
            return left, right
        # Past that many, what was told at one place is not told again at others.
        group = at.group if len(differ.compared) < MAX_REPEATED else None
        key = (group, at.written_by, tuple(left.refs), tuple(right.refs), _own(left, right))
        if key in differ.compared:
            return None
        differ.compared.add(key)
        if len(differ.compared) > MAX_COMPARED or len(seen) > MAX_EXPANDED:
            raise TooManyChanges
        for name in only_left:
            left = _expanded(differ.left.components.get(name), left, name, seen, "left")
        for name in only_right:
            right = _expanded(differ.right.components.get(name), right, name, seen, "right")


def _own(left: View, right: View) -> tuple[object, ...]:
    """What tells apart two places with the same references: their pointers, if they hold more."""
    if left.keywords or right.keywords:
        return (left.pointer, right.pointer)
    return ()


def _expanded(target: Node | None, seen: View, name: str, done: set[str], which: str) -> View:
    key = f"{which}:{name}"
    if target is None or key in done:
        return replace(seen, refs={k: p for k, p in seen.refs.items() if k != name})
    done.add(key)
    return expanded(seen, view(target), name)


def _names(seen: View) -> str:
    return ", ".join(f"`{name}`" for name in seen.refs) or "written in place"
