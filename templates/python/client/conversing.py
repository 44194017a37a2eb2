"""The logic of a conversation with tools, without input or output.

A generator asks for the model's turns (`Ask`) and for calls to be run (`Run`),
and is sent the response, or the outcomes. It ends with the reason.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from .describing import ArgumentError
from .failures import ConfigurationError
from .tools import Tool

if TYPE_CHECKING:
    from ..types import ResponseResource

Stopped = Literal["completed", "incomplete", "failed", "max_turns", "unhandled_calls"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What bounds a conversation. `timeout` is in seconds, for each attempt at a call."""

    max_turns: int
    max_tool_calls: int | None
    max_attempts: int
    timeout: float | None

    def __post_init__(self) -> None:
        for name in ("max_turns", "max_attempts"):
            if getattr(self, name) < 1:
                raise ConfigurationError(f"{name} has to be at least 1", field=name)
        if self.max_tool_calls is not None and self.max_tool_calls < 0:
            raise ConfigurationError("max_tool_calls has to be at least 0", field="max_tool_calls")
        if self.timeout is not None and not self.timeout > 0:
            raise ConfigurationError("timeout has to be more than 0", field="timeout")


@dataclass(frozen=True, slots=True)
class Pending:
    """A call that waits. With `refused`, it is not run: the model is told why."""

    item: Mapping[str, Any]
    tool: Tool | None = None
    arguments: dict[str, Any] = field(default_factory=dict)
    code: str = ""
    refused: str = ""

    @property
    def about(self) -> dict[str, str]:
        """The fields by which events name the call."""
        return {"call_id": str(self.item["call_id"]), "name": str(self.item["name"])}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the model is told of a call."""

    pending: Pending
    output: str | list[Any]


@dataclass(frozen=True, slots=True)
class Ask:
    """The model's next turn. The result is the response."""

    request: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Run:
    """Calls to be run, `together` or one after the other. The result is their outcomes."""

    calls: tuple[Pending, ...]
    together: bool


Conversation: TypeAlias = "Generator[Ask | Run, Any, Stopped]"


@dataclass
class State:
    """How far a conversation has come."""

    input: list[Any]
    responses: list[ResponseResource] = field(default_factory=list)
    calls: int = 0


def converse(
    request: dict[str, Any], tools: Mapping[str, Tool], limits: Limits, state: State
) -> Conversation:
    """Turns and calls, until the model calls nothing more or a limit is reached."""
    own = _definitions(request, tools)
    most = limits.max_tool_calls
    if most is None:
        most = request.get("max_tool_calls")
    choice = request.get("tool_choice")
    while True:
        turn = {**request, "input": list(state.input), "tools": own}
        if choice is not None:
            turn["tool_choice"] = choice
        response: ResponseResource = yield Ask(turn)
        state.responses.append(response)
        output: Sequence[Any] = response["output"]
        state.input += output
        calls = [item for item in output if item.get("type") == "function_call"]
        if response["status"] != "completed":
            return "incomplete" if response["status"] == "incomplete" else "failed"
        if not calls:
            return "completed"
        if any(_is_the_callers(call, own, tools) for call in calls):
            return "unhandled_calls"
        if len(state.responses) >= limits.max_turns:
            return "max_turns"
        pending = tuple(_pending(call, tools, request, state, most) for call in calls)
        outcomes: list[Outcome] = yield Run(
            pending, request.get("parallel_tool_calls") is not False
        )
        state.input += [_told(outcome) for outcome in outcomes]
        choice = _next_choice(choice, state, most)


def items_of(given: Any) -> list[Any]:
    """The input as a list of items."""
    if isinstance(given, str):
        return [{"type": "message", "role": "user", "content": given}]
    return list(given) if isinstance(given, list) else []


def _definitions(request: Mapping[str, Any], tools: Mapping[str, Tool]) -> list[Any]:
    """The request's tools, and those of ours that it does not define itself."""
    given = request.get("tools")
    listed = list(given) if isinstance(given, list) else []
    names = {tool.get("name") for tool in listed if isinstance(tool, dict)}
    return [*listed, *(tool.definition for name, tool in tools.items() if name not in names)]


def _is_the_callers(call: Mapping[str, Any], own: Sequence[Any], tools: Mapping[str, Tool]) -> bool:
    """Whether the request defines the tool, but no function was given for it."""
    name = call.get("name")
    return name not in tools and any(
        isinstance(tool, dict) and tool.get("name") == name for tool in own
    )


def _pending(
    call: Mapping[str, Any],
    tools: Mapping[str, Tool],
    request: Mapping[str, Any],
    state: State,
    most: int | None,
) -> Pending:
    name = str(call.get("name"))
    allowed = _allowed(request)
    tool = tools.get(name)
    if most is not None and state.calls >= most:
        why = f"no more calls are made: the limit of {most} is reached"
        return Pending(call, tool, {}, "max_tool_calls", why)
    state.calls += 1
    if tool is None:
        why = f"there is no tool {name!r}; there are {', '.join(tools) or 'none'}"
        return Pending(call, None, {}, "unknown_tool", why)
    if allowed is not None and name not in allowed:
        why = f"the tool {name!r} is not allowed now; allowed are {', '.join(allowed) or 'none'}"
        return Pending(call, tool, {}, "tool_not_allowed", why)
    try:
        return Pending(call, tool, tool.arguments(call.get("arguments")))
    except ArgumentError as error:
        return Pending(call, tool, {}, "invalid_arguments", f"invalid arguments: {error}")


def _allowed(request: Mapping[str, Any]) -> list[str] | None:
    """The names that `tool_choice` leaves; None: all."""
    choice = request.get("tool_choice")
    if choice == "none":
        return []
    if not isinstance(choice, dict):
        return None
    if choice.get("type") == "function":
        return None  # it was forced once; later turns are free
    if choice.get("type") != "allowed_tools":
        return None
    tools = choice.get("tools")
    return [str(tool.get("name")) for tool in tools or () if isinstance(tool, dict)]


def _next_choice(choice: Any, state: State, most: int | None) -> Any:
    """What the next turn may call. A call that was forced was made, and is not forced again."""
    if most is not None and state.calls >= most:
        return "none"
    if choice == "required" or (isinstance(choice, dict) and choice.get("type") == "function"):
        return "auto"
    if isinstance(choice, dict) and choice.get("mode") == "required":
        return {**choice, "mode": "auto"}
    return choice


def _told(outcome: Outcome) -> dict[str, Any]:
    call = outcome.pending.item
    return {
        "type": "function_call_output",
        "call_id": call["call_id"],
        "output": outcome.output,
    }


def error_text(message: str) -> str:
    """What the model is told of a call that failed."""
    return f"error: {message}"


def result_event(pending: Pending, output: str | list[Any], attempt: int) -> dict[str, Any]:
    """The event that a tool returned; without its number."""
    about = pending.about
    return {"type": "orgen:tool_result", **about, "output": output, "attempt": attempt}


def error_event(
    pending: Pending, code: str, message: str, attempt: int, will_retry: bool
) -> dict[str, Any]:
    """The event that a tool failed; without its number."""
    return {
        "type": "orgen:tool_error",
        **pending.about,
        "code": code,
        "message": message,
        "attempt": attempt,
        "will_retry": will_retry,
    }
