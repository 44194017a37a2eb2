"""The files of one spec, each loaded once, when a reference first leads to it."""

from __future__ import annotations

from pathlib import Path

from orgen.diagnostics import Diagnostics, Span
from orgen.ir.schema import Json
from orgen.load.building import quote
from orgen.load.document import Document, Pointer
from orgen.load.file import inside, load_file
from orgen.load.limits import MAX_FILES, MAX_REFERENCES
from orgen.load.references import BadReference, locate, parse_reference
from orgen.load.site import Site
from orgen.load.suggest import close_hint


class Files:
    """Loads files below `root` by their relative path; counts files and references."""

    def __init__(self, root: Path, name: str, document: Document, diagnostics: Diagnostics) -> None:
        self.root = root
        self.name = name
        self.diagnostics = diagnostics
        self.documents: dict[str, Document | None] = {name: document}
        self.references = 0

    def resolve(self, text: Json, base: str, span: Span) -> tuple[str, Pointer] | None:
        """The file and the place in it that a `$ref` written in `base` leads to.

        Reports a reference that leads nowhere, or to where it must not.
        """
        self.references += 1
        if self.references == MAX_REFERENCES + 1:
            self.diagnostics.error(
                span, "L025", f"the spec has more than {MAX_REFERENCES:,} references"
            )
        if self.references > MAX_REFERENCES:
            return None
        if not isinstance(text, str):
            self.diagnostics.error(span, "L031", "a $ref must be a string")
            return None
        try:
            reference = parse_reference(text, base)
        except BadReference as fault:
            self.diagnostics.error(span, fault.code, fault.message, fault.hint)
            return None
        document = self.document(reference.file, text, span)
        if document is None:
            return None
        pointer = locate(document.value, reference.fragment)
        if pointer is None:
            self.diagnostics.error(
                span,
                "L035",
                f"{quote(text)} leads to nothing",
                hint=_similar(document, reference.fragment),
            )
            return None
        return reference.file, pointer

    def site(self, file: str, pointer: Pointer) -> Site | None:
        """The value at a pointer that `resolve` has found."""
        document = self.documents[file]
        if document is None:
            return None
        return Site(document.get(pointer), document.place.at(pointer), file, pointer)

    def document(self, file: str, text: str, span: Span) -> Document | None:
        """The document of a file; None after a fault, which is reported once."""
        if file in self.documents:
            return self.documents[file]
        if len(self.documents) >= MAX_FILES:
            self.diagnostics.error(span, "L026", f"the spec has more than {MAX_FILES} files")
            return None
        self.documents[file] = None
        path = self.root / file
        if not inside(path, self.root):
            self.diagnostics.error(
                span,
                "L032",
                f"{quote(text)} leads out of the spec's folder through a symbolic link",
                hint="copy the file into the spec's folder and refer to the copy",
            )
        elif not _is_file(path):
            self.diagnostics.error(
                span, "L033", f"{quote(text)} refers to a file that is not there"
            )
        else:
            self.documents[file] = load_file(path, self.root, self.diagnostics)
        return self.documents[file]


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _similar(document: Document, fragment: str) -> str | None:
    """Names beside the missing one that are close to it."""
    parent, _, last = fragment.rpartition("/")
    pointer = locate(document.value, parent)
    siblings = document.get(pointer) if pointer is not None else None
    return close_hint(last, siblings) if isinstance(siblings, dict) else None
