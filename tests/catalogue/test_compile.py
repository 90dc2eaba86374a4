"""Probe records become what an agent is assigned."""

import pytest
from pydantic import JsonValue

from catalogue.agreements import Agreement
from catalogue.calendars import Calendar, Hours, Window
from catalogue.compile import NotYet, assigned, spec_of
from catalogue.expectations import ExpectHttp, http_conditions
from catalogue.instants import parse_instant
from catalogue.kinds import KINDS, Json
from catalogue.probing import Probe, ProbeDefaults
from catalogue.records import Catalogue
from catalogue.web import HttpProbe, StepsProbe
from probes.conditions.certificates import MinDaysLeft
from probes.conditions.documents import JsonEquals, JsonExists
from probes.conditions.lines import BannerMatches
from probes.conditions.names import AnswersNotEmpty
from probes.conditions.text import said
from probes.conditions.timing import LatencyAtMost
from probes.conditions.web import BodyContains, BodyMatches, HeaderMatches, StatusIn
from probes.spec import AssignedProbe, Segment
from probes.specs.certificates import TlsSpec
from probes.specs.lines import TcpSpec
from probes.specs.names import DnsSpec
from probes.specs.steps import FromJson, Step, StepsSpec
from probes.specs.web import BasicAuth, ClientCertificate, HttpCondition, HttpSpec

MINUTE = 60_000_000


def defaults(catalogue: Catalogue) -> ProbeDefaults:
    return catalogue.get(ProbeDefaults, "cms-2008")


def compiled(catalogue: Catalogue, probe: str) -> AssignedProbe | NotYet:
    windows = {window.id: window for _, window in catalogue.of(Window)}
    agreements = {agreement.id: agreement for _, agreement in catalogue.of(Agreement)}
    found = catalogue.get(Probe, probe)
    return assigned(found, defaults(catalogue), windows, agreements, use="demo_target")


def test_a_tcp_probe_expects_its_banner(cms: Catalogue) -> None:
    spec = spec_of(cms.get(Probe, "prb-unv-mail"), defaults(cms))

    assert spec == TcpSpec(
        host="mail.unv-bonn.example",
        port=587,
        timeout=10_000_000,
        conditions=(BannerMatches(pattern="^220 "),),
    )


def test_a_dns_probe_asks_its_server_and_wants_an_answer(cms: Catalogue) -> None:
    spec = spec_of(cms.get(Probe, "prb-unv-dns"), defaults(cms))

    assert spec == DnsSpec(
        host="dns.unv-bonn.example",
        port=53,
        name="www.cms.example",
        type="A",
        timeout=10_000_000,
        conditions=(AnswersNotEmpty(),),
    )


def test_a_tls_probe_looks_at_the_days_that_are_left(cms: Catalogue) -> None:
    spec = spec_of(cms.get(Probe, "prb-web-tls"), defaults(cms))

    assert spec == TlsSpec(
        host="www.cms.example", port=443, timeout=10_000_000, conditions=(MinDaysLeft(days=21),)
    )


def test_a_refusal_pauses_the_probe_that_says_so(cms: Catalogue) -> None:
    specs = [
        spec_of(cms.get(Probe, name), defaults(cms)) for name in ("prb-web-cron", "prb-km-api")
    ]

    assert [spec.on_401 for spec in specs if isinstance(spec, HttpSpec)] == ["pause", "go_on"]


def test_a_page_is_asked_for_as_its_document_says() -> None:
    document: Json = {
        "id": "prb-api",
        "kind": "http",
        "service": "svc-api",
        "target": "https://api.example/orders",
        "demo_target": "http://127.0.0.1:18080/api",
        "timeout": "PT5S",
        "method": "POST",
        "headers": {"Content-Type": "application/json"},
        "secret_headers": {"X-Key": "env:API_KEY"},
        "body": "{}",
        "auth": {
            "bearer": "env:API_TOKEN",
            "client_certificate": {
                "certificate": "file:/etc/slamon/agent.pem",
                "key": "file:/etc/slamon/agent.key",
            },
        },
        "redirects": 0,
        "max_body": 4096,
        "verify": "off",
        "family": "ipv6",
        "expect": [
            {"field": "status", "op": "in", "values": [201]},
            {"field": "latency", "op": "at_most", "phase": "first_byte", "most": 500_000},
        ],
        "prov": {"_": "I"},
    }
    probe = KINDS["probe"].parse(document)

    assert isinstance(probe, Probe)
    assert spec_of(probe, None) == HttpSpec(
        url="https://api.example/orders",
        timeout=5_000_000,
        method="POST",
        headers={"Content-Type": "application/json"},
        secret_headers={"X-Key": "env:API_KEY"},
        body="{}",
        bearer="env:API_TOKEN",
        client_certificate=ClientCertificate(
            certificate="file:/etc/slamon/agent.pem", key="file:/etc/slamon/agent.key"
        ),
        redirects=0,
        max_body=4096,
        verify=False,
        family="ipv6",
        conditions=(
            StatusIn(values=(201,)),
            LatencyAtMost(phase="first_byte", most=500_000),
        ),
    )


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        pytest.param("status in 200, 2xx", StatusIn(values=(200, "2xx")), id="a status"),
        pytest.param(
            "json a.0 is true", JsonEquals(path="a.0", value=True), id="a value in a document"
        ),
        pytest.param(
            'body contains "two, words" else degraded',
            BodyContains(text="two, words", severity="degraded"),
            id="a text in quotes that degrades",
        ),
        pytest.param(
            "latency first_byte within PT0.5S",
            LatencyAtMost(phase="first_byte", most=500_000),
            id="a time",
        ),
    ],
)
def test_a_condition_as_text_means_the_same_as_in_full(text: str, condition: HttpCondition) -> None:
    in_full = condition.model_dump(mode="json")

    assert said(condition) == text
    assert http_conditions(_expecting(text)) == http_conditions(_expecting(in_full))
    assert condition in http_conditions(_expecting(text))


def _expecting(condition: JsonValue) -> ExpectHttp | tuple[HttpCondition, ...] | None:
    probe = KINDS["probe"].parse(
        {
            "id": "prb-web",
            "kind": "http",
            "service": "svc-web",
            "target": "https://www.example/",
            "demo_target": "http://127.0.0.1:18080/",
            "expect": [condition],
            "prov": {"_": "I"},
        }
    )
    assert isinstance(probe, HttpProbe)
    return probe.expect


def test_a_transaction_is_walked_as_its_document_says() -> None:
    probe = KINDS["probe"].parse(
        {
            "id": "prb-sign-in",
            "kind": "steps",
            "service": "svc-web",
            "target": "https://www.example/start?a=1",
            "demo_target": "http://127.0.0.1:18080/",
            "timeout": "PT20S",
            "steps": [
                {"name": "in", "path": "/login", "extract": {"t": {"source": "json", "path": "t"}}},
                {"name": "list", "path": "/l?t={t}", "expect": ["latency total within PT2S"]},
            ],
            "prov": {"_": "I"},
        }
    )

    assert isinstance(probe, Probe)
    assert spec_of(probe, None) == StepsSpec(
        timeout=20_000_000,
        steps=(
            Step(name="in", url="https://www.example/login", extract={"t": FromJson(path="t")}),
            Step(name="list", url="https://www.example/l?t={t}"),
        ),
        latency=(LatencyAtMost(phase="step.list", most=2_000_000),),
    )


def test_a_probe_is_asked_only_where_its_document_says(cms: Catalogue) -> None:
    everywhere = cms.get(Probe, "prb-web-home")
    inside = everywhere.model_copy(update={"locations": ("loc-bonn",)})

    assert [everywhere.asked_at("loc-bonn"), everywhere.asked_at("loc-outside")] == [True, True]
    assert [inside.asked_at("loc-bonn"), inside.asked_at("loc-outside")] == [True, False]


def test_a_probe_is_asked_faster_in_the_critical_windows_of_its_service(cms: Catalogue) -> None:
    windows = {window.id: window for _, window in cms.of(Window)}
    probe = cms.get(Probe, "prb-web-home").model_copy(update={"critical_interval": "PT20S"})
    opens, closes = windows["cop-report-deadline"].span()

    found = assigned(probe, defaults(cms), windows, {}, critical=("cop-report-deadline",))

    assert isinstance(found, AssignedProbe)
    assert found.segments == (
        Segment(to=opens, interval=MINUTE),
        Segment(from_=opens, to=closes, interval=MINUTE // 3),
        Segment(from_=closes, interval=MINUTE),
    )


def test_secrets_stay_references(cms: Catalogue) -> None:
    spec = spec_of(cms.get(Probe, "prb-web-cron"), defaults(cms))

    assert isinstance(spec, HttpSpec)
    assert spec.basic == BasicAuth(user="env:SLAMON_HC_USER", password="env:SLAMON_HC_PASSWORD")


@pytest.mark.parametrize(
    ("probe", "conditions"),
    [
        pytest.param(
            "prb-web-home",
            (StatusIn(values=(200,)), BodyContains(text="CMS")),
            id="text in the body",
        ),
        pytest.param(
            "prb-web-fr",
            (StatusIn(values=(200,)), HeaderMatches(name="Content-Language", pattern="^fr")),
            id="a header",
        ),
        pytest.param(
            "prb-ims-search",
            (StatusIn(values=(200,)), BodyMatches(pattern="(?i)ciconia")),
            id="a pattern in the body",
        ),
        pytest.param(
            "prb-web-cron",
            (
                StatusIn(values=(200,)),
                JsonEquals(path="last_cron_plugin.active_and_running", value=True),
            ),
            id="a value in JSON",
        ),
        pytest.param(
            "prb-km-api",
            (StatusIn(values=(200,)), JsonExists(path="value.0")),
            id="something in JSON",
        ),
        pytest.param(
            "prb-contacts-web", (StatusIn(values=(200, 302)),), id="one of several statuses"
        ),
    ],
)
def test_what_is_expected_becomes_conditions(
    cms: Catalogue, probe: str, conditions: tuple[HttpCondition, ...]
) -> None:
    spec = spec_of(cms.get(Probe, probe), defaults(cms))

    assert isinstance(spec, HttpSpec)
    assert spec.conditions == conditions


def test_a_demonstration_target_can_move_to_a_free_port(cms: Catalogue) -> None:
    moved = {"127.0.0.1:18080": "127.0.0.1:40000", "127.0.0.1:18025": "127.0.0.1:40025"}

    web = spec_of(cms.get(Probe, "prb-ims-search"), defaults(cms), "demo_target", moved)
    mail = spec_of(cms.get(Probe, "prb-unv-mail"), defaults(cms), "demo_target", moved)

    assert isinstance(web, HttpSpec)
    assert web.url == "http://127.0.0.1:40000/ims/search?q=ciconia"
    assert isinstance(mail, TcpSpec)
    assert (mail.host, mail.port) == ("127.0.0.1", 40025)


@pytest.mark.parametrize(
    ("probe", "why"),
    [
        pytest.param("prb-contacts-ldap", "it is switched off", id="a probe that is switched off"),
        pytest.param(
            "prb-contacts-web",
            "it is asked only while trial-contacts is in force",
            id="a probe of a trial that has not begun",
        ),
    ],
)
def test_what_is_not_asked_says_why(cms: Catalogue, probe: str, why: str) -> None:
    assert compiled(cms, probe) == NotYet(why)


def test_a_window_changes_the_interval(cms: Catalogue) -> None:
    probe = compiled(cms, "prb-reporting-login")
    opens, closes = parse_instant("2008-05-18T00:00+02:00"), parse_instant("2008-06-02T00:00+02:00")

    assert isinstance(probe, AssignedProbe)
    assert probe.segments == (
        Segment(to=opens, interval=MINUTE),
        Segment(from_=opens, to=closes, interval=MINUTE // 2),
        Segment(from_=closes, interval=MINUTE),
    )


def test_all_probes_of_the_starter_set_compile_or_say_why_not(cms: Catalogue) -> None:
    results = {probe.id: compiled(cms, probe.id) for _, probe in cms.of(Probe)}

    assert [name for name, result in results.items() if isinstance(result, NotYet)] == [
        "prb-contacts-web",
        "prb-contacts-ldap",
    ]


@pytest.mark.parametrize(
    ("agreement", "span"),
    [
        pytest.param(
            "sla-unv-2008",
            ("2008-05-31T00:00+02:00", "2010-01-01T00:00+01:00"),
            id="both ends of its days are included",
        ),
        pytest.param("sla-unv-2026", ("2026-01-01T00:00+01:00", None), id="an open end"),
        pytest.param(
            "project-delc-km", ("2006-12-31T00:00+01:00", None), id="a year is read by its last day"
        ),
        pytest.param("mou-wcmc", None, id="never, while it is negotiated"),
        pytest.param("moc-gbif", None, id="never, if its first day is not known"),
    ],
)
def test_an_agreement_is_in_force(
    cms: Catalogue, agreement: str, span: tuple[str, str | None] | None
) -> None:
    expected = span and (parse_instant(span[0]), parse_instant(span[1]) if span[1] else None)

    assert cms.get(Agreement, agreement).span_in_force() == expected


def test_service_hours_are_closed_on_holidays_that_are_settled(cms: Catalogue) -> None:
    hours = cms.get(Hours, "bonn-business-hours").agreed(cms.get(Calendar, "un-bonn"))

    def minutes(day: str) -> int:
        begin = parse_instant(f"{day}T00:00", "Europe/Berlin")
        spans = hours.intervals(begin, begin + 24 * 60 * MINUTE)
        return sum(end - start for start, end in spans) // MINUTE

    assert minutes("2026-02-16") == 0  # Rose Monday
    assert minutes("2026-02-17") == 600
    assert minutes("2026-12-24") == 600  # an option of a day that is still to be confirmed


def test_service_hours_need_the_calendar_they_name(cms: Catalogue) -> None:
    with pytest.raises(ValueError, match="follow the calendar un-bonn"):
        cms.get(Hours, "bonn-business-hours").agreed(None)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        pytest.param(
            {"expect": ["status in 200", "status in 404"]},
            'it could never be good: "status in 404" and "status in 200" never hold together',
            id="two that exclude each other",
        ),
        pytest.param(
            {
                "target": "http://www.example/",
                "redirects": 0,
                "expect": ["latency tls within PT1S"],
            },
            'it could never be good: "tls" is no phase of this http probe by plain http, '
            "which has dns, connect, first_byte, body, total",
            id="a phase that never is",
        ),
    ],
)
def test_a_recorded_probe_that_could_never_be_good_is_not_asked(changes: Json, why: str) -> None:
    stated: Json = {
        "id": "p", "kind": "http", "service": "svc-web", "target": "https://www.example/",
        "demo_target": "http://127.0.0.1:18080/", "interval": "PT1M", "timeout": "PT10S", "prov": {"_": "I"},
    }  # fmt: skip
    probe = KINDS["probe"].recall(stated | changes)
    assert isinstance(probe, HttpProbe)

    assert spec_of(probe, None) == NotYet(why)


def test_the_latency_of_a_recorded_step_is_that_of_the_step_whatever_phase_it_says() -> None:
    step: Json = {"name": "home", "path": "/", "expect": ["latency first_byte within PT1S"]}
    probe = KINDS["probe"].recall(
        {
            "id": "p", "kind": "steps", "service": "svc-web", "target": "https://www.example/",
            "demo_target": "http://127.0.0.1:18080/", "interval": "PT1M", "timeout": "PT10S",
            "steps": [step], "prov": {"_": "I"},
        }
    )  # fmt: skip
    assert isinstance(probe, StepsProbe)
    spec = spec_of(probe, None)

    assert isinstance(spec, StepsSpec)
    assert spec.latency == (LatencyAtMost(phase="step.home", most=1_000_000),)
