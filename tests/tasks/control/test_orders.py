"""What the person charged with control demands, orders and keeps under personal control; on both engines."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from models import AuditEntry, ControlPoint, Notice, Official, Request, Roadmap, Transition
from models.db import open_session
from models.lifecycle import point_by_key
from models.settings import Settings
from roadmap.letters import Letter
from tasks.control.commands import (
    Accept,
    By,
    Command,
    Demand,
    Extend,
    GrantExtension,
    GrantWithdrawal,
    LeavePersonally,
    OrderExtension,
    OrderWithdrawal,
    RefuseRequest,
    Submit,
    TakePersonally,
    Withdraw,
)
from tasks.daily.control_day import control_day
from tasks.daily.decisions import decide
from tasks.letters.compose import compose
from tasks.people.mutes import mute, subject_of
from tests.worlds.world import World

WEDNESDAY = date(2027, 5, 26)
MONDAY = date(2027, 5, 31)
DAY = timedelta(days=1)
LATER = date(2027, 6, 30)
CONTROLLER, COORDINATOR, RECTOR = "Заместитель министра", "Координатор", "Ректор"


def by(n: int, actor: str = CONTROLLER, on: date = WEDNESDAY, **more: Any) -> By:
    at = datetime.combine(on, time(9), UTC)
    return By(actor=f"{actor} (страница)", at=at, today=on, once_key=f"test:{n}", auditor=actor, **more)


def do(world: World, command: Command) -> str:
    return decide(world.engine, command).refusal


def control(world: World, on: date) -> None:
    assert not control_day(world.engine, today=on, at=datetime.combine(on, time(3), UTC)).failed


def sent(world: World, on: date, hour: int = 8) -> None:
    """Every letter of the day left."""
    with open_session(world.engine) as session:
        at = datetime.combine(on, time(hour), UTC)
        session.execute(update(Notice).where(col(Notice.on_day) == on).values(state="sent", sent_at=at))


def heard(world: World, *reasons: str) -> list[tuple[str, str, str]]:
    """(day, post, reason) of the lines with one of the reasons."""
    return [(on, post, reason) for on, post, reason, _ in world.letters() if reason in reasons]


def letter_to(world: World, post: str, on: date) -> Letter:
    with open_session(world.engine) as session:
        found = select(Notice).join(Official, col(Official.id) == col(Notice.official_id))
        notice = session.execute(found.where(col(Official.post) == post, col(Notice.on_day) == on)).scalar_one()
        at = datetime.combine(on, time(9), UTC)
        made = compose(session, [notice], at=at, settings=Settings(link_key="к" * 40))[0].letter
    assert made is not None
    return made


def point(world: World, key: str) -> ControlPoint:
    with open_session(world.engine) as session:
        return point_by_key(session, key)


def states(world: World) -> list[str]:
    return [row["state"] for row in world.rows(Request)]


def late(world: World) -> str:
    """Overdue since the middle of May; the controller has heard of it."""
    return world.point(WEDNESDAY - 12 * DAY, next_check_on=LATER)


def test_a_demand_is_a_mark_a_line_of_history_and_a_letter_to_whoever_answers(world: World) -> None:
    key, until = late(world), WEDNESDAY + 5 * DAY
    command = Demand(key=key, by=by(1), until=until, reason="жду отчёт")
    assert [do(world, command), do(world, command)] == ["", ""], "the same form twice is one demand"
    assert [row["action"] for row in world.rows(Transition)] == ["demand"]
    assert (point(world, key).demanded_until, point(world, key).status) == (until, "open")
    assert [(row["actor"], row["action"]) for row in world.rows(AuditEntry)] == [
        (CONTROLLER, "решение: потребовано исполнение")
    ]
    control(world, WEDNESDAY)
    control(world, WEDNESDAY)
    sent(world, WEDNESDAY, hour=12)
    control(world, WEDNESDAY + DAY)
    assert heard(world, "demanded") == [("2027-05-26", RECTOR, "demanded")], "told once"
    letter = letter_to(world, RECTOR, WEDNESDAY)
    assert "потребовано исполнение — 1" in letter.subject
    assert "Требование: исполнить до 31.05.2027: жду отчёт" in letter.text
    assert "СРОК ИСТЁК" not in letter.text, "one reason a point"


def test_a_demand_made_after_the_letter_of_the_day_is_in_the_next_one(world: World) -> None:
    key = late(world)
    do(world, Demand(key=key, by=by(1), until=MONDAY))
    control(world, WEDNESDAY)
    sent(world, WEDNESDAY)  # at eight; the second demand is made at nine
    assert do(world, Demand(key=key, by=by(2), until=MONDAY + DAY)) == ""
    control(world, WEDNESDAY)
    control(world, WEDNESDAY + DAY)
    assert heard(world, "demanded") == [
        ("2027-05-26", RECTOR, "demanded"),
        ("2027-05-27", RECTOR, "demanded"),
    ]
    assert "исполнить до 01.06.2027" in letter_to(world, RECTOR, WEDNESDAY + DAY).text


def test_whoever_answers_and_is_not_reached_is_the_coordinators_line(small_world: World) -> None:
    key = small_world.point(WEDNESDAY - 12 * DAY, body="school", next_check_on=LATER)
    do(small_world, Demand(key=key, by=by(1), until=MONDAY))
    control(small_world, WEDNESDAY)
    assert heard(small_world, "demanded", "no_channel") == [("2027-05-26", COORDINATOR, "no_channel")]


def test_a_demand_entered_by_the_coordinator_names_who_ordered_it(small_world: World) -> None:
    key = late(small_world)
    do(small_world, Demand(key=key, by=by(1, COORDINATOR), until=MONDAY, ordered_by=CONTROLLER, reason="к совещанию"))
    assert small_world.rows(Transition)[0]["reason"] == "по указанию: Заместитель министра. к совещанию"


@pytest.mark.parametrize(
    ("facts", "until", "words"),
    [
        pytest.param({}, WEDNESDAY - DAY, "не раньше 26.05.2027", id="a day that is past"),
        pytest.param({"status": "submitted"}, MONDAY, "сейчас — на проверке", id="a result that waits for the check"),
        pytest.param({"status": "planned", "opens_on": LATER}, MONDAY, "ещё не началось", id="what is to come"),
        pytest.param({"status": "accepted", "closed_on": WEDNESDAY}, MONDAY, "сейчас — исполнено", id="what is done"),
    ],
)
def test_nothing_is_demanded(small_world: World, facts: dict[str, Any], until: date, words: str) -> None:
    key = small_world.point(LATER + 9 * DAY, **facts)
    assert words in do(small_world, Demand(key=key, by=by(1), until=until))
    assert small_world.rows(Transition) == []


def test_an_ordered_extension_is_carried_out_and_the_controller_is_told(world: World) -> None:
    key = late(world)
    order = OrderExtension(key=key, by=by(1), due_on=LATER, reason="нет данных от школ")
    assert [do(world, order), do(world, order)] == ["", ""]
    assert (states(world), point(world, key).has_open_request) == (["waiting"], True)
    control(world, WEDNESDAY)
    assert heard(world, "ordered") == [("2027-05-26", COORDINATOR, "ordered")]
    assert "перенести срок на 30.06.2027: нет данных от школ" in letter_to(world, COORDINATOR, WEDNESDAY).text
    grant = GrantExtension(key=key, by=by(2, COORDINATOR), reason="по поручению", request_id=1, due_on=LATER)
    assert [do(world, grant), do(world, grant)] == ["", ""]
    assert (states(world), point(world, key).deadline_on) == (["granted"], LATER)
    again = GrantExtension(key=key, by=by(3, COORDINATOR), reason="ещё раз", request_id=1, due_on=LATER + DAY)
    assert "Поручение (перенос срока) уже решено" in do(world, again)
    sent(world, WEDNESDAY, hour=8)
    control(world, WEDNESDAY + DAY)
    control(world, WEDNESDAY + DAY)
    assert heard(world, "order_done", "extended") == [
        ("2027-05-27", RECTOR, "extended"),
        ("2027-05-27", CONTROLLER, "order_done"),
    ]
    words = letter_to(world, CONTROLLER, WEDNESDAY + DAY).text
    assert "перенести срок на 30.06.2027 — выполнено (Координатор, 26.05.2027): по поручению" in words


def test_an_order_may_be_answered_with_a_reason_and_only_the_controller_hears(world: World) -> None:
    key = late(world)
    do(world, OrderWithdrawal(key=key, by=by(1), reason="отменено"))
    assert "укажите основание" in do(world, RefuseRequest(key=key, by=by(2, COORDINATOR), reason=" ", request_id=1))
    answer = RefuseRequest(key=key, by=by(3, COORDINATOR), reason="срок установлен приказом", request_id=1)
    assert do(world, answer) == ""
    assert (states(world), point(world, key).status, point(world, key).has_open_request) == (["refused"], "open", False)
    assert [row["action"] for row in world.rows(Transition)] == ["order", "answer_order"]
    control(world, WEDNESDAY)
    assert heard(world, "order_declined", "refused", "ordered") == [("2027-05-26", CONTROLLER, "order_declined")]
    text = letter_to(world, CONTROLLER, WEDNESDAY).text
    assert "снять с контроля — не выполнено (Координатор, 26.05.2027): срок установлен приказом" in text


def test_an_ordered_withdrawal_is_carried_out_with_its_own_reason(small_world: World) -> None:
    key = late(small_world)
    do(small_world, OrderWithdrawal(key=key, by=by(1), reason="отменено приказом"))
    done = GrantWithdrawal(key=key, by=by(2, COORDINATOR), reason="отменено приказом", request_id=1)
    assert do(small_world, done) == ""
    assert (states(small_world), point(small_world, key).status) == (["granted"], "withdrawn")


def test_an_order_that_waits_is_told_again_every_five_working_days(small_world: World) -> None:
    key = late(small_world)
    do(small_world, OrderWithdrawal(key=key, by=by(1), reason="отменено"))
    for n in range(15):
        on = WEDNESDAY + n * DAY
        control(small_world, on)
        sent(small_world, on, hour=12)
    assert [on for on, *_ in heard(small_world, "ordered")] == ["2027-05-26", "2027-06-02", "2027-06-09"]


@pytest.mark.parametrize(
    ("closing", "state"),
    [
        pytest.param(lambda key: Accept(key=key, by=by(9)), "settled", id="accepted: without ground"),
        pytest.param(lambda key: Withdraw(key=key, by=by(9), reason="так"), "granted", id="withdrawn: carried out"),
        pytest.param(lambda key: Submit(key=key, by=by(9), done_on=WEDNESDAY), "waiting", id="reported: it waits"),
        pytest.param(
            lambda key: Extend(key=key, by=by(9), reason="так", due_on=LATER), "waiting", id="extended: it waits"
        ),
    ],
)
def test_what_another_decision_makes_of_an_order_to_withdraw(small_world: World, closing: Any, state: str) -> None:
    key = late(small_world)
    do(small_world, OrderWithdrawal(key=key, by=by(1), reason="отменено"))
    assert do(small_world, closing(key)) == ""
    assert states(small_world) == [state]


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(lambda key: Demand(key=key, by=by(1), until=MONDAY), id="a demand"),
        pytest.param(lambda key: OrderWithdrawal(key=key, by=by(1), reason="отменено"), id="an order"),
        pytest.param(lambda key: TakePersonally(key=key, by=by(1)), id="personal control"),
    ],
)
def test_two_copies_of_a_form_sent_at_once_are_one_decision(world: World, command: Any) -> None:
    key = late(world)
    with ThreadPoolExecutor(4) as several:
        assert [*several.map(lambda _: do(world, command(key)), range(4))] == [""] * 4
    assert len(world.rows(Transition)) == 1
    assert len(world.rows(Request)) <= 1


def test_where_the_act_leaves_deadlines_to_the_controller_the_day_is_his(small_world: World) -> None:
    small_world.change(Roadmap, extensions_by="controller")
    key = late(small_world)
    do(small_world, OrderExtension(key=key, by=by(1), due_on=LATER, reason="нет данных"))
    grant = {"key": key, "reason": "по поручению", "request_id": 1}
    refusal = do(small_world, GrantExtension(by=by(2, COORDINATOR), due_on=LATER + DAY, **grant))  # type: ignore[arg-type]
    assert "перенесите на названный им день" in refusal
    assert do(small_world, GrantExtension(by=by(3, COORDINATOR), due_on=LATER, **grant)) == ""  # type: ignore[arg-type]


def test_one_order_of_a_kind_waits_and_a_stale_page_says_who_was_first(small_world: World) -> None:
    key = late(small_world)
    do(small_world, OrderWithdrawal(key=key, by=by(1), reason="отменено"))
    assert "поручение уже ждёт решения" in do(small_world, OrderWithdrawal(key=key, by=by(2), reason="ещё раз"))
    refusal = do(small_world, Accept(key=key, by=by(3, COORDINATOR, seen=0)))
    assert "контролирующее лицо дало поручение (Заместитель министра (страница), 26.05.2027)" in refusal
    assert "не раньше сегодняшнего дня" in do(
        small_world, OrderExtension(key=key, by=by(4), due_on=WEDNESDAY - DAY, reason="так")
    )


def test_personal_control_names_the_point_weekly_until_it_is_done(world: World) -> None:
    key = late(world)
    take = TakePersonally(key=key, by=by(1))
    assert [do(world, take), do(world, take)] == ["", ""]
    assert "Уже на личном контроле, с 26.05.2027" in do(world, TakePersonally(key=key, by=by(2)))
    do(world, Demand(key=key, by=by(3), until=MONDAY + DAY))
    control(world, MONDAY)
    letter = letter_to(world, CONTROLLER, MONDAY)
    assert "на личном контроле — 1" in letter.subject
    assert "НА ВАШЕМ ЛИЧНОМ КОНТРОЛЕ (1)" in letter.text
    assert "срок 14.05.2027, просрочено на 17 дней (10 рабочих)" in letter.text
    assert "потребовано исполнение до 01.06.2027" in letter.text
    assert "ЛИЧНОМ" not in letter_to(world, COORDINATOR, MONDAY).text
    do(world, Accept(key=key, by=by(4, COORDINATOR, on=MONDAY)))
    control(world, MONDAY + 7 * DAY)
    assert "ЛИЧНОМ" not in letter_to(world, CONTROLLER, MONDAY + 7 * DAY).text


def test_personal_control_ends_when_the_controller_says_so(small_world: World) -> None:
    key = late(small_world)
    assert "На личном контроле не состоит" in do(small_world, LeavePersonally(key=key, by=by(1)))
    do(small_world, TakePersonally(key=key, by=by(2)))
    assert do(small_world, LeavePersonally(key=key, by=by(3))) == ""
    assert point(small_world, key).personal_since is None


def test_a_mute_holds_back_letters_to_whoever_answers_but_not_what_control_says(world: World) -> None:
    key = world.point(WEDNESDAY - 6 * DAY, next_check_on=WEDNESDAY - 6 * DAY)
    with open_session(world.engine) as session:
        subject = subject_of(session, "krai", item="1", body=None)
        facts: dict[str, Any] = {"until": LATER, "reason": "идёт суд", "today": WEDNESDAY, "actor": "координатор"}
        mute(session, "krai", subject, at=datetime.combine(WEDNESDAY, time(1), UTC), **facts)
    for n in range(27):
        on = WEDNESDAY + n * DAY
        control(world, on)
        if on == WEDNESDAY + DAY:
            assert "Сейчас: письма исполнителю приостановлены" in letter_to(world, CONTROLLER, on).text
        sent(world, on, hour=12)
    assert heard(world, "escalated", "still_overdue") == [
        ("2027-05-27", CONTROLLER, "escalated"),
        ("2027-06-07", CONTROLLER, "still_overdue"),
        ("2027-06-15", CONTROLLER, "still_overdue"),  # the 14th is a day off
        ("2027-06-21", CONTROLLER, "still_overdue"),
    ]
    assert [post for _, post, *_ in world.letters() if post == RECTOR] == []
    do(world, Demand(key=key, by=by(1, on=WEDNESDAY + 27 * DAY), until=LATER))
    control(world, WEDNESDAY + 27 * DAY)
    assert heard(world, "demanded") == [("2027-06-22", RECTOR, "demanded")]
    assert "исполнить до 30.06.2027" in letter_to(world, RECTOR, WEDNESDAY + 27 * DAY).text
