"""Compares a vendored package with its manifest, and with what orgen would make now."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from orgen.diagnostics import Diagnostics, Span
from orgen.load.source import display_name
from orgen.vendor.build import Wanted
from orgen.vendor.manifest import NAME, Manifest
from orgen.vendor.options import Options
from orgen.write.paths import Kind, kind_of, read_bytes
from orgen.write.plan import digest

_UPDATE = "`orgen vendor --update` brings the package up to date"


@dataclass(frozen=True, slots=True)
class State:
    """Paths below the package, sorted; contents of the files that are there."""

    present: dict[str, bytes]
    """Files of the manifest that are regular files."""
    edited: tuple[str, ...]
    missing: tuple[str, ...]
    replaced: tuple[str, ...]
    """Files of the manifest where now a link, a folder or a special file stands."""
    additions: tuple[str, ...]
    """Files that orgen did not write."""


def state_of(dest: Path, manifest: Manifest) -> State:
    """Look at every file of the package; links are not followed.

    Raises:
        OSError: if something cannot be read.
    """
    present: dict[str, bytes] = {}
    missing, replaced = [], []
    for path in manifest.files:
        match kind_of(dest, path):
            case Kind.FILE:
                present[path] = read_bytes(dest / path)
            case Kind.ABSENT:
                missing.append(path)
            case _:
                replaced.append(path)
    edited = [path for path, content in present.items() if digest(content) != manifest.files[path]]
    known = {*manifest.files, NAME}
    additions = [path for path in _files(dest) if path not in known]
    return State(
        dict(sorted(present.items())),
        tuple(sorted(edited)),
        tuple(sorted(missing)),
        tuple(sorted(replaced)),
        tuple(sorted(additions)),
    )


def _files(dest: Path) -> Iterator[str]:
    """Paths of everything below `dest` but bytecode; links are not followed."""
    for folder, folders, names in os.walk(dest):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        linked = [name for name in folders if Path(folder, name).is_symlink()]
        for name in [*names, *linked]:
            if not name.endswith(".pyc"):
                yield Path(folder, name).relative_to(dest).as_posix()


def find(
    dest: Path,
    manifest: Manifest,
    state: State,
    wanted: Wanted,
    asked: Options | None,
    diagnostics: Diagnostics,
) -> None:
    """Report every way in which the package is not as it should be; `asked` is configured."""
    shown = display_name(dest)
    if asked is not None and asked != manifest.options:
        _report_options(shown, manifest.options, asked, diagnostics)
    for path in state.edited:
        line = _first_change(state.present[path], wanted.files.get(path, b""))
        diagnostics.error(
            Span(f"{shown}/{path}", line, 1, line, 1),
            "P004",
            "this vendored file was edited by hand",
            "`orgen vendor --update --force` gives the edit up",
        )
    for path in state.missing:
        hint = "`orgen vendor --update` restores it"
        diagnostics.error(Span(f"{shown}/{path}"), "P005", "this vendored file is missing", hint)
    for path in state.replaced:
        message = "something else than a file stands where a vendored file belongs"
        diagnostics.error(Span(f"{shown}/{path}"), "P005", message, "move it away")
    _find_outdated(shown, manifest, wanted, diagnostics)


def _report_options(shown: str, made: Options, asked: Options, diagnostics: Diagnostics) -> None:
    for name in ("target", "package", "dialects", "models", "client"):
        before, now = getattr(made, name), getattr(asked, name)
        if before != now:
            diagnostics.error(
                Span(f"{shown}/{NAME}"),
                "P007",
                f"the package was made with {name} {_words(before)}, "
                f"and {_words(now)} is asked for",
                _UPDATE,
            )


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return (", ".join(value) or "all") if isinstance(value, tuple) else str(value)


def _find_outdated(
    shown: str, manifest: Manifest, wanted: Wanted, diagnostics: Diagnostics
) -> None:
    now = wanted.manifest
    if (manifest.spec_version, manifest.spec_hash) != (now.spec_version, now.spec_hash):
        diagnostics.error(
            Span(f"{shown}/{NAME}"),
            "P006",
            f"the package was made from the spec {manifest.spec_version} "
            f"({manifest.spec_hash[:12]}), and now there is {now.spec_version} "
            f"({now.spec_hash[:12]})",
            _UPDATE,
        )
    why = _reason(manifest, now)
    for path in sorted({*manifest.files, *now.files}):
        before, after = manifest.files.get(path), now.files.get(path)
        if before == after:
            continue
        what = "would change" if before and after else "would go" if before else "would be added"
        diagnostics.error(Span(f"{shown}/{path}"), "P006", f"this file {what}: {why}", _UPDATE)


def _reason(manifest: Manifest, now: Manifest) -> str:
    if manifest.options != now.options:
        return "the options have changed"
    if manifest.spec_hash != now.spec_hash:
        return "the spec has changed"
    if manifest.tool != now.tool:
        return f"it was made with orgen {manifest.tool[:40]}, and this is {now.tool}"
    return "the manifest does not say what this orgen makes of this spec and its dialects"


def _first_change(present: bytes, wanted: bytes) -> int:
    """The first line that differs, counted from 1."""
    here, there = present.split(b"\n"), wanted.split(b"\n")
    for number, (one, other) in enumerate(zip(here, there, strict=False), 1):
        if one != other:
            return number
    return max(1, min(len(here), len(there)))
