"""The command line: arguments in, diagnostics and exit codes out.

Commands import what they need when they run, so that `--help` and a run that
has nothing to do stay quick.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from orgen.cli.breaking import breaking
from orgen.cli.bundle import bundle
from orgen.cli.explain import explain
from orgen.cli.failures import exit_code_of
from orgen.cli.generate import generate
from orgen.cli.init import init
from orgen.cli.new import new
from orgen.cli.sync import sync
from orgen.cli.table import table
from orgen.cli.translate import translate
from orgen.cli.validate import validate
from orgen.cli.vendor import vendor

_EPILOG = """\b
Examples:
  orgen validate spec
  orgen generate
  orgen generate --check
  orgen generate --spec openapi.json --out build
  orgen breaking --against main
  orgen sync openapi.json --dry-run
  orgen table anthropic_messages
  orgen explain anthropic_messages temperature
  orgen translate --from openai_chat --to anthropic_messages < body.json
  orgen vendor python src/acme/_openresponses --dialects openai_chat
  orgen new dialect acme_chat

\b
Exit codes: 0 all is well; 1 differences or findings; 2 faults in the input or the arguments.
"""


@click.group(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="orgen", message="%(prog)s %(version)s")
def cli() -> None:
    """Compile the Open Responses spec into typed code, OpenAPI documents and a reference."""


for _command in (
    validate,
    generate,
    breaking,
    sync,
    bundle,
    table,
    explain,
    translate,
    vendor,
    init,
    new,
):
    cli.add_command(_command)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code; nothing escapes but `SystemExit`."""
    return exit_code_of(cli, arguments)


def main() -> NoReturn:
    """The console script."""
    sys.exit(run())
