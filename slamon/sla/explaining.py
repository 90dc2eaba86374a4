"""Explaining: what every stretch of a span counts as, by which rule and clause, and on which results it rests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal, NamedTuple, Protocol, TypeVar

from catalogue.intervals import Intervals, Span, Steps, constant, membership, steps, zip_steps
from probes.outcome import Outcome
from slamon.sla import observed
from slamon.sla.declared import Declared
from slamon.sla.exclusions import Granted, Refused
from slamon.sla.judgement import State
from slamon.sla.tally import OUTSIDE, Entry, Tally, classify, parts_of, pieces
from slamon.sla.terms import CheckRuns, ObjectiveTerms
from slamon.sla.timeline import timeline

Called = TypeVar("Called")

Rule = Literal[
    "not_in_force",
    "service_hours",
    "holiday",
    "beyond_term",
    "exclusion",
    "declared",
    "member_excluded",
    "results",
    "slice",
    "no_result",
    "tells_nothing",
    "control_probe",
    "undecided",
]
RULES: Mapping[Rule, str] = {
    "not_in_force": "not in force",
    "service_hours": "outside the service hours (E2)",
    "holiday": "holiday, outside the service hours (E2)",
    "beyond_term": "outside the term, counted as available (§3)",
    "exclusion": "exclusion granted (E1)",
    "declared": "declared (P6)",
    "member_excluded": "member excluded (§4.9)",
    "results": "results (P2, P3)",
    "slice": "no bad slice (§4.5)",
    "no_result": "no result speaks (P2)",
    "tells_nothing": "results that tell nothing (P3)",
    "control_probe": "control probe not good (P7)",
    "undecided": "places disagree or are silent (P5)",
}
"""The closed set of rules in the words of the trade, with their numbers."""

Hearing = Literal["up", "degraded", "down", "silent", "inconclusive", "not_vouched"]
"""What one check at one place said: its state, or why it has none."""

_KNOWN = frozenset({"up", "degraded", "down"})


Name = tuple[str, str]
"""A check and a place."""


class UnexplainedError(ArithmeticError):
    """An explanation that does not add up to the tally it explains."""


@dataclass(frozen=True, slots=True)
class Because:
    """Why time counts as it does: the rule, the clause it stands in, and the facts people recorded about it.

    `clause` is an exclusion of the agreement, and empty where the objective itself or its service hours say so.
    `refused` is the rule by which an announcement was refused whose time counts for that reason.
    """

    rule: Rule
    clause: str = ""
    announcement: str | None = None
    declaration: str | None = None
    refused: str | None = None
    positions: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Heard:
    """What a check at a place said, and its newest result by then (µs); None where there is none near."""

    check: str
    location: str
    said: Hearing
    at: int | None


@dataclass(frozen=True, slots=True)
class Explained:
    """A stretch of time (µs) with what it counts as and why; `heard` is what was known when it began."""

    begin: int
    end: int
    entry: Entry
    because: Because
    heard: tuple[Heard, ...] = ()


class _Spanning(Protocol):
    @property
    def begin(self) -> int: ...
    @property
    def end(self) -> int: ...


E = TypeVar("E", bound=_Spanning)


class _At(NamedTuple):
    """All that decides about an instant."""

    entry: Entry
    in_force: bool
    granted: tuple[Granted, ...]
    refused: tuple[Refused, ...]
    declared: tuple[Declared, ...]
    hearings: tuple[Hearing, ...]
    forgiven: bool


def explain(
    terms: ObjectiveTerms,
    entries: Steps[Entry],
    checks: Sequence[CheckRuns],
    controls: Sequence[CheckRuns],
) -> tuple[Explained, ...]:
    """Explain what every instant of `entries` counts as, cut wherever class or reason changes (rule E3).

    The others are what these entries were made of. The stretches add up to the tally, or nothing is explained.

    Raises:
        UnexplainedError: the stretches do not add up to the tally.
        EmptyPeriodError: there is no time to explain.

    """
    span, agreed = entries.span, terms.agreed(*entries.span)
    counted = classify(entries, agreed, terms.windows, span).tally
    voices = _voices(terms, checks, controls, span)
    layers: list[Steps[object]] = [
        _classes(entries, agreed, terms, span),
        membership(terms.in_force, span),
        _active(terms.exclusions, span),
        _active(terms.refused, span),
        _active(terms.declared, span),
        _together(voices, span),
        _forgiven(terms, entries, checks, controls),
    ]
    at = zip_steps(layers).map(lambda here: _At(*here))  # type: ignore[arg-type]  # one layer for each field
    reasons = at.map(lambda here: (here.entry, _because(terms, tuple(voices), here)))
    found = tuple(
        Explained(begin, end, entry, why, _heard(entry, checks, voices, begin))
        for begin, end, (entry, why) in reasons.pieces()
    )
    if (told := tally_of(found)) != counted:
        message = f"explained are {dict(told.entries)}, counted are {dict(counted.entries)}"
        raise UnexplainedError(message)
    return found


def tally_of(stretches: Iterable[Explained]) -> Tally:
    """Add up what stretches count as."""
    spent: dict[Entry, int] = {}
    for each in stretches:
        spent[each.entry] = spent.get(each.entry, 0) + each.end - each.begin
    return Tally(spent)


def joined(stretches: Iterable[Explained]) -> tuple[Explained, ...]:
    """Join stretches of neighbouring spans that count alike for the same reason."""
    found: list[Explained] = []
    for each in stretches:
        last = found[-1] if found else None
        if last and last.end == each.begin and _why(last) == _why(each):
            found[-1] = replace(last, end=each.end)
        else:
            found.append(each)
    return tuple(found)


def with_time_beyond(stretches: Iterable[Explained], beyond: Intervals) -> Iterator[Explained]:
    """Count time outside the term as available, where the whole period is promised (§3)."""
    for each in stretches:
        if each.entry != OUTSIDE:
            yield each
            continue
        for begin, end, moved in membership(beyond, (each.begin, each.end)).pieces():
            part = replace(each, begin=begin, end=end)
            yield replace(part, entry="up", because=Because("beyond_term")) if moved else part


def with_holidays(
    stretches: Iterable[Explained], days: Mapping[Span, Called]
) -> Iterator[tuple[Explained, Called | None]]:
    """Cut time outside the service hours where a holiday is why, and name it; `days` do not overlap (rule E2)."""
    for each in stretches:
        if each.because.rule != "service_hours":
            yield each, None
            continue
        near = {d: name for d, name in days.items() if d[0] < each.end and d[1] > each.begin}
        cuts = {at for day in near for at in day if each.begin < at < each.end}
        edges = sorted({each.begin, *cuts, each.end})
        for begin, end in pairwise(edges):
            part = replace(each, begin=begin, end=end)
            name = next((name for day, name in near.items() if day[0] <= begin < day[1]), None)
            yield (replace(part, because=Because("holiday")) if name else part), name


def _why(stretch: Explained) -> tuple[Entry, Because]:
    return stretch.entry, stretch.because


def _classes(
    entries: Steps[Entry], agreed: Intervals, terms: ObjectiveTerms, span: Span
) -> Steps[Entry]:
    found = pieces(entries, agreed, terms.windows, span)
    return steps(((begin, entry) for begin, _, entry in found), span[1])


def _together(voices: Mapping[Name, Steps[Hearing]], span: Span) -> Steps[tuple[Hearing, ...]]:
    none: Steps[tuple[Hearing, ...]] = constant((), span)
    return zip_steps(list(voices.values())) if voices else none


def _forgiven(
    terms: ObjectiveTerms,
    entries: Steps[Entry],
    checks: Sequence[CheckRuns],
    controls: Sequence[CheckRuns],
) -> Steps[bool]:
    """Say where bad time counts as up because its slice is not bad."""
    if terms.slices is None:
        return constant(value=False, span=entries.span)
    seen = observed.entries(terms, checks, controls, entries.span)
    return zip_steps([entries, seen]).map(lambda pair: pair[0] != pair[1])


def _active(spans: Sequence[E], span: Span) -> Steps[tuple[E, ...]]:
    """Say which of several spans hold each instant, in their own order."""
    near = [each for each in spans if each.begin < span[1] and each.end > span[0]]
    cuts = {max(edge, span[0]) for each in near for edge in (each.begin, each.end)} | {span[0]}
    points = ((at, tuple(e for e in near if e.begin <= at < e.end)) for at in sorted(cuts))
    return steps(points, span[1])


def _because(terms: ObjectiveTerms, names: Sequence[Name], here: _At) -> Because:
    if here.entry == OUTSIDE:
        return Because("service_hours" if here.in_force else "not_in_force")
    whole = next((each for each in here.granted if _of_whole(terms, each)), None)
    said = max(here.declared, key=lambda each: each.position, default=None)
    if whole is not None:
        return _excluded("exclusion", whole, said)
    if here.forgiven:
        return Because("slice")
    why = _declared(said) if said else _observed(terms, names, here)
    return _counted_although_announced(why, here)


def _of_whole(terms: ObjectiveTerms, exclusion: Granted) -> bool:
    return not exclusion.services or terms.service in exclusion.services


def _excluded(rule: Rule, granted: Granted, said: Declared | None) -> Because:
    positions = granted.positions + ((said.position,) if said else ())
    told = said.declaration if said else None
    return Because(rule, granted.clause, granted.announcement, told, positions=positions)


def _declared(said: Declared) -> Because:
    return Because("declared", declaration=said.declaration, positions=(said.position,))


def _counted_although_announced(why: Because, here: _At) -> Because:
    """Name the rule that refused an announcement, where nothing else was granted over it."""
    if not here.refused or why.announcement:
        return why
    no = here.refused[0]
    return replace(
        why,
        clause=no.clause,
        announcement=no.announcement,
        refused=no.rule,
        positions=why.positions + no.positions,
    )


def _observed(terms: ObjectiveTerms, names: Sequence[Name], here: _At) -> Because:
    state, effect, _ = parts_of(here.entry)
    if effect is not None:
        members = frozenset(terms.members.values())
        own = [each for each in here.granted if members & set(each.services)]
        named = next((each for each in own if each.effect == effect), own[0])
        return _excluded("member_excluded", named, None)
    if state != "unknown":
        return Because("results")
    return Because(_rule_of_unknown(zip(names, here.hearings, strict=True)))


def _rule_of_unknown(hearings: Iterable[tuple[Name, Hearing]]) -> Rule:
    """Name why a state is unknown: a check of which no place knows anything, else places that do not decide."""
    by_check: defaultdict[str, set[Hearing]] = defaultdict(set)
    for (check, _), said in hearings:
        by_check[check].add(said)
    silent = [said for said in by_check.values() if not said & _KNOWN]
    if by_check and not silent:
        return "undecided"
    reasons = {reason for said in silent for reason in said}
    if "not_vouched" in reasons:
        return "control_probe"
    return "tells_nothing" if "inconclusive" in reasons else "no_result"


def _voices(
    terms: ObjectiveTerms,
    checks: Sequence[CheckRuns],
    controls: Sequence[CheckRuns],
    span: Span,
) -> dict[Name, Steps[Hearing]]:
    """Give what each check at each place said, as the judge hears it."""
    places = terms.locations or tuple(sorted({each.location for each in checks}))
    own = {(each.check, each.location): each for each in checks}
    return {
        (check, place): _voice(terms, own.get((check, place)), controls, span)
        for check in terms.checks
        for place in places
    }


def _voice(
    terms: ObjectiveTerms,
    check: CheckRuns | None,
    controls: Sequence[CheckRuns],
    span: Span,
) -> Steps[Hearing]:
    if check is None:
        silent: Steps[Hearing] = constant("silent", span)
        return silent
    bare = replace(
        terms, checks=(check.check,), locations=(check.location,), quorum=1, structure=None
    )
    bare = replace(bare, declared=(), exclusions=())
    vouched = observed.states(bare, [check], controls, span)
    raw = vouched
    if terms.control is not None:
        raw = observed.states(replace(bare, control=None), [check], (), span)
    speaking = [run._replace(outcome=Outcome.GOOD) for run in check.runs]
    heard = timeline(speaking, span, check.validity)
    return zip_steps([vouched, raw, heard]).map(lambda said: _hearing(*said))


def _hearing(vouched: State, raw: State, heard: State) -> Hearing:
    if vouched != "unknown":
        return vouched
    if heard == "unknown":
        return "silent"
    return "inconclusive" if raw == "unknown" else "not_vouched"


def _heard(
    entry: Entry,
    checks: Sequence[CheckRuns],
    voices: Mapping[Name, Steps[Hearing]],
    instant: int,
) -> tuple[Heard, ...]:
    """Give what was known at an instant; nothing where no promise holds."""
    if entry == OUTSIDE:
        return ()
    own = {(each.check, each.location): each for each in checks}
    return tuple(
        Heard(
            *name, voice.clip((instant, instant + 1)).points[0][1], _newest(own.get(name), instant)
        )
        for name, voice in voices.items()
    )


def _newest(check: CheckRuns | None, instant: int) -> int | None:
    """Find the last result at or before an instant."""
    for run in reversed(check.runs if check else ()):
        if (count := run.before(instant + 1)) > 0:
            return run.first + (count - 1) * run.step
    return None
