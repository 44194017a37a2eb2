"""Names of functions: which call an answer belongs to, and names that the contract forbids."""

from __future__ import annotations

from typing import Any

from . import residue
from .context import as_elements
from .decode_context import DecodeContext
from .encode_context import EncodeContext
from .primitives import safe_name

_UNMARKED = frozenset(
    ("type", "call_id", "name", "arguments", "id", "status", "description", "parameters", "strict")
)
"""What calls and functions have in the contract."""


class EncodeNames(EncodeContext):
    """Canonical to native."""

    def name_of(self, call_id: Any, container: Any, key: str, optional: bool = False) -> Any:
        """The native name of the function whose call an output answers.

        Unless it is `optional`, an output without a call cannot be sent.
        """
        kept = self.tables.own_name
        if isinstance(container, dict) and kept in container:
            return None if container[kept] is False else container[kept]
        if self.callers is None:
            self.callers = self.calls()
        name = self.callers.get(call_id) if isinstance(call_id, str) else None
        if name is not None or optional:
            return name
        self.reject(container, key, "no function_call has this call_id, so the name is unknown")
        return None

    def calls(self) -> dict[str, Any]:
        """The ids of all calls, with the native names of their functions."""
        if self.renamed is None:
            self.renamed = self.renamings()
        names: dict[str, Any] = {}
        for item in self.named_values():
            call_id, name = item.get("call_id"), item["name"]
            if not isinstance(call_id, str) or not isinstance(name, str):
                continue
            if item.get("type") == "function_call":
                names[call_id] = self.renamed.get(name, name)
        return names

    def named_values(self) -> list[dict[str, Any]]:
        """The calls, tools and messages of the source that have a name."""
        if self.named is None:
            values = [
                *as_elements(self.source.get("input")),
                *as_elements(self.source.get("tools")),
            ]
            self.named = [v for v in values if isinstance(v, dict) and "name" in v]
        return self.named

    def native_name(self, name: Any) -> Any:
        """The name that the vendor knows the function by; a tool with another name says it."""
        if self.renamed is None:
            self.renamed = self.renamings()
        return self.renamed.get(name, name) if isinstance(name, str) else None

    def renamings(self) -> dict[Any, Any]:
        """Names of functions that the vendor knows by another name; the last use counts."""
        named = [value for value in self.named_values() if not _UNMARKED.issuperset(value)]
        prefix = f"{self.tables.name}:"
        if not any(prefix in " ".join(value) for value in named):
            return {}
        named = self.named_values()
        names = {value["name"]: kept_name(value, prefix) for value in named if _is_named(value)}
        return {name: kept for name, kept in names.items() if kept != name}


def _is_named(value: dict[str, Any]) -> bool:
    return isinstance(value["name"], str)


def kept_name(value: dict[str, Any], prefix: str) -> Any:
    """The vendor's name of a tool or call, where it had another, else its name."""
    for key, found in value.items():
        if not key.startswith(prefix) or key.startswith(prefix + residue.TURN):
            continue
        if key[len(prefix) :].rpartition(".")[2] == "name" and safe_name(found) == value["name"]:
            return found
    return value["name"]


class DecodeNames(DecodeContext):
    """Native to canonical."""

    def keep_renamed(
        self, name: Any, safe: Any, path: str, out: Any, container: Any, key: str
    ) -> None:
        """Keeps a name with characters that the contract does not allow, and reports it."""
        if name != safe:
            reason = f"Open Responses does not allow this name; it is called '{safe}'"
            self.report(container, key, "coerced", reason)
            if path:
                self.keep_exact(name, safe, path, out)

    def call_named(self, name: Any, identifier: Any, container: Any, key: str) -> Any:
        """The id of the oldest unanswered call of that function, unless one is given.

        Without a name any call counts. Asking changes nothing: the call is
        answered once a rule has taken the output (`keep_name`).
        """
        if isinstance(identifier, str) and identifier:
            return identifier
        self.see_calls()
        if name is None:
            return next((calls[0] for calls in self.waiting.values() if calls), None)
        return next(iter(self.waiting.get(safe_name(name), ())), None)

    def see_calls(self) -> None:
        """Takes note of the calls and outputs among the items since the last look."""
        for item in self.items[self.seen_items :]:
            if type(item) is not dict or "call_id" not in item:
                continue
            call_id, kind = item["call_id"], item.get("type")
            if kind == "function_call":
                name = item.get("name")
                self.waiting.setdefault(name, []).append(call_id)
                self.named[call_id] = name
            elif kind == "function_call_output":
                self.answer_call(call_id)
        self.seen_items = len(self.items)

    def answer_call(self, call_id: Any) -> None:
        """The call waits no longer."""
        calls = self.waiting.get(self.named.get(call_id))
        if calls and call_id in calls:
            calls.remove(call_id)

    def keep_name(self, name: Any, call_id: Any, out: Any, exact: bool = True) -> None:
        """Takes the output of a call, and keeps the name that no call with this id says.

        `exact` keeps that there was no name (`false`), although the call has one.
        """
        self.see_calls()
        self.answer_call(call_id)
        known = self.named.get(call_id)
        if isinstance(name, str):
            if known is None or known != safe_name(name):
                out[self.tables.own_name] = name
        elif exact and known is not None:
            out[self.tables.own_name] = False
