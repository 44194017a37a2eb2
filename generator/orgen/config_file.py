"""Reads `[tool.orgen]` of pyproject.toml, or orgen.toml; faults are diagnostics with positions.

`spec/meta/config.schema.json` describes the same keys for editors.
"""

from __future__ import annotations

import difflib
import keyword
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TypeAlias

from orgen.config import MODEL_FLAVOURS, TARGETS
from orgen.diagnostics import Diagnostics, Span
from orgen.toml_places import Places, Steps, places_of

Value: TypeAlias = "str | tuple[str, ...] | bool"
_KEYS = ("spec", "out", "targets", "package", "models", "vendor")
_VENDOR = "vendor"
_VENDOR_KEYS = ("target", "dest", "package", "dialects", "models", "client")
_PATHS = ("spec", "out")
_MAX_BYTES = 1_048_576
VENDOR_TARGETS = ("python",)
"""Targets that make a package which can live inside another project."""
_DIALECT = re.compile(r"[a-z][a-z0-9_]{0,79}")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a configuration file says. Paths are as seen from the working directory."""

    values: Mapping[str, Value] = field(default_factory=dict)
    vendor: Mapping[str, Value] | None = None
    """The table `vendor`, if there is one; its `dest` is a path like the others."""
    spans: Mapping[Steps, Span] = field(default_factory=dict)
    """Where the entries of the table `vendor` stand."""

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
    told = settings.values or settings.vendor is not None or diagnostics
    return settings if told else None


def _read(path: Path, table: str, diagnostics: Diagnostics) -> Settings:
    name = str(path)
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise OSError(f"it has more than {_MAX_BYTES:,} bytes")
        text = path.read_bytes().decode("utf-8")
        diagnostics.sources[name] = text
        value: object = tomllib.loads(text)
        places = places_of(name, text)
    except RecursionError:
        diagnostics.error(Span(name), "C003", "the values of this file are nested too deeply")
        return Settings()
    except tomllib.TOMLDecodeError as error:
        _report_syntax(name, error, diagnostics)
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        diagnostics.error(Span(name), "C004", f"the configuration cannot be read: {error}")
        return Settings()
    above: Steps = tuple(filter(None, table.split(".")))
    for step in above:
        value = value.get(str(step), {}) if isinstance(value, dict) else {}
    if not isinstance(value, dict):
        diagnostics.error(places.key(above), "C002", f"{table} has to be a table")
        return Settings()
    return _Checker(path, above, places, diagnostics).settings(value)


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
    above: Steps
    places: Places
    diagnostics: Diagnostics

    def settings(self, table: Mapping[str, object]) -> Settings:
        """The entries that are right; the others are reported."""
        values = dict(self._checked(table, (), _KEYS))
        if _VENDOR not in table:
            return Settings(values)
        vendor = table[_VENDOR]
        if not isinstance(vendor, dict):
            self._fault((_VENDOR,), "has to be a table")
            return Settings(values)
        entries = dict(self._checked(vendor, (_VENDOR,), _VENDOR_KEYS))
        if "dest" not in vendor:
            self._fault((_VENDOR,), "needs the key dest: the folder of the package")
        names: dict[Steps, Span] = {
            (_VENDOR, key): self.places.key((*self.above, _VENDOR, key)) for key in vendor
        }
        items: dict[Steps, Span] = {
            (_VENDOR, key, index): self.places.value((*self.above, _VENDOR, key, index))
            for key, value in entries.items()
            if isinstance(value, tuple)
            for index in range(len(value))
        }
        return Settings(values, entries, {**names, **items})

    def _checked(
        self, table: Mapping[str, object], within: Steps, known: Sequence[str]
    ) -> Iterator[tuple[str, Value]]:
        for key, value in table.items():
            steps = (*within, key)
            if key not in known:
                self._unknown(steps, known)
            elif steps == (_VENDOR,):
                continue
            elif (fault := self._fault_of(steps, value)) is not None:
                self._fault(steps, fault)
            elif isinstance(value, list):
                yield key, tuple(value)
            elif isinstance(value, bool):
                yield key, value
            elif isinstance(value, str):
                is_path = steps in {(name,) for name in _PATHS} or steps == (_VENDOR, "dest")
                yield key, str(self.path.parent / value) if is_path else value

    def _fault_of(self, steps: Steps, value: object) -> str | None:
        match steps:
            case ("vendor", "dialects"):
                return self._dialects_fault(value)
            case ("vendor", key):
                return _vendor_fault(str(key), value)
            case _:
                return _fault(str(steps[0]), value)

    def _dialects_fault(self, value: object) -> str | None:
        if not isinstance(value, list) or not value:
            return 'has to be a list of dialects, such as ["openai_chat"]; leave it out for all'
        for index, item in enumerate(value):
            if not isinstance(item, str) or _DIALECT.fullmatch(item) is None:
                span = self.places.value((*self.above, _VENDOR, "dialects", index))
                self.diagnostics.error(span, "C002", "this is no name of a dialect")
        return None

    def _fault(self, steps: Steps, fault: str) -> None:
        span = self.places.key((*self.above, *steps))
        self.diagnostics.error(span, "C002", f"{'.'.join(map(str, steps))} {fault}")

    def _unknown(self, steps: Steps, known: Sequence[str]) -> None:
        name = ".".join(map(str, steps))
        close = difflib.get_close_matches(str(steps[-1])[:80], known, 1)
        keys = f"the keys are {', '.join(known)}"
        self.diagnostics.error(
            self.places.key((*self.above, *steps)),
            "C001",
            f"there is no setting named {name[:120]!r}",
            f"did you mean {close[0]}? {keys}" if close else keys,
        )


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


def _vendor_fault(key: str, value: object) -> str | None:
    if key == "client":
        return None if isinstance(value, bool) else "has to be true or false"
    if not isinstance(value, str) or not value:
        return "has to be a string"
    match key:
        case "target" if value not in VENDOR_TARGETS:
            return f"has to be {' or '.join(VENDOR_TARGETS)}"
        case "models" if value not in MODEL_FLAVOURS:
            return f"has to be one of {', '.join(MODEL_FLAVOURS)}"
        case "package":
            return import_name_fault(value)
        case "dest":
            return _dest_fault(value)
        case _:
            return None


def _dest_fault(value: str) -> str | None:
    """A configuration file may be somebody else's: it names only folders beside itself."""
    path = PurePosixPath(value)
    if "\0" in value or "\\" in value:
        return "holds a character that no path should have"
    if path.is_absolute() or ".." in path.parts or not path.parts:
        return "has to be a relative path to a folder below that of this file"
    return None


def package_fault(name: str) -> str | None:
    """What is wrong with the import name of a package, if anything."""
    if name.isascii() and name.isidentifier() and not keyword.iskeyword(name):
        return None
    return "has to be a Python identifier in ASCII letters, and no keyword"


def import_name_fault(name: str) -> str | None:
    """What is wrong with a dotted import name, if anything.

    >>> import_name_fault("acme._openresponses")
    >>> import_name_fault("acme.class")
    "has to be Python identifiers in ASCII letters, with dots between, and no keywords: not 'class'"
    """
    for part in name.split("."):
        if package_fault(part) is not None:
            return (
                "has to be Python identifiers in ASCII letters, with dots between, and no "
                f"keywords: not {part[:80]!a}"
            )
    return None
