"""``vekha up`` as a newcomer meets it: a process of its own, a real server and worker, Ctrl-C at the end."""

import base64
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func
from sqlmodel import select

from deployments.serve.prefect import answers
from models import ControlPoint, Notice
from models.db import engine_for, open_session
from tests.deployments.cli.test_cli import Vekha
from tests.places import ROOT
from tests.worlds.pages import come_in

pytestmark = pytest.mark.usefixtures("own_programs")
GREETED = "Остановить: Ctrl-C"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free: int = probe.getsockname()[1]
    return free


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture(autouse=True)
def pages_port(monkeypatch: pytest.MonkeyPatch) -> int:
    free = free_port()
    monkeypatch.setenv("VEKHA_WEB_PORT", str(free))
    return free


class Started:
    """A running ``vekha up --roadmap surgut`` and what it has printed."""

    def __init__(self, data: Path, port: int, *more: str) -> None:
        self.printed = data.parent / f"printed-{time.monotonic_ns()}.txt"
        env = os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "120"}
        env.pop("PREFECT_API_URL", None)
        command = [sys.executable, "-m", "deployments.cli", "up", "--data", str(data), "--port", str(port)]
        with self.printed.open("w") as out:
            self.process = subprocess.Popen(
                [*command, "--roadmap", "surgut", *more],
                env=env,
                cwd=data.parent,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def text(self) -> str:
        return self.printed.read_text(encoding="utf-8")

    def wait_until_it_greets(self) -> str:
        until = time.monotonic() + 400
        while GREETED not in self.text:
            assert self.process.poll() is None, self.text
            assert time.monotonic() < until, self.text
            time.sleep(0.3)
        return self.text

    def interrupt(self) -> int:
        for _ in range(2):  # an impatient person presses twice
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=240)


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "data"
    left = programs_of(tmp_path)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert left == [], "children were left behind"


def programs_of(folder: Path, *words: str) -> list[int]:
    """Processes that work with a folder, those with these words in their command."""
    found = subprocess.run(["pgrep", "-f", str(folder)], capture_output=True, text=True, check=False).stdout.split()
    said = {int(pid): Path(f"/proc/{pid}/cmdline") for pid in found}
    return [pid for pid, path in said.items() if path.exists() and all(word in path.read_text() for word in words)]


def counted(data: Path) -> tuple[int, int]:
    """Points and notices in the database."""
    with open_session(engine_for(f"sqlite:///{data / 'vekha.db'}")) as session:
        points = session.exec(select(func.count()).select_from(ControlPoint)).one()
        return points, session.exec(select(func.count()).select_from(Notice)).one()


def test_up_shows_all_a_newcomer_needs_and_outlives_its_children(data: Path, port: int, pages_port: int) -> None:
    started = Started(data, port)
    text = started.wait_until_it_greets()
    assert "Ближайшие сроки" in text
    assert f"http://127.0.0.1:{port}" not in text, "one address for everything"
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health") as answer:
        assert answer.status == 200
    assert f"http://127.0.0.1:{pages_port}/control" in text
    with urllib.request.urlopen(f"http://127.0.0.1:{pages_port}/control/login") as answer:
        assert "Вход" in answer.read().decode()
    assert list((data / "letters").rglob("*.eml")), "letters lie in the mailbox"
    shown = re.search(r"пароль до остановки:\s+(\S+?)\)", text)
    assert shown, text
    assert_locked(f"http://127.0.0.1:{port}", json.loads((data / "prefect.password").read_text())["auth"])
    assert_one_door(f"http://127.0.0.1:{pages_port}", shown[1])
    assert_found_by_other_commands(data, port)
    line = refused_program("--data", str(data), "--port", str(free_port()), cwd=data.parent)
    assert f"уже работает (процесс {started.process.pid})" in line
    assert_server_comes_back(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{pages_port}")
    assert started.interrupt() == 0
    assert not (data / "prefect.password").exists(), "it opens nothing any more"
    assert [path.name for path in (data, *data.rglob("*")) if path.stat().st_mode & 0o077] == []


@pytest.mark.usefixtures("campaign")
def test_up_killed_leaves_no_child_and_the_next_goes_on(data: Path, port: int) -> None:
    started = Started(data, port)
    started.wait_until_it_greets()
    before = counted(data)
    started.process.kill()
    started.process.wait()
    until = time.monotonic() + 20
    while left := programs_of(data.parent):
        assert time.monotonic() < until, left
        time.sleep(0.2)

    again = Started(data, port)
    assert "расхождений нет" in re.sub(r"\s+", " ", again.wait_until_it_greets())
    assert again.interrupt() == 0
    assert counted(data) == before
    assert not (data / "prefect.password").exists(), "it opens nothing any more"


def assert_server_comes_back(url: str, pages: str) -> None:
    """The Prefect server dies: the pages go on meanwhile, and it is started again."""
    found = subprocess.run(["pgrep", "-f", f"server start .*{url.rpartition(':')[2]}"], capture_output=True, text=True)
    [pid] = map(int, found.stdout.split())
    os.kill(pid, signal.SIGKILL)
    assert httpx.get(f"{pages}/control/login", trust_env=False).status_code == 200
    until = time.monotonic() + 240
    while not answers(f"{url}/api/health"):
        assert time.monotonic() < until, "the server did not come back"
        time.sleep(0.3)


def assert_locked(url: str, auth: str) -> None:
    """Only the shown password opens the server."""
    for said, status in ((None, 401), ("vekha:another password", 401), (auth, 200)):
        headers = {"Authorization": f"Basic {base64.b64encode(said.encode()).decode()}"} if said else {}
        answer = httpx.post(f"{url}/api/flows/filter", json={}, headers=headers, trust_env=False)
        assert answer.status_code == status


def assert_one_door(pages: str, password: str) -> None:
    """Who has logged in to «Контроль» has Prefect as well, at the same address."""
    html = {"Accept": "text/html"}
    stranger = httpx.get(f"{pages}/prefect/", headers=html, trust_env=False)
    assert stranger.headers["location"].startswith("/control/login")
    assert httpx.get(f"{pages}/prefect/api/admin/version", trust_env=False).status_code == 401
    with come_in(pages, password) as browser:
        assert "vekha-links" in browser.get("/prefect/dashboard", headers=html).text
        assert browser.get("/prefect/ui-settings").json()["auth"] is None
        found = browser.post("/prefect/api/flows/filter", json={}, headers={"Origin": pages})
        assert found.status_code == 200
        assert found.json()


def assert_found_by_other_commands(data: Path, port: int) -> None:
    """Another terminal needs no more than the folder; where the kept password is an old one, it says so in one line."""
    kept = data / "prefect.password"
    assert kept.stat().st_mode & 0o777 == 0o600
    env = os.environ | {"PYTHONPATH": str(ROOT), "VEKHA_DATA": str(data), "VEKHA_PORT": str(port)}
    for name in ("PREFECT_API_URL", "PREFECT_API_AUTH_STRING"):
        env.pop(name, None)
    command = [sys.executable, "-m", "deployments.cli", "sync"]
    for is_old in (False, True):
        before = kept.read_text(encoding="utf-8")
        if is_old:
            kept.write_text(re.sub('vekha:[^"]+', "vekha:of the start before", before), encoding="utf-8")
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=400, check=False)
        kept.write_text(before, encoding="utf-8")
        assert done.returncode == (2 if is_old else 0), done.stderr
        assert ("не принял пароль" in done.stderr) is is_old
        assert "Traceback" not in done.stderr


def refused_program(*args: str, cwd: Path) -> str:
    """The one line of a refused start."""
    command = [sys.executable, "-m", "deployments.cli", "up", "--roadmap", "surgut", *args]
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=400, check=False)
    assert (done.returncode, done.stdout) == (2, ""), done
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    return done.stderr.strip()


Refused = Callable[..., str]
"""The one line of a start that is refused in this process, in an empty folder."""


@pytest.fixture
def refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Refused:
    monkeypatch.chdir(tmp_path)

    def start(*args: str, **env: str) -> str:
        return Vekha(tmp_path / "data").refused("up", "--roadmap", "surgut", *args, env=env)

    return start


def test_a_taken_port_is_named_before_anything_is_written(tmp_path: Path, refused: Refused) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        assert f"Порт {taken}" in refused("--data", "data", "--port", str(taken))
    assert not (tmp_path / "data").exists()


def test_an_open_address_without_a_password_is_refused(tmp_path: Path, port: int, refused: Refused) -> None:
    line = refused("--data", "data", "--port", str(port), VEKHA_HOST="0.0.0.0")
    assert "VEKHA_AUTH" in line
    assert not (tmp_path / "data").exists()


def test_pages_open_to_the_network_want_a_password_and_a_key(tmp_path: Path, port: int, refused: Refused) -> None:
    line = refused("--data", "data", "--port", str(port), VEKHA_WEB_HOST="0.0.0.0")
    assert "VEKHA_CONTROL_PASSWORD и VEKHA_LINK_KEY" in line
    assert not (tmp_path / "data").exists()


def test_an_unknown_system_is_named(port: int, refused: Refused) -> None:
    assert "tula" in refused("--data", "data", "--port", str(port), "--roadmap", "tula")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, port: int, refused: Refused) -> None:
    (tmp_path / "data").write_text("это файл", encoding="utf-8")
    assert "data — не папка — укажите папку в VEKHA_DATA" in refused("--data", "data", "--port", str(port))
