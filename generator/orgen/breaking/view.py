"""A schema as the comparison sees it: null set apart, `allOf` folded in, references listed.

The normal form of `orgen.contract` leaves a schema as its author built it. Here, spellings of one
meaning are brought together, so that only what readers and writers notice is compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from orgen.contract.tree import Fields, Members, Node, Pointer, Value, text_of, to_json
from orgen.load.references import referred_component

if TYPE_CHECKING:
    from orgen.ir.schema import Json

ALL_TYPES = frozenset({"null", "boolean", "integer", "number", "string", "array", "object"})
UNIONS = ("anyOf", "oneOf")
_NOTES = frozenset({"default", "deprecated", "readOnly", "writeOnly"})
"""Keywords that describe a place, not its values: of two, the outer one counts."""


@dataclass(frozen=True, slots=True)
class View:
    """One schema. `keywords` lacks null, references and what `allOf` could be folded into."""

    pointer: Pointer
    keywords: Mapping[str, Node] = field(default_factory=dict)
    refs: Mapping[str, Pointer] = field(default_factory=dict)
    """Components whose content holds too, by name, each with the place of its `$ref`."""
    nullable: bool | None = None
    """None if the schema limits no types, so that null goes without saying."""
    never: bool = False
    """No value is valid."""

    def types(self) -> frozenset[str] | None:
        """JSON types without null; None for any. An integer is a number."""
        node = self.keywords.get("type")
        names = {str(value) for value in plain_values(node)}
        if node is None:
            values = self.values()
            if values is None:
                return None
            names = {json_type(value) for value in values}
        if names != {"null"}:
            names.discard("null")
        return frozenset(names | {"integer"} if "number" in names else names)

    def values(self) -> list[Json] | None:
        """The values of `enum` or `const`; None if they are not limited."""
        node = self.keywords.get("enum")
        return None if node is None else plain_values(node)

    def variants(self) -> tuple[Node, ...] | None:
        """The members of the union that this is; None if it is none."""
        node = self.keywords.get(self.union_keyword or "")
        return node.members if isinstance(node, Members) else None

    @property
    def union_keyword(self) -> str | None:
        return next((k for k in UNIONS if isinstance(self.keywords.get(k), Members)), None)

    def members(self, keyword: str) -> Mapping[str, Node]:
        """The named members of a keyword such as `properties`."""
        node = self.keywords.get(keyword)
        return node.members if isinstance(node, Fields) else {}

    def required(self) -> dict[str, Pointer]:
        """Names of required properties, each with the place that requires it."""
        node = self.keywords.get("required")
        if not isinstance(node, Members):
            return {}
        return {str(m.value): m.pointer for m in node.members if isinstance(m, Value)}

    def plain(self, keyword: str) -> Json:
        """The plain value of a keyword; null if it is absent."""
        node = self.keywords.get(keyword)
        return node.value if isinstance(node, Value) else None

    def place(self, keyword: str) -> Pointer:
        """Where a keyword is written, or else the schema."""
        node = self.keywords.get(keyword)
        return self.pointer if node is None else node.pointer


def view(node: Node) -> View:
    """The view of a schema in normal form."""
    if not isinstance(node, Fields):
        return View(node.pointer, never=isinstance(node, Value) and node.value is False)
    merged = _Merging(dict(node.members))
    merged.fold_all_of()
    nullable = merged.take_null()
    merged.take_refs()
    if nullable is False and not (merged.refs or _limits_types(merged.keywords)):
        return View(node.pointer, merged.keywords, merged.refs)
    return View(node.pointer, merged.keywords, merged.refs, nullable)


def expanded(seen: View, target: View, name: str) -> View:
    """The view with the content of the component `name` in place of the reference to it."""
    merged = _Merging(dict(seen.keywords), {k: p for k, p in seen.refs.items() if k != name})
    if not merged.add(target.keywords):
        rest = merged.keywords.get("allOf")
        others = rest.members if isinstance(rest, Members) else ()
        part = Fields(target.pointer, target.keywords, "keyword")
        merged.keywords["allOf"] = Members(seen.pointer, (*others, part), "member")
    refs = {**{k: p for k, p in target.refs.items() if k != name}, **merged.refs}
    nullable = seen.nullable or target.nullable
    never = seen.never or target.never
    return replace(seen, keywords=merged.keywords, refs=refs, nullable=nullable, never=never)


@dataclass(slots=True)
class _Merging:
    keywords: dict[str, Node]
    refs: dict[str, Pointer] = field(default_factory=dict)

    def fold_all_of(self) -> None:
        """Bring the members of `allOf` into the schema itself, where nothing contradicts."""
        node = self.keywords.pop("allOf", None)
        if not isinstance(node, Members):
            return
        left = []
        for member in node.members:
            inner = dict(member.members) if isinstance(member, Fields) else None
            if inner is None or not self._take(inner):
                left.append(member)
        if left:
            self.keywords["allOf"] = Members(node.pointer, tuple(left), node.noun)

    def _take(self, inner: dict[str, Node]) -> bool:
        part = _Merging(inner)
        part.fold_all_of()
        part.take_refs()
        if not self.add(part.keywords):
            return False
        self.refs |= part.refs
        return True

    def add(self, others: Mapping[str, Node]) -> bool:
        """Add keywords unless one contradicts what is there."""
        merged = dict(self.keywords)
        for name, node in others.items():
            both = _both(name, merged[name], node) if name in merged else node
            if both is None:
                return False
            merged[name] = both
        self.keywords = merged
        return True

    def take_null(self) -> bool:
        """Take null out of types, enums and unions; whether it was there."""
        found = False
        for keyword in ("type", "enum", *UNIONS):
            node = self.keywords.get(keyword)
            if not isinstance(node, Members):
                continue
            kept = tuple(member for member in node.members if not _is_null(keyword, member))
            if not kept or len(kept) == len(node.members):
                continue
            found = True
            self.keywords[keyword] = Members(node.pointer, kept, node.noun)
            if keyword in UNIONS and len(kept) == 1:
                self._unwrap(keyword, kept[0])
        return found

    def _unwrap(self, keyword: str, only: Node) -> None:
        """A union of one is that one."""
        rest = _Merging({k: n for k, n in self.keywords.items() if k != keyword})
        if isinstance(only, Fields) and rest.add(only.members):
            rest.fold_all_of()
            self.keywords = rest.keywords
            self.refs |= rest.refs

    def take_refs(self) -> None:
        node = self.keywords.get("$ref")
        name = referred_component(node.value) if isinstance(node, Value) else None
        if node is not None and name is not None:
            self.refs[name] = node.pointer
            del self.keywords["$ref"]


def _both(name: str, first: Node, second: Node) -> Node | None:
    """Two values of one keyword as one; None if they say different things."""
    if text_of(first) == text_of(second) or name in _NOTES or name.startswith("x-"):
        return first
    if isinstance(first, Fields) and isinstance(second, Fields):
        apart = name == "properties" and not first.members.keys() & second.members.keys()
        merged = {**first.members, **second.members}
        return Fields(first.pointer, merged, first.noun) if apart else None
    if name == "required" and isinstance(first, Members) and isinstance(second, Members):
        return Members(first.pointer, (*first.members, *second.members), first.noun)
    return None


def _is_null(keyword: str, member: Node) -> bool:
    if keyword in UNIONS:
        only = member.members if isinstance(member, Fields) else {}
        node = only.get("type")
        return len(only) == 1 and isinstance(node, Value) and node.value == "null"
    null = "null" if keyword == "type" else None
    return isinstance(member, Value) and member.value == null


def _limits_types(keywords: Mapping[str, Node]) -> bool:
    return bool(keywords.keys() & {"type", "enum", *UNIONS})


def plain_values(node: Node | None) -> list[Json]:
    """The plain values of a keyword that holds one or a list of them."""
    if isinstance(node, Members):
        return [to_json(member) for member in node.members if isinstance(member, Value)]
    return [to_json(node)] if isinstance(node, Value) else []


def json_type(value: Json) -> str:
    """The JSON type of a value; whole numbers are integers."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case str():
            return "string"
        case list():
            return "array"
        case dict():
            return "object"
        case _:
            return "integer" if value == int(value) else "number"


def references(node: Node) -> Iterator[str]:
    """The names of all components that a schema refers to, anywhere inside it."""
    stack = [node]
    while stack:
        part = stack.pop()
        if not isinstance(part, Fields):
            stack += part.members if not isinstance(part, Value) else ()
            continue
        target = part.members.get("$ref")
        name = referred_component(target.value) if isinstance(target, Value) else None
        if name is not None:
            yield name
        stack += part.members.values()
