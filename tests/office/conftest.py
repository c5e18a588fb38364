"""An office: PostgreSQL, Redis, two Prefect servers, three workers, two processes of the pages, behind real nginx."""

import base64
import os
import random
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import IO

import httpx
import pytest
from sqlalchemy import Engine

from models.db import engine_for
from tests.parts.databases import PostgresServer
from tests.parts.mail import MailServer
from tests.places import ROOT, program
from tests.worlds.pages import come_in

AUTH, PASSWORD, READER = "vekha:of an office of many", "пароль координатора", "пароль читателя"
NAME = "vekha.test"
PATIENCE = 240.0
CONTACTS = """
surgut:
  coordinator: {post: Координатор, channels: [{kind: email, address: coordinator@example.org}]}
  bodies:
    dep: [{post: Директор, channels: [{kind: email, address: director@example.org}]}]
"""


def free_ports(number: int) -> list[int]:
    """Ports that nobody listens on, below those that a system gives to whoever calls out: minutes pass until each is
    taken, and others call out meanwhile.
    """
    found: list[int] = []
    for port in random.sample(range(15_000, 30_000), 500):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            found.append(port)
        if len(found) == number:
            return found
    raise AssertionError("no free ports")


def wait(until: Callable[[], object], words: str | Callable[[], str], *, seconds: float = PATIENCE) -> None:
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, words if isinstance(words, str) else words()
        time.sleep(0.3)


def answers(url: str) -> bool:
    with suppress(httpx.HTTPError):
        return httpx.get(url, trust_env=False, timeout=5).status_code == 200
    return False


@dataclass
class SharedOffice:
    """What runs, by name; each part is started by the command that the documents name."""

    folder: Path
    engine: Engine
    mail: MailServer
    url: str
    ports: dict[str, int]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    logs: list[IO[bytes]] = field(default_factory=list)

    @property
    def trust(self) -> ssl.SSLContext:
        """Believes the certificate of the office."""
        return ssl.create_default_context(cafile=str(self.folder / "vekha.crt"))

    @property
    def around(self) -> dict[str, str]:
        """The environment of a part: the file of settings, and what is its own."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("VEKHA_", "PREFECT_"))}
        return kept | {"PYTHONPATH": str(ROOT), "VEKHA_ENV_FILE": str(self.folder / "vekha.env"), "COLUMNS": "200"}

    def start(self, name: str, *command: str, **own: str) -> None:
        """Start a part or a program under a name."""
        log = (self.folder / f"{name}.log").open("ab")
        self.logs.append(log)
        self.running[name] = subprocess.Popen(
            command, env=self.around | own, cwd=self.folder, stdout=log, stderr=log, start_new_session=True
        )

    def serve(self, name: str, part: str, **own: str) -> None:
        self.start(name, sys.executable, "-m", "deployments.cli", "serve", part, **own)

    def wait_for(self, name: str, url: str) -> None:
        """Until a part answers; one that has ended never will."""

        def there() -> bool:
            assert self.running[name].poll() is None, f"{name} ended: {self.log_of(name)}"
            return answers(url)

        wait(there, lambda: f"{name} does not answer: {self.log_of(name)}")

    def log_of(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")[-1500:]

    def vekha(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command as an administrator types it."""
        command = [sys.executable, "-m", "deployments.cli", *words]
        return subprocess.run(command, env=self.around, cwd=self.folder, capture_output=True, text=True, check=False)

    def kill(self, name: str, signum: int = signal.SIGKILL) -> None:
        process = self.running.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signum)
        process.wait(60)

    def stop(self) -> None:
        for process in self.running.values():
            process.terminate()
        for name, process in list(self.running.items()):
            with suppress(subprocess.TimeoutExpired):
                process.wait(30)
            self.kill(name)
        for log in self.logs:
            log.close()

    def address(self, door: str = "door") -> str:
        """What a browser calls the office by one of its proxies."""
        return f"https://127.0.0.1:{self.ports[door]}"

    def browser(self, password: str = PASSWORD, door: str = "door") -> "httpx.Client":
        """Somebody who has logged in by the address of the office."""
        return self._stack.enter_context(come_in(self.address(door), password, verify=self.trust))

    def stranger(self, door: str = "door") -> httpx.Client:
        found = httpx.Client(base_url=self.address(door), trust_env=False, timeout=60, verify=self.trust)
        return self._stack.enter_context(found)

    def __post_init__(self) -> None:
        self._stack = ExitStack()

    def close(self) -> None:
        self._stack.close()
        self.stop()


@pytest.fixture(scope="session")
def redis() -> str:
    """The program of Redis."""
    return program("redis-server")


@pytest.fixture(scope="session")
def nginx() -> str:
    """The program of nginx."""
    return program("nginx")


@pytest.fixture(scope="module")
def shared(
    postgres: PostgresServer, redis: str, nginx: str, serve_mail: Callable[..., object],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[SharedOffice]:  # fmt: skip
    """The whole office at work, Surgut on control in it."""
    folder = tmp_path_factory.mktemp("office")
    names = ("redis", "prefect-1", "prefect-2", "web-1", "web-2", "door", "inner", "caddy")
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    certificate(folder)
    with serve_mail() as mail, postgres.bare() as ours, postgres.bare() as prefects:  # type: ignore[attr-defined]
        settings(folder, ports, mail, ours, prefects)
        engine = engine_for(ours.url.render_as_string(hide_password=False))
        office = SharedOffice(folder, engine, mail, f"https://127.0.0.1:{ports['door']}", ports)
        try:
            begin(office, redis, nginx)
            yield office
        finally:
            office.close()


def begin(office: SharedOffice, redis: str, nginx: str) -> None:
    """As docs/admin.md says: the database, the servers, the first sync, the workers, the pages, the door."""
    ports = office.ports
    office.start("redis", redis, "--port", str(ports["redis"]), "--requirepass", "of-redis", "--save", "")
    commands = [("workdays", str(office.folder / "every_day.yaml"))]
    for words in (*commands, ("load", "surgut", "--rehearsal"), ("contacts",), ("settings", "--adopt"), ("control",)):
        done = office.vekha(*words)
        assert done.returncode == 0, done.stderr
    for name in ("prefect-1", "prefect-2"):
        office.serve(name, "prefect", VEKHA_PORT=str(ports[name]))
        # One by one: the first makes the tables.
        office.wait_for(name, f"http://127.0.0.1:{ports[name]}/api/health")
    office.serve("services", "services")
    (office.folder / "nginx.conf").write_text(proxy(office.folder, ports), encoding="utf-8")
    (office.folder / "Caddyfile").write_text(caddy(office.folder, ports), encoding="utf-8")
    word = base64.b64encode(AUTH.encode()).decode()
    command = (str(Path(sys.executable).with_name("caddy")), "run", "--config", str(office.folder / "Caddyfile"))
    office.start("caddy", *command, VEKHA_AUTH_BASE64=word, XDG_DATA_HOME=str(office.folder), HOME=str(office.folder))
    office.start("nginx", nginx, "-p", str(office.folder), "-c", str(office.folder / "nginx.conf"))
    office.wait_for("nginx", f"http://127.0.0.1:{ports['inner']}/api/health")
    done = office.vekha("sync")
    assert done.returncode == 0, done.stderr
    for name in ("one", "two", "three"):
        office.serve(f"worker-{name}", "worker", VEKHA_WORKER_NAME=name)
    for name in ("web-1", "web-2"):
        office.serve(name, "web", VEKHA_WEB_PORT=str(ports[name]))
    for name in ("web-1", "web-2"):
        office.wait_for(name, f"http://127.0.0.1:{ports[name]}/robots.txt")


def certificate(folder: Path) -> None:
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}"]
    command += ["-addext", f"subjectAltName=DNS:{NAME},DNS:other.test,IP:127.0.0.1"]
    command += ["-keyout", str(folder / "vekha.key"), "-out", str(folder / "vekha.crt")]
    subprocess.run(command, check=True, capture_output=True)


def settings(folder: Path, ports: dict[str, int], mail: MailServer, ours: Engine, prefects: Engine) -> None:
    """One file for all parts; two secrets in files of their own, as containers have them."""
    (folder / "data").mkdir()
    (folder / "data" / "contacts.yaml").write_text(CONTACTS, encoding="utf-8")
    # Letters leave on whatever day the test runs.
    year = date.today().year  # noqa: DTZ011
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(365))
    free = "".join(f"  - {day}\n" for day in days if day.weekday() >= 5)
    (folder / "every_day.yaml").write_text(
        f"year: {year}\nsource: для проверки\ndays_off: []\nworking_days:\n{free}", encoding="utf-8"
    )
    (folder / "link_key").write_text("k" * 44 + "\n", encoding="ascii")
    (folder / "auth").write_text(f"{AUTH}\n", encoding="ascii")
    lines = {
        "VEKHA_DATA": folder / "data",
        "VEKHA_DATABASE_URL": plain(ours),
        "VEKHA_PREFECT_DATABASE_URL": plain(prefects),
        "VEKHA_REDIS_URL": f"redis://:of-redis@127.0.0.1:{ports['redis']}/0",
        "VEKHA_PREFECT_URL": f"http://127.0.0.1:{ports['inner']}/api",
        "VEKHA_AUTH_FILE": folder / "auth",
        "VEKHA_LINK_KEY_FILE": folder / "link_key",
        "VEKHA_CONTROL_PASSWORD": PASSWORD,
        "VEKHA_READER_PASSWORD": READER,
        "VEKHA_MAIL_URL": mail.url(),
        "VEKHA_PUBLIC_URL": f"https://{NAME}:{ports['door']}",
        "VEKHA_PROXIES": "127.0.0.1",
        "VEKHA_OFFICE_FROM": 0,
        "VEKHA_OFFICE_TO": 24,
    }
    text_of = "".join(f"{name}={value}\n" for name, value in lines.items())
    (folder / "vekha.env").write_text(text_of, encoding="utf-8")


def plain(engine: Engine) -> str:
    """The address as people write it, without the driver."""
    return re.sub(r"^postgresql\+\w+", "postgresql", engine.url.render_as_string(hide_password=False))


def ready_made(name: str, *changes: tuple[str, str]) -> str:
    """A file that comes with Vekha, with the addresses of this office; nothing else in it is changed."""
    ready = (ROOT / "deployments" / name).read_text(encoding="utf-8")
    for old, new in changes:
        assert old in ready, old
        ready = ready.replace(old, new)
    return ready


def caddy(folder: Path, ports: dict[str, int]) -> str:
    """The file of Caddy, beside nginx on a port of its own; it asks no authority for a certificate and writes here."""
    ready = ready_made(
        "caddy/Caddyfile",
        ("vekha.example.ru {", f"https://127.0.0.1:{ports['caddy']}, https://{NAME}:{ports['caddy']} {{"),
        ("/etc/caddy/", f"{folder}/"),
        ("/var/log/caddy/vekha.log", f"{folder}/caddy-access.log"),
        ("127.0.0.1:4280", " ".join(f"127.0.0.1:{ports[name]}" for name in ("web-1", "web-2"))),
        ("127.0.0.1:4200", " ".join(f"127.0.0.1:{ports[name]}" for name in ("prefect-1", "prefect-2"))),
    )
    return f"{{\n\tadmin off\n\tauto_https disable_redirects\n\tstorage file_system {folder}/caddy\n}}\n{ready}"


def proxy(folder: Path, ports: dict[str, int]) -> str:
    """The file of nginx in the frame that a distribution gives it."""
    ready = ready_made(
        "nginx/vekha.conf",
        ("server 127.0.0.1:4280;", "".join(f"server 127.0.0.1:{ports[name]};" for name in ("web-1", "web-2"))),
        ("server 127.0.0.1:4200;", "".join(f"server 127.0.0.1:{ports[name]};" for name in ("prefect-1", "prefect-2"))),
        ("listen 443 ssl;", f"listen 127.0.0.1:{ports['door']} ssl;"),
        ("listen 127.0.0.1:4201;", f"listen 127.0.0.1:{ports['inner']};"),
        ("/etc/nginx/", f"{folder}/"),
        ("/var/log/nginx/", f"{folder}/"),
        ("server_name vekha.example.ru;", f"server_name {NAME} other.test;"),
    )
    word = base64.b64encode(AUTH.encode()).decode()
    (folder / "vekha-prefect-password.conf").write_text(f'proxy_set_header Authorization "Basic {word}";\n')
    kinds = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("proxy", "fastcgi", "uwsgi", "scgi"))
    return (
        f"daemon off; pid {folder}/nginx.pid; events {{}} user root;\n"
        f"http {{ client_body_temp_path {folder}/body; {kinds}\n{ready}\n}}\n"
    )
