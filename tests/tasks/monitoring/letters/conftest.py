"""A round whose note is written, and a mail server that keeps what leaves."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from pydantic import SecretStr

from models.settings import Settings
from tests.monitored import Monitored
from tests.posted import SITE, Posted, Sink


@pytest.fixture
def sink() -> Iterator[Sink]:
    handler = Sink()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        handler.port = probe.getsockname()[1]
    server = Controller(handler, hostname="127.0.0.1", port=handler.port)
    server.start()
    yield handler
    server.stop()


@pytest.fixture
def here(tmp_path: Path, sink: Sink) -> Settings:
    return Settings(
        _env_file=None,
        data=tmp_path,
        public_url=SITE,
        link_key=SecretStr("a key long enough that nobody guesses it"),
        mail_url=SecretStr(f"mailto://127.0.0.1:{sink.port}?from=vekha@example.org&mode=insecure"),
    )


@pytest.fixture
def posted(monitored: Monitored, here: Settings, sink: Sink, unpainted: None) -> Posted:
    """On either engine."""
    return Posted(monitored, here, sink)


@pytest.fixture
def small_posted(small_monitored: Monitored, here: Settings, sink: Sink, unpainted: None) -> Posted:
    """On SQLite."""
    return Posted(small_monitored, here, sink)
