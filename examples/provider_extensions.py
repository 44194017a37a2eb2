"""Settings that one provider alone has. Those of others are not looked at, nor sent."""

from openresponses import Client

request = {
    "model": "llama3.2",
    "input": "What is 6 x 7?",
    "provider_extensions": {
        "ollama": {"keep_alive": "10m", "options": {"num_ctx": 8192, "seed": 7}},
        "anthropic": {"top_k": 20},
    },
}

with Client("ollama") as client:
    answer = client.call(request)
for item in answer.response["output"]:
    if item["type"] == "message":
        print(item["content"][0].get("text"))

# A setting that nobody knows is sent as it is, and reported; a strict client refuses it.
request["provider_extensions"] = {"ollama": {"options": {"num_cxt": 8192}}}
with Client("ollama") as client:
    for loss in client.call(request).losses:
        print(loss)
