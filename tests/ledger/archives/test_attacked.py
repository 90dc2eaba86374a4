"""An archive made to do harm: it is refused in a sentence, whatever its digest says."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from slamon.ledger import coldfile
from slamon.ledger.coldfile import MAGIC, ColdFileError

HEADER = json.dumps({"ledger": "0123456789abcdef", "epoch": 1}).encode()


def _file(path: Path, *, header: bytes = HEADER, position: int = 3, version: int = 1) -> Path:
    """An archive of one fact, with a digest that fits whatever it holds."""
    fact = position.to_bytes(8, "big") + version.to_bytes(8, "big")
    fact += (1).to_bytes(4, "big") + b"s" + (4).to_bytes(8, "big") + b"cold"
    end = bytes(8) + (1).to_bytes(8, "big")
    content = MAGIC + len(header).to_bytes(4, "big") + header + fact + end
    path.write_bytes(content + sha256(content).digest())
    return path


def test_an_archive_that_was_made_by_hand_can_be_read(tmp_path: Path) -> None:
    found = coldfile.check(_file(tmp_path / "cold.slamon"))

    assert (found.first, found.last, found.count, found.size) == (3, 3, 1, 4)


@pytest.mark.parametrize(
    ("header", "position", "version"),
    [
        pytest.param(b"[" * 9_999, 3, 1, id="a header nested without end"),
        pytest.param(b"[]", 3, 1, id="a header that is a list"),
        pytest.param(b'{"ledger":"x"}', 3, 1, id="a header without an epoch"),
        pytest.param(HEADER, 2**63, 1, id="a position that no store can hold"),
        pytest.param(HEADER, 3, 2**64 - 1, id="a version that no store can hold"),
    ],
)
def test_what_no_archive_holds_is_refused(
    tmp_path: Path, header: bytes, position: int, version: int
) -> None:
    file = _file(tmp_path / "cold.slamon", header=header, position=position, version=version)

    with pytest.raises(ColdFileError, match="is not as it was written"):
        coldfile.check(file)
