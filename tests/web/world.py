"""A small world to show: answers written by hand, and decisions that change them."""

# ruff: noqa: ARG002 - the world answers the same whenever and by whomever it is asked

from __future__ import annotations

from slamon.app.exclusions import Asked
from slamon.app.refused import Refused, Unknown
from slamon.sla.judgement import Level
from slamon.views.answers import BreachDecision
from tests.web.worlds.agreements import EDITIONS, MOU, OLA, UNV, agreement, status
from tests.web.worlds.declared import DECLARED, EXCLUSION
from tests.web.worlds.judgements import BREACH, BREACHED, said, unmeasured
from tests.web.worlds.operations import SEAL
from tests.web.worlds.reading import Reading
from tests.web.worlds.rich import OUTAGE_COUNT, TICKETS, UNSURE
from tests.web.worlds.services import OUTAGES, PROBES, SERVICES
from tests.web.worlds.times import HOUR, MINUTE, NOW, SEPTEMBER

__all__ = [
    "BREACHED",
    "DECLARED",
    "EDITIONS",
    "EXCLUSION",
    "HOUR",
    "MINUTE",
    "MOU",
    "NOW",
    "OLA",
    "OUTAGES",
    "OUTAGE_COUNT",
    "PROBES",
    "SEAL",
    "SEPTEMBER",
    "SERVICES",
    "TICKETS",
    "UNSURE",
    "UNV",
    "Level",
    "World",
    "agreement",
    "said",
    "status",
    "unmeasured",
]


class World(Reading):
    """Reads and decides over the answers above."""

    def uphold(self, breach_id: str, reason: str, actor: str) -> int:
        return self.decide(
            breach_id,
            BreachDecision(
                decision="upheld",
                at="2026-11-22T15:49:00Z",
                actor=actor,
                reason=reason,
                position=self.at + 1,
            ),
        )

    def waive(self, breach_id: str, reason: str, clause: str | None, actor: str) -> int:
        words = f"{reason} ({clause})" if clause else reason
        return self.decide(
            breach_id,
            BreachDecision(
                decision="waived",
                at="2026-11-22T15:49:00Z",
                actor=actor,
                reason=words,
                position=self.at + 1,
            ),
        )

    def decide(self, breach_id: str, step: BreachDecision) -> int:
        if breach_id != BREACH:
            raise Unknown(f"There is no breach {breach_id}.")
        if self.steps[-1].decision != "found":
            raise Refused(f"The breach is already {self.steps[-1].decision}.")
        self.steps.append(step)
        self.at += 1
        return self.at

    def announce_exclusion(
        self, agreement: str, asked: Asked, exclusion: str | None, actor: str
    ) -> tuple[str, int]:
        if asked.begin == asked.end:
            raise Refused("the window ends at its begin; correct one")
        made = {"exclusion": f"{asked.clause}-made", "reason": asked.reason, "objectives": ()}
        self.announced += (EXCLUSION.model_copy(update=made),)
        self.at += 1
        return f"{asked.clause}-made", self.at

    def grant_exclusion(self, agreement: str, exclusion: str, reason: str, actor: str) -> int:
        return self.rule(exclusion, "granted", reason)

    def refuse_exclusion(self, agreement: str, exclusion: str, reason: str, actor: str) -> int:
        return self.rule(exclusion, "refused", reason)

    def withdraw_exclusion(self, agreement: str, exclusion: str, reason: str, actor: str) -> int:
        return self.rule(exclusion, "withdrawn", reason)

    def rule(self, exclusion: str, status: str, reason: str) -> int:
        (line,) = (each for each in self.announced if each.exclusion == exclusion)
        if line.ruling and status != "withdrawn":
            raise Refused(f"it was already {line.ruling} and cannot be {status}")
        ruling = line.ruling if status == "withdrawn" else status
        ruled = line.model_copy(update={"status": status, "ruling": ruling, "because": reason})
        self.announced = tuple(ruled if each is line else each for each in self.announced)
        self.at += 1
        return self.at

    def close(self, agreement: str, label: str, actor: str) -> int:
        if label in self.closed:
            raise Refused(f"The period {label} is already closed.")
        self.closed.append(label)
        self.at += 1
        return self.at
