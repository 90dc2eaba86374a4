"""What documents of OGC's services say: capabilities of WMS and WFS, features, and errors in each version's form."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element

from probes.conditions.requirement import excerpt
from probes.observation import Failure, Reason

OGC = "{http://www.opengis.net/ogc}"
WMS = "{http://www.opengis.net/wms}"
WFS = "{http://www.opengis.net/wfs}"
WFS2 = "{http://www.opengis.net/wfs/2.0}"
GML = "{http://www.opengis.net/gml}"
OWS = "{http://www.opengis.net/ows}"
OWS11 = "{http://www.opengis.net/ows/1.1}"

SHOWN = 5

# By kind and version: the namespace, the root, and the elements that have the names of what is offered.
_CAPABILITIES = {
    ("wms", "1.1.1"): ("", "WMT_MS_Capabilities", "Layer"),
    ("wms", "1.3.0"): (WMS, "WMS_Capabilities", "Layer"),
    ("wfs", "1.0.0"): (WFS, "WFS_Capabilities", "FeatureType"),
    ("wfs", "1.1.0"): (WFS, "WFS_Capabilities", "FeatureType"),
    ("wfs", "2.0.0"): (WFS2, "WFS_Capabilities", "FeatureType"),
}


def error_of(root: Element) -> str | None:
    """What a document says of errors, in words; None where it is none of errors."""
    for space in ("", OGC):  # WMS, and WFS 1.0.0
        if root.tag == f"{space}ServiceExceptionReport":
            return _told(
                (each.get("code"), each.text) for each in root.iter(f"{space}ServiceException")
            )
    for space in (OWS, OWS11):
        if root.tag == f"{space}ExceptionReport":
            return _told(
                (each.get("exceptionCode"), each.findtext(f"{space}ExceptionText"))
                for each in root.iter(f"{space}Exception")
            )
    return None


def _told(errors: Iterable[tuple[str | None, str | None]]) -> str:
    said = (
        ": ".join(filter(None, (code, " ".join((text or "").split())))) for code, text in errors
    )
    return excerpt("; ".join(filter(None, said))) or "it tells of an error without a word"


def offered(root: Element, kind: str, version: str) -> list[str]:
    """List the names of the layers or types that capabilities offer.

    Raises:
        Failure: they are none, or of another version.

    """
    space, name, what = _CAPABILITIES[kind, version]
    if root.tag != f"{space}{name}" or root.get("version") != version:
        told = root.get("version")
        found = f'"{excerpt(root.tag)}"' + (f" of version {excerpt(told)}" if told else "")
        text = (
            f"the document is {found}, and capabilities of {kind.upper()} {version} were asked for"
        )
        raise Failure(Reason.OTHER_DOCUMENT, text)
    names = (each.findtext(f"{space}Name") or "" for each in root.iter(f"{space}{what}"))
    return [name.strip() for name in names if name.strip()]


def require_offered(wanted: str, names: list[str]) -> None:
    """Check that a name is among those offered; one without a prefix may be offered with any.

    Raises:
        Failure: it is not.

    """
    bare = ":" not in wanted
    if wanted in names or (bare and wanted in {name.rpartition(":")[2] for name in names}):
        return
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    said = f"{', '.join(map(excerpt, names[:SHOWN]))}{more}" if names else "nothing"
    raise Failure(Reason.NOT_OFFERED, f'"{wanted}" is not offered, but {said}')


def features_in(root: Element, version: str) -> int:
    """Count the features of a collection.

    Raises:
        Failure: it is none, or of another version.

    """
    space = WFS2 if version == "2.0.0" else WFS
    if root.tag != f"{space}FeatureCollection":
        text = (
            f'the document is "{excerpt(root.tag)}", and features of WFS {version} were asked for'
        )
        raise Failure(Reason.OTHER_DOCUMENT, text)
    if version == "2.0.0":
        return len(root.findall(f"{space}member"))
    together = sum(len(each) for each in root.iterfind(f"{GML}featureMembers"))
    return together + len(root.findall(f"{GML}featureMember"))
