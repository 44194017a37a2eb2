"""Finds the dialects of a spec folder, checks their shape, parses them and checks what they say."""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from orgen.diagnostics import Diagnostic, Diagnostics, Related
from orgen.dialect.ast import Dialect
from orgen.dialect.check import check
from orgen.dialect.extend import extend
from orgen.dialect.graft import graft
from orgen.dialect.keys import dialect_keys
from orgen.dialect.parse import parse
from orgen.dialect.primitives import close_match
from orgen.ir.schema import Anything, Json, Schema
from orgen.load import Document, load_file, load_spec
from orgen.load.naming import component_name
from orgen.memory import remembered, remembers
from orgen.resolve import resolve
from orgen.resources import spec_dir
from orgen.validate.structure import check_structure

_NATIVE = "native.yaml"


def dialect_files(spec: Path, diagnostics: Diagnostics) -> DialectFiles:
    """The dialect files of a spec folder, unread; faults in them are kept apart."""
    return DialectFiles(spec, Diagnostics(sources=diagnostics.sources))


def load_dialects(
    spec: Path, schema: Schema, diagnostics: Diagnostics, files: DialectFiles | None = None
) -> list[Dialect]:
    """The dialects of `spec/dialects/*/dialect.yaml`, by name; none for a single-file spec.

    Dialects whose shape is wrong are reported and left out. `files` keeps what was read.
    """
    files = files or dialect_files(spec, diagnostics)
    local = files.diagnostics
    keys = dialect_keys(spec) if remembers() and spec.is_dir() else {}
    found = []
    for path in sorted(spec.glob("dialects/*/dialect.yaml")):
        before = len(local.items)
        kept = remembered(
            f"dialect {path}",
            (keys.get(path.parent.name), schema),
            partial(_read, files, path, schema),
            lambda _, before=before: len(local.items) == before,  # type: ignore[misc]
        )
        if kept is not None:
            found.append(kept[0])
            diagnostics.sources.update(kept[1])
    diagnostics.items += local.items
    for dialect in sorted(found, key=lambda dialect: _depth(dialect, found)):
        check_extended(dialect, schema, diagnostics)
    return found


def _read(
    files: DialectFiles, path: Path, schema: Schema
) -> tuple[Dialect, Mapping[str, str]] | None:
    """A dialect with its native schema, and the texts of the files that were read by then."""
    dialect = read_dialect(files, path, schema)
    return None if dialect is None else (dialect, dict(files.diagnostics.sources))


def read_dialect(files: DialectFiles, path: Path, schema: Schema) -> Dialect | None:
    """A dialect with its native schema, not yet checked; None after a fault in its shape."""
    dialect = files.dialect(path)
    if dialect is None:
        return None
    native, borrowed = files.native(path, schema)
    return replace(dialect, native=native, borrowed=borrowed)


def _depth(dialect: Dialect, known: Sequence[Dialect]) -> int:
    """How many of the known dialects a dialect is built upon."""
    base = next((other for other in known if other.name == dialect.extends), None)
    return 0 if base is None else 1 + _depth(base, known)


def check_extended(
    dialect: Dialect,
    schema: Schema,
    diagnostics: Diagnostics,
    known: Collection[Diagnostic] = (),
) -> None:
    """Check a dialect, and report its faults; not those that are `known` of what it extends.

    A fault may stand in the extended file: it says then which dialect it is about.
    """
    local = Diagnostics(sources=diagnostics.sources)
    remembered(
        f"checked {dialect.name}",
        (dialect, schema),
        lambda: check(dialect, schema, dialect.native, local),
        lambda _: not local,
    )
    about = Related(dialect.span, f"so it is in '{dialect.name}', which extends that dialect")
    for item in local.items:
        if dialect.extends is None or item.span.file == dialect.span.file:
            diagnostics.items.append(item)
        elif item not in known:
            diagnostics.items.append(replace(item, related=(*item.related, about)))


def load_dialect(path: Path, root: Path, diagnostics: Diagnostics) -> Dialect | None:
    """One dialect file, parsed; None after reporting what is wrong with its shape."""
    return DialectFiles(root, diagnostics).dialect(path)


def load_native(folder: Path, diagnostics: Diagnostics, root: Path | None = None) -> Schema | None:
    """The native schema beside a dialect file; None where there is none.

    `root` is the folder that its references may lead to.
    """
    path = folder / _NATIVE
    if not path.exists():
        return None
    document = load_spec(path, diagnostics, root)
    if document is None:
        return None
    schema = resolve(document, diagnostics)
    root_name = component_name(schema.title, path.stem)  # the file itself, which says nothing
    components = {
        name: component
        for name, component in schema.components.items()
        if name != root_name or not isinstance(component.type, Anything)
    }
    return replace(schema, components=components)


@dataclass(slots=True)
class DialectFiles:
    """Dialect files of one spec folder, each read once, however many dialects extend it."""

    root: Path
    diagnostics: Diagnostics
    documents: dict[Path, Document | None] = field(default_factory=dict)
    reading: list[Path] = field(default_factory=list)
    """Files that wait for those that they extend."""

    def dialect(self, path: Path) -> Dialect | None:
        """One dialect, parsed; None after reporting what is wrong with its shape."""
        document = self.document(path)
        if document is None:
            return None
        local = Diagnostics(sources=self.diagnostics.sources)
        dialect = parse(document, local)
        self.diagnostics.items += local.items
        return None if local.items else dialect

    def document(self, path: Path) -> Document | None:
        """A dialect file upon all that it extends; None after a fault."""
        if path not in self.documents:
            local = Diagnostics(sources=self.diagnostics.sources)
            self.reading.append(path)
            document = self.read(path, local)
            self.reading.pop()
            self.diagnostics.items += local.items
            self.documents[path] = None if local.items else document
        return self.documents[path]

    def read(self, path: Path, diagnostics: Diagnostics) -> Document | None:
        own = load_file(path, self.root, diagnostics)
        if own is None:
            return None
        check_structure(own, dialect_schema(), "D001", diagnostics)
        _folder(own, path, diagnostics)
        if diagnostics.items:
            return None
        name = _extends(own)
        base = self.base(path, own, name, diagnostics) if name else None
        if name and base is None:
            return None
        document = extend(base, own, diagnostics)
        if not diagnostics.items:
            assert isinstance(document.value, dict)
            whole = {key: part for key, part in document.value.items() if key != "extends"}
            check_structure(document, dialect_schema(), "D001", diagnostics, whole)
        return document

    def base(
        self, path: Path, own: Document, name: str, diagnostics: Diagnostics
    ) -> Document | None:
        """The document that a file extends; None after a fault there or here."""
        other = _sibling(path, name)
        if other in self.reading:
            reason = f"'{name}' extends this dialect itself"
        elif not other.is_file():
            reason = f"no dialect is called '{name}'"
        else:
            return self.document(other)
        names = [found.parent.name for found in path.parent.parent.glob("*/dialect.yaml")]
        hint = None if other in self.reading else close_match(name, sorted(names))
        diagnostics.error(own.span(("extends",)), "D040", reason, hint)
        return None

    def native(self, path: Path, schema: Schema) -> tuple[Schema | None, Mapping[str, str]]:
        """The native schema of a dialect that was read: its own, or of what it extends.

        With what components of the canonical schema are called in it.
        """
        seen: set[Path] = set()
        while path not in seen:
            seen.add(path)
            if (path.parent / _NATIVE).exists():
                native = load_native(path.parent, self.diagnostics, self.root)
                return (None, {}) if native is None else graft(native, schema)
            document = self.documents.get(path)
            name = _extends(document) if document is not None else None
            if name is None:
                break
            path = _sibling(path, name)
        return None, {}


def _sibling(path: Path, name: str) -> Path:
    return path.parent.parent / name / path.name


def _extends(document: Document) -> str | None:
    name = document.value.get("extends") if isinstance(document.value, dict) else None
    return name if isinstance(name, str) else None


def _folder(document: Document, path: Path, diagnostics: Diagnostics) -> None:
    """A dialect is called like its folder, because residue and modules are named after it."""
    name = document.value.get("dialect") if isinstance(document.value, dict) else None
    if isinstance(name, str) and name != path.parent.name:
        diagnostics.error(
            document.span(("dialect",)),
            "D001",
            f"the dialect is called '{name}', and its folder '{path.parent.name}'",
            "give both the same name",
        )


@functools.cache
def dialect_schema() -> dict[str, Json] | bool:
    """The schema of dialect files."""
    diagnostics = Diagnostics()
    folder = spec_dir() / "meta"
    document = load_file(folder / "dialect.schema.yaml", folder, diagnostics)
    diagnostics.check()
    value = document.value if document else None
    return value if isinstance(value, dict) else True
