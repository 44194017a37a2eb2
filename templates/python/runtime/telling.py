"""Speaks the streams whose events say what to do (Anthropic, the portable form)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from .assembling import Key, put
from .speaking import Block, Event
from .streams import Assignment, EventRule, Path, StreamTable
from .told import at, copy_of

Found: TypeAlias = tuple[str, EventRule, Assignment]
"""The tag of an event, its rule, and the first thing that the rule does."""


class Rules:
    """The rules of a table, found by what they do and where."""

    def __init__(self, table: StreamTable) -> None:
        self.by_operation: dict[str, list[Found]] = {}
        for tag, rules in table.events.items():
            for rule in rules:
                if rule.does:
                    found = self.by_operation.setdefault(rule.does[0].operation, [])
                    found.append((tag, rule, rule.does[0]))
        self.lists = {
            done.target[0]
            for rules in table.events.values()
            for rule in rules
            for done in rule.does
            if done.operation in ("open", "append", "finish") and done.target
        }
        """The lists whose entries are sent one by one."""
        self._known: dict[tuple[Any, ...], Found | None] = {}

    def all(self, operation: str) -> list[Found]:
        """The rules that do that first."""
        return self.by_operation.get(operation, [])

    def find(
        self, operation: str, name: str | None, leaf: tuple[Key, ...], json: bool = False
    ) -> Found | None:
        """The rule that does it to entries of a list, or without `name` to the holding object."""
        key = (operation, name, leaf, json)
        if key not in self._known:
            if len(self._known) > MOST_KNOWN:  # leaves come from what was said, however odd
                self._known.clear()
            self._known[key] = self._search(operation, name, leaf, json)
        return self._known[key]

    def _search(
        self, operation: str, name: str | None, leaf: tuple[Key, ...], json: bool
    ) -> Found | None:
        for tag, rule, done in self.all(operation):
            head = done.target[:1] if name is not None else ()
            rest = done.target[2:] if name is not None else done.target
            same = rest == leaf or (_part(rest) is not None and rest[:-1] == leaf)
            if head == ((name,) if name is not None else ()) and same and done.json == json:
                return tag, rule, done
        return None


MOST_KNOWN = 1_000

_RULES: dict[int, tuple[StreamTable, Rules]] = {}
"""Identity of a table -> the table, and its rules: tables live as long as modules."""


def rules_of(table: StreamTable) -> Rules:
    """The rules of a table, sorted once."""
    if id(table) not in _RULES:
        _RULES[id(table)] = (table, Rules(table))
    return _RULES[id(table)][1]


class ToldSpeaker:
    """Events that say what to do; see `Speaker` for its methods."""

    def __init__(self, table: StreamTable) -> None:
        self._table = table
        self._tag = table.tag or "type"
        self._rules = rules_of(table)
        self._merges = self._rules.all("merge")
        self.sequential = bool(self._rules.all("close"))
        self._begun: dict[str, Any] = {}

    def _event(
        self, found: Found, block: Block, value: Any, native: Mapping[str, Any] | None = None
    ) -> Event:
        """The event of a rule; `native` is what is known of the block."""
        tag, rule, done = found
        event: Event = {self._tag: tag}
        told = {**(rule.missing or {}), **(done.value or {})}
        known = block.native if native is None else native
        named = {v: known.get(k) for k, v in told.items() if isinstance(v, str) and v[:1] == "$"}
        for variable, path in rule.keys.items():
            if variable in named:
                if named[variable] is not None:
                    put(event, path, named[variable])
            elif variable in done.target:
                first = done.target.index(variable) < 2
                put(event, path, block.key if first else block.part)
        for path, constant in rule.tests.items():
            put(event, path, constant)
        if done.source is not None:
            put(event, done.source, value)
        return event

    def begin(self, native: dict[str, Any]) -> list[Event]:
        whole = {key: copy_of(value) for key, value in native.items()}
        for key, value in self._table.constants.items():
            if whole.get(key) is None:
                whole[key] = copy_of(value)
        self._begun = whole
        if not self._merges:
            return []
        tag, rule, done = self._merges[0]
        event = {self._tag: tag}
        if done.source == ():
            self._begun = {k: v for k, v in whole.items() if k in rule.known and v is not None}
            return [{**event, **self._begun}]
        put(event, done.source or (), whole)
        return [event]

    def sends(self, name: str) -> bool:
        return name in self._rules.lists

    def grows(self, name: str | None, leaf: tuple[Key, ...], json: bool) -> bool:
        return self._rules.find("append", name, leaf, json) is not None

    def leaves(self, name: str) -> list[tuple[Path, bool]]:
        return [
            (done.target[2:], done.json)
            for _, _, done in self._rules.all("append")
            if done.target[:1] == (name,) and self._rules.find("finish", name, ()) is None
        ]

    def spreads(self, name: str) -> bool:
        return any(
            done.target[:1] == (name,) and _part(done.target[2:]) is not None
            for _, _, done in self._rules.all("append")
        )

    def sets(self, name: str, key: str) -> bool:
        find = self._rules.find
        return bool(find("set", name, (key,)) or find("push", name, (key,)))

    def append(self, block: Block, text: str) -> list[Event]:
        found = self._rules.find("append", block.list, block.leaf, block.json)
        begins = not block.begun and self._rules.find("open", block.list, ()) is None
        events = self._open(block)
        if found is not None and (text or begins):
            block.pieces.append(text)
            events.append(self._event(found, block, text))
        return events

    def _open(self, block: Block) -> list[Event]:
        if block.begun:
            return []
        block.begun = True
        found = self._rules.find("open", block.list, ())
        return [] if found is None else [self._event(found, block, copy_of(block.native))]

    def whole(self, block: Block, native: dict[str, Any]) -> list[Event]:
        block.native = native
        events = self._open(block)
        return [*events, *self._closing(block, native)]

    def close(self, block: Block, native: dict[str, Any]) -> list[Event]:
        events = self._open(block)
        for key, value in native.items():
            if value == block.native.get(key) or (key,) == block.leaf[:1]:
                continue
            if found := self._rules.find("set", block.list, (key,)):
                events.append(self._event(found, block, value))
            elif (found := self._rules.find("push", block.list, (key,))) and isinstance(
                value, list
            ):
                events.extend(self._event(found, block, entry) for entry in value)
        return [*events, *self._closing(block, native)]

    def _closing(self, block: Block, native: Mapping[str, Any]) -> list[Event]:
        block.open = False
        found = self._rules.find("close", block.list, ())
        if found is None and not block.cut:
            found = self._rules.find("finish", block.list, ())
        return [] if found is None else [self._event(found, block, native, native)]

    def late(
        self, native: dict[str, Any], holder: list[dict[str, Block | None]]
    ) -> list[Event] | None:
        if len(self._merges) < 2:
            return None
        nothing = {key: None for key, value in self._table.constants.items() if value is None}
        event, tells = self._merged({**nothing, **native})
        return [event] if tells else []

    def end(self, native: dict[str, Any], holder: list[dict[str, Block | None]]) -> list[Event]:
        events = [self._merged(native)[0]] if len(self._merges) > 1 else []
        for tag, rule, done in self._rules.all("end")[:1]:
            event: Event = {self._tag: tag}
            if done.target:
                late = self._unsaid(native, {done.target[0] for done in rule.does})
                event |= {key: value for key, value in late.items() if value is not None}
            for done in rule.does:
                value = at(native, done.target) if done.target else None
                if value is not None and done.source:
                    put(event, done.source, copy_of(value))
            events.append(event)
        return events

    def _merged(self, native: dict[str, Any]) -> tuple[Event, bool]:
        """The event that tells what was not known at the beginning; and whether it does."""
        lists = {done.target[0] for _, _, done in self._rules.all("open")}
        tag, rule, _ = self._merges[-1]
        event: Event = {self._tag: tag}
        nested = {done.target[0] for done in rule.does if done.target}
        tells = False
        for done in rule.does:
            value = at(native, done.target) if done.target else self._unsaid(native, lists | nested)
            tells = tells or any(v is not None for v in _values(value))
            if value is None:  # readers rely on it, even where nothing is known
                value = copy_of(at(self._table.constants, done.target))
            if done.source is not None and value is not None:
                put(event, done.source, value)
        return event, tells

    def _unsaid(self, native: dict[str, Any], skipped: set[str]) -> dict[str, Any]:
        """What the response says at its end and did not at its beginning."""
        begun = self._begun
        return {
            key: value
            for key, value in native.items()
            if key not in skipped and (key not in begun or begun[key] != value or value is None)
        }

    def fail(self, error: dict[str, Any]) -> list[Event]:
        for tag, _, done in self._rules.all("fail"):
            event: Event = {self._tag: tag}
            if done.source is None:
                return [{**event, **error}]
            put(event, done.source, error.get("error", error))
            return [event]
        return [error]


def _values(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else [value]


def _part(rest: tuple[Key, ...]) -> Key | None:
    """The variable at the end of a path within a block, which tells one of several texts."""
    last = rest[-1] if rest else None
    return last if isinstance(last, str) and last[:1] == "$" else None
