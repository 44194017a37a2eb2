"""The answer as it comes. Thoughts go to stderr, and text to stdout."""

import sys

from openresponses import Client
from openresponses.types import is_stream_event

with (
    Client("anthropic") as client,
    client.stream({"model": "claude-sonnet-4-5", "input": "What is 6 x 7?"}) as stream,
):
    for event in stream:
        if not is_stream_event(event):
            continue  # something that only this provider says
        if event["type"] == "response.reasoning.delta":
            print(event["delta"], end="", file=sys.stderr, flush=True)
        elif event["type"] == "response.output_text.delta":
            print(event["delta"], end="", flush=True)

print()
print(f"{stream.response['status']}, request {stream.request_id}")
if stream.error is not None:
    print(f"it broke off: {stream.error}")
