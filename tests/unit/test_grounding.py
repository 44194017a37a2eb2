"""Citations and log probabilities of Gemini's answers, wherever the segments and tokens lie."""

from __future__ import annotations

from typing import Any

import pytest
from openresponses import dialects

GEMINI = dialects.get("gemini_generate_content")
CHUNKS = [
    {"web": {"uri": "https://a.example/", "title": "A"}},
    {"maps": {"uri": "https://m.example/"}},
]


def answer(*texts: str, **beside: Any) -> dict[str, Any]:
    parts = [{"text": text} for text in texts]
    content = {"role": "model", "parts": parts}
    return {"candidates": [{"content": content, "finishReason": "STOP", **beside}]}


def grounding(*segments: dict[str, Any], indices: Any = (0,)) -> dict[str, Any]:
    supports = [{"segment": s, "groundingChunkIndices": list(indices)} for s in segments]
    return {"groundingMetadata": {"groundingChunks": CHUNKS, "groundingSupports": supports}}


def citations(body: dict[str, Any]) -> list[tuple[str, str]]:
    """(cited text, address) of every citation of an answer."""
    return [
        (part["text"][note["start_index"] : note["end_index"]], note["url"])
        for item in GEMINI.decode_response(body).body["output"]
        for part in item["content"]
        for note in part["annotations"]
    ]


@pytest.mark.parametrize(
    ("texts", "segment", "cited"),
    [
        (("Hello there",), {"startIndex": 6, "endIndex": 11, "text": "there"}, "there"),
        (("Hello there",), {"endIndex": 5}, "Hello"),
        (("Tromsø er kald",), {"startIndex": 8, "endIndex": 15, "text": "er kald"}, "er kald"),
        (("🌍 round",), {"startIndex": 5, "endIndex": 10, "text": "round"}, "round"),
        (("One. ", "Two."), {"startIndex": 0, "endIndex": 4, "text": "Two."}, "Two."),
        (("One. ", "Two."), {"startIndex": 5, "endIndex": 9, "text": "Two."}, "Two."),
    ],
)
def test_segments_are_found_by_their_bytes(
    texts: tuple[str, ...], segment: dict[str, Any], cited: str
) -> None:
    body = answer(*texts, **grounding(segment, indices=(0, 1)))
    assert citations(body) == [(cited, "https://a.example/"), (cited, "https://m.example/")]


@pytest.mark.parametrize(
    "segment",
    [
        {"startIndex": 0, "endIndex": 5, "text": "Other"},
        {"startIndex": 9, "endIndex": 99},
        {"startIndex": -1, "endIndex": 2},
        {"startIndex": 3, "endIndex": 1},
        {"endIndex": "5"},
        {},
    ],
)
def test_segments_that_lie_nowhere_stay_in_the_residue(segment: dict[str, Any]) -> None:
    body = answer("Hello", **grounding(segment))
    assert citations(body) == []
    found = GEMINI.decode_response(body).body
    assert GEMINI.encode_response(found).body["candidates"] == body["candidates"]


@pytest.mark.parametrize("indices", [(7,), (-1,), (True,), ("0",), ()])
def test_sources_that_do_not_exist_are_left_out(indices: Any) -> None:
    assert citations(answer("Hello", **grounding({"endIndex": 5}, indices=indices))) == []


def test_citations_from_elsewhere_become_grounding() -> None:
    note = {"type": "url_citation", "url": "https://b.example/", "title": "B"}
    text = {"type": "output_text", "text": "Tromsø er kald", "logprobs": []}
    text["annotations"] = [{**note, "start_index": 0, "end_index": 6}]
    message = {"type": "message", "role": "assistant", "content": [text]}
    body = GEMINI.encode_response({"status": "completed", "output": [message]}).body
    assert citations(body) == [("Tromsø", "https://b.example/")]
    segment = body["candidates"][0]["groundingMetadata"]["groundingSupports"][0]["segment"]
    assert segment == {"partIndex": 0, "startIndex": 0, "endIndex": 7, "text": "Tromsø"}


def test_tokens_go_to_the_texts_that_they_make_up() -> None:
    chosen = [{"token": t, "logProbability": -0.5} for t in ("One", ". ", "Two", ".")]
    body = answer("One. ", "Two.", logprobsResult={"chosenCandidates": chosen})
    (message,) = GEMINI.decode_response(body).body["output"]
    tokens = [[p["token"] for p in part["logprobs"]] for part in message["content"]]
    assert tokens == [["One", ". "], ["Two", "."]]
    again = GEMINI.encode_response(GEMINI.decode_response(body).body).body
    assert again["candidates"] == body["candidates"]
