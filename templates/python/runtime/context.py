"""What a translation knows while it runs: its source, its losses, its dialect.

Generated functions call the methods of `EncodeContext` and `DecodeContext`,
which share their names. Everything here but `account` is off the fast path.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from . import residue
from .errors import Action, DecodeError, Loss, Unsupported
from .primitives import MINTED, is_integer, is_minted, is_number, lookup
from .spelling import OtherSpelling, in_snake_case

Rule = Callable[[Any, Any], Any]

NULL = frozenset({type(None)})

_Place: TypeAlias = tuple[int, Any]
"""The identity of the container that a value lies in, and its key there."""

UNTAGGED = "unknown"
"""The type of an extension value that does not say what it is."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A kind of native message: its constant fields, and whether neighbours merge."""

    name: str
    header: Mapping[str, Any]
    merge: bool
    fill: Mapping[str, Any] = field(default_factory=dict)
    """Fields that no message goes without, with the value that says nothing."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What an item adds to the first element that the next item of the turn has in `key`."""

    turn: Turn
    key: str


@dataclass(frozen=True, slots=True)
class DialectTables:
    """The constant facts of a dialect. Places are canonical for encoding, native for decoding."""

    name: str
    slug: str
    tag: str | None
    adornments: tuple[str, ...]
    other_slugs: tuple[str, ...]
    spelling: Mapping[str, Any] | None
    """Known native keys, as a tree, where they may be in snake_case, too."""
    text: Callable[[str], Any]
    drop: Mapping[str, str]
    reject: Mapping[str, str]
    ignore: Mapping[str, str]
    maps: Mapping[str, Mapping[Any, Any]]
    kinds: Mapping[str, Mapping[str, Sequence[str]]]
    """Canonical type -> property -> JSON kinds, to tell bad input from unsupported input."""
    echoes: bool = False
    """Whether responses repeat the settings of their request."""
    unprefixed: bool = False
    """Whether values of unknown type and without a slug are taken as the vendor's own."""
    prefixed: tuple[str, ...] = ()
    """Slugs that stand in native types, too; `*` for all."""
    fixups: tuple[str, ...] = ()
    protected: tuple[str, ...] = ()
    settings: frozenset[str] = frozenset()
    """Dotted paths of the native request's fields; empty where no schema tells them."""
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    """Fields that only another API of the vendor has -> that API's title."""
    slugs: Mapping[str, str] = field(default_factory=dict)
    """Every name of a vendor or provider -> its slug."""
    sisters: tuple[str, ...] = ()
    """The vendor's other formats, whose extensions have the same slug."""
    own_types: frozenset[str] = frozenset()
    """Native types that none of the sisters knows."""
    sister_types: Mapping[str, str] = field(default_factory=dict)
    """Native types that only a sister knows -> that API's title."""

    def is_prefixed(self, kind: str) -> bool:
        """Whether a type is the same on both sides, slug included."""
        owner, colon, _ = kind.partition(":")
        if not colon or not self.prefixed or owner == self.slug:
            return False
        return "*" in self.prefixed or owner in self.prefixed


@dataclass(slots=True)
class Context:
    """One translation of one body."""

    tables: DialectTables
    source: Any
    slug: str
    url: dict[str, Any] = field(default_factory=dict)
    losses: list[Loss] = field(default_factory=list)
    problems: list[Unsupported] = field(default_factory=list)
    response: bool = False
    base: str = ""
    minted: dict[str, int] = field(default_factory=dict)
    items: list[Any] = field(default_factory=list)
    leading: list[Any] = field(default_factory=list)
    hoisted: int = 0
    hoists: bool = False
    turn_residue: list[tuple[str, Any]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    orphans: dict[str, Any] = field(default_factory=dict)
    stale: set[str] = field(default_factory=set)
    outdated: set[tuple[int, str]] = field(default_factory=set)
    named: dict[Any, Any] = field(default_factory=dict)
    renamed: dict[Any, Any] = field(default_factory=dict)
    waiting: dict[Any, list[Any]] = field(default_factory=dict)
    seen_items: int = 0
    copies: dict[int, tuple[Any, Any]] = field(default_factory=dict)
    _places: dict[int, _Place] | None = None

    # Positions ----------------------------------------------------------------

    def pointer(self, container: Any, key: Any = None) -> str:
        """The JSON Pointer of a container in the source, or of one of its keys.

        Looked up by identity the first time something is reported: the fast
        path carries no positions.
        """
        if self._places is None:
            self._places = _positions(self.source)
        if id(container) in self.copies:
            container = self.copies[id(container)][1]
        steps = [] if key is None or key == "" else [key]
        place = self._places.get(id(container))
        while place is not None:
            steps.append(place[1])
            place = self._places.get(place[0])
        return "".join(f"/{_escaped(step)}" for step in reversed(steps))

    def report(self, container: Any, key: Any, action: Action, reason: str) -> None:
        """Adds a loss."""
        self.losses.append(Loss(self.pointer(container, key), action, reason))

    def reject(self, container: Any, key: Any, reason: str) -> None:
        """Adds something that cannot be carried; the translation ends in UnsupportedError."""
        self.problems.append(Unsupported(self.pointer(container, key), reason))

    def expected(self, container: Any, key: Any, kind: str) -> DecodeError:
        """The error for a value of the wrong kind."""
        found = container.get(key) if isinstance(container, dict) else container
        return DecodeError(self.pointer(container, key), f"expected {kind}, found {_kind(found)}")

    def without(self, container: dict[str, Any], keys: list[str]) -> dict[str, Any]:
        """A copy without those keys that stands for its original in what is reported."""
        copy = {key: value for key, value in container.items() if key not in keys}
        self.copies[id(copy)] = (copy, container)
        return copy

    def unspanned(self, citations: Any, text: Any) -> Any:
        """Citations as rules know them: those of the whole text go from 0 to 0, others nowhere."""
        if not isinstance(citations, list) or not isinstance(text, str):
            return citations
        return [self._unspanned(citation, len(text)) for citation in citations]

    def _unspanned(self, citation: Any, length: int) -> Any:
        if not isinstance(citation, dict) or "end_index" not in citation:
            return citation
        copy = self.without(citation, ["start_index", "end_index"])
        if (citation.get("start_index"), citation["end_index"]) == (0, length):
            copy |= {"start_index": 0, "end_index": 0}
        return copy

    # Values -------------------------------------------------------------------

    def to_json(self, value: Any, container: Any, key: str) -> str:
        """Compact JSON text."""
        try:
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        except (ValueError, RecursionError, TypeError):
            raise DecodeError(self.pointer(container, key), "is not a JSON value") from None

    def from_json(self, text: Any, container: Any, key: str) -> Any:
        """The value of JSON text; the empty text is an empty object."""
        if not isinstance(text, str):
            raise self.expected(container, key, "a string")
        if not text.strip():
            return {}
        try:
            return json.loads(text, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            self.reject(container, key, f"is not valid JSON: {error}")
            return {}

    def in_response(self) -> bool:
        """Whether the body is an answer, not a request."""
        return self.response

    def in_request(self) -> bool:
        return not self.response

    def bare(self, parts: Any) -> Any:
        """One plain text part as its text; in an answer, all texts as one."""
        if not isinstance(parts, list):
            return parts
        found = [part.get("text") for part in parts if isinstance(part, dict)]
        texts = [text for text in found if isinstance(text, str)]
        if parts != [self.tables.text(text) for text in texts]:
            return parts
        return "".join(texts) if self.response or len(texts) < 2 else parts

    def one(self, value: Any, rule: Rule) -> Any:
        return None if value is None else rule(value, self)

    def each(self, values: Any, rule: Rule) -> list[Any] | None:
        """Every element through a rule; elements that come to nothing are left out."""
        if values is None:
            return None
        if not isinstance(values, list):
            raise self.wrong(values, "a list")
        try:
            return [made for value in values if (made := rule(value, self)) is not None]
        except DecodeError as error:
            scalars = (i for i, value in enumerate(values) if not isinstance(value, dict | list))
            index = None if error.path else next(scalars, None)
            if index is None:
                raise
            raise DecodeError(self.pointer(values, index), error.message) from None

    def texts(self, text: Any, container: Any, key: str) -> list[str] | None:
        """A text as a list of one, an empty one as an empty list."""
        if text is None:
            return None
        if not isinstance(text, str):
            raise self.expected(container, key, "a string")
        return [text] if text else []

    def copy(
        self, container: dict[str, Any], fields: Mapping[str, frozenset[type]], out: dict[str, Any]
    ) -> None:
        """The fields that are there, as they are; those of kind null only where they are null."""
        for key, value in container.items():
            if key in fields:
                types = fields[key]
                if type(value) in types:
                    out[key] = value
                elif value is not None and types != NULL:
                    self.check_types(container, key, types)
                    out[key] = value

    def check_types(self, container: Any, key: str, types: frozenset[type]) -> None:
        """Raises DecodeError unless the value is of one of the types, or a whole number."""
        value = container[key]
        whole = int in types and is_integer(value)
        plain = isinstance(value, tuple(types)) and not isinstance(value, bool)
        if not whole and not plain:
            names = sorted({_kind_name(type()) for type in types if type() is not None})
            raise self.expected(container, key, " or ".join(_ARTICLES[name] for name in names))

    def wrong(self, value: Any, kind: str) -> DecodeError:
        holder, key = (value, None)
        if not isinstance(value, dict | list):
            holder, key = _holder_of(value, self.source)
        return DecodeError(self.pointer(holder, key), f"expected {kind}, found {_kind(value)}")

    def clamp(self, value: Any, low: Any, high: Any, container: Any, key: str) -> Any:
        """The value moved into the range; a loss where it had to move."""
        if not is_number(value) or low <= value <= high:
            return value
        bound = low if value < low else high
        self.report(container, key, "clamped", f"the API takes {low} to {high}; {bound} was sent")
        return bound

    # Identity -----------------------------------------------------------------

    def mint(self, kind: str, identifier: Any) -> str:
        """The id, or a new one: the same for the same body and position."""
        if isinstance(identifier, str) and identifier:
            return identifier
        number = self.minted[kind] = self.minted.get(kind, 0) + 1
        return f"{kind}{MINTED}{self.base}{number}"

    def own_or_new_id(self, kind: str, identifier: Any) -> Any:
        """The id that the client or the vendor gave, even an empty one, else a new one."""
        own = identifier is not None and not is_minted(identifier)
        return identifier if own else self.mint(kind, None)

    def url_fields(self) -> dict[str, Any]:
        """What the URL of the request says (`model`, `stream`)."""
        return self.url

    def has_model(self, body: Any, prefix: str) -> bool:
        """Whether the request goes to a model whose name begins so."""
        model = body.get("model")
        return isinstance(model, str) and model.rpartition("/")[2].startswith(prefix)

    def has_strict(self, body: Any) -> bool:
        """Whether a function of the request wants its schema enforced."""
        return any(
            isinstance(tool, dict) and tool.get("strict") is True
            for tool in as_elements(body.get("tools"))
        )

    def has_calls(self, body: Any) -> bool:
        """Whether the output asks the client to run a function."""
        return any(
            isinstance(item, dict) and item.get("type") == "function_call"
            for item in as_elements(body.get("output"))
        )

    def carry(self, placement: str, payload: Any) -> str | None:
        """Opaque reasoning state in an envelope that names its origin and place."""
        if payload is None:
            return None
        if not isinstance(payload, str):
            raise self.wrong(payload, "a string")
        return f"{self.tables.name}/{placement}:{payload}"

    def carried(self, placement: str, envelope: Any) -> str | None:
        """The payload, if the envelope is ours."""
        prefix = f"{self.tables.name}/{placement}:"
        if isinstance(envelope, str) and envelope.startswith(prefix):
            return envelope[len(prefix) :]
        return None


@dataclass(slots=True)
class EncodeContext(Context):
    """Canonical to native: what no rule reads is a loss, residue goes back to its maker."""

    def account(self, container: Any, known: frozenset[str], place: str, out: Any) -> None:
        """Settles every key of `container` that no rule looked at."""
        for key in container:
            if key not in known:
                self.settle(container, key, place, out)

    def account_within(self, container: Any, known: frozenset[str], place: str, out: Any) -> None:
        if isinstance(container, dict):
            self.account(container, known, place, out)

    def unused(self, container: Any, keys: tuple[str, ...], place: str, out: Any) -> None:
        """Keys that another alternative would have read."""
        if container is None:
            return
        if not isinstance(container, dict):
            raise self.wrong(container, "an object")
        for key in keys:
            if container.get(key) is not None:
                self.settle(container, key, place, out)

    def own_id(self, identifier: Any, container: Any) -> Any:
        """The id that the vendor gave: not one that we found because it was empty or absent."""
        kept = f"{self.tables.name}:{residue.OWN_ID}"
        if isinstance(container, dict) and kept in container:
            return container[kept]
        return None if is_minted(identifier) else identifier

    def misfit(self, container: Any, key: str, place: str, out: Any) -> None:
        """A value that the dialect has no word for."""
        word = container[key]
        name = f"{place}{key}<{word}>"
        if name in self.tables.ignore:
            return
        if name in self.tables.reject:
            self.reject(container, key, self.tables.reject[name])
            return
        value = json.dumps(word, ensure_ascii=False)[:80]
        reason = self.tables.drop.get(name, f"the API has no word for {value}")
        self.report(container, key, "dropped", reason)

    def settle(self, container: Any, key: str, place: str, out: Any) -> None:
        value = container[key]
        if ":" in key:
            self.settle_foreign(container, key, out)
            return
        if value is None or value == [] or (place == "usage." and not _counts(value)):
            return
        name = f"{place}{key}" if not place or place.endswith(".") else f"{place}.{key}"
        tables = self.tables
        form = _form(value)
        for table in (tables.ignore, tables.reject, tables.drop):
            reason = table.get(name) or table.get(f"*.{key}")
            if form is not None:
                reason = table.get(f"{name}<{form}>") or reason
            if reason is None:
                continue
            if table is tables.reject:
                self.reject(container, key, reason)
            elif table is tables.drop:
                self.report(container, key, "dropped", reason)
            return
        if key == "provider_extensions" and not place:
            return
        self.report(container, key, "dropped", f"{tables.name} knows no field for '{name}'")

    def settle_foreign(self, container: Any, key: str, out: Any) -> None:
        """Keys with a colon: residue of this dialect, or of another."""
        owner, _, path = key.partition(":")
        if path.startswith("@") or owner == "orgen" or key in self.stale:
            return
        if (id(container), path) in self.outdated:
            return
        if owner != self.tables.name:
            if container[key] not in (None, {}, []):
                self.report(container, key, "dropped", f"it belongs to {owner} alone")
        elif path.startswith(residue.TURN):
            self.turn_residue.append((path[len(residue.TURN) :], container[key]))
        elif not residue.restore(out, path, container[key]):
            self.report(container, key, "dropped", "the place it came from is not there any more")

    def settle_word(
        self,
        holder: Any,
        word: Any,
        table: str,
        path: str,
        container: Any,
        key: str,
        told: bool = False,
    ) -> None:
        """Lets kept words go that mean something else by now, and reports a coarser word.

        Unless the word itself is `told`, too: then the other one only follows from it.
        """
        maps = self.tables.maps
        kept = holder.get(f"{self.tables.name}:{path}")
        if kept is not None:
            if lookup(maps[f"decode_{table}"], kept) == word:
                return
            self.outdated.add((id(holder), path))
        made = lookup(maps[f"encode_{table}"], word)
        back = lookup(maps[f"decode_{table}"], made)
        if back != word and back is not None and not told:
            self.report(container, key, "coerced", f"sent as {made!r}, the nearest word")

    def encode_alias(
        self, word: Any, made: Any, table: str, path: str, out: Any, container: Any, key: str
    ) -> None:
        """Prefers the vendor's own word of old, and reports a word whose meaning changes."""
        kept = f"{self.tables.name}:{path}"
        alias = self.source.get(kept)
        if alias is not None:
            if lookup(self.tables.maps[f"decode_{table}"], alias) == word:
                return
            self.stale.add(kept)
        back = self.tables.maps[f"decode_{table}"].get(made)
        if back != word and back is not None:
            self.report(container, key, "coerced", f"sent as {made!r}, the nearest word")

    def words(self, table: Mapping[Any, Any], words: Any, container: Any, key: str) -> list[Any]:
        """Each word's native word; words without one are losses."""
        for word in words:
            if lookup(table, word) is None:
                self.report(container, key, "dropped", f"the API has no word for {word!r}")
        return [made for word in words if (made := lookup(table, word)) is not None]

    def check_words(self, words: Any, table: str, path: str) -> None:
        """Puts the list of old aside where the words have changed since."""
        kept = f"{self.tables.name}:{path}"
        known = self.tables.maps[f"decode_{table}"]
        if kept in self.source and [w for w in self.source[kept] if lookup(known, w)] != words:
            self.stale.add(kept)

    def no_rule(self, part: Any, group: str) -> Any:
        """A value that no rule of the group matches: dropped, refused, or the vendor's own."""
        if not isinstance(part, dict):
            raise self.wrong(part, "an object")
        kind = part.get("type")
        if not isinstance(kind, str):
            raise DecodeError(self.pointer(part, "type"), "expected a string that names the type")
        if ":" in kind:
            return self.own_extension(part, kind)
        if self.tables.unprefixed and kind not in self.tables.kinds:
            return self.unwrap(part, kind)
        self.refuse(part, kind)
        return None

    def refuse(self, value: dict[str, Any], kind: str) -> None:
        """A canonical value that the dialect has no rule for: a note decides."""
        tables = self.tables
        for property, kinds in tables.kinds.get(kind, {}).items():
            found = value.get(property)
            if found is not None and _kind_name(found) not in kinds and "any" not in kinds:
                raise self.expected(value, property, " or ".join(kinds))
        for name in (f"{kind}<{value.get('role')}>", kind):
            if name in tables.ignore:
                return
            if name in tables.reject:
                self.reject(value, None, tables.reject[name])
                return
            if name in tables.drop:
                self.report(value, None, "dropped", tables.drop[name])
                return
        self.reject(value, None, f"{tables.name} cannot carry this form of '{kind}'")

    def own_extension(self, value: dict[str, Any], kind: str) -> Any:
        """The native value of an extension of this vendor; others are refused."""
        owner, _, tag = kind.partition(":")
        tables = self.tables
        ours = residue.origin(tables.name) in value
        if tables.is_prefixed(kind) and (ours or "*" in tables.prefixed or owner == self.slug):
            return self.unwrap(value, kind)
        if owner not in (self.slug, tables.slug, *tables.other_slugs):
            self.reject(value, "type", f"'{kind}' is an extension of {owner}")
            return None
        if not ours and tables.sisters and tag not in tables.own_types:
            return self.shared_extension(value, kind, tag)
        return self.unwrap(value, tag)

    def shared_extension(self, value: dict[str, Any], kind: str, tag: str) -> Any:
        """The native value of an extension whose slug several formats of the vendor have.

        It goes to the one it came from. What no format is known to have is sent
        as it is, so that tomorrow's types work today.
        """
        tables = self.tables
        found = tables.sister_types.get(tag) or next(
            (name for name in tables.sisters if residue.origin(name) in value), None
        )
        if found is not None:
            self.reject(value, "type", f"'{kind}' is an extension of {found}, another format")
            return None
        reason = f"'{kind}' does not say which format of {tables.slug} it is of; sent as it is"
        self.report(value, "type", "unchecked", reason)
        return self.unwrap(value, tag)

    def added(self, value: dict[str, Any]) -> bool:
        """Whether the status of an extension item is ours, not the vendor's."""
        return "*.status" in self.tables.ignore or f"{self.tables.name}:@status" in value

    def unwrap(self, value: dict[str, Any], tag: str) -> dict[str, Any]:
        """The raw payload of an extension value, without what we added."""
        tables = self.tables
        native: dict[str, Any] = {}
        for key, inner in value.items():
            if key == "type":
                if tables.tag and tag != UNTAGGED:
                    native[tables.tag] = tag
            elif key == "id" and is_minted(inner):
                if (own := self.own_id(inner, value)) is not None:
                    native[key] = own
            elif key == "status" and self.added(value):
                continue
            elif ":" in key:
                self.settle_foreign(value, key, native)
            else:
                native[key] = inner
        return native


@dataclass(slots=True)
class DecodeContext(Context):
    """Native to canonical: what no rule reads is kept as residue or as an extension."""

    spelling: bool = False
    """Whether an unknown key may still be a known one in another spelling."""

    def account(self, container: Any, known: frozenset[str], place: str, out: Any) -> None:
        """Keeps every key of `container` that no rule looked at."""
        for key in container:
            if key not in known:
                self.keep(container, key, place, out)

    def account_within(self, container: Any, known: frozenset[str], place: str, out: Any) -> None:
        """The same for an object further inside, which may be absent; an empty one is kept."""
        if isinstance(container, dict):
            self.account(container, known, place, out)
            self.keep_empty(container, place[:-1], out)

    def keep_empty(self, container: Any, name: str, out: Any) -> None:
        """Keeps a container in which there is nothing that a rule could read."""
        if container in ({}, []) and name not in self.tables.ignore:
            self.keep_value(container, name, out)

    def keep_id(self, identifier: Any, out: Any, found: Any = None) -> None:
        """Remembers an empty id, or that there was none where one was `found` elsewhere."""
        absent = identifier is None and found is not None and not is_minted(found)
        if (identifier == "" or absent) and isinstance(out, dict):
            out[f"{self.tables.name}:{residue.OWN_ID}"] = identifier

    def unused(self, container: Any, keys: tuple[str, ...], place: str, out: Any) -> None:
        """Keys that another alternative would have read."""
        if container is None:
            return
        if not isinstance(container, dict):
            raise self.wrong(container, "an object")
        for key in keys:
            if container.get(key) is not None:
                self.keep(container, key, place, out)

    def misfit(self, container: Any, key: str, place: str, out: Any) -> None:
        """A value outside the contract's bounds: kept for this dialect, and reported."""
        self.keep(container, key, place, out)
        value = json.dumps(container[key], ensure_ascii=False, default=str)[:80]
        self.report(container, key, "coerced", f"Open Responses does not allow {value} here")

    def keep(self, container: Any, key: str, place: str, out: Any) -> None:
        value = container[key]
        if self.spelling and ("_" in key or in_snake_case(value)):
            raise OtherSpelling
        name = f"{place}{residue.escape(str(key))}"
        if value is None or name in self.tables.ignore:
            return
        self.keep_value(value, name, out)

    def keep_value(self, value: Any, name: str, out: Any) -> None:
        if isinstance(out, list):
            out = out[0] if out else None
        if isinstance(out, dict):
            out[f"{self.tables.name}:{name}"] = value
        else:
            self.report(value, None, "dropped", f"'{name}' has no place to be kept")

    def decode_alias(
        self, word: Any, made: Any, table: str, path: str, out: Any, container: Any, key: str
    ) -> None:
        """Keeps the vendor's word where another word has the same meaning."""
        if self.tables.maps[f"encode_{table}"].get(made) != word:
            out[f"{self.tables.name}:{path}"] = word

    def words(self, table: Mapping[Any, Any], words: Any, container: Any, key: str) -> list[Any]:
        """Each word's canonical word; others stay with this dialect, and are losses."""
        if not isinstance(words, list):
            raise self.expected(container, key, "a list")
        for word in words:
            if lookup(table, word) is None:
                self.report(container, key, "coerced", f"Open Responses has no word for {word!r}")
        return [made for word in words if (made := lookup(table, word)) is not None]

    def keep_exact(self, word: Any, again: Any, path: str, out: Any) -> None:
        """Keeps what the vendor said where the way back would say it differently."""
        if word is not None and word != again:
            out[f"{self.tables.name}:{path}"] = word

    def check_constant(
        self, container: Any, key: Any, expected: Any, prefix: str, out: Any
    ) -> None:
        """A field that always has one value: kept where it has another."""
        if isinstance(container, dict) and container.get(key, expected) != expected:
            self.keep(container, key, prefix, out)

    def foreign(self, native: Any, group: str) -> Any:
        """A native value without a rule, as an extension value with its raw payload."""
        if not isinstance(native, dict):
            raise self.wrong(native, "an object")
        if self.spelling and in_snake_case(native):
            raise OtherSpelling
        tag = self.tables.tag
        name = native.get(tag) if tag else self.payload_key(native)
        if not isinstance(name, str) or not name:
            name = UNTAGGED
        prefixed = self.tables.is_prefixed(name) and not name.startswith(f"{self.slug}:")
        made: dict[str, Any] = {"type": name if prefixed else f"{self.slug}:{name}"}
        if (prefixed and "*" not in self.tables.prefixed) or (
            self.tables.sisters and name not in self.tables.own_types
        ):
            made[residue.origin(self.tables.name)] = True
        for key, value in native.items():
            if key == tag and value == name and name != UNTAGGED:
                continue
            if ":" in key or key in ("type", tag):
                made[f"{self.tables.name}:{residue.escape(str(key))}"] = value
            else:
                made[key] = value
        return made

    def foreign_or_word(self, native: Any, group: str) -> Any:
        """The same where words may stand, too: one that no rule knows is left to the residue."""
        return None if isinstance(native, str) else self.foreign(native, group)

    def payload_key(self, native: dict[str, Any]) -> str | None:
        """The key that tells what a value is, where the API has no tag for it."""
        plain = (key for key in native if key not in self.tables.adornments)
        return next(plain, next(iter(native), None))

    def unfit(self, native: Any, group: str) -> None:
        """A value of no known form, in a place that takes no extensions."""
        self.report(native, None, "dropped", f"it is no {group.replace('_', ' ')}")

    def foreign_item(self, native: Any, group: str = "item") -> dict[str, Any]:
        """The same as an item, which needs an id and a status."""
        return self.as_item(self.foreign(native, group))

    def as_item(self, made: dict[str, Any]) -> dict[str, Any]:
        """An extension value with the id and the status that every item has."""
        name = self.tables.name
        rest = {key: value for key, value in made.items() if key not in ("type", "id", "status")}
        identifier, status = made.get("id"), made.get("status")
        if identifier is not None and not isinstance(identifier, str):
            rest[f"{name}:id"] = identifier
        statuses = "*.status" not in self.tables.ignore
        if status is not None and not (statuses and isinstance(status, str)):
            rest[f"{name}:status"] = status
        known = status in ("in_progress", "completed", "incomplete")
        said = identifier == "" and statuses and not self.response
        item = {
            "type": made["type"],
            "id": "" if said else self.mint("item", identifier),
            "status": status if known or (statuses and isinstance(status, str)) else "completed",
        }
        if identifier == "" and not said:
            item[f"{name}:{residue.OWN_ID}"] = ""
        if statuses and item["status"] != status:
            item[f"{name}:@status"] = True
        return {**item, **rest}


def _form(value: Any) -> str | None:
    """The word by which notes know a value: its type, or the value itself."""
    match value:
        case dict():
            kind = value.get("type")
            return kind if isinstance(kind, str) else None
        case str():
            return value
        case bool() | int() | float():
            return json.dumps(int(value) if is_integer(value) else value)
        case _:
            return None


def _counts(value: Any) -> bool:
    """Whether a part of the usage counts anything."""
    return any(value.values()) if isinstance(value, dict) else bool(value)


def as_elements(value: Any) -> list[Any]:
    """The elements of a list; none of anything else."""
    return value if isinstance(value, list) else []


def _positions(source: Any) -> dict[int, _Place]:
    """Where every container below `source` lies, by identity."""
    found: dict[int, _Place] = {}
    stack: list[Any] = [source] if isinstance(source, dict | list) else []
    while stack:
        value = stack.pop()
        entries = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in entries:
            if isinstance(inner, dict | list) and id(inner) not in found and inner is not source:
                found[id(inner)] = (id(value), key)
                stack.append(inner)
    return found


def _holder_of(value: Any, source: Any) -> tuple[Any, Any]:
    """The list that has this very element, else the object that has this very value, and where."""
    found: tuple[Any, Any] = (None, None)
    waiting = [source]
    seen: set[int] = set()
    while waiting:
        holder = waiting.pop()
        if not isinstance(holder, dict | list) or id(holder) in seen:
            continue
        seen.add(id(holder))
        for key, inner in holder.items() if isinstance(holder, dict) else enumerate(holder):
            if inner is value and isinstance(holder, list):
                return holder, key
            if inner is value and found[0] is None:
                found = (holder, key)
            waiting.append(inner)
    return found


def _escaped(key: Any) -> str:
    return str(key).replace("~", "~0").replace("/", "~1")


def _kind_name(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case dict():
            return "object"
        case list():
            return "array"
        case _:
            return type(value).__name__


_ARTICLES: dict[str, str] = {
    "null": "null",
    "boolean": "a boolean",
    "integer": "a whole number",
    "number": "a number",
    "string": "a string",
    "object": "an object",
    "array": "a list",
}


def _kind(value: Any) -> str:
    name = _kind_name(value)
    return _ARTICLES.get(name, name)


def _no_constant(text: str) -> Literal[0]:
    raise ValueError(f"{text} is not JSON")


def response_base(identifier: Any, body: Any) -> str:
    """A short text that is the same for the same response, for minted ids.

    Without an id, the time and the model tell: a stream says them at its beginning.
    """
    if not identifier and isinstance(body, dict):
        made = body.get("created_at", body.get("created"))
        identifier = f"{made} {body.get('model')}" if isinstance(made, str | int) else None
    if isinstance(identifier, str) and identifier:
        return f"{zlib.crc32(identifier.encode('utf-8', 'surrogatepass')):08x}_"
    try:
        text = json.dumps(body, sort_keys=True, default=str)
    except (RecursionError, TypeError, ValueError):
        raise DecodeError("", "is nested too deep, or not JSON") from None
    return f"{zlib.crc32(text.encode('utf-8', 'surrogatepass')):08x}_"
