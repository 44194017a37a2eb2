"""Picks rules and turns of the extended dialect by a part of what they say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orgen.diagnostics import Diagnostics, Related
from orgen.dialect.extend.node import Node
from orgen.dialect.primitives import close_match
from orgen.dialect.rule_keys import side_keys
from orgen.ir.schema import Json

_SHOWN = 3


def select(fragment: Node, rules: Sequence[Node], diagnostics: Diagnostics) -> int | None:
    """The index of the one rule that says all that the fragment says; None after a fault.

    `{canonical: {type: input_audio}}` selects the rule whose canonical template
    has that type, however long it is. Marks of optional keys do not count.
    """
    found = [index for index, rule in enumerate(rules) if says(rule.value, fragment.value)]
    if len(found) == 1:
        return found[0]
    if found:
        related = [Related(rules[index].span, "this one") for index in found[:_SHOWN]]
        diagnostics.error(
            fragment.span,
            "D042",
            f"{len(found)} rules say this, and only one can be meant",
            "name more of the template",
            related,
        )
        return None
    words = sorted(set(_alternatives(fragment.value, [rule.value for rule in rules])))
    missed = [word for word in _literals(fragment.value) if word not in words]
    hints = [hint for word in missed if (hint := close_match(word, words))]
    diagnostics.error(
        fragment.span,
        "D041",
        "no rule of the extended dialect says this",
        hints[0] if hints else None,
    )
    return None


def says(value: Json, fragment: Json) -> bool:
    """Whether a template, or a whole rule, has everything that a fragment has."""
    if isinstance(fragment, dict):
        if not isinstance(value, dict):
            return False
        known = {_bare(key): inner for key, inner in _sides(value, fragment)}
        return all(
            _bare(key) in known and says(known[_bare(key)], inner)
            for key, inner in fragment.items()
        )
    if isinstance(fragment, list):
        return (
            isinstance(value, list)
            and len(value) == len(fragment)
            and all(says(one, other) for one, other in zip(value, fragment, strict=True))
        )
    return _bare(value) == _bare(fragment) and type(value) is type(fragment)


def _sides(value: dict[str, Json], fragment: dict[str, Json]) -> Iterator[tuple[str, Json]]:
    """The entries; those of a rule in short form are found under the long names, too."""
    yield from value.items()
    if "same" in value and "same" not in fragment:
        yield from (("canonical", value["same"]), ("native", value["same"]))
    elif "as" in value and "as" not in fragment:
        canonical, native = side_keys(value)
        if canonical in value and native in value:
            yield from (("canonical", value[canonical]), ("native", value[native]))
            yield "only", "encode" if "encode" in value else "decode"


def _bare(text: Json) -> Json:
    return text.rstrip("?!") if isinstance(text, str) else text


def _literals(fragment: Json) -> Iterator[str]:
    """The words of a fragment that are no variables."""
    match fragment:
        case dict():
            for inner in fragment.values():
                yield from _literals(inner)
        case list():
            for inner in fragment:
                yield from _literals(inner)
        case str() if not fragment.startswith("$"):
            yield fragment.rstrip("!")


def _alternatives(fragment: Json, values: Sequence[Json]) -> Iterator[str]:
    """What the rules say where the fragment has words."""
    match fragment:
        case dict():
            for key, inner in fragment.items():
                objects = [value for value in values if isinstance(value, dict)]
                found = [
                    other
                    for value in objects
                    for name, other in _sides(value, fragment)
                    if _bare(name) == _bare(key)
                ]
                yield from _alternatives(inner, found)
        case list():
            for index, inner in enumerate(fragment):
                lists = [value for value in values if isinstance(value, list)]
                yield from _alternatives(inner, [v[index] for v in lists if len(v) > index])
        case str():
            yield from (v.rstrip("!") for v in values if isinstance(v, str) and v[:1] != "$")


def turn_name(turn: Node) -> str:
    """The name of a turn: its own, or the constants of its header."""
    value = turn.value if isinstance(turn.value, dict) else {}
    header = value.get("turn")
    words = header.values() if isinstance(header, dict) else ()
    return str(value.get("name") or "_".join(str(word).rstrip("!") for word in words) or "turn")
