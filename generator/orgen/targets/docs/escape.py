"""The one place where text of the spec becomes Markdown, XML or JSON in a page.

Whatever the spec's author wrote is shown as it was written and never acts: it
cannot open a tag, a link, a table cell, a heading or a template expression.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orgen.ir.schema import Json

_REPLACEMENT = "\ufffd"
# Control characters, lone surrogates, and marks that reorder the text around them.
_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\ud800-\udfff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
_CODE_SPAN = re.compile(r"(?<!`)`([^`]+)`(?!`)")
# Within backticks everything is shown as it is, but for pipes in tables, and for
# braces that a site generator might take for its own.
_PLAIN_CODE = re.compile(r"(?!.*(?:\{[{%#]|[}%#]\}))[^`|<>&\s](?:[^`|<>&]*[^`|<>&\s])?")
_LINE_START = re.compile(r"^(?=[-+=#])|(?<=^\d)(?=[.)])|(?<=^\d\d)(?=[.)])")
_SPECIAL = {
    "\\": "\\\\",
    "`": "\\`",
    "*": "\\*",
    "[": "\\[",
    "]": "\\]",
    "|": "\\|",
    "~": "\\~",
    "$": "\\$",
    "<": "&lt;",
    ">": "&gt;",
    "&": "&amp;",
    "{": "&#123;",
    "}": "&#125;",
}
_SPECIAL_PATTERN = re.compile(
    r"[\\`*\[\]|~$<>&{}]|(?<![^\W_])_|_(?![^\W_])|:(?=//)|(?<=www)\.", re.IGNORECASE
)


def escape(text: str) -> str:
    """Prose as inline Markdown, on one line; a `code span` stays one.

    >>> escape("Use `a|b`, not <b>")
    'Use <code>a&#124;b</code>, not &lt;b&gt;'
    """
    line = _INVISIBLE.sub(_REPLACEMENT, " ".join(text.split()))
    pieces = _CODE_SPAN.split(line)
    shown = [code(piece) if odd % 2 else _escape_prose(piece) for odd, piece in enumerate(pieces)]
    return _LINE_START.sub(r"\\", "".join(shown))


def _escape_prose(text: str) -> str:
    def replace(match: re.Match[str]) -> str:
        char = match[0]
        if char == "_":
            return "\\_"
        return _SPECIAL.get(char) or f"&#{ord(char)};"

    return _SPECIAL_PATTERN.sub(replace, text)


def paragraphs(text: str) -> str:
    """Prose as Markdown paragraphs; blank lines part them."""
    blocks = re.split(r"\n[^\S\n]*\n", text.replace("\r\n", "\n").strip())
    return "\n\n".join(escape(block) for block in blocks if block.strip())


def code(text: str) -> str:
    """Text as inline code, safe in a table cell too."""
    visible = _INVISIBLE.sub(_REPLACEMENT, re.sub(r"[^\S ]", " ", text))
    if _PLAIN_CODE.fullmatch(visible):
        return f"`{visible}`"
    entities = re.sub(r"[^\w \-^+=/,;?!()@%']|_", lambda match: f"&#{ord(match[0])};", visible)
    return f"<code>{entities}</code>" if entities.strip() else "<code>&nbsp;</code>"


def json_code(value: Json) -> str:
    """A JSON value as inline code."""
    return code(_json_text(value, indent=None))


def json_block(value: Json) -> str:
    """A JSON value as the inside of a fenced block."""
    return _json_text(value, indent=2)


def _json_text(value: Json, indent: int | None) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    text = re.sub(r"[<\u2028\u2029\x85]|\{(?=[{%#])", _json_escape, text)
    return _INVISIBLE.sub(lambda m: m[0] if m[0] == "\n" else _json_escape(m), text)


def _json_escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def xml(text: str) -> str:
    """Text inside an XML element or attribute."""
    line = _INVISIBLE.sub(_REPLACEMENT, " ".join(text.split()))
    for char, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        line = line.replace(char, entity)
    return line


def comment(text: str) -> str:
    """Text inside an HTML or XML comment: it cannot end the comment."""
    return re.sub("-(?=-)", "- ", xml(text)).rstrip("-")


def first_sentence(text: str) -> str:
    """The first sentence of some prose, unescaped, for a line in a table."""
    block = " ".join(re.split(r"\n\s*\n", text.strip(), maxsplit=1)[0].split())
    match = re.match(r"(.{3,}?[.!?])(?=\s+[A-Z`])", block)
    return match[1] if match else block
