"""What the classes of `openresponses.models` share: strictness, absence, open unions.

A model keeps what it was given. Fields that the spec does not list are kept,
optional fields that were absent stay absent in a dump, numbers keep their form.
Values are checked as JSON is: `"1"` is no number and `1` is no string.
"""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Hashable, Sequence
from enum import Enum
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    ClassVar,
    Final,
    Literal,
    Never,
    TypeVar,
    Union,
    get_args,
)

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    model_serializer,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

if TYPE_CHECKING:
    from pydantic import SerializerFunctionWrapHandler, ValidatorFunctionWrapHandler

__all__ = [
    "MISSING",
    "ClosedModel",
    "CountedModel",
    "DefaultedModel",
    "Forbidden",
    "Matches",
    "Maybe",
    "Missing",
    "Model",
    "Number",
    "UniqueItems",
    "Values",
]

T = TypeVar("T")


class Missing(Enum):
    """The type of `MISSING`, the value of an optional field that is absent.

    No JSON value becomes it: null is another thing, and so is the text "missing".
    """

    MISSING = "missing"

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing.MISSING


class _Optional:
    """Validates the type beside `Missing` alone, so that a fault is found at the field itself."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        present = tuple(member for member in get_args(source) if member is not Missing)
        return handler(Union[present])  # noqa: UP007, it is a tuple


Maybe = Annotated[
    T | Missing, _Optional(), Field(exclude_if=functools.partial(operator.is_, MISSING))
]
"""The type of an optional field: absent fields are `MISSING`, and are left out of dumps."""


class Model(BaseModel):
    """An object of the spec: strict about the fields it knows, generous about others."""

    model_config = ConfigDict(
        extra="allow",
        strict=True,
        allow_inf_nan=False,
        serialize_by_alias=True,
        protected_namespaces=(),
    )
    __aliases__: ClassVar[dict[str, str]] = {}

    if not TYPE_CHECKING:

        def __init__(self, /, **data: Any) -> None:
            aliases = type(self).__aliases__
            super().__init__(**{aliases.get(k, k): v for k, v in data.items() if v is not MISSING})

        # Tells pydantic that validation need not go through this constructor.
        __init__.__pydantic_base_init__ = True

    @classmethod
    def __pydantic_init_subclass__(cls, **options: Any) -> None:
        super().__pydantic_init_subclass__(**options)
        fields = cls.__pydantic_fields__
        cls.__aliases__ = {name: f.alias for name, f in fields.items() if f.alias is not None}


class ClosedModel(Model):
    """An object that may hold no other fields than those listed."""

    model_config = ConfigDict(extra="forbid")


class DefaultedModel(Model):
    """An object with fields that have a value when they are absent; dumps leave them absent."""

    @model_serializer(mode="wrap")
    def _leave_absent(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        dumped: dict[str, Any] = handler(self)
        for name in type(self).__pydantic_fields__.keys() - self.__pydantic_fields_set__:
            dumped.pop(name, None)
            dumped.pop(self.__aliases__.get(name, name), None)
        return dumped


class CountedModel(Model):
    """An object whose number of fields is limited."""

    __min_properties__: ClassVar[int] = 0
    __max_properties__: ClassVar[int | None] = None

    def __init_subclass__(
        cls, min_properties: int = 0, max_properties: int | None = None, **options: Any
    ) -> None:
        super().__init_subclass__(**options)
        cls.__min_properties__ = min_properties
        cls.__max_properties__ = max_properties

    @classmethod
    def __pydantic_init_subclass__(cls, **options: Any) -> None:
        for limit in ("min_properties", "max_properties"):
            options.pop(limit, None)
        super().__pydantic_init_subclass__(**options)

    @model_validator(mode="after")
    def _check_count(self) -> CountedModel:
        count = len(self.__pydantic_fields_set__)
        if count < self.__min_properties__:
            raise PydanticCustomError(
                "too_few_properties",
                "Object should have at least {limit} properties, not {count}",
                {"limit": self.__min_properties__, "count": count},
            )
        if self.__max_properties__ is not None and count > self.__max_properties__:
            raise PydanticCustomError(
                "too_many_properties",
                "Object should have at most {limit} properties, not {count}",
                {"limit": self.__max_properties__, "count": count},
            )
        return self


class _KeepInteger:
    """Leaves a number as it was written: 1 stays 1 and does not become 1.0."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(
            self._check,
            handler(source),
            serialization=core_schema.simple_ser_schema("any"),
        )

    @staticmethod
    def _check(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        number = handler(value)
        return value if type(value) is int else number


Number = Annotated[float, _KeepInteger()]
"""Any JSON number."""


class _Forbidden:
    """Refuses every value."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self._refuse)

    @staticmethod
    def _refuse(value: Any) -> Never:
        raise PydanticCustomError("forbidden", "Field must not be present")


Forbidden = Annotated[Never, _Forbidden()]
"""The type of a field that must be absent."""


class _After:
    """Base of checks that run on a value which has the right type already."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def check(self, value: Any) -> Any:
        raise NotImplementedError


class Matches(_After):
    """Checks a text against a pattern, anywhere in the text, with Python's own engine."""

    def __init__(self, pattern: str) -> None:
        self._pattern = re.compile(pattern)

    def check(self, value: Any) -> Any:
        if self._pattern.search(value) is None:
            raise PydanticCustomError(
                "string_pattern_mismatch",
                "String should match pattern '{pattern}'",
                {"pattern": self._pattern.pattern},
            )
        return value


class Values(_After):
    """Checks that a value is one of a closed list that `Literal` cannot express."""

    def __init__(self, *values: bool | float | str | None) -> None:
        self._values = values
        self._keys = frozenset(map(_identity, values))

    def check(self, value: Any) -> Any:
        if _identity(value) not in self._keys:
            expected = ", ".join(map(repr, self._values))
            raise PydanticCustomError(
                "literal_error", "Input should be one of {expected}", {"expected": expected}
            )
        return value


class UniqueItems(_After):
    """Checks that no two items of a list are the same JSON value."""

    def check(self, value: Any) -> Any:
        if len(set(map(_identity, value))) != len(value):
            raise PydanticCustomError("unique_items", "Items should be unique")
        return value


def _identity(value: Any) -> Hashable:
    """Equal for equal JSON values and for no others: true is not 1, but 1.0 is."""
    if isinstance(value, BaseModel):
        value = value.model_dump()
    if isinstance(value, dict):
        return "object", frozenset((key, _identity(item)) for key, item in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "array", tuple(map(_identity, value))
    return isinstance(value, bool), value
