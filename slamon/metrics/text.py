"""The text format 0.0.4, written in one go.

The library's writer checks every name of every line, and keeps a mapping for each: a scrape of a thousand services has
thirty thousand, which also sends the collector of garbage through all memory.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Family:
    """What one name tells: for each series, by its labels as `labels` writes them, a value; None is not known.

    A series of a histogram begins with `_bucket`, `_sum` or `_count`.
    """

    name: str
    says: str
    series: Iterable[tuple[str, float | None]]
    kind: Literal["gauge", "counter", "histogram"] = "gauge"


def labels(**values: str) -> str:
    """The labels of a series."""
    said = ",".join([_label(name, value) for name, value in values.items()])
    return f"{{{said}}}"


def also(series: str, name: str, value: str) -> str:
    """The labels of a series, and one more."""
    return f"{series[:-1]},{_label(name, value)}}}"


def written(families: Iterable[Family]) -> bytes:
    """Families as they are served."""
    return "".join(map(_written, families)).encode()


def _written(family: Family) -> str:
    name = family.name
    lines = [
        f"{name}{series} {float(value)!r}\n" for series, value in family.series if value is not None
    ]
    return f"# HELP {name} {family.says}\n# TYPE {name} {family.kind}\n{''.join(lines)}"


@lru_cache(maxsize=16_384)  # the same few windows and states come again and again
def _label(name: str, value: str) -> str:
    escaped = value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
    return f'{name}="{escaped}"'
