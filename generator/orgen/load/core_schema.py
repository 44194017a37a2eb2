"""What a plain scalar means under YAML 1.2's core schema, as far as JSON can say it."""

from __future__ import annotations

import math
import re

from orgen.diagnostics import Span
from orgen.ir.schema import Json
from orgen.load.building import Budget, quote

_WORDS: dict[str, bool | None] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", re.ASCII)
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_NOT_JSON = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_TAG = "tag:yaml.org,2002:"


def resolve_plain(text: str, tag: str | None, span: Span, budget: Budget | None) -> Json:
    """The value of a plain scalar; `tag` is the core tag written before it, if any.

    Without a budget nothing is reported: that is how keys are looked at.
    """
    value = _resolve(text, span, budget)
    if tag is None or budget is None or _has_tag(value, tag):
        return value
    budget.error(span, "L019", f"{quote(text)} is not of the type that its tag !!{tag} says")
    return value


def _resolve(text: str, span: Span, budget: Budget | None) -> Json:
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "+-.0123456789":
        return text
    if _NOT_JSON.fullmatch(text):
        if budget:
            budget.report_not_json(text, span)
        return 0
    if _INTEGER.fullmatch(text):
        return _integer(text, span, budget)
    if _FLOAT.fullmatch(text):
        return _float(text, span, budget)
    return text


def _integer(text: str, span: Span, budget: Budget | None) -> int:
    if budget and not budget.check_number(text, span):
        return 0
    if text.startswith(("0o", "0x")):
        return int(text[2:], 8 if text[1] == "o" else 16)
    return int(text) if budget else 0


def _float(text: str, span: Span, budget: Budget | None) -> float:
    if budget and not budget.check_number(text, span):
        return 0.0
    value = float(text)
    if math.isinf(value):
        if budget:
            budget.report_not_json(text, span)
        return 0.0
    return value


def _has_tag(value: Json, tag: str) -> bool:
    match value:
        case None:
            return tag == "null"
        case bool():
            return tag == "bool"
        case int():
            return tag in ("int", "float")
        case float():
            return tag == "float"
        case _:
            return tag == "str"


def check_tag(tag: str | None, allowed: tuple[str, ...], span: Span, budget: Budget) -> str | None:
    """The short name of a core tag; None for no tag, and for one that is reported."""
    if tag is None:
        return None
    if tag == "!":
        # The non-specific tag: a string, a sequence or a mapping, whatever is written.
        return "str" if "str" in allowed else allowed[0]
    name = tag.removeprefix(_TAG)
    if tag.startswith(_TAG) and name in allowed:
        return name
    budget.error(
        span,
        "L019",
        f"the tag {quote(tag)} has no meaning here",
        hint="remove it: a spec is plain JSON data",
    )
    return None
