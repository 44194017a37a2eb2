"""What the module of an extending dialect takes over from that of the extended one.

A function is the same in both if its text is, and all that it refers to. So the
generated modules differ in what their dialect files differ in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from orgen.targets.python.dialects.imports import Import
from orgen.targets.python.dialects.module import DialectModule, primitives

_WORD = re.compile(r"\b[A-Za-z_]\w*\b")
_ENTRIES = re.compile(r"(?:en|de)code_(?:compact_)?(?:request|response|error)")


def shared(modules: Sequence[DialectModule], extends: Mapping[str, str]) -> list[DialectModule]:
    """The modules, those of extending dialects with imports for what both have.

    `extends` maps a dialect to the one that it extends, where that has a module, too.
    """
    whole = {module.name: module for module in modules}
    made: dict[str, DialectModule] = {}
    origins: dict[str, dict[str, str]] = {}

    def settle(name: str) -> None:
        if name in made:
            return
        base = extends.get(name)
        if base is None:
            made[name], origins[name] = whole[name], {}
            return
        settle(base)
        alike = same(definitions(whole[name]), definitions(whole[base]))
        origins[name] = {word: origins[base].get(word, base) for word in alike}
        made[name] = _reduced(whole[name], origins[name])

    for module in modules:
        settle(module.name)
    return [made[module.name] for module in modules]


def definitions(module: DialectModule) -> dict[str, str]:
    """Name -> text of everything that a module defines at its top."""
    return {
        **{table.name: table.text for table in module.tables},
        **dict(module.key_sets),
        **{f.name: f"{f.parameters}\n{f.doc}\n{f.body}" for f in module.functions},
    }


def same(own: Mapping[str, str], base: Mapping[str, str]) -> set[str]:
    """Names that mean the same in both modules, down to what they refer to."""
    known = own.keys() | base.keys()
    alike = {name for name, text in own.items() if base.get(name) == text}
    refers = {name: words(own[name]) & known for name in alike}
    while strays := {name for name in alike if refers[name] - alike}:
        alike -= strays
    return alike


def words(text: str) -> set[str]:
    """The identifiers in a text."""
    return set(_WORD.findall(text))


def _reduced(module: DialectModule, origins: Mapping[str, str]) -> DialectModule:
    """The module without the functions and tables that it can import, and with their imports."""
    functions = tuple(f for f in module.functions if f.name not in origins)
    texts = [function.body for function in functions]
    facts = "\n".join(fact.text for fact in module.facts)
    needed = words("\n".join([*texts, facts]))
    needed |= {f.name for f in module.functions if _ENTRIES.fullmatch(f.name)} | {"text_part"}
    movable = {table.name for table in module.tables} | {f.name for f in module.functions}
    imported = {name: origin for name, origin in origins.items() if name in needed & movable}
    tables = tuple(t for t in module.tables if t.name in needed and t.name not in imported)
    return replace(
        module,
        functions=functions,
        tables=tables,
        key_sets=tuple(one for one in module.key_sets if one[0] in needed),
        primitives=primitives("\n".join([*texts, *(table.text for table in tables)])),
        imports=tuple(imports(imported)),
    )


def imports(origins: Mapping[str, str]) -> Iterator[Import]:
    """Import statements of names, whose modules are given."""
    for origin in sorted(set(origins.values())):
        yield Import(origin, tuple(sorted(n for n, other in origins.items() if other == origin)))
