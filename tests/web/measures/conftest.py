"""A round in which the institute is asked."""

import pytest

from tests.asked import Asked
from tests.pages import Pages


@pytest.fixture
def asked(pages: Pages) -> Asked:
    """The institute is asked."""
    return Asked(pages)
