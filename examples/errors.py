"""What can go wrong, and how it is told."""

from openresponses import Client
from openresponses.client import (
    ApiError,
    ConfigurationError,
    ConnectionFailedError,
    TooManyRequestsError,
    UnsupportedRequestError,
)


def ask(client: Client, request: dict[str, object]) -> str:
    """The status of the response, or what went wrong."""
    try:
        return client.create(request)["status"]
    except (ConfigurationError, UnsupportedRequestError) as error:
        return f"refused before anything was sent: {error}"
    except TooManyRequestsError as error:
        return f"come back in {error.retry_after} s"
    except ApiError as error:
        return f"{error.type}, HTTP {error.status}, code {error.code}: {error}"
    except ConnectionFailedError as error:
        return f"the network: {error}"


try:
    Client("antropic")
except ConfigurationError as error:
    print(error)

with Client("anthropic") as client:
    print(ask(client, {"model": "", "input": "Hi"}))
    print(ask(client, {"model": "missing", "input": "Hi"}))
    tools = [{"type": "openai:web_search"}]
    print(ask(client, {"model": "claude-sonnet-4-5", "input": "Hi", "tools": tools}))
