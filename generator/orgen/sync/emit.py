"""New YAML in the style of our spec files: block style, short lists of scalars in brackets."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator

from orgen.diagnostics import Span
from orgen.ir.schema import Json
from orgen.load.core_schema import resolve_plain

WIDTH = 100
"""Longest line that is written, where it can be helped."""

_NARROWEST = 40
"""Width of text that is indented so deep that hardly any is left."""

_PLAIN = re.compile(r"[A-Za-z_/$][A-Za-z0-9_./$#+*()%;=-]*(?: [A-Za-z0-9_./$+*()%;=-]+)*", re.ASCII)
_PLAIN_IN_BLOCK = re.compile(r"[A-Za-z_/][ -~]*", re.ASCII)
_OTHER_READERS = frozenset({"y", "n", "yes", "no", "on", "off"})
"""Words that YAML 1.1 takes for booleans: quoted, so that no tool can misread them."""
_ESCAPED = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def entry_lines(key: str, value: Json, indent: int, *, flow: bool = False) -> list[str]:
    """The lines of one entry of a block object; `flow` demands brackets, however long."""
    pad = " " * indent
    if flow and isinstance(value, dict):
        return [f"{pad}{scalar(key)}: {flow_text(value)}"]
    head, *rest = value_lines(value, indent, scalar(key) + ":", flow=key == "discriminator")
    return [pad + head, *rest]


def item_lines(value: Json, indent: int) -> list[str]:
    """The lines of one item of a block array, whose dash stands at column `indent`."""
    pad = " " * indent
    if value and isinstance(value, dict):
        lines = block_lines(value, indent + 2)
        return [f"{pad}- {lines[0].lstrip()}", *lines[1:]]
    head, *rest = value_lines(value, indent, "-", flow=True)
    return [pad + head, *rest]


def value_lines(value: Json, indent: int, head: str, *, flow: bool = False) -> list[str]:
    """What stands behind `head` (a key with its colon, or a dash) of an entry at `indent`.

    The first line begins with `head` and has no indentation.
    """
    short = f"{head} {flow_text(value)}"
    fits = indent + len(short) <= WIDTH
    match value:
        case str():
            return _string_lines(value, indent, head, fits)
        case dict() if value and not (flow and fits):
            return [head, *block_lines(value, indent + 2)]
        case list() if value and any(isinstance(item, dict | list) for item in value):
            return [
                head,
                *(line for item in value for line in item_lines(item, indent + 2)),
            ]
        case list() if value and not fits:
            return [head, *_wrapped(value, indent + 2)]
        case _:
            return [short]


def block_lines(value: dict[str, Json], indent: int, *, spaced: bool = False) -> list[str]:
    """The lines of an object; `spaced` puts an empty line between its entries."""
    lines: list[str] = []
    for key, entry in value.items():
        if spaced and lines:
            lines.append("")
        lines.extend(entry_lines(key, entry, indent))
    return lines


def _string_lines(value: str, indent: int, head: str, fits: bool) -> list[str]:
    """A string on one line; folded if that is too long and nothing would change by it."""
    words = value.split(" ")
    foldable = all(words) and all(word.isprintable() and len(word) < 60 for word in words)
    if fits or not foldable or value[0] in "#-?:":
        return [f"{head} {_best(value)}"]
    pad = " " * (indent + 2)
    wrapped = textwrap.wrap(
        value, max(WIDTH - indent - 2, _NARROWEST), break_long_words=False, break_on_hyphens=False
    )
    return [f"{head} >-", *(pad + line for line in wrapped)]


def _best(value: str) -> str:
    """As plain as a block entry allows."""
    usable = (
        _PLAIN_IN_BLOCK.fullmatch(value)
        and not value.endswith((" ", ":"))
        and ": " not in value
        and " #" not in value
        and _means_itself(value)
    )
    return value if usable else scalar(value)


def _wrapped(values: list[Json], indent: int) -> Iterator[str]:
    """A list of scalars in brackets, over several lines."""
    pad = " " * indent
    yield f"{pad}["
    text = ", ".join(map(flow_text, values)) + ","
    inner = pad + "  "
    # Items are never divided: the spaces in them are hidden from the wrapping.
    hidden = ", ".join(flow_text(value).replace(" ", "\0") for value in values) + ","
    for line in textwrap.wrap(
        hidden, max(WIDTH - len(inner), _NARROWEST), break_long_words=False, break_on_hyphens=False
    ) or [text]:
        yield inner + line.replace("\0", " ")
    yield f"{pad}]"


def flow_text(value: Json) -> str:
    """The value on one line, in brackets if it is a collection."""
    match value:
        case dict():
            inside = ", ".join(f"{scalar(key)}: {flow_text(entry)}" for key, entry in value.items())
            return f"{{{inside}}}"
        case list():
            return f"[{', '.join(map(flow_text, value))}]"
        case _:
            return scalar(value)


def scalar(value: Json, style: str | None = None) -> str:
    """A scalar on one line, fit for any place; `style` is the quote that is preferred."""
    if not isinstance(value, str):
        return json.dumps(value)
    if not value.isprintable():
        return _double_quoted(value)
    if style == '"':
        return _double_quoted(value)
    if style is None and _PLAIN.fullmatch(value) and _means_itself(value):
        return value
    return "'" + value.replace("'", "''") + "'"


def _means_itself(value: str) -> bool:
    if value.lower() in _OTHER_READERS:
        return False
    return isinstance(resolve_plain(value, None, Span(""), None), str)


def _double_quoted(value: str) -> str:
    return '"' + "".join(map(_character, value)) + '"'


def _character(char: str) -> str:
    if char in _ESCAPED:
        return _ESCAPED[char]
    if char.isprintable():
        return char
    code = ord(char)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
