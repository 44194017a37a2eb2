"""Compares what goes over the wire in an operation: parameters, bodies, responses, headers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from orgen.breaking.change import At
from orgen.breaking.differ import Differ
from orgen.breaking.http_tree import Operation, flag, members, place_of, text
from orgen.breaking.notes import diff_extensions
from orgen.breaking.reach import EVENT_STREAM
from orgen.breaking.schemas import diff_schema
from orgen.breaking.values import shown
from orgen.contract.tree import Fields, Node, to_json

_STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}


def diff_parameters(differ: Differ, left: Operation, right: Operation, at: At) -> None:
    # Path parameters are told apart by their position in the path, which has its own rule.
    for key, node in right.parameters.items():
        inner = _parameter_at(at, key)
        old = left.parameters.get(key)
        if old is not None:
            _diff_parameter(differ, old, node, inner)
        elif key[0] != "path":
            required = flag(node, "required")
            rule = "required-parameter-added" if required else "parameter-added"
            message = f"the {key[0]} parameter `{key[1]}` was added"
            message += " and is required" if required else " (optional)"
            differ.emit(rule, inner, place_of(left.node, "parameters"), node.pointer, message)
    for key, node in left.parameters.items():
        if key not in right.parameters and key[0] != "path":
            message = f"the {key[0]} parameter `{key[1]}` was removed"
            where = node.pointer, place_of(right.node, "parameters")
            differ.emit("parameter-removed", _parameter_at(at, key), *where, message)
    _diff_path_parameters(differ, left, right, at)


def _diff_path_parameters(differ: Differ, left: Operation, right: Operation, at: At) -> None:
    """Compare renamed parameters of a path by their order in it."""
    old, new = _names(left.path), _names(right.path)
    for was, now in zip(old, new, strict=False):
        pair = left.parameters.get(("path", was)), right.parameters.get(("path", now))
        if was != now and pair[0] is not None and pair[1] is not None:
            _diff_parameter(differ, pair[0], pair[1], _parameter_at(at, ("path", now)))


def _names(path: str) -> list[str]:
    return [piece.partition("}")[0] for piece in path.split("{")[1:]]


def _parameter_at(at: At, key: tuple[str, str]) -> At:
    return replace(at, path=f"{key[0]} parameter {key[1]}", optional=True)


def _diff_parameter(differ: Differ, left: Fields, right: Fields, at: At) -> None:
    was, now = flag(left, "required"), flag(right, "required")
    at = replace(at, optional=not (was and now))
    if was != now:
        rule = "parameter-required" if now else "parameter-optional"
        message = f"`{at.path}` is {'required now' if now else 'no longer required'}"
        differ.emit(rule, at, place_of(left, "required"), place_of(right, "required"), message)
    for name in ("style", "explode", "allowReserved", "allowEmptyValue"):
        old, new = _written(left, name), _written(right, name)
        if old != new:
            message = f"`{name}` of `{at.path}` was {shown(old)} and is {shown(new)}"
            where = place_of(left, name), place_of(right, name)
            differ.emit("parameter-style-changed", at, *where, message)
    _diff_deprecation(differ, left, right, at)
    _diff_schemas(differ, left, right, at)
    diff_extensions(differ, left, right, at)
    _diff_content(differ, left, right, at, ("request-media-type-added",
                  "request-media-type-removed"))  # fmt: skip


def _written(node: Fields, name: str) -> str | bool:
    style = text(node, "style") or _STYLES.get(text(node, "in"), "simple")
    if name == "style":
        return style
    if name == "explode" and name not in node.members:
        return style == "form"
    return flag(node, name)


def _diff_deprecation(differ: Differ, left: Fields, right: Fields, at: At) -> None:
    was, now = flag(left, "deprecated"), flag(right, "deprecated")
    if was != now:
        rule = "deprecated" if now else "undeprecated"
        message = f"`{at.path}` is {'deprecated now' if now else 'no longer deprecated'}"
        where = place_of(left, "deprecated"), place_of(right, "deprecated")
        differ.emit(rule, at, *where, message)


def _diff_schemas(differ: Differ, left: Fields, right: Fields, at: At) -> None:
    """Compare the `schema` of two parameters, media types or headers."""
    old, new = left.members.get("schema"), right.members.get("schema")
    if old is not None and new is not None:
        diff_schema(differ, old, new, at)
    elif old is not None or new is not None:
        rule = "schema-removed" if new is None else "schema-added"
        message = f"the schema of `{at.path}` was {rule.removeprefix('schema-')}"
        differ.emit(rule, at, place_of(left, "schema"), place_of(right, "schema"), message)


def _diff_content(differ: Differ, left: Node, right: Node, at: At, rules: tuple[str, str]) -> None:
    """Compare the media types of two bodies. `rules`: for one that came, for one that went."""
    old, new = members(left, "content"), members(right, "content")
    for name, node in new.items():
        if name not in old:
            message = f"the media type `{name}` was added to the {at.path}"
            differ.emit(rules[0], at, place_of(left, "content"), node.pointer, message)
            continue
        inner = replace(at, path=f"{at.path} ({name})", is_event=name == EVENT_STREAM)
        before = old[name]
        if isinstance(before, Fields) and isinstance(node, Fields):
            _diff_schemas(differ, before, node, inner)
            diff_extensions(differ, before, node, inner)
            _diff_encoding(differ, before, node, inner)
    for name, node in old.items():
        if name not in new:
            message = f"the media type `{name}` was removed from the {at.path}"
            differ.emit(rules[1], at, node.pointer, place_of(right, "content"), message)


def _diff_encoding(differ: Differ, left: Fields, right: Fields, at: At) -> None:
    old, new = left.members.get("encoding"), right.members.get("encoding")
    was, now = (to_json(node) if node is not None else None for node in (old, new))
    if was != now:
        message = f"the encoding of {at.path} was {shown(was)} and is {shown(now)}"
        where = place_of(left, "encoding"), place_of(right, "encoding")
        differ.emit("parameter-style-changed", at, *where, message)


def diff_request(differ: Differ, left: Fields, right: Fields, at: At) -> None:
    at = replace(at, path="request body")
    old, new = left.members.get("requestBody"), right.members.get("requestBody")
    if old is None and new is not None:
        required = flag(new, "required")
        rule = "required-request-body-added" if required else "request-body-added"
        message = f"a request body was added ({'required' if required else 'optional'})"
        differ.emit(rule, at, left.pointer, new.pointer, message)
    elif old is not None and new is None:
        message = "the request body was removed"
        differ.emit("request-body-removed", at, old.pointer, right.pointer, message)
    elif old is not None and new is not None:
        was, now = flag(old, "required"), flag(new, "required")
        if was != now:
            rule = "request-body-required" if now else "request-body-optional"
            message = f"the request body {'is required' if now else 'may be left out'} now"
            where = place_of(old, "required"), place_of(new, "required")
            differ.emit(rule, at, *where, message)
        rules = ("request-media-type-added", "request-media-type-removed")
        _diff_content(differ, old, new, at, rules)
        diff_extensions(differ, old, new, at)


def diff_responses(differ: Differ, left: Fields, right: Fields, at: At) -> None:
    old, new = members(left, "responses"), members(right, "responses")
    for status, node in new.items():
        inner = _response_at(at, status)
        if status in old:
            _diff_response(differ, old[status], node, inner)
        else:
            message = f"the response `{status}` was added"
            rule = f"{_outcome(status)}-status-added"
            differ.emit(rule, inner, place_of(left, "responses"), node.pointer, message)
    for status, node in old.items():
        if status not in new:
            message = f"the response `{status}` was removed"
            rule = f"{_outcome(status)}-status-removed"
            where = node.pointer, place_of(right, "responses")
            differ.emit(rule, _response_at(at, status), *where, message)


def _response_at(at: At, status: str) -> At:
    return replace(at, path=f"response {status}", written_by=frozenset({at.caller.other}))


def _outcome(status: str) -> str:
    return "success" if status[:1] in ("1", "2", "3") else "error"


def _diff_response(differ: Differ, left: Node, right: Node, at: At) -> None:
    rules = ("response-media-type-added", "response-media-type-removed")
    _diff_content(differ, left, right, at, rules)
    diff_extensions(differ, left, right, at)
    old, new = _headers(left), _headers(right)
    for key, node in new.items():
        inner = replace(at, path=f"{at.path} header {_original(right, key)}", optional=True)
        if key in old:
            _diff_header(differ, old[key], node, inner)
        else:
            message = f"the header `{_original(right, key)}` was added to the {at.path}"
            differ.emit("header-added", at, place_of(left, "headers"), node.pointer, message)
    for key, node in old.items():
        if key not in new:
            message = f"the header `{_original(left, key)}` was removed from the {at.path}"
            differ.emit("header-removed", at, node.pointer, place_of(right, "headers"), message)


def _headers(response: Node) -> Mapping[str, Node]:
    """Headers by their names in lower case, as HTTP does not tell cases apart."""
    return {name.lower(): node for name, node in members(response, "headers").items()}


def _original(response: Node, key: str) -> str:
    return next((n for n in members(response, "headers") if n.lower() == key), key)


def _diff_header(differ: Differ, left: Node, right: Node, at: At) -> None:
    if not isinstance(left, Fields) or not isinstance(right, Fields):
        return
    was, now = flag(left, "required"), flag(right, "required")
    if was != now:
        rule = "header-required" if now else "header-optional"
        message = f"the {at.path} {'is always sent' if now else 'may be absent'} now"
        differ.emit(rule, at, place_of(left, "required"), place_of(right, "required"), message)
    _diff_deprecation(differ, left, right, at)
    _diff_schemas(differ, left, right, at)
    diff_extensions(differ, left, right, at)
