"""The models agree with the contract: on vectors, on recordings, and on broken values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from model_packages import CORPUS, REFERENCE, ROOT, import_models, schema_of, spec_documents
from mutations import Mutant, lookup, mutants, paths, replaced
from orgen.diagnostics import Diagnostics
from orgen.ir.schema import Schema
from orgen.resolve import resolve
from pydantic import BaseModel, TypeAdapter, ValidationError

VALUES: list[tuple[str, Any]] = [
    (vector["component"], vector["value"])
    for vector in json.loads((ROOT / "tests/vectors/models.json").read_text("utf-8"))
]
"""Valid values, of the version 2026-04-24."""
VECTORS = [pytest.param(*pair, id=f"{i}-{pair[0]}") for i, pair in enumerate(VALUES)]


@dataclass(frozen=True)
class Contract:
    """A document, its models, and jsonschema's opinion on values."""

    models: ModuleType
    schema: Schema
    components: dict[str, Any]

    def valid(self, component: str, value: Any) -> bool:
        if component == "StreamEvent":
            component = self.events.get(str(value.get("type")), "")
        if component not in self.components["schemas"]:
            return False
        reference = {"$ref": f"#/components/schemas/{component}", "components": self.components}
        return bool(Draft202012Validator(reference).is_valid(value))

    @property
    def events(self) -> dict[str, str]:
        """Value of `type` -> name of the event."""
        found: dict[str, str] = {}
        for name, schema in self.components["schemas"].items():
            if name.endswith("StreamingEvent"):
                tag = schema["properties"]["type"]
                found.update(dict.fromkeys([tag.get("const"), *tag.get("enum", [])], name))
        return found

    def parse(self, component: str, value: Any) -> Any:
        return TypeAdapter(getattr(self.models, component)).validate_python(value)


def contract(source: str, folder: Path) -> Contract:
    """The models of our own spec, or of a published document."""
    if source == "spec":
        _, document = spec_documents(ROOT / "spec")
        schema = resolve(document, Diagnostics())
        components: Any = document.value
    else:
        path = REFERENCE / f"{source}.openapi.json"
        schema = schema_of(path)
        components = json.loads(path.read_text("utf-8"))
    package = folder / ("contract_" + re.sub(r"\W", "_", source))
    return Contract(import_models(schema, package), schema, components["components"])


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    return contract("spec", tmp_path_factory.mktemp("models"))


def sources() -> list[str]:
    return ["2026-01-15", "2026-04-24"] if REFERENCE.is_dir() else []


@pytest.fixture(scope="module", params=["spec", *sources()])
def each(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Contract:
    return contract(request.param, tmp_path_factory.mktemp("models"))


def same(left: Any, right: Any) -> bool:
    """Equal as JSON text, key order aside: 1 is not 1.0 and not true."""
    return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)


def assert_round_trip(contract: Contract, component: str, value: Any) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(getattr(contract.models, component))
    parsed = adapter.validate_python(value)
    assert same(adapter.dump_python(parsed, mode="json"), value)
    assert same(json.loads(adapter.dump_json(parsed)), value)
    assert same(adapter.dump_python(adapter.validate_json(json.dumps(value))), value)
    if isinstance(parsed, BaseModel):
        assert same(parsed.model_dump(), value)
        assert same(json.loads(parsed.model_dump_json()), value)


@pytest.mark.parametrize(("component", "value"), VECTORS)
def test_vectors_survive(own: Contract, component: str, value: Any) -> None:
    assert own.valid(component, value)
    assert_round_trip(own, component, value)


@pytest.mark.parametrize(("component", "value"), VECTORS)
def test_a_value_broken_in_one_place_is_rejected_there(
    own: Contract, component: str, value: Any
) -> None:
    """What jsonschema says of each mutant holds, and the error's location is the mutation's."""
    wrong = [fault for mutant in mutants(value) if (fault := judged(own, component, mutant))]
    assert not wrong, "\n".join(wrong[:20])


def judged(contract: Contract, component: str, mutant: Mutant) -> str | None:
    """What is wrong with the models' opinion on a mutant, if anything."""
    valid = contract.valid(component, mutant.value)
    adapter: TypeAdapter[Any] = TypeAdapter(getattr(contract.models, component))
    try:
        parsed = adapter.validate_python(mutant.value)
    except ValidationError as error:
        if valid:
            return f"{mutant.change}: rejected {locations(error)}"
        untyped = mutant.path[-1] == "type" and tag_of(mutant) is None
        depth = len(mutant.path) - untyped
        there = any(found[:depth] == mutant.path[:depth] for found in locations(error))
        return None if there else f"{mutant.change}: found at {locations(error)}"
    if not valid and not is_new_variant(mutant):
        return f"{mutant.change}: accepted"
    return None if same(adapter.dump_python(parsed), mutant.value) else f"{mutant.change}: changed"


def tag_of(mutant: Mutant) -> Any:
    """What now stands beside the place that was changed as `type`.

    Without one, an item is a reference, so that its fault is that it has no id.
    """
    return lookup(mutant.value, mutant.path[:-1]).get("type")


def is_new_variant(mutant: Mutant) -> bool:
    """Whether the mutant says that it is something which the spec does not know."""
    return mutant.path[-1] == "type" and isinstance(tag_of(mutant), str)


def locations(error: ValidationError) -> list[tuple[str | int, ...]]:
    return [fault["loc"] for fault in error.errors(include_url=False)]


UNKNOWN = {"type": "acme:thing", "id": "x", "deep": {"n": [1, 1.0, None, True, "é"]}}


def test_unknown_variants_survive_wherever_variants_stand(own: Contract) -> None:
    """Every object with a `type` in every vector becomes something unknown, one at a time."""
    places = 0
    for component, value in VALUES:
        for *holder, last in paths(value):
            if last == "type" and in_union(own, component, value, (*holder, last)):
                changed = replaced(value, tuple(holder), UNKNOWN) if holder else UNKNOWN
                assert_round_trip(own, component, changed)
                places += 1
    assert places > 30


def in_union(contract: Contract, component: str, value: Any, path: tuple[str | int, ...]) -> bool:
    """Whether the models read an object with another type there as something unknown."""
    try:
        parsed = contract.parse(component, replaced(value, path, "acme:thing"))
    except ValidationError:
        return False
    return type(attribute(parsed, path[:-1])).__name__.startswith(("Unknown", "Extension"))


def attribute(parsed: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        entry = isinstance(step, int) or isinstance(parsed, dict)
        parsed = parsed[step] if entry else getattr(parsed, str(step))
    return parsed


@pytest.mark.parametrize(
    ("component", "path", "name"),
    [
        ("CreateResponseBody", ("input", 0), "UnknownItem"),
        ("CreateResponseBody", ("tools", 0), "UnknownResponsesTool"),
        ("ResponseResource", ("output", 0), "UnknownItem"),
        ("ResponseResource", ("output", 0, "content", 0), "UnknownContentPart"),
    ],
)
def test_unknown_things_have_a_class_of_their_own(
    own: Contract, component: str, path: tuple[str | int, ...], name: str
) -> None:
    """Not only in a dump: whoever reads them finds an object with a type and all else."""
    value = next(value for name, value in VALUES if name == component and has(value, path))
    newer = {"type": "brand_new", "payload": {"a": [1]}}
    parsed = attribute(own.parse(component, replaced(value, path, newer)), path)
    assert type(parsed).__name__ == name
    assert (parsed.type, parsed.payload) == ("brand_new", {"a": [1]})


def has(value: Any, path: tuple[str | int, ...]) -> bool:
    return path in list(paths(value))


def test_no_class_is_numbered(each: Contract) -> None:
    numbered = {n for n in each.models.__all__ if re.search(r"\d$", n)}
    assert not numbered - set(each.schema.components)


def test_every_component_has_a_class_or_a_type(each: Contract) -> None:
    assert set(each.schema.components) <= set(each.models.__all__)


recorded = pytest.mark.skipif(not CORPUS.is_dir(), reason="the recordings are not here")


def recordings() -> Iterator[tuple[str, Any]]:
    """Every recorded response, and every event of every recorded stream."""
    for case in sorted(CORPUS.iterdir()):
        if (case / "response.json").is_file():
            value = json.loads((case / "response.json").read_text("utf-8"))
            if isinstance(value, dict) and value.get("object") == "response":
                yield "ResponseResource", value
        if (case / "response.sse").is_file():
            for event in events((case / "response.sse").read_text("utf-8")):
                yield "StreamEvent", event


def events(stream: str) -> Iterator[Any]:
    for line in stream.splitlines():
        data = line.removeprefix("data:").strip()
        if line.startswith("data:") and data.startswith("{"):
            try:
                yield json.loads(data)
            except ValueError:
                continue  # cut off in the recording


@recorded
def test_recorded_values_are_accepted_and_survive(each: Contract) -> None:
    """Whatever jsonschema accepts, the models do; and whatever they accept, they keep."""
    adapters: dict[str, TypeAdapter[Any]] = {
        name: TypeAdapter(getattr(each.models, name))
        for name in ("ResponseResource", "StreamEvent")
    }
    accepted = 0
    for component, value in recordings():
        adapter = adapters[component]
        try:
            parsed = adapter.validate_python(value)
        except ValidationError as error:
            assert not each.valid(component, value), locations(error)
            continue
        accepted += 1
        assert same(adapter.dump_python(parsed), value)
        assert same(json.loads(adapter.dump_json(parsed)), value)
    assert accepted > 1000


@recorded
def test_recorded_values_broken_in_one_place_are_rejected(each: Contract) -> None:
    valid = [(c, v) for c, v in recordings() if c == "ResponseResource" and each.valid(c, v)]
    seen: set[str] = set()
    wrong = []
    for component, value in valid:
        shape = ",".join(sorted({i["type"] for i in value["output"]}))
        if shape in seen:
            continue
        seen.add(shape)
        wrong += [f for mutant in mutants(value) if (f := judged(each, component, mutant))]
    assert len(seen) >= 2
    assert not wrong, "\n".join(wrong[:20])
