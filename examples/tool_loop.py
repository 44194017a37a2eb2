"""The model calls Python functions, two at once if it likes, until it can answer."""

from openresponses import Client, run_tools


def weather(city: str) -> str:
    """How warm it is now.

    Args:
        city: Name of the city, in English.
    """
    return {"Oslo": "3", "Rome": "18"}.get(city, "unknown")


request = {"model": "gpt-5.5", "input": "How warm are Oslo and Rome?"}

with Client("openai") as client, run_tools(client, request, {"weather": weather}) as run:
    for event in run:
        if event["type"] == "orgen:tool_result":
            print(f"{event['name']} returned {event['output']}")

for item in run.result.response["output"]:
    if item["type"] == "message":
        print(item["content"][0].get("text"))
print(f"{len(run.result.responses)} turns; {len(run.result.input)} items to go on with")
