"""One answer, a text and two calls, as each vendor's whole response with all its usual fields."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from benchmarks.conversation import MODEL, Called, answer, arguments

Body = dict[str, Any]

TEXT = "\n\n".join(answer(number).text for number in (1, 2, 3))
CALLS = tuple(Called(f"call_{n:024d}", "find_book", arguments(n)) for n in (1, 2))
CREATED = 1_790_000_000
ID = "0123456789abcdef01234567"
INPUT, CACHED, OUTPUT = 2_000, 1_024, 400
"""Tokens: all of the request, those of them that were cached, and of the answer."""
TOTAL = INPUT + OUTPUT


def envelope(status: str, output: list[Body], usage: Body | None) -> Body:
    """A ResponseResource with every field that the contract requires."""
    return {
        "id": f"resp_{ID}",
        "object": "response",
        "created_at": CREATED,
        "completed_at": CREATED + 2 if status == "completed" else None,
        "status": status,
        "incomplete_details": None,
        "model": MODEL,
        "previous_response_id": None,
        "instructions": None,
        "output": output,
        "error": None,
        "tools": [],
        "tool_choice": "auto",
        "truncation": "disabled",
        "parallel_tool_calls": True,
        "text": {"format": {"type": "text"}},
        "top_p": 0.9,
        "presence_penalty": 0.0,
        "frequency_penalty": 0.0,
        "top_logprobs": 0,
        "temperature": 0.5,
        "reasoning": None,
        "usage": usage,
        "max_output_tokens": 2048,
        "max_tool_calls": None,
        "store": True,
        "background": False,
        "service_tier": "default",
        "metadata": {},
        "safety_identifier": None,
        "prompt_cache_key": None,
    }


def usage(reasoning: int = 0) -> Body:
    return {
        "input_tokens": INPUT,
        "input_tokens_details": {"cached_tokens": CACHED},
        "output_tokens": OUTPUT,
        "output_tokens_details": {"reasoning_tokens": reasoning},
        "total_tokens": TOTAL,
    }


def canonical() -> Body:
    """The Open Responses response."""
    part = {"type": "output_text", "text": TEXT, "annotations": [], "logprobs": []}
    message = {"type": "message", "id": f"msg_{ID}", "status": "completed", "role": "assistant"}
    calls = (
        {
            "type": "function_call",
            "id": f"fc_{call.id}",
            "call_id": call.id,
            "name": call.name,
            "arguments": call.arguments,
            "status": "completed",
        }
        for call in CALLS
    )
    return envelope("completed", [{**message, "content": [part]}, *calls], usage())


def anthropic_messages() -> Body:
    uses = (
        {"type": "tool_use", "id": call.id, "name": call.name, "input": json.loads(call.arguments)}
        for call in CALLS
    )
    return {
        "id": f"msg_{ID}",
        "type": "message",
        "role": "assistant",
        "model": MODEL,
        "content": [{"type": "text", "text": TEXT}, *uses],
        "stop_reason": "tool_use",
        "stop_sequence": None,
        "usage": {
            "input_tokens": INPUT - CACHED,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": CACHED,
            "output_tokens": OUTPUT,
            "service_tier": "standard",
        },
    }


def gemini_generate_content() -> Body:
    calls = (
        {
            "functionCall": {
                "id": call.id,
                "name": call.name,
                "args": json.loads(call.arguments),
            }
        }
        for call in CALLS
    )
    return {
        "candidates": [
            {
                "content": {"parts": [{"text": TEXT}, *calls], "role": "model"},
                "finishReason": "STOP",
                "index": 0,
            }
        ],
        "usageMetadata": gemini_usage(),
        "modelVersion": MODEL,
        "responseId": ID,
    }


def gemini_usage(output: int = OUTPUT) -> Body:
    return {
        "promptTokenCount": INPUT,
        "cachedContentTokenCount": CACHED,
        "candidatesTokenCount": output,
        "totalTokenCount": INPUT + output,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": INPUT}],
    }


def openai_chat() -> Body:
    calls = [
        {
            "id": call.id,
            "type": "function",
            "function": {"name": call.name, "arguments": call.arguments},
        }
        for call in CALLS
    ]
    message = {
        "role": "assistant",
        "content": TEXT,
        "tool_calls": calls,
        "refusal": None,
        "annotations": [],
    }
    return {
        "id": f"chatcmpl-{ID}",
        "object": "chat.completion",
        "created": CREATED,
        "model": MODEL,
        "choices": [
            {"index": 0, "message": message, "logprobs": None, "finish_reason": "tool_calls"}
        ],
        "usage": chat_usage(),
        "service_tier": "default",
        "system_fingerprint": "fp_0123456789",
    }


def chat_usage(reasoning: int = 0) -> Body:
    return {
        "prompt_tokens": INPUT,
        "completion_tokens": OUTPUT,
        "total_tokens": TOTAL,
        "prompt_tokens_details": {"cached_tokens": CACHED, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": reasoning,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def ollama_chat() -> Body:
    calls = [
        {"id": call.id, "function": {"name": call.name, "arguments": json.loads(call.arguments)}}
        for call in CALLS
    ]
    return {
        "model": MODEL,
        "created_at": "2026-09-21T14:13:20.123456789Z",
        "message": {"role": "assistant", "content": TEXT, "tool_calls": calls},
        "done_reason": "stop",
        "done": True,
        **ollama_statistics(),
    }


def ollama_statistics() -> Body:
    return {
        "total_duration": 2_412_345_678,
        "load_duration": 61_234_567,
        "prompt_eval_count": INPUT,
        "prompt_eval_duration": 312_345_678,
        "eval_count": OUTPUT,
        "eval_duration": 2_012_345_678,
    }


def openai_responses() -> Body:
    """The canonical one, with what OpenAI adds."""
    return {**canonical(), "billing": {"payer": "developer"}}


def portable() -> Body:
    calls = [
        {"id": call.id, "name": call.name, "arguments": json.loads(call.arguments)}
        for call in CALLS
    ]
    return {
        "id": ID,
        "created_at": CREATED,
        "model": MODEL,
        "message": {"role": "assistant", "content": TEXT, "tool_calls": calls},
        "finish_reason": "tool_calls",
        "usage": portable_usage(),
    }


def portable_usage() -> Body:
    counts = {"input_tokens": INPUT, "output_tokens": OUTPUT, "total_tokens": TOTAL}
    return {**counts, "cached_tokens": CACHED}


NATIVE: dict[str, Callable[[], Body]] = {
    "anthropic_messages": anthropic_messages,
    "gemini_generate_content": gemini_generate_content,
    "ollama_chat": ollama_chat,
    "openai_chat": openai_chat,
    "openai_responses": openai_responses,
    "openresponses": canonical,
    "portable": portable,
}
