"""The contracts that others read are those that the code keeps."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from shared.contracts import as_text, contracts
from shared.envelope import Envelope
from shared.external import EXTERNAL
from shared.messages import MESSAGES

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "contracts"
SAMPLES = sorted((Path(__file__).parent / "samples").glob("*.json"))


def test_every_committed_contract_is_what_the_code_says() -> None:
    wanted = contracts()
    assert sorted(path.name for path in FOLDER.glob("*.json")) == sorted(wanted)
    for name, document in wanted.items():
        assert (FOLDER / name).read_text(encoding="utf-8") == as_text(document), (
            f"{name} differs: run `make contracts`, and read whether the change is additive"
        )


def test_every_message_has_a_golden_sample() -> None:
    assert {path.stem for path in SAMPLES} == {*MESSAGES, *EXTERNAL}


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_golden_sample_of_the_past_can_still_be_read(path: Path) -> None:
    envelope = Envelope.model_validate_json(path.read_bytes())
    kind = MESSAGES.get(envelope.type) or EXTERNAL[envelope.type]
    read = kind.model_validate(envelope.data).model_dump(mode="json", exclude_unset=True)
    # Every value that was sent comes out again under the same name.
    assert {name: read[name] for name in envelope.data} == envelope.data


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_golden_sample_fits_its_committed_schema(path: Path) -> None:
    sample = json.loads(path.read_bytes())
    schema = json.loads((FOLDER / f"{sample['type']}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(sample["data"])


def test_each_reference_in_the_asyncapi_document_leads_somewhere() -> None:
    document = contracts()["asyncapi.json"]
    for reference in _references(document):
        place = document
        for part in reference.removeprefix("#/").split("/"):
            if reference.startswith("#/$defs"):
                break
            place = place[part]


def _references(node: object) -> list[str]:
    if isinstance(node, dict):
        own = [str(node["$ref"])] if "$ref" in node else []
        return own + [each for value in node.values() for each in _references(value)]
    if isinstance(node, list):
        return [each for value in node for each in _references(value)]
    return []
