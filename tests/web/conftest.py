"""A real server with the pages over a small roadmap."""

import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from models.settings import Settings
from tests.parts.databases import sqlite_engine
from tests.worlds.monitored_pages import MonitoredPages
from tests.worlds.pages import NO_LIMITS, PASSWORD, Pages, Serve, build, serving
from web.app import create_app
from web.rates import Limits


@pytest.fixture
def serve() -> Serve:
    """The same for an application of a test's own."""
    return serving


@pytest.fixture
def web_settings(tmp_path: Path) -> Settings:
    """Settings of pages of their own; Prefect is away: nothing listens on its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (tmp_path / "data").mkdir()
    return Settings(
        data=tmp_path / "data",
        port=port,
        max_file_mb=2,
        control_password=SecretStr(PASSWORD),
        link_key=SecretStr("ключ для ссылок в проверках страниц"),
    )


@pytest.fixture
def limits() -> Limits:
    """A test clicks faster than a person; those about the limits set their own."""
    return NO_LIMITS


@pytest.fixture
def web_engine(request: pytest.FixtureRequest, web_settings: Settings) -> Iterator[Engine]:
    """The small roadmap on SQLite, or on the engine a test names as the fixture's parameter."""
    if getattr(request, "param", "sqlite") == "postgresql":
        engine: Engine = request.getfixturevalue("postgres_engine")
        build(engine)
    else:
        engine = sqlite_engine(web_settings.data / "vekha.db", build)
    yield engine
    engine.dispose()


@pytest.fixture
def pages(
    web_settings: Settings, web_engine: Engine, limits: Limits, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Pages]:
    """The pages on a free port."""
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    with serve(create_app(web_settings, web_engine, limits=limits)) as url:
        web_settings.public_url = url
        with httpx.Client(base_url=url, trust_env=False, timeout=30) as client:
            yield Pages(url, web_settings, web_engine, client)


@pytest.fixture
def monitored(pages: Pages, request: pytest.FixtureRequest) -> MonitoredPages:
    """A round with its note: forty-four municipalities, or as many as the parameter says."""
    one = MonitoredPages(pages, getattr(request, "param", 44))
    one.build()
    return one
