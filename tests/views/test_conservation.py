"""Whatever is promised, excluded, declared, corrected and amended: no time is lost, and figures agree with verdicts."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from catalogue.agreements import Agreement
from catalogue.changes import Change
from catalogue.instants import HOUR, format_instant, parse_instant
from catalogue.periods import Period, parse_period
from catalogue.terms import LifecycleAsserted, TermsAmended, TermsCorrected, TermsStated
from probes.outcome import Outcome
from slamon.app import corrections
from slamon.app.corrections import Selection
from slamon.app.refused import Refused
from slamon.sla.announcing import ExclusionAnnounced, ExclusionGranted
from slamon.sla.declaring import StateDeclared
from slamon.sla.judgement import ObjectiveJudgement
from slamon.sla.tally import classify, merge
from slamon.views.days import Desk
from slamon.views.judging import Frame, judge_objective, judged_by, own_period
from slamon.views.origins import Origins
from slamon.views.periods import by_objective

DAY = 24 * HOUR
ME = "sla-any"
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")
MONTHS = ("2026-03", "2026-04", "2026-03-29", "2026-W14")
FOUND = (Phase.explicit, Phase.reuse, Phase.generate)

instants = st.integers(-24, 960).map(lambda n: n * HOUR // 2 + 7)  # after the beginning
lengths = st.one_of(st.just(1), st.integers(1, 200).map(lambda n: n * HOUR // 2))
numbers = st.integers(0, 2**32)
OTHERWISE = {
    "service_hours": ("hours-office", "hours-always"),
    "target": ("60.00", "61.00"),
    "min_coverage": ("10.00", "0.00"),
    "unknown": ("exclude", "as_unavailable"),
}
MEASURED = (
    ("svc-web", ["prb-web", "prb-mail"]),
    ("svc-mail", ["prb-mail"]),
    ("svc-paper", ["imp-paper"]),
)
CALENDAR = ("calendar_month", "calendar_quarter", "calendar_year", "agreement_year")
PERIODS = (*CALENDAR, {"rolling": "P28D"})
SIGNED = {"state": "in_force", "signed_on": {"value": "2025-01-01", "precision": "day"}}
EFFECTS = ("remove_window", "remove_bad_time", "count_as_available", "ignore")


@st.composite
def objectives(draw: Any, name: str) -> dict[str, Any]:
    """An objective of agreed time, or of the outages in it."""
    of_time = draw(st.booleans()) or draw(st.booleans())
    service, data = draw(st.sampled_from(MEASURED))
    terms: dict[str, Any] = {
        "id": name,
        "service": service,
        "data": data,
        "indicator": draw(st.sampled_from(("availability", "reliability"))),
        "target": draw(st.sampled_from(("0.00", "50.00", "97.00", "99.999", "100.00"))),
        "op": draw(st.sampled_from((">=", ">"))),
        "period": draw(st.sampled_from(PERIODS)),
        "service_hours": draw(st.sampled_from(("hours-office", "hours-always"))),
        "min_coverage": draw(st.sampled_from((None, "0.00", "50.00", "100.00"))),
        "unknown": draw(st.sampled_from(("exclude", "as_available", "as_unavailable"))),
        "degraded": draw(st.sampled_from(("available", "unavailable"))),
        "mode": draw(st.sampled_from(("enforced", "shadow"))),
        "remedy": {"kind": "review_item", "after_periods": draw(st.integers(1, 2))},
    }
    if terms["target"] == "100.00":
        terms["op"] = ">="
    if len(data) > 1:
        terms["combine"] = draw(st.sampled_from(("any_down", "all_down", {"at_least": 1})))
    if not of_time:
        indicator, bound = draw(
            st.sampled_from((("outage_count", "2"), ("longest_outage", "PT4H")))
        )
        terms |= {
            "indicator": indicator,
            "target": {"bound": bound},
            "op": "<=",
            "unknown": "exclude",
        }
        return terms
    extra = draw(st.sampled_from(("none", "none", "tight", "entire", "slice", "mean")))
    if extra == "tight" and terms["target"] in {"50.00", "97.00"}:
        terms["tighter_in"] = {"window": "win-any", "target": "99.90"}
    if extra == "entire" and isinstance(terms["period"], str):
        terms["entire_period"] = True
    if extra == "slice":
        terms["slice"] = {
            "length": "PT5M",
            "rule": "entirely_down",
            "min_run": draw(st.sampled_from((None, "PT2H"))),
        }
    if extra == "mean":
        terms["slice"] = {"length": "PT5M", "rule": "mean"}
    return terms


@st.composite
def agreements(draw: Any) -> dict[str, Any]:
    """An agreement that begins and ends anywhere in a month."""
    text = {"en": ME, "fr": ME, "es": ME}
    rules = {
        "down_after": draw(st.integers(1, 3)),
        "failing": "consecutive",
        "outage_starts": "first_failure",
        "up_after": draw(st.integers(1, 3)),
        "locations": draw(st.sampled_from((["loc-bonn"], ["loc-bonn", "loc-outside"]))),
        "quorum": 1,
        "rounding": "truncate_2",
        "control_probe": draw(st.sampled_from((None, "prb-control"))),
    }
    clauses = [
        {
            "id": f"x{n}",
            "kind": kind,
            "effect": draw(st.sampled_from(EFFECTS)),
            "notice": draw(st.sampled_from((None, "PT24H", "P1D"))),
            "max_per_month": draw(st.sampled_from((None, "PT0S", "PT5H"))),
        }
        for n, kind in enumerate(("planned_maintenance", "customer_cause"), 1)
    ]
    return {
        "id": ME,
        "kind": "sla",
        "name": text,
        "customer": "party-us",
        "provider": "party-them",
        "tz": draw(st.sampled_from(ZONES)),
        "in_force": {
            "from": draw(st.sampled_from(("2025-06-30", "2026-03-01", "2026-03-24"))),
            "to": draw(st.sampled_from((None, "2026-04-10", "2026-04-30"))),
        },
        "recommendations": [],
        "objectives": [draw(objectives("o1")), draw(objectives("o2"))],
        "exclusions": clauses,
        "measurement_rules": draw(st.sampled_from((None, rules))),
        "prov": {"_": "I"},
    }


STEPS = st.one_of(
    st.tuples(st.just("announce"), instants, lengths, st.integers(-48, 96), st.sampled_from(("x1", "x2")),
              st.sampled_from(((), ("svc-mail",), ("svc-web",), ("svc-paper", "svc-mail"))), st.booleans()),
    st.tuples(st.just("declare"), instants, st.one_of(st.none(), lengths),
              st.sampled_from(("up", "degraded", "down", "unknown")),
              st.sampled_from(("svc-web", "svc-mail", "svc-paper"))),
    st.tuples(st.just("void"), instants, lengths, st.sampled_from(("prb-mail", "prb-control"))),
    st.tuples(st.just("amend"), st.integers(2, 28), st.sampled_from(("service_hours", "target", "min_coverage"))),
    st.tuples(st.just("correct"), st.sampled_from(("service_hours", "unknown"))),
)  # fmt: skip


class Story:
    """An agreement of its own in the small world, and what happens to it."""

    def __init__(self, world: Any, kit: Any, terms: dict[str, Any], seed: int) -> None:
        self.world, self.kit, self.terms = world, kit, terms
        self.count = 0
        self.amended_on = 0
        world.state_promises()
        window = {"id": "win-any", "name": terms["name"], "from": "2026-03-27T05:00:00Z", "to": "2026-04-02T11:30:00Z",
                  "effect": "tighter_target", "prov": {"_": "I"}}  # fmt: skip
        world.append("window:win-any", TermsStated(catalogue="small", terms=window))
        world.append(
            f"agreement:{ME}",
            TermsStated(catalogue="small", terms=terms),
            LifecycleAsserted(values=SIGNED),
        )
        chance = random.Random(seed)
        for agent in kit.agents:
            world.assign(agent)
            for _ in range(3):
                world.probe(agent, chance.randrange(20, 240), kit.chance(chance.randrange(2**32)))
                if chance.random() < 0.5:
                    world.interrupt(agent, chance.randrange(1, 90), new_spool=True)
        world.take_in(
            [
                (kit.begin + chance.randrange(0, 500) * HOUR, chance.choice(list(Outcome)))
                for _ in range(8)
            ]
        )
        world.fold()

    def take(self, step: tuple[Any, ...]) -> None:
        """Let something happen."""
        self.count += 1
        match step:
            case "announce", at, length, notice, clause, services, granted:
                self._announce(
                    self.kit.begin + at, length, notice * HOUR, clause, services, granted=granted
                )
            case "declare", at, length, state, service:
                begin = self.kit.begin + at
                end = None if length is None else begin + length
                fact = StateDeclared(
                    state=state, begin=begin, end=end, reason="seen", evidence="mail"
                )
                self.world.append(f"declaration:{service}:d{self.count}", fact)
            case "void", at, length, check:
                self._void(check, self.kit.begin + at, self.kit.begin + at + length)
            case "amend", day, what:
                if day > self.amended_on:
                    self.amended_on = day
                    amended = TermsAmended(
                        from_=date(2026, 4, day), reason="agreed", changes=self._change(what)
                    )
                    self.world.append(f"agreement:{ME}", amended)
            case "correct", what:
                self.world.append(
                    f"agreement:{ME}",
                    TermsCorrected(reason=str(self.count), changes=self._change(what)),
                )
        self.world.fold()

    def _announce(
        self, begin: int, length: int, notice: int, clause: str, services: Any, *, granted: bool
    ) -> None:
        fact = ExclusionAnnounced(clause=clause, services=services, begin=begin, end=begin + length,
                                  received_at=begin - notice, evidence="mail", reason="why")  # fmt: skip
        ruling = [ExclusionGranted(reason="fair")] if granted else []
        self.world.append(f"exclusion:{ME}:a{self.count}", fact, *ruling)

    def _void(self, check: str, begin: int, end: int) -> None:
        with self.world.views.reading() as connection:
            try:
                chosen = corrections.choose(
                    Origins(connection), Selection(check, "loc-bonn", begin, end), now=2**60
                )
            except Refused:
                return  # there is no result in it
        corrections.void(self.world.ledger, chosen, reason="false", actor="rita")

    def _change(self, what: str) -> tuple[Change, ...]:
        objective = self.terms["objectives"][0]
        if isinstance(objective["target"], dict):
            what = "service_hours"
        old = objective.get(what)
        first, other = OTHERWISE[what]
        new = first if old != first else other
        objective[what] = new
        return (Change(path=f"objectives.o1.{what}", old=old, new=new),)


def _quotient(entries: Mapping[str, int], terms: Any) -> tuple[int, int, int]:
    """Good, bad and unknown time, sorted by hand (§4.5)."""
    sides = {"good": 0, "bad": 0, "unknown": 0, "none": 0}
    for entry, time in entries.items():
        sides[_side(entry, terms)] += time
    return sides["good"], sides["bad"], sides["unknown"]


def _side(entry: str, terms: Any) -> str:
    if entry == "outside":
        return "none"
    degraded = "good" if terms.policy.degraded_is_available else "bad"
    levels = {"up": "good", "degraded": degraded, "down": "bad", "unknown": "unknown"}
    effect, _, rest = entry.rpartition(".")
    state, _, otherwise = rest.partition(">")
    level = levels[state]
    if not effect or (otherwise and levels[otherwise] == "bad"):
        return level
    table = {
        "remove_window": {},
        "remove_bad_time": {"good": "good"},
        "count_as_available": {"good": "good", "bad": "good"},
        "ignore": {"good": "good", "bad": "bad", "unknown": "unknown"},
    }
    return table[terms.policy.excused or effect].get(level, "none")


def _told(story: Story, now: int, *, anew: bool) -> Iterator[tuple[Any, ...]]:
    """Every objective in every period: frame, versions, period asked, judgement."""
    with story.world.views.reading() as connection:
        frame = Frame.at(connection, now)
        if anew:
            frame = Frame(connection, now, frame.reported, frame.held, Desk(connection, anew=True))
        for _, versions in by_objective(frame.held, ME):
            for label in MONTHS:
                period = frame.held.need(Agreement, ME).period(label)
                if period.begin < now:
                    yield frame, versions, period, judge_objective(frame, versions, period)


def _holds(frame: Frame, versions: Any, asked: Period, said: ObjectiveJudgement) -> None:
    period = own_period(versions, asked, frame.now)
    assert period is not None
    groups = list(judged_by(frame, versions, period))
    for group, days in groups:
        _conserved(frame, group, days, period)
    assert all(time >= 0 for time in said.tally.values()), said.tally
    until = min(period.end, frame.until(versions[-1], period))
    if len({(g.terms.locations, g.sources, g.controls) for g in versions}) == 1 and said.tally:
        assert sum(said.tally.values()) == max(until - period.begin, 0), said.tally
    if len(groups) == 1:
        _consistent(groups[0], period, until, said)


def _conserved(frame: Frame, group: Any, days: Any, period: Period) -> None:
    if not days:
        return
    whole = merge(day.figures for _, day in days)
    assert whole.tally.total == whole.end - whole.begin
    assert whole.begin == period.begin
    if len(group) == 1 and group[0].terms.slices is None:
        judged, span = group[0], (whole.begin, whole.end)
        entries = frame.desk.entries(judged, span, span[1])
        assert whole == classify(entries, judged.terms.agreed(*span), judged.terms.windows, span)


def _consistent(group: Any, period: Period, until: int, said: ObjectiveJudgement) -> None:
    versions, days = group
    terms = versions[-1].terms
    if terms.measure != "time" or terms.mean_of_slices is not None or not days:
        return
    entries = dict(merge(day.figures for _, day in days).tally.entries)
    beyond = versions[-1].terms.beyond(period.span) if terms.entire_period else 0
    if not beyond:
        good, bad, unknown = _quotient(entries, terms)
        coverage = (good + bad, good + bad + unknown)
        if terms.policy.unknown == "as_available":
            good += unknown
        if terms.policy.unknown == "as_unavailable":
            bad += unknown
        assert (said.coverage.known_us, said.coverage.agreed_us) == coverage
        if said.measured:
            assert (said.measured.good, said.measured.total) == (good, good + bad)
    if said.measured and until >= period.end and said.state in {"met", "breached"}:
        ratio = Fraction(said.measured.ratio)
        assert (said.state == "met") == (
            ratio > terms.goal if terms.op == ">" else ratio >= terms.goal
        )
        assert (said.breached_at is None) == (said.state == "met"), "a breach has an instant"
    if said.breached_at:
        assert period.begin <= parse_instant(said.breached_at) < until
    if terms.min_coverage is not None and said.coverage.agreed_us:
        enough = (
            Fraction(said.coverage.known_us, said.coverage.agreed_us)
            >= Fraction(terms.min_coverage) / 100
        )
        assert said.coverage.sufficient == enough
        if not enough:
            assert said.state in {"not_measured", "not_applicable", "pending"}


def _explained_by_its_intervals(story: Story, now: int) -> None:
    for label in ("2026-03", "2026-04"):
        begin = parse_period(label, story.terms["tz"]).begin
        if begin >= now or format_instant(begin)[:10] > (story.terms["in_force"]["to"] or "9"):
            continue
        told = story.world.reading.explain(ME, label, now)
        assert all(each.agrees for each in told.objectives), told


def _tell(kit: Any, terms: dict[str, Any], seed: int, steps: Any, nows: Any) -> None:
    with kit.opened() as world:
        story = Story(world, kit, terms, seed)
        for step in steps:
            story.take(step)
            world.settle(kit.begin + nows[0])
        for now in nows:
            found = []
            for frame, versions, period, said in _told(story, kit.begin + now, anew=False):
                _holds(frame, versions, period, said)
                found.append(said.model_dump(mode="json"))
            _explained_by_its_intervals(story, kit.begin + now)
            again = [
                said.model_dump(mode="json")
                for *_, said in _told(story, kit.begin + now, anew=True)
            ]
            assert found == again, "kept days say something else than results"


@settings(max_examples=8, phases=FOUND, suppress_health_check=list(HealthCheck), deadline=None)
@given(
    terms=agreements(),
    seed=numbers,
    steps=st.lists(STEPS, max_size=6),
    nows=st.lists(st.one_of(instants, st.just(60 * DAY)), min_size=2, max_size=2),
)
def test_no_time_is_lost_and_verdicts_follow_from_figures(
    kit: Any, terms: dict[str, Any], seed: int, steps: list[tuple[Any, ...]], nows: list[int]
) -> None:
    _tell(kit, terms, seed, steps, nows)
