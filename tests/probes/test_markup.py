"""XML of strangers is read, explained or refused, and never more than it is worth."""

from __future__ import annotations

import asyncio
import time

import pytest

from probes.kinds.markup import document
from probes.observation import Failure
from probes.outcome import Outcome

MIB = 1024 * 1024
BRIEF = 5  # seconds, where each way would take hours
LAUGHS = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))


def failure(body: bytes, *, doctype: bool = False) -> tuple[str, Outcome, str]:
    with pytest.raises(Failure) as found:
        asyncio.run(document(body, doctype=doctype))
    return str(found.value.reason), found.value.outcome, found.value.text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        pytest.param(b"<a>caf\xc3\xa9</a>", "café", id="in UTF-8, without a word"),
        pytest.param('<?xml version="1.0"?><a>café</a>'.encode("utf-16"), "café", id="in UTF-16"),
        pytest.param(
            b'<?xml version="1.0" encoding="ISO-8859-1"?><a>caf\xe9</a>', "café", id="in Latin 1"
        ),
        pytest.param(b"<a>1 &lt; 2 &#x41;</a>", "1 < 2 A", id="with the entities of XML itself"),
    ],
)
def test_a_document_is_read(body: bytes, text: str) -> None:
    assert asyncio.run(document(body)).text == text


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        pytest.param(b"<a>caf\xe9</a>", "text/xml; charset=ISO-8859-1", id="where it says nothing"),
        pytest.param(
            '<?xml version="1.0" encoding="UTF-8"?><a>café</a>'.encode(),
            "text/xml; charset=ISO-8859-1",
            id="not where it says it itself",
        ),
        pytest.param(
            "<a>café</a>".encode("utf-8-sig"),
            "text/xml;charset=latin1",
            id="not where it is marked",
        ),
        pytest.param("<a>café</a>".encode(), "text/xml", id="not where it says nothing either"),
    ],
)
def test_the_header_says_how_a_document_is_encoded(body: bytes, content_type: str) -> None:
    assert asyncio.run(document(body, content_type)).text == "café"


def test_a_charset_that_there_is_not_is_told() -> None:
    with pytest.raises(Failure, match="is encoded as klingon, which is no encoding"):
        asyncio.run(document(b"<a/>", "text/xml; charset=klingon"))


@pytest.mark.parametrize(
    ("body", "text"),
    [
        pytest.param(b" ", "the reply is empty, and a document of XML was expected", id="empty"),
        pytest.param(
            b'{"a": 1}', 'the reply is no XML: it begins with {"a": 1}', id="another format"
        ),
        pytest.param(
            b"<!DOCTYPE html><html><head><title>\nOops</title>",
            'the reply is a page of HTML titled "Oops"',
            id="an error page",
        ),
        pytest.param(
            b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "x" "y"><html xmlns="z"/>',
            "the reply is a page of HTML",
            id="an error page of XHTML",
        ),
        pytest.param(b"<a>\n<b></b>\n", "the document breaks off in line 3", id="broken off"),
        pytest.param(b"<a>\n<b", "the document breaks off in line 2", id="broken off in a tag"),
        pytest.param(
            b'<?xml version="1.0" encoding="UTF-8"?>\n<a>caf\xe9</a>',
            "the document is not encoded as it says, UTF-8: line 2 cannot be",
            id="Latin 1 that says it is UTF-8",
        ),
        pytest.param(
            b'<?xml version="1.0" encoding="UTF-16"?><a/>',
            "the document is not encoded as it says, UTF-16: line 1 cannot be",
            id="UTF-8 that says it is UTF-16",
        ),
        pytest.param(
            b'<?xml version="1.0" encoding="klingon"?><a/>',
            "the document is encoded as klingon, which is no encoding",
            id="an encoding that there is not",
        ),
        pytest.param(
            b"<a></b>",
            "the document is not well-formed: mismatched tag: line 1, column 5",
            id="ends that do not fit",
        ),
    ],
)
def test_what_is_none_is_explained(body: bytes, text: str) -> None:
    assert failure(body) == ("not_xml", Outcome.BAD, text)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<!---->" * 100 + b"x", id="comments that could be read as one"),
        pytest.param(b" " * MIB, id="blanks"),
        pytest.param(b"<html>" + b"<title>" * 100_000, id="titles that do not end"),
    ],
)
def test_what_can_be_looked_for_in_many_ways_is_looked_for_in_one(body: bytes) -> None:
    begun = time.perf_counter()
    assert failure(body)[0] == "not_xml"
    assert time.perf_counter() - begun < BRIEF


@pytest.mark.parametrize(
    ("body", "doctype", "what"),
    [
        pytest.param(
            b"<!DOCTYPE a [<!ENTITY l0 'ha'>" + LAUGHS + b"]><a>&l9;</a>",
            True,
            'an entity of its own, "l0"',
            id="a bomb of entities",
        ),
        pytest.param(
            b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>',
            True,
            'an entity of its own, "x"',
            id="a file of this machine",
        ),
        pytest.param(
            b'<!DOCTYPE a SYSTEM "http://elsewhere.example/"><a/>',
            False,
            "a document type (DTD), which nobody asked for",
            id="a document type where none belongs",
        ),
        pytest.param(
            b'<a xmlns="' + b"u" * 60_000 + b'" b="" c=""/>',
            False,
            "a namespace of more than 1000 characters",
            id="names that unfold with their namespace",
        ),
        pytest.param(
            b'<a b="' + b"c" * 200_000 + b'"/>',
            False,
            "a tag of more than 65536 bytes",
            id="a tag without end",
        ),
        pytest.param(
            b"<a>" * 300_001,
            False,
            "more than 300000 elements",
            id="elements in elements without end",
        ),
    ],
)
def test_what_could_do_harm_says_nothing_of_the_target(
    body: bytes,
    doctype: bool,  # noqa: FBT001
    what: str,
) -> None:
    told = f"the document has {what}: it is not read"
    assert failure(body, doctype=doctype) == ("xml_refused", Outcome.INCONCLUSIVE, told)


def test_an_encoding_that_we_cannot_read_is_no_fault_of_the_target() -> None:
    told = "the document is encoded as shift_jis, which is not read here"
    body = '<?xml version="1.0" encoding="shift_jis"?><a>地図</a>'.encode("shift_jis")
    assert failure(body) == ("xml_refused", Outcome.INCONCLUSIVE, told)


def test_a_document_type_that_a_standard_prescribes_is_neither_fetched_nor_applied() -> None:
    body = b'<!DOCTYPE a SYSTEM "http://elsewhere.example/" [<!ATTLIST b c CDATA "d">]><a><b/></a>'
    assert [each.attrib for each in asyncio.run(document(body, doctype=True))] == [{}]
