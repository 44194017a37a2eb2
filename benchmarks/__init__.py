"""Benchmarks: our generated translators beside the cost of reading the JSON, and beside others.

`python -m benchmarks` measures; [docs/benchmarks.md](../docs/benchmarks.md) tells how and what.
"""
