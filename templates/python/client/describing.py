"""What annotations say: a JSON Schema for the model, and the Python value of what it sends."""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from importlib import import_module
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from .failures import ConfigurationError

Schema = dict[str, Any]
Convert = Callable[[Any, str], Any]
"""A JSON value, and the JSON Pointer to it -> the Python value."""


class ArgumentError(ValueError):
    """A value is not what the annotation or schema says; the message names the place."""


@dataclasses.dataclass(frozen=True, slots=True)
class Described:
    """A type: how the model is told of it, and how its values are read."""

    schema: Schema
    convert: Convert


def described(annotation: Any, where: str = "", within: tuple[Any, ...] = ()) -> Described:
    """The description of an annotation; `where` names it in messages.

    Knows str, int, float, bool, None, Any, Literal, unions, lists, tuples, sets,
    mappings, Annotated (whose texts are descriptions), enumerations, TypedDict
    and dataclasses; models of pydantic, and with it what else it knows. Raises
    ConfigurationError for others, and for types that hold themselves.
    """
    if annotation is Any or annotation is object:
        return Described({}, lambda value, at: value)
    if annotation is None or (isinstance(annotation, type) and annotation in _PLAIN):
        return _plain(annotation)
    if any(annotation is outer for outer in within):
        raise _unknown(annotation, where, "it holds itself")
    origin = get_origin(annotation)
    inner = (*within, annotation)
    if origin is typing.Annotated:
        return _annotated(annotation, where, within)
    if origin is Literal:
        return _one_of(list(get_args(annotation)), {value: value for value in get_args(annotation)})
    if origin in (Union, types.UnionType):
        return _union([described(one, where, inner) for one in get_args(annotation)])
    made = _collection(origin or annotation, get_args(annotation), where, inner)
    if made is None and isinstance(annotation, type):
        made = _class(annotation, where, inner)
    return made or _by_pydantic(annotation, where)


def _unknown(annotation: Any, where: str, why: str) -> ConfigurationError:
    name = getattr(annotation, "__name__", None) or str(annotation)
    return ConfigurationError(
        f"{where}: {name} cannot be described to a model ({why}); annotate it with JSON's types, a "
        "dataclass, a TypedDict or a model of pydantic, or give the tool as (schema, function)",
        field="tools",
    )


_NAMES = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
_PLAIN = {*_NAMES, None}


def _plain(annotation: Any) -> Described:
    kind = type(None) if annotation is None else annotation
    name = _NAMES[kind]

    def convert(value: Any, at: str) -> Any:
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        if kind is int and isinstance(value, float) and value.is_integer():
            return int(value)
        if type(value) is not kind:
            raise ArgumentError(f"{at or '/'}: expected {name}, not {value!r:.80}")
        return value

    return Described({"type": name}, convert)


def _annotated(annotation: Any, where: str, within: tuple[Any, ...]) -> Described:
    kind, *notes = get_args(annotation)
    if any(not isinstance(note, str) for note in notes) and _pydantic() is not None:
        return _by_pydantic(annotation, where)
    made = described(kind, where, within)
    texts = [note for note in notes if isinstance(note, str)]
    return Described({**made.schema, "description": " ".join(texts)}, made.convert)


def _one_of(values: list[Any], meaning: Mapping[Any, Any]) -> Described:
    kinds = {_NAMES.get(type(value)) for value in values}
    typed = {"type": kinds.pop()} if len(kinds) == 1 and None not in kinds else {}

    def convert(value: Any, at: str) -> Any:
        for key, meant in meaning.items():
            if type(key) is type(value) and key == value:
                return meant
        listed = ", ".join(map(repr, values))
        raise ArgumentError(f"{at or '/'}: expected one of {listed}, not {value!r:.80}")

    return Described({**typed, "enum": values}, convert)


def _union(members: list[Described]) -> Described:
    def convert(value: Any, at: str) -> Any:
        faults = []
        for member in members:
            try:
                return member.convert(value, at)
            except ArgumentError as fault:
                faults.append(str(fault))
        raise ArgumentError(" or ".join(dict.fromkeys(faults)))

    names = [member.schema.get("type") for member in members if set(member.schema) == {"type"}]
    if len(names) == len(members):
        return Described({"type": names}, convert)
    return Described({"anyOf": [member.schema for member in members]}, convert)


def _collection(
    kind: Any, given: tuple[Any, ...], where: str, within: tuple[Any, ...]
) -> Described | None:
    if not isinstance(kind, type) or issubclass(kind, str):
        return None
    if issubclass(kind, tuple) and given and given[-1] is not Ellipsis:
        return None
    if issubclass(kind, Mapping) and not typing.is_typeddict(kind):
        if given and given[0] is not str:
            return None
        member = described(given[1] if given else Any, where, within)
        return _mapping(member)
    if not issubclass(kind, Sequence | AbstractSet) or issubclass(kind, bytes | bytearray):
        return None
    build = kind if kind in (list, tuple, set, frozenset) else _BUILDERS.get(kind)
    return _list(described(given[0] if given else Any, where, within), build) if build else None


_BUILDERS: dict[Any, Callable[[list[Any]], Any]] = {Sequence: list, AbstractSet: set}


def _mapping(member: Described) -> Described:
    def convert(value: Any, at: str) -> Any:
        if not isinstance(value, dict):
            raise ArgumentError(f"{at or '/'}: expected object, not {value!r:.80}")
        return {key: member.convert(one, f"{at}/{key}") for key, one in value.items()}

    more = {"additionalProperties": member.schema} if member.schema else {}
    return Described({"type": "object", **more}, convert)


def _list(member: Described, build: Callable[[list[Any]], Any]) -> Described:
    def convert(value: Any, at: str) -> Any:
        if not isinstance(value, list):
            raise ArgumentError(f"{at or '/'}: expected array, not {value!r:.80}")
        return build([member.convert(one, f"{at}/{index}") for index, one in enumerate(value)])

    items = {"items": member.schema} if member.schema else {}
    return Described({"type": "array", **items}, convert)


def _class(kind: type, where: str, within: tuple[Any, ...]) -> Described | None:
    if issubclass(kind, enum.Enum):
        values = {member.value: member for member in kind}
        return _one_of(list(values), values)
    if dataclasses.is_dataclass(kind):
        hints = get_type_hints(kind, include_extras=True)
        fields = [field for field in dataclasses.fields(kind) if field.init]
        needed = {
            field.name
            for field in fields
            if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        }
        parts = {field.name: described(hints[field.name], where, within) for field in fields}
        return record(parts, needed, lambda values: kind(**values))
    if typing.is_typeddict(kind):
        hints = get_type_hints(kind, include_extras=True)
        parts = {name: described(_bare(hint), where, within) for name, hint in hints.items()}
        return record(parts, {name for name in hints if _is_needed(kind, name, hints)}, dict)
    return None


def _is_needed(kind: type, name: str, hints: Mapping[str, Any]) -> bool:
    """Whether a TypedDict has a key always; it does not know itself if annotations are texts."""
    origin = get_origin(hints[name])
    if origin in (typing.Required, typing.NotRequired):
        return origin is typing.Required
    keys: frozenset[str] = getattr(kind, "__required_keys__", frozenset())
    return name in keys


def _bare(hint: Any) -> Any:
    """The type in Required[...] and NotRequired[...]."""
    wrappers = (typing.Required, typing.NotRequired)
    return get_args(hint)[0] if get_origin(hint) in wrappers else hint


def record(
    parts: Mapping[str, Described], needed: set[str], build: Callable[[dict[str, Any]], Any]
) -> Described:
    """An object with known properties, and no others."""

    def convert(value: Any, at: str) -> Any:
        if not isinstance(value, dict):
            raise ArgumentError(f"{at or '/'}: expected object, not {value!r:.80}")
        faults = [f"{at or '/'}: {name!r} is missing" for name in parts if _lacks(name, value)]
        faults += [f"{at}/{name}: no such property" for name in value if name not in parts]
        found = {}
        for name, one in value.items():
            if name in parts:
                try:
                    found[name] = parts[name].convert(one, f"{at}/{name}")
                except ArgumentError as fault:
                    faults.append(str(fault))
        if faults:
            raise ArgumentError("; ".join(faults))
        return build(found)

    def _lacks(name: str, value: Mapping[str, Any]) -> bool:
        return name in needed and name not in value

    schema: Schema = {
        "type": "object",
        "properties": {name: part.schema for name, part in parts.items()},
        "required": [name for name in parts if name in needed],
        "additionalProperties": False,
    }
    return Described(schema, convert)


# With pydantic ----------------------------------------------------------------------


def _pydantic() -> Any:
    try:
        return import_module("pydantic")
    except ImportError:
        return None


def _by_pydantic(annotation: Any, where: str) -> Described:
    pydantic = _pydantic()
    if pydantic is None:
        raise _unknown(annotation, where, "pydantic, which may know it, is not installed")
    try:
        adapter = pydantic.TypeAdapter(annotation)
        schema = adapter.json_schema()
    except (pydantic.errors.PydanticUserError, pydantic.PydanticSchemaGenerationError) as error:
        why = str(error).splitlines()[0]
        raise _unknown(annotation, where, why) from None

    def convert(value: Any, at: str) -> Any:
        try:
            return adapter.validate_python(value)
        except pydantic.ValidationError as error:
            faults = [
                f"{'/'.join([at, *map(str, fault['loc'])]) or '/'}: {fault['msg']}"
                for fault in error.errors(include_url=False)
            ]
            raise ArgumentError("; ".join(faults)) from None

    return Described(schema, convert)
