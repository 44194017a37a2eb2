"""What a document promises on the wire, apart from how it is worded.

Two documents hold the same contract if their normal forms are equal. Prose (descriptions, titles,
examples, the texts of `x-enumDescriptions`), this project's own notes (`x-orgen-...`) and the order
of keys and union members are no part of it; names, requiredness, nullability, constraints, enums,
defaults, unions, all other `x-` keywords, operations, media types and security schemes are.

    >>> left = {"openapi": "3.1.0", "components": {"schemas": {"A": {"type": ["string", "null"]}}}}
    >>> right = {"openapi": "3.1.0", "components": {"schemas": {"A": {
    ...     "anyOf": [{"type": "null"}, {"type": "string"}], "description": "The same."}}}}
    >>> compare(left, right)
    []
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from orgen.contract.compare import Difference, Kind, differences
from orgen.contract.document import read_document
from orgen.contract.tree import canonical_text, to_json

if TYPE_CHECKING:
    from orgen.ir.schema import Json

__all__ = ["Difference", "Kind", "compare", "contract_hash", "normal_form"]


def normal_form(value: Json) -> Json:
    """The contract of an OpenAPI 3.1 or JSON Schema document as plain, canonical JSON.

    `value` is one document whose references are local. It is not changed.
    """
    return to_json(read_document(value))


def contract_hash(value: Json) -> str:
    """The sha256 of the normal form, in hexadecimal: equal for equal contracts."""
    return hashlib.sha256(canonical_text(normal_form(value)).encode("ascii")).hexdigest()


def compare(left: Json, right: Json) -> list[Difference]:
    """Every difference between two contracts, in the order of `left`; empty if they are equal."""
    return differences(read_document(left), read_document(right))
