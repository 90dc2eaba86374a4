"""What the machine knows of this process: memory, time, open files, as the library's own collector names them."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest

_REGISTRY = CollectorRegistry()
ProcessCollector(registry=_REGISTRY)


def process() -> bytes:
    """The text to serve; empty where the machine does not tell."""
    return generate_latest(_REGISTRY)
