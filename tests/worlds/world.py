"""A small roadmap with every kind of person in it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select
from sqlmodel import Session, col

from models import Body, Channel, ControlPoint, Edition, Item, Notice, NoticeLine, Official, Roadmap
from models.db import open_session

WEDNESDAY = date(2027, 5, 26)


@dataclass
class World:
    """A roadmap «krai»: the institute answers by e-mail, the school has nobody to be reached."""

    engine: Engine
    code: str = "krai"

    def build(self) -> None:
        with open_session(self.engine) as session:
            session.add(
                Roadmap(
                    code=self.code,
                    region="Краснодарский край",
                    title="Комплекс мер",
                    act="приказ от 13.08.2021 № 2625",
                    period_start=date(2027, 1, 1),
                    period_end=date(2028, 12, 31),
                    zone="Europe/Moscow",
                    roll="preceding",
                    report_by="period_end",
                    controlled_from=date(2027, 1, 1),
                )
            )
            session.flush()
            catalogue = {"days_off": [{"on": "2027-05-24", "name": "День края"}]}
            # Loaded in the week most tests live in: the coordinator's table comes from the next Monday on.
            stored = datetime(2027, 5, 24, tzinfo=UTC)
            session.add(
                Edition(roadmap_code=self.code, act="приказ", content_hash="1", catalogue=catalogue, loaded_at=stored)
            )
            for code, short in (("institute", "ИРО"), ("school", "Школа")):
                session.add(Body(roadmap_code=self.code, code=code, name=short, short=short, level="regional"))
            session.flush()
            for number, code in enumerate(("institute", "school"), start=1):
                session.add(self._item(number, self._body(session, code)))
        self.official("executor", "Ректор", "rector@example.org", body="institute", is_lead=True)
        self.official("executor", "Методист", "methodist@example.org", body="institute")
        self.official("coordinator", "Координатор", "coordinator@example.org")
        self.official("controller", "Заместитель министра", "deputy@example.org")

    def official(self, role: str, post: str, address: str | None, *, body: str | None = None, **more: Any) -> None:
        with open_session(self.engine) as session:
            body_id = self._body(session, body) if body else None
            person = Official(roadmap_code=self.code, role=role, post=post, body_id=body_id, **more)
            session.add(person)
            session.flush()
            assert person.id is not None
            if address:
                session.add(person.channel("email", address))

    def point(self, deadline_on: date, *, body: str = "institute", **facts: Any) -> str:
        """Add a point (by default open, ninety days long, with every rung before today told); returns its key."""
        opens_on = facts.pop("opens_on", deadline_on - timedelta(days=90))
        key = f"{self.code}/{body}/{facts.pop('item', '1')}/{deadline_on}"
        facts = {"status": "open", "next_check_on": opens_on, "due_on": deadline_on} | facts
        with open_session(self.engine) as session:
            owner = self._body(session, body)
            first = select(col(Item.id)).where(col(Item.owner_id) == owner, col(Item.kind) != "round")
            item = facts.pop("item_id", None) or session.execute(first.order_by(col(Item.position))).scalars().first()
            session.add(
                ControlPoint(
                    key=key,
                    roadmap_code=self.code,
                    item_id=item or 0,
                    owner_id=owner,
                    opens_on=opens_on,
                    deadline_on=deadline_on,
                    **facts,
                )
            )
        return key

    def item(self, number: int, *, body: str = "institute") -> int:
        """Add an item beside the one that every body has; returns its id."""
        with open_session(self.engine) as session:
            item = self._item(number, self._body(session, body))
            session.add(item)
            session.flush()
            return item.id or 0

    def card(self, key: str) -> str:
        """The end of the address of a point's card: in a letter it stands under the point and nowhere else."""
        with open_session(self.engine) as session:
            number = session.execute(select(col(ControlPoint.id)).where(col(ControlPoint.key) == key)).scalar_one()
        return f"/point/{number}\n"

    def change(self, table: Any, **values: Any) -> None:
        """Set columns of every row of a table."""
        with open_session(self.engine) as session:
            for row in session.execute(select(table)).scalars():
                row.sqlmodel_update(values)

    def letters(self, on: date | None = None) -> list[tuple[str, str, str, int]]:
        """(day, post, reason, days) of every line in the outbox."""
        with open_session(self.engine) as session:
            rows = (
                select(col(Notice.on_day), col(Official.post), col(NoticeLine.reason), col(NoticeLine.days))
                .join(Official, col(Official.id) == col(Notice.official_id))
                .join(NoticeLine, col(NoticeLine.notice_id) == col(Notice.id))
                .order_by(col(Notice.on_day), col(Official.id), col(NoticeLine.reason), col(NoticeLine.point_id))
            )
            return [(f"{row[0]}", *row[1:]) for row in session.execute(rows) if on in (None, row[0])]

    def rows(self, table: Any) -> list[dict[str, Any]]:
        """Every row of a table, by primary key."""
        with open_session(self.engine) as session:
            found = session.execute(select(table).order_by(table.id)).scalars()
            return [row.model_dump() | ({"address": row.address} if isinstance(row, Channel) else {}) for row in found]

    def _body(self, session: Session, code: str) -> int:
        found = select(col(Body.id)).where(col(Body.roadmap_code) == self.code, col(Body.code) == code)
        return int(session.execute(found).scalar_one())

    def _item(self, number: int, owner_id: int) -> Item:
        return Item(
            roadmap_code=self.code,
            code=f"{number}",
            position=number,
            origin="table",
            number=f"{number}",
            section="",
            group="",
            title=f"Форсайт-сессия «Развитие» & анализ <{number}>",
            responsible="ИРО",
            executors="ЦНППМ",
            owner_id=owner_id,
            term="ежеквартально",
            result="аналитическая справка",
            kind="activity",
            reading={},
            is_controlled=True,
            source=f"Приложение, строка {number}",
        )


def build(engine: Engine) -> None:
    World(engine).build()
