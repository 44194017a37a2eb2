"""JSON values that fit a schema, for laws that hold for all of them: canonical and native bodies.

The schema is a document of plain JSON Schema with `$ref`s into itself, as the
OpenAPI bundle and the inlined native schemas are. Most values are small, with
few of the optional properties; some have as many as fit. What decides is a
function that picks a number below another, so that hypothesis, or a plain
random number generator, can be the one who chooses.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

Pick = Callable[[int], int]
"""A number from zero to below the argument."""

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ"
WAV = "UklGRiQAAABXQVZFZm10IBAAAAABAAEA"
TEXTS = (
    *("Hi", "a b", "", "é☃", "{}", "0", "line\nbreak"),
    *("𝄞\u2028\u200d", '"\\', "\x00\x7f", "null", "data: x\n\n", " ", "a/b~1.c", "x:y", "@z"),
)
NAMES = ("id_1", "id_2", "id_3")
NUMBERS = (0, 1, 0.5, 2, 1.25, 100)
OBJECTS: tuple[Any, ...] = ({}, {"city": "Oslo"}, {"n": [1, None, True], "deep": {"a.b": 0.5}})
SCHEMAS: tuple[Any, ...] = (
    {"type": "object", "properties": {}},
    {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
)
STRANGE = ("zz_new", "zz_new", "a.b", "a/b~1", "x:y", "@z", "", "0", "é☃")
"""Keys that no schema lists."""
DECISIONS = 400
"""How many decisions make a value; what is left to decide then, is decided for the least."""

DEPTH = 7
"""Nesting below which optional properties are left out and lists are empty."""


@dataclass(frozen=True)
class Vocabulary:
    """Values of properties of which a schema cannot say enough: name -> those to pick from."""

    words: Mapping[str, tuple[Any, ...]]
    unknown: bool = False
    """Whether objects may have a key that their schema does not list."""
    newer: bool = False
    """Whether there may be words and variants that the schema does not know yet."""


def values(document: dict[str, Any], reference: str, words: Vocabulary) -> st.SearchStrategy[Any]:
    """Values of the schema at a `$ref`, each made of one string of bytes.

    One drawing for a whole value is an order of magnitude faster than one for each
    decision; zeros, which shrinking strives for, decide for what is least.
    """

    def value(choices: bytes) -> Any:
        rest = iter(choices)

        def pick(below: int) -> int:
            return next(rest, 0) % below if below > 1 else 0

        return build(document, reference, words, pick)

    return st.binary(min_size=DECISIONS, max_size=DECISIONS).map(value)


def build(document: dict[str, Any], reference: str, words: Vocabulary, pick: Pick) -> Any:
    """One value of the schema at a `$ref`."""
    return _Builder(document, words, pick, pick(4) == 3).value({"$ref": reference}, 0, "")


@dataclass(frozen=True)
class _Builder:
    document: dict[str, Any]
    words: Vocabulary
    pick: Pick
    dense: bool = False
    """Whether objects have many of their optional properties."""

    def one_of(self, options: tuple[Any, ...] | list[Any]) -> Any:
        return options[self.pick(len(options))]

    def deref(self, node: Any) -> Any:
        while "$ref" in node:
            found: Any = self.document
            for step in node["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            node = found
        return node

    def value(self, node: Any, depth: int, name: str) -> Any:
        node = self.deref(node)
        if "const" in node:
            return node["const"]
        for key in ("oneOf", "anyOf"):
            if key in node:
                return self.value(self.branch(node[key], depth), depth, name)
        if "allOf" in node:
            parts = [self.value(part, depth, name) for part in node["allOf"]]
            return {k: v for part in parts if isinstance(part, dict) for k, v in part.items()}
        if "enum" in node:
            return self.one_of(node["enum"]) if not self.is_newer() else "zz_word"
        return self.of_kind(self.kind(node), node, depth, name)

    def kind(self, node: Any) -> str:
        kinds = node.get("type", "object" if "properties" in node else "any")
        if isinstance(kinds, str):
            return kinds
        plain = [kind for kind in kinds if kind != "null"]
        if len(plain) < len(kinds) and self.pick(8) == 7:
            return "null"
        return str(self.one_of(plain))

    def branch(self, branches: list[Any], depth: int) -> Any:
        """One alternative: flat ones where the value is deep already, null now and then."""
        null = [b for b in branches if self.deref(b).get("type") == "null"]
        real = [b for b in branches if b not in null] or branches
        if null and self.pick(8) == 7:
            return null[0]
        closed = [branch for branch in real if not self.is_extension(branch)]
        if closed and self.pick(8) < 7:
            real = closed
        tags = [tag for tag in map(self.tag, real) if tag]
        if len(tags) > 1 and self.is_newer():
            return {"properties": {}, "const": {tags[0]: "zz_kind", "zz_deep": {"n": [1, "a"]}}}
        if depth > DEPTH:
            flat = [b for b in real if self.deref(b).get("type") not in ("object", "array")]
            real = flat[:1] or real
        return self.one_of(real)

    def is_newer(self) -> bool:
        return self.words.newer and self.pick(24) == 23

    def tag(self, branch: Any) -> str:
        """The property that tells an alternative from the others."""
        properties = self.deref(branch).get("properties", {})
        return next((k for k, inner in properties.items() if "const" in self.deref(inner)), "")

    def is_extension(self, branch: Any) -> bool:
        """Whether it describes values of types that only one vendor has."""
        kind = self.deref(branch).get("properties", {}).get("type", {})
        return ":" in self.deref(kind).get("pattern", "")

    def of_kind(self, kind: str, node: Any, depth: int, name: str) -> Any:
        match kind:
            case "string":
                return self.text(node, name)
            case "integer" | "number":
                return self.number(kind, node)
            case "boolean":
                return self.pick(2) == 1
            case "array":
                low = node.get("minItems", 0)
                high = max(low, 0 if depth > DEPTH else min(3, node.get("maxItems", 3)))
                size = low + self.pick(high - low + 1)
                inner = node.get("items", {})
                return [self.value(inner, depth + 1, name) for _ in range(size)]
            case "object":
                return self.object(node, depth)
            case "null":
                return None
            case _:
                return self.one_of(OBJECTS)

    def number(self, kind: str, node: Any) -> int | float:
        low = node.get("minimum", node.get("exclusiveMinimum", 0) + ("exclusiveMinimum" in node))
        high = node.get("maximum", low + 100)
        fit = [low + n for n in NUMBERS if low + n <= high]
        return self.one_of([n for n in fit if kind == "number" or isinstance(n, int)] or [low])

    def text(self, node: Any, name: str) -> str:
        pattern = node.get("pattern", "")
        words = self.words.words.get(name, ())
        if words and all(isinstance(word, str) for word in words):
            return str(self.one_of(words))
        if ":" in pattern:
            return "acme:thing"
        if node.get("format") == "date-time":
            return "2026-01-02T03:04:05Z"
        plain = NAMES if pattern or node.get("minLength") else TEXTS
        high = node.get("maxLength", 100)
        return str(self.one_of([word for word in plain if len(word) <= high]))

    def object(self, node: Any, depth: int) -> dict[str, Any]:
        properties = node.get("properties", {})
        required = node.get("required", ())
        optional = [name for name in properties if name not in required]
        chosen = self.some_of(optional) if depth <= DEPTH else set()
        made: dict[str, Any] = {}
        for name, inner in properties.items():
            if name in required or name in chosen:
                made[name] = self.member(name, inner, depth + 1)
        more = node.get("additionalProperties")
        if more is False:
            return made
        if isinstance(more, dict) and self.pick(2):
            made["some_key"] = self.value(more, depth + 1, "some_key")
        elif properties and self.words.unknown and self.pick(24) == 23:
            made[self.one_of(STRANGE)] = self.one_of((*OBJECTS, *TEXTS[:4], 0, False, None, []))
        return made

    def some_of(self, names: list[str]) -> set[str]:
        """Few of the names, and where there are many, hardly any; in dense values half of them."""
        if not names:
            return set()
        if self.dense and self.pick(3):
            return {name for name in names if self.pick(2)}
        count = (0, 0, 1, 1, 2, 3)[self.pick(6)]
        return {self.one_of(names) for _ in range(count)}

    def member(self, name: str, node: Any, depth: int) -> Any:
        words = self.words.words.get(name)
        plain = self.deref(node)
        if words and not {"const", "enum", "oneOf", "anyOf"} & plain.keys():
            kinds = plain.get("type", "any")
            fit = [w for w in words if kinds == "any" or _is(w, kinds)]
            if fit:
                return self.one_of(fit)
        return self.value(node, depth, name)


def _is(value: Any, kinds: str | list[str]) -> bool:
    kind = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}
    return kind.get(type(value), "number") in ([kinds] if isinstance(kinds, str) else kinds)


URLS = ("https://example.org/a.png", f"data:image/png;base64,{PNG}")
WORDS: dict[str, tuple[Any, ...]] = {
    "arguments": (*(json.dumps(o, separators=(",", ":")) for o in OBJECTS), *OBJECTS),
    "args": OBJECTS,
    "input": OBJECTS,
    "response": (*OBJECTS, {"output": "Hi"}),
    "parameters": SCHEMAS,
    "parametersJsonSchema": SCHEMAS,
    "schema": SCHEMAS,
    "input_schema": SCHEMAS,
    "responseJsonSchema": SCHEMAS,
    "image_url": URLS,
    "url": URLS,
    "fileUri": ("https://example.org/a.png", "gs://bucket/a.pdf"),
    "file_data": ("data:application/pdf;base64,JVBERi0x", "JVBERi0x"),
    "file_url": ("https://example.org/a.pdf",),
    "video_url": ("https://example.org/a.mp4", "data:video/mp4;base64,AAAA"),
    "data": (PNG, "JVBERi0x", WAV),
    "images": (PNG, WAV),
    "name": ("get_weather", "f"),
    "mimeType": ("image/png", "audio/wav", "video/mp4", "application/pdf", "text/plain"),
    "media_type": ("image/png", "application/pdf"),
    "metadata": ({}, {"k": "v"}),
    "provider_extensions": ({},),
    "encrypted_content": ("gAAAAA", "anthropic_messages/signature:Eq=="),
    "message": ("It broke.", "no"),
}
"""Words of properties, by name, that formats use for something of their own."""


def paired(items: Any) -> Any:
    """Items with ids as a real conversation has them: each output answers an open call."""
    if not isinstance(items, list):
        return items
    found, waiting, count = [], [], 0
    for item in items:
        if item.get("type") == "function_call":
            count += 1
            item = {**item, "call_id": f"call_{count}"}
            waiting.append(item["call_id"])
        elif item.get("type") == "function_call_output":
            if not waiting:
                continue
            item = {**item, "call_id": waiting.pop(0)}
        found.append(item)
    return found


def sensible(body: dict[str, Any]) -> dict[str, Any]:
    """A request as a program would send it: with a model, calls and outputs in pairs."""
    items = body.get("input")
    text = body.get("text") or {}
    wanted = text.get("format")
    if isinstance(wanted, dict) and "type" not in wanted:
        body = {**body, "text": {**text, "format": {"type": "json_schema", **wanted}}}
    return {**body, "model": body.get("model") or "some-model", "input": paired(items or "Hi")}


def consistent(body: Any) -> Any:
    """An answer as a server would send it: with ids that are not empty, and usage that adds up."""
    if isinstance(body, list):
        return [consistent(inner) for inner in body]
    if not isinstance(body, dict):
        return body
    made = {key: consistent(inner) for key, inner in body.items()}
    for key in ("id", "call_id", "name"):
        if made.get(key) == "":
            made[key] = "id_0"
    if made.get("status") == "":
        made["status"] = "completed"
    if made.get("text") == "" and "logprobs" in made:
        made["logprobs"] = []  # no tokens, no probabilities
    if "input_tokens_details" in made and "output_tokens_details" in made:
        made["input_tokens"] += made["input_tokens_details"]["cached_tokens"]
        made["output_tokens"] += made["output_tokens_details"]["reasoning_tokens"]
        made["total_tokens"] = made["input_tokens"] + made["output_tokens"]
    return made


ERRORS: dict[str, tuple[Any, ...]] = {
    "type": ("server_error", "invalid_request", "not_found", "model_error", "too_many_requests"),
    "message": ("It broke.", "no"),
}
"""Words of errors."""
