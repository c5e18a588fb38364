"""Where a coordinator's answer stands for the words of the act, every page of the point shows both."""

import re
from datetime import date
from html import unescape

from sqlmodel import select

from models import Item
from models.db import open_session
from roadmap.cards.point import description
from roadmap.terms import read
from tasks.prefect.cards.point_facts import controlled_items
from tests.worlds.pages import PASSWORD, Pages

TERM = "в документе: «к лету»; принято: «{}», ответ координатора"
WHO = "в документе ответственный не назван; принято: «{}», ответ координатора"


def answered(pages: Pages) -> tuple[int, str, str]:
    """A point whose term and owner a coordinator has answered: its id, and the words that every page shows."""
    point = pages.point()
    with open_session(pages.engine) as session:
        items = session.exec(select(Item)).all()
        for one in items:
            one.reading = read(one.term, start=date(2027, 1, 1), end=date(2027, 12, 31)).to_json()
        item = next(one for one in items if one.code == "1.1")
        item.responsible = item.responsible or "институт"
        item.reading = {**item.reading, "act_words": {"term": "к лету", "responsible": ""}}
        return point, TERM.format(item.term), WHO.format(item.responsible)


def shown(text: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def test_the_official_and_the_coordinator_see_both(pages: Pages) -> None:
    point, term, who = answered(pages)
    card = shown(pages.client.get(f"{pages.link('Ректор')}/point/{point}").text)
    assert term in card
    assert who in card
    found = re.search(r'name="csrf" value="([^"]+)"', pages.client.get("/control/login").text)
    assert found
    pages.client.post("/control/login", data={"csrf": found[1], "password": PASSWORD})
    page = shown(pages.client.get(f"/control/point/{point}").text)
    assert term in page
    assert who in page


def test_prefect_shows_both(pages: Pages) -> None:
    _, term, who = answered(pages)
    with open_session(pages.engine) as session:
        (item,) = (one for one in controlled_items(session).values() if one.key == "krai/1.1")
        words = description(item).replace("\\", "")
    assert term in words
    assert who in words
