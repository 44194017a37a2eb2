"""Compiles a dialect's syntax tree and the canonical schema into a program."""

from orgen.dialect.compile.program import compile_dialect

__all__ = ["compile_dialect"]
