"""What the vendors' own SDKs say a request may hold, applied to whole bodies on the wire.

`faults(dialect, body)` validates a native request against the types that the
vendor's SDK publishes for it. Those types are made for people who write
requests, and forgive what a server need not. Here they forgive nothing: keys
that a type doesn't know, other kinds (`"5"` for a number), an element far down
in a lazy list, words missing from an enum, a name that only Python code may use.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from functools import cache
from typing import Any, TypeAlias, get_args

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic_core import SchemaValidator

Faults: TypeAlias = list[str]
Check: TypeAlias = Callable[[Any], Faults]


UNTYPED = {"anthropic_messages": ("temperature", "top_p", "top_k")}
"""Settings that the API takes for models of before, and that its types have given up."""


def faults(dialect: str, body: Any) -> Faults:
    """What the vendor's types have against a request; empty if nothing.

    A setting of null is an absent one, also where the types don't say so.
    """
    left_out = UNTYPED.get(dialect, ())
    said = {key: body[key] for key in body if key not in left_out and body[key] is not None}
    return SDKS[dialect]()(said)


@cache
def anthropic_messages() -> Check:
    """The plain types; a body with features in beta may be of the types in beta instead."""
    from anthropic.types import message_create_params as plain
    from anthropic.types.beta import message_create_params as beta

    check, check_beta = (typed_dict(kind.MessageCreateParams) for kind in (plain, beta))
    return lambda body: (found := check(body)) and check_beta(body) and found


@cache
def openai_chat() -> Check:
    from openai.types.chat.completion_create_params import CompletionCreateParams

    return typed_dict(CompletionCreateParams)


@cache
def openai_responses() -> Check:
    from openai.types.responses.response_create_params import ResponseCreateParams

    return typed_dict(ResponseCreateParams)


def typed_dict(kind: Any) -> Check:
    """A check of bodies against the union of a TypedDict for plain and one for streamed answers."""
    plain, streamed = (
        SchemaValidator(unforgiving(TypeAdapter(member).core_schema)) for member in get_args(kind)
    )

    def check(body: Any) -> Faults:
        validator = streamed if body.get("stream") else plain
        return collect(lambda: validator.validate_python(body, strict=True))

    return check


def unforgiving(schema: Any) -> Any:
    """A core schema in which objects are closed, lists are read whole, and models are no JSON."""
    if isinstance(schema, list | tuple):
        return type(schema)(unforgiving(inner) for inner in schema)
    if not isinstance(schema, dict):
        return schema
    schema = {key: unforgiving(inner) for key, inner in schema.items()}
    match schema.get("type"):
        case "typed-dict" if "extras_schema" not in schema:
            return {**schema, "extra_behavior": "forbid"}
        case "generator":
            return {**schema, "type": "list"}
        case "model":  # an answer's object, which Python code may put into a request
            kept = {key: schema[key] for key in ("cls", "ref") if key in schema}
            return {"type": "is-instance", **kept}
        case _:
            return schema


@cache
def gemini_generate_content() -> Check:
    """The SDK has no type for the body, only for what it holds and for its settings laid flat."""
    from google.genai import types

    class Body(BaseModel):
        model_config = ConfigDict(extra="forbid")

        contents: list[types.Content]
        systemInstruction: types.Content | None = None
        tools: list[types.Tool] | None = None
        toolConfig: types.ToolConfig | None = None
        generationConfig: types.GenerationConfig | None = None
        safetySettings: list[types.SafetySetting] | None = None
        cachedContent: str | None = None
        labels: dict[str, str] | None = None
        modelArmorConfig: types.ModelArmorConfig | None = None
        serviceTier: types.ServiceTier | None = None
        store: bool | None = None

    Body.model_rebuild(_types_namespace={"types": types})
    whole, flat = wire_model(Body), wire_model(types.GenerateContentConfig)
    return lambda body: whole(body) + flat(settings_laid_flat(body))


def settings_laid_flat(body: Any) -> Any:
    """The body as the SDK's `GenerateContentConfig`, less what that leaves to another argument."""
    rest = {key: body[key] for key in body if key not in ("contents", "generationConfig")}
    return {**body.get("generationConfig", {}), **rest}


def wire_model(kind: type[BaseModel]) -> Check:
    """A check of bodies against a model that takes Python's names, too: here only those in JSON."""

    def check(body: Any) -> Faults:
        text = json.dumps(body)
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # of words that an enum doesn't know
            return collect(lambda: exact(kind, text))

    return check


def exact(kind: type[BaseModel], text: str) -> None:
    """Validate JSON, and that enums hold the very words: the SDK's look at no case."""
    model = kind.model_validate_json(text, strict=True, by_alias=True, by_name=False)
    again = model.model_dump(mode="json", by_alias=True, exclude_unset=True)
    if words(again) != words(json.loads(text)):
        raise ValueError(f"{sorted(words(json.loads(text)) - words(again))} are other words")


def words(value: Any) -> set[str]:
    """Every string that is written like the word of an enum."""
    if isinstance(value, dict):
        return {word for inner in value.values() for word in words(inner)}
    if isinstance(value, list):
        return {word for inner in value for word in words(inner)}
    return {value} if isinstance(value, str) and value.replace("_", "").isalpha() else set()


def collect(validate: Callable[[], Any]) -> Faults:
    try:
        validate()
    except ValidationError as error:
        return nearest(error)
    except (UserWarning, ValueError) as error:
        return [str(error)]
    return []


def nearest(error: ValidationError) -> Faults:
    """The faults that lie deepest: of all members of a union those of the likeliest."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    found.sort(key=lambda fault: -len(fault["loc"]))
    return [f"{place(fault['loc'])}: {fault['msg']}" for fault in found[:4]]


def place(steps: tuple[str | int, ...]) -> str:
    """A path in dots, without the names of unions."""
    return ".".join(str(step) for step in steps if "[" not in str(step))


SDKS: dict[str, Callable[[], Check]] = {
    "anthropic_messages": anthropic_messages,
    "gemini_generate_content": gemini_generate_content,
    "openai_chat": openai_chat,
    "openai_responses": openai_responses,
}
"""The dialects whose vendors publish types for requests."""
