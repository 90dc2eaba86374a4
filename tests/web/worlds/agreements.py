"""The agreements, with their objectives in the current period."""

from __future__ import annotations

from catalogue.document import Text3
from slamon.sla.judgement import ObjectiveJudgement
from slamon.views.answers import AgreementSummary, ObjectiveStatus
from tests.web.worlds.judgements import said, unmeasured
from tests.web.worlds.times import NOVEMBER, period


def status(judgement: ObjectiveJudgement, title: str, service_name: str) -> ObjectiveStatus:
    """An objective with its words."""
    return ObjectiveStatus(title=title, service_name=service_name, judgement=judgement)


def agreement(
    key: str, name: Text3 | str, objectives: tuple[ObjectiveStatus, ...], **changed: object
) -> AgreementSummary:
    """An agreement of the world."""
    fields: dict[str, object] = {
        "agreement": key,
        "name": name,
        "kind": "sla",
        "customer": "CMS Secretariat",
        "provider": "United Nations Volunteers",
        "state": "in_force",
        "catalogue": "cms-2008",
        "in_force_from": "2026-01-01",
        "in_force_to": "2026-12-31",
        "period": NOVEMBER if objectives else None,
        "closed_periods": ("2026-09",) if objectives else (),
        "restated_periods": ("2026-09",) if objectives else (),
        "objectives": objectives,
    }
    return AgreementSummary.model_validate(fields | changed)


UNV = agreement(
    "sla-unv-2026",
    Text3(
        en="IT support SLA with UNV, 2026 (invented example)",
        fr="SLA d’assistance informatique avec UNV, 2026 (exemple inventé)",
        es="SLA de soporte de TI con VNU, 2026 (ejemplo inventado)",
    ),
    (
        status(
            said("o1", "svc-mail", "at_risk", basis="mixed"),
            "Availability of mail in service hours",
            "Electronic mail",
        ),
        status(
            said("o2", "svc-network", "on_track"),
            "Availability of the campus network",
            "Network and Internet access",
        ),
        status(unmeasured("o3", "svc-archive"), "Availability of the archive", "Document archive"),
    ),
)


MOU = agreement(
    "mou-wcmc",
    "Memorandum with UNEP-WCMC",
    (
        status(
            said("o1", "svc-ims", "breached", mode="shadow"),
            "Availability of CMS-IMS",
            "Information management system",
        ),
    ),
    kind="mou",
    state="negotiating",
    provider="UNEP-WCMC",
)


EDITIONS = agreement(
    "sla-editions",
    "Digital editions (illustrative)",
    tuple(
        status(
            said(
                f"o{number}",
                f"svc-edition-{number:02}",
                "breached" if number == 20 else "on_track",
                basis="imported",
            ),
            "Availability in service hours",
            f"Digital edition number {number}",
        )
        for number in range(1, 34)
    ),
    catalogue="digital-editions",
    period=period("2026-11", "2026-10-31T23:00:00Z", "2026-11-30T23:00:00Z", "Europe/Zurich"),
)


OLA = agreement(
    "ola-bonn",
    "Internal arrangement in Bonn",
    (),
    kind="ola",
    state="proposed",
    in_force_from=None,
    in_force_to=None,
)
