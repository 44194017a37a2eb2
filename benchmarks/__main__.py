"""Measures everything, prints the table, and exits with 1 if a goal is missed.

make bench                                     all, about five minutes
make bench ARGS=--full                         all, with more rounds
make bench ARGS='--only stream/decode'         cases whose key contains that
make bench ARGS='--only "request/*/large/*"'   cases whose key is like that
make bench ARGS=--list                         the keys
make bench-guard                               compare with benchmarks/baseline.json
make bench-guard ARGS=--update-baseline        keep these ratios
make bench-docs                                measure at length, and write docs/benchmarks.md
make bench-docs ARGS=--update-baseline         the same, and keep its ratios
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from benchmarks import guard, page, peers, report, results, whole
from benchmarks.ours import ROOT

BASELINE = ROOT / "benchmarks" / "baseline.json"


def main(arguments: list[str] | None = None) -> int:
    """Run what the arguments say; 1 if a goal is missed, or, with `--guard`, speed was lost."""
    options = _parser().parse_args(arguments)
    if options.list:
        print("\n".join(whole.all_keys()))
        return 0
    if options.page:
        page.write(results.read(page.RESULTS))
        return 0
    field = peers.Field() if options.no_peers or options.guard else peers.load()
    wanted = whole.Wanted(options.full, tuple(options.only), peers=field)
    found = whole.report(wanted)
    if options.json:
        results.write(found, options.json)
    if options.docs:
        results.write(found, page.RESULTS)
        page.write(results.read(page.RESULTS))
    if options.update_baseline:
        guard.write(found, BASELINE)
    elif options.guard:
        return _guard(wanted, found)
    print("\n".join(report.lines(found)))
    return 0 if found.passed else 1


def _guard(wanted: whole.Wanted, found: results.Report) -> int:
    def again(keys: frozenset[str]) -> guard.Ratios:
        return guard.ratios(whole.report(replace(wanted, keys=keys)))

    baseline = {key: ratio for key, ratio in guard.read(BASELINE).items() if wanted(key)}
    verdict = guard.judge(baseline, guard.ratios(found), again)
    print("\n".join(guard.lines(verdict)))
    return 0 if verdict.passed else 1


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
    parser.add_argument("--no-peers", action="store_true", help="measure ours and the floor only")
    parser.add_argument("--guard", action="store_true", help="compare ratios with the baseline")
    parser.add_argument(
        "--update-baseline", action="store_true", help="keep these ratios for --guard"
    )
    parser.add_argument("--docs", action="store_true", help="write the page of results from it")
    parser.add_argument(
        "--page", action="store_true", help="write the page again from results.json, and stop"
    )
    parser.add_argument("--list", action="store_true", help="print the keys of cases and stop")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there too")
    return parser


if __name__ == "__main__":
    sys.exit(main())
