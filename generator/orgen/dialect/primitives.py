"""The closed set of primitives that dialect files may name.

Each has one implementation per target language (for Python:
`templates/python/runtime/primitives.py`). `docs/dialect-language.md` prints
this table.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FilterKind:
    """What a filter does to the value at its place, and to JSON types.

    `group` filters name a group of rules; `accepts` and `gives` are the JSON
    kinds before and after it ("any" where it does not matter).
    """

    name: str
    arity: range
    usage: str
    example: str
    does: str
    undoes: str
    group: bool = False
    accepts: str = "any"
    gives: str = "any"


def _kind(
    name: str,
    arguments: int | range,
    does: str,
    undoes: str,
    *,
    example: str,
    group: bool = False,
    accepts: str = "any",
    gives: str = "any",
) -> FilterKind:
    arity = range(arguments, arguments + 1) if isinstance(arguments, int) else arguments
    words = ("no argument", "one argument", "two arguments")
    usage = " or ".join(words[number] for number in arity)
    return FilterKind(
        name,
        arity,
        usage,
        example,
        does,
        undoes,
        group,
        accepts,
        gives,
    )


_KINDS = (
    _kind(
        "str",
        0,
        "takes strings only",
        "the same",
        example="$s|str",
        accepts="string",
        gives="string",
    ),
    _kind(
        "obj",
        0,
        "takes objects only",
        "the same",
        example="$s|obj",
        accepts="object",
        gives="object",
    ),
    _kind(
        "list", 0, "takes lists only", "the same", example="$s|list", accepts="array", gives="array"
    ),
    _kind(
        "json",
        0,
        "compact JSON text of the value",
        "the parsed text; refuses bad JSON",
        example="$a|json",
        gives="string",
    ),
    _kind(
        "not",
        0,
        "the opposite boolean",
        "the same",
        example="$p|not",
        accepts="boolean",
        gives="boolean",
    ),
    _kind(
        "default",
        1,
        "the argument where the value is absent",
        "the value as it is",
        example="$m|default(4096)",
    ),
    _kind(
        "clamp",
        2,
        "the value moved into the range, with a loss",
        "the value as it is",
        example="$t|clamp(0,1)",
        accepts="number",
        gives="number",
    ),
    _kind(
        "map", 1, "the native word of the enum map", "the canonical word", example="$e|map(effort)"
    ),
    _kind(
        "one",
        1,
        "the value through a group",
        "back through the group",
        example="$f|one(format)",
        group=True,
    ),
    _kind(
        "each",
        1,
        "every element through a group",
        "back through the group",
        example="$t|each(tool)",
        group=True,
        accepts="array",
        gives="array",
    ),
    _kind(
        "parts",
        1,
        "content (a string or parts) through a group",
        "back through the group",
        example="$c|parts(text)",
        group=True,
    ),
    _kind(
        "items",
        1,
        "items (or one user's text) through a group",
        "back through the group; unknown ones are extension items",
        example="$i|items(item)",
        group=True,
    ),
    _kind(
        "words",
        1,
        "every word of the list through the enum map",
        "the known words; a list with others is residue, too",
        example="$i|words(include)",
        accepts="array",
        gives="array",
    ),
    _kind(
        "untagged",
        0,
        "the text, unless it is an envelope of reasoning state",
        "the text as it is",
        example="$e|untagged",
        accepts="string",
        gives="string",
    ),
    _kind(
        "pick",
        1,
        "those elements that the group knows; others are losses",
        "every element through the group",
        example="$c|pick(image)",
        group=True,
    ),
    _kind(
        "join",
        0,
        "the strings of the list as one",
        "a list of one string",
        example="$c|pick(text)|join",
        gives="string",
    ),
    _kind(
        "mint",
        1,
        "an id of that kind where there is none",
        "the id",
        example="$id|mint(call)",
        gives="string",
    ),
    _kind("minted", 0, "the id, unless we minted it", "the id", example="$id|minted"),
    _kind(
        "own_id",
        1,
        "the id, or a minted one where there is none or we minted it",
        "the id, unless we minted it",
        example="$id|own_id(msg)",
    ),
    _kind(
        "name_of",
        0,
        "the name of the call with this id",
        "the id of the open call of this name",
        example="$id|name_of",
        gives="string",
    ),
    _kind(
        "json_or",
        1,
        "the JSON object in the text, else {argument: text}",
        "the text",
        example="$o|json_or(output)",
        gives="object",
    ),
    _kind(
        "safe_name",
        0,
        "the vendor's name of the function",
        "the name, in letters, digits, `_` and `-`",
        example="$name|safe_name",
        gives="string",
    ),
    _kind(
        "safe_id",
        0,
        "the id",
        "the id, shortened to 64 characters",
        example="$id|safe_id",
        accepts="string",
        gives="string",
    ),
    _kind(
        "listed",
        0,
        "content as a list of parts, also a bare string",
        "the list",
        example="$c|parts(text)|listed",
        gives="array",
    ),
    _kind(
        "json_schema",
        0,
        "an OpenAPI schema (`STRING`, `nullable`) as JSON Schema",
        "nothing: the variable must stand elsewhere, too",
        example="$s|json_schema",
        accepts="object",
        gives="object",
    ),
    _kind(
        "carried",
        1,
        "the payload of this origin's reasoning envelope",
        "the envelope",
        example="$e|carried(signature)",
        accepts="string",
        gives="string",
    ),
    _kind(
        "bare",
        0,
        "a list of one plain text part as its text; in answers all texts as one",
        "the same",
        example="$c|parts(text)|bare",
    ),
    _kind(
        "filled",
        0,
        "takes values that are not empty and not zero",
        "the same",
        example="$t|filled",
    ),
    _kind(
        "word",
        0,
        "the text",
        "a number as its digits, a text as it is",
        example="$code|word",
        gives="string",
    ),
    _kind(
        "absent",
        1,
        "the value as it is",
        "the argument where the native side says nothing",
        example="stream|absent(true)",
    ),
    _kind(
        "data_url",
        0,
        "a data URL around base64 text; its first bytes tell the media type",
        "the base64 text of a data URL; refuses other URLs",
        example="$d|data_url",
        accepts="string",
        gives="string",
    ),
    _kind(
        "magic",
        1,
        "the base64 text",
        "the base64 text, if its first bytes are of that media type",
        example="$d|magic(audio/wav)",
        accepts="string",
        gives="string",
    ),
    _kind(
        "object_schema",
        0,
        "the JSON Schema, with `type: object` and `properties` where they are missing",
        "the schema as it is",
        example="$p|object_schema",
        gives="object",
    ),
    _kind(
        "timestamp",
        0,
        "seconds since 1970 as an RFC 3339 time",
        "the time in seconds; a fraction is kept as residue",
        example="created_at|timestamp",
        accepts="integer",
        gives="string",
    ),
    _kind(
        "str_list",
        0,
        "a list of strings; one string is a list of one",
        "the list",
        example="$s|str_list",
    ),
    _kind(
        "media_type",
        range(2),
        "the media type of a data URL or file name; the argument where it is no such kind",
        "nothing; it must be of the argument's kind, and is kept where the guess differs",
        example="$u|media_type(image/jpeg)",
        gives="string",
    ),
    _kind(
        "int",
        0,
        "a whole number",
        "the number, cut to a whole one",
        example="$n|int",
        gives="integer",
    ),
    _kind(
        "spanning",
        1,
        "citations that stand for the whole text of that variable",
        "the citations, each spanning the text; others fit no rule",
        example="$c|each(citation)|spanning(text)",
        accepts="array",
        gives="array",
    ),
)

FILTERS = {kind.name: kind for kind in _KINDS}
"""Every filter by name."""

STRUCTURES = {
    "gather": "merges adjacent items of one turn into native messages, and splits them again",
    "hoist": "leading system messages and instructions as one native field",
    "lead": "instructions as the first system message",
    "turn": "one turn as a single native message (responses)",
}
"""What a row of `input` or `output` may end in."""

FIXUPS = {
    "tool_results_first": "moves tool results before other content of their turn",
    "tool_results_adjacent": "moves tool messages directly behind the message that called",
    "tool_media_apart": "moves parts marked `@apart` from tool messages into one of the user",
    "skip_empty_text": "leaves out empty text parts, which the API refuses",
    "strict_schema": "rewrites JSON Schemas to the subset that the vendor enforces",
    "narrow_allowed_tools": "sends only the allowed tools where the API has no such choice",
    "developer_as_system": "sends developer messages as system messages (decision 0060)",
    "system_as_developer": "sends system messages as developer messages (decision 0061)",
    "single_system_message": "joins leading system messages (decision 0060)",
    "max_tokens_only": "calls the limit `max_tokens` (decision 0061)",
    "max_completion_tokens_only": "calls the limit `max_completion_tokens` (decision 0061)",
    "answer_begun": "marks a last assistant message as the answer's beginning (decision 0061)",
    "call_status_stated": "says of calls without a status that they have none (decision 0061)",
    "image_detail_dropped": "sends images without `detail` (decision 0061)",
    "strict_dropped": "sends functions without `strict` (decision 0061)",
    "nine_character_ids": "gives calls ids of nine letters and digits (decision 0061)",
    "tool_messages_named": "names the function in tool messages (decision 0061)",
    "reasoning_renamed": "sends plain reasoning as `reasoning` (decision 0060)",
    "reasoning_dropped": "sends no reasoning of earlier turns (decision 0060)",
    "reasoning_required": "gives assistant messages `reasoning_content` (decision 0060)",
    "body_logprobs": "Ollama's log probabilities with the text, and back (decision 0030)",
    "choice_logprobs": "Chat's log probabilities with the text, and back (decision 0030)",
    "grounding_citations": "Gemini's grounding as citations of the text, and back (decision 0030)",
    "placeholder_signatures": "signs calls from elsewhere for Gemini 3 (decision 0031)",
    "logprobs_result": "Gemini's log probabilities with the text, and back (decision 0030)",
}
"""Policies that are neither shape nor state; each serves two dialects or has a decision record."""


def close_match(name: str, known: Iterable[str]) -> str | None:
    """A hint naming the closest known name, if there is a close one."""
    matches = difflib.get_close_matches(name, list(known), n=1)
    return f"did you mean '{matches[0]}'?" if matches else None


def filter_hint(name: str) -> str:
    return close_match(name, FILTERS) or f"filters are {', '.join(FILTERS)}"
