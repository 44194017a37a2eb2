"""The generated package of this tree, whatever else of that name is installed."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / "generated" / "python"

if str(PYTHON) not in sys.path:
    sys.path.insert(0, str(PYTHON))

dialects: Any = import_module("openresponses.dialects")
events: Any = import_module("openresponses.events")


def _codec() -> tuple[str, Callable[[bytes], Any], Callable[[Any], bytes]]:
    try:
        orjson: Any = import_module("orjson")
    except ImportError:
        encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
        return "json", json.loads, lambda value: encoder.encode(value).encode()
    return "orjson", orjson.loads, orjson.dumps


CODEC, loads, dumps = _codec()
"""The floor's own reader and writer: orjson, or json where orjson is missing or blocked."""


def models() -> Any:
    """The validating models; they need pydantic."""
    return import_module("openresponses.models")
