"""What an answer says of its text in one place, told at the text, and back.

Open Responses keeps citations and log probabilities with the text; Gemini keeps
them beside the content of a candidate, with offsets in UTF-8 bytes, and Chat
keeps log probabilities beside the message of a choice, Ollama beside the only one. See
docs/decisions/0030-grounding-and-log-probabilities.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from . import residue
from .primitives import is_number
from .tables import DialectTables

Read = Callable[[DialectTables, dict[str, Any], dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class AnswerFixup:
    """`decode(tables, native, resource)` after decoding, `encode(...)` after encoding."""

    decode: Read
    encode: Read


# Citations --------------------------------------------------------------------


def read_grounding(tables: DialectTables, native: dict[str, Any], found: dict[str, Any]) -> None:
    """Grounding supports as citations of the text that they speak of."""
    if not _any_says(native.get("candidates"), "groundingMetadata"):
        return
    for index, candidate in enumerate(_objects(native.get("candidates"))):
        if "groundingMetadata" not in candidate:
            continue
        metadata = _object(candidate.get("groundingMetadata"))
        chunks = metadata.get("groundingChunks")
        texts = [(part, _bytes(part["text"])) for part in _texts(tables, found, index)]
        for support in _objects(metadata.get("groundingSupports")):
            place = _stretch(_object(support.get("segment")), texts)
            if place is None:
                continue
            part, start, end = place
            for url, title in _sources(support.get("groundingChunkIndices"), chunks):
                part.setdefault("annotations", []).append(
                    {
                        "type": "url_citation",
                        "url": url,
                        "start_index": start,
                        "end_index": end,
                        "title": title,
                    }
                )


def _stretch(
    segment: dict[str, Any], texts: list[tuple[dict[str, Any], bytes]]
) -> tuple[dict[str, Any], int, int] | None:
    """The part that holds the segment, and where it begins and ends in characters.

    Offsets count from the part or from the beginning of all text, so the
    segment's own text decides.
    """
    start, end = segment.get("startIndex", 0), segment.get("endIndex")
    if type(start) is not int or type(end) is not int or not 0 <= start <= end:
        return None
    before = 0
    for part, data in texts:
        for base in dict.fromkeys((0, before)):
            if start < base or end - base > len(data):
                continue
            cut = data[start - base : end - base].decode("utf-8", "replace")
            if segment.get("text", cut) == cut:
                ascii = len(data) == len(part["text"])
                first = (
                    start - base if ascii else len(data[: start - base].decode("utf-8", "replace"))
                )
                return part, first, first + len(cut)
        before += len(data)
    return None


def _sources(indices: Any, chunks: Any) -> Iterator[tuple[str, str]]:
    """(address, title) of the chunks that have an address."""
    for index in indices if isinstance(indices, list) else []:
        if not isinstance(chunks, list) or type(index) is not int or not 0 <= index < len(chunks):
            continue
        for source in _object(chunks[index]).values():
            if isinstance(source, dict) and isinstance(source.get("uri"), str):
                title = source.get("title")
                yield source["uri"], title if isinstance(title, str) else ""


def write_grounding(tables: DialectTables, found: dict[str, Any], native: dict[str, Any]) -> None:
    """Citations as grounding, where the answer brings none of its own."""
    if not _has_any(found, "annotations"):
        return
    for index, candidate in enumerate(_objects(native.get("candidates"))):
        if "groundingMetadata" in candidate:
            continue
        chunks: list[dict[str, Any]] = []
        supports: list[dict[str, Any]] = []
        for number, part in _written(tables, found, candidate, index):
            for citation in _objects(part.get("annotations")):
                support = _support(citation, part["text"], number, chunks)
                if support is not None:
                    supports.append(support)
        if supports:
            candidate["groundingMetadata"] = {
                "groundingChunks": chunks,
                "groundingSupports": supports,
            }


def _support(
    citation: dict[str, Any], text: str, number: int, chunks: list[dict[str, Any]]
) -> dict[str, Any] | None:
    start, end = citation.get("start_index"), citation.get("end_index")
    if citation.get("type") != "url_citation" or type(start) is not int or type(end) is not int:
        return None
    chunk = {"web": {"uri": citation.get("url"), "title": citation.get("title")}}
    if chunk not in chunks:
        chunks.append(chunk)
    segment = {
        "partIndex": number,
        "startIndex": len(_bytes(text[:start])),
        "endIndex": len(_bytes(text[:end])),
        "text": text[start:end],
    }
    return {"segment": segment, "groundingChunkIndices": [chunks.index(chunk)]}


# Log probabilities --------------------------------------------------------------


def read_logprobs(tables: DialectTables, native: dict[str, Any], found: dict[str, Any]) -> None:
    """The chosen tokens, dealt out to the texts that they make up."""
    if not _any_says(native.get("candidates"), "logprobsResult"):
        return
    for index, candidate in enumerate(_objects(native.get("candidates"))):
        if "logprobsResult" not in candidate:
            continue
        result = _object(candidate.get("logprobsResult"))
        others = result.get("topCandidates")
        tokens = [
            _token(chosen, others[at] if isinstance(others, list) and at < len(others) else None)
            for at, chosen in enumerate(_objects(result.get("chosenCandidates")))
        ]
        for part in _texts(tables, found, index):
            room = len(part["text"])
            while tokens and room > 0:
                token = tokens.pop(0)
                part.setdefault("logprobs", []).append(token)
                room -= len(token["token"])


def _token(chosen: dict[str, Any], others: Any) -> dict[str, Any]:
    top = [_bare(other) for other in _objects(_object(others).get("candidates"))]
    return {**_bare(chosen), "top_logprobs": top}


def _bare(candidate: dict[str, Any]) -> dict[str, Any]:
    token, number = candidate.get("token"), candidate.get("logProbability")
    text = token if isinstance(token, str) else ""
    return {
        "token": text,
        "logprob": number if is_number(number) else 0,
        "bytes": list(_bytes(text)),
    }


def write_logprobs(tables: DialectTables, found: dict[str, Any], native: dict[str, Any]) -> None:
    """The tokens of all texts as one result, where the answer brings none of its own."""
    if not _has_any(found, "logprobs"):
        return
    for index, candidate in enumerate(_objects(native.get("candidates"))):
        parts = [part for _, part in _written(tables, found, candidate, index)]
        tokens = [token for part in parts for token in _objects(part.get("logprobs"))]
        if not tokens or "logprobsResult" in candidate:
            continue
        result: dict[str, Any] = {"chosenCandidates": [_native(token) for token in tokens]}
        if any(token.get("top_logprobs") for token in tokens):
            result["topCandidates"] = [
                {"candidates": [_native(other) for other in _objects(token.get("top_logprobs"))]}
                for token in tokens
            ]
        candidate["logprobsResult"] = result


def _native(token: dict[str, Any]) -> dict[str, Any]:
    return {"token": token.get("token"), "logProbability": token.get("logprob")}


def read_choice_logprobs(
    tables: DialectTables, native: dict[str, Any], found: dict[str, Any]
) -> None:
    """The tokens of each choice, dealt out to its texts."""
    if not _any_says(native.get("choices"), "logprobs"):
        return
    for index, choice in enumerate(_objects(native.get("choices"))):
        if not choice.get("logprobs"):
            continue
        tokens = [_chat_token(token) for token in _objects(_logprobs(choice).get("content"))]
        parts = list(_texts(tables, found, index))
        _deal_out(tokens, parts)
        told = {key for key, value in _logprobs(choice).items() if value is not None}
        if parts and told == {"content"}:
            found.pop(f"{tables.name}:choices.{index}.logprobs", None)


def _deal_out(tokens: list[dict[str, Any]], parts: list[dict[str, Any]]) -> None:
    """Gives every text the tokens that make it up; the last one gets the rest."""
    waiting = iter(tokens)
    for part in parts:
        room = len(part["text"])
        while room > 0 or part is parts[-1]:
            token = next(waiting, None)
            if token is None:
                return
            part.setdefault("logprobs", []).append(token)
            room -= len(token["token"])


def read_body_logprobs(
    tables: DialectTables, native: dict[str, Any], found: dict[str, Any]
) -> None:
    """The tokens beside the only message, dealt out to its texts."""
    told = native.get("logprobs")
    if told is None:
        return
    tokens = [_chat_token(token) for token in _objects(told)]
    parts = list(_texts(tables, found, 0))
    _deal_out(tokens, parts)
    if parts and told == tokens:
        found.pop(f"{tables.name}:logprobs", None)


def write_body_logprobs(
    tables: DialectTables, found: dict[str, Any], native: dict[str, Any]
) -> None:
    """The tokens of all texts beside the only message."""
    if not _has_any(found, "logprobs"):
        return
    parts = _texts(tables, found, 0)
    tokens = [token for part in parts for token in _objects(part.get("logprobs"))]
    if tokens and "logprobs" not in native:
        native["logprobs"] = tokens


def _logprobs(choice: dict[str, Any]) -> dict[str, Any]:
    return _object(choice.get("logprobs"))


def _chat_token(token: dict[str, Any]) -> dict[str, Any]:
    top = [_chat_candidate(other) for other in _objects(token.get("top_logprobs"))]
    return {**_chat_candidate(token), "top_logprobs": top}


def _chat_candidate(token: dict[str, Any]) -> dict[str, Any]:
    text, number, data = token.get("token"), token.get("logprob"), token.get("bytes")
    return {
        **token,
        "token": text if isinstance(text, str) else "",
        "logprob": number if is_number(number) else 0,
        "bytes": data if isinstance(data, list) else [],
    }


def write_choice_logprobs(
    tables: DialectTables, found: dict[str, Any], native: dict[str, Any]
) -> None:
    """The tokens of all texts of a choice beside its message."""
    if not _has_any(found, "logprobs"):
        return
    for index, choice in enumerate(_objects(native.get("choices"))):
        parts = _texts(tables, found, index)
        tokens = [token for part in parts for token in _objects(part.get("logprobs"))]
        if tokens and "logprobs" not in choice:
            choice["logprobs"] = {"content": tokens, "refusal": None}


def _any_says(values: Any, key: str) -> bool:
    """Whether one of the answers has that: nearly none does."""
    for value in values if isinstance(values, list) else ():
        if isinstance(value, dict) and value.get(key) is not None:
            return True
    return False


# Texts ------------------------------------------------------------------------


def _has_any(found: dict[str, Any], key: str) -> bool:
    """Whether a part of the output has such a list, and something in it."""
    output = found.get("output")
    for item in output if isinstance(output, list) else ():
        content = item.get("content") if isinstance(item, dict) else None
        for part in content if isinstance(content, list) else ():
            if isinstance(part, dict) and part.get(key):
                return True
    return False


def _texts(tables: DialectTables, found: dict[str, Any], index: int) -> Iterator[dict[str, Any]]:
    """The text parts of one choice."""
    mark = f"{tables.name}:{residue.CHOICE}"
    for item in _objects(found.get("output")):
        if item.get("type") == "message" and item.get(mark, 0) == index:
            for part in _objects(item.get("content")):
                if part.get("type") == "output_text" and isinstance(part.get("text"), str):
                    yield part


def _written(
    tables: DialectTables, found: dict[str, Any], candidate: dict[str, Any], index: int
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Text parts with the place of the native part that each became."""
    native = _objects(_object(candidate.get("content")).get("parts"))
    places = {
        number: part["text"]
        for number, part in enumerate(native)
        if isinstance(part.get("text"), str) and not part.get("thought")
    }
    for part in _texts(tables, found, index):
        number = next((n for n, text in places.items() if text == part["text"]), None)
        if number is not None:
            del places[number]
            yield number, part


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> list[dict[str, Any]]:
    """The elements of a list as objects; others count as empty ones, so that places stay."""
    return [_object(inner) for inner in value] if isinstance(value, list) else []


ANSWER_FIXUPS: dict[str, AnswerFixup] = {
    "body_logprobs": AnswerFixup(read_body_logprobs, write_body_logprobs),
    "choice_logprobs": AnswerFixup(read_choice_logprobs, write_choice_logprobs),
    "grounding_citations": AnswerFixup(read_grounding, write_grounding),
    "logprobs_result": AnswerFixup(read_logprobs, write_logprobs),
}
"""Fixups of answers by their name in the dialect files."""
