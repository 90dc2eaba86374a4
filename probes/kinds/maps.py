"""Maps: a service is asked what it offers, and then for a real picture (WMS) or for real features (WFS)."""

from __future__ import annotations

from dataclasses import replace

from probes.conditions.documents import value_at
from probes.conditions.reply import MapAnswer, Reply
from probes.conditions.requirement import excerpt
from probes.dialogue import Dialogue
from probes.kinds.interview import Interview
from probes.kinds.ogc import error_of, features_in, offered, require_offered
from probes.kinds.pictures import UnreadableError, blank, picture_of
from probes.observation import Failure, Reason
from probes.specs.maps import CAPABILITIES, FEATURES, MAP, WfsSpec, WmsSpec


async def draw(spec: WmsSpec, dialogue: Dialogue) -> Reply:
    """Ask for capabilities and for a picture, and return the last reply.

    Raises:
        Failure: a step had no complete reply, or another one than was asked for.

    """
    interview = Interview(spec, dialogue)
    asked = {"SERVICE": "WMS", "VERSION": spec.version, "REQUEST": "GetCapabilities"}
    earlier = spec.version == "1.1.1"  # its documents name a type (DTD)
    root = await interview.document(CAPABILITIES, asked, error_of, doctype=earlier)
    if root is None:
        return interview.reply()
    require_offered(spec.layer, offered(root, spec.kind, spec.version))
    reply = await interview.ask(MAP, spec.drawing, error_of)
    if reply is None:
        return interview.reply()
    found = await _drawn(spec, interview, reply)
    return replace(interview.reply(), map=found)


async def _drawn(spec: WmsSpec, interview: Interview, reply: Reply) -> MapAnswer:
    body = reply.body or b""
    picture = picture_of(body)
    if picture is None:
        if _is_marked_up(body):
            root = await interview.read(reply, error_of, doctype=True)
            raise _other(f'a document, "{excerpt(root.tag)}", and no picture')
        raise _other(f"no picture: it begins with {excerpt(body[:40].decode(errors='replace'))}")
    if picture.format != spec.format:
        raise _other(f"{picture.format}, and {spec.format} was asked for")
    if (picture.width, picture.height) != (spec.width, spec.height):
        size = f"{picture.width} by {picture.height} pixels"
        raise _other(f"{size}, and {spec.width} by {spec.height} were asked for")
    if not picture.whole:
        raise Failure(Reason.INCOMPLETE, "the picture breaks off")
    try:
        with interview.reading():
            return MapAnswer(blank=await blank(body) if spec.looks else None)
    except UnreadableError as fault:
        raise _other(f"a picture that cannot be read: {fault}") from None


async def fetch(spec: WfsSpec, dialogue: Dialogue) -> Reply:
    """Ask for capabilities and for features, and return the last reply.

    Raises:
        Failure: a step had no complete reply, or another one than was asked for.

    """
    interview = Interview(spec, dialogue)
    asked = {"SERVICE": "WFS", "VERSION": spec.version, "REQUEST": "GetCapabilities"}
    if spec.version != "1.0.0":
        asked["ACCEPTVERSIONS"] = spec.version  # as OWS Common has it; some heed the other only
    root = await interview.document(CAPABILITIES, asked, error_of)
    if root is None:
        return interview.reply()
    require_offered(spec.feature_type, offered(root, spec.kind, spec.version))
    reply = await interview.ask(FEATURES, spec.fetching, error_of)
    if reply is None:
        return interview.reply()
    if spec.format and "json" in spec.format.lower() and not _is_marked_up(reply.body or b""):
        found = _in_json(reply)
    else:
        found = features_in(await interview.read(reply, error_of), spec.version)
    return replace(interview.reply(), map=MapAnswer(features=found))


def _in_json(reply: Reply) -> int:
    _, kind, told = value_at(reply.body, "type")
    _, features, _ = value_at(reply.body, "features")
    if kind != "FeatureCollection" or not isinstance(features, list):
        raise _other(f"no collection of features in JSON: {told}")
    return len(features)


def _is_marked_up(body: bytes) -> bool:
    return body.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"<", b"\xff\xfe", b"\xfe\xff"))


def _other(text: str) -> Failure:
    return Failure(Reason.OTHER_DOCUMENT, f"the reply is {text}")
