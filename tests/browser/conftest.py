"""What the tests of the Prefect pages share."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as NotYet

from tests.parts.office import Office
from tests.worlds.pages import in_front

Send = Callable[..., None]
"""Of a page, and how its button is pressed where that is not by a click."""


@pytest.fixture
def door(office: Office) -> Iterator[str]:
    """The address at which a coordinator has everything."""
    with in_front(office.settings, office.engine) as url:
        yield url


@pytest.fixture
def send() -> Send:
    """Sends the form of a run, pressing again while it is still there.

    A click while a list is open only closes the list, and a busy server may not take the form at once.
    """

    def press(page: Page, how: Callable[[], None] | None = None) -> None:
        button = page.get_by_role("button", name="Submit").last
        for _ in range(5):
            (how or button.click)()
            try:
                page.get_by_role("dialog").wait_for(state="hidden", timeout=10_000)
            except NotYet:
                continue
            return
        pytest.fail("the form was not sent")

    return press
