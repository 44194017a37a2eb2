"""Where things lie in the body that is translated, found when something is reported.

Rules hand on what they look at, not where it lies: the fast path carries no
positions (decision 0033). Most of what is reported is an item of a list of the
body, so that these are looked at first.
"""

from __future__ import annotations

from typing import Any, TypeAlias

_Place: TypeAlias = tuple[int, Any]
"""The identity of the container that a value lies in, and its key there."""

_MOST_SEARCHED = 10_000
"""Elements that are looked at in vain before all places are noted: it must not take for ever."""


class Positions:
    """Finds containers of one source by identity.

    Items are reported in their order: the search goes on where the last one was found.
    """

    __slots__ = ("_key", "_next", "_places", "_searched", "_source")

    def __init__(self, source: Any) -> None:
        self._source = source
        self._places: dict[int, _Place] | None = None
        self._key: Any = None
        self._next = 0
        self._searched = 0

    def steps(self, container: Any) -> list[Any]:
        """The keys and indexes that lead to the container; none where it is not in the source."""
        source = self._source
        if container is source or not isinstance(container, dict | list):
            return []
        if self._searched > _MOST_SEARCHED:
            return self._deep(container)
        if self._places is None and isinstance(source, dict):
            if (index := self._index(source.get(self._key), container)) is not None:
                return [self._key, index]
            for key, value in source.items():
                if value is container:
                    return [key]
                if (index := self._index(value, container)) is not None:
                    self._key = key
                    return [key, index]
        return self._deep(container)

    def _index(self, values: Any, container: Any) -> int | None:
        """Where the container lies in a list; the next time the search begins there."""
        if not isinstance(values, list):
            return None
        last = self._next
        for near in (last, last - 1):  # the one that follows, or the last one again
            if 0 <= near < len(values) and values[near] is container:
                self._next = near + 1
                return near
        for index, value in enumerate(values):
            if value is container:
                self._next = index + 1
                self._searched += index
                return index
        self._searched += len(values)
        return None

    def _deep(self, container: Any) -> list[Any]:
        if self._places is None:
            self._places = _places(self._source)
        steps: list[Any] = []
        place = self._places.get(id(container))
        while place is not None:
            steps.append(place[1])
            place = self._places.get(place[0])
        steps.reverse()
        return steps


def pointer(steps: list[Any]) -> str:
    """The JSON Pointer (RFC 6901) of a way into a value."""
    return "".join([f"/{escaped(step)}" for step in steps])


def escaped(key: Any) -> str:
    """A key as a step of a JSON Pointer."""
    text = str(key)
    return text.replace("~", "~0").replace("/", "~1") if "~" in text or "/" in text else text


def _places(source: Any) -> dict[int, _Place]:
    """Where every container below `source` lies, by identity."""
    found: dict[int, _Place] = {}
    stack: list[Any] = [source] if isinstance(source, dict | list) else []
    while stack:
        value = stack.pop()
        entries = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in entries:
            if isinstance(inner, dict | list) and id(inner) not in found and inner is not source:
                found[id(inner)] = (id(value), key)
                stack.append(inner)
    return found


def holder_of(value: Any, source: Any) -> tuple[Any, Any]:
    """The list that has this very element, else the object that has this very value, and where."""
    found: tuple[Any, Any] = (None, None)
    waiting = [source]
    seen: set[int] = set()
    while waiting:
        holder = waiting.pop()
        if not isinstance(holder, dict | list) or id(holder) in seen:
            continue
        seen.add(id(holder))
        for key, inner in holder.items() if isinstance(holder, dict) else enumerate(holder):
            if inner is value and isinstance(holder, list):
                return holder, key
            if inner is value and found[0] is None:
                found = (holder, key)
            waiting.append(inner)
    return found
