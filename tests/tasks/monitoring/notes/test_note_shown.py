"""The note on the pages of a real Prefect server, and as a coordinator fetches it from the command line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from playwright.sync_api import Browser
from prefect.client.orchestration import PrefectClient
from sqlalchemy import Engine
from sqlmodel import select
from typer.testing import CliRunner

from deployments.cli.monitoring.reports import note
from models import Round
from models.db import open_session
from roadmap.monitoring.snapshot import Snapshot
from tasks.files.errors import DocumentRefused
from tasks.prefect.cards.report_artifacts import publish
from tasks.prefect.client import call
from tests.parts.databases import sqlite_engine
from tests.parts.office import Office, let_in
from tests.places import OUT

Keep = Callable[[Engine, Snapshot], int]


def run(*args: str) -> Any:
    app = typer.Typer()
    app.command()(note)
    return CliRunner().invoke(app, list(args))


def test_summary_and_charts_stand_on_the_runs_page_and_are_published_once(
    office: Office, kept_in: Keep, snapshot_of: Callable[..., Snapshot], chromium: Browser
) -> None:
    kept_in(office.engine, snapshot_of(count=8, silent=1))
    with open_session(office.engine) as session:
        round_id = session.exec(select(Round)).one().id or 0

    async def show(client: PrefectClient) -> tuple[Any, int, int, Any]:
        flow = await call(client, "POST", "/flows/", {"name": "round"})
        made = await call(client, "POST", "/flow_runs/", {"flow_id": flow["id"], "name": "Раунд"})
        first = await publish(client, office.engine, round_id, made["id"])
        again = await publish(client, office.engine, round_id, made["id"])
        return made["id"], first, again, await call(client, "POST", "/artifacts/latest/filter", {})

    run_id, first, again, shown = office.api(show)
    assert (first, again) == (2, 0)
    by_key = {one["key"].rpartition("-")[2]: one for one in shown if one["flow_run_id"] == str(run_id)}
    assert by_key.keys() == {"note", "charts"}
    page = let_in(chromium.new_page(viewport={"width": 1100, "height": 1400}))
    page.goto(f"{office.url}/prefect/artifacts/key/{by_key['charts']['key']}")
    page.locator("a[href*='/artifacts/artifact/']").first.click()
    page.wait_for_selector("img[src^='data:image/png']", timeout=120_000)
    assert page.evaluate(
        "[...document.querySelectorAll('img[src^=\"data:image/png\"]')].every(i => i.naturalWidth > 300)"
    )
    page.screenshot(path=OUT / "note-artifact.png")


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setenv("VEKHA_DATA", str(tmp_path))
    return sqlite_engine(tmp_path / "vekha.db")


@pytest.mark.usefixtures("unpaged")
def test_the_command_writes_the_kept_note(
    engine: Engine, kept_in: Keep, tmp_path: Path, snapshot_of: Callable[..., Snapshot]
) -> None:
    snapshot = snapshot_of(count=3, silent=1)
    kept_in(engine, snapshot)
    done = run("moscow-oblast", "--period", "2024-Q3", "-o", str(tmp_path / "out"), "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["sha256"], told["period"]) == (snapshot.sha256, "2024-Q3")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == told["files"]
    assert "Справка за III квартал 2024 г.docx" in told["files"]


def test_what_cannot_be_written_is_one_line(
    engine: Engine, kept_in: Keep, tmp_path: Path, snapshot_of: Callable[..., Snapshot]
) -> None:
    kept_in(engine, snapshot_of("krasnodar"))
    absent = run("krasnodar", "--period", "2023-Q1", "-o", str(tmp_path / "out"))
    assert (absent.exit_code, "vekha monitor krasnodar --period 2023-Q1" in absent.output) == (2, True)
    assert run("krasnodar", "--period", "осень").exit_code == 2
    broken = run("krasnodar", "-o", str(tmp_path / "out"), "--template", str(tmp_path / "no.docx"))
    assert isinstance(broken.exception, DocumentRefused)
    assert not (tmp_path / "out").exists()


def test_the_default_template_is_given_to_be_changed_and_nothing_is_overwritten(tmp_path: Path) -> None:
    own = tmp_path / "own.docx"
    assert run("--sample", str(own)).exit_code == 0
    assert own.read_bytes().startswith(b"PK")
    assert isinstance(run("--sample", str(own)).exception, DocumentRefused)
