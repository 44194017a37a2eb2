"""LiteLLM: the classes of its Responses bridge, and its own `completion` for streams.

A request goes through Chat, as its `responses()` does it: Responses to Chat, then Chat to the
vendor. A stream is read by `completion(stream=True)` from a transport in memory.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")

from benchmarks.peers.served import client
from benchmarks.tasks import RequestTask, Run, StreamTask, Task

_litellm: Any = import_module("litellm")
_httpx: Any = import_module("httpx")
_bridge: Any = import_module(
    "litellm.responses.litellm_completion_transformation.transformation"
).LiteLLMCompletionResponsesConfig
_handlers: Any = import_module("litellm.llms.custom_httpx.http_handler")

_openai: Any = import_module("openai")
_litellm.suppress_debug_info = True

PROVIDERS = {
    "anthropic_messages": ("anthropic", "claude-sonnet-4-5"),
    "gemini_generate_content": ("gemini", "gemini-2.5-flash"),
    "openai_chat": ("openai", "gpt-4o"),
    "ollama_chat": ("ollama_chat", "llama3.1"),
}
"""Its names, and a model that it knows: for others it searches its lists at length."""


def offer(task: Task) -> Run | None:
    """Requests from Responses, and streams."""
    match task:
        case RequestTask(direction="encode", dialect=dialect) if dialect in PROVIDERS:
            return _request(task)
        case StreamTask(target=None) if task.stream.dialect in PROVIDERS:
            return _stream(task)
        case _:
            return None


def _request(task: RequestTask) -> Run:
    provider, model = PROVIDERS[task.dialect]
    settings = {k: v for k, v in task.canonical.items() if k not in ("model", "input")}

    def run() -> Any:
        chat = _bridge.transform_responses_api_request_to_chat_completion_request(
            model=model,
            input=task.canonical["input"],
            responses_api_request=settings,
            custom_llm_provider=provider,
            stream=True,
        )
        return _sent(provider, model, chat)

    return run


_SETTINGS = ("tools", "tool_choice", "temperature", "top_p", "max_tokens")


def _sent(provider: str, model: str, chat: dict[str, Any]) -> Any:
    """The vendor's body of a Chat request."""
    if provider == "openai":
        return chat
    config = _CONFIGS[provider]()
    params = {k: chat[k] for k in _SETTINGS if chat.get(k) is not None}
    mapped = config.map_openai_params(params, {}, model, True)
    if provider == "gemini":
        return _gemini.transform_request_body(chat["messages"], model, mapped, provider, {}, None)
    return config.transform_request(model, chat["messages"], mapped, {}, {})


_gemini: Any = import_module("litellm.llms.vertex_ai.gemini.transformation")
_CONFIGS = {
    "anthropic": _litellm.AnthropicConfig,
    "gemini": _litellm.GoogleAIStudioGeminiConfig,
    "ollama_chat": _litellm.OllamaChatConfig,
}


def _stream(task: StreamTask) -> Run:
    provider, model = PROVIDERS[task.stream.dialect]
    served = _served(provider, task.stream.chunks())
    asked = [{"role": "user", "content": "?"}]

    def run() -> list[Any]:
        answer = _litellm.completion(
            model=f"{provider}/{model}",
            messages=asked,
            api_key="none",
            api_base=_BASE,
            stream=True,
            client=served,
        )
        found = list(answer)
        if len(found) < len(task.stream.events) // 2:
            raise ValueError(f"{len(found)} events of {len(task.stream.events)}")
        return found

    return run


_BASE = "http://litellm.invalid"


def _served(provider: str, chunks: list[bytes]) -> Any:
    """What it calls that vendor with, answering from memory."""
    if provider == "openai":
        http = client(import_module("httpx2"), chunks)
        return _openai.OpenAI(api_key="none", base_url=_BASE, http_client=http)
    return _handlers.HTTPHandler(client=client(_httpx, chunks))
