"""Who asks too often, too much or too slowly is stopped, and nobody else is."""

import io
import math
import re
import socket
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from annotated_types import Le
from limits import RateLimitItemPerMinute
from limits.strategies import MovingWindowRateLimiter
from starlette.types import ASGIApp

from deployments.serve.connections import PatientProtocol
from models import Evidence
from models.settings import Settings, SettingsRefused
from tests.worlds.pages import MANY, PASSWORD, Pages, every_route
from web import rates, security
from web.app import create_app
from web.rates import BoundedStorage, Limits
from web.uploads import UploadQuota

FEW = Limits(
    address=MANY, link=MANY, form=MANY, login=(RateLimitItemPerMinute(3),), password=(RateLimitItemPerMinute(6),)
)
HUGE = (2**31, 2**63, 2**64 + 1, 10**30)


@contextmanager
def served(app: ASGIApp, **config: Any) -> Iterator[tuple[str, int]]:
    """As ``vekha web`` serves it, with settings of the server of its own; yields host and port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(
            uvicorn.Config(app, log_config=None, access_log=False, ws="none", lifespan="off", **config)
        )
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield listener.getsockname()[:2]
        server.should_exit = True
        thread.join(20)


def log_in(client: httpx.Client, password: str, **headers: str) -> int:
    found = re.search(r'name="csrf" value="([^"]+)"', client.get("/control/login", headers=headers).text)
    assert found is not None
    form = {"csrf": found[1], "password": password}
    return client.post("/control/login", data=form, headers=headers).status_code


def test_a_number_that_no_row_has_is_a_page_that_is_not_there(pages: Pages) -> None:
    link = pages.link("Ректор")
    log_in(pages.client, PASSWORD)
    paths = [
        route.path
        for route in every_route(create_app(pages.settings, pages.engine))
        if "GET" in (route.methods or ()) and re.search(r"\{\w+_id\}", route.path)
    ]
    assert len(paths) >= 9
    for path in paths:
        for number in HUGE:
            asked = re.sub(r"\{\w+_id\}", f"{number}", path).replace("/o/{token}", link)
            assert (asked, pages.client.get(asked).status_code) == (asked, 404)
    assert pages.client.get(f"{link}/point/{'9' * 5_000}").status_code == 404


def test_every_number_in_an_address_is_bounded(pages: Pages) -> None:
    numbers = 0
    for route in every_route(create_app(pages.settings, pages.engine)):
        for field in route.dependant.path_params:
            if field.field_info.annotation is int:
                numbers += 1
                bounds = [one.le for one in field.field_info.metadata if isinstance(one, Le)]
                assert bounds == [2**31 - 1], (route.path, field.name)
    assert numbers >= 15


class TestLogIn:
    @pytest.fixture
    def limits(self) -> Limits:
        return FEW

    def test_a_form_of_another_page_takes_nothing_from_who_tries(self, pages: Pages) -> None:
        for _ in range(8):
            pages.client.post("/control/login", data={"password": "x"})
        assert log_in(pages.client, PASSWORD) == 303

    def test_the_errors_before_the_right_word_are_forgiven(self, pages: Pages) -> None:
        for _ in range(2):
            assert [log_in(pages.client, "x"), log_in(pages.client, "x")] == [403, 403]
            assert log_in(pages.client, PASSWORD) == 303

    def test_a_browser_that_was_inside_is_not_shut_out_by_others(self, pages: Pages) -> None:
        with httpx.Client(base_url=pages.url, trust_env=False) as known:
            assert log_in(known, PASSWORD) == 303
            assert [log_in(pages.client, "x") for _ in range(5)][-1] == 429
            assert log_in(pages.client, PASSWORD) == 429, "a stranger at the same address"
            assert log_in(known, PASSWORD) == 303
            assert [log_in(known, "x") for _ in range(4)][-1] == 429, "and may not guess either"

    def test_a_thousand_addresses_guess_no_faster_than_a_few(self, pages: Pages) -> None:
        app = create_app(pages.settings, pages.engine, limits=FEW)
        with served(app, proxy_headers=True, forwarded_allow_ips="127.0.0.1") as (host, port):
            codes = []
            for n in range(9):
                with httpx.Client(base_url=f"http://{host}:{port}", trust_env=False) as client:
                    codes.append(log_in(client, "x", **{"x-forwarded-for": f"198.51.100.{n}"}))
        assert codes == [403] * 6 + [429] * 3


@pytest.mark.parametrize(("proxies", "is_believed"), [(None, False), ("10.0.0.0/8", False), ("127.0.0.0/8,::1", True)])
def test_only_a_proxy_that_was_named_says_who_asks(proxies: str | None, is_believed: bool) -> None:
    settings = Settings(proxies=proxies)
    seen: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["client"][0])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    config = {"proxy_headers": bool(settings.proxies), "forwarded_allow_ips": settings.proxies or ""}
    with served(app, **config) as (host, port):
        httpx.get(f"http://{host}:{port}/", headers={"x-forwarded-for": "203.0.113.9"}, trust_env=False)
    assert seen == ["203.0.113.9" if is_believed else "127.0.0.1"]


def test_a_proxy_that_is_no_address_is_refused_by_its_words() -> None:
    with pytest.raises(SettingsRefused, match="«nginx» — не адрес и не сеть"):
        Settings(proxies="127.0.0.1, nginx")


@pytest.mark.parametrize("limits", [Limits(address=(RateLimitItemPerMinute(3),), link=MANY, form=MANY, login=MANY)])
def test_what_prefects_pages_ask_is_not_counted_whichever_way_it_comes(pages: Pages, limits: Limits) -> None:
    """A page of theirs asks for dozens of things, an office has one address, and a proxy asks about each."""
    asked = {"/prefect/api/flows/filter": "POST", "/control/door": "GET"}
    for path, method in asked.items():
        assert {pages.client.request(method, path).status_code for _ in range(9)} == {401}, path
    assert [pages.client.get("/control/doors").status_code for _ in range(4)] == [404] * 3 + [429]


def test_counters_are_bounded_and_the_last_ones_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "KEYS_KEPT", 100)
    storage = BoundedStorage()
    window, rate = MovingWindowRateLimiter(storage), RateLimitItemPerMinute(2)
    assert [window.hit(rate, "mine") for _ in range(3)] == [True, True, False]
    # As if it were touched again and again.
    storage.events[rate.key_for("mine")][0].atime = math.inf
    for n in range(500):
        window.hit(rate, f"another {n}")
    assert len(storage.events) <= 100
    assert not window.hit(rate, "mine"), "a flood resets nobody's count"


class Quick(PatientProtocol):
    header_seconds = 0.5
    answer_seconds = 0.5


def closes_within(line: socket.socket, seconds: float) -> bool:
    line.settimeout(seconds)
    try:
        while line.recv(65536):
            pass
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False
    return True


def test_a_connection_that_does_not_get_on_is_closed(pages: Pages) -> None:
    head = b"GET /robots.txt HTTP/1.1\r\nHost: x\r\n\r\n"
    with served(create_app(pages.settings, pages.engine), http=Quick) as place:
        for said in (b"", b"GET /robots", b"GET / HTTP/1.1\r\nHost: x\r\nX-A: ", head + b"GET /rob"):
            with socket.create_connection(place) as line:
                line.sendall(said)
                assert closes_within(line, 15), said
        with socket.create_connection(place) as line, pytest.raises(OSError):  # noqa: PT011
            line.sendall(b"GET / HTTP/1.1\r\n")
            for _ in range(200):
                line.sendall(b"X")  # drop by drop
                time.sleep(0.05)


def test_who_sends_in_pieces_within_the_time_is_answered(pages: Pages) -> None:
    with (
        served(create_app(pages.settings, pages.engine), http=PatientProtocol) as place,
        socket.create_connection(place) as line,
    ):
        for piece in (b"GET /robots.txt HT", b"TP/1.1\r\nHost: x\r\n", b"Connection: close\r\n\r\n"):
            line.sendall(piece)
            time.sleep(0.1)
        line.settimeout(10)
        assert line.recv(100).startswith(b"HTTP/1.1 200")


def test_an_answer_that_nobody_takes_is_given_up() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(2000):
            await send({"type": "http.response.body", "body": b"x" * 65536, "more_body": True})

    with served(app, http=Quick) as place, socket.create_connection(place) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(3)
        assert closes_within(line, 15)


def test_a_body_that_stops_coming_is_given_up(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security, "BODY_PAUSE", 0.5)
    link, point = pages.link("Ректор"), pages.point(days=3)
    path = f"{httpx.URL(link).path}/point/{point}/progress"
    with served(create_app(pages.settings, pages.engine)) as place, socket.create_connection(place) as line:
        kind = "application/x-www-form-urlencoded"
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\nContent-Type: {kind}\r\n\r\n"
        line.sendall(head.encode() + b"once=1")
        line.settimeout(15)
        assert line.recv(100).startswith(b"HTTP/1.1 408")
        assert closes_within(line, 15)


def test_a_person_may_send_so_many_files_a_day(pages: Pages) -> None:
    link, point = pages.link("Ректор"), pages.point(days=9)
    assert "за сутки — до 100 файлов, до 50 МБ" in pages.client.get(f"{link}/point/{point}").text
    app = create_app(pages.settings, pages.engine)
    app.state.uploads = UploadQuota(pages.settings, files=2)
    with served(app) as (host, port), httpx.Client(base_url=f"http://{host}:{port}", trust_env=False) as client:

        def send(post: str, n: int) -> httpx.Response:
            path = f"{httpx.URL(pages.link(post)).path}/point/{point}/progress"
            data = {"once": pages.once(), "words": f"{n}"}
            return client.post(path, data=data, files={"file": ("a.pdf", b"%%PDF-1.7\n%d" % n)})

        assert [send("Ректор", n).status_code for n in range(3)] == [303, 303, 400]
        assert "столько уже прислано" in send("Ректор", 4).text
        assert send("Методист", 5).status_code == 303
    assert len(pages.rows(Evidence)) == 3


def test_so_many_megabytes_a_day_as_well() -> None:
    quota = UploadQuota(Settings(max_file_mb=1))
    for _ in range(24):
        quota.take(1, 1024 * 1024)
    with pytest.raises(ValueError, match="до 25 МБ"):
        quota.take(1, 1024 * 1024)
    quota.take(2, 1024 * 1024)


def test_a_form_with_a_swollen_sheet_is_refused_on_its_page(pages: Pages) -> None:
    """The archive is judged before anything of it is kept."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for n in range(6_000):
            archive.writestr(f"{n}", "")
    link, point = pages.link("Ректор"), pages.point(days=9)
    answer = pages.send(link, point, "submit", on=pages.today, file=("a.xlsx", packed.getvalue()))
    assert (answer.status_code, "Такие файлы не принимаются" in answer.text) == (400, True)
