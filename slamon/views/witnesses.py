"""Who saw an outage, and what was seen but not confirmed."""

from __future__ import annotations

from collections.abc import Iterable

from catalogue.instants import format_instant, parse_instant
from probes.outcome import Outcome
from slamon.sla import observed
from slamon.sla.judgement import Outage, Unconfirmed
from slamon.views.days import Desk, Span
from slamon.views.objectives import Judged
from slamon.views.shelf import Fetched

SECOND_US = 1_000_000


def witnessed(desk: Desk, judged: Judged, outage: Outage, until: int) -> Outage:
    """An outage with the places that saw it, and the first and last bad result of each."""
    begin = parse_instant(outage.from_)
    span = (begin, parse_instant(outage.to) if outage.to else max(until, begin + 1))
    seen = desk.observations(judged, span)
    places = observed.places_down(
        judged.terms,
        [each.check_runs() for each in seen.checks],
        [each.check_runs() for each in seen.controls],
        span,
    )
    evidence = tuple(text for each in seen.checks for text in _bad_results(each, span))
    return outage.model_copy(update={"locations": places, "evidence": evidence})


def unconfirmed(desk: Desk, judged: Judged, span: Span) -> tuple[Unconfirmed, ...]:
    """The bad results of a span that never reached the confirmation asked for."""
    if judged.terms.confirm == 1:
        return ()
    seen = desk.observations(judged, span)
    return observed.unconfirmed(
        judged.terms,
        [each.check_runs() for each in seen.checks],
        [each.check_runs() for each in seen.controls],
        span,
    )


def _bad_results(fetched: Fetched, span: Span) -> Iterable[str]:
    parts = [
        part
        for run in fetched.runs
        if run.outcome is Outcome.BAD
        and (part := run.part(run.before(span[0]), run.before(span[1])))
    ]
    if parts:
        source = fetched.source
        first, last = _to_the_second(parts[0].first), _to_the_second(parts[-1].last)
        count = sum(part.count for part in parts)
        results = "bad result" if count == 1 else "bad results"
        said = f"{count} {results} in the outage, {first} to {last}"
        yield f"{source.check} at {source.location}: {said}"


def _to_the_second(instant: int) -> str:
    return format_instant(instant // SECOND_US * SECOND_US)
