"""The pages in front of a real Prefect server."""

from collections.abc import Iterator

import httpx
import pytest
from pydantic import SecretStr

from tests.parts.office import Office
from tests.worlds.pages import NO_LIMITS, PASSWORD, Serve, come_in
from web.app import create_app


@pytest.fixture
def door(office: Office, serve: Serve) -> Iterator[str]:
    """The address of the pages of an office."""
    settings = office.settings.model_copy(update={"control_password": SecretStr(PASSWORD)})
    with serve(create_app(settings, office.engine, limits=NO_LIMITS)) as url:
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
