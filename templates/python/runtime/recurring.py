"""Blocks of a stream that look like others before them, taken without reading their JSON.

Most events of a stream repeat one another but for a piece of text, a counter, a padding.
Once an event has gone through the tables and was found to do nothing but add to texts
(`Growth`), its bytes are kept as a `Form`: constant parts, and gaps where its scalars
may differ. Bytes that have the same constant parts, and a whole literal of the right kind
in each gap, are the same JSON but for those scalars. So they do the same with other texts,
and their texts are passed on at once. All else is read as ever.

What stands in a gap and is no text means nothing, or but its last value counts: then the
last block is kept, and read when anything else is about to happen (`settle`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from .assembling import Leaf
from .growth import Growth, Place
from .literals import Kind, Scalar, are_literals, scalars, texts_of

MAX_FORMS = 16
"""Forms that are kept of one stream."""

MAX_FORM_BYTES = 1 << 15
"""Longer blocks are not learnt from."""

MOST_AT_ONCE = 512
"""Blocks that are taken together."""

PATIENCE = 24
"""Blocks that are looked into before any is recognised; later, one more for `USES` recognised."""

USES = 4

_BLANKS = b" \t"
_VARYING: tuple[Kind, ...] = ("string", "integer", "decimal")
"""Kinds of scalars that may differ."""

Sketch = tuple[bytes | Kind, ...]
"""What stands between all scalars that might differ, and the kinds of those."""


class Form:
    """What blocks of one kind have in common: constants, and the gaps between them.

    A new form takes nothing until its gaps are opened.

    Gaps are where blocks were seen to differ: texts, and what is loose in `growth`.
    `head` is how many bytes of a block stand before its JSON.
    """

    def __init__(self, head: int, block: bytes, gaps: list[Scalar], growth: Growth) -> None:
        self.sketch = _sketch(block, head, gaps)
        self.head = head
        self.growth = growth
        self.fresh = True
        """Whether the tables would add to the same texts still."""
        self.counts = False
        """Whether anything differs of which the last value counts."""
        self._most = MOST_AT_ONCE
        self._padded = False
        """Whether there are blanks before the last brace, now more and now less."""
        self._first = b""
        self._between: list[bytes] = []
        self._last = b""
        self._block = block
        self._gaps = gaps
        self._open: set[Place] = set(growth.texts)

    def vary(self, block: bytes, gaps: list[Scalar]) -> set[Place]:
        """Opens the gaps in which another block of the same sketch differs; where they are."""
        pairs = zip(self._gaps, gaps, strict=True)
        differ = {one.path for one, other in pairs if one.literal != other.literal}
        self.open(differ, _padding(block) != _padding(self._block))
        return differ

    def open(self, places: set[Place], padded: bool) -> None:
        """Opens the gaps at those places, and perhaps the one before the last brace."""
        self._open |= places
        self._padded = self._padded or padded
        self._lay_out()

    @property
    def padded(self) -> bool:
        return self._padded

    def denies(self, growth: Growth) -> bool:
        """Whether an event said anything else than blocks of this form do."""
        shared = growth.says.keys() & self.growth.says.keys()
        return any(self.counts or growth.says[key] != self.growth.says[key] for key in shared)

    def bind(self, growth: Growth) -> None:
        """Notes the texts that grow now."""
        self.fresh = True
        self.growth = growth
        self._leaves = [growth.texts.get(gap.path) for gap in self._places]

    def _lay_out(self) -> None:
        self._places = [gap for gap in self._gaps if gap.path in self._open]
        block = _trimmed(self._block) if self._padded else self._block
        starts = [0, *(self.head + gap.end for gap in self._places)]
        ends = [*(self.head + gap.start for gap in self._places), len(block)]
        self._first, *self._between, last = (block[a:b] for a, b in zip(starts, ends, strict=True))
        self._last = last.removesuffix(b"}") if self._padded else last
        self.counts = any(looseness(self.growth, gap.path) for gap in self._places)
        self.bind(self.growth)

    # Taking blocks ----------------------------------------------------------------

    def take(self, blocks: list[bytes]) -> int:
        """Passes on the texts of the first blocks, as many as have this form; their number."""
        if not blocks[0].startswith(self._first):
            return 0
        window = blocks[: self._most]
        texts = self._texts(window)
        if texts is None:
            window = window[: self._alike(window)]
            texts = self._texts(window)
            if texts is None:  # one of them is not what it looks like
                window = window[:1]
                texts = self._texts(window)
            self._most = max(1, 2 * len(window))
        elif len(window) == self._most:
            self._most = min(2 * self._most, MOST_AT_ONCE)
        if texts is None:
            return 0
        self._grow(texts)
        return len(window)

    def fits(self, block: bytes) -> bool:
        """Whether a block has this form."""
        return self._texts([block]) is not None

    def _alike(self, blocks: list[bytes]) -> int:
        """How many blocks begin and end as they should, up to one that does not."""
        first, last = self._first, b"}" if self._padded else self._last
        for count, block in enumerate(blocks):
            if not (block.startswith(first) and block.endswith(last)):
                return count
        return len(blocks)

    def _texts(self, blocks: list[bytes]) -> list[tuple[Leaf, list[str]]] | None:
        """What the texts of the blocks say; None if not all of them have this form."""
        columns = self._columns(blocks)
        return None if columns is None else self._read(columns)

    def _columns(self, blocks: list[bytes]) -> list[Sequence[bytes]] | None:
        """What stands in each gap; None where a constant is missing.

        A string ends where the constant behind it begins. That is so although it is
        sought in the string too: it begins with a quote and holds another one, and
        no string has two quotes but with a backslash before the second.
        """
        size = sum(map(len, blocks))
        rest: Sequence[bytes] = [block.removeprefix(self._first) for block in blocks]
        if self._padded:
            if size - sum(map(len, rest)) != len(self._first) * len(blocks):
                return None
            if {text[-1:] for text in rest} != {b"}"}:
                return None
            padded = [text[:-1].rstrip(_BLANKS) for text in rest]
            size = sum(map(len, padded)) + len(self._first) * len(blocks)
            rest = padded
        rest = [text.removesuffix(self._last) for text in rest]
        constant = len(self._first) + len(self._last)
        if not blocks or size - sum(map(len, rest)) != constant * len(blocks):
            return None
        columns = []
        for between in self._between:
            parts = [text.partition(between) for text in rest]
            found, marks, rest = zip(*parts, strict=True)
            if not all(marks):
                return None
            columns.append(found)
        return [*columns, rest]

    def _read(self, columns: list[Sequence[bytes]]) -> list[tuple[Leaf, list[str]]] | None:
        """What the texts of each gap say; None if anything in a gap is no literal of its kind."""
        found = []
        for gap, leaf, column in zip(self._places, self._leaves, columns, strict=True):
            if not are_literals(gap.kind, column):
                return None
            if gap.kind == "string":
                try:
                    texts = texts_of(column)
                except ValueError:
                    return None
                if leaf is not None:
                    found.append((leaf, texts))
                elif not all(texts):
                    return None  # a blank does not replace what was said before
        return found

    def _grow(self, found: list[tuple[Leaf, list[str]]]) -> None:
        if len(found) == 1:
            leaf, texts = found[0]
            leaf.grow(texts)
            return
        leaves = [leaf for leaf, _ in found]
        for row in zip(*(texts for _, texts in found), strict=True):
            for leaf, text in zip(leaves, row, strict=True):
                leaf.grow([text])


class Forms:
    """The forms of one stream. `settle` is called with a block that was kept, and its texts."""

    def __init__(self, settle: Callable[[bytes, Iterable[Place]], None]) -> None:
        self._recent: list[Form] = []
        self._settle = settle
        self._kept: tuple[bytes, Form] | None = None
        self._varied: set[Place] = set()
        """Where blocks of the stream were seen to differ: other forms will, too."""
        self._padded = False
        self._learnt = 0
        self._taken = 0

    def take(self, blocks: list[bytes]) -> tuple[int, int]:
        """Takes the first blocks that have a known form: their number, and the bytes of JSON."""
        for form in self._recent:
            count = form.take(blocks) if form.fresh else 0
            if count:
                self._used(form, blocks[count - 1])
                self._taken += count
                return count, sum(map(len, blocks[:count])) - count * form.head
        return 0, 0

    def _used(self, form: Form, block: bytes) -> None:
        if form is not self._recent[0]:
            self._recent.remove(form)
            self._recent.insert(0, form)
        if form.counts:
            if self._kept is not None and self._kept[1] is not form:
                self.settle()
            self._kept = (block, form)

    def settle(self) -> None:
        """Makes up for what the blocks taken say beside their texts."""
        if self._kept is not None:
            (block, form), self._kept = self._kept, None
            self._settle(block, form.growth.texts)

    def forget(self) -> None:
        """Something else has happened: the texts may not be those that grow any more."""
        for form in self._recent:
            form.fresh = False

    def heed(self, growth: Growth) -> None:
        """An event was taken by the tables: forms that said anything else must say it again."""
        for form in self._recent:
            form.fresh = form.fresh and not form.denies(growth)

    def learn(self, block: bytes, head: int, growth: Growth) -> None:
        """Notes the form of a block whose event was taken by the tables."""
        for form in self._recent:
            if not form.fresh and _same(form.growth, growth) and form.fits(block):
                form.bind(growth)
                return
        if self._learnt >= PATIENCE + self._taken // USES or len(block) > MAX_FORM_BYTES:
            return
        self._learnt += 1
        found = scalars(block[head:])
        gaps = [gap for each in found or () if (gap := _gap(each, growth)) is not None]
        if not gaps or any(_unclear(block[head:], a, b) for a, b in pairwise(gaps)):
            return
        self._note(block, head, gaps, growth)

    def _note(self, block: bytes, head: int, gaps: list[Scalar], growth: Growth) -> None:
        """Makes a form of a block, or opens gaps in the one that it should have had."""
        made = Form(head, block, gaps, growth)
        for form in self._recent:
            if form.sketch == made.sketch and _same(form.growth, growth):
                self._varied |= form.vary(block, gaps)
                self._padded = self._padded or form.padded
                form.bind(growth)
                return
        made.open(self._varied, self._padded)
        self._recent = [made, *self._recent[: MAX_FORMS - 1]]


def looseness(growth: Growth, path: Place) -> bool | None:
    """Whether but the last value of a scalar counts; None if it must not differ."""
    for size in range(1, len(path) + 1):
        found = growth.loose.get(path[:size])
        if found is not None:
            return found
    return None


def _same(one: Growth, other: Growth) -> bool:
    """Whether events say the same at the same places, be it to other texts."""
    return one.texts.keys() == other.texts.keys() and one.loose == other.loose


def _gap(scalar: Scalar, growth: Growth) -> Scalar | None:
    """The scalar, if it may differ."""
    if scalar.path in growth.texts:
        return scalar._replace(kind="string")
    loose = scalar.kind in _VARYING and looseness(growth, scalar.path) is not None
    return scalar if loose else None


def _unclear(text: bytes, gap: Scalar, following: Scalar) -> bool:
    """Whether what lies between two gaps does not tell where the first one ends."""
    return gap.kind == "string" and text[gap.end : following.start].count(b'"') < 2


def _trimmed(block: bytes) -> bytes:
    """The block without blanks before its last brace."""
    return block[:-1].rstrip(_BLANKS) + b"}" if block.endswith(b"}") else block


def _padding(block: bytes) -> int:
    return len(block) - len(_trimmed(block))


def _sketch(block: bytes, head: int, gaps: list[Scalar]) -> Sketch:
    block = _trimmed(block)
    starts = [0, *(head + gap.end for gap in gaps)]
    ends = [*(head + gap.start for gap in gaps), len(block)]
    between = (block[a:b] for a, b in zip(starts, ends, strict=True))
    return (*between, *(gap.kind for gap in gaps))
