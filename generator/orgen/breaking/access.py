"""Compares who may call what and where: credentials, security schemes and servers."""

from __future__ import annotations

from collections.abc import Sequence as Several
from typing import TYPE_CHECKING

from orgen.breaking.change import CLIENTS, At, Group, GroupKind
from orgen.breaking.differ import Differ
from orgen.breaking.http_tree import root_security
from orgen.breaking.notes import diff_extensions
from orgen.breaking.values import shown
from orgen.contract.tree import Fields, Node, Pointer, Sequence, Value, canonical_text, to_json

if TYPE_CHECKING:
    from orgen.ir.schema import Json

Alternative = frozenset[tuple[str, tuple[str, ...]]]
"""Credentials that are needed together: schemes and scopes."""


def diff_api(differ: Differ) -> None:
    """Compare what holds for the API as a whole."""
    at = At(Group(GroupKind.API, "The API as a whole"), CLIENTS)
    roots = differ.left.root, differ.right.root
    diff_security(differ, [root_security(differ.left), root_security(differ.right)], ((), ()), at)
    diff_servers(differ, *roots, at)
    diff_extensions(differ, *roots, at)
    _diff_schemes(differ, at)


def diff_security(
    differ: Differ, nodes: Several[Node | None], places: tuple[Pointer, Pointer], at: At
) -> None:
    """Compare lists of alternatives, one of which a caller has to fulfil."""
    old, new = (_alternatives(node) for node in nodes)
    if old == new:
        return
    where = [place if node is None else node.pointer
             for node, place in zip(nodes, places, strict=True)]  # fmt: skip
    if frozenset() in new and frozenset() not in old:
        message = f"no credentials are needed any more (they were {_words(old)})"
        differ.emit("security-removed", at, where[0], where[1], message)
    elif frozenset() in old and frozenset() not in new:
        message = f"credentials are needed now: {_words(new)}"
        differ.emit("security-added", at, where[0], where[1], message)
    else:
        _diff_alternatives(differ, old, new, where, at)


def _diff_alternatives(
    differ: Differ, old: list[Alternative], new: list[Alternative], where: list[Pointer], at: At
) -> None:
    for one in old:
        # Whoever has more than is asked for may go on.
        if not any(other <= one for other in new):
            message = f"{_word(one)} is no longer enough"
            differ.emit("security-alternative-removed", at, where[0], where[1], message)
    for one in new:
        if one not in old:
            message = f"{_word(one)} is accepted now"
            differ.emit("security-alternative-added", at, where[0], where[1], message)


def _alternatives(node: Node | None) -> list[Alternative]:
    """What a caller may send. Without a list, or with an empty one, that is nothing at all."""
    listed = node.value if isinstance(node, Value) else None
    found: list[Alternative] = []
    for one in listed if isinstance(listed, list) else ():
        pairs = one.items() if isinstance(one, dict) else ()
        found.append(frozenset((name, _scopes(scopes)) for name, scopes in pairs))
    return found or [frozenset()]


def _scopes(value: Json) -> tuple[str, ...]:
    return tuple(sorted(map(str, value))) if isinstance(value, list) else ()


def _words(alternatives: list[Alternative]) -> str:
    return " or ".join(_word(one) for one in alternatives)


def _word(one: Alternative) -> str:
    names = [f"`{n}`" + (f" ({', '.join(s)})" if s else "") for n, s in sorted(one)]
    return " with ".join(names) or "nothing"


def _diff_schemes(differ: Differ, at: At) -> None:
    steps = ("components", "securitySchemes")
    old, new = differ.left.fields(*steps), differ.right.fields(*steps)
    for name, node in new.items():
        if name not in old:
            message = f"the security scheme `{name}` was added"
            differ.emit("security-scheme-added", at, steps, node.pointer, message)
        elif not differ.same(old[name], node):
            parts = ", ".join(_changed(old[name], node)) or "its form"
            message = f"the security scheme `{name}` changed: {parts}"
            differ.emit("security-scheme-changed", at, old[name].pointer, node.pointer, message)
    for name, node in old.items():
        if name not in new:
            message = f"the security scheme `{name}` was removed"
            differ.emit("security-scheme-removed", at, node.pointer, steps, message)


def _changed(left: Node, right: Node) -> list[str]:
    old, new = (n.members if isinstance(n, Fields) else {} for n in (left, right))
    found = []
    for name in [*old, *(name for name in new if name not in old)]:
        was, now = (to_json(n) if n is not None else None for n in (old.get(name), new.get(name)))
        if was != now:
            found.append(f"`{name}` was {shown(was)} and is {shown(now)}")
    return found


def diff_servers(differ: Differ, left: Node, right: Node, at: At) -> None:
    """Compare the base URLs of a document, a path or an operation."""
    old, new = _servers(left), _servers(right)
    for url, node in new.items():
        if url not in old:
            message = f"the server {shown(url)} was added"
            differ.emit("server-added", at, left.pointer, node.pointer, message)
    for url, node in old.items():
        if url not in new:
            message = f"the server {shown(url)} was removed"
            differ.emit("server-removed", at, node.pointer, right.pointer, message)


def _servers(holder: Node) -> dict[str, Node]:
    node = holder.members.get("servers") if isinstance(holder, Fields) else None
    members = node.members if isinstance(node, Sequence) else ()
    return {_url(member): member for member in members}


def _url(node: Node) -> str:
    url = node.members.get("url") if isinstance(node, Fields) else None
    return str(url.value) if isinstance(url, Value) else canonical_text(to_json(node))
