"""One request, one answer. The key comes from ANTHROPIC_API_KEY."""

from openresponses import Client

with Client("anthropic") as client:
    response = client.create({"model": "claude-sonnet-4-5", "input": "What is 6 x 7?"})

for item in response["output"]:
    if item["type"] == "message":
        print("".join(part["text"] for part in item["content"] if part["type"] == "output_text"))
if response["usage"]:
    print(f"{response['usage']['total_tokens']} tokens")
