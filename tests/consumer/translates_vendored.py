"""A consumer's program over a package that it has vendored; runs without any other package."""

from __future__ import annotations

import json
import sys

from acme._openresponses import dialects, events, types


def shown(event: types.StreamEvent) -> str:
    if event["type"] == "response.output_text.delta":
        return event["delta"]
    return event["type"]


def main() -> None:
    print(*dialects.names())
    sent = dialects.get("anthropic_messages").encode_request(
        {"model": "m", "input": "What is 6 x 7?", "store": True}
    )
    print(json.dumps(sent.body, sort_keys=True))
    print(*(f"{loss.path} {loss.action}" for loss in sent.losses))
    received = dialects.get("openai_chat").decode_request(
        {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
    )
    print(received.body.get("model"))
    for event in events.read([b'data: {"type":"error","sequence_number":0,"error":{}}\n\n']):
        print(event["type"])
    loaded = {name.partition(".")[0] for name in sys.modules}
    print(*sorted(loaded - set(sys.stdlib_module_names) - {"__main__", "acme", "program"}))


if __name__ == "__main__":
    main()
