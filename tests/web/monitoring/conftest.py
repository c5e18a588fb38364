"""A round with its note on the pages."""

import pytest

from tests.worlds.monitored_pages import MonitoredPages
from tests.worlds.pages import Pages


@pytest.fixture
def monitored(pages: Pages, request: pytest.FixtureRequest) -> MonitoredPages:
    """Forty-four municipalities, or as many as the parameter says."""
    one = MonitoredPages(pages, getattr(request, "param", 44))
    one.build()
    return one
