"""Serves the pages of officials and of the coordinator: in this process, or as a child of ``vekha up``."""

import logging
import secrets
import socket
import sys
import time
from typing import Literal

from pydantic import SecretStr

from deployments.serve.begin import begin
from deployments.serve.prefect import LOOPBACK, CannotStart, KeptChild, answers, is_loopback
from models import clock
from models.db import open_session
from models.settings import Settings
from tasks.files.store import Store
from tasks.installation import ForeignSettings, refuse_foreign

START_SECONDS = 60.0
SOCKETS: Literal["websockets-sansio"] = "websockets-sansio"
"""Which implementation speaks with who listens through the door to Prefect."""


def check_before_start(settings: Settings) -> None:
    """Refuse pages open to the network without a password and a key, and a taken port. Raises ``CannotStart``."""
    host, port = settings.web_host, settings.web_port
    missing = [f"VEKHA_{name.upper()}" for name in ("control_password", "link_key") if getattr(settings, name) is None]
    if missing and not is_loopback(host):
        raise CannotStart(f"Страницы на {host} видны из сети: задайте {' и '.join(missing)} или слушайте 127.0.0.1")
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, UnicodeError) as taken:
            why = getattr(taken, "strerror", None) or "такого адреса нет"
            raise CannotStart(
                f"Порт {port} на {host} занят или недоступен ({why}): "
                "закройте другую программу или выберите порт, VEKHA_WEB_PORT"
            ) from taken


def with_password(settings: Settings) -> tuple[Settings, str]:
    """The settings with a password for the coordinator's page, and what a greeting says of it.

    Without one set (on loopback only) it is made up for this run and shown.
    """
    if settings.control_password is not None:
        return settings, "(пароль — из VEKHA_CONTROL_PASSWORD)"
    made_up = secrets.token_urlsafe(9)
    filled = settings.model_copy(update={"control_password": SecretStr(made_up)})
    return filled, f"(пароль до остановки: {made_up})"


def serve(settings: Settings) -> None:
    """Serve the pages in this process until SIGINT or SIGTERM."""
    import uvicorn

    from deployments.serve.connections import PatientProtocol
    from models.db.migrate import ready_engine
    from web.app import create_app

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("web").setLevel(logging.INFO)
    engine = ready_engine()
    with open_session(engine) as session:
        refuse_foreign(session, settings, sends=False)
    Store(settings.files).sweep(at=clock.now())
    config = uvicorn.Config(
        create_app(settings, engine),
        host=settings.web_host,
        port=settings.web_port,
        # Its own log would hold the links; the pages write one without them.
        access_log=False,
        ws=SOCKETS,
        log_level="warning",
        server_header=False,
        http=PatientProtocol,
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=settings.proxies or "",
        timeout_graceful_shutdown=5,
    )
    uvicorn.Server(config).run()


class WebPages(KeptChild):
    """The pages as a child process."""

    log_name = "web.log"
    secrets = ("database_url", "link_key", "control_password", "reader_password", "metrics_token")

    def command(self) -> list[str]:
        """This module as a program."""
        return [sys.executable, "-m", "deployments.serve.web"]

    @property
    def url(self) -> str:
        """What a person on this machine opens."""
        host = LOOPBACK.get(self._settings.web_host, self._settings.web_host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self._settings.web_port}"

    def start(self, timeout: float = START_SECONDS) -> None:
        """Start and wait until the pages answer; ``CannotStart`` when the port is taken or they do not come up."""
        check_before_start(self._settings)
        child, until = self.launch(), time.monotonic() + timeout
        while not answers(f"{self.url}/robots.txt"):
            if not child.is_alive or time.monotonic() > until:
                self.stop()
                raise CannotStart(f"Страницы не запустились на {self.url}; что случилось — в {child.log}")
            time.sleep(0.1)


if __name__ == "__main__":
    try:
        serve(begin())
    except ForeignSettings as refused:
        sys.stderr.write(f"{refused}\n")
        sys.exit(2)
