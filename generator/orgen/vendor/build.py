"""Makes the wanted package: the target's files, as they are to stand inside a consumer's code."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from orgen.config import Config
from orgen.diagnostics import Diagnostics, Span
from orgen.load.source import display_name
from orgen.pipeline import generate
from orgen.progress import Progress
from orgen.vendor.graph import is_public, needed
from orgen.vendor.manifest import NAME, Manifest, dump
from orgen.vendor.options import Options
from orgen.write.plan import digest

_CLIENT = "client/__init__.py"
_FROM_ABOVE = ("LICENSE",)
"""Files beside the package that go into it."""

_MARKS = f"""\
# SPDX-License-Identifier: Apache-2.0
# Vendored by `orgen vendor`: {NAME} says from what, LICENSE on what terms.
# fmt: off
# ruff: noqa
"""
"""Below the header of each module. Formatters and fixers of the consumer would change what
`orgen vendor --check` compares."""

_LOOSE = "# pyright: standard\n"
"""For modules that handle JSON of any shape as `Any`, which pyright's strict mode objects to."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A package as it should be: `files` and the manifest that lists them."""

    manifest: Manifest
    files: Mapping[str, bytes]

    @property
    def tree(self) -> dict[str, bytes]:
        """All that is written, the manifest included."""
        return {**self.files, NAME: dump(self.manifest).encode("utf-8")}


def build(
    options: Options,
    spec: Path,
    cache: Path | None,
    diagnostics: Diagnostics,
    progress: Progress,
) -> Wanted:
    """Generate the package that `options` describe.

    Raises:
        DiagnosticError: if the spec has faults, or lacks a dialect or providers for a client.
    """
    name = options.package.rpartition(".")[2]
    config = Config(
        spec=spec,
        out=Path(),
        targets=(options.target,),
        package=name,
        models=options.models,
        dialects=options.dialects,
        imported_as=options.package,
        client=options.client,
        cache=cache,
    )
    output = generate(config, diagnostics, progress)
    made = output.files[options.target]
    inside = {
        path.removeprefix(f"{name}/"): text
        for path, text in made.items()
        if path.startswith(f"{name}/")
    }
    if options.client and _CLIENT not in inside:
        _report_clientless(spec, diagnostics)
    inside |= {path: made[path] for path in _FROM_ABOVE}
    texts = _marked(needed(inside))
    files = {path: texts[path].encode("utf-8") for path in sorted(texts)}
    manifest = Manifest(
        options,
        output.spec_version,
        output.spec_hash,
        importlib.metadata.version("orgen"),
        {path: digest(content) for path, content in files.items()},
    )
    return Wanted(manifest, files)


def _report_clientless(spec: Path, diagnostics: Diagnostics) -> None:
    """Raises DiagnosticError."""
    diagnostics.error(
        Span(display_name(spec)),
        "P008",
        "the spec has no providers, so that there is nothing for a client to call",
        "leave the client out, or add a provider with `orgen new provider`",
    )
    diagnostics.check()


def _marked(files: Mapping[str, str]) -> dict[str, str]:
    """Every module with the header of the package and the marks below it."""
    header = "".join(_comment(files["__init__.py"]))
    marked = {}
    for path, text in files.items():
        if path.endswith(".py"):
            own = "".join(_comment(text))
            loose = _LOOSE if _is_loose(path) else ""
            marked[path] = f"{own or header}{_MARKS}{loose}{text.removeprefix(own)}"
        else:
            marked[path] = text
    return marked


def _is_loose(path: str) -> bool:
    return not is_public(path) or (
        path.startswith(("dialects/", "profiles/")) and not path.endswith("__init__.py")
    )


def _comment(text: str) -> list[str]:
    """The comment lines on top of a module."""
    lines = text.splitlines(keepends=True)
    count = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    return lines[:count]
