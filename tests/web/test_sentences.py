"""Sentences that the program recorded in English, said again in the language of a page."""

from __future__ import annotations

import re
from dataclasses import replace
from string import Formatter
from typing import Any

import pytest

from catalogue.instants import parse_instant
from catalogue.service_hours import WEEKDAYS, ServiceHours
from slamon.sla.exclusions import Announcement, Clause, ruled
from slamon.web.sentences import FAMILY, said
from slamon.web.texts import language

EN, FR, ES = language("en"), language("fr"), language("es")
BERLIN = "Europe/Berlin"


@pytest.mark.parametrize(
    ("english", "french"),
    [
        pytest.param("measured without a target", "mesuré sans cible", id="a baseline"),
        pytest.param(
            "not measured: 1 case, fewer than 5",
            "non mesuré\u00a0: 1 cas, moins que les 5 requis",
            id="a number in the singular",
        ),
        pytest.param(
            "the result is bad: timeout",
            "le résultat est mauvais\u00a0: pas de réponse à temps",
            id="words of the program inside",
        ),
        pytest.param(
            "promised by another period: judged in 2026-03; measured without a target",
            "promis pour une autre période\u00a0: jugé en mars 2026\u202f; mesuré sans cible",
            id="a sentence inside a sentence",
        ),
        pytest.param(
            "received 2008-08-20 10:00+02:00, the notice of P3D ends 2008-08-23 10:00+02:00, after the"
            " begin 2008-08-22 14:00+02:00",
            "reçue le 20 août 2008, 10:00 CEST, le préavis de 3 jours s’achève le 23 août 2008, 10:00 CEST,"
            " après le début le 22 août 2008, 14:00 CEST",
            id="instants as people of a zone read them",
        ),
        pytest.param(
            "it was withdrawn: no longer needed",
            "elle a été retirée\u00a0: no longer needed",
            id="what a person wrote stays",
        ),
        pytest.param(
            "sla-1 x1: it was already granted and cannot be refused; withdraw it and announce the window"
            " under another id",
            "sla-1 x1\u00a0: elle est déjà accordée et ne peut être refusée\u202f; retirez-la et annoncez la"
            " fenêtre sous un autre identifiant",
            id="a refusal with its place",
        ),
    ],
)
def test_a_known_sentence_is_said_in_french(english: str, french: str) -> None:
    told = said(FR, english, BERLIN)
    assert 'lang="en"' not in told
    assert re.sub(r"<[^>]+>", "", told) == french


def test_a_sentence_nobody_knows_is_marked_as_english() -> None:
    assert said(ES, "the <moon> is full") == '<span lang="en">the &lt;moon&gt; is full</span>'
    assert said(ES, "sla-1: the moon is full") == '<span lang="en">sla-1: the moon is full</span>'


def test_english_stays_as_it_is() -> None:
    assert said(EN, "measured without a target") == "measured without a target"
    assert said(EN, "a < b") == "a &lt; b"


def test_what_people_wrote_is_of_no_known_language_and_escaped() -> None:
    assert '<span lang="">&lt;b&gt;</span>' in said(FR, "it was refused: <b>")


SAMPLES = {"count": "3", "rest": "measured without a target", "notice": "P3D", "month": "2026-03"}


@pytest.mark.parametrize("code", ["fr", "es"])
def test_every_sentence_of_the_catalogue_is_known_again(code: str) -> None:
    t = language(code)
    for key, words in EN.messages.items():
        if not key.startswith(FAMILY):
            continue
        names = [name for _, name, _, _ in Formatter().parse(words) if name]
        english = words.format_map({name: SAMPLES.get(name, "x1") for name in names})
        assert 'lang="en"' not in said(t, english, BERLIN), key


ALWAYS = ServiceHours(BERLIN, dict.fromkeys(WEEKDAYS, (("00:00", "24:00"),)))
NIGHTS = ServiceHours(BERLIN, dict.fromkeys(WEEKDAYS, (("22:00", "24:00"),)))
PLANNED = Clause(id="x1", kind="planned_maintenance", effect="remove_window")
FREEZE = ("x4", (parse_instant("2008-11-24T00:00:00Z"), parse_instant("2008-12-06T00:00:00Z")))
WINDOW = Announcement(
    id="w1",
    agreement="sla",
    clause="x1",
    services=(),
    begin=parse_instant("2008-11-28T14:00:00Z"),
    end=parse_instant("2008-11-28T18:00:00Z"),
    received_at=parse_instant("2008-11-27T09:00:00Z"),
    recorded_at=parse_instant("2008-11-27T10:00:00Z"),
    evidence="mail 4711",
    reason="new disks",
)


@pytest.mark.parametrize(
    ("clause", "window", "freezes", "rule"),
    [
        pytest.param({}, {"clause": "x9"}, (), "no_clause", id="no such clause"),
        pytest.param({}, {"withdrawn": True, "withdrawn_reason": "rain"}, (), "withdrawn", id="taken back"),
        pytest.param({}, {"ruling": "refused", "ruling_reason": "late"}, (), "ruling", id="turned down"),
        pytest.param({"kind": "customer_cause"}, {}, (), "awaiting_grant", id="by a grant only"),
        pytest.param({"kind": "force_majeure", "joint": True}, {}, (), "awaiting_grant", id="by both"),
        pytest.param(
            {}, {"recorded_at": WINDOW.begin + 1_000_000}, (), "late_recording", id="recorded late",
        ),
        pytest.param({"notice": "P3D"}, {}, (), "notice", id="short notice"),
        pytest.param(
            {"notice": "P3D", "notice_hours": ALWAYS}, {}, (), "notice", id="short notice in service hours",
        ),
        pytest.param({}, {}, (FREEZE,), "freeze", id="in a freeze"),
        pytest.param({"allowed": NIGHTS}, {}, (), "allowed_hours", id="outside the allowed hours"),
        pytest.param({"quota": 3_600_000_000}, {}, (), "quota", id="over the quota"),
    ],
)  # fmt: skip
def test_each_reason_for_which_the_judge_refuses_a_window_is_known(
    clause: dict[str, Any], window: dict[str, Any], freezes: tuple[Any, ...], rule: str
) -> None:
    found = ruled(
        (replace(PLANNED, **clause),),
        freezes,
        (replace(WINDOW, **window),),
        lambda begin, end: ((begin, end),),
        BERLIN,
    )
    (refused, *_) = found.refused
    assert refused.rule == rule
    for t in (FR, ES):
        assert 'lang="en"' not in said(t, refused.reason, BERLIN)
