"""The clock of the duties: each is done at once and then every minute; one that fails says so and stops no other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

EVERY_SECONDS = 60

Duty = Callable[[], object]


class Duties:
    """Duties by name, done one after the other in a thread of their own.

    A duty that raises is logged with its traceback and named by `failing` until it succeeds again.
    """

    def __init__(self, duties: Mapping[str, Duty], *, seconds: float = EVERY_SECONDS) -> None:
        self._failing: dict[str, str] = {}
        self._lock = threading.Lock()
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
        )
        self._scheduler.add_listener(self._told, EVENT_JOB_ERROR | EVENT_JOB_EXECUTED)
        for name, duty in duties.items():
            self._scheduler.add_job(
                duty, "interval", seconds=seconds, id=name, next_run_time=datetime.now(UTC)
            )

    def start(self) -> None:
        """Begin; returns at once."""
        self._scheduler.start()

    def stop(self) -> None:
        """Let the duty that is being done end, and begin no other."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)

    def failing(self) -> list[str]:
        """What to say of the duties that failed when they were last done."""
        with self._lock:
            return [f"{name} failed: {why}" for name, why in sorted(self._failing.items())]

    def _told(self, event: JobExecutionEvent) -> None:
        with self._lock:
            if event.exception is None:
                self._failing.pop(event.job_id, None)
            else:
                self._failing[event.job_id] = f"{type(event.exception).__name__}: {event.exception}"
