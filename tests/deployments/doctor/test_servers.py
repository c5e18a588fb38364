"""Real servers that are not as they should be: PostgreSQL, the mail, the pages behind a proxy, Prefect."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from pydantic import SecretStr
from sqlalchemy import Engine, create_engine, make_url, text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deployments.doctor import after_start, before_start
from deployments.doctor.clocks import agree
from deployments.doctor.databases import installation, own, prefects
from deployments.doctor.finding import Finding
from deployments.doctor.mail import letters_leave
from deployments.doctor.outside import NOBODY, as_browser, certificate
from deployments.doctor.prefect_server import at_work
from deployments.serve.prefect import Worker
from deployments.sync import sync
from models import clock
from models.db import open_session
from models.settings import Settings
from tasks.installation import adopt
from tasks.prefect.client import call
from tests.deployments.doctor.conftest import HERE, Authority
from tests.parts.databases import sqlite_engine
from tests.parts.mail import ServeMail, free_port, talking
from tests.parts.office import Office
from tests.web.test_limits import served
from tests.worlds.pages import build
from web.app import create_app

PROXY = "127.0.0.2"
"""The address from which the proxy asks the pages: on this machine too, and another than ours."""
SECRET = "a-secret-of-ours"


def faults(found: Iterator[Finding]) -> list[Finding]:
    return [one for one in found if one.state != "ok"]


def url_of(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


@contextmanager
def role(engine: Engine, how: str = "LOGIN") -> Iterator[str]:
    """A user of the server who may do no more than the server lets everybody; his address of the same database."""
    name = f"u{uuid4().hex}"
    plain = create_engine(engine.url, isolation_level="AUTOCOMMIT")
    with plain.connect() as connection:
        connection.execute(text(f"CREATE ROLE {name} {how}"))
        yield engine.url.set(username=name, password=None).render_as_string(hide_password=False)
        connection.execute(text(f"DROP OWNED BY {name}"))
        connection.execute(text(f"DROP ROLE {name}"))
    plain.dispose()


def with_databases(alone: Settings, *, ours: str | None = None, prefects: str | None = None) -> Settings:
    given = {"database_url": ours, "prefect_database_url": prefects}
    return alone.model_copy(update={name: SecretStr(url) for name, url in given.items() if url})


def test_a_database_of_postgresql_that_is_well(alone: Settings, postgres_engine: Engine) -> None:
    settings = with_databases(alone, ours=url_of(postgres_engine))
    assert faults(own(settings)) == []
    with open_session(postgres_engine) as session:
        adopt(session, settings, at=clock.now())
    assert [one.state for one in installation(settings)] == ["ok"]
    other = settings.model_copy(update={"link_key": SecretStr(SECRET * 3), "mail_url": SecretStr("mailto://a.example")})
    assert [(one.state, one.words.split()[0]) for one in installation(other)] == [
        ("bad", "VEKHA_LINK_KEY"),
        ("warn", "VEKHA_MAIL_URL"),
    ]


def test_an_empty_database_that_may_be_filled_and_one_that_may_not(
    alone: Settings, empty_postgres_engine: Engine
) -> None:
    settings = with_databases(alone, ours=url_of(empty_postgres_engine))
    [found] = faults(own(settings))
    assert (found.state, "первый запуск" in found.remedy) == ("warn", True)
    with role(empty_postgres_engine) as url:
        poor = with_databases(alone, ours=url)
        [found] = faults(own(poor))
        assert (found.state, "GRANT CREATE ON SCHEMA public" in found.remedy) == ("bad", True)
        assert before_start(poor, "web") == [found]


#: What is done to a role → the words, and the remedy that names it.
REFUSED = {
    "NOLOGIN": ("не разрешено подключаться", "pg_hba.conf"),
    "LOGIN CONNECTION LIMIT 0": ("кончились подключения", "max_connections"),
}


@pytest.mark.parametrize("how", REFUSED)
def test_why_the_server_refuses_is_told_by_its_code(how: str, alone: Settings, empty_postgres_engine: Engine) -> None:
    words, remedy = REFUSED[how]
    with role(empty_postgres_engine, how) as url:
        settings = with_databases(alone, ours=url, prefects=url)
        for found in (*own(settings), *prefects(settings)):
            assert (found.state, words in found.words, remedy in found.remedy) == ("bad", True, True), found


def test_a_database_that_is_not_there(alone: Settings, empty_postgres_engine: Engine) -> None:
    url = empty_postgres_engine.url.set(database="nosuch").render_as_string(hide_password=False)
    settings = with_databases(alone, ours=url, prefects=url)
    for found in (*own(settings), *prefects(settings)):
        assert ("нет такой базы" in found.words, "CREATE DATABASE nosuch" in found.remedy) == (True, True)
    assert len(before_start(settings, "up")) == 2


def test_a_password_that_does_not_fit_is_told_whatever_the_language_of_the_server(
    alone: Settings, empty_postgres_engine: Engine
) -> None:
    """The server asks this role for its password, which all others of the tests need not give."""
    admin = create_engine(empty_postgres_engine.url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection, role(empty_postgres_engine, "LOGIN PASSWORD 'right'") as url:
        user = make_url(url).username
        rules = Path(connection.execute(text("SHOW hba_file")).scalar_one())
        before = rules.read_text(encoding="utf-8")
        rules.write_text(f"local all {user} scram-sha-256\n{before}", encoding="utf-8")
        connection.execute(text("SELECT pg_reload_conf()"))
        try:
            wrong = make_url(url).set(password=SECRET).render_as_string(hide_password=False)
            settings = with_databases(alone, ours=wrong, prefects=wrong)
            found = [*own(settings), *prefects(settings)]
            right = make_url(url).set(password="right").render_as_string(hide_password=False)
            allowed = next(own(with_databases(alone, ours=right)))
        finally:
            rules.write_text(before, encoding="utf-8")
            connection.execute(text("SELECT pg_reload_conf()"))
    admin.dispose()
    assert [(one.state, "пароль или имя не подошли" in one.words, SECRET in one.line) for one in found] == [
        ("bad", True, False)
    ] * 2
    assert ["VEKHA_DATABASE_URL" in found[0].remedy, "VEKHA_PREFECT_DATABASE_URL" in found[1].remedy] == [True, True]
    assert allowed.state == "ok"


def test_the_extension_is_there_or_made_or_asked_for(alone: Settings, empty_postgres_engine: Engine) -> None:
    mine = with_databases(alone, prefects=url_of(empty_postgres_engine))
    assert faults(prefects(mine)) == []
    assert "создаст первый запуск" in [*prefects(mine)][-1].words
    with role(empty_postgres_engine) as url:
        poor = with_databases(alone, prefects=url)
        extension, tables = faults(prefects(poor))
        assert "CREATE EXTENSION pg_trgm" in extension.remedy
        assert "GRANT CREATE ON SCHEMA public" in tables.remedy
        assert before_start(poor, "prefect") == [extension, tables]
        with empty_postgres_engine.begin() as connection:
            connection.execute(text("CREATE EXTENSION pg_trgm"))
        assert faults(prefects(poor)) == [tables]


def test_a_clock_that_is_days_away_from_the_database_is_named(alone: Settings, postgres_engine: Engine) -> None:
    settings = with_databases(alone, ours=url_of(postgres_engine))
    assert faults(agree(settings, now=lambda: datetime.now(UTC))) == []
    [found] = faults(agree(settings, now=lambda: datetime.now(UTC) - timedelta(hours=3)))
    assert (found.state, found.words) == ("bad", "базы данных ушли вперёд на 3 ч")


def mailing(alone: Settings, url: str) -> Settings:
    return alone.model_copy(update={"mail_url": SecretStr(url)})


def one_of(found: Iterator[Finding]) -> Finding:
    [one] = found
    return one


def test_a_letter_of_trial_takes_the_road_of_letters(alone: Settings, serve_mail: ServeMail) -> None:
    with serve_mail() as server:
        settings = mailing(alone, server.url())
        assert one_of(letters_leave(settings, to=None, at=clock.now())).state == "ok"
        assert server.taken == []
        for seconds in (0, 1):
            at = clock.now() + timedelta(seconds=seconds)
            assert one_of(letters_leave(settings, to="admin@example.org", at=at)).state == "ok"
    assert server.to == ["admin@example.org"] * 2
    assert len({letter["Message-ID"] for letter in server.letters}) == 2
    assert server.letters[0]["Subject"] == "Проверка почты «Вехи»"
    assert alone.pages_url in server.taken[0].text
    assert "Отвечать не нужно." in server.taken[0].text


def test_a_letter_that_is_refused_says_whose_fault_it_is(alone: Settings, serve_mail: ServeMail) -> None:
    with serve_mail() as server:
        server.refused.add("nobody@example.org")
        refused = one_of(letters_leave(mailing(alone, server.url()), to="nobody@example.org", at=clock.now()))
        broken = one_of(letters_leave(mailing(alone, server.url()), to="${VEKHA_AUTH}", at=clock.now()))
    assert (refused.state, "не принял адрес (550)" in refused.words, "--mail" in refused.remedy) == ("bad", True, True)
    assert broken.state == "bad"


def test_a_mail_server_that_does_not_take_the_password(alone: Settings, serve_mail: ServeMail) -> None:
    def judge(_server: Any, _session: Any, _envelope: Any, _mechanism: Any, given: LoginPassword) -> AuthResult:
        return AuthResult(success=given.password == b"right", handled=False)

    how = {"authenticator": judge, "auth_require_tls": False}
    with serve_mail(**how) as server:
        wrong = one_of(letters_leave(mailing(alone, server.url(login=f"me:{SECRET}@")), to=None, at=clock.now()))
        right = one_of(letters_leave(mailing(alone, server.url(login="me:right@")), to=None, at=clock.now()))
    assert (wrong.state, "имя или пароль" in wrong.words, SECRET in wrong.line) == ("bad", True, False)
    assert right.state == "ok"


def test_a_mail_server_that_is_away(alone: Settings) -> None:
    found = one_of(
        letters_leave(mailing(alone, f"mailto://127.0.0.1:{free_port()}?from=a@b.ru"), to=None, at=clock.now())
    )
    assert (found.state, "VEKHA_MAIL_URL" in found.remedy) == ("bad", True)


def test_without_a_mail_server_the_letter_lies_in_the_folder(alone: Settings) -> None:
    found = one_of(letters_leave(alone, to="admin@example.org", at=clock.now()))
    assert found.state == "warn"
    assert len(list(alone.letters.rglob("*.eml"))) == 1


@contextmanager
def showing(context: ssl.SSLContext) -> Iterator[int]:
    """A server that shows a certificate and says no more; gives the port."""

    def talk(caller: Any) -> None:
        with context.wrap_socket(caller, server_side=True) as line:
            line.recv(1)

    with talking(talk) as port:
        yield port


#: What the server shows → how it stands, and words of it.
SHOWN: dict[str, tuple[Callable[[Authority, Authority], ssl.SSLContext], str, str]] = {
    "good": (lambda known, _: known.certificate(days=90), "ok", "действует до"),
    "ends in a week": (lambda known, _: known.certificate(days=7), "warn", "кончится"),
    "ended": (lambda known, _: known.certificate(days=-1), "bad", "кончился"),
    "begins tomorrow": (lambda known, _: known.certificate(days=90, since=1), "bad", "ещё не действует"),
    "of another name": (lambda known, _: known.certificate(days=90, address="127.0.0.9"), "bad", "на другое имя"),
    "signed by itself": (lambda known, _: known.certificate(days=90, is_self_signed=True), "bad", "сам собой"),
    "of a stranger": (
        lambda _, stranger: stranger.certificate(days=90),
        "bad",
        "которого эта машина не знает",
    ),
}


@pytest.mark.usefixtures("own_programs")
@pytest.mark.parametrize("shown", SHOWN)
def test_what_a_browser_thinks_of_a_certificate(shown: str, authority: Authority, stranger: Authority) -> None:
    make, state, words = SHOWN[shown]
    at = datetime.now(UTC)
    with showing(make(authority, stranger)) as port:
        found = certificate(HERE, port, at=at)
    assert (found.state, words in found.words) == (state, True), found
    if shown == "ended":
        assert f"{at - timedelta(days=1):%d.%m.%Y}" in found.words
    if state == "bad":
        assert found.remedy


@pytest.mark.usefixtures("own_programs", "authority")
def test_a_port_without_tls_or_without_anybody() -> None:
    with talking(lambda caller: caller.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as port:
        assert "не по TLS" in certificate(HERE, port, at=clock.now()).words
    assert "не отвечает" in certificate(HERE, free_port(), at=clock.now()).words


def proxy(pages: str, hands_on: Callable[[Request], dict[str, str]], *, is_open: bool = False) -> Starlette:
    """A reverse proxy of one file: of the visitor's headers the pages get only those that ``hands_on`` makes."""
    transport = httpx.AsyncHTTPTransport(local_address=PROXY)

    async def pass_on(request: Request) -> Response:
        if is_open and request.url.path.startswith("/prefect/"):
            return JSONResponse({"api_url": "/api"})
        try:
            async with httpx.AsyncClient(transport=transport, base_url=pages, timeout=20) as client:
                answer = await client.get(request.url.path, headers=hands_on(request))
        except httpx.HTTPError:
            return Response(status_code=502)
        return Response(answer.content, answer.status_code, media_type=answer.headers.get("content-type"))

    return Starlette(routes=[Route("/{path:path}", pass_on)])


def who(request: Request) -> str:
    assert request.client is not None
    return request.client.host


#: How the proxy hands on.
TELLS: dict[str, Callable[[Request], dict[str, str]]] = {
    "all": lambda request: {"X-Forwarded-For": who(request), "X-Forwarded-Proto": "https"},
    "nothing": lambda _: {},
    "the address alone": lambda request: {"X-Forwarded-For": who(request)},
    "what the visitor said": lambda request: {
        "X-Forwarded-For": request.headers.get("x-forwarded-for", who(request)),
        "X-Forwarded-Proto": "https",
    },
}
#: How it hands on, whom the pages believe → words of the fault, of the remedy; None: all is well.
HANDED_ON: dict[str, tuple[str, str | None, tuple[str, str] | None]] = {
    "all, believed": ("all", PROXY, None),
    "all, not believed": ("all", None, ("это сам прокси", f"VEKHA_PROXIES={PROXY}")),
    "all, another believed": ("all", "10.0.0.5", ("это сам прокси", f"VEKHA_PROXIES={PROXY}")),
    "nothing": ("nothing", PROXY, ("не передаёт, кто и как обратился", "proxy_set_header X-Forwarded-For")),
    "the address alone": ("the address alone", PROXY, ("X-Forwarded-Proto", "proxy_set_header X-Forwarded-Proto")),
    "what the visitor said": ("what the visitor said", PROXY, ("присланный посетителем", "$remote_addr")),
}


@pytest.fixture
def public(alone: Settings, authority: Authority) -> Iterator[Callable[..., Settings]]:
    """The pages, with their database, behind a proxy with TLS; gives the settings of the installation."""
    engine = sqlite_engine(alone.data / "vekha.db", build)
    with ExitStack() as stack:

        def begin(tells: str = "all", proxies: str | None = PROXY, **more: Any) -> Settings:
            settings = alone.model_copy(update={"proxies": proxies, "control_password": SecretStr("a password")})
            app = create_app(settings, engine)
            _, port = stack.enter_context(served(app, proxy_headers=bool(proxies), forwarded_allow_ips=proxies or ""))
            front = proxy(f"http://{HERE}:{port}", TELLS[tells], is_open=more.pop("is_open", False))
            shown = {"days": 90} | more
            # What the visitor says of himself is none of the proxy's business.
            tls = {"ssl_context_factory": lambda *_: authority.certificate(**shown), "proxy_headers": False}
            _, port = stack.enter_context(served(front, **tls))
            return settings.model_copy(update={"public_url": f"https://{HERE}:{port}"})

        yield begin
    engine.dispose()


@pytest.mark.usefixtures("own_programs")
@pytest.mark.parametrize("case", HANDED_ON)
def test_what_the_proxy_hands_on(case: str, public: Callable[..., Settings]) -> None:
    tells, proxies, fault = HANDED_ON[case]
    settings = public(tells, proxies)
    found = list(as_browser(settings, at=datetime.now(UTC)))
    wrong = [one for one in found if one.state != "ok"]
    if fault is None:
        assert wrong == []
        assert {one.name for one in found} == {"Сертификат", "Адрес страниц", "Прокси", "Страницы Prefect"}
        assert after_start(settings) == []
    else:
        [one] = wrong
        assert (one.state, fault[0] in one.words, fault[1] in one.remedy) == ("bad", True, True), one
        assert after_start(settings) == [one]
    assert NOBODY not in str(found)


@pytest.mark.usefixtures("own_programs")
def test_behind_a_certificate_that_ended_all_else_is_looked_at(public: Callable[..., Settings]) -> None:
    found = list(as_browser(public("nothing", days=-1), at=datetime.now(UTC)))
    assert [one.name for one in found if one.state == "bad"] == ["Сертификат", "Прокси"]


@pytest.mark.usefixtures("own_programs")
def test_prefect_open_to_everybody_is_a_fault(public: Callable[..., Settings]) -> None:
    [found] = faults(as_browser(public(is_open=True), at=datetime.now(UTC)))
    assert (found.name, found.state) == ("Страницы Prefect", "bad")


#: What stands where the pages should be → words of the fault.
OTHERS: dict[str, tuple[Response, str]] = {
    "another site": (Response("<html>"), "отвечает не «Веха»"),
    "a proxy alone": (Response(status_code=502), "страниц за ним нет"),
    "a log-in": (Response(status_code=401), "требует входа"),
    "a way elsewhere": (
        Response(status_code=301, headers={"location": "https://vekha.example.org/healthz"}),
        "отсылает на https://vekha.example.org",
    ),
}


@pytest.mark.usefixtures("own_programs")
@pytest.mark.parametrize("case", OTHERS)
def test_something_else_in_place_of_the_pages(case: str, alone: Settings) -> None:
    answer, words = OTHERS[case]

    async def say(_: Request) -> Response:
        return answer

    with served(Starlette(routes=[Route("/{path:path}", say)])) as (host, port):
        settings = alone.model_copy(update={"public_url": f"http://{host}:{port}"})
        [found] = as_browser(settings, at=clock.now())
    assert (found.state, words in found.words, bool(found.remedy)) == ("bad", True, True), found


def test_a_name_that_no_dns_knows(alone: Settings) -> None:
    settings = alone.model_copy(update={"public_url": "https://нет.invalid"})
    [found] = as_browser(settings, at=clock.now())
    assert ("нет в DNS" in found.words, "VEKHA_PUBLIC_URL" in found.remedy) == (True, True)


@pytest.fixture
def of_office(office: Office, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings of who works with the real server."""
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    return office.settings


def test_a_server_without_a_worker_whose_services_are_off(office: Office, of_office: Settings) -> None:
    """The server of the tests runs no scheduler: nothing would start by the clock."""
    office.add_roadmap()
    sync(office.engine, settings=of_office, at=clock.now())
    found = {one.name: one for one in at_work(of_office)}
    assert found["Сервер Prefect"].state == "ok"
    assert found["Фоновые службы Prefect"].state == "bad"
    assert "serve services" in found["Фоновые службы Prefect"].remedy


def test_a_run_that_waits_for_a_worker_is_counted(office: Office, of_office: Settings) -> None:
    async def late(client: Any) -> None:
        flow = await call(client, "POST", "/flows/", {"name": "поздний"})
        when = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
        state = {"type": "SCHEDULED", "name": "Late", "state_details": {"scheduled_time": when}}
        await call(client, "POST", "/flow_runs/", {"flow_id": flow["id"], "state": state})

    office.api(late)
    assert any(one.state == "warn" and "1 запуск ждёт" in one.words for one in at_work(of_office))


def test_a_worker_on_the_line_is_seen(worker: Worker, office: Office, of_office: Settings) -> None:
    for _ in office.looks():
        [found] = [one for one in at_work(of_office) if one.name == "Исполнители Prefect"]
        if found.state == "ok":
            return
    pytest.fail(f"the worker was never seen: {found}")


def test_a_server_that_takes_another_password(office: Office, of_office: Settings) -> None:
    other = of_office.model_copy(update={"auth": SecretStr(f"vekha:{SECRET}")})
    [found] = at_work(other)
    assert (found.words, "VEKHA_AUTH" in found.remedy, SECRET in found.line) == ("пароль не подошёл", True, False)


def test_the_clock_of_the_server_is_compared(office: Office, of_office: Settings) -> None:
    words = [one.words for one in agree(of_office, now=clock.now)]
    assert "сервера Prefect идут вровень" in words
    [found] = faults(agree(of_office, now=lambda: clock.now() + timedelta(days=2)))
    assert (found.state, found.words) == ("bad", "сервера Prefect ушли назад на 48 ч")


@pytest.mark.usefixtures("own_programs")
@pytest.mark.parametrize(("said", "words"), [("2.20.0", "версия сервера — 2.20.0"), ({"a": 1}, "отвечает не Prefect")])
def test_another_server_in_place_of_ours(said: Any, words: str, alone: Settings) -> None:
    async def say(_: Request) -> Response:
        return JSONResponse(said)

    with served(Starlette(routes=[Route("/{path:path}", say)])) as (host, port):
        settings = alone.model_copy(update={"prefect_url": f"http://{host}:{port}/api"})
        [found] = faults(at_work(settings))
    assert (found.state, words in found.words) == ("bad", True)
    assert version("prefect") not in str(said)
