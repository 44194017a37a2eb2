"""Prints values and prose as Python source; the only way for spec text into a module.

Whatever the text holds, it stays text: a string literal, a docstring or a comment.
"""

from __future__ import annotations

import re
import textwrap

from orgen.ir.schema import Json

WIDTH = 96
"""Where prose wraps: four less than the code, so that the quotes fit too."""

_KEPT = re.compile(r"^(?:[-*+>|#`]|\d+[.)]|\s)", re.MULTILINE)
"""A block with such a line is a list, a table or code: its line breaks mean something."""


def string(value: str) -> str:
    """A string literal in double quotes, on one line: `say "hi"` -> `"say \\"hi\\""`."""
    if '"' in value and "'" not in value:
        return "'" + _escaped(value) + "'"
    return '"' + _escaped(value).replace('"', '\\"') + '"'


def within(prose: str) -> str:
    """Text on one line for the inside of a docstring that a template writes."""
    return _escaped(" ".join(prose.split())).replace('"""', '\\"\\"\\"')


def value(json: Json) -> str:
    """A JSON value as a Python expression."""
    match json:
        case str():
            return string(json)
        case list():
            return "[" + ", ".join(value(part) for part in json) + "]"
        case dict():
            return "{" + ", ".join(f"{string(k)}: {value(v)}" for k, v in json.items()) + "}"
        case float() if json != json or json in (float("inf"), float("-inf")):
            return f'float("{json}")'
        case _:
            return repr(json)


def docstring(prose: str, indent: int = 0) -> str:
    """A triple-quoted string that shows the prose; lines after the first are indented."""
    margin = " " * indent
    lines = [_escaped(line) for line in wrapped(prose, WIDTH - indent)]
    text = "\n".join(margin + line if line and i else line for i, line in enumerate(lines))
    body = text.rstrip('"')
    quotes = len(text) - len(body)
    text = body.replace('"""', '\\"\\"\\"') + '\\"' * quotes
    end = "\n" + margin if len(lines) > 1 else ""
    return f'"""{text}{end}"""'


def comment(prose: str, indent: int = 0) -> str:
    """The prose as comment lines; those after the first are indented."""
    lines = [_escaped(line) for line in wrapped(prose, WIDTH - indent)]
    return ("\n" + " " * indent).join(f"# {line}".rstrip() for line in lines)


def wrapped(prose: str, width: int) -> list[str]:
    """Lines of the prose: paragraphs filled, lists, tables and code as they are."""
    text = prose.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ").strip()
    lines: list[str] = []
    fenced = False
    for block in re.split(r"\n[ ]*\n", text):
        if lines:
            lines.append("")
        if fenced or _KEPT.search(block):
            lines.extend(line.rstrip() for line in block.split("\n"))
        else:
            lines.extend(_filled(block, width))
        fenced ^= block.count("```") % 2 == 1
    return lines or [""]


def _filled(block: str, width: int) -> list[str]:
    filled = textwrap.fill(block, width, break_long_words=False, break_on_hyphens=False)
    return filled.split("\n")


def _escaped(text: str) -> str:
    """Backslashes doubled, and everything that is not visible written as an escape."""
    if text.isprintable() and "\\" not in text:
        return text
    return "".join(_escape(char) for char in text)


def _escape(char: str) -> str:
    if char == "\\":
        return "\\\\"
    if char.isprintable():
        return char
    return repr(char)[1:-1]


def import_order(name: str) -> tuple[int, list[tuple[int, int, str]], str]:
    """Where import sorters put a name: constants, classes, the rest; numbers by their value."""
    rank = 0 if name.isupper() else 1 if name[:1].isupper() else 2
    pieces = re.split(r"([0-9]+)", name.lower())
    return rank, [(0, int(one), "") if one.isdigit() else (1, 0, one) for one in pieces], name
