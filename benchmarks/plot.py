"""Growth drawn: `python -m benchmarks.plot FIGURES.json` writes FIGURES.svg, a panel for each figure over sizes.

The file holds what the picture is of and its panels: {"about": "…", "sizes": "service-years", "panels": [{"title": "…",
"unit": "s", "target": 20, "points": [[10, 0.2], [100, 1.9], [1000, 19.1]]}]}. Sizes are drawn by powers of ten;
values too where a panel says `"by_tens": true`. A target is what the largest size may come to.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from math import ceil, floor, log10
from pathlib import Path
from typing import NamedTuple

from markupsafe import escape
from pydantic import BaseModel, ConfigDict

WIDE, HIGH = 360, 250  # of a panel, in px
LEFT, RIGHT, TOP, BOTTOM = 52, 26, 58, 44  # room around what is drawn
INSET = 24  # of the first and the last size, so that their words stand free
ROUND_STEPS = (1, 2, 2.5, 5, 10)
LINES = 4  # across a panel, about
STYLE = """\
  svg { color-scheme: light dark; font: 12px system-ui, sans-serif; }
  .card { fill: #fff; stroke: #e2dfd7; } .title { fill: #1c2329; font-weight: 600; font-size: 13px; }
  .soft { fill: #59636d; } .value { fill: #1c2329; font-weight: 600; } .grid { stroke: #e2dfd7; }
  .line { fill: none; stroke: #1d5f83; stroke-width: 2; } .dot { fill: #1d5f83; stroke: #fff; stroke-width: 2; }
  .target { stroke: #c07f12; stroke-dasharray: 5 4; stroke-width: 1.5; } .target-words { fill: #805200; }
  @media (prefers-color-scheme: dark) {
    .card { fill: #1a1f25; stroke: #2d343c; } .title, .value { fill: #e7eaec; } .soft { fill: #a4aeb8; }
    .grid { stroke: #2d343c; } .line { stroke: #82bfe4; } .dot { fill: #82bfe4; stroke: #1a1f25; }
    .target { stroke: #d29a35; } .target-words { fill: #efc06a; }
  }
"""


class Panel(BaseModel):
    """A figure at several sizes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    unit: str
    points: tuple[tuple[float, float], ...]
    target: float | None = None
    by_tens: bool = False


class Growth(BaseModel):
    """What grows with what."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    about: str
    sizes: str
    panels: tuple[Panel, ...]


class Scale(NamedTuple):
    """Values from `low` to `high` on pixels from `begin` to `end`, evenly or by powers of ten."""

    low: float
    high: float
    begin: float
    end: float
    by_tens: bool

    def at(self, value: float) -> float:
        """The pixel of a value."""
        low, high, here = (self._even(each) for each in (self.low, self.high, value))
        return round(self.begin + (self.end - self.begin) * (here - low) / (high - low), 1)

    def _even(self, value: float) -> float:
        return log10(value) if self.by_tens else value

    def marks(self) -> list[float]:
        """Where lines stand: the powers of ten, or about four round values."""
        if self.by_tens:
            powers = range(ceil(log10(self.low) - 1e-9), floor(log10(self.high) + 1e-9) + 1)
            return [10.0**power for power in powers]
        step = _round_step(self.high / LINES)
        return [step * n for n in range(floor(self.high / step + 1e-9) + 1)]


def drawn(growth: Growth) -> str:
    """The picture as SVG, readable on light and on dark paper."""
    parts = "".join(_panel(panel, growth.sizes, n * WIDE) for n, panel in enumerate(growth.panels))
    wide = WIDE * len(growth.panels)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {HIGH}" width="{wide}" role="img">\n'
        f"<title>{escape(growth.about)}</title>\n<style>\n{STYLE}</style>\n{parts}</svg>\n"
    )


def _panel(panel: Panel, sizes: str, left: int) -> str:
    across = Scale(
        min(size for size, _ in panel.points),
        max(size for size, _ in panel.points),
        LEFT + INSET,
        WIDE - RIGHT - INSET,
        by_tens=True,
    )
    up = _upwards(panel)
    parts = [*_frame(panel, sizes), *_grid(up), *_sizes(panel, across)]
    if panel.target is not None:
        parts += _target(panel.target, panel.unit, up)
    parts += _line(panel, across, up)
    return f'<g transform="translate({left})">\n' + "\n".join(parts) + "\n</g>\n"


def _upwards(panel: Panel) -> Scale:
    values = [*(value for _, value in panel.points), *([panel.target] if panel.target else [])]
    if panel.by_tens:
        low, high = 10 ** floor(log10(min(values))), 10 ** ceil(log10(max(values)))
        return Scale(low, high, HIGH - BOTTOM, TOP, by_tens=True)
    step = _round_step(max(values) / LINES)
    return Scale(0, step * ceil(max(values) / step), HIGH - BOTTOM, TOP, by_tens=False)


def _round_step(least: float) -> float:
    power: float = 10 ** floor(log10(least))
    return next(each * power for each in ROUND_STEPS if each * power >= least)


def _frame(panel: Panel, sizes: str) -> Iterator[str]:
    yield f'<rect class="card" x="6" y="6" width="{WIDE - 12}" height="{HIGH - 12}" rx="10"/>'
    yield f'<text class="title" x="20" y="30">{escape(panel.title)}</text>'
    yield f'<text class="soft" x="20" y="46">{escape(panel.unit)}</text>'
    yield f'<text class="soft" x="{WIDE - RIGHT}" y="{HIGH - 14}" text-anchor="end">{escape(sizes)}</text>'


def _grid(up: Scale) -> Iterator[str]:
    for mark in up.marks():
        y = up.at(mark)
        yield f'<path class="grid" d="M{LEFT} {y}H{WIDE - RIGHT}"/>'
        yield f'<text class="soft" x="{LEFT - 6}" y="{y + 4}" text-anchor="end">{mark:,g}</text>'


def _sizes(panel: Panel, across: Scale) -> Iterator[str]:
    for size, _ in panel.points:
        yield f'<text class="soft" x="{across.at(size)}" y="{HIGH - 28}" text-anchor="middle">{size:,g}</text>'


def _target(target: float, unit: str, up: Scale) -> Iterator[str]:
    y = up.at(target)
    yield f'<path class="target" d="M{LEFT} {y}H{WIDE - RIGHT}"/>'
    yield f'<text class="target-words" x="{LEFT + 4}" y="{y - 6}">at most {target:,g} {escape(unit)}</text>'


def _line(panel: Panel, across: Scale, up: Scale) -> Iterator[str]:
    places = [(across.at(size), up.at(value)) for size, value in panel.points]
    yield f'<path class="line" d="M{" L".join(f"{x} {y}" for x, y in places)}"/>'
    for (x, y), (size, value) in zip(places, panel.points, strict=True):
        words = f"{value:,.3g} {panel.unit} at {size:,g}"
        yield f'<circle class="dot" cx="{x}" cy="{y}" r="5"><title>{escape(words)}</title></circle>'
        below = y + 20 if y < HIGH - BOTTOM - 24 else y - 12
        yield f'<text class="value" x="{x}" y="{below}" text-anchor="middle">{value:,.3g}</text>'


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw each file beside itself."""
    for name in sys.argv[1:] if arguments is None else arguments:
        file = Path(name)
        growth = Growth.model_validate_json(file.read_text())
        file.with_suffix(".svg").write_text(drawn(growth))


if __name__ == "__main__":
    main()
