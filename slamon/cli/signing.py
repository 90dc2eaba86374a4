"""`slamon sign-in`: a one-time link for the slamon that runs on this data folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from slamon.app.refused import Refused
from slamon.cli.house import now
from slamon.cli.settings import Settings
from slamon.cli.terminal import Actor, actor_or_fail, console, refusals
from slamon.ledger.lock import FolderLock
from slamon.web.access import Access

FILE = "address"


@contextmanager
def found_at(folder: Path, url: str) -> Iterator[None]:
    """Let commands on the folder find the web at `url` while a block runs."""
    file = folder / FILE
    file.write_text(url, "utf-8")
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def link(access: Access, url: str, actor: str) -> str:
    """Make a link that signs `actor` in once, at the web of `url`."""
    return f"{url}/sign-in/{access.mint(actor)}"


def sign_in(*, actor: Actor = None) -> None:
    """Print a link that signs in once, for the slamon that runs on this data folder."""
    settings = Settings()
    with refusals():
        url = _running(settings.data)
        who = actor_or_fail(actor, settings)
        with closing(Access(settings.data / "access.db", now)) as access:
            console.print(link(access, url, who), soft_wrap=True, highlight=False)


def _running(folder: Path) -> str:
    """Where the web of a folder is.

    Raises:
        Refused: nothing runs there.

    """
    file = folder / FILE
    # One that was killed leaves its address behind, but not its lock.
    if not file.is_file() or _is_free(folder):
        message = f"nothing runs on the data folder {folder}: start `slamon up` first"
        raise Refused(message)
    return file.read_text("utf-8")


def _is_free(folder: Path) -> bool:
    lock = FolderLock(folder, "slamon sign-in")
    if not lock.try_take():
        return False
    lock.release()
    return True
