"""Letters as their readers see them: on a phone, in the dark, with titles of a whole paragraph."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser

from models import Body, Item
from models.db import open_session
from tests.tasks.letters.test_one_picture import WEDNESDAY, told, weeks
from tests.worlds.world import World

PHONE = 390
PARAGRAPH = "Проведение семинара-совещания с руководителями муниципальных методических служб, " * 8


@pytest.mark.parametrize("title", [PARAGRAPH, "Взаимодействие" * 50], ids=["a paragraph", "one word"])
def test_a_weekly_letter_fits_a_phone_and_is_dark_in_the_dark(
    small_world: World, chromium: Browser, title: str
) -> None:
    keys = weeks(small_world, 3)
    with open_session(small_world.engine) as session:
        session.get_one(Body, 1).short = "Управление образования администрации муниципального образования город-курорт"
        session.get_one(Item, 1).title = title
    small_world.point(WEDNESDAY + timedelta(days=2), item_id=small_world.item(5))
    context = chromium.new_context(viewport={"width": PHONE, "height": 800}, color_scheme="dark")
    page = context.new_page()
    for post, reason in (("Координатор", "ordered"), ("Заместитель министра", "still_overdue"), ("Ректор", "overdue")):
        letter = told(small_world, post, *((key, reason) for key in keys), has_digest=post != "Ректор")
        assert title[:60] in letter.text
        page.set_content(letter.html)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE, post
        lightest = page.evaluate("""() => Math.max(...[...document.querySelectorAll("*")]
            .map(one => getComputedStyle(one).backgroundColor.match(/[0-9.]+/g).map(Number))
            .filter(one => one.length === 3).map(one => Math.max(...one)))""")
        assert lightest < 200, "a button is the lightest ground in the dark"
    context.close()
