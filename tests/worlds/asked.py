"""A round in which the institute is asked for three indicators, and the page of its data point."""

import re
from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import select
from sqlmodel import col

from models import Body, ControlPoint, IndicatorValue, Item, Round, RoundStep, clock
from models.db import open_session
from roadmap.catalogue.schema import Indicator, Source
from roadmap.monitoring.indicators.submission import Given
from roadmap.monitoring.periods import parse_period
from tasks.monitoring.submissions.record import record
from tests.worlds.pages import Pages
from web.forms import once_key

TITLES = {"trained": "Доля учителей, прошедших обучение", "events": "Число мероприятий", "policy": "Принята программа"}
INDICATORS = [
    Indicator(code=code, title=title, unit=unit, asked="owner", words=words, source=Source(place="приложение 3"))
    for (code, title), unit, words in zip(
        TITLES.items(), ("percent", "count", "yes_no"), ("Не менее 12%", "", "Утверждена"), strict=True
    )
]


class Asked:
    """A round in which the institute is asked for three indicators, and its page."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self.round_id, self.point_id = self.add("2026-Q2")
        self.link = pages.link("Ректор", channel=True)

    def add(self, period: str, *, opens_in: int = -2) -> tuple[int, int]:
        """A round with its data point, both open; returns their ids."""
        one, today = parse_period(period), self.pages.today
        opens, due = today + timedelta(days=opens_in), today + timedelta(days=opens_in + 7)
        with open_session(self.pages.engine) as session:
            iro = session.execute(select(Body).where(col(Body.code) == "iro")).scalar_one()
            item = session.execute(select(Item).where(col(Item.code) == "1.2")).scalar_one()
            days: dict[str, Any] = {"opens_on": opens, "due_on": due, "deadline_on": due, "status": "open"}
            facts = {"roadmap_code": "krai", "item_id": item.id, "owner_id": iro.id}
            parent = ControlPoint(key=f"krai/m-quarter/-/{one.end}", purpose="round", **(days | facts))
            session.add(parent)
            session.flush()
            place = {"key": f"{parent.key}/data/iro", "parent_id": parent.id, "stage": "data", "body_id": iro.id}
            title = {"stage_title": f"Данные для мониторинга за {one.title} · ИРО"}
            point = ControlPoint(purpose="data", **(days | facts | place | title))
            asked = [each.model_dump(mode="json") for each in INDICATORS]
            row = Round(
                roadmap_code="krai",
                rhythm=one.rhythm,
                period_start=one.start,
                period_end=one.end,
                opens_on=opens,
                due_on=due,
                note_on=due,
                point_id=parent.id or 0,
                indicators=asked,
            )
            session.add_all([point, row])
            session.flush()
            return row.id or 0, point.id or 0

    def ask_more(self, count: int) -> None:
        """As many indicators as that, those that are counted after the first three."""
        more = [
            INDICATORS[1].model_copy(update={"code": f"more{n}", "title": f"Число методических объединений, вид {n}"})
            for n in range(len(INDICATORS) + 1, count + 1)
        ]
        with open_session(self.pages.engine) as session:
            asked = [one.model_dump(mode="json") for one in (*INDICATORS, *more)]
            session.get_one(Round, self.round_id).indicators = asked

    @property
    def url(self) -> str:
        return f"{self.link}/data/{self.point_id}"

    def get(self, link: str = "") -> httpx.Response:
        found: httpx.Response = self.pages.client.get(f"{link or self.link}/data/{self.point_id}")
        return found

    def send(self, link: str = "", **fields: str) -> httpx.Response:
        url = f"{link or self.link}/data/{self.point_id}"
        found: httpx.Response = self.pages.client.post(url, data={"once": once_key()} | fields)
        return found

    def file(self, content: bytes, name: str = "форма.xlsx") -> httpx.Response:
        found: httpx.Response = self.pages.client.post(
            f"{self.url}/file", data={"once": once_key()}, files={"file": (name, content)}
        )
        return found

    def values(self) -> list[tuple[str, float | None, float | None, str]]:
        rows = self.pages.rows(IndicatorValue, IndicatorValue.round_id == self.round_id)
        return [(row.indicator_code, row.numerator, row.denominator, row.source) for row in rows]

    def told(self, answer: httpx.Response) -> str:
        """What the page says after a form was taken."""
        assert answer.status_code == 303, self.words(answer)
        return self.words(self.pages.client.get(answer.headers["location"]))

    def note(self) -> None:
        with open_session(self.pages.engine) as session:
            session.add(RoundStep(round_id=self.round_id, step="noted", done_at=clock.now()))

    @staticmethod
    def words(answer: httpx.Response) -> str:
        """The page as it is read."""
        return " ".join(re.sub(r"<[^>]+>", " ", answer.text).replace("\u00a0", " ").split())

    def earlier(self, period: str, *given: Given) -> None:
        """What the institute answered in a round gone by."""
        round_id, _ = self.add(period, opens_in=-90)
        with open_session(self.pages.engine) as session:
            iro = session.execute(select(Body).where(col(Body.code) == "iro")).scalar_one().id or 0
            record(session, round_id, iro, given, actor="Методист (страница)", source="form", at=clock.now())
