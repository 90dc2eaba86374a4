"""The starter sets are whole: every record of them is read, with its provenance."""

import csv
import json
from collections import Counter
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from catalogue.agreements import Agreement
from catalogue.calendars import Calendar, Hours
from catalogue.document import Record
from catalogue.instants import MINUTE
from catalogue.periods import parse_period
from catalogue.probing import Import
from catalogue.records import Catalogue
from catalogue.remedies import Credit
from catalogue.services import Service
from catalogue.tariffs import Tariff

STARTER = Path(__file__).parents[2] / "catalogue" / "starter"


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        pytest.param("source", 32, id="sources"),
        pytest.param("party", 15, id="parties"),
        pytest.param("service", 12, id="services"),
        pytest.param("tariff", 8, id="tariffs"),
        pytest.param("quantity", 19, id="quantities"),
        pytest.param("exchange_rate", 7, id="exchange rates"),
        pytest.param("agreement", 7, id="agreements"),
        pytest.param("commitment", 25, id="commitments"),
        pytest.param("calendar", 5, id="calendars"),
        pytest.param("service_hours", 4, id="service hours"),
        pytest.param("window", 2, id="windows"),
        pytest.param("location", 2, id="locations"),
        pytest.param("probe_defaults", 1, id="defaults of probes"),
        pytest.param("probe", 16, id="probes"),
        pytest.param("import", 2, id="imports"),
        pytest.param("attestation", 1, id="attestations"),
        pytest.param("register", 1, id="the register itself"),
        pytest.param("recommendation", 21, id="recommendations"),
        pytest.param("step", 19, id="steps"),
        pytest.param("summary_item", 11, id="summary items"),
        pytest.param("ambiguity", 11, id="ambiguities"),
        pytest.param("glossary_term", 7, id="glossary"),
    ],
)
def test_the_review_of_2008_has_as_many(cms: Catalogue, kind: str, count: int) -> None:
    assert Counter(kind for kind, _ in cms.records)[kind] == count


def test_the_parts_of_the_review_of_2008_are_all_there(cms: Catalogue) -> None:
    services = [service for _, service in cms.of(Service)]
    assert sum(len(service.offerings) for service in services) == 19
    assert sum(len(service.baselines) for service in services) == 6
    assert sum(len(tariff.lines) for _, tariff in cms.of(Tariff)) == 31
    assert sum(len(agreement.objectives) for _, agreement in cms.of(Agreement)) == 13
    assert sum(len(calendar.days) for _, calendar in cms.of(Calendar)) == 118


def test_every_record_keeps_its_provenance(cms: Catalogue, editions: Catalogue) -> None:
    for catalogue in (cms, editions):
        for record in catalogue.records.values():
            if isinstance(record.model, Record):
                assert record.document["prov"] == record.model.prov
                assert record.model.prov


def test_decimals_keep_every_digit(cms: Catalogue) -> None:
    agreement = cms.get(Agreement, "sla-unv-2026")

    remedy = agreement.objectives[0].remedy
    assert isinstance(remedy, Credit)
    assert (str(agreement.objectives[0].target), str(remedy.cap_year)) == ("99.50", "400.00")


def test_a_date_keeps_its_precision(cms: Catalogue) -> None:
    signed = cms.get(Agreement, "sla-unv-2008").signed_on

    assert signed is not None
    assert (signed.value, signed.precision) == ("2008-05", "month")
    assert (str(signed.first_day()), str(signed.last_day())) == ("2008-05-01", "2008-05-31")


def test_invented_records_say_so(cms: Catalogue) -> None:
    assert cms.get(Agreement, "sla-unv-2026").illustrative
    assert not cms.get(Calendar, "un-bonn").illustrative


def test_each_service_of_the_history_is_promised_once(editions: Catalogue) -> None:
    with (STARTER / "digital-editions/data/digital-editions.csv").open(encoding="utf-8") as file:
        slugs = {row["service"] for row in csv.DictReader(file)}
    source = editions.get(Import, "imp-digital-editions")
    promised = editions.get(Agreement, "sla-digital-editions").objectives

    assert len(slugs) == 33
    assert source.rows_name is not None
    assert {f"{source.rows_name.prefix}{slug}" for slug in slugs} == {o.service for o in promised}
    assert {service.id for _, service in editions.of(Service)} == {o.service for o in promised}
    assert source.validity == "PT26H"
    assert source.attribution == "DHBern, Upptime history, Open Database License 1.0"


def test_the_published_minutes_speak_of_known_services(editions: Catalogue) -> None:
    expected = json.loads((Path(__file__).parent / "digital-editions.expected.json").read_text())

    known = {service.id for _, service in editions.of(Service)}
    assert {f"svc-{slug}" for slug in expected["minutes_down_by_utc_day"]} <= known


VECTORS = YAML(typ="safe").load(
    (Path(__file__).parent / "cms-2008-golden.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize(
    "vector",
    [
        pytest.param(v, id=f"{v['agreement']} {v['objective']} {v['month']}")
        for v in VECTORS["agreement_minutes"]
    ],
)
def test_the_documents_promise_so_many_minutes(cms: Catalogue, vector: dict[str, str]) -> None:
    agreement = cms.get(Agreement, vector["agreement"])
    objective = next(o for o in agreement.objectives if o.id == vector["objective"])
    hours = cms.get(Hours, objective.service_hours)
    month = parse_period(vector["month"], agreement.tz)

    agreed = hours.agreed(cms.find(Calendar, hours.holidays)).intervals(month.begin, month.end)

    assert sum(end - begin for begin, end in agreed) == int(vector["minutes"]) * MINUTE
    assert str(objective.target) == vector["target"]
