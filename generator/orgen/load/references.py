"""What a `$ref` points to: a file below the spec's root and a place in it, or a fault.

Only relative paths to files inside the spec's own folder are followed. URLs are
never fetched and nothing outside of the folder is opened, whether it is named by
`..`, by an absolute path or through a symbolic link.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from urllib.parse import unquote

from orgen.ir.schema import Json
from orgen.load.building import quote
from orgen.load.document import Pointer, child, parse_pointer

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference that is fit to be followed: a file, relative to the root, and a fragment."""

    file: str
    fragment: str


@dataclass(frozen=True, slots=True)
class BadReference(Exception):
    """A reference that must not be followed, and what to do instead."""

    code: str
    message: str
    hint: str | None = None


def parse_reference(text: str, base: str) -> Reference:
    """Take a `$ref` apart that is written in the file `base` (relative to the root).

    Raises:
        BadReference: if it leads out of the spec's folder or is not a JSON Pointer.
    """
    path, _, fragment = text.partition("#")
    _refuse_remote(text, path)
    path, fragment = unquote(path), unquote(fragment)
    if _CONTROL.search(path) or "\\" in path or "?" in path:
        raise BadReference(
            "L031", f"{quote(text)} is not a path", "write a relative path with forward slashes"
        )
    if path.startswith("/"):
        raise BadReference(
            "L032",
            f"{quote(text)} is an absolute path",
            "write the path relative to the file that refers",
        )
    file = posixpath.normpath(posixpath.join(posixpath.dirname(base), path)) if path else base
    if file == ".." or file.startswith("../"):
        raise BadReference(
            "L032",
            f"{quote(text)} leads out of the spec's folder",
            "copy the file into the spec's folder and refer to the copy",
        )
    if fragment and not fragment.startswith("/"):
        raise BadReference(
            "L034",
            f"{quote(text)} refers to an anchor, and anchors are not supported",
            "use a JSON Pointer such as #/$defs/Name",
        )
    return Reference(file, fragment)


def _refuse_remote(text: str, path: str) -> None:
    if not path.startswith("//") and not _SCHEME.match(path):
        return
    if path.lower().startswith("file:"):
        raise BadReference(
            "L031",
            f"{quote(text)} is a file: URL, and those are never opened",
            "write the path relative to the file that refers",
        )
    raise BadReference(
        "L031",
        f"{quote(text)} is a URL, and nothing is ever fetched",
        "copy the file into the spec's folder and refer to the copy",
    )


def locate(value: Json, fragment: str) -> Pointer | None:
    """The steps from `value` to what a fragment names; None if there is nothing."""
    steps = parse_pointer(fragment, value)
    if steps is None:
        return None
    try:
        for step in steps:
            value = child(value, step)
    except KeyError:
        return None
    return steps


_COMPONENT = "#/components/schemas/"


def component_reference(name: str) -> str:
    """The `$ref` by which a merged document names a component."""
    return _COMPONENT + name.replace("~", "~0").replace("/", "~1").replace("%", "%25")


def referred_component(reference: Json) -> str | None:
    """The component that a `$ref` of a merged document names; None for any other text."""
    if not isinstance(reference, str) or not reference.startswith(_COMPONENT):
        return None
    name = unquote(reference.removeprefix(_COMPONENT))
    return None if "/" in name else name.replace("~1", "/").replace("~0", "~")
