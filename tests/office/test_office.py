"""Many programs, one office: everything once, one door, and nothing lost when a part of it dies."""

import asyncio
import json
import re
import subprocess
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import httpx
import pytest
from sqlmodel import col, select
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin, Subprotocol

from models import ControlPoint, Notice, PrefectRef, Round, RoundStep, Snapshot, Transition
from models.db import open_session
from tests.office.conftest import NAME, READER, SharedOffice, wait

HTML = {"Accept": "text/html,*/*"}
both_doors = pytest.mark.parametrize("door", ["door", "caddy"])
"""nginx and Caddy, each by the file that comes with Vekha."""


def from_ours(browser: httpx.Client) -> dict[str, str]:
    """As a browser says it of what our own pages send."""
    return {"Origin": str(browser.base_url).rstrip("/")}


def runs(office: SharedOffice, browser: httpx.Client, **wanted: Any) -> list[dict[str, Any]]:
    """The runs of points, asked for as Prefect's pages ask."""
    body = {"flow_runs": wanted, "sort": "ID_DESC", "limit": 200}
    answer = browser.post("/prefect/api/flow_runs/filter", json=body, headers=from_ours(browser))
    assert answer.status_code == 200, answer.text
    return [run for run in answer.json() if run["parameters"].get("point_key")]


def waiting(office: SharedOffice, browser: httpx.Client) -> list[dict[str, Any]]:
    return runs(office, browser, state={"type": {"any_": ["PAUSED"]}})


def resume(office: SharedOffice, browser: httpx.Client, run: str, **answer: str) -> str:
    told = browser.post(f"/prefect/api/flow_runs/{run}/resume", json={"run_input": answer}, headers=from_ours(browser))
    return str(told.json().get("status", told.text))


def decisions(office: SharedOffice, key: str) -> list[tuple[str, str]]:
    """What was decided of a point in Prefect, by whom."""
    with open_session(office.engine) as session:
        wanted = select(Transition).join(ControlPoint).where(col(ControlPoint.key) == key)
        rows = session.exec(wanted.order_by(col(Transition.id))).all()
        return [(row.action, row.actor) for row in rows if row.actor.endswith("(Prefect)")]


@both_doors
def test_one_address_and_one_log_in(shared: SharedOffice, door: str) -> None:
    stranger = shared.stranger(door)
    for path in ("/control", "/prefect/", "/prefect/runs"):
        answer = stranger.get(path, headers=HTML)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/control/login?next={path}")
    for path in ("/prefect/api/admin/version", "/prefect/api/flow_runs/count", "/prefect/ui-settings"):
        assert stranger.get(path).status_code == 401
    if door == "door":
        assert stranger.get("/vekha-door").status_code == 404
    assert stranger.get("/metrics").status_code == 404
    person = shared.browser(door=door)
    page = person.get("/prefect/runs", headers=HTML)
    assert "vekha-links" in page.text
    assert person.get("/prefect/api/admin/version").json().startswith("3.")
    cookie = person.cookies.jar
    [session] = [one for one in cookie if one.name == "vekha_control"]
    assert session.secure
    assert session.path == "/"
    other = person.get("/prefect/ui-settings", headers={"Host": f"{NAME}:{shared.ports[door]}"})
    assert other.json()["api_url"] == "/prefect/api"
    assert page.headers["strict-transport-security"]


@both_doors
def test_foreign_pages_and_readers_change_nothing(shared: SharedOffice, door: str) -> None:
    person, reader = shared.browser(door=door), shared.browser(READER, door)
    run = waiting(shared, person)[0]["id"]
    path, body = f"/prefect/api/flow_runs/{run}/set_state", {"state": {"type": "CANCELLED"}}
    foreign = person.post(path, json=body, headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403
    assert person.post(path, json=body).status_code == 403
    assert reader.post(path, json=body, headers={"Origin": shared.address(door)}).status_code == 403
    assert "только смотреть" in resume(shared, reader, run, decision="принять")
    assert [one["id"] for one in waiting(shared, reader)] == [one["id"] for one in waiting(shared, person)]


def test_a_log_in_holds_in_both_processes_of_the_pages(shared: SharedOffice) -> None:
    person = shared.browser()
    assert {person.get("/control").status_code for _ in range(6)} == {200}
    token = re.search(r'name="csrf" value="([^"]+)"', person.get("/control").text)
    assert token is not None
    person.post("/control/logout", data={"csrf": token[1]})
    assert {person.get("/control").status_code for _ in range(6)} == {303}


@both_doors
def test_what_happens_is_listened_to_through_tls(shared: SharedOffice, door: str) -> None:
    person = shared.browser(door=door)
    cookie = "; ".join(f"{name}={value}" for name, value in person.cookies.items())

    async def listen(cookie: str) -> dict[str, str]:
        async with connect(
            f"wss{shared.address(door).removeprefix('https')}/prefect/api/events/out",
            ssl=shared.trust,
            origin=Origin(shared.address(door)),
            subprotocols=[Subprotocol("prefect")],
            additional_headers={"Cookie": cookie},
            proxy=None,
        ) as line:
            await line.send(json.dumps({"type": "auth", "token": None}))
            said: dict[str, str] = json.loads(await asyncio.wait_for(line.recv(), 60))
            return said

    assert asyncio.run(listen(cookie)) == {"type": "auth_success"}
    with pytest.raises(InvalidStatus):
        asyncio.run(listen("vekha_control=made-up"))


def test_letters_leave_once_and_their_links_need_no_log_in(shared: SharedOffice) -> None:
    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(lambda _: shared.vekha("deliver"), range(3)))
    assert [one.returncode for one in done] == [0, 0, 0], [one.stderr for one in done]
    with open_session(shared.engine) as session:
        sent = [f"В-{row.id:06}" for row in session.exec(select(Notice)) if row.sent_at is not None]
    assert sent
    came = Counter(re.findall(r"В-\d+", " ".join(str(one["Subject"]) for one in shared.mail.letters)))
    assert came == Counter(sent)
    texts = " ".join(one.text for one in shared.mail.taken)
    links = re.findall(rf"https://{NAME}:\d+(/o/[^\s/]+)", texts)
    assert links
    page = shared.stranger().get(links[0])
    assert page.status_code == 200
    assert "set-cookie" not in page.headers


def test_decisions_are_made_once_whoever_carries_them_out(shared: SharedOffice) -> None:
    person = shared.browser()
    found = [run for run in waiting(shared, person) if run["state_name"] == "На проверке"]
    assert found
    with ThreadPoolExecutor(4) as pool:
        # Each is pressed twice.
        told = list(pool.map(lambda run: resume(shared, person, run["id"], decision="принять"), found * 2))
    assert Counter(told)["ACCEPT"] == len(found), told
    keys = [run["parameters"]["point_key"] for run in found]
    wait(lambda: all(decisions(shared, key) for key in keys), "not every decision was carried out")
    assert [decisions(shared, key) for key in keys] == [[("accept", "координатор (Prefect)")]] * len(keys)
    workers = {(run.get("labels") or {}).get("prefect.worker.name") for run in runs(shared, person)}
    assert workers - {None} <= {"one", "two", "three"}


def test_a_worker_that_dies_in_a_decision_loses_none(shared: SharedOffice) -> None:
    person = shared.browser()
    # One without stages, which is decided at one go.
    run = next(run for run in waiting(shared, person) if run["state_name"] == "Просрочено")
    key = run["parameters"]["point_key"]
    assert resume(shared, person, run["id"], decision="снять", reason="приказ № 9") == "ACCEPT"

    def taken() -> str:
        [now] = runs(shared, person, id={"any_": [run["id"]]})
        return str((now.get("labels") or {}).get("prefect.worker.name", "")) if now["state_type"] == "RUNNING" else ""

    end = time.monotonic() + 120
    while not (name := taken()) and not decisions(shared, key):
        assert time.monotonic() < end, "no worker took the run"
        time.sleep(0.05)
    if name:
        shared.kill(f"worker-{name}")

    def healed() -> bool:
        # The others notice by themselves within minutes; a sync notices at once that the worker is silent.
        assert shared.vekha("sync").returncode == 0
        time.sleep(10)
        return bool(decisions(shared, key))

    wait(healed, lambda: _standing(shared, person, run["id"]), seconds=300)
    ended = ("COMPLETED", "CANCELLED")
    wait(lambda: runs(shared, person, id={"any_": [run["id"]]})[0]["state_type"] in ended, "the run does not end")
    assert decisions(shared, key) == [("withdraw", "координатор (Prefect)")]


def _standing(office: SharedOffice, browser: httpx.Client, run: str) -> str:
    [now] = runs(office, browser, id={"any_": [run]})
    logs = (f"{log.name}: {log.read_text(encoding='utf-8')[-1500:]}" for log in office.folder.glob("worker-*.log"))
    return "\n".join([f"{now['state_type']} {now['state_name']} {now['labels']} {now['tags']}", *logs])


def test_a_server_that_dies_in_a_sync_leaves_nothing_double(shared: SharedOffice) -> None:
    assert shared.vekha("load", "krasnodar", "--rehearsal").returncode == 0
    [known] = [len(waiting(shared, shared.browser()))]
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(shared.vekha, "sync")
        wait(lambda: _noted(shared, "krasnodar") >= 5, "the sync does not begin")
        shared.kill("prefect-1")
        answer: subprocess.CompletedProcess[str] = first.result()
    assert answer.returncode in (0, 1, 2)
    assert "Traceback" not in answer.stderr, answer.stderr
    assert shared.vekha("sync").returncode == 0
    assert "расхождений нет" in " ".join(shared.vekha("sync").stdout.split())
    person = shared.browser()
    keys = Counter(run["idempotency_key"] for run in runs(shared, person))
    assert len(waiting(shared, person)) > known
    assert set(keys.values()) == {1}
    shared.serve("prefect-1", "prefect", VEKHA_PORT=str(shared.ports["prefect-1"]))


def _noted(office: SharedOffice, code: str) -> int:
    with open_session(office.engine) as session:
        rows = session.exec(select(PrefectRef).where(col(PrefectRef.key).startswith(f"{code}/"))).all()
    return len(rows)


def test_a_limit_of_the_pool_holds_over_all_workers(shared: SharedOffice) -> None:
    person = shared.browser()
    origin, pool = {"Origin": shared.url}, "/prefect/api/work_pools/vekha"
    found = [run for run in waiting(shared, person) if run["state_name"] in ("В работе", "На доработке")][-4:]
    assert len(found) > 1, Counter(run["state_name"] for run in waiting(shared, person))
    assert person.patch(pool, json={"concurrency_limit": 1}, headers=origin).status_code == 204
    assert shared.vekha("sync").returncode == 0, "a sync leaves what people have set"
    for run in found:
        assert resume(shared, person, run["id"], decision="снять", reason="приказ № 10") == "ACCEPT"
    asked, most, under_way = {"any_": [run["id"] for run in found]}, 0, {"SCHEDULED", "PENDING", "RUNNING"}

    def all_done() -> bool:
        nonlocal most
        most = max(most, len(runs(shared, person, state={"type": {"any_": ["PENDING", "RUNNING"]}})))
        return under_way.isdisjoint(run["state_type"] for run in runs(shared, person, id=asked))

    wait(all_done, "not every answer was looked at")
    assert most == 1
    assert person.get(pool).json()["concurrency_limit"] == 1
    assert person.patch(pool, json={"concurrency_limit": None}, headers=origin).status_code == 204


def test_a_round_is_held_once_whoever_writes_its_note(shared: SharedOffice) -> None:
    today = date.today()  # noqa: DTZ011
    period = f"{today.year - 1}-Q4" if today.month < 4 else f"{today.year}-Q{(today.month - 1) // 3}"
    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(lambda _: shared.vekha("monitor", "surgut", "--period", period, "--now"), range(3)))
    assert all("Traceback" not in one.stderr for one in done), [one.stderr for one in done]
    assert 0 in [one.returncode for one in done], [one.stderr for one in done]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: shared.vekha("deliver"), range(3)))
    with open_session(shared.engine) as session:
        [held] = session.exec(select(Round).where(Round.roadmap_code == "surgut", col(Round.manual))).all()
        assert len(session.exec(select(Snapshot).where(Snapshot.round_id == held.id)).all()) == 1
        steps = Counter(row.step for row in session.exec(select(RoundStep).where(RoundStep.round_id == held.id)))
        sent = [f"В-{row.id:06}" for row in session.exec(select(Notice)) if row.sent_at is not None]
    assert {"snapshot", "report"} <= set(steps) or len(steps) > 3, steps
    assert set(steps.values()) == {1}
    assert Counter(re.findall(r"В-\d+", " ".join(str(one["Subject"]) for one in shared.mail.letters))) == Counter(sent)


def test_no_log_holds_a_secret_or_a_link(shared: SharedOffice) -> None:
    texts = {log.name: log.read_text(encoding="utf-8", errors="replace") for log in shared.folder.glob("*.log")}
    assert {"web-1.log", "vekha.log", "worker-one.log", "prefect-1.log"} <= set(texts)
    for name, words in texts.items():
        for secret in ("of an office of many", "of-redis", "пароль координатора", "k" * 44):
            assert secret not in words, name
        assert not re.search(r"/o/[\w.-]{20,}", words), name


def test_what_is_wrong_outside_stands_in_the_log_of_the_pages(shared: SharedOffice) -> None:
    """Its name stands in no DNS."""
    wait(lambda: f"имени «{NAME}» нет в DNS" in shared.log_of("web-1"), lambda: shared.log_of("web-1"), seconds=150)
