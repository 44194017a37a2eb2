"""`orgen init`: what a project needs that is to have a vendored package."""

from __future__ import annotations

import importlib.metadata
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal, TypeAlias

from orgen.config import ModelFlavour
from orgen.config_file import package_fault
from orgen.diagnostics import Diagnostics, Span
from orgen.load.source import display_name
from orgen.render import environment
from orgen.toml_places import places_of
from orgen.write.paths import Kind, kind_of, read_bytes

Part: TypeAlias = Literal["config", "pre-commit", "workflow"]
PARTS: tuple[Part, ...] = ("config", "pre-commit", "workflow")
_PRE_COMMIT = ".pre-commit-config.yaml"
_WORKFLOW = ".github/workflows/orgen.yml"
_PYPROJECT, _OWN = "pyproject.toml", "orgen.toml"
_NAME = "_openresponses"
_ASIDE = frozenset({"docs", "examples", "scripts", "test", "tests"})


@dataclass(frozen=True, slots=True)
class Choices:
    """What the package is to be; `dest` is a relative path with forward slashes."""

    dest: str
    dialects: tuple[str, ...]
    models: ModelFlavour = "none"
    package: str | None = None
    client: bool = False


@dataclass(frozen=True, slots=True)
class Project:
    """What the templates of `templates/new/project/` print.

    All but `table` and `client` are literals.
    """

    table: str
    dest: str
    package: str
    dialects: tuple[str, ...]
    models: str
    client: bool
    pattern: str
    requirement: str


def dest_fault(dest: str) -> str | None:
    """What is wrong with the folder of a package, as a configuration file names it."""
    parts = PurePosixPath(dest).parts
    if not parts or any(
        re.fullmatch(r"[A-Za-z0-9_.][A-Za-z0-9_.-]*", part) is None for part in parts
    ):
        return "has to be a relative path of letters, digits, `.`, `_` and `-`"
    if ".." in parts:
        return "has to lie inside of the project"
    fault = package_fault(parts[-1])
    return None if fault is None else f"ends in a name that {fault}"


def likely_dest(folder: Path) -> str:
    """Where the package of a project goes: into its only package, or else on top."""
    for above in ("src", "."):
        packages = sorted(
            path.parent.name
            for path in (folder / above).glob("*/__init__.py")
            if package_fault(path.parent.name) is None and path.parent.name not in _ASIDE
        )
        if len(packages) == 1:
            return (PurePosixPath(above) / packages[0] / _NAME).as_posix()
    return f"src/{_NAME}" if (folder / "src").is_dir() else _NAME


def files(
    folder: Path, choices: Choices, skip: tuple[Part, ...], diagnostics: Diagnostics
) -> dict[str, bytes]:
    """The files to write, path below `folder` -> content; whatever is in the way is reported."""
    found: dict[str, bytes] = {}
    if "config" not in skip:
        found |= _config(folder, choices, diagnostics)
    texts: list[tuple[Part, str, str]] = [
        ("pre-commit", _PRE_COMMIT, "pre-commit-config.yaml.jinja"),
        ("workflow", _WORKFLOW, "workflow.yml.jinja"),
    ]
    for part, path, template in texts:
        if part not in skip and _is_free(folder, path, part, diagnostics):
            found[path] = _rendered(template, choices, "").encode("utf-8")
    return found


def _is_free(folder: Path, path: str, part: Part, diagnostics: Diagnostics) -> bool:
    kind = kind_of(folder, path)
    if kind is Kind.ABSENT:
        return True
    diagnostics.error(
        Span(display_name(folder / path)),
        "C005",
        "there is something of that name already, and it is not overwritten",
        f"--skip {part} leaves it as it is; docs/vendoring.md shows what to add to it",
    )
    return False


def _config(folder: Path, choices: Choices, diagnostics: Diagnostics) -> dict[str, bytes]:
    """A new orgen.toml, or a table at the end of the pyproject.toml that is there."""
    if not _is_free(folder, _OWN, "config", diagnostics):
        return {}
    match kind_of(folder, _PYPROJECT):
        case Kind.ABSENT:
            return {_OWN: _rendered("orgen.toml.jinja", choices, "[vendor]").encode("utf-8")}
        case Kind.FILE:
            return _extended(folder, choices, diagnostics)
        case _:
            _is_free(folder, _PYPROJECT, "config", diagnostics)
            return {}


def _extended(folder: Path, choices: Choices, diagnostics: Diagnostics) -> dict[str, bytes]:
    span = Span(display_name(folder / _PYPROJECT))
    try:
        text = read_bytes(folder / _PYPROJECT).decode("utf-8")
        before = tomllib.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        diagnostics.error(span, "C003", f"this is no valid TOML: {error}")
        return {}
    table = before.get("tool", {})
    own = table.get("orgen", {}) if isinstance(table, Mapping) else {}
    if isinstance(own, Mapping) and "vendor" in own:
        diagnostics.sources[span.file] = text
        place = places_of(span.file, text).key(("tool", "orgen", "vendor"))
        hint = "change it there, or leave it with --skip config"
        diagnostics.error(place, "C005", "the file has a table [tool.orgen.vendor] already", hint)
        return {}
    added = _rendered("orgen.toml.jinja", choices, "[tool.orgen.vendor]")
    end = "\r\n" if "\r\n" in text else "\n"
    gap = "" if not text else end if text.endswith("\n") else end * 2
    grown = text + gap + added.replace("\n", end)
    try:
        tomllib.loads(grown)
    except tomllib.TOMLDecodeError:
        message = "a table cannot be added to this file, because it sets tool or tool.orgen inline"
        diagnostics.error(span, "C005", message, "write it as [tool.orgen], or use orgen.toml")
        return {}
    return {_PYPROJECT: grown.encode("utf-8")}


def _rendered(template: str, choices: Choices, table: str) -> str:
    project = Project(
        table,
        json.dumps(choices.dest),
        json.dumps(choices.package) if choices.package else "",
        tuple(json.dumps(name) for name in choices.dialects),
        json.dumps(choices.models),
        choices.client,
        json.dumps(rf"^({re.escape(choices.dest)}/|pyproject\.toml$|orgen\.toml$)"),
        json.dumps(f"orgen=={importlib.metadata.version('orgen')}"),
    )
    return environment("new").get_template(f"project/{template}").render(project=project)
