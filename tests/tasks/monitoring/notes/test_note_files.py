"""The files of a note are kept once, whole, whatever happens meanwhile; the workbook of a large round."""

import hashlib
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook
from sqlalchemy import Engine
from sqlmodel import select

from models import Body, ReportFile
from models.db import open_session
from roadmap.monitoring.snapshot import Snapshot
from tasks.files.errors import DocumentRefused
from tasks.files.store import Store
from tasks.monitoring.report.build import page_file, write_report
from tasks.monitoring.report.xlsx import appendix_xlsx

pytestmark = pytest.mark.usefixtures("unpaged")

AT = datetime(2024, 10, 14, 9, 0, tzinfo=UTC)
Keep = Callable[[Engine, Snapshot], int]
KINDS = {".docx", ".html", ".pdf"}


def docx_text(content: bytes) -> str:
    return "\n".join(paragraph.text for paragraph in Document(io.BytesIO(content)).paragraphs)


def written(engine: Engine, row: int, folder: Path) -> list[ReportFile]:
    with open_session(engine) as session:
        return write_report(session, row, store=Store(folder), template=None, at=AT)


def test_a_note_is_written_once(
    kept_in: Keep, engine: Engine, tmp_path: Path, snapshot_of: Callable[..., Snapshot]
) -> None:
    row = kept_in(engine, snapshot_of(count=3, silent=1))
    first = written(engine, row, tmp_path / "files")
    assert {Path(file.name).suffix for file in first if file.body_id is None} == {*KINDS, ".png"}
    assert first[0].name == "Справка за III квартал 2024 г.docx"
    for file in first:
        content = Store(tmp_path / "files").place(file.file_hash).read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (file.file_hash, file.size)
    before = [(file.id, file.file_hash) for file in first]
    assert [(file.id, file.file_hash) for file in written(engine, row, tmp_path / "files")] == before
    assert not list((tmp_path / "files").glob("unfinished-*"))


def test_a_lost_file_is_made_again(
    kept_in: Keep, engine: Engine, tmp_path: Path, snapshot_of: Callable[..., Snapshot]
) -> None:
    row = kept_in(engine, snapshot_of(count=3, silent=1))
    first = written(engine, row, tmp_path / "files")
    lost = [first[1], first[-1]]
    for file in lost:
        Store(tmp_path / "files").place(file.file_hash).unlink()
    again = written(engine, row, tmp_path / "files")
    assert [(file.id, file.file_hash) for file in again] == [(file.id, file.file_hash) for file in first]
    assert all(Store(tmp_path / "files").place(file.file_hash).is_file() for file in lost)


def test_a_crash_before_the_rows_leaves_a_note_that_is_written_whole_next_time(
    kept_in: Keep, engine: Engine, tmp_path: Path, snapshot_of: Callable[..., Snapshot]
) -> None:
    row = kept_in(engine, snapshot_of(count=4, silent=0))
    with pytest.raises(KeyboardInterrupt), open_session(engine) as session:
        write_report(session, row, store=Store(tmp_path / "files"), template=None, at=AT)
        raise KeyboardInterrupt
    with open_session(engine) as session:
        assert session.exec(select(ReportFile)).all() == []
    assert len(written(engine, row, tmp_path / "files")) > 8


def test_a_full_disk_is_one_line_and_no_row(
    kept_in: Keep, engine: Engine, tmp_path: Path, snapshot_of: Callable[..., Snapshot]
) -> None:
    row = kept_in(engine, snapshot_of(count=4, silent=0))
    (tmp_path / "files").write_text("a file where the folder should be")
    with pytest.raises(OSError, match="files") as raised, open_session(engine) as session:
        write_report(session, row, store=Store(tmp_path / "files"), template=None, at=AT)
    assert not isinstance(raised.value, DocumentRefused)
    with open_session(engine) as session:
        assert session.exec(select(ReportFile)).all() == []


def test_with_more_than_a_hundred_bodies_numbers_go_to_a_workbook_and_pages_are_made_when_asked_for(
    kept_in: Keep, engine: Engine, tmp_path: Path, snapshot_of: Callable[..., Snapshot]
) -> None:
    snapshot = snapshot_of(count=130)
    row = kept_in(engine, snapshot)
    files = written(engine, row, tmp_path / "files")
    assert {file.body_id for file in files} == {None}
    by_kind = {Path(file.name).suffix: Store(tmp_path / "files").place(file.file_hash) for file in files}
    assert "в отдельной книге .xlsx" in docx_text(by_kind[".docx"].read_bytes())
    book = load_workbook(io.BytesIO(by_kind[".xlsx"].read_bytes()), read_only=True)
    listed = list(book["Данные"].iter_rows(min_row=2, values_only=True))
    wanted = [(one.code, answer.name, answer.numerator) for one in snapshot.indicators for answer in one.answers]
    assert [(line[0], line[1], line[4]) for line in listed] == wanted
    assert [line[0] for line in book["Не представили"].iter_rows(min_row=2, values_only=True)] == list(snapshot.silent)
    book.close()
    with open_session(engine) as session:
        body, idle = (session.exec(select(Body).where(Body.code == code)).one().id or 0 for code in ("mo-7", "idle"))
        page = page_file(session, row, body, store=Store(tmp_path / "files"), at=AT)
        again = page_file(session, row, body, store=Store(tmp_path / "files"), at=AT)
        assert page is not None
        assert again is not None
        assert (page.id, page.body_id, page.file_hash) == (again.id, body, again.file_hash)
        assert page_file(session, row, idle, store=Store(tmp_path / "files"), at=AT) is None


def test_words_like_formulas_stay_words_in_the_workbook(snapshot_of: Callable[..., Snapshot]) -> None:
    snapshot = snapshot_of(count=4, silent=0)
    one = snapshot.indicators[3]
    evil = replace(one.answers[0], name="=HYPERLINK(1)", reason="\x0bпояснение")
    first = one.model_copy(update={"answers": (evil, *one.answers[1:])})
    content = appendix_xlsx(snapshot.model_copy(update={"indicators": (first,)}))
    book = load_workbook(io.BytesIO(content))
    cells = [cell for line in book["Данные"].iter_rows() for cell in line if "HYPERLINK" in str(cell.value)]
    assert [cell.data_type for cell in cells] == ["s"]
