"""What an administrator gets by compose.yaml: all parts at work behind TLS, with no rights, and data that stay."""

import json
import re
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.parts.compose import PATIENCE, PREFECT, Compose
from tests.places import ROOT

SERVICE = "служебное"
ENDED = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


def logged_in(compose: Compose) -> httpx.Client:
    """A browser of the coordinator."""
    browser = compose.browser()
    form = compose.ask("GET", "/control/login", client=browser).text
    csrf = re.search(r'name="csrf" value="([^"]+)"', form)
    assert csrf is not None
    values = {"csrf": csrf[1], "password": compose.secret("control_password")}
    answer = compose.ask("POST", "/control/login", client=browser, data=values)
    assert answer.status_code == 303, answer.text
    return browser


def deployments(compose: Compose) -> list[dict[str, Any]]:
    """What the Prefect server has of the roadmap."""
    found: list[dict[str, Any]] = compose.prefect("POST", "/deployments/filter", json={"limit": 200})
    return found


def test_every_part_is_at_work(installation: Compose) -> None:
    """Each that watches itself is healthy; all but the one that sets up run on."""
    installation.wait_healthy(*installation.watched)
    states = {name: installation.inspect(name)["State"] for name in installation.file["services"]}
    assert [name for name, state in states.items() if not state["Running"]] == ["setup"]
    assert states["setup"]["ExitCode"] == 0


def test_a_worker_that_the_server_has_not_heard_of_is_not_healthy(installation: Compose) -> None:
    """The check of health can say no."""
    with pytest.raises(AssertionError, match="not online"):
        installation("exec", "-T", "--env", "VEKHA_WORKER_NAME=nobody", "worker-1", "vekha-probe", "worker")
    with pytest.raises(AssertionError, match="refused"):
        installation("exec", "-T", "worker-1", "env", "VEKHA_WEB_PORT=9", "vekha-probe", "web")


def test_the_pages_are_behind_tls_and_the_log_in(installation: Compose) -> None:
    assert installation.ask("GET", "/control").headers["location"].startswith("/control/login")
    page = installation.ask("GET", "/control", client=logged_in(installation))
    assert page.status_code == 200
    assert "Сургут" in page.text
    plain = installation.ask("GET", "http://localhost:8080/control?x=1")
    assert (plain.status_code, plain.headers["location"]) == (301, "https://localhost/control?x=1")
    assert installation.ask("GET", "/metrics").status_code == 404


def test_a_personal_link_is_masked_in_the_log_of_nginx(installation: Compose) -> None:
    installation.ask("GET", "/o/token-that-opens/page-of-it")
    log = installation.log("nginx")
    assert "GET /o/-/page-of-it" in log
    assert "token-that-opens" not in log


def test_the_pages_believe_nginx_and_nobody_else_who_asks(installation: Compose) -> None:
    """By whom and how they are asked is what nginx says, not what somebody has written into his request."""
    claimed = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http"}
    said = installation.ask("GET", "/healthz", headers=claimed).json()
    assert said["caller"] == {"address": "127.0.0.1", "scheme": "https", "forwarded": True}


def test_prefect_is_behind_the_same_log_in(installation: Compose) -> None:
    """Its pages and its API come through the pages, and past them it asks for its password."""
    stranger = installation.ask("GET", "/prefect/ui-settings")
    assert stranger.status_code in (302, 303, 401, 403)
    assert installation.ask("POST", f"{PREFECT}/deployments/filter", json={}).status_code == 401
    browser = logged_in(installation)
    settings = installation.ask("GET", "/prefect/ui-settings", client=browser)
    assert settings.json()["api_url"].endswith("/prefect/api")
    assert installation.ask("GET", "/prefect/api/health", client=browser).json() is True


def test_what_is_loaded_is_in_prefect_and_a_worker_takes_runs(installation: Compose) -> None:
    loaded = json.loads(installation.vekha("points", "surgut", "--json"))
    assert loaded
    assert installation.prefect("POST", "/flow_runs/count", json={}) >= len(loaded)
    by_name = {one["name"]: one for one in deployments(installation) if SERVICE in one["tags"]}
    control = by_name["Каждый день в 06:00"]
    run = installation.prefect("POST", f"/deployments/{control['id']}/create_flow_run", json={})
    until = time.monotonic() + PATIENCE
    while (state := installation.prefect("GET", f"/flow_runs/{run['id']}")["state"])["type"] not in ENDED:
        assert time.monotonic() < until, state
        time.sleep(1)
    assert state["type"] == "COMPLETED", state
    workers = installation.prefect("POST", "/work_pools/vekha/workers/filter", json={})
    assert {one["name"] for one in workers} == {"worker-1", "worker-2"}


def test_a_command_reads_a_file_of_the_machine(installation: Compose) -> None:
    """As the head of the file says it: in a container of its own, the file beside."""
    file = f"{ROOT / 'roadmap' / 'catalogue' / 'kirov.yaml'}:/order.yaml:ro"
    said = installation("run", "--rm", "-T", "--no-deps", "-v", file, "worker-1", "load", "/order.yaml", "--dry-run")
    assert "kirov" in said


def test_no_container_has_rights_that_it_does_not_need(installation: Compose) -> None:
    """No root, a root folder that nobody writes to, no capability, nothing secret to be read off the outside."""
    folder = installation.folder / "secrets"
    secrets = [path.read_text(encoding="utf-8").strip() for path in folder.iterdir() if path.suffix != ".crt"]
    secrets += [url.rpartition("@")[0].rpartition(":")[2] for url in secrets if "://" in url]
    for name in installation.file["services"]:
        found = installation.inspect(name)
        assert found["Config"]["User"].split(":")[0] not in ("", "0", "root"), name
        assert found["HostConfig"]["ReadonlyRootfs"], name
        assert not found["EffectiveCaps"], name
        assert [secret for secret in secrets if secret and secret in json.dumps(found, ensure_ascii=False)] == []
    for name in ("web", "worker-1", "prefect", "nginx", "postgres", "redis"):
        with pytest.raises(AssertionError, match="Read-only file system"):
            installation("exec", "-T", name, "touch", "/usr/new")
    with pytest.raises(AssertionError, match="No module named pip"):
        installation("exec", "-T", "web", "python", "-m", "pip")


def test_a_stop_and_a_start_keep_the_data(installation: Compose) -> None:
    """The containers go, the points and what Prefect has of them stay, and the workers come back to it."""
    points = installation.vekha("points", "surgut", "--json")
    before = {one["id"] for one in deployments(installation)}
    installation("down", "--timeout=20")
    assert installation.containers() == {}
    installation.start()
    assert installation.vekha("points", "surgut", "--json") == points
    assert {one["id"] for one in deployments(installation)} == before


def test_new_secrets_never_take_the_place_of_old_ones(installation: Compose) -> None:
    """The databases know only those of their first start."""
    before = installation.secret("databases.sql")
    code, said = installation.make_secrets("mailto://another@localhost")
    assert (code, said.count("\n")) == (2, 1)
    assert "уже есть" in said
    assert installation.secret("databases.sql") == before


def test_without_a_mail_server_no_secrets_are_made(installation: Compose, tmp_path: Path) -> None:
    """Letters of an office that would stay files on its server are a mistake."""
    folder = tmp_path / "secrets"
    code, said = installation.make_secrets("", folder)
    assert (code, said.count("\n"), folder.exists()) == (2, 1, False)
    assert "адрес почтового сервера" in said
