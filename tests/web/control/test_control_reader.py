"""Who has the reader's password sees every page of «Контроль» and decides nothing."""

import re
from typing import Any

import httpx
import pytest
from limits import RateLimitItemPerMinute
from pydantic import SecretStr

from models import AuditEntry, Recommendation, Transition
from models.settings import Settings, SettingsRefused
from tests.worlds.monitored_pages import MonitoredPages
from tests.worlds.pages import MANY, PASSWORD, Pages, every_route
from web.app import create_app
from web.control.login import ONLY_LOOK
from web.rates import Limits

READERS = "пароль для просмотра"
POSTED = re.compile(r'<form[^>]*method="post"[^>]*action="([^"]+)"')
FILLED = {"{action}": "accept", "{answer}": "refuse", "{path:path}": "api/admin/x", "{request_id}": "1"}
FREE = {"/control/login", "/control/logout"}
"""What is no decision."""


@pytest.fixture
def web_settings(web_settings: Settings) -> Settings:
    """Pages that have a reader."""
    web_settings.reader_password = SecretStr(READERS)
    return web_settings


def csrf_of(client: httpx.Client, path: str = "/control/login") -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', client.get(path).text)
    assert found
    return found[1]


def log_in(client: httpx.Client, password: str, **headers: str) -> int:
    form = {"csrf": csrf_of(client), "password": password}
    return client.post("/control/login", data=form, headers=headers).status_code


def filled(path: str, **numbers: int) -> str:
    for name, value in {**FILLED, **{f"{{{name}}}": f"{number}" for name, number in numbers.items()}}.items():
        path = path.replace(name, value)
    return path


def test_a_reader_enters_by_the_same_form_and_the_record_says_who_it_was(pages: Pages) -> None:
    assert log_in(pages.client, READERS) == 303
    assert pages.client.get("/control").status_code == 200
    pages.client.post("/control/logout", data={"csrf": csrf_of(pages.client, "/control")})
    assert pages.client.get("/control").status_code == 303
    said = [(row.actor, row.action) for row in pages.rows(AuditEntry)]
    assert said == [("читатель", "вход на страницу контроля"), ("читатель", "выход со страницы контроля")]


def test_without_a_readers_password_nobody_enters_so(pages: Pages) -> None:
    assert log_in(pages.client, READERS) == 303
    pages.settings.reader_password = None
    assert pages.client.get("/control").status_code == 303
    assert log_in(pages.client, READERS) == 403
    assert log_in(pages.client, PASSWORD) == 303


def test_every_form_of_every_page_but_the_log_out_is_refused_to_a_reader(monitored: MonitoredPages) -> None:
    """All routes of the application that are no mere reading: one that is added later is among them."""
    pages = monitored.pages
    point = pages.point()
    advice = pages.rows(Recommendation)
    numbers = {"point_id": point, "recommendation_id": advice[0].id, "evidence_id": 1}
    log_in(pages.client, READERS)
    form = {"csrf": csrf_of(pages.client, "/control"), "once": pages.once(), "seen": "0", "reason": "проверка"}
    before = (len(pages.rows(Transition)), pages.audit())
    tried = []
    for route in every_route(create_app(pages.settings, pages.engine)):
        for method in sorted(set(route.methods or ()) - {"GET", "HEAD", "OPTIONS"}):
            # An official's pages know nobody but the holder of the link.
            if route.path.startswith("/o/") or route.path in FREE:
                continue
            answer = pages.client.request(method, filled(route.path, **numbers), data=form)
            assert answer.status_code == 403, (method, route.path)
            if route.path.startswith("/control"):
                assert ONLY_LOOK in answer.text
                tried.append(route.path)
    assert len(tried) >= 4
    assert (len(pages.rows(Transition)), pages.audit()) == before
    assert [row.state for row in pages.rows(Recommendation)] == [row.state for row in advice]


def test_the_same_forms_are_taken_from_the_coordinator(monitored: MonitoredPages) -> None:
    pages = monitored.pages
    point, advice = pages.point(), pages.rows(Recommendation)[0].id
    log_in(pages.client, PASSWORD)
    form = {"csrf": csrf_of(pages.client, "/control"), "once": pages.once(), "seen": "0", "reason": "проверка"}
    sent = [f"/control/monitoring/recommendation/{advice}/decline", f"/control/point/{point}/withdraw"]
    assert [pages.client.post(path, data=form).status_code for path in sent] == [303, 303]


def test_a_reader_sees_every_page_and_no_button_of_a_decision(monitored: MonitoredPages) -> None:
    pages = monitored.pages
    submitted = pages.point(status="submitted", submitted_on=pages.today, has_open_request=False)
    closed = pages.point("1.2", status="accepted", closed_on=pages.today, submitted_on=pages.today)
    shown = ["/control", "/control/monitoring", f"/control/monitoring/{monitored.round_id}"]
    shown += [f"/control/point/{point}" for point in (submitted, closed)]
    found: dict[str, dict[str, Any]] = {}
    for password in (PASSWORD, READERS):
        with httpx.Client(base_url=pages.url, trust_env=False) as client:
            log_in(client, password)
            answers = {path: client.get(path) for path in shown}
            assert {answer.status_code for answer in answers.values()} == {200}
            found[password] = {path: answer.text for path, answer in answers.items()}
            assert client.get("/control/export.xlsx").status_code == 200
    for path, text in found[READERS].items():
        assert POSTED.findall(text) == ["/control/logout"], path
        assert "Только просмотр" in text
        assert "Только просмотр" not in found[PASSWORD][path]
    with_forms = [path for path, text in found[PASSWORD].items() if len(POSTED.findall(text)) > 1]
    assert with_forms == shown[2:], "the pages on which a coordinator decides"
    assert "Ждут вашего решения" not in found[READERS]["/control"]


class TestGuessing:
    """Three wrong passwords a minute."""

    @pytest.fixture
    def limits(self) -> Limits:
        few = (RateLimitItemPerMinute(3),)
        return Limits(address=MANY, link=MANY, form=MANY, login=few, password=few)

    def test_readers_behind_one_address_are_no_guesses(self, pages: Pages) -> None:
        for _ in range(6):
            with httpx.Client(base_url=pages.url, trust_env=False) as client:
                assert log_in(client, READERS) == 303

    def test_a_reader_guesses_the_coordinators_password_no_faster_than_others(self, pages: Pages) -> None:
        tried = [log_in(pages.client, word) for word in ("1", READERS, "2", READERS, "3", READERS, "4", READERS)]
        assert tried == [403, 303, 403, 303, 403, 429, 429, 429]

    def test_the_log_in_of_a_reader_gives_the_browser_no_count_of_its_own(self, pages: Pages) -> None:
        log_in(pages.client, READERS)
        assert "vekha_browser" not in pages.client.cookies


def test_one_password_for_both_is_refused_by_its_name() -> None:
    with pytest.raises(SettingsRefused, match=r"VEKHA_READER_PASSWORD .*совпадает с VEKHA_CONTROL_PASSWORD"):
        Settings(control_password=SecretStr(PASSWORD), reader_password=SecretStr(PASSWORD))
