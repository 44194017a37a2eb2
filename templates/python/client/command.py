"""The command: talks to a model on the terminal, and lists providers."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, TextIO

from .. import __version__, providers
from ..runtime.catalogue import Provider
from ..runtime.errors import OpenResponsesError

if TYPE_CHECKING:
    from .blocking import Client

NAME = __name__.partition(".")[0].replace("_", "-")

EXAMPLES = f"""\
examples:
  {NAME} chat --provider ollama --model llama3.2
  {NAME} chat --provider anthropic --model claude-sonnet-4-5 -p "What is 6 x 7?"
  git diff | {NAME} chat --provider openai --model gpt-5.5 --system "Write a commit message."
  {NAME} chat --provider groq --model openai/gpt-oss-120b --tool shop:stock --tool shop:price
  {NAME} providers --json

Keys come from the environment variables that `{NAME} providers` names.
"""

DIM, RED, PLAIN = "\x1b[2m", "\x1b[31m", "\x1b[0m"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. 0: fine, 1: the call failed, 2: it was asked for wrongly, 130: Ctrl-C."""
    options = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever read the output has gone; Python would complain of it once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except ModuleNotFoundError as error:
        return _complain(str(error), 2)
    except OpenResponsesError as error:
        from .failures import ConfigurationError

        return _complain(str(error), 2 if isinstance(error, ConfigurationError) else 1)


def _complain(text: str, status: int) -> int:
    print(f"{NAME}: {text}", file=sys.stderr)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=NAME,
        description="Talks to models of any provider, in one way.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"{NAME} {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    chat = commands.add_parser(
        "chat",
        help="talk to a model",
        description="Talks to a model: once with -p or input from a pipe, else until Ctrl-D.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    chat.set_defaults(run=_chat)
    chat.add_argument("--provider", required=True, help="name of the provider")
    chat.add_argument("--model", required=True, help="name of the model, as the provider has it")
    chat.add_argument("--dialect", help="dialect to speak; the provider's first by default")
    chat.add_argument("--base-url", help="where the provider is reached")
    chat.add_argument("--system", help="instructions for the model")
    chat.add_argument("-p", "--prompt", help="say this, print the answer, and end")
    chat.add_argument(
        "--tool",
        action="append",
        default=[],
        metavar="MODULE:FUNCTION",
        help="a Python function that the model may call; may be given more than once",
    )
    chat.add_argument("--effort", help="how hard to think: none, low, medium, high, xhigh")
    chat.add_argument("--max-output-tokens", type=int, metavar="N", help="bound of the answer")
    chat.add_argument("--strict", action="store_true", help="refuse what the format would lose")
    chat.add_argument(
        "--json", action="store_true", help="print events in the portable vocabulary, one a line"
    )
    listing = commands.add_parser("providers", help="list the providers")
    listing.set_defaults(run=_providers)
    listing.add_argument("--json", action="store_true", help="as JSON")
    return parser


# Providers ----------------------------------------------------------------------------


def _providers(options: argparse.Namespace) -> int:
    records = [providers.get(name) for name in providers.names()]
    if options.json:
        print(json.dumps([_as_json(record) for record in records], indent=2))
        return 0
    rows = [("NAME", "PROVIDER", "DIALECTS", "KEY FROM", "BASE URL")]
    rows += [
        (
            record.name,
            record.title,
            ", ".join(record.dialects),
            " or ".join(record.auth.env) or "-",
            record.base_url,
        )
        for record in records
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        print("  ".join([*cells, row[-1]]))
    return 0


def _as_json(record: Provider) -> dict[str, Any]:
    return {
        "name": record.name,
        "title": record.title,
        "aliases": record.aliases,
        "base_url": record.base_url,
        "dialects": record.dialects,
        "auth": {"scheme": record.auth.scheme, "env": record.auth.env},
        "models": [name for rule in record.models for name in rule.examples],
        "capabilities": dict(record.capabilities),
        "source": record.source,
    }


# Chat ---------------------------------------------------------------------------------


def _chat(options: argparse.Namespace) -> int:
    from .blocking import Client

    tools = dict(_imported(name) for name in options.tool)
    with Client(
        options.provider,
        dialect=options.dialect,
        base_url=options.base_url,
        strict=options.strict,
    ) as client:
        talk = Talk(client, _settings(options), tools, Printer(sys.stdout, as_json=options.json))
        if options.prompt is not None or not sys.stdin.isatty():
            return talk.say(_prompt(options))
        return _interactive(talk, options)


def _settings(options: argparse.Namespace) -> dict[str, Any]:
    settings: dict[str, Any] = {"model": options.model}
    if options.system:
        settings["instructions"] = options.system
    if options.max_output_tokens:
        settings["max_output_tokens"] = options.max_output_tokens
    if options.effort:
        settings["reasoning"] = {"effort": options.effort}
    return settings


def _prompt(options: argparse.Namespace) -> str:
    """What is said: the prompt, and what comes by a pipe."""
    piped = "" if sys.stdin.isatty() or options.prompt is not None else sys.stdin.read()
    text = options.prompt if options.prompt is not None else piped
    if not text.strip():
        from .failures import ConfigurationError

        raise ConfigurationError("there is nothing to say: -p is empty, and so is the input")
    return str(text)


def _imported(name: str) -> tuple[str, Any]:
    """The function `module:function`, by its name."""
    from .failures import ConfigurationError

    module, _, function = name.partition(":")
    sys.path.insert(0, os.getcwd())
    try:
        return function, getattr(import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigurationError(
            f"--tool {name}: {error}; write MODULE:FUNCTION", field="tool"
        ) from None
    finally:
        sys.path.pop(0)


def _interactive(talk: Talk, options: argparse.Namespace) -> int:
    shown = f"{options.provider}, {options.model}; Ctrl-D ends, Ctrl-C stops an answer"
    talk.printer.note(shown)
    while True:
        try:
            text = input("> ")
        except EOFError:
            print()
            return 0
        if not text.strip():
            continue
        try:
            talk.say(text)
        except KeyboardInterrupt:
            talk.printer.note("\nstopped")
        except OpenResponsesError as error:
            talk.printer.problem(str(error))


class Talk:
    """A conversation: what was said is said again with each request."""

    def __init__(
        self, client: Client, settings: dict[str, Any], tools: dict[str, Any], printer: Printer
    ) -> None:
        self.printer = printer
        self._client = client
        self._settings = settings
        self._tools = tools
        self._input: list[Any] = []

    def say(self, text: str) -> int:
        """Says something, and prints the answer as it comes; 1 if it fails on its way."""
        from .running import run_tools

        message = {"type": "message", "role": "user", "content": text}
        request = {**self._settings, "input": [*self._input, message]}
        with run_tools(self._client, request, self._tools) as run:
            self.printer.print(run.ui())
        if run.error is not None:
            self.printer.problem(run.error.message)
            return 1
        self._input = run.result.input
        return 0


class Printer:
    """Prints events: answers plainly, thoughts and calls dimly, and those on a terminal only."""

    def __init__(self, out: TextIO, *, as_json: bool = False) -> None:
        self._out = out
        self._terminal = out.isatty()
        self._colours = self._terminal and not os.environ.get("NO_COLOR")
        self._json = as_json
        self._dim = False
        self._column = 0

    def print(self, events: Iterable[dict[str, Any]]) -> None:
        """Prints events until there are no more."""
        try:
            for event in events:
                if self._json:
                    self._out.write(json.dumps(event) + "\n")
                    self._out.flush()
                else:
                    self._event(event)
        finally:
            self._style(False)
            if self._column and not self._json:
                self._write("\n")

    def note(self, text: str) -> None:
        """Tells something about the conversation."""
        if self._terminal and not self._json:
            self._aside(text)
            self._style(False)

    def problem(self, text: str) -> None:
        """Tells what went wrong."""
        colour = RED if sys.stderr.isatty() and not os.environ.get("NO_COLOR") else ""
        print(f"{colour}{NAME}: {_visible(text)}{PLAIN if colour else ''}", file=sys.stderr)

    def _event(self, event: dict[str, Any]) -> None:
        match event["type"]:
            case "text_delta" | "refusal_delta":
                if self._dim and self._column:
                    self._write("\n")
                self._style(False)
                self._write(_visible(event["delta"]))
            case "reasoning_delta" if self._terminal:
                self._style(True)
                self._write(_visible(event["delta"]))
            case "tool_call" if self._terminal:
                given = json.dumps(event.get("arguments"), ensure_ascii=False)
                self._aside(f"{event['name']}({given})")
            case "tool_result" if self._terminal:
                self._aside(f"{event['name']} -> {_short(event['output'])}")
            case "tool_error" if self._terminal:
                again = ", trying again" if event.get("will_retry") else ""
                self._aside(f"{event['name']} failed: {_short(event['message'])}{again}")

    def _aside(self, text: str) -> None:
        """One line beside the answer."""
        if self._column:
            self._write("\n")
        self._style(True)
        self._write(_visible(text) + "\n")

    def _style(self, dim: bool) -> None:
        if dim != self._dim and self._colours:
            self._out.write(DIM if dim else PLAIN)
        self._dim = dim

    def _write(self, text: str) -> None:
        if text:
            self._out.write(text)
            self._out.flush()
            last = text.rpartition("\n")[2]
            self._column = len(last) if "\n" in text else self._column + len(last)


def _visible(text: str) -> str:
    """The text without control characters, which would control the terminal."""
    return "".join(char for char in text if char.isprintable() or char in "\n\t")


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 200 else text[:200] + " ..."


if __name__ == "__main__":
    raise SystemExit(main())
