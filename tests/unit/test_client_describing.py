"""Functions as models see them: schemas of signatures and docstrings, and arguments read back."""

from __future__ import annotations

import enum
import functools
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, Optional, TypedDict

import pytest
from openresponses.client import ConfigurationError
from openresponses.client.checking import faults
from openresponses.client.describing import ArgumentError, described
from openresponses.client.tools import output_of, parsed_docstring, tools_of
from pydantic import BaseModel, Field


class Unit(enum.Enum):
    CELSIUS = "C"
    KELVIN = "K"


@dataclass
class Place:
    city: str
    zone: str | None = None
    tags: list[str] = field(default_factory=list)


class Span(TypedDict):
    first: int
    last: typing.NotRequired[int]


class Model(BaseModel):
    size: int = Field(ge=1, description="How large.")


@dataclass
class Tree:
    children: list[Tree]


PLACE = {
    "type": "object",
    "properties": {
        "city": {"type": "string"},
        "zone": {"type": ["string", "null"]},
        "tags": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["city"],
    "additionalProperties": False,
}
SPAN = {
    "type": "object",
    "properties": {"first": {"type": "integer"}, "last": {"type": "integer"}},
    "required": ["first"],
    "additionalProperties": False,
}
TEXTS = {"type": "array", "items": {"type": "string"}}
OF_INTEGERS = {"type": "object", "additionalProperties": {"type": "integer"}}
TYPES: list[tuple[Any, Any, Any, Any, Any]] = [
    (str, {"type": "string"}, "x", "x", 7),
    (int, {"type": "integer"}, 7.0, 7, 7.5),
    (float, {"type": "number"}, 7, 7.0, "7"),
    (bool, {"type": "boolean"}, True, True, 1),
    (int, {"type": "integer"}, 7, 7, True),
    (None, {"type": "null"}, None, None, 0),
    (list[int], {"type": "array", "items": {"type": "integer"}}, [1], [1], ["1"]),
    (Sequence[str], {"type": "array", "items": {"type": "string"}}, ["a"], ["a"], "a"),
    (tuple[int, ...], {"type": "array", "items": {"type": "integer"}}, [1, 2], (1, 2), 1),
    (set[str], {"type": "array", "items": {"type": "string"}}, ["a"], {"a"}, [1]),
    (list, {"type": "array"}, [1, "a"], [1, "a"], {}),
    (dict[str, int], OF_INTEGERS, {"a": 1}, {"a": 1}, {"a": "b"}),
    (Mapping[str, Any], {"type": "object"}, {"a": []}, {"a": []}, []),
    (Literal["a", "b"], {"type": "string", "enum": ["a", "b"]}, "a", "a", "c"),
    (Literal[1, "b"], {"enum": [1, "b"]}, 1, 1, True),
    (Optional[int], {"type": ["integer", "null"]}, None, None, "x"),  # noqa: UP045
    (int | list[str], {"anyOf": [{"type": "integer"}, TEXTS]}, ["a"], ["a"], "a"),
    (Unit, {"type": "string", "enum": ["C", "K"]}, "K", Unit.KELVIN, "F"),
    (Annotated[str, "Its name."], {"type": "string", "description": "Its name."}, "x", "x", 1),
    (Place, PLACE, {"city": "Oslo"}, Place("Oslo"), {"zone": "CET"}),
    (Span, SPAN, {"first": 1}, {"first": 1}, {"first": 1, "lost": 2}),
    (Model, {**Model.model_json_schema()}, {"size": 2}, Model(size=2), {"size": 0}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "schema", "value", "read", "wrong"), TYPES)
def test_types(kind: Any, schema: Any, value: Any, read: Any, wrong: Any) -> None:
    made = described(kind)
    assert made.schema == schema
    found = made.convert(value, "")
    assert found == read and type(found) is type(read)
    with pytest.raises(ArgumentError):
        made.convert(wrong, "/x")
    if kind is not Model:
        assert not faults(schema, value) and faults(schema, wrong)


@pytest.mark.parametrize(
    ("kind", "value", "says"),
    [
        (Place, {"city": 1, "x": 2}, "/p/x: no such property; /p/city: expected string, not 1"),
        (Place, {}, "/p: 'city' is missing"),
        (list[Place], [{"city": "a"}, {"city": []}], "/p/1/city: expected string"),
        (int | None, "x", "/p: expected integer, not 'x' or /p: expected null"),
        (Model, {"size": 0}, "/p/size: Input should be greater than or equal to 1"),
    ],
)
def test_faults_name_their_place(kind: Any, value: Any, says: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        described(kind).convert(value, "/p")
    assert says in str(caught.value)


@pytest.mark.parametrize("kind", [Tree, dict[int, str], tuple[int, str], object(), complex])
def test_types_that_cannot_be_described(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openresponses.client.describing._pydantic", lambda: None)
    with pytest.raises(ConfigurationError, match="give the tool as"):
        described(kind, "tools: x")


def google(city: str, days: int = 3, *, unit: Unit = Unit.CELSIUS) -> str:
    """The weather.

    As forecast.

    Args:
        city (str): Name of the city,
            in English.
        days: How many.

    Returns:
        A text.
    """
    return city


def numpy(city: str, days: int = 3) -> str:
    """The weather.

    Parameters
    ----------
    city : str
        Name of the city,
        in English.
    days
        How many.

    Returns
    -------
    str
        A text.
    """
    return city


def sphinx(city: str, days: int = 3) -> str:
    """The weather.

    :param city: Name of the city,
        in English.
    :param int days: How many.
    :returns: A text.
    """
    return city


@pytest.mark.parametrize("function", [google, numpy, sphinx])
def test_docstrings(function: Any) -> None:
    [tool] = tools_of({"weather": function}).values()
    about = "The weather.\n\nAs forecast." if function is google else "The weather."
    assert tool.definition["description"] == about and tool.definition["name"] == "weather"
    properties = tool.definition["parameters"]["properties"]
    assert properties["city"] == {"type": "string", "description": "Name of the city, in English."}
    assert properties["days"] == {"type": "integer", "description": "How many.", "default": 3}
    assert tool.definition["parameters"]["required"] == ["city"]
    assert tool.arguments('{"city": "Oslo"}') == {"city": "Oslo"}


def test_docstrings_that_say_nothing() -> None:
    assert parsed_docstring("") == ("", {})
    assert parsed_docstring("One.\n\nRaises:\n    X: y") == ("One.", {})


class Counter:
    """Counts."""

    def __init__(self) -> None:
        self.count = 0

    def add(self, by: int) -> int:
        """Adds to the count."""
        self.count += by
        return self.count

    def __call__(self, by: int = 1) -> int:
        return self.add(by)


def test_methods_partials_and_objects() -> None:
    counter = Counter()
    tools = tools_of(
        {"add": counter.add, "count": counter, "two": functools.partial(counter.add, by=2)}
    )
    assert tools["add"].definition["description"] == "Adds to the count."
    assert tools["add"].definition["parameters"]["required"] == ["by"]
    assert tools["count"].definition["parameters"]["properties"]["by"]["default"] == 1
    assert tools["add"].function(**tools["add"].arguments('{"by": 3}')) == 3
    assert tools["two"].function(**tools["two"].arguments("")) == 5


def test_explicit_schemas() -> None:
    schema = {
        "type": "object",
        "properties": {"n": {"$ref": "#/$defs/N"}},
        "$defs": {"N": {"type": "integer", "maximum": 9}},
    }
    whole = {
        "type": "function",
        "name": "x",
        "description": "d",
        "parameters": schema,
        "strict": False,
    }
    tools = tools_of({"a": (schema, google), "b": (whole, google)})
    assert tools["a"].definition == {"type": "function", "name": "a", "parameters": schema}
    assert tools["b"].definition == {**whole, "name": "b"}
    assert tools["a"].arguments('{"n": 9, "more": 1}') == {"n": 9, "more": 1}
    with pytest.raises(ArgumentError, match="/n: 10 is more than 9"):
        tools["b"].arguments('{"n": 10}')


@pytest.mark.parametrize("text", ["{", "[1]", '"x"', "null", '{"city": 1}', '{"citty": "Oslo"}'])
def test_arguments_that_are_refused(text: str) -> None:
    with pytest.raises(ArgumentError):
        tools_of({"weather": google})["weather"].arguments(text)


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"enum": [1, None]}, None, True),
        ({"const": "x"}, "x", "y"),
        ({"type": "string", "minLength": 2, "maxLength": 3, "pattern": "^a"}, "ab", "b"),
        ({"type": "array", "minItems": 1, "items": {"type": "null"}}, [None], []),
        ({"anyOf": [{"type": "string"}, {"minimum": 3}]}, 4, 2),
        ({"allOf": [{"minimum": 3}, {"exclusiveMaximum": 5}]}, 4, 5),
        ({"exclusiveMinimum": 3}, 3.5, 3),
        ({"additionalProperties": {"type": "integer"}}, {"a": 1}, {"a": "b"}),
        ({"properties": {"a": False}}, {}, {"a": 1}),
        ({"$ref": "#/$defs/self", "$defs": {"self": {"type": "object"}}}, {}, []),
        ({"required": ["a"]}, {"a": None}, {}),
        ({"pattern": "(", "$ref": "other.json"}, "x", None),
    ],
)
def test_checking(schema: Any, good: Any, bad: Any) -> None:
    assert not faults(schema, good)
    assert bad is None or faults(schema, bad)


def test_schemas_that_hold_themselves_end() -> None:
    assert faults({"$ref": "#"}, {"a": 1}) == []


@pytest.mark.parametrize(
    ("tools", "says"),
    [
        ({"a b": google}, "no name for a tool"),
        ({"a": "google"}, "has to be a function"),
        ({"a": (google, {})}, "in this order"),
        ({"a": lambda *args: 1}, "cannot be passed by name"),
        ({"a": print}, "cannot be passed by name"),
    ],
)
def test_tools_that_are_none(tools: Any, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        tools_of(tools)


@pytest.mark.parametrize(
    ("value", "output"),
    [
        ("text", "text"),
        (None, "null"),
        (42, "42"),
        ({"a": (1, Place("Oslo"))}, '{"a":[1,{"city":"Oslo","zone":null,"tags":[]}]}'),
        (Model(size=3), '{"size":3}'),
        ([{"type": "input_text", "text": "x"}], [{"type": "input_text", "text": "x"}]),
        ([], "[]"),
    ],
)
def test_results(value: Any, output: Any) -> None:
    assert output_of(value) == output


@pytest.mark.parametrize("value", [object(), b"x", float("nan")])
def test_results_that_are_no_json(value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        output_of(value)
