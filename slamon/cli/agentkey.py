"""The key by which the agent of a data folder is let in: made once, readable by its owner alone."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

FILE = "agent.key"


def agent_key(folder: Path) -> str:
    """The key in the file of a data folder; a new one where there is none yet.

    It is written whole under another name and then linked: of several programs at once, the first one's key holds.
    """
    file = folder / FILE
    with suppress(FileNotFoundError):
        return file.read_text("ascii").strip()
    folder.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(
        "w", dir=folder, prefix=".new-", encoding="ascii"
    ) as draft:  # mode 0600
        draft.write(secrets.token_urlsafe(32) + "\n")
        draft.flush()
        os.fsync(draft.fileno())
        with suppress(FileExistsError):  # another program was first
            file.hardlink_to(draft.name)
    return file.read_text("ascii").strip()
