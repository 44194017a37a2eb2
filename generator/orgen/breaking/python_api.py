"""The names that the generated Python package exports."""

from __future__ import annotations

from collections.abc import Sequence

from orgen.breaking.change import ApiChange, Level
from orgen.diagnostics import Diagnostics
from orgen.ir.schema import Schema
from orgen.targets.python.names import choose_classes
from orgen.targets.python.types_module import lower_types


def python_names(
    schema: Schema, dialects: Sequence[str], diagnostics: Diagnostics
) -> dict[str, str]:
    """Exported name -> the kind of thing it is.

    Raises:
        DiagnosticError: if names collide, so that nothing could be generated.
    """
    classes = choose_classes(schema, diagnostics)
    diagnostics.check()
    module = lower_types(schema, classes)
    kinds = {"TypedDictClass": "class", "Alias": "alias", "Guard": "function"}
    names = {
        f"types.{definition.identifier}": kinds.get(type(definition).__name__, "class")
        for section in module.sections
        for definition in section.definitions
    }
    return names | {f"dialects.{name}": "module" for name in dialects}


def diff_names(old: dict[str, str], new: dict[str, str]) -> tuple[ApiChange, ...]:
    """Names that came, went or became something else."""
    changes = []
    for name, kind in new.items():
        if name not in old:
            changes.append(ApiChange(name, f"was added ({kind})", Level.MINOR))
        elif old[name] != kind:
            message = f"was a {old[name]} and is a {kind}"
            changes.append(ApiChange(name, message, Level.MAJOR))
    for name, kind in old.items():
        if name not in new:
            changes.append(ApiChange(name, f"was removed ({kind})", Level.MAJOR))
    return tuple(changes)
