"""The kinds of record: their section in the documents, their model, their id, and what of them is lifecycle."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from catalogue.agreements import Agreement
from catalogue.budgets import Budget
from catalogue.calendars import Calendar, Hours, Window
from catalogue.commitments import Commitment
from catalogue.document import Document
from catalogue.parties import Party
from catalogue.probing import Attestation, Import, Location, Probe, ProbeDefaults
from catalogue.questions import question, recalled
from catalogue.recommendations import (
    Ambiguity,
    GlossaryTerm,
    Recommendation,
    Register,
    Step,
    SummaryItem,
)
from catalogue.services import Service
from catalogue.sources import Source
from catalogue.tariffs import ExchangeRate, Quantity, Tariff

Json = dict[str, JsonValue]


def _own_id(raw: Json) -> str | None:
    stated = raw.get("id")
    return stated if isinstance(stated, str) else None


def _joined(*parts: JsonValue) -> str | None:
    return None if None in parts[:2] else ".".join(str(part) for part in parts if part is not None)


def _quantity_id(raw: Json) -> str | None:
    order = "order" if "date" in raw else None
    use = raw.get("use") if raw.get("use") != "consumption" else None
    return _joined(raw.get("offering"), raw.get("from") or raw.get("date"), order, use)


def _rate_id(raw: Json) -> str | None:
    return _joined(raw.get("currency"), raw.get("kind"), raw.get("effective"))


def _step_id(raw: Json) -> str | None:
    return str(raw["seq"]) if "seq" in raw else None


def _term_id(raw: Json) -> str | None:
    return re.sub(r"\W+", "-", str(raw["fr"]).casefold()).strip("-") if "fr" in raw else None


@dataclass(frozen=True)
class Kind:
    """A kind of record; `lifecycle` are the fields that are initial assertions only.

    `single` sections hold one record a set, which then bears the name of the set.
    """

    name: str
    section: str
    model: type[Document]
    lifecycle: tuple[str, ...] = ()
    id_of: Callable[[Json], str | None] = _own_id
    single: bool = False

    def model_of(self, document: Mapping[str, JsonValue]) -> type[Document]:
        """Choose the model by which a document of this kind is read."""
        return question(document) if self.model is Probe else self.model

    def parse(self, document: Mapping[str, JsonValue]) -> Document:
        """Read a document of this kind.

        Raises:
            pydantic.ValidationError: listing all its faults.

        """
        return self.model_of(document).model_validate_json(json.dumps(document))

    def recall(self, document: Mapping[str, JsonValue]) -> Document:
        """Read a document as it was recorded, be it by a slamon that refused less.

        Raises:
            pydantic.ValidationError: listing all its faults.

        """
        return self.parse(recalled(document) if self.model is Probe else document)


_ALL = (
    Kind("source", "sources", Source),
    Kind("party", "providers", Party),
    Kind("service", "services", Service, lifecycle=("lifecycle",)),
    Kind("tariff", "tariffs", Tariff, lifecycle=("status", "received", "published_on")),
    Kind("quantity", "quantities", Quantity, id_of=_quantity_id),
    Kind("exchange_rate", "exchange_rates", ExchangeRate, id_of=_rate_id),
    Kind("budget", "budgets", Budget),
    Kind(
        "agreement",
        "agreements",
        Agreement,
        lifecycle=("state", "signed_on", "began_on", "ended_on", "enforces"),
    ),
    Kind(
        "commitment", "commitments", Commitment, lifecycle=("state", "fulfilled_on", "deliveries")
    ),
    Kind("calendar", "calendars", Calendar),
    Kind("service_hours", "service_hours", Hours),
    Kind("window", "windows", Window),
    Kind("location", "locations", Location),
    Kind("probe_defaults", "defaults", ProbeDefaults, single=True),
    Kind("probe", "probes", Probe),
    Kind("import", "imports", Import),
    Kind("attestation", "attestations", Attestation),
    Kind("register", "meta", Register, single=True),
    Kind("recommendation", "recommendations", Recommendation, lifecycle=("status", "review_on")),
    Kind("step", "steps", Step, id_of=_step_id),
    Kind("summary_item", "summary_items", SummaryItem),
    Kind("ambiguity", "ambiguities", Ambiguity, lifecycle=("resolution",)),
    Kind("glossary_term", "glossary", GlossaryTerm, id_of=_term_id),
)

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _ALL}
SECTIONS: Mapping[str, Kind] = {kind.section: kind for kind in _ALL}

FILES: Mapping[str, tuple[str, ...]] = {
    "sources": ("sources",),
    "providers": ("providers",),
    "services": ("services",),
    "tariffs": ("tariffs", "quantities", "exchange_rates", "budgets"),
    "agreements": ("agreements", "commitments"),
    "calendars": ("calendars", "service_hours", "windows"),
    "probes": ("locations", "defaults", "probes", "imports", "attestations"),
    "recommendations": (
        "meta",
        "recommendations",
        "steps",
        "summary_items",
        "ambiguities",
        "glossary",
    ),
}
"""The files a set is usually written in, with their sections; any section may stand in any file."""


def stream_of(kind: str, record: str) -> str:
    """Name the stream of a record."""
    return f"{kind}:{record}"
