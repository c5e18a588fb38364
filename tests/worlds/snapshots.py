"""Snapshots that notes are written of: Moscow with six indicators, Surgut unjudged, Krasnodar without indicators."""

import random
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Engine
from sqlmodel import select

from models import Body, ControlPoint, Item, Roadmap, Round
from models import Snapshot as SnapshotRow
from models.db import open_session
from roadmap.catalogue.loading import built_in
from roadmap.catalogue.schema import Indicator
from roadmap.monitoring.snapshot import (
    Advice,
    Answer,
    ExecutionRow,
    Expectation,
    IndicatorResult,
    OverduePoint,
    Snapshot,
    TrendPoint,
)

AS_OF = datetime(2024, 10, 13, 7, 30, tzinfo=UTC)
NOTE_ON = date(2024, 10, 14)
PERIODS = (
    ("III квартал 2023 г.", date(2023, 9, 30)),
    ("IV квартал 2023 г.", date(2023, 12, 31)),
    ("I квартал 2024 г.", date(2024, 3, 31)),
    ("II квартал 2024 г.", date(2024, 6, 30)),
    ("III квартал 2024 г.", date(2024, 9, 30)),
)
TOWNS = (
    *("Балашиха", "Богородский г. о.", "Бронницы", "Видное", "Власиха", "Волоколамский г. о.", "Воскресенск"),
    *("Восход", "Дзержинский", "Дмитровский г. о.", "Долгопрудный", "Домодедово", "Дубна", "Егорьевск"),
    *("Жуковский", "Зарайск", "Звёздный городок", "Истра", "Кашира", "Клин", "Коломна", "Королёв", "Котельники"),
    *("Красногорск", "Краснознаменск", "Лобня", "Лосино-Петровский", "Лотошино", "Луховицы", "Лыткарино"),
    *("Люберцы", "Можайский г. о.", "Молодёжный", "Мытищи", "Наро-Фоминский г. о.", "Одинцовский г. о."),
    *("Орехово-Зуевский г. о.", "Павлово-Посадский г. о.", "Подольск", "Пушкинский г. о.", "Раменский г. о."),
    *("Реутов", "Рузский г. о.", "Сергиево-Посадский городской округ <№ 1> & филиал", "Серебряные Пруды"),
    *("Серпухов", "Солнечногорск", "Ступино", "Фрязино", "Химки", "Черноголовка", "Чехов", "Шатура", "Щёлково"),
)
SPREAD = {"share": (0.4, 1.45), "ratio": (0.6, 1.3), "total": (0.5, 1.4)}


def towns(count: int) -> tuple[tuple[str, str], ...]:
    """(code, short name) of so many municipalities."""
    names = [TOWNS[n] if n < len(TOWNS) else f"Муниципальный округ № {n + 1}" for n in range(count)]
    return tuple((f"mo-{n + 1}", name) for n, name in enumerate(names))


def result(dice: random.Random, number: int, one: Indicator, *, count: int, silent: int) -> IndicatorResult:
    """A result as monitoring computes it: a share is the sum of numerators over the sum of denominators."""
    # «Количество педагогических работников, закрепленных за 1 региональным методистом» is one number over another.
    way: Any = "ratio" if "за 1 региональным" in one.title else one.counted
    asked = towns(count) if way != "flag" and not one.computed_from else (("minobr", "Министерство образования"),)
    answers = [answer(dice, way, one.target, body, silent=n >= count - silent) for n, body in enumerate(asked)]
    given = [each for each in answers if each.state == "given"]
    numerator = sum(each.numerator or 0 for each in given) if given else None
    denominator = sum(each.denominator or 0 for each in given) if given and way in ("share", "ratio") else None
    value = numerator
    if numerator is not None and denominator:
        value = numerator / denominator * (100 if way == "share" else 1)
    rates = (1,) * 5 if way == "flag" else (0.62, 0.7, 0.78, 0.9, 1)
    trend = tuple(
        TrendPoint(period=title, ends_on=day, value=None if value is None else value * rate)
        for (title, day), rate in zip(PERIODS, rates, strict=True)
    )
    has_forecast = value is not None and way != "flag" and one.target is not None
    return IndicatorResult(
        **one.model_dump(include={"code", "title", "unit", "comparison", "target", "target_year", "words"}),
        number=number,
        way=way,
        is_cumulative=one.cumulative,
        place=one.source.place,
        asked=len(asked),
        given=len(given),
        numerator=numerator,
        denominator=denominator,
        value=value,
        verdict=verdict(one, value),
        direction=None if value is None else "up",
        trend=trend,
        expected=Expectation(year=2024, value=(value or 0) * 1.08, method="линейный тренд по 5 раундам")
        if has_forecast
        else None,
        answers=tuple(sorted(answers, key=lambda each: each.name)),
    )


def verdict(one: Indicator, value: float | None) -> Any:
    if value is None or one.target is None:
        return "no_data" if one.target is not None else "not_judged"
    met = value <= one.target if one.comparison == "at_most" else value >= one.target
    return "met" if met else "not_met"


def answer(dice: random.Random, way: str, target: float | None, body: tuple[str, str], *, silent: bool) -> Answer:
    code, name = body
    if silent:
        return Answer(body=code, name=name, state="silent")
    if way == "flag":
        return Answer(body=code, name=name, state="given", numerator=1, value=1, source="контрольная точка 1.1")
    if body[0] == "minobr":
        facts: Any = {"numerator": 54.0, "denominator": 60.0, "value": 90.0}
        return Answer(body=code, name=name, state="given", source="контрольные точки", **facts)
    if dice.random() < 0.06:
        return Answer(body=code, name=name, state="no_data", reason="обучение в IV квартале", source="форма")
    low, high = SPREAD[way]
    aim = 30.0 if target is None else target
    denominator = float(dice.randint(3, 9) if way == "ratio" else dice.randint(150, 2400))
    wanted = aim * dice.uniform(low, high) / (100 if way == "share" else 1)
    numerator = float(round(wanted * (denominator if way in ("share", "ratio") else 1)))
    value = numerator if way == "total" else numerator / denominator * (100 if way == "share" else 1)
    return Answer(
        body=code,
        name=name,
        state="given",
        numerator=numerator,
        denominator=None if way == "total" else denominator,
        value=value,
        source=f"форма, 0{dice.randint(2, 9)}.10.2024, Иванова А. А.",
        is_late=dice.random() < 0.1,
    )


def row(name: str, due: int, late: int = 0, overdue: int = 0, excused: int = 0) -> ExecutionRow:
    in_time = due - late - overdue
    return ExecutionRow(name=name, due=due, in_time=in_time, late=late, overdue=overdue, excused=excused)


def overdue(count: int) -> tuple[OverduePoint, ...]:
    days = [date(2024, 9, n % 28 + 1) for n in range(1, count + 1)]
    return tuple(
        OverduePoint(
            key=f"moscow-oblast/1.{n}/mo-{n}/{day}",
            number=f"1.{n}",
            title="Проведение диагностики профессиональных дефицитов педагогических работников «Учитель» & <наставник>",
            body=towns(n)[n - 1][1],
            deadline_on=day,
            days=(NOTE_ON - day).days,
        )
        for n, day in enumerate(days, start=1)
    )


def advice(count: int) -> tuple[Advice, ...]:
    return tuple(
        Advice(
            rule="below",
            indicator="3",
            body=f"mo-{n}",
            body_name=towns(n)[n - 1][1],
            text="Направить на обучение по программам из федерального реестра не менее 40 педагогических работников",
            ground=f"Показатель 3: {n},4 % при цели не менее 12 %; ниже цели второй раунд подряд",
            items=("1.3 Организация и проведение диагностики профессиональных компетенций педагогов",),
            item_codes=("1.3",),
            due_on=date(2024, 12, 15),
            open_key=f"below/3/mo-{n}",
            is_open_already=n % 5 == 0,
        )
        for n in range(1, count + 1)
    )


def build(code: str = "moscow-oblast", *, count: int = len(TOWNS), silent: int = 6, **more: Any) -> Snapshot:
    """A snapshot of the third quarter of 2024."""
    catalogue = built_in(code)
    asked = count if catalogue.indicators else 0
    dice = random.Random(7)
    names = [name for _, name in towns(count)]
    facts: dict[str, Any] = {
        "roadmap": code,
        "region": catalogue.region,
        "title": catalogue.title,
        "act": catalogue.act.words,
        "rhythm": "quarter",
        "period": "III квартал 2024 г.",
        "period_start": date(2024, 7, 1),
        "period_end": date(2024, 9, 30),
        "as_of": AS_OF,
        "due_on": date(2024, 10, 7),
        "note_on": NOTE_ON,
        "bodies_asked": asked,
        "bodies_answered": asked - silent if asked else 0,
        "silent": tuple(sorted(names[count - silent :])) if asked and silent else (),
        "remarks": ("С 01.08.2024 показатель 6 действует в новой редакции; раунд составлен по прежней.",),
        "indicators": tuple(
            result(dice, number, one, count=count, silent=silent)
            for number, one in enumerate(catalogue.indicators, start=1)
        ),
        "by_body": (
            row("АСОУ", 14, 1, 1),
            row("Министерство образования", 6),
            *(row(name, 3, n % 2, int(n % 3 == 0)) for n, name in enumerate(names)),
        ),
        "by_section": (
            row("1. Организационно-управленческое обеспечение функционирования РС НМС", 12, 2, 1, 1),
            row("2. Методическое сопровождение", 9, 1),
            row("", 2),
        ),
        "by_kind": (row("Мониторинг", 8, 1), row("Документ", 15, 2, 1, 1)),
        "execution": row("Всего", 23, 3, 1, 1),
        "overdue": overdue(min(count, 12)),
        "advice": advice(min(count, 9)),
    }
    return Snapshot(**(facts | more))


def kept(engine: Engine, snapshot: Snapshot) -> int:
    """A roadmap with the bodies of a snapshot, its round, and the snapshot kept; returns the id of its row."""
    code = snapshot.roadmap
    asked = {answer.body: answer.name for one in snapshot.indicators for answer in one.answers}
    with open_session(engine) as session:
        facts: dict[str, Any] = {"period_start": date(2021, 1, 1), "period_end": date(2030, 12, 31)}
        facts |= {
            "zone": "Europe/Moscow",
            "roll": "preceding",
            "report_by": "period_end",
            "controlled_from": date(2024, 1, 1),
        }
        session.add(Roadmap(code=code, region=snapshot.region, title=snapshot.title, act=snapshot.act, **facts))
        session.flush()
        for body, name in (asked | {"keeper": "АСОУ", "idle": "Посторонний"}).items():
            session.add(Body(roadmap_code=code, code=body, name=name, short=name, level="municipal"))
        session.flush()
        owner = session.exec(select(Body).where(Body.code == "keeper")).one().id or 0
        words_of: dict[str, Any] = dict.fromkeys(("group", "responsible", "executors", "term", "result", "section"), "")
        item = Item(roadmap_code=code, code="m-quarter", position=1, origin="duty", number="", title="Мониторинг",
                    owner_id=owner, kind="round", reading={}, is_controlled=True, source="", **words_of)  # fmt: skip
        session.add(item)
        session.flush()
        point = ControlPoint(key=f"{code}/m-quarter/-/2024-10-14", roadmap_code=code, item_id=item.id or 0,
                             owner_id=owner, opens_on=date(2024, 10, 1), due_on=date(2024, 10, 14),
                             deadline_on=date(2024, 10, 14), purpose="round", status="open")  # fmt: skip
        session.add(point)
        session.flush()
        row = Round(roadmap_code=code, rhythm="quarter", period_start=snapshot.period_start,
                    period_end=snapshot.period_end, opens_on=date(2024, 10, 1), due_on=snapshot.due_on,
                    note_on=snapshot.note_on, point_id=point.id or 0)  # fmt: skip
        session.add(row)
        session.flush()
        content = snapshot.model_dump(mode="json")
        made = SnapshotRow(
            round_id=row.id or 0, as_of=snapshot.as_of, made_at=AS_OF, sha256=snapshot.sha256, content=content
        )
        session.add(made)
        session.flush()
        assert made.id is not None
        return made.id
