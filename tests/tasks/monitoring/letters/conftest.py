"""A round whose note is written, and a mail server that keeps what leaves."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from models.settings import Settings
from tests.parts.mail import MailServer
from tests.worlds.monitored import Monitored
from tests.worlds.posted import SITE, Posted


@pytest.fixture
def here(tmp_path: Path, mail_server: MailServer) -> Settings:
    return Settings(
        _env_file=None,
        data=tmp_path,
        public_url=SITE,
        link_key=SecretStr("a key long enough that nobody guesses it"),
        mail_url=SecretStr(f"mailto://127.0.0.1:{mail_server.port}?from=vekha@example.org&mode=insecure"),
    )


@pytest.fixture
def posted(monitored: Monitored, here: Settings, mail_server: MailServer, unpainted: None) -> Posted:
    """On either engine."""
    return Posted(monitored, here, mail_server)


@pytest.fixture
def small_posted(small_monitored: Monitored, here: Settings, mail_server: MailServer, unpainted: None) -> Posted:
    """On SQLite."""
    return Posted(small_monitored, here, mail_server)
