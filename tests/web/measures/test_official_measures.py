"""The page of a data point: opened, filled in, refused, corrected, sent as a file, closed to strangers."""

import io
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook

from models import AuditEntry, ControlPoint, IndicatorValue, Transition, clock
from models.db import open_session
from models.lifecycle import TransitionCommand, change
from roadmap.monitoring.indicators.submission import Given
from tests.worlds.asked import Asked
from web.forms import once_key

GOOD = {"n1": "12", "d1": "100", "n2": "1 234", "n3": "да"}


def fields(answer: Any) -> dict[str, str]:
    """What stands in the fields of numbers and reasons."""
    return dict(re.findall(r'<input id="([ndr]\d)"[^>]* value="([^"]*)"', answer.text))


def test_the_list_leads_to_the_form_and_opening_changes_nothing(asked: Asked) -> None:
    before = [asked.pages.rows(table) for table in (IndicatorValue, Transition, AuditEntry, ControlPoint)]
    assert f'/data/{asked.point_id}"' in asked.pages.client.get(asked.link).text
    shown = asked.words(asked.get())
    for said in (
        "Доля учителей, прошедших обучение",
        "Число мероприятий",
        "Принята программа",
        "Цель по документу: Не менее 12%",
        "Цель в документе не установлена",
    ):
        assert said in shown
    assert asked.pages.client.head(asked.url).status_code == 200
    assert [asked.pages.rows(table) for table in (IndicatorValue, Transition, AuditEntry, ControlPoint)] == before


def test_all_answers_are_kept_and_the_point_is_done(asked: Asked) -> None:
    assert "данные переданы полностью" in asked.told(asked.send(**GOOD))
    assert asked.values() == [
        ("trained", 12.0, 100.0, "form"),
        ("events", 1234.0, None, "form"),
        ("policy", 1.0, None, "form"),
    ]
    assert asked.pages.rows(IndicatorValue)[0].actor == "Ректор (страница)"
    assert (asked.pages.status(asked.point_id), asked.pages.audit()) == ("accepted", ["measures"])


def test_a_part_may_be_sent_and_the_rest_later(asked: Asked) -> None:
    assert "Остались показатели без ответа" in asked.told(asked.send(n1="12", d1="100"))
    assert "без ответа: 2" in asked.words(asked.get())
    assert asked.pages.status(asked.point_id) == "open"
    asked.send(n1="12", d1="100", n2="0", m3="1", r3="учёт не ведётся")
    assert asked.values()[1:] == [("events", 0.0, None, "form"), ("policy", None, None, "form")]
    assert asked.pages.status(asked.point_id) == "accepted"


def test_every_fault_stands_beside_its_field_and_all_that_was_typed_is_kept(asked: Asked) -> None:
    typed = {"n1": "120", "d1": "100", "n2": "много <b>", "r3": "", "m3": "1"}
    answer = asked.send(**typed)
    assert (answer.status_code, asked.values(), asked.pages.audit()) == (400, [], [])
    found = re.findall(
        r'id="([ndr]\d)"[^>]*aria-invalid="true" aria-describedby="\1-fault".*?id="\1-fault">(.*?)</p>',
        answer.text,
        re.S,
    )
    listed = re.findall(r'<li><a href="#([ndr]\d)">(.*?)</a>', answer.text)
    assert [(name, said[:12]) for name, said in listed] == [
        ("n1", "Показатель 1"),
        ("n2", "Показатель 2"),
        ("r3", "Показатель 3"),
    ]
    assert [(name, said[:22]) for name, said in found] == [
        ("n1", "Часть (120) больше цел"),
        ("n2", "«много &lt;b&gt;» — не"),
        ("r3", "Назовите причину, по к"),
    ]
    kept = fields(answer)
    assert (kept["n1"], kept["d1"], kept["n2"]) == ("120", "100", "много &lt;b&gt;")
    assert 'name="m3" value="1" checked' in answer.text


def test_what_cannot_be_read_is_told_together_with_the_numbers_that_are_wrong(asked: Asked) -> None:
    answer = asked.send(n1="120", d1="100", n2="1" * 61)
    assert (answer.status_code, asked.values()) == (400, [])
    listed = re.findall(r'<li><a href="#([ndr]\d)">Показатель \d: (.*?)</a>', answer.text)
    assert [(name, said[:14]) for name, said in listed] == [("n1", "часть (120) бо"), ("n2", "Поле «Число»: ")]


@pytest.mark.parametrize("many", [False, True])
def test_many_indicators_are_steps_that_lead_from_one_to_the_next(asked: Asked, many: bool) -> None:
    if many:
        asked.ask_more(6)
    page = BeautifulSoup(asked.get().text, "html.parser")
    steps = [str(one["id"]) for one in page.select(".steps > .step")]
    turns = [[str(a["href"]) for a in one.select(".turn a")] for one in page.select(".steps > .step")]
    assert steps == ([*(f"step-{n}" for n in range(1, 7)), "step-send"] if many else [])
    expected = [[f"#{steps[n]}" for n in (place - 1, place + 1) if 0 <= n < len(steps)] for place in range(len(steps))]
    assert turns == expected
    assert len(page.select("form.measures")) == 1, "what is typed stays in one form"


def test_of_a_refused_form_of_many_steps_the_first_that_is_wrong_is_seen(asked: Asked) -> None:
    asked.ask_more(6)
    fresh, refused = asked.get(), asked.send(n1="12", d1="100", n4="много", n5="семь")
    first = [BeautifulSoup(one.text, "html.parser").select_one(".first") for one in (fresh, refused)]
    assert [one["id"] for one in first if one is not None] == ["step-1", "step-4"]


def test_a_correction_needs_a_reason_and_shows_what_was_before(asked: Asked) -> None:
    asked.send(**GOOD)
    answer = asked.send(**GOOD | {"n1": "13"})
    assert answer.status_code == 400
    assert "Записано «12 из 100 (12 %)» — назовите причину исправления" in asked.words(answer)
    shown = asked.told(asked.send(**GOOD | {"n1": "13", "r1": "опечатка"}))
    assert "Было: 12 из 100 (12 %)" in shown
    assert "Исправлено: опечатка" in shown
    assert asked.pages.status(asked.point_id) == "accepted"
    assert [row.reason for row in asked.pages.rows(IndicatorValue)] == ["", "", "", "опечатка"]


def test_what_comes_after_the_note_is_kept_and_says_so(asked: Asked) -> None:
    asked.send(n1="12", d1="100")
    asked.note()
    assert "Справка по этому раунду уже составлена" in asked.words(asked.get())
    shown = asked.told(asked.send(**GOOD))
    assert "Записано как полученное после справки" in shown
    assert shown.count(", получено после справки") == 2


def test_the_last_values_are_put_in_and_marked_with_their_period(asked: Asked) -> None:
    asked.earlier("2026-Q1", Given("trained", 1200.5, 3000), Given("policy", 1))
    answer = asked.get()
    assert (fields(answer)["n1"], fields(answer)["d1"], fields(answer)["n2"]) == ("1200,5", "3000", "")
    assert '<option value="да" selected>' in answer.text
    assert asked.words(answer).count("Подставлено из раунда за I квартал 2026 г.") == 2
    asked.send(n1="1200,5", d1="3000", m1="1", r1="учёт прекращён")
    assert asked.values()[0][:3] == ("trained", None, None)


def test_a_long_fraction_left_alone_is_no_correction(asked: Asked) -> None:
    asked.earlier("2026-Q1", Given("trained", 100 / 3, 1e-05 + 100))
    shown = fields(asked.get())
    assert (shown["n1"], shown["d1"]) == ("33,333333333333336", "100,00001")
    assert asked.send(n1=shown["n1"], d1=shown["d1"]).status_code == 303
    assert asked.values()[0][:3] == ("trained", 100 / 3, 100.00001)
    assert asked.send(n1=fields(asked.get())["n1"], d1=shown["d1"], n2="7").status_code == 303
    assert len(asked.values()) == 2


def test_numbers_typed_under_a_tick_that_was_left_are_not_lost_in_silence(asked: Asked) -> None:
    asked.send(m1="1", r1="учёт не ведётся")
    answer = asked.send(n1="12", d1="100", m1="1", r1="учёт не ведётся")
    assert answer.status_code == 400
    assert "оставьте одно из двух" in asked.words(answer)
    assert fields(answer)["n1"] == "12"
    asked.send(n1="12", d1="100", r1="учёт налажен")
    assert asked.values()[-1][:3] == ("trained", 12.0, 100.0)


def test_the_same_form_sent_by_many_at_once_is_kept_once(asked: Asked) -> None:
    with ThreadPoolExecutor(4) as senders:
        answers = list(senders.map(lambda _: asked.send(**GOOD).status_code, range(8)))
    assert answers == [303] * 8
    assert len(asked.values()) == 3


def test_the_form_goes_out_and_comes_back_as_a_file(asked: Asked) -> None:
    given = asked.pages.client.get(f"{asked.url}/form.xlsx")
    assert given.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%D0%9F")
    book = load_workbook(io.BytesIO(given.content))
    for place, value in {"J5": 120, "L5": 100, "J6": 7}.items():
        book["Показатели"][place] = value
    wrong = io.BytesIO()
    book.save(wrong)
    answer = asked.file(wrong.getvalue())
    assert (answer.status_code, asked.values()) == (400, [])
    assert "J5: часть (120) больше целого (100)" in asked.words(answer)
    book["Показатели"]["J5"] = 12
    right = io.BytesIO()
    book.save(right)
    assert "Остались показатели без ответа" in asked.told(asked.file(right.getvalue(), name="../Мои <данные>.xlsx"))
    assert asked.values() == [("trained", 12.0, 100.0, "xlsx"), ("events", 7.0, None, "xlsx")]
    assert asked.pages.rows(IndicatorValue)[0].place == "Мои <данные>.xlsx, J5"
    assert "Изменений нет" in asked.told(asked.file(right.getvalue()))


@pytest.mark.parametrize(
    ("content", "status"), [(b"", 409), (b"%PDF-1.7", 400), (b"PK\x03\x04broken", 400), (b"0" * 3_000_000, 413)]
)
def test_a_file_that_is_no_form_is_told_in_words(asked: Asked, content: bytes, status: int) -> None:
    answer = asked.file(content) if content else asked.pages.client.post(f"{asked.url}/file", data={"once": once_key()})
    assert (answer.status_code, asked.values()) == (status, [])
    assert "Traceback" not in answer.text


def test_a_stranger_sees_nothing_and_changes_nothing(asked: Asked) -> None:
    stranger = asked.pages.link("Директор центра")
    assert asked.get(stranger).status_code == 404
    assert asked.send(stranger, **GOOD).status_code == 404
    assert asked.pages.client.get(f"{stranger}/data/{asked.point_id}/form.xlsx").status_code == 404
    assert asked.pages.client.get("/o/forged/data/1").status_code == 403
    assert asked.pages.client.get(f"{asked.link}/data/{asked.pages.point()}").status_code == 404
    assert asked.values() == []


def test_a_forged_form_is_refused(asked: Asked) -> None:
    answer = asked.pages.client.post(asked.url, data=GOOD | {"once": "x"})
    assert (answer.status_code, asked.values()) == (409, [])
    assert "Форма устарела" in asked.words(answer)


@pytest.mark.parametrize(
    ("status", "said"), [("withdrawn", "Снято с контроля: начат следующий раунд"), ("planned", "Форма откроется")]
)
def test_a_point_that_takes_nothing_says_why(asked: Asked, status: str, said: str) -> None:
    with open_session(asked.pages.engine) as session:
        point = session.get_one(ControlPoint, asked.point_id)
        if status == "planned":
            point.status = "planned"
        else:
            facts: dict[str, Any] = {"actor": "порядок мониторинга", "at": clock.now(), "on": asked.pages.today}
            move = TransitionCommand(action="withdraw", reason="начат следующий раунд", **facts)
            change(session, point.key, move)
    assert said in asked.words(asked.get())
    assert "<button>" not in asked.get().text
    assert (asked.send(**GOOD).status_code, asked.values()) == (409, [])


def test_a_data_point_is_not_reported_by_the_card(asked: Asked) -> None:
    card = asked.pages.client.get(f"{asked.link}/point/{asked.point_id}")
    assert "Открыть форму показателей" in asked.words(card)
    assert "Прошу перенести срок" in asked.words(card)
    assert "Сообщить об исполнении" not in asked.words(card)
    assert (
        asked.pages.send(asked.link, asked.point_id, "submit", details="приказ № 1", on=asked.pages.today).status_code
        == 409
    )
    assert asked.pages.status(asked.point_id) == "open"
