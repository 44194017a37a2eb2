"""Many calls at once through one client, with asyncio."""

import asyncio

from openresponses import AsyncClient

QUESTIONS = [f"What is {number} x 7?" for number in range(5)]


async def ask(client: AsyncClient, question: str) -> str:
    """The text of the answer."""
    text = ""
    async with client.stream({"model": "llama3.2", "input": question}) as stream:
        async for event in stream:
            if event["type"] == "response.output_text.delta":
                text += str(event["delta"])
    return text


async def main() -> None:
    """Asks everything at once; whoever cancels a task closes its connection."""
    async with AsyncClient("ollama", timeout=60) as client:
        for answer in await asyncio.gather(*(ask(client, question) for question in QUESTIONS)):
            print(answer)


asyncio.run(main())
