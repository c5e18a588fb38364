"""Whoever gets a letter reads in its first lines how he stands in all, and a duty left undone for weeks once."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlmodel import Session, select

from models import Absence, Channel, ControlPoint, Mute, Notice, NoticeLine, Official, Request, Roadmap
from models.db import open_session
from models.settings import Settings
from roadmap.letters import Letter
from tasks.letters.compose import compose
from tests.worlds.world import World

WEDNESDAY = date(2027, 5, 26)
DAY, WEEK = timedelta(days=1), timedelta(days=7)
NINE = datetime(2027, 5, 26, 6, tzinfo=UTC)
SETTINGS = Settings(_env_file=None)


def told(world: World, post: str, *lines: tuple[str, str], **facts: Any) -> Letter:
    """The letter of Wednesday to a post, with (key, reason) of each line."""
    with open_session(world.engine) as session:
        official = session.exec(select(Official).where(Official.post == post)).one()
        channel = session.exec(select(Channel).where(Channel.official_id == official.id)).one()
        place: dict[str, Any] = {"official_id": official.id, "channel_id": channel.id}
        notice = Notice(on_day=WEDNESDAY, not_before=NINE, **place, **facts)
        session.add(notice)
        session.flush()
        for key, reason in lines:
            point = point_of(session, key)
            days = (point.deadline_on - WEDNESDAY).days
            session.add(NoticeLine(notice_id=notice.id or 0, point_id=point.id or 0, reason=reason, days=days))
        session.flush()
        (parcel,) = compose(session, [notice], at=NINE, settings=SETTINGS)
        session.rollback()
    assert parcel.letter
    return parcel.letter


def point_of(session: Session, key: str) -> ControlPoint:
    return session.exec(select(ControlPoint).where(ControlPoint.key == key)).one()


def weeks(world: World, n: int, **facts: Any) -> list[str]:
    """A weekly duty undone for so many weeks up to yesterday, the oldest first."""
    return [world.point(WEDNESDAY - DAY - WEEK * k, **facts) for k in reversed(range(n))]


def ask(world: World, key: str, kind: str, *, reason: str = "нет данных", **facts: Any) -> None:
    with open_session(world.engine) as session:
        point = point_of(session, key)
        point.has_open_request = True
        asked: dict[str, Any] = {"asked_by": "Ректор", "asked_on": WEDNESDAY, "asked_at": NINE, "reason": reason}
        due: dict[str, Any] = {"due_on": point.due_on, "new_due_on": WEDNESDAY + 30 * DAY}
        session.add(Request(point_id=point.id or 0, kind=kind, **asked, **due, **facts))


def test_thirteen_weeks_of_one_duty_are_one_entry_counted_as_thirteen(world: World) -> None:
    keys = weeks(world, 13)
    world.point(WEDNESDAY - 40 * DAY, item_id=world.item(5))
    letter = told(world, "Ректор", (keys[-1], "overdue"))
    assert letter.subject == "Сроки: просрочено — 14. Краснодарский край [В-000001]"
    begin = letter.text.index("Всего за вами просрочено: 14. В этом письме — 13, все — на странице «Мои сроки».")
    assert begin < letter.text.index("Сообщаем о сроках") < letter.text.index("СРОК ИСТЁК (13)")
    assert "не исполнено за 13 сроков подряд: с 02.03.2027 по 25.05.2027" in letter.text
    assert "Самый давний срок: 02.03.2027, просрочено на 85 дней" in letter.text
    assert letter.text.count("/point/") == 1
    assert world.card(keys[0]) in letter.text
    for words in ("Всего за вами просрочено: 14.", "не исполнено за 13 сроков подряд", "Срок истёк (13)"):
        assert words in letter.html


def test_a_term_that_was_kept_breaks_the_row(small_world: World) -> None:
    keys = weeks(small_world, 5)
    with open_session(small_world.engine) as session:
        kept = point_of(session, keys[2])
        kept.status, kept.submitted_on, kept.closed_on = "accepted", kept.deadline_on, WEDNESDAY
    text = told(small_world, "Ректор", (keys[-1], "overdue")).text
    assert "не исполнено за 4 срока: с 27.04.2027 по 25.05.2027" in text
    assert "Всего за вами просрочено: 4. В этом письме — всё." in text


def test_a_letter_about_something_else_says_what_is_overdue_too(small_world: World) -> None:
    weeks(small_world, 3)
    soon = small_world.point(WEDNESDAY + 3 * DAY, item_id=small_world.item(5))
    letter = told(small_world, "Ректор", (soon, "due_soon"))
    assert letter.subject.startswith("Сроки: просрочено — 3, скоро срок — 1. ")
    assert "просрочено: 3. В этом письме — о другом; все — на странице «Мои сроки»." in letter.text


def test_nothing_overdue_is_not_spoken_of(small_world: World) -> None:
    soon = small_world.point(WEDNESDAY + 3 * DAY)
    small_world.point(WEDNESDAY - 3 * DAY, is_history=True)
    letter = told(small_world, "Ректор", (soon, "due_soon"))
    assert letter.subject == "Сроки: скоро срок — 1. Краснодарский край [В-000001]"
    assert "просрочено" not in letter.text


def test_what_is_muted_counts_as_on_the_page_and_is_not_told(small_world: World) -> None:
    quiet = small_world.item(5)
    keys = [*weeks(small_world, 2), small_world.point(WEDNESDAY - 40 * DAY, item_id=quiet)]
    said: dict[str, Any] = {"reason": "ждём приказа", "until": WEDNESDAY + WEEK, "set_by": "координатор"}
    with open_session(small_world.engine) as session:
        session.add(Mute(roadmap_code=small_world.code, item_id=quiet, set_at=NINE, **said))
    letter = told(small_world, "Ректор", *((key, "overdue") for key in keys))
    assert "Всего за вами просрочено: 3. В этом письме — 2, все — на странице" in letter.text
    assert "<5>" not in letter.text


def test_who_stands_in_reads_of_both_bodies(small_world: World) -> None:
    weeks(small_world, 2)
    school = small_world.point(WEDNESDAY - DAY, body="school")
    small_world.official("executor", "Директор", "director@example.org", body="school", is_lead=True)
    with open_session(small_world.engine) as session:
        ids = {one.post: one.id or 0 for one in session.exec(select(Official))}
        days: dict[str, Any] = {"starts_on": WEDNESDAY - DAY, "ends_on": WEDNESDAY + DAY}
        who: dict[str, Any] = {"official_id": ids["Директор"], "deputy_id": ids["Ректор"]}
        session.add(Absence(set_by="тест", set_at=NINE, **who, **days))
    text = told(small_world, "Ректор", (school, "overdue")).text
    assert "Всего за вами и за теми, кого вы замещаете, просрочено: 3. В этом письме — 1, все" in text


def test_terms_of_one_duty_demanded_apart_are_apart(small_world: World) -> None:
    keys = weeks(small_world, 4)
    with open_session(small_world.engine) as session:
        point_of(session, keys[0]).demanded_until = WEDNESDAY + 2 * DAY
    letter = told(small_world, "Заместитель министра", *((key, "still_overdue") for key in keys))
    assert "ПО-ПРЕЖНЕМУ НЕ ИСПОЛНЕНО (4)" in letter.text
    assert "не исполнено за 3 срока подряд: с 11.05.2027 по 25.05.2027" in letter.text
    assert letter.text.count("/point/") == 2
    assert "Сейчас: потребовано исполнение до 28.05.2027" in letter.text


def test_the_controller_reads_first_how_much_whose_the_longest_and_what_waits_for_him(world: World) -> None:
    keys = weeks(world, 3)
    school = world.point(WEDNESDAY - 2 * DAY, body="school")
    world.point(WEDNESDAY + 2 * DAY, item_id=world.item(5))
    with open_session(world.engine) as session:
        session.get_one(Roadmap, world.code).extensions_by = "controller"
    ask(world, keys[1], "extend")
    ask(world, keys[0], "ordered_extension")
    letter = told(world, "Заместитель министра", (keys[0], "still_overdue"), has_digest=True)
    first = letter.text[: letter.text.index("Докладываем об исполнении")].splitlines()[4:-1]
    assert first == [
        "Просрочено: 4 из 5 точек на контроле.",
        "По органам: ИРО — 3, Школа — 1.",
        "Дольше всего: 1. Форсайт-сессия «Развитие» & анализ <1> (ИРО) — просрочено на 15 дней (10 рабочих), "
        "не исполнено за 3 срока подряд: с 11.05.2027 по 25.05.2027.",
        "Ждёт вашего решения: 2 (просроченное, о котором вам сообщалось, — 1, просьбы о переносе срока — 1).",
        "Ваши поручения, на которые координатор ещё не ответил: 1.",
        "Срок на этой неделе (по 30.05.2027): 3.",
    ]
    assert letter.subject.startswith("На контроле: просрочено — 4, ")
    assert letter.text.index("ПО-ПРЕЖНЕМУ НЕ ИСПОЛНЕНО") < letter.text.index("ИСПОЛНИТЕЛЬСКАЯ ДИСЦИПЛИНА")
    assert school in {one["key"] for one in world.rows(ControlPoint)}


def test_the_coordinators_week_begins_with_what_is_overdue_and_due(world: World) -> None:
    keys = weeks(world, 3)
    world.point(WEDNESDAY + 2 * DAY, item_id=world.item(5))
    ask(world, keys[1], "extend")
    letter = told(world, "Координатор", (keys[1], "asked_extension"), has_digest=True)
    assert letter.subject.startswith("Координатору: просрочено — 3, срок на этой неделе — 2, ")
    order = [
        "Просрочено: 3 из 4 точек на контроле, за последние семь дней — 1.",
        "По органам: ИРО — 3.",
        "Ждёт решения: 1.",
        "Срок на этой неделе (по 30.05.2027): 2.",
        "Сообщаем о том, что требует",
        "ПРОСРОЧЕНО (3)",
        "ИРО: не исполнено за 3 срока подряд: с 11.05.2027 по 25.05.2027; просрочено на 15 дней (10 рабочих)",
        "СРОК НА ЭТОЙ НЕДЕЛЕ, ПО 30.05.2027 (2)",
        "Из них уже просрочено и названо выше: 1.",
        "ИРО: срок 28.05.2027, в работе, осталось 2 дня",
        "ИСПОЛНИТЕЛЬ ПРОСИТ ПЕРЕНЕСТИ СРОК (1)",
        "ИСПОЛНИТЕЛЬСКАЯ ДИСЦИПЛИНА",
    ]
    places = [letter.text.find(words) for words in order]
    assert -1 not in places, (order[places.index(-1)], letter.text)
    assert places == sorted(places)
    assert "Просрочено (3)" in letter.html


def test_a_letter_of_an_ordinary_day_to_the_coordinator_begins_so_too(small_world: World) -> None:
    keys = weeks(small_world, 2)
    ask(small_world, keys[0], "extend")
    letter = told(small_world, "Координатор", (keys[0], "asked_extension"))
    assert letter.subject.startswith("Координатору: просрочено — 2, срок на этой неделе — 1, просьб о переносе — 1. ")
    begin = letter.text.index("Просрочено: 2 из 2 точек на контроле, за последние семь дней — 1.")
    assert begin < letter.text.index("Ждёт решения: 1.") < letter.text.index("Сообщаем о том, что требует")
    assert "ИСПОЛНИТЕЛЬСКАЯ ДИСЦИПЛИНА" not in letter.text


def test_each_request_about_a_point_is_told_in_its_own_words_while_it_waits(world: World) -> None:
    key = world.point(WEDNESDAY + 3 * DAY)
    ask(world, key, "extend", reason="нет данных")
    ask(world, key, "reassignment", reason="ведёт ИРО")
    lines = [(key, "asked_extension"), (key, "asked_transfer")]
    text = told(world, "Координатор", *lines).text
    place = text.index("СЧИТАЕТ, ЧТО ПОРУЧЕНИЕ НЕ ЕГО")
    assert "нет данных" in text[:place]
    assert "ведёт ИРО" in text[place:]
    with open_session(world.engine) as session:
        request = session.exec(select(Request).where(Request.kind == "extend")).one()
        request.state, request.decided_on, request.decided_at = "settled", WEDNESDAY, NINE
    letter = told(world, "Координатор", *lines)
    assert "нет данных" not in letter.text
    assert "ведёт ИРО" in letter.text
    assert "просьб о переносе" not in letter.subject


def test_the_coordinators_telephone_stands_under_the_letter(small_world: World) -> None:
    soon = small_world.point(WEDNESDAY + 3 * DAY)
    with open_session(small_world.engine) as session:
        coordinator = session.exec(select(Official).where(Official.role == "coordinator")).one()
        coordinator.name = "Орлова Анна Сергеевна"
        coordinator.give_phone("+7 (861) 123-45-67")
    letter = told(small_world, "Ректор", (soon, "due_soon"))
    assert "\nКоординатор: Орлова Анна Сергеевна, тел. +7 (861) 123-45-67 (coordinator@example.org)." in letter.text
    assert "Координатор: Орлова Анна Сергеевна, тел. +7 (861) 123-45-67 (<a href" in letter.html


def test_what_is_left_of_last_year_is_in_the_figure_and_named_beside_the_table(small_world: World) -> None:
    whole = small_world.point(WEDNESDAY - 200 * DAY)
    small_world.point(WEDNESDAY - DAY, item_id=small_world.item(5))
    with open_session(small_world.engine) as session:
        parent = point_of(session, whole).id
    facts: dict[str, Any] = {"item": "s", "parent_id": parent, "stage": "draft", "stage_title": "Проект"}
    small_world.point(WEDNESDAY - 2 * DAY, **facts)
    text = told(small_world, "Координатор", has_digest=True).text
    assert "Просрочено: 3 из 3 точек и этапов на контроле, за последние семь дней — 2." in text
    assert "ИРО: в срок 0, с опозданием 0, просрочено 2, " in text
    assert "Сверх того просрочено со сроками до 01.01.2027: 1." in text


def test_a_week_without_anything_overdue_says_so(small_world: World) -> None:
    small_world.point(WEDNESDAY + 30 * DAY)
    letter = told(small_world, "Координатор", has_digest=True)
    assert letter.subject.startswith("Координатору: просроченного нет, дисциплина за неделю. ")
    assert "Просроченного нет; на контроле — 1 точка." in letter.text
    assert "До конца недели (по 30.05.2027) сроков нет." in letter.text
