"""The requests of a conversation: the canonical one, and each vendor's, as their docs write them.

The vendors' bodies are what `encode_request` must make, to the letter.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

from benchmarks.conversation import Called, Conversation, Item, Returned, Said

Body = dict[str, Any]


def canonical(spoken: Conversation) -> Body:
    """The Open Responses request."""
    return {
        "model": spoken.model,
        "instructions": spoken.system,
        "input": [_item(item) for item in spoken.items],
        "tools": [
            {
                "type": "function",
                "name": tool.name,
                "description": tool.description,
                "parameters": tool.parameters,
            }
            for tool in spoken.tools
        ],
        "tool_choice": "auto",
        "temperature": spoken.temperature,
        "top_p": spoken.top_p,
        "max_output_tokens": spoken.max_tokens,
        "stream": True,
    }


def _item(item: Item) -> Body:
    match item:
        case Said(role, text, None):
            return {"type": "message", "role": role, "content": text}
        case Said(role, text, image):
            shown = {"type": "input_image", "image_url": f"data:image/png;base64,{image}"}
            content = [{"type": "input_text", "text": text}, shown]
            return {"type": "message", "role": role, "content": content}
        case Called(id, name, arguments):
            return {"type": "function_call", "call_id": id, "name": name, "arguments": arguments}
        case Returned(id, _, output):
            return {"type": "function_call_output", "call_id": id, "output": output}


def openai_responses(spoken: Conversation) -> Body:
    """Nearly the canonical one: images must have a detail, tools say whether they are strict."""
    body = canonical(spoken)
    for item in body["input"]:
        for part in item.get("content", ()):
            if isinstance(part, dict) and part["type"] == "input_image":
                part["detail"] = "auto"
    return body | {"tools": [{**tool, "strict": None} for tool in body["tools"]]}


def anthropic_messages(spoken: Conversation) -> Body:
    """Blocks in turns, a lone text as a string."""
    return {
        "model": spoken.model,
        "system": spoken.system,
        "messages": [
            {"role": role, "content": _lone_text(blocks, "text")}
            for role, blocks in _turns(spoken, "assistant", _block)
        ],
        "tools": [
            {"name": tool.name, "description": tool.description, "input_schema": tool.parameters}
            for tool in spoken.tools
        ],
        "tool_choice": {"type": "auto"},
        "temperature": spoken.temperature,
        "top_p": spoken.top_p,
        "max_tokens": spoken.max_tokens,
        "stream": True,
    }


def _block(item: Item) -> list[Body]:
    match item:
        case Said(_, text, image):
            source = {"type": "base64", "media_type": "image/png", "data": image}
            shown = [{"type": "image", "source": source}] if image else []
            return [{"type": "text", "text": text}, *shown]
        case Called(id, name, arguments):
            value = json.loads(arguments)
            return [{"type": "tool_use", "id": id, "name": name, "input": value}]
        case Returned(id, _, output):
            return [{"type": "tool_result", "tool_use_id": id, "content": output}]


def gemini_generate_content(spoken: Conversation) -> Body:
    """Parts in turns; the model's name is in the path."""
    declared = [
        {
            "name": tool.name,
            "description": tool.description,
            "parametersJsonSchema": tool.parameters,
        }
        for tool in spoken.tools
    ]
    return {
        "systemInstruction": {"parts": [{"text": spoken.system}]},
        "contents": [
            {"role": role, "parts": parts} for role, parts in _turns(spoken, "model", _part)
        ],
        "tools": [{"functionDeclarations": declared}],
        "toolConfig": {"functionCallingConfig": {"mode": "AUTO"}},
        "generationConfig": {
            "temperature": spoken.temperature,
            "topP": spoken.top_p,
            "maxOutputTokens": spoken.max_tokens,
        },
    }


def _part(item: Item) -> list[Body]:
    match item:
        case Said(_, text, image):
            data = {"mimeType": "image/png", "data": image}
            return [{"text": text}, *([{"inlineData": data}] if image else [])]
        case Called(id, name, arguments):
            return [{"functionCall": {"id": id, "name": name, "args": json.loads(arguments)}}]
        case Returned(id, name, output):
            response = {"output": output}
            return [{"functionResponse": {"id": id, "name": name, "response": response}}]


def _turns(
    spoken: Conversation, model: str, parts: Callable[[Item], list[Body]]
) -> Iterator[tuple[str, list[Body]]]:
    """The parts of adjacent items of one speaker together."""
    for speaks, items in groupby(spoken.items, _by_the_model):
        yield model if speaks else "user", [part for item in items for part in parts(item)]


def _by_the_model(item: Item) -> bool:
    return isinstance(item, Called) or (isinstance(item, Said) and item.role == "assistant")


def _lone_text(parts: list[Body], tag: str) -> Any:
    lone = len(parts) == 1 and parts[0].get("type") == tag
    return parts[0]["text"] if lone else parts


def openai_chat(spoken: Conversation) -> Body:
    """Messages, the calls of the model at the message before them."""

    def call(called: Called) -> Body:
        function = {"name": called.name, "arguments": called.arguments}
        return {"id": called.id, "type": "function", "function": function}

    def shown(said: Said) -> Any:
        if said.image is None:
            return said.text
        url = {"url": f"data:image/png;base64,{said.image}"}
        return [{"type": "text", "text": said.text}, {"type": "image_url", "image_url": url}]

    return {
        "model": spoken.model,
        "messages": _messages(
            spoken,
            lambda said: {"role": said.role, "content": shown(said)},
            call,
            lambda back: {"role": "tool", "tool_call_id": back.id, "content": back.output},
        ),
        "tools": _functions(spoken),
        "tool_choice": "auto",
        "temperature": spoken.temperature,
        "top_p": spoken.top_p,
        "max_completion_tokens": spoken.max_tokens,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def ollama_chat(spoken: Conversation) -> Body:
    """Messages with arguments as values, settings as options."""

    def call(called: Called) -> Body:
        function = {"name": called.name, "arguments": json.loads(called.arguments)}
        return {"id": called.id, "function": function}

    def said(said: Said) -> Body:
        images = {"images": [said.image]} if said.image else {}
        return {"role": said.role, "content": said.text, **images}

    def returned(back: Returned) -> Body:
        known = {"tool_call_id": back.id, "tool_name": back.name}
        return {"role": "tool", "content": back.output, **known}

    return {
        "model": spoken.model,
        "messages": _messages(spoken, said, call, returned),
        "tools": _functions(spoken),
        "options": {
            "temperature": spoken.temperature,
            "top_p": spoken.top_p,
            "num_predict": spoken.max_tokens,
        },
        "stream": True,
        "truncate": False,
        "shift": False,
    }


def portable(spoken: Conversation) -> Body:
    """The form that application developers write."""

    def call(called: Called) -> Body:
        value = json.loads(called.arguments)
        return {"id": called.id, "name": called.name, "arguments": value}

    def said(said: Said) -> Body:
        if said.image is None:
            return {"role": said.role, "content": said.text}
        shown = {"type": "image", "media_type": "image/png", "data": said.image}
        return {"role": said.role, "content": [{"type": "text", "text": said.text}, shown]}

    return {
        "model": spoken.model,
        "messages": _messages(
            spoken,
            said,
            call,
            lambda back: {"role": "tool", "tool_call_id": back.id, "content": back.output},
        ),
        "tools": [
            {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
            for tool in spoken.tools
        ],
        "tool_choice": "auto",
        "temperature": spoken.temperature,
        "top_p": spoken.top_p,
        "max_tokens": spoken.max_tokens,
        "stream": True,
    }


def _messages(
    spoken: Conversation,
    say: Callable[[Said], Body],
    call: Callable[[Called], Body],
    give_back: Callable[[Returned], Body],
) -> list[Body]:
    messages: list[Body] = [{"role": "system", "content": spoken.system}]
    for item in spoken.items:
        match item:
            case Said():
                messages.append(say(item))
            case Called():
                messages[-1].setdefault("tool_calls", []).append(call(item))
            case Returned():
                messages.append(give_back(item))
    return messages


def _functions(spoken: Conversation) -> list[Body]:
    return [
        {
            "type": "function",
            "function": {
                "name": tool.name,
                "description": tool.description,
                "parameters": tool.parameters,
            },
        }
        for tool in spoken.tools
    ]


PATHS = {"gemini_generate_content": "/v1beta/models/model-1:streamGenerateContent?alt=sse"}
"""Where the path says what other vendors' bodies say."""

NATIVE: dict[str, Callable[[Conversation], Body]] = {
    "anthropic_messages": anthropic_messages,
    "gemini_generate_content": gemini_generate_content,
    "ollama_chat": ollama_chat,
    "openai_chat": openai_chat,
    "openai_responses": openai_responses,
    "openresponses": canonical,
    "portable": portable,
}
