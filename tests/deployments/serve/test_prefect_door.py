"""Nobody gets to the Prefect server without its password, and with it nobody makes the worker run a command."""

import base64
import os
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from prefect.client.orchestration import PrefectClient
from prefect.workers.process import ProcessWorker

from deployments.serve.prefect import CannotStart, PrefectServer, Worker
from deployments.sync import sync
from models import clock
from models.settings import Settings
from tasks.prefect import api_password
from tasks.prefect.client import call
from tasks.prefect.names import POOL, POOL_TEMPLATE
from tests.parts.office import PATIENCE, Office
from tests.places import AUTH, ROOT

FOREIGN = "https://evil.example"


def ask(url: str, *, auth: str | None = None, **headers: str) -> httpx.Response:
    """What a browser or a program gets that reads the flows."""
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    if auth is not None:
        said["Authorization"] = f"Basic {base64.b64encode(auth.encode()).decode()}"
    return httpx.post(f"{url}/api/flows/filter", json={}, headers=said, trust_env=False, timeout=60)


def test_a_stranger_gets_nothing(prefect_server: PrefectServer) -> None:
    url, port = prefect_server.url, urlsplit(prefect_server.url).port
    for headers in ({}, {"Origin": FOREIGN}, {"Host": f"evil.example:{port}"}, {"Origin": "null"}):
        for auth in (None, ":", "vekha:", "vekha:another password"):
            answer = ask(url, auth=auth, **headers)
            assert answer.status_code == 401, (headers, auth)
            assert "access-control-allow-origin" not in answer.headers, (headers, auth)
    assert ask(url, auth=AUTH).status_code == 200


def test_a_foreign_page_may_not_even_ask_and_the_own_page_may(prefect_server: PrefectServer) -> None:
    def preflight(origin: str) -> httpx.Response:
        asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        asked["Access-Control-Request-Headers"] = "authorization,content-type"
        return httpx.options(f"{prefect_server.url}/api/flows/filter", headers=asked, trust_env=False)

    assert preflight(FOREIGN).status_code == 400
    assert "access-control-allow-origin" not in preflight(FOREIGN).headers
    assert "access-control-allow-origin" not in ask(prefect_server.url, auth=AUTH, Origin=FOREIGN).headers
    for own in (prefect_server.url, prefect_server.url.replace("127.0.0.1", "localhost")):
        assert preflight(own).headers["access-control-allow-origin"] == own
    settings = httpx.get(f"{prefect_server.url}/prefect/ui-settings", trust_env=False).json()
    assert settings["auth"] == "BASIC", "the pages ask for the password"


def test_a_server_without_a_password_does_not_start(settings: Settings, unused_port: int) -> None:
    with pytest.raises(CannotStart, match="VEKHA_AUTH"):
        PrefectServer(settings.model_copy(update={"auth": None, "port": unused_port})).start()


@pytest.fixture
def unused_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.fixture
def deployment(office: Office, today: date) -> str:
    """The id of a deployment whose runs end by themselves: there is no such point."""
    office.add_roadmap()
    office.add_point(item="1.2", opens_on=today + timedelta(days=30), due_on=today + timedelta(days=50))
    sync(office.engine, settings=office.settings, at=clock.now())
    return next(str(row["id"]) for name, row in office.deployments().items() if name.startswith("1.2"))


def test_whoever_has_the_password_chooses_neither_command_nor_environment(
    office: Office, worker: Worker, deployment: str, tmp_path: Path
) -> None:
    seen = tmp_path / "seen"
    # All in one run: whatever of it is heeded leaves its mark.
    variables: dict[str, Any] = {
        "command": f"sh -c 'id > {seen}'",
        "env": {"PYTHONPATH": str(tmp_path), "PYTHONSTARTUP": str(tmp_path / "x.py")},
        "env.PYTHONPATH": str(tmp_path),
        "working_dir": str(tmp_path),
    }
    (tmp_path / "sitecustomize.py").write_text(f"open({str(seen)!r}, 'w').close()", encoding="utf-8")
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "__init__.py").write_text(f"open({str(seen)!r}, 'w').close()", encoding="utf-8")
    body = {"parameters": {"point_key": "z"}, "job_variables": variables}
    run = office.api(lambda client: _create(client, deployment, body))
    assert office.wait_for_run(run)["state_type"] != "CRASHED"
    assert not seen.exists()


async def _create(client: PrefectClient, deployment: str, body: dict[str, Any]) -> str:
    return str((await call(client, "POST", f"/deployments/{deployment}/create_flow_run", body))["id"])


def test_steps_and_files_that_somebody_named_are_not_run(
    office: Office, worker: Worker, deployment: str, tmp_path: Path
) -> None:
    seen, own_file = tmp_path / "seen", tmp_path / "own.py"
    own_file.write_text(f"open({str(seen)!r}, 'w').close()\ndef go(): ...\n", encoding="utf-8")
    script = {"prefect.deployments.steps.run_shell_script": {"script": f"touch {seen}"}}

    async def attack(client: PrefectClient, **more: Any) -> str:
        flow = (await call(client, "GET", f"/deployments/{deployment}"))["flow_id"]
        body = {"flow_id": flow, "name": "чужое", "work_pool_name": POOL, "path": str(tmp_path)} | more
        made = await call(client, "POST", "/deployments/", body)
        return await _create(client, made["id"], {})

    for more in (
        {"entrypoint": "flows.session.session", "pull_steps": [script]},
        {"entrypoint": f"{own_file}:go", "pull_steps": []},
        {"entrypoint": "os.system", "pull_steps": []},
    ):
        run = office.wait_for_run(office.api(lambda client, more=more: attack(client, **more)))  # type: ignore[misc]
        assert run["state_type"] == "CRASHED", run["state"]
    assert not seen.exists()


def test_a_pool_of_an_earlier_version_is_mended(office: Office, deployment: str) -> None:
    old = ProcessWorker.get_default_base_job_template()
    assert "command" in old["variables"]["properties"]

    async def spoil(client: PrefectClient) -> None:
        await call(client, "PATCH", f"/work_pools/{POOL}", {"base_job_template": old})

    office.api(spoil)
    sync(office.engine, settings=office.settings, at=clock.now())
    pool = office.api(lambda client: call(client, "GET", f"/work_pools/{POOL}"))
    assert pool["base_job_template"] == POOL_TEMPLATE
    assert POOL_TEMPLATE["variables"]["properties"] == {}


def test_the_password_is_found_beside_the_data_and_told_to_no_other_server(
    prefect_server: PrefectServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PREFECT_API_AUTH_STRING")
    settings, port = Settings(_env_file=None, data=tmp_path), urlsplit(prefect_server.url).port
    api_password.keep(settings, f"{prefect_server.url}/api", AUTH)
    assert (tmp_path / "prefect.password").stat().st_mode & 0o777 == 0o600
    assert api_password.api_auth(settings) == AUTH
    monkeypatch.setenv("PREFECT_API_URL", f"http://localhost:{port}/api")
    assert api_password.api_auth(settings) == AUTH
    for other in (f"http://evil.example:{port}/api", "http://127.0.0.1:1/api"):
        monkeypatch.setenv("PREFECT_API_URL", other)
        assert api_password.api_auth(settings) is None
    (tmp_path / "prefect.password").write_text("{", encoding="utf-8")
    assert api_password.api_auth(settings) is None
    api_password.forget(settings)
    assert not (tmp_path / "prefect.password").exists()


@pytest.mark.parametrize("kept", [None, "vekha:of the start before"])
def test_a_password_that_is_not_the_servers_is_one_clear_line(
    kept: str | None, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PREFECT_API_AUTH_STRING")
    settings = Settings(_env_file=None, data=tmp_path)
    if kept:
        api_password.keep(settings, f"{office.url}/api", kept)
    with pytest.raises(CannotStart, match=r"не принял пароль: укажите в VEKHA_AUTH") as refused:
        sync(office.engine, settings=settings, at=clock.now())
    assert len(str(refused.value).splitlines()) == 1


def environment_of(pid: int) -> dict[str, str]:
    """What a process began with, as every program of the same user reads it."""
    said = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    return dict(line.split("=", 1) for line in said if "=" in line)


def children_of(pid: int) -> list[int]:
    return [
        int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
    ]


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="no /proc here")
@pytest.mark.usefixtures("prefect_server", "own_programs")
def test_a_worker_started_by_hand_keeps_nothing_that_it_does_not_need(tmp_path: Path, settings: Settings) -> None:
    needed = {
        "VEKHA_LINK_KEY": "k" * 40,
        "VEKHA_MAIL_URL": "mailto://127.0.0.1:1",
        "VEKHA_DATA": str(tmp_path / "data"),
    }
    foreign = {
        "VEKHA_CONTROL_PASSWORD": "пароль координатора",
        "VEKHA_WATCH_URL": "https://watch.example.org/1",
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": "postgresql+asyncpg://prefect:secret@nowhere/prefect",
    }
    env = os.environ | needed | foreign | {"PYTHONPATH": str(ROOT), "PREFECT_API_AUTH_STRING": AUTH}
    worker = subprocess.Popen([sys.executable, "-m", "deployments.serve.worker"], env=env, cwd=tmp_path)
    try:
        until = time.monotonic() + PATIENCE
        while not (warm := children_of(worker.pid)):
            assert worker.poll() is None
            assert time.monotonic() < until
            time.sleep(0.2)
        for pid in (worker.pid, warm[0]):
            around = environment_of(pid)
            assert not set(foreign) & set(around)
            assert {name: around[name] for name in needed} == needed
            assert (around["VEKHA_AUTH"], around["PREFECT_API_AUTH_STRING"]) == (AUTH, AUTH)
            assert around["PREFECT_API_URL"] == os.environ["PREFECT_API_URL"]
            assert around["DO_NOT_TRACK"] == "1"
    finally:
        worker.terminate()
        worker.wait(60)
