"""What an official writes is shown by the Prefect pages as words: no picture is fetched, nothing leads elsewhere."""

from typing import Any

from playwright.sync_api import Browser
from prefect.client.orchestration import PrefectClient

from roadmap.cards.round import RoundFacts, round_card
from tasks.prefect.client import call
from tests.days import TODAY
from tests.parts.office import Office, let_in
from tests.roadmap.language.test_markdown import HOSTILE


def test_no_word_of_an_official_becomes_a_link_or_a_picture(office: Office, chromium: Browser) -> None:
    steps = [(words, TODAY, words) for words in HOSTILE]
    facts = RoundFacts(due_on=TODAY, note_on=TODAY, asked=20, answered=0, waited_for=HOSTILE[:15], steps=steps)

    async def show(client: PrefectClient) -> Any:
        body = {"key": "hostile", "type": "markdown", "data": round_card(facts)}
        return await call(client, "POST", "/artifacts/", body)

    made = office.api(show)
    page, asked = let_in(chromium.new_page()), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{office.url}/prefect/artifacts/artifact/{made['id']}")
    page.get_by_text("Ход раунда").wait_for(timeout=120_000)
    assert page.locator("table tr").count() == len(HOSTILE) + 1
    assert page.get_by_text("<script>alert(1)</script>").count() > 0
    links = page.evaluate("[...document.querySelectorAll('a, img')].map(one => one.href || one.src)")
    assert not [link for link in links if "evil" in link.lower() or link.startswith("mailto:")]
    assert not [url for url in asked if "evil" in url]
