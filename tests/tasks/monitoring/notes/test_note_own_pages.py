"""A body's own page: its own numbers and nobody else's; in a large round made when its letter is written."""

import errno
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from models import Body, Official, ReportFile, Round, RoundLetter
from models.db import open_session
from models.settings import Settings
from roadmap.letters import Part
from roadmap.monitoring.report import words
from roadmap.monitoring.report.view import Pages
from roadmap.monitoring.snapshot import Snapshot
from tasks.files.store import Store
from tasks.letters.monitoring_parts import RoundParts
from tasks.monitoring.report.build import page_file, write_report
from tasks.monitoring.report.pdf import page_pdf
from tests.parts.papers import pdf_text, squeezed

pytestmark = pytest.mark.usefixtures("unprinted")

AT = datetime(2024, 10, 14, 9, 0, tzinfo=UTC)
ZONE = "Europe/Moscow"
Keep = Callable[[Engine, Snapshot], int]


def written(engine: Engine, row: int, folder: Path) -> list[ReportFile]:
    with open_session(engine) as session:
        return write_report(session, row, store=Store(folder), template=None, at=AT)


def test_a_body_has_its_own_page_and_reads_nothing_of_others(
    kept_in: Keep, engine: Engine, tmp_path: Path, snapshot_of: Callable[..., Snapshot]
) -> None:
    snapshot = snapshot_of(count=5, silent=1)
    row = kept_in(engine, snapshot)
    files = [file for file in written(engine, row, tmp_path / "files") if file.body_id is not None]
    with open_session(engine) as session:
        bodies = {body.id: body for body in session.exec(select(Body))}
    assert {bodies[file.body_id].short for file in files} == {
        *(answer.name for one in snapshot.indicators for answer in one.answers)
    }
    names = {answer.name for one in snapshot.indicators for answer in one.answers}
    for file in files:
        mine = bodies[file.body_id]
        text = squeezed(pdf_text(Store(tmp_path / "files").read(file.file_hash)))
        assert squeezed(mine.short) in text
        assert not [name for name in names - {mine.short} if squeezed(name) in text]
    assert "Министерство" in " ".join(file.name for file in files)


def test_a_page_tells_own_values_beside_the_region_and_the_target(snapshot_of: Callable[..., Snapshot]) -> None:
    snapshot = snapshot_of(count=54)
    page = Pages(snapshot, zone=ZONE).page("mo-3", "Бронницы")
    text = squeezed(pdf_text(page_pdf(page, as_of=snapshot.as_of)))
    for one in snapshot.indicators:
        mine = [answer for answer in one.answers if answer.body == "mo-3"]
        if mine:
            assert squeezed(words.amount(one, mine[0].value)) in text
            assert squeezed(words.amount(one, one.value)) in text
            assert squeezed(words.aim(one)) in text
    assert "Рекомендации" in text
    assert "1.3" in text


def letters(engine: Engine, data: Path, codes: tuple[str, ...]) -> list[Part]:
    """What the letters to some bodies say of the round, each with its files."""
    with open_session(engine) as session:
        round_id = session.exec(select(Round)).one().id or 0
        ids = [session.exec(select(Body).where(Body.code == code)).one().id or 0 for code in codes]
        told = [
            RoundLetter(id=n, round_id=round_id, channel_id=n, notice_id=n, part="page", body_id=body)
            for n, body in enumerate(ids, start=1)
        ]
        settings = Settings(_env_file=None, data=data)
        parts = RoundParts(session, settings, told, at=AT)
        official = Official(id=1, roadmap_code="moscow-oblast", role="executor", post="Начальник")
        channel = official.channel("email", "head@example.org", id=1)
        return [part for one in told for part in parts.parts([one], official, channel)]


def test_the_letters_of_a_large_round_carry_the_page_of_their_body(
    kept_in: Keep, engine: Engine, tmp_path: Path, snapshot_of: Callable[..., Snapshot]
) -> None:
    row = kept_in(engine, snapshot_of(count=130))
    files = Settings(_env_file=None, data=tmp_path).files
    assert {file.body_id for file in written(engine, row, files)} == {None}, "no page was made with the note"
    made = letters(engine, tmp_path, ("mo-7", "mo-120"))
    for part, name in zip(made, ("Воскресенск", "Муниципальный округ № 120"), strict=True):
        [enclosed] = part.files
        assert enclosed.name == f"Страница участника — {name} — за III квартал 2024 г.pdf"
        assert squeezed(name) in squeezed(pdf_text(enclosed.content))
    with open_session(engine) as session:
        own = [file.name for file in session.exec(select(ReportFile)) if file.body_id is not None]
    assert len(own) == 2, "only of those whose letter was written"
    assert [part.files for part in letters(engine, tmp_path, ("mo-7", "mo-120"))] == [part.files for part in made]


def test_two_who_ask_for_a_page_at_once_get_the_same(
    kept_in: Keep, engine: Engine, tmp_path: Path, snapshot_of: Callable[..., Snapshot]
) -> None:
    row = kept_in(engine, snapshot_of(count=130))

    def asked(begun: Event, wait: Event | None = None) -> int | None:
        with open_session(engine) as session:
            body = session.exec(select(Body).where(Body.code == "mo-7")).one().id or 0
            page = page_file(session, row, body, store=Store(tmp_path / "files"), at=AT)
            begun.set()
            # The second writes while the first has written and not committed yet.
            if wait is not None:
                wait.wait(1)
            return page.id if page is not None else None

    with ThreadPoolExecutor(2) as people:
        first = people.submit(asked, begun := Event(), second_begun := Event())
        assert begun.wait(30)
        second = people.submit(asked, second_begun)
        assert first.result() == second.result() is not None
    with open_session(engine) as session:
        assert len([file for file in session.exec(select(ReportFile)) if file.body_id is not None]) == 1


def test_a_page_that_finds_no_room_on_the_disk_does_not_hold_up_its_letter(
    kept_in: Keep,
    engine: Engine,
    tmp_path: Path,
    snapshot_of: Callable[..., Snapshot],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = kept_in(engine, snapshot_of(count=130))
    written(engine, row, Settings(_env_file=None, data=tmp_path).files)

    def full(*_: Any, **__: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tasks.files.store.mkstemp", full)
    [part] = letters(engine, tmp_path, ("mo-7",))
    assert part.files == ()
    assert "ВОСКРЕСЕНСК" in part.text
