"""Reads `[tool.orgen]` of pyproject.toml, or orgen.toml; faults are diagnostics with positions."""

from __future__ import annotations

import difflib
import keyword
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from orgen.config import MODEL_FLAVOURS, TARGETS
from orgen.diagnostics import Diagnostics, Span

Value: TypeAlias = "str | tuple[str, ...]"
_KEYS = ("spec", "out", "targets", "package", "models")
_PATHS = ("spec", "out")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a configuration file says. Paths are as seen from the working directory."""

    values: Mapping[str, Value] = field(default_factory=dict)

    def text(self, key: str) -> str | None:
        value = self.values.get(key)
        return value if isinstance(value, str) else None

    def texts(self, key: str) -> tuple[str, ...] | None:
        value = self.values.get(key)
        return value if isinstance(value, tuple) else None


def read_settings(folder: Path, diagnostics: Diagnostics) -> Settings:
    """The settings that hold in `folder`: of the nearest file upwards, within one repository."""
    for place in (folder, *folder.absolute().parents):
        own = place / "orgen.toml"
        if own.is_file():
            return _read(own, "", diagnostics)
        project = place / "pyproject.toml"
        if project.is_file() and (settings := _of_project(project, diagnostics)) is not None:
            return settings
        if (place / ".git").exists():
            break
    return Settings()


def _of_project(path: Path, diagnostics: Diagnostics) -> Settings | None:
    """None if the file has no table for orgen."""
    try:
        if b"orgen" not in path.read_bytes():
            return None
    except OSError:
        return None
    settings = _read(path, "tool.orgen", diagnostics)
    return settings if settings.values or diagnostics else None


def _read(path: Path, table: str, diagnostics: Diagnostics) -> Settings:
    name = str(path)
    try:
        text = path.read_bytes().decode("utf-8")
        diagnostics.sources[name] = text
        value: object = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        _report_syntax(name, error, diagnostics)
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        diagnostics.error(Span(name), "C004", f"the configuration cannot be read: {error}")
        return Settings()
    for step in filter(None, table.split(".")):
        value = value.get(step, {}) if isinstance(value, dict) else {}
    if not isinstance(value, dict):
        diagnostics.error(Span(name), "C002", f"{table} has to be a table")
        return Settings()
    checker = _Checker(path, table, text, diagnostics)
    return Settings(dict(checker.checked(value)))


def _report_syntax(name: str, error: tomllib.TOMLDecodeError, diagnostics: Diagnostics) -> None:
    place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
    message = str(error).partition(" (at ")[0]
    line, column = (int(place[1]), int(place[2])) if place else _end(diagnostics.sources[name])
    diagnostics.error(
        Span(name, line, column, line, column + 1), "C003", f"this is no valid TOML: {message}"
    )


def _end(text: str) -> tuple[int, int]:
    lines = text.split("\n")
    return len(lines), len(lines[-1]) + 1


@dataclass(frozen=True, slots=True)
class _Checker:
    path: Path
    table: str
    text: str
    diagnostics: Diagnostics

    def checked(self, table: Mapping[str, object]) -> Iterator[tuple[str, Value]]:
        """The entries that are right; the others are reported."""
        for key, value in table.items():
            if key not in _KEYS:
                self._unknown(key)
            elif (fault := _fault(key, value)) is not None:
                self.diagnostics.error(self._span(key), "C002", f"{key} {fault}")
            elif isinstance(value, list):
                yield key, tuple(value)
            elif isinstance(value, str):
                yield key, str(self.path.parent / value) if key in _PATHS else value

    def _unknown(self, key: str) -> None:
        close = difflib.get_close_matches(key, _KEYS, 1)
        known = f"the keys are {', '.join(_KEYS)}"
        self.diagnostics.error(
            self._span(key),
            "C001",
            f"there is no setting named {key!r}",
            f"did you mean {close[0]}? {known}" if close else known,
        )

    def _span(self, key: str) -> Span:
        """Where `key` is set, found by reading lines; else the head of the table."""
        inside, head = not self.table, 1
        for number, line in enumerate(self.text.split("\n"), 1):
            if line.lstrip().startswith("["):
                inside = line.split("#")[0].strip() == f"[{self.table}]"
                head = number if inside else head
            match = re.match(r"\s*([\"']?)([^\"'=]+?)\1\s*[.=]", line)
            if inside and match and match[2] == key:
                start = match.start(2) + 1
                return Span(str(self.path), number, start, number, start + len(key))
        return Span(str(self.path), head, 1, head, 1)


def _fault(key: str, value: object) -> str | None:
    if key == "targets":
        known = isinstance(value, list) and value and all(item in TARGETS for item in value)
        return None if known else f"has to be a list of {', '.join(TARGETS)}"
    if not isinstance(value, str) or not value:
        return "has to be a string"
    if key == "models" and value not in MODEL_FLAVOURS:
        return f"has to be one of {', '.join(MODEL_FLAVOURS)}"
    if key == "package":
        return package_fault(value)
    return "holds a null character" if "\0" in value else None


def package_fault(name: str) -> str | None:
    """What is wrong with the import name of a package, if anything."""
    if name.isascii() and name.isidentifier() and not keyword.iskeyword(name):
        return None
    return "has to be a Python identifier in ASCII letters, and no keyword"
