"""Other libraries at the same work, each used as its own documentation says.

A peer that is not installed is left out, and named in the report. Each looks at a task and
offers a function, or None where it has nothing for it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module, metadata
from typing import Any

from benchmarks.tasks import Run, Task

Offer = Callable[[Task], Run | None]


@dataclass(frozen=True, slots=True)
class Peer:
    """A library: its distribution, and the module here that knows how to use it."""

    distribution: str
    module: str


PEERS = (
    Peer("llm-rosetta", "rosetta"),
    Peer("litellm", "lite"),
    Peer("openai", "openai_sdk"),
    Peer("anthropic", "anthropic_sdk"),
    Peer("google-genai", "genai_sdk"),
    Peer("openresponses-types", "contract_types"),
)


@dataclass(slots=True)
class Field:
    """The peers that are here, by distribution, and those that are not."""

    present: dict[str, Offer] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)

    def __call__(self, task: Task) -> Mapping[str, Run]:
        """What the peers offer for the task."""
        offers = {name: offer(task) for name, offer in self.present.items()}
        return {name: run for name, run in offers.items() if run is not None}

    def versions(self) -> Iterator[tuple[str, str]]:
        """Distribution and version of each that is here."""
        for name in self.present:
            yield name, metadata.version(name)


def load() -> Field:
    """All peers that are installed."""
    found = Field()
    logging.disable(logging.CRITICAL)
    for peer in PEERS:
        try:
            metadata.version(peer.distribution)
        except metadata.PackageNotFoundError:
            found.absent.append(peer.distribution)
            continue
        module: Any = import_module(f"benchmarks.peers.{peer.module}")
        found.present[peer.distribution] = module.offer
    return found
