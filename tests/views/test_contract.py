"""`report1`: what dashboards read in PostgreSQL, and that they read nothing else."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from math import floor
from typing import Any, get_args

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from catalogue.agreements import State
from catalogue.instants import parse_instant
from slamon.sla.closing import PeriodClosed
from slamon.sla.review import BreachFound, BreachUpheld
from slamon.views.rebuilding import rebuild
from slamon.views.store import ViewStore

DAY = 86_400_000_000
NOW = parse_instant("2026-04-10T00:00:00Z")
READER = "dashboards_of_a_test"
ALL_OF = sql.SQL("SELECT * FROM {}")

pytestmark = pytest.mark.parametrize("kit", ["postgresql"], indirect=True)


@contextmanager
def _asking(database: str) -> Iterator[psycopg.Connection]:
    url = make_url(database).set(username=READER, password="secret")
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        yield connection


@pytest.fixture(scope="module")
def database(cluster: Any) -> Iterator[str]:
    """A database with a role that may read the contract, as soon as there is one."""
    postgres_url = cluster.create("contract")
    with psycopg.connect(postgres_url, autocommit=True) as owner:
        owner.execute(f"CREATE ROLE {READER} LOGIN PASSWORD 'secret'")
        owner.execute("CREATE SCHEMA report1")
        owner.execute(f"GRANT USAGE ON SCHEMA report1 TO {READER}")
        owner.execute(
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA report1 GRANT SELECT ON TABLES TO {READER}"
        )
    yield postgres_url
    with psycopg.connect(postgres_url, autocommit=True) as owner:
        owner.execute(f"DROP OWNED BY {READER}")
        owner.execute(f"DROP ROLE {READER}")
    cluster.drop("contract")


@pytest.fixture(scope="module")
def told(kit: Any, database: str) -> Iterator[Any]:
    """A world with a closed month and an upheld breach in it, whose views stand in the database."""
    with kit.opened() as world:
        _tell(world, kit)
        store = ViewStore(database, world.founded)
        rebuild(world.ledger, store, NOW)
        store.take_over()
        yield world, store
        store.close()


def _tell(world: Any, kit: Any) -> None:
    world.state_promises()
    for name in kit.agents:
        world.assign(name)
        world.probe(name, 24 * 20, kit.chance(5))
    world.fold()
    offer = world.reading.closing("sla-strict", "2026-03", kit.begin + 15 * DAY)
    closed = PeriodClosed(
        figures=offer.figures, position=offer.position, code_version="0", tzdata="0"
    )
    world.append("period:sla-strict:2026-03", closed)
    found = BreachFound(ratio="1/2", target="97.00", position=offer.position)
    world.append("breach:sla-strict:o1:2026-03", found, BreachUpheld(reason="seen"))
    world.fold()


VIEWS = (
    "breach",
    "breach_history",
    "declaration",
    "exclusion",
    "ledger",
    "objective_day",
    "objective_month",
    "outage",
    "period",
    "service_objective",
)


def _listed(connection: psycopg.Connection) -> list[str]:
    rows = connection.execute(
        "SELECT viewname FROM pg_views WHERE schemaname = 'report1' ORDER BY viewname"
    )
    return [name for (name,) in rows.fetchall()]


def _figures(told: Any, database: str) -> tuple[list[Any], list[Any]]:
    world, _ = told
    judged = {each.objective: each for each in _judged(world)}
    with _asking(database) as asked:
        rows = asked.execute(
            "SELECT objective, percent, mode, state, tz, period FROM report1.period "
            "WHERE agreement = 'sla-strict' ORDER BY objective"
        ).fetchall()
    wanted = [
        (
            name,
            each.measured.percent if each.measured else None,
            each.mode,
            each.state,
            "Europe/Berlin",
            "2026-03",
        )
        for name, each in sorted(judged.items())
    ]
    return rows, wanted


def _judged(world: Any) -> Any:
    return world.reading.judge("sla-strict", "2026-03", NOW).objectives


def test_dashboards_read_every_view_of_the_contract_and_nothing_else(
    told: Any, database: str
) -> None:
    with _asking(database) as asked:
        assert _listed(asked) == list(VIEWS)
        for view in VIEWS:
            asked.execute(ALL_OF.format(sql.Identifier("report1", view))).fetchall()
        behind = asked.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname ~ '^(v_|slamon_views)'"
        ).fetchall()
        assert len(behind) > 10
        for schema, table in behind:
            with pytest.raises(psycopg.errors.InsufficientPrivilege), asked.transaction():
                asked.execute(ALL_OF.format(sql.Identifier(schema, table)))


def test_a_closed_period_has_the_figures_it_was_closed_with(told: Any, database: str) -> None:
    rows, wanted = _figures(told, database)
    assert rows == wanted != []


def test_days_add_up_to_the_time_of_their_months(told: Any, database: str) -> None:
    with _asking(database) as asked:
        lengths = asked.execute(
            "SELECT day, up_us + degraded_us + down_us + unknown_us + excluded_us + outside_us "
            "FROM report1.objective_day WHERE agreement = 'sla-strict' AND objective = 'o2'"
        ).fetchall()
        (months,) = asked.execute(
            "SELECT sum(days) FROM report1.objective_month "
            "WHERE agreement = 'sla-strict' AND objective = 'o2'"
        ).fetchone() or (0,)
    length = dict(lengths)
    assert length["2026-03-28"] == DAY
    assert length["2026-03-29"] == DAY * 23 // 24  # the clocks of Berlin are put forward
    assert months == len(lengths)


def test_the_shares_of_days_add_up_to_the_share_that_the_judge_finds(
    told: Any, database: str
) -> None:
    world, _ = told
    with _asking(database) as asked:
        found = asked.execute(
            "SELECT objective, good, total, unit, percent_floor FROM report1.objective_month "
            "WHERE agreement = 'sla-strict' AND month = '2026-03' ORDER BY objective"
        ).fetchall()
        (summed,) = asked.execute(
            "SELECT sum(good) FROM report1.objective_day "
            "WHERE agreement = 'sla-strict' AND objective = 'o2' AND month = '2026-03'"
        ).fetchone() or (0,)
    judged = {each.objective: each.measured for each in _judged(world)}
    assert [(name, *share) for name, *share, _ in found] == [
        (name, each.good, each.total, "us") for name, each in sorted(judged.items())
    ]
    assert [percent for *_, percent in found] == [
        floor(Decimal(each.good * 1_000_000) / each.total) / Decimal(10_000)
        for _, each in sorted(judged.items())
    ]
    assert summed == judged["o2"].good


def test_a_day_of_which_nothing_is_known_has_no_percent(told: Any, database: str) -> None:
    with _asking(database) as asked:
        days = asked.execute(
            "SELECT agreed_us, known_us, percent_floor, coverage_percent_floor "
            "FROM report1.objective_day WHERE agreement = 'sla-strict' AND objective = 'o1' "
            "AND date IN ('2026-03-28', '2026-04-08') ORDER BY date"
        ).fetchall()
    assert days == [
        (0, 0, None, None),  # a Saturday, without service hours
        (DAY // 2, 0, None, 0),  # twelve service hours, after the last result
    ]


def test_a_breach_is_told_with_its_review(told: Any, database: str) -> None:
    with _asking(database) as asked:
        breach = asked.execute(
            "SELECT breach, period, status, ratio FROM report1.breach"
        ).fetchall()
        steps = asked.execute(
            "SELECT decision, actor FROM report1.breach_history ORDER BY step"
        ).fetchall()
    assert breach == [("sla-strict.o1.2026-03", "2026-03", "upheld", "1/2")]
    assert steps == [("found", "tester"), ("upheld", "tester")]


def test_grants_and_figures_outlive_a_rebuild(told: Any, database: str) -> None:
    world, store = told
    before = _figures(told, database)
    for _ in range(2):
        rebuild(world.ledger, store, NOW)
    assert _figures(told, database) == before


def test_a_query_that_goes_on_delays_a_rebuild_and_does_not_break_it(
    told: Any, database: str
) -> None:
    world, store = told
    with _asking(database) as asked:
        asked.execute("SELECT count(*) FROM report1.period")
        swap = threading.Thread(target=rebuild, args=(world.ledger, store, NOW))
        swap.start()
        time.sleep(1.5)
        assert swap.is_alive()
        position = store.position()
    swap.join(30)
    assert not swap.is_alive()
    assert store.position() == position


def test_the_contract_and_the_judge_hold_the_same_agreements_for_signed(
    kit: Any,
    tree: Any,
) -> None:
    text = (tree / "slamon/views/report1.sql").read_text()
    (line,) = (line for line in text.splitlines() if "'lifecycle'->>'state' IN (" in line)
    said = line.partition("IN (")[2].partition(")")[0]
    signed = set(get_args(State)) - {"proposed", "negotiating"}
    assert {each.strip(" '") for each in said.split(",")} == signed
