"""What the program does not act upon yet is listed, not dropped."""

import json

import pytest

from catalogue.agreements import Agreement
from catalogue.interpretation import not_yet_interpreted
from catalogue.kinds import KINDS
from catalogue.records import Catalogue


@pytest.mark.parametrize(
    ("kind", "record", "expected"),
    [
        pytest.param(
            "agreement",
            "sla-unv-2008",
            ("dispute: kept, a breach cannot yet be contested",),
            id="an agreement",
        ),
        pytest.param("probe", "prb-web-tls", (), id="a probe of certificates"),
        pytest.param("probe", "prb-web-cron", (), id="a probe that a refusal pauses"),
        pytest.param(
            "import",
            "imp-provider-log",
            (),
            id="counter-evidence is imported as written",
        ),
        pytest.param(
            "service",
            "svc-it-representation",
            (),
            id="a service that is attested",
        ),
        pytest.param("import", "imp-unv-tickets", (), id="tickets are imported as written"),
        pytest.param("window", "cop9-freeze", (), id="a window is applied by those who name it"),
        pytest.param("party", "unv", (), id="a party is understood whole"),
        pytest.param("probe", "prb-unv-mail", (), id="a probe that is asked as written"),
    ],
)
def test_what_is_kept_without_effect_is_listed(
    cms: Catalogue, kind: str, record: str, expected: tuple[str, ...]
) -> None:
    assert not_yet_interpreted(cms.records[kind, record].model) == expected


def test_slices_and_misses_in_a_row_are_judged_as_written(editions: Catalogue) -> None:
    document = json.loads(
        json.dumps(editions.records["agreement", "sla-digital-editions"].document)
    )
    document["objectives"][0] |= {
        "slice": {"length": "PT1M", "rule": "entirely_down"},
        "consecutive": 3,
    }

    assert not_yet_interpreted(KINDS["agreement"].parse(document)) == ()


def test_the_illustrative_agreement_of_real_services_is_judged_as_written(
    editions: Catalogue,
) -> None:
    assert not_yet_interpreted(editions.get(Agreement, "sla-digital-editions")) == ()


def test_records_of_all_other_kinds_are_understood(cms: Catalogue) -> None:
    listed = {r.kind for r in cms.records.values() if not_yet_interpreted(r.model)}

    assert listed == {"agreement", "service"}
