"""Starts and supervises the children of ``vekha up``: the Prefect server and one worker."""

import contextlib
import ipaddress
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from pydantic import SecretStr

from deployments.serve.ui_font import pages_folder, widen_letters
from models.settings import Settings

START_SECONDS = 120.0
"""A cold start on a small machine, with Prefect's own migrations, takes half a minute."""
STOP_SECONDS = 15.0
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
CALM_SECONDS = 300.0
"""A worker that lived so long starts again with the shortest pause."""
LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}


class CannotStart(RuntimeError):
    """Nothing can be started, or something stopped for good; the text is one Russian line."""


def check_before_start(settings: Settings) -> None:
    """Refuse, before anything is touched, a page open to the network without a password, and a taken port.

    Raises ``CannotStart``.
    """
    if not is_loopback(settings.host) and settings.auth is None:
        raise CannotStart(
            f"Адрес {settings.host} виден из сети, а пароль не задан: задайте VEKHA_AUTH=имя:пароль "
            "или VEKHA_HOST=127.0.0.1"
        )
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as taken:
            raise CannotStart(
                f"Порт {settings.port} на {settings.host} занят или недоступен ({taken.strerror}): "
                "закройте другую программу или выберите порт, --port N"
            ) from taken


def child_environment(settings: Settings) -> dict[str, str]:
    """What the children must know: where the data and the server are; quiet, and with no calls to the outside."""
    data = settings.data.resolve()
    env = (
        os.environ
        | _told(settings)
        | {
            "VEKHA_DATA": str(data),
            "VEKHA_DATABASE_URL": settings.database,
            "PREFECT_HOME": str(data / "prefect"),
            "PREFECT_API_URL": f"{_address(settings)}/api",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
            "PREFECT_UI_STATIC_DIRECTORY": str(pages_folder(data)),
            "DO_NOT_TRACK": "1",
            # No automations: they swallow failures, and their buckets are one more writer to the server's SQLite.
            "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false",
            "PREFECT_LOGGING_COLORS": "false",
            "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
            # The default of 10 s is what a coordinator waits for after pressing the button.
            "PREFECT_WORKER_QUERY_SECONDS": os.environ.get("PREFECT_WORKER_QUERY_SECONDS", "3"),
            "NO_COLOR": "1",
            "PYTHONUNBUFFERED": "1",
        }
    )
    if settings.auth is not None:
        env["PREFECT_SERVER_API_AUTH_STRING"] = env["PREFECT_API_AUTH_STRING"] = settings.auth.get_secret_value()
    return env


def _told(settings: Settings) -> dict[str, str]:
    """Every setting in force as environment: flow processes run in a folder of their own, where no .env lies and
    no path begins.
    """
    said: dict[str, str] = {}
    for name in Settings.model_fields:
        value = getattr(settings, name)
        if value is not None:
            plain = value.get_secret_value() if isinstance(value, SecretStr) else value
            said[f"VEKHA_{name.upper()}"] = str(plain.resolve() if isinstance(plain, Path) else plain)
    return said


class Child:
    """A process group of its own, so that Ctrl-C reaches only the parent, with its output in a log file."""

    def __init__(self, command: Sequence[str], *, env: dict[str, str], log: Path) -> None:
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        self._out: IO[bytes] = log.open("ab")
        self._process = subprocess.Popen(
            command,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=self._out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    @property
    def is_alive(self) -> bool:
        """Whether the process itself still runs."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End the whole group: asked first, then killed; a second call does nothing."""
        self._signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=STOP_SECONDS)
        self._signal(signal.SIGKILL)
        self._process.wait()
        self._out.close()

    def _signal(self, signum: int) -> None:
        try:
            os.killpg(self._process.pid, signum)
        except ProcessLookupError:
            return


class PrefectServer:
    """The Prefect server with its own SQLite in the data folder."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._child: Child | None = None

    @property
    def url(self) -> str:
        """The page a person opens."""
        return _address(self._settings)

    def start(self, timeout: float = START_SECONDS) -> None:
        """Start and wait until it answers; ``CannotStart`` when the port is taken, it dies or stays silent."""
        check_before_start(self._settings)
        command = [sys.executable, "-m", "prefect", "server", "start"]
        command += ["--host", self._settings.host, "--port", str(self._settings.port)]
        log = self._settings.data.resolve() / "logs" / "prefect-server.log"
        env = child_environment(self._settings)
        # What this process does next must reach this server, whatever the environment said before.
        os.environ["PREFECT_API_URL"] = env["PREFECT_API_URL"]
        self._child = Child(command, env=env, log=log)
        until = time.monotonic() + timeout
        while not answers(f"{self.url}/api/health"):
            if not self._child.is_alive or time.monotonic() > until:
                self.stop()
                raise CannotStart(f"Сервер Prefect не запустился на {self.url}; что случилось — в {log}")
            time.sleep(0.2)
        widen_letters(pages_folder(self._settings.data.resolve()))

    def check(self) -> None:
        """``CannotStart`` when the server has died: without it nothing goes on."""
        if self._child is not None and not self._child.is_alive:
            raise CannotStart(f"Сервер Prefect остановился; что случилось — в {self._child.log}")

    def stop(self) -> None:
        """Stop the server; a second call does nothing."""
        if self._child is not None:
            self._child.stop()
            self._child = None


class KeptChild:
    """A child that is started again when it dies, after a pause that doubles; what it runs is the subclass's."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._child: Child | None = None
        self._pause = FIRST_PAUSE
        self._started_at = 0.0
        self._start_again_at = 0.0

    def command(self) -> list[str]:
        """What is run."""
        raise NotImplementedError

    log_name = ""

    def launch(self) -> Child:
        """Start the child, without waiting for anything."""
        log = self._settings.data.resolve() / "logs" / self.log_name
        self._child = Child(self.command(), env=child_environment(self._settings), log=log)
        self._started_at = time.monotonic()
        return self._child

    def keep_alive(self) -> None:
        """Call it now and then: a child that died is started again, the sooner the calmer it has been."""
        if self._child is None or self._child.is_alive:
            return
        now = time.monotonic()
        if not self._start_again_at:
            self._pause = FIRST_PAUSE if now - self._started_at > CALM_SECONDS else self._pause
            self._start_again_at = now + self._pause
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
        if now >= self._start_again_at:
            self._child.stop()
            self._start_again_at = 0.0
            self.launch()

    @property
    def is_alive(self) -> bool:
        """Whether the child runs now."""
        return self._child is not None and self._child.is_alive

    def stop(self) -> None:
        """Stop the child; a second call does nothing."""
        if self._child is not None:
            self._child.stop()
            self._child = None


class Worker(KeptChild):
    """One worker of the pool; the flows it runs end with it, and the next sync takes up what they kept."""

    log_name = "prefect-worker.log"

    def command(self) -> list[str]:
        """Our own program: it starts runs warm. Without a limit: with one, Prefect 3.8 ends the worker when a run is
        resumed too soon after it paused.
        """
        return [sys.executable, "-m", "deployments.serve.worker"]

    def start(self) -> None:
        """Start the worker; the server must be up."""
        self.launch()


def _address(settings: Settings) -> str:
    host = LOOPBACK.get(settings.host, settings.host)
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def answers(url: str) -> bool:
    """Whether a page of a child of ours is served."""
    # No proxy of the environment may stand between a program and its own child.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError:
        return False
    except OSError:
        return False
