"""Vendors as servers: they check what they are sent, and answer in their own format.

The answers are written here by hand, after the vendors' documentation, and owe
nothing to our encoders. A vendor reads a request as it would itself: who asks,
what for, with which tools, results and pictures. It then says the same thing as
all others do:

- `model` "missing": an error,
- a picture: "I see a cat." if it is the cat,
- a demand for JSON: `{"city": "Oslo", "degrees": 3}`,
- tools, and no results yet: two calls side by side, after a thought,
- results: "Oslo: 3, Rome: 18", made of what the results say,
- else: "It is 42."

A thought has a state where the vendor has such a thing; if the next request does
not bring it back unchanged, the vendor refuses.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from native_schemas import Body, camel_case, faults, schema
from replay import Reply, Request, chopped

CAT = b"\x89PNG a cat"
CAT_URL = "data:image/png;base64," + base64.b64encode(CAT).decode()
CALLS = (("call_oslo", "Oslo"), ("call_rome", "Rome"))
THOUGHT = "Two cities."
STATE = "c3RhdGUtb2YtbWluZA=="
FACTS = {"city": "Oslo", "degrees": 3}


@dataclass
class Seen:
    """What a vendor understood of a request."""

    model: str = ""
    stream: bool = False
    tools: list[str] = field(default_factory=list)
    results: list[tuple[str, str]] = field(default_factory=list)
    """City -> what its tool said."""
    format: str = ""
    pictures: list[bytes] = field(default_factory=list)
    state: bool = False
    """Whether the thought came back as it was."""


@dataclass
class Turn:
    """What a vendor says: a thought, text, and calls."""

    text: str = ""
    calls: tuple[tuple[str, str], ...] = ()
    thought: str = ""


class Refused(Exception):
    """The vendor does not take the request."""


def turn_of(seen: Seen, thinks: bool) -> Turn:
    """What every vendor says to a request."""
    if seen.pictures:
        return Turn("I see a cat." if seen.pictures == [CAT] else "I see noise.")
    if seen.results:
        if thinks and not seen.state:
            raise Refused("the state of the thought did not come back")
        return Turn(", ".join(f"{city}: {said}" for city, said in seen.results))
    if seen.tools:
        return Turn("", CALLS, THOUGHT if thinks else "")
    if seen.format:
        return Turn(json.dumps(FACTS))
    return Turn("It is 42.")


def cut(text: str) -> list[str]:
    """A text in a few pieces."""
    return [text[at : at + 7] for at in range(0, len(text), 7)]


def sse(*events: Any, named: bool = False, done: bool = False) -> bytes:
    """Events as a stream of them."""
    lines = []
    for event in events:
        name = f"event: {event['type']}\n" if named else ""
        lines.append(f"{name}data: {json.dumps(event)}\n\n")
    return "".join([*lines, "data: [DONE]\n\n" if done else ""]).encode()


class Vendor:
    """A format, from its server's side."""

    dialect = ""
    kind = "text/event-stream"
    thinks = True
    missing = 404
    """The status for a model that is not there."""

    def __init__(self, path: str, auth: tuple[str, str] | None, thinks: bool | None = None) -> None:
        self.path = path
        self.auth = auth
        self.seen: list[Seen] = []
        self.thinks = self.thinks if thinks is None else thinks

    def answer(self, request: Request) -> Reply:
        """The reply to a request; an assertion fails where it is none of the vendor's."""
        assert request.method == "POST"
        assert request.headers["content-type"] == "application/json"
        if self.auth is not None:
            assert request.headers.get(self.auth[0]) == self.auth[1], "who asks?"
        assert "cookie" not in request.headers
        body = request.json
        self.check(body)
        seen = self.read(body, request)
        self.seen.append(seen)
        if seen.model.rpartition("/")[2] == "missing":
            return self.reply(self.error("no such model"), self.missing)
        try:
            turn = turn_of(seen, self.thinks)
        except Refused as refused:
            return self.reply(self.error(str(refused)), 400)
        if not seen.stream:
            return self.reply(self.whole(turn), 200)
        return Reply(200, {"content-type": self.kind}, list(chopped(self.streamed(turn))))

    def check(self, body: Any) -> None:
        """Validates a body against the vendor's own schema."""
        found = faults(self.dialect, Body("", "Request", body))
        assert not found, found

    def reply(self, body: Any, status: int) -> Reply:
        data = json.dumps(body).encode()
        return Reply(status, {"content-type": "application/json"}, [data], "length")

    def read(self, body: Any, request: Request) -> Seen:
        raise NotImplementedError

    def whole(self, turn: Turn) -> Any:
        raise NotImplementedError

    def streamed(self, turn: Turn) -> bytes:
        raise NotImplementedError

    def error(self, message: str) -> Any:
        raise NotImplementedError

    def expects_path(self, request: Request) -> str:
        """The path that the request should have come to."""
        return self.path


def picture(url: str) -> bytes:
    """The picture in a data URL."""
    head, _, data = url.partition(",")
    assert head == "data:image/png;base64"
    return base64.b64decode(data)


# OpenAI Chat --------------------------------------------------------------------------


class Chat(Vendor):
    dialect = "openai_chat"
    thinks = False
    reasoning = "reasoning_content"

    def read(self, body: Any, request: Request) -> Seen:
        assert request.target == self.path, request.target
        seen = Seen(body["model"], body.get("stream", False))
        if seen.stream and "stream_options" in body:
            assert body["stream_options"]["include_usage"] is True
        seen.tools = [tool["function"]["name"] for tool in body.get("tools", ())]
        seen.format = body.get("response_format", {}).get("type", "")
        cities: dict[str, str] = {}
        for message in body["messages"]:
            if message["role"] == "assistant":
                seen.state = seen.state or message.get(self.reasoning) == THOUGHT
                for call in message.get("tool_calls", ()):
                    cities[call["id"]] = json.loads(call["function"]["arguments"])["city"]
            elif message["role"] == "tool":
                seen.results.append((cities[message["tool_call_id"]], message["content"]))
            elif isinstance(message["content"], list):
                urls = [part["image_url"] for part in message["content"] if "image_url" in part]
                seen.pictures += [picture(u["url"] if isinstance(u, dict) else u) for u in urls]
        return seen

    def whole(self, turn: Turn) -> Any:
        message: dict[str, Any] = {"role": "assistant", "content": turn.text or None}
        if turn.thought:
            message[self.reasoning] = turn.thought
        if turn.calls:
            message["tool_calls"] = [
                {
                    "id": identifier,
                    "type": "function",
                    "function": {"name": "weather", "arguments": json.dumps({"city": city})},
                }
                for identifier, city in turn.calls
            ]
        reason = "tool_calls" if turn.calls else "stop"
        choice = {"index": 0, "message": message, "finish_reason": reason, "logprobs": None}
        return {**self._head("chat.completion"), "choices": [choice], "usage": self._usage()}

    def streamed(self, turn: Turn) -> bytes:
        deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
        deltas += [{self.reasoning: piece} for piece in cut(turn.thought)]
        deltas += [{"content": piece} for piece in cut(turn.text)]
        for index, (identifier, city) in enumerate(turn.calls):
            first = {"name": "weather", "arguments": ""}
            opened = {"index": index, "id": identifier, "type": "function", "function": first}
            deltas.append({"tool_calls": [opened]})
            for piece in cut(json.dumps({"city": city})):
                deltas.append({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
        ends = [None] * len(deltas) + ["tool_calls" if turn.calls else "stop"]
        head = self._head("chat.completion.chunk")
        chunks = [
            {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}
            for delta, reason in zip([*deltas, {}], ends, strict=True)
        ]
        return sse(*chunks, {**head, "choices": [], "usage": self._usage()}, done=True)

    def error(self, message: str) -> Any:
        kind = "invalid_request_error"
        return {"error": {"message": message, "type": kind, "param": "model", "code": "not_there"}}

    def _head(self, kind: str) -> dict[str, Any]:
        return {"id": "chatcmpl-7", "object": kind, "created": 1777017600, "model": "m-1"}

    def _usage(self) -> dict[str, int]:
        return {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}


class ChatOfVllm(Chat):
    reasoning = "reasoning"


# OpenAI Responses ------------------------------------------------------------------------


class Responses(Vendor):
    dialect = "openai_responses"
    done = False

    def read(self, body: Any, request: Request) -> Seen:
        assert request.target == self.path, request.target
        seen = Seen(body["model"], body.get("stream", False))
        seen.tools = [tool["name"] for tool in body.get("tools", ())]
        kind = body.get("text", {}).get("format", {}).get("type", "")
        seen.format = "" if kind == "text" else kind
        cities: dict[str, str] = {}
        given = body["input"]
        for item in given if isinstance(given, list) else ():
            match item.get("type", "message"):
                case "reasoning":
                    seen.state = item.get("encrypted_content") == STATE
                case "function_call":
                    cities[item["call_id"]] = json.loads(item["arguments"])["city"]
                case "function_call_output":
                    seen.results.append((cities[item["call_id"]], item["output"]))
                case "message" if isinstance(item["content"], list):
                    urls = [p["image_url"] for p in item["content"] if "image_url" in p]
                    seen.pictures += map(picture, urls)
        return seen

    def whole(self, turn: Turn) -> Any:
        return self._response("completed", self._items(turn))

    def _response(self, status: str, output: list[Any]) -> dict[str, Any]:
        usage = {
            "input_tokens": 11,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": 7,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 18,
        }
        return {
            "id": "resp_7",
            "object": "response",
            "created_at": 1777017600,
            "status": status,
            "error": None,
            "incomplete_details": None,
            "instructions": None,
            "max_output_tokens": None,
            "model": "m-1",
            "output": output,
            "parallel_tool_calls": True,
            "previous_response_id": None,
            "reasoning": {"effort": None, "summary": None},
            "store": True,
            "temperature": 1.0,
            "text": {"format": {"type": "text"}},
            "tool_choice": "auto",
            "tools": [],
            "top_p": 1.0,
            "truncation": "disabled",
            "usage": usage if status == "completed" else None,
            "metadata": {},
        }

    def _items(self, turn: Turn) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        if turn.thought:
            summary = [{"type": "summary_text", "text": turn.thought}]
            items.append(
                {"id": "rs_7", "type": "reasoning", "summary": summary, "encrypted_content": STATE}
            )
        for number, (identifier, city) in enumerate(turn.calls):
            call = {"id": f"fc_{number}", "type": "function_call", "status": "completed"}
            text = json.dumps({"city": city})
            items.append({**call, "call_id": identifier, "name": "weather", "arguments": text})
        if turn.text:
            part = {"type": "output_text", "text": turn.text, "annotations": [], "logprobs": []}
            message = {"id": "msg_7", "type": "message", "status": "completed"}
            items.append({**message, "role": "assistant", "content": [part]})
        return items

    def streamed(self, turn: Turn) -> bytes:
        items = self._items(turn)
        events: list[dict[str, Any]] = [
            {"type": f"response.{name}", "response": self._response("in_progress", [])}
            for name in ("created", "in_progress")
        ]
        for index, item in enumerate(items):
            events += self._item_events(index, item)
        whole = {"type": "response.completed", "response": self._response("completed", items)}
        numbered = [
            {"type": event["type"], "sequence_number": number, **event}
            for number, event in enumerate([*events, whole])
        ]
        return sse(*numbered, named=True, done=self.done)

    def _item_events(self, index: int, item: dict[str, Any]) -> Iterator[dict[str, Any]]:
        place = {"item_id": item["id"], "output_index": index}
        blank = {"content": [], "summary": [], "arguments": "", "status": "in_progress"}
        added = {key: blank.get(key, value) for key, value in item.items()}
        yield {"type": "response.output_item.added", "output_index": index, "item": added}
        match item["type"]:
            case "reasoning":
                there = {**place, "summary_index": 0}
                part = item["summary"][0]
                name = "response.reasoning_summary"
                yield {"type": f"{name}_part.added", **there, "part": {**part, "text": ""}}
                for piece in cut(part["text"]):
                    yield {"type": f"{name}_text.delta", **there, "delta": piece}
                yield {"type": f"{name}_text.done", **there, "text": part["text"]}
                yield {"type": f"{name}_part.done", **there, "part": part}
            case "function_call":
                name = "response.function_call_arguments"
                for piece in cut(item["arguments"]):
                    yield {"type": f"{name}.delta", **place, "delta": piece}
                yield {"type": f"{name}.done", **place, "arguments": item["arguments"]}
            case "message":
                there = {**place, "content_index": 0}
                part = item["content"][0]
                yield {"type": "response.content_part.added", **there, "part": {**part, "text": ""}}
                for piece in cut(part["text"]):
                    delta = {**there, "delta": piece, "logprobs": []}
                    yield {"type": "response.output_text.delta", **delta}
                said = {**there, "text": part["text"], "logprobs": []}
                yield {"type": "response.output_text.done", **said}
                yield {"type": "response.content_part.done", **there, "part": part}
        yield {"type": "response.output_item.done", "output_index": index, "item": item}

    def error(self, message: str) -> Any:
        kind = "invalid_request_error"
        return {"error": {"message": message, "type": kind, "param": "model", "code": "not_there"}}


# Anthropic Messages ------------------------------------------------------------------------


class Messages(Vendor):
    dialect = "anthropic_messages"

    def read(self, body: Any, request: Request) -> Seen:
        assert request.target == self.path, request.target
        if self.auth and self.auth[0] == "x-api-key":
            assert request.headers["anthropic-version"] == "2023-06-01"
        seen = Seen(body["model"], body.get("stream", False))
        seen.tools = [tool["name"] for tool in body.get("tools", ())]
        form = body.get("output_config", {}).get("format") or body.get("output_format") or {}
        seen.format = form.get("type", "")
        cities: dict[str, str] = {}
        for message in body["messages"]:
            blocks = message["content"] if isinstance(message["content"], list) else []
            for block in blocks:
                match block["type"]:
                    case "thinking":
                        seen.state = (block["thinking"], block["signature"]) == (THOUGHT, STATE)
                    case "tool_use":
                        cities[block["id"]] = block["input"]["city"]
                    case "tool_result":
                        said = block["content"]
                        text = said if isinstance(said, str) else said[0]["text"]
                        seen.results.append((cities[block["tool_use_id"]], text))
                    case "image":
                        assert block["source"]["media_type"] == "image/png"
                        seen.pictures.append(base64.b64decode(block["source"]["data"]))
        return seen

    def _blocks(self, turn: Turn) -> list[dict[str, Any]]:
        blocks: list[dict[str, Any]] = []
        if turn.thought:
            blocks.append({"type": "thinking", "thinking": turn.thought, "signature": STATE})
        if turn.text:
            blocks.append({"type": "text", "text": turn.text})
        for identifier, city in turn.calls:
            block = {"type": "tool_use", "id": identifier, "name": "weather"}
            blocks.append({**block, "input": {"city": city}})
        return blocks

    def _message(self, turn: Turn) -> dict[str, Any]:
        return {
            "id": "msg_7",
            "type": "message",
            "role": "assistant",
            "model": "m-1",
            "content": self._blocks(turn),
            "stop_reason": "tool_use" if turn.calls else "end_turn",
            "stop_sequence": None,
            "usage": {"input_tokens": 11, "output_tokens": 7},
        }

    def whole(self, turn: Turn) -> Any:
        return self._message(turn)

    def streamed(self, turn: Turn) -> bytes:
        message = self._message(turn)
        usage = {"input_tokens": 11, "output_tokens": 1}
        empty = {**message, "content": [], "stop_reason": None, "usage": usage}
        events: list[dict[str, Any]] = [{"type": "message_start", "message": empty}]
        events.append({"type": "ping"})
        for index, block in enumerate(message["content"]):
            events += self._block_events(index, block)
        delta = {"stop_reason": message["stop_reason"], "stop_sequence": None}
        events.append({"type": "message_delta", "delta": delta, "usage": {"output_tokens": 7}})
        return sse(*events, {"type": "message_stop"}, named=True)

    def _block_events(self, index: int, block: dict[str, Any]) -> Iterator[dict[str, Any]]:
        blank = {"thinking": "", "signature": "", "text": "", "input": {}}
        opened = {key: blank.get(key, value) for key, value in block.items()}
        opened["type"] = block["type"]
        yield {"type": "content_block_start", "index": index, "content_block": opened}
        deltas: list[dict[str, Any]] = []
        match block["type"]:
            case "thinking":
                pieces = cut(block["thinking"])
                deltas = [{"type": "thinking_delta", "thinking": piece} for piece in pieces]
                deltas.append({"type": "signature_delta", "signature": block["signature"]})
            case "text":
                deltas = [{"type": "text_delta", "text": piece} for piece in cut(block["text"])]
            case "tool_use":
                pieces = cut(json.dumps(block["input"]))
                deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
        for delta in deltas:
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}

    def error(self, message: str) -> Any:
        kind = "not_found_error" if message == "no such model" else "invalid_request_error"
        inner = {"type": kind, "message": message}
        return {"type": "error", "error": inner, "request_id": "req_7"}


# Gemini ---------------------------------------------------------------------------------------


class Gemini(Vendor):
    dialect = "gemini_generate_content"

    def check(self, body: Any) -> None:
        root = schema(self.dialect)
        super().check(camel_case(root, [root["$defs"]["Request"]], body))

    def read(self, body: Any, request: Request) -> Seen:
        before, after = self.path.split("{model}")
        assert request.path.startswith(before), request.target
        model, _, method = request.path.removeprefix(before).partition(":")
        assert method == {"": "generateContent", "alt=sse": "streamGenerateContent"}[request.query]
        assert after == ":" and "model" not in body
        seen = Seen(model, method == "streamGenerateContent")
        tools = [one for tool in body.get("tools", ()) for one in tool["functionDeclarations"]]
        seen.tools = [tool["name"] for tool in tools]
        settings = body.get("generationConfig", {})
        if settings.get("responseMimeType") == "application/json":
            seen.format = "json"
        called: list[str] = []
        signed: list[Any] = []
        for content in body["contents"]:
            for part in content["parts"]:
                if "functionCall" in part:
                    called.append(part["functionCall"]["args"]["city"])
                    signed.append(part.get("thoughtSignature"))
                if "functionResponse" in part:
                    said = part["functionResponse"]["response"]
                    seen.results.append((called[len(seen.results)], _only(said)))
                if "inlineData" in part:
                    assert part["inlineData"]["mimeType"] == "image/png"
                    seen.pictures.append(base64.b64decode(part["inlineData"]["data"]))
        seen.state = signed == [STATE, None]
        return seen

    def _parts(self, turn: Turn) -> list[dict[str, Any]]:
        parts: list[dict[str, Any]] = []
        if turn.thought:
            parts.append({"text": turn.thought, "thought": True})
        parts += [{"text": piece} for piece in cut(turn.text)]
        for number, (identifier, city) in enumerate(turn.calls):
            call = {"name": "weather", "args": {"city": city}, "id": identifier}
            signature = {"thoughtSignature": STATE} if turn.thought and number == 0 else {}
            parts.append({"functionCall": call, **signature})
        return parts

    def _chunk(self, parts: list[dict[str, Any]], last: bool) -> dict[str, Any]:
        candidate: dict[str, Any] = {"content": {"role": "model", "parts": parts}, "index": 0}
        if last:
            candidate["finishReason"] = "STOP"
        usage = {"promptTokenCount": 11, "candidatesTokenCount": 7, "totalTokenCount": 18}
        return {
            "candidates": [candidate],
            "usageMetadata": usage,
            "modelVersion": "m-1",
            "responseId": "resp7",
        }

    def whole(self, turn: Turn) -> Any:
        parts = self._parts(turn)
        if turn.text:
            parts = [{"text": turn.text}]
        return self._chunk(parts, True)

    def streamed(self, turn: Turn) -> bytes:
        parts = self._parts(turn)
        chunks = [self._chunk([part], part is parts[-1]) for part in parts]
        return sse(*chunks).replace(b"\n", b"\r\n")

    def error(self, message: str) -> Any:
        status = "NOT_FOUND" if message == "no such model" else "INVALID_ARGUMENT"
        code = 404 if message == "no such model" else 400
        return {"error": {"code": code, "message": message, "status": status}}


def _only(said: Any) -> str:
    """The one value in a function's response; Gemini wants an object."""
    [value] = said.values()
    return str(value)


# Ollama -----------------------------------------------------------------------------------------


END: dict[str, Any] = {
    "done": True,
    "done_reason": "stop",
    "total_duration": 5_000_000,
    "prompt_eval_count": 11,
    "eval_count": 7,
}
"""What Ollama's last line has beside the message."""


class Ollama(Vendor):
    dialect = "ollama_chat"
    kind = "application/x-ndjson"

    def read(self, body: Any, request: Request) -> Seen:
        assert request.target == self.path, request.target
        seen = Seen(body["model"], body.get("stream", True))
        seen.tools = [tool["function"]["name"] for tool in body.get("tools", ())]
        seen.format = "json" if body.get("format") else ""
        cities: dict[str, str] = {}
        for message in body["messages"]:
            assert isinstance(message.get("content", ""), str)
            seen.state = seen.state or message.get("thinking") == THOUGHT
            for call in message.get("tool_calls", ()):
                assert isinstance(call["function"]["arguments"], dict)
                cities[call["id"]] = call["function"]["arguments"]["city"]
            if message["role"] == "tool":
                assert message["tool_name"] == "weather"
                seen.results.append((cities[message["tool_call_id"]], message["content"]))
            seen.pictures += map(base64.b64decode, message.get("images", ()))
        return seen

    def _calls(self, turn: Turn) -> list[dict[str, Any]]:
        return [
            {
                "id": identifier,
                "function": {"index": index, "name": "weather", "arguments": {"city": city}},
            }
            for index, (identifier, city) in enumerate(turn.calls)
        ]

    def _line(self, message: dict[str, Any], **more: Any) -> dict[str, Any]:
        head = {"model": "m-1", "created_at": "2026-04-24T08:00:00.5Z"}
        said = {"role": "assistant", "content": "", **message}
        return {**head, "message": said, "done": False, **more}

    def whole(self, turn: Turn) -> Any:
        message: dict[str, Any] = {"content": turn.text}
        if turn.thought:
            message["thinking"] = turn.thought
        if turn.calls:
            message["tool_calls"] = self._calls(turn)
        return self._line(message, **END)

    def streamed(self, turn: Turn) -> bytes:
        lines = [self._line({"thinking": piece}) for piece in cut(turn.thought)]
        lines += [self._line({"content": piece}) for piece in cut(turn.text)]
        lines += [self._line({"tool_calls": [call]}) for call in self._calls(turn)]
        lines.append(self._line({}, **END))
        return "".join(json.dumps(line) + "\n" for line in lines).encode()

    def error(self, message: str) -> Any:
        return {"error": message}


VENDORS: dict[str, Callable[..., Vendor]] = {
    "anthropic_messages": Messages,
    "gemini_generate_content": Gemini,
    "ollama_chat": Ollama,
    "openai_chat": Chat,
    "openai_responses": Responses,
}
