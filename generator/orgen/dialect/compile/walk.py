"""Walks over templates."""

from __future__ import annotations

from collections.abc import Iterator

from orgen.dialect.ast import Array, Object, Path, Template, Text, Variable


def variables(template: Template) -> Iterator[Variable]:
    """Every variable of a template, in reading order, repetitions included."""
    match template:
        case Object(entries):
            for entry in entries:
                yield from variables(entry.template)
        case Array(elements):
            for element in elements:
                yield from variables(element)
        case Text(parts):
            for part in parts:
                if isinstance(part, Variable):
                    yield part
        case Variable():
            yield template


def leaves(template: Template, prefix: Path = ()) -> Iterator[Path]:
    """Paths of a body template's leaves; lists are leaves."""
    if isinstance(template, Object) and template.entries:
        for entry in template.entries:
            yield from leaves(entry.template, (*prefix, *entry_path(entry.key)))
    else:
        yield prefix


def entry_path(key: str) -> Path:
    """A key of a body template: `choices.0.finish_reason` is a path, a residue key is one step."""
    if ":" in key:
        return (key,)
    return tuple(int(step) if step.isdecimal() else step for step in key.split("."))
