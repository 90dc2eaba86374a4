"""XML of strangers: read piece by piece, without entities and with nothing fetched; what is none is explained."""

from __future__ import annotations

import asyncio
import re
from xml.etree.ElementTree import Element, ParseError, TreeBuilder
from xml.parsers.expat import errors

from defusedxml import DefusedXmlException, DTDForbidden, EntitiesForbidden
from defusedxml.ElementTree import XMLParser

from probes.conditions.requirement import excerpt
from probes.observation import Failure, Reason, inconclusive

PIECE = (
    16 * 1024
)  # between two the loop may turn: a document of a megabyte must not stop other probes
LONGEST_TAG = 64 * 1024
LONGEST_HEAD = 64 * 1024  # of a page of HTML, in which its title stands
LONGEST_NAMESPACE = 1000  # each name beneath it is kept together with it
MOST_ELEMENTS = 300_000  # capabilities of 16 MiB have about as many

_HTML = re.compile(
    # Never back over what was taken: a target could have it tried in more ways than there is time for.
    rb"(?:\xef\xbb\xbf)?\s*+(?:<\?xml[^>]*\?>)?+\s*+(?:(?><!--.*?-->)\s*+)*+(?:<!doctype\s+html|<html[\s>])",
    re.IGNORECASE | re.DOTALL,
)
_TITLE = re.compile(rb"<title[^>]{0,200}>(.{0,1000}?)</title", re.IGNORECASE | re.DOTALL)
MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")  # of UTF-8 and UTF-16
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
_ENCODING = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")
_BROKEN_OFF = frozenset(
    errors.codes[each]
    for each in (
        errors.XML_ERROR_NO_ELEMENTS,
        errors.XML_ERROR_UNCLOSED_TOKEN,
        errors.XML_ERROR_PARTIAL_CHAR,
        errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
)
_MISENCODED = frozenset(
    errors.codes[each]
    for each in (errors.XML_ERROR_UNKNOWN_ENCODING, errors.XML_ERROR_INCORRECT_ENCODING)
)


async def document(body: bytes, content_type: str = "", *, doctype: bool = False) -> Element:
    """Read a document; only with `doctype` may it name a definition (DTD), which is not read.

    Where it does not say itself how it is encoded, the charset of its `content_type` does.

    Raises:
        Failure: it is no XML; inconclusive where it is of a kind that nobody should read.

    """
    if _HTML.match(body):
        title = _TITLE.search(body, 0, LONGEST_HEAD)
        told = f' titled "{excerpt(title[1].decode(errors="replace").strip())}"' if title else ""
        raise Failure(Reason.NOT_XML, f"the reply is a page of HTML{told}")
    charset = None if _says_its_encoding(body) else _charset(content_type)
    encoding = charset or _declared(body)
    try:
        return await _read(body, charset, doctype=doctype)
    except (DefusedXmlException, _TooLargeError) as refusal:
        raise inconclusive(Reason.XML_REFUSED, _refused(refusal)) from None
    except ParseError as fault:
        raise Failure(Reason.NOT_XML, _explained(body, fault, encoding)) from None
    except LookupError:
        text = f"the document is encoded as {encoding}, which is no encoding"
        raise Failure(Reason.NOT_XML, text) from None
    except ValueError:  # expat's own binding reads no encoding of several bytes but Unicode's
        text = f"the document is encoded as {encoding}, which is not read here"
        raise inconclusive(Reason.XML_REFUSED, text) from None


async def _read(body: bytes, charset: str | None, *, doctype: bool) -> Element:
    parser = XMLParser(target=_Bounded(), encoding=charset, forbid_dtd=not doctype)
    parser.parser.StartNamespaceDeclHandler = _require_short
    parser.parser.specified_attributes = (
        True  # defaults of a document type would be set for each element
    )
    for start in range(0, len(body), PIECE):
        parser.feed(body[start : start + PIECE])
        if start - parser.parser.CurrentByteIndex > LONGEST_TAG:
            raise _TooLargeError(f"a tag of more than {LONGEST_TAG} bytes")
        await asyncio.sleep(0)
    found: Element = parser.close()
    return found


class _TooLargeError(Exception):
    """What would cost more to read than a document is allowed to."""


class _Bounded(TreeBuilder):
    """Builds a tree of so many elements at the most."""

    def __init__(self) -> None:
        super().__init__()
        self._left = MOST_ELEMENTS

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        """Begin an element."""
        self._left -= 1
        if self._left < 0:
            raise _TooLargeError(f"more than {MOST_ELEMENTS} elements")
        return super().start(tag, attrs)


def _require_short(_: str | None, namespace: str | None) -> None:
    if namespace and len(namespace) > LONGEST_NAMESPACE:
        raise _TooLargeError(f"a namespace of more than {LONGEST_NAMESPACE} characters")


def _refused(refusal: Exception) -> str:
    match refusal:
        case EntitiesForbidden():
            what = f'an entity of its own, "{excerpt(str(refusal.name))}"'
        case DTDForbidden():
            what = "a document type (DTD), which nobody asked for"
        case _TooLargeError():
            what = str(refusal)
        case _:
            what = "something that would have to be fetched from elsewhere"
    return f"the document has {what}: it is not read"


def _explained(body: bytes, fault: ParseError, encoding: str) -> str:
    line, column = fault.position
    begun = body.lstrip()[:60]
    if not begun:
        return "the reply is empty, and a document of XML was expected"
    if fault.code in _MISENCODED or _misencoded(body, line, column):
        return f"the document is not encoded as it says, {encoding}: line {line} cannot be"
    if not begun.startswith((b"<", *MARKS)):
        return f"the reply is no XML: it begins with {excerpt(begun.decode(errors='replace'))}"
    if fault.code in _BROKEN_OFF:
        return f"the document breaks off in line {line}"
    return f"the document is not well-formed: {fault}"


def _misencoded(body: bytes, line: int, column: int) -> bool:
    """Whether reading stopped at a byte that is none of ASCII's, so that its encoding decides on it."""
    lines = body.split(b"\n", line)
    rest = lines[line - 1] if line <= len(lines) else b""
    return any(each >= 0x80 for each in rest[column : column + 4])  # noqa: PLR2004 - beyond ASCII


def _says_its_encoding(body: bytes) -> bool:
    return body.startswith(MARKS) or _ENCODING.match(body.lstrip()) is not None


def _declared(body: bytes) -> str:
    found = _ENCODING.match(body.lstrip())
    return found[1].decode() if found else "UTF-8"


def _charset(content_type: str) -> str | None:
    found = _CHARSET.search(content_type)
    return found[1] if found else None
