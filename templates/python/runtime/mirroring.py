"""Encodes lawful events for vendors whose events are the same (OpenAI Responses and its kin)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .encoding import TRUNCATED, StreamEncoder
from .errors import Loss
from .jsontext import dumps
from .marking import ARGUMENTS, CHANNELS
from .speaking import Event
from .streams import StreamTable

if TYPE_CHECKING:
    from .translation import Dialect

LOGPROBS: dict[str, Any] = {"logprobs": []}
EXPECTED = {"response.output_text.delta": LOGPROBS, "response.output_text.done": LOGPROBS}
"""Event -> what the vendors' own libraries expect in it."""

TERMINAL = frozenset({"response.completed", "response.incomplete", "response.failed"})


class MirrorEncoder(StreamEncoder):
    """Says each event as the vendor does: other names, native items and responses."""

    def __init__(
        self,
        dialect: Dialect[Any, Any, Any],
        table: StreamTable,
        request: dict[str, Any] | None = None,
        provider: str | None = None,
    ) -> None:
        super().__init__(dialect, table, request, provider)
        self._names = table.mirror or {}
        self._tag = table.tag or "type"
        self._slug = dialect.slug(provider)
        self._prefixed = dialect.tables.is_prefixed
        self._number = 0
        self._last: Any = None
        """The type of the last event."""
        rules = (rule for rule in table.events.get("error", ()) if rule.does)
        self._flat = any(done.source is None for rule in rules for done in rule.does)
        names = {kind: self._names.get(kind, kind) for kind in (*CHANNELS, ARGUMENTS)}
        self._deltas = {
            kind: (name, self._writer.head(name), EXPECTED.get(kind))
            for kind, name in names.items()
        }
        """Delta event -> its native name, what stands before its data, what is expected in it."""

    def feed(self, event: Any) -> bytes:
        if type(event) is dict:
            try:
                name, head, expected = self._deltas[event["type"]]
            except (KeyError, TypeError):
                pass  # another event, or none
            else:
                if "item" not in event and "response" not in event:
                    native = {**event, self._tag: name}
                    if expected and "logprobs" not in event:
                        native.update(expected)
                    native["sequence_number"] = self._number
                    self._number += 1
                    self._last = name
                    return head + dumps(native) + self._writer.tail
        return self._long_way(self._plain(event))

    def _long_way(self, event: dict[str, Any]) -> bytes:
        if self._last in TERMINAL:
            return b""
        self._last = event.get("type")
        written = self._writer.written(self._said(event))
        if self._last in TERMINAL:
            self._deltas = {}
            return written + self._writer.done
        return written

    def close(self) -> bytes:
        if self._closed:
            return b""
        self._closed = True
        self._deltas = {}
        if self._last is None or self._last in TERMINAL:
            return b""
        failure = {"type": "error", "error": dict(TRUNCATED)}
        events = [] if self._last == "error" else self._said(failure)
        return self._writer.written(events) + self._writer.done

    def _said(self, event: dict[str, Any]) -> list[Event]:
        """The native event, if there is one."""
        kind = str(event.get("type"))
        name = self._name(kind)
        if name is None:
            self.losses.append(Loss("", "dropped", f"the format has no event like {kind}"))
            return []
        changed: dict[str, Any] = {}
        if isinstance(event.get("item"), dict):
            item = self._item(event["item"])
            if item is None:
                return []
            changed["item"] = item
        if isinstance(event.get("response"), dict):
            changed["response"] = self._response(event["response"])
        if kind == "error":
            event = self._error(event)
        native = {**event, **changed, self._tag: name}
        for key, value in EXPECTED.get(kind, {}).items():
            native.setdefault(key, value)
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
        error = event.get("error") or {}
        fields = {key: error.get(key) for key in ("code", "message", "param")}
        return {**{key: value for key, value in event.items() if key != "error"}, **fields}

    def _item(self, item: dict[str, Any]) -> dict[str, Any] | None:
        found = self._wholes.encoded({"output": [item]}).get("output")
        if not isinstance(found, list) or len(found) != 1 or not isinstance(found[0], dict):
            reason = f"the format has no item like {item.get('type')}"
            self.losses.append(Loss("", "dropped", reason))
            return None
        native: dict[str, Any] = found[0]
        kept = {key: item[key] for key in ("id", "status") if key in item}
        return {**native, **{k: v for k, v in kept.items() if native.get(k) is None}}

    def _response(self, response: dict[str, Any]) -> dict[str, Any]:
        native = self._wholes.encoded({**response, "output": []})
        items = [self._item(item) for item in response.get("output") or []]
        output = [item for item in items if item is not None]
        return {**native, "id": response.get("id"), "output": output}
