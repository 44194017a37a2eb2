"""Defaults and examples: values in the spec that its own schemas must accept."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from orgen.diagnostics import Severity
from orgen.ir.schema import Json
from orgen.load.building import quote
from orgen.validate.context import Context, Node
from orgen.validate.quick import obeys
from orgen.validate.structure import explain

if TYPE_CHECKING:
    from collections.abc import Callable

    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

Root: TypeAlias = "Callable[[], Draft202012Validator]"
"""The validator of a document, made when a value needs it."""

_BROKEN = frozenset({"V001", "V003", "V011", "V013", "V041", "V042"})
"""Faults after which a schema cannot be used to check a value."""

MAX_STEPS: Final = 10_000
"""References followed while the values of one spec are checked: unions of unions can take
exponential time."""


class _TooCostly(Exception):
    """Checking a value takes more steps than are left."""


def _counting(value: dict[str, Json]) -> Draft202012Validator:
    """A validator of the document that gives up after `MAX_STEPS` references."""
    from jsonschema import Draft202012Validator  # heavy: plain values do without
    from jsonschema.validators import extend
    from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]

    steps = 0
    follow = Draft202012Validator.VALIDATORS["$ref"]

    def count(inner: Any, reference: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        nonlocal steps
        steps += 1
        if steps > MAX_STEPS:
            raise _TooCostly
        yield from follow(inner, reference, instance, schema) or ()

    made: Draft202012Validator = extend(  # type: ignore[no-untyped-call]
        Draft202012Validator, {"$ref": count}
    )(value, registry=REGISTRY)
    return made


def check_defaults(context: Context) -> None:
    """Report defaults that are not valid (errors) and examples that are not (warnings)."""
    codes = {item.code for item in context.diagnostics if item.severity is Severity.ERROR}
    value = context.document.value
    if codes & _BROKEN or not isinstance(value, dict):
        return
    root = cache(lambda: _counting(value))
    for node in context.nodes:
        if "default" in node.schema:
            _check(context, root, node, ("default",), node.schema["default"])
        if "example" in node.schema:
            _check(context, root, node, ("example",), node.schema["example"])
        examples = node.schema.get("examples")
        for index, example in enumerate(examples if isinstance(examples, list) else ()):
            _check(context, root, node, ("examples", index), example)


def _check(
    context: Context,
    root: Root,
    node: Node,
    steps: tuple[str | int, ...],
    value: Json,
) -> None:
    schema: Any = context.whole(node)
    if obeys(schema, value, follow=False):
        return
    try:
        error = next(root().evolve(schema=schema).iter_errors(value), None)
    except (_TooCostly, RecursionError):
        context.error(context.span(node, *steps), "V048", "the value is too complex to be checked")
        return
    if error is None:
        return
    reason = next((message for _, _, message, _ in explain(error)), error.validator)
    message = f"the {'default' if steps[0] == 'default' else 'example'} is not valid: {reason}"
    if error.absolute_path:
        message += f" (at {quote('/'.join(str(step) for step in error.absolute_path))})"
    if steps[0] == "default":
        context.error(context.span(node, *steps), "V043", message)
    else:
        context.warning(context.span(node, *steps), "V047", message)
