"""What docs/documents.md says of files and schemas is what there is."""

import re
from pathlib import Path

from catalogue.kinds import FILES
from catalogue.schema import NAMES

TREE = Path(__file__).parents[2]
PAGE = (TREE / "docs/documents.md").read_text(encoding="utf-8")


def test_the_table_names_every_file_with_its_sections() -> None:
    rows = re.findall(r"^\| `(\w+)\.yaml` \| (.+) \|$", PAGE, re.MULTILINE)

    assert {name: tuple(re.findall(r"`(\w+)`", sections)) for name, sections in rows} == FILES


def test_the_line_for_editors_leads_to_a_schema() -> None:
    named = re.search(r"\$schema=(\S+)", PAGE)

    assert named is not None
    assert (TREE / "catalogue/starter/cms-2008" / named[1]).resolve().stem in NAMES
