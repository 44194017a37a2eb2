"""Conversations put together: canonical items gathered into native messages.

Mixed into the context, because order and history live there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import residue
from .errors import DecodeError, Loss, Unsupported
from .names import EncodeNames
from .primitives import put
from .tables import Beside, Rule, Turn

MOST_CHOICES = 128
"""Numbers of answers up to this one are places in a list; higher ones only tell answers apart."""


class Gathering(EncodeNames):
    """Encoding of whole conversations."""

    __slots__ = ()

    def encode_parts(self, content: Any, rule: Rule) -> Any:
        """Content through a group: a string stays one, parts become a list."""
        if isinstance(content, str):
            whole = self.response and not self.tables.echoes
            return [self.tables.text(content)] if whole else content
        if not isinstance(content, list):
            raise self.wrong(content, "a string or a list of parts")
        return [made for part in content if (made := rule(part, self)) is not None]

    def encode_items(self, items: Any, rule: Rule) -> Any:
        """Items through a group; a string is what one user says."""
        return items if isinstance(items, str) else self.each(items, rule)

    def listed(self, content: Any) -> Any:
        """Parts as a list; a bare string is one part."""
        return [self.tables.text(content)] if isinstance(content, str) else content

    def pick(self, content: Any, rule: Rule) -> list[Any] | None:
        """Those parts that the group knows; nothing is reported of the others."""
        if isinstance(content, str):
            return self.picked_text(content, rule)
        parts = content
        if not isinstance(parts, list):
            raise self.wrong(content, "a string or a list of parts")
        found = []
        for part in parts:
            problems, losses = len(self.problems), len(self.losses)
            made = rule(part, self)
            if made is None:
                del self.problems[problems:]
                del self.losses[losses:]
            else:
                found.append(made)
        return found or None

    def picked_text(self, text: str, rule: Rule) -> list[Any] | None:
        """A bare string: text of the user, or of the assistant."""
        problems, losses = len(self.problems), len(self.losses)
        for kind in ("input_text", "output_text"):
            made = rule({"type": kind, "text": text}, self)
            if made is not None:
                return [made]
            del self.problems[problems:]
            del self.losses[losses:]
        return None

    def unpicked(self, content: Any, *rules: Rule) -> None:
        """Reports the parts that none of the groups takes, and an order that is not kept."""
        if not isinstance(content, list):
            return
        order: list[int] = []
        for part in content:
            last: tuple[list[Unsupported], list[Loss]] = ([], [])
            for number, rule in enumerate(rules):
                problems, losses = len(self.problems), len(self.losses)
                taken = rule(part, self) is not None
                last = (self.problems[problems:], self.losses[losses:])
                del self.problems[problems:]
                del self.losses[losses:]
                if taken:
                    order.append(number)
                    break
            else:
                self.problems += last[0]
                self.losses += last[1]
        if order != sorted(order):
            self.report(content, None, "coerced", "parts of one kind are sent together")

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
        return [turn, native if key == "*" else {key: [native]}]

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
                put(out, tuple(path), instructions if form == "string" else [text])
            return
        if isinstance(instructions, str):
            parts.insert(0, self.tables.text(instructions))
        put(out, tuple(path), parts)

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
        put(out, tuple(path), self.messages(items, rule, body))

    def gather_list(self, body: Any, values: Any, rule: Rule, out: Any, path: list[Any]) -> None:
        """The values of another list, such as tools, in native objects that hold several."""
        if values is not None and not isinstance(values, list):
            raise self.wrong(values, "a list")
        if values:
            put(out, tuple(path), self.messages(values, rule, body))

    def messages(self, items: Any, rule: Rule, body: Any, answer: Turn | None = None) -> list[Any]:
        """Native messages for the items; those of an `answer` all belong to its turn."""
        if items is None:
            return []
        if not isinstance(items, list):
            raise self.expected(body, "output", "a list of items")
        found: list[dict[str, Any]] = []
        turns: list[Turn] = []
        current: Turn | None = None
        boundary = f"{self.tables.name}:{residue.NEW_TURN}"
        empty = f"{self.tables.name}:{residue.EMPTY}"
        bare: list[int] = []
        aside: tuple[Beside, dict[str, Any], Any] | None = None
        for item in items:
            item = self.with_type(item)
            made = rule(item, self)
            if made is None:
                continue
            turn: Turn
            turn, fragment = made
            side = turn.turn if isinstance(turn, Beside) else turn
            if answer is not None and side is not answer:
                self.report(item, None, "dropped", "an answer holds only what the model says")
                self.turn_residue.clear()
                continue
            apart = boundary in item
            if aside is not None:
                apart = apart or boundary in aside[2]
                self.put_beside(aside, turn, fragment)
                aside = None
            if isinstance(turn, Beside):
                aside = (turn, fragment, item)
                continue
            if empty in item and not item.get("content"):
                bare.append(len(found))
                fragment, apart = {}, True
            apart = apart or turn is not current or not turn.merge
            if apart or not merge(found[-1], fragment, self.tables.text):
                found.append({**turn.header, **fragment})
                turns.append(turn)
                current = turn
            if self.turn_residue:
                for place, value in self.turn_residue:
                    residue.restore(found[-1], place, value)
                self.turn_residue.clear()
        if aside is not None:
            self.put_beside(aside, None, {})
        for index, (message, turn) in enumerate(zip(found, turns, strict=True)):
            if index not in bare:
                fill(message, turn)
        return found

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
            put(out, tuple(path), whole)
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
        if numbers[-1] < MOST_CHOICES:
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


def merge(message: dict[str, Any], fragment: dict[str, Any], text: Callable[[str], Any]) -> bool:
    """Adds a fragment to a message; False, and nothing changed, where they conflict.

    Lists are joined; a text beside a list becomes one of its parts.
    """
    for key, value in fragment.items():
        old = message.get(key)
        lists = isinstance(old, list) or isinstance(value, list)
        if old is not None and not (lists and all(isinstance(v, list | str) for v in (old, value))):
            return False
    for key, value in fragment.items():
        old = message.get(key)
        if old is None:
            message[key] = value
        else:
            message[key] = [*_parts(old, text), *_parts(value, text)]
    return True


def _parts(value: Any, text: Callable[[str], Any]) -> list[Any]:
    return value if isinstance(value, list) else [text(value)]
