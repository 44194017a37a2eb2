"""`openresponses.events`: reading, checking and collecting streams."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openresponses import events
from streams import Event, Plan, Stream, build, greeting, lawful_streams, renumbered, response, sse

HOSTILE: list[Any] = [None, True, -1, 1.5, 10**400, "", "\ud800", [], {}, [[]], {"type": 1}]


# --- reading --------------------------------------------------------------


@pytest.mark.parametrize("done", [True, False])
@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_native_streams_are_read(done: bool, end: str) -> None:
    stream = greeting()
    assert list(events.read([sse(stream.events, done=done, end=end)])) == stream.events


def test_the_raw_reasoning_events_have_the_names_of_the_spec() -> None:
    sent = [
        {"type": f"response.reasoning_text.{end}", "sequence_number": 1}
        for end in ("delta", "done")
    ]
    assert [e["type"] for e in events.read([sse(sent)])] == [
        "response.reasoning.delta",
        "response.reasoning.done",
    ]


@given(lawful_streams(), st.data())
def test_events_are_the_same_however_the_bytes_are_cut(stream: Stream, data: st.DataObject) -> None:
    text = sse(stream.events)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=9)))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert list(events.read(pieces)) == stream.events
    assert list(events.read(bytes([byte]) for byte in text)) == stream.events


def test_messages_of_a_websocket_are_read() -> None:
    reader = events.Reader()
    stream = greeting().events
    got = [e for event in stream for e in reader.feed_message(json.dumps(event))]
    assert got == stream
    assert reader.feed_message(b'{"type":"x:y"}') == [{"type": "x:y"}]
    assert reader.close() == []


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"{", "invalid_json"),
        (b"{'type': 1}", "invalid_json"),
        (b'{"a": NaN}', "invalid_json"),
        (b"[" * 100_000, "invalid_json"),
        (b"[1]", "invalid_event"),
        (b"null", "invalid_event"),
        (b"{}", "invalid_event"),
        (b'{"type": 5}', "invalid_event"),
    ],
)
def test_what_is_no_event_becomes_an_error_event(data: bytes, code: str) -> None:
    first = b'data: {"type":"a:b","sequence_number":4}\n\n'
    _, error, after = events.read([first + b"data: " + data + b"\n\n" + first])
    assert (error["type"], error["sequence_number"]) == ("error", 5)
    assert error["error"]["code"] == code
    assert error["error"].keys() == {"type", "code", "message", "param"}
    assert after["type"] == "a:b"


def test_a_stream_cut_within_an_event_ends_with_an_error() -> None:
    text = sse(greeting().events, done=False)
    *before, last = events.read([text[:-20]])
    assert before == greeting().events[:-1]
    assert last["error"]["code"] == "stream_truncated"


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_limits_end_the_stream(size: int) -> None:
    good = {"type": "a:b", "sequence_number": 0}
    text = sse([good]) + b"data: " + b"x" * 500 + b"\n\n" + sse([good])
    pieces = [text[i : i + size] for i in range(0, len(text), size)]
    got = list(events.read(pieces, max_event_bytes=300))
    assert got[0] == good
    assert [e["type"] for e in got] == ["a:b", "error"]
    assert got[1]["error"]["code"] == "event_too_large"
    many = sse([good] * 50)
    got = list(
        events.read([many[i : i + size] for i in range(0, len(many), size)], max_response_bytes=200)
    )
    assert [e["type"] for e in got] == ["a:b"] * 5 + ["error"]
    assert got[-1]["error"]["code"] == "response_too_large"
    reader = events.Reader(max_event_bytes=10)
    assert reader.feed_message("x" * 11)[0]["error"]["code"] == "event_too_large"
    assert reader.feed_message("{}") == []


def test_misuse_raises_at_once() -> None:
    with pytest.raises(TypeError, match="feed_message"):
        events.Reader().feed("data: {}\n\n")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="str or bytes"):
        events.Reader().feed_message({})  # type: ignore[arg-type]
    for whole in (b"data: {}", "data: {}"):
        with pytest.raises(TypeError, match="iterable of bytes"):
            events.read(whole)  # type: ignore[arg-type]
    reader = events.Reader()
    reader.feed(b"")
    with pytest.raises(RuntimeError, match="was given bytes before"):
        reader.feed_message("{}")
    reader.close()
    assert reader.close() == []
    with pytest.raises(RuntimeError, match="feed after close"):
        reader.feed(b"")


def test_errors_have_the_form_of_the_spec() -> None:
    flat = {"type": "error", "code": "quota", "message": "no", "param": None, "sequence_number": 2}
    nested = {"error": {"type": "x", "code": None, "message": "no", "param": None}}
    plain = {"type": "error", "error": "overloaded"}
    first, second, third = events.read(
        [sse([flat]), b"data: " + json.dumps(nested).encode() + b"\n\n", sse([plain])]
    )
    assert first["error"] == {
        "type": "server_error",
        "code": "quota",
        "message": "no",
        "param": None,
    }
    assert first.keys() == {"type", "sequence_number", "error"}
    assert second == {"type": "error", **nested}
    assert third["error"]["message"] == "overloaded"


def test_the_event_field_names_an_event_that_does_not() -> None:
    (event,) = events.read([b'event: acme:note\ndata: {"sequence_number": 0}\n\n'])
    assert event == {"type": "acme:note", "sequence_number": 0}


def test_the_module_loads_when_it_is_first_used() -> None:
    code = """
import sys
import openresponses
assert "openresponses.events" not in sys.modules
openresponses.events.read
"""
    env = {"PYTHONPATH": events.__file__.rsplit("/", 2)[0]}
    subprocess.run([sys.executable, "-c", code], check=True, env=env)


# --- checking and collecting lawful streams --------------------------------


@given(lawful_streams())
def test_lawful_streams_pass_and_build_their_response(stream: Stream) -> None:
    kept = copy.deepcopy(stream.events)
    assert events.check(stream.events) == []
    assert events.accumulate(stream.events) == stream.response
    assert stream.events == kept, "events are not changed"


@given(lawful_streams())
def test_the_items_are_built_without_the_last_event(stream: Stream) -> None:
    got = events.accumulate(stream.events[:-1])
    assert got["output"] == stream.response["output"]
    assert got["status"] == "failed"
    (end,) = events.check(stream.events[:-1])
    assert (end.index, end.event, end.law) == (len(stream.events) - 1, None, "S1")


@given(lawful_streams())
def test_a_last_event_that_says_little_erases_nothing(stream: Stream) -> None:
    for item in stream.events[-1]["response"]["output"]:
        for key in set(item) - {"type", "id", "status"}:
            del item[key]
    assert events.accumulate(stream.events) == stream.response
    stream.events[-1]["response"]["output"] = []
    assert events.accumulate(stream.events) == stream.response


# --- one change of a lawful stream ----------------------------------------


def _drop(stream: list[Event], at: int) -> list[Event]:
    return [*stream[:at], *stream[at + 1 :]]


def _duplicate(stream: list[Event], at: int) -> list[Event]:
    return [*stream[: at + 1], *stream[at:]]


def _swap(stream: list[Event], at: int) -> list[Event]:
    return [*stream[:at], *stream[at : at + 2][::-1], *stream[at + 2 :]]


@pytest.mark.parametrize("change", [_drop, _duplicate, _swap])
@given(stream=lawful_streams(), data=st.data())
def test_a_change_of_order_is_reported(
    change: Callable[[list[Event], int], list[Event]], stream: Stream, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(stream.events) - (2 if change is _swap else 1)))
    assert events.check(change(stream.events, at))


RENUMBERED_AND_LAWFUL = {
    "response.queued",  # may be left out
    "acme:progress",  # moves nothing
    "error",  # a response may fail without one
}


@pytest.mark.parametrize("change", [_drop, _duplicate])
@given(stream=lawful_streams(), data=st.data())
def test_numbering_anew_does_not_hide_it(
    change: Callable[[list[Event], int], list[Event]], stream: Stream, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(stream.events) - 1))
    kind = stream.events[at]["type"]
    lawful = kind in RENUMBERED_AND_LAWFUL and (change is _drop or kind == "acme:progress")
    assert bool(events.check(renumbered(change(stream.events, at)))) != lawful


TEXT_FIELDS = ("delta", "text", "refusal", "arguments", "annotation")


@given(stream=lawful_streams(), data=st.data())
def test_a_changed_number_id_or_text_is_reported(stream: Stream, data: st.DataObject) -> None:
    places = [
        (number, key)
        for number, event in enumerate(stream.events)
        for key in event
        if key.endswith(("_index", "item_id", "sequence_number")) or key in TEXT_FIELDS
    ]
    number, key = data.draw(st.sampled_from(places))
    event = stream.events[number]
    if isinstance(event[key], int):
        event[key] += data.draw(st.sampled_from([-1, 1, 7]))
    else:
        event[key] = {"type": "x:y"} if key == "annotation" else event[key] + "x"
    assert events.check(stream.events)


@given(stream=lawful_streams(), data=st.data())
def test_a_changed_text_or_id_within_a_payload_is_reported(
    stream: Stream, data: st.DataObject
) -> None:
    places: list[tuple[Any, str]] = []
    for event in stream.events:
        for key in ("item", "part"):
            if key in event and event["type"].endswith(".done"):
                places += _strings(event[key])
        places += [
            place
            for item in event.get("response", {}).get("output", ())
            for place in _strings(item)
        ]
    if places:
        holder, key = data.draw(st.sampled_from(places))
        holder[key] += "x"
        assert events.check(stream.events)


def _strings(value: Any) -> list[tuple[Any, str]]:
    """Holder and key of every text, except `status`, whose other values may be lawful."""
    if isinstance(value, dict):
        here = [(value, k) for k in value if isinstance(value[k], str) and k != "status"]
        return here + [place for entry in value.values() for place in _strings(entry)]
    return [p for entry in value for p in _strings(entry)] if isinstance(value, list) else []


def _set(number: int, **fields: Any) -> Callable[[list[Event]], None]:
    return lambda stream: stream[number].update(fields)


def _remove(number: int, key: str) -> Callable[[list[Event]], None]:
    return lambda stream: stream[number].__delitem__(key)


READABLE = [
    (
        _set(4, item_id="other"),
        'event 4 (response.output_text.delta): S2: `item_id` is "other", not "item_0"',
    ),
    (
        _set(4, delta="Jel"),
        "event 6 (response.output_text.done): S3: `text` is not what was sent before: "
        '"Hello", not "Jello", at character 0',
    ),
    (
        _set(4, content_index=1),
        "event 4 (response.output_text.delta): S3: no content part was opened at 1",
    ),
    (
        _set(4, output_index=-1),
        "event 4 (response.output_text.delta): S2: `output_index` cannot be -1",
    ),
    (
        _set(4, sequence_number=9),
        "event 4 (response.output_text.delta): S1: `sequence_number` is 9, not 4",
    ),
    (_set(4, delta=7), "event 4 (response.output_text.delta): S4: `delta` is a string, not 7"),
    (_remove(4, "delta"), "event 4 (response.output_text.delta): S4: `delta` is missing"),
    (
        _set(2, output_index=1),
        "event 2 (response.output_item.added): S2: `output_index` is 1, not 0",
    ),
    (_set(8, item=None), "event 8 (response.output_item.done): S4: `item` is null"),
    (
        _set(4, type="response.lost"),
        "event 4 (response.lost): S4: is neither an event of the spec nor named `slug:type`",
    ),
    (
        _set(4, type="response.refusal.delta"),
        'event 4 (response.refusal.delta): S3: type "output_text" has no refusal',
    ),
    (
        _set(9, type="response.failed"),
        'event 9 (response.failed): S1: `response.status` is "completed", not failed',
    ),
    (
        _set(9, type="response.incomplete"),
        "event 9 (response.incomplete): S1: `response.incomplete_details` is missing",
    ),
    (
        _set(1, type="response.completed"),
        "event 1 (response.completed): S1: cannot come while the response is created",
    ),
]


@pytest.mark.parametrize(("change", "message"), READABLE)
def test_violations_are_readable(change: Callable[[list[Event]], None], message: str) -> None:
    stream = copy.deepcopy(greeting().events)
    change(stream)
    assert message in [str(violation) for violation in events.check(stream)]


def test_an_item_opens_with_what_no_event_can_change() -> None:
    plan = Plan("function_call", {"call_id": "c", "name": ""}, None, [], ["{}"])
    found = events.check(build([plan], "completed", lambda options: options[0]).events)
    assert [(v.law, v.message) for v in found] == [("S2", "`item.name` is not known yet")]


def test_ids_are_unique() -> None:
    plans = [Plan("acme:search", {"id": "same"}, None, []) for _ in range(2)]
    found = events.check(build(plans, "completed", lambda options: options[0]).events)
    assert [(v.law, v.message) for v in found] == [
        ("S2", 'the id in `item.id` was used before: "same"')
    ]


# --- hostile streams ---------------------------------------------------------


@given(stream=lawful_streams(), data=st.data())
def test_hostile_values_are_violations_not_exceptions(stream: Stream, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(stream.events) - 1))
    event = stream.events[at]
    key = data.draw(st.sampled_from(sorted(event)))
    value = data.draw(st.sampled_from(HOSTILE))
    inner = event[key] if isinstance(event[key], dict) else event
    inner[data.draw(st.sampled_from(sorted(inner) or ["type"]))] = value
    for violation in events.check(stream.events):
        assert len(str(violation)) < 1000
    assert isinstance(events.accumulate(stream.events)["output"], list)


@pytest.mark.parametrize("value", HOSTILE)
def test_anything_may_stand_for_an_event(value: Any) -> None:
    assert events.check([value])
    assert events.accumulate([value])["status"] == "failed"


def test_deep_values_are_a_violation() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    other: Any = []
    for _ in range(100_000):
        other = [other]
    stream = greeting().events
    stream[8]["item"]["content"][0]["x"] = deep
    stream[7]["part"]["x"] = other
    assert any("deep" in v.message for v in events.check(stream))


def test_huge_indices_cost_nothing() -> None:
    stream = greeting().events
    for event in stream[2:9]:
        event["output_index"] = 10**9
    assert events.accumulate(stream)["output"][0]["content"][0]["text"] == "Hello"


# --- collecting what real servers send ---------------------------------------


def test_a_cut_stream_is_a_failed_response_with_all_that_came() -> None:
    got = events.accumulate(greeting().events[:5])
    assert got["status"] == "failed"
    assert got["error"] == {
        "code": "stream_truncated",
        "message": "the stream ended before the response did",
    }
    (item,) = got["output"]
    assert item["status"] == "incomplete"
    assert item["content"] == [
        {"type": "output_text", "text": "Hel", "annotations": [], "logprobs": []}
    ]


def test_an_error_alone_is_a_failed_response() -> None:
    error = {"type": "too_many_requests", "code": "quota", "message": "no", "param": None}
    got = events.accumulate([{"type": "error", "sequence_number": 0, "error": error}])
    assert (got["status"], got["error"]) == ("failed", {"code": "quota", "message": "no"})
    assert (got["output"], got["tools"]) == ([], [])


def test_parts_that_were_not_announced_are_built() -> None:
    kept = [e for e in greeting().events if "content_part" not in e["type"]]
    kept[-2]["item"] = {"type": "message", "id": "item_0", "status": "completed"}
    kept[-1]["response"]["output"] = []
    (item,) = events.accumulate(kept)["output"]
    assert item["content"] == [{"type": "output_text", "text": "Hello"}]


def test_logprobs_are_gathered_and_final_values_win() -> None:
    stream = greeting().events
    stream[4]["logprobs"] = [{"token": "Hel"}]
    stream[5]["logprobs"] = [{"token": "lo"}]
    stream[-1]["response"]["output"][0]["content"][0]["text"] = "Hello!"
    part = events.accumulate(stream)["output"][0]["content"][0]
    assert part["logprobs"] == [{"token": "Hel"}, {"token": "lo"}]
    assert part["text"] == "Hello!"


def test_ids_that_change_at_the_end_do_not_double_items() -> None:
    stream = greeting().events
    stream[-1]["response"]["output"][0]["id"] = "rs_tmp"
    assert [i["id"] for i in events.accumulate(stream)["output"]] == ["rs_tmp"]


def test_models_are_events_too() -> None:
    class Model:
        def __init__(self, event: Event) -> None:
            self.event = event

        def model_dump(self, mode: str) -> Event:
            assert mode == "json"
            return self.event

    stream: list[Any] = [Model(event) for event in greeting().events]
    assert events.check(stream) == []
    assert events.accumulate(stream) == greeting().response


# --- time ----------------------------------------------------------------------


def _long(deltas: int) -> list[Event]:
    part = {"type": "output_text", "text": "", "annotations": []}
    plan = Plan(
        "message", {"role": "assistant"}, "content", [(part, "text", ["word "] * deltas, [])]
    )
    return build([plan], "completed", lambda options: options[0]).events


def _many(items: int) -> list[Event]:
    plans = [Plan("acme:search", {"query": n}, None, []) for n in range(items)]
    return build(plans, "completed", lambda options: options[-1]).events


def _repeated(times: int) -> list[Event]:
    stream = _long(times)
    return renumbered([*stream, *stream[-2:] * times, *stream[:2] * times])


@pytest.mark.parametrize("make", [_long, _many, _repeated])
@pytest.mark.parametrize("work", [events.check, events.accumulate])
def test_time_is_linear(make: Callable[[int], list[Event]], work: Callable[[Any], Any]) -> None:
    def seconds(size: int) -> float:
        stream = make(size)
        start = time.process_time()
        work(stream)
        return time.process_time() - start

    small = min(seconds(1000) for _ in range(3))
    assert min(seconds(8000) for _ in range(2)) < 8 * 4 * max(small, 0.001)


def test_a_whole_response_without_items_is_lawful() -> None:
    begun = response("in_progress", [])
    stream = [
        {"type": "response.created", "response": begun},
        {"type": "response.in_progress", "response": begun},
        {"type": "response.completed", "response": response("completed", [])},
    ]
    assert events.check(renumbered(stream)) == []
