"""Permanent names of facts: what is written under a name stays readable for ever.

A fact changes only by a new version of its name, an upcaster from the old one, and a golden file of each.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from catalogue.fulfilling import (
    CommitmentEvidenced,
    CommitmentFulfilled,
    CommitmentMissed,
    CommitmentRescheduled,
    CommitmentWaived,
)
from catalogue.publishing import TariffPublished, TariffReceived, TariffSuperseded, TariffWithdrawn
from catalogue.resolving import (
    AmbiguityResolved,
    NoActionDecided,
    RecommendationClosed,
    RecommendationTakenUp,
)
from catalogue.signing import AgreementBegan, AgreementSigned, AgreementTerminated, NegotiationBegan
from catalogue.staging import ServiceMoved
from catalogue.terms import (
    LifecycleAsserted,
    TermsAmended,
    TermsCorrected,
    TermsEdited,
    TermsRestated,
    TermsStated,
    TermsWithdrawn,
)
from probes import parting
from probes.batch import ObservationsRecorded
from probes.pausing import ProbePaused, ProbeResumed
from probes.spec import AgentAssigned, ProbingInterrupted
from slamon.ledger.actors import ActorErased
from slamon.ledger.archives import ColdPartsArchived, ColdPartsBroughtBack
from slamon.ledger.codec import Moving, Names, Parting, Upcaster
from slamon.ledger.epochs import EpochBegun
from slamon.ledger.format import FormatRaised
from slamon.ledger.seals import LedgerSealed
from slamon.ledger.store import LedgerFounded
from slamon.sla.announcing import (
    ExclusionAnnounced,
    ExclusionGranted,
    ExclusionRefused,
    ExclusionWithdrawn,
)
from slamon.sla.attesting import AttestationAnswered
from slamon.sla.closing import PeriodClosed, PeriodRestated
from slamon.sla.corrections import ObservationsCorrected, ObservationsVoided
from slamon.sla.declaring import DeclarationEnded, DeclarationWithdrawn, StateDeclared
from slamon.sla.disputing import CounterEvidenceImported
from slamon.sla.enrolment import AgentEnrolled, AgentRevoked
from slamon.sla.heartbeats import (
    HeartbeatKeyIssued,
    HeartbeatKeyRevoked,
    HeartbeatMissed,
    HeartbeatReceived,
    HeartbeatUnheard,
)
from slamon.sla.imports import ObservationsImported
from slamon.sla.intake import BatchQuarantined, SpoolBegan, SpoolConflictFound
from slamon.sla.levels import LevelsImported
from slamon.sla.review import BreachFound, BreachUpheld, BreachWaived, BreachWithdrawn
from slamon.sla.tickets import FileSigned, TicketsImported

FACTS: Mapping[str, type[Any]] = {
    "ledger-founded/1": LedgerFounded,
    "epoch-begun/1": EpochBegun,
    "ledger-sealed/1": LedgerSealed,
    "format-raised/1": FormatRaised,
    "actor-erased/1": ActorErased,
    "cold-parts-archived/1": ColdPartsArchived,
    "cold-parts-brought-back/1": ColdPartsBroughtBack,
    "terms-stated/1": TermsStated,
    "terms-amended/1": TermsAmended,
    "terms-corrected/1": TermsCorrected,
    "terms-restated/1": TermsRestated,
    "terms-withdrawn/1": TermsWithdrawn,
    "terms-edited/1": TermsEdited,
    "lifecycle-asserted/1": LifecycleAsserted,
    "service-moved/1": ServiceMoved,
    "tariff-received/1": TariffReceived,
    "tariff-published/1": TariffPublished,
    "tariff-superseded/1": TariffSuperseded,
    "tariff-withdrawn/1": TariffWithdrawn,
    "negotiation-began/1": NegotiationBegan,
    "agreement-signed/1": AgreementSigned,
    "agreement-began/1": AgreementBegan,
    "agreement-terminated/1": AgreementTerminated,
    "commitment-rescheduled/1": CommitmentRescheduled,
    "commitment-evidenced/1": CommitmentEvidenced,
    "commitment-fulfilled/1": CommitmentFulfilled,
    "commitment-missed/1": CommitmentMissed,
    "commitment-waived/1": CommitmentWaived,
    "recommendation-taken-up/1": RecommendationTakenUp,
    "no-action-decided/1": NoActionDecided,
    "recommendation-closed/1": RecommendationClosed,
    "ambiguity-resolved/1": AmbiguityResolved,
    "agent-assigned/1": AgentAssigned,
    "agent-enrolled/1": AgentEnrolled,
    "agent-revoked/1": AgentRevoked,
    "probing-interrupted/1": ProbingInterrupted,
    "probe-paused/1": ProbePaused,
    "probe-resumed/1": ProbeResumed,
    "observations-recorded/1": ObservationsRecorded,
    "batch-quarantined/1": BatchQuarantined,
    "spool-began/1": SpoolBegan,
    "spool-conflict-found/1": SpoolConflictFound,
    "observations-imported/1": ObservationsImported,
    "observations-voided/1": ObservationsVoided,
    "observations-corrected/1": ObservationsCorrected,
    "heartbeat-key-issued/1": HeartbeatKeyIssued,
    "heartbeat-key-revoked/1": HeartbeatKeyRevoked,
    "heartbeat-received/1": HeartbeatReceived,
    "heartbeat-missed/1": HeartbeatMissed,
    "heartbeat-unheard/1": HeartbeatUnheard,
    "state-declared/1": StateDeclared,
    "declaration-ended/1": DeclarationEnded,
    "declaration-withdrawn/1": DeclarationWithdrawn,
    "tickets-imported/2": TicketsImported,
    "file-signed/1": FileSigned,
    "attestation-answered/1": AttestationAnswered,
    "levels-imported/1": LevelsImported,
    "counter-evidence-imported/1": CounterEvidenceImported,
    "period-closed/2": PeriodClosed,
    "period-restated/1": PeriodRestated,
    "breach-found/1": BreachFound,
    "breach-upheld/1": BreachUpheld,
    "breach-waived/1": BreachWaived,
    "breach-withdrawn/1": BreachWithdrawn,
    "exclusion-announced/1": ExclusionAnnounced,
    "exclusion-granted/1": ExclusionGranted,
    "exclusion-refused/1": ExclusionRefused,
    "exclusion-withdrawn/1": ExclusionWithdrawn,
}


def _closed_by_a_reviewer(closed: dict[str, Any]) -> dict[str, Any]:
    """Period-closed/1 knew no other way to close."""
    return {**closed, "closed_by": "reviewer"}


def _without_spans(imported: dict[str, Any]) -> dict[str, Any]:
    """Tickets-imported/1 knew the sum of pauses only, and one priority of each ticket."""
    none: list[list[Any]] = [[] for _ in imported["ticket"]]
    return {**imported, "pauses": none, "priorities": none}


UPCASTERS: Mapping[str, tuple[str, Upcaster]] = {
    "period-closed/1": ("period-closed/2", _closed_by_a_reviewer),
    "tickets-imported/1": ("tickets-imported/2", _without_spans),
}

PARTINGS: Mapping[str, Parting] = {"observations-recorded/1": parting.parts}

MOVINGS: Mapping[str, Moving] = {
    "observations-recorded/1": Moving(parting.apart, parting.together, parting.elsewhere)
}

NAMES = Names(FACTS, UPCASTERS, PARTINGS, MOVINGS)
