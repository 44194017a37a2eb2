"""Unions that decide at once: by the JSON type of a value, then by its discriminators.

Pydantic's own unions name the variant in the path of a fault and try one after
the other; here a path leads through the JSON value alone, and a value that says
what it is gets told what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    ForwardRef,
    Literal,
    TypeGuard,
    Union,
    get_args,
    get_origin,
)

from pydantic import BaseModel, GetCoreSchemaHandler, ValidationError
from pydantic_core import (
    CoreSchema,
    ErrorDetails,
    InitErrorDetails,
    PydanticCustomError,
    core_schema,
)
from typing_extensions import TypeAliasType

from ._model import MISSING, Missing

if TYPE_CHECKING:
    from pydantic import ValidatorFunctionWrapHandler

__all__ = ["OneOf"]

_JSON_TYPES: dict[type, str] = {
    str: "string",
    bool: "boolean",
    int: "number",
    float: "number",
    list: "array",
    dict: "object",
    type(None): "null",
}


class OneOf:
    """Marks a union: `Annotated[A | B | UnknownItem, OneOf("type", open=("UnknownItem",))]`.

    `discriminators` are properties of the variants that hold a literal, most
    telling first. `open` names the variants that take objects with any other
    value there, in the order they are tried.
    """

    def __init__(self, *discriminators: str, open: tuple[str, ...] = ()) -> None:
        self._discriminators = discriminators
        self._open = open

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        union = _Union(self._discriminators, self._open)
        members: dict[str, list[Any]] = {}
        for member in get_args(source):
            for key in union.keys(member):
                members.setdefault(key, []).append(member)
        union.kinds = {key for key in members if key in _JSON_TYPES.values()}
        choices = {
            key: _either([handler(member) for member in group], key == "open")
            for key, group in members.items()
        }
        return core_schema.no_info_wrap_validator_function(
            union.validate,
            core_schema.tagged_union_schema(choices, union.select),
            serialization=core_schema.simple_ser_schema("any"),
        )


class _Union:
    """One union: which choice a value belongs to, and what is wrong if there is none."""

    def __init__(self, discriminators: tuple[str, ...], open: tuple[str, ...]) -> None:
        self._discriminators = discriminators
        self._open = open
        self._table: dict[Hashable, Any] = {}
        self.kinds: set[str] = set()

    def keys(self, member: Any) -> Iterator[str]:
        """The keys of the choices that a member of the union stands for."""
        model = _bare(member)
        if not _is_model(model):
            yield from _kinds(model)
        elif model.__name__ in self._open:
            yield "open"
        else:
            yield self._register(model)

    def _register(self, model: type[BaseModel]) -> str:
        """Enter the literals of a model into the table; its key among the choices."""
        name = model.__name__
        found = [_literals(model, wire_name) for wire_name in self._discriminators]
        if not found or not found[0]:
            return "object"
        second = next((values for values in found[1:] if values), None)
        for value in found[0]:
            if second is not None:
                self._table.setdefault(value, {}).update(dict.fromkeys(second, name))
            elif value is None and value in self._table:
                self._table[value] = None
            else:
                self._table[value] = name
        return name

    def select(self, value: Any) -> str | None:
        """The key of the choice that a value belongs to, if there is one."""
        kind = _kind(value)
        if kind != "object" or not self._discriminators:
            return kind if kind in self.kinds else None
        tag = _tag(value, self._discriminators[0])
        entry = self._table.get(tag)
        if isinstance(entry, dict):
            second = (_tag(value, wire_name) for wire_name in self._discriminators[1:])
            return next((entry[tag] for tag in second if tag in entry), None)
        if entry is None and self._open and isinstance(tag, str):
            return "open"
        return entry or (kind if kind in self.kinds else None)

    def validate(self, value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        try:
            return handler(value)
        except ValidationError as error:
            faults = [self._fault(value, fault) for fault in error.errors(include_url=False)]
            raise ValidationError.from_exception_data(error.title, faults) from None

    def _fault(self, value: Any, fault: ErrorDetails) -> InitErrorDetails:
        """The same fault, located by the JSON value alone."""
        if fault["loc"]:
            kind: str | PydanticCustomError = fault["type"]
            context = fault.get("ctx", {})
            if kind not in _KNOWN:
                name: Any = fault["type"]
                text: Any = fault["msg"]
                kind, context = PydanticCustomError(name, text), {}
            return _details(kind, fault["loc"][1:], fault["input"], context)
        if _kind(value) != "object" or not self._discriminators:
            expected = " or ".join(sorted(self.kinds | ({"object"} if self._table else set())))
            kind = PydanticCustomError(
                "json_type", "Input should be of type {expected}", {"expected": expected}
            )
            return _details(kind, (), value, {})
        return self._tag_fault(value)

    def _tag_fault(self, value: Any) -> InitErrorDetails:
        """Why the discriminators of an object lead to no variant."""
        name, expected = self._discriminators[0], self._table
        entry = expected.get(_tag(value, name))
        if isinstance(entry, dict):
            name, expected = self._discriminators[1], entry
        loc = (name,)
        if _tag(value, name) is None and not _has(value, name):
            return _details("missing", loc, value, {})
        text = " or ".join(repr(tag) for tag in expected if tag is not None)
        return _details("literal_error", loc, _property(value, name), {"expected": text})


_KNOWN = frozenset(get_args(core_schema.ErrorType))


def _details(
    kind: str | PydanticCustomError, loc: tuple[int | str, ...], value: Any, context: dict[str, Any]
) -> InitErrorDetails:
    return InitErrorDetails(type=kind, loc=loc, input=value, ctx=context)


def _either(choices: Sequence[CoreSchema], ordered: bool) -> CoreSchema:
    if len(choices) == 1:
        return choices[0]
    return core_schema.union_schema([*choices], mode="left_to_right" if ordered else "smart")


def _bare(annotation: Any) -> Any:
    """The type behind aliases and annotations."""
    while True:
        if isinstance(annotation, TypeAliasType):
            annotation = annotation.__value__
        elif get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        else:
            return annotation


def _is_model(annotation: Any) -> TypeGuard[type[BaseModel]]:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _kinds(annotation: Any) -> Iterator[str]:
    """The JSON types of a type that is no model."""
    origin = get_origin(annotation) or annotation
    if origin is Literal:
        yield from dict.fromkeys(_kind(value) for value in get_args(annotation))
    elif origin in (Union, UnionType):
        for member in get_args(annotation):
            yield from _kinds(_bare(member))
    elif isinstance(origin, ForwardRef):
        yield "array" if origin.__forward_arg__.startswith("list[") else "object"
    elif origin is None:
        yield "null"
    elif origin is Any:
        yield from dict.fromkeys(_JSON_TYPES.values())
    else:
        yield _JSON_TYPES.get(origin, "object")


def _kind(value: Any) -> str:
    """The JSON type of a value."""
    kind = _JSON_TYPES.get(type(value))
    if kind is None:
        kind = next((k for t, k in _JSON_TYPES.items() if isinstance(value, t)), "")
    return "object" if isinstance(value, BaseModel) else kind


def _literals(model: type[BaseModel], wire_name: str) -> list[Any]:
    """The values of a literal field of a model, with None if it may be absent or null."""
    for name, field in model.__pydantic_fields__.items():
        if (field.alias or name) == wire_name:
            return list(_literal_values(field.annotation))
    return []


def _literal_values(annotation: Any) -> Iterator[Any]:
    annotation = _bare(annotation)
    if get_origin(annotation) is Literal:
        yield from get_args(annotation)
    elif get_origin(annotation) in (Union, UnionType):
        for member in get_args(annotation):
            if member is Missing or member is type(None):
                yield None
            else:
                yield from _literal_values(member)


def _property(value: Any, wire_name: str) -> Any:
    if isinstance(value, dict):
        return value.get(wire_name)
    fields = type(value).__pydantic_fields__
    name = next((n for n, f in fields.items() if (f.alias or n) == wire_name), wire_name)
    return getattr(value, name, None)


def _tag(value: Any, wire_name: str) -> str | Literal[False] | None:
    """The text that a property holds; None if it is absent or null, False if it is no text."""
    tag = _property(value, wire_name)
    if tag is None or tag is MISSING:
        return None
    return tag if isinstance(tag, str) else False


def _has(value: Any, wire_name: str) -> bool:
    return not isinstance(value, dict) or wire_name in value
