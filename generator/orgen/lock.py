"""`orgen.lock`: what the files of an output folder were generated from, and their hashes.

It stands inside the output folder, so that it changes in the same atomic step
as the files it describes, and is committed with them. It is TOML, sorted, one
fact a line, without times or absolute paths.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from orgen.diagnostics import Diagnostics, Span
from orgen.write.paths import Kind, is_safe, kind_of, read_bytes

LOCK_NAME = "orgen.lock"
_FORMAT = 1
_HEADER = """\
# Written by orgen with the files it lists. Commit it; do not edit it.
"""
Table: TypeAlias = "dict[str, str]"


@dataclass(frozen=True, slots=True)
class TargetLock:
    """One target's files, path below the target's folder -> sha256, and their origin."""

    inputs: str
    """Fingerprint of everything that the files were made from."""
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Lock:
    """The facts of a run. `spec`, `tool` and `settings` are of the last run."""

    spec: Mapping[str, str] = field(default_factory=dict)
    """`version` and `hash` of the contract, and the `root` file."""
    tool: Mapping[str, str] = field(default_factory=dict)
    """Version and hash of orgen, versions of what formats and renders for it."""
    settings: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    """Spec files, relative to the spec -> sha256."""
    templates: Mapping[str, str] = field(default_factory=dict)
    targets: Mapping[str, TargetLock] = field(default_factory=dict)

    @property
    def owned(self) -> dict[str, str]:
        """Every generated file, path below the output folder -> sha256."""
        return {
            f"{name}/{path}": digest
            for name, target in self.targets.items()
            for path, digest in target.files.items()
        }


def dump_lock(lock: Lock) -> str:
    """The lock as TOML; the same lock always gives the same text."""
    parts = [_HEADER, f"format = {_FORMAT}\n"]
    for name in ("spec", "tool", "settings", "sources", "templates"):
        parts.append(_table(name, getattr(lock, name)))
    for name, target in sorted(lock.targets.items()):
        parts.append(_table(f"targets.{_key(name)}", {"inputs": target.inputs}))
        parts.append(_table(f"targets.{_key(name)}.files", target.files))
    return "\n".join(parts)


def _table(name: str, values: Mapping[str, str]) -> str:
    lines = [f"[{name}]", *(f"{_key(key)} = {_text(values[key])}" for key in sorted(values))]
    return "\n".join(lines) + "\n"


def _key(key: str) -> str:
    bare = key.isascii() and key.replace("-", "").replace("_", "").isalnum()
    return key if bare else _text(key)


def _text(value: str) -> str:
    return json.dumps(value)  # JSON's escapes are among TOML's


def read_lock(out: Path, diagnostics: Diagnostics) -> Lock:
    """The lock in `out`; an empty one if there is none, or, with a diagnostic, if it is broken."""
    path = out / LOCK_NAME
    match kind_of(out, LOCK_NAME):
        case Kind.ABSENT:
            return Lock()
        case Kind.FILE:
            pass
        case kind:
            _broken(path, diagnostics, f"it is a {kind.value}", Span(str(path)))
            return Lock()
    try:
        return _parse(tomllib.loads(read_bytes(path).decode("utf-8")))
    except (ValueError, TypeError, OSError) as error:
        _broken(path, diagnostics, str(error), Span(str(path)))
        return Lock()


def _broken(path: Path, diagnostics: Diagnostics, why: str, span: Span) -> None:
    diagnostics.error(
        span,
        "W004",
        f"{path.name} does not say which files orgen wrote: {why}",
        "restore it, or run with --force to overwrite whatever stands where files belong",
    )


def _parse(value: dict[str, object]) -> Lock:
    if value.get("format") != _FORMAT:
        raise ValueError(f"it is not of format {_FORMAT}")
    targets = value.get("targets", {})
    if not isinstance(targets, dict):
        raise TypeError("targets is not a table")
    return Lock(
        spec=_strings(value, "spec"),
        tool=_strings(value, "tool"),
        settings=_strings(value, "settings"),
        sources=_strings(value, "sources"),
        templates=_strings(value, "templates"),
        targets={name: _target(name, targets[name]) for name in sorted(targets)},
    )


def _target(name: str, value: object) -> TargetLock:
    if not isinstance(value, dict) or not isinstance(value.get("inputs"), str):
        raise TypeError(f"target {name} has no inputs")
    files = _strings(value, "files")
    for path in files:
        if not is_safe(f"{name}/{path}"):
            raise ValueError(f"the path {path!a} leads out of the folder")
    return TargetLock(value["inputs"], files)


def _strings(value: Mapping[str, object], key: str) -> Table:
    table = value.get(key, {})
    if not isinstance(table, dict) or not all(isinstance(v, str) for v in table.values()):
        raise TypeError(f"{key} is not a table of strings")
    return dict(sorted(table.items()))
