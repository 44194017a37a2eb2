"""Canonical to native: what no rule reads is a loss, residue goes back to its maker."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from . import residue
from .context import Context
from .errors import DecodeError
from .kinds import NAMES, form_of, kind_name
from .primitives import MINTED, is_minted, lookup
from .tables import UNTAGGED, DialectTables


class EncodeContext(Context):
    """Canonical to native, as far as it concerns single values."""

    def __init__(
        self, tables: DialectTables, source: Any, slug: str, *, response: bool = False
    ) -> None:
        super().__init__(tables, source, slug, response=response)
        self.turn_residue: list[tuple[str, Any]] = []
        """Residue of the message that the item at hand becomes part of."""
        self.several: tuple[list[Any], list[Any]] | None = None
        """The native messages, and those of them that have several parts."""
        self.turn_marks = False
        """Whether marks of the dialect lie on the item at hand, which may tell of its turn."""
        self.stale: list[str] = []
        """Residue of the body that means something else by now."""
        self.outdated: list[tuple[int, str]] = []
        """The same of other objects, by identity and path."""
        self.optional: Any = None
        """A part that another group may know: nobody asks why this one does not."""
        self.callers: dict[str, Any] | None = None
        """Names of functions by the ids of their calls."""
        self.named: list[dict[str, Any]] | None = None
        """What has a name in the source: calls, tools and messages."""
        self.renamed: dict[Any, Any] | None = None
        """The vendor's names of functions, where they have others."""

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
        kept = self.tables.own_id
        if isinstance(container, dict) and kept in container:
            return container[kept]
        return None if isinstance(identifier, str) and MINTED in identifier else identifier

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
        form = form_of(value)
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
        if path.startswith("@"):
            self.turn_marks = True
            return
        if owner == "orgen" or key in self.stale:
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
            self.outdated.append((id(holder), path))
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
            self.stale.append(kept)
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
        if kept in self.source:
            old = self.source[kept]
            if not isinstance(old, list) or [w for w in old if lookup(known, w)] != words:
                self.stale.append(kept)

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
        if part is self.optional:
            self.check_kinds(part, kind)
        else:
            self.refuse(part, kind)
        return None

    def check_kinds(self, value: dict[str, Any], kind: str) -> None:
        """Raises DecodeError where a property is of a kind that the contract does not allow."""
        known = self.tables.kinds.get(kind, {})
        wrong = [
            property
            for property, found in value.items()
            if found is not None
            and property in known
            and NAMES.get(type(found)) not in known[property]
            and kind_name(found) not in known[property]
            and "any" not in known[property]
        ]
        for property in known if wrong else ():
            if property in wrong:
                raise self.expected(value, property, " or ".join(known[property]))

    def refuse(self, value: dict[str, Any], kind: str) -> None:
        """A canonical value that the dialect has no rule for: a note decides."""
        tables = self.tables
        self.check_kinds(value, kind)
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


def _counts(value: Any) -> bool:
    """Whether a part of the usage counts anything."""
    return any(value.values()) if isinstance(value, dict) else bool(value)
