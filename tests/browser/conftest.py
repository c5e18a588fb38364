"""What the tests of the Prefect pages share."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as NotYet

Send = Callable[[Page], None]


@pytest.fixture
def send() -> Send:
    """Sends the form of a run: a click while a list is still open only closes the list, then it is pressed again."""

    def press(page: Page) -> None:
        for _ in range(5):
            page.get_by_role("button", name="Submit").last.click()
            try:
                page.get_by_role("dialog").wait_for(state="hidden", timeout=10_000)
            except NotYet:
                continue
            return
        pytest.fail("the form was not sent")

    return press
