"""Texts that programs send along: what looks like a secret is taken out before anything is kept."""

from __future__ import annotations

import re

HIDDEN = "[redacted]"

# Nothing is tried from two places, or in two ways: who writes a text must not keep us at work by it.
_NAMED = re.compile(
    r"""(?ix) ( (?<![\w-]) [\w-]* (?: passw(?:or)?d | passphrase | secret | token | api[_-]?key | authorization )
        [\w-]*+ ["']?+ (?: \s*+ [=:] \s*+ | \s++ ) (?: (?:bearer|basic) \s+ )? ) ( "[^"]*" | '[^']*' | \S+ )"""
)
_SIGNED_IN = re.compile(r"(?i)\b([a-z][a-z0-9+.-]{0,30}://)[^\s/@]+@")
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[a-z0-9+/=._~-]{8,}")
_CONTROL = re.compile(r"[^\S\n]|[\x00-\x09\x0b-\x1f\x7f-\x9f]")


def redacted(output: bytes) -> str:
    """The text of an output (UTF-8, what is none is replaced), without what looks like a secret."""
    text = _CONTROL.sub(" ", output.decode("utf-8", "replace"))
    text = _SIGNED_IN.sub(rf"\1{HIDDEN}@", text)
    text = _NAMED.sub(rf"\1{HIDDEN}", text)
    return _BEARER.sub(rf"\1 {HIDDEN}", text)
