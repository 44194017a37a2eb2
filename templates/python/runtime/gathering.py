"""Conversations put together: canonical items gathered into native messages.

Mixed into the context, because order and history live there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from . import residue
from .errors import DecodeError
from .names import EncodeNames
from .primitives import put
from .tables import Beside, Rule, Turn

Group: TypeAlias = tuple[Rule, frozenset[str] | None]
"""A group's function, and the types that it has rules for if they are known."""


class Gathering(EncodeNames):
    """Encoding of whole conversations."""

    def encode_parts(self, content: Any, rule: Rule) -> Any:
        """Content through a group: a string stays one, parts become a list."""
        if isinstance(content, str):
            whole = self.response and not self.tables.echoes
            return [self.tables.text(content)] if whole else content
        if not isinstance(content, list):
            raise self.wrong(content, "a string or a list of parts")
        found = []
        for part in content:
            if (made := rule(part, self)) is not None:
                found.append(made)
        return found

    def encode_items(self, items: Any, rule: Rule) -> Any:
        """Items through a group; a string is what one user says."""
        return items if isinstance(items, str) else self.each(items, rule)

    def listed(self, content: Any) -> Any:
        """Parts as a list; a bare string is one part."""
        return [self.tables.text(content)] if isinstance(content, str) else content

    def picked(self, content: Any, *groups: Group) -> list[list[Any] | None]:
        """For each group, those parts that it knows.

        Parts that none of the groups takes are reported, and an order that is not kept.
        """
        if isinstance(content, str):
            texts = []
            for rule, types in groups:
                texts.append(self.picked_text(content, rule, types))
            return texts
        if not isinstance(content, list):
            raise self.wrong(content, "a string or a list of parts")
        found: list[list[Any]] = [[] for _ in groups]
        before = 0
        in_order = True
        for part in content:
            first = None
            for number, (rule, types) in enumerate(groups):
                if not self.foreign_to(part, types):
                    made = self.tried(part, rule)
                    if made is not None:
                        found[number].append(made)
                        first = number if first is None else first
            if first is None:
                groups[-1][0](part, self)  # says why
            elif first < before:
                in_order = False
            else:
                before = first
        if not in_order:
            self.report(content, None, "coerced", "parts of one kind are sent together")
        return [parts or None for parts in found]

    def foreign_to(self, part: Any, types: frozenset[str] | None) -> bool:
        """Whether a part is of the contract's types, but none that the group has rules for."""
        kind = part.get("type") if isinstance(part, dict) else None
        if types is None or not isinstance(kind, str) or kind in types:
            return False
        return kind in self.tables.kinds

    def tried(self, part: Any, rule: Rule) -> Any:
        """What a group makes of a part; nothing is reported where it makes nothing of it."""
        problems, losses = len(self.problems), len(self.losses)
        self.optional = part
        made = rule(part, self)
        self.optional = None
        if made is None:
            del self.problems[problems:]
            del self.losses[losses:]
        return made

    def picked_text(self, text: str, rule: Rule, types: frozenset[str] | None) -> list[Any] | None:
        """A bare string: text of the user, or of the assistant."""
        for kind in ("input_text", "output_text"):
            if types is None or kind in types:
                made = self.tried({"type": kind, "text": text}, rule)
                if made is not None:
                    return [made]
        return None

    def no_item_rule(self, item: Any, place: tuple[Turn, str] | None) -> Any:
        """An item that no rule matches."""
        if not isinstance(item, dict):
            raise self.wrong(item, "an object")
        kind = item.get("type", "message" if "role" in item else None)
        if not isinstance(kind, str):
            raise DecodeError(self.pointer(item, "type"), "expected a string that names the type")
        if ":" not in kind:
            self.refuse(item, kind)
            return None
        native = self.own_extension(item, kind)
        if native is None:
            return None
        if place is None:
            self.reject(item, None, f"{self.tables.name} has no place for '{kind}'")
            return None
        turn, key = place
        return turn, {**turn.header, **(native if key == "*" else {key: [native]})}

    def hoist(
        self, body: Any, instructions: Any, rule: Rule, form: str, out: Any, path: list[Any]
    ) -> None:
        """Instructions and leading system messages as one native field."""
        if instructions is not None and not isinstance(instructions, str):
            raise self.expected(body, "instructions", "a string")
        items = body.get("input")
        boundary = f"{self.tables.name}:{residue.NEW_TURN}"
        parts: list[Any] = []
        while isinstance(items, list) and self.hoisted < len(items):
            item = items[self.hoisted]
            if not isinstance(item, dict) or item.get("role") not in ("system", "developer"):
                break
            if boundary in item:  # it was a message of its own
                break
            parts += self.hoisted_parts(item, rule)
            self.hoisted += 1
        if not parts and not self.hoisted:
            if isinstance(instructions, str):
                text = self.tables.text(instructions)
                put(out, path, instructions if form == "string" else [text])
            return
        if isinstance(instructions, str):
            parts.insert(0, self.tables.text(instructions))
        put(out, path, parts)

    def hoisted_parts(self, item: dict[str, Any], rule: Rule) -> list[Any]:
        if item.get("role") == "developer":
            self.report(item, "role", "coerced", "sent as a system message")
        content = item.get("content")
        known = frozenset(("type", "role", "content", "id", "status"))
        self.account(item, known, "message", {})
        self.turn_residue.clear()
        if isinstance(content, str):
            return [self.tables.text(content)]
        return self.each(content, rule) or []

    def lead(self, body: Any, instructions: Any) -> None:
        """Instructions as the first system message, before all that the input holds."""
        if instructions is None:
            return
        if not isinstance(instructions, str):
            raise self.expected(body, "instructions", "a string")
        self.leading = [{"type": "message", "role": "system", "content": instructions}]

    def gather(self, body: Any, items: Any, rule: Rule, out: Any, path: list[Any]) -> None:
        """Items as native messages; adjacent items of one turn share a message."""
        if isinstance(items, str):
            items = [{"type": "message", "role": "user", "content": items}]
        if items is not None and not isinstance(items, list):
            raise self.expected(body, "input", "a string or a list of items")
        if self.hoisted and items:
            items = items[self.hoisted :]
        if self.leading:
            items = [*self.leading, *(items or [])]
        put(out, path, self.messages(items, rule, body))

    def gather_list(self, body: Any, values: Any, rule: Rule, out: Any, path: list[Any]) -> None:
        """The values of another list, such as tools, in native objects that hold several."""
        if values is not None and not isinstance(values, list):
            raise self.wrong(values, "a list")
        if values:
            put(out, path, self.messages(values, rule, body))

    def messages(self, items: Any, rule: Rule, body: Any, answer: Turn | None = None) -> list[Any]:
        """Native messages for the items; those of an `answer` all belong to its turn."""
        if items is None:
            return []
        if not isinstance(items, list):
            raise self.expected(body, "output", "a list of items")
        found: list[dict[str, Any]] = []
        bare: dict[str, Any] | None = None
        filled: list[tuple[Turn, dict[str, Any]]] = []
        current: Any = None  # the turn of the last message
        aside: tuple[Beside, dict[str, Any], Any] | None = None
        self.turn_marks = False
        for item in items:
            if type(item) is not dict or "type" not in item or item["type"] is None:
                item = self.with_type(item)
            made = rule(item, self)
            if made is None:
                continue
            turn: Any
            turn, message = made
            if answer is not None and answer is not turn and answer is not of_turn(turn):
                self.report(item, None, "dropped", "an answer holds only what the model says")
                self.turn_residue.clear()
                self.turn_marks = False
                continue
            merges = turn is current and turn.merge
            if self.turn_marks:
                merges = merges and not self.begins_message(item)
                if self.is_empty(item):
                    message = bare = dict(turn.header)
                    merges = False
                self.turn_marks = False
            if aside is not None:
                merges = merges and not self.begins_message(aside[2])
                self.put_beside(aside, turn, message)
                aside = None
            if type(turn) is Beside:
                aside = (turn, message, item)
                continue
            if not merges or not merge(found[-1], message, turn, self.tables.text):
                found.append(message)
                current = turn
                if turn.fill and message is not bare:
                    filled.append((turn, message))
            if self.turn_residue:
                for place, value in self.turn_residue:
                    residue.restore(found[-1], place, value)
                self.turn_residue.clear()
        if aside is not None:
            self.put_beside(aside, None, {})
        for turn, message in filled:
            for key in turn.fill:
                if message.get(key) is None:
                    fill(message, turn)
        return found

    def begins_message(self, item: dict[str, Any]) -> bool:
        """Whether a native message of its own began with the item."""
        return f"{self.tables.name}:{residue.NEW_TURN}" in item

    def is_empty(self, item: dict[str, Any]) -> bool:
        """Whether the item stands for a native message that held nothing."""
        return f"{self.tables.name}:{residue.EMPTY}" in item and not item.get("content")

    def with_type(self, item: Any) -> Any:
        """The item; a message or a reference need not say that it is one."""
        if not isinstance(item, dict) or item.get("type") is not None:
            return item
        kind = "message" if "role" in item else "item_reference"
        if kind == "item_reference" and not isinstance(item.get("id"), str):
            return item
        whole = {**item, "type": kind}
        self.copies[id(whole)] = (whole, item)
        return whole

    def put_beside(
        self, aside: tuple[Beside, dict[str, Any], Any], turn: Turn | None, fragment: Any
    ) -> None:
        """Adds what the last item holds to the first element of the next one."""
        beside, added, item = aside
        elements = fragment.get(beside.key) if turn is beside.turn else None
        if isinstance(elements, list) and elements and isinstance(elements[0], dict):
            elements[0].update(added[beside.key][0])
        else:
            self.report(item, None, "dropped", "what it stood beside does not follow it")

    def gather_one(
        self, body: Any, items: Any, rule: Rule, turn: Turn, out: Any, path: list[Any]
    ) -> None:
        """The output items of a response as one native message."""
        whole = fill({**turn.header, **joined(self.messages(items, rule, body, turn))}, turn)
        if path:
            put(out, path, whole)
        else:
            out.update(whole)

    def gather_each(
        self,
        body: Any,
        items: Any,
        rule: Rule,
        turn: Turn,
        out: Any,
        path: list[Any],
        key: str,
        optional: bool = False,
    ) -> None:
        """The output items as one native message for each choice; `optional`: unless empty."""
        if items is not None and not isinstance(items, list):
            raise self.expected(body, "output", "a list of items")
        choices: dict[int, list[Any]] = {0: []}
        mark = f"{self.tables.name}:{residue.CHOICE}"
        for item in items or []:
            number = item.get(mark) if isinstance(item, dict) else None
            choices.setdefault(number if type(number) is int else 0, []).append(item)
        numbers = sorted(choices)
        if numbers[-1] < residue.MOST_CHOICES:
            numbers = list(range(numbers[-1] + 1))
        for index, number in enumerate(numbers):
            if number not in choices:  # it said nothing that is an item
                put(out, (*path, index), {})
                continue
            whole = joined(self.messages(choices[number], rule, body, turn))
            if optional and not whole:
                if number < numbers[-1]:  # those that follow keep their places
                    put(out, (*path, index), {})
                continue
            put(out, (*path, index, key), fill({**turn.header, **whole}, turn))


def of_turn(turn: Turn | Beside) -> Turn:
    return turn.turn if isinstance(turn, Beside) else turn


def fill(message: dict[str, Any], turn: Turn) -> dict[str, Any]:
    """Adds the fields that no message of the turn goes without."""
    for key, nothing in turn.fill.items():
        if message.get(key) is None:
            message[key] = [] if nothing == [] else nothing
    return message


def joined(messages: list[dict[str, Any]]) -> dict[str, Any]:
    """Several messages of one answer as one."""
    whole = messages[0] if messages else {}
    for message in messages[1:]:
        for key, value in message.items():
            old = whole.get(key)
            if isinstance(old, list) and isinstance(value, list):
                old.extend(value)
            elif isinstance(old, str) and isinstance(value, str) and old != value:
                whole[key] = old + value
            else:
                whole.setdefault(key, value)
    return whole


def merge(
    message: dict[str, Any], other: dict[str, Any], turn: Turn, text: Callable[[str], Any]
) -> bool:
    """Adds another message of the turn; False, and nothing changed, where they conflict.

    Lists are joined; a text beside a list becomes one of its parts.
    """
    header = turn.header
    added: dict[str, Any] = {}
    for key, value in other.items():
        old = message.get(key)
        if key in header and value == old == header[key]:
            continue
        if old is None:
            added[key] = value
        elif isinstance(value, list):
            if isinstance(old, list):
                added[key] = [*old, *value]
            elif isinstance(old, str):
                added[key] = [text(old), *value]
            else:
                return False
        elif isinstance(old, list) and isinstance(value, str):
            added[key] = [*old, text(value)]
        else:
            return False
    message.update(added)
    return True
