"""The same code for every provider: `python any_provider.py ollama llama3.2`."""

import sys

from openresponses import Client, providers

name, model = sys.argv[1:3]
provider = providers.get(name)
print(f"{provider.title} speaks {', '.join(provider.dialects)}")

for dialect in provider.dialects:
    with Client(name, dialect=dialect) as client:
        answer = client.call({"model": model, "input": "What is 6 x 7?", "temperature": 0.2})
    [message] = [item for item in answer.response["output"] if item["type"] == "message"]
    print(f"{dialect}: {message['content'][0].get('text')} ({len(answer.losses)} losses)")
