"""Translates one body from one dialect to another, with the generated package."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from orgen.diagnostics import Diagnostics, Span

if TYPE_CHECKING:
    from orgen.ir.schema import Json
    from orgen.load import Document

Kind: TypeAlias = Literal["request", "response", "error"]
KINDS: tuple[Kind, ...] = ("request", "response", "error")
CANONICAL = "openresponses"
"""The name of the canonical form itself, whether or not the spec has a dialect of that name."""


@dataclass(frozen=True, slots=True)
class Lost:
    """One loss: on which half of the way, where, and why. `place` is in the input, if known."""

    half: str
    path: str
    action: str
    reason: str
    place: Span | None


@dataclass(frozen=True, slots=True)
class Job:
    """What to translate: dialect names, the kind of body, who is called, the status of errors."""

    source: str
    target: str
    kind: Kind
    strict: bool = False
    provider: str | None = None
    status: int = 400
    path: str | None = None
    """The URL path of a request, for formats that keep settings in it."""


class Refused(Exception):
    """The body cannot be translated; what stands against it has been reported.

    `malformed` tells a body that is wrong from one that the target cannot carry.
    """

    def __init__(self, malformed: bool) -> None:
        super().__init__("the body cannot be translated")
        self.malformed = malformed


@dataclass(slots=True)
class Translator:
    """One run. `package` is the loaded generated package."""

    package: ModuleType
    body: Document
    diagnostics: Diagnostics

    def run(self, job: Job) -> tuple[Json, list[Lost]]:
        """The translated body and everything it lost.

        Raises:
            Refused: if there is none.
        """
        value, lost = self.body.value, []
        direct = job.source == CANONICAL
        if not self.known(job.source):
            canonical = value
        else:
            made = self.attempt(lambda: self.decode(job, value), located=True)
            canonical = made.body
            lost += [self.lost("decode", loss, True) for loss in made.losses]
        if not self.known(job.target):
            self.refuse_losses(job, lost)
            return canonical, lost
        found = self.attempt(lambda: self.encode(job, canonical), located=direct)
        lost += [self.lost("encode", loss, direct) for loss in found.losses]
        self.refuse_losses(job, lost)
        return found.body, lost

    def known(self, name: str) -> bool:
        """False for the canonical form, where the package has no dialect of that name."""
        return name != CANONICAL or name in self.package.dialects.names()

    def decode(self, job: Job, value: Json) -> Any:
        dialect = self.package.dialects.get(job.source)
        match job.kind:
            case "request":
                return dialect.decode_request(value, path=job.path)
            case "response":
                return dialect.decode_response(value, provider=job.provider)
            case "error":
                return dialect.decode_error(job.status, value, provider=job.provider)

    def encode(self, job: Job, canonical: Json) -> Any:
        dialect = self.package.dialects.get(job.target)
        match job.kind:
            case "request":
                return dialect.encode_request(canonical, provider=job.provider)
            case "response":
                return dialect.encode_response(canonical)
            case "error":
                return dialect.encode_error(canonical)

    def attempt(self, step: Callable[[], Any], *, located: bool) -> Any:
        """Run one half; its faults become diagnostics. `located`: its paths lead into the input."""
        errors = self.package.dialects
        try:
            return step()
        except errors.DecodeError as error:
            self.fault("D090", error.path, error.message, located)
            raise Refused(malformed=True) from None
        except errors.UnsupportedError as error:
            for problem in error.problems:
                self.fault("D091", problem.path, problem.reason, located)
            raise Refused(malformed=False) from None

    def refuse_losses(self, job: Job, lost: list[Lost]) -> None:
        if not job.strict or not lost:
            return
        for each in lost:
            message = f"{each.action}: {each.reason}"
            self.fault("D092", each.path, message, each.place is not None)
        raise Refused(malformed=False)

    def fault(self, code: str, path: str, message: str, located: bool) -> None:
        span = self.place(path) if located else self.body.span()
        where = path or "/"
        inner = "" if located else f" of the Open Responses form, which {self.body.file} became"
        self.diagnostics.error(span, code, f"{where}{inner}: {message}")

    def lost(self, half: str, loss: Any, located: bool) -> Lost:
        place = self.place(loss.path) if located else None
        return Lost(half, loss.path or "/", loss.action, loss.reason, place)

    def place(self, path: str) -> Span:
        """Where the input says what a JSON Pointer leads to."""
        from orgen.load import parse_pointer  # heavy: the command's help needs none of it

        return self.body.span(parse_pointer(path, self.body.value) or ())
