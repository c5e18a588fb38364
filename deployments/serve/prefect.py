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

from deployments.serve.ui_pages import mend_pages, pages_folder
from models.settings import Settings
from tasks.prefect import api_password
from tasks.prefect.names import UI_BASE, api_url, links_on_pages

HERE = Path(__file__).parent
START_SECONDS = 120.0
"""A cold start on a small machine, with Prefect's own migrations, takes half a minute."""
STOP_SECONDS = 15.0
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
CALM_SECONDS = 300.0
"""A worker that lived so long starts again with the shortest pause."""
OF_THE_SERVER = ("PREFECT_SERVER_", "PREFECT_UI_", "PREFECT_API_DATABASE_", "PREFECT_REDIS_", "PREFECT_MESSAGING_")
"""How the variables begin that are for the Prefect server alone."""
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


def with_auth(settings: Settings) -> Settings:
    """The settings with a password for the Prefect server; without one set (on loopback only) it is made up.

    Nobody is asked for it: the door of the pages, the worker and other commands on the folder know it. On loopback are
    also every other user of the machine and every page that a browser has open.
    """
    if settings.auth is not None:
        return settings
    return settings.model_copy(update={"auth": SecretStr(api_password.made_up())})


def child_environment(settings: Settings, *secrets: str) -> dict[str, str]:
    """What a child that works with the data must know: where they and the server are; quiet, no calls to the outside.

    Of the ``secrets`` among the settings (names of fields) it gets these, and the password of the server.
    """
    env = _around(settings, is_server=False) | _told(settings, secrets)
    if auth := api_password.api_auth(settings):
        env["VEKHA_AUTH"] = env[api_password.VARIABLE] = auth
    return env


def worker_environment(settings: Settings) -> dict[str, str]:
    """The same for a worker, which may be one on another machine: its server is where the environment says."""
    env = child_environment(settings, *Worker.secrets)
    return env | {"PREFECT_API_URL": api_url(settings)}


def server_environment(settings: Settings) -> dict[str, str]:
    """What the Prefect server must know: nothing of ours but the folder and its password."""
    env = _around(settings, is_server=True) | {
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        # The old pages take names of states that are not Prefect's own; docs/decisions/0016.
        "PREFECT_SERVER_UI_V2_ENABLED": os.environ.get("PREFECT_SERVER_UI_V2_ENABLED", "false"),
        "PREFECT_UI_STATIC_DIRECTORY": str(pages_folder(settings.data.resolve())),
        # Beneath our own pages, behind their log-in: web/door.
        "PREFECT_UI_SERVE_BASE": UI_BASE,
        # No automations: they swallow failures, and their buckets are one more writer to the server's SQLite.
        "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false",
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
        # The server asks for the names of all time zones at every schedule that it reads: without the folders of the
        # system they come from the package of Python in a moment, and a fourth of its time is saved.
        "PYTHONTZPATH": "",
        # Pages of other addresses may not read what the server answers to a browser. Prefect's protection against
        # forged requests stays off: no browser sends this password by itself, and with it on a stranger is asked for
        # a token before the password, each client for one more request and one more write.
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": ",".join(_own_addresses(settings)),
    }
    if settings.auth is not None:
        env["PREFECT_SERVER_API_AUTH_STRING"] = env[api_password.VARIABLE] = settings.auth.get_secret_value()
    if settings.prefect_database:
        env["PREFECT_API_DATABASE_CONNECTION_URL"] = settings.prefect_database
    if settings.redis_url is not None:
        env |= _shared_by_servers(settings.redis_url.get_secret_value())
    return env


def _shared_by_servers(redis: str) -> dict[str, str]:
    """What one Prefect server keeps in its memory, several keep in Redis."""
    return {
        "PREFECT_REDIS_MESSAGING_URL": redis,
        "PREFECT_MESSAGING_BROKER": "prefect_redis.messaging",
        "PREFECT_MESSAGING_CACHE": "prefect_redis.messaging",
        "PREFECT_SERVER_EVENTS_CAUSAL_ORDERING": "prefect_redis.ordering",
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect_redis.lease_storage",
    }


def _around(settings: Settings, *, is_server: bool) -> dict[str, str]:
    """The environment of this process without what is ours, and without the server's own for all others."""
    foreign = ("VEKHA_",) if is_server else ("VEKHA_", *OF_THE_SERVER)
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(foreign)}
    return kept | {
        "PREFECT_HOME": str(settings.data.resolve() / "prefect"),
        "PREFECT_API_URL": f"{_address(settings)}/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_LOGGING_COLORS": "false",
        # The default of 10 s is what a coordinator waits for after pressing the button.
        "PREFECT_WORKER_QUERY_SECONDS": os.environ.get("PREFECT_WORKER_QUERY_SECONDS", "3"),
        "NO_COLOR": "1",
        "PYTHONUNBUFFERED": "1",
    }


def _own_addresses(settings: Settings) -> list[str]:
    """Where a browser has the pages of the server from: by either name of this machine, or as it is told."""
    names = ["localhost", "127.0.0.1"] if is_loopback(LOOPBACK.get(settings.host, settings.host)) else []
    origins = [_address(settings), *(f"http://{name}:{settings.port}" for name in names)]
    return list(dict.fromkeys(origins))


def _told(settings: Settings, secrets: Sequence[str]) -> dict[str, str]:
    """Every setting in force as environment: flow processes run in a folder of their own, where no .env lies and
    no path begins. Of secrets only those asked for.
    """
    said: dict[str, str] = {}
    for name in Settings.model_fields:
        if name in Settings.secrets() and name not in secrets:
            continue
        value = getattr(settings, name)
        if value is not None:
            plain = value.get_secret_value() if isinstance(value, SecretStr) else value
            said[f"VEKHA_{name.upper()}"] = str(plain.resolve() if isinstance(plain, Path) else plain)
    if "database_url" in secrets:
        said["VEKHA_DATABASE_URL"] = settings.database
    return said


class Child:
    """A process group of its own, so that Ctrl-C reaches only the parent; its output goes to a log file, or to ours.

    It dies with the thread that started it: that of the whole program.
    """

    def __init__(self, command: Sequence[str], *, env: dict[str, str], log: Path | None) -> None:
        self.log = log or "журнале этой программы"
        self._out: IO[bytes] | None = None
        if log is not None:
            log.parent.mkdir(parents=True, exist_ok=True)
            self._out = log.open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(HERE / "bound.py"), str(os.getpid()), *command],
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
        if self._out is not None:
            self._out.close()

    @property
    def exit_code(self) -> int | None:
        """How the process ended; None while it runs."""
        return self._process.poll()

    def _signal(self, signum: int) -> None:
        try:
            os.killpg(self._process.pid, signum)
        except ProcessLookupError:
            return


class KeptChild:
    """A child that is started again when it dies, after a pause that doubles; what it runs is the subclass's."""

    def __init__(self, settings: Settings, *, is_logged: bool = True) -> None:
        """``is_logged`` off: what it says goes where this process says it."""
        self._settings, self._is_logged = settings, is_logged
        self._child: Child | None = None
        self._pause = FIRST_PAUSE
        self._started_at = 0.0
        self._start_again_at = 0.0

    def command(self) -> list[str]:
        """What is run."""
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        """What it knows."""
        return child_environment(self._settings, *self.secrets)

    log_name = ""
    secrets: tuple[str, ...] = ()
    """Names of the settings that it needs and nobody else may know."""

    def launch(self) -> Child:
        """Start the child, without waiting for anything."""
        log = self._settings.data.resolve() / "logs" / self.log_name if self._is_logged else None
        self._child = Child(self.command(), env=self.environment(), log=log)
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

    @property
    def exit_code(self) -> int | None:
        """How the child ended; None while it runs or was never started."""
        return self._child.exit_code if self._child is not None else None

    def stop(self) -> None:
        """Stop the child; a second call does nothing."""
        if self._child is not None:
            self._child.stop()
            self._child = None


class PrefectServer(KeptChild):
    """The Prefect server with its own SQLite in the data folder."""

    log_name = "prefect-server.log"

    @property
    def url(self) -> str:
        """Where it listens; people come to its pages by the door of ours."""
        return _address(self._settings)

    def command(self) -> list[str]:
        """Prefect's own program; where several servers share the work, its background services are one more."""
        command = [sys.executable, "-m", "prefect", "server", "start"]
        command += ["--no-services"] if self._settings.redis_url is not None else []
        return [*command, "--host", self._settings.host, "--port", str(self._settings.port)]

    def environment(self) -> dict[str, str]:
        """Nothing of ours but the folder and its password."""
        return server_environment(self._settings)

    def start(self, timeout: float = START_SECONDS) -> None:
        """Start and wait until it answers; ``CannotStart`` when the port is taken, it dies or stays silent."""
        check_before_start(self._settings)
        if self._settings.auth is None:
            raise CannotStart("Сервер Prefect без пароля не запускается: задайте VEKHA_AUTH=имя:пароль")
        # What this process does next must reach this server, whatever the environment said before.
        env = self.environment()
        os.environ |= {name: env[name] for name in ("PREFECT_API_URL", api_password.VARIABLE)}
        child, until = self.launch(), time.monotonic() + timeout
        while not answers(f"{self.url}/api/health"):
            if not child.is_alive or time.monotonic() > until:
                self.stop()
                raise CannotStart(f"Сервер Prefect не запустился на {self.url}; что случилось — в {child.log}")
            time.sleep(0.2)
        mend_pages(pages_folder(self._settings.data.resolve()), links_on_pages())


class Services(KeptChild):
    """The background services of the Prefect servers, where there are several: once for all of them."""

    log_name = "prefect-services.log"

    def command(self) -> list[str]:
        """Prefect's own program."""
        return [sys.executable, "-m", "prefect", "server", "services", "start"]

    def environment(self) -> dict[str, str]:
        """That of a server."""
        return server_environment(self._settings)

    def start(self) -> None:
        """Start them; they need the database and Redis, not the servers."""
        self.launch()


class Worker(KeptChild):
    """One worker of the pool; the flows it runs end with it, and the next sync takes up what they kept."""

    log_name = "prefect-worker.log"
    secrets = ("database_url", "mail_url", "link_key")

    def command(self) -> list[str]:
        """Our own program: it starts runs warm. Without a limit: with one, Prefect 3.9 ends the worker when a run is
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
