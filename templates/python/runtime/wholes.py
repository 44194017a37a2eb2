"""Whole responses in the vendor's form, while a stream is under way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import resource
from .errors import Loss, OpenResponsesError
from .gathering import Gathering
from .grounding import ANSWER_FIXUPS

if TYPE_CHECKING:
    from .translation import Dialect


class Wholes:
    """Encodes responses, items and errors. `losses` are those of the last response alone."""

    def __init__(self, dialect: Dialect[Any, Any, Any], slug: str, losses: list[Loss]) -> None:
        self._dialect = dialect
        self._slug = slug
        self._losses = losses

    def encoded(self, response: dict[str, Any]) -> dict[str, Any]:
        """A response on the way: what it cannot say is told at the end, not each time."""
        try:
            return self._run(response)[0]
        except OpenResponsesError:
            return {}

    def last(self, response: dict[str, Any]) -> dict[str, Any]:
        """The response as it ended. What cannot be sent is a loss: the stream is under way."""
        losses = self._losses
        try:
            native, ctx = self._run(response)
        except OpenResponsesError as error:
            losses.append(Loss("", "dropped", f"the response cannot be sent: {error}"))
            return {}
        tables = self._dialect.tables
        for name in tables.fixups:
            if name in ANSWER_FIXUPS:
                ANSWER_FIXUPS[name].encode(tables, response, native)
        losses.extend(ctx.losses)
        losses.extend(Loss(p.path, "dropped", p.reason) for p in ctx.problems)
        return native

    def _run(self, response: dict[str, Any]) -> tuple[dict[str, Any], Gathering]:
        dialect = self._dialect
        tables = dialect.tables
        said = response if tables.echoes else resource.reduced(response, tables.name)
        ctx = Gathering(tables, response, self._slug, response=True)
        return dialect.run(dialect.functions.encode_response, said, ctx), ctx

    def error(self, error: dict[str, Any]) -> dict[str, Any]:
        """The body of an error."""
        known = error.get("type")
        if not isinstance(known, str) or known not in resource.TYPE_STATUS:
            known = "server_error"
        whole = {"type": known, "message": error.get("message") or "", "param": None, **error}
        try:
            encoded = self._dialect.encode_error({"error": {**whole, "type": known}})
        except OpenResponsesError:
            return {"error": {"message": whole["message"]}}
        self._losses.extend(loss._replace(path=f"/error{loss.path}") for loss in encoded.losses)
        body: dict[str, Any] = encoded.body
        return body

    def text(self, text: str) -> Any:
        """The part that a bare text stands for."""
        return self._dialect.tables.text(text)
