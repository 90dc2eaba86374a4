"""The kinds of value that documents are written in; each is parsed once, here."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import BeforeValidator, Field, PlainSerializer, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from catalogue.instants import InstantError, parse_clock, parse_duration, parse_instant, zone
from catalogue.problems import closest

# Zones are far apart: a name that is merely similar is another place.
_SAME_ZONE = 0.9
INLINE_SECRET = (
    "a secret never stands in a document; name where the agent finds it",
    '"env:NAME"',
)
_UNITS = (
    (r"s|secs?|seconds?", "PT{}S"),
    (r"m|mins?|minutes?", "PT{}M"),
    (r"h|hrs?|hours?", "PT{}H"),
    (r"d|days?", "P{}D"),
    (r"w|weeks?", "P{}W"),
    (r"months?", "P{}M"),
    (r"y|yrs?|years?", "P{}Y"),
)


def wrong(
    message: str, proposal: str | None = None, at: tuple[str | int, ...] = ()
) -> PydanticCustomError:
    """Say what is wrong with a value, what was probably meant, and where inside of it the fault stands."""
    return PydanticCustomError(
        "document", "{said}", {"said": message, "proposal": proposal, "at": at}
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise wrong(f"{value!r} is not a text", f'"{value}"')
    return value


def _decimal(value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        raise wrong("a decimal number must be quoted, or digits may be lost", f'"{value}"')
    if not isinstance(value, str) or not re.fullmatch(r"-?\d+(\.\d+)?", value):
        raise wrong(f'{value!r} is not a decimal number like "99.50"')
    return Decimal(value)


def _amount(value: object) -> Decimal:
    amount = _decimal(value)
    if amount.is_signed():
        raise wrong(f"an amount cannot be negative: {amount}", f'"{-amount}"')
    return amount


def _rate(value: object) -> Decimal:
    rate = _decimal(value)
    if rate <= 0:
        raise wrong(f"a rate must be above zero: {rate}")
    return rate


def _percent(value: object) -> Decimal:
    percent = _amount(value)
    if percent > 100:  # noqa: PLR2004 - that is what percent means
        raise wrong(f"a share cannot exceed 100 percent: {percent}")
    return percent


def _bound(value: object) -> Decimal | str:
    if isinstance(value, str) and value.startswith("P"):
        return _exact_length(value)
    bound = _decimal(value)
    if bound.is_signed():
        raise wrong(f"a bound cannot be below zero: {bound}", f'"{-bound}"')
    return bound


def _exact_length(text: str) -> str:
    try:
        parse_duration(_duration(text)).exact()
    except InstantError as fault:
        raise wrong(str(fault)) from None
    return text


def _duration(value: object) -> str:
    seconds = isinstance(value, int) and not isinstance(value, bool)
    text = str(value) if seconds else _text(value)
    try:
        parse_duration(text)
    except InstantError:
        shown = text if seconds else f'"{text}"'
        said = f'{shown} is not a duration like "PT1H", "P3D" or "P1M"'
        raise wrong(said, meant_duration(text)) from None
    return text


def meant_duration(text: str) -> str | None:
    """Read what people write for a duration, quoted: "5 min", "90sec", "2 days", "pt5m", "60" for seconds."""
    if text.isdecimal():
        return meant_duration(f"{text} s")
    found = re.fullmatch(r"(\d+)\s*([a-z]+)", text.casefold())
    form = next((form for words, form in _UNITS if found and re.fullmatch(words, found[2])), None)
    fix = form.format(found[1]) if form and found else text.upper()
    return f'"{fix}"' if _lasts(fix) else None


def _lasts(text: str) -> bool:
    try:
        parse_duration(text)
    except InstantError:
        return False
    return True


def _zone(value: object) -> str:
    name = _text(value)
    try:
        zone(name)
    except InstantError:
        proposal = _meant_zone(name)
        said = f'there is no time zone "{name}"'
        advice = "" if proposal else "; write an IANA name like Europe/Berlin"
        raise wrong(said + advice, proposal) from None
    return name


def _meant_zone(name: str) -> str | None:
    """Find a zone misspelt, in other letters, or named by its city alone."""
    known = sorted(available_timezones())
    meant = name.casefold().replace(" ", "_")
    for zone_name in known:
        if meant in {zone_name.casefold(), zone_name.casefold().rpartition("/")[2]}:
            return f'"{zone_name}"'
    return closest(name, known, likeness=_SAME_ZONE)


def _hour(value: object) -> str:
    text = _text(value)
    try:
        parse_clock(text)
    except InstantError:
        said = f'"{text}" is no time of day; a day runs from "00:00" to "24:00"'
        raise wrong(said) from None
    return text


def _instant(value: object) -> str:
    text = _text(value)
    try:
        parse_instant(text)
    except InstantError as fault:
        raise wrong(str(fault)) from None
    return text


def _regex(value: object) -> str:
    text = _text(value)
    try:
        re.compile(text)
    except re.error as fault:
        raise wrong(f'"{text}" is not a regular expression: {fault}') from None
    return text


def _secret(value: object) -> str:
    # The value itself is never repeated: it may be the secret.
    if not isinstance(value, str) or not value.startswith(("env:", "file:")):
        raise wrong(*INLINE_SECRET)
    if value.startswith("env:") and not re.fullmatch(r"env:[A-Za-z_][A-Za-z0-9_]*", value):
        raise wrong(
            "env: names a variable by letters, digits and _, and no digit comes first", '"env:NAME"'
        )
    if value.startswith("file:") and not re.fullmatch(r"file:/.+", value):
        raise wrong("file: names a file by its whole path", '"file:/run/secrets/NAME"')
    return value


def _secret_file(value: object) -> str:
    found = _secret(value)
    if not found.startswith("file:"):
        raise wrong("a certificate and its key are files", '"file:/run/secrets/NAME"')
    return found


def _json_path(value: object) -> str:
    text = _text(value)
    if not re.fullmatch(r"[^.\s]+(\.[^.\s]+)*", text):
        said = f'"{text}" is no path into JSON: steps joined by dots, without spaces'
        meant = ".".join(re.findall(r"[^.\s]+", text))
        raise wrong(said, f'"{meant}"' if meant else None)
    return text


def _status(value: object) -> int | str:
    if isinstance(value, int) and not isinstance(value, bool) and 100 <= value <= 599:  # noqa: PLR2004 - RFC 9110
        return value
    found = re.fullmatch(r"([1-5])xx|([1-5]\d\d)-([1-5]\d\d)", str(value))
    if found and (found[1] or found[2] <= found[3]):
        return str(value)
    known = re.fullmatch(r"[1-5]\d\d", str(value))
    said = f'"{value}" is no status; write 200, "2xx" or "200-204"'
    raise wrong(said, str(value) if known else None)


def _address(value: object) -> str:
    text = _text(value)
    if re.match(r"([a-z]+:)?(//)?[^/?#]*@", text, re.IGNORECASE):
        # Checked first and never repeated: it may be a secret.
        raise wrong(
            "an address must not carry a user or a password; use auth with env: or file: references"
        )
    if re.search(r"[\s\x00-\x1f]", text):
        raise wrong(f'"{text}" has a space in it')
    try:
        parts = urlsplit(text if "//" in text else f"//{text}")
        port = parts.port
    except ValueError as fault:
        raise wrong(f'"{text}" is no address: {fault}') from None
    if not parts.hostname or port == 0 or (parts.path and not parts.scheme):
        raise wrong(f'"{text}" names no host that can be asked')
    return text


def _as_text(value: Decimal | str) -> str:
    return str(value)


def _parsed(parse: Callable[[object], object]) -> PlainValidator:
    return PlainValidator(parse)


def _like(pattern: str, *examples: str) -> WithJsonSchema:
    """Say to editors how a value is written; what no pattern can say, the parser does."""
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": list(examples)})


_LASTING = r"^P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d{1,6})?S)?)?$"
_ANY_NUMBER = _like(r"^-?\d+(\.\d+)?$", "99.50")
_NO_LESS_THAN_ZERO = _like(r"^\d+(\.\d+)?$", "4.35")
_ABOVE_ZERO = _like(r"^(?=.*[1-9])\d+(\.\d+)?$", "1.521")
_OF_A_HUNDRED = _like(r"^0*(100(\.0+)?|\d{1,2}(\.\d+)?)$", "99.50")
_NUMBER_OR_LENGTH = _like(rf"^\d+(\.\d+)?$|{_LASTING}", "3", "PT4H")
_LENGTH = _like(_LASTING, "PT1H", "P3D", "P1M")
_ZONE = _like(r"^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$", "Europe/Berlin", "UTC")
_CLOCK = _like(r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$", "08:00", "24:00")
_AT = _like(r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d", "2008-12-01T00:00Z")
_ENV, _FILE = r"env:[A-Za-z_][A-Za-z0-9_]*", r"file:/.+"
_BY_REFERENCE = _like(f"^({_ENV}|{_FILE})$", "env:NAME", "file:/run/secrets/NAME")
_BY_FILE = _like(f"^{_FILE}$", "file:/run/secrets/NAME")
_STEPS = _like(r"^[^.\s]+(\.[^.\s]+)*$", "value.0")
_HOST = _like(r"^\S+$", "https://www.example/", "mail.example:587")
_STATUS = WithJsonSchema(
    {
        "anyOf": [
            {"type": "integer", "minimum": 100, "maximum": 599},
            {"type": "string", "pattern": r"^([1-5]xx|[1-5]\d\d-[1-5]\d\d)$"},
        ],
        "examples": [200, "2xx", "200-204"],
    }
)
_PATTERN = WithJsonSchema({"type": "string", "format": "regex"})

Dec = Annotated[Decimal, _parsed(_decimal), PlainSerializer(_as_text), _ANY_NUMBER]
Amount = Annotated[Decimal, _parsed(_amount), PlainSerializer(_as_text), _NO_LESS_THAN_ZERO]
Rate = Annotated[Decimal, _parsed(_rate), PlainSerializer(_as_text), _ABOVE_ZERO]
Percent = Annotated[Decimal, _parsed(_percent), PlainSerializer(_as_text), _OF_A_HUNDRED]
# A number, or an exact length of time as text.
Bounding = Annotated[Decimal | str, _parsed(_bound), PlainSerializer(_as_text), _NUMBER_OR_LENGTH]
Duration = Annotated[str, _parsed(_duration), _LENGTH]
Zone = Annotated[str, _parsed(_zone), _ZONE]
Hour = Annotated[str, _parsed(_hour), _CLOCK]
Instant = Annotated[str, _parsed(_instant), _AT]
Regex = Annotated[str, _parsed(_regex), _PATTERN]
Secret = Annotated[str, _parsed(_secret), _BY_REFERENCE]
SecretFile = Annotated[str, _parsed(_secret_file), _BY_FILE]
StatusCode = Annotated[int | str, _parsed(_status), _STATUS]
JsonPath = Annotated[str, _parsed(_json_path), _STEPS]
Address = Annotated[str, _parsed(_address), _HOST]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
_NAME, _UNDOTTED = r"^[A-Za-z0-9][A-Za-z0-9._-]*$", r"^[A-Za-z0-9][A-Za-z0-9_-]*$"
_LONGEST_ID = 120


def _id_like(pattern: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "maxLength": _LONGEST_ID})


Id = Annotated[
    str,
    BeforeValidator(_text),
    Field(pattern=_NAME, max_length=_LONGEST_ID),
    _id_like(_NAME),
]
# A breach is named agreement.objective.period: its parts have no dots.
UndottedId = Annotated[
    str,
    BeforeValidator(_text),
    Field(pattern=_UNDOTTED, max_length=_LONGEST_ID),
    _id_like(_UNDOTTED),
]
Provenance = dict[str, str]
