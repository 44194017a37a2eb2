"""A dialect as its users see it: six translations, each with its losses."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeAlias, TypeVar

from . import resource
from .context import response_base
from .decoding import MAX_RESPONSE_BYTES, StreamDecoder
from .encoding import SpeakingEncoder, StreamEncoder
from .errors import DecodeError, Loss, LossError, Unsupported, UnsupportedError
from .fixups import FIXUPS
from .framing import MAX_EVENT_BYTES
from .gathering import Gathering
from .grounding import ANSWER_FIXUPS, AnswerFixup
from .mirroring import MirrorEncoder
from .profiles import spoken
from .settings import FIELD, apply_settings
from .spelling import OtherSpelling, respelled
from .splitting import Splitting
from .streams import StreamTable
from .tables import DialectTables, Rule
from .terms import formed, leave_out, refuse

if TYPE_CHECKING:
    from ..types import (
        CompactResource,
        CompactResponseMethodPublicBody,
        CreateResponseBody,
        ErrorPayload,
        ResponseResource,
    )

Clock = Callable[[], float]
Body = TypeVar("Body")
"""A body as it comes out of a translation."""
Request = TypeVar("Request")
Response = TypeVar("Response")
Error = TypeVar("Error")
"""A vendor's own bodies."""


class Model(Protocol):
    """A body as an object that can be dumped, such as those of `models`."""

    def model_dump(self, *, mode: str = ...) -> Any: ...


Plain: TypeAlias = Mapping[str, Any] | Model
"""A body whose parts nobody has typed."""

STATUS = "@status"
"""Where rules for errors find the HTTP status."""


class Encoded(NamedTuple, Generic[Body]):
    """A native body, what it lost, and where to send it.

    `path` is the URL path below the provider's base URL; `status` is set for
    errors.
    """

    body: Body
    losses: tuple[Loss, ...] = ()
    path: str = ""
    headers: Mapping[str, str] = MappingProxyType({})
    status: int = 200


class Decoded(NamedTuple, Generic[Body]):
    """A canonical body and what it lost."""

    body: Body
    losses: tuple[Loss, ...] = ()


@dataclass(frozen=True, slots=True)
class Functions:
    """The generated entry points of a dialect module."""

    encode_request: Rule
    decode_request: Rule
    encode_response: Rule
    decode_response: Rule
    encode_error: Rule
    decode_error: Rule
    encode_compact_request: Rule | None = None
    decode_compact_request: Rule | None = None
    encode_compact_response: Rule | None = None
    decode_compact_response: Rule | None = None


@dataclass(frozen=True, slots=True)
class Dialect(Generic[Request, Response, Error]):
    """One wire format. `encode` is canonical to native, `decode` the reverse.

    Its types say what the vendor's own bodies are: `Dialect[Request, Response, Error]`.
    """

    tables: DialectTables
    functions: Functions
    path: str
    stream_path: str
    compact_path: str = ""
    clock: Clock = time.time
    stream: StreamTable | None = None

    answer_fixups: tuple[AnswerFixup, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        found = (ANSWER_FIXUPS[name] for name in self.tables.fixups if name in ANSWER_FIXUPS)
        object.__setattr__(self, "answer_fixups", tuple(found))

    @property
    def name(self) -> str:
        return self.tables.name

    def slug(self, provider: str | None) -> str:
        """The first part of extension types: the provider's slug, else the vendor's."""
        return self.tables.slugs.get(provider, provider) if provider else self.tables.slug

    def encode_request(
        self,
        request: CreateResponseBody | Plain,
        provider: str | None = None,
        strict: bool = False,
    ) -> Encoded[Request]:
        """An Open Responses request as a native one.

        Raises DecodeError for a malformed request, UnsupportedError for one
        that the API cannot take, LossError in strict mode for any loss.
        """
        body = plain(request)
        own: Dialect[Any, Any, Any] = self
        if provider is not None:
            own = spoken(self, provider, body.get("model"))
        if own.tables.forms:
            body = formed(own.tables, body)
        ctx = Gathering(own.tables, body, own.slug(provider))
        if own.tables.refuses:
            refuse(ctx, body)
        native = own.run(own.functions.encode_request, body, ctx)
        path = own.path
        url: dict[str, Any] = {}
        if "{" in path:
            url = {key: native.pop(mark) for key, mark in url_keys(path) if mark in native}
        entry = apply_settings(ctx, body, native, provider) if body.get(FIELD) is not None else None
        if own.tables.lacks:
            leave_out(ctx, body, native, entry)
        for name in own.tables.fixups:
            if name in FIXUPS:
                FIXUPS[name](ctx, body, native)
        if own.stream_path != path and (url.get("stream") or native.get("stream")):
            path = own.stream_path
        for key, value in url.items():
            if isinstance(value, str) and _quoted(value) != value:
                sent = f"a URL does not take it as it is; sent as {_quoted(value)!r}"
                ctx.report(body, key, "coerced", sent)
        settle(ctx.losses, ctx.problems, strict)
        return Encoded(native, tuple(ctx.losses), fill(path, url))

    def decode_request(
        self, body: Request | Plain, provider: str | None = None, path: str | None = None
    ) -> Decoded[CreateResponseBody]:
        """A native request as an Open Responses one; raises DecodeError."""
        native = plain(body)
        own: Dialect[Any, Any, Any] = self
        if provider is not None:
            own = spoken(self, provider, _model(self, native, path))
        known = own.tables.spelling
        ctx = own.splitting(native, provider, path, spelling=known is not None)
        try:
            canonical = own.run(own.functions.decode_request, native, ctx)
        except OtherSpelling:
            native = respelled(native, known or {})
            ctx = own.splitting(native, provider, path, spelling=False)
            canonical = own.run(own.functions.decode_request, native, ctx)
        settle(ctx.losses, ctx.problems, strict=False)
        return Decoded(canonical, tuple(ctx.losses))

    def splitting(
        self, native: dict[str, Any], provider: str | None, path: str | None, *, spelling: bool
    ) -> Splitting:
        """The context of a native request."""
        ctx = Splitting(self.tables, native, self.slug(provider), spelling=spelling)
        if path is not None:
            ctx.url = unfill(self.path, self.stream_path, path)
        return ctx

    def decode_response(
        self,
        body: Response | Plain,
        request: CreateResponseBody | Plain | None = None,
        provider: str | None = None,
    ) -> Decoded[ResponseResource]:
        """A native response as a ResponseResource; raises DecodeError.

        `request` is the canonical request; its settings are echoed.
        """
        own: Dialect[Any, Any, Any] = self if provider is None else spoken(self, provider)
        native = plain(body)
        ctx = Splitting(own.tables, native, own.slug(provider), response=True)
        ctx.base = response_base(native.get("id") or native.get("responseId"), native)
        asked = plain(request) if request else None
        if asked is not None and isinstance(asked.get("tool_choice"), dict):
            ctx.status = None  # items are given ids when it is known which may stay
        canonical = own.run(own.functions.decode_response, native, ctx)
        made: Any = resource.complete(ctx, canonical, asked, own.clock)
        for fixup in own.answer_fixups:
            fixup.decode(own.tables, native, made)
        settle(ctx.losses, ctx.problems, strict=False)
        return Decoded(made, tuple(ctx.losses))

    def encode_response(
        self, response: ResponseResource | Plain, provider: str | None = None
    ) -> Encoded[Response]:
        """A ResponseResource as a native response.

        Raises DecodeError or UnsupportedError, as `encode_request` does.
        """
        own: Dialect[Any, Any, Any] = self if provider is None else spoken(self, provider)
        body = plain(response)
        ctx = Gathering(own.tables, body, own.slug(provider), response=True)
        said = body if own.tables.echoes else resource.reduced(body, own.tables.name)
        identifier = ctx.own_id(body.get("id"), body)
        if identifier is not None and identifier != body.get("id"):
            said = {**said, "id": identifier}
        native = own.run(own.functions.encode_response, said, ctx)
        for fixup in own.answer_fixups:
            fixup.encode(own.tables, body, native)
        settle(ctx.losses, ctx.problems, strict=False)
        return Encoded(native, tuple(ctx.losses))

    def decode_error(
        self, status: int, body: Any, provider: str | None = None
    ) -> Decoded[dict[str, ErrorPayload]]:
        """A native error of any shape as `{"error": {type, code, message, param}}`."""
        own: Dialect[Any, Any, Any] = self if provider is None else spoken(self, provider)
        ctx = Splitting(own.tables, body, own.slug(provider))
        native = body[0] if isinstance(body, list) and body else body
        found: dict[str, Any] = {}
        if isinstance(native, dict):
            # Rules may look at the HTTP status, under a name that no body has.
            ctx.source = {**native, STATUS: status}
            try:
                found = own.run(own.functions.decode_error, ctx.source, ctx)
            except DecodeError:
                found = {}  # not the vendor's own shape: a proxy spoke
            found.pop(f"{own.tables.name}:{STATUS}", None)
        error: Any = resource.complete_error(status, native, found)
        return Decoded({"error": error}, tuple(ctx.losses))

    def encode_error(
        self, error: Mapping[str, Any] | ErrorPayload | Model, provider: str | None = None
    ) -> Encoded[Error]:
        """`{"error": {...}}` as the vendor would say it, with its HTTP status."""
        own: Dialect[Any, Any, Any] = self if provider is None else spoken(self, provider)
        outer = plain(error)
        inner = outer.get("error", outer)
        if not isinstance(inner, dict):
            raise DecodeError("/error", "expected an object")
        ctx = Gathering(own.tables, inner, own.slug(provider))
        native = own.run(own.functions.encode_error, inner, ctx)
        status = native.pop(STATUS, None) or resource.status_of(inner)
        return Encoded(native, tuple(ctx.losses), status=status)

    # Streams --------------------------------------------------------------------

    def StreamDecoder(
        self,
        request: CreateResponseBody | Plain | None = None,
        provider: str | None = None,
        *,
        max_event_bytes: int = MAX_EVENT_BYTES,
        max_response_bytes: int = MAX_RESPONSE_BYTES,
    ) -> StreamDecoder:
        """A decoder for one native stream; `request` is the canonical request.

        `max_event_bytes` and `max_response_bytes` bound what it reads. Raises
        UnsupportedError where the API has no streams.
        """
        own: Dialect[Any, Any, Any] = self if provider is None else spoken(self, provider)
        return StreamDecoder(
            own,
            own.streams(),
            plain(request) if request else None,
            provider,
            max_event_bytes=max_event_bytes,
            max_response_bytes=max_response_bytes,
        )

    def StreamEncoder(
        self,
        request: CreateResponseBody | Plain | None = None,
        provider: str | None = None,
    ) -> StreamEncoder:
        """An encoder for one native stream; `request` is the canonical request.

        Raises UnsupportedError where the API has no streams.
        """
        own: Dialect[Any, Any, Any] = self if provider is None else spoken(self, provider)
        table = own.streams()
        form = SpeakingEncoder if table.mirror is None else MirrorEncoder
        return form(own, table, plain(request) if request else None, provider)

    def streams(self) -> StreamTable:
        """How streams are laid out, if the API has them."""
        if self.stream is None:
            raise UnsupportedError([Unsupported("", f"{self.name} has no streams")])
        return self.stream

    # Compaction -----------------------------------------------------------------

    def encode_compaction_request(
        self,
        request: CompactResponseMethodPublicBody | Plain,
        provider: str | None = None,
        strict: bool = False,
    ) -> Encoded[dict[str, Any]]:
        """A request to compact a conversation as a native one.

        Raises UnsupportedError where the API has no such thing, else as
        `encode_request` does.
        """
        own: Dialect[Any, Any, Any] = self if provider is None else spoken(self, provider)
        function = own.compacting(own.functions.encode_compact_request)
        body = plain(request)
        ctx = Gathering(own.tables, body, own.slug(provider))
        native = own.run(function, body, ctx)
        apply_settings(ctx, body, native, provider)
        settle(ctx.losses, ctx.problems, strict)
        return Encoded(native, tuple(ctx.losses), own.compact_path)

    def decode_compaction_request(
        self, body: Plain, provider: str | None = None
    ) -> Decoded[CompactResponseMethodPublicBody]:
        """A native request to compact a conversation as an Open Responses one."""
        own: Dialect[Any, Any, Any] = self if provider is None else spoken(self, provider)
        function = own.compacting(own.functions.decode_compact_request)
        native = plain(body)
        ctx = Splitting(own.tables, native, own.slug(provider))
        canonical = own.run(function, native, ctx)
        if canonical.get("model") is None:
            raise DecodeError("/model", "expected the name of a model")
        settle(ctx.losses, ctx.problems, strict=False)
        return Decoded(canonical, tuple(ctx.losses))

    def encode_compaction(
        self, compaction: CompactResource | Plain, provider: str | None = None
    ) -> Encoded[dict[str, Any]]:
        """A CompactResource as a native one."""
        own: Dialect[Any, Any, Any] = self if provider is None else spoken(self, provider)
        function = own.compacting(own.functions.encode_compact_response)
        body = plain(compaction)
        ctx = Gathering(own.tables, body, own.slug(provider), response=True)
        native = own.run(function, body, ctx)
        settle(ctx.losses, ctx.problems, strict=False)
        return Encoded(native, tuple(ctx.losses))

    def decode_compaction(
        self, body: Plain, provider: str | None = None
    ) -> Decoded[CompactResource]:
        """A native compaction as a CompactResource."""
        own: Dialect[Any, Any, Any] = self if provider is None else spoken(self, provider)
        function = own.compacting(own.functions.decode_compact_response)
        native = plain(body)
        ctx = Splitting(own.tables, native, own.slug(provider), response=True)
        ctx.base = response_base(native.get("id"), native)
        canonical = own.run(function, native, ctx)
        made: Any = resource.complete_compaction(ctx, canonical, own.clock)
        settle(ctx.losses, ctx.problems, strict=False)
        return Decoded(made, tuple(ctx.losses))

    def compacting(self, function: Rule | None) -> Rule:
        """The function, if the API compacts conversations."""
        if function is None:
            raise UnsupportedError([Unsupported("", f"{self.name} has no compaction")])
        return function

    def run(self, function: Rule, body: Any, ctx: Any) -> Any:
        """A generated function; input nested too deep is bad input."""
        try:
            return function(body, ctx)
        except RecursionError:
            raise DecodeError("", "is nested too deep") from None


def settle(losses: list[Loss], problems: list[Any], strict: bool) -> None:
    """Ends a translation: refuses what cannot be carried, and losses in strict mode."""
    if problems:
        raise UnsupportedError(problems)
    if strict and losses:
        raise LossError(losses)


def plain(value: Any) -> dict[str, Any]:
    """A body as plain JSON: models are dumped. Raises DecodeError for anything but an object."""
    if type(value) is dict:
        return value
    if not isinstance(value, dict):
        dump = getattr(value, "model_dump", None)
        if dump is None:
            raise DecodeError("", "expected an object")
        value = dump(mode="json")
    if not isinstance(value, dict):
        raise DecodeError("", "expected an object")
    return value


def _model(dialect: Dialect[Any, Any, Any], native: dict[str, Any], path: str | None) -> Any:
    """The model that a native request is for; some APIs have it in the URL."""
    model = native.get("model")
    if model is None and path is not None:
        return unfill(dialect.path, dialect.stream_path, path).get("model")
    return model


def fill(path: str, fields: Mapping[str, Any]) -> str:
    """The URL path with its fields filled in."""
    if "{" not in path:
        return path
    pieces = list(_pieces(path))
    for index in range(1, len(pieces), 2):
        pieces[index] = _quoted(fields.get(pieces[index]))
    return "".join(pieces)


_FIELD = re.compile(r"\{(\w+)\}")
_UNSAFE = re.compile(r"[^A-Za-z0-9._:@/-]|\.\.")


@cache
def _pieces(path: str) -> tuple[str, ...]:
    """What stands between the fields of a dialect's path, and their names."""
    return tuple(_FIELD.split(path))


@cache
def url_keys(path: str) -> tuple[tuple[str, str], ...]:
    """The fields of a dialect's path, and whether a stream is wanted, with their native keys."""
    return tuple((key, f"@{key}") for key in (*_pieces(path)[1::2], "stream"))


def _quoted(value: Any) -> str:
    """A model name in a path: letters, digits and the marks that model names use."""
    return _UNSAFE.sub("_", str(value or ""))


def unfill(path: str, stream_path: str, found: str) -> dict[str, Any]:
    """The fields that a URL path holds, and whether it asks for a stream."""
    for template, stream in ((stream_path, True), (path, False)):
        match = _pattern(template).search(found.partition("?")[0])
        if match:
            fields: dict[str, Any] = match.groupdict()
            return {**fields, "stream": True} if stream and path != stream_path else fields
    return {}


@cache
def _pattern(template: str) -> re.Pattern[str]:
    """What paths of a dialect end in."""
    pattern = re.escape(_tail(template.partition("?")[0]))
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+(?:/[^/]+)*)", pattern) + "$")


def _tail(template: str) -> str:
    """A path from the step before its first field: what stands before differs by server."""
    field = template.find("{")
    return template if field < 0 else template[template.rfind("/", 0, field - 1) :]
