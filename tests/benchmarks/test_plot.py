"""A picture of growth is well-formed, holds every value once, and keeps everything on its card."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from benchmarks.plot import Growth, Panel, Scale, drawn, main

SVG = "{http://www.w3.org/2000/svg}"
SECONDS = Panel(
    title="Rebuild <availability>",
    unit="s",
    points=((10, 0.21), (100, 1.9), (1000, 19.4)),
    target=20,
    by_tens=True,
)
MEMORY = Panel(title="Memory", unit="MB", points=((10, 71), (100, 73.6), (1000, 75)), target=200)
GROWTH = Growth(about="Rebuild & memory", sizes="service-years", panels=(SECONDS, MEMORY))


def test_every_value_and_every_size_can_be_read() -> None:
    picture = ET.fromstring(drawn(GROWTH))  # noqa: S314  # our own

    said = [text.text for text in picture.iter(f"{SVG}text")]
    assert {"0.21", "1.9", "19.4", "71", "73.6", "75", "1,000"} <= set(said)
    assert {"at most 20 s", "at most 200 MB", "Rebuild <availability>"} <= set(said)
    assert len(list(picture.iter(f"{SVG}circle"))) == 6
    assert picture.findtext(f"{SVG}title") == "Rebuild & memory"


@pytest.mark.parametrize("panel", [SECONDS, MEMORY], ids=["by tens", "evenly"])
def test_dots_stand_on_the_card_in_the_order_of_their_values(panel: Panel) -> None:
    picture = ET.fromstring(drawn(GROWTH.model_copy(update={"panels": (panel,)})))  # noqa: S314  # our own

    places = [
        (float(dot.get("cx", 0)), float(dot.get("cy", 0))) for dot in picture.iter(f"{SVG}circle")
    ]
    assert places == sorted(places, key=lambda place: (place[0], -place[1]))
    assert all(52 < x < 334 and 58 <= y <= 206 for x, y in places)


def test_lines_stand_at_round_values() -> None:
    assert Scale(0, 200, 206, 58, by_tens=False).marks() == [0, 50, 100, 150, 200]
    assert Scale(0.1, 100, 206, 58, by_tens=True).marks() == [0.1, 1, 10, 100]
    assert Scale(10, 1000, 60, 326, by_tens=True).at(100) == 193


def test_the_picture_stands_beside_its_figures(tmp_path: Path) -> None:
    (tmp_path / "rebuild.json").write_text(GROWTH.model_dump_json())

    main([str(tmp_path / "rebuild.json")])

    assert (tmp_path / "rebuild.svg").read_text() == drawn(GROWTH)
