"""What the toolchain has to say about its input, each remark with a position.

Every stage takes a `Diagnostics` collector and goes on after a fault as far as
it can, so that one run reports all faults at once. `DiagnosticError` ends a
stage that cannot go on; the command line prints what was collected.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of a source file; lines and columns count from 1, in characters.

    `file` is the path as the user would type it: relative to the project where
    possible, with forward slashes.
    """

    file: str
    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Severity(enum.Enum):
    """Errors stop generation; warnings do not, but exit with 1 under `orgen validate`."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Related:
    """A second place that explains a diagnostic, such as the first of two duplicates."""

    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One fault: where it is, its code in `docs/diagnostics.md`, what is wrong, what to do."""

    span: Span
    code: str
    message: str
    hint: str | None = None
    severity: Severity = Severity.ERROR
    related: tuple[Related, ...] = ()

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        return (self.span.file, self.span.line, self.span.column, self.code, self.message)


@dataclass(slots=True)
class Diagnostics:
    """Collects diagnostics and the source texts that are needed to show them."""

    items: list[Diagnostic] = field(default_factory=list)
    sources: dict[str, str] = field(default_factory=dict)
    """File name -> text, for the source line under a diagnostic."""

    def error(
        self,
        span: Span,
        code: str,
        message: str,
        hint: str | None = None,
        related: Iterable[Related] = (),
    ) -> None:
        self.items.append(Diagnostic(span, code, message, hint, Severity.ERROR, tuple(related)))

    def warning(
        self,
        span: Span,
        code: str,
        message: str,
        hint: str | None = None,
        related: Iterable[Related] = (),
    ) -> None:
        self.items.append(Diagnostic(span, code, message, hint, Severity.WARNING, tuple(related)))

    @property
    def has_errors(self) -> bool:
        return any(item.severity is Severity.ERROR for item in self.items)

    def __iter__(self) -> Iterator[Diagnostic]:
        """All diagnostics in reading order, each once, with every place that explains it."""
        places: dict[Diagnostic, dict[Related, None]] = {}
        for item in self.items:
            places.setdefault(replace(item, related=()), {}).update(dict.fromkeys(item.related))
        found = (replace(item, related=tuple(related)) for item, related in places.items())
        return iter(sorted(found, key=lambda item: item.sort_key))

    def __bool__(self) -> bool:
        return bool(self.items)

    def check(self) -> None:
        """Raise `DiagnosticError` if any error has been collected."""
        if self.has_errors:
            raise DiagnosticError(self)


class DiagnosticError(Exception):
    """A stage cannot go on; `diagnostics` says why."""

    def __init__(self, diagnostics: Diagnostics) -> None:
        super().__init__("; ".join(item.message for item in diagnostics))
        self.diagnostics = diagnostics
