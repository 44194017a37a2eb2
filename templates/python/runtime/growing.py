"""The texts of a stream that grow, found at once: most events only add to one.

What readers of streams know of a text they note when an event has added to it the
long way, and forget when an event does more than add to texts and lists.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from .lifecycle import Field, Lifecycle, Rule
from .shapes import is_kind

Text = TypeVar("Text")

LEAVING = frozenset({"extend", "append"})
"""Actions that leave all texts open that were."""


@dataclass(frozen=True, slots=True)
class Row:
    """An event that adds to a text, and nothing else.

    `outer` and `inner` are the fields with the places of item and part (of a text of
    the item itself both are the item's), `id` that of the item's id, `value` that of
    the piece. Such an event has `size` properties, and may have the `optional` ones.
    """

    outer: str
    inner: str
    id: str
    value: str
    size: int
    optional: Mapping[str, Field]
    gathers: tuple[str, ...]

    def fits(self, event: Mapping[str, Any]) -> bool:
        """Whether what the event has besides is of the right kinds."""
        return len(event) == self.size or all(
            not field.kinds or is_kind(event[name], field.kinds)
            for name, field in self.optional.items()
            if name in event
        )

    def only_adds(self, event: Mapping[str, Any]) -> bool:
        """Whether the event has nothing else that is gathered."""
        return len(event) == self.size or not any(map(event.get, self.gathers))


class Growing(Generic[Text]):
    """What is known of the texts that grow: event -> its row, and texts by their places."""

    def __init__(self, table: Lifecycle) -> None:
        self.rows: dict[str, tuple[Row, dict[int, dict[int, Text]]]] = {
            kind: (row, {}) for kind, row in rows_of(table).items()
        }

    def forget(self) -> None:
        """Nothing is known of any text any more."""
        for _, texts in self.rows.values():
            texts.clear()

    def remember(self, event: Mapping[str, Any], text: Text) -> None:
        """Notes the text that an event of a lawful shape has added to."""
        if (found := self.rows.get(event["type"])) is not None:
            row, texts = found
            texts.setdefault(event[row.outer], {})[event[row.inner]] = text


_ROWS: dict[int, tuple[Lifecycle, dict[str, Row]]] = {}
"""Identity of a table -> the table, and its rows: tables live as long as modules."""


def rows_of(table: Lifecycle) -> dict[str, Row]:
    """The events that add to texts, found once."""
    if id(table) not in _ROWS:
        found = ((kind, _row(rule, table)) for kind, rule in table.by_event.items())
        _ROWS[id(table)] = (table, {kind: row for kind, row in found if row is not None})
    return _ROWS[id(table)][1]


def _row(rule: Rule, table: Lifecycle) -> Row | None:
    """How an event adds to a text, if that is all that it does."""
    places = [machine.index for machine in table.path(rule)[1:] if machine.index]
    if rule.action != "extend" or rule.value is None or not 1 <= len(places) <= 2:
        return None
    if rule.id is None or rule.id.new:
        return None
    name_of_id, *deeper = rule.id.at
    if deeper:
        return None
    if rule.holds or rule.requires_all or rule.agrees:
        return None
    fields = table.fields.get(rule.event, {})
    looked_at = {table.sequence.field, *places, name_of_id, rule.value}
    if any(field.required and name not in looked_at for name, field in fields.items()):
        return None
    optional = {name: field for name, field in fields.items() if name not in looked_at}
    size = len(looked_at) + 1
    return Row(places[0], places[-1], name_of_id, rule.value, size, optional, (*rule.gathers,))
