"""Builds the response from the events of its stream, whatever they leave out.

Everything is kept in pieces until the end, so that the time is linear in the
size of the events however often they repeat themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .growing import Growing
from .jsontext import copied
from .lifecycle import Lifecycle, Machine, Rule, entries, plain, position
from .resource import ECHO

TRUNCATED = "stream_truncated"
"""Error code of a response whose stream ended before it did."""


@dataclass(slots=True)
class _Entry:
    """An item or part: as it was opened, what arrived since, and how it was closed."""

    value: dict[str, Any]
    pieces: dict[str, list[str]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    """Whole texts, stated at the end of their channels."""
    lists: dict[str, list[Any]] = field(default_factory=dict)
    held: dict[str, dict[int, _Entry]] = field(default_factory=dict)
    """Property -> place in its list -> entry."""
    stated: dict[str, Any] | None = None

    def built(self) -> dict[str, Any]:
        value = copied(self.value)
        for key, pieces in self.pieces.items():
            opened = value.get(key)
            value[key] = (opened if isinstance(opened, str) else "") + "".join(pieces)
        for key, text in self.texts.items():
            value[key] = merged(value.get(key), text)
        for key, added in self.lists.items():
            value[key] = [*entries(value, key), *copied(added)]
        for key, held in self.held.items():
            value[key] = [held[index].built() for index in sorted(held)]
        return value if self.stated is None else merged(value, self.stated)  # type: ignore[no-any-return]


class Folder:
    """Takes events with `add`; `response` is what they amount to."""

    def __init__(self, table: Lifecycle) -> None:
        self._table = table
        self._root = _Entry({})
        self._ended = False
        self._error: Any = None
        self._growing = Growing[list[str]](table)

    def add(self, event: Any) -> None:
        """Applies one event. Those that are unknown, or fit nowhere, change nothing."""
        if type(event) is dict:
            try:
                row, texts = self._growing.rows[event["type"]]
                outer, inner, delta = event[row.outer], event[row.inner], event[row.value]
                pieces = texts[outer][inner]
                if (
                    type(outer) is int is type(inner)
                    and type(delta) is str
                    and row.only_adds(event)
                ):
                    pieces.append(delta)
                    return
            except (KeyError, TypeError):
                pass  # another event, or one that is not this plain
        self._apply_any(plain(event))

    def _apply_any(self, event: Any) -> None:
        kind = event.get("type") if isinstance(event, dict) else None
        rule = self._table.by_event.get(kind) if isinstance(kind, str) else None
        if rule is None:
            return
        if rule.action == "advance":
            self._advance(rule, event)
            return
        found = self._find(rule, event)
        if found is not None:
            self._apply(rule, event, found)
            if rule.action == "extend" and rule.channel:
                key = self._table.channels[rule.channel].key
                if key in found.pieces:
                    self._growing.remember(event, found.pieces[key])

    def _advance(self, rule: Rule, event: dict[str, Any]) -> None:
        value = event.get(rule.value or "")
        if not isinstance(value, dict):
            return
        if rule.id is None:  # an error: it carries no response
            self._error = value
            return
        for key, stated in value.items():
            if key not in self._root.value or not _silent(stated):
                self._root.value[key] = stated
        self._ended = rule.after in self._table.machines[rule.object].final

    def _find(self, rule: Rule, event: dict[str, Any]) -> _Entry | None:
        """The object that the event concerns; parts that were not announced are made."""
        entry = self._root
        for depth, machine in enumerate(self._table.path(rule)[1:]):
            index, key = position(event, machine), machine.list
            if index is None or key is None:
                return None
            held = entry.held.setdefault(key, {})
            if index not in held:
                made = self._unannounced(rule, event, machine)
                if made is None or (depth > 0 and index != len(held)):
                    return None
                held[index] = made
            entry = held[index]
        return entry

    def _unannounced(self, rule: Rule, event: dict[str, Any], machine: Machine) -> _Entry | None:
        """An object whose opening is this event, or was left out by the server."""
        if rule.object == machine.name and rule.action in ("open", "close"):
            return _Entry({}) if isinstance(event.get(rule.value or ""), dict) else None
        kinds = self._table.channels[rule.channel].types if rule.channel else rule.types
        deep = len(self._table.paths[machine.name]) > 2
        return _Entry({"type": kinds[0]}) if deep and kinds else None

    def _apply(self, rule: Rule, event: dict[str, Any], entry: _Entry) -> None:
        value = event.get(rule.value or "")
        match rule.action:
            case "open" if isinstance(value, dict):
                self._open(rule.object, entry, value)
            case "extend" if isinstance(value, str) and rule.channel:
                key = self._table.channels[rule.channel].key
                entry.pieces.setdefault(key, []).append(value)
            case "finish" if isinstance(value, str) and rule.channel:
                entry.texts[self._table.channels[rule.channel].key] = value
            case "append" if rule.key:
                entry.lists.setdefault(rule.key, []).append(value)
            case "close" if isinstance(value, dict):
                entry.stated = value
        for name, key in rule.gathers.items():
            if more := entries(event, name):
                entry.lists.setdefault(key, []).extend(more)

    def _open(self, name: str, entry: _Entry, value: dict[str, Any]) -> None:
        entry.value = {**entry.value, **value}
        for machine in self._table.held(name):
            for index, part in enumerate(entries(value, machine.list)):
                if isinstance(part, dict) and machine.list:
                    entry.held.setdefault(machine.list, {}).setdefault(index, _Entry(part))

    def response(self) -> dict[str, Any]:
        """The response that the events amount to.

        Without an end of its own it has failed, and what was open is incomplete.
        """
        whole = _blank() if not self._root.value else copied(self._root.value)
        stated = entries(whole, "output")
        whole["output"] = self._output(stated)
        error = self._error
        if not self._ended:
            whole["status"] = "failed"
            error = error or {
                "code": TRUNCATED,
                "message": "the stream ended before the response did",
            }
        if error is not None and not whole.get("error"):
            whole["error"] = {key: error.get(key) for key in ("code", "message")}
        return whole

    def _output(self, stated: list[Any]) -> list[Any]:
        """The items by place: those of the last response, and what was built of them."""
        (machine,) = self._table.held("response")
        built = {
            index: self._item(entry)
            for index, entry in self._root.held.get(machine.list or "", {}).items()
        }
        for index, item in enumerate(stated):
            built[index] = merged(built.get(index), item)
        return [built[index] for index in sorted(built)]

    def _item(self, entry: _Entry) -> dict[str, Any]:
        item = entry.built()
        if entry.stated is None and not self._ended:
            item["status"] = "incomplete"
        return item


def merged(built: Any, stated: Any) -> Any:
    """What was stated last, with what it leaves out or says only the beginning of."""
    if _silent(stated):
        return copied(stated if built is None else built)
    if isinstance(built, str) and isinstance(stated, str):
        return built if built.startswith(stated) else stated
    if isinstance(built, dict) and isinstance(stated, dict):
        if built.get("type", stated.get("type")) != stated.get("type", built.get("type")):
            return copied(stated)
        keys = dict.fromkeys([*built, *stated])
        return {key: merged(built.get(key), stated.get(key)) for key in keys}
    if isinstance(built, list) and isinstance(stated, list):
        pairs = [merged(old, new) for old, new in zip(built, stated, strict=False)]
        return [*pairs, *copied(built[len(pairs) :]), *copied(stated[len(pairs) :])]
    return copied(stated)


def _silent(value: Any) -> bool:
    return value is None or (isinstance(value, str | list | dict) and not value)


def _blank() -> dict[str, Any]:
    """A response of which nothing is known."""
    return {
        "id": "",
        "object": "response",
        "created_at": 0,
        "completed_at": None,
        "status": "failed",
        "incomplete_details": None,
        "model": "",
        "output": [],
        "error": None,
        "usage": None,
        **copied(ECHO),
    }
