"""The flavour `msgspec`: what it keeps, and what it is documented not to keep."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest
from model_packages import ROOT, import_models, spec_documents
from orgen.diagnostics import Diagnostics
from orgen.resolve import resolve

VECTORS = json.loads((ROOT / "tests/vectors/models.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    _, full = spec_documents(ROOT / "spec")
    schema = resolve(full, Diagnostics())
    return import_models(schema, tmp_path_factory.mktemp("msgspec") / "flavoured", "msgspec")


@pytest.fixture(scope="module")
def struct(models: ModuleType) -> ModuleType:
    return importlib.import_module("flavoured._struct")


def survives(struct: ModuleType, kind: Any, value: Any) -> bool:
    text = json.dumps(value)
    again = struct.encode(struct.decode(text, kind))
    return json.dumps(json.loads(again), sort_keys=True) == json.dumps(value, sort_keys=True)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["component"])
def test_vectors_survive(models: ModuleType, struct: ModuleType, vector: Any) -> None:
    value = {k: v for k, v in vector["value"].items() if k != "extra"}
    kind = getattr(models, vector["component"])
    assert survives(struct, kind, value)
    assert struct.to_builtins(struct.convert(value, kind)) == value


@pytest.mark.parametrize(
    "value",
    [
        {"type": "acme:ping", "sequence_number": 1, "deep": {"a": [1, 1.0, None]}},
        {
            "type": "response.output_item.added",
            "sequence_number": 1,
            "output_index": 0,
            "item": {"type": "newer", "x": [1]},
        },
    ],
)
def test_unknown_variants_survive(models: ModuleType, struct: ModuleType, value: Any) -> None:
    assert survives(struct, models.StreamEvent, value)


def test_unknown_extra_fields_are_dropped(models: ModuleType, struct: ModuleType) -> None:
    """Structs have no place for them, as docs/models.md says."""
    value = {"type": "item_reference", "id": "x", "extra": 1}
    assert struct.to_builtins(struct.convert(value, models.ItemReferenceParam)) == {
        "type": "item_reference",
        "id": "x",
    }


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"tool_choice": {"type": "function", "name": 3}}, "`$.name` - at `$.tool_choice`"),
        ({"tool_choice": "sometimes"}, "`$.tool_choice`"),
        ({"stream": None}, "`$.stream`"),
        ({"top_logprobs": 21}, "`$.top_logprobs`"),
        ({"input": [{"type": "message", "role": "nobody"}]}, "at `$.role` - at `$.input[0]`"),
        ({"input": [{"type": "message"}]}, "field `role`"),
    ],
)
def test_faults_tell_where(
    models: ModuleType, struct: ModuleType, value: Any, message: str
) -> None:
    """Inside out: each union on the way adds its own place."""
    with pytest.raises(msgspec.ValidationError) as caught:
        struct.convert({"model": "m", **value}, models.CreateResponseBody)
    assert message in str(caught.value)


def test_a_property_that_must_be_absent_is_refused(models: ModuleType, struct: ModuleType) -> None:
    with pytest.raises(msgspec.ValidationError, match="must not be present"):
        value = {"type": "response.create", "stream": True}
        struct.convert(value, models.WebSocketResponseCreateEvent)


def test_only_the_modules_of_the_flavour_are_written(models: ModuleType) -> None:
    folder = Path(str(models.__file__)).parent
    assert {p.name for p in folder.glob("*.py")} == {"__init__.py", "_struct.py", "models.py"}
