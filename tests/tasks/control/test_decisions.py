"""One road for every decision: the point is read once, one transition, one line of the audit, whoever decides."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event

from models import AuditEntry, ControlPoint, Roadmap, Transition
from models.db import open_session
from models.lifecycle import TransitionCommand, change
from tasks.control.commands import Accept, By, Command, Extend, OrderExtension, Return, Withdraw
from tasks.daily.decisions import decide
from tasks.prefect.runs.forms import ACTOR, Decision, StageDecision, answer, command_of

TODAY = date(2027, 5, 26)
AT = datetime(2027, 5, 26, 9, tzinfo=UTC)
PAGE = By(actor="координатор (страница)", at=AT, today=TODAY, once_key="control:1", seen=0)
FORM = By(actor=ACTOR, at=AT, today=TODAY, once_key="run:1:decision-1")

COMMANDS: dict[str, Callable[[str, By], Command]] = {
    "accept": lambda key, by: Accept(key=key, by=by, evidence="протокол № 4"),
    "extend": lambda key, by: Extend(key=key, by=by, reason="приказ № 8", due_on=date(2027, 6, 30)),
    "withdraw": lambda key, by: Withdraw(key=key, by=by, reason="приказ № 9"),
}


def selects(engine: Engine, act: Callable[[], Any]) -> list[str]:
    """Every reading of points while something is done, but for the count of the stages of one."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("SELECT") and "FROM control_point" in statement and "parent_id = " not in statement:
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return seen


@pytest.mark.parametrize("by", [PAGE, FORM], ids=["page", "form"])
@pytest.mark.parametrize("make", COMMANDS.values(), ids=COMMANDS)
def test_a_decision_reads_the_point_once_and_leaves_one_line(small_world: Any, make: Any, by: By) -> None:
    submitted = {"status": "submitted", "submitted_on": TODAY}
    command = make(small_world.point(TODAY, **submitted), by)
    found = selects(small_world.engine, lambda: decide(small_world.engine, command))
    # The second is the row as it stands after the change.
    assert ['"key" =' in one.partition("WHERE")[2] for one in found] == [True, False], found
    assert decide(small_world.engine, command).refusal == ""
    assert [(row["actor"], row["action"]) for row in small_world.rows(AuditEntry)] == [
        ("координатор", f"решение: {command.done}")
    ]
    assert [row["once_key"] for row in small_world.rows(Transition)] == [by.once_key]


def test_a_deadline_is_not_moved_to_a_day_off_whose_working_day_is_past(small_world: Any) -> None:
    key = small_world.point(TODAY)
    saturday = date(2027, 5, 29)
    of_saturday = replace(FORM, today=saturday)
    moved = Extend(key=key, by=of_saturday, reason="приказ № 8", due_on=saturday + timedelta(days=1))
    outcome = decide(small_world.engine, moved)
    assert outcome.refusal == (
        "30.05.2027 — нерабочий день, а рабочий день перед ним уже прошёл: укажите рабочий день."
    )
    order = OrderExtension(key=key, by=replace(of_saturday, once_key="order"), reason="так", due_on=date(2027, 5, 30))
    assert decide(small_world.engine, order).refusal == outcome.refusal, "what cannot be carried out is not ordered"
    assert decide(small_world.engine, replace(moved, due_on=date(2027, 5, 31))).refusal == ""


def test_what_is_refused_changes_nothing_and_is_kept_in_the_audit(small_world: Any) -> None:
    key = small_world.point(TODAY)
    outcome = decide(small_world.engine, Return(key=key, by=FORM, reason="нет списка"))
    assert (outcome.status, outcome.refusal) == ("open", "Нельзя вернуть на доработку, сейчас — в работе.")
    assert str(outcome.refused) == f"«{key}»: нельзя вернуть на доработку, сейчас — в работе"
    assert [(row["action"], row["detail"]) for row in small_world.rows(AuditEntry)] == [
        ("решение не записано", outcome.refusal)
    ]
    assert small_world.rows(Transition) == []


def test_a_page_is_told_what_was_done_meanwhile_and_a_form_is_not(small_world: Any) -> None:
    key = small_world.point(TODAY, status="submitted", submitted_on=TODAY)
    decide(small_world.engine, Extend(key=key, by=FORM, reason="приказ", due_on=date(2027, 6, 30)))
    assert "по точке уже сделано другое" in decide(small_world.engine, Accept(key=key, by=PAGE)).refusal
    assert decide(small_world.engine, Accept(key=key, by=replace(FORM, once_key="run:1:decision-2"))).refusal == ""


def test_a_form_does_not_accept_unawares_what_was_recalled_meanwhile(small_world: Any) -> None:
    key = small_world.point(TODAY)
    with open_session(small_world.engine) as session:
        for action in ("submit", "recall"):
            change(session, key, TransitionCommand(action=action, actor="ректор", at=AT, on=TODAY))
    outcome = decide(small_world.engine, Accept(key=key, by=FORM))
    assert "Отчёт отозван исполнителем" in outcome.refusal
    assert "укажите дату исполнения" in outcome.refusal
    assert outcome.status == "open"
    assert decide(small_world.engine, Accept(key=key, by=FORM, done_on=TODAY)).status == "accepted"


def test_an_extension_that_the_act_leaves_to_the_controller_is_entered_only_for_the_controller(
    small_world: Any,
) -> None:
    small_world.change(Roadmap, extensions_by="controller")
    key = small_world.point(TODAY)
    command = Extend(key=key, by=FORM, reason="приказ", due_on=date(2027, 6, 30))
    assert "контролирующее лицо" in decide(small_world.engine, command).refusal
    assert decide(small_world.engine, replace(command, is_of_controller=True)).refusal == ""


def test_a_form_becomes_a_command_with_a_day(small_world: Any) -> None:
    made = command_of(Decision(decision="перенести", new_due_on="30.06.2027 г.", reason="приказ"), "k", FORM)
    assert made == Extend(key="k", by=FORM, reason="приказ", due_on=date(2027, 6, 30))


def test_a_form_that_cannot_be_read_is_refused(small_world: Any) -> None:
    key = small_world.point(TODAY)
    form = Decision(decision="принять", done_on="31.06.2027")
    outcome = answer(small_world.engine, key, form, once_key="run:1:decision-1", today=TODAY, at=AT)
    assert outcome.refusal == "Дата исполнения: «31.06.2027» — не дата; напишите, например, 31.05.2027."
    assert [row["status"] for row in small_world.rows(ControlPoint)] == ["open"]


@pytest.mark.parametrize("words", ["принять", " Принять. ", "ПРИНЯТЬ", "«принять»", "прин"])
def test_a_decision_is_read_as_people_write_it(words: str) -> None:
    assert isinstance(command_of(Decision(decision=words), "k", FORM), Accept)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("", "Решение не указано"),
        ("пр", "Решение «пр» не понято"),
        ("отложить", "Решение «отложить» не понято"),
        ("отметить этап", "Решение «отметить этап» не понято"),
    ],
)
def test_a_decision_that_is_none_is_refused_with_those_that_are(small_world: Any, words: str, why: str) -> None:
    key = small_world.point(TODAY)
    form = Decision(decision=words)
    outcome = answer(small_world.engine, key, form, once_key="run:1:decision-1", today=TODAY, at=AT)
    assert outcome.refusal == f"{why}: впишите «принять», «вернуть», «перенести» или «снять»."
    assert [row["status"] for row in small_world.rows(ControlPoint)] == ["open"]


def test_beginnings_tell_the_decisions_about_stages_apart() -> None:
    assert [StageDecision(decision=words).choice for words in ("отме", "отка", "проп", "верн")] == [
        "отметить этап",
        "отказ муниципалитета",
        "пропустить этап",
        "вернуть",
    ]
