"""Where a package may be vendored: a folder of its own, not behind a link, with a usable name."""

from __future__ import annotations

import os
from pathlib import Path

from orgen.config_file import import_name_fault, package_fault
from orgen.diagnostics import Diagnostics, Span
from orgen.load.source import display_name
from orgen.vendor.manifest import NAME
from orgen.write.faults import report

_ROOTS = (".git", "pyproject.toml", "orgen.toml")


def usable(dest: Path, diagnostics: Diagnostics, *, force: bool = False) -> bool:
    """Whether a package can stand in `dest`; reports what speaks against it."""
    before = len(diagnostics.items)
    folder = normal(dest)
    fault = package_fault(folder.name)
    if fault is not None:
        _report(dest, f"the folder's name {folder.name[:80]!a} {fault}", _NAMED, diagnostics)
    try:
        _refuse_links(dest, folder, diagnostics)
        if not diagnostics.items[before:]:
            _refuse_others(dest, folder, force, diagnostics)
    except (OSError, ValueError) as error:
        report(dest, error, diagnostics, "the folder cannot be looked at")
    return len(diagnostics.items) == before


_NAMED = "a package is imported by the name of its folder; choose another"


def default_name(dest: Path) -> str:
    """The dotted name of the package in `dest`, by the packages that it lies in.

    A folder whose name is no identifier ends the search, and `usable` speaks of the last.
    """
    folder = normal(dest)
    parts = [folder.name]
    for parent in folder.parents:
        if not (parent / "__init__.py").is_file() or package_fault(parent.name) is not None:
            break
        parts.insert(0, parent.name)
    return ".".join(parts)


def check_name(name: str, dest: Path, diagnostics: Diagnostics) -> None:
    """Report an import name that the package in `dest` cannot have."""
    folder = normal(dest).name
    fault = import_name_fault(name)
    if fault is not None:
        _report(dest, f"the package's name {fault}", None, diagnostics)
    elif name.rpartition(".")[2] != folder:
        _report(
            dest,
            f"a package in the folder {folder[:80]!a} cannot be imported as {name[:80]!a}",
            f"name a folder that ends in {name.rpartition('.')[2]}, or leave --package out",
            diagnostics,
        )


def normal(dest: Path) -> Path:
    """The absolute path, `..` taken as text: links are refused, not followed."""
    return Path(os.path.normpath(Path.cwd() / dest))


def _refuse_links(dest: Path, folder: Path, diagnostics: Diagnostics) -> None:
    root = _root(folder)
    for place in (folder, *folder.parents):
        if place == root and place != folder:
            break
        if place.is_symlink():
            what = (
                "is a symbolic link" if place == folder else f"lies behind the link {place.name!a}"
            )
            _report(dest, f"the folder {what}; orgen writes through no link", None, diagnostics)
            return
        if root is None:
            break


def _root(folder: Path) -> Path | None:
    """The project around `folder`, or the working directory: links above are the user's own."""
    here = Path.cwd()
    if folder.is_relative_to(here):
        return here
    for parent in folder.parents:
        if any((parent / name).exists() for name in _ROOTS):
            return parent
    return None


def _refuse_others(dest: Path, folder: Path, force: bool, diagnostics: Diagnostics) -> None:
    """A folder that holds something else than a vendored package."""
    if os.path.lexists(folder) and not folder.is_dir():
        _report(dest, "there is a file of that name, where a folder belongs", None, diagnostics)
        return
    if force or not folder.is_dir() or os.path.lexists(folder / NAME):
        return
    if any(entry.name != "__pycache__" for entry in folder.iterdir()):
        _report(
            dest,
            "the folder holds files, and orgen has vendored none of them",
            "name a folder that is empty or does not exist, or run with --force",
            diagnostics,
        )


def _report(dest: Path, message: str, hint: str | None, diagnostics: Diagnostics) -> None:
    diagnostics.error(Span(display_name(dest)), "P003", message, hint)
