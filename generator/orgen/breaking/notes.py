"""Compares what is said about a place and not about its values: annotations and `x-` keywords."""

from __future__ import annotations

from orgen.breaking.change import At, Party
from orgen.breaking.differ import Differ
from orgen.breaking.values import place, shown
from orgen.breaking.view import View
from orgen.contract.tree import Fields, Node, to_json

DISALLOWED = "x-openresponses-disallowed"
PROSE_KEYWORDS = frozenset({"x-enumDescriptions", DISALLOWED})
"""Keywords that are prose, or have rules of their own."""


def diff_notes(differ: Differ, left: View, right: View, at: At) -> None:
    _diff_access(differ, left, right, at)
    _diff_disallowed(differ, left, right, at)
    was, now = left.plain("deprecated") is True, right.plain("deprecated") is True
    if was != now:
        rule = "deprecated" if now else "undeprecated"
        message = f"{place(at)} is {'deprecated now' if now else 'no longer deprecated'}"
        differ.emit(rule, at, left.place("deprecated"), right.place("deprecated"), message)
    diff_extensions(
        differ,
        Fields(left.pointer, left.keywords, "keyword"),
        Fields(right.pointer, right.keywords, "keyword"),
        at,
    )


def _diff_access(differ: Differ, left: View, right: View, at: At) -> None:
    """`readOnly` and `writeOnly`: matters where the forbidden direction is used."""
    for keyword, rule, writer in (
        ("readOnly", "read-only", Party.CLIENTS),
        ("writeOnly", "write-only", Party.SERVERS),
    ):
        was, now = left.plain(keyword) is True, right.plain(keyword) is True
        if was == now:
            continue
        where = left.place(keyword), right.place(keyword)
        message = f"{place(at)} is {keyword + ' now' if now else 'no longer ' + keyword}"
        if now and writer not in at.written_by:
            differ.emit("access-noted", at, *where, message)
        else:
            differ.emit(f"{rule}-{'set' if now else 'unset'}", at, *where, message)


def _diff_disallowed(differ: Differ, left: View, right: View, at: At) -> None:
    was, now = left.plain(DISALLOWED) is True, right.plain(DISALLOWED) is True
    if was == now:
        return
    rule = "property-disallowed" if now else "property-permitted"
    message = f"{place(at)} {'must not be sent any more' if now else 'may be sent now'}"
    differ.emit(rule, at, left.place(DISALLOWED), right.place(DISALLOWED), message)


def diff_extensions(differ: Differ, left: Node, right: Node, at: At) -> None:
    """Compare the `x-` keywords of two objects."""
    if not isinstance(left, Fields) or not isinstance(right, Fields):
        return
    names = [*left.members, *(name for name in right.members if name not in left.members)]
    for name in names:
        if not name.startswith("x-") or name in PROSE_KEYWORDS:
            continue
        old, new = left.members.get(name), right.members.get(name)
        where_left = left.pointer if old is None else old.pointer
        where = where_left, right.pointer if new is None else new.pointer
        if old is None:
            message = f"`{name}` was added" + _of(at)
            differ.emit("extension-keyword-added", at, *where, message)
        elif new is None:
            message = f"`{name}` was removed" + _of(at)
            differ.emit("extension-keyword-removed", at, *where, message)
        elif not differ.same(old, new):
            was, now = shown(to_json(old)), shown(to_json(new))
            message = f"`{name}`{_of(at)} was {was} and is {now}"
            differ.emit("extension-keyword-changed", at, *where, message)


def _of(at: At) -> str:
    return f" at `{at.path}`" if at.path else ""
