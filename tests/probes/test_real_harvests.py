"""A provider of OAI-PMH that nobody here wrote is judged as its records are."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from probes.dialogue import Surroundings
from probes.guard import networks
from probes.observation import Observation
from probes.outcome import Outcome
from probes.prober import ask
from probes.specs.harvest import HarvestSpec
from tests.servers.archive import Provider
from tests.servers.blackbox import Blackbox

WEEK = {"field": "records", "op": "fresh", "within": 7 * 86_400_000_000}


def seen(provider: Provider, *expected: dict[str, Any], **more: Any) -> Observation:
    told = {"url": provider.url, "timeout": 5_000_000, "expected": expected}
    spec = HarvestSpec.model_validate(told | more)
    return asyncio.run(ask(spec, Surroundings(networks("127.0.0.0/8"))))


@pytest.mark.parametrize(
    ("of", "outcome", "reason", "text"),
    [
        pytest.param(None, Outcome.GOOD, None, "", id="all of it"),
        pytest.param("new", Outcome.GOOD, None, "", id="a set with a record of yesterday"),
        pytest.param("old", Outcome.BAD, "bad_records", "none since 20", id="a set of 2019"),
        pytest.param(
            "gone", Outcome.BAD, "bad_records", "3 deletions and no record", id="a set of deletions"
        ),
        pytest.param(
            "revised", Outcome.GOOD, None, "", id="a set with a record after its first page"
        ),
        pytest.param(
            "unheard-of",
            Outcome.BAD,
            "service_error",
            "step records: badArgument: set does not exist",
            id="a set that there is not",
        ),
    ],
)
def test_a_set_is_as_fresh_as_its_newest_record(
    provider: Provider, of: str | None, outcome: Outcome, reason: str | None, text: str
) -> None:
    found = seen(provider, WEEK, set=of)

    assert (found.outcome, found.reason) == (outcome, reason)
    assert text in found.text


def test_a_repository_is_known_by_its_name(provider: Provider) -> None:
    named = {"field": "repository", "op": "named", "pattern": "^Papers of the tests$"}

    found = seen(provider, named)

    assert (found.outcome, found.text) == (Outcome.GOOD, "")


def test_a_format_that_the_provider_does_not_have_is_told_in_its_words(provider: Provider) -> None:
    found = seen(provider, WEEK, metadata_prefix="marcxml")

    said = "cannotDisseminateFormat: metadataPrefix marcxml is not supported"
    assert (found.reason, found.text) == ("service_error", f"step records: {said}")


def test_a_stale_repository_passes_the_exporter_which_knows_no_day(
    provider: Provider, blackbox: Blackbox
) -> None:
    listed = f"{provider.url}?verb=ListIdentifiers&metadataPrefix=oai_dc&set=old"
    wanted = {"fail_if_body_not_matches_regexp": ["<datestamp>"]}

    assert seen(provider, WEEK, set="old").reason == "bad_records"
    assert blackbox.probe({"prober": "http", "http": wanted}, listed)
