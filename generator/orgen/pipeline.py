"""The stages, in order. Only the first reads the spec; nothing here touches the output folder."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from orgen.cache import TextCache
from orgen.config import Config
from orgen.diagnostics import Diagnostics, Span
from orgen.dialect.keys import contract_key
from orgen.dialect.load import dialect_files, load_dialects
from orgen.format import format_files
from orgen.load import Document, load_file, load_spec
from orgen.load.source import is_proposed
from orgen.load.suggest import close_hint
from orgen.memory import remembered, remembers
from orgen.overlay import apply_overlays
from orgen.progress import Progress
from orgen.provider.load import load_providers
from orgen.resolve import resolve
from orgen.targets import Inputs, Target
from orgen.validate import validate

if TYPE_CHECKING:
    from orgen.dialect.ast import Dialect
    from orgen.ir.schema import Schema
    from orgen.render import SourceFile

Lookup = Callable[[str], Target]


@dataclass(frozen=True, slots=True)
class Output:
    """What the stages made: target -> path below the target's folder -> text."""

    files: Mapping[str, Mapping[str, str]]
    spec_version: str
    spec_hash: str
    sources: tuple[str, ...]
    """Every file that the spec was read from."""


@dataclass(frozen=True, slots=True)
class Spec:
    """The loaded spec, without and with its overlays."""

    core: Document
    full: Document


def read_spec(path: Path, diagnostics: Diagnostics, progress: Progress) -> Spec:
    """Load a spec and apply its overlays.

    Raises:
        DiagnosticError: if it cannot be read.
    """
    with progress.step("load"):
        core = load_spec(path, diagnostics)
        overlays = _load_overlays(path, diagnostics)
        diagnostics.check()
        assert core is not None  # or else `check` has raised
    with progress.step("apply overlays"):
        full = apply_overlays(core, overlays, diagnostics) if overlays else core
        diagnostics.check()
    return Spec(core, full)


def _load_overlays(spec: Path, diagnostics: Diagnostics) -> list[Document]:
    paths = sorted((spec / "overlays").glob("*.yaml"), key=lambda path: path.name)
    found = [load_file(path, spec, diagnostics) for path in paths]
    return [document for document in found if document is not None]


def check_spec(path: Path, diagnostics: Diagnostics, progress: Progress) -> Spec:
    """Load and validate; faults of both stages are reported together where possible."""
    spec = read_spec(path, diagnostics, progress)
    with progress.step("validate"):
        validate(spec.full, diagnostics)
    return spec


def generate(
    config: Config, diagnostics: Diagnostics, progress: Progress, target: Lookup | None = None
) -> Output:
    """Run every stage but the last.

    Raises:
        DiagnosticError: if the spec has faults; all of a stage's are reported at once.
    """
    if target is None and not remembers() and config.spec.is_dir() and not is_proposed():
        from orgen.units import generate_in_units

        if (output := generate_in_units(config, progress)) is not None:
            return output
    return generate_in_order(config, diagnostics, progress, target)


def generate_in_order(
    config: Config, diagnostics: Diagnostics, progress: Progress, target: Lookup | None = None
) -> Output:
    """Run every stage but the last, one after the other, for everything at once.

    Raises:
        DiagnosticError: if the spec has faults; all of a stage's are reported at once.
    """
    spec, schema = read_contract(config.spec, diagnostics, progress)
    with progress.step("read dialects"):
        folder = dialect_files(config.spec, diagnostics)
        known = load_dialects(config.spec, schema, diagnostics, folder)
        dialects = choose_dialects(known, config, diagnostics)
        diagnostics.check()
        providers = load_providers(folder, schema, known, diagnostics)
        diagnostics.check()
    inputs = Inputs(spec.core, spec.full, schema, config, dialects, known, providers)
    files: dict[str, Mapping[str, str]] = {}
    cache = TextCache(config.cache) if config.cache else None
    for name in config.selected:
        with progress.step(f"render {name}"):
            made = (target or find_target)(name).files(inputs, diagnostics)
            diagnostics.check()
        with progress.step(f"format {name}"):
            files[name] = _texts(format_files(made, cache))
    if cache:
        cache.prune()
    return Output(files, schema.version, schema.hash, _sources(config.spec, spec.full.files))


def read_contract(path: Path, diagnostics: Diagnostics, progress: Progress) -> tuple[Spec, Schema]:
    """The checked spec, and what it says."""

    def read() -> tuple[Spec, Schema, dict[str, str]]:
        spec = check_spec(path, diagnostics, progress)
        diagnostics.check()
        with progress.step("resolve"):
            schema = resolve(spec.full, diagnostics)
            diagnostics.check()
        return spec, schema, dict(diagnostics.sources)

    if not (remembers() and path.is_dir()):  # what a file is made of is known only afterwards
        spec, schema, _ = read()
        return spec, schema
    key = (path, contract_key(path))
    spec, schema, sources = remembered("contract", key, read, lambda _: not diagnostics)
    diagnostics.sources.update(sources)
    return spec, schema


def choose_dialects(
    known: Sequence[Dialect], config: Config, diagnostics: Diagnostics
) -> list[Dialect]:
    """The dialects that `config` asks for, in the order of `known`; other names are reported."""
    diagnostics.check()  # a dialect with faults is not among the known ones
    names = [dialect.name for dialect in known]
    for name in config.dialects:
        if name not in names:
            diagnostics.error(
                Span(config.spec.as_posix()),
                "C006",
                f"the spec has no dialect named {name[:80]!a}",
                close_hint(name, names) or f"it has {', '.join(names) or 'none at all'}",
            )
    return [item for item in known if not config.dialects or item.name in config.dialects]


def _sources(spec: Path, files: Sequence[str]) -> tuple[str, ...]:
    """The files of a single-file spec, relative to its folder: the same on every machine."""
    if spec.is_dir():
        return tuple(files)
    return tuple(Path(os.path.relpath(file, spec.parent)).as_posix() for file in files)


def find_target(name: str) -> Target:
    """The target of that name; only those asked for are imported."""
    module = importlib.import_module(f"orgen.targets.{name}")
    target: Target = module.target
    return target


def _texts(files: Sequence[SourceFile]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for file in files:
        path = str(PurePosixPath(file.path))
        if path in texts:
            raise ValueError(f"two files of one target are named {path}")
        texts[path] = file.text
    return texts
