"""What the units of other dialects, and the overviews, have to know about a dialect."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from orgen.dialect.ast import Dialect
from orgen.dialect.settings import Knowledge, knowledge_of
from orgen.targets.python.native_modules import entry_classes

_NATIVE = "native.yaml"


@dataclass(frozen=True, slots=True)
class Facts:
    """About one dialect; plain data, because it is kept in the cache."""

    known: Knowledge
    extends: str | None
    classes: tuple[str, str, str] | None
    """What request, response and error are called in its module of native types."""
    typed: bool
    """Whether it has a native schema."""
    own: bool
    """Whether that schema lies beside it, and not beside the dialect that it extends."""

    @property
    def name(self) -> str:
        return self.known.name

    @property
    def title(self) -> str:
        return self.known.title

    @property
    def slug(self) -> str:
        return self.known.slug


def facts_of(dialect: Dialect, folder: Path) -> Facts:
    """The facts of a dialect whose files lie in `folder`."""
    return Facts(
        knowledge_of(dialect),
        dialect.extends,
        entry_classes(dialect),
        dialect.native is not None,
        (folder / _NATIVE).exists(),
    )


def dump(facts: Facts) -> str:
    """The facts as JSON."""
    return json.dumps(asdict(facts))


def load(text: str) -> Facts:
    """The facts that `dump` has made JSON of.

    Raises:
        ValueError: if it is something else.
    """
    try:
        value = json.loads(text)
        known = value["known"]
        made = Facts(
            Knowledge(**{f.name: _known(f.name, known[f.name]) for f in fields(Knowledge)}),
            value["extends"],
            _classes(value["classes"]),
            value["typed"],
            value["own"],
        )
    except (KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise ValueError(f"no facts: {fault}") from fault
    words = (made.name, made.title, made.slug)
    lists = (made.known.other_slugs, made.known.settings, made.known.types)
    if not (
        all(isinstance(word, str) for word in words)
        and all(isinstance(words, tuple) for words in lists)
        and isinstance(made.extends, str | None)
        and isinstance(made.typed, bool)
        and isinstance(made.own, bool)
    ):
        raise ValueError("no facts")
    return made


def _known(name: str, value: Any) -> Any:
    """A field of what is known: `servers` are pairs of a word and words, others are simpler."""
    if name != "servers":
        return _word_or_words(value)
    return tuple((_word(setting), _word_or_words(list(slugs))) for setting, slugs in value)


def _word(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no word")
    return value


def _word_or_words(value: Any) -> Any:
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return tuple(value)
    if not isinstance(value, str):
        raise TypeError("neither a word nor words")
    return value


def _classes(value: Any) -> tuple[str, str, str] | None:
    if value is None:
        return None
    request, response, error = _word_or_words(value)
    return request, response, error
