"""Story 10, to add a probe safely: edited documents are planned, refused or recorded, and followed at once."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from slamon.history import NAMES
from slamon.ledger.store import Ledger

EXTRA = (
    "- {id: prb-km-two, kind: http, service: svc-mea-km-portal, interval: PT10S, timeout: PT5S,"
    ' target: "https://km.delc.example/two", demo_target: "http://127.0.0.1:18080/km",'
    " expect: {status: [200]}, prov: {_: I}}\n"
)
PLACE = "- {id: prb-km-home,"


@pytest.fixture
def documents(tree: Path, tmp_path: Path) -> Path:
    """The starter set, to edit."""
    starter = tree / "catalogue" / "starter" / "cms-2008"
    return Path(shutil.copytree(starter, tmp_path / "cms-2008"))


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))


def promised(data: Path) -> dict[str, int]:
    """How many facts of promises the ledger holds, by name."""
    with closing(Ledger(data / "ledger.db", NAMES, lambda: 0)) as ledger:
        counts = ledger.counts()
    return {name: n for name, n, _ in counts if name.startswith(("terms-", "lifecycle-"))}


def test_a_probe_is_added_while_slamon_runs(
    demo: Any, documents: Path, inside: Callable[..., Any], until: Callable[..., Any]
) -> None:
    data, agent = demo.data / "demo", demo.agent()
    before = promised(data)
    apply = ("catalogue", "apply", documents, "--yes", "--as", "operations")
    edit(documents / "probes.yaml", PLACE, EXTRA + PLACE)

    planned = inside(data, "catalogue", "plan", documents)
    assert planned.stdout.split("\n")[0].strip() == "probe prb-km-two: stated", planned.stderr
    assert promised(data) == before

    assert inside(data, *apply).returncode == 0
    after = promised(data)
    assert after == {**before, "terms-stated/1": before["terms-stated/1"] + 1}

    def asked() -> list[str]:
        lines = demo.api("/probes", limit="100")["items"]
        return [p["outcome"] for p in lines if p["probe"] == "prb-km-two" and p["outcome"]]

    assert until(asked, 45) == ["good"]
    assert demo.agent() == agent

    again = inside(data, *apply)
    assert "nothing to record" in again.stdout
    assert promised(data) == after


DOCUMENTS_REFUSED = (
    'probes.yaml:17:196: a secret never stands in a document; name where the agent finds it (did you mean "env:NAME"?)',
    'probes.yaml:20:45: there is no service "svc-grom" (did you mean "svc-groms"?)',
    'probes.yaml:25:8: probe "prb-contacts-web" stands twice, first in line 24',
)
SOFTENED = (
    "agreements.yaml:59:179: agreement sla-unv-2026: objective o2 min coverage 95.00 → 90.00"
    " changes a term in force"
)
PROMISE_IN_FORCE = 'service_hours: always, data: [prb-unv-mail], min_coverage: "95.00"'


def test_faulty_documents_are_refused_with_all_their_faults_at_their_places(
    documents: Path, copied: Path, inside: Callable[..., Any]
) -> None:
    probes, before = documents / "probes.yaml", promised(copied / "demo")
    edit(probes, "service: svc-groms, target", "service: svc-grom, target")
    edit(probes, 'password: "env:SLAMON_HC_PASSWORD"', 'password: "correct horse"')
    edit(probes, "{id: prb-contacts-ldap,", "{id: prb-contacts-web,")

    for command in (("plan",), ("apply", "--yes", "--as", "operations")):
        refused = inside(copied / "demo", "catalogue", *command, documents)

        assert refused.returncode == 1
        said = [line.rpartition(f"{documents}/")[2] for line in refused.stderr.splitlines()]
        assert set(DOCUMENTS_REFUSED) <= set(said)
        assert said[-1].endswith("faults; nothing was recorded")
        assert "correct horse" not in refused.stderr + refused.stdout
    assert promised(copied / "demo") == before


def test_a_softened_promise_in_force_is_refused_without_a_mark(
    documents: Path, copied: Path, inside: Callable[..., Any]
) -> None:
    before = promised(copied / "demo")
    softer = PROMISE_IN_FORCE.replace("95.00", "90.00")
    edit(documents / "agreements.yaml", PROMISE_IN_FORCE, softer)

    for command in (("plan",), ("apply", "--yes", "--as", "operations")):
        refused = inside(copied / "demo", "catalogue", *command, documents)

        assert refused.returncode == 1
        assert SOFTENED in refused.stderr
    assert promised(copied / "demo") == before
