"""Published schemas: what is written is what the reader reads, and editors refuse what it refuses for its shape."""

import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from catalogue.kinds import FILES, SECTIONS
from catalogue.pages import read_page
from catalogue.schema import NAMES, schema_of, schema_text

TREE = Path(__file__).parents[2]
PUBLISHED = TREE / "catalogue" / "schemas"
STARTER = TREE / "catalogue" / "starter"
INVALID = Path(__file__).parent / "invalid"
DOCUMENTS = sorted(STARTER.glob("*/*.yaml"))

# Each has a fault of its shape; some have others besides, which only the reader knows.
OF_SHAPE = (
    "bad-duration",
    "bound-below-zero",
    "condition-that-is-no-text",
    "databases-that-cannot-be-asked",
    "dots-in-the-name-of-a-breach",
    "duration-in-words",
    "field-of-another-kind",
    "heartbeat-that-asks",
    "hour-25",
    "inline-secret",
    "missing-field",
    "missing-translation",
    "nearly-right",
    "negative-amount",
    "percent-above-a-hundred",
    "period-unknown",
    "rolling-whole-term",
    "secret-nobody-can-reach",
    "series-that-says-too-little",
    "several-at-once",
    "slices-of-another-length",
    "unknown-field",
    "unknown-kind-of-probe",
    "unknown-section",
    "unknown-word",
)


def faults(name: str, document: Any) -> list[str]:
    """What an editor says of a document, each fault at its path."""
    validator = Draft202012Validator(
        schema_of(name), format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    return [
        f"{'.'.join(map(str, e.absolute_path))}: {e.message}" for e in _all(validator, document)
    ]


def _all(validator: Draft202012Validator, document: Any) -> list[Any]:
    return list(validator.iter_errors(document))


def written(text: str, tmp_path: Path) -> Any:
    file = tmp_path / "all.yaml"
    file.write_text(text, encoding="utf-8")
    return read_page(file, "all.yaml")[0].data


@pytest.mark.parametrize("name", NAMES)
def test_the_published_schema_is_the_one_the_command_writes(name: str) -> None:
    assert (PUBLISHED / f"{name}.json").read_text(encoding="utf-8") == schema_text(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_one_of_its_dialect(name: str) -> None:
    schema = schema_of(name)

    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_every_section_has_a_file() -> None:
    assert [section for sections in FILES.values() for section in sections] == list(SECTIONS)


@pytest.mark.parametrize(
    "file", [pytest.param(f, id=f"{f.parent.name} {f.stem}") for f in DOCUMENTS]
)
def test_every_starter_document_is_valid_under_the_schema_it_names(file: Path) -> None:
    first = file.read_text(encoding="utf-8").splitlines()[0]
    named = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)

    assert named is not None
    assert (file.parent / named[1]).resolve() == PUBLISHED / f"{file.stem}.json"
    assert faults(file.stem, read_page(file, file.name)[0].data) == []
    assert faults("documents", read_page(file, file.name)[0].data) == []


@pytest.mark.parametrize("name", [pytest.param(n, id=n.replace("-", " ")) for n in OF_SHAPE])
def test_a_fault_of_shape_is_refused_by_the_schema_too(name: str) -> None:
    file = INVALID / f"{name}.yaml"

    assert faults("documents", read_page(file, file.name)[0].data)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param(
            "providers:\n- {id: a b, role: provider, name: {en: A, fr: A, es: A}, prov: {_: I}}\n",
            "providers.0.id",
            id="an id with a blank in it",
        ),
        pytest.param(
            "exchange_rates:\n- {currency: EUR, per_usd: '0.00', effective: 2008-03-01, kind: demo, prov: {_: I}}\n",
            "exchange_rates.0.per_usd",
            id="a rate of nothing",
        ),
        pytest.param(
            "exchange_rates:\n- {currency: EUR, per_usd: '1.5', effective: 1 May, kind: demo, prov: {_: I}}\n",
            "exchange_rates.0.effective",
            id="a day in words",
        ),
        pytest.param(
            "defaults: {interval: PT1M, timeout: PT10S, prov: {_: I}, amended: {reason: x}}\n",
            "defaults.amended",
            id="a mark without its day",
        ),
    ],
)
def test_a_value_that_is_written_wrong_is_told_at_its_place(
    tmp_path: Path, text: str, place: str
) -> None:
    told = faults("documents", written(text, tmp_path))

    assert {each.partition(": ")[0] for each in told} == {place}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            'probes:\n- {id: p, kind: tcp, service: s, target: "a:1", demo_target: "b:1",'
            " expect: [banner matches ^220], prov: {_: I}}\n",
            id="a condition as a short text",
        ),
        pytest.param(
            'probes:\n- {id: p, kind: tcp, service: s, target: "a:1", demo_target: "b:1",'
            " correction: {reason: moved}, prov: {_: I}}\n",
            id="a record that is corrected",
        ),
        pytest.param(
            "sources:\n- {id: a, title: A, year: null, supports: nothing, consulted: part}\n",
            id="sources as a list",
        ),
    ],
)
def test_what_the_reader_reads_no_schema_refuses(tmp_path: Path, text: str) -> None:
    assert faults("documents", written(text, tmp_path)) == []


def test_an_editor_offers_a_heartbeat_nothing_that_only_probes_which_ask_have() -> None:
    offered = schema_of("probes")["$defs"]["Heartbeat"]["properties"]  # type: ignore[index,call-overload]

    assert {"interval", "grace"} <= set(offered)  # type: ignore[arg-type]
    assert {"target", "demo_target", "timeout", "control"} & set(offered) == set()  # type: ignore[arg-type]
