"""The streams of our own: one folder a case, with the vendor's bytes as they arrive.

`tests/golden/streams/<dialect>/<case>/stream.sse|ndjson|json` shows what servers
were seen to do. Each is read as the dialect that its folder names.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from openresponses import dialects

FOLDER = Path(__file__).parent / "golden" / "streams"
DIALECTS = tuple(sorted(folder.name for folder in FOLDER.iterdir() if folder.is_dir()))


@dataclass(frozen=True)
class Decoded:
    """What a decoder made of a stream."""

    events: list[dict[str, Any]]
    response: dict[str, Any]
    losses: list[Any]


@dataclass(frozen=True)
class StreamCase:
    """One stream of a vendor."""

    dialect: str
    name: str
    folder: Path
    data: bytes


@cache
def stream_cases(dialect: str) -> tuple[StreamCase, ...]:
    """The streams of a dialect, by name."""
    return tuple(
        StreamCase(dialect, path.parent.name, path.parent, path.read_bytes())
        for path in sorted((FOLDER / dialect).glob("*/stream.*"))
    )


def decoded(dialect: str, data: bytes | Iterable[bytes], **options: Any) -> Decoded:
    """The events of a stream, which may come in pieces."""
    decoder = dialects.get(dialect).StreamDecoder(**options)
    events: list[dict[str, Any]] = []
    for chunk in [data] if isinstance(data, bytes) else data:
        events += decoder.feed(chunk)
    events += decoder.close()
    return Decoded(events, events[-1]["response"], decoder.losses)


def outline(event: dict[str, Any]) -> str:
    """An event on one line: what it is, where, and what it says."""
    words = [event["type"].removeprefix("response.")]
    keys = ("output_index", "content_index", "summary_index", "annotation_index")
    words += [str(event[key]) for key in keys if key in event]
    if event["type"].endswith("output_item.added"):
        item = event["item"]
        words += [str(item[key]) for key in ("type", "id", "call_id", "name") if key in item]
    words += [repr(event["delta"])] if "delta" in event else []
    return " ".join(words)
