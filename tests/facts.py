"""What an answer says, in one flat form: read from a decoded response, or from an oracle's report.

The oracle reads recordings and knows nothing of Open Responses. How its raw
numbers and reasons relate to the contract is said here, from each vendor's
documentation, and independently of the dialect files.
"""

from __future__ import annotations

import json
from typing import Any

from openresponses.runtime.primitives import is_minted

COMPLETED = ("completed", None)
TOO_LONG = ("incomplete", "max_output_tokens")
FILTERED = ("incomplete", "content_filter")
FAILED = ("failed", None)

ENDS: dict[str, dict[Any, tuple[str, str | None]]] = {
    "anthropic_messages": {
        **dict.fromkeys(("end_turn", "tool_use", "stop_sequence"), COMPLETED),
        "max_tokens": TOO_LONG,
        "refusal": FILTERED,
    },
    "gemini_generate_content": {
        "STOP": COMPLETED,
        "MAX_TOKENS": TOO_LONG,
        **dict.fromkeys(("SAFETY", "MODEL_ARMOR", "RECITATION", "PROHIBITED_CONTENT"), FILTERED),
        **dict.fromkeys(("MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL"), FAILED),
    },
    "ollama_chat": {"stop": COMPLETED, "length": TOO_LONG},
    "openai_chat": {
        **dict.fromkeys(("stop", "tool_calls", "function_call", None), COMPLETED),
        "length": TOO_LONG,
        "content_filter": FILTERED,
    },
    "openai_responses": {
        "completed": COMPLETED,
        "complete": COMPLETED,
        "max_output_tokens": TOO_LONG,
        "content_filter": FILTERED,
        "failed": FAILED,
    },
}
"""Dialect -> native reason of the end -> status and reason in Open Responses."""


def found_facts(body: dict[str, Any]) -> dict[str, Any]:
    """The facts of a decoded response."""
    facts: dict[str, Any] = {"text": "", "refusal": "", "reasoning": "", "calls": []}
    for item in body["output"]:
        match item["type"]:
            case "message":
                for part in item["content"]:
                    if part["type"] in ("output_text", "refusal"):
                        name = "text" if part["type"] == "output_text" else "refusal"
                        facts[name] += part[name]
            case "function_call":
                made = is_minted(item["call_id"])
                identifier = None if made else item["call_id"]
                facts["calls"].append((identifier, item["name"], arguments(item["arguments"])))
            case "reasoning":
                for part in [*item.get("summary", []), *(item.get("content") or [])]:
                    facts["reasoning"] += part["text"]
    facts["end"] = (body["status"], (body["incomplete_details"] or {}).get("reason"))
    usage = body["usage"]
    facts["usage"] = usage and {
        "input": usage["input_tokens"],
        "output": usage["output_tokens"],
        "total": usage["total_tokens"],
        "cached": usage["input_tokens_details"]["cached_tokens"],
        "reasoning": usage["output_tokens_details"]["reasoning_tokens"],
    }
    return facts


def arguments(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return {"__unparsed__": text}


def expected_facts(dialect: str, said: dict[str, Any], native: Any) -> dict[str, Any]:
    """The facts that the oracle's report makes us expect."""
    facts: dict[str, Any] = {
        "text": "".join(said["messages"]),
        "refusal": said["refusal"],
        "reasoning": said["reasoning_text"] + said["reasoning_summary"],
        "usage": expected_usage(dialect, said["usage"]),
    }
    ends = {ENDS[dialect][reason] for reason in said["finish"]} - {COMPLETED}
    if said["finish"]:
        facts["end"] = ends.pop() if ends else COMPLETED
    mistral = (native.get("usage") or {}).get("num_cached_tokens")
    if facts["usage"] and mistral:  # a number that the oracle does not read
        facts["usage"]["cached"] = mistral
    calls = said["tool_calls"]
    facts["calls"] = [(call["id"] or None, call["name"], call["arguments"]) for call in calls]
    return facts


def expected_usage(dialect: str, usage: dict[str, Any]) -> dict[str, Any] | None:
    """Raw numbers as Open Responses counts: cached within input, reasoning within output."""
    if usage["input"] is None and usage["output"] is None:
        return None
    number = {key: value or 0 for key, value in usage.items()}
    into, out = number["input"], number["output"]
    if dialect == "anthropic_messages":
        into += number["cached"] + number["cache_write"]
    elif dialect == "gemini_generate_content":
        out += number["reasoning"]
        into = (usage["total"] or into + out) - out  # tool prompts are counted apart
    elif dialect == "openai_chat" and usage["total"] == into + out + number["reasoning"]:
        out += number["reasoning"]  # some servers count reasoning apart
    return {
        "input": into,
        "output": out,
        "total": into + out if usage["total"] is None else usage["total"],
        "cached": number["cached"],
        "reasoning": number["reasoning"],
    }
