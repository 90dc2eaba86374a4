"""What tests of the catalogue share."""

from pathlib import Path

import pytest

from catalogue.reader import read
from catalogue.records import Catalogue

STARTER = Path(__file__).parents[2] / "catalogue" / "starter"


@pytest.fixture(scope="session")
def cms() -> Catalogue:
    """The starter set of the review of 2008."""
    return read([STARTER / "cms-2008"])


@pytest.fixture(scope="session")
def editions() -> Catalogue:
    """The starter set of the digital editions."""
    return read([STARTER / "digital-editions"])
