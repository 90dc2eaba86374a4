"""Patience: the pauses of an agent, kept in its spool, so that a restart does not forget whom to leave in peace."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from probes.pausing import ProbePaused, ProbeResumed
from probes.spec import AssignedProbe
from probes.spool_file import SpoolFile

NOT_TOLD, TOLD, ALL_TOLD = 0, 1, 2


@dataclass(frozen=True)
class Pause:
    """A pause that lasts, and the specification that led to it."""

    number: int
    paused: ProbePaused
    spec: str
    told: bool


@dataclass(frozen=True)
class Word:
    """What the centre is to be told next: of the pause of this number, its begin or its end."""

    number: int
    fact: ProbePaused | ProbeResumed


class Pauses:
    """The table of pauses in a spool; the begin of each is told before its end."""

    def __init__(self, file: SpoolFile) -> None:
        self._db = file.db

    def begin(self, paused: ProbePaused, probe: AssignedProbe) -> None:
        """Keep a pause; one that lasts already stays as it is."""
        if paused.probe not in {each.paused.probe for each in self.lasting()}:
            self._db.execute(
                "insert into pause (paused, spec, told) values (?, ?, ?)",
                [paused.model_dump_json(), probe.spec.model_dump_json(), NOT_TOLD],
            )

    def end(self, number: int, resumed: ProbeResumed) -> None:
        """Keep the end of a pause."""
        self._db.execute(
            "update pause set resumed = ? where number = ? and resumed is null",
            [resumed.model_dump_json(), number],
        )

    def lasting(self) -> tuple[Pause, ...]:
        """Return the pauses that last."""
        found = self._db.execute(
            "select number, paused, spec, told from pause where resumed is null order by number"
        ).fetchall()
        return tuple(
            Pause(number, ProbePaused.model_validate_json(body), spec, told != NOT_TOLD)
            for number, body, spec, told in found
        )

    def next_word(self) -> Word | None:
        """Return what the centre is to be told next."""
        return next(self._words(), None)

    def heard(self, number: int) -> None:
        """Note that the centre has what it was told last of a pause; one that is over is kept no longer."""
        self._db.execute("update pause set told = told + 1 where number = ?", [number])
        self._db.execute("delete from pause where told = ?", [ALL_TOLD])

    def tell_again(self) -> None:
        """Let all that is kept go out again: the centre may have forgotten it."""
        self._db.execute("update pause set told = ?", [NOT_TOLD])

    def disown(self, paused: ProbePaused, resumed: ProbeResumed) -> None:
        """Have the centre told that a pause is over which it knows of and this spool does not."""
        if paused not in {each.paused for each in self.lasting()}:
            self._db.execute(
                "insert into pause (paused, spec, resumed, told) values (?, '', ?, ?)",
                [paused.model_dump_json(), resumed.model_dump_json(), TOLD],
            )

    def centre(self) -> str | None:
        """Id and epoch of the ledger that was told of them, as `Spool.centre`."""
        found = self._db.execute("select ledger from centre").fetchone()
        return None if found is None else str(found[0])

    def _words(self) -> Iterator[Word]:
        found = self._db.execute(
            "select number, paused, resumed, told from pause"
            " where told = ? or resumed is not null order by number",
            [NOT_TOLD],
        ).fetchall()
        for number, paused, resumed, told in found:
            if told == NOT_TOLD:
                yield Word(number, ProbePaused.model_validate_json(paused))
            else:
                yield Word(number, ProbeResumed.model_validate_json(resumed))
