"""`slamon sign-in`: a one-time link for the slamon that runs on this data folder."""

from __future__ import annotations

import os
import socket
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from slamon.app.refused import Refused
from slamon.cli.house import now, place_in
from slamon.cli.settings import Settings
from slamon.cli.terminal import Actor, actor_or_fail, console, refusals
from slamon.ledger.lock import folding_lock
from slamon.web.access import Access

FILE = "address"
LISTEN_SECONDS = 1.0


@dataclass(frozen=True)
class Address:
    """Where commands on a folder, and its agent, find the web of the process that folds; others by `outer`."""

    folder: Path
    url: str
    outer: str = ""

    def write(self) -> None:
        """Be found from now on; whoever reads meanwhile finds the old address or the new one."""
        draft = self.folder / f".{FILE}-{os.getpid()}"
        told = [self.url, self.outer] if self.outer else [self.url]
        draft.write_text("\n".join(told), "utf-8")
        draft.replace(self.folder / FILE)

    def remove(self) -> None:
        """Be found no more, unless another process is found by now."""
        if address_in(self.folder) == self.url:
            (self.folder / FILE).unlink(missing_ok=True)


def address_in(folder: Path) -> str | None:
    """The address that was written last, as this machine reaches it; None where there is none."""
    return next(iter(_written(folder)), None)


def outer_address(settings: Settings) -> str | None:
    """The address by which others reach the slamon of a folder; None where none runs, and no setting tells it."""
    return settings.url or next(reversed(_written(settings.data)), None)


def _written(folder: Path) -> list[str]:
    with suppress(FileNotFoundError):
        return (folder / FILE).read_text("utf-8").splitlines()
    return []


def up_since(folder: Path) -> int | None:
    """The instant (µs) since which a web is found in a folder; None where none is, or it was stopped."""
    with suppress(FileNotFoundError):
        return (folder / FILE).stat().st_mtime_ns // 1_000
    return None


def answers(url: str) -> bool:
    """Whether anybody listens at an address: one that was killed leaves its own behind."""
    place = urlsplit(url)
    try:
        with socket.create_connection((place.hostname or "", place.port or 80), LISTEN_SECONDS):
            return True
    except OSError:
        return False


def link(access: Access, url: str, actor: str) -> str:
    """Make a link that signs `actor` in once, at the web of `url`."""
    return f"{url}/sign-in/{access.mint(actor)}"


def sign_in(*, actor: Actor = None) -> None:
    """Print a link that signs in once, for the slamon that runs on this data folder."""
    settings = Settings()
    with refusals():
        url = _running(settings)
        who = actor_or_fail(actor, settings)
        with closing(Access(settings.data / "access.db", now)) as access:
            outer = outer_address(settings) or url
            console.print(link(access, outer, who), soft_wrap=True, highlight=False)


def _running(settings: Settings) -> str:
    """Where the web of a folder is.

    Raises:
        Refused: nothing runs there.

    """
    url = address_in(settings.data)
    if _is_free(settings):
        message = f"nothing runs on the data folder {settings.data}: start `slamon up` first"
        raise Refused(message)
    if url is None or not answers(url):
        was = f" (it was at {url}, which does not answer)" if url else ""
        message = (
            f"the ledger of {settings.data} is folded by another process, and no slamon is found in this folder{was}: "
            "sign in where that one runs, or wait until it has started"
        )
        raise Refused(message)
    return url


def _is_free(settings: Settings) -> bool:
    place = place_in(settings.data, settings.database)
    lock = folding_lock(place, settings.data, "slamon sign-in")
    if not lock.try_take():
        return False
    lock.release()
    return True
