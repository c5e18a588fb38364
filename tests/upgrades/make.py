"""How the databases of released versions in ``dumps`` were made: by each version's own commands, never by ours.

    git worktree add OLD c882f34        # 0.1.0; 4ca3b2e is 0.2.0, 95d7117 is 0.3.0
    python -m venv OLD/.venv && OLD/.venv/bin/pip install --no-deps --require-hashes -r OLD/requirements.txt
    python tests/upgrades/make.py 0.1.0 OLD

A training copy of Krasnodar lives through a Friday and a Monday: letters are sent and queued, points reported,
returned, accepted, extended. With 0.3.0 Prefect 3.8.8 runs as well, and everything is killed (-9) once the coordinator
has answered two forms: one answer is carried out, the other lies there. The keys are those of a copy made in November
2026.
"""

import argparse
import gzip
import json
import os
import signal
import sqlite3
import subprocess
import time
import urllib.request
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

DUMPS = Path(__file__).parent / "dumps"
FRIDAY, MONDAY = "2026-11-27", "2026-11-30"
POINT = "krasnodar/{}/-/2026-12-31"
PORT = 4977
API = f"http://127.0.0.1:{PORT}/api"
CARRIED_OUT, LEFT = POINT.format("2.1.10"), POINT.format("2.1.7")
#: What a server makes anew, and what only tells of the past; the texts of other makers' blocks are not ours to keep.
CUT = ("events", "event_resources", "log", "block_type", "block_schema", "block_schema_reference", "block_document")


class Old:
    """A released version and a data folder."""

    def __init__(self, checkout: Path, data: Path) -> None:
        self.checkout = checkout.resolve()
        self.env = {name: value for name, value in os.environ.items() if not name.startswith(("VEKHA_", "PREFECT_"))}
        self.env |= {"PYTHONPATH": str(self.checkout), "VEKHA_DATA": str(data), "VEKHA_PORT": str(PORT)}
        self.env |= {"VEKHA_WEB_PORT": str(PORT + 1)}

    def command(self, *words: str) -> list[str]:
        return [str(self.checkout / ".venv/bin/python"), "-m", "deployments.cli", *words]

    def vekha(self, *words: str) -> None:
        subprocess.run(self.command(*words), cwd=self.checkout, env=self.env, check=True)


def live(old: Old, *, newer: bool) -> None:
    """What a coordinator does on both days."""
    old.vekha("submit", POINT.format("2.1.9"), "--proof", "отчёт № 9")
    old.vekha("return", POINT.format("2.1.9"), "--reason", "нет приложения")
    old.vekha("submit", POINT.format("2.1.7"), "--proof", "отчёт № 7")
    old.vekha("accept", POINT.format("2.1.1"), "--reason", "протокол № 1")
    old.vekha("extend", POINT.format("2.2.1"), "--until", "2027-01-29", "--reason", "письмо № 3")
    if newer:
        old.vekha("silence", "krasnodar", "--item", "2.1.6", "--until", "2026-12-20", "--reason", "реорганизация")
    old.vekha("deliver")
    old.vekha("control", "--on", MONDAY)


def make(version: str, checkout: Path) -> None:
    """Write ``VERSION.sql.gz``, and ``prefect-3.8.8.sql.gz`` with 0.3.0."""
    with TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        old = Old(checkout, data)
        if version == "0.3.0":
            with_prefect(old)
            keep(data / "prefect" / "prefect.db", "prefect-3.8.8", cut=CUT)
        else:
            old.vekha("load", "krasnodar", "--rehearsal")
            old.vekha("control", "--on", FRIDAY)
            live(old, newer=version != "0.1.0")
        keep(data / "vekha.db", version)


def with_prefect(old: Old) -> None:
    """``vekha up`` until its runs wait, what people do meanwhile, and its sudden end."""
    up = subprocess.Popen(old.command("up", "--roadmap", "krasnodar"), cwd=old.checkout, env=old.env)
    try:
        until(lambda: waiting() >= 16)
        old.env["PREFECT_API_URL"] = API
        old.vekha("monitor", "krasnodar", "--period", "2026-Q3")
        live(old, newer=True)
        resume(CARRIED_OUT)
        until(lambda: run_of(CARRIED_OUT)["state_name"] == "Исполнено")
        server, worker = (child_of(up.pid, words) for words in ("server start", "worker start"))
        os.kill(worker, signal.SIGSTOP)
        resume(LEFT)
    finally:
        up.kill()
    for pid in (worker, server):
        os.kill(pid, signal.SIGKILL)
    up.wait()


def until(met: Any) -> None:
    end = time.monotonic() + 600
    while not met():
        if time.monotonic() > end:
            raise SystemExit("it did not come to that")
        time.sleep(1)


def ask(path: str, body: dict[str, Any]) -> Any:
    request = urllib.request.Request(f"{API}{path}", json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def waiting() -> int:
    """How many runs wait; 0 while the server does not answer."""
    try:
        return int(ask("/flow_runs/count", {"flow_runs": {"state": {"type": {"any_": ["PAUSED"]}}}}))
    except OSError:
        return 0


def run_of(key: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = ask("/flow_runs/filter", {"flow_runs": {"idempotency_key": {"any_": [key]}}})
    return found[0]


def resume(key: str) -> None:
    answer = {"decision": "принять", "reason": "протокол № 5"}
    ask(f"/flow_runs/{run_of(key)['id']}/resume", {"run_input": answer})


def child_of(pid: int, words: str) -> int:
    found = subprocess.run(["pgrep", "-P", str(pid), "-f", words], capture_output=True, text=True, check=True)
    return int(found.stdout)


def keep(database: Path, name: str, *, cut: Iterable[str] = ()) -> None:
    """All of a database as SQL; the machine that made it is not named."""
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(":memory:")) as copy:
        source.backup(copy)
        for table in cut:
            copy.execute(f"DELETE FROM {table}")
        copy.commit()
        text = "\n".join(copy.iterdump()).replace(f"vekha {os.uname().nodename}", "vekha office")
    (DUMPS / f"{name}.sql.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("version", choices=("0.1.0", "0.2.0", "0.3.0"))
    parser.add_argument("checkout", type=Path)
    given = parser.parse_args()
    make(given.version, given.checkout)
