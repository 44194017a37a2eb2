"""Decides what has to change in an output folder, and refuses what must not."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from orgen.diagnostics import Diagnostics, Span
from orgen.write.faults import report
from orgen.write.paths import Kind, first_obstacle, is_safe, kind_of, nearest_folder, read_bytes

Tree: TypeAlias = Mapping[str, bytes]
"""Wanted files: path below the output folder, with forward slashes -> content."""

_KEEP = "keep a copy of the edit, or run with --force to give it up"


@dataclass(frozen=True, slots=True)
class Plan:
    """What `write_tree` is to do. Paths are sorted; `unchanged` files are left as they are."""

    write: tuple[str, ...]
    remove: tuple[str, ...]
    unchanged: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        return not self.write and not self.remove


def digest(content: bytes) -> str:
    """The sha256 of `content`, in hexadecimal, as it stands in the lock."""
    return hashlib.sha256(content).hexdigest()


def tree(files: Mapping[str, str]) -> dict[str, bytes]:
    """Texts as the bytes that go to disk: UTF-8, line feeds."""
    return {path: files[path].encode("utf-8") for path in sorted(files)}


def prepare(
    out: Path,
    wanted: Tree,
    owned: Mapping[str, str],
    diagnostics: Diagnostics,
    *,
    force: bool = False,
) -> Plan:
    """Compare `wanted` with the folder `out`; `owned` maps our earlier files to their hashes.

    Everything that stands in the way is reported; the plan must not be carried
    out if `diagnostics` holds errors then.
    """
    _refuse_clashes(wanted, diagnostics)
    if not _usable(out, diagnostics):
        return Plan((), (), ())
    try:
        return _compare(out, wanted, owned, diagnostics, force)
    except OSError as error:
        report(out, error, diagnostics, "the output folder cannot be read")
        return Plan((), (), ())


def _compare(
    out: Path, wanted: Tree, owned: Mapping[str, str], diagnostics: Diagnostics, force: bool
) -> Plan:
    write = [
        path
        for path in sorted(wanted)
        if _place(out, path, wanted[path], owned.get(path), diagnostics, force)
    ]
    remove = [
        path
        for path in sorted(set(owned) - set(wanted))
        if _removable(out, path, owned[path], diagnostics, force)
    ]
    _refuse_read_only(out, [*write, *remove], diagnostics)
    unchanged = sorted(set(wanted) - set(write))
    return Plan(tuple(write), tuple(remove), tuple(unchanged))


def _usable(out: Path, diagnostics: Diagnostics) -> bool:
    existing = nearest_folder(out)
    if existing.is_dir():
        return True
    diagnostics.error(
        Span(str(existing)),
        "W007",
        f"the output folder cannot be made: {existing} is not a folder",
        "name another folder with --out",
    )
    return False


def _refuse_clashes(wanted: Tree, diagnostics: Diagnostics) -> None:
    seen: dict[str, str] = {}
    for path in sorted(wanted):
        if not is_safe(path):
            diagnostics.error(
                Span(ascii(path)),
                "W008",
                f"the path {path[:120]!a} is not a usable file name below the output folder",
                "rename the component that the file is named after",
            )
        other = seen.setdefault(path.casefold(), path)
        if other != path:
            diagnostics.error(
                Span(path),
                "W008",
                f"{path} and {other} are one file where case is ignored",
                "rename one of the components that the files are named after",
            )
        for parent in _parents(path):
            if parent in wanted:
                diagnostics.error(Span(path), "W008", f"{parent} would be a file and a folder")


def _parents(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:length]) for length in range(1, len(parts))]


def _place(
    out: Path, path: str, content: bytes, known: str | None, diagnostics: Diagnostics, force: bool
) -> bool:
    """Whether `path` has to be written."""
    match kind_of(out, path):
        case Kind.ABSENT:
            return True
        case Kind.FILE:
            pass
        case kind:
            _blocked(out, path, kind, diagnostics)
            return False
    present = read_bytes(out / path)
    if present == content:
        return False
    if not force and known is None:
        diagnostics.error(
            Span(str(out / path)),
            "W002",
            "this file was not written by orgen and stands where a generated file belongs",
            "move it away, or run with --force to overwrite it",
        )
    elif not force and digest(present) != known:
        diagnostics.error(
            Span(str(out / path)), "W001", "this generated file was edited by hand", _KEEP
        )
    return True


def _removable(out: Path, path: str, known: str, diagnostics: Diagnostics, force: bool) -> bool:
    match kind_of(out, path):
        case Kind.FILE:
            pass
        case _:
            return False  # gone already, or replaced by something that is not ours
    if force or digest(read_bytes(out / path)) == known:
        return True
    diagnostics.error(
        Span(str(out / path)),
        "W001",
        "this file is no longer generated, but was edited by hand",
        _KEEP,
    )
    return False


def _blocked(out: Path, path: str, kind: Kind, diagnostics: Diagnostics) -> None:
    obstacle = first_obstacle(out, path)
    what = "not a folder" if kind is Kind.BLOCKED else f"a {kind.value}"
    diagnostics.error(
        Span(str(out / obstacle)),
        "W003",
        f"{path} cannot be written, because this is {what}; orgen follows no links there",
        "move it away; --force does not overwrite it",
    )


def _refuse_read_only(out: Path, paths: list[str], diagnostics: Diagnostics) -> None:
    folders = sorted({nearest_folder((out / path).parent) for path in paths})
    for folder in folders:
        if not os.access(folder, os.W_OK | os.X_OK):
            diagnostics.error(
                Span(str(folder)),
                "W006",
                "this folder is read-only for you",
                "allow writing to it, or name another folder with --out",
            )
