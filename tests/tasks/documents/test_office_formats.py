"""The same order gives the same neutral form from .docx and, through LibreOffice, from .odt, .rtf and .doc."""

import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from docx import Document as new_docx

from roadmap.documents.neutral import Document, Paragraph
from tasks.documents import office
from tasks.documents.reader import read_document
from tasks.files.errors import DocumentRefused
from tasks.files.limited import Limits

ROWS = (
    ("№ п/п", "Мероприятие", "Ответственный", "Срок"),
    ("1", "Семинар для директоров", "институт", "май 2027 г."),
    ("2", "Форум педагогов", "министерство", "до 1 июня 2027 г."),
)


def order(path: Path) -> Path:
    document = new_docx()
    document.add_paragraph("План мероприятий на 2027 год")
    table = document.add_table(rows=0, cols=4)
    for words in ROWS:
        for cell, text in zip(table.add_row().cells, words, strict=True):
            cell.text = text
    document.add_paragraph("Контроль оставляю за собой.")
    document.save(str(path))
    return path


@pytest.fixture(scope="session")
def libreoffice() -> str:
    """The program; the circle of other programs has it."""
    found = shutil.which("soffice")
    if found is None:
        pytest.skip("no LibreOffice here: apt-get install libreoffice-writer-nogui")
    return found


def saved_as(path: Path, ending: str, program: str) -> Path:
    """The file as another program saves it."""
    profile = f"-env:UserInstallation={(path.parent / 'profile').as_uri()}"
    command = [program, profile, "--headless", "--convert-to", ending, "--outdir", str(path.parent), str(path)]
    subprocess.run(command, check=True, capture_output=True)
    return path.with_suffix(f".{ending}")


def words(document: Document) -> list[object]:
    return [
        block.text if isinstance(block, Paragraph) else [row.cells for row in block.rows] for block in document.blocks
    ]


@pytest.mark.parametrize("ending", ["odt", "rtf", "doc"])
def test_an_order_of_another_program_is_read_as_its_docx(ending: str, tmp_path: Path, libreoffice: str) -> None:
    path = order(tmp_path / "order.docx")
    assert words(read_document(saved_as(path, ending, libreoffice))) == words(read_document(path))


@pytest.mark.usefixtures("libreoffice")
def test_a_file_without_its_words_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "order.odt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
    with pytest.raises(DocumentRefused, match=r"^order\.odt: LibreOffice не открыл файл[^\n]+$"):
        read_document(path)


def letter(folder: Path) -> Path:
    path = folder / "a.rtf"
    path.write_bytes(b"{\\rtf1 x}")
    return path


def program(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "soffice"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


@pytest.mark.usefixtures("own_programs")
def test_a_file_that_libreoffice_does_not_open_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "exit 1", monkeypatch)
    with pytest.raises(DocumentRefused, match=r"a\.rtf: LibreOffice не открыл файл"):
        read_document(letter(tmp_path))


@pytest.mark.usefixtures("own_programs")
def test_libreoffice_sees_nothing_of_our_settings_and_has_a_home_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VEKHA_SECRET", "x")
    said = tmp_path / "said"
    program(tmp_path, f"env >{said}; echo $* >>{said}; cat profile/user/*.xcu >>{said}", monkeypatch)
    with pytest.raises(DocumentRefused):
        read_document(letter(tmp_path))
    words = said.read_text(encoding="utf-8")
    assert "VEKHA_SECRET" not in words
    assert "-env:UserInstallation=file://" in words
    assert "--headless" in words
    assert 'oor:name="DisableMacrosExecution" oor:op="fuse"><value>true' in words
    home = next(line.removeprefix("HOME=") for line in words.splitlines() if line.startswith("HOME="))
    assert not Path(home).exists()


@pytest.mark.usefixtures("own_programs")
def test_libreoffice_that_does_not_end_is_ended_with_its_family(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office, "LIMITS", Limits(seconds=0, memory_mb=1024))
    alive = tmp_path / "alive"
    program(tmp_path, f"(sleep 3; touch {alive}) & sleep 30", monkeypatch)
    with pytest.raises(DocumentRefused, match="слишком много времени"):
        read_document(letter(tmp_path))
