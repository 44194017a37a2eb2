"""Loads the generated Python package, and nothing else: only files that orgen itself wrote.

Code runs from the very bytes whose hashes `orgen.lock` records. Search paths,
bytecode caches, links and files that the lock does not list play no part, so
that neither the working directory nor an edit by hand can bring code in.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import stat
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from types import ModuleType

from orgen.config import MODEL_FLAVOURS, Config
from orgen.diagnostics import Diagnostics, Span
from orgen.fingerprint import origin_of
from orgen.lock import LOCK_NAME, Lock, read_lock
from orgen.write.paths import Kind, is_safe, kind_of, read_bytes

_TARGET = "python"
_NAME = "_orgen_generated"
"""Name that the package has while it is loaded; no other package is called so."""


@contextmanager
def generated_package(config: Config, diagnostics: Diagnostics) -> Iterator[ModuleType]:
    """The package in the output folder, importable while the context lasts.

    Raises:
        DiagnosticError: if there is none, or if it is not as orgen wrote it.
    """
    lock = read_lock(config.out, diagnostics)
    diagnostics.check()
    sources = _sources(config, lock, diagnostics)
    diagnostics.check()
    _warn_if_outdated(config, lock, diagnostics)
    finder = _Finder(sources)
    sys.meta_path.insert(0, finder)
    try:
        yield importlib.import_module(_NAME)
    finally:
        sys.meta_path.remove(finder)
        for name in [name for name in sys.modules if name.partition(".")[0] == _NAME]:
            del sys.modules[name]


def _sources(config: Config, lock: Lock, diagnostics: Diagnostics) -> dict[str, str]:
    """Module name -> text of every module, each checked against the lock."""
    target = lock.targets.get(_TARGET)
    files = target.files if target is not None else {}
    if f"{config.package}/dialects/__init__.py" not in files:
        diagnostics.error(
            Span(str(config.out)),
            "W010",
            f"there is no generated package '{config.package}' with dialects in this folder",
            "run `orgen generate` first",
        )
        return {}
    found: dict[str, str] = {}
    for path, digest in files.items():
        if path.startswith(f"{config.package}/") and path.endswith(".py"):
            text = _checked(config.out, f"{_TARGET}/{path}", digest, diagnostics)
            found[_module_name(path)] = text
    return found


def _checked(out: Path, path: str, digest: str, diagnostics: Diagnostics) -> str:
    """The text of a file that is as the lock says; empty after a report if it is not."""
    kind = kind_of(out, path)
    if kind is not Kind.FILE:
        problem = "is missing" if kind is Kind.ABSENT else f"is a {kind.value}"
    elif _writable_by_others(out / path):
        problem = "can be changed by other users of this machine"
    else:
        content = read_bytes(out / path)
        if hashlib.sha256(content).hexdigest() == digest:
            return content.decode("utf-8")
        problem = "was changed after orgen had written it"
    diagnostics.error(
        Span((out / path).as_posix()),
        "W010",
        f"the file {problem}, so it is not run",
        "`orgen generate --force` writes it anew",
    )
    return ""


def _writable_by_others(path: Path) -> bool:
    status = os.lstat(path)
    return bool(status.st_mode & stat.S_IWOTH) or status.st_uid not in (0, os.getuid())


def _warn_if_outdated(config: Config, lock: Lock, diagnostics: Diagnostics) -> None:
    extra = () if config.spec.is_dir() else filter(is_safe, lock.sources)
    flavour = next((name for name in MODEL_FLAVOURS if name == lock.settings.get("models")), None)
    same = replace(config, models=flavour or config.models)  # translators do not depend on it
    try:
        current = origin_of(same, extra).fingerprint
    except OSError:
        return  # a spec that is not there cannot be newer
    if current != lock.targets[_TARGET].inputs:
        diagnostics.warning(
            Span((config.out / LOCK_NAME).as_posix()),
            "W011",
            "the generated package is older than the spec or than orgen",
            "run `orgen generate` to bring it up to date",
        )


def _module_name(path: str) -> str:
    """`openresponses/dialects/__init__.py` is the module `<package>.dialects`."""
    _, *steps = path.removesuffix(".py").split("/")
    return ".".join([_NAME, *(step for step in steps if step != "__init__")])


@dataclass(frozen=True)
class _Finder(MetaPathFinder):
    """Finds the modules in `sources`, and no others."""

    sources: Mapping[str, str]

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self.sources:
            return None
        return spec_from_loader(fullname, _Loader(self.sources))


@dataclass(frozen=True)
class _Loader(InspectLoader):
    """Compiles modules from their checked texts."""

    sources: Mapping[str, str]

    def get_source(self, fullname: str) -> str:
        return self.sources[fullname]

    def is_package(self, fullname: str) -> bool:
        return any(name.startswith(f"{fullname}.") for name in self.sources)
