"""Whether machines know of themselves who vouches for the certificate of the web."""

from __future__ import annotations

import socket
import ssl
from urllib.parse import urlsplit

from slamon.cli.settings import Settings
from slamon.cli.signing import address_in, outer_address

AUTHORITY = "/etc/slamon/authority.pem"
HTTPS = 443
SECONDS = 1.0


def vouched_for(settings: Settings) -> bool:
    """Whether the certificate that others are shown is of an authority known here; so is one that nobody shows.

    Where the outer address is not reached from here, what the web itself shows is looked at.
    """
    for url in (outer_address(settings), address_in(settings.data)):
        if url is not None and (found := _known(url)) is not None:
            return found
    return True


def _known(url: str) -> bool | None:
    """Whether the system knows who vouches for the certificate of an address; None where it shows none."""
    place = urlsplit(url)
    if place.scheme != "https":
        return None
    context = ssl.create_default_context()
    context.check_hostname = False  # whether it is known, not whose it is
    try:
        with (
            socket.create_connection((place.hostname or "", place.port or HTTPS), SECONDS) as plain,
            context.wrap_socket(plain),
        ):
            return True
    except ssl.SSLCertVerificationError:
        return False
    except OSError:
        return None
