"""Reads the two specs of a comparison: files, folders, or what a commit holds."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from orgen.breaking.git import GitError, extract, find_commit, is_revision
from orgen.diagnostics import Diagnostic, DiagnosticError, Diagnostics, Severity, Span
from orgen.excerpt import harmless
from orgen.load import Document
from orgen.load.source import display_name
from orgen.pipeline import Spec, read_spec
from orgen.progress import Progress
from orgen.validate.context import Context, TooManyFaults
from orgen.validate.frame import check_frame
from orgen.validate.keywords import check_keywords
from orgen.validate.references import check_references

UNSUPPORTED = "V013"
Relabel = Callable[[str], str]
_FILE_SUFFIXES = (".json", ".yaml", ".yml")
_SCHEMA_KEYWORDS = frozenset(
    {"$schema", "$defs", "definitions", "$ref", "type", "properties", "items", "allOf", "anyOf",
     "oneOf", "enum", "const", "additionalProperties", "required"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SpecSource:
    """A spec that was read, and how its files are called in a report."""

    spec: Spec
    label: str
    """What the user named."""
    dialects: tuple[str, ...]
    relabel: Relabel

    @property
    def is_folder(self) -> bool:
        return self.spec.core.folder

    def span(self, span: Span) -> Span:
        return replace(span, file=self.relabel(span.file))


@contextmanager
def place_of(against: str, spec: Path, diagnostics: Diagnostics) -> Iterator[tuple[Path, Relabel]]:
    """The file or folder that `--against` names, written to a temporary folder for a commit.

    Raises:
        DiagnosticError: if there is none.
    """
    path = Path(against)
    if path.exists() or (path.suffix in _FILE_SUFFIXES and ":" not in against):
        yield path, _as_it_is
        return
    with tempfile.TemporaryDirectory(prefix="orgen-") as made:
        root = Path(made).resolve()
        shown = display_name(root) + "/"
        revision, _, inner = against.partition(":")
        try:
            found = _extract(revision, inner, spec, root)
        except GitError as error:
            diagnostics.error(Span(harmless(against)), error.code, error.message, error.hint)
            raise DiagnosticError(diagnostics) from None
        yield found, lambda file: file.replace(shown, f"{revision}:")


def _as_it_is(file: str) -> str:
    return file


def _extract(revision: str, inner: str, spec: Path, root: Path) -> Path:
    if not is_revision(revision):
        hint = "name a file, a folder, a branch, a tag or a commit"
        raise GitError("B001", "there is no such file or folder, and no commit is named so", hint)
    anchor = spec.resolve()
    while not anchor.is_dir():
        anchor = anchor.parent
    commit = find_commit(revision, anchor)
    if inner:
        path = PurePosixPath(os.path.normpath(inner))
    else:
        path = PurePosixPath(Path(os.path.relpath(spec.resolve(), commit.folder.resolve())))
    if path.is_absolute() or ".." in path.parts:
        raise GitError("B004", "the path leads out of the repository")
    return extract(commit, path, root)


def read_source(
    path: Path, label: str, diagnostics: Diagnostics, relabel: Relabel = _as_it_is
) -> SpecSource | None:
    """Read a spec and its overlays; None after its faults were reported.

    Only faults that keep the comparison from being right are reported: no prose, no warnings.
    """
    own = Diagnostics()
    try:
        spec = read_spec(path, own, Progress())
        _check(spec.full, own)
        # What orgen cannot generate can be compared all the same.
        own.items = [item for item in own.items if item.code != UNSUPPORTED]
        _check_kind(spec.core, own)
        own.check()
    except DiagnosticError:
        _hand_over(own, diagnostics, relabel)
        return None
    _hand_over(own, diagnostics, relabel)
    names = sorted(file.parent.name for file in (path / "dialects").glob("*/dialect.yaml"))
    return SpecSource(spec, label, tuple(names), relabel)


def _check(document: Document, diagnostics: Diagnostics) -> None:
    context = Context(document, diagnostics, own=False)
    try:
        check_frame(context)
        check_keywords(context)
        check_references(context)
    except TooManyFaults:
        return


def is_openapi(document: Document) -> bool:
    """Whether a document says that it is OpenAPI; the loader gives JSON Schema that form too."""
    return document.place.at(("openapi",)).key is not None


def _check_kind(document: Document, diagnostics: Diagnostics) -> None:
    """Refuse what is neither OpenAPI nor, by any of its keywords, JSON Schema."""
    if is_openapi(document):
        return
    written = document.place.inside.get("components")
    schemas = document.schemas
    plain = all(
        isinstance(schema, dict) and not schema.keys() & _SCHEMA_KEYWORDS
        for schema in schemas.values()
    )
    if plain or written is None:
        diagnostics.error(
            Span(document.file),
            "B006",
            "the file is neither an OpenAPI document nor a JSON Schema",
            hint="name an OpenAPI 3.1 document, a JSON Schema or a spec folder",
        )


def check_pair(old: SpecSource, new: SpecSource, diagnostics: Diagnostics) -> None:
    """Refuse to compare an OpenAPI document with a JSON Schema."""
    kinds = [is_openapi(source.spec.core) for source in (old, new)]
    if kinds[0] != kinds[1]:
        other = new if kinds[0] else old
        diagnostics.error(
            other.span(Span(other.spec.core.file)),
            "B007",
            "this is a JSON Schema, and the other file is an OpenAPI document",
            hint="compare two documents of one kind",
        )


def _hand_over(own: Diagnostics, diagnostics: Diagnostics, relabel: Relabel) -> None:
    """Pass on the errors of one side, its files called as the user knows them."""
    for item in own:
        if item.severity is Severity.ERROR:
            diagnostics.items.append(_relabelled(item, relabel))
    for file, text in own.sources.items():
        diagnostics.sources.setdefault(relabel(file), text)


def _relabelled(item: Diagnostic, relabel: Relabel) -> Diagnostic:
    related = tuple(
        replace(one, span=replace(one.span, file=relabel(one.span.file))) for one in item.related
    )
    span = replace(item.span, file=relabel(item.span.file))
    hint = relabel(item.hint) if item.hint else None
    return replace(item, span=span, message=relabel(item.message), hint=hint, related=related)
