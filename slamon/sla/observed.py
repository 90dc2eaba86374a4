"""What was observed of an objective: from runs over locations and probes to one state, and what did not count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from catalogue.instants import format_instant
from catalogue.intervals import Intervals, Span, Steps, constant
from slamon.sla.combine import compose, quorum
from slamon.sla.declared import overlay
from slamon.sla.judgement import State, Unconfirmed
from slamon.sla.runs import inconclusive_within
from slamon.sla.tally import Entry
from slamon.sla.terms import CheckRuns, ObjectiveTerms
from slamon.sla.timeline import Reading, read, timeline


def states(
    terms: ObjectiveTerms,
    checks: Sequence[CheckRuns],
    controls: Sequence[CheckRuns],
    span: Span,
) -> Steps[State]:
    """Give the state of an objective's service over a span.

    1. While a location's control probe is not good, its results are inconclusive (a location without any as well),
       but for those that jobs report themselves: no probe of ours stands between them and the centre.
    2. Each check is read at each location, then decided by quorum; a location without results is unknown.
    3. Checks are combined as the agreement says; a check without results is unknown.
    4. What people declared goes before what was probed.

    Runs before and after the span belong to it as far as `timeline.read` asks.
    """
    unknown: Steps[State] = constant("unknown", span)
    by_check = _by_check(terms, checks, controls, span)
    whole = cast("Steps[State]", compose(terms.tree, by_check, {})) if by_check else unknown
    return overlay(whole, terms.declared) if terms.declared else whole


def entries(
    terms: ObjectiveTerms,
    checks: Sequence[CheckRuns],
    controls: Sequence[CheckRuns],
    span: Span,
) -> Steps[Entry]:
    """Give what an objective's time counts as by the state of its service, and by exclusions of members alone.

    A state that was declared is that of the whole: exclusions of members do not touch it.
    """
    if not terms.member_windows:
        return states(terms, checks, controls, span)
    whole = compose(terms.tree, _by_check(terms, checks, controls, span), terms.member_windows)
    return overlay(whole, terms.declared) if terms.declared else whole


def _by_check(
    terms: ObjectiveTerms,
    checks: Sequence[CheckRuns],
    controls: Sequence[CheckRuns],
    span: Span,
) -> dict[str, Steps[State]]:
    readings = _readings(terms, checks, controls, span)
    places = _places(terms, checks)
    return {
        check: quorum([readings[check, place].states for place in places], terms.quorum)
        for check in terms.checks
    }


def unconfirmed(
    terms: ObjectiveTerms,
    checks: Sequence[CheckRuns],
    controls: Sequence[CheckRuns],
    span: Span,
) -> tuple[Unconfirmed, ...]:
    """List the bad results of a span that never reached the confirmation asked for, in order of time."""
    found = [
        (run.first, check, place, run.count)
        for (check, place), reading in _readings(terms, checks, controls, span).items()
        for run in reading.unconfirmed
    ]
    return tuple(
        Unconfirmed(check=check, location=place, from_=format_instant(at), count=count)
        for at, check, place, count in sorted(found)
    )


def places_down(
    terms: ObjectiveTerms,
    checks: Sequence[CheckRuns],
    controls: Sequence[CheckRuns],
    span: Span,
) -> tuple[str, ...]:
    """List the locations at which any check was down within a span."""
    return tuple(
        sorted(
            {
                place
                for (_, place), reading in _readings(terms, checks, controls, span).items()
                if any(state == "down" for _, state in reading.states.points)
            }
        )
    )


def _readings(
    terms: ObjectiveTerms,
    checks: Sequence[CheckRuns],
    controls: Sequence[CheckRuns],
    span: Span,
) -> dict[tuple[str, str], Reading]:
    silent = Reading(constant("unknown", span), ())
    readings = {
        (check, place): silent for check in terms.checks for place in _places(terms, checks)
    }
    for each in checks:
        if (each.check, each.location) in readings:
            heard = _vouched(terms, each, controls)
            reading = read(heard.runs, span, heard.validity, terms.confirm, terms.recover)
            readings[each.check, each.location] = reading
    return readings


def _places(terms: ObjectiveTerms, checks: Sequence[CheckRuns]) -> tuple[str, ...]:
    """Give the locations of the agreement; where it names none, those that reported, or one that is silent."""
    seen = {each.location for each in checks if each.check in terms.checks}
    return terms.locations or tuple(sorted(seen)) or ("",)


def _vouched(terms: ObjectiveTerms, check: CheckRuns, controls: Sequence[CheckRuns]) -> CheckRuns:
    if terms.control is None or check.check in terms.reported or not check.runs:
        return check
    span = (check.runs[0].first, check.runs[-1].last + 1)
    doubtful = _doubtful(terms.control, check.location, controls, span)
    return replace(check, runs=inconclusive_within(check.runs, doubtful))


def _doubtful(control: str, location: str, controls: Sequence[CheckRuns], span: Span) -> Intervals:
    """Give the time in which a location's own control probe was bad or unknown; one bad result is enough."""
    for each in controls:
        if each.check == control and each.location == location:
            vouched = timeline(each.runs, span, each.validity)
            return vouched.where(lambda state: state in {"down", "unknown"})
    return (span,)
