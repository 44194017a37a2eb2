"""The topics that Open Responses is told in, in reading order, each with an introduction.

Specs with other topics get pages too; they stand after these, without introduction.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

INTRODUCTIONS: Final[Mapping[str, str]] = {
    "items": (
        "Items are the units of a conversation: messages, function calls and their outputs, "
        "reasoning, compacted history. A request sends them as `input`, a response returns them as "
        "`output`, and what was returned may be sent again."
    ),
    "content": (
        "Content parts are what messages and reasoning items are made of: text, refusals, images, "
        "files and video, together with annotations and log probabilities of text."
    ),
    "tools": (
        "Tools are what a model may call. These components declare them and say which of them it "
        "may or must use."
    ),
    "configuration": (
        "Settings of a request, and the form in which a response repeats them: reasoning, text "
        "format, truncation, service tier and more."
    ),
    "responses": "The bodies that are exchanged: what a client asks for and what a server returns.",
    "events": (
        "A streamed response arrives as these events. They are listed in the order in which a "
        "stream may send them; the page on streaming explains how they work together."
    ),
    "errors": "How failures are reported, in a reply, in a stream and inside a failed response.",
    "transport": (
        "What travels around the response: the messages of the WebSocket connection and the "
        "envelopes of its errors."
    ),
}
