"""Uses the models as an application would: checked by mypy and pyright, then run.

Events are narrowed by class: with `match`, with `isinstance`, through nested patterns.
"""

from __future__ import annotations

from openresponses import models
from openresponses._model import MISSING
from pydantic import TypeAdapter

EVENTS: TypeAdapter[models.StreamEvent] = TypeAdapter(models.StreamEvent)


def told(event: models.StreamEvent) -> str:
    """One line about an event."""
    match event:
        case models.ResponseOutputTextDeltaStreamingEvent(delta=delta):
            return f"text {delta}"
        case models.ResponseOutputItemAddedStreamingEvent(item=models.FunctionCall(name=name)):
            return f"call {name}"
        case models.ResponseOutputItemAddedStreamingEvent(item=models.UnknownItem() as item):
            return f"unknown item {item.type} {sorted(item.model_extra or {})}"
        case models.UnknownEvent() | models.ExtensionStreamingEvent():
            return f"unknown {event.type}"
        case models.ErrorStreamingEvent(error=error):
            return error.message
        case _:
            return event.type


def phase(item: models.ItemField) -> str:
    """An optional field is the value or MISSING, never null."""
    if not isinstance(item, models.Message):
        return item.type
    return "none" if item.phase is MISSING else item.phase


def tool_names(body: models.CreateResponseBody) -> list[str]:
    """MISSING and null are both false."""
    return [tool.name for tool in body.tools or () if isinstance(tool, models.FunctionToolParam)]


def main() -> None:
    """Print what the functions above say."""
    for raw in (
        '{"type": "response.output_text.delta", "sequence_number": 1, "item_id": "m",'
        ' "output_index": 0, "content_index": 0, "delta": "hi"}',
        '{"type": "response.output_item.added", "sequence_number": 2, "output_index": 0,'
        ' "item": {"type": "newer", "x": 1}}',
        '{"type": "acme:ping", "sequence_number": 3}',
    ):
        print(told(EVENTS.validate_json(raw)))
    message = models.Message(type="message", id="m", status="completed", role="user", content=[])
    print(phase(message))
    tool = models.FunctionToolParam(type="function", name="f")
    body = models.CreateResponseBody(model="m", tool_choice="auto", tools=[tool])
    print(tool_names(body), body.model_dump_json())
    echo = models.JsonSchemaResponseFormat(
        type="json_schema", name="n", description=None, schema_=None, strict=True
    )
    print(echo.model_dump())


if __name__ == "__main__":
    main()
