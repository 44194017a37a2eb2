"""What a vendored package is made of, as its manifest records it."""

from __future__ import annotations

from dataclasses import dataclass

from orgen.config import ModelFlavour


@dataclass(frozen=True, slots=True)
class Options:
    """The choices of the consumer.

    `package` is the dotted name that the package is imported by, the last part
    of which names its folder; `dialects` are sorted names, none for all; with
    `client` it calls providers, and needs httpx for that.
    """

    package: str
    target: str = "python"
    dialects: tuple[str, ...] = ()
    models: ModelFlavour = "none"
    client: bool = False
