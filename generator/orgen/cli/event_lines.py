"""Events of a stream for people: one line each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from orgen.excerpt import harmless

_INDICES = ("output_index", "content_index", "summary_index", "annotation_index")
_FRAME = frozenset({"type", "sequence_number", "item_id", "response", *_INDICES})
_BOLD, _DIM, _RED, _GREEN, _BLUE = "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[34m"
_PLAIN = "\x1b[0m"
_ENDS = ("response.completed", "response.incomplete", "response.failed")
_NAME = 36
"""Columns for the name of an event; the longest core one fits."""


def event_line(event: dict[str, Any], *, color: bool, width: int | None = None) -> str:
    """One event: its number, name, place in the response, and what it says.

    `width` is that of the screen, if there is one; longer lines are cut.
    """
    kind = str(event.get("type"))
    number = str(event.get("sequence_number", ""))[:8]
    places = ".".join(str(event[key])[:8] for key in _INDICES if key in event)
    name = harmless(kind.removeprefix("response."))
    said = " ".join(_said(kind, event))
    line = f"{number:>5}  {name:<{_NAME}}  {places:<5}  {said}".rstrip()
    if width is not None and len(line) > width:
        line = line[: max(width - 1, 0)] + "…"
    tone = _tone(kind)
    return f"{tone}{line}{_PLAIN}" if color and tone else line


def _tone(kind: str) -> str:
    if kind.endswith(".delta"):
        return _GREEN
    if kind == "error" or kind == "response.failed":
        return _RED
    if kind in _ENDS or kind == "response.created":
        return _BOLD
    return _BLUE if ":" in kind else _DIM


def _said(kind: str, event: dict[str, Any]) -> Iterator[str]:
    """What an event says besides its place."""
    response, item = event.get("response"), event.get("item")
    if isinstance(response, dict):
        yield from _response(response, kind in _ENDS)
    elif isinstance(item, dict):
        yield from _item(item)
    elif kind == "error" and isinstance(event.get("error"), dict):
        error = event["error"]
        yield from (_word(error.get(key)) for key in ("type", "code", "message") if error.get(key))
    elif isinstance(event.get("delta"), str):
        yield _quoted(event["delta"])
    else:
        for key, value in event.items():
            if key not in _FRAME:
                yield f"{harmless(key)}: {_short(value)}"


def _response(response: dict[str, Any], last: bool) -> Iterator[str]:
    yield from (_word(response[key]) for key in ("id", "model") if response.get(key))
    if not last:
        return
    usage, error = response.get("usage"), response.get("error")
    details = response.get("incomplete_details")
    if isinstance(details, dict):
        yield f"({_word(details.get('reason'))})"
    if isinstance(error, dict):
        yield f"({_word(error.get('code'))}: {_word(error.get('message'))})"
    if isinstance(usage, dict):
        counts = (usage.get(f"{way}_tokens") for way in ("input", "output"))
        yield "{} tokens in, {} out".format(*map(_word, counts))


def _item(item: dict[str, Any]) -> Iterator[str]:
    yield from (_word(item[key]) for key in ("type", "name", "call_id") if item.get(key))
    if isinstance(item.get("arguments"), str) and item["arguments"]:
        yield _quoted(item["arguments"])
    if item.get("status") == "incomplete":
        yield "(incomplete)"


def _word(value: object) -> str:
    return harmless(str(value))


def _quoted(text: str) -> str:
    """A text with its ends and line breaks visible."""
    return harmless(json.dumps(text, ensure_ascii=False))


def _short(value: Any) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False)
    except RecursionError:
        text = "…"
    return harmless(text if len(text) <= 200 else text[:199] + "…")
