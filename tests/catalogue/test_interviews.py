"""Harvests and maps as documents state them are what agents are told."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from catalogue.compile import spec_of
from catalogue.interviews import OaiProbe, WfsProbe, WmsProbe
from catalogue.weaknesses import weaknesses
from probes.conditions.harvest import RecordsFresh, RepositoryNamed
from probes.conditions.maps import FeaturesCount, MapNotBlank
from probes.conditions.timing import LatencyAtMost
from probes.spec import ProbeSpec
from probes.specs.harvest import HarvestSpec
from probes.specs.maps import Box, WfsSpec, WmsSpec
from probes.specs.web import BasicAuth

URL = "https://cat.example/x?map=y"
LEAST = {
    "id": "p",
    "service": "svc",
    "target": URL,
    "demo_target": "http://127.0.0.1/",
    "timeout": "PT5S",
    "prov": {"_": "I"},
}
BBOX = {"west": "5.90", "south": "47", "east": "15", "north": "55"}
WEB = {
    "headers": {"X-Who": "me"},
    "secret_headers": {"X-Key": "env:KEY"},
    "auth": {"basic": {"user": "env:U", "password": "env:P"}},
    "redirects": 1,
    "max_body": 4096,
    "verify": "off",
    "family": "ipv6",
}
TOLD_OF_WEB: dict[str, Any] = {
    "headers": {"X-Who": "me"},
    "secret_headers": {"X-Key": "env:KEY"},
    "basic": BasicAuth(user="env:U", password="env:P"),
    "redirects": 1,
    "max_body": 4096,
    "verify": False,
    "family": "ipv6",
}
SHOWN = Box(west=Decimal("5.90"), south=Decimal(47), east=Decimal(15), north=Decimal(55))


@pytest.mark.parametrize(
    ("model", "stated", "told"),
    [
        pytest.param(
            OaiProbe,
            {"kind": "oai_pmh"},
            HarvestSpec(url=URL, timeout=5_000_000),
            id="a harvest of few words",
        ),
        pytest.param(
            OaiProbe,
            {
                "kind": "oai_pmh",
                "metadata_prefix": "marcxml",
                "set": "a:b",
                "deletions": "counted",
                "expect": ["repository named ^P", "records fresher than P2D else degraded"],
                **WEB,
            },
            HarvestSpec(
                url=URL,
                timeout=5_000_000,
                metadata_prefix="marcxml",
                set_="a:b",
                deletions="counted",
                expected=(
                    RepositoryNamed(pattern="^P"),
                    RecordsFresh(within=172_800_000_000, severity="degraded"),
                ),
                **TOLD_OF_WEB,
            ),
            id="a harvest of all words",
        ),
        pytest.param(
            WmsProbe,
            {"kind": "wms", "layer": "parks", "bbox": BBOX},
            WmsSpec(url=URL, timeout=5_000_000, layer="parks", box=SHOWN),
            id="a map of few words",
        ),
        pytest.param(
            WmsProbe,
            {
                "kind": "wms",
                "version": "1.1.1",
                "layer": "city:parks",
                "style": "green",
                "crs": "EPSG:5514",
                "axes": "north_first",
                "bbox": BBOX,
                "width": 64,
                "height": 32,
                "format": "image/png",
                "expect": ["map not blank", "latency step.map within PT2S"],
                **WEB,
            },
            WmsSpec(
                url=URL,
                timeout=5_000_000,
                version="1.1.1",
                layer="city:parks",
                style="green",
                crs="EPSG:5514",
                axes="north_first",
                box=SHOWN,
                width=64,
                height=32,
                expected=(MapNotBlank(), LatencyAtMost(phase="step.map", most=2_000_000)),
                **TOLD_OF_WEB,
            ),
            id="a map of all words",
        ),
        pytest.param(
            WfsProbe,
            {"kind": "wfs", "feature_type": "parks", "expect": ["latency total within PT2S"]},
            WfsSpec(
                url=URL,
                timeout=5_000_000,
                feature_type="parks",
                expected=(FeaturesCount(minimum=1), LatencyAtMost(most=2_000_000)),
            ),
            id="features, at least one where their number is not stated",
        ),
        pytest.param(
            WfsProbe,
            {
                "kind": "wfs",
                "version": "1.0.0",
                "feature_type": "city:parks",
                "count": 9,
                "format": "geojson",
                "expect": ["features to 8"],
                **WEB,
            },
            WfsSpec(
                url=URL,
                timeout=5_000_000,
                version="1.0.0",
                feature_type="city:parks",
                count=9,
                format="geojson",
                expected=(FeaturesCount(maximum=8),),
                **TOLD_OF_WEB,
            ),
            id="features of all words",
        ),
    ],
)
def test_agents_are_told_what_is_stated(
    model: type[OaiProbe | WmsProbe | WfsProbe], stated: dict[str, Any], told: ProbeSpec
) -> None:
    probe = model.model_validate(LEAST | stated, strict=False)

    assert spec_of(probe, None) == told
    assert bool(weaknesses(probe)) is ("verify" in stated)


def test_a_secret_that_goes_without_tls_is_called_weak() -> None:
    stated = {
        "kind": "oai_pmh",
        "target": "http://oai.example/",
        **WEB,
        "verify": "on",
        "auth": None,
    }
    probe = OaiProbe.model_validate(LEAST | stated, strict=False)

    assert weaknesses(probe) == (
        "a secret goes to the target without TLS: whoever listens on the way learns it",
    )
