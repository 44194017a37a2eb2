"""Compares bounds, patterns, formats and all keywords that have no comparison of their own."""

from __future__ import annotations

from dataclasses import dataclass

from orgen.breaking.change import At
from orgen.breaking.differ import Differ
from orgen.breaking.values import place, shown
from orgen.breaking.view import View
from orgen.contract.tree import Pointer, to_json

HANDLED = frozenset(
    {
        "type", "enum", "anyOf", "oneOf", "discriminator", "default", "properties", "required",
        "additionalProperties", "items", "prefixItems", "deprecated", "readOnly", "writeOnly",
        "format", "pattern", "multipleOf", "uniqueItems", "minLength", "maxLength", "minItems",
        "maxItems", "minProperties", "maxProperties", "minContains", "maxContains", "minimum",
        "maximum", "exclusiveMinimum", "exclusiveMaximum",
    }
)  # fmt: skip
"""Keywords with a comparison of their own."""

_BOUNDS = (
    ("minLength", "the minimum length", False),
    ("maxLength", "the maximum length", True),
    ("minItems", "the minimum number of items", False),
    ("maxItems", "the maximum number of items", True),
    ("minProperties", "the minimum number of properties", False),
    ("maxProperties", "the maximum number of properties", True),
    ("minContains", "the minimum number of matching items", False),
    ("maxContains", "the maximum number of matching items", True),
)
_RANGES = {("int32", "int64"), ("float", "double")}
"""Formats of which the first holds less than the second."""


def diff_constraints(differ: Differ, left: View, right: View, at: At) -> None:
    for keyword, noun, upper in _BOUNDS:
        old, new = _count(left, keyword), _count(right, keyword)
        _diff_bound(differ, _Pair(left, right, at), (keyword,), noun, old, new, upper)
    for ends, noun, upper in (
        (("minimum", "exclusiveMinimum"), "the minimum", False),
        (("maximum", "exclusiveMaximum"), "the maximum", True),
    ):
        pair = _Pair(left, right, at)
        old, new = _limit(left, *ends, upper=upper), _limit(right, *ends, upper=upper)
        _diff_bound(differ, pair, ends, noun, old, new, upper)
    _diff_unique(differ, left, right, at)
    _diff_multiple(differ, left, right, at)
    _diff_text(differ, left, right, at, "pattern")
    _diff_format(differ, left, right, at)
    _diff_others(differ, left, right, at)


@dataclass(frozen=True, slots=True)
class _Pair:
    left: View
    right: View
    at: At

    def places(self, keywords: tuple[str, ...]) -> tuple[Pointer, Pointer]:
        """Where the first of the keywords that is there is written, on both sides."""
        return _first(self.left, keywords), _first(self.right, keywords)


def _first(seen: View, keywords: tuple[str, ...]) -> Pointer:
    return next((seen.place(k) for k in keywords if k in seen.keywords), seen.pointer)


@dataclass(frozen=True, slots=True)
class _Limit:
    """A bound; `strict` if the bound itself is not allowed."""

    value: float | int
    strict: bool = False

    def __str__(self) -> str:
        return f"{shown(self.value)} (exclusive)" if self.strict else shown(self.value)


def _number(seen: View, keyword: str) -> float | int | None:
    value = seen.plain(keyword)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _count(seen: View, keyword: str) -> _Limit | None:
    value = _number(seen, keyword)
    if value is None or (value == 0 and keyword.startswith("min") and keyword != "minContains"):
        return None
    return _Limit(value)


def _limit(seen: View, plain: str, strict: str, *, upper: bool) -> _Limit | None:
    """The bound that decides where both kinds are given."""
    limits = [_Limit(v, s) for k, s in ((plain, False), (strict, True)) if (v := _number(seen, k))
              is not None]  # fmt: skip
    sign = -1 if upper else 1
    return max(limits, key=lambda one: (sign * one.value, one.strict), default=None)


def _diff_bound(
    differ: Differ,
    pair: _Pair,
    keywords: tuple[str, ...],
    noun: str,
    old: _Limit | None,
    new: _Limit | None,
    upper: bool,
) -> None:
    if old == new:
        return
    if old is None or new is None:
        tighter = old is None
    else:
        sign = -1 if upper else 1
        tighter = (sign * new.value, new.strict) > (sign * old.value, old.strict)
    rule = "constraint-tightened" if tighter else "constraint-loosened"
    was = "was not set" if old is None else f"was {old}"
    now = "is none" if new is None else f"is {new}"
    message = f"{noun} of {place(pair.at)} {was} and {now}"
    differ.emit(rule, pair.at, *pair.places(keywords), message)


def _diff_unique(differ: Differ, left: View, right: View, at: At) -> None:
    old, new = left.plain("uniqueItems") is True, right.plain("uniqueItems") is True
    if old == new:
        return
    rule = "constraint-tightened" if new else "constraint-loosened"
    message = f"items of {place(at)} {'must be unique now' if new else 'may be repeated now'}"
    differ.emit(rule, at, left.place("uniqueItems"), right.place("uniqueItems"), message)


def _diff_multiple(differ: Differ, left: View, right: View, at: At) -> None:
    old, new = _number(left, "multipleOf"), _number(right, "multipleOf")
    if old == new:
        return
    where = left.place("multipleOf"), right.place("multipleOf")
    if old is None or (new is not None and _divides(old, new)):
        rule = "constraint-tightened"
    elif new is None or _divides(new, old):
        rule = "constraint-loosened"
    else:
        rule = "multiple-of-changed"
    was, now = ("nothing" if v is None else shown(v) for v in (old, new))
    differ.emit(rule, at, *where, f"{place(at)} had to be a multiple of {was}, and now of {now}")


def _divides(step: float | int, other: float | int) -> bool:
    try:
        return step != 0 and other % step == 0
    except (OverflowError, ValueError):
        return False


def _diff_text(differ: Differ, left: View, right: View, at: At, keyword: str) -> None:
    """A keyword that is added, removed or changed, each by a rule of its own."""
    old, new = left.plain(keyword), right.plain(keyword)
    if old == new:
        return
    where = left.place(keyword), right.place(keyword)
    if old is None:
        rule, message = "added", f"{place(at)} has the {keyword} {shown(new)} now"
    elif new is None:
        rule, message = "removed", f"{place(at)} has no {keyword} any more ({shown(old)})"
    else:
        rule = "changed"
        message = f"the {keyword} of {place(at)} was {shown(old)} and is {shown(new)}"
    differ.emit(f"{keyword}-{rule}", at, *where, message)


def _diff_format(differ: Differ, left: View, right: View, at: At) -> None:
    old, new = left.plain("format"), right.plain("format")
    where = left.place("format"), right.place("format")
    message = f"the format of {place(at)} was {shown(old)} and is {shown(new)}"
    if (old, new) in _RANGES:
        differ.emit("format-widened", at, *where, message)
    elif (new, old) in _RANGES:
        differ.emit("format-narrowed", at, *where, message)
    else:
        _diff_text(differ, left, right, at, "format")


def _diff_others(differ: Differ, left: View, right: View, at: At) -> None:
    """Conditions such as `not`, `patternProperties` or `contentEncoding`: compared as a whole."""
    names = [*left.keywords, *(name for name in right.keywords if name not in left.keywords)]
    for name in names:
        if name in HANDLED or name.startswith("x-"):
            continue
        old, new = left.keywords.get(name), right.keywords.get(name)
        where = left.place(name), right.place(name)
        if old is None:
            differ.emit("keyword-added", at, *where, f"{place(at)} has the condition `{name}` now")
        elif new is None:
            message = f"{place(at)} no longer has the condition `{name}`"
            differ.emit("keyword-removed", at, *where, message)
        elif not differ.same(old, new):
            was, now = shown(to_json(old)), shown(to_json(new))
            message = f"the condition `{name}` of {place(at)} was {was} and is {now}"
            differ.emit("keyword-changed", at, *where, message)
