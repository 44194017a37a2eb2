"""The vendors' native schemas as validators, and the bodies to try them on.

Bodies are the vectors beside each schema and, where the project has recordings
beside it, every request, response and stream event of those.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
SPEC = ROOT / "spec"
CORPUS = ROOT / ".." / "shared" / "corpus"

SNAKE_CASE_TOO = {"gemini_generate_content"}
"""Dialects whose requests may use snake case; the schema lists the normal form, camel case."""


@dataclass(frozen=True)
class Body:
    """One value that must (or, in a few vectors, must not) fit an entry point."""

    origin: str
    entry_point: str
    value: Any
    valid: bool = True


# Schemas


@cache
def document(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def native_path(dialect: str) -> Path:
    return SPEC / "dialects" / dialect / "native.yaml"


def inline(path: Path) -> dict[str, Any]:
    """The document with references into other files rewritten to components of its own."""
    components: dict[str, Any] = {}

    def name_of(file: Path, name: str) -> str:
        return name if file == path else f"{file.stem}.{name}"

    def adopt(file: Path, name: str) -> None:
        key = name_of(file, name)
        if key not in components:
            components[key] = None
            components[key] = rewrite(document(file)["$defs"][name], file)

    def rewrite(value: Any, file: Path) -> Any:
        if isinstance(value, list):
            return [rewrite(item, file) for item in value]
        if not isinstance(value, dict):
            return value
        out = {key: rewrite(item, file) for key, item in value.items()}
        if isinstance(value.get("$ref"), str):
            target, _, name = value["$ref"].partition("#/$defs/")
            home = (file.parent / target).resolve() if target else file
            adopt(home, name)
            out["$ref"] = f"#/$defs/{name_of(home, name)}"
        return out

    for name in document(path)["$defs"]:
        adopt(path, name)
    return {"$schema": document(path)["$schema"], "$defs": components}


@cache
def schema(dialect: str) -> dict[str, Any]:
    return inline(native_path(dialect).resolve())


def deref(root: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        node = root["$defs"][node["$ref"].removeprefix("#/$defs/")]
    return node


def leaves(root: dict[str, Any], node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The alternatives of a schema: nested unions flattened."""
    node = deref(root, node)
    alternatives = [*node.get("oneOf", ()), *node.get("anyOf", ())]
    if not alternatives:
        yield node
    for alternative in alternatives:
        yield from leaves(root, alternative)


def may_fit(root: dict[str, Any], node: dict[str, Any], value: Any) -> bool:
    """False when type, a required key, or a constant property rules the alternative out."""
    types = node.get("type", [])
    kinds = {dict: "object", list: "array", str: "string", type(None): "null"}
    kind = kinds.get(type(value))
    if kind is not None and types and kind not in ([types] if isinstance(types, str) else types):
        return False
    if "const" in node:
        return bool(node["const"] == value)
    if not isinstance(value, dict):
        return True
    if any(key not in value for key in node.get("required", ())):
        return False
    for key, declared in node.get("properties", {}).items():
        target = deref(root, declared)
        allowed = [target["const"]] if "const" in target else target.get("enum")
        if key in value and allowed is not None and value[key] not in allowed:
            return False
    return True


def one_of(
    root: dict[str, Any], validator: Any, branches: Any, instance: Any, node: Any
) -> Iterator[ValidationError]:
    """`oneOf` that first rules branches out cheaply; the same verdict with better messages."""
    live = [b for b in branches if any(may_fit(root, x, instance) for x in leaves(root, b))]
    if len(live) == 1:
        yield from validator.descend(instance, live[0])
    else:
        usual = Draft202012Validator.VALIDATORS["oneOf"]
        yield from usual(validator, live or branches, instance, node)


@cache
def validator(dialect: str, entry_point: str) -> Any:
    root = schema(dialect)
    make: Any = extend  # jsonschema ships no types for it
    tagged = make(Draft202012Validator, {"oneOf": partial(one_of, root)})
    return tagged({**root, "$ref": f"#/$defs/{entry_point}"})


def faults(dialect: str, body: Body) -> list[str]:
    errors = validator(dialect, body.entry_point).iter_errors(body.value)
    return [f"{error.json_path}: {error.message[:200]}" for error in errors]


def undeclared(
    root: dict[str, Any], nodes: list[dict[str, Any]], value: Any, path: str
) -> Iterator[str]:
    """Paths of keys in `value` that none of the schemas `nodes` lists; tags in angle brackets."""
    live = [leaf for n in nodes for leaf in leaves(root, n) if may_fit(root, leaf, value)]
    if isinstance(value, list):
        items = [leaf["items"] for leaf in live if "items" in leaf]
        for item in value if items else ():
            yield from undeclared(root, items, item, f"{path}[]")
    elif isinstance(value, dict):
        closed = [leaf for leaf in live if {"properties", "additionalProperties"} & leaf.keys()]
        tag = value.get("type")
        here = f"{path}<{tag}>" if isinstance(tag, str) and path else path
        for key, item in value.items() if len(closed) == len(live) else ():
            known = [leaf.get("properties", {}).get(key) for leaf in closed]
            known += [leaf["additionalProperties"] for leaf in closed if "properties" not in leaf]
            if any(known):
                yield from undeclared(root, [n for n in known if n], item, f"{here}.{key}")
            elif all(n is None for n in known):
                yield f"{here}.{key}"


def camel_case(root: dict[str, Any], nodes: list[dict[str, Any]], value: Any) -> Any:
    """The value with keys in snake case renamed where the schema knows the camel form."""
    live = [leaf for node in nodes for leaf in leaves(root, node)]
    if isinstance(value, list):
        items = [leaf["items"] for leaf in live if "items" in leaf]
        return [camel_case(root, items, item) for item in value]
    if not isinstance(value, dict):
        return value
    out = {}
    for key, item in value.items():
        camel = re.sub(r"_(\w)", lambda match: match[1].upper(), key)
        name = camel if any(camel in leaf.get("properties", {}) for leaf in live) else key
        known = [leaf["properties"][name] for leaf in live if name in leaf.get("properties", {})]
        maps = [leaf["additionalProperties"] for leaf in live if "additionalProperties" in leaf]
        out[name] = camel_case(root, known or maps, item)
    return out


# Bodies


def vectors(dialect: str) -> Iterator[Body]:
    """`{"entry_point", "description", "valid"?, "bodies": [...]}` each."""
    for path in sorted((SPEC / "dialects" / dialect / "vectors" / "native").glob("*.json")):
        vector = json.loads(path.read_text(encoding="utf-8"))
        for value in vector["bodies"]:
            yield Body(path.name, vector["entry_point"], value, vector.get("valid", True))


def sse_data(text: str) -> Iterator[str]:
    """The data of each server-sent event."""
    for frame in re.split(r"(?:\r\n|\n|\r){2,}", text.removeprefix("\ufeff")):
        lines = [
            line[5:].removeprefix(" ")
            for line in re.split(r"\r\n|\n|\r", frame)
            if line.startswith("data:")
        ]
        if lines and lines != ["[DONE]"]:
            yield "\n".join(lines)


def json_or_text(line: str) -> Any:
    """The value of a frame; a broken frame stays text, which fits no entry point."""
    try:
        return json.loads(line)
    except ValueError:
        return line


def recorded(dialect: str) -> Iterator[Body]:
    """Every request, response and stream event of the recordings beside the project, if any."""
    for meta in sorted((CORPUS / dialect).glob("*/meta.json")):
        case = meta.parent
        status = json.loads(meta.read_text(encoding="utf-8"))["status"]
        for path in sorted(case.glob("re*.*")):
            text = path.read_text(encoding="utf-8")
            if path.name == "request.json":
                yield Body(case.name, "Request", json.loads(text))
            elif path.suffix == ".json":
                value = json.loads(text)
                failed = status >= 400 if status else value.keys() == {"error"}
                yield Body(case.name, "Error" if failed else "Response", value)
            elif path.suffix in (".sse", ".ndjson"):  # plain text is no body of the format
                lines = sse_data(text) if path.suffix == ".sse" else text.splitlines()
                for line in filter(None, lines):
                    yield Body(case.name, "StreamEvent", json_or_text(line))


@cache
def bodies(dialect: str) -> tuple[Body, ...]:
    found = (*vectors(dialect), *recorded(dialect))
    if dialect not in SNAKE_CASE_TOO:
        return found
    root = schema(dialect)
    return tuple(
        replace(body, value=camel_case(root, [root["$defs"][body.entry_point]], body.value))
        for body in found
    )
