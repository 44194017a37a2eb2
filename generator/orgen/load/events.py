"""Events of YAML text, fast where that surely makes no difference.

ruamel.yaml's pure parser follows YAML 1.2 and explains every fault; it is slow. libyaml, which
PyYAML brings along, follows YAML 1.1 and takes some texts otherwise. Its events are used only for
a file in which nothing is found that the two could read differently, and which turns out to have
no fault at all. All others, and all where libyaml is missing, are read by the pure parser alone.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from typing import Any

try:
    from yaml import ScalarEvent, YAMLError  # type: ignore[import-untyped]
    from yaml.cyaml import CParser  # type: ignore[import-untyped]
except ImportError:  # no PyYAML, or one without libyaml
    CParser = None
    YAMLError = ValueError


class Unread(Exception):
    """The fast parser has found a fault, or what the exact one should look at."""


# What the two may read differently: line ends and characters of YAML 1.1, tabs, directives and
# marks of documents, explicit keys, tags, odd anchors, comments in the head of a block scalar,
# spaces below it.
_DIFFERENT = re.compile(
    r"""
    [\t\r\x85\u2028\u2029\ufeff\ue000-\uf8ff]
    | ^(?:%|---|\.\.\.)
    | (?:^|[\s\[{,:]) (?:[?](?:\s|$) | ! | [&*](?![A-Za-z0-9_-]+(?:[ ,\]}]*$|[ ]\w)))
    | [|>][-+0-9]*\# | [|>][-+0-9]*[ ]*(?:\#[^\n]*)?\n\n*[ ]+\n
    """,
    re.VERBOSE | re.MULTILINE,
)


def fast_events(text: str) -> Iterator[Any] | None:
    """libyaml's events of a text in which nothing is found that the two could read differently.

    Raises, while it is iterated over, `Unread` at a fault.
    """
    if CParser is None or _DIFFERENT.search(text):
        return None
    return _events(text)


def _events(text: str) -> Iterator[Any]:
    try:
        parser = CParser(text)
        while parser.check_event():
            event = parser.get_event()
            if event.__class__ is ScalarEvent and not event.value and not event.style:
                raise Unread  # nothing is written there, and they differ in where that is
            yield event
    except (YAMLError, ValueError, LookupError) as fault:
        raise Unread from fault


def exact_events(text: str) -> Iterator[Any]:
    """The pure parser's events; raises ruamel.yaml's errors while it is iterated over."""
    from ruamel.yaml import YAML  # seldom needed

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield from YAML(typ="safe", pure=True).parse(text)
