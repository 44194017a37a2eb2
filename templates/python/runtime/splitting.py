"""Conversations taken apart: native messages as canonical items.

Mixed into the context, because order and history live there.
"""

from __future__ import annotations

from typing import Any

from . import residue
from .errors import DecodeError
from .names import DecodeNames
from .primitives import put
from .tables import Rule, Turn


class Splitting(DecodeNames):
    """Decoding of whole conversations."""

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
        marks: frozenset[str] | None = None,
        beside: Rule | None = None,
    ) -> None:
        """The elements of one native list as items; runs of parts are one message.

        Objects without any of the `marks` are none that `element` or `beside` know.
        """
        value = message.get(key)
        if value is None:
            return
        if isinstance(value, str) and wrap and part:
            if not self.response:
                items.append(wrap(value, self))
                return
            made = part(self.tables.text(value), self) if value else None
            if made is not None and ":" not in made["type"]:
                items.append(wrap([made], self))
                return
            value = [self.tables.text(value)] if value else []
        if not isinstance(value, list):
            raise self.expected(message, key, "a list")
        if not value:
            self.left.append(key)
        run: list[Any] | None = None
        for native in value:
            made = None
            if marks is None or type(native) is not dict or not marks.isdisjoint(native):
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
        self,
        message: Any,
        known: frozenset[str],
        items: list[Any],
        role: str,
        fill: tuple[str, ...],
    ) -> None:
        """Residue of a message as a whole, on its first item.

        Where it has no items, one of that role stands for it; it is marked
        unless one of the fields `fill` says that it says nothing.
        """
        left, self.left = self.left, []
        names = left if known.issuperset(message) else {*left, *(message.keys() - known)}
        unread = [key for key in message if key in names and message[key] is not None]
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

    def take_unknown(self, message: Any, known: frozenset[str], items: list[Any]) -> None:
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
            put(out, path, value)
            return
        if not isinstance(value, list):
            raise self.expected(body, "system", "a string or a list")
        parts = self.each(value, rule) or []
        if form == "parts" and len(parts) == 1 and parts[0].keys() == {"type", "text"}:
            put(out, path, parts[0]["text"])
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
        put(out, path, found)

    def ungather_list(self, body: Any, values: Any, rule: Rule, out: Any, path: list[Any]) -> None:
        """Native objects that hold several values, such as tools, as one list."""
        if values is not None and not isinstance(values, list):
            raise self.wrong(values, "a list")
        found: list[Any] = []
        self.split(values or [], rule, found)
        if found:
            put(out, path, found)

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
        put(out, path, self.answer(message, rule, turn, out, place))

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
        put(out, path, found)

    def answer(self, message: Any, rule: Rule, turn: Turn, out: Any, place: str) -> list[Any]:
        """The items of one answer; what none of them can hold is kept on the response."""
        if message is None:
            return []
        if not isinstance(message, dict):
            raise self.wrong(message, "an object")
        items: list[Any] = rule(message, self)
        if left := self.orphans or self.left:
            for key in left:
                self.keep(message, key, place, out)
            self.orphans, self.left = {}, []
        for key, usual in turn.header.items():
            if message.get(key, usual) != usual:
                self.keep(message, key, place, out)
        return items
