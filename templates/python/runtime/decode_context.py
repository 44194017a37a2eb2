"""Native to canonical: what no rule reads is kept as residue or as an extension."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from . import residue
from .context import Context
from .primitives import MINTED, is_minted, lookup, timestamp
from .spelling import OtherSpelling, in_snake_case
from .tables import UNTAGGED, DialectTables

PREFIXES = {
    "message": "msg",
    "function_call": "fc",
    "function_call_output": "fco",
    "reasoning": "rs",
    "compaction": "cmp",
}
"""How the ids of items begin that we make, by type; else with `item`."""

_WHOLE_SECONDS = len("1970-01-01T00:00:00Z")


class DecodeContext(Context):
    """Native to canonical, as far as it concerns single values."""

    hoists = False
    """Whether system messages have a place of their own."""
    seen_items = 0
    """How many of the items were searched for calls."""
    status: str | None = "completed"
    """The status of items that do not state one; None in streams, which give ids, too."""
    newest = ""
    """The last id that an item without one was given."""

    def __init__(
        self,
        tables: DialectTables,
        source: Any,
        slug: str,
        *,
        response: bool = False,
        spelling: bool = False,
    ) -> None:
        super().__init__(tables, source, slug, response=response)
        self.spelling = spelling
        """Whether an unknown key may still be a known one in another spelling."""
        self.left: list[str] = []
        """Keys of the message at hand that its rules leave, though others would read them."""
        self.orphans: dict[str, Any] = {}
        """Residue of an answer without items."""

    @cached_property
    def url(self) -> dict[str, Any]:
        """What the URL of the request says."""
        return {}

    @cached_property
    def items(self) -> list[Any]:
        """The items that were decoded so far."""
        return []

    @cached_property
    def waiting(self) -> dict[Any, list[Any]]:
        """Calls without an answer yet, by the names of their functions."""
        return {}

    @cached_property
    def named(self) -> dict[Any, Any]:
        """Names of functions by the ids of their calls."""
        return {}

    def new_id(self, kind: str) -> str | None:
        """The id of an item of an answer that does not state one: it tells the item's place."""
        if self.status is None:
            return None
        prefix = PREFIXES.get(kind, "item")
        self.minted[prefix] = number = self.minted.get(prefix, 0) + 1
        self.newest = made = f"{prefix}{MINTED}{self.base}{number}"
        return made

    def url_fields(self) -> dict[str, Any]:
        """What the URL of the request says (`model`, `stream`)."""
        return self.url

    def account(self, container: Any, known: frozenset[str], place: str, out: Any) -> None:
        """Keeps every key of `container` that no rule looked at."""
        if self.spelling or type(out) is not dict:
            for key in container:
                if key not in known:
                    self.keep(container, key, place, out)
            return
        names = self.tables.residues[place]
        for key, value in container.items():
            if key not in known and value is not None and (name := names[key]):
                out[name] = value

    def account_within(self, container: Any, known: frozenset[str], place: str, out: Any) -> None:
        """The same for an object further inside, which may be absent; an empty one is kept."""
        if isinstance(container, dict):
            if not container:
                self.keep_empty(container, place[:-1], out)
            elif not known.issuperset(container):
                self.account(container, known, place, out)

    def keep_empty(self, container: Any, name: str, out: Any) -> None:
        """Keeps a container in which there is nothing that a rule could read."""
        if container in ({}, []) and name not in self.tables.ignore:
            self.keep_value(container, name, out)

    def keep_id(self, identifier: Any, out: Any, found: Any = None) -> None:
        """Remembers an empty id, or that there was none where one was `found` elsewhere."""
        if identifier:
            return
        absent = identifier is None and found is not None and not is_minted(found)
        if (identifier == "" or absent) and isinstance(out, dict):
            out[self.tables.own_id] = identifier

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

    def nearest(self, container: Any, key: str, place: str, out: Any, low: Any, high: Any) -> Any:
        """The allowed number that is nearest to one out of bounds, which is kept, and reported.

        None for zero and below, which often mean no limit.
        """
        value = container[key]
        if value <= 0:
            self.misfit(container, key, place, out)
            return None
        self.keep(container, key, place, out)
        least = low is not None and value < low
        made = low if least else high
        bound = "least" if least else "most"
        self.report(container, key, "clamped", f"Open Responses takes {made} at {bound}")
        return made

    def keep(self, container: Any, key: str, place: str, out: Any) -> None:
        value = container[key]
        if self.spelling and ("_" in key or in_snake_case(value)):
            raise OtherSpelling
        if value is None:
            return
        name = f"{place}{residue.escape(str(key))}"
        if name not in self.tables.ignore:
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
        if self.tables.maps["encode_" + table].get(made) != word:
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

    def keep_time(self, text: Any, seconds: Any, path: str, out: Any) -> None:
        """Keeps a time as it was written where the way back would write it differently."""
        if len(text) != _WHOLE_SECONDS or text != timestamp(seconds):
            out[f"{self.tables.name}:{path}"] = text

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
