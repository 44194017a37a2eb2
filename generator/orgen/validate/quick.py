"""Whether a value obeys a JSON Schema, for the common keywords of 2020-12 alone.

Nearly all that is checked is right, and then nothing has to be explained: `obeys` tells so in a
fraction of the time of a whole validator, which need not even be imported. It gives a verdict only
where that validator would give the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, TypeAlias

from orgen.ir.schema import Json

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_NOTES = frozenset({"$defs", "$comment", "title", "description", "default", "examples", "format"})
"""Keywords that no value breaks; `format` is among them where nobody asks to check it."""
_FEW = 50
"""Values that are compared each with each."""


class _Unsure(Exception):
    """A keyword, or a use of one, that is not known here."""


def obeys(schema: Json, value: Json, *, follow: bool = True) -> bool:
    """Whether a value certainly obeys a schema; if not, a whole validator has to look.

    References lead into the schema itself; without `follow` they are not known.
    """
    try:
        return _Check(schema, follow).holds(schema, value)
    except (_Unsure, RecursionError, re.error):
        return False


@dataclass(frozen=True, slots=True)
class _Check:
    root: Json
    follow: bool

    def holds(self, schema: Json, value: Any) -> bool:
        """The verdict upon a value.

        Raises:
            _Unsure: if there is none.
        """
        if isinstance(schema, bool):
            return schema
        if not isinstance(schema, dict):
            raise _Unsure
        for keyword, rule in schema.items():
            if keyword in _NOTES or keyword.startswith("x-"):
                continue
            check = _KEYWORDS.get(keyword)
            if check is None:
                raise _Unsure
            if not check(self, schema, rule, value):
                return False
        return True

    def target(self, reference: Any) -> Json:
        """The schema that a reference within the document leads to."""
        if not (self.follow and isinstance(reference, str) and reference.startswith("#/")):
            raise _Unsure
        found: Any = self.root
        for step in reference[2:].split("/"):
            if "%" in step or "~" in step or not isinstance(found, dict) or step not in found:
                raise _Unsure
            found = found[step]
        return _schema(found)


_Keyword: TypeAlias = "Callable[[_Check, dict[str, Any], Any, Any], bool]"


def _schema(value: Any) -> Json:
    if not isinstance(value, dict | bool):
        raise _Unsure
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_TYPES: dict[str, Callable[[Any], bool]] = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: _is_number(value) and (isinstance(value, int) or value.is_integer()),
    "number": _is_number,
    "string": lambda value: isinstance(value, str),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}


def _draft(check: _Check, schema: dict[str, Any], rule: Any, value: Any) -> bool:
    if rule != _DRAFT:
        raise _Unsure
    return True


def _ref(check: _Check, schema: dict[str, Any], rule: Any, value: Any) -> bool:
    if rule != _DRAFT or not check.follow:
        return check.holds(check.target(rule), value)
    if not _is_schema(value):
        raise _Unsure
    return True


def _is_schema(value: Any) -> bool:
    """Whether a value certainly is a JSON Schema."""
    if not isinstance(value, dict):
        return isinstance(value, bool)
    return all(
        name.startswith("x-") or (name in _SHAPES and _SHAPES[name](part))
        for name, part in value.items()
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _are_schemas(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_is_schema, value.values()))


def _alternatives(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_schema, value))


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _are_names(value: Any) -> bool:
    texts = isinstance(value, list) and all(map(_is_text, value))
    return texts and len(set(value)) == len(value)


_SHAPES: dict[str, Callable[[Any], bool]] = {
    **dict.fromkeys(("$ref", "title", "description", "$comment"), _is_text),
    **dict.fromkeys(("pattern", "format"), _is_text),
    **dict.fromkeys(("additionalProperties", "items", "not", "propertyNames"), _is_schema),
    **dict.fromkeys(("properties", "$defs"), _are_schemas),
    **dict.fromkeys(("allOf", "anyOf", "oneOf"), _alternatives),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), _is_count),
    **dict.fromkeys(("minProperties", "maxProperties"), _is_count),
    **dict.fromkeys(("minimum", "maximum"), _is_number),
    **dict.fromkeys(("const", "default", "discriminator"), lambda value: True),
    **dict.fromkeys(("enum", "examples"), lambda value: isinstance(value, list)),
    **dict.fromkeys(("deprecated", "readOnly", "uniqueItems"), lambda v: isinstance(v, bool)),
    "required": _are_names,
    "type": lambda value: (_is_text(value) and value in _TYPES)
    or (_are_names(value) and bool(value) and all(name in _TYPES for name in value)),
}
"""Keyword -> whether what it is given has its shape."""


def _type(check: _Check, schema: dict[str, Any], rule: Any, value: Any) -> bool:
    names = rule if isinstance(rule, list) else [rule]
    if not all(isinstance(name, str) and name in _TYPES for name in names):
        raise _Unsure
    return any(_TYPES[name](value) for name in names)


def _same(one: Any, other: Any) -> bool:
    """Whether two values are equal; true and 1 are not."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[name], other[name]) for name in one)
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, float) and one != one:
        raise _Unsure
    return bool(one == other)


def _enum(check: _Check, schema: dict[str, Any], rule: Any, value: Any) -> bool:
    if not isinstance(rule, list):
        raise _Unsure
    return any(_same(one, value) for one in rule)


def _required(check: _Check, schema: dict[str, Any], rule: Any, value: Any) -> bool:
    if not isinstance(rule, list):
        raise _Unsure
    return not isinstance(value, dict) or all(name in value for name in rule)


def _depends(check: _Check, schema: dict[str, Any], rule: Any, value: Any) -> bool:
    if not isinstance(value, dict):
        return True
    return all(
        _required(check, schema, names, value)
        for name, names in _table(rule).items()
        if name in value
    )


def _table(rule: Any) -> Mapping[str, Any]:
    if not isinstance(rule, dict):
        raise _Unsure
    return rule


def _properties(check: _Check, schema: dict[str, Any], rule: Any, value: Any) -> bool:
    if not isinstance(value, dict):
        return True
    table = _table(rule)
    return all(check.holds(table[name], value[name]) for name in table if name in value)


def _patterns(check: _Check, schema: dict[str, Any], rule: Any, value: Any) -> bool:
    if not isinstance(value, dict):
        return True
    return all(
        check.holds(inner, part)
        for pattern, inner in _table(rule).items()
        for name, part in value.items()
        if re.search(pattern, name)
    )


def _additional(check: _Check, schema: dict[str, Any], rule: Any, value: Any) -> bool:
    if not isinstance(value, dict):
        return True
    known, patterns = _table(schema.get("properties", {})), schema.get("patternProperties", {})
    return all(
        check.holds(rule, part)
        for name, part in value.items()
        if name not in known and not any(re.search(one, name) for one in _table(patterns))
    )


def _names(check: _Check, schema: dict[str, Any], rule: Any, value: Any) -> bool:
    return not isinstance(value, dict) or all(check.holds(rule, name) for name in value)


def _items(check: _Check, schema: dict[str, Any], rule: Any, value: Any) -> bool:
    return not isinstance(value, list) or all(check.holds(rule, part) for part in value)


def _unique(check: _Check, schema: dict[str, Any], rule: Any, value: Any) -> bool:
    if rule is not True or not isinstance(value, list):
        return True
    if all(isinstance(part, str) for part in value):
        return len(set(value)) == len(value)
    if len(value) > _FEW or any(isinstance(part, list) for part in value):
        raise _Unsure
    return not any(_same(one, other) for one, other in combinations(value, 2))


def _pattern(check: _Check, schema: dict[str, Any], rule: Any, value: Any) -> bool:
    if not isinstance(rule, str):
        raise _Unsure
    return not isinstance(value, str) or re.search(rule, value) is not None


def _verdicts(check: _Check, rule: Any, value: Any) -> list[bool]:
    if not isinstance(rule, list):
        raise _Unsure
    return [check.holds(inner, value) for inner in rule]


def _if(check: _Check, schema: dict[str, Any], rule: Any, value: Any) -> bool:
    branch = "then" if check.holds(rule, value) else "else"
    return check.holds(schema.get(branch, True), value)


def _size(kind: type, low: bool) -> _Keyword:
    def fits(check: _Check, schema: dict[str, Any], rule: Any, value: Any) -> bool:
        if not isinstance(rule, int):
            raise _Unsure
        if not isinstance(value, kind):
            return True
        size: int = len(value)  # type: ignore[arg-type]
        return size >= rule if low else size <= rule

    return fits


def _bound(fits: Callable[[Any, Any], bool]) -> _Keyword:
    def bounded(check: _Check, schema: dict[str, Any], rule: Any, value: Any) -> bool:
        if not _is_number(rule):
            raise _Unsure
        return not _is_number(value) or fits(value, rule)

    return bounded


_KEYWORDS: dict[str, _Keyword] = {
    "$schema": _draft,
    "$ref": _ref,
    "type": _type,
    "enum": _enum,
    "const": lambda check, schema, rule, value: _same(rule, value),
    "required": _required,
    "dependentRequired": _depends,
    "properties": _properties,
    "patternProperties": _patterns,
    "additionalProperties": _additional,
    "propertyNames": _names,
    "items": _items,
    "uniqueItems": _unique,
    "pattern": _pattern,
    "allOf": lambda check, schema, rule, value: all(_verdicts(check, rule, value)),
    "anyOf": lambda check, schema, rule, value: any(_verdicts(check, rule, value)),
    "oneOf": lambda check, schema, rule, value: sum(_verdicts(check, rule, value)) == 1,
    "not": lambda check, schema, rule, value: not check.holds(rule, value),
    "if": _if,
    "then": lambda check, schema, rule, value: True,
    "else": lambda check, schema, rule, value: True,
    "minLength": _size(str, low=True),
    "maxLength": _size(str, low=False),
    "minItems": _size(list, low=True),
    "maxItems": _size(list, low=False),
    "minProperties": _size(dict, low=True),
    "maxProperties": _size(dict, low=False),
    "minimum": _bound(lambda value, rule: not value < rule),
    "maximum": _bound(lambda value, rule: not value > rule),
    "exclusiveMinimum": _bound(lambda value, rule: not value <= rule),
    "exclusiveMaximum": _bound(lambda value, rule: not value >= rule),
}
