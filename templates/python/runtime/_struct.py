"""What the structs of `models` share: absence, numbers, unions that may grow.

msgspec decides a union of structs by one tag and has no place for what it does
not know. A union with discriminators is therefore a type of its own here, which
msgspec hands to `decode_hook`; what no variant fits is kept as an `Unknown`.

    event = decode(b'{"type": "acme:ping", "sequence_number": 1}', StreamEvent)
    assert encode(event) == b'{"type":"acme:ping","sequence_number":1}'
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias, TypeVar, overload

import msgspec

__all__ = [
    "Forbidden",
    "Number",
    "Object",
    "Unknown",
    "convert",
    "decode",
    "decode_hook",
    "encode",
    "one_of",
    "to_builtins",
]

T = TypeVar("T")

Number: TypeAlias = int | float
"""Any JSON number, as it was written."""


class Object(dict[str, Any]):
    """An object whose properties the spec leaves open, with everything it holds."""


class Unknown(Object):
    """An object of a type that the spec does not list."""

    @property
    def type(self) -> str:
        return str(self["type"])


class Forbidden:
    """The type of a field that must be absent."""


class _Choice(type):
    """The class of unions. Every value that the hook returns counts as an instance."""

    tags: tuple[str, ...]
    variants: Mapping[str | None, Any]
    unknown: type[Unknown] | None
    rest: Any

    def __instancecheck__(cls, instance: object) -> bool:
        return True

    def choose(cls, value: Any) -> Any:
        """The variant that `value` says it is."""
        if not isinstance(value, dict):
            return msgspec.convert(value, cls.rest, dec_hook=decode_hook)
        found: Any = cls.variants
        for tag in cls.tags:
            key = value.get(tag)
            if not isinstance(key, str | None):
                raise ValueError(f"Expected `str`, got `{type(key).__name__}` - at `$.{tag}`")
            if key not in found:
                return cls._unlisted(value, tag)
            found = found[key]
            if not isinstance(found, Mapping):
                break
        return msgspec.convert(value, found, dec_hook=decode_hook)

    def _unlisted(cls, value: dict[str, Any], tag: str) -> Unknown:
        if cls.unknown is not None and tag == cls.tags[0] and isinstance(value.get(tag), str):
            return cls.unknown(value)
        if tag not in value:
            raise ValueError(f"Object missing required field `{tag}`")
        raise ValueError(f"Invalid value {value[tag]!r} - at `$.{tag}`")


def one_of(
    name: str,
    *tags: str,
    variants: Mapping[str | None, Any],
    unknown: type[Unknown] | None = None,
    rest: Any = Forbidden,
) -> Any:
    """A type whose values are told apart by `tags`; what is no object is one of `rest`."""
    choice = _Choice(name, (), {})
    choice.tags, choice.variants, choice.unknown, choice.rest = tags, variants, unknown, rest
    return choice


def decode_hook(kind: type, value: Any) -> Any:
    """For msgspec's `dec_hook`: reads the types that msgspec does not know."""
    if kind is Forbidden:
        raise ValueError("Field must not be present")
    if issubclass(kind, Object):
        if not isinstance(value, dict):
            raise ValueError(f"Expected `object`, got `{type(value).__name__}`")
        return kind(value)
    if not isinstance(kind, _Choice):
        raise NotImplementedError(f"{kind!r} is no type of these models")
    try:
        return kind.choose(value)
    except msgspec.ValidationError as error:
        # As a ValueError, msgspec adds where in the whole value this was.
        raise ValueError(str(error)) from None


@overload
def decode(data: bytes | str, kind: type[T]) -> T: ...
@overload
def decode(data: bytes | str, kind: Any) -> Any: ...
def decode(data: bytes | str, kind: Any) -> Any:
    """Read JSON; `msgspec.ValidationError` tells what is wrong and where, inside out."""
    return msgspec.json.decode(data, type=kind, dec_hook=decode_hook)


@overload
def convert(value: Any, kind: type[T]) -> T: ...
@overload
def convert(value: Any, kind: Any) -> Any: ...
def convert(value: Any, kind: Any) -> Any:
    """Read plain JSON values (dict, list, str ...)."""
    return msgspec.convert(value, kind, dec_hook=decode_hook)


def encode(value: Any) -> bytes:
    """Write JSON."""
    return msgspec.json.encode(value)


def to_builtins(value: Any) -> Any:
    """Write plain JSON values."""
    return msgspec.to_builtins(value)
