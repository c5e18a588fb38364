"""The pages in front of a real Prefect server."""

from collections.abc import Iterator

import httpx
import pytest

from tests.parts.office import Office
from tests.worlds.pages import PASSWORD, come_in, in_front


@pytest.fixture
def door(office: Office) -> Iterator[str]:
    """The address of the pages of an office."""
    with in_front(office.settings, office.engine) as url:
        yield url


@pytest.fixture
def stranger(door: str) -> Iterator[httpx.Client]:
    """A browser that has not logged in."""
    with httpx.Client(base_url=door, trust_env=False, timeout=60) as browser:
        yield browser


@pytest.fixture
def person(door: str) -> Iterator[httpx.Client]:
    """A browser whose owner has, on the way to Prefect."""
    with come_in(door, PASSWORD, to="/prefect/runs") as browser:
        yield browser
