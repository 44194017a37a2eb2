"""Calls models of any provider: plain, streamed, with tools. Needs httpx.

>>> from openresponses import Client
>>> client = Client("anthropic")                        # key from ANTHROPIC_API_KEY
>>> client.create({"model": "claude-sonnet-4-5", "input": "Hi"})
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..runtime.catalogue import Auth, Models, Provider, Service, Variable
from ..runtime.errors import (
    DecodeError,
    Loss,
    LossError,
    OpenResponsesError,
    Unsupported,
    UnsupportedError,
)
from .answers import Answer
from .failures import (
    ApiError,
    CallError,
    CertificateError,
    ConfigurationError,
    ConnectionFailedError,
    InvalidRequestError,
    LossyRequestError,
    MalformedRequestError,
    ModelError,
    NotFoundError,
    ServerError,
    TimeoutExceededError,
    TooManyRequestsError,
    UnreadableAnswerError,
    UnsupportedRequestError,
)
from .steps import Timeouts

if TYPE_CHECKING:
    from .awaiting import AsyncClient, AsyncStream
    from .blocking import Client, Stream
    from .running import AsyncToolRun, ToolResult, ToolRun, arun_tools, run_tools

__all__ = [
    "Answer",
    "ApiError",
    "AsyncClient",
    "AsyncStream",
    "AsyncToolRun",
    "Auth",
    "CallError",
    "CertificateError",
    "Client",
    "ConfigurationError",
    "ConnectionFailedError",
    "DecodeError",
    "InvalidRequestError",
    "Loss",
    "LossError",
    "LossyRequestError",
    "MalformedRequestError",
    "ModelError",
    "Models",
    "NotFoundError",
    "OpenResponsesError",
    "Provider",
    "ServerError",
    "Service",
    "Stream",
    "TimeoutExceededError",
    "Timeouts",
    "TooManyRequestsError",
    "ToolResult",
    "ToolRun",
    "UnreadableAnswerError",
    "Unsupported",
    "UnsupportedError",
    "UnsupportedRequestError",
    "Variable",
    "arun_tools",
    "run_tools",
]

_NEED_HTTPX = {
    "AsyncClient": "awaiting",
    "AsyncStream": "awaiting",
    "AsyncToolRun": "running",
    "Client": "blocking",
    "Stream": "blocking",
    "ToolResult": "running",
    "ToolRun": "running",
    "arun_tools": "running",
    "run_tools": "running",
}


def __getattr__(name: str) -> Any:
    if name not in _NEED_HTTPX:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_NEED_HTTPX[name]}", __name__), name)
