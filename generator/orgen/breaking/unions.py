"""Compares unions: pairs the variants that mean the same, and tells what came and went."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from orgen.breaking.change import At, Group, GroupKind
from orgen.breaking.differ import Differ, Side
from orgen.breaking.discriminators import diff_discriminator
from orgen.breaking.objects import Recurse, is_closed
from orgen.breaking.values import diff_values, place
from orgen.breaking.view import View, expanded, view
from orgen.contract.tree import Fields, Node, Value, canonical_text, to_json
from orgen.load.references import component_reference, referred_component

MAX_TAKERS = 16
"""Variants of one union that are asked whether they take a new one."""

MAX_EXPANDED = 200
"""Components that are looked into to tell what one variant is."""

_OUTSIDE = frozenset({"default", "deprecated", "readOnly", "writeOnly", "discriminator"})


def diff_union(differ: Differ, left: View, right: View, at: At, recurse: Recurse) -> None:
    """Compare the variants; a schema that is no union counts as a union of one."""
    old = left.variants() or (_alone(left),)
    new = right.variants() or (_alone(right),)
    pairs, removed, added = _Pairing(differ, list(old), list(new)).pairs()
    single = len(old) == len(new) == 1
    for first, second in pairs:
        label = _label(differ.right, second)
        inner = (
            at
            if single
            else replace(at, path=f"{at.path}<{label}>", optional=False, is_event=False)
        )
        old_view, new_view = view(first), view(second)
        both = old_view.values() is not None and new_view.values() is not None
        if both and _takes_text(old) and _takes_text(new):
            diff_values(differ, old_view, new_view, inner, open=True)
        else:
            recurse(differ, first, second, inner)
    _report(differ, (left, right), (old, new), (removed, added), at)
    if left.variants() and right.variants():
        _diff_kind(differ, left, right, at)
        diff_discriminator(differ, left, right, at)


def _alone(seen: View) -> Fields:
    """The schema as the only variant of a union, without what stands beside unions."""
    keywords: dict[str, Node] = {
        name: node
        for name, node in seen.keywords.items()
        if name not in _OUTSIDE and not name.startswith("x-")
    }
    for name, pointer in seen.refs.items():
        keywords["$ref"] = Value(pointer, component_reference(name))
    return Fields(seen.pointer, keywords, "keyword")


@dataclass(slots=True)
class _Pairing:
    differ: Differ
    old: list[Node]
    new: list[Node]

    def pairs(self) -> tuple[list[tuple[Node, Node]], list[Node], list[Node]]:
        """Pairs of variants, then those that only the old union has, then the new one's."""
        found: list[tuple[Node, Node]] = []
        left, right = self.differ.left, self.differ.right
        for key_of in (_text_key, _ref_key, _tags_key, _types_key):
            ours = _by_key(left, self.old, key_of, self.differ.renames)
            theirs = _by_key(right, self.new, key_of, {})
            found += self._match(ours, theirs)
        if len(self.old) == len(self.new) == 1 and not any(map(_ref, (*self.old, *self.new))):
            found.append((self.old.pop(), self.new.pop()))
        return found, self.old, self.new

    def _match(
        self, ours: Mapping[Hashable, Node], theirs: Mapping[Hashable, Node]
    ) -> list[tuple[Node, Node]]:
        """Pair those with equal keys and take them out of the lists."""
        found = [(node, theirs[key]) for key, node in ours.items() if key in theirs]
        taken = {id(node) for pair in found for node in pair}
        self.old = [node for node in self.old if id(node) not in taken]
        self.new = [node for node in self.new if id(node) not in taken]
        return found


def _by_key(
    side: Side,
    nodes: list[Node],
    key_of: Callable[[Side, Node], Hashable],
    renames: Mapping[str, str],
) -> dict[Hashable, Node]:
    """Variants by what tells them apart, if it tells only one."""
    table: dict[Hashable, list[Node]] = {}
    for node in nodes:
        key = key_of(side, node)
        if key is not None:
            key = renames.get(key, key) if isinstance(key, str) else key
            table.setdefault(key, []).append(node)
    return {key: found[0] for key, found in table.items() if len(found) == 1}


def _text_key(_side: Side, node: Node) -> Hashable:
    return ("text", canonical_text(to_json(node)))


def _ref(node: Node) -> str | None:
    only = node.members.get("$ref") if isinstance(node, Fields) else None
    return referred_component(only.value) if isinstance(only, Value) else None


def _ref_key(_side: Side, node: Node) -> Hashable:
    return _ref(node)


def variant_names(seen: View) -> set[str]:
    """The components that are variants of a union, as they are named."""
    return {name for node in seen.variants() or () if (name := _ref(node)) is not None}


def _tags_key(side: Side, node: Node) -> Hashable:
    return frozenset(tags(resolved(side, node)).items()) or None


def _types_key(side: Side, node: Node) -> Hashable:
    seen = resolved(side, node)
    types = seen.types()
    return None if types is None or "object" in types else (types, seen.values() is not None)


def resolved(side: Side, node: Node) -> View:
    """The view of a schema with the content of all components that it names at its top."""
    seen = view(node)
    done: set[str] = set()
    while seen.refs and len(done) < MAX_EXPANDED:
        name = next(iter(seen.refs))
        target = side.components.get(name)
        if target is None or name in done:
            seen = replace(seen, refs={k: p for k, p in seen.refs.items() if k != name})
            continue
        done.add(name)
        seen = expanded(seen, view(target), name)
    return seen


def tags(seen: View) -> dict[str, str]:
    """The constant properties of an object, by name: what tells a variant apart."""
    found = {}
    for name, node in seen.members("properties").items():
        values = view(node).values()
        if values is not None and len(values) == 1 and name in seen.required():
            found[name] = canonical_text(values[0])
    return found


def _label(side: Side, node: Node) -> str:
    """What a variant is called: its component, its constant `type`, else its JSON type."""
    name = _ref(node)
    if name is not None:
        return name
    seen = view(node)
    constants = tags(seen)
    if constants:
        return (constants.get("type") or next(iter(constants.values()))).strip('"')
    title = " or ".join(sorted(seen.types() or ())) or "anything"
    values = seen.values()
    return title if not values else "|".join(str(value) for value in values)[:40]


def _takes_text(variants: tuple[Node, ...]) -> bool:
    """Whether one of the variants takes any string."""
    return any(isinstance(node, Fields) and _is_plain_string(view(node)) for node in variants)


def _is_plain_string(seen: View) -> bool:
    bounds = {"pattern", "minLength", "maxLength", "enum", "format"}
    types = seen.types()
    return not seen.refs and types == frozenset({"string"}) and not bounds & seen.keywords.keys()


def _report(
    differ: Differ,
    views: tuple[View, View],
    unions: tuple[tuple[Node, ...], tuple[Node, ...]],
    rest: tuple[list[Node], list[Node]],
    at: At,
) -> None:
    """Record the variants that have no partner."""
    left, right = (seen.place(seen.union_keyword or "") for seen in views)
    noun = "event" if at.is_event else "union-variant"
    for node in rest[0]:
        label = _label(differ.left, node)
        where = replace(at, group=Group(GroupKind.EVENT, label)) if at.is_event else at
        message = f"{_taker(at)} no longer {_verb(at)} `{label}`"
        differ.emit(f"{noun}-removed", where, node.pointer, right, message)
    takers = _takers(differ.left, unions[0]) if rest[1] else []
    for node in rest[1]:
        label = _label(differ.right, node)
        where = replace(at, group=Group(GroupKind.EVENT, label)) if at.is_event else at
        open = any(_foresees(taker, resolved(differ.right, node)) for taker in takers)
        message = f"{_taker(at)} {_verb(at)} the new {'event' if at.is_event else 'variant'} "
        rule = f"open-{noun}-added" if open else f"{noun}-added"
        differ.emit(rule, where, left, node.pointer, f"{message}`{label}`")


def _taker(at: At) -> str:
    if at.is_event:
        return "the stream"
    return place(at)


def _verb(at: At) -> str:
    return "has" if at.is_event else "takes"


def _takers(side: Side, variants: tuple[Node, ...]) -> list[View]:
    """Variants that may take others than their own: those that no constant marks."""
    views = (resolved(side, node) for node in variants)
    return list(islice((seen for seen in views if not tags(seen)), MAX_TAKERS))


def _foresees(taker: View, seen: View) -> bool:
    """Whether an old variant takes values of a new one: it leaves open what tells them apart."""
    types = taker.types()
    if types is None and not taker.keywords.keys() - {"default"}:
        return not taker.never
    constants = tags(seen)
    if not constants or types is None or "object" not in types:
        return bool(types) and _is_plain_string(taker) and seen.types() == frozenset({"string"})
    described = taker.members("properties")
    free = [described.get(name) for name in constants]
    if any(node is None for node in free) and is_closed(taker):
        return False
    return (
        any(node is not None for node in free)
        and all(node is None or _is_plain_string(view(node)) for node in free)
        and taker.required().keys() <= seen.required().keys()
    )


def _diff_kind(differ: Differ, left: View, right: View, at: At) -> None:
    old, new = left.union_keyword or "", right.union_keyword or ""
    if old != new:
        message = f"{place(at)} was {old} and is {new}"
        differ.emit("union-kind-changed", at, left.place(old), right.place(new), message)
