"""A program that translates, as a user of the package would write it; checked strictly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_type

from openresponses import dialects
from openresponses.dialects.anthropic_messages import DIALECT as ANTHROPIC
from openresponses.types import CreateResponseBody, ErrorPayload, ResponseResource

if TYPE_CHECKING:
    from openresponses.native import anthropic_messages, gemini_generate_content, openai_chat

QUESTION: CreateResponseBody = {
    "model": "claude-opus-4-5",
    "max_output_tokens": 1000,
    "input": [{"type": "message", "role": "user", "content": "Why is the sky blue?"}],
}


def sent(request: CreateResponseBody) -> anthropic_messages.Request:
    """The body for the vendor; a type checker knows its keys."""
    encoded = ANTHROPIC.encode_request(request)
    assert_type(encoded.body["max_tokens"], int)
    for loss in encoded.losses:
        print(loss.path, loss.reason)
    return encoded.body


def roles(request: CreateResponseBody) -> list[str]:
    """Who speaks in the vendor's request."""
    encoded = dialects.get("gemini_generate_content").encode_request(request)
    body: gemini_generate_content.Request = encoded.body
    return [content.get("role", "user") for content in body["contents"]]


def answer(body: openai_chat.Response) -> ResponseResource:
    """A native answer, told apart from other answers by its type."""
    return dialects.get("openai_chat").decode_response(body, request=QUESTION).body


def failure(status: int, body: dict[str, Any]) -> ErrorPayload:
    """Any vendor's error, by a name that is known at run time only."""
    name = dialects.names()[0]
    return dialects.get(name).decode_error(status, body).body["error"]


def text_of(native: anthropic_messages.Response) -> str:
    """The text of a native answer, its blocks told apart by their type."""
    return "".join(block["text"] for block in native["content"] if block["type"] == "text")
