"""What is said in the bodies and streams that are measured, before any vendor's format.

All of it is made here, in lengths that agents send: questions of two sentences, answers of
five, arguments of a hundred bytes, results of three hundred.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

MODEL = "model-1"
SYSTEM = (
    "You are the assistant of a bookshop. Answer in the language of the customer. "
    "Look things up with the tools instead of guessing, and name the shelf of each book."
)
_QUESTION = (
    "Do you have the third volume of the atlas of northern rivers, and if it is not on the "
    "shelf, when will it be back? I need about {n} copies for a class."
)
_ANSWER = (
    'There are {n} copies of "Northern Rivers", volume three, on shelf K{n}. '
    "Two more were lent out and are expected back on Friday.\n\n"
    "- **Price**: 24.90 € each, 10 % less from ten copies on.\n"
    "- **Edition**: the revised one, with the maps of the delta.\n"
    "Shall I put them aside under your name until tomorrow evening?"
)
_RESULT = (
    "title: Northern Rivers, volume 3\nshelf: K{n}\ncopies: {n}\nlent: 2\nback: Friday\n"
    "price: 24.90 EUR\nnotes: revised edition; maps of the delta on pages 112-131; "
    "customers liked the chapter on ice; the publisher sends new copies each month."
)


@dataclass(frozen=True, slots=True)
class Said:
    """A turn of one speaker. `image` is the picture shown with it, as base64 of a PNG."""

    role: str
    text: str
    image: str | None = None


@dataclass(frozen=True, slots=True)
class Called:
    """The model asks for a tool. The arguments are compact JSON text."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Returned:
    """What that call gave."""

    id: str
    name: str
    output: str


Item = Said | Called | Returned


@dataclass(frozen=True, slots=True)
class Tool:
    name: str
    description: str
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Conversation:
    """Everything that a request says."""

    items: tuple[Item, ...]
    tools: tuple[Tool, ...]
    system: str = SYSTEM
    model: str = MODEL
    temperature: float = 0.5
    top_p: float = 0.9
    max_tokens: int = 2048


def question(number: int, image: str | None = None) -> Said:
    return Said("user", _QUESTION.format(n=number), image)


def answer(number: int) -> Said:
    return Said("assistant", _ANSWER.format(n=number))


def arguments(number: int) -> str:
    """JSON text of about a hundred bytes."""
    value = {
        "title": "Northern Rivers",
        "volume": number,
        "branches": ["harbour", "old town"],
        "include_lent": True,
        "limit": 5,
    }
    return json.dumps(value, separators=(",", ":"))


def tool(number: int) -> Tool:
    name = ("find_book", "find_customer", "reserve", "send_message")[number % 4]
    return Tool(
        name,
        f"{name.replace('_', ' ').capitalize()}: looks in all branches and returns plain text.",
        {
            "type": "object",
            "properties": {
                "title": {"type": "string", "description": "Words of the title."},
                "volume": {"type": "integer", "minimum": 1},
                "branches": {"type": "array", "items": {"type": "string"}},
                "include_lent": {"type": "boolean"},
                "limit": {"type": "integer"},
            },
            "required": ["title"],
        },
    )


def image(size: int) -> str:
    """Base64 text of that length: noise behind the signature of a PNG."""
    noise = bytes((number * 7919 >> 3) & 255 for number in range(size * 3 // 4 - 8))
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + noise).decode()


def small() -> Conversation:
    """One question, one tool."""
    return Conversation((question(1),), (tool(0),))


def medium() -> Conversation:
    """A question with a picture of 10 kB, after an answer; two tools."""
    shown = question(3, image(10_240))
    return Conversation((question(1), answer(2), shown), (tool(0), tool(1)))


def large() -> Conversation:
    """Sixty items: twelve rounds of question, remark, call, result and answer; four tools."""
    items: list[Item] = []
    for number in range(12):
        called = tool(number).name
        items += [
            question(number),
            Said("assistant", "Let me look that up."),
            Called(f"call_{number:024d}", called, arguments(number)),
            Returned(f"call_{number:024d}", called, _RESULT.format(n=number)),
            answer(number),
        ]
    return Conversation(tuple(items), tuple(tool(number) for number in range(4)))


SIZES = {"small": small, "medium": medium, "large": large}
