"""Conversations: canonical items gathered into native messages, and taken apart again.

Mixed into the contexts, because order and history live there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import residue
from .context import Beside, Rule, Turn
from .errors import DecodeError, Loss, Unsupported
from .names import DecodeNames, EncodeNames
from .primitives import put


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


class Splitting(DecodeNames):
    """Decoding of whole conversations."""

    __slots__ = ()

    def decode_parts(self, content: Any, rule: Rule) -> Any:
        """Content through a group: a string stays one, parts become a list."""
        if isinstance(content, str):
            return content
        if not isinstance(content, list):
            raise self.wrong(content, "a string or a list of parts")
        return [made for part in content if (made := rule(part, self)) is not None]

    def pick(self, values: Any, rule: Rule) -> list[Any] | None:
        """Those elements that the group knows."""
        found = self.each(values, rule) or []
        return [made for made in found if ":" not in made["type"]] or None

    def decode_items(self, items: Any, rule: Rule) -> Any:
        """Native items through a group; a string is what one user says."""
        return items if isinstance(items, str) else self.each(items, rule)

    def take_apart(
        self,
        items: list[Any],
        message: Any,
        key: str,
        element: Rule | None,
        part: Rule | None,
        wrap: Rule | None,
        unknown: str,
        beside: Rule | None = None,
    ) -> None:
        """The elements of one native list as items; runs of parts are one message."""
        value = message.get(key)
        if value is None:
            return
        if isinstance(value, str) and wrap and part:
            if not self.response:
                items.append(wrap(value, self))
                return
            value = [self.tables.text(value)] if value else []
        if not isinstance(value, list):
            raise self.expected(message, key, "a list")
        if not value:
            self.left.append(key)
        run: list[Any] | None = None
        for native in value:
            made = element(native, self) if element else None
            if made is None and beside and (split := beside(native, self)) is not None:
                item, native = split
                items.append(item)
                run = None
                made = element(native, self) if element else None
            if made is None and part and wrap:
                made = part(native, self)
                if made is None:
                    continue
                if unknown == "part" or ":" not in made["type"]:
                    if run is None:
                        run = []
                        items.append(wrap(run, self))
                    run.append(made)
                    continue
                made = self.as_item(made)
            elif made is None and unknown == "*":
                made = self.foreign({key: [native]}, key)
            elif made is None:
                made = self.foreign_item(native)
            run = None
            items.append(made)
        if not value and not items and wrap and not self.response:
            items.append(wrap([], self))

    def unread(self, message: Any, keys: list[str]) -> None:
        """Keys of a message that the rule that took it does not read, though others do."""
        self.left += [key for key in keys if message.get(key) is not None]

    def keep_turn(
        self, message: Any, known: list[str], items: list[Any], role: str, fill: list[str]
    ) -> None:
        """Residue of a message as a whole, on its first item.

        Where it has no items, one of that role stands for it; it is marked
        unless one of the fields `fill` says that it says nothing.
        """
        left, self.left = self.left, []
        unread = [key for key in message if key not in known or key in left]
        if not items and self.response:
            self.orphans = {key: message[key] for key in unread}
            return
        if not items:
            mark = f"{self.tables.name}:{residue.EMPTY}"
            items.append({"type": "message", "role": role, "content": []})
            if not any(message.get(key) is not None for key in fill):
                items[0][mark] = True
        for key in unread:
            self.keep(message, key, residue.TURN, items)

    def take_unknown(self, message: Any, known: list[str], items: list[Any]) -> None:
        """Every key that no rule knows is an extension value of its own."""
        for key in message:
            if key not in known and message[key] is not None:
                items.append(self.foreign({key: message[key]}, key))

    def incomplete_message(self, message: Any) -> Any:
        """A message that none of the rules for its role takes: a field is missing or wrong."""
        role = message.get("role")
        raise DecodeError(self.pointer(message), f"is no complete message of role {role!r}")

    def foreign_message(self, message: Any) -> Any:
        """A message of an unknown role: one extension item."""
        if not isinstance(message, dict):
            raise self.wrong(message, "an object")
        raise DecodeError(self.pointer(message, "role"), "is not a role of this API")

    def unhoist(
        self, body: Any, value: Any, rule: Rule, form: str, out: Any, path: list[Any]
    ) -> None:
        """The native system field as instructions, or as a leading system message."""
        self.hoists = True
        if value is None:
            return
        if isinstance(value, str):
            put(out, tuple(path), value)
            return
        if not isinstance(value, list):
            raise self.expected(body, "system", "a string or a list")
        parts = self.each(value, rule) or []
        if form == "parts" and len(parts) == 1 and parts[0].keys() == {"type", "text"}:
            put(out, tuple(path), parts[0]["text"])
            return
        self.leading.append({"type": "message", "role": "system", "content": parts})

    def ungather(self, body: Any, messages: Any, rule: Rule, out: Any, path: list[Any]) -> None:
        """Native messages as items; boundaries that merging would hide are marked."""
        self.items = found = self.leading
        leading = len(found)
        if messages is not None and not isinstance(messages, list):
            raise self.expected(body, "messages", "a list")
        self.split(messages or [], rule, found)
        if self.hoists and found[leading:] and found[leading].get("role") == "system":
            found[leading][f"{self.tables.name}:{residue.NEW_TURN}"] = True
        put(out, tuple(path), found)

    def ungather_list(self, body: Any, values: Any, rule: Rule, out: Any, path: list[Any]) -> None:
        """Native objects that hold several values, such as tools, as one list."""
        if values is not None and not isinstance(values, list):
            raise self.wrong(values, "a list")
        found: list[Any] = []
        self.split(values or [], rule, found)
        if found:
            put(out, tuple(path), found)

    def split(self, messages: list[Any], rule: Rule, found: list[Any]) -> None:
        last: Turn | None = None
        for message in messages:
            turn: Turn
            turn, items = rule(message, self)
            if turn is last and turn.merge and items:
                items[0][f"{self.tables.name}:{residue.NEW_TURN}"] = True
            last = turn
            found.extend(items)

    def ungather_one(
        self, body: Any, message: Any, rule: Rule, turn: Turn, out: Any, path: list[Any], place: str
    ) -> None:
        """The native answer as output items."""
        put(out, tuple(path), self.answer(message, rule, turn, out, place))

    def ungather_each(
        self,
        body: Any,
        choices: Any,
        key: str,
        rule: Rule,
        turn: Turn,
        out: Any,
        path: list[Any],
        place: str,
    ) -> None:
        """The answers of several choices as output items; those of later choices are marked."""
        if choices is not None and not isinstance(choices, list):
            raise self.wrong(choices, "a list")
        mark = f"{self.tables.name}:{residue.CHOICE}"
        found: list[Any] = []
        for index, choice in enumerate(choices or []):
            if not isinstance(choice, dict):
                raise self.wrong(choice, "an object")
            items = self.answer(choice.get(key), rule, turn, out, f"{place}.{index}.{key}.")
            if index:
                for item in items:
                    item[mark] = index
                for other in choice:
                    if other != key:
                        self.keep(choice, other, f"{place}.{index}.", out)
            found += items
        put(out, tuple(path), found)

    def answer(self, message: Any, rule: Rule, turn: Turn, out: Any, place: str) -> list[Any]:
        """The items of one answer; what none of them can hold is kept on the response."""
        if message is None:
            return []
        if not isinstance(message, dict):
            raise self.wrong(message, "an object")
        items: list[Any] = rule(message, self)
        others = [key for key, usual in turn.header.items() if message.get(key, usual) != usual]
        for key in (*(self.orphans or self.left), *others):
            self.keep(message, key, place, out)
        self.orphans, self.left = {}, []
        return items
