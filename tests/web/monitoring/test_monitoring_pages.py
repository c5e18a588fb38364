"""«Мониторинг»: what the coordinator reads of a round, takes home and decides; what an official may download."""

import re
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import httpx
import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook
from sqlalchemy import Engine, event

from models import AuditEntry, Item, Notice, Official, Recommendation, ReportFile, RoundLetter
from models.db import open_session
from tasks.people.links import official_url
from tests.worlds.monitored_pages import MonitoredPages
from tests.worlds.pages import Pages

PASSWORD = "пароль координатора"
AT = datetime(2026, 10, 14, 6, tzinfo=UTC)


@pytest.fixture
def inside(monitored: MonitoredPages) -> MonitoredPages:
    """The coordinator has logged in."""
    log_in(monitored.pages.client)
    return monitored


def log_in(client: httpx.Client, target: str = "") -> httpx.Response:
    found = re.search(r'name="csrf" value="([^"]+)"', client.get("/control/login").text)
    assert found
    return client.post("/control/login", data={"csrf": found[1], "password": PASSWORD, "next": target})


def page(inside: MonitoredPages, query: str = "") -> BeautifulSoup:
    answer = inside.pages.client.get(f"/control/monitoring/{inside.round_id}{query}")
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "html.parser")


def lines(soup: BeautifulSoup, selector: str) -> list[str]:
    return [" ".join(one.get_text(" ").replace("\u00a0", " ").split()) for one in soup.select(selector)]


def send(inside: MonitoredPages, action: str, number: int, /, **fields: str) -> httpx.Response:
    """A form of the page as a browser sends it."""
    csrf = page(inside).select_one("input[name=csrf]")
    assert csrf is not None
    path = f"/control/monitoring/recommendation/{number}/{action}"
    answer: httpx.Response = inside.pages.client.post(path, data={"csrf": f"{csrf['value']}", **fields})
    return answer


def test_nobody_enters_without_the_password_and_the_log_in_leads_back(monitored: MonitoredPages) -> None:
    client, path = monitored.pages.client, f"/control/monitoring/{monitored.round_id}"
    file = monitored.pages.rows(ReportFile)[0].id
    for address in ("/control/monitoring", path, f"{path}/deficits.xlsx", f"/control/monitoring/file/{file}"):
        answer = client.get(address)
        assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/control/login")
    assert log_in(client, path).headers["location"] == path


def test_the_list_shows_period_state_answers_days_and_files(inside: MonitoredPages) -> None:
    answer = inside.pages.client.get("/control/monitoring")
    [line] = lines(soup := BeautifulSoup(answer.text, "html.parser"), "#rounds tbody tr")
    for words in (
        "III квартал 2026 г.",
        "ежеквартальный",
        "Справка составлена",
        "41 из 44",
        "07.10.2026",
        "14.10.2026",
    ):
        assert words in line
    assert "Справка за III квартал 2026 г.docx" in line
    assert "Страница" not in line, "bodies' own pages are not the round's"
    assert "2 рекомендации ждут решения" in line
    assert soup.select_one(".control-top a[href='/control/monitoring']") is not None
    assert 'href="/control/monitoring"' in inside.pages.client.get("/control").text


def test_an_empty_installation_is_a_calm_page(pages: Pages) -> None:
    log_in(pages.client)
    assert "Раундов пока нет" in pages.client.get("/control/monitoring").text
    assert pages.client.get("/control/monitoring/77").status_code == 404


def test_indicators_stand_against_their_targets_with_the_trend(inside: MonitoredPages) -> None:
    soup = page(inside)
    share, ratio, total = lines(soup, "#indicators tbody tr")
    assert "10,4 %" in share
    assert "не менее 12 %" in share
    assert "отстаёт от темпа" in share
    assert "11,8 % (линейный тренд по 3 раундам)" in share
    assert "не оценивается" in ratio
    assert "нет данных" in total
    svg = soup.select("#indicators svg title")
    assert svg[0].get_text().replace("\u00a0", " ") == (
        "IV квартал 2025 г. — нет данных; I квартал 2026 г. — 7,5 %; II квартал 2026 г. — 9,1 %; "
        "III квартал 2026 г. — 10,4 %"
    )
    assert len(svg) == 2, "nothing is drawn where there are no values"
    assert "<для наставников>" in soup.get_text()
    assert "действует прежняя редакция" in lines(soup, "#remarks li")[0]


def test_forty_four_bodies_stand_on_one_screen_and_are_sorted_by_links(inside: MonitoredPages) -> None:
    soup = page(inside)
    assert len(soup.select("#heat tbody tr")) == 45, "and the body that only executes"
    assert soup.select("#heat .pager") == []
    deficits = [int(row or 0) for row in lines(soup, "#heat tbody tr td:last-child")]
    assert deficits == sorted(deficits, reverse=True)
    heading = next(link for link in soup.select("#heat thead a") if link.get_text().strip() == "1")
    for order in (1, -1):
        answer = inside.pages.client.get(f"{heading['href']}".replace("#heat", ""))
        soup = BeautifulSoup(answer.text, "html.parser")
        cells = lines(soup, "#heat tbody tr td:nth-child(2)")
        values = [float(words.split()[0].replace(",", ".")) for words in cells if words[0].isdigit()]
        assert len(values) == 41
        assert values == sorted(values, reverse=order < 0)
        assert not any(words[0].isdigit() for words in cells[41:]), "who gave nothing stands last"
        heading = next(link for link in soup.select("#heat thead a") if link.get_text().split()[0] == "1")


def test_a_cell_says_with_a_number_and_a_sign_what_its_colour_says(inside: MonitoredPages) -> None:
    soup = page(inside, "?by=nonsense&heat-page=99")
    cells = {cell["class"][0]: cell.get_text(" ").split() for cell in soup.select("#heat tbody td[class]")}
    assert cells["low2"][-1] == "▼▼"
    assert cells["high2"][-1] == "▲▲"
    assert cells["blank"] == ["нет", "данных"]
    assert "хуже на четверть и больше" in lines(soup, "#heat .legend")[0]


@pytest.mark.parametrize("monitored", [2400], indirect=True)
def test_two_thousand_four_hundred_bodies_are_paged_in_a_few_queries(inside: MonitoredPages) -> None:
    with counted(inside.pages.engine) as seen:
        soup = page(inside, "?by=body&heat-page=2")
    assert len(seen) < 25
    assert len(soup.select("#heat tbody tr")) == 60
    following = soup.select("#heat .pager a")[-1]["href"]
    assert "by=body" in f"{following}"
    assert "heat-page=3" in f"{following}"
    assert "Страница 2 из 41, всего 2401" in lines(soup, "#heat .pager span")[0]


@contextmanager
def counted(engine: Engine) -> Any:
    seen: list[str] = []

    def note(_c: Any, _cur: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_the_map_is_taken_home_as_numbers(inside: MonitoredPages) -> None:
    answer = inside.pages.client.get(f"/control/monitoring/{inside.round_id}/deficits.xlsx")
    assert "%D0%9A%D0%B0%D1%80%D1%82%D0%B0" in answer.headers["content-disposition"]
    book = load_workbook(BytesIO(answer.content))
    sheet = book["Карта дефицитов"]
    assert [cell.value for cell in sheet[1]] == ["Орган", "Сумма дефицитов", "1", "2", "3", "Исполнение"]
    assert sheet.max_row == 46
    shares = [row[2] for row in sheet.iter_rows(min_row=2) if isinstance(row[2].value, float)]
    assert len(shares) == 41
    assert max(cell.value for cell in shares if isinstance(cell.value, float)) == 0.21
    assert {cell.fill.fgColor.rgb[2:] for cell in shares} >= {"F3A8A0", "A9D6A5"}
    assert "хуже на четверть и больше" in [str(row[1].value) for row in book["Пояснения"].iter_rows(max_col=2)][-5]


def test_who_has_not_answered_stands_with_the_reminders_that_left(inside: MonitoredPages) -> None:
    inside.remind("mo-42", date(2026, 10, 5), date(2026, 10, 7))
    first, *rest = lines(page(inside), "#silent tbody tr")
    assert "0043" in first
    assert "2 07.10.2026" in first
    assert [line for line in rest if "ещё не было" in line] == rest
    assert len(rest) == 2


def test_the_history_of_a_value_keeps_author_and_reason(inside: MonitoredPages) -> None:
    inside.give("mo-0", 9)
    inside.give("mo-0", 5, actor="Петрова М. И.", source="xlsx", place="форма.xlsx, C7", reason="описка в числителе")
    soup = page(inside)
    link = soup.select_one("#corrected a")
    assert link is not None
    found = BeautifulSoup(inside.pages.client.get(str(link["href"])).text, "html.parser")
    newest, oldest = lines(found, "tbody tr")
    for words in ("5 из 100", "Петрова М. И.", "форма.xlsx, C7", "описка в числителе"):
        assert words in newest
    assert "9 из 100 (заменено)" in oldest
    assert "Иванова А. А." in oldest
    wrong = f"/control/monitoring/{inside.round_id}/value?indicator=trained&body=omsk"
    assert inside.pages.client.get(wrong).status_code == 404


def test_a_recommendation_is_taken_with_another_term_and_another_declined(inside: MonitoredPages) -> None:
    due = inside.pages.today + timedelta(days=30)
    assert send(inside, "take", 1, due_on=due.isoformat()).status_code == 303
    soup = page(inside)
    assert f"взята на контроль: krai/m-rec.1/-/{due}" in lines(soup, ".said")[0]
    assert lines(page(inside), ".said") == [], "it is said once"
    assert send(inside, "decline", 2, reason="обучение уже идёт").status_code == 303
    taken, declined = lines(page(inside), "#advice article")
    assert f"Контрольная точка, срок {due:%d.%m.%Y}" in taken
    assert "Отклонена координатор (страница)" in declined
    assert "Причина: обучение уже идёт" in declined
    assert [row.title for row in inside.pages.rows(Item, Item.code == "m-rec.1")] == [
        "Направить на обучение педагогов (mo-0) & доложить"
    ]
    assert inside.pages.audit()[-2:] == ["рекомендация взята на контроль", "рекомендация отклонена"]


def test_the_second_of_two_is_told_and_the_audit_keeps_it(inside: MonitoredPages) -> None:
    due = (inside.pages.today + timedelta(days=30)).isoformat()
    send(inside, "take", 1, due_on=due)
    answer = send(inside, "decline", 1, reason="не нужно")
    assert answer.status_code == 409
    assert "Рекомендация № 1 уже решена: взята на контроль" in answer.text
    assert f'href="/control/monitoring/{inside.round_id}' in answer.text
    assert inside.pages.rows(AuditEntry)[-1].action == "решение не записано"


@pytest.mark.parametrize(
    ("action", "fields", "line"),
    [
        ("decline", {}, "Заполните поле «Почему отклонена»"),
        ("take", {"due_on": "когда-нибудь"}, "не дата"),
        ("take", {"due_on": "2020-01-01"}, "слишком рано"),
    ],
)
def test_a_bad_form_is_one_line_and_changes_nothing(
    inside: MonitoredPages, action: str, fields: Any, line: str
) -> None:
    answer = send(inside, action, 1, **fields)
    assert answer.status_code == 422
    assert line in answer.text
    assert {row.state for row in inside.pages.rows(Recommendation)} == {"proposed"}


def test_a_form_without_the_token_of_the_session_is_refused(inside: MonitoredPages) -> None:
    answer = inside.pages.client.post("/control/monitoring/recommendation/1/take", data={"due_on": "2030-01-01"})
    assert answer.status_code == 403
    assert {row.state for row in inside.pages.rows(Recommendation)} == {"proposed"}


def test_a_file_is_a_download_and_never_shown_in_the_pages(inside: MonitoredPages) -> None:
    file = next(row for row in inside.pages.rows(ReportFile) if row.name.endswith(".docx"))
    answer = inside.pages.client.get(f"/control/monitoring/file/{file.id}")
    assert answer.content == b"the note"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert inside.pages.client.get("/control/monitoring/file/999").status_code == 404


def test_an_official_downloads_what_was_sent_to_him_and_nothing_else(monitored: MonitoredPages) -> None:
    pages, files = monitored.pages, {row.name: row.id for row in monitored.pages.rows(ReportFile)}
    with open_session(pages.engine) as session:
        head = Official(roadmap_code="krai", role="executor", post="Глава", body_id=monitored.bodies["mo-0"])
        session.add(head)
        session.flush()
        way = head.channel("email", "head@example.org")
        session.add(way)
        session.flush()
        letter = Notice(official_id=head.id or 0, channel_id=way.id or 0, on_day=pages.today, not_before=AT)
        session.add(letter)
        session.flush()
        facts: dict[str, Any] = {
            "round_id": monitored.round_id,
            "body_id": monitored.bodies["mo-0"],
            "notice_id": letter.id,
        }
        session.add(RoundLetter(channel_id=way.id or 0, part="page", **facts))
        link = official_url(pages.settings, head, way.id, path=f"/monitoring/{monitored.round_id}")
    shown = pages.client.get(link).text
    assert "Страница мо-0.pdf" in shown
    assert "Страница мо-1.pdf" not in shown
    assert "docx" not in shown
    assert pages.client.get(f"{link}/file/{files['Страница мо-0.pdf']}").content == b"%PDF page of mo-0"
    for name in ("Страница мо-1.pdf", "Справка за III квартал 2026 г.docx"):
        assert pages.client.get(f"{link}/file/{files[name]}").status_code == 404
    stranger = pages.link("Директор центра")
    assert pages.client.get(f"{stranger}/monitoring/{monitored.round_id}").status_code == 404
