"""Services of maps are asked what they offer, and then to draw and to hand out what they say they have."""

from __future__ import annotations

import asyncio
import struct
import zlib
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from pydantic import ValidationError

from probes.dialogue import Surroundings
from probes.guard import networks
from probes.kinds.ogc import require_offered
from probes.observation import Failure, Observation
from probes.outcome import Outcome
from probes.prober import ask
from probes.specs.maps import WfsSpec, WmsSpec
from tests.servers.blackbox import Blackbox
from tests.servers.maps import MapServer

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Observe = Callable[..., Observation]
Route = Callable[[dict[str, bytes], list[bytes]], Talk]

GOOD, BAD, INCONCLUSIVE = Outcome.GOOD, Outcome.BAD, Outcome.INCONCLUSIVE
AUSTRIA = {"west": "9", "south": "46", "east": "18", "north": "49"}
OCEAN = {"west": "-30", "south": "0", "east": "-20", "north": "5"}
NOT_BLANK = {"field": "map", "op": "not_blank"}


def seen(spec: WmsSpec | WfsSpec) -> Observation:
    return asyncio.run(ask(spec, Surroundings(networks("127.0.0.0/8"))))


def wms(server: MapServer, **more: Any) -> WmsSpec:
    said = {"url": f"http://{server.host}:{server.port}/ows", "timeout": 5_000_000}
    usual = {"layer": server.there, "box": AUSTRIA, "width": 100, "height": 50}
    return WmsSpec.model_validate(said | usual | more)


def wfs(server: MapServer, **more: Any) -> WfsSpec:
    said = {"url": f"http://{server.host}:{server.port}/ows?", "timeout": 5_000_000}
    return WfsSpec.model_validate(said | {"feature_type": server.there} | more)


def verdict(found: Observation) -> tuple[Outcome, str | None, str]:
    return found.outcome, found.reason, found.text


@pytest.mark.parametrize("version", ["1.1.1", "1.3.0"])
@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"expected": [NOT_BLANK]}, id="in degrees"),
        pytest.param({"format": "image/jpeg"}, id="as a JPEG"),
        pytest.param(
            {"crs": "EPSG:4326", "box": {"west": "16", "south": "48", "east": "17", "north": "49"}},
            id="a part of it",
        ),
    ],
)
def test_a_map_is_drawn(mapserver: MapServer, version: str, more: dict[str, Any]) -> None:
    found = seen(wms(mapserver, version=version, **more))

    assert verdict(found) == (GOOD, None, "")
    assert {"step.capabilities", "step.map"} <= set(found.phases)


def test_axes_are_told_in_the_order_of_the_reference_system(mapserver: MapServer) -> None:
    turned = wms(mapserver, axes="east_first", expected=[NOT_BLANK])

    assert wms(mapserver).drawing["BBOX"] == "46,9,49,18"
    assert wms(mapserver, version="1.1.1").drawing["BBOX"] == "9,46,18,49"
    assert wms(mapserver, crs="CRS:84").drawing["BBOX"] == "9,46,18,49"
    assert verdict(seen(turned)) == (
        BAD,
        "bad_map",
        "expected: map is not blank; found: all of one colour",
    )


def test_a_map_of_nothing_is_blank(mapserver: MapServer) -> None:
    found = seen(wms(mapserver, box=OCEAN, expected=[NOT_BLANK]))
    assert verdict(found) == (
        BAD,
        "bad_map",
        "expected: map is not blank; found: all of one colour",
    )


def test_a_blank_map_passes_the_exporter_which_looks_at_no_picture(
    mapserver: MapServer, blackbox: Blackbox
) -> None:
    spec = wms(mapserver, box=OCEAN, expected=[NOT_BLANK])
    picture = {"header": "Content-Type", "regexp": "^image/png$"}
    module = {"prober": "http", "http": {"fail_if_header_not_matches": [picture]}}

    assert seen(spec).reason == "bad_map"
    assert blackbox.probe(module, mapserver.url(**spec.drawing))


@pytest.mark.parametrize("version", ["1.1.1", "1.3.0"])
def test_a_layer_whose_data_is_lost_is_bad_though_it_is_offered(
    mapserver: MapServer, version: str
) -> None:
    found = seen(wms(mapserver, version=version, layer=mapserver.lost))

    assert (found.outcome, found.reason) == (BAD, "service_error")
    assert found.text.startswith("step map: msDrawMap(): Image handling error. Failed to draw")


def test_what_a_service_does_not_offer_is_not_asked_for(mapserver: MapServer) -> None:
    expected = '"parks" is not offered, but everything, places, lost'
    found = seen(wms(mapserver, layer="parks"))
    assert verdict(found) == (BAD, "not_offered", f"step capabilities: {expected}")
    assert "step.map" not in found.phases

    features = seen(wfs(mapserver, feature_type="parks"))
    assert features.reason == "not_offered"


def test_a_format_that_the_service_does_not_have_is_told_in_its_words(mapserver: MapServer) -> None:
    found = seen(wms(mapserver, format="image/gif"))

    assert (found.outcome, found.reason) == (BAD, "service_error")
    assert found.text.startswith("step map: InvalidFormat: ")


@pytest.mark.parametrize(
    ("more", "number"),
    [
        pytest.param({"version": "1.0.0", "count": 2}, 2, id="by WFS 1.0.0"),
        pytest.param({"version": "1.1.0", "count": 2}, 2, id="by WFS 1.1.0"),
        pytest.param({"version": "2.0.0", "count": 2}, 2, id="by WFS 2.0.0"),
        pytest.param({"count": 100}, 3, id="all there are"),
        pytest.param({"format": "application/json", "count": 2}, 2, id="in JSON"),
    ],
)
def test_features_are_handed_out(mapserver: MapServer, more: dict[str, Any], number: int) -> None:
    counted = {"field": "features", "op": "count", "minimum": number, "maximum": number}

    found = seen(wfs(mapserver, expected=[counted], **more))

    assert verdict(found) == (GOOD, None, "")
    assert found.checked[-1].actual == f"{number} features"
    assert {"step.capabilities", "step.features"} <= set(found.phases)


def test_too_few_features_are_bad(mapserver: MapServer) -> None:
    found = seen(wfs(mapserver, expected=[{"field": "features", "op": "count", "minimum": 2}]))
    assert verdict(found) == (
        BAD,
        "bad_features",
        "expected: at least 2 features come; found: 1 features",
    )


@pytest.mark.parametrize(
    ("version", "status"),
    [
        pytest.param("1.0.0", "", id="by WFS 1.0.0, with status 200"),
        pytest.param("1.1.0", "", id="by WFS 1.1.0, with status 200"),
        pytest.param("2.0.0", "status 400: ", id="by WFS 2.0.0, with status 400"),
    ],
)
def test_an_error_is_told_in_each_versions_form(
    mapserver: MapServer, version: str, status: str
) -> None:
    found = seen(wfs(mapserver, version=version, feature_type=mapserver.lost))

    assert (found.outcome, found.reason) == (BAD, "service_error")
    assert found.text.startswith(f"step features: {status}NoApplicableCode: msOGRFileOpen(): OGR")


CAPABILITIES = b"""<WMS_Capabilities version="1.3.0" xmlns="http://www.opengis.net/wms"><Capability>
<Layer><Title>all</Title><Layer><Name> parks </Name></Layer></Layer></Capability></WMS_Capabilities>"""
OFFER = b"""<WFS_Capabilities version="2.0.0" xmlns="http://www.opengis.net/wfs/2.0"><FeatureTypeList>
<FeatureType><Name>city:parks</Name></FeatureType></FeatureTypeList></WFS_Capabilities>"""


def reply(body: bytes, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        told = struct.pack(">I", len(content)) + kind + content
        return told + struct.pack(">I", zlib.crc32(kind + content))

    said = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = zlib.compress(bytes((width + 1) * height))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", said) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def two_pages(first: bytes, second: bytes) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        writer.write(first if b"REQUEST=GetCapabilities" in request else second)
        await writer.drain()

    return talk


def parks(**more: Any) -> Callable[[int], WmsSpec]:
    said = {"layer": "parks", "box": AUSTRIA, "width": 4, "height": 3, "timeout": 2_000_000}
    return lambda port: WmsSpec.model_validate(
        {"url": f"http://127.0.0.1:{port}/wms?map=/parks.map", **said, **more}
    )


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        pytest.param(reply(png(4, 3)), (GOOD, None, ""), id="a picture as asked for"),
        pytest.param(
            reply(png(3, 4)),
            (
                BAD,
                "other_document",
                "step map: the reply is 3 by 4 pixels, and 4 by 3 were asked for",
            ),
            id="a picture of another size",
        ),
        pytest.param(
            reply(b"GIF89a\4\0\3\0\0\0\0;"),
            (
                BAD,
                "other_document",
                "step map: the reply is image/gif, and image/png was asked for",
            ),
            id="a picture of another kind",
        ),
        pytest.param(
            reply(png(4, 3)[:-12]),
            (BAD, "incomplete", "step map: the picture breaks off"),
            id="a picture that breaks off",
        ),
        pytest.param(
            reply(b"<html><title>Sorry</title>"),
            (BAD, "not_xml", 'step map: the reply is a page of HTML titled "Sorry"'),
            id="an error page",
        ),
        pytest.param(
            reply(b"<svg/>"),
            (BAD, "other_document", 'step map: the reply is a document, "svg", and no picture'),
            id="a document",
        ),
        pytest.param(
            reply(b"oops"),
            (BAD, "other_document", "step map: the reply is no picture: it begins with oops"),
            id="anything else",
        ),
        pytest.param(
            reply(b"gone", "500 Oops"),
            (BAD, "bad_status", "expected: step map: status is 200; found: 500"),
            id="a status that says enough",
        ),
    ],
)
def test_a_picture_is_what_was_asked_for(
    observe: Observe, picture: bytes, expected: tuple[Outcome, str, str]
) -> None:
    assert verdict(observe(two_pages(reply(CAPABILITIES), picture), parks())) == expected


@pytest.mark.parametrize(
    ("capabilities", "version", "expected"),
    [
        pytest.param(
            CAPABILITIES.replace(b"1.3.0", b"1.3.7"),
            "1.3.0",
            (
                BAD,
                "other_document",
                (
                    'the document is "{http://www.opengis.net/wms}WMS_Capabilities" of version 1.3.7,'
                    " and capabilities of WMS 1.3.0 were asked for"
                ),
            ),
            id="capabilities of another version",
        ),
        pytest.param(
            CAPABILITIES.replace(b"net/wms", b"net/wmsx"),
            "1.3.0",
            (
                BAD,
                "other_document",
                (
                    'the document is "{http://www.opengis.net/wmsx}WMS_Capabilities" of version 1.3.0,'
                    " and capabilities of WMS 1.3.0 were asked for"
                ),
            ),
            id="capabilities of another namespace",
        ),
        pytest.param(
            CAPABILITIES.replace(b"<Name> parks </Name>", b""),
            "1.3.0",
            (BAD, "not_offered", '"parks" is not offered, but nothing'),
            id="capabilities of nothing",
        ),
        pytest.param(
            b'<!DOCTYPE x SYSTEM "http://elsewhere.example/"><WMT_MS_Capabilities version="1.1.1">'
            b"<Layer><Name>parks</Name></Layer></WMT_MS_Capabilities>",
            "1.1.1",
            (GOOD, None, ""),
            id="a document type where the standard has one",
        ),
        pytest.param(
            b'<!DOCTYPE x SYSTEM "http://elsewhere.example/">' + CAPABILITIES,
            "1.3.0",
            (
                INCONCLUSIVE,
                "xml_refused",
                "the document has a document type (DTD), which nobody asked for: it is not read",
            ),
            id="a document type where it has none",
        ),
    ],
)
def test_capabilities_are_what_was_asked_for(
    observe: Observe, capabilities: bytes, version: str, expected: tuple[Outcome, str, str]
) -> None:
    talk = two_pages(reply(capabilities), reply(png(4, 3)))
    outcome, reason, text = expected
    told = f"step capabilities: {text}" if text else ""
    assert verdict(observe(talk, parks(version=version))) == (outcome, reason, told)


@pytest.mark.parametrize(
    ("features", "more", "expected"),
    [
        pytest.param(
            b'{"type": "FeatureCollection", "features": [{}]}',
            {"format": "geojson"},
            (GOOD, None, ""),
            id="a collection in JSON",
        ),
        pytest.param(
            b'{"type": "Feature"}',
            {"format": "geojson"},
            (BAD, "other_document", 'the reply is no collection of features in JSON: "Feature"'),
            id="another document in JSON",
        ),
        pytest.param(
            b'{"type": "FeatureCollection", "features": [{}]}',
            {},
            (
                BAD,
                "not_xml",
                'the reply is no XML: it begins with {"type": "FeatureCollection", "features": [{}]}',
            ),
            id="JSON where nobody asked for it",
        ),
        pytest.param(
            b'<FeatureCollection xmlns="http://www.opengis.net/wfs"/>',
            {},
            (
                BAD,
                "other_document",
                (
                    'the document is "{http://www.opengis.net/wfs}FeatureCollection",'
                    " and features of WFS 2.0.0 were asked for"
                ),
            ),
            id="a collection of another version",
        ),
        pytest.param(
            b'<FeatureCollection xmlns="http://www.opengis.net/wfs/2.0" numberReturned="5"/>',
            {},
            (BAD, "bad_features", "expected: at least 1 features come; found: 0 features"),
            id="a collection that says more than it has",
        ),
        pytest.param(
            b'<ExceptionReport xmlns="http://www.opengis.net/ows/1.1"/>',
            {},
            (BAD, "service_error", "it tells of an error without a word"),
            id="an error without a word",
        ),
    ],
)
def test_features_are_what_was_asked_for(
    observe: Observe, features: bytes, more: dict[str, Any], expected: tuple[Outcome, str, str]
) -> None:
    def spec(port: int) -> WfsSpec:
        said = {"feature_type": "parks", "timeout": 2_000_000}
        return WfsSpec.model_validate({"url": f"http://127.0.0.1:{port}/wfs"} | said | more)

    outcome, reason, text = expected
    told = f"step features: {text}" if reason and not reason.startswith("bad_") else text
    found = observe(two_pages(reply(OFFER), reply(features)), spec)
    assert verdict(found) == (outcome, reason, told)


def test_both_pages_are_asked_for_as_the_target_wants_it(observe: Observe) -> None:
    asked: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(reply(png(4, 3) if b"GetMap" in asked[-1] else CAPABILITIES))
        await writer.drain()

    observe(talk, parks(headers={"X-Who": "slamon"}, style="green & blue"))

    assert asked[0].startswith(
        b"GET /wms?map=/parks.map&SERVICE=WMS&VERSION=1.3.0&REQUEST=GetCapabilities HTTP/1.1\r\n"
    )
    assert b"&STYLES=green%20%26%20blue&CRS=EPSG:4326&BBOX=46,9,49,18&" in asked[1]
    assert all(b"\r\nX-Who: slamon\r\n" in each for each in asked)


@pytest.mark.parametrize(
    ("wanted", "names", "there"),
    [
        pytest.param("city:parks", ["city:parks"], True, id="by its whole name"),
        pytest.param("parks", ["city:parks"], True, id="by its name without a prefix"),
        pytest.param("town:parks", ["city:parks"], False, id="by another prefix"),
        pytest.param("park", ["parks"], False, id="by a part of its name"),
    ],
)
def test_a_name_is_offered(wanted: str, names: list[str], *, there: bool) -> None:
    if there:
        require_offered(wanted, names)
    else:
        with pytest.raises(Failure, match="is not offered"):
            require_offered(wanted, names)


@pytest.mark.parametrize(
    ("stated", "fault"),
    [
        pytest.param({"version": "1.2.0"}, "version", id="a version that there is not"),
        pytest.param({"box": AUSTRIA | {"west": "20"}}, "west must be less than east", id="a box"),
        pytest.param(
            {"box": AUSTRIA | {"north": "4900000"}}, "none of degrees", id="a box of metres"
        ),
        pytest.param({"crs": "EPSG:5514"}, "state axes", id="axes that nobody knows"),
        pytest.param({"crs": "CRS:84", "version": "1.1.1"}, "EPSG:4326", id="CRS:84 in 1.1.1"),
        pytest.param(
            {"format": "image/jpeg", "expected": [NOT_BLANK]},
            "told of image/png only",
            id="a JPEG that is not to be blank",
        ),
        pytest.param({"url": "http://m.example/?Layers=x"}, 'say "Layers"', id="layers said twice"),
        pytest.param({"width": 5000}, "width", id="a picture without end"),
    ],
)
def test_what_could_not_be_drawn_is_refused(stated: dict[str, Any], fault: str) -> None:
    usual = {"url": "http://maps.example/", "timeout": 1, "layer": "parks", "box": AUSTRIA}
    with pytest.raises(ValidationError, match=fault):
        WmsSpec.model_validate(usual | stated)


def test_what_an_agent_is_told_means_the_same_to_it() -> None:
    drawn = parks(box=AUSTRIA | {"west": "9.50"}, expected=[NOT_BLANK])(80)
    assert WmsSpec.model_validate_json(drawn.model_dump_json(by_alias=True)) == drawn
