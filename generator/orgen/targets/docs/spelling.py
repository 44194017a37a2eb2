"""Writes types and their constraints as Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orgen.ir.schema import (
    Anything,
    List,
    Literals,
    Map,
    Nothing,
    Record,
    Ref,
    Scalar,
    Union,
)
from orgen.targets.docs.escape import code, json_code

if TYPE_CHECKING:
    from orgen.ir.schema import Type
    from orgen.targets.docs.places import Places


def spell(type: Type, places: Places, page: str) -> str:
    """A type as a phrase with links, such as "list of `string`"."""
    match type:
        case Ref(name):
            return places.link(name, page)
        case Scalar(kind):
            return f"`{kind.value}`"
        case Literals(values):
            return " or ".join(json_code(value) for value in values)
        case List(items):
            return f"list of {_inner(items, places, page)}"
        case Map(values):
            return f"map of `string` to {_inner(values, places, page)}"
        case Union(variants):
            if not variants:
                return "no value"
            spelled = list(dict.fromkeys(spell(v.type, places, page) for v in variants))
            return ", ".join(spelled[:-1]) + " or " * (len(spelled) > 1) + spelled[-1]
        case Record():
            return "`object`"
        case Anything():
            return "any value"
        case Nothing():
            return "no value"


def _inner(type: Type, places: Places, page: str) -> str:
    spelled = spell(type, places, page)
    several = isinstance(type, Union) or (isinstance(type, Literals) and len(type.values) > 1)
    return f"({spelled})" if several else spelled


def limits(type: Type) -> list[str]:
    """The constraints of a type as phrases; references are explained where they are defined."""
    match type:
        case Scalar():
            return _scalar_limits(type)
        case List(items, least, most, unique):
            phrases = _between(least, most, "entries", "entry")
            phrases += ["no two entries are equal"] if unique else []
            return phrases + [f"each entry: {phrase}" for phrase in limits(items)]
        case Map(values, least, most, key_pattern):
            phrases = _between(least, most, "keys", "key")
            phrases += [f"keys match {code(key_pattern)}"] if key_pattern else []
            return phrases + [f"each value: {phrase}" for phrase in limits(values)]
        case Record():
            return _between(type.min_properties, type.max_properties, "properties", "property")
        case Union(variants):
            return list(dict.fromkeys(p for variant in variants for p in limits(variant.type)))
        case Literals() | Ref() | Anything() | Nothing():
            return []


def _scalar_limits(type: Scalar) -> list[str]:
    phrases = _between(type.min_length, type.max_length, "characters", "character")
    bounds = (
        ("at least", type.minimum),
        ("more than", type.exclusive_minimum),
        ("at most", type.maximum),
        ("less than", type.exclusive_maximum),
        ("a multiple of", type.multiple_of),
    )
    phrases += [f"{words} {json_code(bound)}" for words, bound in bounds if bound is not None]
    phrases += [f"matches {code(type.pattern)}"] if type.pattern is not None else []
    phrases += [f"format {code(type.format)}"] if type.format is not None else []
    return phrases


def _between(least: int | None, most: int | None, many: str, one: str) -> list[str]:
    if least and least == most:
        return [f"exactly {least} {one if least == 1 else many}"]
    phrases = [f"at least {least} {one if least == 1 else many}"] if least else []
    if most is not None:
        phrases.append(f"at most {most} {one if most == 1 else many}")
    return phrases
