"""Makes readable names for schemas that their author left unnamed."""

from __future__ import annotations

import re
from collections.abc import Iterable

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+|[^\W\d_]+")
_ROLES = frozenset(
    {"Param", "Params", "Field", "Body", "Resource", "Union", "Object", "Schema", "Enum", "Public"}
)
_MASS_NOUNS = frozenset({"Content", "Input", "Output", "Summary", "Data"})
"""Properties that hold a list and yet have no singular: one entry is a part."""


def words(name: str) -> list[str]:
    """`tool_choice` and `ToolChoice` -> `["Tool", "Choice"]`."""
    return [word[0].upper() + word[1:] for word in _WORDS.findall(name)]


def pascal(name: str) -> str:
    """The words of a name, each with a capital, without anything between."""
    return "".join(words(name))


def stem(name: str) -> str:
    """A component's name without the words that only say how it is used (`Param`, `Body`)."""
    found = words(name)
    kept = list(found)
    while len(kept) > 1 and kept[-1] in _ROLES:
        kept.pop()
    return name.removesuffix("".join(found[len(kept) :])) if kept else name


def singular(name: str) -> str:
    """What one entry of a list or map is called: `tools` -> `Tool`, `content` -> `ContentPart`."""
    found = words(name) or ["Value"]
    last = found[-1]
    if last in _MASS_NOUNS:
        return "".join([*found, "Part"])
    if last.endswith("ies") and len(last) > 4:
        last = last[:-3] + "y"
    elif last.endswith(("sses", "xes", "ches", "shes")):
        last = last[:-2]
    elif last.endswith("s") and not last.endswith(("ss", "us", "is")):
        last = last[:-1]
    else:
        return "".join([*found, "Item"])
    return "".join([*found[:-1], last])


def joined(parent: str, noun: str) -> str:
    """`FunctionCallOutput` and `OutputPart` -> `FunctionCallOutputPart`: nothing is said twice."""
    before, after = words(parent), words(noun)
    overlap = next(
        (n for n in range(min(len(before), len(after) - 1), 0, -1) if before[-n:] == after[:n]), 0
    )
    return parent + "".join(after[overlap:])


def common_noun(names: Iterable[str]) -> str | None:
    """The last words that all the names share, if there are several names; never a first word."""
    lists = [[word for word in words(name) if word not in _ROLES] for name in names]
    if len(lists) < 2:
        return None
    first = lists[0]
    end = next(
        (i for i in range(len(first), 1, -1) if all(first[i - 1] in other for other in lists)), 0
    )
    start = end
    while start > 1 and all(_holds(other, first[start - 1 : end]) for other in lists):
        start -= 1
    noun = "".join(first[start:end])
    return noun + "Part" if noun in _MASS_NOUNS else noun or None


def _holds(words: list[str], run: list[str]) -> bool:
    return any(words[i : i + len(run)] == run for i in range(len(words)))
