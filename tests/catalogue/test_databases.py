"""Documents of databases become what an agent is told; what it would refuse is told of the document."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from catalogue.compile import spec_of
from catalogue.databases import MysqlProbe, PostgresqlProbe
from probes.specs.databases import MysqlSpec, PostgresqlSpec
from probes.specs.web import ClientCertificate

SECOND = 1_000_000
SHARED: dict[str, Any] = {
    "id": "p",
    "service": "s",
    "demo_target": "127.0.0.1:5433",
    "timeout": "PT5S",
    "interval": "PT1M",
    "user": "watcher",
    "prov": {"_": "I"},
}
SHOWN = {"certificate": "file:/etc/agent.pem", "key": "file:/etc/agent.key"}


def test_what_is_not_stated_is_left_to_the_agent() -> None:
    probe = PostgresqlProbe(kind="postgresql", target="db.example", **SHARED)

    assert spec_of(probe, None) == PostgresqlSpec(
        host="db.example",
        port=5432,
        timeout=5 * SECOND,
        user="watcher",
        database="postgres",
        tls="required",
        verify=True,
    )


def test_what_is_stated_is_told() -> None:
    stated: dict[str, Any] = {
        "target": "[2001:db8::1]:3307",
        "password": "env:WORD",
        "database": "shop",
        "tls": "try",
        "verify": "off",
        "name": "shop.example",
        "client_certificate": SHOWN,
        "family": "ipv6",
        "on_refusal": "pause_probe",
        "expect": ("role is replica", "lag within PT30S else degraded"),
    }
    probe = MysqlProbe.model_validate({"kind": "mysql", **SHARED, **stated})

    told = spec_of(probe, None)

    assert isinstance(told, MysqlSpec)
    assert (told.host, told.port) == ("2001:db8::1", 3307)
    assert told.client_certificate == ClientCertificate(**SHOWN)
    assert (told.password, told.database, told.tls) == ("env:WORD", "shop", "try")
    assert (told.verify, told.name, told.family) == (False, "shop.example", "ipv6")
    assert told.on_refusal == "pause"
    assert [each.expectation() for each in told.conditions] == [
        "it is a replica",
        "replication lags by at most PT30S",
    ]
    assert told.target == "2001:db8::1:3307/shop"


def test_a_demonstration_asks_elsewhere() -> None:
    probe = MysqlProbe(kind="mysql", target="db.example", **SHARED)

    told = spec_of(probe, None, "demo_target")

    assert isinstance(told, MysqlSpec)
    assert (told.host, told.port, told.database) == ("127.0.0.1", 5433, None)
    assert told.target == "127.0.0.1:5433"


@pytest.mark.parametrize(
    ("more", "message"),
    [
        pytest.param(
            {"tls": "off", "client_certificate": SHOWN},
            "without TLS no certificate is shown",
            id="a certificate without TLS",
        ),
        pytest.param(
            {"tls": "off", "conditions": [{"field": "tls_version", "version": "TLSv1.3"}]},
            "without TLS there is no certificate to look at",
            id="a version of no TLS",
        ),
        pytest.param(
            {"host": "127.0.0.1", "family": "ipv6"},
            "127.0.0.1 is no address of ipv6",
            id="an address of the other family",
        ),
        pytest.param({"password": "sesame"}, "should match pattern", id="a password written out"),
        pytest.param({"user": "a\0b"}, "should match pattern", id="a user cut in two"),
    ],
)
@pytest.mark.parametrize("kind", [MysqlSpec, PostgresqlSpec])
def test_what_cannot_be_asked_is_refused(
    kind: type[MysqlSpec | PostgresqlSpec], more: dict[str, Any], message: str
) -> None:
    told = {"host": "db.example", "timeout": SECOND, "user": "watcher", **more}

    with pytest.raises(ValidationError, match=message):
        kind.model_validate(told)


def test_replicas_are_counted_by_postgresql_alone() -> None:
    told = {"host": "db.example", "timeout": SECOND, "user": "watcher"}
    conditions = [{"field": "replicas", "count": 1}]

    assert PostgresqlSpec.model_validate({**told, "conditions": conditions}).conditions
    with pytest.raises(ValidationError, match="replicas"):
        MysqlSpec.model_validate({**told, "conditions": conditions})


@pytest.mark.parametrize("kind", [MysqlSpec, PostgresqlSpec])
def test_what_an_agent_is_told_is_read_as_what_it_was(
    kind: type[MysqlSpec | PostgresqlSpec],
) -> None:
    told = kind.model_validate(
        {
            "host": "db.example",
            "timeout": SECOND,
            "user": "env:WHO",
            "password": "file:/run/word",
            "client_certificate": SHOWN,
            "conditions": [
                {"field": "lag", "op": "at_most", "most": 5},
                {"field": "certificate", "op": "min_days_left", "days": 3},
            ],
        }
    )

    assert kind.model_validate_json(told.model_dump_json()) == told
