"""Encoders are fed what is no stream: events that are broken, missing, twice, or out of order.

Whatever comes, an encoder gives bytes or raises one of the typed errors, and so does the
accumulation of such events to a response.
"""

from __future__ import annotations

import copy
import random
from functools import cache
from typing import Any

import pytest
from openresponses import dialects, events
from openresponses.dialects import OpenResponsesError
from places import changed, containers, leaves
from stream_cases import DIALECTS, stream_cases
from test_dialect_input import WRONG

SAMPLE = 150


@cache
def streams() -> tuple[list[Any], ...]:
    """The events of our own streams."""
    found = []
    for name in DIALECTS:
        for case in stream_cases(name):
            decoder = dialects.get(name).StreamDecoder()
            found.append([*decoder.feed(case.data), *decoder.close()])
    return tuple(found)


def broken(chance: random.Random) -> tuple[str, list[Any]]:
    """A stream with something wrong in it, and what that is."""
    said = copy.deepcopy(chance.choice(streams()))
    at = chance.randrange(len(said))
    match chance.randrange(4):
        case 0:
            del said[at]
            return f"without event {at}", said
        case 1:
            said.insert(at, chance.choice(said))
            return f"an event again at {at}", said
        case 2:
            chance.shuffle(said)
            return "shuffled", said
        case _:
            spots = {**dict(leaves(said[at])), **dict(containers(said[at]))}
            place, wrong = chance.choice([path for path in spots if path]), chance.choice(WRONG)
            what = f"{said[at]['type']} {place}: {wrong!r:.40}"
            return what, [*said[:at], changed(said[at], place, wrong), *said[at + 1 :]]


@pytest.mark.parametrize("name", dialects.names())
def test_any_event_is_encoded_or_refused(name: str, full: bool) -> None:
    chance = random.Random(5)
    faults = {}
    for _ in range(SAMPLE * (20 if full else 1)):
        what, said = broken(chance)
        encoder = dialects.get(name).StreamEncoder()
        try:
            for event in said:
                encoder.feed(event)
            encoder.close()
        except OpenResponsesError:
            continue
        except Exception as error:  # whatever else comes is what this test looks for
            faults[what] = f"{type(error).__name__}: {error!s:.200}"
    assert not faults


def test_any_events_accumulate_or_are_refused(full: bool) -> None:
    chance = random.Random(6)
    faults = {}
    for _ in range(SAMPLE * (20 if full else 1)):
        what, said = broken(chance)
        try:
            assert events.accumulate(said)
        except OpenResponsesError:
            continue
        except Exception as error:  # whatever else comes is what this test looks for
            faults[what] = f"{type(error).__name__}: {error!s:.200}"
    assert not faults
