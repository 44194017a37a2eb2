"""Open Responses' own opinion on a body: the generated OpenAPI bundle as validators."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import openresponses
from jsonschema import Draft202012Validator

BUNDLE = Path(openresponses.__file__).parents[2] / "openapi" / "openapi.json"
"""The contract with our overlays, which is what translators speak."""


@cache
def components() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(BUNDLE.read_text("utf-8"))["components"]
    return found


@cache
def validator(component: str) -> Draft202012Validator:
    return Draft202012Validator(
        {"$ref": f"#/components/schemas/{component}", "components": components()}
    )


def faults(component: str, value: Any) -> list[str]:
    """Why a value is not valid; empty if it is."""
    found = validator(component).iter_errors(value)
    return [f"/{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in found]


def request_faults(body: Any) -> list[str]:
    return faults("CreateResponseBody", body)


def response_faults(body: Any) -> list[str]:
    return faults("ResponseResource", body)
