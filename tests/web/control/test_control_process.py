"""The page of a point with a process: its map, its stages, municipalities of which those who owe stand first."""

import re
import time
from base64 import b64decode
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from bs4 import BeautifulSoup, Tag
from playwright.sync_api import Browser, Page, ViewportSize
from sqlmodel import select

from models import Body, ControlPoint, Item, Municipality, lifecycle
from models.db import open_session
from roadmap.processes.agreement_rows import Fact
from tasks.context.working_calendar import calendar_of
from tasks.prefect.cards.process_facts import process_cards
from tasks.processes.agreement_import import record
from tasks.processes.agreements import the_agreement
from tasks.processes.sweep import advance
from tests.places import OUT
from tests.worlds.pages import Pages

CODE = "krai"
PASSWORD = "пароль координатора"
COMMON = ("draft", "approved", "sent")
SIGNATURES = ("signed-municipality", "signed-institute", "signed-ministry")
DAY = timedelta(days=1)


def town(n: int) -> str:
    return f"Округ {n:04}"


class Agreement:
    """An agreement with many municipalities, due in two days; what a test records of it."""

    def __init__(self, pages: Pages, size: int) -> None:
        self.pages, self.opens_on = pages, pages.today - 60 * DAY
        with open_session(pages.engine) as session:
            item = session.exec(select(Item).where(Item.code == "2.1")).one()
            item.kind = "agreement"
            towns = [
                Body(roadmap_code=CODE, code=f"t{n}", name=town(n), short=town(n), level="municipal")
                for n in range(size)
            ]
            session.add_all([item, *towns])
            session.flush()
            since = pages.today - 99 * DAY
            session.add_all(Municipality(body_id=one.id or 0, roadmap_code=CODE, since=since) for one in towns)
        self.id: int = pages.point("2.1", days=2, opens_on=self.opens_on)
        self.sweep(self.opens_on)

    def sweep(self, on: date) -> None:
        with open_session(self.pages.engine) as session:
            lifecycle.open_due(session, CODE, today=on, at=self.at(on))
            advance(session, CODE, today=on, at=self.at(on), calendar=calendar_of(session, CODE))

    def at(self, on: date) -> datetime:
        return datetime(on.year, on.month, on.day, 9, tzinfo=UTC)

    def record(self, on: date, *facts: Fact) -> None:
        """What is known on a day, and the sweep after it."""
        with open_session(self.pages.engine) as session:
            record(session, the_agreement(session, CODE), facts, actor="координатор", today=on, at=self.at(on))
        self.sweep(on)

    def send(self) -> None:
        """Everything that is common to all is done."""
        on = self.opens_on + 10 * DAY
        self.record(on, *(Fact(case=None, stage=stage, on=on, evidence="№ 1") for stage in COMMON))

    def sign(self, towns: range, stages: tuple[str, ...] = SIGNATURES) -> None:
        on = self.opens_on + 20 * DAY
        self.record(on, *(Fact(case=f"t{n}", stage=stage, on=on) for n in towns for stage in stages))


@pytest.fixture
def control(pages: Pages) -> Pages:
    """The pages with a coordinator logged in."""
    found = re.search(r'name="csrf" value="([^"]+)"', pages.client.get("/control/login").text)
    assert found
    pages.client.post("/control/login", data={"csrf": found[1], "password": PASSWORD})
    return pages


@pytest.fixture
def agreement(control: Pages) -> Agreement:
    """Of 44 municipalities 31 have signed with all, ten of these are registered, one refuses, twelve are late."""
    made = Agreement(control, 44)
    made.send()
    made.sign(range(31))
    made.sign(range(10), ("registered",))
    on = made.opens_on + 21 * DAY
    made.record(on, Fact(case="t43", refusal="решение совета № 5"))
    return made


def soup(control: Pages, point_id: int, query: str = "") -> BeautifulSoup:
    answer = control.client.get(f"/control/point/{point_id}{query}")
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "html.parser")


def words(tag: Tag | None) -> str:
    assert tag is not None
    return " ".join(tag.get_text(" ").split())


def test_the_page_counts_draws_and_forecasts(control: Pages, agreement: Agreement) -> None:
    page = soup(control, agreement.id)
    stages = words(page.find(id="stages"))
    assert "Подписано всеми 31 из 44 · Зарегистрировано 10 из 44" in stages
    assert re.search(r"Прогноз окончания: \d\d\.\d\d\.\d{4}, на \d+ д\S+ позже срока \d\d\.\d\d\.\d{4}", stages)
    assert "Рассчитан по медиане прошлых этапов" in stages
    assert "31 из 44" in words(page.select_one("#stages svg"))
    assert page.find("script") is None
    assert not page.find_all(style=True)


def test_the_map_is_the_one_of_the_card_of_the_run(control: Pages, agreement: Agreement) -> None:
    with open_session(control.engine) as session:
        key = session.get_one(ControlPoint, agreement.id).key
        card = process_cards(session, {key: control.today})[key]
    drawn = b64decode(card.partition("data:image/svg+xml;base64,")[2].partition(")")[0]).decode()
    assert drawn in control.client.get(f"/control/point/{agreement.id}").text


def test_each_stage_says_who_holds_it_since_when_and_how_late(control: Pages, agreement: Agreement) -> None:
    rows = [words(row) for row in soup(control, agreement.id).select("table.stages tbody tr")]
    assert len(rows) == 7
    sent = agreement.opens_on + 10 * DAY
    assert re.fullmatch(rf"1\. Проект соглашения исполнен — — \d\S+ {sent:%d.%m.%Y} (—|\d+ д\S+)", rows[0])
    pattern = rf"4\. Подпись муниципалитета просрочен \(31 из 44\) муниципалитет \(12\) {sent:%d.%m.%Y} \d\S+ "
    assert re.match(rf"{pattern}— \d+ д\S+ опаздывают или опоздали: 12", rows[3])


def test_those_who_owe_stand_first_and_the_rest_by_what_is_left(control: Pages, agreement: Agreement) -> None:
    page = soup(control, agreement.id)
    cases = page.select("#cases details")
    assert len(cases) == 44
    states = [words(case.select_one(".lamp")).split(" на ")[0] for case in cases]
    order = ["просрочено"] * 12 + ["в работе"] * 21 + ["снято с контроля"] + ["завершено"] * 10
    assert states == order
    assert [words(case.select_one("b")) for case in cases[:2]] == [town(31), town(32)]
    assert "Подпись муниципалитета — Округ 0031, с" in words(cases[0].select_one("summary"))
    assert words(page.select_one("#cases .legend")) == ("просрочено: 12 в работе: 21 снято с контроля: 1 завершено: 10")


def test_a_stage_leads_to_the_whole_point_and_back(control: Pages, agreement: Agreement) -> None:
    link = soup(control, agreement.id).select_one("#cases details table a")
    assert link is not None
    stage = BeautifulSoup(control.client.get(str(link["href"])).text, "html.parser")
    assert "Подпись муниципалитета" in words(stage.find("h1"))
    assert stage.find(id="stages") is None
    back = stage.find("a", string=re.compile("Вся контрольная точка"))
    assert isinstance(back, Tag)
    assert back["href"] == f"/control/point/{agreement.id}#stages"
    draft = soup(control, agreement.id).select_one("table.stages a")
    assert draft is not None
    assert "Проект соглашения" in words(soup(control, int(str(draft["href"]).rpartition("/")[2])).find("h1"))


def test_a_point_without_a_process_has_no_stages(control: Pages) -> None:
    page = soup(control, control.point("1.1"))
    assert page.find(id="stages") is page.find(id="cases") is None


@pytest.mark.usefixtures("campaign")
def test_2400_municipalities_are_paged_and_the_page_stays_small(control: Pages) -> None:
    made = Agreement(control, 2400)
    made.send()
    started = time.monotonic()
    answer = control.client.get(f"/control/point/{made.id}")
    took = time.monotonic() - started
    assert took < 20
    assert len(answer.content) < 400_000
    page = BeautifulSoup(answer.text, "html.parser")
    assert len(page.select("#cases details")) == 50
    assert "Показано 50 из 2400" in words(page.find(id="cases"))
    last = soup(control, made.id, "?cases-page=48")
    assert words(last.select("#cases summary b")[-1]) == town(2399)
    onward = page.select_one("#cases .pager a")
    assert onward is not None
    assert onward["href"] == f"/control/point/{made.id}?cases-page=2#cases"


@pytest.fixture(params=[1280, 360], ids=["a wide screen", "a phone"])
def page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Scripts off, on a wide screen and on a phone."""
    size = ViewportSize(width=int(request.param), height=900)
    made = chromium.new_context(viewport=size, locale="ru-RU", java_script_enabled=False).new_page()
    made.set_default_timeout(120_000)
    yield made
    made.context.close()


def test_the_map_is_drawn_and_the_page_fits_the_screen(control: Pages, agreement: Agreement, page: Page) -> None:
    width = (page.viewport_size or {"width": 0})["width"]
    page.goto(f"{control.url}/control/login")
    page.get_by_label("Пароль").fill(PASSWORD)
    page.get_by_role("button", name="Войти").click()
    page.goto(f"{control.url}/control/point/{agreement.id}")
    box = page.locator("#stages svg").bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) >= (min(600, width - 40), 300)
    main = page.locator("main").bounding_box()
    assert main is not None
    assert main["x"] + main["width"] <= width + 1
    page.locator("#cases summary").first.click()
    page.locator("#cases details table").first.wait_for()
    page.screenshot(path=OUT / f"control-process-{width}.png", full_page=True)
    for name in ("stages", "cases"):
        page.locator(f"#{name}").screenshot(path=OUT / f"control-process-{name}-{width}.png")
    page.locator("#cases details table a").first.click()
    page.get_by_role("link", name="Вся контрольная точка").click()
    page.get_by_role("heading", name="Трёхстороннее соглашение: этапы").wait_for()
