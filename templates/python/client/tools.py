"""Tools that the application runs: Python functions, described to a model."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, get_type_hints

from ..runtime.jsontext import dumps, loads
from . import checking
from .describing import ArgumentError, Described, described, record
from .failures import ConfigurationError

Function: TypeAlias = "Callable[..., Any]"
Given: TypeAlias = "Function | tuple[Mapping[str, Any], Function]"
"""A function, or a schema (of the arguments, or of the whole tool) and a function."""

NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")


@dataclasses.dataclass(frozen=True)
class Tool:
    """A function as the model sees it, and how it is called."""

    name: str
    definition: dict[str, Any]
    function: Function
    convert: Callable[[dict[str, Any]], dict[str, Any]]
    """Checks arguments; raises ArgumentError, which is told to the model."""

    @property
    def awaits(self) -> bool:
        """Whether it is a coroutine function."""
        called = type(self.function).__call__  # of an object
        return inspect.iscoroutinefunction(self.function) or inspect.iscoroutinefunction(called)

    def arguments(self, text: Any) -> dict[str, Any]:
        """The arguments that the model wrote. Raises ArgumentError."""
        try:
            value = loads(text) if isinstance(text, str) and text.strip() else {}
        except ValueError as error:
            raise ArgumentError(f"the arguments are not valid JSON: {error}") from None
        if not isinstance(value, dict):
            raise ArgumentError("the arguments have to be a JSON object")
        return self.convert(value)


def tools_of(given: Mapping[str, Given]) -> dict[str, Tool]:
    """The tools by name. Raises ConfigurationError for what cannot be described."""
    return {name: _tool(name, one) for name, one in given.items()}


def _tool(name: str, given: Given) -> Tool:
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise ConfigurationError(
            f"tools: {name!r} is no name for a tool: letters, digits, '_' and '-', at most 64",
            field="tools",
        )
    if isinstance(given, tuple):
        schema, function = given
        return _explicit(name, schema, function)
    if not callable(given):
        raise ConfigurationError(
            f"tools: {name!r} has to be a function, or (schema, function)", field="tools"
        )
    doc, about = parsed_docstring(inspect.getdoc(given) or "")
    made = _parameters(name, given, about)
    definition: dict[str, Any] = {"type": "function", "name": name}
    if doc:
        definition["description"] = doc
    definition["parameters"] = made.schema
    return Tool(name, definition, given, lambda values: dict(made.convert(values, "")))


def _explicit(name: str, schema: Mapping[str, Any], function: Function) -> Tool:
    if not isinstance(schema, Mapping) or not callable(function):
        raise ConfigurationError(
            f"tools: {name!r} has to be (schema, function), in this order", field="tools"
        )
    whole = schema.get("type") == "function"
    parameters = schema.get("parameters") if whole else schema
    definition = (
        {**schema, "name": name}
        if whole
        else {"type": "function", "name": name, "parameters": dict(schema)}
    )

    def convert(values: dict[str, Any]) -> dict[str, Any]:
        found = checking.faults(parameters, values)
        if found:
            raise ArgumentError("; ".join(found))
        return values

    return Tool(name, definition, function, convert)


def _parameters(name: str, function: Function, about: Mapping[str, str]) -> Described:
    target = function if inspect.isroutine(function) else type(function).__call__
    try:
        signature = inspect.signature(function)
        hints = get_type_hints(inspect.unwrap(target), include_extras=True)
    except (TypeError, ValueError, NameError) as error:
        raise ConfigurationError(
            f"tools: {name!r} cannot be described: {error}; give it as (schema, function)",
            field="tools",
        ) from None
    parts, needed = {}, set()
    for parameter in signature.parameters.values():
        where = f"tools: parameter {parameter.name!r} of {name!r}"
        if parameter.kind is parameter.VAR_KEYWORD:
            continue
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.POSITIONAL_ONLY):
            raise ConfigurationError(
                f"{where} cannot be passed by name; give the tool as (schema, function)",
                field="tools",
            )
        part = described(hints.get(parameter.name, Any), where)
        parts[parameter.name] = _noted(part, about.get(parameter.name), parameter.default)
        if parameter.default is parameter.empty:
            needed.add(parameter.name)
    return record(parts, needed, dict)


def _noted(part: Described, text: str | None, default: Any) -> Described:
    schema = dict(part.schema)
    if text and "description" not in schema:
        schema["description"] = text
    if isinstance(default, str | int | float | bool):
        schema["default"] = default
    return Described(schema, part.convert)


# Docstrings -----------------------------------------------------------------------------

_SECTION = re.compile(r"(Args|Arguments|Parameters|Params):?\s*$")
_END = re.compile(r"(Returns?|Yields?|Raises|Examples?|Notes?|See Also|Attributes|Warns?):?\s*$")
_GOOGLE = re.compile(r"(\*{0,2}\w+)\s*(?:\([^)]*\))?\s*:\s*(.*)")
_NUMPY = re.compile(r"(\w+)\s*(?::.*)?$")
_SPHINX = re.compile(r":param\s+(?:[^:]*\s)?(\w+):\s*(.*)")


def parsed_docstring(text: str) -> tuple[str, dict[str, str]]:
    """The description of a function, and of each argument.

    Reads the forms of Google (`Args:`), NumPy (`Parameters` underlined) and
    Sphinx (`:param x:`).
    """
    body: list[str] = []
    about: dict[str, list[str]] = {}
    lines = text.expandtabs(4).splitlines()
    section, numpy, current = "body", False, None
    for number, line in enumerate(lines):
        bare = line.strip()
        underlined = number + 1 < len(lines) and set(lines[number + 1].strip()) == {"-"}
        sphinx = _SPHINX.match(bare)
        if (
            not line.startswith(" ")
            and _SECTION.fullmatch(bare)
            and (bare[-1:] == ":" or underlined)
        ):
            section, numpy, current = "arguments", underlined, None
        elif not line.startswith(" ") and _END.fullmatch(bare) and (bare[-1:] == ":" or underlined):
            section = "rest"
        elif sphinx:
            section, current = "sphinx", sphinx.group(1)
            about[current] = [sphinx.group(2)]
        elif section == "sphinx" and (bare.startswith(":") or not bare):
            section = "rest"
        elif section == "body":
            body.append(line)
        elif section == "arguments":
            current = _argument(line, numpy, current, about)
        elif section == "sphinx" and current:
            about[current].append(bare)
    found = {name: " ".join(" ".join(words).split()) for name, words in about.items()}
    return "\n".join(body).strip(), {name: text for name, text in found.items() if text}


def _argument(
    line: str, numpy: bool, current: str | None, about: dict[str, list[str]]
) -> str | None:
    bare, depth = line.strip(), len(line) - len(line.lstrip())
    if not bare or set(bare) == {"-"}:
        return current
    if numpy and depth == 0 and (match := _NUMPY.match(bare)):
        about[match.group(1)] = []
        return match.group(1)
    if not numpy and depth <= 4 and (match := _GOOGLE.match(bare)):
        name = match.group(1).lstrip("*")
        about[name] = [match.group(2)]
        return name
    if current is not None:
        about[current].append(bare)
    return current


# Results --------------------------------------------------------------------------------


def output_of(value: Any) -> str | list[Any]:
    """What a function returned, as the model is told: text, content parts, or JSON text.

    Raises TypeError or ValueError for what JSON cannot say.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and all(map(_is_part, value)):
        return value
    return dumps(_plain(value)).decode("utf-8")


def _is_part(value: Any) -> bool:
    kind = value.get("type") if isinstance(value, dict) else None
    return isinstance(kind, str) and (kind.startswith("input_") or ":" in kind)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _plain(dataclasses.asdict(value))
    dump = getattr(value, "model_dump", None)
    if callable(dump):
        return dump(mode="json")
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in value]
    return value
