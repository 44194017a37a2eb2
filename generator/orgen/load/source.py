"""Files as text: bounded, decoded, and with positions as editors count them.

A line ends at LF, CR or CRLF, as in every common editor. The characters that
only Unicode or YAML 1.1 call line ends (U+0085, U+2028, U+2029) are ordinary
characters here: they do not start a line and count as one column. So does a
tab.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path

from orgen.diagnostics import Diagnostics, Span
from orgen.load.limits import MAX_FILE_BYTES

_LINE_END = re.compile(r"\r\n|\n|\r")
_BOM = "\ufeff"
_PROPOSED: ContextVar[Mapping[Path, bytes] | None] = ContextVar("_PROPOSED", default=None)


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a file, without its byte order mark, and the starts of its lines."""

    file: str
    text: str
    starts: list[int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        starts = [0, *(match.end() for match in _LINE_END.finditer(self.text))]
        object.__setattr__(self, "starts", starts)

    def span(self, start: int, end: int | None = None) -> Span:
        """The stretch from character `start` to `end` (default: one character)."""
        end = start + 1 if end is None else max(start, end)
        line = bisect.bisect_right(self.starts, start)
        last = bisect.bisect_right(self.starts, end, line - 1)
        return Span(
            self.file,
            line,
            start - self.starts[line - 1] + 1,
            last,
            end - self.starts[last - 1] + 1,
        )


def display_name(path: Path) -> str:
    """The path as a user would type it: relative to the working directory if it is inside."""
    try:
        return path.absolute().relative_to(Path.cwd()).as_posix() or "."
    except ValueError:
        return path.as_posix()


@contextmanager
def proposed(files: Mapping[Path, bytes]) -> Iterator[None]:
    """Read these contents in place of those on disk: how files would look after a change."""
    token = _PROPOSED.set({path.resolve(): content for path, content in files.items()})
    try:
        yield
    finally:
        _PROPOSED.reset(token)


def is_proposed() -> bool:
    """Whether files are read as they would be after a change, and not as they are."""
    return _PROPOSED.get() is not None


def read_source(path: Path, file: str, diagnostics: Diagnostics) -> Source | None:
    """Read a UTF-8 text file; report why it cannot be read and return None otherwise."""
    data = _read_bytes(path, file, diagnostics)
    if data is None:
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        _report_encoding(data, error, file, diagnostics)
        return None
    source = Source(file, text.removeprefix(_BOM))
    diagnostics.sources[file] = source.text
    return source


def _read_bytes(path: Path, file: str, diagnostics: Diagnostics) -> bytes | None:
    try:
        changed = _PROPOSED.get()
        if changed and (content := changed.get(path.resolve())) is not None:
            return content
        if path.is_dir():
            diagnostics.error(Span(file), "L003", "this is a folder, not a file")
        elif not path.exists():
            diagnostics.error(Span(file), "L001", "there is no such file")
        elif not path.is_file():
            diagnostics.error(Span(file), "L003", "this is not a regular file")
        elif (size := path.stat().st_size) > MAX_FILE_BYTES:
            _report_size(size, file, diagnostics)
        else:
            with path.open("rb") as stream:
                data = stream.read(MAX_FILE_BYTES + 1)
            if len(data) <= MAX_FILE_BYTES:
                return data
            _report_size(len(data), file, diagnostics)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        diagnostics.error(Span(file), "L002", f"the file cannot be read: {reason}")
    return None


def _report_size(size: int, file: str, diagnostics: Diagnostics) -> None:
    diagnostics.error(
        Span(file),
        "L004",
        f"the file has {size:,} bytes, more than the {MAX_FILE_BYTES:,} allowed",
        hint="split it into several files that refer to each other with $ref",
    )


def _report_encoding(
    data: bytes, error: UnicodeDecodeError, file: str, diagnostics: Diagnostics
) -> None:
    shown = Source(file, data.decode("utf-8", errors="replace").removeprefix(_BOM))
    diagnostics.sources[file] = shown.text
    before = data[: error.start].decode("utf-8").removeprefix(_BOM)
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    diagnostics.error(
        shown.span(len(before)),
        "L005",
        f"the byte 0x{data[error.start]:02x} is not UTF-8",
        hint="the file looks like UTF-16; save it as UTF-8" if utf16 else "save it as UTF-8",
    )
