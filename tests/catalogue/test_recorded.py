import pytest

from catalogue.calendars import Hours
from catalogue.expectations import ExpectTcp
from catalogue.kinds import Json
from catalogue.questions import TcpProbe
from catalogue.recorded import RecordedDocumentError, recorded

OFFICE: Json = {
    "id": "office",
    "tz": "Europe/Berlin",
    "weekdays": ["mon", "tue"],
    "from": "09:00",
    "to": "17:00",
    "holidays": None,
    "prov": {"_": "derived"},
}


def test_a_recorded_document_is_read() -> None:
    read = recorded("service_hours", "office", OFFICE)
    assert isinstance(read, Hours)
    assert read.tz == "Europe/Berlin"


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        pytest.param(
            {"tz": "US/Pacific-New"},
            'service hours office cannot be read as it was recorded: tz: there is no time zone "US/Pacific-New"'
            "; write an IANA name like Europe/Berlin; correct its document",
            id="a zone that disappeared is named, and what to write",
        ),
        pytest.param(
            {"tz": "Europe/Berlim"},
            r'there is no time zone "Europe/Berlim" \(did you mean "Europe/Berlin"\?\); correct',
            id="a zone that is named alike is proposed",
        ),
        pytest.param(
            {"tz": "US/Pacific-New", "weekdays": []},
            r"tz: there is no time zone .*; weekdays: .*; correct its document",
            id="all that is wrong is named at once",
        ),
    ],
)
def test_a_recorded_document_that_names_what_is_no_more_is_refused_by_name(
    changed: Json, says: str
) -> None:
    with pytest.raises(RecordedDocumentError, match=says):
        recorded("service_hours", "office", {**OFFICE, **changed})


def test_a_probe_recorded_with_fields_of_other_kinds_is_read_without_them() -> None:
    probe: Json = {
        "id": "prb-mail",
        "kind": "tcp",
        "service": "svc-mail",
        "target": "mail.example:25",
        "demo_target": "127.0.0.1:18025",
        "interval_in": {"window": "cop", "interval": "PT30S"},
        "banner": "^220 ",
        "on_401": "pause_probe",
        "expect": {"status": [200], "hostname": True},
        "prov": {"_": "I"},
    }

    read = recorded("probe", "prb-mail", probe)

    assert isinstance(read, TcpProbe)
    assert (read.banner, read.expect) == ("^220 ", ExpectTcp())
    assert [each.window for each in read.windows] == ["cop"]
