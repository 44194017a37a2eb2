"""Results kept by the very objects that they were made from, which never change."""

from __future__ import annotations

import functools
from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

_In = TypeVar("_In")
_Out = TypeVar("_Out")
_MOST = 32


def once_for_each(function: Callable[[_In], _Out]) -> Callable[[_In], _Out]:
    """Call the function once for an object, which is told by its identity; a few are kept."""
    kept: OrderedDict[int, tuple[_In, _Out]] = OrderedDict()

    @functools.wraps(function)
    def known(value: _In) -> _Out:
        found = kept.get(id(value))
        if found is None:
            found = kept[id(value)] = (value, function(value))  # what is kept keeps its id
            if len(kept) > _MOST:
                kept.popitem(last=False)
        return found[1]

    return known
