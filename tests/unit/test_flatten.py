"""Flattening: what is left of needless names and nesting, and what must stay."""

from __future__ import annotations

from orgen.dialect.flatten import flatten
from orgen.ir.operations import (
    Account,
    AllOf,
    Bound,
    Expect,
    Field,
    IsKind,
    Local,
    Present,
    Put,
    Report,
    Return,
    When,
)

BODY = Local("body")
VALUE = Field(BODY, "a")
BOUND = Bound("a", VALUE, IsKind(Local("a"), ("object",)))
NOTE = Report(BODY, None, "coerced", "it is so")
CHECK = Expect(VALUE, ("string",), BODY, "a")


def test_a_binding_that_nobody_reads_becomes_its_test() -> None:
    assert flatten((When(BOUND, (NOTE,)),)) == (When(IsKind(VALUE, ("object",)), (NOTE,)),)
    absent = AllOf((Present(BODY), Bound("a", VALUE, Present(Local("a")))))
    assert flatten((When(absent, (NOTE,)),)) == (
        When(AllOf((Present(BODY), Present(VALUE))), (NOTE,)),
    )


def test_a_binding_that_is_read_stays() -> None:
    read = (When(BOUND, (Put("out", ("a",), Local("a")),)),)
    assert flatten(read) == read
    written = (When(BOUND, (Put("a", ("b",), BODY),)),)
    assert flatten(written) == written
    elsewhere = (When(BOUND, (NOTE,)), Return(Local("a")))
    assert flatten(elsewhere) == elsewhere


def test_a_test_that_holds_only_a_test_is_joined_with_it() -> None:
    nested = When(Present(VALUE), (When(Present(BODY), (CHECK,)),))
    (made,) = flatten((nested,))
    assert made == Expect(
        VALUE, ("string",), BODY, "a", given=AllOf((Present(VALUE), Present(BODY)))
    )
    account = Account(BODY, ("a",), "", "out")
    assert flatten((When(Present(BODY), (account,)),)) == (
        Account(BODY, ("a",), "", "out", given=Present(BODY)),
    )


def test_what_has_another_branch_or_more_to_do_stays_nested() -> None:
    kept = (
        When(Present(VALUE), (CHECK,), (NOTE,)),
        When(Present(VALUE), (CHECK, NOTE)),
        When(Present(VALUE), (When(Present(BODY), (NOTE,), (CHECK,)),)),
        When(Present(VALUE), (Account(VALUE, ("a",), "", "out"),)),
    )
    assert flatten(kept) == kept
