"""A round with its note on the pages: forty-four municipalities (or as many as asked), three indicators, two pieces
of advice."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlmodel import Session, select

from models import (
    Body,
    ControlPoint,
    IndicatorValue,
    Item,
    Notice,
    NoticeLine,
    Official,
    ReportFile,
    Round,
    RoundStep,
    Snapshot,
)
from models.db import open_session
from roadmap.monitoring.snapshot import (
    Advice,
    Answer,
    ExecutionRow,
    Expectation,
    IndicatorResult,
    OverduePoint,
    TrendPoint,
)
from roadmap.monitoring.snapshot import Snapshot as Computed
from tasks.files.evidence import DOCX, PDF
from tasks.files.store import Store
from tasks.monitoring.recommendations.propose import propose
from tests.days import TODAY
from tests.worlds.pages import Pages

AT = datetime(2026, 10, 14, 6, tzinfo=UTC)
CODE = "krai"
TITLES = (
    "Доля педагогов, прошедших обучение",
    "Учителей на одного методиста",
    "Число мероприятий <для наставников>",
)
PERIODS = (
    *(("IV квартал 2025 г.", date(2025, 12, 31)), ("I квартал 2026 г.", date(2026, 3, 31))),
    *(("II квартал 2026 г.", date(2026, 6, 30)), ("III квартал 2026 г.", date(2026, 9, 30))),
)


@dataclass
class MonitoredPages:
    """The pages over a round, and what a test asks of it."""

    pages: Pages
    towns: int
    round_id: int = 0
    snapshot: Computed | None = None

    def build(self) -> None:
        with open_session(self.pages.engine) as session:
            session.add_all(
                Body(roadmap_code=CODE, code=f"mo-{n}", name=f"Администрация № {n}", short=name(n), level="municipal")
                for n in range(self.towns)
            )
            session.flush()
            self.bodies = {body.code: body.id or 0 for body in session.exec(select(Body))}
            self.round_id = self._round(session)
            self.snapshot = snapshot(self.towns)
            row = Snapshot(
                round_id=self.round_id,
                as_of=AT,
                made_at=AT,
                sha256=self.snapshot.sha256,
                content=self.snapshot.model_dump(mode="json"),
            )
            session.add(row)
            session.flush()
            self._files(session, row.id or 0)
            propose(session, self.round_id, self.snapshot, at=AT)

    def _round(self, session: Session) -> int:
        owner = self.bodies["iro"]
        item = session.exec(select(Item).where(Item.code == "1.1")).one()
        own = Item(**item.model_dump(exclude={"id"}) | {"code": "m-quarter", "kind": "round", "number": ""})
        own.title, own.position = "Ежеквартальный мониторинг", 90
        session.add(own)
        session.flush()
        days: dict[str, Any] = {
            "opens_on": date(2026, 10, 1),
            "due_on": date(2026, 10, 14),
            "deadline_on": date(2026, 10, 14),
        }
        facts: dict[str, Any] = {"roadmap_code": CODE, "item_id": own.id, "status": "open", "owner_id": owner}
        point = ControlPoint(
            key=f"{CODE}/m-quarter/-/2026-10-14",
            purpose="round",
            stage_title="за III квартал 2026 г.",
            **(facts | days),
        )
        session.add(point)
        session.flush()
        row = Round(
            roadmap_code=CODE,
            rhythm="quarter",
            period_start=date(2026, 7, 1),
            period_end=date(2026, 9, 30),
            opens_on=date(2026, 10, 1),
            due_on=date(2026, 10, 7),
            note_on=date(2026, 10, 14),
            point_id=point.id or 0,
        )
        session.add(row)
        session.flush()
        for step, words in (("opened", ""), ("asked", "44 органа"), ("computed", ""), ("noted", "")):
            session.add(RoundStep(round_id=row.id or 0, step=step, done_at=AT, words=words))
        data: dict[str, Any] = days | {"due_on": date(2026, 10, 7), "deadline_on": date(2026, 10, 7)}
        for n in range(min(self.towns, 44)):
            is_silent = n >= min(self.towns, 44) - 3
            session.add(
                ControlPoint(
                    key=f"{point.key}/data/mo-{n}",
                    purpose="data",
                    parent_id=point.id,
                    stage="data",
                    stage_title=f"Данные для мониторинга за III квартал 2026 г. · {name(n)}",
                    body_id=self.bodies[f"mo-{n}"],
                    **(facts | data | {"owner_id": self.bodies[f"mo-{n}"]}),
                )
            )
            if not is_silent:
                session.flush()
                done = session.exec(select(ControlPoint).where(ControlPoint.key == f"{point.key}/data/mo-{n}")).one()
                done.status, done.submitted_on, done.closed_on = "accepted", date(2026, 10, 5), date(2026, 10, 5)
        return int(row.id or 0)

    def _files(self, session: Session, snapshot_id: int) -> None:
        for title, kind, content, body_id in (
            ("Справка за III квартал 2026 г.docx", DOCX, b"the note", None),
            ("Справка за III квартал 2026 г.pdf", PDF, b"%PDF the note", None),
            ("Страница мо-0.pdf", PDF, b"%PDF page of mo-0", self.bodies["mo-0"]),
            ("Страница мо-1.pdf", PDF, b"%PDF page of mo-1", self.bodies["mo-1"]),
        ):
            digest = Store(self.pages.settings.files).keep(content)
            facts: dict[str, Any] = {
                "media_type": kind.media_type,
                "file_hash": digest,
                "size": len(content),
                "made_at": AT,
            }
            session.add(ReportFile(snapshot_id=snapshot_id, name=title, body_id=body_id, **facts))

    def remind(self, town: str, *days: date) -> None:
        """Reminders that left about the data of a body."""
        with open_session(self.pages.engine) as session:
            who = Official(roadmap_code=CODE, role="executor", post="Глава", body_id=self.bodies[town], is_lead=True)
            session.add(who)
            session.flush()
            way = who.channel("email", "head@example.org")
            session.add(way)
            session.flush()
            key = f"{CODE}/m-quarter/-/2026-10-14/data/{town}"
            point = session.exec(select(ControlPoint).where(ControlPoint.key == key)).one()
            for day in days:
                letter = Notice(
                    official_id=who.id or 0, channel_id=way.id or 0, on_day=day, state="sent", not_before=AT
                )
                session.add(letter)
                session.flush()
                session.add(NoticeLine(notice_id=letter.id or 0, point_id=point.id or 0, reason="due_soon", days=3))

    def give(self, town: str, numerator: float, **facts: Any) -> None:
        """A value that a body gave for the first indicator."""
        known: dict[str, Any] = {
            "denominator": 100,
            "source": "form",
            "actor": "Иванова А. А.",
            "recorded_at": AT,
        } | facts
        with open_session(self.pages.engine) as session:
            session.add(
                IndicatorValue(
                    round_id=self.round_id,
                    indicator_code="trained",
                    body_id=self.bodies[town],
                    numerator=numerator,
                    **known,
                )
            )


def name(n: int) -> str:
    """Short names in no alphabetical order of their codes."""
    return f"{['Яхрома', 'Химки', 'Дубна', 'Анапа', 'Сочи', 'Ейск'][n % 6]} {n + 1:04}"


def snapshot(towns: int) -> Computed:
    """Three indicators: a share with a target and a trend, a ratio, a total; the last three towns are silent."""
    silent = tuple(name(n) for n in range(towns - 3, towns))
    shares = indicator("trained", 1, towns, way="share", target=12.0, comparison="at_least", value=10.4)
    ratio = indicator("per-methodist", 2, towns, way="ratio", target=None, comparison=None, value=150.0)
    total = indicator("events", 3, towns, way="total", target=500.0, comparison="at_least", value=None)
    row = ExecutionRow(name="ИРО", due=4, in_time=2, late=1, overdue=1, excused=0)
    late = OverduePoint(
        key="k", number="1.2", title="Мониторинг <итоги>", body="ИРО", deadline_on=date(2026, 9, 1), days=43
    )
    return Computed(
        roadmap=CODE,
        region="Краснодарский край",
        title="Комплекс мер",
        act="приказ",
        rhythm="quarter",
        period="III квартал 2026 г.",
        period_start=date(2026, 7, 1),
        period_end=date(2026, 9, 30),
        as_of=AT,
        due_on=date(2026, 10, 7),
        note_on=date(2026, 10, 14),
        bodies_asked=towns,
        bodies_answered=towns - 3,
        silent=silent,
        remarks=("Показатель 2 изменён приказом от 20.08.2026 № 17 — в раунде действует прежняя редакция.",),
        indicators=(shares, ratio, total),
        by_body=(row,),
        by_section=(row.model_copy(update={"name": "1. Организационное обеспечение"}),),
        by_kind=(row.model_copy(update={"name": "Сессия"}),),
        execution=row,
        overdue=(late,),
        advice=(advice("mo-0"), advice("mo-1")),
    )


def indicator(code: str, number: int, towns: int, *, way: Any, value: float | None, **facts: Any) -> IndicatorResult:
    answers = []
    for n in range(towns):
        known: dict[str, Any] = {"body": f"mo-{n}", "name": name(n)}
        if n >= towns - 3 or value is None:
            answers.append(Answer(state="silent", **known))
            continue
        own = 5 + n * 7 % 17 if way == "share" else 100 + n % 9 * 20
        answers.append(Answer(state="given", numerator=own, denominator=100, value=own, source="форма", **known))
    known_trend = [None, 7.5, 9.1, value] if value is not None else [None] * 4
    return IndicatorResult(
        code=code,
        number=number,
        title=TITLES[number - 1],
        unit="percent" if way == "share" else "count",
        way=way,
        target_year=2026 if facts["target"] else None,
        is_cumulative=way == "share",
        words="не менее 12 %",
        place=f"приложение 3, показатель {number}",
        asked=towns,
        given=towns - 3 if value is not None else 0,
        numerator=value,
        denominator=100 if value is not None else None,
        value=value,
        verdict="behind" if code == "trained" else "no_data" if value is None else "not_judged",
        direction="up" if value is not None else None,
        trend=tuple(
            TrendPoint(period=title, ends_on=day, value=one)
            for (title, day), one in zip(PERIODS, known_trend, strict=True)
        ),
        expected=Expectation(year=2026, value=11.8, method="линейный тренд по 3 раундам") if way == "share" else None,
        answers=tuple(answers),
        **facts,
    )


def advice(body: str) -> Advice:
    return Advice(
        rule="below_target",
        indicator="trained",
        body=body,
        body_name=body,
        text=f"Направить на обучение педагогов ({body}) & доложить",
        ground="5,0 % при цели не менее 12 %",
        items=("1.1 Форсайт-сессия",),
        item_codes=("1.1",),
        due_on=TODAY + timedelta(days=60),
        open_key=f"krai/trained/{body}",
    )
