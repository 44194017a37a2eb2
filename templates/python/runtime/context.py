"""What a translation knows while it runs: its source, its losses, its dialect.

Generated functions call the methods of `EncodeContext` and `DecodeContext`,
which share their names. What is asked for every item costs as little as it can;
what is asked only where something is reported may cost what it likes.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from .errors import Action, DecodeError, Loss, Unsupported
from .jsontext import text_of, value_of
from .kinds import ARTICLES, described, kind_name
from .positions import Positions, holder_of, pointer
from .primitives import MINTED, is_integer, is_minted, is_number
from .tables import DialectTables, Rule

NULL = frozenset({type(None)})


class Context:
    """One translation of one body: `response` tells an answer from a request.

    It is made for each of them, so what few need is made when it is first asked for.
    """

    base = ""
    """What minted ids say of the response."""
    hoisted = 0
    """How many items are said elsewhere than among the messages."""
    _positions: Positions | None = None

    def __init__(
        self, tables: DialectTables, source: Any, slug: str, *, response: bool = False
    ) -> None:
        self.tables = tables
        self.source = source
        self.slug = slug
        self.response = response
        self.losses: list[Loss] = []
        self.problems: list[Unsupported] = []
        self.minted: dict[str, int] = {}

    @cached_property
    def leading(self) -> list[Any]:
        """Items that stand before those of the source."""
        return []

    @cached_property
    def copies(self) -> dict[int, tuple[Any, Any]]:
        """Copies that stand for their originals, by identity."""
        return {}

    # Positions ----------------------------------------------------------------

    def pointer(self, container: Any, key: Any = None) -> str:
        """The JSON Pointer of a container in the source, or of one of its keys."""
        if self._positions is None:
            self._positions = Positions(self.source)
        if id(container) in self.copies:
            container = self.copies[id(container)][1]
        steps = self._positions.steps(container)
        return pointer(steps if key is None or key == "" else [*steps, key])

    def report(self, container: Any, key: Any, action: Action, reason: str) -> None:
        """Adds a loss."""
        self.losses.append(Loss(self.pointer(container, key), action, reason))

    def reject(self, container: Any, key: Any, reason: str) -> None:
        """Adds something that cannot be carried; the translation ends in UnsupportedError."""
        self.problems.append(Unsupported(self.pointer(container, key), reason))

    def expected(self, container: Any, key: Any, kind: str) -> DecodeError:
        """The error for a value of the wrong kind."""
        found = container.get(key) if isinstance(container, dict) else container
        return DecodeError(
            self.pointer(container, key), f"expected {kind}, found {described(found)}"
        )

    def without(self, container: dict[str, Any], keys: list[str]) -> dict[str, Any]:
        """A copy without those keys that stands for its original in what is reported."""
        copy = {key: value for key, value in container.items() if key not in keys}
        self.copies[id(copy)] = (copy, container)
        return copy

    def unspanned(self, citations: Any, text: Any) -> Any:
        """Citations as rules know them: those of the whole text go from 0 to 0, others nowhere."""
        if not isinstance(citations, list) or not isinstance(text, str):
            return citations
        return [self._unspanned(citation, len(text)) for citation in citations]

    def _unspanned(self, citation: Any, length: int) -> Any:
        if not isinstance(citation, dict) or "end_index" not in citation:
            return citation
        copy = self.without(citation, ["start_index", "end_index"])
        if (citation.get("start_index"), citation["end_index"]) == (0, length):
            copy |= {"start_index": 0, "end_index": 0}
        return copy

    # Values -------------------------------------------------------------------

    def to_json(self, value: Any, container: Any, key: str) -> str:
        """Compact JSON text."""
        try:
            return text_of(value)
        except (ValueError, RecursionError, TypeError):
            raise DecodeError(self.pointer(container, key), "is not a JSON value") from None

    def from_json(self, text: Any, container: Any, key: str) -> Any:
        """The value of JSON text; the empty text is an empty object."""
        if not isinstance(text, str):
            raise self.expected(container, key, "a string")
        try:
            return value_of(text)
        except (ValueError, RecursionError) as error:
            if not text.strip():
                return {}
            self.reject(container, key, f"is not valid JSON: {error}")
            return {}

    def in_response(self) -> bool:
        """Whether the body is an answer, not a request."""
        return self.response

    def in_request(self) -> bool:
        return not self.response

    def bare(self, parts: Any) -> Any:
        """One plain text part as its text; in an answer, all texts as one."""
        if not isinstance(parts, list):
            return parts
        if len(parts) == 1:
            text = parts[0].get("text") if isinstance(parts[0], dict) else None
            return text if isinstance(text, str) and parts[0] == self.tables.text(text) else parts
        found = [part.get("text") for part in parts if isinstance(part, dict)]
        texts = [text for text in found if isinstance(text, str)]
        if parts != [self.tables.text(text) for text in texts]:
            return parts
        return "".join(texts) if self.response or not texts else parts

    def one(self, value: Any, rule: Rule) -> Any:
        return None if value is None else rule(value, self)

    def each(self, values: Any, rule: Rule) -> list[Any] | None:
        """Every element through a rule; elements that come to nothing are left out."""
        if values is None:
            return None
        if not isinstance(values, list):
            raise self.wrong(values, "a list")
        found: list[Any] = []
        if not values:
            return found
        try:
            for value in values:
                if (made := rule(value, self)) is not None:
                    found.append(made)
        except DecodeError as error:
            scalars = (i for i, value in enumerate(values) if not isinstance(value, dict | list))
            index = None if error.path else next(scalars, None)
            if index is None:
                raise
            raise DecodeError(self.pointer(values, index), error.message) from None
        return found

    def texts(self, text: Any, container: Any, key: str) -> list[str] | None:
        """A text as a list of one, an empty one as an empty list."""
        if text is None:
            return None
        if not isinstance(text, str):
            raise self.expected(container, key, "a string")
        return [text] if text else []

    def copy(
        self, container: dict[str, Any], fields: Mapping[str, frozenset[type]], out: dict[str, Any]
    ) -> None:
        """The fields that are there, as they are; those of kind null only where they are null."""
        kinds = fields.get
        for key, value in container.items():
            if (types := kinds(key)) is not None:
                if type(value) in types:
                    out[key] = value
                elif value is not None and types != NULL:
                    self.check_types(container, key, types)
                    out[key] = value

    def check_types(self, container: Any, key: str, types: frozenset[type]) -> None:
        """Raises DecodeError unless the value is of one of the types, or a whole number."""
        value = container[key]
        whole = int in types and is_integer(value)
        plain = isinstance(value, tuple(types)) and not isinstance(value, bool)
        if not whole and not plain:
            names = sorted({kind_name(type()) for type in types if type() is not None})
            raise self.expected(container, key, " or ".join(ARTICLES[name] for name in names))

    def wrong(self, value: Any, kind: str) -> DecodeError:
        holder, key = (value, None)
        if not isinstance(value, dict | list):
            holder, key = holder_of(value, self.source)
        return DecodeError(self.pointer(holder, key), f"expected {kind}, found {described(value)}")

    def clamp(self, value: Any, low: Any, high: Any, container: Any, key: str) -> Any:
        """The value moved into the range; a loss where it had to move."""
        if not is_number(value) or low <= value <= high:
            return value
        bound = low if value < low else high
        self.report(container, key, "clamped", f"the API takes {low} to {high}; {bound} was sent")
        return bound

    # Identity -----------------------------------------------------------------

    def mint(self, kind: str, identifier: Any) -> str:
        """The id, or a new one: the same for the same body and position."""
        if isinstance(identifier, str) and identifier:
            return identifier
        number = self.minted[kind] = self.minted.get(kind, 0) + 1
        return f"{kind}{MINTED}{self.base}{number}"

    def own_or_new_id(self, kind: str, identifier: Any) -> Any:
        """The id that the client or the vendor gave, even an empty one, else a new one."""
        own = identifier is not None and not is_minted(identifier)
        return identifier if own else self.mint(kind, None)

    def has_model(self, body: Any, prefix: str) -> bool:
        """Whether the request goes to a model whose name begins so."""
        model = body.get("model")
        return isinstance(model, str) and model.rpartition("/")[2].startswith(prefix)

    def has_strict(self, body: Any) -> bool:
        """Whether a function of the request wants its schema enforced."""
        return any(
            isinstance(tool, dict) and tool.get("strict") is True
            for tool in as_elements(body.get("tools"))
        )

    def has_calls(self, body: Any) -> bool:
        """Whether the output asks the client to run a function."""
        output = body.get("output")
        for item in output if isinstance(output, list) else ():
            if isinstance(item, dict) and item.get("type") == "function_call":
                return True
        return False

    def carry(self, placement: str, payload: Any) -> str | None:
        """Opaque reasoning state in an envelope that names its origin and place."""
        if payload is None:
            return None
        if not isinstance(payload, str):
            raise self.wrong(payload, "a string")
        return f"{self.tables.name}/{placement}:{payload}"

    def carried(self, placement: str, envelope: Any) -> str | None:
        """The payload, if the envelope is ours."""
        prefix = f"{self.tables.name}/{placement}:"
        if isinstance(envelope, str) and envelope.startswith(prefix):
            return envelope[len(prefix) :]
        return None


def as_elements(value: Any) -> list[Any]:
    """The elements of a list; none of anything else."""
    return value if isinstance(value, list) else []


def response_base(identifier: Any, body: Any) -> str:
    """A short text that is the same for the same response, for minted ids.

    Without an id, the time and the model tell: a stream says them at its beginning.
    """
    if not identifier and isinstance(body, dict):
        made = body.get("created_at", body.get("created"))
        identifier = f"{made} {body.get('model')}" if isinstance(made, str | int) else None
    if isinstance(identifier, str) and identifier:
        ascii = identifier.isascii()
        data = identifier.encode() if ascii else identifier.encode("utf-8", "surrogatepass")
        return f"{zlib.crc32(data):08x}_"
    try:
        text = json.dumps(body, sort_keys=True, default=str)
    except (RecursionError, TypeError, ValueError):
        raise DecodeError("", "is nested too deep, or not JSON") from None
    return f"{zlib.crc32(text.encode('utf-8', 'surrogatepass')):08x}_"
