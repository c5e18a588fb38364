"""What programs ask of the pages: who may read the figures, what is said of a database that is away, old or new."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from sqlalchemy import Engine, create_engine, event, text
from sqlmodel import col, select

from models import Channel, ControlLook, Notice, Official, Roadmap, clock
from models.db import open_session
from models.db.migrate import newest_revision
from models.settings import Settings
from models.tables.alert import keep_alerts
from tests.parts.databases import PostgresServer, sqlite_engine, sqlite_engine_at
from tests.worlds.pages import CODE, Pages
from web.app import create_app

TOKEN = "a token that nobody guesses"
OWN, STRANGER = "127.0.0.1", "10.0.0.5"


async def ask(app: Any, path: str, *, client: str = OWN, **headers: str) -> httpx.Response:
    """What an application answers a client at an address, without a server."""
    transport = httpx.ASGITransport(app, client=(client, 50_000))
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with httpx.AsyncClient(transport=transport, base_url="http://vekha") as client_of:
        return await client_of.get(path, headers=named)


def figures(words: str) -> dict[tuple[str, ...], float]:
    """(name, values of the labels…) → value."""
    samples = (sample for family in text_string_to_metric_families(words) for sample in family.samples)
    return {(one.name, *one.labels.values()): one.value for one in samples}


async def test_who_lives_says_so_and_whom_he_sees(web_settings: Settings, web_engine: Engine) -> None:
    web_engine.dispose()
    (web_settings.data / "vekha.db").unlink()
    answer = await ask(create_app(web_settings, web_engine), "/healthz", client=STRANGER)
    assert answer.status_code == 200
    said = answer.json()
    assert said["status"] == "ok"
    assert re.fullmatch(r"\d+\.\d+\.\d+", said["version"])
    assert said["caller"] == {"address": STRANGER, "scheme": "http", "forwarded": False}
    assert not (web_settings.data / "vekha.db").exists(), "a database that is asked is made"


async def test_what_a_proxy_said_is_seen_though_it_is_not_believed(web_settings: Settings, web_engine: Engine) -> None:
    answer = await ask(create_app(web_settings, web_engine), "/healthz", client=STRANGER, X_Forwarded_For="10.0.0.9")
    assert answer.json()["caller"] == {"address": STRANGER, "scheme": "http", "forwarded": True}


async def test_pages_with_their_database_are_ready(web_settings: Settings, web_engine: Engine) -> None:
    answer = await ask(create_app(web_settings, web_engine), "/readyz", client=STRANGER)
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert answer.json()["checks"] == {
        "database": {"ok": True, "words": "База данных отвечает"},
        "schema": {"ok": True, "words": f"Схема базы данных — {newest_revision()}, как у программы"},
    }


async def unready(settings: Settings, engine: Engine) -> dict[str, Any]:
    answer = await ask(create_app(settings, engine), "/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "unavailable")
    checks: dict[str, Any] = answer.json()["checks"]
    assert all("\n" not in one["words"] for one in checks.values())
    return checks


async def test_a_file_that_is_gone_is_not_made_again(web_settings: Settings, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'none.db'}")
    assert [one["ok"] for one in (await unready(web_settings, engine)).values()] == [False, False]
    assert not (tmp_path / "none.db").exists()


async def test_a_schema_of_another_version_is_named(web_settings: Settings, tmp_path: Path) -> None:
    old = await unready(web_settings, sqlite_engine_at(tmp_path / "old.db", "0016"))
    assert (old["database"]["ok"], old["schema"]["ok"]) == (True, False)
    assert "0016" in old["schema"]["words"]
    assert newest_revision() in old["schema"]["words"]
    newer = sqlite_engine(tmp_path / "newer.db")
    with newer.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert "9999" in (await unready(web_settings, newer))["schema"]["words"]


async def test_a_server_that_is_away_is_said_and_no_password_with_it(web_settings: Settings) -> None:
    engine = create_engine("postgresql+psycopg://vekha:a-secret-of-ours@127.0.0.1:1/vekha")
    checks = await unready(web_settings, engine)
    assert checks["database"]["words"].startswith("База данных не отвечает")
    assert "a-secret-of-ours" not in str(checks)


async def test_postgresql_is_ready_and_an_empty_one_is_not(web_settings: Settings, postgres: PostgresServer) -> None:
    with postgres.migrated() as engine:
        assert (await ask(create_app(web_settings, engine), "/readyz")).status_code == 200
    with postgres.bare() as engine:
        assert "пусто" in (await unready(web_settings, engine))["schema"]["words"]


BEARER = {"Authorization": f"Bearer {TOKEN}"}
#: Who asks, with what, of pages set to what → whether the figures are shown.
READERS: dict[str, tuple[str, dict[str, str], dict[str, Any], bool]] = {
    "this machine": (OWN, {}, {}, True),
    "this machine by IPv6": ("::1", {}, {}, True),
    "another machine": (STRANGER, {}, {}, False),
    "another machine with the token": (STRANGER, BEARER, {"metrics_token": SecretStr(TOKEN)}, True),
    "another machine with a wrong token": (
        STRANGER,
        {"Authorization": "Bearer a wrong one of ours"},
        {"metrics_token": SecretStr(TOKEN)},
        False,
    ),
    "another machine with the token as a password": (
        STRANGER,
        {"Authorization": f"Basic {TOKEN}"},
        {"metrics_token": SecretStr(TOKEN)},
        False,
    ),
    "another machine with an empty token, none set": (STRANGER, {"Authorization": "Bearer "}, {}, False),
    "this machine with a wrong token": (
        OWN,
        {"Authorization": "Bearer a wrong one of ours"},
        {"metrics_token": SecretStr(TOKEN)},
        False,
    ),
    "a proxy on this machine": (OWN, {"X-Forwarded-For": "203.0.113.7"}, {}, False),
    "a proxy on this machine by the standard": (OWN, {"Forwarded": "for=203.0.113.7"}, {}, False),
    "a proxy on this machine that says only itself": (OWN, {"Via": "1.1 proxy"}, {}, False),
    "a proxy on this machine that strips headers": (OWN, {}, {"public_url": "https://vekha.example.org"}, False),
    "this machine where a proxy is named": (OWN, {}, {"proxies": "10.0.0.5"}, False),
    "the token through a proxy": (
        OWN,
        BEARER | {"X-Forwarded-For": "203.0.113.7"},
        {"metrics_token": SecretStr(TOKEN), "proxies": "127.0.0.1"},
        True,
    ),
}


@pytest.mark.parametrize("who", READERS)
async def test_who_may_read_the_figures(who: str, web_settings: Settings, web_engine: Engine) -> None:
    client, headers, more, may = READERS[who]
    app = create_app(web_settings.model_copy(update=more), web_engine)
    answer = await ask(app, "/metrics", client=client, **headers)
    if may:
        assert answer.status_code == 200
        assert "vekha_points" in answer.text
    else:
        assert answer.status_code == 403
        assert len(answer.text.splitlines()) == 1
        assert "VEKHA_METRICS_TOKEN" in answer.text
        assert TOKEN not in answer.text


@contextmanager
def changed(engine: Engine) -> Iterator[Any]:
    with open_session(engine) as session:
        yield session


async def test_the_figures_are_those_of_the_rows(web_settings: Settings, web_engine: Engine) -> None:
    at, app = clock.now(), create_app(web_settings, web_engine)
    before = figures((await ask(app, "/metrics")).text)
    assert before["vekha_letters_waiting",] == 0
    assert before["vekha_channel_failures", "email"] == 0
    assert before["vekha_alerts",] == 0
    assert ("vekha_last_control_timestamp_seconds", CODE) not in before
    assert ("vekha_last_delivery_timestamp_seconds",) not in before
    with changed(web_engine) as session:
        [first, second, third, *_] = session.exec(select(Channel).order_by(col(Channel.id))).all()
        facts: dict[str, Any] = {"official_id": first.official_id, "channel_id": first.id, "not_before": at}
        days = [at.date() - timedelta(days=n) for n in range(5)]
        session.add_all(
            [
                Notice(on_day=days[0], state="queued", **facts),
                Notice(on_day=days[1], state="sending", **facts),
                Notice(on_day=days[2], state="queued", reversed_at=at, **facts),
                Notice(on_day=days[3], state="dead", **facts),
                Notice(on_day=days[4], state="sent", sent_at=at - timedelta(hours=3), **facts),
            ]
        )
        first.failures, second.failures, second.given_up_at = 2, 3, at
        third.failures, third.is_active = 50, False
        look: dict[str, Any] = {"roadmap_code": CODE, "on_day": at.date()}
        session.add(ControlLook(looked_at=at - timedelta(hours=5), **look))
        session.add(ControlLook(looked_at=at, reversed_at=at, **look))
        keep_alerts(session, "prefect", {"worker": "Исполнитель не на связи"}, at=at)
    found = figures((await ask(app, "/metrics")).text)
    assert found["vekha_letters_waiting",] == 2
    assert found["vekha_letters_dead",] == 1
    assert found["vekha_letters_sent_week",] == 1
    assert found["vekha_channel_failures", "email"] == 5
    assert found["vekha_channels_given_up", "email"] == 1
    assert found["vekha_channel_failures", "telegram"] == 0
    assert found["vekha_officials_unreached",] == 1
    assert found["vekha_alerts",] == 1
    assert found["vekha_last_control_timestamp_seconds", CODE] == (at - timedelta(hours=5)).timestamp()
    assert found["vekha_last_delivery_timestamp_seconds",] == (at - timedelta(hours=3)).timestamp()
    assert ("vekha_schema_info", newest_revision(), newest_revision()) in {name[:3] for name in found}


async def test_no_person_and_no_address_stands_among_the_figures(web_settings: Settings, web_engine: Engine) -> None:
    with changed(web_engine) as session:
        official = session.exec(select(Official).where(Official.post == "Ректор")).one()
        official.name = "Орлова Анна Сергеевна"
    words = (await ask(create_app(web_settings, web_engine), "/metrics")).text
    assert "Орлова" not in words
    assert "example.org" not in words


async def test_a_database_that_is_away_gives_no_figures(web_settings: Settings) -> None:
    engine = create_engine("postgresql+psycopg://vekha:a-secret-of-ours@127.0.0.1:1/vekha")
    answer = await ask(create_app(web_settings, engine), "/metrics")
    assert answer.status_code == 503
    assert "a-secret-of-ours" not in answer.text


async def test_the_points_of_many_roadmaps_are_counted_at_once(web_settings: Settings, web_engine: Engine) -> None:
    app = create_app(web_settings, web_engine)
    said: list[str] = []

    def note(*of_the_call: Any) -> None:
        said.append(of_the_call[2])

    event.listen(web_engine, "before_cursor_execute", note)
    await ask(app, "/metrics")
    first = sum("FROM control_point" in one for one in said)
    with changed(web_engine) as session:
        known = session.get_one(Roadmap, CODE).model_dump()
        session.add_all(Roadmap(**(known | {"code": f"krai{n}", "region": f"Край {n}"})) for n in range(20))
    said.clear()
    answer = await ask(app, "/metrics")
    assert figures(answer.text)["vekha_points", "krai7", "overdue"] == 0
    assert sum("FROM control_point" in one for one in said) == first


def test_the_pages_answer_on_a_port(pages: Pages) -> None:
    client = pages.client
    assert client.get("/healthz").json()["caller"]["address"] == "127.0.0.1"
    assert client.get("/readyz").status_code == 200
    assert client.get("/metrics").headers["content-type"].startswith("text/plain")
    assert client.head("/healthz").status_code == 200
    assert client.post("/metrics").status_code == 405
