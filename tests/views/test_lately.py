"""What takes long to compute is shown as it was lately, while a newer answer is computed beside."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from slamon.views.lately import PATIENCE, Lately

WAIT = 10.0


def slowly(value: str, done: threading.Event | None = None) -> Callable[[], str]:
    def compute() -> str:
        time.sleep(PATIENCE + 0.05)
        if done:
            done.set()
        return value

    return compute


def until(asked: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT
    while not asked():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_what_is_computed_fast_is_always_the_newest() -> None:
    lately: Lately[int, str] = Lately()

    assert lately.get(1, 1, lambda: "first") == "first"
    assert lately.get(2, 2, lambda: "second") == "second"
    assert lately.get(2, 2, lambda: "asked again") == "second"


def test_what_takes_long_is_given_as_it_was_until_it_is_computed_beside() -> None:
    lately: Lately[int, str] = Lately()
    assert lately.get(1, 1, slowly("old")) == "old"

    began = time.monotonic()
    assert lately.get(2, 2, slowly("new")) == "old"
    assert time.monotonic() - began < PATIENCE

    until(lambda: lately.get(2, 2, slowly("new")) == "new")


def test_an_answer_that_must_know_more_is_waited_for() -> None:
    lately: Lately[int, str] = Lately()
    assert lately.get(1, 1, slowly("before the decision")) == "before the decision"

    lately.need(2)

    assert lately.get(2, 2, slowly("after the decision")) == "after the decision"


def test_many_who_ask_at_once_cause_one_computation() -> None:
    lately: Lately[int, str] = Lately()
    computed: list[int] = []

    def compute() -> str:
        computed.append(1)
        return slowly("answer")()

    threads = [threading.Thread(target=lately.get, args=(1, 1, compute)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(computed) == 1


def test_a_computation_that_fails_leaves_the_last_answer() -> None:
    lately: Lately[int, str] = Lately()
    assert lately.get(1, 1, slowly("old")) == "old"
    failed = threading.Event()

    def failing() -> str:
        failed.set()
        message = "no store"
        raise OSError(message)

    until(lambda: lately.get(2, 2, failing) == "old" and failed.is_set())
    until(lambda: lately.get(3, 3, slowly("new")) == "new")


def test_who_need_not_see_a_decision_does_not_wait_for_it() -> None:
    lately: Lately[int, str] = Lately()
    assert lately.get(1, 1, slowly("before the decision")) == "before the decision"

    lately.need(2)

    assert lately.lately(2, 2, slowly("after the decision")) == "before the decision"
