"""Writes lawful events: whatever is said of items and texts, the protocol's order is kept.

The laws are those of `openresponses.events.check`: the response begins once and
ends once, items and parts open before they grow and close after, and what a
closing event states is what its deltas said.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .jsontext import loads
from .primitives import is_minted

Report = Callable[[str, str], None]
"""Takes a JSON Pointer into the response, and the reason of a loss there."""


@dataclass(frozen=True, slots=True)
class PartKind:
    """Which events speak of a kind of part, and where its text lies."""

    list: str
    index: str
    key: str
    part: str
    channel: str
    blank: tuple[str, ...] = ()
    """Lists that every such part has."""


def _content(channel: str, key: str = "text", blank: tuple[str, ...] = ()) -> PartKind:
    return PartKind("content", "content_index", key, "response.content_part", channel, blank)


PART_KINDS = {
    "output_text": _content("response.output_text", blank=("annotations", "logprobs")),
    "refusal": _content("response.refusal", "refusal"),
    "reasoning_text": _content("response.reasoning"),
    "summary_text": PartKind(
        "summary",
        "summary_index",
        "text",
        "response.reasoning_summary_part",
        "response.reasoning_summary_text",
    ),
}
"""Type of a part -> its kind. Parts of other types arrive whole."""

OPENING = ("role", "phase", "call_id", "name")
"""What items open with: no later event can change it."""

PART_LISTS = ("content", "summary")

NAMES = {"role": "assistant", "call_id": "", "name": "unknown"}
"""What stands in for names that a server spoilt; an id is as good as the item's own."""

LISTS = {"message": ("content",), "reasoning": ("summary", "content")}
"""Type of an item -> the lists of parts that are streamed."""


@dataclass(slots=True)
class OpenPart:
    """A part that grows: its text so far, and what was noted at it."""

    item: OpenItem
    kind: PartKind
    type: str
    index: int
    pieces: list[str] = field(default_factory=list)
    annotations: list[Any] = field(default_factory=list)
    value: dict[str, Any] | None = None
    """The whole part, once it is closed."""
    delta: dict[str, Any] = field(default_factory=dict)
    """What all deltas of the part have in common."""

    def place(self) -> dict[str, Any]:
        """The fields of an event that say which part it concerns."""
        return {**self.item.place(), self.kind.index: self.index}

    def append(self, text: str) -> None:
        """Emits one delta."""
        self.extend([text])

    def extend(self, texts: list[str]) -> None:
        """Emits a delta for each of the texts."""
        self.pieces += texts
        self.item.emitter.grow(self.delta, texts)

    def annotate(self, annotation: Any) -> None:
        """Emits one annotation of a text."""
        place = {**self.place(), "annotation_index": len(self.annotations)}
        self.annotations.append(annotation)
        kind = self.kind.channel + ".annotation.added"
        self.item.emitter.emit(kind, {**place, "annotation": annotation})

    def close(self, stated: dict[str, Any] | None = None) -> None:
        """Emits the rest of what is stated, and that the part is whole."""
        if self.value is not None:
            return
        kind, said = self.kind, "".join(self.pieces)
        final = {**(stated or {}), "type": self.type}
        whole = final.get(kind.key)
        final[kind.key] = said + self.item.emitter.rest(self, said, whole)
        for name in kind.blank:
            final.setdefault(name, [])
        if "annotations" in kind.blank:
            for annotation in final["annotations"][len(self.annotations) :]:
                self.annotate(annotation)
            final["annotations"] = list(self.annotations)
        self.value = final
        emit, place = self.item.emitter.emit, self.place()
        emit(kind.channel + ".done", {**place, kind.key: final[kind.key]})
        emit(kind.part + ".done", {**place, "part": final})


@dataclass(slots=True)
class OpenItem:
    """An item that grows."""

    emitter: Emitter
    id: str
    type: str
    index: int
    opened: dict[str, Any]
    parts: dict[str, list[OpenPart | dict[str, Any]]] = field(default_factory=dict)
    """List of the item -> its parts; those that arrived whole as they are."""
    pieces: list[str] = field(default_factory=list)
    """The arguments of a call so far."""
    value: dict[str, Any] | None = None
    """The whole item, once it is closed."""
    delta: dict[str, Any] = field(default_factory=dict)
    """What all pieces of the arguments have in common."""

    def place(self) -> dict[str, Any]:
        """The fields of an event that say which item it concerns."""
        return {"item_id": self.id, "output_index": self.index}

    def append(self, text: str) -> None:
        """Emits one piece of the arguments."""
        self.extend([text])

    def extend(self, texts: list[str]) -> None:
        """Emits pieces of the arguments."""
        if not self.delta:
            kind = {"type": "response.function_call_arguments.delta", "sequence_number": 0}
            self.delta = {**kind, **self.place(), "delta": ""}
        self.pieces += texts
        self.emitter.grow(self.delta, texts)

    def open_part(self, name: str, type_: str) -> OpenPart:
        """Opens the next part of one of the item's lists."""
        kind = PART_KINDS[type_]
        parts = self.parts.setdefault(name, [])
        part = OpenPart(self, kind, type_, len(parts))
        kind_ = {"type": kind.channel + ".delta", "sequence_number": 0}
        part.delta = {**kind_, **part.place(), "delta": ""}
        parts.append(part)
        blank: dict[str, Any] = {"type": type_, kind.key: ""}
        blank.update((key, []) for key in kind.blank)
        self.emitter.emit(kind.part + ".added", {**part.place(), "part": blank})
        return part

    def take_part(self, name: str, value: dict[str, Any]) -> None:
        """Emits a part that arrived whole."""
        parts = self.parts.setdefault(name, [])
        place = {**self.place(), "content_index": len(parts)}
        parts.append(value)
        self.emitter.emit("response.content_part.added", {**place, "part": value})
        self.emitter.emit("response.content_part.done", {**place, "part": value})

    def text(self) -> str:
        """All that was said in the item's channels."""
        held = (part for parts in self.parts.values() for part in parts)
        texts = ["".join(part.pieces) for part in held if isinstance(part, OpenPart)]
        return "".join([*self.pieces, *texts])

    def close(self, stated: dict[str, Any], status: str) -> None:
        """Emits the rest of what is stated of the item, and that it is whole."""
        if self.value is not None:
            return
        final: dict[str, Any] = {"type": self.type, "id": self.id, "status": status}
        final |= {key: value for key, value in stated.items() if key not in final}
        if ":" in self.type:
            self._keep_opened(final)
        final |= {key: value for key, value in self.opened.items() if key in OPENING}
        if self.type == "reasoning" and self.parts and said_in(final) == self.text():
            # The same thoughts under another name than they were streamed by.
            again = [
                name for name in LISTS[self.type] if final.get(name) and name not in self.parts
            ]
            final |= {name: [] for name in again}
        for name in LISTS.get(self.type, ()):
            if name in final or name in self.parts or name in self.opened:
                final[name] = self._closed_parts(name, final.get(name))
        if self.type == "function_call":
            final["arguments"] = self._closed_arguments(final.get("arguments"))
        self.value = final
        place = {"output_index": self.index, "item": final}
        self.emitter.emit("response.output_item.done", place)

    def _keep_opened(self, final: dict[str, Any]) -> None:
        """What an extension item opened with; parts cannot come later, for want of events."""
        final |= {key: value for key, value in self.opened.items() if key not in final}
        for name in PART_LISTS:
            if isinstance(final.get(name), list) and final[name] != self.opened.get(name):
                place = f"/output/{self.index}/{name}"
                self.emitter.report(place, "parts of an item that had opened without them")
                final[name] = self.opened.get(name, [])

    def _closed_parts(self, name: str, stated: Any) -> list[Any]:
        parts = self.parts.setdefault(name, [])
        values = stated if isinstance(stated, list) else []
        for index, value in enumerate(values):
            type_ = value.get("type") if isinstance(value, dict) else None
            if index == len(parts):
                kind = PART_KINDS.get(type_ or "")
                if kind is None or kind.list != name:
                    self.take_part(name, value)
                    continue
                self.open_part(name, str(type_))
            part = parts[index]
            if isinstance(part, OpenPart):
                part.close(value if part.type == type_ else None)
        for part in parts[len(values) :]:
            if isinstance(part, OpenPart):
                part.close()
        return [part.value if isinstance(part, OpenPart) else part for part in parts]

    def _closed_arguments(self, stated: Any) -> str:
        said = "".join(self.pieces)
        whole = said + self.emitter.rest(self, said, stated)
        done = {**self.place(), "arguments": whole}
        self.emitter.emit("response.function_call_arguments.done", done)
        return whole


def said_in(item: dict[str, Any]) -> str:
    """All texts of an item's parts."""
    lists = (item.get(name) for name in PART_LISTS[::-1])
    parts = (part for parts in lists if isinstance(parts, list) for part in parts)
    return "".join(str(part.get("text") or "") for part in parts if isinstance(part, dict))


def is_choice(key: str) -> bool:
    """Whether a property tells which of several choices an item is of."""
    return key.endswith(":@choice")


def _is_name(key: str, value: Any) -> bool:
    """Whether an extension item opens with the property: a name or the like, or its parts."""
    if key in PART_LISTS:
        return isinstance(value, list)
    return isinstance(value, str) and bool(value) and ":" not in key


def same_json(one: str, other: str) -> bool:
    """Whether two texts say the same JSON value."""
    try:
        return bool(loads(one) == loads(other))
    except ValueError:
        return False


def final_status(item: dict[str, Any], status: str) -> str:
    """The status with which an item closes: its own, if it is one that can be."""
    stated = item.get("status")
    return stated if stated in ("completed", "incomplete") else status


class Emitter:
    """The events of one stream. `events` are those that nobody has taken yet."""

    def __init__(self, report: Report) -> None:
        self.events: list[dict[str, Any]] = []
        self.number = 0
        self.items: list[OpenItem] = []
        self.started = False
        self.ended = False
        self.report = report
        self._ids: set[str] = set()
        self._calls = 0
        """How many calls had no id."""

    def take(self) -> list[Any]:
        """The events since the last call."""
        events, self.events = self.events, []
        return events

    def emit(self, kind: str, fields: dict[str, Any]) -> None:
        """Adds one event."""
        self.events.append({"type": kind, "sequence_number": self.number, **fields})
        self.number += 1

    def grow(self, common: dict[str, Any], texts: list[str]) -> None:
        """Adds events that differ from `common` in their numbers and deltas."""
        events = self.events
        for number, text in enumerate(texts, self.number):
            event = common.copy()  # faster than any literal
            event["sequence_number"] = number
            event["delta"] = text
            events.append(event)
        self.number += len(texts)

    def start(self, response: dict[str, Any]) -> None:
        """Emits that the response begins. `response` is in progress, or queued."""
        self.started = True
        for kind in ("created", "queued", "in_progress"):
            if kind == "queued" and response["status"] != "queued":
                continue
            status = "in_progress" if kind == "in_progress" else response["status"]
            self.emit(f"response.{kind}", {"response": {**response, "status": status}})

    def open(self, item: dict[str, Any], identifier: str) -> OpenItem:
        """Opens an item with what is known of it from the start."""
        type_ = item["type"]
        opened = {"type": type_, "id": self.unique(identifier), "status": "in_progress"}
        if ":" in type_:  # names and the like; the rest comes when it is whole
            opened |= {k: v for k, v in item.items() if _is_name(k, v) and k not in opened}
        opened |= {key: item[key] for key in OPENING if key in item}
        opened |= {key: value for key, value in item.items() if is_choice(key)}
        for key, stands_in in (NAMES if type_ in LISTS or type_ == "function_call" else {}).items():
            if key in opened and not (isinstance(opened[key], str) and opened[key]):
                self.report(f"/output/{len(self.items)}/{key}", "the server gave no such name")
                opened[key] = stands_in or opened["id"]
        if is_minted(opened.get("call_id")):
            opened["call_id"] = self._call_id(opened["call_id"])
        if type_ == "function_call":
            opened["arguments"] = ""
        for name in LISTS.get(type_, ()):
            if name != "content" or type_ == "message" or "content" in item:
                opened[name] = []
        made = OpenItem(self, opened["id"], type_, len(self.items), opened)
        self.items.append(made)
        self.emit("response.output_item.added", {"output_index": made.index, "item": opened})
        return made

    def unique(self, identifier: str) -> str:
        """The id, or one like it if another item has it."""
        found, number = identifier, 1
        while found in self._ids:
            number += 1
            found = f"{identifier}_{number}"
        self._ids.add(found)
        return found

    def _call_id(self, minted: str) -> str:
        """An id that we made for a call: blocks are decoded alone, so each begins to count."""
        self._calls += 1
        return minted.rstrip("0123456789") + str(self._calls) if self._calls > 1 else minted

    def whole(self, item: dict[str, Any], status: str) -> OpenItem:
        """Emits an item that arrived whole."""
        if item["type"] in ("message", "reasoning", "function_call"):
            made = self.open(item, item["id"])
            made.close(item, status)
            return made
        item = {**item, "id": self.unique(item["id"]), "status": status}
        made = OpenItem(self, item["id"], item["type"], len(self.items), item)
        self.items.append(made)
        added = {**item, "status": "in_progress"}
        self.emit("response.output_item.added", {"output_index": made.index, "item": added})
        made.value = item
        self.emit("response.output_item.done", {"output_index": made.index, "item": item})
        return made

    def rest(self, holder: OpenPart | OpenItem, said: str, stated: Any) -> str:
        """What a final value adds to the deltas, emitted; the deltas win where it differs."""
        if not isinstance(stated, str) or stated == said:
            return ""
        if not stated.startswith(said):
            if isinstance(holder, OpenItem) and (stated == "{}" or same_json(said, stated)):
                return ""  # spelled differently, or cut off within the arguments
            item = holder.item if isinstance(holder, OpenPart) else holder
            self.report(
                f"/output/{item.index}", "the final text is not what the stream said before"
            )
            return ""
        rest = stated[len(said) :]
        holder.append(rest)
        return rest

    def end(self, response: dict[str, Any]) -> None:
        """Emits the end of the response, whose status says which. All items must be closed."""
        self.ended = True
        whole = {**response, "output": [item.value for item in self.items]}
        self.emit(f"response.{response['status']}", {"response": whole})

    def fail(self, error: dict[str, Any], response: dict[str, Any]) -> None:
        """Emits an error, and that the response failed with it. All items must be closed."""
        self.emit("error", {"error": error})
        code = error.get("code") or error.get("type") or "server_error"
        shown = {"code": str(code), "message": str(error.get("message") or "")}
        failed = {**response, "status": "failed", "error": shown, "completed_at": None}
        self.end({**failed, "incomplete_details": None})
