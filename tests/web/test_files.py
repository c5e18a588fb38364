"""Files as evidence: taken by what they hold, whole or not at all, given back only to whom they belong."""

import hashlib
import io
import os
import resource
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from openpyxl import Workbook

from models import AuditEntry, ControlPoint, Evidence, Transition, clock
from models.db import open_session
from models.lifecycle import TransitionCommand, change
from models.settings import Settings
from tasks.files.evidence import (
    DOC,
    DOCX,
    JPEG,
    MB,
    ODS,
    ODT,
    PDF,
    PNG,
    XLS,
    XLSX,
    FileRefused,
    Kind,
    NoRoom,
    incoming,
    plain_name,
    recognise,
)
from tasks.files.store import Store
from tests.worlds.pages import Pages


def zipped(**entries: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return packed.getvalue()


def saved(document: Any) -> bytes:
    kept = io.BytesIO()
    document.save(kept)
    return kept.getvalue()


def open_document(kind: Kind) -> bytes:
    return zipped(mimetype=kind.media_type.encode(), **{"content.xml": b"<x/>"})


def compound(stream: str) -> bytes:
    """The container of the old binary formats with one stream in its directory."""
    head = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 1016
    return head + "Root Entry".encode("utf-16-le").ljust(128, b"\0") + stream.encode("utf-16-le").ljust(128, b"\0")


def with_macros() -> bytes:
    content = io.BytesIO(saved(Document()))
    with zipfile.ZipFile(content, "a") as archive:
        archive.writestr("word/vbaProject.bin", b"x")
    return content.getvalue()


PICTURE = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 30
TAKEN: list[tuple[str, Callable[[], bytes], Kind]] = [
    ("pdf", lambda: b"%PDF-1.7\n%x", PDF),
    ("docx of Word", lambda: saved(Document()), DOCX),
    ("xlsx of Excel", lambda: saved(Workbook()), XLSX),
    ("odt", lambda: open_document(ODT), ODT),
    ("ods", lambda: open_document(ODS), ODS),
    ("doc", lambda: compound("WordDocument"), DOC),
    ("xls", lambda: compound("Workbook"), XLS),
    ("jpg", lambda: b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", JPEG),
    ("jpg of a camera", lambda: b"\xff\xd8\xff\xe1\x00\x10Exif\x00", JPEG),
    ("png", lambda: PICTURE, PNG),
]
NOT_TAKEN: list[tuple[str, Callable[[], bytes]]] = [
    ("nothing at all", lambda: b""),
    ("a program", lambda: b"MZ\x90\x00" + b"\0" * 200),
    ("a page with a script", lambda: b"<!doctype html><script>alert(1)</script>"),
    ("a drawing with a script", lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"),
    ("a zip named docx", lambda: zipped(**{"a.exe": b"MZ"})),
    ("a broken zip", lambda: saved(Document())[:-200]),
    ("a document with macros", with_macros),
    ("an archive that claims to be text", lambda: zipped(mimetype=b"application/zip", **{"content.xml": b""})),
    ("an installer in the old container", lambda: compound("Installer")),
    ("plain text", lambda: "Отчёт".encode()),
    ("a page hidden behind a pdf's name", lambda: b"<html>%PDF-1.7"),
]


@pytest.mark.parametrize(("make", "kind"), [row[1:] for row in TAKEN], ids=[row[0] for row in TAKEN])
def test_a_file_is_known_by_what_it_holds(tmp_path: Path, make: Callable[[], bytes], kind: Kind) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(make())
    assert recognise(path) == kind


@pytest.mark.parametrize("make", [row[1] for row in NOT_TAKEN], ids=[row[0] for row in NOT_TAKEN])
def test_what_is_no_document_is_refused_and_not_kept(tmp_path: Path, make: Callable[[], bytes]) -> None:
    settings = Settings(data=tmp_path)
    with pytest.raises(FileRefused), incoming(settings, io.BytesIO(make()), "отчёт.docx"):
        pytest.fail("it was taken")
    assert list(settings.files.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Отчёт за май.PDF", "Отчёт за май.PDF"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Documents\\план.pdf", "план.pdf"),
        ("план.exe", "план.exe.pdf"),
        ("\u202efdp.exe", "fdp.exe.pdf"),
        ('a"b\r\nSet-Cookie: x.pdf', "abSet-Cookie x.pdf"),
        ("", "файл.pdf"),
        (".pdf", "pdf.pdf"),
        ("я" * 300 + ".pdf", "я" * 120 + ".pdf"),
    ],
)
def test_a_name_is_shown_without_what_deceives(given: str, shown: str) -> None:
    assert plain_name(given, PDF) == shown


def test_the_same_content_is_stored_once_and_only_when_kept(tmp_path: Path) -> None:
    settings, content = Settings(data=tmp_path), b"%PDF-1.7\n%same"
    digest = hashlib.sha256(content).hexdigest()
    with incoming(settings, io.BytesIO(content), "a.pdf") as file:
        assert (file.file.hash, file.file.size) == (digest, len(content))
        assert not Store(settings.files).place(digest).exists()
    assert list(settings.files.iterdir()) == []
    for name in ("a.pdf", "b.pdf"):
        with incoming(settings, io.BytesIO(content), name) as file:
            file.keep()
    kept = [path for path in settings.files.rglob("*") if path.is_file()]
    assert kept == [settings.files / digest[:2] / digest[2:]]
    assert kept[0].read_bytes() == content
    assert kept[0].stat().st_mode & 0o077 == 0


@contextmanager
def files_not_larger_than(size: int) -> Iterator[None]:
    """The kernel itself refuses to write more into one file, as it does when the disk is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def noise(size: int) -> bytes:
    """Bytes that name nothing: a megabyte of chance says now and then «/JS», which is refused."""
    return os.urandom(size).replace(b"/", b".")


def test_no_room_on_the_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    scan = io.BytesIO(b"%PDF-1.7\n" + noise(3 * MB))
    refused = pytest.raises(NoRoom, match="закончилось место")
    with refused, files_not_larger_than(MB), incoming(settings, scan, "a.pdf"):
        pytest.fail("it was taken")
    assert list(settings.files.iterdir()) == []


@pytest.fixture
def reported(pages: Pages) -> tuple[str, int]:
    """The rector's link and an open point."""
    return pages.link("Ректор"), pages.point(days=9)


def test_a_full_disk_is_a_clear_page_and_nothing_is_written(pages: Pages, reported: tuple[str, int]) -> None:
    link, point = reported
    before = sorted(pages.settings.files.rglob("*"))
    with files_not_larger_than(MB):
        scan = ("a.pdf", b"%PDF-1.7\n" + noise(2 * MB - 100))
        answer = pages.send(link, point, "submit", on=pages.today, file=scan)
    assert (answer.status_code, "закончилось место" in answer.text) == (507, True)
    assert (pages.rows(Transition), pages.rows(Evidence), pages.status(point)) == ([], [], "open")
    assert sorted(pages.settings.files.rglob("*")) == before
    assert pages.send(link, point, "submit", on=pages.today, file=scan).status_code == 303, "room again"


def test_a_file_past_the_limit_is_refused(pages: Pages, reported: tuple[str, int]) -> None:
    link, point = reported
    for size, status in ((2 * MB + 1, 400), (40 * MB, 413)):
        answer = pages.send(link, point, "submit", on=pages.today, file=("a.pdf", b"%PDF-1.7\n" + b"0" * size))
        assert (answer.status_code, "больше 2 МБ" in answer.text) == (status, True)
    assert pages.rows(Evidence) == []


def test_a_refused_report_keeps_no_file(pages: Pages, reported: tuple[str, int]) -> None:
    link, point = reported
    with open_session(pages.engine) as session:
        change(
            session,
            pages.rows(ControlPoint)[0].key,
            TransitionCommand(action="submit", actor="к", at=clock.now(), on=pages.today),
        )
    answer = pages.send(link, point, "submit", on=pages.today, file=("a.pdf", b"%PDF-1.7\n"))
    assert answer.status_code == 409
    assert list(pages.settings.files.rglob("*")) == []


def test_a_zip_named_docx_is_refused_on_the_card(pages: Pages, reported: tuple[str, int]) -> None:
    link, point = reported
    answer = pages.send(link, point, "submit", on=pages.today, file=("отчёт.docx", zipped(**{"a.exe": b"MZ"})))
    assert (answer.status_code, "Такие файлы не принимаются" in answer.text) == (400, True)
    assert pages.rows(Evidence) == []


def stored(pages: Pages) -> int:
    """How many files lie in the folder, finished or not."""
    return sum(path.is_file() for path in pages.settings.files.rglob("*"))


def test_ten_files_of_one_report_are_a_proof_each(pages: Pages, reported: tuple[str, int]) -> None:
    link, point = reported
    given = [(f"Лист {n}.pdf", b"%%PDF-1.7\n%d" % n) for n in range(9)]
    again = ("Копия.pdf", given[0][1])
    answer = pages.send(link, point, "submit", on=pages.today, details="приказ № 5", files=[*given, again])
    assert answer.status_code == 303
    proofs = pages.rows(Evidence)
    assert [(row.words, row.file_name) for row in proofs[:2]] == [("приказ № 5", "Лист 0.pdf"), ("", "Лист 1.pdf")]
    assert [row.file_name for row in proofs] == [name for name, _ in given], "the same content counts once"
    assert stored(pages) == 9
    card = pages.client.get(f"{link}/point/{point}").text
    for row in proofs:
        assert row.file_name in card
        assert pages.client.get(f"{link}/file/{row.id}").status_code == 200
    (entry,) = pages.rows(AuditEntry)
    assert entry.detail.count("файл ") == 9


def test_of_several_files_one_that_is_refused_keeps_out_all_and_is_named(
    pages: Pages, reported: tuple[str, int]
) -> None:
    link, point = reported
    given = [("a.pdf", b"%PDF-1.7\n1"), ("список.exe", b"MZ"), ("b.pdf", b"%PDF-1.7\n2"), ("пусто.pdf", b"")]
    answer = pages.send(link, point, "submit", on=pages.today, files=given)
    assert answer.status_code == 400
    assert "«список.exe»: Такие файлы не принимаются" in answer.text
    assert "«пусто.pdf»: Файл пуст" in answer.text
    assert pages.rows(Evidence) == pages.rows(Transition) == []
    assert stored(pages) == 0


def test_more_than_ten_files_are_refused(pages: Pages, reported: tuple[str, int]) -> None:
    link, point = reported
    given = [(f"{n}.pdf", b"%%PDF-1.7\n%d" % n) for n in range(11)]
    answer = pages.send(link, point, "submit", on=pages.today, files=given)
    assert (answer.status_code, "Выбрано файлов: 11" in answer.text) == (400, True)
    assert pages.send(link, point, "submit", on=pages.today, files=given * 5).status_code == 400
    assert stored(pages) == 0


def test_a_file_comes_back_as_a_download_to_its_owner_only(pages: Pages, reported: tuple[str, int]) -> None:
    link, point = reported
    content = b"%PDF-1.7\n" + noise(MB)
    pages.send(link, point, "submit", on=pages.today, file=("Отчёт «май».pdf", content))
    (proof,) = pages.rows(Evidence)
    answer = pages.client.get(f"{link}/file/{proof.id}")
    assert answer.content == content
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("attachment; filename*=utf-8''%D0%9E")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert pages.client.get(f"{pages.link('Методист')}/file/{proof.id}").status_code == 200
    assert pages.client.get(f"{pages.link('Директор центра')}/file/{proof.id}").status_code == 404
    assert pages.client.get(f"{link}/file/{proof.id + 1}").status_code == 404


def test_a_file_gone_from_the_disk_is_said_to_be_gone(pages: Pages, reported: tuple[str, int]) -> None:
    link, point = reported
    pages.send(link, point, "submit", on=pages.today, file=("a.pdf", b"%PDF-1.7\n"))
    (proof,) = pages.rows(Evidence)
    Store(pages.settings.files).place(proof.file_hash).unlink()
    answer = pages.client.get(f"{link}/file/{proof.id}")
    assert (answer.status_code, "Файла на сервере нет" in answer.text) == (404, True)
