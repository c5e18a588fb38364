"""A round in which the institute is asked."""

import pytest

from tests.worlds.asked import Asked
from tests.worlds.pages import Pages


@pytest.fixture
def asked(pages: Pages) -> Asked:
    """The institute is asked."""
    return Asked(pages)
