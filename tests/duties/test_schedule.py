"""Duties are done at once and again; one that fails says so, and the others go on."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from slamon.duties.schedule import Duties, Duty

SOON = 5.0


@pytest.fixture
def begun() -> Iterator[Callable[..., Duties]]:
    """Begin duties that are repeated quickly; they end with the test."""
    running: list[Duties] = []

    def begin(**duties: Duty) -> Duties:
        running.append(Duties(duties, seconds=0.05))
        running[-1].start()
        return running[-1]

    yield begin
    for duties in running:
        duties.stop()


def _until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + SOON
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_duty_is_done_at_once_and_again(begun: Callable[..., Duties]) -> None:
    done: list[int] = []
    begun(counting=lambda: done.append(1))

    _until(lambda: len(done) > 1)


def test_a_duty_that_fails_says_so_and_stops_no_other(
    begun: Callable[..., Duties], caplog: pytest.LogCaptureFixture
) -> None:
    done: list[int] = []

    def broken() -> None:
        message = "the disk is full"
        raise OSError(message)

    with caplog.at_level(logging.ERROR):
        duties = begun(closing=broken, restating=lambda: done.append(1))
        _until(duties.failing)
        seen = len(done)
        _until(lambda: len(done) > seen)

    assert duties.failing() == ["closing failed: OSError: the disk is full"]
    assert "the disk is full" in caplog.text


def test_a_duty_that_succeeds_again_is_not_complained_of_any_more(
    begun: Callable[..., Duties],
) -> None:
    tries: list[int] = []

    def at_first_broken() -> None:
        tries.append(1)
        if len(tries) == 1:
            message = "not yet"
            raise OSError(message)

    duties = begun(closing=at_first_broken)
    _until(lambda: len(tries) > 1)

    _until(lambda: not duties.failing())


def test_two_duties_are_never_done_at_the_same_time(begun: Callable[..., Duties]) -> None:
    busy, clashes, done = threading.Lock(), [], []

    def alone() -> None:
        if not busy.acquire(blocking=False):
            clashes.append(1)
            return
        time.sleep(0.02)
        busy.release()
        done.append(1)

    begun(one=alone, other=alone)
    _until(lambda: len(done) > 5)

    assert clashes == []


def test_stopping_waits_for_the_duty_that_is_being_done() -> None:
    begun, done = threading.Event(), []

    def slow() -> None:
        begun.set()
        time.sleep(0.1)
        done.append(1)

    duties = Duties({"slow": slow}, seconds=60)
    duties.start()
    begun.wait(SOON)
    duties.stop()

    assert done == [1]


def test_duties_that_never_began_can_be_stopped() -> None:
    Duties({}).stop()
