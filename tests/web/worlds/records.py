"""What the catalogue records: tariffs, commitments and the rest."""

from __future__ import annotations

from catalogue.document import Text3
from slamon.views.answers import CommitmentLine, RecordLine, TariffLine
from slamon.views.attested import AttestationLine
from slamon.views.biography import Difference, Step, Versions

RECORDS = tuple(
    RecordLine(
        kind=kind,
        id=f"{kind}-{number:03}",
        catalogue="cms-2008",
        name=f"Record {number} of kind {kind}",
        lifecycle="live" if number % 2 else None,
        position=number,
    )
    for kind in ("agreement", "probe", "service")
    for number in range(1, 84)
)


TARIFFS = (
    TariffLine(
        tariff="tar-unep-2008",
        name=Text3(
            en="UNEP IT group tariff 2008",
            fr="Tarif 2008 du groupe TI du PNUE",
            es="Tarifa 2008 del grupo de TI del PNUMA",
        ),
        provider="UNEP IT group",
        provider_id="unep-it-group",
        state="requested",
        currency=None,
        valid_from=None,
        valid_to=None,
        lines=0,
        illustrative=False,
    ),
    TariffLine(
        tariff="tar-unv-2008",
        name="UNV charges 2008",
        provider="United Nations Volunteers",
        provider_id="unv",
        state="published",
        currency="EUR",
        valid_from="2008-05-01",
        valid_to="2008-12-31",
        lines=6,
        illustrative=True,
    ),
)


ATTESTATIONS = (
    AttestationLine(
        attestation="att-representation",
        service="svc-mail",
        service_name="E-mail",
        question="Was the IT consultant available as agreed this month?",
        every="P1M",
        answered_by="executive-secretary",
        party_name="Executive Secretary",
        tz="Europe/Berlin",
        state="due",
        due=("2026-10",),
        overdue=(),
        next_="2026-11",
        next_due="2026-11-30T23:00:00Z",
        answers=(),
    ),
)

COMMITMENTS = (
    CommitmentLine(
        commitment="c-2.3",
        what=Text3(
            en="Obtain the tariff of the UNEP IT group",
            fr="Obtenir le tarif du groupe TI du PNUE",
            es="Obtener la tarifa del grupo de TI del PNUMA",
        ),
        debtor="IT consultant",
        creditor="CMS Secretariat",
        due="2026-10-31",
        recur=None,
        state="overdue",
        agreement=None,
        recommendation="2.3",
        illustrative=True,
    ),
    CommitmentLine(
        commitment="c-2.1",
        what="Sign the agreement with UNV",
        debtor="Executive Secretary",
        creditor="CMS Secretariat",
        due=None,
        recur="FREQ=YEARLY",
        state="fulfilled",
        agreement="sla-unv-2026",
        recommendation="2.1",
        illustrative=False,
    ),
)

STEPS = (
    Step(
        at="2026-01-02T08:00:00Z",
        actor="it-consultant",
        position=3,
        from_=None,
        sentence="stated",
        reason="documents applied",
    ),
    Step(
        at="2026-05-02T08:00:00Z",
        actor="it-consultant",
        position=30,
        from_="2026-06-01",
        sentence='objective o1 target 99.50 → 99.00 from 2026-06-01 ("agreed anew")',
        reason=None,
    ),
)
VERSIONS = Versions(
    days=(None, "2026-06-01"),
    differences=(
        Difference(what="objective o1 target", values=("99.50", "99.00"), changed=(False, True)),
    ),
)
