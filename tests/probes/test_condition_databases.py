"""Conditions on database servers: each says what it expected and what it found."""

from __future__ import annotations

import pytest

from probes.conditions.databases import (
    ConnectionsAtMost,
    LagAtMost,
    ReadOnlyIs,
    ReplicasAtLeast,
    ReplicationRuns,
    RoleIs,
    ServerVersionAtLeast,
)
from probes.conditions.reply import DatabaseAnswer, Reply
from probes.conditions.requirement import Requirement
from probes.outcome import Outcome

GOOD, DEGRADED, BAD = Outcome.GOOD, Outcome.DEGRADED, Outcome.BAD
SECOND = 1_000_000
DEBIAN = "15.6 (Debian 15.6-0+deb12u1)"
MARIADB = "10.11.6-MariaDB-0+deb12u1"
STANDS = "it is a replica, and receives nothing"


def of(version: str) -> DatabaseAnswer:
    return DatabaseAnswer(version)


CASES = [
    pytest.param(ServerVersionAtLeast(least="15"), of(DEBIAN), GOOD, DEBIAN, id="the same version"),
    pytest.param(ServerVersionAtLeast(least="15.7"), of(DEBIAN), BAD, DEBIAN, id="one too old"),
    pytest.param(ServerVersionAtLeast(least="15.6.0"), of(DEBIAN), GOOD, DEBIAN, id="more numbers"),
    pytest.param(ServerVersionAtLeast(least="10.9"), of(MARIADB), GOOD, MARIADB, id="no decimals"),
    pytest.param(
        ServerVersionAtLeast(least="16"), of("17beta1"), GOOD, "17beta1", id="one to come"
    ),
    pytest.param(
        ServerVersionAtLeast(least="0"), of("devel"), BAD, "devel", id="a version without numbers"
    ),
    pytest.param(ServerVersionAtLeast(least="0"), of(""), BAD, "it was not told", id="no version"),
    pytest.param(
        RoleIs(role="replica"),
        DatabaseAnswer("15", replica=True),
        GOOD,
        "it is a replica",
        id="a replica",
    ),
    pytest.param(
        RoleIs(role="primary", severity="degraded"),
        DatabaseAnswer("15", replica=True),
        DEGRADED,
        "it is a replica",
        id="no primary any more",
    ),
    pytest.param(RoleIs(role="primary"), of("15"), BAD, "it was not told", id="no role"),
    pytest.param(
        ReadOnlyIs(value=False),
        DatabaseAnswer("15", read_only=True),
        BAD,
        "it is read-only",
        id="no writes",
    ),
    pytest.param(
        ReadOnlyIs(value=True),
        DatabaseAnswer("15", read_only=True),
        GOOD,
        "it is read-only",
        id="no writes, as it should be",
    ),
    pytest.param(ReadOnlyIs(value=True), of("15"), BAD, "it was not told", id="writes untold"),
    pytest.param(
        ReplicationRuns(),
        DatabaseAnswer("15", following=False, stands=STANDS),
        BAD,
        STANDS,
        id="no following",
    ),
    pytest.param(ReplicationRuns(), of("15"), BAD, "it was not told", id="following untold"),
    pytest.param(
        LagAtMost(most=SECOND),
        DatabaseAnswer("15", following=True, lag=SECOND),
        GOOD,
        "PT1S behind",
        id="just not too late",
    ),
    pytest.param(
        LagAtMost(most=SECOND),
        DatabaseAnswer("15", following=True, lag=SECOND + 1),
        BAD,
        "PT1.000001S behind",
        id="just too late",
    ),
    pytest.param(
        LagAtMost(most=SECOND),
        DatabaseAnswer("15", following=False, stands=STANDS),
        BAD,
        STANDS,
        id="nobody knows how late",
    ),
    pytest.param(
        ReplicasAtLeast(count=2),
        DatabaseAnswer("15", replicas=2),
        GOOD,
        "2 follow it",
        id="two follow",
    ),
    pytest.param(ReplicasAtLeast(count=1), of("15"), BAD, "it was not told", id="followers untold"),
    pytest.param(
        ConnectionsAtMost(percent=80),
        DatabaseAnswer("15", connections=(80, 100)),
        GOOD,
        "80 of 100 are taken",
        id="places left",
    ),
    pytest.param(
        ConnectionsAtMost(percent=80),
        DatabaseAnswer("15", connections=(81, 100)),
        DEGRADED,
        "81 of 100 are taken",
        id="too few places left",
    ),
    pytest.param(
        ConnectionsAtMost(percent=80), of("15"), DEGRADED, "it was not told", id="places untold"
    ),
]


@pytest.mark.parametrize(("condition", "answer", "outcome", "actual"), CASES)
def test_a_condition_says_what_it_found(
    condition: Requirement, answer: DatabaseAnswer, outcome: Outcome, actual: str
) -> None:
    checked = condition.check(Reply(database=answer))

    assert (checked.outcome, checked.actual) == (outcome, actual)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (ServerVersionAtLeast(least="15.6"), "version is 15.6 or later"),
        (RoleIs(role="replica"), "it is a replica"),
        (ReadOnlyIs(value=False), "it takes writes"),
        (ReadOnlyIs(value=True), "it takes no writes"),
        (ReplicationRuns(), "replication is running"),
        (LagAtMost(most=90 * SECOND), "replication lags by at most PT1M30S"),
        (ReplicasAtLeast(count=2), "at least 2 follow it"),
        (ConnectionsAtMost(percent=80), "at most 80 % of its connections are taken"),
    ],
)
def test_a_condition_says_what_it_expects(condition: Requirement, words: str) -> None:
    assert condition.expectation() == words


@pytest.mark.parametrize(("condition", "_answer", "_outcome", "_actual"), CASES)
def test_a_reply_of_another_kind_of_probe_fulfils_nothing(
    condition: Requirement, _answer: DatabaseAnswer, _outcome: Outcome, _actual: str
) -> None:
    assert not condition.check(Reply()).passed
