"""Streams whose events say what to do: each has rules, which act on the response."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from .assembling import Assembler, Element, Key, held, put
from .growth import Growth, Place
from .jsontext import copied, dumps
from .streams import Assignment, EventRule, Path, StreamTable

_WITHIN: dict[int, tuple[EventRule, dict[str, frozenset[str]]]] = {}
"""Identity of a rule -> the rule, and what `_within` found: tables live as long as modules."""


def _within(rule: EventRule) -> dict[str, frozenset[str]]:
    """Objects of an event that a rule looks into -> the properties that it reads."""
    if id(rule) not in _WITHIN:
        _WITHIN[id(rule)] = (rule, _read_within(rule))
    return _WITHIN[id(rule)][1]


def _read_within(rule: EventRule) -> dict[str, frozenset[str]]:
    sources = (done.source for done in rule.does if done.source)
    found: dict[str, set[str]] = {}
    for path in (*rule.tests, *rule.keys.values(), *sources):
        if len(path) > 1:
            found.setdefault(path[0], set()).add(path[1])
    return {name: frozenset(known) for name, known in found.items()}


class Told:
    """Applies the events of one stream to its response.

    `ended` is set by the vendor's end mark, `failure` by an error that it reports,
    `unknown` collects events for which there is no rule, `astray` is the type of
    one that speaks of a block that was never opened.
    """

    def __init__(self, table: StreamTable, assembler: Assembler) -> None:
        self.ended = False
        self.failure: Any = None
        self.final: dict[str, Any] | None = None
        self.unknown: list[dict[str, Any]] = []
        self.astray: str | None = None
        self.unread: set[str] = set()
        """Places of events that no rule reads, since they were last reported."""
        self._tag = ""
        self._last: EventRule | None = None
        """The rule of the last event."""
        self._table = table
        self._assembler = assembler
        self._labels: dict[tuple[str, str], int] = {}
        """Blocks that events name by a text: list and name -> key."""
        self._atoms = _lists(table, {"open"}) - _lists(table, OPERATIONS)

    def take(self, event: dict[str, Any], name: str) -> None:
        """Applies one event; `name` is what SSE called it."""
        tag = event.get(self._table.tag or "")
        self._tag = tag if isinstance(tag, str) else name
        rule = self._last = self._rule(event)
        if rule is not None:
            self._apply(rule, event)
        else:
            self.unknown.append({**event, self._table.tag or "type": self._tag})

    def _rule(self, event: dict[str, Any]) -> EventRule | None:
        """The first rule that the event matches."""
        for rule in self._table.events.get(self._tag, ()):
            if all(at(event, path) == value for path, value in rule.tests.items()):
                return rule
        return None

    def growth(self, event: dict[str, Any], name: str) -> Growth | None:
        """What text the event just taken added to, if it did nothing else."""
        rule = self._last
        if rule is None or len(rule.does) != 1 or rule.does[0].operation != "append":
            return None
        done, place = rule.does[0], rule.does[0].source or ()
        steps = self._steps(done, {step: at(event, path) for step, path in rule.keys.items()})
        element = self._assembler.block(self._assembler.turn(), str(steps[0]), steps[1])
        leaf = None if element is None or element.closed else element.leaves.get(tuple(steps[2:]))
        if leaf is None or leaf.sink is None or type(at(event, place)) is not str:
            return None
        tests = (path for other in self._table.events[self._tag] for path in other.tests)
        paths = (place, *rule.keys.values(), *tests)
        read = {self._table.tag, *(step for path in paths for step in path[:1])}
        loose: dict[Place, bool] = {
            (key,): key not in rule.known for key in event if key not in read
        }
        left = event.keys() - rule.known
        says = {(0, key): dumps(event[key]) for key in left if event[key] is not None}
        return Growth({place: leaf}, loose, says)

    def _steps(self, done: Assignment, keys: Mapping[str, Any]) -> list[Key]:
        """The path that an operation acts on."""
        steps: list[Key] = []
        for step in done.target:
            steps.append(self._key(keys.get(step), steps) if step[:1] == "$" else step)
        return steps

    def _apply(self, rule: EventRule, event: dict[str, Any]) -> None:
        keys = {name: at(event, path) for name, path in rule.keys.items()}
        for done in rule.does:
            value = filled(done.value, keys) if done.source is None else at(event, done.source)
            match done.operation:
                case "merge":
                    if done.source == ():
                        value = {k: v for k, v in value.items() if k != self._table.tag}
                    self._merge(done.target, value)
                case "end":
                    self.ended = True
                    if done.target:
                        self._state(done.target, value)
                    elif isinstance(value, dict):
                        self.final = value
                case "fail":  # the error says all that there is to say
                    self.failure = event if value is None else value
                    return
                case "skip":
                    pass
                case "tell":
                    self.unknown.append(event)
                case _:
                    self._act(rule, done, value, keys)
        self._look_within(rule, event)
        left = event.keys() - rule.known
        if left and rule.does[0].operation not in ("skip", "fail"):
            self._assembler.merge({key: event[key] for key in left})

    def _look_within(self, rule: EventRule, event: dict[str, Any]) -> None:
        """Notes what an object of the event holds that the rule does not read."""
        for name, known in _within(rule).items():
            found = event.get(name)
            if isinstance(found, dict) and not known.issuperset(found):
                self.unread.update(f"{self._tag}: {name}.{key}" for key in found.keys() - known)

    def _merge(self, target: Path, value: Any) -> None:
        if not isinstance(value, dict):
            return
        if target:
            self._assembler.merge(value, target)
            return
        lists = {name: value[name] for name in self._block_lists() if value.get(name)}
        self._assembler.merge({key: entry for key, entry in value.items() if key not in lists})
        for name, entries in lists.items():
            self._take_blocks(name, entries)

    def _state(self, target: Path, value: Any) -> None:
        """What the end says of the response; of its blocks, only if none were sent."""
        if self._assembler.lists and target == self._table.turn:
            return
        if value is not None:
            put(self._assembler.whole, target, copied(value))

    def _block_lists(self) -> set[str]:
        return _lists(self._table, {"open"})

    def _take_blocks(self, name: str, entries: Any) -> None:
        """Blocks that the response already holds when it begins."""
        turn = self._assembler.turn()
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict):
                key = len(self._assembler.lists.get((*turn.place, name), []))
                element = self._open(turn, name, key, entry)
                element.closed = True

    def _act(self, rule: EventRule, done: Assignment, value: Any, keys: Mapping[str, Any]) -> None:
        """An operation on a block."""
        turn = self._assembler.turn()
        steps = self._steps(done, keys)
        name, path = str(steps[0]), tuple(steps[2:])
        key = steps[1] if len(steps) > 1 else 0
        if done.operation == "open" and not path:
            if isinstance(value, dict):
                opened = self._open(turn, name, key, value)
                if name in self._atoms:
                    opened.closed = True
                    self._assembler.flush()
            return
        element = self._assembler.block(turn, name, key)
        if element is None:
            if done.operation == "finish" and not path and isinstance(value, dict):
                element = self._open(turn, name, key, value)
            elif rule.missing is None:
                if done.operation not in ("close", "finish"):
                    self.astray = str(self._tag)
                return
            else:
                element = self._open(turn, name, key, filled(rule.missing, keys))
        self._change(element, done, path, value, rule)

    def _key(self, key: Any, steps: list[Key]) -> int:
        """The position that an event tells, or that stands for a name that it tells."""
        if type(key) is str and len(steps) == 1:
            return self._labels.setdefault((str(steps[0]), key), len(self._labels))
        return key if type(key) is int and 0 <= key < 1 << 20 else 0

    def _open(self, turn: Element, name: str, key: Key, value: dict[str, Any]) -> Element:
        assembler = self._assembler
        native = copied(value)
        texts = self._texts(name, native)
        element = assembler.open(turn, name, key, native)
        assembler.name(element)
        assembler.announce(element)
        assembler.flush(element)
        for path, json in texts:
            text = at(native, path)
            if isinstance(text, str) and not json:
                assembler.append(element, path, text, False)
        return element

    def _texts(self, name: str, native: dict[str, Any]) -> list[tuple[Path, bool]]:
        """The texts of such a block that may grow, taken out of it."""
        return [
            (done.target[2:], done.json)
            for rules in self._table.events.values()
            for rule in rules
            for done in rule.does
            if done.operation == "append"
            and done.target[0] == name
            and not any(step[:1] == "$" for step in done.target[2:])
            and at(native, done.target[2:])
        ]

    def _change(
        self, element: Element, done: Assignment, path: tuple[Key, ...], value: Any, rule: EventRule
    ) -> None:
        assembler = self._assembler
        if rule.part is not None and at(element.native, path[:-1]) is None:
            put(element.native, path[:-1], copied(rule.part))
            element.changed = True
        match done.operation:
            case "append":
                if isinstance(value, str):
                    assembler.append(element, path, value, done.json)
            case "open" | "set":
                if not path and isinstance(value, dict):
                    element.native |= {k: copied(v) for k, v in value.items() if v is not None}
                elif path and value is not None:
                    put(element.native, path, copied(value))
                element.changed = True
            case "push":
                entries = at(element.native, path)
                if not isinstance(entries, list):
                    entries = []
                    put(element.native, path, entries)
                entries.append(copied(value))
            case "finish":
                self._finish(element, path, value)
            case "close":
                element.closed = True

    def _finish(self, element: Element, path: tuple[Key, ...], value: Any) -> None:
        """What the vendor states at the end; texts that grew are compared when the item closes."""
        assembler = self._assembler
        if not path:
            if isinstance(value, dict):
                element.native = copied(value)
                element.leaves.clear()
            element.closed = True
            if element.unit is not None:
                assembler.flush()
            else:
                assembler.announce(element)
                assembler.flush()
            return
        leaf = element.leaves.get(path)
        if isinstance(value, str) and (leaf is None or value.startswith("".join(leaf.pieces))):
            said = "" if leaf is None else "".join(leaf.pieces)
            assembler.append(element, path, value[len(said) :], False)
        elif isinstance(value, dict) and leaf is None:
            put(element.native, path, copied(value))


OPERATIONS = frozenset({"append", "set", "push", "finish", "close"})
"""What may happen to a block that is open."""


def _lists(table: StreamTable, operations: Collection[str]) -> set[str]:
    """The lists that a table has such operations for."""
    rules = (rule for rules in table.events.values() for rule in rules)
    return {
        done.target[0]
        for rule in rules
        for done in rule.does
        if done.operation in operations and done.target
    }


def filled(template: Any, keys: Mapping[str, Any]) -> Any:
    """The object that a template makes of variables; those that the event lacks are left out."""
    if not isinstance(template, Mapping):
        return template
    made = {
        key: keys.get(value) if isinstance(value, str) and value[:1] == "$" else value
        for key, value in template.items()
    }
    return {key: copied(value) for key, value in made.items() if value is not None}


def at(value: Any, path: tuple[Key, ...]) -> Any:
    """What lies at a path, None where it leads nowhere."""
    for step in path:
        value = held(value, step)
    return value


copy_of = copied
"""A copy that shares no container with its original."""
