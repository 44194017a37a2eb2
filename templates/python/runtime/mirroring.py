"""Encodes lawful events for vendors whose events are the same (OpenAI Responses and its kin)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .errors import Loss
from .streams import StreamTable

Encoded = Callable[[dict[str, Any]], dict[str, Any]]
"""A canonical response -> the native one."""

TEXTS = frozenset({"response.output_text.delta", "response.output_text.done"})
"""Events that the vendors' own libraries expect `logprobs` in."""


class Mirror:
    """Says each event as the vendor does: other names, native items and responses."""

    def __init__(self, table: StreamTable, slug: str, prefixed: Callable[[str], bool]) -> None:
        self.losses: list[Loss] = []
        self._names = table.mirror or {}
        self._tag = table.tag or "type"
        self._slug = slug
        self._prefixed = prefixed
        self._number = 0
        rules = (rule for rule in table.events.get("error", ()) if rule.does)
        self._flat = any(done.source is None for rule in rules for done in rule.does)

    def say(self, event: dict[str, Any], encoded: Encoded) -> list[dict[str, Any]]:
        """The native event, if there is one."""
        kind = str(event.get("type"))
        name = self._name(kind)
        if name is None:
            self.losses.append(Loss("", "dropped", f"the format has no event like {kind}"))
            return []
        native = {**event, self._tag: name}
        if kind == "error":
            native = self._error(native)
        if isinstance(event.get("item"), dict):
            item = self._item(event["item"], encoded)
            if item is None:
                return []
            native["item"] = item
        if isinstance(event.get("response"), dict):
            native["response"] = self._response(event["response"], encoded)
        if kind in TEXTS:
            native.setdefault("logprobs", [])
        native["sequence_number"] = self._number
        self._number += 1
        return [native]

    def _name(self, kind: str) -> str | None:
        owner, colon, rest = kind.partition(":")
        if not colon or self._prefixed(kind):
            return self._names.get(kind, kind)
        return rest if owner == self._slug else None

    def _error(self, event: dict[str, Any]) -> dict[str, Any]:
        if not self._flat:
            return event
        error = event.pop("error", None) or {}
        fields = {key: error.get(key) for key in ("code", "message", "param")}
        return {**event, **fields}

    def _item(self, item: dict[str, Any], encoded: Encoded) -> dict[str, Any] | None:
        found = encoded({"output": [item]}).get("output")
        if not isinstance(found, list) or len(found) != 1 or not isinstance(found[0], dict):
            reason = f"the format has no item like {item.get('type')}"
            self.losses.append(Loss("", "dropped", reason))
            return None
        native: dict[str, Any] = found[0]
        kept = {key: item[key] for key in ("id", "status") if key in item}
        return {**native, **{k: v for k, v in kept.items() if native.get(k) is None}}

    def _response(self, response: dict[str, Any], encoded: Encoded) -> dict[str, Any]:
        native = encoded({**response, "output": []})
        items = [self._item(item, encoded) for item in response.get("output") or []]
        output = [item for item in items if item is not None]
        return {**native, "id": response.get("id"), "output": output}
