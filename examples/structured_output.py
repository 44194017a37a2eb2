"""An answer by a JSON Schema; each dialect says so in its own way, or reports a loss."""

import json

from openresponses import Client

request = {
    "model": "gpt-5.5",
    "input": "Where is it coldest, and how many degrees?",
    "text": {
        "format": {
            "type": "json_schema",
            "name": "facts",
            "strict": True,
            "schema": {
                "type": "object",
                "properties": {"city": {"type": "string"}, "degrees": {"type": "integer"}},
                "required": ["city", "degrees"],
                "additionalProperties": False,
            },
        }
    },
}

with Client("openai") as client:
    answer = client.call(request)

[message] = [item for item in answer.response["output"] if item["type"] == "message"]
facts = json.loads(message["content"][0].get("text", "null"))
print(facts["city"], facts["degrees"])
for loss in answer.losses:
    print(f"not as asked: {loss}")
