"""Measures everything, prints the table, and exits with 1 if a goal is missed.

make bench                                     all, two minutes
make bench ARGS=--full                         all, with more rounds
make bench ARGS='--only stream/decode'         cases whose key contains that
make bench ARGS='--only "request/*/large/*"'   cases whose key is like that
make bench ARGS=--list                         the keys
"""

from __future__ import annotations

import argparse
import platform
import sys
from importlib import metadata
from pathlib import Path

from benchmarks import growth, report, results, suite
from benchmarks.cases import cases
from benchmarks.ours import CODEC
from benchmarks.timer import FULL, QUICK


def main(arguments: list[str] | None = None) -> int:
    """Run what the arguments say; 1 if a goal is missed."""
    options = _parser().parse_args(arguments)
    picked = suite.picked(cases(), options.only)
    if options.list:
        print("\n".join(case.key for case in picked))
        return 0
    found = []
    group = ""
    for case in picked:
        if case.group != group:
            group = case.group
            print(f"measuring: {group}", file=sys.stderr, flush=True)
        found.append(suite.run(case, FULL if options.full else QUICK))
    proofs = () if options.only else tuple(growth.proofs(options.full))
    mode = "full" if options.full else "quick"
    whole = results.Report(mode, versions(), tuple(found), proofs)
    print("\n".join(report.lines(whole)))
    if options.json:
        results.write(whole, options.json)
    return 0 if whole.passed else 1


def versions() -> dict[str, str]:
    """Of Python and of what the floor is made of."""
    codec = {"orjson": metadata.version("orjson")} if CODEC == "orjson" else {}
    return {platform.python_implementation(): platform.python_version(), **codec}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--full", action="store_true", help="more rounds, longer turns")
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="PATTERN",
        help="cases whose key contains or matches that; may be given again",
    )
    parser.add_argument("--list", action="store_true", help="print the keys of cases and stop")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there too")
    return parser


if __name__ == "__main__":
    sys.exit(main())
