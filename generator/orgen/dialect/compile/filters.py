"""Filters as operations: `forward` where a template is built, `backward` where it is matched."""

from __future__ import annotations

import json
from dataclasses import dataclass

from orgen.dialect.ast import Direction, Filter
from orgen.dialect.compile.scope import Scope
from orgen.ir.operations import (
    Constant,
    Expr,
    FunctionName,
    Guard,
    IsKind,
    Let,
    Local,
    Present,
    Primitive,
    TableName,
)
from orgen.ir.schema import Json

_WORDS: dict[str, Json] = {"empty": {}, "list": [], "blank": "", "none": None}

_GUARDS = {"str": "string", "obj": "object", "list": "array"}


def constant(value: Json) -> Constant:
    """A constant expression."""
    return Constant(json.dumps(value, ensure_ascii=False, sort_keys=True), value)


def argument(text: str) -> Json:
    """A filter's argument as JSON: a number, `empty` ({}), `blank` (\"\"), else the text."""
    if text in _WORDS:
        return _WORDS[text]
    try:
        value: Json = json.loads(text)
    except ValueError:
        return text
    return value


def group_function(direction: Direction, group: str) -> str:
    return f"{direction.value}_{group}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the filtered value lies, for errors and losses."""

    container: Expr
    key: str
    optional: bool = False

    @property
    def arguments(self) -> tuple[Expr, Expr]:
        return self.container, constant(self.key)


def forward(filter: Filter, value: Expr, scope: Scope, place: Place) -> Expr:
    """The value of f(x), for building."""
    arguments = filter.arguments
    encode = scope.direction is Direction.ENCODE
    match filter.name:
        case (
            "str"
            | "obj"
            | "list"
            | "str_list"
            | "word"
            | "absent"
            | "magic"
            | "untagged"
            | "safe_id"
        ):
            return value
        case "data_url" | "object_schema" | "timestamp":
            return Primitive(filter.name, (value,))
        case "filled" if place.optional:
            return Primitive("filled", (value,))
        case "filled":  # a rule that must write it does not match without it
            return _bound(Primitive("filled", (value,)), scope, place.key)
        case "bare" if encode:
            return Primitive("bare", (value,), context=True)
        case "bare":
            return value
        case "json":
            return Primitive("to_json", (value, *place.arguments), context=True)
        case "not":
            return Primitive("negate", (value,))
        case "int":
            return Primitive("whole", (value,))
        case "default":
            return Primitive("default", (value, constant(argument(arguments[0]))))
        case "clamp" if encode:
            bounds = [constant(argument(text)) for text in arguments]
            return Primitive("clamp", (value, *bounds, *place.arguments), context=True)
        case "clamp":
            return value
        case "map":
            table = TableName(f"{scope.direction.value}_{arguments[0]}")
            return Primitive("lookup", (table, value))
        case "words":
            table = TableName(f"{scope.direction.value}_{arguments[0]}")
            return Primitive("words", (table, value, *place.arguments), context=True)
        case "pick" if encode:
            return scope.picked[value, arguments[0]]
        case "one" | "each" | "parts" | "items" | "pick":
            return _group(filter.name, arguments[0], value, scope)
        case "join":
            return Primitive("join", (value,))
        case "mint":
            return Primitive("mint", (constant(arguments[0]), value), context=True)
        case "minted" if encode:
            return Primitive("own_id", (value, place.container), context=True)
        case "minted":
            return Primitive("unless_minted", (value,))
        case "own_id":
            return Primitive("own_or_new_id", (constant(arguments[0]), value), context=True)
        case "name_of":
            lenient = (constant(True),) if place.optional else ()
            return Primitive("name_of", (value, *place.arguments, *lenient), context=True)
        case "safe_name" if encode:
            return Primitive("native_name", (value,), context=True)
        case "safe_name":
            return Primitive("safe_name", (value,))
        case "listed" if encode:
            return Primitive("listed", (value,), context=True)
        case "listed":
            return value
        case "json_schema":
            return Primitive("json_schema", (value,))
        case "json_or":
            return Primitive("json_or", (value, constant(arguments[0])))
        case "carried":
            return Primitive("carry", (constant(arguments[0]), value), context=True)
        case "media_type":
            family = [constant(argument(text)) for text in arguments]
            return Primitive("media_type", (value, *family))
        case "spanning":
            return Primitive("spanning", (value, scope.bindings[arguments[0]].value))
        case name:
            raise ValueError(f"filter {name} has no forward form")


def backward(filter: Filter, value: Expr, scope: Scope, place: Place, wish: str) -> Expr:
    """The x with f(x) = value, for matching; adds the guards under which it exists."""
    arguments = filter.arguments
    encode = scope.direction is Direction.ENCODE
    match filter.name:
        case "str" | "obj" | "list":
            return _guarded(value, _GUARDS[filter.name], scope, wish)
        case "minted" if not encode:
            scope.own_ids.append(value)
            return value
        case "default" | "clamp" | "mint" | "minted" | "name_of" | "media_type":
            return value
        case "own_id":
            return Primitive("unless_minted", (value,))
        case "bare" if not encode:  # an empty list goes back as a text
            scope.keep(value, Primitive("listed_some", (value,)), place.container, place.key)
            return value
        case "absent" | "object_schema" | "bare" | "listed":
            return value
        case "safe_name":
            safe = _bound(Primitive("safe_name", (value,)), scope, wish)
            scope.keep(value, safe, place.container, place.key, renamed=True)
            return safe
        case "safe_id":
            safe = _bound(Primitive("safe_id", (value,)), scope, wish)
            scope.keep(value, safe, place.container, place.key)
            return safe
        case "data_url" | "timestamp":
            name = {"data_url": "base64_of", "timestamp": "unix_time"}[filter.name]
            return _bound(Primitive(name, (value,)), scope, wish)
        case "magic":
            return _bound(Primitive("magic", (value, constant(arguments[0]))), scope, wish)
        case "filled" | "word":
            return _bound(Primitive(filter.name, (value,)), scope, wish)
        case "int":
            return _bound(Primitive("whole", (value,)), scope, wish)
        case "untagged" if encode:
            return _bound(Primitive("untagged", (value,)), scope, wish)
        case "untagged":
            return value
        case "str_list":
            return _bound(Primitive("strings", (value,)), scope, wish)
        case "not":
            local = _guarded(value, "boolean", scope, wish)
            return Primitive("negate", (local,))
        case "json":
            return Primitive("from_json", (value, *place.arguments), context=True)
        case "map":
            table = TableName(f"{scope.direction.value}_{arguments[0]}")
            return _bound(Primitive("lookup", (table, value)), scope, wish)
        case "words":
            table = TableName(f"{scope.direction.value}_{arguments[0]}")
            return Primitive("words", (table, value, *place.arguments), context=True)
        case "one" | "each" | "parts" | "items" | "pick":
            name = "each" if filter.name == "pick" else filter.name
            return _group(name, arguments[0], value, scope)
        case "join":
            return Primitive("texts", (value, *place.arguments), context=True)
        case "json_or":
            return Primitive("json_or_text", (value, constant(arguments[0])))
        case "carried":
            name = "carried" if encode else "carry"
            return _bound(
                Primitive(name, (constant(arguments[0]), value), context=True), scope, wish
            )
        case "spanning":
            text = scope.bindings[arguments[0]].value
            return Primitive("unspanned", (value, text), context=True)
        case name:
            raise ValueError(f"filter {name} has no backward form")


def _group(kind: str, group: str, value: Expr, scope: Scope) -> Expr:
    function = FunctionName(group_function(scope.direction, group))
    name = f"{scope.direction.value}_{kind}" if kind in ("parts", "items") else kind
    return Primitive(name, (value, function), context=True)


def _bound(value: Expr, scope: Scope, wish: str) -> Local:
    local = Local(scope.local(wish))
    scope.steps += [Let(local.name, value), Guard(Present(local))]
    return local


def _guarded(value: Expr, kind: str, scope: Scope, wish: str) -> Local:
    if not isinstance(value, Local):
        local = Local(scope.local(wish))
        scope.steps.append(Let(local.name, value))
        value = local
    scope.steps.append(Guard(IsKind(value, (kind,))))
    return value
