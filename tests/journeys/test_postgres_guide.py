"""docs/postgresql.md, step by step: roles, the first start, what each role may do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from benchmarks.cluster import Cluster

OWNER = "postgresql://slamon_owner@127.0.0.1:{port}/slamon"
READER = "postgresql://dashboards:choose-another@127.0.0.1:{port}/slamon"
BLOCK = re.compile(r"^```sql\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture
def blocks(tree: Path) -> list[list[str]]:
    """The statements of the guide, block by block."""
    text = (tree / "docs" / "postgresql.md").read_text()
    return [[s.strip() for s in b.split(";\n") if s.strip()] for b in BLOCK.findall(text)]


@pytest.fixture
def passwords(tmp_path: Path) -> Path:
    """A file of passwords, as PostgreSQL's own programs read it."""
    file = tmp_path / "passwords"
    file.write_text("127.0.0.1:*:slamon:slamon_owner:choose-one\n")
    file.chmod(0o600)
    return file


@pytest.fixture
def set_up(cluster: Cluster, blocks: list[list[str]], passwords: Path) -> Iterator[str]:
    """Do the first two steps of the guide; where the owner finds the database."""
    owner = OWNER.format(port=cluster.port)
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as administrator:
        for statement in blocks[0]:
            administrator.execute(statement)
        with psycopg.connect(owner, autocommit=True, passfile=str(passwords)) as connection:
            for statement in blocks[1]:
                connection.execute(statement)
        yield owner
        cluster.drop("slamon")
        administrator.execute("DROP ROLE slamon_owner, dashboards")


def test_the_guide_leads_to_a_slamon_that_is_up_and_to_dashboards_that_read_report1_alone(
    set_up: str,
    cluster: Cluster,
    blocks: list[list[str]],
    passwords: Path,
    started: Callable[..., Any],
    slamon: Callable[..., Any],
    until: Callable[..., Any],
    tmp_path: Path,
    tree: Path,
) -> None:
    settings = {"SLAMON_DATABASE": set_up, "PGPASSFILE": str(passwords)}
    documents = tree / "catalogue" / "starter" / "digital-editions"
    applied = slamon(tmp_path, "catalogue", "apply", documents, "--yes", "--as", "ann", **settings)
    assert applied.returncode == 0, applied.stderr
    up = started("up", tmp_path, **settings)
    until(up.folds)

    until(lambda: up.readiness() == (200, []))
    with psycopg.connect(READER.format(port=cluster.port), autocommit=True) as dashboard:
        (month,) = blocks[2]
        assert dashboard.execute(month).fetchall() == []
        promised = "SELECT count(*) FROM report1.service_objective"
        assert dashboard.execute(promised).fetchone() != (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            dashboard.execute("SELECT * FROM public.stored_events")
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            dashboard.execute("CREATE TABLE public.mine (id integer)")
        assert dashboard.execute("SHOW statement_timeout").fetchone() == ("30s",)
    assert up.stopped() == 0
