"""`orgen-manifest.json`: what a vendored package was made from, and the hash of every file.

It lies in the package, changes in the same atomic step as the files it lists,
and holds neither times nor paths of the machine that wrote it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from orgen.config import MODEL_FLAVOURS
from orgen.config_file import VENDOR_TARGETS, import_name_fault
from orgen.diagnostics import Diagnostics, Span
from orgen.ir.schema import Json
from orgen.load.document import Document
from orgen.load.json import parse_json
from orgen.load.source import display_name, read_source
from orgen.vendor.options import Options
from orgen.write.paths import Kind, is_safe, kind_of

NAME = "orgen-manifest.json"
_FORMAT = 1
_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Manifest:
    """`files` maps paths below the package to the sha256 of what orgen wrote there."""

    options: Options
    spec_version: str
    spec_hash: str
    tool: str
    """Version of orgen."""
    files: Mapping[str, str]


def dump(manifest: Manifest) -> str:
    """The text of the file: keys in a fixed order, one fact a line."""
    options = manifest.options
    value = {
        "format": _FORMAT,
        "about": "Written by `orgen vendor` with the files it lists. Commit it; do not edit it.",
        "tool": {"name": "orgen", "version": manifest.tool},
        "spec": {"version": manifest.spec_version, "sha256": manifest.spec_hash},
        "options": {
            "target": options.target,
            "package": options.package,
            "dialects": list(options.dialects) or "all",
            "models": options.models,
            "client": options.client,
        },
        "files": dict(sorted(manifest.files.items())),
    }
    return json.dumps(value, indent=2, ensure_ascii=True) + "\n"


def read(dest: Path, diagnostics: Diagnostics) -> Manifest | None:
    """The manifest of the package in `dest`; None, with diagnostics, if there is no usable one."""
    path = dest / NAME
    kind = kind_of(dest, NAME)
    if kind is not Kind.FILE:
        found = "has no manifest" if kind is Kind.ABSENT else f"has a {kind.value} as its manifest"
        diagnostics.error(
            Span(display_name(path)),
            "P001",
            f"{display_name(dest)} {found}, so it is no vendored package",
            "make one with `orgen vendor python DEST`, or restore the file",
        )
        return None
    before = len(diagnostics.items)
    source = read_source(path, display_name(path), diagnostics)
    if source is None:
        return None
    diagnostics.sources[source.file] = source.text
    node = parse_json(source, diagnostics)
    if node is None or len(diagnostics.items) > before:
        return None
    manifest = _Reader(Document(node.value, node.place, source.file), diagnostics).manifest()
    return manifest if len(diagnostics.items) == before else None


@dataclass(frozen=True, slots=True)
class _Reader:
    """Takes a manifest apart; whatever is wrong is reported where it stands."""

    document: Document
    diagnostics: Diagnostics

    def manifest(self) -> Manifest:
        if self._at("format") != _FORMAT:
            self._fault(f"the manifest is not of format {_FORMAT}", "format")
            return Manifest(Options("_"), "", "", "", {})
        return Manifest(
            self._options(),
            self._text("spec", "version"),
            self._text("spec", "sha256"),
            self._text("tool", "version"),
            self._files(),
        )

    def _at(self, *pointer: str) -> Json:
        value = self.document.value
        for step in pointer:
            if not isinstance(value, dict) or step not in value:
                return None
            value = value[step]
        return value

    def _fault(self, message: str, *pointer: str, at_key: bool = False) -> None:
        place = self.document.place.at(pointer)
        span = place.key if at_key and place.key is not None else place.span
        hint = "restore the manifest from version control, or vendor anew with --force"
        self.diagnostics.error(span, "P002", message, hint)

    def _text(self, *pointer: str) -> str:
        value = self._at(*pointer)
        if isinstance(value, str) and value.isprintable():
            return value
        self._fault(f"{'.'.join(pointer)} has to be a string", *pointer)
        return ""

    def _options(self) -> Options:
        options = Options(self._text("options", "package"))
        fault = import_name_fault(options.package)
        if options.package and fault is not None:
            self._fault(f"package {fault}", "options", "package")
        target, models = self._at("options", "target"), self._at("options", "models")
        if target not in VENDOR_TARGETS:
            self._fault(f"target has to be {' or '.join(VENDOR_TARGETS)}", "options", "target")
        flavour = next((known for known in MODEL_FLAVOURS if known == models), None)
        if flavour is None:
            known = ", ".join(MODEL_FLAVOURS)
            self._fault(f"models has to be one of {known}", "options", "models")
        client = self._at("options", "client")
        if client is not None and not isinstance(client, bool):
            self._fault("client has to be true or false", "options", "client")
        return Options(
            options.package,
            models=flavour or "none",
            dialects=self._dialects(),
            client=client is True,  # manifests of old say nothing of it
        )

    def _dialects(self) -> tuple[str, ...]:
        value = self._at("options", "dialects")
        if value == "all":
            return ()
        if isinstance(value, list) and value and all(isinstance(name, str) for name in value):
            return tuple(sorted({str(name) for name in value}))
        self._fault('dialects has to be "all" or a list of names', "options", "dialects")
        return ()

    def _files(self) -> dict[str, str]:
        value = self._at("files")
        if not isinstance(value, dict):
            self._fault("files has to be an object", "files")
            return {}
        found = {}
        for path, digest in value.items():
            if not is_safe(path) or path == NAME:
                self._fault(
                    f"the path {path[:120]!a} leads out of the package, or to no file of it",
                    "files",
                    path,
                    at_key=True,
                )
            elif not isinstance(digest, str) or len(digest) != 64 or not _HEX.issuperset(digest):
                self._fault("this is no sha256 in hexadecimal", "files", path)
            else:
                found[path] = digest
        return found
