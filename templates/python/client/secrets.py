"""Keys that show themselves to the provider only."""

from __future__ import annotations

from collections.abc import Callable

KeySource = str | Callable[[], str]
"""A key, or a function that gives the one to use now (tokens that expire)."""

HIDDEN = "***"


class Key:
    """A key. Neither its text nor its representation tells it, and it does not pickle."""

    __slots__ = ("_last", "_source")

    def __init__(self, source: KeySource) -> None:
        self._source = source
        self._last = source.strip() if isinstance(source, str) else ""

    def reveal(self) -> str:
        """The key itself, without space around it.

        Raises ValueError if it cannot stand in an HTTP header; the message does not hold it.
        """
        if not isinstance(self._source, str):
            given = self._source()
            text = given if isinstance(given, str) else None
            if text is None:
                raise ValueError("the function given as api_key does not return a text")
            self._last = text.strip()
        if not self._last or not self._last.isascii() or not self._last.isprintable():
            raise ValueError("the key is empty, or has characters that no HTTP header takes")
        return self._last

    def hide(self, text: str) -> str:
        """The text with the key blotted out, should it hold it."""
        return text.replace(self._last, HIDDEN) if len(self._last) >= 4 else text

    def __repr__(self) -> str:
        return f"Key({HIDDEN})"

    def __reduce__(self) -> str:
        raise TypeError("keys are not pickled")
