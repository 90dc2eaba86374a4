from fractions import Fraction

import pytest

from catalogue.instants import SECOND
from catalogue.service_hours import always
from probes.outcome import Outcome
from slamon.sla.judgement import State, Unconfirmed
from slamon.sla.observed import places_down, states, unconfirmed
from slamon.sla.runs import runs_of
from slamon.sla.structure import Node, Tree
from slamon.sla.terms import CheckRuns, ObjectiveTerms

MINUTE = 60 * SECOND
SPAN = (0, 10 * MINUTE)
OUTCOMES = {
    ".": Outcome.GOOD,
    "~": Outcome.DEGRADED,
    "x": Outcome.BAD,
    "?": Outcome.INCONCLUSIVE,
}


def seen(check: str, place: str, picture: str) -> CheckRuns:
    """One result a minute: . good, ~ degraded, x bad, ? inconclusive, a blank is a missing result."""
    results = [(n * MINUTE, OUTCOMES[mark]) for n, mark in enumerate(picture) if mark != " "]
    validity = 65 * SECOND
    return CheckRuns(check, place, validity, runs_of(results, validity))


def terms(
    *,
    checks: tuple[str, ...] = ("web",),
    locations: tuple[str, ...] = ("bonn",),
    quorum: int = 1,
    structure: Tree | None = None,
    control: str | None = None,
    reported: tuple[str, ...] = (),
    confirm: int = 1,
) -> ObjectiveTerms:
    return ObjectiveTerms(
        objective="o1",
        service="svc-web",
        target="99.50",
        goal=Fraction("0.995"),
        hours=always(),
        in_force=(SPAN,),
        checks=checks,
        locations=locations,
        quorum=quorum,
        structure=structure,
        control=control,
        reported=reported,
        confirm=confirm,
    )


def by_minute(promise: ObjectiveTerms, *observed: CheckRuns) -> str:
    """The state at the middle of each minute: . up, ~ degraded, x down, ? unknown."""
    marks: dict[State, str] = {"up": ".", "degraded": "~", "down": "x", "unknown": "?"}
    checks = [each for each in observed if each.check != promise.control]
    controls = [each for each in observed if each.check == promise.control]
    function = states(promise, checks, controls, SPAN)
    middles = [n * MINUTE + 30 * SECOND for n in range(10)]
    held = [next(s for a, b, s in function.pieces() if a <= at < b) for at in middles]
    return "".join(marks[state] for state in held)


TWO = ("bonn", "outside")


@pytest.mark.parametrize(
    ("promise", "observed", "expected"),
    [
        pytest.param(
            terms(), [seen("web", "bonn", "...xx..~..")], "...xx..~..", id="one probe at one place"
        ),
        pytest.param(terms(), [], "??????????", id="nothing observed is unknown"),
        pytest.param(
            terms(),
            [seen("mail", "bonn", "..........")],
            "??????????",
            id="another probe says nothing",
        ),
        pytest.param(
            terms(locations=TWO, quorum=2),
            [seen("web", "bonn", "..xxxx...."), seen("web", "outside", "...xx.....")],
            "...xx.....",
            id="both places must see it down",
        ),
        pytest.param(
            terms(locations=TWO, quorum=2),
            [seen("web", "bonn", "..xxxx....")],
            "..????....",
            id="a silent place has no vote",
        ),
        pytest.param(
            terms(checks=("web", "dns")),
            [seen("web", "bonn", "..xx......"), seen("dns", "bonn", ".....xx...")],
            "..xx.xx...",
            id="any probe down is down",
        ),
        pytest.param(
            terms(checks=("web", "dns")),
            [seen("web", "bonn", "..xx......")],
            "??xx??????",
            id="a probe without results leaves open all but a proven outage",
        ),
        pytest.param(
            terms(checks=("web", "dns"), structure=Node("parallel", ("web", "dns"))),
            [seen("web", "bonn", "..xx......"), seen("dns", "bonn", "...xx.....")],
            "...x......",
            id="in parallel all must be down",
        ),
        pytest.param(
            terms(control="control"),
            [seen("web", "bonn", "..xxxx.x.."), seen("control", "bonn", "..xxx.....")],
            "..???x.x..",
            id="while the control probe is bad the place says nothing",
        ),
        pytest.param(
            terms(control="control", confirm=3),
            [seen("web", "bonn", ".xxxx....."), seen("control", "bonn", "...x......")],
            "...??.....",
            id="a doubtful result breaks the row of bad ones",
        ),
        pytest.param(
            terms(control="control"),
            [seen("web", "bonn", "..xxxx....")],
            "??????????",
            id="without its control probe a place says nothing",
        ),
        pytest.param(
            terms(locations=TWO, quorum=1, control="control"),
            [
                seen("web", "bonn", "..xx......"),
                seen("control", "bonn", "..xx......"),
                seen("web", "outside", ".........."),
                seen("control", "outside", ".........."),
            ],
            "..??......",
            id="each place is vouched for by its own control probe",
        ),
        pytest.param(
            terms(control="control", reported=("web",)),
            [seen("web", "bonn", "..xxxx.x.."), seen("control", "bonn", "..xxx.....")],
            "..xxxx.x..",
            id="what a job reports itself needs no control probe",
        ),
        pytest.param(
            terms(checks=("web", "job"), control="control", reported=("job",)),
            [seen("web", "bonn", ".........."), seen("job", "bonn", "......xx..")],
            "??????xx??",
            id="and says nothing of what is probed",
        ),
    ],
)
def test_what_was_observed_becomes_one_state(
    promise: ObjectiveTerms, observed: list[CheckRuns], expected: str
) -> None:
    assert by_minute(promise, *observed) == expected


def test_a_place_that_is_not_named_is_heard_where_none_is_named() -> None:
    promise = terms(locations=())
    assert by_minute(promise, seen("web", "imported", "..xx......")) == "..xx......"


def test_unconfirmed_results_are_listed_with_their_place() -> None:
    observed = [seen("web", "bonn", "..x....xxx"), seen("mail", "bonn", "..x.......")]
    assert unconfirmed(terms(confirm=3), observed, [], SPAN) == (
        Unconfirmed(check="web", location="bonn", from_="1970-01-01T00:02:00Z", count=1),
    )


def test_the_places_that_saw_it_down_are_named() -> None:
    promise = terms(locations=TWO, quorum=1)
    observed = [seen("web", "bonn", ".........."), seen("web", "outside", "...xx.....")]
    assert places_down(promise, observed, [], SPAN) == ("outside",)
    assert places_down(promise, observed, [], (0, 3 * MINUTE)) == ()


@pytest.mark.parametrize("quorum", [0, 3])
def test_a_quorum_that_could_never_be_reached_is_refused(quorum: int) -> None:
    with pytest.raises(ValueError, match=f"a quorum of {quorum} among 2 locations"):
        terms(locations=TWO, quorum=quorum)
