"""Encodes lawful events for vendors whose events are the same (OpenAI Responses and its kin)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from .assembling import MARK
from .encoding import TRUNCATED, StreamEncoder
from .errors import Loss
from .jsontext import dumps, numbered, quoted
from .marking import ARGUMENTS, CHANNELS, place_of
from .speaking import Event
from .streams import StreamTable

if TYPE_CHECKING:
    from .translation import Dialect

EXPECTED = {"response.output_text.delta": ("logprobs",), "response.output_text.done": ("logprobs",)}
"""Event -> lists that the vendors' own libraries expect in it."""

PLACES = {kind: (index, 6) for kind, (_, index, _) in CHANNELS.items()}
"""Delta event -> the field with the place of the part, and how many properties a plain one has."""
PLACES[ARGUMENTS] = ("output_index", 5)

NUMBER = MARK + MARK
"""Stands for the number of an event."""

MOST_PLACES = 1 << 53
"""Whole numbers up to this are told apart by every reader of JSON."""

TERMINAL = frozenset({"response.completed", "response.incomplete", "response.failed"})


Around: TypeAlias = tuple[str, bytes, bytes, bytes]
"""The item that a delta names, and the bytes before, between and after its number and text."""

Delta: TypeAlias = tuple[str, int, str, dict[Any, dict[Any, Around]]]
"""A row of PLACES, the native name of the event, and the texts that grow, by their places."""


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
        self._last: str | None = None
        """The type of the last event."""
        rules = (rule for rule in table.events.get("error", ()) if rule.does)
        self._flat = any(done.source is None for rule in rules for done in rule.does)
        self._deltas: dict[str, Delta] = {
            kind: (index, size, self._names.get(kind, kind), {})
            for kind, (index, size) in PLACES.items()
        }

    def feed(self, event: Any) -> bytes:
        if type(event) is dict:
            try:
                index, size, name, places = self._deltas[event["type"]]
                if len(event) != size:
                    if "item" not in event and "response" not in event:
                        return self._plainly(event, name)
                    return self._long_way(event)
                item, before, between, after = places[event["output_index"]][event[index]]
                delta, _ = event["delta"], event["sequence_number"]
                if type(delta) is str and event["item_id"] == item:
                    number = self._number
                    said = (before, numbered(number), between, quoted(delta), after)
                    self._number = number + 1
                    return b"".join(said)
            except (KeyError, TypeError, ValueError):
                pass  # another event, or one that is not this plain
        return self._long_way(self._plain(event))

    def _event(self, event: dict[str, Any]) -> bytes:
        if self._last in TERMINAL:
            return b""
        self._last = str(event.get("type"))
        events = self._said(event)
        written = self._writer.written(events)
        if self._last in TERMINAL:
            self._deltas = {}
            return written + self._writer.done
        if events and (found := self._deltas.get(self._last)) is not None:
            self._remember(found, event, events[0])
        return written

    def _plainly(self, event: dict[str, Any], name: str) -> bytes:
        """An event that needs no more than its native name and number."""
        self._last = name
        native = self._numbered({**event, self._tag: name}, event["type"])
        return self._writer.head(name) + dumps(native) + self._writer.tail

    def _numbered(self, native: Event, kind: str) -> Event:
        """The native event of a kind, complete."""
        for key in EXPECTED.get(kind, ()):
            native.setdefault(key, [])
        native["sequence_number"] = self._number
        self._number += 1
        return native

    def _remember(self, row: Delta, event: dict[str, Any], native: Event) -> None:
        """Notes the bytes around the number and the text of a delta, where it is a plain one."""
        index, size, _, places = row
        known = ("sequence_number", "delta", "item_id", "output_index", index)
        if len(event) != size or not event.keys() >= {*known}:
            return
        where = place_of(event["output_index"], MOST_PLACES), place_of(event[index], MOST_PLACES)
        if None in where or not isinstance(event["item_id"], str):
            return
        text = self._writer.written([{**native, "sequence_number": NUMBER, "delta": MARK}])
        before, _, rest = text.partition(dumps(NUMBER))
        between, found, after = rest.partition(dumps(MARK))
        if found and dumps(MARK) not in before + after and dumps(NUMBER) not in rest:
            parts = places.setdefault(where[0], {})
            parts[where[1]] = event["item_id"], before, between, after

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
        if kind in PLACES:
            event = _in_order(event, *PLACES[kind])
        return [self._numbered({**event, **changed, self._tag: name}, kind)]

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


def _in_order(event: dict[str, Any], index: str, size: int) -> dict[str, Any]:
    """A plain delta event with its properties in the spec's order, and whole numbers as such."""
    if len(event) != size:
        return event
    order = ("type", "sequence_number", "item_id", "output_index", index, "delta")
    ordered = {key: event[key] for key in order if key in event}
    for key in ("output_index", index):
        place = place_of(event.get(key), MOST_PLACES)
        ordered.update({} if place is None else {key: place})
    return {**ordered, **event, **ordered}
