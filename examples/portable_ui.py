"""Events for a user interface: messages in, a few plain events out."""

import json

from openresponses import Client

request = {
    "model": "claude-sonnet-4-5",
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "What is 6 x 7?"},
    ],
}

with Client("anthropic") as client, client.stream(request) as stream:
    for event in stream.ui():
        print(json.dumps(event))
        if event["type"] == "done":
            request["messages"] += [event["message"], {"role": "user", "content": "And 6 x 8?"}]
print(f"{len(request['messages'])} messages")
