"""Modules of extending dialects import what is the same, down to all that it refers to."""

from __future__ import annotations

from orgen.targets.python.dialects.module import DialectModule, FunctionText, TableText
from orgen.targets.python.dialects.sharing import shared


def module(name: str, **functions: str) -> DialectModule:
    bodies = {"text_part": "return {}", **functions}
    return DialectModule(
        name=name,
        slug=name,
        title=name,
        source="https://example.com",
        path="/",
        stream_path="/",
        compact_path="",
        primitives=(),
        tables=(TableText("WORDS", '{"a": "b"}'), TableText("OTHER", f'"{name}"')),
        key_sets=(("_TYPE", '["type"]'),),
        functions=tuple(FunctionText(n, "x: Any", "", body) for n, body in bodies.items()),
        facts=(),
        native=None,
        stream=None,
    )


def names(made: DialectModule) -> list[str]:
    return [function.name for function in made.functions]


SAME = {
    "encode_request": "return encode_part(body)",
    "decode_request": "return lookup(WORDS, body, _TYPE)",
    "encode_part": "return body",
}


def test_a_module_of_its_own_stays_as_it_is() -> None:
    base = module("base", **SAME)
    assert shared([base], {}) == [base]


def test_what_is_the_same_is_imported() -> None:
    base, own = shared([module("base", **SAME), module("own", **SAME)], {"own": "base"})
    assert base.imports == ()
    assert [(i.module, i.names) for i in own.imports] == [
        ("base", ("decode_request", "encode_request", "text_part"))
    ]
    assert (own.functions, own.tables, own.key_sets) == ((), (), ())


def test_what_refers_to_something_else_is_not_the_same() -> None:
    other = {**SAME, "encode_part": "return dict(body)", "decode_request": "return OTHER + WORDS"}
    base = module("base", **{**SAME, "decode_request": "return OTHER + WORDS"})
    _, own = shared([base, module("own", **other)], {"own": "base"})
    assert names(own) == ["encode_request", "decode_request", "encode_part"]
    assert [table.name for table in own.tables] == ["OTHER"]
    assert [i.names for i in own.imports] == [("WORDS", "text_part")]


def test_names_come_from_where_they_are_defined() -> None:
    middle = {**SAME, "encode_part": "return dict(body)"}
    made = shared(
        [module("top", **middle), module("middle", **middle), module("base", **SAME)],
        {"top": "middle", "middle": "base"},
    )
    assert [one.name for one in made] == ["top", "middle", "base"]
    assert [(i.module, i.names) for i in made[0].imports] == [
        ("base", ("decode_request", "text_part")),
        ("middle", ("encode_request",)),
    ]
